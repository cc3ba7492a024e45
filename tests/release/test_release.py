"""A release has the same bytes in every folder, lists its contents, and names no folder of the machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Deeper than the first one and with another name: a path that gets in somewhere makes the bytes differ. Kept between
# runs, so that only what has changed is built again.
ELSEWHERE = ROOT / "target" / "elsewhere" / "and" / "deeper"
RELEASE = "dist/release"


def run(*command: str, cwd: Path = ROOT) -> str:
    ended = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    assert ended.returncode == 0, f"{' '.join(command)}\n{ended.stdout}{ended.stderr}"
    return ended.stdout


def copy_sources() -> None:
    """Copies what git would, a file only if it has changed, so that make and cargo see what is new."""
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    for name in listed:
        source, target = ROOT / name, ELSEWHERE / name
        if source.is_symlink():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            target.symlink_to(source.readlink())
            continue
        if not source.is_file():
            continue
        if not target.is_file() or target.read_bytes() != source.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    # The tools from PyPI, which are not what is under test.
    if not (ELSEWHERE / ".venv").exists():
        (ELSEWHERE / ".venv").symlink_to((ROOT / ".venv").resolve())
    (ELSEWHERE / ".make").mkdir(exist_ok=True)
    for stamp in ("rust", "venv"):
        (ELSEWHERE / ".make" / stamp).touch()


@pytest.fixture(scope="module")
def release() -> Path:
    run("make", "dist")
    return ROOT / RELEASE


def contents(path: Path) -> dict[str, bytes]:
    """Returns a file, or the files in an archive."""
    if path.suffix != ".tgz":
        return {path.name: path.read_bytes()}
    with tarfile.open(path) as archive:
        members = [member for member in archive.getmembers() if member.isfile()]
        return {f"{path.name}/{member.name}": archive.extractfile(member).read() for member in members}


def test_second_build_in_another_folder_gives_the_same_bytes(release: Path) -> None:
    copy_sources()
    run("make", "dist", cwd=ELSEWHERE)
    first, second = ((folder / "SHA256SUMS").read_text() for folder in (release, ELSEWHERE / RELEASE))
    assert first == second


def test_checksums_cover_every_file(release: Path) -> None:
    run("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=release)
    listed = {line.split("  ")[1] for line in (release / "SHA256SUMS").read_text().splitlines()}
    assert listed == {path.name for path in release.iterdir()} - {"SHA256SUMS"}
    version = json.loads(run("cargo", "metadata", "--no-deps", "--format-version", "1"))["packages"][0]["version"]
    assert {
        "vault-aws-login.wasm",
        "vault-aws-login-signer.wasm",
        "vault-aws-login-cli.wasm",
        "vault-aws-login.core.wasm",
        "vault-aws-login-envoy.wasm",
        "vault-aws-login-wit.wasm",
        f"vault-aws-login-{version}.tgz",
        "vault-aws-login.html",
        "sbom.cdx.json",
        "THIRD-PARTY-NOTICES.txt",
        "LICENSE-APACHE",
        "LICENSE-MIT",
    } <= listed


def test_no_file_names_a_folder_of_this_machine(release: Path) -> None:
    folders = {str(ROOT), str(Path.home()), tempfile.gettempdir(), os.environ.get("CARGO_HOME", "/.cargo")}
    found = [
        f"{name} names {folder}"
        for path in release.iterdir()
        for name, data in contents(path).items()
        for folder in folders
        if f"{folder}/".encode() in data
    ]
    assert not found


def test_wit_package_is_the_contract(release: Path) -> None:
    tool = str(ROOT / ".venv/bin/wasm-tools")
    packed = run(tool, "component", "wit", str(release / "vault-aws-login-wit.wasm"))
    assert packed == run(tool, "component", "wit", str(ROOT / "wit"))


def crates_of(package: str) -> set[str]:
    """Returns the libraries that cargo compiles for an artefact."""
    target = "wasm32-unknown-unknown"
    command = ["cargo", "build", "--locked", "--release", "--target", target, "--package", package]
    messages = map(json.loads, run(*command, "--message-format", "json").splitlines())
    artefacts = (message for message in messages if message["reason"] == "compiler-artifact")
    return {
        artefact["target"]["name"].replace("-", "_")
        for artefact in artefacts
        if any(f"/{target}/" in name and name.endswith(".rlib") for name in artefact["filenames"])
    }


def test_bill_of_materials_and_notices_name_what_was_linked(release: Path) -> None:
    document = json.loads((release / "sbom.cdx.json").read_text())
    listed = {entry["name"] for entry in document["components"]}
    linked = {crate for part in ("component", "command", "core-module") for crate in crates_of(f"vault-aws-login-{part}")}
    assert {"aws_sigv4", "aws_credential_types", "base64", "http", "serde_json", "sha2", "wit_bindgen", "wasi"} <= linked
    # The core is the document's subject.
    assert linked - {"vault_aws_login"} <= {name.replace("-", "_") for name in listed}
    assert {"proxy-wasm", "std"} <= listed and not {"proptest", "wasmtime"} & listed
    notices = (release / "THIRD-PARTY-NOTICES.txt").read_text()
    foreign = {name for name in listed if not name.startswith("vault-aws-login")} - {"std"}
    assert not [name for name in foreign if f"\n{name} " not in notices]
