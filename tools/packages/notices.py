"""The licences of what is linked into an artefact, as each package carries them.

python3 tools/packages/notices.py CRATE…    prints the notices of artefacts built from these crates
"""

from __future__ import annotations

import sys
from collections import defaultdict

import linkage
from linkage import Crate
from project import ROOT

OWN = ROOT / "tools" / "packages" / "licences"
LICENCE_FILES = ("LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE")
#: What comes without the text of its licence: a file with the one of its repository.
WITHOUT_TEXT = {
    "base64-simd": "nugine-simd.txt",
    "vsimd": "nugine-simd.txt",
    "cranelift-assembler-x64": "wasmtime.txt",
    "cranelift-bitset": "wasmtime.txt",
    "pulley-interpreter": "wasmtime.txt",
    "wasmtime-internal-component-util": "wasmtime.txt",
    "wasmtime-internal-core": "wasmtime.txt",
    "wasmtime-internal-jit-icache-coherence": "wasmtime.txt",
    "std": "rust.txt",
    "musl": "musl.txt",
    "wasi-libc": "wasi-libc.txt",
}
BEGIN = "This contains the following crates, and Rust's standard library.\n"
RULE = "-" * 80


class MissingText(Exception):
    """A crate comes without the text of its licence, and the folder `licences` has none for it."""


def texts(crate: Crate) -> list[str]:
    files = []
    if crate.name not in linkage.BUNDLED:
        found = linkage.folder(crate).iterdir()
        files = [path for path in found if path.name.upper().startswith(LICENCE_FILES)]
    files = sorted(path for path in files if path.is_file())
    if not files and crate.name in WITHOUT_TEXT:
        files = [OWN / WITHOUT_TEXT[crate.name]]
    if not files:
        raise MissingText(
            f"{crate} ({linkage.licence(crate)}) comes without the text of its licence: "
            "add the one of its repository to tools/packages/licences"
        )
    # The texts of some crates differ in the ends of their lines alone.
    return ["\n".join(path.read_text(errors="replace").strip().splitlines()) for path in files]


def text(*names: str) -> str:
    """The notices of artefacts that are built from these crates; many crates share a text."""
    crates_by_text: dict[str, list[str]] = defaultdict(list)
    for crate in linkage.linked(names):
        if linkage.own(crate):
            continue
        for licence in texts(crate):
            crates_by_text[licence].append(f"{crate} ({linkage.licence(crate)})")
    sections = [
        "\n".join([RULE, *named, RULE, "", licence, ""])
        for licence, named in crates_by_text.items()
    ]
    return "\n".join([BEGIN, *sections])


if __name__ == "__main__":
    print(text(*sys.argv[1:]), end="")
