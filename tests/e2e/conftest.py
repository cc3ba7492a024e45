"""Gives every end-to-end test the same running test bed."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bed import TestBed
from java_host import java_classes
from node_project import project, tarball

__all__ = ["bed", "java_classes", "project", "tarball"]

# The package of the Python host, as it stands: tests call the shipped component through it.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "host-examples" / "python" / "src"))


@pytest.fixture(scope="session")
def bed() -> Iterator[TestBed]:
    with TestBed() as running:
        yield running
