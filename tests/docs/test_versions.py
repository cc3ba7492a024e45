"""Every place that tells the version tells that of Cargo.toml, and one command sets them all.

Needs nothing but pytest, Python's standard library and git.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import version  # noqa: E402

#: Where a registry, a compiler or a reader looks for it.
EXPECTED = {
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "README.md",
    "crates/component/src/lib.rs",
    "host-examples/composed/wit/plugin.wit",
    "host-examples/java/pom.xml",
    "host-examples/node/package-lock.json",
    "host-examples/node/package.json",
    "wit/login.wit",
}


def test_every_place_tells_the_version_of_the_workspace() -> None:
    found = list(version.places())
    other = [f"{name}:{line}: {told}" for name, line, told in found if told != version.current()]
    assert not other, "\n".join([f"expected {version.current()}:", *other])
    assert EXPECTED - {name for name, _, _ in found} == set()


def test_one_command_sets_the_version_everywhere(tmp_path: Path) -> None:
    before = list(version.places())
    for name in {"tools/version.py", *(name for name, _, _ in before)}:
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)
    for command in (["init", "--quiet"], ["add", "."]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)

    def set_version(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "tools/version.py", *words]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    assert set_version("7.8.9").returncode == 0
    told = [line.rpartition(": ") for line in set_version().stdout.splitlines()]
    assert [(place, number) for place, _, number in told] == [(f"{name}:{line}", "7.8.9") for name, line, _ in before]
    # The contract says since when each part of it exists.
    assert f"@since(version = {version.current()})" in (tmp_path / "wit/login.wit").read_text()
    assert set_version("7.8").returncode == 2
