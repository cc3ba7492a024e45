"""The npm package: published to a registry, installed from there, used in every runtime it names."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import npm_registry
import project
import pytest
import requests
from bed.child import Child
from bed.loopback import free_ports
from bed.testbed import GREETING, TestBed
from conftest import PACKAGES, ROOT, SERVER_ID
from npm_registry import NODE, Registry, run, tool

HERE = Path(__file__).parent / "npm"
RUNTIMES = ROOT / "tests" / "runtimes" / "node_modules" / ".bin"
EXPLAINED = f"on the client: sign with the server ID `{SERVER_ID}`"
LOOPBACK = "--allow-net=127.0.0.1"
DENO = [str(RUNTIMES / "deno"), "run", "--no-prompt", "--no-check"]


@pytest.fixture(scope="session")
def archive() -> Path:
    (found,) = (PACKAGES / "npm").glob("*.tgz")
    return found


@pytest.fixture(scope="session")
def contents(archive: Path) -> dict[str, bytes]:
    with tarfile.open(archive) as opened:
        files = [member for member in opened.getmembers() if member.isfile()]
        return {
            file.name.removeprefix("package/"): opened.extractfile(file).read() for file in files
        }


@pytest.fixture(scope="session")
def registry(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with npm_registry.registry(tmp_path_factory.mktemp("registry")) as registry:
        registry.publish(archive)
        yield registry


@pytest.fixture(scope="session")
def installed(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder outside the repository, which holds the package as npm installed it."""
    folder = tmp_path_factory.mktemp("installed")
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    run(["npm", "install", "--loglevel=error", "vault-aws-login"], folder, **registry.environment)
    assert [path.name for path in (folder / "node_modules").iterdir() if path.is_dir()] == [
        "vault-aws-login"
    ]
    return folder


class Login:
    """A mount that demands the server ID, and who may log in there."""

    def __init__(self, bed: TestBed) -> None:
        self.bed = bed
        session = bed.aws.session(bed.aws.role())
        principal = session.arn.replace(":sts:", ":iam:").replace("assumed-role", "role")
        mount = bed.mount_aws(bed.aws.fresh_name("npm"), iam_server_id_header_value=SERVER_ID)
        role = bed.vault_role("npm", principal.rpartition("/")[0], mount=mount)
        self.secret = session.secret_access_key
        self.options = {
            "vaultAddr": bed.vault.address,
            "mount": mount,
            "role": role,
            "credentials": {
                "accessKeyId": session.access_key_id,
                "secretAccessKey": session.secret_access_key,
                "sessionToken": session.session_token,
            },
        }

    def asked(self, server_id: str) -> str:
        return json.dumps(self.options | {"serverId": server_id})

    def holds(self, right: dict[str, Any], wrong: dict[str, Any]) -> None:
        """Whether the token of a right login reads the secret, and a wrong one is explained."""
        assert self.bed.read_greeting(right["token"]) == GREETING
        assert "token" not in wrong and EXPLAINED in wrong["message"], wrong
        assert "Vault refused the login with status 400" in wrong["message"]
        assert self.secret not in json.dumps(wrong)


@pytest.fixture(scope="session")
def login(bed: TestBed) -> Login:
    return Login(bed)


def script(name: str) -> str:
    return (HERE / name).read_text()


def answered(command: list[str], folder: Path, asked: str, env: dict[str, str]) -> dict[str, Any]:
    """Runs a script that reads options from standard input, and prints what came of them as JSON."""
    ended = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"NO_COLOR": "1"} | env,
        input=asked,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr
    return dict(json.loads(ended.stdout))


@pytest.mark.parametrize("node", ["node", str(NODE)], ids=["node", "node 24"])
@pytest.mark.parametrize("name", ["login.mjs", "login.cjs"], ids=["import", "require"])
def test_node_logs_in(installed: Path, login: Login, node: str, name: str) -> None:
    (installed / name).write_text(script(name))
    # Before Node 22 require() of a module warns that it is new.
    command = [node, "--disable-warning=ExperimentalWarning", name]
    login.holds(*(answered(command, installed, login.asked(it), {}) for it in (SERVER_ID, "vault")))


def test_deno_logs_in_from_the_registry(registry: Registry, empty: Path, login: Login) -> None:
    specifier = f"npm:vault-aws-login@{project.VERSION}"
    (empty / "login.mjs").write_text(script("login.mjs").replace("vault-aws-login", specifier))
    cache = registry.environment["DENO_DIR"]
    # Deno waits a day before it takes a version that is new.
    young = "--minimum-dependency-age=0"
    command = [*DENO, young, f"--allow-read={cache}", LOOPBACK, "login.mjs"]
    environment = registry.environment
    login.holds(
        *(answered(command, empty, login.asked(it), environment) for it in (SERVER_ID, "vault"))
    )


def test_bun_logs_in_from_the_registry(registry: Registry, empty: Path, login: Login) -> None:
    (empty / "package.json").write_text('{"private": true}')
    (empty / "login.mjs").write_text(script("login.mjs"))
    bun = str(RUNTIMES / "bun")
    run([bun, "add", "--silent", "vault-aws-login"], empty, **registry.environment)
    command = [bun, "login.mjs"]
    login.holds(*(answered(command, empty, login.asked(it), {}) for it in (SERVER_ID, "vault")))


@contextmanager
def workerd(folder: Path) -> Iterator[str]:
    """Serves the bundled Worker, and gives its address."""
    (port,) = free_ports(1)
    binary = run(["node", "--print", "require('workerd').default"], HERE).strip()
    listening = f"--socket-addr=http=127.0.0.1:{port}"
    command = [binary, "serve", str(folder / "config.capnp"), listening]
    server = Child(command, log=folder / "workerd.log", env={})
    try:
        url = f"http://127.0.0.1:{port}/"

        def answers() -> bool:
            try:
                return requests.get(url, timeout=5).status_code == 405
            except requests.ConnectionError:
                return False

        server.wait_until(answers, what="it answered")
        yield url
    finally:
        server.stop()


def test_worker_logs_in(installed: Path, login: Login) -> None:
    for name in ("worker.js", "config.capnp"):
        (installed / name).write_text(script(name))
    bundle = ["--bundle", "--format=esm", "--conditions=workerd", "--loader:.wasm=copy"]
    bundle += ["--asset-names=[name]", "--outfile=bundled.js", "--log-level=error"]
    run([tool("esbuild"), "worker.js", *bundle], installed)
    with workerd(installed) as url:
        answers = [
            requests.post(url, data=login.asked(it), timeout=60).json()
            for it in (SERVER_ID, "vault")
        ]
    login.holds(*answers)


def test_page_of_a_bundler_signs_and_explains(installed: Path, login: Login) -> None:
    """Browsers reach a Vault server only if it allows them to, so the page sends nothing."""
    (installed / "page.js").write_text(script("page.js"))
    site = installed / "site"
    bundle = ["--bundle", "--format=esm", "--outdir=site", "--log-level=error", "--target=es2022"]
    run([tool("esbuild"), "page.js", *bundle], installed)
    for core in (installed / "node_modules/vault-aws-login/dist/component").glob("*.wasm"):
        (site / "component").mkdir(exist_ok=True)
        (site / "component" / core.name).write_bytes(core.read_bytes())
    asked = {"options": login.options | {"serverId": "vault"}, "wanted": SERVER_ID}
    told = answered(
        ["node", str(HERE / "browser.mjs"), str(site)],
        installed,
        json.dumps(asked),
        {"CHROMIUM": os.environ.get("CHROMIUM", "/usr/bin/chromium")},
    )
    refused = login.bed.login(told["login"], mount=str(login.options["mount"]))
    assert refused.status == 400
    assert told["fix"] == EXPLAINED.removeprefix("on the client: ")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("user.mts", ["--module", "nodenext"]),
        ("user.cts", ["--module", "nodenext"]),
        ("user.mts", ["--module", "esnext", "--moduleResolution", "bundler"]),
        ("user.mts", ["--module", "nodenext", "--customConditions", "workerd"]),
        ("user.mts", ["--module", "nodenext", "--customConditions", "browser"]),
    ],
    ids=["nodenext", "nodenext, from CommonJS", "bundler", "workerd", "browser"],
)
def test_strict_typescript_knows_every_entry(
    installed: Path, name: str, options: list[str]
) -> None:
    source = script("user.mts")
    if name.endswith(".cts"):
        source = source.replace("export const", "const")
    (installed / name).write_text(source)
    checks = ["--noEmit", "--strict", "--skipLibCheck", "false", "--target", "es2022"]
    checks += [
        "--types",
        "",
        "--lib",
        "es2022,dom,dom.asynciterable",
        "--exactOptionalPropertyTypes",
    ]
    assert run([tool("tsc"), "--ignoreConfig", *checks, *options, name], installed) == ""


def test_publint_finds_nothing(archive: Path, empty: Path) -> None:
    assert "All good!" in run([tool("publint"), str(archive), "--strict"], empty)


def test_types_resolve_wherever_node_reads_exports(archive: Path, empty: Path) -> None:
    # The package is one of modules: Node and TypeScript let CommonJS require them, which this rule
    # does not know, and what came before `exports` (`node10`) is older than the oldest supported Node.
    known = ["--profile", "node16", "--ignore-rules", "cjs-resolves-to-esm"]
    run([tool("attw"), str(archive), *known], empty)


def test_package_tells_the_version_and_the_address_of_the_project(
    registry: Registry, contents: dict[str, bytes]
) -> None:
    told = npm_registry.published(registry, "vault-aws-login")
    assert told["version"] == project.VERSION
    page = f"{project.REPOSITORY}/tree/{project.TAG}/host-examples/node#readme"
    assert told["homepage"] == page
    assert told["bugs"] == {"url": f"{project.REPOSITORY}/issues"}
    where = {"type": "git", "url": f"git+{project.REPOSITORY}.git"}
    assert told["repository"] == where | {"directory": "host-examples/node"}
    assert told["license"] == project.LICENCE
    assert told["author"] and len(told["keywords"]) > 5
    manifest = json.loads(contents["package.json"])
    assert manifest["publishConfig"] == {"access": "public", "provenance": True}
    assert not {"dependencies", "devDependencies", "scripts"} & set(manifest)


def test_version_of_the_sources_is_that_of_the_project() -> None:
    sources = json.loads((ROOT / "host-examples/node/package.json").read_text())
    assert sources["version"] == project.VERSION
    lock = json.loads((ROOT / "host-examples/node/package-lock.json").read_text())
    assert lock["version"] == lock["packages"][""]["version"] == project.VERSION


def test_package_has_licences_notices_bill_of_materials_and_changes(
    contents: dict[str, bytes],
) -> None:
    for name in ("LICENSE-APACHE", "LICENSE-MIT", "CHANGELOG.md"):
        assert contents[name] == (ROOT / name).read_bytes()
    notices = contents["THIRD-PARTY-NOTICES.txt"].decode()
    bill = json.loads(contents["sbom.cdx.json"])
    assert bill["specVersion"] == "1.6"
    assert bill["metadata"]["component"]["purl"] == f"pkg:npm/vault-aws-login@{project.VERSION}"
    crates = {it["name"] for it in bill["components"] if it.get("purl", "").startswith("pkg:cargo")}
    assert {"aws-sigv4", "sha2"} <= crates
    # The core is this project's own.
    assert [it for it in crates - {"vault-aws-login"} if f"\n{it} " not in notices] == []
    # jco's generated code is in the package too.
    assert "\n@bytecodealliance/jco" in notices
    made_by = {it["name"] for formula in bill["formulation"] for it in formula["components"]}
    assert {"jco", "rustc", "binaryen"} <= made_by


def test_page_of_the_package_leads_to_no_place_in_a_repository_of_the_reader(
    contents: dict[str, bytes],
) -> None:
    page = contents["README.md"].decode()
    assert [it for it in re.findall(r"\]\(([^)]+)\)", page) if not it.startswith("https://")] == []
    assert "npm install vault-aws-login" in page
    assert not re.search(r"`make \w|npm run|tests/|root of the repository", page)


def test_files_of_the_archive_have_no_time_and_no_owner(archive: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive.read_bytes())) as opened:
        members = opened.getmembers()
    assert {(it.mtime, it.uid, it.gid, it.mode) for it in members} == {(499162500, 0, 0, 0o644)}
    assert not [
        it.name for it in members if it.name.endswith((".ts", ".tgz")) and ".d.ts" not in it.name
    ]
