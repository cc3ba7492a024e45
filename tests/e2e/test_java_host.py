"""The jar: its example as the README shows it, a session and Spring Vault, against the real servers."""

from __future__ import annotations

import hashlib
import json
import queue
import subprocess
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bed import GREETING, GREETING_PATH, ContainerCredentials, CredentialSource, Identity, InstanceMetadata, TestBed
from java_host import JAR, TARGET, example_words, inherited, program_words

SERVER_ID = "vault.example.com"
OTHERS_ID = "other.example.com"


@pytest.fixture(scope="module")
def strict_mount(bed: TestBed) -> str:
    """A mount that demands a server ID."""
    return bed.mount_aws("java-strict", iam_server_id_header_value=SERVER_ID)


def principal(identity: Identity) -> str:
    """The ARN that Vault binds: a session's role, not the session."""
    if ":assumed-role/" not in identity.arn:
        return identity.arn
    return identity.arn.replace(":sts:", ":iam:").replace(":assumed-role/", ":role/").rpartition("/")[0]


def example(
    bed: TestBed, classes: Path, identity: Identity, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    environment = bed.process_environment(identity) | variables
    words = [*example_words(classes), *arguments]
    return subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60)


def test_jar_needs_endive_and_gson_alone_and_holds_the_module_as_classes() -> None:
    needed = {file.name.rpartition("-")[0] for file in (TARGET / "lib").iterdir()}
    assert needed == {"runtime", "wasm", "gson", "error_prone_annotations"}
    names = set(zipfile.ZipFile(JAR).namelist())
    assert "vaultawslogin/core/CoreModuleMachine.class" in names
    assert {"META-INF/LICENSE-APACHE", "META-INF/LICENSE-MIT"} <= names
    assert not [name for name in names if name.startswith(("software/", "org/", "vaultawslogin/programs"))]


@pytest.mark.parametrize("credentials", ["long-term key", "session token"])
@pytest.mark.parametrize("server_id", [None, SERVER_ID])
def test_example_logs_in_by_the_sdks_chain_and_reads_the_secret(
    bed: TestBed, java_classes: Path, strict_mount: str, credentials: str, server_id: str | None
) -> None:
    identity = bed.aws.user() if credentials == "long-term key" else bed.aws.session(bed.aws.role())
    mount = "aws" if server_id is None else strict_mount
    bed.vault_role("java", principal(identity), mount=mount)
    variables = {} if server_id is None else {"VAULT_IAM_SERVER_ID": server_id}
    ended = example(bed, java_classes, identity, "java", GREETING_PATH, mount, **variables)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) == {"message": GREETING}
    assert identity.secret_access_key not in ended.stderr


def test_refused_login_ends_the_example_with_the_inspectors_explanation(
    bed: TestBed, java_classes: Path, strict_mount: str
) -> None:
    identity = bed.aws.user()
    bed.vault_role("java-refused", identity.arn, mount=strict_mount)
    ended = example(
        bed, java_classes, identity, "java-refused", GREETING_PATH, strict_mount, VAULT_IAM_SERVER_ID=OTHERS_ID
    )
    assert (ended.returncode, ended.stderr.splitlines()) == (
        1,
        [
            "error: Vault refused the login with status 400: error validating X-Vault-AWS-IAM-Server-ID header: "
            'expected "vault.example.com" but got "other.example.com"',
            "the server ID is not the one that the server wants: expected `vault.example.com`, found another",
            "on the client: sign with the server ID `vault.example.com`",
            "on the server: set `iam_server_id_header_value` of auth/aws/config/client to what its clients send",
        ],
    )


def test_refused_input_ends_the_example_with_its_sentence(bed: TestBed, java_classes: Path) -> None:
    ended = example(bed, java_classes, bed.aws.user(), "arn:aws:iam::123456789012:role/dev", GREETING_PATH)
    assert (ended.returncode, ended.stderr) == (
        1,
        "error: invalid role: expected the name of a Vault role, found the ARN `arn:aws:iam::123456789012:role/dev`\n",
    )


class Driven:
    """A session that is running in the session driver."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        #: What it printed for people; whole once it has ended.
        self.words: list[str] = []
        self.seen: list[dict[str, Any]] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self._people = threading.Thread(target=self._listen, daemon=True)
        self._people.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def _listen(self) -> None:
        assert self.process.stderr
        self.words.extend(self.process.stderr)

    def end(self) -> None:
        self.tell({"do": "close"})
        assert self.process.wait(timeout=20) == 0
        self._people.join(timeout=20)

    def tell(self, what: dict[str, Any]) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()

    def next(self, event: str, seconds: float = 30) -> dict[str, Any]:
        """Waits for the next event of a kind, and keeps all that come before it."""
        deadline = time.monotonic() + seconds
        while True:
            line = self._lines.get(timeout=max(deadline - time.monotonic(), 0.001))
            assert line is not None, f"the driver ended: {self.seen}"
            self.seen.append(json.loads(line))
            if self.seen[-1]["event"] == event:
                return self.seen[-1]


@contextmanager
def driven(bed: TestBed, role: str, credentials: dict[str, Any], **settings: Any) -> Iterator[Driven]:
    first = {"vault_addr": bed.vault.address, "mount": "aws", "role": role, "credentials": credentials} | settings
    pipe = subprocess.PIPE
    words = program_words("SessionDriver")
    process = subprocess.Popen(words, env=inherited(), stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    try:
        session = Driven(process)
        session.tell(first)
        yield session
        session.end()
    finally:
        process.kill()
        process.wait()


def pushed(identity: Identity) -> dict[str, Any]:
    return {
        "do": "credentials",
        "access_key_id": identity.access_key_id,
        "secret_access_key": identity.secret_access_key,
        "session_token": identity.session_token,
        "expires_at": None,
    }


def test_session_keeps_a_token_over_three_renewals_and_a_new_login(bed: TestBed) -> None:
    user = bed.aws.user()
    role = bed.vault_role(bed.aws.fresh_name("java"), user.arn, token_ttl="6s", token_max_ttl="16s")
    with driven(bed, role, {"from": "pushed"}) as session:
        session.tell(pushed(user))
        first = session.next("token")
        renewals = 0
        while (token := session.next("token"))["generation"] == first["generation"]:
            renewals += 1
            assert token["token_sha256"] == first["token_sha256"]
        assert renewals >= 3
        assert token["generation"] == 2 and token["token_sha256"] != first["token_sha256"]
        session.tell({"do": "lease"})
        lease = session.next("lease")["lease"]
        assert hashlib.sha256(lease["token"].encode()).hexdigest() in {seen.get("token_sha256") for seen in session.seen}
        assert bed.read_greeting(lease["token"]) == GREETING
    assert {seen["event"] for seen in session.seen} <= {"token", "token-ended", "lease"}


def test_session_asks_about_a_token_that_was_revoked_and_logs_in_again(bed: TestBed) -> None:
    user = bed.aws.user()
    role = bed.vault_role(bed.aws.fresh_name("java"), user.arn)
    with driven(bed, role, {"from": "pushed"}) as session:
        session.tell(pushed(user))
        session.next("token")
        session.tell({"do": "lease"})
        bed.vault.client.revoke_token(session.next("lease")["lease"]["token"])
        session.tell({"do": "token-refused"})
        assert session.next("token-ended")["generation"] == 1
        assert session.next("token")["generation"] == 2


def test_session_hands_its_lease_over_to_another(bed: TestBed) -> None:
    user = bed.aws.user()
    role = bed.vault_role(bed.aws.fresh_name("java"), user.arn, token_ttl="4s", token_max_ttl="60s")
    with driven(bed, role, {"from": "pushed"}) as session:
        session.tell(pushed(user))
        token = session.next("token")["token_sha256"]
        session.tell({"do": "lease"})
        lease = session.next("lease")["lease"]
    with driven(bed, role, {"from": "pushed"}, adopt=lease) as session:
        session.tell({"do": "lease"})
        assert session.next("lease")["lease"]["token"] == lease["token"]
        # Without credentials: a renewal needs none.
        renewed = session.next("token")
        assert (renewed["generation"], renewed["token_sha256"]) == (1, token)


@pytest.mark.parametrize("source", ["container", "instance metadata", "web identity"])
def test_session_fetches_credentials_itself(bed: TestBed, source: str) -> None:
    role = bed.aws.role()
    vault_role = bed.vault_role(bed.aws.fresh_name("java"), role.arn)
    credentials = CredentialSource(lambda: bed.aws.session(role))
    if source == "container":
        with ContainerCredentials(credentials, authorization_token="Bearer of the file") as container:
            uri = container.environment()["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
            given = {"from": "container", "uri": uri, "authorization_token": "Bearer of the file"}
            with driven(bed, vault_role, given) as session:
                session.next("token")
    elif source == "instance metadata":
        with InstanceMetadata(credentials, role_name="node", instance_id="i-0123456789abcdef0") as metadata:
            endpoint = metadata.environment()["AWS_EC2_METADATA_SERVICE_ENDPOINT"]
            with driven(bed, vault_role, {"from": "instance-metadata", "endpoint": endpoint.rstrip("/")}) as session:
                session.next("token")
    else:
        given = {
            "from": "web-identity",
            "role_arn": role.arn,
            "session_name": "pod",
            "token": bed.sts.issue_web_identity_token(role),
            "sts_endpoint": bed.sts.url(),
        }
        with driven(bed, vault_role, given) as session:
            session.next("token")


def test_refused_session_says_why_and_goes_on(bed: TestBed, strict_mount: str) -> None:
    user = bed.aws.user()
    role = bed.vault_role(bed.aws.fresh_name("java"), user.arn, mount=strict_mount)
    with driven(bed, role, {"from": "pushed"}, mount=strict_mount, server_id=OTHERS_ID) as session:
        session.tell(pushed(user))
        assert session.next("refused") == {
            "event": "refused",
            "rule": "login-refused",
            "healing": "by-hand",
            "destination": "vault",
            "diagnosis": "server-id-differs",
        }
    said = "".join(session.words)
    assert "\nlikely cause: the login was made for another Vault\n" in said
    assert f"\non the client: sign with the server ID `{SERVER_ID}`\n" in said


@pytest.mark.parametrize("external_id", ["partner:7f3c", "another"])
def test_session_assumes_a_role_of_another_account_or_says_why_not(bed: TestBed, external_id: str) -> None:
    user = bed.aws.user()
    trusts = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": user.arn},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": "partner:7f3c"}},
            }
        ],
    }
    role = bed.aws.role(trusts=trusts, account_id="210987654321")
    bed.aws.let_assume(user, role.arn)
    vault_role = bed.vault_role(bed.aws.fresh_name("java"), role.arn, resolve_aws_unique_ids=False)
    assumed = {"role_arn": role.arn, "external_id": external_id, "sts_endpoint": bed.sts.url()}
    with driven(bed, vault_role, {"from": "pushed"}, assume_role=assumed) as session:
        session.tell(pushed(user))
        if external_id == "partner:7f3c":
            assert session.next("token")["generation"] == 1
        else:
            refused = session.next("refused")
            assert (refused["rule"], refused["destination"]) == ("assume-role-refused", "sts")
            assert refused["diagnosis"] == "assume-role-denied"
    if external_id == "another":
        assert session.words[0].startswith(f"STS refuses AssumeRole for `{role.arn}`, so no login was sent: ")
    else:
        assert session.words == []


def spring(bed: TestBed, identity: Identity, *arguments: str) -> subprocess.CompletedProcess[str]:
    words = [*program_words("SpringRead"), bed.vault.address, *arguments]
    return subprocess.run(words, env=bed.process_environment(identity), capture_output=True, text=True, timeout=90)


def test_spring_vault_logs_in_renews_and_reads_the_secret(bed: TestBed, strict_mount: str) -> None:
    identity = bed.aws.session(bed.aws.role())
    bed.vault_role("java-spring", principal(identity), mount=strict_mount, token_ttl="4s", token_max_ttl="8s")
    ended = spring(bed, identity, strict_mount, "java-spring", SERVER_ID, GREETING_PATH, "10")
    assert ended.returncode == 0, ended.stderr
    *events, secret = ended.stdout.splitlines()
    assert secret == GREETING
    assert events.count("login") >= 2 and "renewal" in events, events


def test_spring_vault_tells_why_a_login_is_refused(bed: TestBed, strict_mount: str) -> None:
    identity = bed.aws.user()
    ended = spring(bed, identity, strict_mount, "any", OTHERS_ID, GREETING_PATH, "0")
    assert ended.returncode == 1
    assert "VaultLoginException: Vault refused the login with status 400: " in ended.stderr
    assert f"on the client: sign with the server ID `{SERVER_ID}`" in ended.stderr
    assert identity.secret_access_key not in ended.stderr
