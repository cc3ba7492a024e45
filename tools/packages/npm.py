"""Makes the npm package of `host-examples/node/dist` in `dist/packages/npm`.

The archive holds what that folder's `npm pack` does, and what a registry's users need besides: the
page without its part on the repository, the notices of what is linked into the `.wasm` files, the
bill of materials and the changes. Needs npm, and Python's standard library.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import notices
import project
import sbom
from project import PACKAGES, ROOT, VERSION

FOLDER = "host-examples/node"
SOURCE = ROOT / FOLDER
TARGET = PACKAGES / "npm"
COMPONENT, SIGNER = "vault-aws-login-component", "vault-aws-login-signer"
MODULES = {
    SOURCE / "dist/component/vault-aws-login.core.wasm": COMPONENT,
    SOURCE / "dist/signer/vault-aws-login-signer.core.wasm": SIGNER,
}
#: What only makes and tests the package.
NOT_PUBLISHED = ("devDependencies", "scripts")
#: The part of jco that generates code, which is part of the package; the other parts come without a
#: licence text.
GLUE = SOURCE / "node_modules" / "@bytecodealliance" / "jco-transpile"
RULE = "-" * 80


def manifest() -> dict[str, Any]:
    """`package.json`, with the version and the address of the project."""
    source = json.loads((SOURCE / "package.json").read_text())
    made = {name: value for name, value in source.items() if name not in NOT_PUBLISHED}
    made["version"] = VERSION
    made["homepage"] = f"{project.REPOSITORY}/tree/{project.TAG}/{FOLDER}#readme"
    made["bugs"] = f"{project.REPOSITORY}/issues"
    made["repository"] = {
        "type": "git",
        "url": f"git+{project.REPOSITORY}.git",
        "directory": FOLDER,
    }
    made["files"] += ["CHANGELOG.md", "THIRD-PARTY-NOTICES.txt", "sbom.cdx.json"]
    # The registry shows from which commit and workflow a version comes.
    made["publishConfig"] = {"access": "public", "provenance": True}
    return made


def package_licence(folder: Path) -> str:
    """Name, version, licence and the texts of it that an npm package carries."""
    told = json.loads((folder / "package.json").read_text())
    files = sorted(path for path in folder.iterdir() if path.name.upper().startswith("LICEN"))
    if not files:
        raise ValueError(f"{told['name']} {told['version']} comes without a licence text")
    texts = [path.read_text().strip() for path in files]
    head = f"{RULE}\n{told['name']} {told['version']} ({told['license'].strip('()')})\n{RULE}\n"
    return "\n\n".join([head, *texts]) + "\n"


def glue() -> str:
    return (
        f"jco, of which this is a part, made the JavaScript around them.\n\n{package_licence(GLUE)}"
    )


def third_parties() -> str:
    return f"{notices.text(COMPONENT, SIGNER)}\n{glue()}"


def main() -> None:
    purl = f"pkg:npm/{json.loads((SOURCE / 'package.json').read_text())['name']}@{VERSION}"
    told = manifest()
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        shutil.copytree(SOURCE / "dist", folder / "dist")
        for name in ("LICENSE-APACHE", "LICENSE-MIT", "CHANGELOG.md"):
            shutil.copy(ROOT / name, folder)
        (folder / "README.md").write_text(project.page(FOLDER))
        (folder / "THIRD-PARTY-NOTICES.txt").write_text(third_parties())
        bill = sbom.document(told["name"], purl, files=MODULES, built_with=["jco"])
        (folder / "sbom.cdx.json").write_text(bill)
        (folder / "package.json").write_text(json.dumps(told, indent=2) + "\n")
        # The modes of files are part of the archive, and the umask of people differs.
        for path in folder.rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)
        command = ["npm", "pack", "--silent", "--pack-destination", str(TARGET)]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
