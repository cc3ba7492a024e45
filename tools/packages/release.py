"""Gathers a release in a folder: what `make` and `make packages` made, and what accompanies it.

    python3 tools/packages/release.py FOLDER

Each artefact has its bill of materials beside it, `<artefact>.cdx.json`: a package's is taken out
of the package. `THIRD-PARTY-NOTICES.txt` holds the licences of all that is linked into any of them,
and `SHA256SUMS` covers every other file of the folder. Every build of a release gives the same
bytes. Needs only Python and cargo.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import archives
import notices
import project
import sbom
from linkage import STATIC
from project import PACKAGES, ROOT, VERSION

DIST = ROOT / "dist"
SUMS = "SHA256SUMS"
NAME = "vault-aws-login"
PROGRAM = ROOT / "target" / STATIC / "host" / NAME
#: The program's manual, which the program prints.
MANUAL = f"{NAME}.1"
COMPONENT, SIGNER = f"{NAME}-component", f"{NAME}-signer"
#: The packages that a release is made of: each has a target of `make packages`.
EXPECTED = ["npm", "python", "go", "maven", "crates", "oci", "deb", "action"]
#: How the files end that a registry takes as they are.
PACKED = (".crate", ".deb", ".tar.gz", ".tgz", ".whl")
TEXTS = ["LICENSE-APACHE", "LICENSE-MIT", "CHANGELOG.md"]


@dataclass(frozen=True)
class Artefact:
    """A file of the release that is not a package."""

    name: str
    path: Path
    #: What it is built from, and with.
    crates: tuple[str, ...] = ()
    built_with: tuple[str, ...] = ()


def artefacts() -> list[Artefact]:
    page = ROOT / "host-examples" / "browser" / "dist" / "index.html"
    return [
        Artefact(f"{NAME}.wasm", DIST / f"{NAME}.wasm", (COMPONENT,)),
        Artefact(f"{NAME}-signer.wasm", DIST / f"{NAME}-signer.wasm", (SIGNER,)),
        Artefact(f"{NAME}-cli.wasm", DIST / f"{NAME}-cli.wasm", (f"{NAME}-command",)),
        Artefact(f"{NAME}.core.wasm", DIST / f"{NAME}.core.wasm", (f"{NAME}-core-module",)),
        Artefact(f"{NAME}-envoy.wasm", DIST / f"{NAME}-envoy.wasm", (f"{NAME}-envoy",)),
        Artefact(f"{NAME}-wit.wasm", DIST / f"{NAME}-wit.wasm", (), ("wasm-tools",)),
        Artefact(f"{NAME}.html", page, (COMPONENT,), ("jco",)),
        Artefact(f"{NAME}-x86_64-linux", PROGRAM, (f"{NAME}-cli", COMPONENT)),
    ]


class Incomplete(Exception):
    """Something that belongs to a release is missing."""


def write_artefacts(folder: Path) -> None:
    for artefact in artefacts():
        if not artefact.path.is_file():
            raise Incomplete(f"{artefact.path.relative_to(ROOT)} is missing")
        target = folder / artefact.name
        shutil.copy(artefact.path, target)
        bill = sbom.document(
            artefact.name, "", artefact.crates, artefact=target, built_with=artefact.built_with
        )
        bill_beside(target).write_text(bill)


def bill_beside(artefact: Path, name: str = "") -> Path:
    return artefact.with_name(".".join(filter(None, [artefact.name, name, "cdx.json"])))


def write_packages(folder: Path) -> None:
    """Takes what is packed as it is, and packs what is a folder."""
    for package in EXPECTED:
        made = PACKAGES / package
        found = sorted(made.iterdir()) if made.is_dir() else []
        if not found:
            raise Incomplete(f"dist/packages/{package} is missing: run make package-{package}")
        if all(path.name.endswith(PACKED) for path in found):
            targets = [Path(shutil.copy(path, folder)) for path in found]
        else:
            name = f"{NAME}-{package}-{VERSION}"
            targets = [folder / f"{name}.tar.gz"]
            archives.pack(made, name, targets[0])
        for target in targets:
            write_bills(target)


def write_bills(package: Path) -> None:
    bills = bills_inside(package)
    if not bills:
        raise Incomplete(f"{package.name} carries no bill of materials")
    for name, text in bills.items():
        bill_beside(package, name if len(bills) > 1 else "").write_text(text)


def bills_inside(package: Path) -> dict[str, str]:
    """The bills of materials that a package carries, by the names of what they are of."""
    bills: dict[str, str] = {}
    for path, data in archives.files(package):
        # The files of an image have no names.
        if b'"bomFormat": "CycloneDX"' not in data[:400]:
            continue
        text = data.decode()
        subject = json.loads(text)["metadata"]["component"]
        kind = re.split("[@?]", subject.get("purl", ""))[0]
        name = kind.rpartition("/")[2] or subject["name"]
        if bills.setdefault(name, text) != text:
            raise Incomplete(f"{package.name} carries two bills of materials of {name}: {path}")
    return dict(sorted(bills.items()))


def write_texts(folder: Path) -> None:
    for name in TEXTS:
        shutil.copyfile(ROOT / name, folder / name)
    # Without variables, which are no part of the manual.
    printed = subprocess.run([PROGRAM, "man"], env={}, check=True, stdout=subprocess.PIPE).stdout
    (folder / MANUAL).write_bytes(printed)
    crates = [crate for artefact in artefacts() for crate in artefact.crates]
    (folder / "THIRD-PARTY-NOTICES.txt").write_text(notices.text(*crates))
    if project.PUBLIC_KEY:
        key = f"untrusted comment: minisign public key of {NAME}\n{project.PUBLIC_KEY}\n"
        (folder / "minisign.pub").write_text(key)


def write_sums(folder: Path) -> None:
    files = sorted(path for path in folder.iterdir() if path.name != SUMS)
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (folder / SUMS).write_text("".join(lines))


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: python3 tools/packages/release.py FOLDER", file=sys.stderr)
        return 2
    os.umask(0o022)
    folder = Path(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        write_artefacts(folder)
        write_packages(folder)
    except Incomplete as error:
        print(error, file=sys.stderr)
        shutil.rmtree(folder)
        return 1
    write_texts(folder)
    write_sums(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
