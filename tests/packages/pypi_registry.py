"""A Python package index on loopback: pypiserver, which knows no other index."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from bed.child import Child
from bed.loopback import free_ports
from conftest import ROOT

TOOLS = ROOT / ".make" / "packages-venv" / "bin"


def run(command: Sequence[str | Path], folder: Path, **more: str) -> str:
    """Runs a command that must succeed, and returns what it prints."""
    ended = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"NO_COLOR": "1"} | more,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert ended.returncode == 0, f"{' '.join(map(str, command))}\n{ended.stdout}"
    return ended.stdout


@dataclass(frozen=True)
class Index:
    url: str
    folder: Path

    def upload(self, *files: Path) -> None:
        command = [TOOLS / "twine", "upload", "--non-interactive", "--disable-progress-bar"]
        given = ["--repository-url", self.url, "--username", "any", "--password", "any"]
        run([*command, *given, *files], self.folder)

    def mirror(self, python: Path, *requirements: str) -> None:
        """Adds packages, and what they bring along for that Python, from pip's usual index."""
        command = [python, "-m", "pip", "download", "--quiet", "--only-binary", ":all:"]
        run([*command, "--dest", self.folder / "packages", *requirements], self.folder)

    def install(self, python: Path, *requirements: str) -> None:
        """Installs from here alone."""
        command = [python, "-m", "pip", "--isolated", "install", "--quiet", "--no-cache-dir"]
        # `--isolated` leaves the user's settings out, which may name other indexes.
        run([*command, "--index-url", f"{self.url}simple/", *requirements], self.folder)


@contextmanager
def index(folder: Path) -> Iterator[Index]:
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}/"
    (folder / "packages").mkdir()
    command = [TOOLS / "pypi-server", "run", "--interface", "127.0.0.1", "--port", str(port)]
    # Anyone may upload: what is published to it is what the tests install.
    command += ["--disable-fallback", "--authenticate", ".", "--passwords", "."]
    server = Child(
        [str(word) for word in [*command, folder / "packages"]],
        log=folder / "pypiserver.log",
        env=os.environ,
    )
    try:

        def answers() -> bool:
            try:
                return requests.get(url, timeout=5).ok
            except requests.ConnectionError:
                return False

        server.wait_until(answers, what="it answered")
        yield Index(url, folder)
    finally:
        server.stop()
