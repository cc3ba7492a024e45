"""Reads and runs the commands that a page of documentation shows, as they stand there."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Command:
    """A command of a page, and the lines that the page shows under it."""

    text: str
    shown: tuple[str, ...] = ()


def blocks(page: str) -> list[list[Command]]:
    """The commands of each `console` block: a prompt, continued lines, and output."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        commands: list[Command] = []
        for line in block.splitlines():
            if line.startswith("$ "):
                commands.append(Command(line.removeprefix("$ ")))
            elif commands[-1].text.endswith(("|", "\\")) and not commands[-1].shown:
                commands[-1] = Command(f"{commands[-1].text}\n{line}")
            else:
                commands[-1] = Command(commands[-1].text, (*commands[-1].shown, line))
        found.append(commands)
    return found


def scripts(page: str) -> list[str]:
    """The text of each `sh` block: commands whose output the page does not show."""
    return re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


def rows(page: str) -> list[list[str]]:
    """The cells of each row of a page's tables, without their heads."""
    lines = [line for line in page.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if not line.startswith("| Host ")]


def code(cell: str) -> list[str]:
    """What a cell shows as code."""
    return re.findall(r"`([^`]+)`", cell)


def missing(shown: tuple[str, ...], output: str) -> str | None:
    """The first line of a page that is missing in the output or out of order; `…` stands for anything."""
    lines = iter(output.splitlines())
    for line in shown:
        wanted = re.compile(".*".join(re.escape(part) for part in line.split("…")))
        if line != "…" and not any(wanted.fullmatch(found) for found in lines):
            return line
    return None


def run(text: str, folder: Path, env: Mapping[str, str], *, wanted: int = 0, seconds: float = 400) -> str:
    """Runs a command, checks its status, and returns what it printed."""
    with started(text, folder, env) as running:
        status = running.process.wait(timeout=seconds)
        output = running.output()
    assert status == wanted, f"`{text}` ended with status {status}:\n{output}"
    return output


@dataclass
class Running:
    """A command that runs until its owner is done with it."""

    process: subprocess.Popen[bytes]
    log: Path

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_for(self, shown: tuple[str, ...], ports: Iterable[str] = ()) -> None:
        """Waits until it has said that, and listens there."""
        deadline = time.monotonic() + 60
        while missing(shown, self.output()) is not None or not all(map(listens, ports)):
            assert self.process.poll() is None and time.monotonic() < deadline, (
                f"expected {shown} of {self.process.args}, found:\n{self.output()}"
            )
            time.sleep(0.05)


def listens(port: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0


@contextmanager
def started(text: str, folder: Path, env: Mapping[str, str]) -> Iterator[Running]:
    """Starts a command, and ends it with everything that it started."""
    log = Path(env["LOGS"]) / f"{time.monotonic_ns()}.log"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", text],
            cwd=folder,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Running(process, log)
    finally:
        try:
            os.killpg(process.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
        process.wait(timeout=30)
