"""An empty project with the npm package installed, as a user would install it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from command import ROOT

PACKAGE = ROOT / "host-examples" / "node"
_BIN = ROOT / "tests" / "runtimes" / "node_modules" / ".bin"
#: The other runtimes of the package. Deno has no access but to the package's files and to loopback: not to the environment.
OTHER_RUNTIMES = {
    "deno": (str(_BIN / "deno"), "run", "--no-prompt", "--no-check", "--allow-read=.", "--allow-net=127.0.0.1"),
    "bun": (str(_BIN / "bun"),),
}
#: The same, for scripts that read the environment, as AWS's SDK does.
WITH_ENVIRONMENT = OTHER_RUNTIMES | {"deno": (*OTHER_RUNTIMES["deno"], "--allow-env", "--allow-sys")}


@pytest.fixture(scope="session")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pack")
    packed = npm("pack", "--json", "--pack-destination", str(folder), cwd=PACKAGE)
    return folder / json.loads(packed)[0]["filename"]


@pytest.fixture(scope="session")
def project(tarball: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty project with the package in it, and a link to the AWS SDK of the package's own lock file."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    # Offline: the package needs nothing else.
    npm("install", "--offline", str(tarball), cwd=folder)
    (folder / "node_modules" / "@aws-sdk").symlink_to(PACKAGE / "node_modules" / "@aws-sdk")
    return folder


def npm(*arguments: str, cwd: Path) -> str:
    ended = subprocess.run(["npm", "--loglevel=error", *arguments], cwd=cwd, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def node(
    project: Path,
    script: str,
    *arguments: str,
    env: dict[str, str],
    runtime: tuple[str, ...] = ("node",),
    stdin: str = "",
) -> subprocess.CompletedProcess[str]:
    """Runs a module of the package's folder as a file of the project, with no credentials but those given."""
    (project / "script.mjs").write_text(script)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "VAULT_"))}
    return subprocess.run(
        [*runtime, "script.mjs", *arguments],
        cwd=project,
        env=inherited | {"NO_COLOR": "1", "DENO_NO_UPDATE_CHECK": "1"} | env,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
    )
