"""The crates that are linked into an artefact, and which of them uses which.

Asks `cargo tree`, which knows the features of one build; those of `cargo metadata` are the union of
the whole workspace. What only runs at build time (build scripts, procedural macros) is left out.
Needs only Python and cargo.
"""

from __future__ import annotations

import json
import subprocess
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from project import ROOT

#: The targets of the crates that are not built for the first one.
WASM = "wasm32-unknown-unknown"
STATIC = "x86_64-unknown-linux-musl"
TARGETS = {
    "vault-aws-login-cli": STATIC,
    "vault-aws-login-envoy": "wasm32-wasip1",
}
STD = "std"
#: What comes with the compiler in place of crates.io, and its licence.
BUNDLED = {STD: "Apache-2.0 OR MIT", "musl": "MIT", "wasi-libc": "MIT AND BSD-2-Clause"}
#: The C library that the standard library of a target contains.
C_LIBRARIES = {STATIC: "musl", "wasm32-wasip1": "wasi-libc"}


@dataclass(frozen=True, order=True)
class Crate:
    """A crate, or what comes with the compiler."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@dataclass
class Linked:
    """What one artefact consists of."""

    roots: list[Crate] = field(default_factory=list)
    uses: dict[Crate, set[Crate]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Crate]:
        return iter(sorted(self.uses))


def output(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


@cache
def compiler() -> str:
    """The version of the compiler, which is that of the standard library."""
    return output("rustc", "--version").split()[1]


@cache
def packages() -> dict[Crate, dict[str, Any]]:
    """What cargo knows of each crate."""
    metadata = json.loads(output("cargo", "metadata", "--locked", "--format-version", "1"))
    return {Crate(found["name"], found["version"]): found for found in metadata["packages"]}


@cache
def checksums() -> dict[Crate, str]:
    """The SHA-256 of each crate of crates.io, from the lock file."""
    locked = tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]
    return {
        Crate(entry["name"], entry["version"]): entry["checksum"]
        for entry in locked
        if "checksum" in entry
    }


def target(name: str) -> str:
    return TARGETS.get(name, WASM)


@cache
def tree(name: str) -> tuple[tuple[int, Crate], ...]:
    """The lines of `cargo tree`, each with its depth: a crate's uses stand below its first line."""
    command = ["cargo", "tree", "--locked", "--package", name, "--target", target(name)]
    command += ["--edges", "normal,no-proc-macro", "--prefix", "depth", "--format", " {p}"]
    found = []
    for line in filter(None, output(*command).splitlines()):
        depth, crate, version, *_ = line.split()
        found.append((int(depth), Crate(crate, version.removeprefix("v"))))
    return tuple(found)


def linked(names: Iterable[str]) -> Linked:
    """What is linked into artefacts that are built from these crates."""
    result = Linked()
    std = Crate(STD, compiler())
    for name in names:
        above: list[Crate] = []
        for depth, crate in tree(name):
            above[depth:] = [crate]
            result.uses.setdefault(crate, set())
            if depth:
                result.uses[above[depth - 1]].add(crate)
        result.roots.append(above[0])
        result.uses[above[0]].add(std)
        result.uses.setdefault(std, set())
        if library := C_LIBRARIES.get(target(name)):
            bundled = Crate(library, f"rust-{compiler()}")
            result.uses[std].add(bundled)
            result.uses[bundled] = set()
    return result


def own(crate: Crate) -> bool:
    """Whether the crate is one of this repository."""
    return crate.name not in BUNDLED and not packages()[crate]["source"]


def published(crate: Crate) -> bool:
    """Whether the crate is, or with the release will be, at crates.io."""
    if crate.name in BUNDLED:
        return False
    package = packages()[crate]
    return bool(package["source"]) or package["publish"] is None


def licence(crate: Crate) -> str:
    """The SPDX expression of the crate's licence."""
    if crate.name in BUNDLED:
        return BUNDLED[crate.name]
    given = str(packages()[crate]["license"])
    return " OR ".join(part.strip() for part in given.split("/"))


def folder(crate: Crate) -> Path:
    return Path(packages()[crate]["manifest_path"]).parent
