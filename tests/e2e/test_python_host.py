"""The Python package: installed into a folder as a user would, its example logs in and reads a secret."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bed import GREETING, GREETING_PATH, Identity, TestBed
from command import COMPONENT, ROOT

PACKAGE = ROOT / "host-examples" / "python"
SERVER_ID = "vault.example.com"


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as pip installs it, with the packages of the tests' environment."""
    folder = tmp_path_factory.mktemp("installed")
    # A copy: building leaves files behind in the source tree.
    source = tmp_path_factory.mktemp("source") / "python"
    subprocess.run(["cp", "-r", PACKAGE, source], check=True)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), str(source)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return folder


@pytest.fixture(scope="module")
def strict_mount(bed: TestBed) -> str:
    """A mount that demands a server ID."""
    return bed.mount_aws("python-strict", iam_server_id_header_value=SERVER_ID)


def example(
    bed: TestBed, installed: Path, identity: Identity, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    environment = bed.process_environment(identity) | variables | {"PYTHONPATH": str(installed)}
    command = [sys.executable, str(PACKAGE / "login.py"), str(ROOT / COMPONENT), *arguments]
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
            "error: the server ID is not the one that the server wants: expected `vault.example.com`, found another",
            "  the server said: error validating X-Vault-AWS-IAM-Server-ID header: "
            'expected "vault.example.com" but got "other.example.com"',
            "  on the client: sign with the server ID `vault.example.com`",
            "  on the server: set `iam_server_id_header_value` of auth/aws/config/client to what its clients send",
        ],
    )


def test_refused_input_ends_the_example_with_its_sentence(bed: TestBed, installed: Path) -> None:
    identity = bed.aws.user()
    ended = example(bed, installed, identity, "arn:aws:iam::123456789012:role/dev", GREETING_PATH)
    assert (ended.returncode, ended.stderr) == (
        1,
        "error: invalid role: expected the name of a Vault role, found the ARN `arn:aws:iam::123456789012:role/dev`\n",
    )
