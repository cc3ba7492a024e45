"""The Go package: its own tests against the real servers, and its example as the README shows it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

import go_session
from bed import GREETING, GREETING_PATH, ContainerCredentials, CredentialSource, Identity, InstanceMetadata, TestBed, trust
from bed.aws import OTHER_ACCOUNT_ID
from command import ROOT

PACKAGE = ROOT / "host-examples" / "go"
SERVER_ID = "vault.example.com"


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = tmp_path_factory.mktemp("go") / "login"
    go("build", "-o", str(program), ".", folder="login")
    return program


@pytest.fixture(scope="session")
def session_driver(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return go_session.build(tmp_path_factory.mktemp("go-session"))


@pytest.fixture(scope="module")
def strict_mount(bed: TestBed) -> str:
    """A mount that demands a server ID."""
    return bed.mount_aws("go-strict", iam_server_id_header_value=SERVER_ID)


def go(*arguments: str, env: dict[str, str] | None = None, folder: str = ".") -> str:
    ended = subprocess.run(["go", *arguments], cwd=PACKAGE / folder, env=env, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def run(
    bed: TestBed, example: Path, identity: Identity, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    environment = bed.process_environment(identity) | variables
    command = [str(example), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def principal(identity: Identity) -> str:
    """The ARN that Vault binds: a session's role, not the session."""
    if ":assumed-role/" not in identity.arn:
        return identity.arn
    return identity.arn.replace(":sts:", ":iam:").replace(":assumed-role/", ":role/").rpartition("/")[0]


@pytest.mark.parametrize("credentials", ["long-term key", "session token"])
@pytest.mark.parametrize("server_id", [None, SERVER_ID])
def test_example_logs_in_by_the_sdks_chain_and_reads_the_secret(
    bed: TestBed, example: Path, strict_mount: str, credentials: str, server_id: str | None
) -> None:
    identity = bed.aws.user() if credentials == "long-term key" else bed.aws.session(bed.aws.role())
    mount = "aws" if server_id is None else strict_mount
    bed.vault_role("go", principal(identity), mount=mount)
    variables = {} if server_id is None else {"VAULT_IAM_SERVER_ID": server_id}
    ended = run(bed, example, identity, "go", GREETING_PATH, mount, **variables)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) == {"message": GREETING}
    assert identity.secret_access_key not in ended.stderr


@pytest.mark.parametrize(
    "folder, tests, passes",
    [("e2e", "-run=.", 7), ("vaultauth", "-run=RealServer", 2), ("openbaoauth", "-run=RealServer", 2)],
    ids=["package", "HashiCorp's client", "OpenBao's client"],
)
def test_go_tests_pass_against_the_real_servers(
    bed: TestBed, strict_mount: str, folder: str, tests: str, passes: int
) -> None:
    identity = bed.aws.session(bed.aws.role())
    lives = {"token_ttl": "2s", "token_max_ttl": "8s"}
    bed.vault_role("go-tests", principal(identity), mount=strict_mount, **lives)
    variables = {
        "VAULT_MOUNT": strict_mount,
        "VAULT_ROLE": "go-tests",
        "SERVER_ID": SERVER_ID,
        "SECRET_PATH": GREETING_PATH,
        "SECRET": GREETING,
    }
    environment = bed.process_environment(identity) | variables
    output = go("test", "-tags", "e2e", "-count=1", "-v", tests, env=environment, folder=folder)
    assert output.count("--- PASS") == passes, output


def test_refused_login_ends_the_example_with_the_inspectors_explanation(
    bed: TestBed, example: Path, strict_mount: str
) -> None:
    identity = bed.aws.user()
    bed.vault_role("go-refused", identity.arn, mount=strict_mount)
    ended = run(
        bed, example, identity, "go-refused", GREETING_PATH, strict_mount, VAULT_IAM_SERVER_ID="other.example.com"
    )
    assert (ended.returncode, ended.stderr.splitlines()) == (
        1,
        [
            "error: Vault refused the login with status 400: error validating X-Vault-AWS-IAM-Server-ID header: "
            'expected "vault.example.com" but got "other.example.com"',
            "the server ID is not the one that the server wants: expected `vault.example.com`, found another",
            "on the client: sign with the server ID `vault.example.com`",
            "on the server: set `iam_server_id_header_value` of auth/aws/config/client to what its clients send",
        ],
    )


def test_refused_input_ends_the_example_with_its_sentence(bed: TestBed, example: Path) -> None:
    ended = run(bed, example, bed.aws.user(), "arn:aws:iam::123456789012:role/dev", GREETING_PATH)
    assert (ended.returncode, ended.stderr) == (
        1,
        "error: invalid role: expected the name of a Vault role, found the ARN `arn:aws:iam::123456789012:role/dev`\n",
    )


def test_session_fetches_credentials_from_a_container_endpoint(bed: TestBed, session_driver: list[str]) -> None:
    role = bed.aws.role()
    source = CredentialSource(lambda: bed.aws.session(role))
    vault_role = bed.vault_role(bed.aws.fresh_name("go"), role.arn)
    with ContainerCredentials(source, authorization_token="Bearer of the file") as container:
        uri = container.environment()["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
        credentials = {"from": "container", "uri": uri, "authorization_token": "Bearer of the file"}
        told = go_session.drive(session_driver, settings(bed, vault_role, credentials), bed.aws.user().environment())
    assert bed.read_greeting(told.token) == GREETING, told.lines


def test_session_fetches_credentials_from_instance_metadata(bed: TestBed, session_driver: list[str]) -> None:
    role = bed.aws.role()
    vault_role = bed.vault_role(bed.aws.fresh_name("go"), role.arn)
    source = CredentialSource(lambda: bed.aws.session(role))
    with InstanceMetadata(source, role_name="go", instance_id="i-0123456789abcdef0") as metadata:
        credentials = {"from": "instance-metadata", "endpoint": metadata.url}
        told = go_session.drive(session_driver, settings(bed, vault_role, credentials), bed.aws.user().environment())
    assert bed.read_greeting(told.token) == GREETING, told.lines


def test_session_exchanges_a_web_identity(bed: TestBed, session_driver: list[str]) -> None:
    role = bed.aws.role()
    vault_role = bed.vault_role(bed.aws.fresh_name("go"), role.arn)
    credentials = {
        "from": "web-identity",
        "role_arn": role.arn,
        "session_name": "pod",
        "token": bed.sts.issue_web_identity_token(role),
        "sts_endpoint": bed.sts.url("us-east-1"),
    }
    told = go_session.drive(session_driver, settings(bed, vault_role, credentials), bed.aws.user().environment())
    assert bed.read_greeting(told.token) == GREETING, told.lines


@pytest.mark.parametrize("external_id", ["partner:7f3c", "another:7f3c"])
def test_session_assumes_a_role_of_another_account_or_says_why_not(
    bed: TestBed, session_driver: list[str], external_id: str
) -> None:
    user = bed.aws.user()
    role = bed.aws.role(trusts=trust(user.arn, external_id="partner:7f3c"), account_id=OTHER_ACCOUNT_ID)
    bed.aws.let_assume(user, role.arn)
    vault_role = bed.vault_role(bed.aws.fresh_name("go"), role.arn, resolve_aws_unique_ids=False)
    assumed = {"role_arn": role.arn, "session_name": "go", "external_id": external_id}
    assumed["sts_endpoint"] = bed.sts.url("us-east-1")
    given = settings(bed, vault_role, {"from": "pushed"}) | {"assume_role": assumed}
    told = go_session.drive(session_driver, given, user.environment())
    if external_id == "another:7f3c":
        assert any('"rule":"assume-role-refused"' in line for line in told.lines), told.lines
        assert not any(external_id in line for line in told.lines)
    else:
        assert bed.read_greeting(told.token) == GREETING, told.lines


def settings(bed: TestBed, role: str, credentials: dict[str, str]) -> dict[str, object]:
    return {"vault_addr": bed.vault.address, "mount": "aws", "role": role, "credentials": credentials}
