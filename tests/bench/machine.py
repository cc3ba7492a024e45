"""What it was measured on."""

from __future__ import annotations

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

from programs import ROOT, Programs
from sections import table


def described(programs: Programs, rounds: int) -> str:
    def said(*command: str) -> str:
        return programs.run(list(command)).strip().splitlines()[0]

    cpu = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    rows = [
        ("CPU", f"{cpu[1] if cpu else platform.processor()}, {os.cpu_count()} cores"),
        ("Memory", f"{memory:.0f} GiB"),
        ("Kernel", f"{platform.system()} {platform.release().partition('-')[0]}"),
        ("Rust", said("rustc", "--version")),
        ("wasmtime, the crate", locked("wasmtime")),
        ("wasmtime, the CLI", said(str(ROOT / ".venv/bin/wasmtime"), "--version")),
        ("`aws-sigv4`", locked("aws-sigv4")),
        ("Node", said("node", "--version")),
        ("Python", platform.python_version()),
        *((f"{name}, in Python", version(name)) for name in ("wasmtime", "botocore", "hvac")),
        ("Go", said("go", "version").removeprefix("go version ")),
        ("hyperfine", said("hyperfine", "--version")),
        ("Rounds", str(rounds)),
    ]
    return table(("", ""), rows)


def locked(package: str) -> str:
    found = re.search(rf'name = "{package}"\nversion = "(.*)"', (ROOT / "Cargo.lock").read_text())
    if found is None:
        raise LookupError(f"expected {package} in Cargo.lock")
    return found[1]
