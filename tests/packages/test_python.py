"""The Python package: published to an index, installed from there, used with each Python at hand.

A machine with one `python3` runs them with that one; pyenv's others of 3.10 or later take part too.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import bills
import project
import pypi_registry
import pytest
import sbom
from bed.aws import Identity
from bed.testbed import GREETING, TestBed
from conftest import EXPLAINED, PACKAGES, ROOT, SERVER_ID
from pypi_registry import TOOLS, Index, run

NAME = "vault-aws-iam-login"
IMPORT = NAME.replace("-", "_")
MODULE = "vault-aws-login.core.wasm"


def pythons() -> dict[str, str]:
    """The interpreters of this machine that the package supports, each version once."""
    here = f"3.{sys.version_info.minor}"
    found = {here: sys.executable}
    for folder in sorted((Path.home() / ".pyenv" / "versions").glob("3.*")):
        minor = int(folder.name.split(".")[1])
        if minor >= 10 and (folder / "bin" / "python").exists():
            found.setdefault(f"3.{minor}", str(folder / "bin" / "python"))
    return found


def newest(package: str) -> str:
    """The version that the tests of the repository run with."""
    return f"{package}=={sbom.pinned('tests/requirements.txt', package)}"


def oldest(package: str) -> str:
    """The oldest version that the package accepts."""
    (version,) = re.findall(
        rf'"{package}>=(\S+)"', (ROOT / "host-examples/python/pyproject.toml").read_text()
    )
    return f"{package}=={version}"


@pytest.fixture(scope="session")
def wheel() -> Path:
    (found,) = (PACKAGES / "python").glob("*.whl")
    return found


@pytest.fixture(scope="session")
def archive() -> Path:
    (found,) = (PACKAGES / "python").glob("*.tar.gz")
    return found


@pytest.fixture(scope="session")
def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


@pytest.fixture(scope="session")
def told(contents: dict[str, bytes]) -> Message:
    return message_from_bytes(contents[f"{IMPORT}-{project.VERSION}.dist-info/METADATA"])


@pytest.fixture(scope="session")
def index(wheel: Path, archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with pypi_registry.index(tmp_path_factory.mktemp("index")) as index:
        index.upload(wheel, archive)
        yield index


def environment(folder: Path, python: str) -> Path:
    """Makes a virtual environment, and returns its Python."""
    run([python, "-m", "venv", folder], folder.parent)
    return folder / "bin" / "python"


@pytest.fixture(scope="session", params=pythons().values(), ids=pythons().keys())
def installed(
    request: pytest.FixtureRequest, index: Index, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A Python with the package and its extra, as pip installs them from the index."""
    python = environment(tmp_path_factory.mktemp("installed") / "venv", request.param)
    index.mirror(python, newest("wasmtime"), newest("hvac"))
    index.install(python, f"{NAME}[hvac]")
    return python


LOGIN = """
import importlib.metadata, json, os, sys
import hvac
from vault_aws_iam_login import Credentials, VaultError, login
from vault_aws_iam_login.hvac import keep_logged_in
from vault_aws_iam_login.hvac import login as hvac_login

address, mount, role = (os.environ[name] for name in ("VAULT_ADDR", "MOUNT", "ROLE"))
names = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
credentials = Credentials(*(os.environ.get(name) for name in names))
given = {"role": role, "mount": mount}
right = login(address, credentials, server_id=os.environ["SERVER_ID"], **given)
try:
    login(address, credentials, server_id="other.example.com", **given)
except VaultError as error:
    wrong = str(error)

secrets = []
named = {"role": role, "mount_point": mount, "header_value": os.environ["SERVER_ID"]}
client = hvac.Client(address)
hvac_login(client, credentials, **named)
secrets.append(client.secrets.kv.v1.read_secret("greeting", mount_point="secret")["data"])
with keep_logged_in(hvac.Client(address), credentials, **named) as session:
    client.token = session.token()
    secrets.append(client.secrets.kv.v1.read_secret("greeting", mount_point="secret")["data"])
print(json.dumps({
    "token": right.token,
    "wrong": wrong,
    "secrets": secrets,
    "version": importlib.metadata.version("vault-aws-iam-login"),
    "file": sys.modules["vault_aws_iam_login"].__file__,
}))
"""


@pytest.fixture(scope="session")
def caller(bed: TestBed) -> Identity:
    return bed.aws.session(bed.aws.role())


@pytest.fixture(scope="session")
def variables(bed: TestBed, caller: Identity) -> dict[str, str]:
    """A mount that demands the server ID, and the credentials of who may log in there."""
    mount = bed.mount_aws(bed.aws.fresh_name("python"), iam_server_id_header_value=SERVER_ID)
    arn = caller.arn.replace(":sts:", ":iam:").replace("assumed-role", "role").rpartition("/")[0]
    role = bed.vault_role(bed.aws.fresh_name("python"), arn, mount=mount)
    return bed.environment(caller) | {"MOUNT": mount, "ROLE": role, "SERVER_ID": SERVER_ID}


def test_installed_package_logs_in_and_explains_a_wrong_server_id(
    bed: TestBed, installed: Path, empty: Path, caller: Identity, variables: dict[str, str]
) -> None:
    (empty / "login.py").write_text(LOGIN)
    # `-I` keeps the folders of this repository out.
    printed = run([installed, "-I", "login.py"], empty, **variables)
    told: dict[str, Any] = json.loads(printed)
    assert bed.read_greeting(told["token"]) == GREETING
    assert told["secrets"] == [{"message": GREETING}] * 2
    assert told["wrong"].splitlines()[1:3] == EXPLAINED[:2]
    assert caller.secret_access_key not in told["wrong"]
    assert told["version"] == project.VERSION
    assert Path(told["file"]).is_relative_to(installed.parents[1])


USER = """
from vault_aws_iam_login import Credentials, Module, Session, Token, VaultError, login
from vault_aws_iam_login.hvac import keep_logged_in

credentials = Credentials("AKIA", "secret")


def token() -> str:
    found: Token = login("https://vault.example.com", credentials, role="dev")
    return found.token


def seconds(session: Session) -> int | None:
    lease = session.lease()
    return None if lease is None else len(session.token(timeout=1))


signed: str = Module.bundled().sign_login(credentials, role="dev")
kept = keep_logged_in
"""


def test_strict_mypy_knows_the_types_of_the_installed_package(installed: Path, empty: Path) -> None:
    mypy = [sys.executable, "-m", "mypy", "--strict", "--python-executable", installed]
    (empty / "user.py").write_text(USER)
    run([*mypy, "user.py"], empty)
    (empty / "wrong.py").write_text(f"{USER}\nnumber: int = token()\n")
    found = subprocess.run(
        [*mypy, "wrong.py"], cwd=empty, capture_output=True, text=True, timeout=300
    )
    assert found.returncode == 1
    assert 'expression has type "str", variable has type "int"' in found.stdout, found.stdout


@pytest.mark.parametrize("version", [oldest, newest])
def test_source_distribution_passes_its_tests_with(
    version: Any, index: Index, archive: Path, empty: Path
) -> None:
    """The tests run from the unpacked archive, with the installed wheel."""
    wasmtime = version("wasmtime")
    python = environment(empty / "venv", sys.executable)
    index.mirror(python, wasmtime)
    index.install(python, NAME, wasmtime)
    # What the tests need themselves; the environment's own packages come first.
    inner = sysconfig.get_path("purelib", vars={"base": str(empty / "venv")})
    (Path(inner) / "tests.pth").write_text(sysconfig.get_path("purelib"))
    folder = unpacked(archive, empty)
    which = "import importlib.metadata as found; print(found.version('wasmtime'))"
    assert run([python, "-I", "-c", which], empty).strip().startswith(wasmtime.partition("==")[2])
    tests = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "pythonpath=tests"]
    printed = run([python, *tests], folder, XDG_CACHE_HOME=str(empty / "cache"))
    (passed,) = re.findall(r"^(\d+) passed in ", printed, re.MULTILINE)
    assert int(passed) > 150


def unpacked(archive: Path, to: Path) -> Path:
    with tarfile.open(archive) as opened:
        opened.extractall(to, filter="data")
    return to / f"{IMPORT}-{project.VERSION}"


def test_source_distribution_builds_the_same_wheel(wheel: Path, archive: Path, empty: Path) -> None:
    folder = unpacked(archive, empty)
    build = [TOOLS / "python", "-m", "build", "--no-isolation", "--wheel", "--outdir", empty]
    run([*build, folder], empty, SOURCE_DATE_EPOCH=str(sbom.TIME))
    assert (empty / wheel.name).read_bytes() == wheel.read_bytes()


def test_twine_and_check_wheel_contents_find_nothing(
    wheel: Path, archive: Path, empty: Path
) -> None:
    shown = run([TOOLS / "twine", "check", "--strict", wheel, archive], empty)
    assert shown.count("PASSED") == 2
    assert run([TOOLS / "check-wheel-contents", wheel], empty).strip().endswith(": OK")


def test_wheel_holds_the_module_its_types_and_no_program(contents: dict[str, bytes]) -> None:
    assert contents[f"{IMPORT}/{MODULE}"] == (ROOT / "dist" / MODULE).read_bytes()
    assert contents[f"{IMPORT}/py.typed"] == b""
    assert [name for name in contents if "entry_points" in name or ".data/" in name] == []


def test_package_has_the_licences_and_the_bill_of_materials(
    contents: dict[str, bytes], archive: Path, tmp_path: Path
) -> None:
    inner = f"{IMPORT}-{project.VERSION}.dist-info"
    folder = unpacked(archive, tmp_path)
    for name in ("LICENSE-APACHE", "LICENSE-MIT"):
        assert contents[f"{inner}/licenses/{name}"] == (ROOT / name).read_bytes()
    notices = contents[f"{inner}/licenses/THIRD-PARTY-NOTICES.txt"]
    assert b"aws-sigv4" in notices and notices == (folder / "THIRD-PARTY-NOTICES.txt").read_bytes()
    bill = tmp_path / "sbom.cdx.json"
    bill.write_bytes(contents[f"{inner}/sboms/sbom.cdx.json"])
    assert bill.read_bytes() == (folder / bill.name).read_bytes()
    assert bills.faults([bill]) == ""
    document = json.loads(bill.read_bytes())
    assert document["metadata"]["component"]["purl"] == f"pkg:pypi/{NAME}@{project.VERSION}"
    listed = {entry["name"]: entry for entry in document["components"]}
    assert {MODULE, "aws-sigv4", "wasmtime"} <= set(listed)
    assert (folder / "CHANGELOG.md").read_text().startswith("# Changelog")


def test_package_states_the_version_and_the_address_of_the_project(told: Message) -> None:
    assert (told["Name"], told["Version"]) == (NAME, project.VERSION)
    assert told["License-Expression"] == project.LICENCE
    urls = dict(line.split(", ") for line in told.get_all("Project-URL", []))
    assert set(urls) == {"Homepage", "Documentation", "Source", "Issues", "Changelog"}
    assert all(url.startswith(project.REPOSITORY) for url in urls.values())
    # No upper bound: each month's wasmtime is a new major version.
    required = [line for line in told.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert [re.sub(r"\d+", "N", line) for line in required] == ["wasmtime>=N"]


def test_page_of_the_package_has_whole_links_and_what_changed(told: Message) -> None:
    page = told.get_payload()
    assert isinstance(page, str)
    assert f"pip install '{NAME}[hvac]'" in page and "## Changelog" in page
    # Not one that only the repository can run.
    assert "host-examples/python[" not in page and "make python" not in page
    links = re.findall(r"\]\(([^)\s]+)\)", page)
    assert links and [link for link in links if not link.startswith(("https://", "#"))] == []
    own = [link for link in links if link.startswith(project.REPOSITORY)]
    assert own
    for link in own:
        path = link.removeprefix(project.REPOSITORY).split("/", 3)[3].partition("#")[0]
        assert (ROOT / path).exists(), link
