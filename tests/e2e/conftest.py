"""Gives every end-to-end test the same running test bed."""

from collections.abc import Iterator

import pytest

from bed import TestBed


@pytest.fixture(scope="session")
def bed() -> Iterator[TestBed]:
    with TestBed() as running:
        yield running
