"""Makes the Go modules: `source`, and `proxy`, which GOPROXY can name.

    python3 tools/packages/go.py           in dist/packages/go
    python3 tools/packages/go.py FOLDER    in another folder

`source` is what the release commits as the folder `go` on its tags; `proxy` is what Go's tools
download after that. The sources name the address `repository.invalid`: here they get the real one,
and each other's version. Needs Go and cargo.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from json import JSONDecoder
from pathlib import Path

import notices
import project
import sbom
from project import PACKAGES, ROOT, TAG

FOLDER = "host-examples/go"
HOST = ROOT / FOLDER
PACK = ROOT / "tools" / "packages" / "go-pack"
PATH = f"{project.PATH}/go"
CORE = ROOT / "dist" / "vault-aws-login.core.wasm"
BUILT_FROM = "vault-aws-login-core-module"
#: Below the path: the library, and those that need it.
MODULES = ("", "logindata", "vaultauth", "openbaoauth")
#: The tests that need nothing of the repository. A module's documentation shows them.
EXAMPLES = "example_test.go"
TIME = datetime.fromtimestamp(project.TIME, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
#: The words of a licence that no other of these has, and its name.
LICENCES = {
    "apache license version 2.0": "Apache-2.0",
    "mozilla public license version 2.0": "MPL-2.0",
    "neither the name of": "BSD-3-Clause",
    "redistribution and use in source and binary forms": "BSD-2-Clause",
    "permission is hereby granted free of charge": "MIT",
}


def run(folder: Path, *command: str) -> str:
    return subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout


@cache
def placeholder() -> str:
    """The path of the library's module in the repository."""
    return run(HOST, "go", "list", "-m").strip()


def renamed(text: str) -> str:
    return text.replace(placeholder(), PATH)


@dataclass(frozen=True, order=True)
class Needed:
    """A module that is compiled into a program with one of ours."""

    path: str
    version: str
    folder: Path

    @classmethod
    def of(cls, module: dict[str, str]) -> Needed:
        path, version = module["Path"], module.get("Version", "")
        if path.startswith(placeholder()):
            path, version = renamed(path), TAG
        return cls(path, version, Path(module["Dir"]))

    @property
    def purl(self) -> str:
        return f"pkg:golang/{self.path}@{self.version}"

    @property
    def owner(self) -> str:
        host, _, inner = self.path.partition("/")
        return inner.partition("/")[0] if host == "github.com" else host

    @property
    def licence(self) -> str:
        if self.folder.is_relative_to(HOST):
            return project.LICENCE
        for file in sorted(self.folder.glob("LICEN[CS]E*")):
            text = " ".join(re.findall(r"[a-z0-9.]+", file.read_text().lower()))
            for words, name in LICENCES.items():
                if words in text:
                    return name
        raise ValueError(f"the licence of {self.path} {self.version} is not known")


def imports(folder: Path) -> Iterator[tuple[Needed, str, list[str]]]:
    """Each package that a module is compiled with: its module, its path, and what it imports."""
    text, decoder = (
        run(folder, "go", "list", "-deps", "-json=ImportPath,Imports,Module", "."),
        JSONDecoder(),
    )
    while text := text.lstrip():
        found, end = decoder.raw_decode(text)
        text = text[end:]
        # The standard library has no module.
        if "Module" in found:
            yield Needed.of(found["Module"]), found["ImportPath"], found.get("Imports", [])


def dependencies(folder: Path) -> list[sbom.Dependency]:
    """The modules that the one in a folder is compiled with, and what each of them needs."""
    found = list(imports(folder))
    homes = {path: needed for needed, path, _ in found}
    uses: dict[Needed, set[Needed]] = {needed: set() for needed in homes.values()}
    for needed, _, paths in found:
        uses[needed] |= {homes[path] for path in paths if path in homes} - {needed}
    return [
        sbom.Dependency(
            needed.purl,
            needed.licence,
            needed.path,
            needed.version,
            needed.owner,
            needs=tuple(sorted(other.purl for other in others)),
        )
        for needed, others in sorted(uses.items())
        if needed.folder != folder
    ]


def stage(name: str, folder: Path, sums: list[str]) -> None:
    """Lays out a module under its real path. `sums` are the lines of go.sum of those before it."""
    source, shown = HOST / name, f"{FOLDER}/{name}".rstrip("/")
    path = f"{PATH}/{name}".rstrip("/")
    folder.mkdir(parents=True, exist_ok=True)
    for file in source.glob("*.go"):
        if file.name == EXAMPLES or not file.name.endswith("_test.go"):
            (folder / file.name).write_text(renamed(file.read_text()))
    # The real path may belong elsewhere in the order of imports.
    run(folder, "gofmt", "-w", *(file.name for file in folder.glob("*.go")))
    needs = renamed((source / "go.mod").read_text()).replace(f"{PATH} v0.0.0", f"{PATH} {TAG}")
    needs = re.sub(r"^replace .*\n", "", needs, flags=re.MULTILINE)
    (folder / "go.mod").write_text(needs)
    run(folder, "go", "mod", "edit", "-fmt")
    lines = {*(source / "go.sum").read_text().splitlines(), *(sums if name else [])}
    (folder / "go.sum").write_text("\n".join(sorted(lines)) + "\n")
    for licence in ("LICENSE-APACHE", "LICENSE-MIT"):
        shutil.copy(ROOT / licence, folder)
    bill = sbom.document(
        path,
        f"pkg:golang/{path}@{TAG}",
        others=dependencies(source),
        files={} if name else {CORE: BUILT_FROM},
    )
    changes = project.with_whole_links((ROOT / "CHANGELOG.md").read_text(), "")
    written = {
        "README.md": renamed(project.page(shown)),
        "CHANGELOG.md": changes,
        "sbom.cdx.json": bill,
    }
    if not name:
        shutil.copy(CORE, folder)
        written["THIRD-PARTY-NOTICES.txt"] = notices.text(BUILT_FROM)
    for file_name, text in written.items():
        (folder / file_name).write_text(text)


def main() -> None:
    target = Path(sys.argv[1]).resolve() if sys.argv[1:] else PACKAGES / "go"
    shutil.rmtree(target, ignore_errors=True)
    source, proxy = target / "source", target / "proxy"
    sums: list[str] = []
    for name in MODULES:
        stage(name, source / name, sums)
        words = ("go", "run", ".", str(source / name), TAG, TIME, str(proxy))
        sums += run(PACK, *words).splitlines()


if __name__ == "__main__":
    main()
