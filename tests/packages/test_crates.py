"""The crates, published to a registry on loopback and used from there in empty folders."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import crates
import project
import pytest
import requests
from bed import GREETING, Identity, TestBed
from conftest import ROOT, SERVER_ID
from crates_registry import CrateRegistry, manifest_of

#: Where the crates are compiled; outside of the folders of pytest, which it keeps three times.
BUILT = ROOT / "target" / "packages" / "crates-built"
#: What goes with each crate beside its sources.
COMMON = {"Cargo.toml", "Cargo.toml.orig", "Cargo.lock", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "sbom.cdx.json"}
WIT = {"wit/login.wit", "wit/inspector.wit", "wit/lifecycle.wit"}
CONTENTS = {
    "vault-aws-login": COMMON | {"docs/crate.md", "docs/login-contract.md", "tests/inspector_texts.txt"},
    "vault-aws-login-wasm": COMMON | {"README.md", "THIRD-PARTY-NOTICES.txt", "vault-aws-login.wasm"},
    "vault-aws-login-cli": COMMON | WIT | {"README.md"},
}
README = {"vault-aws-login": "docs/crate.md"}


def archive(name: str) -> Path:
    path = crates.FOLDER / f"{name}-{project.VERSION}.crate"
    assert path.is_file(), f"no {path.relative_to(ROOT)}: run `make package-crates`"
    return path


def files(name: str) -> dict[str, bytes]:
    with tarfile.open(archive(name)) as opened:
        members = [member for member in opened.getmembers() if member.isfile()]
        return {member.name.partition("/")[2]: opened.extractfile(member).read() for member in members}


@pytest.fixture(scope="module")
def registry() -> Iterator[CrateRegistry]:
    with CrateRegistry([ROOT / "Cargo.lock"]) as running:
        yield running


@pytest.fixture(scope="module")
def home(registry: CrateRegistry, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A `$CARGO_HOME` for which the registry on loopback is crates.io, with all three crates there."""
    home = tmp_path_factory.mktemp("cargo") / "home"
    registry.configure(home)
    for name in crates.CRATES:
        # The tests below compile what was published.
        cargo("publish", "--registry", "loopback", "--no-verify", "--package", name, home=home, folder=crates.STAGE)
    return home


def cargo(*words: str, home: Path, folder: Path, **more: str) -> str:
    """Runs cargo where nothing leads to the repository."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CARGO")}
    environment |= {"CARGO_HOME": str(home), "CARGO_TARGET_DIR": str(BUILT), "RUSTFLAGS": ""} | more
    # Half of the time of a release build, which is not what is tested.
    environment |= {"CARGO_PROFILE_RELEASE_OPT_LEVEL": "1", "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16"}
    ended = subprocess.run(["cargo", *words], cwd=folder, env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, f"cargo {' '.join(words)}\n{ended.stdout}{ended.stderr}"
    return ended.stdout


@pytest.fixture(scope="module")
def user(bed: TestBed) -> Identity:
    return bed.aws.user()


@pytest.fixture(scope="module")
def mount(bed: TestBed, user: Identity) -> str:
    """A mount that demands the server ID of the README of the crate, with its role `dev`."""
    mount = bed.mount_aws("crates", iam_server_id_header_value=SERVER_ID)
    bed.vault_role("dev", user.arn, mount=mount)
    return mount


# What is in the crates


@pytest.mark.parametrize("name", crates.CRATES)
def test_crate_has_its_sources_and_what_goes_with_them_and_nothing_else(name: str) -> None:
    folder = ROOT / crates.CRATES[name]
    listed = subprocess.run(["git", "ls-files", "src"], cwd=folder, check=True, capture_output=True, text=True).stdout
    assert set(files(name)) == CONTENTS[name] | set(listed.split())
    assert len(files(name)) <= 150


@pytest.mark.parametrize("name", crates.CRATES)
def test_manifest_tells_what_the_registry_shows(name: str) -> None:
    manifest = manifest_of(archive(name).read_bytes())
    package = manifest["package"]
    assert (package["version"], package["repository"]) == (project.VERSION, project.REPOSITORY)
    assert package["license"] == "Apache-2.0 OR MIT" and package["description"]
    assert 0 < len(package["keywords"]) <= 5 and package["categories"]
    assert package["readme"] == README.get(name, "README.md")
    within = [table for table in ("dependencies", "build-dependencies", "dev-dependencies") if table in manifest]
    assert [wanted for table in within for wanted in manifest[table].values() if "path" in wanted] == []


@pytest.mark.parametrize("name", crates.CRATES)
def test_readme_leads_nowhere_inside_the_repository(name: str) -> None:
    text = files(name)[README.get(name, "README.md")].decode()
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    assert targets and [target for target in targets if not re.match(r"https://|#", target)] == []


def test_crates_that_are_not_for_the_registry_cannot_be_published() -> None:
    command = ["cargo", "metadata", "--no-deps", "--locked", "--format-version", "1"]
    metadata = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    packages = json.loads(metadata)["packages"]
    assert {package["name"] for package in packages if package["publish"] is None} == set(crates.CRATES)


# Their use


def test_registry_takes_the_crates_that_were_made(registry: CrateRegistry, home: Path) -> None:
    assert registry.published == {archive(name).name: archive(name).read_bytes() for name in crates.CRATES}


def test_tests_and_examples_of_the_core_pass_in_the_unpacked_crate(home: Path, empty: Path) -> None:
    with tarfile.open(archive("vault-aws-login")) as opened:
        opened.extractall(empty, filter="data")
    folder = empty / f"vault-aws-login-{project.VERSION}"
    assert " 0 failed" in cargo("test", "--locked", "--quiet", home=home, folder=folder)


def test_example_of_the_core_logs_in(home: Path, empty: Path, bed: TestBed, user: Identity, mount: str) -> None:
    cargo("init", "--quiet", "--vcs", "none", "--name", "login", home=home, folder=empty)
    cargo("add", "--quiet", "vault-aws-login", home=home, folder=empty)
    [program] = re.findall(r"```rust,no_run\n(.*?)```", files("vault-aws-login")["docs/crate.md"].decode(), re.DOTALL)
    (empty / "src/main.rs").write_text(program)
    login = cargo("run", "--quiet", home=home, folder=empty, **bed.environment(user))
    answer = requests.post(f"{bed.vault.address}/v1/auth/{mount}/login", data=login, timeout=30)
    assert bed.read_greeting(answer.json()["auth"]["client_token"]) == GREETING


@pytest.fixture(scope="module")
def program(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, as its README says to install it."""
    root = tmp_path_factory.mktemp("installed")
    cargo("install", "--quiet", "--locked", "vault-aws-login-cli", home=home, folder=root, CARGO_INSTALL_ROOT=str(root))
    return root / "bin" / "vault-aws-login"


def run(program: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    base = {"PATH": "/usr/bin:/bin", "HOME": str(Path.cwd()), "AWS_EC2_METADATA_DISABLED": "true"}
    return subprocess.run(
        [program, *words], env=base | environment, capture_output=True, text=True, timeout=120
    )


def test_installed_program_logs_in(program: Path, empty: Path, bed: TestBed, user: Identity, mount: str) -> None:
    words = ["login", "--role", "dev", "--mount", mount, "--server-id", SERVER_ID]
    ended = run(program, *words, **bed.environment(user))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert bed.read_greeting(ended.stdout.strip()) == GREETING


def test_installed_program_explains_a_wrong_server_id(
    program: Path, empty: Path, bed: TestBed, user: Identity, mount: str
) -> None:
    words = ["login", "--role", "dev", "--mount", mount, "--server-id", "other.example.com"]
    ended = run(program, *words, **bed.environment(user))
    assert (ended.returncode, ended.stdout) == (3, "")
    assert f"on the client: sign with the server ID `{SERVER_ID}`" in ended.stderr
