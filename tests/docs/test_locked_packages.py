"""Every package from a registry that builds or tests this project is held to a hash.

Needs nothing but pytest and Python's standard library.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PINNED = re.compile(r"[A-Za-z0-9._-]+==[0-9][^ ]*(?: --hash=sha256:[0-9a-f]{64})+")


def requirements(text: str) -> list[str]:
    """One line for each requirement, without comments."""
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def tracked(name: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z", f"*{name}"], cwd=ROOT, check=True, capture_output=True).stdout
    return [ROOT / path for path in listed.decode().split("\0") if path]


@pytest.mark.parametrize("lock", tracked("requirements.txt"), ids=lambda path: path.parent.name)
def test_every_python_package_has_a_version_and_hashes(lock: Path) -> None:
    found = requirements(lock.read_text())
    assert len(found) > 50
    assert [line for line in found if not PINNED.fullmatch(line)] == []


@pytest.mark.parametrize("lock", tracked("requirements.txt"), ids=lambda path: path.parent.name)
def test_every_direct_requirement_is_among_the_locked_ones(lock: Path) -> None:
    locked = {re.split("==", line)[0].lower() for line in requirements(lock.read_text())}
    direct = requirements(lock.with_suffix(".in").read_text())
    assert [line for line in direct if re.split(r"[=\[]", line)[0].lower() not in locked] == []


def test_pip_requires_the_hashes() -> None:
    makefiles = [ROOT / "Makefile", ROOT / "tools" / "packages" / "packages.mk"]
    text = "\n".join(path.read_text() for path in makefiles).replace("\\\n", " ")
    commands = [line for line in text.splitlines() if "pip install" in line and not line.startswith("#")]
    assert len(commands) > 1
    assert [line for line in commands if "--require-hashes" not in line] == []


@pytest.mark.parametrize("lock", tracked("package-lock.json"), ids=lambda path: path.parent.name)
def test_every_npm_package_has_a_hash(lock: Path) -> None:
    packages = json.loads(lock.read_text())["packages"]
    fetched = {name: entry for name, entry in packages.items() if "node_modules/" in name and not entry.get("link")}
    assert fetched
    assert [name for name, entry in fetched.items() if not entry.get("integrity", "").startswith("sha512-")] == []
