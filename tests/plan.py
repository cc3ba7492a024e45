"""Says what `make test` is about to install and build, and how long the last run took.

`tests/run.py` stores the duration that this reads. Needs nothing but Python's standard library.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

LOGS = Path(__file__).resolve().parent.parent / "target" / "test-logs"
DURATION = LOGS / "seconds"
# How a recipe of the Makefile says what it does.
STEP = re.compile(r'tools/step "((?:building|installing|downloading) [^"…]*[^"… ])')


def steps(recipes: str) -> list[str]:
    """The steps of a dry run of make, each once."""
    return list(dict.fromkeys(STEP.findall(recipes)))


def in_words(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def main() -> None:
    dry_run = ["make", "--dry-run", "--no-print-directory", "built"]
    planned = steps(subprocess.run(dry_run, stdout=subprocess.PIPE, text=True, check=True).stdout)
    for step in planned:
        print(f"to do: {step}")
    print("then every test suite, two at a time; the end-to-end tests download two Go modules (9 MB)")
    if DURATION.exists():
        print(f"the last run took {in_words(float(DURATION.read_text()))}")
    else:
        print("it takes 25 to 45 minutes cold, about 12 warm, on two cores")


if __name__ == "__main__":
    main()
