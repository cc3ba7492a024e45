"""The component composed into another one, run in the wasmtime CLI."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from bed import GREETING, Identity, TestBed
from command import ROOT, WASMTIME

COMPOSED = ROOT / "dist" / "vault-aws-login-composed.wasm"
SERVER_ID = "vault.example.com"


@pytest.fixture(scope="module")
def strict_mount(bed: TestBed) -> str:
    """A mount that demands a server ID."""
    return bed.mount_aws("composed-strict", iam_server_id_header_value=SERVER_ID)


def run(*arguments: str, env: dict[str, str] | None = None, stdin: str = "") -> subprocess.CompletedProcess[str]:
    passed = [word for name in env or {} for word in ("--env", name)]
    command = [WASMTIME, "run", *passed, str(COMPOSED), *arguments]
    return subprocess.run(
        command, env=os.environ | (env or {}), input=stdin, capture_output=True, text=True, timeout=60
    )


def sign(identity: Identity, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run("sign", *arguments, env=identity.environment())


def principal(identity: Identity) -> str:
    """The ARN that Vault binds: a session's role, not the session."""
    if ":assumed-role/" not in identity.arn:
        return identity.arn
    return identity.arn.replace(":sts:", ":iam:").replace(":assumed-role/", ":role/").rpartition("/")[0]


@pytest.mark.parametrize("credentials", ["long-term key", "session token"])
def test_composed_component_logs_in_and_reads_the_secret(bed: TestBed, strict_mount: str, credentials: str) -> None:
    identity = bed.aws.user() if credentials == "long-term key" else bed.aws.session(bed.aws.role())
    bed.vault_role("composed", principal(identity), mount=strict_mount)
    ended = sign(identity, "composed", SERVER_ID)
    assert (ended.returncode, ended.stderr) == (0, "")
    answer = bed.login(json.loads(ended.stdout), mount=strict_mount)
    assert bed.read_greeting(answer.token) == GREETING


def test_wrong_server_id_is_refused_by_vault_and_explained_by_the_composed_component(
    bed: TestBed, strict_mount: str
) -> None:
    identity = bed.aws.user()
    bed.vault_role("composed-refused", identity.arn, mount=strict_mount)
    login = sign(identity, "composed-refused", "other.example.com").stdout
    answer = bed.login(json.loads(login), mount=strict_mount)
    assert answer.error.endswith('expected "vault.example.com" but got "other.example.com"')
    explained = run("explain", str(answer.status), env={"LOGIN": login}, stdin=json.dumps(answer.json))
    assert (explained.returncode, explained.stdout.splitlines()) == (
        0,
        [
            "the server ID is not the one that the server wants: expected `vault.example.com`, found another",
            f"  the server said: {answer.error}",
            "  on the client: sign with the server ID `vault.example.com`",
            "  on the server: set `iam_server_id_header_value` of auth/aws/config/client to what its clients send",
        ],
    )


def test_refused_input_ends_with_its_sentence(bed: TestBed) -> None:
    ended = sign(bed.aws.user(), "arn:aws:iam::123456789012:role/dev")
    assert (ended.returncode, ended.stdout, ended.stderr) == (
        1,
        "",
        "error: invalid role: expected the name of a Vault role, found the ARN `arn:aws:iam::123456789012:role/dev`\n",
    )


def test_composed_component_imports_none_of_the_contract() -> None:
    wasm_tools = ROOT / ".venv" / "bin" / "wasm-tools"
    printed = subprocess.run(
        [wasm_tools, "component", "wit", str(COMPOSED)], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    assert "import wasi:cli/environment@" in printed
    assert "vault-aws:login" not in printed
