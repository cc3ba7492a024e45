"""Ten thousand random inputs, other ones each time."""

from __future__ import annotations

import pytest

from differential import first_difference, new_seed

COUNT = 10_000


def test_random_logins_are_those_that_botocore_signs(capsys: pytest.CaptureFixture[str]) -> None:
    seed = new_seed()
    with capsys.disabled():
        print(f"\n{COUNT} random inputs from seed {seed}: make differential N={COUNT} SEED={seed}")
    difference = first_difference(seed, COUNT)
    assert difference is None, difference
