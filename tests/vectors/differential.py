"""Signs random inputs with botocore and with the component, and ends at the first login that differs.

    .venv/bin/python tests/vectors/differential.py [--count N] [--seed SEED]

All keys are random.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import time
from itertools import islice

from wasmtime import Trap, WasmtimeError

from artefacts import ComponentFile
from random_inputs import Inputs
from reference import Input, Reference, Signed


def first_difference(seed: int, count: int) -> str | None:
    """Signs `count` inputs; describes the first that the two sign differently, so that it can be signed again."""
    reference, component = Reference(), ComponentFile()
    for number, given in enumerate(islice(Inputs(seed, reference), count), 1):
        wanted = reference.sign(given)
        try:
            login = component.sign(given)
        except (AssertionError, Trap, WasmtimeError) as error:
            return description(seed, number, given, wanted, repr(error))
        if login != wanted.login:
            return description(seed, number, given, wanted, f"{component.explain(login)}\n{login}")
    return None


def description(seed: int, number: int, given: Input, wanted: Signed, found: str) -> str:
    return f"input {number} of seed {seed}:\n{json.dumps(given)}\nbotocore: {wanted}\ncomponent: {found}"


def new_seed() -> int:
    return secrets.randbits(32)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=new_seed())
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}: {arguments.count} random inputs …", flush=True)
    started = time.monotonic()
    difference = first_difference(arguments.seed, arguments.count)
    if difference is not None:
        print(difference)
        return 1
    print(f"no login differs from botocore's; {time.monotonic() - started:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
