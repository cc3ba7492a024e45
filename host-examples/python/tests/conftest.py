"""Gives every test the shipped module."""

from __future__ import annotations

from pathlib import Path

import pytest

from vault_aws_login import Module

ROOT = Path(__file__).resolve().parents[3]
CORE_MODULE = ROOT / "dist" / "vault-aws-login.core.wasm"


@pytest.fixture(scope="session")
def wasm() -> bytes:
    return CORE_MODULE.read_bytes()


@pytest.fixture(scope="session")
def module(tmp_path_factory: pytest.TempPathFactory) -> Module:
    return Module.load(CORE_MODULE, cache=tmp_path_factory.mktemp("cache"))
