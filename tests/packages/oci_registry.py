"""A registry for OCI artefacts on loopback: Debian's `docker-registry`, without TLS and logins."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

import debian
from bed.child import Child
from bed.loopback import LOOPBACK, free_ports

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "target" / "tools" / "bin"


@dataclass(frozen=True)
class Registry:
    """What it holds lies in `storage`, a file for each blob."""

    host: str
    storage: Path

    @property
    def place(self) -> str:
        """Where a project's artefacts go, as forges have it: below its owner."""
        return f"{self.host}/acme"

    def blob(self, digest: str) -> Path:
        algorithm, _, value = digest.partition(":")
        folder = self.storage / "docker/registry/v2/blobs" / algorithm / value[:2] / value
        return folder / "data"


@contextmanager
def registry(folder: Path) -> Iterator[Registry]:
    (port,) = free_ports(1)
    found = Registry(f"{LOOPBACK}:{port}", folder / "storage")
    config = folder / "config.yml"
    config.write_text(
        "version: 0.1\n"
        f"storage: {{ filesystem: {{ rootdirectory: {found.storage} }} }}\n"
        f"http: {{ addr: '{found.host}' }}\n"
    )
    program = debian.program("docker-registry", "usr/bin/docker-registry")
    command = [str(program), "serve", str(config)]
    child = Child(command, log=folder / "registry.log", env={"OTEL_TRACES_EXPORTER": "none"})
    try:
        child.wait_until(lambda: is_ready(found.host), what="it answered")
        yield found
    finally:
        child.stop()


def is_ready(host: str) -> bool:
    try:
        return requests.get(f"http://{host}/v2/", timeout=5).status_code == 200
    except requests.ConnectionError:
        return False


def publish(place: str) -> subprocess.CompletedProcess[str]:
    """Runs the program that publishes, to another place than a release goes to."""
    program = ROOT / "tools" / "packages" / "publish_oci.py"
    command = [sys.executable, str(program), "--plain-http", place]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def tool(name: str, *arguments: str | Path, cwd: Path | None = None) -> str:
    """Runs oras, crane or wkg, and returns what it prints."""
    command = [str(TOOLS / name), *map(str, arguments)]
    ended = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, f"{' '.join(command)}: {ended.stderr}"
    return ended.stdout
