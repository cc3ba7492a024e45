"""What the release workflow publishes with programs of ours: the tags, and Maven Central's bundle."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import central
import project
import pytest
import tags
import yaml
from conftest import PACKAGES, ROOT


def git(root: Path, *words: str) -> str:
    command = ["git", *words]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of the repository, with the packages that the tags need."""
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--shared", str(ROOT), str(clone))
    for package in ("go", "action"):
        shutil.copytree(PACKAGES / package, clone / "dist" / "packages" / package)
    return clone


def test_tags_hold_what_was_built_and_the_branch_does_not(clone: Path, tmp_path: Path) -> None:
    head = git(clone, "rev-parse", "HEAD").strip()
    made = tags.tag(clone)
    remote = tmp_path / "remote.git"
    git(tmp_path, "clone", "--quiet", "--bare", "--shared", str(ROOT), str(remote))
    git(clone, "push", "--quiet", "--atomic", str(remote), *made)
    assert f"refs/tags/{project.TAG}" in made and f"refs/tags/go/{project.TAG}" in made
    assert len({git(remote, "rev-parse", name) for name in made}) == 1
    assert git(remote, "rev-parse", f"{project.TAG}^").strip() == head
    built = git(remote, "ls-tree", "-r", "--name-only", project.TAG).splitlines()
    action = yaml.safe_load(git(remote, "show", f"{project.TAG}:action.yml"))
    assert {action["runs"]["main"], action["runs"]["post"]} <= set(built)
    assert "go/go.mod" in built
    assert not [name for name in git(ROOT, "ls-files").splitlines() if name.endswith(".wasm")]


def test_go_reads_the_same_files_from_the_tag_as_from_the_proxy(clone: Path) -> None:
    modules = [name.removeprefix("refs/tags/") for name in tags.tag(clone)[1:]]
    assert modules
    for name in modules:
        module = name.removesuffix(f"/{project.TAG}")
        path = f"{project.PATH}/{module}"
        (archive,) = (PACKAGES / "go" / "proxy").rglob(f"{path}/@v/{project.TAG}.zip")
        prefix = f"{path}@{project.TAG}/"
        with zipfile.ZipFile(archive) as zipped:
            served = {info.filename: zipped.read(info) for info in zipped.infolist()}
        assert served
        for file, data in served.items():
            assert file.startswith(prefix)
            assert (clone / module / file.removeprefix(prefix)).read_bytes() == data


def test_commit_of_the_tags_is_the_same_wherever_it_is_made(clone: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(clone, tmp_path / "other"))
    commits = []
    for folder in (clone, other):
        tags.tag(folder)
        commits.append(git(folder, "rev-parse", project.TAG))
    assert commits[0] == commits[1]


class Portal(BaseHTTPRequestHandler):
    """Takes uploads with one token, as the API of Maven Central's portal does."""

    authorization = "Bearer " + base64.b64encode(b"name:password").decode()
    uploads: list[tuple[str, bytes]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        right = self.headers["Authorization"] == self.authorization
        if right:
            self.uploads.append((self.path, body))
        answer = b"28570f16-da32-4c14-bd2e-c1acc0782365" if right else b"Unauthorized"
        self.send_response(201 if right else 401)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def portal() -> Iterator[str]:
    Portal.uploads = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Portal) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/api/v1"
        server.shutdown()
        thread.join()


def test_bundle_has_a_signature_of_each_file_and_its_checksums(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed: list[Path] = []
    monkeypatch.setattr(central, "signature", lambda file: signed.append(file) or b"signature")
    bundle = tmp_path / "bundle.zip"
    central.bundle(PACKAGES / "maven", bundle)
    names = set(zipfile.ZipFile(bundle).namelist())
    plain = {name for name in names if not name.endswith((*central.UNSIGNED, ".asc"))}
    folder = f"vault-aws-login/{project.VERSION}/vault-aws-login-{project.VERSION}"
    for ending in (".jar", "-sources.jar", "-javadoc.jar", ".pom"):
        assert [name for name in plain if name.endswith(f"{folder}{ending}")]
    assert not [name for name in names if "maven-metadata" in name]
    for name in plain:
        assert {f"{name}.asc", f"{name}.md5", f"{name}.sha1"} <= names
        sha1 = (PACKAGES / "maven" / f"{name}.sha1").read_text().split()[0]
        assert sha1 == hashlib.sha1((PACKAGES / "maven" / name).read_bytes()).hexdigest()
    assert len(signed) == len(plain)


def test_bundle_is_uploaded_with_the_token_and_a_refusal_shown(portal: str, tmp_path: Path) -> None:
    bundle = tmp_path / "x-1.zip"
    bundle.write_bytes(b"the bundle")
    deployment = central.upload(bundle, portal, "name", "password")
    assert deployment == "28570f16-da32-4c14-bd2e-c1acc0782365"
    ((path, body),) = Portal.uploads
    assert path == "/api/v1/publisher/upload?publishingType=AUTOMATIC&name=x-1"
    assert b"the bundle" in body and b'name="bundle"' in body
    with pytest.raises(SystemExit, match="401.* Unauthorized") as refused:
        central.upload(bundle, portal, "name", "wrong word")
    assert "wrong word" not in str(refused.value)
