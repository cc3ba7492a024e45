"""Writes what accompanies the artefacts of a release: bill of materials, licence notices, checksums.

    python3 tools/release.py FOLDER

`sbom.cdx.json` is CycloneDX 1.6 and names each crate that is linked into an artefact,
`THIRD-PARTY-NOTICES.txt` holds their licences, `SHA256SUMS` covers every other file of the folder.
All three depend only on the sources, so that every build of a release gives the same bytes: they have
no time and no serial number. Needs only Python and cargo.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "vault-aws-login"
# Each package that becomes an artefact, with its target.
BUILDS = [
    ("wasm32-unknown-unknown", f"{PACKAGE}-component"),
    ("wasm32-unknown-unknown", f"{PACKAGE}-signer"),
    ("wasm32-unknown-unknown", f"{PACKAGE}-command"),
    ("wasm32-unknown-unknown", f"{PACKAGE}-core-module"),
    ("wasm32-wasip1", f"{PACKAGE}-envoy"),
]
LICENCE_FILES = ("LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE")
Package = dict[str, Any]


def output(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def linked(target: str, root: str) -> set[tuple[str, str]]:
    """Returns names and versions of what is linked into a build; what only runs at build time is left out."""
    command = ["cargo", "tree", "--locked", "--package", root, "--target", target, "--edges", "normal,no-proc-macro"]
    command += ["--prefix", "none", "--format", "{p}"]
    lines = filter(None, output(*command).splitlines())
    return {(name, version.removeprefix("v")) for name, version, *_ in map(str.split, lines)}


def checksums() -> dict[tuple[str, str], str]:
    """Returns the SHA-256 of each crate from the lock file."""
    found: dict[tuple[str, str], str] = {}
    entry: dict[str, str] = {}
    for line in (ROOT / "Cargo.lock").read_text().splitlines():
        if line == "[[package]]":
            entry = {}
        key, equals, value = line.partition(" = ")
        if equals:
            entry[key] = value.strip('"')
            if key == "checksum":
                found[entry["name"], entry["version"]] = entry["checksum"]
    return found


def compiler() -> str:
    """Returns the version of the compiler, which is that of the standard library."""
    return output("rustc", "--version").split()[1]


def component(package: Package, sums: dict[tuple[str, str], str]) -> dict[str, Any]:
    name, version = package["name"], package["version"]
    entry = {
        "type": "library",
        "bom-ref": f"pkg:cargo/{name}@{version}",
        "name": name,
        "version": version,
        "purl": f"pkg:cargo/{name}@{version}",
        "licenses": [{"expression": package["license"].replace("/", " OR ")}],
    }
    if (name, version) in sums:
        entry["hashes"] = [{"alg": "SHA-256", "content": sums[name, version]}]
    return entry


def bill_of_materials(packages: list[Package]) -> str:
    sums = checksums()
    own = next(package for package in packages if package["name"] == PACKAGE)
    std = {"name": "std", "version": compiler(), "license": "Apache-2.0 OR MIT"}
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": component(own, sums) | {"type": "application"}},
        "components": [component(package, sums) for package in [*packages, std] if package is not own],
    }
    return json.dumps(document, indent=2) + "\n"


def notices(packages: list[Package]) -> str:
    """Groups the crates by the text of their licence: many share one."""
    crates_by_text: dict[str, list[str]] = defaultdict(list)
    for package in packages:
        if not package["source"]:
            continue
        crate = f"{package['name']} {package['version']} ({package['license']})"
        folder = Path(package["manifest_path"]).parent
        files = sorted(path for path in folder.iterdir() if path.name.upper().startswith(LICENCE_FILES) and path.is_file())
        texts = [path.read_text(errors="replace").strip() for path in files]
        for text in texts or ["The crate comes without a licence text; its licence is named above."]:
            crates_by_text[text].append(crate)
    rule = "-" * 80
    sections = ["\n".join([rule, *crates, rule, "", text, ""]) for text, crates in crates_by_text.items()]
    begin = "The artefacts of vault-aws-login contain these crates, and Rust's standard library (Apache-2.0 OR MIT).\n"
    return "\n".join([begin, *sections])


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: python3 tools/release.py FOLDER")
        return 2
    folder = Path(sys.argv[1])
    metadata = json.loads(output("cargo", "metadata", "--locked", "--format-version", "1"))
    by_name = {(package["name"], package["version"]): package for package in metadata["packages"]}
    packages = [by_name[crate] for crate in sorted(set().union(*(linked(*build) for build in BUILDS)))]
    (folder / "sbom.cdx.json").write_text(bill_of_materials(packages))
    (folder / "THIRD-PARTY-NOTICES.txt").write_text(notices(packages))
    files = sorted(path for path in folder.iterdir() if path.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (folder / "SHA256SUMS").write_text("".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
