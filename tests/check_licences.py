"""Checks the licence of each package that goes into an artefact, comes with one, or makes one.

    python tests/check_licences.py crates npm python go java    checks these, or all
    python tests/check_licences.py python LOCK                  with another list of locked packages

Needs the packages of `tests/requirements.txt` (of LOCK) installed, cargo for crates, Go with its
modules, Maven with what it has downloaded. It leaves out what HashiCorp's plugin links
(`tests/e2e/plugin`): the test bed runs it, and it is never shipped.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from license_expression import ExpressionError, get_spdx_licensing
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent

#: Linked into an artefact or bundled: all permissive, all compatible with Apache-2.0 OR MIT.
LINKED = {
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
#: A package names it, its publisher distributes it. MPL's conditions are on its own files alone.
NEEDED = LINKED | {"MPL-2.0"}
#: Builds or tests this project, and nothing of it is distributed: conditions on copies and on
#: derived works do not apply. Licences that limit the use itself, or that are not open source, are missing.
TOOLS = NEEDED | {
    "AFL-2.1",
    "BlueOak-1.0.0",
    "CC-BY-4.0",
    "CNRI-Python",
    "EPL-2.0",
    "GPL-3.0-or-later",
    "LGPL-3.0-or-later",
    "PSF-2.0",
    "Python-2.0",
    "WTFPL",
}

#: Those whose metadata names no licence that can be read, by what their files of licences say.
READ = {
    "npm @bytecodealliance/componentize-js": "Apache-2.0 WITH LLVM-exception",
    "npm @bytecodealliance/componentize-js-0-19-3": "Apache-2.0 WITH LLVM-exception",
    "python antlr4-python3-runtime": "BSD-3-Clause",
    "python kubernetes-validate": "Apache-2.0",
    "python docutils": "BSD-2-Clause AND GPL-3.0-or-later AND Python-2.0",
    "python python-dateutil": "Apache-2.0 OR BSD-3-Clause",
}
CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    # With two or three clauses, which makes no difference here.
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "zlib/libpng License": "Zlib",
}
#: Maven's packages name their licences in words.
MAVEN = [
    (r"apache.*2\.0", "Apache-2.0"),
    (r"eclipse public license.*2\.0", "EPL-2.0"),
    (r"mit-0", "MIT-0"),
    (r"(the )?mit( license)?", "MIT"),
]
GO_NEEDED = ["host-examples/go", "host-examples/go/vaultauth", "host-examples/go/openbaoauth"]
GO_TOOLS = ["tests/bench/go", "tests/bench/load", "tests/e2e/go-login", "tests/licences"]
GO_TOOLS += ["tools/docs/go", "tools/packages/go-pack"]
LICENCE_FILE = re.compile(r"(licen[cs]e|copying|unlicense)([.-]|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Package:
    name: str
    version: str
    licence: str
    allowed: frozenset[str]


@cache
def parsed(expression: str) -> Any:
    return get_spdx_licensing().parse(expression, validate=True)


def allows(expression: str, allowed: frozenset[str] | set[str]) -> bool:
    """Whether the allowed licences satisfy an SPDX expression."""

    def satisfied(node: Any) -> bool:
        parts = getattr(node, "args", ())
        if not parts:
            return str(node) in allowed
        return (any if type(node).__name__ == "OR" else all)(map(satisfied, parts))

    try:
        found = parsed(expression)
    except ExpressionError:
        return False
    return found is not None and satisfied(found)


def output(*command: str | Path, folder: Path = ROOT) -> str:
    return subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout


def crates() -> Iterator[Package]:
    metadata = json.loads(output("cargo", "metadata", "--locked", "--format-version", "1"))
    for found in metadata["packages"]:
        licence = (found["license"] or "").replace("/", " OR ")
        if found["source"] and not found["source"].startswith("registry+"):
            licence = f"from {found['source']}"
        yield Package(found["name"], found["version"], licence, frozenset(LINKED))


def npm(root: Path = ROOT) -> Iterator[Package]:
    """Every lock file. What a bundle contains is linked, and so is all that is not `dev`."""
    for lock in sorted(root.glob("**/package-lock.json")):
        inner = lock.relative_to(root).parts
        if {"node_modules", "target", "dist"} & set(inner):
            continue
        for path, found in json.loads(lock.read_text())["packages"].items():
            if "node_modules/" not in path or found.get("link"):
                continue
            is_tool = found.get("dev", False) or inner[0] in ("tests", "tools")
            name = path.rpartition("node_modules/")[2]
            licence = found.get("license") or READ.get(f"npm {name}", "")
            allowed = frozenset(TOOLS if is_tool else LINKED)
            yield Package(name, found.get("version", ""), licence, allowed)


def python(lock: Path = ROOT / "tests" / "requirements.txt") -> Iterator[Package]:
    needed = python_needs()
    for name in re.findall(r"^([a-z0-9-]+)==", lock.read_text(), re.MULTILINE):
        told = importlib.metadata.metadata(name)
        allowed = frozenset(NEEDED if name in needed else TOOLS)
        yield Package(name, told["Version"], python_licence(name, told), allowed)


def python_licence(name: str, told: Any) -> str:
    if known := READ.get(f"python {name}") or told.get("License-Expression"):
        return str(known)
    if allows(told.get("License") or "", TOOLS):
        return str(told["License"])
    stated = [
        line.split(" :: ")[-1]
        for line in told.get_all("Classifier") or []
        if line.startswith("License :: ")
    ]
    return " AND ".join(CLASSIFIERS.get(name, name) for name in stated)


def python_needs() -> set[str]:
    """What our package brings along, with all of its extras."""
    project = tomllib.loads((ROOT / "host-examples/python/pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    open_ = [*project["dependencies"], *(line for extra in extras for line in extra)]
    found: set[str] = set()
    while open_:
        requirement = Requirement(open_.pop())
        name = canonicalize_name(requirement.name)
        if name in found or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        found.add(name)
        try:
            open_ += importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def go() -> Iterator[Package]:
    """The modules of the packages that are linked, by the texts of their licences."""
    modules: dict[tuple[str, str, str], bool] = {}
    of_others = "{{if and .Version (not .Replace)}}{{.Path}} {{.Version}} {{.Dir}}{{end}}"
    shown = "{{with .Module}}" + of_others + "{{end}}"
    for folder in (*GO_NEEDED, *GO_TOOLS):
        listed = output("go", "list", "-e", "-deps", "-f", shown, "./...", folder=ROOT / folder)
        for line in filter(None, listed.splitlines()):
            path, version, *where = line.split(" ", 2)
            if where and where[0]:
                modules.setdefault((path, version, where[0]), folder in GO_NEEDED)
    yield from go_modules(modules)


def go_modules(modules: dict[tuple[str, str, str], bool]) -> Iterator[Package]:
    texts = {
        module: [
            str(file)
            for file in sorted(Path(module[2]).iterdir())
            if file.is_file() and LICENCE_FILE.match(file.name) and file.suffix != ".go"
        ]
        for module in modules
    }
    files = [file for found in texts.values() for file in found]
    found = json.loads(output("go", "run", ".", *files, folder=ROOT / "tests" / "licences"))
    for module, is_needed in modules.items():
        # A file without a known text makes the expression one that cannot be read.
        named = [name for file in texts[module] for name in found[file] or ["unknown"]]
        licence = " AND ".join(dict.fromkeys(named))
        yield Package(module[0], module[1], licence, frozenset(NEEDED if is_needed else TOOLS))


def java() -> Iterator[Package]:
    """What Maven resolved for the jar, by the poms beside the files."""
    made = ROOT / "target" / "java-dependencies.txt"
    made.parent.mkdir(exist_ok=True)
    pom = ROOT / "host-examples" / "java" / "pom.xml"
    goal = ["dependency:list", "-DoutputAbsoluteArtifactFilename=true", f"-DoutputFile={made}"]
    output("mvn", "--quiet", "--batch-mode", "--file", pom, *goal)
    lines = re.findall(
        r"^ +(\S+):(\S+):jar:([^\s:]+):(\w+):(/\S+?\.jar)", made.read_text(), re.MULTILINE
    )
    for group, name, version, scope, file in lines:
        depth = len(group.split(".")) + 3
        repository = Path(file).parents[depth - 1]
        licence = maven_licence(repository, group, name, version)
        allowed = frozenset(TOOLS if scope == "test" else NEEDED)
        yield Package(f"{group}:{name}", version, licence, allowed)


def maven_licence(repository: Path, group: str, name: str, version: str) -> str:
    """The licences of a pom, or else those of its parent."""
    pom = repository.joinpath(*group.split("."), name, version, f"{name}-{version}.pom")
    if not pom.exists():
        return ""
    tree = ElementTree.fromstring(pom.read_text())
    space = {"m": tree.tag.partition("}")[0].removeprefix("{")}
    names = [found.text or "" for found in tree.findall("m:licenses/m:license/m:name", space)]
    if names:
        return " AND ".join(spdx_of_maven(found.strip()) for found in names)
    parent = tree.find("m:parent", space)
    if parent is None:
        return ""
    given = [parent.findtext(f"m:{key}", "", space) for key in ("groupId", "artifactId", "version")]
    return maven_licence(repository, *given)


def spdx_of_maven(name: str) -> str:
    for pattern, expression in MAVEN:
        if re.search(
            rf"^{pattern}$|^{pattern}\b" if pattern.startswith("(") else pattern, name, re.I
        ):
            return expression
    return name.replace(" ", "-")


ECOSYSTEMS: dict[str, Callable[..., Iterator[Package]]] = {
    "crates": crates,
    "npm": npm,
    "python": python,
    "go": go,
    "java": java,
}


def refused(packages: list[Package]) -> list[str]:
    return sorted(
        {
            f"{package.name} {package.version}: {package.licence or 'no licence given'}"
            for package in packages
            if not allows(package.licence, package.allowed)
        }
    )


def main() -> int:
    chosen = [word for word in sys.argv[1:] if word in ECOSYSTEMS] or list(ECOSYSTEMS)
    locks = [Path(word).resolve() for word in sys.argv[1:] if word not in ECOSYSTEMS]
    wrong = 0
    for name in chosen:
        packages = list(ECOSYSTEMS[name](*locks))
        lines = refused(packages)
        for line in lines:
            print(f"not allowed: {name}: {line}")
        print(f"{name}: {len(packages)} packages, {len(lines)} not allowed")
        # A list of none means that it was not read.
        wrong += len(lines) + (not packages)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
