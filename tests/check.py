"""Checks format, lints and licences of all languages, and says what it found in one line a step.

    python3 tests/check.py         every step
    python3 tests/check.py fast    the steps that build no runtime

Stops at no step: a failure shows the step's output, and the status at the end is 1.
Needs nothing but Python's standard library, and the compilers.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CLIPPY = ["cargo", "clippy", "--locked", "--quiet"]
STRICT = ["--", "--deny", "warnings"]
RUSTFMT = ["rustfmt", "--edition", "2024", "--check"]
WASM = ["--target", "wasm32-unknown-unknown"]
TOOLS = ROOT / ".venv" / "bin"
RUFF = [str(TOOLS / "ruff"), "--quiet"]
MYPY = [str(TOOLS / "mypy"), "--no-error-summary"]
ON_WASM = ["component", "signer", "command", "core-module"]
GO = "host-examples/go"
# Those with tests that need a server, which a tag keeps apart.
GO_E2E = [f"{GO}/{name}" for name in ("e2e", "vaultauth", "openbaoauth")]
GO_MODULES = [GO, *GO_E2E, f"{GO}/logindata", f"{GO}/login", "tests/bench/load", "tests/bench/go"]
GO_MODULES += ["tests/e2e/go-login", "tests/vectors/durations", "tools/docs/go"]
GO_MODULES += ["tests/licences", "tools/packages/go-pack"]


@dataclass(frozen=True)
class Step:
    """A command that succeeds if what it checks is right."""

    what: str
    command: list[str]
    folder: str = "."
    #: The names that it prints are those of wrong files.
    lists_faults: bool = False
    #: It compiles neither wasmtime nor a Go module, and needs no tool but those of the tests.
    fast: bool = False


def steps() -> list[Step]:
    examples = sorted(map(str, ROOT.glob("host-examples/*/example/src/main.rs")))
    fuzz = ["--manifest-path", "fuzz/Cargo.toml"]
    host = ["--workspace", "--all-targets", "--profile", "host"]
    rust = [
        Step("format of the Rust code", ["cargo", "fmt", "--all", "--check"], fast=True),
        Step("format of the fuzz targets", ["cargo", "fmt", *fuzz, "--check"], fast=True),
        Step("format of the examples in Rust", [*RUSTFMT, *examples], fast=True),
        Step("lints of the core", [*CLIPPY, "--all-targets", *STRICT], fast=True),
        Step("lints of the Rust code, natively", [*CLIPPY, *host, *STRICT]),
    ]
    for crate in ON_WASM:
        package = ["--package", f"vault-aws-login-{crate}"]
        what = f"lints of crates/{crate}, for WebAssembly"
        rust.append(Step(what, [*CLIPPY, *package, *WASM, *STRICT], fast=True))
    formatted = Step(
        "format of the Go code",
        ["gofmt", "-l", "host-examples/go", "tests", "tools"],
        lists_faults=True,
        fast=True,
    )
    go = [Step(f"lints of {module}", ["go", "vet", "./..."], module) for module in GO_MODULES]
    e2e = [
        Step(f"lints of {module}'s end-to-end tests", ["go", "vet", "-tags", "e2e", "./..."], module)
        for module in GO_E2E
    ]
    package = "host-examples/python"
    python = [
        Step("format of the Python package", [*RUFF, "format", "--check"], package, fast=True),
        Step("lints of the Python package", [*RUFF, "check"], package, fast=True),
        Step("types of the Python package", [*MYPY], package, fast=True),
    ]
    program = [str(TOOLS / "python"), "tests/check_licences.py"]
    locked = [*program, "crates", "npm", "python"]
    licences = Step("licences of crates and of the packages of npm and Python", locked, fast=True)
    # Maven has downloaded its packages after the documentation.
    resolved = Step("licences of the modules of Go and of Java", [*program, "go", "java"])
    # Without what else may be on this machine, and without GitHub, which would know of newer actions.
    actionlint = [str(ROOT / "target/tools/bin/actionlint"), "-shellcheck=", "-pyflakes="]
    zizmor = [str(ROOT / ".make/packages-venv/bin/zizmor"), "--offline", "--pedantic", "--quiet", "."]
    workflows = [Step("workflows", actionlint), Step("weaknesses of the workflows", zizmor)]
    docs = Step("documentation of each interface, and its links", ["make", "--silent", "docs"])
    return [*rust, formatted, *go, *e2e, *python, licences, *workflows, docs, resolved]


def passes(step: Step) -> bool:
    ended = subprocess.run(
        step.command,
        cwd=ROOT / step.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    right = ended.returncode == 0 and not (step.lists_faults and ended.stdout.strip())
    print(f"{step.what}: {'ok' if right else 'wrong'}", flush=True)
    if not right:
        print(f"{ended.stdout}in {step.folder}: {' '.join(step.command)}", flush=True)
    return right


def main() -> int:
    chosen = [step for step in steps() if step.fast or sys.argv[1:] != ["fast"]]
    wrong = [step for step in chosen if not passes(step)]
    print(f"{len(wrong)} checks found faults" if wrong else "no faults found")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
