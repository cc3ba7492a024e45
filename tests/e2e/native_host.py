"""Runs the host `host-examples/wasmtime`: its login, and its agent."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bed.child import Child
from command import COMPONENT, ROOT

HOST = "target/host/vault-aws-login"
BUILD = "make wasmtime"
BASE = {"HOME": os.environ["HOME"], "AWS_EC2_METADATA_DISABLED": "true"}


def run(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs the host with nothing in its environment but `env`."""
    assert (ROOT / HOST).exists(), f"no {HOST}: run `{BUILD}`"
    return subprocess.run(
        [HOST, *arguments], cwd=ROOT, env=BASE | env, capture_output=True, text=True, timeout=60
    )


def login(*arguments: str, env: dict[str, str]) -> str:
    """Logs in and returns what was printed."""
    ended = run("login", *arguments, env=env)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout.removesuffix("\n")


# Who refused a login, as the program's status says it.
HERE, USAGE, SERVER, UNREACHED = 1, 2, 3, 4


def refusal(*arguments: str, env: dict[str, str], by: int = SERVER) -> str:
    """Fails to log in and returns the message."""
    ended = run("login", *arguments, env=env)
    assert (ended.returncode, ended.stdout) == (by, ""), ended.stderr
    return ended.stderr.removesuffix("\n")


@dataclass
class Agent:
    """A running agent, the file that it keeps and what it says."""

    process: Child
    sink: Path

    def wait_for_token(self, seconds: float = 30) -> str:
        """Waits for a token in the file."""
        self.process.wait_until(self.sink.exists, what="it wrote a token", seconds=seconds)
        return self.sink.read_text()

    def wait_for_line(self, text: str, times: int = 1) -> None:
        self.process.wait_until(lambda: self.said().count(text) >= times, what=f"it said `{text}` {times} times")

    def said(self) -> str:
        return self.process.log.read_text()


@contextmanager
def agent(folder: Path, *arguments: str, env: dict[str, str]) -> Iterator[Agent]:
    """Runs the agent with nothing in its environment but `env`."""
    sink = folder / "token"
    command = [str(ROOT / HOST), "agent", "--sink", str(sink), "--component", str(ROOT / COMPONENT), *arguments]
    process = Child(command, log=folder / "agent.log", env=BASE | env)
    try:
        yield Agent(process, sink)
    finally:
        process.stop()
