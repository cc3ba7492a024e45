"""Runs the shipped command and component in the wasmtime CLI, as the README shows."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from bed import Identity

ROOT = Path(__file__).resolve().parents[2]
WASMTIME = str(ROOT / ".venv" / "bin" / "wasmtime")
COMMAND = "dist/vault-aws-login-cli.wasm"
COMPONENT = "dist/vault-aws-login.wasm"
VARIABLES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def run(
    *arguments: str, env: dict[str, str] | None = None, stdin: str | bytes = ""
) -> subprocess.CompletedProcess[str]:
    """Runs the command with nothing in its environment but `env`."""
    env = env or {}
    passed = [word for name in env for word in ("--env", name)]
    ended = subprocess.run(
        [WASMTIME, "run", *passed, COMMAND, *arguments],
        cwd=ROOT,
        env={"HOME": os.environ["HOME"]} | env,
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        timeout=60,
    )
    return subprocess.CompletedProcess(ended.args, ended.returncode, ended.stdout.decode(), ended.stderr.decode())


def sign(identity: Identity, *arguments: str) -> str:
    """Signs with the command and returns the login."""
    ended = run("sign", *arguments, env=identity.environment())
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


def wave(value: str) -> str:
    """Quotes a string as WAVE does; for plain text the same as JSON."""
    return json.dumps(value)


def invoke(call: str) -> subprocess.CompletedProcess[str]:
    """Calls a function of the component by `--invoke`."""
    return subprocess.run(
        [WASMTIME, "run", "--invoke", call, COMPONENT], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
