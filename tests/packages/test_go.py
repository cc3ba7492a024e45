"""The Go modules: downloaded from a proxy of files, and used in a folder without the repository."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bills
import project
import pytest
from bed.testbed import TestBed
from conftest import EXPLAINED, PACKAGES, ROOT, SERVER_ID

SOURCE = PACKAGES / "go" / "source"
PROXY = PACKAGES / "go" / "proxy"
VERSION = f"v{project.VERSION}"
PLACEHOLDER = "repository.invalid/vault-aws-login/go"
MODULES = ["", "logindata", "openbaoauth", "vaultauth"]
CLIENTS = ["", "vaultauth", "openbaoauth"]
#: What the program of the library's page needs, in the version of the repository.
CONFIG = "github.com/aws/aws-sdk-go-v2/config"


@pytest.fixture(scope="session")
def path() -> str:
    return re.findall(r"^module (\S+)$", (SOURCE / "go.mod").read_text(), re.MULTILINE)[0]


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory, path: str) -> dict[str, str]:
    """Go's settings, with a cache that has none of our modules. Others come from the machine's."""
    settings = ("go", "env", "GOMODCACHE", "GOPROXY")
    cache, proxy = subprocess.check_output(settings, text=True).splitlines()
    return os.environ | {
        "GOMODCACHE": str(tmp_path_factory.mktemp("modules")),
        "GOPROXY": f"file://{PROXY},file://{cache}/cache/download,{proxy}",
        "GONOSUMDB": f"{path},{path}/*",
        "GOFLAGS": "-modcacherw",
        "GOWORK": "off",
    }


def go(folder: Path, environment: dict[str, str], *words: str) -> str:
    command = ["go", *words]
    ended = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def module(path: str, name: str) -> str:
    return f"{path}/{name}".rstrip("/")


def pinned(other: str) -> str:
    needs = (ROOT / "host-examples/go/logindata/go.mod").read_text()
    (version,) = re.findall(rf"\t{re.escape(other)} (\S+)", needs)
    return f"{other}@{version}"


def built(folder: Path, environment: dict[str, str], text: str, *needed: str) -> Path:
    """Builds a program in an empty folder, as someone does who read a page."""
    (folder / "main.go").write_text(text)
    go(folder, environment, "mod", "init", "example.com/program")
    go(folder, environment, "get", *needed)
    go(folder, environment, "build", "-o", "program", ".")
    return folder / "program"


def shown_program(name: str) -> str:
    """The program on the page of a module."""
    page = (SOURCE / name / "README.md").read_text()
    (text,) = re.findall(r"^```go\n(package main\n.*?)^```", page, re.MULTILINE | re.DOTALL)
    return text


@contextmanager
def role_dev(bed: TestBed, server_id: str) -> Iterator[dict[str, str]]:
    """The environment of a program with the role `dev` on a mount that demands a server ID."""
    user = bed.aws.user()
    bed.vault_role("dev", user.arn)
    bed.configure_aws("aws", iam_server_id_header_value=SERVER_ID)
    try:
        yield bed.process_environment(user) | {"VAULT_IAM_SERVER_ID": server_id}
    finally:
        bed.configure_aws("aws", iam_server_id_header_value="")


def run(program: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program], env=environment, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("name", CLIENTS, ids=lambda name: name or "library")
def test_program_of_the_page_logs_in_and_explains_a_wrong_server_id(
    bed: TestBed, empty: Path, environment: dict[str, str], path: str, name: str
) -> None:
    needed = [f"{module(path, name)}@{VERSION}", pinned(CONFIG)]
    program = built(empty, environment, shown_program(name), *needed)
    assert f"\t{module(path, name)}\t{VERSION}\th1:" in go(
        empty, environment, "version", "-m", str(program)
    )
    with role_dev(bed, SERVER_ID) as variables:
        ended = run(program, variables)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert ended.stdout.startswith("logged in for ")
        refused = run(program, variables | {"VAULT_IAM_SERVER_ID": "other.example.com"})
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.splitlines()[1:] == EXPLAINED


def test_map_for_users_of_awsutil_logs_in_and_its_refusal_is_the_servers(
    bed: TestBed, empty: Path, environment: dict[str, str], path: str
) -> None:
    text = (
        (Path(__file__).parent / "go-logindata" / "main.go").read_text().replace(PLACEHOLDER, path)
    )
    program = built(empty, environment, text, f"{path}/logindata@{VERSION}")
    with role_dev(bed, SERVER_ID) as variables:
        granted = json.loads(run(program, variables).stdout)
        refused = json.loads(
            run(program, variables | {"VAULT_IAM_SERVER_ID": "other.example.com"}).stdout
        )
    assert granted["auth"]["metadata"]["account_id"]
    assert 'expected "vault.example.com" but got "other.example.com"' in refused["errors"][0]


def test_sources_of_the_tag_pass_gos_own_checks(environment: dict[str, str]) -> None:
    assert subprocess.check_output(["gofmt", "-l", SOURCE], text=True) == ""
    for name in MODULES:
        # Readonly: go.mod and go.sum have to be complete.
        readonly = environment | {"GOFLAGS": "-modcacherw -mod=readonly"}
        go(SOURCE / name, readonly, "vet", "./...")
    assert "--- PASS: ExampleModule_ExplainRefusal" in go(SOURCE, environment, "test", "-v", ".")


def test_library_needs_wazero_and_the_types_of_the_aws_sdk_alone() -> None:
    needed = re.findall(r"^\t(\S+) v\S+$", (SOURCE / "go.mod").read_text(), re.MULTILINE)
    assert needed == ["github.com/aws/aws-sdk-go-v2", "github.com/tetratelabs/wazero"]


def contents(path: str, name: str) -> dict[str, bytes]:
    """The files in the archive of a module."""
    inside = f"{module(path, name)}@{VERSION}/"
    archive = PROXY / module(path, name) / "@v" / f"{VERSION}.zip"
    with zipfile.ZipFile(archive) as opened:
        return {info.filename.removeprefix(inside): opened.read(info) for info in opened.infolist()}


@pytest.mark.parametrize("name", MODULES, ids=lambda name: name or "library")
def test_archive_of_each_module_is_complete_in_itself(path: str, name: str) -> None:
    found = contents(path, name)
    documents = {
        "README.md",
        "CHANGELOG.md",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "sbom.cdx.json",
        "go.mod",
        "go.sum",
    }
    assert documents <= set(found)
    others = {file for file in set(found) - documents if not file.endswith(".go")}
    assert others == (set() if name else {"vault-aws-login.core.wasm", "THIRD-PARTY-NOTICES.txt"})
    assert not [file for file in found if file.endswith("_test.go") and file != "example_test.go"]
    for file, text in found.items():
        # Both are the same in a trial, which has no address.
        assert path == PLACEHOLDER or PLACEHOLDER.encode() not in text, file
    for link in re.findall(r"\]\(([^)]+)\)", found["README.md"].decode()):
        assert link.startswith(("https://", "#")), link
    assert "## Try it" not in found["README.md"].decode()
    assert (
        json.loads(found["sbom.cdx.json"])["metadata"]["component"]["purl"]
        == f"pkg:golang/{module(path, name)}@{VERSION}"
    )
    if not name:
        core = "vault-aws-login.core.wasm"
        assert found[core] == (ROOT / "dist" / core).read_bytes()
        assert b"aws-sigv4 " in found["THIRD-PARTY-NOTICES.txt"]


def test_bills_of_materials_are_valid_and_name_each_module_that_is_needed() -> None:
    assert bills.faults(SOURCE / name / "sbom.cdx.json" for name in MODULES) == ""
    for name in MODULES:
        bill = json.loads((SOURCE / name / "sbom.cdx.json").read_text())
        listed = {component["name"] for component in bill["components"]}
        direct = re.findall(r"^\t(\S+) v\S+$", (SOURCE / name / "go.mod").read_text(), re.MULTILINE)
        # Needed by the documentation's examples alone.
        assert set(direct) - listed <= {"github.com/aws/aws-sdk-go-v2/credentials"}


def packed(folder: Path, repository: str) -> Path:
    command = [sys.executable, "tools/packages/go.py", str(folder)]
    subprocess.run(
        command, cwd=ROOT, env=os.environ | {"REPOSITORY": repository}, check=True, timeout=120
    )
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_same_sources_give_the_same_bytes(tmp_path: Path, path: str) -> None:
    again = packed(tmp_path / "again", f"https://{path.removesuffix('/go')}")
    assert files(again) == files(PACKAGES / "go")


def test_tags_of_the_release_hold_what_the_proxy_serves(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    """GitHub's address, because Go knows without asking it that it serves git repositories."""
    address = "https://github.com/acme/vault-aws-login"
    made = packed(tmp_path / "made", address)
    repository = tmp_path / "repository"
    (repository / "docs").mkdir(parents=True)
    (repository / "docs" / "page.md").write_text("Not in a module.\n")
    shutil.copytree(made / "source", repository / "go")
    author = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
    for words in (
        ["init", "--quiet"],
        ["add", "."],
        [*author, "commit", "--quiet", "--message", "release"],
    ):
        subprocess.run(["git", *words], cwd=repository, check=True)
    for name in MODULES:
        tag = "/".join(filter(None, ("go", name, VERSION)))
        subprocess.run(["git", "tag", tag], cwd=repository, check=True)
    rewritten = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{repository}.insteadOf",
        "GIT_CONFIG_VALUE_0": address,
    }
    common = environment | {"GONOSUMDB": "github.com/acme/*"}
    sums = []
    for number, proxy in enumerate((f"file://{made}/proxy", "direct")):
        own = (
            common | rewritten | {"GOPROXY": proxy, "GOMODCACHE": str(tmp_path / f"cache{number}")}
        )
        wanted = [module("github.com/acme/vault-aws-login/go", name) for name in MODULES]
        text = go(
            tmp_path, own, "mod", "download", "-json", *(f"{one}@{VERSION}" for one in wanted)
        )
        sums.append(re.findall(r'"(?:GoModSum|Sum)": "(\S+)"', text))
    assert len(sums[0]) == 2 * len(MODULES)
    assert sums[0] == sums[1]


def test_archive_that_was_changed_is_refused(
    empty: Path, tmp_path: Path, environment: dict[str, str], path: str
) -> None:
    built(empty, environment, shown_program(""), f"{path}@{VERSION}", pinned(CONFIG))
    proxy = shutil.copytree(PROXY, tmp_path / "proxy")
    archive = proxy / path / "@v" / f"{VERSION}.zip"
    changed = io.BytesIO()
    with zipfile.ZipFile(archive) as before, zipfile.ZipFile(changed, "w") as after:
        for info in before.infolist():
            text = before.read(info)
            after.writestr(
                info.filename, text + b"//\n" if info.filename.endswith("/sign.go") else text
            )
    archive.write_bytes(changed.getvalue())
    other = environment | {
        "GOPROXY": environment["GOPROXY"].replace(str(PROXY), str(proxy)),
        "GOMODCACHE": str(tmp_path / "cache"),
    }
    ended = subprocess.run(
        ["go", "build", "."], cwd=empty, env=other, capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 1
    assert f"verifying {path}@{VERSION}: checksum mismatch" in ended.stderr
