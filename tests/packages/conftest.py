"""What the tests of the packages share: the test bed, and folders that hold nothing else."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "tools" / "packages")]

from bed.testbed import TestBed  # noqa: E402

PACKAGES = ROOT / "dist" / "packages"
SERVER_ID = "vault.example.com"
#: What a package says under a login with another server ID than this.
EXPLAINED = [
    "the server ID is not the one that the server wants: "
    "expected `vault.example.com`, found another",
    f"on the client: sign with the server ID `{SERVER_ID}`",
    "on the server: set `iam_server_id_header_value` of auth/aws/config/client "
    "to what its clients send",
]


@pytest.fixture(scope="session")
def bed() -> Iterator[TestBed]:
    with TestBed() as bed:
        yield bed


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder outside the repository, which is the current one."""
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert ROOT not in folder.parents
    for name in list(os.environ):
        if name.startswith(("VAULT_", "BAO_", "AWS_")):
            monkeypatch.delenv(name)
    return folder
