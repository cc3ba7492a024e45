"""Hosts assume a role before they log in: across accounts, with an external ID, and refused in each usual way."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from bed import GREETING, OTHER_ACCOUNT_ID, UNAVAILABLE, Identity, Role, TestBed, trust
from envoy_process import Envoy, Listener
from native_host import agent, login, refusal, run
from node_project import node
from session_hosts import PROGRAMS, Driver, Setting

EXTERNAL_ID = "partner-7f3c:marked/external=ID"
SESSION = """
    import { fromEnv } from '@aws-sdk/credential-providers';
    import { createSession } from 'vault-aws-login';
    const { VAULT_ADDR: vaultAddr, ROLE: role, ASSUME } = process.env;
    const told = [];
    const session = createSession({
      vaultAddr,
      role,
      credentials: fromEnv(),
      assumeRole: JSON.parse(ASSUME),
      onRefusal: ({ rule, destination, message, diagnosis }) => {
        const { rule: cause, quoted, causes, clientFix, serverFix } = diagnosis ?? {};
        told.push({ rule, destination, message, cause, quoted, causes, clientFix, serverFix });
        if (process.env.REFUSED) { console.log(JSON.stringify({ told })); process.exit(); }
      },
    });
    const token = await session.token({ signal: AbortSignal.timeout(20_000) });
    session.close();
    const answer = await fetch(`${vaultAddr}/v1/secret/greeting`, { headers: { 'X-Vault-Token': token } });
    console.log(JSON.stringify({ message: (await answer.json()).data.message, told }));
"""


@dataclass(frozen=True)
class Setup:
    """A user of one account, a role of another that demands an external ID, and the Vault role of that role."""

    user: Identity
    role: Role
    vault_role: str


@pytest.fixture(scope="module")
def setup(bed: TestBed) -> Setup:
    user = bed.aws.user()
    trusts = trust(user.arn, external_id=EXTERNAL_ID)
    role = bed.aws.role(trusts=trusts, account_id=OTHER_ACCOUNT_ID, path="/team/")
    bed.aws.let_assume(user, role.arn)
    setup = Setup(user, role, bed.aws.fresh_name("assumed"))
    # Vault has no right to look the role up in the other account.
    bed.vault_role(setup.vault_role, bound(setup), resolve_aws_unique_ids=False)
    return setup


def bound(setup: Setup) -> str:
    """The role's ARN as Vault compares it: without its path."""
    return f"arn:aws:iam::{OTHER_ACCOUNT_ID}:role/{setup.role.name}"


def environment(bed: TestBed, setup: Setup) -> dict[str, str]:
    return bed.environment(setup.user) | {"AWS_ENDPOINT_URL_STS": bed.sts.url()}


def options(setup: Setup, *more: str) -> tuple[str, ...]:
    return ("--role", setup.vault_role, "--assume-role", setup.role.arn, "--external-id", EXTERNAL_ID, *more)


def actions(bed: TestBed, since: int) -> list[tuple[str, int]]:
    return [(call.action, call.status) for call in bed.sts.calls[since:]]


# The Rust program


def test_login_is_made_as_a_role_of_another_account(bed: TestBed, setup: Setup) -> None:
    before = len(bed.sts.calls)
    token = login(*options(setup), env=environment(bed, setup))
    assert bed.read_greeting(token) == GREETING
    # Vault asks STS for the login's identity, and the first time for its own.
    first, *rest = actions(bed, before)
    assert first == ("AssumeRole", 200) and set(rest) == {("GetCallerIdentity", 200)}


def test_session_has_the_given_name_and_duration(bed: TestBed, setup: Setup) -> None:
    given = ("--assume-role-session-name", "ci-runner-7", "--assume-role-duration", "15m", "--format", "json")
    # Vault notes the caller's ARN with the token where it is told to.
    mount = bed.mount_aws("assumed")
    bed.vault.client.write_data(f"auth/{mount}/config/identity", data={"iam_metadata": ["client_arn"]})
    bed.vault_role("dev", bound(setup), mount=mount, resolve_aws_unique_ids=False)
    role = ("--role", "dev", "--mount", mount, "--assume-role", setup.role.arn, "--external-id", EXTERNAL_ID)
    answer = json.loads(login(*role, *given, env=environment(bed, setup)))
    arn = f"arn:aws:sts::{OTHER_ACCOUNT_ID}:assumed-role/{setup.role.name}/ci-runner-7"
    assert answer["auth"]["metadata"]["client_arn"] == arn


def test_profile_names_the_role_for_awss_own_chain(bed: TestBed, setup: Setup, tmp_path: Path) -> None:
    (tmp_path / "config").write_text(
        f"""[profile source]
aws_access_key_id = {setup.user.access_key_id}
aws_secret_access_key = {setup.user.secret_access_key}
[profile team]
role_arn = {setup.role.arn}
source_profile = source
external_id = {EXTERNAL_ID}
"""
    )
    env = {
        "VAULT_ADDR": bed.vault.address,
        "AWS_PROFILE": "team",
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_ENDPOINT_URL_STS": bed.sts.url(),
    }
    assert bed.read_greeting(login("--role", setup.vault_role, env=env)) == GREETING


def test_login_is_signed_for_awss_time_after_sts_refused_the_role_for_it(bed: TestBed, setup: Setup) -> None:
    with bed.sts.clock_shifted(minutes=18):
        ended = run("login", *options(setup), env=environment(bed, setup))
    assert ended.returncode == 0, ended.stderr
    assert "the host's clock differs from AWS's: logins are signed for its time +10" in ended.stderr
    assert bed.read_greeting(ended.stdout.strip()) == GREETING


def test_agent_assumes_the_role_again_before_its_credentials_expire(
    bed: TestBed, setup: Setup, tmp_path: Path
) -> None:
    lives = {"token_ttl": "6s", "token_max_ttl": "8s", "resolve_aws_unique_ids": False}
    name = bed.vault_role(bed.aws.fresh_name("assumed"), bound(setup), **lives)
    wanted = ("--role", name, "--assume-role", setup.role.arn, "--external-id", EXTERNAL_ID)
    before = len(bed.sts.calls)
    # They are refreshed after two thirds, and none is used in its last 10 seconds.
    with bed.sts.short_sessions(33), agent(tmp_path, *wanted, env=environment(bed, setup)) as running:

        def assumed() -> int:
            return [action for action, _ in actions(bed, before)].count("AssumeRole")

        running.process.wait_until(lambda: assumed() == 2, what="it assumed the role again", seconds=45)
        logins = running.said().count("logged in: token ")
        running.wait_for_line("logged in: token ", logins + 2)
        said = running.said()
    assert "refused" not in said and "has ended" not in said
    for secret in (EXTERNAL_ID, setup.user.secret_access_key):
        assert secret not in said
    assert {status for _, status in actions(bed, before)} == {200}


def test_agent_waits_for_an_sts_that_is_down(bed: TestBed, setup: Setup, tmp_path: Path) -> None:
    with bed.sts.faulty(UNAVAILABLE, times=2), agent(tmp_path, *options(setup), env=environment(bed, setup)) as running:
        assert bed.read_greeting(running.wait_for_token()) == GREETING
        assert "no credentials of the role from STS: expected them, found a server that cannot answer now" in running.said()


# The four usual refusals, in each host


@dataclass(frozen=True)
class Refused:
    name: str
    rule: str
    said: tuple[str, ...]
    logged: tuple[str, ...] = ()
    """What a host without room for the causes says, where that is less."""


FIXES = (
    "or there is no such role: the caller is `{user}`",
    "check the ARN of the role and the external ID",
    "name the caller as Principal of the role's trust policy, compare its sts:ExternalId condition, and across accounts "
    "also allow the caller sts:AssumeRole on the role",
)
REFUSALS = [
    Refused(
        "trust policy",
        "assume-role-denied",
        (
            "AWS does not let the caller assume the IAM role, or there is no such role: the caller is `{user}`, the role "
            "`{role}` in the same account",
            "the role's trust policy does not name the caller, or named one that was deleted",
            "name the caller as Principal of the role's trust policy",
        ),
        FIXES,
    ),
    Refused(
        "external ID",
        "assume-role-denied",
        (
            "in another account; an external ID was sent",
            "the trust policy demands an external ID (sts:ExternalId), and another one or none was sent",
        ),
        FIXES,
    ),
    Refused(
        "unknown role",
        "assume-role-denied",
        ("no role has this ARN: AWS says the same of a role that does not exist",),
        FIXES,
    ),
    Refused(
        "duration",
        "assume-role-too-long",
        (
            "the duration is longer than the IAM role's MaxSessionDuration",
            "ask for at most the role's MaxSessionDuration",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ),
    ),
]


def wanted(bed: TestBed, setup: Setup, name: str) -> dict[str, str | int]:
    """The settings that are refused for that reason."""
    if name == "trust policy":
        return {"roleArn": bed.aws.role(trusts=trust(bed.aws.user().arn)).arn}
    if name == "external ID":
        return {"roleArn": setup.role.arn, "externalId": EXTERNAL_ID.upper()}
    if name == "unknown role":
        return {"roleArn": setup.role.arn.replace("role/team/", "role/"), "externalId": EXTERNAL_ID}
    return {"roleArn": setup.role.arn, "externalId": EXTERNAL_ID, "durationSeconds": 7200}


def check(refused: Refused, setup: Setup, role_arn: str, printed: str, *, causes: bool = True) -> None:
    assert f"STS refuses AssumeRole for `{role_arn}`, so no login was sent: " in printed
    for text in refused.said if causes else refused.logged or refused.said:
        assert text.format(user=setup.user.arn, role=role_arn) in printed
    for secret in (setup.user.secret_access_key, EXTERNAL_ID, EXTERNAL_ID.upper()):
        assert secret not in printed


@pytest.mark.parametrize("refused", REFUSALS, ids=lambda refused: refused.name)
def test_program_explains_a_refusal(bed: TestBed, setup: Setup, refused: Refused) -> None:
    given = wanted(bed, setup, refused.name)
    arguments = ["--role", setup.vault_role, "--assume-role", str(given["roleArn"])]
    if "externalId" in given:
        arguments += ["--external-id", str(given["externalId"])]
    if "durationSeconds" in given:
        arguments += ["--assume-role-duration", "2h"]
    before = len(bed.sts.calls)
    check(refused, setup, str(given["roleArn"]), refusal(*arguments, env=environment(bed, setup)))
    # No login followed.
    assert [action for action, _ in actions(bed, before)] == ["AssumeRole"]


@pytest.mark.parametrize("refused", REFUSALS, ids=lambda refused: refused.name)
def test_node_explains_a_refusal(bed: TestBed, setup: Setup, project: Path, refused: Refused) -> None:
    given = wanted(bed, setup, refused.name) | {"stsEndpoint": bed.sts.url()}
    env = bed.environment(setup.user) | {"ROLE": setup.vault_role, "ASSUME": json.dumps(given), "REFUSED": "1"}
    ended = node(project, SESSION, env=env)
    assert ended.returncode == 0, ended.stderr
    (told,) = json.loads(ended.stdout)["told"]
    assert (told["rule"], told["destination"], told["cause"]) == ("assume-role-refused", "sts", refused.rule)
    check(refused, setup, str(given["roleArn"]), "\n".join(map(str, told.values())))


@pytest.fixture(params=[name for name in PROGRAMS if name != "node"], scope="module")
def program(request: pytest.FixtureRequest) -> str:
    PROGRAMS[request.param].prepare()
    return str(request.param)


@pytest.mark.parametrize("refused", REFUSALS, ids=lambda refused: refused.name)
def test_session_explains_a_refusal(
    bed: TestBed, setup: Setup, tmp_path: Path, program: str, refused: Refused
) -> None:
    given = wanted(bed, setup, refused.name)
    role_arn = str(given["roleArn"])
    setting = Setting(
        name=program,
        folder=tmp_path,
        vault_address=bed.vault.address,
        mount="aws",
        role=setup.vault_role,
        server_id=None,
        assume_role=(role_arn, given.get("externalId"), bed.sts.url()),
        container=None,
        identity=setup.user,
        assume_seconds=given.get("durationSeconds"),
    )
    before = len(bed.sts.calls)
    driver = Driver(PROGRAMS[program], setting)
    try:
        driver.start()
        # A language's own buffers decide which of them comes first.
        driver.wait_until(
            lambda: bool(driver.events()) and "so no login was sent: " in driver.output(),
            what="it was refused",
            seconds=20,
        )
        assert driver.events()[0] == f"refused: assume-role-refused (by-hand, sts, {refused.rule})"
    finally:
        driver.stop()
    # Java's text for people has the fixes, which name the same things.
    check(refused, setup, role_arn, driver.output(), causes=program != "java")
    assert {action for action, _ in actions(bed, before)} == {"AssumeRole"}


def test_chain_of_roles_over_an_hour_is_explained(bed: TestBed, setup: Setup, tmp_path: Path) -> None:
    first = bed.aws.role()
    second = bed.aws.role(trusts=trust(first.arn), most_seconds=43_200)
    (tmp_path / "token").write_text(bed.sts.issue_web_identity_token(first))
    env = {
        "VAULT_ADDR": bed.vault.address,
        "AWS_ROLE_ARN": first.arn,
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"),
        "AWS_ENDPOINT_URL_STS": bed.sts.url(),
    }
    name = bed.vault_role(bed.aws.fresh_name("assumed"), second.arn)
    said = refusal("--role", name, "--assume-role", second.arn, "--assume-role-duration", "2h", env=env)
    assert "the duration is longer than one hour, and the caller has assumed a role itself" in said
    assert bed.read_greeting(login("--role", name, "--assume-role", second.arn, env=env)) == GREETING


def test_vault_role_that_refuses_the_assumed_role_is_told_apart(bed: TestBed, setup: Setup) -> None:
    other = bed.vault_role(bed.aws.fresh_name("assumed"), bed.aws.role().arn)
    arguments = ("--role", other, "--assume-role", setup.role.arn, "--external-id", EXTERNAL_ID)
    said = refusal(*arguments, env=environment(bed, setup))
    assumed = f"arn:aws:sts::{OTHER_ACCOUNT_ID}:assumed-role/{setup.role.name}/vault-aws-login"
    assert f'IAM Principal "{assumed}" does not belong to the role "{other}"' in said
    assert "AssumeRole" not in said


# Node and Envoy


def test_node_logs_in_as_a_role_of_another_account(bed: TestBed, setup: Setup, project: Path) -> None:
    given = {"roleArn": setup.role.arn, "externalId": EXTERNAL_ID, "stsEndpoint": bed.sts.url()}
    env = bed.environment(setup.user) | {"ROLE": setup.vault_role, "ASSUME": json.dumps(given)}
    ended = node(project, SESSION, env=env)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) == {"message": GREETING, "told": []}


def envoy_of(bed: TestBed, setup: Setup, folder: Path, **role: str | int) -> tuple[Envoy, Listener]:
    envoy = Envoy(folder, environment=setup.user.environment())
    envoy.cluster("vault", bed.vault.address)
    envoy.cluster("sts", bed.sts.url())
    own = {
        "vault_cluster": "vault",
        "upstream_clusters": ["vault"],
        "role": setup.vault_role,
        "assume_role": {"cluster": "sts", "sts_endpoint": bed.sts.url()} | role,
    }
    return envoy, envoy.listener("role", own, to="vault")


def test_envoy_logs_in_as_a_role_of_another_account(bed: TestBed, setup: Setup, tmp_path: Path) -> None:
    envoy, listener = envoy_of(bed, setup, tmp_path, role_arn=setup.role.arn, external_id=EXTERNAL_ID)
    with envoy:
        assert listener.reads_the_greeting()
        assert EXTERNAL_ID not in envoy.log
        assert not envoy.crashes()


@pytest.mark.parametrize("refused", REFUSALS, ids=lambda refused: refused.name)
def test_envoy_explains_a_refusal(bed: TestBed, setup: Setup, tmp_path: Path, refused: Refused) -> None:
    given = wanted(bed, setup, refused.name)
    names = {"roleArn": "role_arn", "externalId": "external_id", "durationSeconds": "duration_seconds"}
    envoy, listener = envoy_of(bed, setup, tmp_path, **{names[name]: value for name, value in given.items()})
    with envoy:
        assert listener.get().status_code == 503
        envoy.wait_until(lambda: envoy.lines("assume-role-refused: "), what="the refusal was logged")
        envoy.wait_until(lambda: envoy.lines("on the client: "), what="the advice was logged")
        said = envoy.log
    # A line of the log has no room for the causes; the fixes name the same things.
    check(refused, setup, str(given["roleArn"]), said, causes=False)
