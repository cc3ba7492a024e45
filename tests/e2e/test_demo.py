"""The programs for people: the demo reports a login truly, `serve.py` prints a working environment."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from bed import GREETING, Identity, Signer, TestBed

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
def identity(bed: TestBed) -> Identity:
    """A session of an IAM role with a Vault role of the same name, which a login without a role gets."""
    role = bed.aws.role("by-hand")
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
