"""The programs for people: the demo reports a login truly, `serve.py` prints a working environment."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from bed import GREETING, Identity, Role, Signer, TestBed

HERE = Path(__file__).parent
ROOT = HERE.parent.parent

# A login command as the demo expects one, on botocore.
LOGIN = """
import os, requests
from bed import Identity, Signer
given = os.environ
who = Identity("", "", given["AWS_ACCESS_KEY_ID"], given["AWS_SECRET_ACCESS_KEY"], given["AWS_SESSION_TOKEN"])
url = given["VAULT_ADDR"] + "/v1/auth/aws/login"
answer = requests.post(url, json=Signer().sign(who).login("demo"), timeout=30)
answer.raise_for_status()
print(answer.json()["auth"]["client_token"])
"""


def run_demo(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, HERE / "demo.py", *command],
        env=os.environ | {"PYTHONPATH": str(HERE)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_demo_reads_the_secret_with_the_token_of_the_command() -> None:
    done = run_demo("--", sys.executable, "-c", LOGIN)
    assert done.returncode == 0, done.stderr
    told = {line[:10].strip(): line[11:] for line in done.stdout.splitlines()}
    assert told["Identity"] == "arn:aws:sts::123456789012:assumed-role/demo/throw-away"
    assert told["Verified"] == (
        "OpenBao asked STS GetCallerIdentity for sts.amazonaws.com in us-east-1; the answer was 200"
    )
    assert told["Logged in"].startswith("as aws-demo/throw-away with policies default, read-greeting, in ")
    assert told["Secret"] == f"secret/greeting: {GREETING}"


def test_demo_fails_with_its_command() -> None:
    done = run_demo("--", sys.executable, "-c", "import sys; sys.exit('no such luck')")
    assert done.returncode == 1
    assert "no such luck" in done.stderr
    assert "Failed     the command ended with status 1" in done.stdout


def test_demo_refuses_what_is_not_a_token() -> None:
    done = run_demo("--", sys.executable, "-c", "print('logged in, surely')")
    assert done.returncode == 1
    assert "printed no token" in done.stdout


def test_demo_needs_a_command() -> None:
    done = run_demo()
    assert (done.returncode, done.stderr) == (2, "usage: demo.py -- COMMAND...\n")


@pytest.fixture(scope="module")
def role(bed: TestBed) -> Role:
    return bed.aws.role("by-hand")


@pytest.fixture(scope="module")
def identity(bed: TestBed, role: Role) -> Identity:
    """A session of an IAM role with a Vault role of the same name, which a login without a role gets."""
    bed.vault_role("by-hand", role.arn)
    return bed.aws.session(role)


@pytest.mark.parametrize("options", [(), ("--role", "by-hand"), ("--credentials", "-"), ("--credentials=-",)])
def test_login_by_hand_prints_the_token_alone(bed: TestBed, identity: Identity, options: tuple[str, ...]) -> None:
    environment = bed.process_environment(identity)
    document = ""
    if "--credentials" in " ".join(options):
        document = "\n".join(f"export {name}={value}" for name, value in identity.environment().items())
        environment = {name: value for name, value in environment.items() if not name.startswith("AWS_")}
    environment["PATH"] = f"{ROOT / '.venv/bin'}:{environment['PATH']}"
    done = subprocess.run(
        [ROOT / "tools/login.sh", *options],
        cwd=ROOT,
        env=environment,
        input=document,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert bed.vault.client_for(done.stdout.strip()).is_authenticated()
    assert done.stdout.strip() not in done.stderr
    assert identity.secret_access_key not in done.stderr


SERVER_ID = "vault.example.com"


@pytest.fixture(scope="module")
def other_mount(bed: TestBed, role: Role) -> str:
    """A mount of another path that wants a server ID."""
    mount = bed.mount_aws("by-hand", iam_server_id_header_value=SERVER_ID)
    bed.vault_role("by-hand", role.arn, mount=mount)
    return mount


def by_hand(
    bed: TestBed, tools: Path, *command: str, variables: dict[str, str], aws: Identity | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs a command with these variables alone, and with AWS's CLI only if `aws` says whose it is."""
    for program in ("bash", "curl", "python3", "wasmtime"):
        found = ROOT / ".venv/bin" / program
        (tools / program).symlink_to(found if found.exists() else shutil.which(program) or "missing")
    if aws:
        printed = {
            "Version": 1,
            "AccessKeyId": aws.access_key_id,
            "SecretAccessKey": aws.secret_access_key,
            "SessionToken": aws.session_token,
        }
        wanted = '[[ "$*" == "configure export-credentials" ]]'
        (tools / "aws").write_text(f"#!/usr/bin/env bash\n{wanted} && echo {shlex.quote(json.dumps(printed))}\n")
        (tools / "aws").chmod(0o755)
    path = str(tools) if command[0] != "make" else f"{tools}:{os.environ['PATH']}"
    environment = {"HOME": os.environ["HOME"], "PATH": path, "VAULT_ADDR": bed.vault.address} | variables
    return subprocess.run(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
    )


def test_make_login_logs_in_to_the_server_of_the_environment(
    bed: TestBed, identity: Identity, other_mount: str, tmp_path: Path
) -> None:
    flags = f"LOGIN_FLAGS=--role by-hand --server-id {SERVER_ID}"
    variables = identity.environment() | {"VAULT_AUTH_MOUNT": other_mount}
    done = by_hand(bed, tmp_path, "make", "login", flags, variables=variables)
    assert done.returncode == 0, done.stderr
    assert bed.vault.client_for(done.stdout.strip()).is_authenticated()
    assert f"sign --role by-hand --server-id {SERVER_ID}" in done.stderr


def test_login_by_hand_takes_credentials_from_the_cli_of_aws(
    bed: TestBed, identity: Identity, tmp_path: Path
) -> None:
    done = by_hand(bed, tmp_path, "tools/login.sh", "--role", "by-hand", variables={}, aws=identity)
    assert done.returncode == 0, done.stderr
    assert bed.vault.client_for(done.stdout.strip()).is_authenticated()
    assert done.stderr.startswith("$ aws configure export-credentials | wasmtime run ")
    assert identity.secret_access_key not in done.stderr


def test_refusal_by_hand_ends_in_its_diagnosis(
    bed: TestBed, identity: Identity, other_mount: str, tmp_path: Path
) -> None:
    variables = identity.environment() | {"VAULT_AUTH_MOUNT": other_mount}
    options = ("--role", "by-hand", "--server-id", "other.example.com")
    done = by_hand(bed, tmp_path, "tools/login.sh", *options, variables=variables)
    assert (done.returncode, done.stdout) == (1, "")
    shown = re.findall(r"^\$ wasmtime run .*\.wasm (\w+)", done.stderr, re.MULTILINE)
    assert shown == ["sign", "diagnose"]
    assert "\nrule: server-id-differs\n" in done.stderr
    assert f"sign with the server ID `{SERVER_ID}`" in done.stderr


def test_login_by_hand_without_credentials_says_where_they_may_come_from(bed: TestBed, tmp_path: Path) -> None:
    done = by_hand(bed, tmp_path, "tools/login.sh", "--role", "by-hand", variables={})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "missing credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, install AWS's CLI, or give --credentials -\n"
    )


def test_served_environment_logs_in_until_it_is_ended() -> None:
    with subprocess.Popen([sys.executable, HERE / "serve.py"], stdout=subprocess.PIPE, text=True) as serving:
        try:
            assert serving.stdout
            lines = [serving.stdout.readline() for _ in range(5)]
            given = dict(shlex.split(line)[1].split("=", 1) for line in lines if line.startswith("export "))
            who = Identity(
                "", "", given["AWS_ACCESS_KEY_ID"], given["AWS_SECRET_ACCESS_KEY"], given["AWS_SESSION_TOKEN"]
            )
            url = given["VAULT_ADDR"] + "/v1/auth/aws/login"
            assert requests.post(url, json=Signer().sign(who).login("dev"), timeout=30).status_code == 200
        finally:
            serving.send_signal(signal.SIGTERM)
    assert serving.returncode == 0
