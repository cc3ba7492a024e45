"""The Python package, installed into a folder as a user would, logs in, reads a secret and keeps a token."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bed import (
    GREETING,
    GREETING_PATH,
    OTHER_ACCOUNT_ID,
    ContainerCredentials,
    CredentialSource,
    Identity,
    InstanceMetadata,
    TestBed,
    trust,
)
from command import ROOT

PACKAGE = ROOT / "host-examples" / "python"
SERVER_ID = "vault.example.com"


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as pip installs it, with the packages of the tests' environment."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    command = [*pip, "--target", str(folder), str(PACKAGE)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return folder


def test_module_inside_the_package_is_the_shipped_one(installed: Path) -> None:
    inside = installed / "vault_aws_iam_login" / "vault-aws-login.core.wasm"
    assert inside.read_bytes() == (ROOT / "dist" / inside.name).read_bytes(), "run `make python`"


@pytest.fixture(scope="module")
def strict_mount(bed: TestBed) -> str:
    """A mount that demands a server ID."""
    return bed.mount_aws("python-strict", iam_server_id_header_value=SERVER_ID)


def example(
    bed: TestBed, installed: Path, identity: Identity, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    environment = bed.process_environment(identity) | variables | {"PYTHONPATH": str(installed)}
    command = [sys.executable, str(PACKAGE / "login.py"), *arguments]
    return subprocess.run(command, env=environment, cwd=installed, capture_output=True, text=True, timeout=60)


def principal(identity: Identity) -> str:
    """The ARN that Vault binds: a session's role, not the session."""
    if ":assumed-role/" not in identity.arn:
        return identity.arn
    return identity.arn.replace(":sts:", ":iam:").replace(":assumed-role/", ":role/").rpartition("/")[0]


@pytest.mark.parametrize("credentials", ["long-term key", "session token"])
@pytest.mark.parametrize("server_id", [None, SERVER_ID])
def test_example_logs_in_by_botocores_chain_and_reads_the_secret(
    bed: TestBed, installed: Path, strict_mount: str, credentials: str, server_id: str | None
) -> None:
    identity = bed.aws.user() if credentials == "long-term key" else bed.aws.session(bed.aws.role())
    mount = "aws" if server_id is None else strict_mount
    bed.vault_role("python", principal(identity), mount=mount)
    variables = {} if server_id is None else {"VAULT_IAM_SERVER_ID": server_id}
    ended = example(bed, installed, identity, "python", GREETING_PATH, mount, **variables)
    assert ended.returncode == 0, ended.stderr
    assert GREETING in json.dumps(json.loads(ended.stdout))
    assert identity.secret_access_key not in ended.stdout + ended.stderr


def test_refused_login_ends_the_example_with_the_inspectors_explanation(
    bed: TestBed, installed: Path, strict_mount: str
) -> None:
    identity = bed.aws.user()
    bed.vault_role("python-refused", identity.arn, mount=strict_mount)
    ended = example(
        bed, installed, identity, "python-refused", GREETING_PATH, strict_mount, VAULT_IAM_SERVER_ID="other.example.com"
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


def test_refused_input_ends_the_example_with_its_sentence(bed: TestBed, installed: Path) -> None:
    identity = bed.aws.user()
    ended = example(bed, installed, identity, "arn:aws:iam::123456789012:role/dev", GREETING_PATH)
    assert (ended.returncode, ended.stderr) == (
        1,
        "error: invalid role: expected the name of a Vault role, found the ARN `arn:aws:iam::123456789012:role/dev`\n",
    )


def python(installed: Path, script: str, env: dict[str, str]) -> dict[str, Any]:
    """Runs a script with the installed package, and returns what it told as JSON."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "VAULT_", "BAO_"))}
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env=inherited | env | {"PYTHONPATH": str(installed)},
        cwd=installed,
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert ended.returncode == 0, ended.stderr
    told: dict[str, Any] = json.loads(ended.stdout)
    return told


# The token is read from the client in each turn, as a program does that knows nothing of the session.
KEEP = """
import json, os, sys, time
import hvac
from vault_aws_iam_login import ContainerEndpoint, Credentials, InstanceMetadata
from vault_aws_iam_login.hvac import keep_logged_in

names = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
container, metadata = os.environ.get("CONTAINER"), os.environ.get("METADATA")
if container:
    credentials = ContainerEndpoint(container, lambda: "Bearer of the file")
elif metadata:
    credentials = InstanceMetadata(metadata)
else:
    credentials = lambda: Credentials(*(os.environ.get(name) for name in names))
client = hvac.Client(os.environ["VAULT_ADDR"], token="")
leases, reads = [], 0
deadline = time.monotonic() + 40
with keep_logged_in(
    client, credentials, role=os.environ["ROLE"], on_token=leases.append, on_refusal=lambda refusal: print(refusal, file=sys.stderr)
) as session:
    while True:
        message = client.read("secret/greeting")["data"]["message"]
        reads += 1
        if len(leases) >= int(os.environ["LEASES"]) or time.monotonic() > deadline:
            break
        time.sleep(0.02)
generations = [lease.generation for lease in leases]
print(json.dumps({"message": message, "reads": reads, "generations": generations, "after": client.token}))
"""


def test_client_of_hvac_is_kept_logged_in_over_renewals_and_logins_and_no_read_fails(
    bed: TestBed, installed: Path
) -> None:
    user = bed.aws.user()
    # A renewal is due after 4, 8 and 12 s; the third one is granted less than it asks for, and a login follows.
    role = bed.vault_role(bed.aws.fresh_name("python"), user.arn, token_ttl="6s", token_max_ttl="16s")
    told = python(installed, KEEP, bed.environment(user) | {"ROLE": role, "LEASES": "5"})
    assert (told["message"], told["after"]) == (GREETING, None)
    # A renewal keeps its generation, a login has the next one.
    assert told["generations"] == [1, 1, 1, 1, 2]


def test_session_fetches_credentials_from_a_container_endpoint(bed: TestBed, installed: Path) -> None:
    role = bed.aws.role()
    source = CredentialSource(lambda: bed.aws.session(role))
    vault_role = bed.vault_role(bed.aws.fresh_name("python"), role.arn)
    with ContainerCredentials(source, authorization_token="Bearer of the file") as container:
        endpoint = container.environment()["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
        env = {"VAULT_ADDR": bed.vault.address, "ROLE": vault_role, "CONTAINER": endpoint, "LEASES": "1"}
        told = python(installed, KEEP, env)
    assert (told["message"], told["generations"]) == (GREETING, [1])


def test_session_fetches_credentials_from_the_instance_metadata(bed: TestBed, installed: Path) -> None:
    role = bed.aws.role()
    source = CredentialSource(lambda: bed.aws.session(role))
    vault_role = bed.vault_role(bed.aws.fresh_name("python"), role.arn)
    with InstanceMetadata(source, role_name="demo", instance_id="i-0123456789abcdef0") as metadata:
        endpoint = metadata.environment()["AWS_EC2_METADATA_SERVICE_ENDPOINT"]
        env = {"VAULT_ADDR": bed.vault.address, "ROLE": vault_role, "METADATA": endpoint, "LEASES": "1"}
        told = python(installed, KEEP, env)
    assert (told["message"], told["generations"]) == (GREETING, [1])


REVOKED = """
import json, os, threading
import hvac
from vault_aws_iam_login import Credentials, Session

names = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
address, ended = os.environ["VAULT_ADDR"], threading.Event()
with Session(
    address,
    Credentials(*(os.environ.get(name) for name in names)),
    role=os.environ["ROLE"],
    on_token_ended=lambda generation: ended.set(),
) as session:
    client = hvac.Client(address, token=session.token(30))
    client.auth.token.revoke_self()
    try:
        client.read("secret/greeting")
    except (hvac.exceptions.Forbidden, hvac.exceptions.InvalidPath):
        session.token_refused()
    assert ended.wait(30)
    client.token = session.token(30)
    told = {"message": client.read("secret/greeting")["data"]["message"], "generation": session.lease().generation}
print(json.dumps(told))
"""


def test_revoked_token_is_reported_and_replaced(bed: TestBed, installed: Path) -> None:
    user = bed.aws.user()
    role = bed.vault_role(bed.aws.fresh_name("python"), user.arn)
    told = python(installed, REVOKED, bed.environment(user) | {"ROLE": role})
    assert told == {"message": GREETING, "generation": 2}


UNREACHED = """
import json, os
import hvac
from vault_aws_iam_login import Credentials
from vault_aws_iam_login.hvac import keep_logged_in

names = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
client = hvac.Client(os.environ["VAULT_ADDR"], token="")
credentials = Credentials(*(os.environ.get(name) for name in names))
told = []
try:
    with keep_logged_in(client, credentials, role="any", header_value="other.example.com", mount_point=os.environ["MOUNT"], timeout=5, on_refusal=told.append):
        pass
except TimeoutError as error:
    (refusal,) = told
    diagnosis = refusal.diagnosis
    shown = {"rule": diagnosis.rule, "wanted": diagnosis.expected_server_id, "message": str(error)}
    print(json.dumps(shown))
"""


def test_session_explains_a_wrong_server_id(bed: TestBed, installed: Path, strict_mount: str) -> None:
    told = python(installed, UNREACHED, bed.environment(bed.aws.user()) | {"MOUNT": strict_mount})
    assert (told["rule"], told["wanted"]) == ("server-id-differs", SERVER_ID)
    assert told["message"].startswith("no token within 5 s: the server ID is not the one that the server wants")


ASSUME = """
import json, os
import hvac
from vault_aws_iam_login import AssumeRole, Credentials
from vault_aws_iam_login.hvac import keep_logged_in

names = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
client = hvac.Client(os.environ["VAULT_ADDR"], token="")
role = AssumeRole(os.environ["ROLE_ARN"], external_id=os.environ["EXTERNAL_ID"], sts_endpoint=os.environ["STS"])
told, message = [], None
try:
    with keep_logged_in(
        client,
        Credentials(*(os.environ.get(name) for name in names)),
        role=os.environ["ROLE"],
        assume_role=role,
        timeout=5,
        on_refusal=told.append,
    ):
        message = client.read("secret/greeting")["data"]["message"]
except TimeoutError:
    pass
shown = [(each.rule, each.destination, each.diagnosis.rule, "".join(each.diagnosis.causes)) for each in told]
print(json.dumps({"message": message, "told": shown, "repr": repr(role)}))
"""


@pytest.mark.parametrize("external_id", ["partner-7f3c:marked", "another"])
def test_session_assumes_a_role_of_another_account_by_its_external_id(
    bed: TestBed, installed: Path, external_id: str
) -> None:
    user = bed.aws.user()
    trusts = trust(user.arn, external_id="partner-7f3c:marked")
    role = bed.aws.role(trusts=trusts, account_id=OTHER_ACCOUNT_ID)
    bed.aws.let_assume(user, role.arn)
    name = bed.vault_role(bed.aws.fresh_name("python"), role.arn, resolve_aws_unique_ids=False)
    own = {"ROLE_ARN": role.arn, "EXTERNAL_ID": external_id, "ROLE": name, "STS": bed.sts.url()}
    told = python(installed, ASSUME, bed.environment(user) | own)
    assert external_id not in told["repr"]
    if external_id != "another":
        assert (told["message"], told["told"]) == (GREETING, [])
        return
    assert told["message"] is None
    rule, destination, cause, causes = told["told"][0]
    assert (rule, destination, cause) == ("assume-role-refused", "sts", "assume-role-denied")
    assert "external ID" in causes
