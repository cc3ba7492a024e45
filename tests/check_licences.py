"""Checks that every crate that goes into an artefact has a licence of the list below.

`cargo metadata` names the licences. Needs only Python and cargo.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys

# All permissive, all compatible with Apache-2.0 OR MIT.
ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
}


def allowed(expression: str) -> bool:
    """Whether the allowed licences satisfy an SPDX expression."""
    pattern = r"\(|\)|\bOR\b|\bAND\b|[^\s()]+(?: WITH [^\s()]+)?"
    tokens = re.findall(pattern, expression.replace("/", " OR "))

    def parse_or(index: int) -> tuple[bool, int]:
        result, index = parse_and(index)
        while index < len(tokens) and tokens[index] == "OR":
            right, index = parse_and(index + 1)
            result = result or right
        return result, index

    def parse_and(index: int) -> tuple[bool, int]:
        result, index = parse_term(index)
        while index < len(tokens) and tokens[index] == "AND":
            right, index = parse_term(index + 1)
            result = result and right
        return result, index

    def parse_term(index: int) -> tuple[bool, int]:
        if tokens[index] == "(":
            result, index = parse_or(index + 1)
            return result, index + 1
        return tokens[index] in ALLOWED, index + 1

    return parse_or(0)[0]


def main() -> int:
    command = ["cargo", "metadata", "--locked", "--format-version", "1"]
    metadata = subprocess.run(command, check=True, capture_output=True).stdout
    packages = json.loads(metadata)["packages"]
    refused = [
        f"{package['name']} {package['version']}: {package['license'] or 'no licence given'}"
        for package in packages
        if not package["license"] or not allowed(package["license"])
    ]
    foreign = [
        f"{package['name']} {package['version']}: from {package['source']}"
        for package in packages
        if package["source"] and not package["source"].startswith("registry+")
    ]
    for line in refused + foreign:
        print(f"not allowed: {line}")
    print(f"{len(packages)} crates, {len(refused) + len(foreign)} not allowed")
    return 1 if refused or foreign else 0


if __name__ == "__main__":
    sys.exit(main())
