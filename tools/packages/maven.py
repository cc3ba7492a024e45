"""Makes the jar with its sources and its documentation, as a Maven repository of files.

    python3 tools/packages/maven.py           in dist/packages/maven
    python3 tools/packages/maven.py FOLDER    in another folder

Maven builds a copy of `host-examples/java` in a folder outside the repository. The copy has the
address, the groupId and the version of the project. Needs Maven and cargo.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import notices
import project
import sbom
from project import PACKAGES, ROOT, VERSION

FOLDER = "host-examples/java"
HOST = ROOT / FOLDER
ARTIFACT = "vault-aws-login"
CORE = "dist/vault-aws-login.core.wasm"
BUILT_FROM = "vault-aws-login-core-module"
POM = "{http://maven.apache.org/POM/4.0.0}"
#: How the poms of the dependencies name their licences, in lower case.
LICENCES = {
    "apache-2.0": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "the apache license, version 2.0": "Apache-2.0",
    "the apache software license, version 2.0": "Apache-2.0",
}
#: Beside those that Maven writes.
CHECKSUMS = ("md5", "sha1", "sha256", "sha512")
Module = dict[str, Any]


def released(text: str) -> str:
    """Gives the pom, or a page, the address, the groupId and the version of the project."""
    address = str(project.WORKSPACE["package"]["repository"])
    text = re.sub(rf"{re.escape(address)}(?=[.<])", project.REPOSITORY, text)
    text = text.replace("invalid.repository", project.group_id())
    return re.sub(
        rf"(<artifactId>{ARTIFACT}</artifactId>\s*<version>)[^<]*", rf"\g<1>{VERSION}", text
    )


def lay_out(folder: Path) -> Path:
    """Copies what the pom names to the same places. Returns the folder of the pom."""
    host = folder / FOLDER
    shutil.copytree(HOST / "src" / "main", host / "src" / "main")
    shutil.copytree(HOST / ".mvn", host / ".mvn")
    (host / "pom.xml").write_text(released((HOST / "pom.xml").read_text()))
    for name in ("LICENSE-APACHE", "LICENSE-MIT", CORE):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return host


def maven(host: Path, *words: str) -> None:
    command = ["mvn", "--quiet", "--batch-mode", *words]
    pipe = subprocess.PIPE
    ended = subprocess.run(command, cwd=host, stdout=pipe, stderr=subprocess.STDOUT, text=True)
    if ended.returncode != 0:
        raise RuntimeError(f"Maven failed:\n{ended.stdout}")


def coordinates(module: Module) -> tuple[str, str, str]:
    return module["groupId"], module["artifactId"], module["version"]


def purl(module: Module) -> str:
    return "pkg:maven/{}/{}@{}".format(*coordinates(module))


def poms(host: Path) -> dict[str, Path]:
    """The pom of each module that the jar needs at run time, by `groupId:artifactId`."""
    told = host / "target" / "modules.txt"
    options = ("-DoutputAbsoluteArtifactFilename=true", "-DincludeScope=runtime")
    maven(host, "dependency:list", *options, f"-DoutputFile={told}")
    found = re.findall(
        r"^ +([^:\s]+:[^:\s]+):jar:\S+?:(/\S+\.jar)\b", told.read_text(), re.MULTILINE
    )
    return {name: Path(jar).with_suffix(".pom") for name, jar in found}


def licence(pom: Path) -> str:
    """What a pom says of its licence, or the nearest of its parents that says something."""
    document = ElementTree.parse(pom).getroot()
    names = [text.text or "" for text in document.iterfind(f"{POM}licenses/{POM}license/{POM}name")]
    if names:
        return " OR ".join(LICENCES[name.strip().lower()] for name in names)
    parent = document.find(f"{POM}parent")
    if parent is None:
        raise ValueError(f"{pom.name} names no licence")
    group, artifact, version = (
        parent.findtext(f"{POM}{name}", "") for name in ("groupId", "artifactId", "version")
    )
    own = document.findtext(f"{POM}groupId") or group
    # <repository>/<the groupId's folders>/<artifactId>/<version>/<file>
    repository = pom.parents[2 + len(own.split("."))]
    folder = repository.joinpath(*group.split("."), artifact, version)
    return licence(folder / f"{artifact}-{version}.pom")


def tree(module: Module) -> Iterator[Module]:
    yield module
    for child in module.get("children", []):
        yield from tree(child)


def dependencies(host: Path) -> list[sbom.Dependency]:
    """What the jar needs at run time, with what that needs."""
    told = host / "target" / "tree.json"
    maven(host, "dependency:tree", "-Dscope=runtime", "-DoutputType=json", f"-DoutputFile={told}")
    found = poms(host)
    _, *modules = tree(json.loads(told.read_text()))
    made = {}
    for module in modules:
        group, artifact, version = coordinates(module)
        needs = tuple(map(purl, module.get("children", [])))
        terms = licence(found[f"{group}:{artifact}"])
        made[purl(module)] = sbom.Dependency(purl(module), terms, artifact, version, group, needs)
    return list(made.values())


def documents(host: Path) -> dict[str, str]:
    """What the jar has in META-INF beside its licences."""
    package = f"pkg:maven/{project.group_id()}/{ARTIFACT}@{VERSION}"
    files = {ROOT / CORE: BUILT_FROM}
    bill = sbom.document(ARTIFACT, package, others=dependencies(host), files=files)
    return {
        "README.md": released(project.page(FOLDER)),
        "CHANGELOG.md": project.with_whole_links((ROOT / "CHANGELOG.md").read_text(), ""),
        "THIRD-PARTY-NOTICES.txt": notices.text(BUILT_FROM),
        "sbom.cdx.json": bill,
    }


def settle(repository: Path) -> None:
    """Gives the index the time of the project, and each file all checksums."""
    at = datetime.fromtimestamp(project.TIME, UTC).strftime("%Y%m%d%H%M%S")
    for index in repository.rglob("maven-metadata.xml"):
        index.write_text(re.sub(r"(?<=<lastUpdated>)\d+", at, index.read_text()))
    for file in list(repository.rglob("*")):
        if file.is_file() and file.suffix.removeprefix(".") not in CHECKSUMS:
            for name in CHECKSUMS:
                digest = hashlib.new(name, file.read_bytes()).hexdigest()
                file.with_name(f"{file.name}.{name}").write_text(digest)


def main() -> None:
    target = Path(sys.argv[1]).resolve() if sys.argv[1:] else PACKAGES / "maven"
    shutil.rmtree(target, ignore_errors=True)
    with tempfile.TemporaryDirectory() as temporary:
        host = lay_out(Path(temporary))
        resources = host / "src" / "main" / "resources" / "META-INF"
        made = documents(host)
        resources.mkdir(parents=True)
        for name, text in made.items():
            (resources / name).write_text(text)
        repository = f"-DaltDeploymentRepository=local::{target.as_uri()}"
        # Not the phase of that name, which would fill this user's cache too.
        maven(host, "-Ppackage", "-DskipTests", "package", "deploy:deploy", repository)
    settle(target)


if __name__ == "__main__":
    main()
