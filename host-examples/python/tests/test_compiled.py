"""The cache of the compiled module."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import wasmtime

from vault_aws_iam_login import Credentials, Module

EXAMPLE = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Counts how often the compiler runs; each time it really does."""
    sizes: list[int] = []

    class Counted(wasmtime.Module):
        def __init__(self, engine: wasmtime.Engine, wasm: bytes) -> None:
            sizes.append(len(wasm))
            super().__init__(engine, wasm)

    monkeypatch.setattr("vault_aws_iam_login.compiled.Module", Counted)
    return sizes


def cached_file(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def test_component_is_compiled_once_and_read_from_the_cache_afterwards(
    wasm: bytes, tmp_path: Path, compilations: list[int]
) -> None:
    folder = tmp_path / "new" / "cache"
    logins = {Module(wasm, cache=folder).sign_login(EXAMPLE, time=0) for _ in range(3)}
    assert len(compilations) == 1
    assert len(logins) == 1
    assert folder.stat().st_mode & 0o777 == 0o700
    assert cached_file(folder).stat().st_mode & 0o777 == 0o600


def test_cached_file_that_was_changed_is_compiled_again(
    wasm: bytes, tmp_path: Path, compilations: list[int]
) -> None:
    Module(wasm, cache=tmp_path)
    good = cached_file(tmp_path).read_bytes()
    for bad in (b"", good[:1000], good[:-1] + bytes([good[-1] ^ 1])):
        cached_file(tmp_path).write_bytes(bad)
        Module(wasm, cache=tmp_path).sign_login(EXAMPLE)
        assert cached_file(tmp_path).read_bytes() == good
    assert len(compilations) == 4


def test_folder_that_others_can_write_is_not_used(
    wasm: bytes, tmp_path: Path, compilations: list[int]
) -> None:
    tmp_path.chmod(0o777)
    for _ in range(2):
        Module(wasm, cache=tmp_path).sign_login(EXAMPLE)
    assert list(tmp_path.iterdir()) == []
    assert len(compilations) == 2


def test_file_that_others_can_write_is_not_read(
    wasm: bytes, tmp_path: Path, compilations: list[int]
) -> None:
    Module(wasm, cache=tmp_path)
    cached_file(tmp_path).chmod(0o666)
    Module(wasm, cache=tmp_path)
    assert len(compilations) == 2


def test_link_in_place_of_the_file_is_not_followed(
    wasm: bytes, tmp_path: Path, compilations: list[int]
) -> None:
    Module(wasm, cache=tmp_path)
    file = cached_file(tmp_path)
    elsewhere = tmp_path.parent / f"{tmp_path.name}-elsewhere"
    os.replace(file, elsewhere)
    file.symlink_to(elsewhere)
    Module(wasm, cache=tmp_path)
    assert len(compilations) == 2
    assert not file.is_symlink()


def test_folder_that_cannot_be_made_costs_time_only(wasm: bytes, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert Module(wasm, cache=tmp_path / "file" / "cache").sign_login(EXAMPLE)


def test_default_folder_follows_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wasm: bytes
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    (tmp_path / "module.wasm").write_bytes(wasm)
    Module.load(tmp_path / "module.wasm")
    assert cached_file(tmp_path / "xdg" / "vault-aws-login").suffix == ".cwasm"
