"""The commands that the page gives as fixes, run in a shell against the test bed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from bed import TestBed
from command import ROOT, WASMTIME, sign

COMMANDS = (ROOT / "host-examples" / "browser" / "src" / "commands.js").as_uri()
MOUNT = "team/aws-page"
PRINT_COMMANDS = f"""
import {{ commandsFor, factsOf }} from {json.dumps(COMMANDS)};
const {{ rule, ...given }} = JSON.parse(process.argv[1]);
const profile = {{ core: {{ flavour: 'openbao' }}, ...given.profile }};
const made = commandsFor({{ rule }}, factsOf({{ ...given, profile }}));
console.log(JSON.stringify(made.map(({{ text }}) => text)));
"""
# Stands for AWS's CLI, with the one call that the page's commands make of it.
AWS = """#!{python}
import sys, boto3
assert sys.argv[1:4] == ["iam", "get-role", "--role-name"]
assert sys.argv[5:] == ["--query", "Role.Arn", "--output", "text"]
iam = boto3.client("iam", endpoint_url="{url}", region_name="us-east-1")
print(iam.get_role(RoleName=sys.argv[4])["Role"]["Arn"])
"""


def commands(rule: str, **given: Any) -> list[str]:
    """What the page gives for a rule at the mount of these tests."""
    argument = json.dumps({"rule": rule, "mount": MOUNT} | given)
    program = ["node", "--input-type=module", "--eval", PRINT_COMMANDS, argument]
    made: list[str] = json.loads(
        subprocess.run(program, check=True, capture_output=True, timeout=60).stdout
    )
    return made


@pytest.fixture(scope="module")
def environment(bed: TestBed, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    tools = tmp_path_factory.mktemp("tools")
    (tools / "bao").symlink_to(ROOT / ".venv" / "bin" / "bao")
    (tools / "wasmtime").symlink_to(WASMTIME)
    (tools / "aws").write_text(AWS.format(python=sys.executable, url=bed.aws.url))
    (tools / "aws").chmod(0o755)
    bed.mount_aws(MOUNT)
    neutral = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "VAULT_", "BAO_"))
    }
    return neutral | {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "VAULT_ADDR": bed.vault.address,
        "BAO_ADDR": bed.vault.address,
        "BAO_TOKEN": bed.vault.root_token,
    }


def shell(text: str, environment: dict[str, str]) -> str:
    ended = subprocess.run(
        ["bash", "-c", text],
        cwd=ROOT / "dist",
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
    )
    assert ended.returncode == 0, f"{text}\n{ended.stderr.decode()}"
    return ended.stdout.decode()


def test_server_takes_the_logins_server_id_after_the_pages_command(
    bed: TestBed, environment: dict[str, str]
) -> None:
    user = bed.aws.user()
    bed.vault_role("page-server-id", user.arn, mount=MOUNT)
    bed.configure_aws(MOUNT, iam_server_id_header_value="wanted.example.com")
    # The CLI would read a value that begins with `@` from a file.
    for sent in ("sent.example.com", "@sent.example.com"):
        login = sign(user, "--role", "page-server-id", "--server-id", sent)
        assert bed.login(login, mount=MOUNT).status == 400
        explanation = {
            "role": "page-server-id",
            "headers": [{"name": "X-Vault-AWS-IAM-Server-ID", "value": sent}],
        }
        *_, write = commands("server-id-differs", explanation=explanation)
        shell(write, environment)
        assert bed.login(login, mount=MOUNT).status == 200


def test_login_is_accepted_that_the_pages_command_signs_again(
    bed: TestBed, environment: dict[str, str]
) -> None:
    user = bed.aws.user()
    bed.vault_role("page-again", user.arn, mount=MOUNT)
    bed.configure_aws(MOUNT, iam_server_id_header_value="wanted.example.com")
    explanation = {"role": "page-again", "headers": []}
    own = commands(
        "server-id-missing", explanation=explanation, profile={"serverId": "wanted.example.com"}
    )[0]
    answer = json.loads(shell(own, environment | user.environment() | {"AWS_SESSION_TOKEN": ""}))
    assert bed.read_greeting(answer["auth"]["client_token"]) == "hello from the test bed"


@pytest.mark.parametrize("path", ["/", "/teams/one/"])
def test_role_behind_a_session_is_bound_by_the_pages_command(
    bed: TestBed, environment: dict[str, str], path: str
) -> None:
    bed.configure_aws(MOUNT, iam_server_id_header_value="")
    other = bed.aws.user()
    name = bed.aws.fresh_name("page-bound")
    bed.vault_role(name, other.arn, mount=MOUNT)
    session = bed.aws.session(bed.aws.role(path=path))
    login = sign(session, "--role", name)
    assert bed.login(login, mount=MOUNT).status == 400
    profile = {"callerArn": session.arn, "role": {"principalArns": [other.arn]}}
    *_, bind = commands(
        "principal-not-bound", explanation={"role": name, "headers": []}, profile=profile
    )
    shell(bind, environment | bed.aws.vault.environment())
    assert bed.login(login, mount=MOUNT).status == 200
    assert bed.login(sign(other, "--role", name), mount=MOUNT).status == 200


def test_missing_role_is_made_by_the_pages_command(
    bed: TestBed, environment: dict[str, str]
) -> None:
    bed.configure_aws(MOUNT, iam_server_id_header_value="")
    session = bed.aws.session(bed.aws.role(path="/teams/two/"))
    login = sign(session, "--role", "page-made")
    assert bed.login(login, mount=MOUNT).status == 400
    explanation = {"role": "page-made", "headers": []}
    *_, make = commands("role-unknown", explanation=explanation, profile={"callerArn": session.arn})
    shell(make, environment | bed.aws.vault.environment())
    assert bed.login(login, mount=MOUNT).status == 200
