"""Makes the package for PyPI in `dist/packages/python`: the wheel, and the source distribution.

    python tools/packages/python.py                  makes both
    python tools/packages/python.py sources FOLDER   lays out what both are made of

The source distribution stands alone: it has the module, the tests and what these read. The wheel is
built from it. Both depend only on the sources, so every build of a release gives the same bytes.
Needs `hatchling` (with `tomlkit`) and cargo, and for the first command `build`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import notices
import project
import sbom
import tomlkit
from project import ROOT, VERSION

NAME = "vault-aws-iam-login"
IMPORT = NAME.replace("-", "_")
HOST = ROOT / "host-examples" / "python"
MODULE = ROOT / "dist" / "vault-aws-login.core.wasm"
BUILT_FROM = "vault-aws-login-core-module"
#: What the unit tests read.
VECTORS = ("hosts.json", "refusals.json")
FILES = ("LICENSE-APACHE", "LICENSE-MIT")
NOTICES = "THIRD-PARTY-NOTICES.txt"
SBOM = "sbom.cdx.json"


def settings() -> str:
    """`pyproject.toml` with all that a package states and the repository has elsewhere."""
    document = tomlkit.parse((HOST / "pyproject.toml").read_text()).unwrap()
    stated, hatch = document["project"], document["tool"]["hatch"]
    # Only the version is dynamic.
    del stated["dynamic"]
    stated["version"] = VERSION
    stated["license-files"] = [*FILES, NOTICES]
    stated["urls"] = {
        "Homepage": project.REPOSITORY,
        "Documentation": project.link("host-examples/python/README.md"),
        "Source": project.REPOSITORY,
        "Issues": f"{project.REPOSITORY}/issues",
        "Changelog": project.link("CHANGELOG.md"),
    }
    del hatch["version"]
    hatch["build"]["targets"]["wheel"]["sbom-files"] = [SBOM]
    return tomlkit.dumps(document)


def description(changes: str) -> str:
    """The page at PyPI, which a wheel has inside: the README, and then what changed."""
    readme, marker, _ = (HOST / "README.md").read_text().partition("<!-- What follows is for")
    if not marker:
        raise ValueError("README.md: expected the comment that ends what users read, found none")
    below = re.sub(r"^#", "##", changes, flags=re.MULTILINE)
    return f"{project.with_whole_links(readme, 'host-examples/python')}{below}"


def bill_of_materials() -> str:
    """Names `wasmtime` in the version that the tests run with; users may have another."""
    version = sbom.pinned("tests/requirements.txt", "wasmtime")
    wasmtime = sbom.Dependency(
        f"pkg:pypi/wasmtime@{version}",
        "Apache-2.0 WITH LLVM-exception",
        "wasmtime",
        version,
        "Bytecode Alliance",
    )
    purl = f"pkg:pypi/{NAME}@{VERSION}"
    return sbom.document(NAME, purl, others=[wasmtime], files={MODULE: BUILT_FROM})


def sources(folder: Path) -> None:
    """Lays out the source distribution in a new folder."""
    for inner in ("src", "tests", "example"):
        left_out = shutil.ignore_patterns("__pycache__", "*.wasm")
        shutil.copytree(HOST / inner, folder / inner, ignore=left_out)
    shutil.copy(MODULE, folder / "src" / IMPORT)
    (folder / "tests" / "vectors").mkdir()
    for name in VECTORS:
        shutil.copy(ROOT / "tests" / "vectors" / name, folder / "tests" / "vectors")
    for name in FILES:
        shutil.copy(ROOT / name, folder)
    shutil.copy(HOST / "login.py", folder)
    changes = project.with_whole_links((ROOT / "CHANGELOG.md").read_text(), "")
    written = {
        "pyproject.toml": settings(),
        "README.md": description(changes),
        "CHANGELOG.md": changes,
        NOTICES: notices.text(BUILT_FROM),
        SBOM: bill_of_materials(),
    }
    for name, text in written.items():
        (folder / name).write_text(text)


def package(to: Path) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / NAME
        sources(folder)
        command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", made, folder]
        ended = subprocess.run(
            command,
            env=os.environ | {"SOURCE_DATE_EPOCH": str(sbom.TIME)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if ended.returncode != 0:
            raise RuntimeError(f"cannot build the Python package:\n{ended.stdout}")
        shutil.rmtree(to, ignore_errors=True)
        to.mkdir(parents=True)
        for file in sorted(Path(made).glob(f"{IMPORT}-*")):
            shutil.move(file, to)


def main() -> None:
    match sys.argv[1:]:
        case []:
            package(project.PACKAGES / "python")
        case ["sources", folder]:
            sources(Path(folder))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
