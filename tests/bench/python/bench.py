"""Measures one signer.

    python bench.py MODE SIGNER

    login   prints a login
    first   prints the nanoseconds from the import to the first login
    warm    prints the nanoseconds of a login, by Python's own `timeit`
"""

from __future__ import annotations

import importlib
import sys
import time
from timeit import Timer

MEASURE_SECONDS = 0.3


def main() -> None:
    mode, name = sys.argv[1:]
    started = time.perf_counter()
    signer = importlib.import_module(f"signers.{name}")
    login = signer.sign()
    first = time.perf_counter() - started
    if mode == "login":
        print(login)
    elif mode == "first":
        print(first * 1e9)
    elif mode == "warm":
        timer = Timer(signer.sign)
        calls = 100
        # A first run warms up, and says how many calls to measure.
        calls = max(1, round(MEASURE_SECONDS / (timer.timeit(calls) / calls)))
        print(timer.timeit(calls) / calls * 1e9)
    else:
        sys.exit(f"expected login, first or warm, found {mode}")


if __name__ == "__main__":
    main()
