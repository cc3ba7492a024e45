"""Makes the packages of crates.io: `dist/packages/crates/<name>-<version>.crate`.

The crates are copied to a workspace that holds nothing else, `target/packages/crates`, with the
address of the repository, whole links and what accompanies each package; cargo packs them there, and
a release publishes from there. So nothing that leads out of a crate can go unnoticed.

    python3 tools/packages/crates.py          makes the packages
    python3 tools/packages/crates.py stage    makes the workspace alone
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import notices
import project
import sbom
from project import PACKAGES, ROOT

#: Each crate with its folder, in the order in which they need each other.
CRATES = {
    "vault-aws-login": ".",
    "vault-aws-login-wasm": "crates/wasm",
    "vault-aws-login-cli": "host-examples/wasmtime",
}
STAGE = ROOT / "target" / "packages" / "crates"
FOLDER = PACKAGES / "crates"
#: Files of the top folder that every package has.
COMMON = ["LICENSE-APACHE", "LICENSE-MIT", "CHANGELOG.md"]
COMPONENT = "vault-aws-login.wasm"


def without_tables(manifest: str, *left_out: str) -> str:
    """Returns a manifest without some of its tables, such as `workspace` with `workspace.package`."""
    # A comment above a table belongs to it.
    table = rf"^(?:#.*\n)*\[(?:{'|'.join(left_out)})[].].*\n(?:(?![\[#]).*\n)*"
    return re.sub(table, "", manifest, flags=re.MULTILINE).rstrip() + "\n"


def workspace() -> str:
    """The manifest of the workspace: versions, licence and address are those of the repository's."""
    top = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]
    lines = ["[workspace]", f"members = {list(CRATES)}", f'resolver = "{top["resolver"]}"', ""]
    lines.append("[workspace.package]")
    settings = top["package"] | {"repository": project.REPOSITORY}
    lines += [f'{name} = "{value}"' for name, value in settings.items()]
    lines += ["", "[workspace.dependencies]"]
    lines += [f'{name} = {{ path = "{name}", version = "{project.VERSION}" }}' for name in CRATES]
    return "\n".join(lines).replace("'", '"') + "\n"


def stage_crate(name: str, folder: str) -> None:
    target = STAGE / name
    target.mkdir()
    manifest = (ROOT / folder / "Cargo.toml").read_text()
    included = tomllib.loads(manifest)["package"]["include"]
    (target / "Cargo.toml").write_text(without_tables(manifest, "workspace", "profile"))
    for pattern in included:
        # What is not there is made below.
        for path in sorted((ROOT / folder).glob(pattern.lstrip("/"))):
            copied = target / path.relative_to(ROOT / folder)
            copied.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                shutil.copytree(path, copied)
            else:
                shutil.copy(path, copied)
    for file in COMMON:
        shutil.copy(ROOT / file, target / file)
    for page in target.rglob("*.md"):
        inside = os.path.join(folder, page.relative_to(target).parent)
        base = "." if page.name in COMMON else inside
        shown, _, _ = page.read_text().partition(project.REPOSITORY_ONLY)
        page.write_text(project.with_whole_links(shown.rstrip() + "\n", base))
    purl = f"pkg:cargo/{name}@{project.VERSION}"
    built = {ROOT / folder / COMPONENT: "vault-aws-login-component"}
    files = built if f"/{COMPONENT}" in included else {}
    (target / "sbom.cdx.json").write_text(sbom.document(name, purl, [name], files=files))
    if files:
        (target / "THIRD-PARTY-NOTICES.txt").write_text(notices.text(*files.values()))


def stage() -> None:
    shutil.rmtree(STAGE, ignore_errors=True)
    STAGE.mkdir(parents=True)
    (STAGE / "Cargo.toml").write_text(workspace())
    shutil.copy(ROOT / "Cargo.lock", STAGE)
    shutil.copy(ROOT / "rust-toolchain.toml", STAGE)
    for name, folder in CRATES.items():
        stage_crate(name, folder)


def pack() -> None:
    # The test of the packages compiles them: here that would cost minutes.
    command = ["cargo", "package", "--quiet", "--workspace", "--no-verify", "--offline"]
    built = ROOT / "target" / "packages" / "crates-built"
    subprocess.run([*command, "--target-dir", built], cwd=STAGE, check=True)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for name in CRATES:
        shutil.copy(built / "package" / f"{name}-{project.VERSION}.crate", FOLDER)


def main() -> int:
    stage()
    if sys.argv[1:] != ["stage"]:
        pack()
    return 0


if __name__ == "__main__":
    sys.exit(main())
