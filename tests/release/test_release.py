"""A release has the same bytes in every folder, and its bills name what was linked.

`tests/packages/test_release.py` says what else is right for a release, without building it again.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "packages"))

import archives  # noqa: E402
import project  # noqa: E402

# Deeper than the first one and with another name: a path that gets in somewhere makes the bytes
# differ. Kept between runs, so that only what has changed is built again.
ELSEWHERE = ROOT / "target" / "elsewhere" / "and" / "deeper"
RELEASE = "dist/release"
# Without one a release is refused.
ADDRESS = {"REPOSITORY": project.TRIAL}
#: Where wasmtime, in the program, would write its map for `perf` if it were told to.
PERF_MAP = b"/tmp/perf-"


def run(*command: str, cwd: Path = ROOT) -> str:
    environment = os.environ | ADDRESS
    ended = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, f"{' '.join(command)}\n{ended.stdout}{ended.stderr}"
    return ended.stdout


def copy_sources() -> None:
    """Copies what git would, a file only if it changed, so that make and cargo see what is new."""
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
    (ELSEWHERE / ".make").mkdir(exist_ok=True)
    for tools in (".venv", ".make/packages-venv"):
        if not (ELSEWHERE / tools).exists():
            (ELSEWHERE / tools).symlink_to((ROOT / tools).resolve())
    for stamp in ("rust", "venv"):
        (ELSEWHERE / ".make" / stamp).touch()


@pytest.fixture(scope="module")
def release() -> Path:
    run("make", "dist")
    return ROOT / RELEASE


@pytest.fixture(scope="module")
def again(release: Path) -> Path:
    copy_sources()
    run("make", "dist", cwd=ELSEWHERE)
    return ELSEWHERE / RELEASE


def test_second_build_in_another_folder_gives_the_same_bytes(release: Path, again: Path) -> None:
    first, second = ((folder / "SHA256SUMS").read_text() for folder in (release, again))
    # Line by line, so that a failure names the file.
    assert first.splitlines() == second.splitlines()


def test_checksums_cover_every_file(release: Path) -> None:
    run("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=release)
    listed = {line.split("  ")[1] for line in (release / "SHA256SUMS").read_text().splitlines()}
    assert listed == {path.name for path in release.iterdir()} - {"SHA256SUMS"}


def test_no_file_names_a_folder_of_the_machine_that_built_it(release: Path, again: Path) -> None:
    cargo = os.environ.get("CARGO_HOME", "/.cargo")
    folders = {str(ROOT), str(Path.home()), tempfile.gettempdir(), cargo}
    found = [
        f"{name} names {folder}"
        for path in [*release.iterdir(), *again.iterdir()]
        for name, data in archives.files(path)
        for folder in folders
        if f"{folder}/".encode() in data.replace(PERF_MAP, b"")
    ]
    assert not found


def test_wit_package_is_the_contract(release: Path) -> None:
    tool = str(ROOT / ".venv/bin/wasm-tools")
    packed = run(tool, "component", "wit", str(release / "vault-aws-login-wit.wasm"))
    assert packed == run(tool, "component", "wit", str(ROOT / "wit"))


def crates_of(package: str, target: str) -> set[str]:
    """Returns the libraries that cargo compiles for an artefact."""
    command = ["cargo", "build", "--locked", "--release", "--target", target, "--package", package]
    messages = map(json.loads, run(*command, "--message-format", "json").splitlines())
    artefacts = (message for message in messages if message["reason"] == "compiler-artifact")
    return {
        artefact["target"]["name"].replace("-", "_")
        for artefact in artefacts
        if any(f"/{target}/" in name and name.endswith(".rlib") for name in artefact["filenames"])
    }


@pytest.mark.parametrize(
    ("package", "artefact", "target"),
    [
        ("vault-aws-login-component", "vault-aws-login.wasm", "wasm32-unknown-unknown"),
        ("vault-aws-login-signer", "vault-aws-login-signer.wasm", "wasm32-unknown-unknown"),
        ("vault-aws-login-command", "vault-aws-login-cli.wasm", "wasm32-unknown-unknown"),
        ("vault-aws-login-core-module", "vault-aws-login.core.wasm", "wasm32-unknown-unknown"),
        ("vault-aws-login-envoy", "vault-aws-login-envoy.wasm", "wasm32-wasip1"),
    ],
)
def test_bill_and_notices_name_what_was_linked(
    release: Path, package: str, artefact: str, target: str
) -> None:
    document = json.loads((release / f"{artefact}.cdx.json").read_text())
    crates = {entry["name"] for entry in document["components"]}
    linked = crates_of(package, target)
    assert {"aws_sigv4", "sha2", "vault_aws_login"} <= linked
    assert linked <= {name.replace("-", "_") for name in crates}
    assert not {"proptest", "serde_derive"} & crates
    notices = (release / "THIRD-PARTY-NOTICES.txt").read_text()
    foreign = {name for name in crates if not name.startswith("vault-aws-login")}
    assert not [name for name in foreign if f"\n{name} " not in notices]
