"""The package as a whole: what it exports, what an import costs, and the module inside."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import CORE_MODULE, PACKAGE

import vault_aws_iam_login
from vault_aws_iam_login import Credentials, Module, module

EXAMPLE = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")


def test_every_exported_name_is_there_and_no_other() -> None:
    for name in vault_aws_iam_login.__all__:
        assert getattr(vault_aws_iam_login, name).__name__ == name
    with pytest.raises(AttributeError, match=r"has no attribute 'Component'$"):
        vault_aws_iam_login.Component  # noqa: B018


def test_who_signs_waits_for_neither_http_nor_tls() -> None:
    script = """
import sys
from vault_aws_iam_login import Credentials, Module
Module(open(sys.argv[1], "rb").read()).sign_login(Credentials("AKIA", "secret"))
late = {"http.client", "ssl", "hvac", "email", "importlib.metadata", "wasmtime.component"}
print(sorted(late & set(sys.modules)))
"""
    ended = subprocess.run(
        [sys.executable, "-c", script, str(CORE_MODULE)],
        env={"PYTHONPATH": str(PACKAGE.parent)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.stdout == "[]\n", ended.stdout + ended.stderr


def test_module_inside_the_package_is_loaded_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert Module.bundled() is Module.bundled()
    assert Module.bundled().sign_login(EXAMPLE, role="dev", time=0)


def test_package_without_the_module_says_how_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    module._bundled.cache_clear()
    monkeypatch.setattr(module, "FILE", "missing.wasm")
    with pytest.raises(FileNotFoundError, match=r"^this package was built without missing"):
        Module.bundled()
