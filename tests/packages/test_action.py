"""The Action's one file, run as GitHub's runner runs it, against real servers."""

from __future__ import annotations

import base64
import json
import os
import re
import select
import socket
import subprocess
import tarfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import npm_registry
import project
import pytest
import requests
import yaml
from bed.aws import Identity
from bed.loopback import LOOPBACK, Handler, LoopbackServer, Service
from bed.metadata import ContainerCredentials, CredentialSource
from bed.testbed import GREETING, GREETING_PATH, TestBed
from conftest import PACKAGES, ROOT, SERVER_ID

ACTION = PACKAGES / "action"
SOURCE = ROOT / "host-examples" / "action"
FILE = ACTION / "index.cjs"
#: What the runner gives each Action.
RUNNER = {"GITHUB_ACTIONS": "true", "RUNNER_ENVIRONMENT": "github-hosted"}
MULTI_LINE = "first line of the key\n  second line of the key\nlast line of the key\n"
DEEP = "deep-inside-the-document"


def metadata() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "action.yml").read_text()))


@dataclass
class Step:
    """A run of the file, and what it left behind."""

    status: int
    log: str
    outputs: dict[str, str]
    variables: dict[str, str]
    state: dict[str, str]
    #: Each annotation's text, with its title before it.
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def token(self) -> str:
        return self.outputs["vault-token"]

    @property
    def masked(self) -> set[str]:
        return {told(line) for line in lines(self.log, "add-mask")}

    @property
    def shown(self) -> str:
        """The log as a reader sees it: the runner hides the commands that mask."""
        return "\n".join(it for it in self.log.splitlines() if not it.startswith("::add-mask::"))


def lines(log: str, command: str) -> list[str]:
    return [it for it in log.splitlines() if re.match(rf"::{command}(?: [^:]*)?::", it)]


def told(line: str) -> str:
    """The text of a command, with its title before it."""
    head, _, text = line.removeprefix("::").partition("::")
    title = re.search(r"title=([^,]*)", head)
    return unquote(f"{title[1]}\n{text}" if title else text)


def pairs(path: Path) -> dict[str, str]:
    """What is in a file of name and value with heredoc delimiters."""
    found, text = {}, path.read_text()
    delimiters = set()
    while text:
        match = re.match(r"([^\n]+)<<(ghadelimiter_[0-9a-f-]{36})\n(.*?)\n\2\n", text, re.DOTALL)
        assert match, text
        found[match[1]] = match[3]
        delimiters.add(match[2])
        text = text[match.end() :]
    assert len(delimiters) == len(found), "a delimiter that is used twice can be guessed"
    return found


class Job:
    """A job with one such step, which ends as GitHub's do."""

    def __init__(self, folder: Path, environment: dict[str, str], **inputs: str) -> None:
        self.folder = folder
        self.environment = environment
        # As the runner names them: upper case, with what is not given at its default.
        declared = metadata()["inputs"]
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        assert set(given) <= set(declared)
        values = {name: str(one.get("default", "")) for name, one in declared.items()} | given
        self.inputs = {f"INPUT_{name.upper()}": value for name, value in values.items()}
        self.state: dict[str, str] = {}

    def run(self) -> Step:
        step = self._node({})
        self.state = step.state
        return step

    def end(self) -> Step:
        return self._node({f"STATE_{name}": value for name, value in self.state.items()})

    def _node(self, state: dict[str, str]) -> Step:
        files = {}
        for name in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_STATE"):
            files[name] = self.folder / name
            files[name].write_text("")
        places = {name: str(path) for name, path in files.items()}
        # Nothing of this process's environment: PATH is there for what it could start, and must not.
        environment = {"PATH": os.environ["PATH"]} | RUNNER | self.environment
        ended = subprocess.run(
            [str(npm_registry.NODE), str(FILE)],
            cwd=self.folder,
            env=environment | self.inputs | state | places,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert ended.stderr == ""
        return Step(
            ended.returncode,
            ended.stdout,
            *(pairs(path) for path in files.values()),
            errors=[told(line) for line in lines(ended.stdout, "error")],
            warnings=[told(line) for line in lines(ended.stdout, "warning")],
        )


@dataclass
class Place:
    """Where the jobs log in, and who they are."""

    bed: TestBed
    mount: str
    identity: Identity
    principal: str
    role: str

    def job(self, folder: Path, **inputs: str) -> Job:
        given = {"url": self.bed.vault.address, "role": self.role, "mount": self.mount}
        given |= {"server_id": SERVER_ID} | inputs
        return Job(folder, self.identity.environment(), **given)

    def alive(self, token: str) -> bool:
        address = f"{self.bed.vault.address}/v1/auth/token/lookup-self"
        status = requests.get(address, headers={"X-Vault-Token": token}, timeout=30).status_code
        assert status in (200, 403)
        return status == 200


@pytest.fixture(scope="module")
def place(bed: TestBed) -> Place:
    iam = bed.aws.role()
    session = bed.aws.session(iam)
    mount = bed.mount_aws(bed.aws.fresh_name("action"), iam_server_id_header_value=SERVER_ID)
    client = bed.vault.client
    client.sys.enable_secrets_engine("kv", path="kv2", options={"version": "2"})
    secrets = {"password": "p4ss-word-of-the-job", "private.key": MULTI_LINE, "port": 5432}
    secrets["document"] = json.dumps({"inner": [DEEP]})
    client.secrets.kv.v2.create_or_update_secret("deploy", secret=secrets, mount_point="kv2")
    client.secrets.kv.v2.create_or_update_secret("steer", secret={"PATH": "/x"}, mount_point="kv2")
    rules = 'path "kv2/data/*" { capabilities = ["read"] }'
    client.sys.create_or_update_policy(
        "deploy", f'{rules} path "kv/x" {{ capabilities = ["read"] }}'
    )
    policies = "read-greeting,deploy"
    role = bed.vault_role("action", iam.arn, mount=mount, token_policies=policies)
    return Place(bed, mount, session, iam.arn, role)


def test_token_is_usable_masked_and_revoked_after_the_job(place: Place, empty: Path) -> None:
    job = place.job(empty)
    step = job.run()
    assert (step.status, step.errors) == (0, [])
    assert place.bed.read_greeting(step.token) == GREETING
    assert step.token in step.masked and step.token not in step.shown
    # The mask comes before everything else, and nothing is exported that was not asked for.
    assert step.log.startswith("::add-mask::") and step.variables == {}
    assert set(step.outputs) == {"vault-token"}
    assert "logged in for 2764800 s" in step.log
    end = job.end()
    assert (end.status, end.errors, end.warnings) == (0, [], [])
    assert not place.alive(step.token)
    assert step.token not in end.shown


def test_secrets_become_outputs_and_variables_and_every_part_of_them_is_masked(
    place: Place, empty: Path
) -> None:
    wanted = f"""
        kv2/data/deploy password | DEPLOY_PASSWORD ;
        kv2/data/deploy "private.key" ; kv2/data/deploy port ;
        kv2/data/deploy document | DOCUMENT ;
        {GREETING_PATH} message
    """

    def reads() -> int:
        entries = place.bed.vault.audit_entries()
        asked = [it["request"] for it in entries if it["type"] == "request"]
        return sum(it["path"] == "kv2/data/deploy" and it["operation"] == "read" for it in asked)

    before = reads()
    step = place.job(empty, secrets=wanted).run()
    assert step.status == 0, step.log
    values = {"password": "p4ss-word-of-the-job", "document": json.dumps({"inner": [DEEP]})}
    assert step.outputs == {
        "vault-token": step.token,
        "DEPLOY_PASSWORD": values["password"],
        "private__key": MULTI_LINE,
        "port": "5432",
        "DOCUMENT": values["document"],
        "message": GREETING,
    }
    assert step.variables == {
        "DEPLOY_PASSWORD": values["password"],
        "PRIVATE__KEY": MULTI_LINE,
        "PORT": "5432",
        "DOCUMENT": values["document"],
        "MESSAGE": GREETING,
    }
    parts = {MULTI_LINE, *filter(None, MULTI_LINE.split("\n")), "5432", GREETING, DEEP, step.token}
    assert parts | set(values.values()) <= step.masked
    for part in (*values.values(), *filter(None, MULTI_LINE.split("\n")), GREETING, DEEP):
        assert part.strip() not in step.shown
    assert reads() - before == 1, "four entries name that path"


def test_wildcard_reads_every_key_and_variables_are_left_out_if_asked(
    place: Place, empty: Path
) -> None:
    inputs = {"secrets": "kv2/data/deploy * | app_", "export_env": "false"}
    step = place.job(empty, **inputs).run()
    names = {"app_password", "app_private__key", "app_port", "app_document"}
    assert set(step.outputs) == {"vault-token", *names}
    assert step.variables == {}


def test_token_and_address_are_exported_if_asked(place: Place, empty: Path) -> None:
    step = place.job(empty, export_token="true").run()
    assert step.variables == {"VAULT_ADDR": place.bed.vault.address, "VAULT_TOKEN": step.token}


def test_refused_login_shows_causes_and_fixes_as_an_annotation(place: Place, empty: Path) -> None:
    job = place.job(empty, server_id="vault")
    step = job.run()
    assert step.status == 1
    (error,) = step.errors
    title, first, *rest = error.splitlines()
    assert title == "The Vault login was refused"
    wrong = "the server ID is not the one that the server wants"
    assert first == f"{wrong}: expected `{SERVER_ID}`, found another"
    assert any(
        it.startswith("the server said (status 400): error validating X-Vault") for it in rest
    )
    assert "likely causes, the likeliest first" in rest
    assert "  1. the login was made for another Vault" in rest
    assert f"in the workflow: sign with the server ID `{SERVER_ID}`" in rest
    assert any(it.startswith("on the server: set `iam_server_id_header_value`") for it in rest)
    assert step.outputs == step.variables == {}
    for secret in (place.identity.secret_access_key, place.identity.session_token or ""):
        assert secret not in step.log
    # There is nothing to revoke, so that the end says nothing.
    end = job.end()
    assert (end.status, end.log) == (0, "")


@pytest.mark.parametrize(
    ("secrets", "words"),
    [
        (
            "kv2/data/deploy nothing",
            "cannot read nothing of kv2/data/deploy: the secret has no such key",
        ),
        ("kv2/deploy x", "do not allow it to read this path (status 403)"),
        ("kv/x y", "nothing there (status 404); version 2 of KV has it at kv/data/x"),
        (
            "kv2/data/steer *",
            "finds a key that would set PATH, which decides what the next steps run",
        ),
    ],
)
def test_token_is_revoked_also_if_a_secret_cannot_be_read(
    place: Place, empty: Path, secrets: str, words: str
) -> None:
    job = place.job(empty, secrets=f"{secrets} ; kv2/data/deploy password")
    step = job.run()
    assert step.status == 1 and words in step.errors[0], step.errors
    # The token is in the state for the end alone.
    (token,) = [it for it in job.state.values() if place.alive(it)]
    assert token in step.masked and step.outputs == step.variables == {}
    assert job.end().status == 0
    assert not place.alive(token)


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"url": ""}, "invalid input url: expected the address of the server"),
        (
            {"url": "vault.example.com"},
            "such as https://vault.example.com:8200, found something else",
        ),
        ({"export_token": "yes"}, "invalid input export-token: expected `true` or `false`"),
        (
            {"secrets": "kv2/data/deploy"},
            "expected `path key`, or `path key | NAME`, separated by `;`",
        ),
        ({"ca_certificate": "x"}, "invalid input ca-certificate: expected a certificate in PEM"),
        ({"region": "EU WEST"}, "invalid region: expected lower-case letters, digits and"),
        ({"sts_endpoint": "sts"}, "invalid STS endpoint"),
        ({"mount": "a b"}, "invalid mount"),
        ({"role": "a b\n"}, "invalid role"),
        (
            {"aws_role": "arn:aws:iam::123456789012:role/x"},
            "give the job `permissions: id-token: write`",
        ),
    ],
    ids=str,
)
def test_wrong_input_is_refused_with_what_to_change(
    place: Place, empty: Path, inputs: dict[str, str], words: str
) -> None:
    step = place.job(empty, **inputs).run()
    assert (step.status, step.outputs) == (1, {})
    assert len(step.errors) == 1 and words in step.errors[0], step.errors
    assert "    at " not in step.log, "a stack is for defects"


def test_job_without_aws_credentials_is_told_how_to_get_them(place: Place, empty: Path) -> None:
    job = place.job(empty)
    job.environment = {}
    (error,) = job.run().errors
    assert "let a step with aws-actions/configure-aws-credentials run before this one" in error


def test_server_with_a_private_certificate_authority_is_trusted(place: Place, empty: Path) -> None:
    pem = place.bed.vault.certificate_file.read_text()
    inputs = {"url": place.bed.vault.tls_address, "secrets": f"{GREETING_PATH} message"}
    for given in (pem, base64.b64encode(pem.encode()).decode()):
        job = place.job(empty, ca_certificate=given, **inputs)
        step = job.run()
        assert step.outputs["message"] == GREETING, step.log
        assert job.end().log == f"::add-mask::{step.token}\n"
        assert not place.alive(step.token)
    (error,) = place.job(empty, **inputs).run().errors
    assert "certificate" in error


def test_namespace_holds_for_the_login_the_secrets_and_the_end(bed: TestBed, empty: Path) -> None:
    user = bed.aws.user()
    namespace = bed.make_namespace(bed.aws.fresh_name("team"))
    bed.mount_aws("aws", namespace=namespace)
    bed.vault_role("action", user.arn, namespace=namespace)
    inputs = {"url": bed.vault.address, "role": "action", "namespace": namespace}
    inputs |= {"secrets": f"{GREETING_PATH} message", "export_token": "true"}
    job = Job(empty, user.environment(), **inputs)
    step = job.run()
    assert step.outputs["message"] == GREETING, step.log
    assert step.variables["VAULT_NAMESPACE"] == namespace
    end = job.end()
    assert (end.status, end.warnings) == (0, [])
    with pytest.raises(requests.HTTPError):
        bed.read_greeting(step.token, namespace)


class IdentityTokens(Service):
    """GitHub's service for the identity tokens of a job."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self.token = token
        self.audiences: list[str] = []

    def respond(self, request: Handler) -> None:
        right = request.headers["Authorization"] == "Bearer of the job"
        self.audiences += parse_qs(urlsplit(request.path).query)["audience"]
        body = json.dumps({"value": self.token}).encode()
        request.answer(200 if right else 401, {"Content-Type": "application/json"}, body)


def test_aws_role_is_assumed_with_the_identity_token_of_the_job(place: Place, empty: Path) -> None:
    bed = place.bed
    iam = bed.aws.role()
    role = bed.vault_role("assumed", iam.arn, mount=place.mount)
    with IdentityTokens(bed.sts.issue_web_identity_token(iam)) as tokens:
        job = place.job(empty, role=role, aws_role=iam.arn, secrets=f"{GREETING_PATH} message")
        job.environment = {
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{tokens.url}/token?api-version=2",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "of the job",
            "AWS_ENDPOINT_URL_STS": bed.sts.url(),
        }
        step = job.run()
    assert step.outputs["message"] == GREETING, step.log
    assert tokens.audiences == ["sts.amazonaws.com"]
    assert tokens.token in step.masked and tokens.token not in step.shown


def test_container_of_a_self_hosted_runner_gives_the_credentials(place: Place, empty: Path) -> None:
    bed = place.bed
    iam = bed.aws.role()
    role = bed.vault_role("container", iam.arn, mount=place.mount)
    source = CredentialSource(lambda: bed.aws.session(iam))
    with ContainerCredentials(source, authorization_token="of the pod") as container:
        job = place.job(empty, role=role)
        job.environment = container.environment()
        job.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "of the pod"
        step = job.run()
    assert step.status == 0, step.log
    assert bed.read_greeting(step.token) == GREETING


class Tunnel(LoopbackServer):
    """A proxy that leads every `CONNECT` to one server, whatever name it is for."""

    def __init__(self, port: int) -> None:
        self.asked: list[str] = []
        tunnel = self

        class Connect(Handler):
            def do_CONNECT(self) -> None:
                tunnel.asked.append(self.path)
                self.close_connection = True
                self.send_response(200, "Connection established")
                self.end_headers()
                with socket.create_connection((LOOPBACK, port)) as server:
                    while True:
                        for source in select.select([self.connection, server], [], [])[0]:
                            data = source.recv(65536)
                            if not data:
                                return
                            (server if source is self.connection else self.connection).sendall(data)

        super().__init__(Connect)


def test_requests_go_through_the_proxy_of_the_runner(place: Place, empty: Path) -> None:
    port = place.bed.vault.address.rpartition(":")[2]
    tunnel = Tunnel(int(port)).start()
    try:
        url = f"http://vault.invalid:{port}"
        job = place.job(empty, url=url, secrets=f"{GREETING_PATH} message")
        job.environment = job.environment | {"HTTP_PROXY": tunnel.url}
        step = job.run()
        assert step.outputs["message"] == GREETING, step.log
        assert job.end().status == 0
    finally:
        tunnel.stop()
    assert len(tunnel.asked) >= 3 and set(tunnel.asked) == {f"vault.invalid:{port}"}
    assert not place.alive(step.token)


def test_end_warns_of_a_token_that_it_may_not_revoke(bed: TestBed, empty: Path) -> None:
    user = bed.aws.user()
    role = bed.vault_role("no-default", user.arn, token_no_default_policy="true")
    job = Job(empty, user.environment(), url=bed.vault.address, role=role)
    step = job.run()
    end = job.end()
    assert end.status == 0
    (warning,) = end.warnings
    assert warning.splitlines()[0] == "The Vault token was not revoked"
    assert "status 403" in warning and "`update` auth/token/revoke-self" in warning
    assert step.token not in end.shown


def test_batch_token_is_left_to_expire(bed: TestBed, empty: Path) -> None:
    user = bed.aws.user()
    role = bed.vault_role("batch", user.arn, token_type="batch", token_ttl="5m")
    job = Job(empty, user.environment(), url=bed.vault.address, role=role)
    assert bed.read_greeting(job.run().token) == GREETING
    assert (job.end().status, job.end().log) == (0, "")


def test_metadata_is_what_github_accepts(empty: Path) -> None:
    script = Path(__file__).parent / "npm" / "action-metadata.mjs"
    bundled = empty / "metadata.cjs"
    bundle = ["--bundle", "--platform=node", f"--outfile={bundled}", "--log-level=error"]
    npm_registry.run([npm_registry.tool("esbuild"), str(script), *bundle], empty)

    def found(text: str, name: str = "action.yml") -> list[str]:
        (empty / "file.yml").write_text(text)
        command = ["node", str(bundled), "file.yml", name]
        return list(json.loads(npm_registry.run(command, empty)))

    text = (ROOT / "action.yml").read_text()
    assert found(text) == []
    assert "Unexpected value 'node10'" in found(text.replace("node24", "node10"))[0]
    example = (SOURCE / "example" / "workflow.yml").read_text()
    workflow = ".github/workflows/deploy.yml"
    assert found(example, workflow) == []
    assert found(example.replace("runs-on", "run-on"), workflow) != []
    assert metadata()["runs"] == {
        "using": "node24",
        "main": str(FILE.relative_to(ROOT)),
        "post": str(FILE.relative_to(ROOT)),
    }


def test_every_input_is_read_and_documented() -> None:
    declared = set(metadata()["inputs"])
    code = (SOURCE / "src" / "inputs.js").read_text()
    assert set(re.findall(r"(?:given|input)\('([a-z-]+)'\)", code)) == declared
    whole = (SOURCE / "README.md").read_text()
    (page,) = re.findall(r"^## Inputs$(.*?)^## ", whole, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE)) == declared
    for name, told in metadata()["inputs"].items():
        assert (told.get("required", False), name == "url") in ((True, True), (False, False))
    assert set(metadata()["outputs"]) == {"vault-token"}


def test_file_holds_the_module_of_the_npm_package() -> None:
    (archive,) = (PACKAGES / "npm").glob("*.tgz")
    with tarfile.open(archive) as opened:
        core = opened.extractfile("package/dist/component/vault-aws-login.core.wasm").read()
    assert base64.b64encode(core).decode() in FILE.read_text()


def test_package_has_licences_notices_and_bill_of_materials() -> None:
    assert {path.name for path in ACTION.iterdir()} == {
        "index.cjs",
        "README.md",
        "CHANGELOG.md",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "THIRD-PARTY-NOTICES.txt",
        "sbom.cdx.json",
    }
    bill = json.loads((ACTION / "sbom.cdx.json").read_text())
    notices = (ACTION / "THIRD-PARTY-NOTICES.txt").read_text()
    purls = [it["purl"] for it in bill["components"] if "purl" in it]
    npm = [unquote(it).removeprefix("pkg:npm/").rpartition("@") for it in purls if "pkg:npm/" in it]
    assert {"@actions/core", "undici"} <= {name for name, _, _ in npm}
    assert [name for name, _, version in npm if f"\n{name} {version} (" not in notices] == []
    assert "\naws-sigv4 " in notices and "pkg:cargo/aws-sigv4" in " ".join(purls)
    assert re.search(r"Copyright.*GitHub|Copyright.*Actions", notices)


def test_page_and_example_name_the_version() -> None:
    uses = f"OWNER/vault-aws-login@v{project.VERSION}"
    for name in ("README.md", "example/workflow.yml"):
        assert set(re.findall(r"OWNER/\S+", (SOURCE / name).read_text())) == {uses}
    page = (ACTION / "README.md").read_text()
    assert "OWNER" not in page and f"@{project.TAG}" in page
    assert [it for it in re.findall(r"\]\(([^)]+)\)", page) if not it.startswith("https://")] == []


def test_file_names_no_folder_of_the_machine() -> None:
    text = FILE.read_text()
    assert str(ROOT) not in text and os.path.expanduser("~/") not in text
