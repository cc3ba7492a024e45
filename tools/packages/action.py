"""Makes what `action.yml` names, in `dist/packages/action`: one file, and what accompanies it.

GitHub runs an Action as it stands in a repository, so the workflow of a release commits that folder
on the release's tag. Needs Node, esbuild in `host-examples/action`, and Python's standard library.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import notices
import npm
import project
import sbom
from project import PACKAGES, ROOT, VERSION

FOLDER = "host-examples/action"
SOURCE = ROOT / FOLDER
TARGET = PACKAGES / "action"
#: How the page and the example name the Action while its owner is not known.
PLACEHOLDER = f"OWNER/vault-aws-login@v{VERSION}"
CRATE = npm.COMPONENT


def bundle() -> list[str]:
    """Makes the file, and returns the sources in it, as paths from the folder of the Action."""
    with tempfile.TemporaryDirectory() as temporary:
        told = Path(temporary) / "sources.json"
        command = ["node", "build.js", str(TARGET / "index.cjs"), str(told)]
        subprocess.run(command, cwd=SOURCE, check=True)
        return list(json.loads(told.read_text()))


def packages(sources: list[str]) -> list[Path]:
    """The folders of the npm packages that a bundle has code of, but for this project's own."""
    begin = "node_modules/"
    found = set()
    for source in sources:
        if source.startswith(begin):
            words = source.removeprefix(begin).split("/")
            found.add("/".join(words[: 2 if words[0].startswith("@") else 1]))
    return [SOURCE / begin / name for name in sorted(found)]


def manifest(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "package.json").read_text()))


def dependency(folder: Path, among: list[Path]) -> sbom.Dependency:
    told = manifest(folder)
    needed = [manifest(it) for it in among if it != folder]
    needs = tuple(purl(it) for it in needed if it["name"] in told.get("dependencies", {}))
    return sbom.Dependency(purl(told), told["license"], told["name"], told["version"], needs=needs)


def purl(told: dict[str, Any]) -> str:
    return f"pkg:npm/{told['name'].replace('@', '%40')}@{told['version']}"


def third_parties(folders: list[Path]) -> str:
    """The notices of the npm package, whose code is in the file, and of the others in it."""
    others = "\n".join(map(npm.package_licence, folders))
    return f"{notices.text(CRATE)}\n{npm.glue()}\n{others}"


def page() -> str:
    shown = project.page(FOLDER)
    if PLACEHOLDER not in shown:
        raise ValueError(f"{FOLDER}/README.md: expected {PLACEHOLDER}")
    # `uses:` takes an owner and a repository, without the host.
    path = project.PATH.partition("/")[2]
    return shown.replace(PLACEHOLDER, f"{path}@{project.TAG}")


def main() -> None:
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    found = packages(bundle())
    for name in ("LICENSE-APACHE", "LICENSE-MIT", "CHANGELOG.md"):
        shutil.copy(ROOT / name, TARGET)
    (TARGET / "README.md").write_text(page())
    (TARGET / "THIRD-PARTY-NOTICES.txt").write_text(third_parties(found))
    core = next(path for path, crate in npm.MODULES.items() if crate == CRATE)
    bill = sbom.document(
        "vault-aws-login-action",
        "",
        others=[dependency(folder, found) for folder in found],
        files={core: CRATE},
        built_with=["jco"],
    )
    (TARGET / "sbom.cdx.json").write_text(bill)


if __name__ == "__main__":
    main()
