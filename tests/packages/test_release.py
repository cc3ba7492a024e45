"""A release is whole and can be checked: by its checksums, their signature, and its bills."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import archives
import bills
import debian
import linkage
import project
import pytest
import release
from conftest import ROOT
from test_project import ADDRESS

#: What accompanies the artefacts.
TEXTS = {*release.TEXTS, release.MANUAL, "THIRD-PARTY-NOTICES.txt", "minisign.pub", "SHA256SUMS"}


@pytest.fixture(scope="session")
def minisign() -> str:
    return str(debian.program("minisign", "usr/bin/minisign"))


class Key:
    """A throw-away key pair."""

    def __init__(self, minisign: str, folder: Path) -> None:
        secret, public = folder / "key", folder / "key.pub"
        command = [minisign, "-G", "-W", "-s", secret, "-p", public]
        subprocess.run(command, check=True, capture_output=True)
        self.secret = secret.read_text()
        self.public = public.read_text().splitlines()[1]


@pytest.fixture(scope="module")
def key(minisign: str, tmp_path_factory: pytest.TempPathFactory) -> Key:
    return Key(minisign, tmp_path_factory.mktemp("key"))


def signed(folder: Path, secret: str, key: Key, minisign: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "MINISIGN_SECRET_KEY": secret,
        "MINISIGN_PUBLIC_KEY": key.public,
        "PATH": f"{Path(minisign).parent}:{os.environ['PATH']}",
    }
    command = ["python3", "tools/packages/sign.py", str(folder)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, key: Key, minisign: str) -> Path:
    """The release of what `make` and `make packages` made, signed."""
    folder = tmp_path_factory.mktemp("release") / "release"
    environment = os.environ | {"MINISIGN_PUBLIC_KEY": key.public}
    command = ["python3", "tools/packages/release.py", str(folder)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    ended = signed(folder, key.secret, key, minisign)
    assert ended.returncode == 0, ended.stderr
    return folder


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "copy"))


def documented_check() -> list[str]:
    """The two commands of SECURITY.md by which users check a release."""
    text = (ROOT / "SECURITY.md").read_text()
    (block,) = re.findall(r"```sh\n(minisign .*?)```", text, re.DOTALL)
    return str(block).splitlines()


def check(folder: Path, minisign: str) -> list[subprocess.CompletedProcess[str]]:
    environment = os.environ | {"PATH": f"{Path(minisign).parent}:{os.environ['PATH']}"}
    return [
        subprocess.run(
            ["bash", "-c", line], cwd=folder, env=environment, capture_output=True, text=True
        )
        for line in documented_check()
    ]


def test_good_release_is_verified_by_the_documented_commands(made: Path, minisign: str) -> None:
    signature, sums = check(made, minisign)
    assert signature.returncode == 0, signature.stderr
    assert f"Trusted comment: vault-aws-login {project.VERSION}" in signature.stdout
    assert (sums.returncode, sums.stderr) == (0, "")
    listed = {line.split("  ")[1] for line in (made / "SHA256SUMS").read_text().splitlines()}
    assert listed == {path.name for path in made.iterdir()} - {"SHA256SUMS", "SHA256SUMS.minisig"}


def test_tampered_file_is_refused_by_its_checksum(copy: Path, minisign: str) -> None:
    file = copy / "vault-aws-login.wasm"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    signature, sums = check(copy, minisign)
    assert signature.returncode == 0
    assert sums.returncode != 0 and "vault-aws-login.wasm: FAILED" in sums.stdout


def test_tampered_checksums_are_refused_by_their_signature(copy: Path, minisign: str) -> None:
    sums = copy / "SHA256SUMS"
    text = sums.read_text()
    sums.write_text(("0" if text[0] != "0" else "1") + text[1:])
    signature, _ = check(copy, minisign)
    assert signature.returncode != 0 and "verification failed" in signature.stderr


def test_signature_of_another_key_is_refused(copy: Path, minisign: str, tmp_path: Path) -> None:
    stranger = Key(minisign, tmp_path)
    assert signed(copy, stranger.secret, stranger, minisign).returncode == 0
    signature, _ = check(copy, minisign)
    assert signature.returncode != 0


def test_signing_is_refused_with_a_key_that_is_not_the_projects(
    tmp_path: Path, key: Key, minisign: str
) -> None:
    (tmp_path / "SHA256SUMS").write_text("")
    stranger = Key(minisign, tmp_path)
    for secret, why in [
        ("", "MINISIGN_SECRET_KEY is empty"),
        (stranger.secret, "does not belong to the public key"),
        ("untrusted comment: x\nnot a key\n", "minisign: "),
    ]:
        refused = signed(tmp_path, secret, key, minisign)
        assert refused.returncode == 1 and why in refused.stderr
        assert stranger.secret.splitlines()[1] not in refused.stdout + refused.stderr
        assert not (tmp_path / "SHA256SUMS.minisig").exists()


def test_release_is_the_same_each_time(made: Path, tmp_path: Path, key: Key) -> None:
    environment = os.environ | {"MINISIGN_PUBLIC_KEY": key.public}
    command = ["python3", "tools/packages/release.py", str(tmp_path / "again")]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    first, second = ((folder / "SHA256SUMS").read_text() for folder in (made, tmp_path / "again"))
    assert first == second


def test_release_has_each_package_and_each_built_file(made: Path) -> None:
    names = {path.name for path in made.iterdir()}
    version = project.VERSION
    assert names >= {artefact.name for artefact in release.artefacts()} | TEXTS
    assert names >= {
        f"vault-aws-login-{version}.tgz",
        f"vault_aws_iam_login-{version}-py3-none-any.whl",
        f"vault_aws_iam_login-{version}.tar.gz",
        f"vault-aws-login_{version}_amd64.deb",
        f"vault-aws-login-{version}.crate",
        f"vault-aws-login-wasm-{version}.crate",
        f"vault-aws-login-cli-{version}.crate",
        *(f"vault-aws-login-{name}-{version}.tar.gz" for name in ("go", "maven", "oci", "action")),
    }


def test_manual_of_a_release_is_the_programs(made: Path) -> None:
    manual = (made / release.MANUAL).read_text()
    assert ".SH NAME" in manual and project.VERSION in manual.split(".SH NAME")[0]


def bills_of(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The bills of each artefact, by its name."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in folder.iterdir():
        if path.name in TEXTS or path.name.endswith((".cdx.json", ".minisig")):
            continue
        beside = sorted(folder.glob(f"{path.name}.*cdx.json"))
        found[path.name] = [json.loads(bill.read_text()) for bill in beside]
    return found


def test_every_artefact_has_a_valid_bill_of_materials(made: Path) -> None:
    assert not [name for name, found in bills_of(made).items() if not found]
    assert bills.faults(made.glob("*.cdx.json")) == ""


#: Something that each artefact needs, by a part of its name.
NEEDED = {
    "vault-aws-login.wasm": "aws-sigv4",
    "vault-aws-login-signer.wasm": "aws-sigv4",
    "vault-aws-login-cli.wasm": "wasi",
    "vault-aws-login.core.wasm": "aws-sigv4",
    "vault-aws-login-envoy.wasm": "proxy-wasm",
    "vault-aws-login-x86_64-linux": "wasmtime",
    "vault-aws-login.html": "aws-sigv4",
    f"vault-aws-login-{project.VERSION}.tgz": "aws-sigv4",
    f"vault_aws_iam_login-{project.VERSION}-py3-none-any.whl": "wasmtime",
    f"vault-aws-login_{project.VERSION}_amd64.deb": "wasmtime",
    f"vault-aws-login-go-{project.VERSION}.tar.gz": "github.com/tetratelabs/wazero",
    f"vault-aws-login-maven-{project.VERSION}.tar.gz": "gson",
    f"vault-aws-login-cli-{project.VERSION}.crate": "wasmtime",
}


@pytest.mark.parametrize("artefact", NEEDED)
def test_bill_names_what_its_artefact_depends_on(made: Path, artefact: str) -> None:
    found = bills_of(made)[artefact]
    names = {entry["name"] for bill in found for entry in bill["components"]}
    assert NEEDED[artefact] in names
    edges = {
        target
        for bill in found
        for entry in bill["dependencies"]
        for target in entry.get("dependsOn", [])
    }
    refs = {entry["bom-ref"] for bill in found for entry in bill["components"]}
    assert refs <= edges


MAVEN = Path.home() / ".m2" / "repository"


def known_packages() -> str:
    """What the lock files and manifests of the repository name, beside crates."""
    patterns = ["package-lock.json", "package.json", "go.sum", "pyproject.toml"]
    patterns += ["requirements*.txt"]
    listed = subprocess.run(
        ["git", "ls-files", *(f"*{pattern}" for pattern in patterns)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    return "\n".join((ROOT / name).read_text() for name in listed)


def test_no_bill_names_a_package_that_does_not_exist(made: Path) -> None:
    crates = {f"pkg:cargo/{crate.name}@{crate.version}" for crate in linkage.checksums()}
    crates |= {
        f"pkg:cargo/{crate.name}@{crate.version}"
        for crate in linkage.packages()
        if linkage.published(crate)
    }
    known = known_packages()
    wrong = []
    for found in bills_of(made).values():
        for bill in found:
            tools = [
                tool for formula in bill.get("formulation", []) for tool in formula["components"]
            ]
            for entry in [*bill["components"], *tools]:
                purl = entry.get("purl", "")
                kind, _, rest = purl.removeprefix("pkg:").partition("/")
                name = rest.partition("@")[0].replace("%40", "@")
                match kind:
                    case "":
                        right = True
                    case "cargo":
                        right = purl in crates
                    case "npm" | "golang" | "pypi":
                        right = name in known or name.startswith(project.PATH)
                    case "maven":
                        # What Maven has resolved, which the manifests do not name.
                        group, artefact = name.split("/")
                        cached = MAVEN.joinpath(*group.split("."), artefact)
                        right = (cached / rest.partition("@")[2]).is_dir()
                    case _:
                        right = False
                if not right:
                    wrong.append(purl)
    assert not wrong


def test_no_file_names_a_folder_of_this_machine(made: Path) -> None:
    folders = [str(ROOT), str(Path.home()), os.environ.get("CARGO_HOME", "/.cargo")]
    found = [
        f"{name} names {folder}"
        for path in made.iterdir()
        for name, data in archives.files(path)
        for folder in folders
        if f"{folder}/".encode() in data
    ]
    assert not found


def test_release_without_the_address_of_the_repository_is_refused() -> None:
    environment = os.environ | {"REPOSITORY": "https://repository.invalid/vault-aws-login"}
    refused = subprocess.run(
        ["make", "dist"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert refused.returncode != 0
    assert "the address of the repository is not known" in refused.stderr


@pytest.mark.parametrize(
    ("tag", "heading", "key", "why"),
    [
        (project.RELEASE_TAG, "2026-01-31", "a key", None),
        ("release/v99.0.0", "2026-01-31", "a key", "the tag that releases this version is"),
        (project.TAG, "2026-01-31", "a key", "the tag that releases this version is"),
        (project.RELEASE_TAG, "unreleased", "a key", "expected a date .*, found unreleased"),
        (project.RELEASE_TAG, None, "a key", "expected a date .*, found no heading"),
        (project.RELEASE_TAG, "2026-01-31", "", "users could not check"),
    ],
)
def test_tag_releases_only_its_own_version_with_its_changes_and_a_key(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tag: str,
    heading: str | None,
    key: str,
    why: str | None,
) -> None:
    changelog = f"# Changelog\n\n## {project.VERSION} - {heading}\n\n- It works.\n\n## 0.0.9 - x\n"
    (tmp_path / "CHANGELOG.md").write_text(changelog if heading else "# Changelog\n")
    monkeypatch.setattr(project, "ROOT", tmp_path)
    monkeypatch.setattr(project, "REPOSITORY", ADDRESS)
    monkeypatch.setattr(project, "PATH", ADDRESS.removeprefix("https://"))
    monkeypatch.setattr(project, "PUBLIC_KEY", key)
    refused = project.refusals(tag)
    if why:
        assert len(refused) == 1 and re.search(why, refused[0])
    else:
        assert refused == []
        assert project.changes() == ("2026-01-31", "- It works.")


def bill(purl: str = "") -> str:
    component = {"name": "x", "purl": purl}
    return json.dumps({"bomFormat": "CycloneDX", "metadata": {"component": component}})


BILL = bill()


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with one package, and nothing expected but that."""
    folder = tmp_path / "packages"
    (folder / "npm").mkdir(parents=True)
    monkeypatch.setattr(release, "PACKAGES", folder)
    monkeypatch.setattr(release, "EXPECTED", ["npm"])
    yield folder


def zipped(files: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return data.getvalue()


def deb(files: dict[str, bytes]) -> bytes:
    data = b"!<arch>\n"
    for name, content in {"debian-binary": b"2.0\n", "data.tar.gz": tarred(files)}.items():
        data += f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n".encode()
        data += content + b"\n" * (len(content) % 2)
    return data


@pytest.mark.parametrize("pack", [zipped, tarred, deb])
def test_bill_is_taken_out_of_a_package(packages: Path, tmp_path: Path, pack: Any) -> None:
    (packages / "npm" / "x.deb").write_bytes(pack({"a/sbom.cdx.json": BILL.encode()}))
    release.write_packages(tmp_path)
    assert (tmp_path / "x.deb.cdx.json").read_text() == BILL


def test_package_that_is_a_folder_is_packed_whole(packages: Path, tmp_path: Path) -> None:
    inner = packages / "npm" / "blobs"
    inner.mkdir()
    (inner / "layer").write_bytes(tarred({"sbom.cdx.json": BILL.encode()}))
    release.write_packages(tmp_path)
    name = f"vault-aws-login-npm-{project.VERSION}"
    packed = tmp_path / f"{name}.tar.gz"
    assert [path for path, _ in archives.files(packed)] == [
        f"{packed.name}/{name}/blobs/layer/sbom.cdx.json"
    ]
    assert (tmp_path / f"{packed.name}.cdx.json").read_text() == BILL


def test_bills_of_several_artefacts_in_a_package_have_their_names(
    packages: Path, tmp_path: Path
) -> None:
    first, second = bill("pkg:golang/example.com/x/go@v1"), bill("pkg:oci/agent?tag=1")
    data = tarred({"a": first.encode(), "b": second.encode(), "again": first.encode()})
    (packages / "npm" / "x.tgz").write_bytes(data)
    release.write_packages(tmp_path)
    assert (tmp_path / "x.tgz.go.cdx.json").read_text() == first
    assert (tmp_path / "x.tgz.agent.cdx.json").read_text() == second


def test_missing_package_and_package_without_a_bill_are_refused(
    packages: Path, tmp_path: Path
) -> None:
    with pytest.raises(release.Incomplete, match="run make package-npm"):
        release.write_packages(tmp_path)
    (packages / "npm" / "x.tgz").write_bytes(tarred({"README.md": b""}))
    with pytest.raises(release.Incomplete, match="x.tgz carries no bill of materials"):
        release.write_packages(tmp_path)


def test_every_package_of_make_packages_is_in_a_release() -> None:
    makefile = (ROOT / "tools" / "packages" / "packages.mk").read_text()
    (made,) = re.findall(r"^PACKAGES = (.*)$", makefile, re.MULTILINE)
    assert made.split() == release.EXPECTED
