"""Gives every test the shipped component."""

from __future__ import annotations

from pathlib import Path

import pytest

from vault_aws_login import Component

ROOT = Path(__file__).resolve().parents[3]
COMPONENT = ROOT / "dist" / "vault-aws-login.wasm"


@pytest.fixture(scope="session")
def wasm() -> bytes:
    return COMPONENT.read_bytes()


@pytest.fixture(scope="session")
def component(tmp_path_factory: pytest.TempPathFactory) -> Component:
    return Component.load(COMPONENT, cache=tmp_path_factory.mktemp("cache"))
