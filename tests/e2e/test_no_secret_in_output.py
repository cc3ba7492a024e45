"""Recognisable secrets through every host, in success, in refusal and as bad input: no output holds them.

A login and a token may be where they are the very result, which each host's entry in `RESULT` names.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import test_composed_host
import test_go_host
import test_node_host
import test_python_host
import test_wasmtime_host
from bed import GREETING, GREETING_PATH, Identity, Role, TestBed
from bed.child import Child
from command import COMPONENT, ROOT, run
from envoy_process import Envoy
from leaks import TOKEN, leaks, login_shows_only_the_session_token
from test_go_host import example as go_example  # noqa: F401
from test_node_host import project, tarball  # noqa: F401
from test_python_host import installed  # noqa: F401

SERVER_ID = "vault.example.com"
MARKED_KEY = "Marked+SecretKey/Kq7vTz2Rb9Xw4Yd8Hn3Lp5J"
MARKED_TOKEN = "MarkedSessionToken" + "Gm6Wc1Zs8Ve3Ux0Qy5Ti2Rk9Pf4Bn7Hd" * 4 + "=="
WORDS = {"server ID": "error validating X-Vault-AWS-IAM-Server-ID", "STS": "InvalidClientTokenId"}


@dataclass(frozen=True)
class Said:
    """What a program printed, and all else that it wrote."""

    status: int
    stdout: str
    rest: str


@dataclass(frozen=True)
class Case:
    """One run: whose credentials, for which role and server ID."""

    identity: Identity
    role: str
    server_id: str = SERVER_ID

    @property
    def variables(self) -> dict[str, str]:
        return {"VAULT_IAM_SERVER_ID": self.server_id}


@dataclass(frozen=True)
class Place:
    """The mount that demands a server ID, and the IAM role that its Vault role is bound to."""

    mount: str
    role: Role


Host = Callable[[TestBed, pytest.FixtureRequest, Place, Case], Said]


def said(ended: subprocess.CompletedProcess[str]) -> Said:
    return Said(ended.returncode, ended.stdout, ended.stderr)


def sent(bed: TestBed, place: Place, signed: Said) -> Said:
    """Posts a printed login; the refusal and what the inspector says about both is output as well."""
    if signed.status:
        return signed
    answer = bed.login(signed.stdout, mount=place.mount)
    known = ("--sts-endpoint", "global", "--server-id", SERVER_ID)
    inspected = [
        run(command, *options, *format, stdin=text)
        for command, options, text in (
            ("explain", (), signed.stdout),
            ("check", known, signed.stdout),
            ("diagnose", ("--status", str(answer.status)), json.dumps(answer.json)),
        )
        for format in ((), ("--json",))
        if command != "diagnose" or answer.status != 200
    ]
    rest = "".join(ended.stdout + ended.stderr for ended in inspected)
    status = 0 if answer.status == 200 else 1
    return Said(status, signed.stdout, signed.rest + rest + "\n".join(answer.json.get("errors") or []))


def command(bed: TestBed, request: pytest.FixtureRequest, place: Place, case: Case) -> Said:
    arguments = ("--role", case.role, "--server-id", case.server_id)
    return sent(bed, place, said(run("sign", *arguments, env=case.identity.environment())))


def composed(bed: TestBed, request: pytest.FixtureRequest, place: Place, case: Case) -> Said:
    return sent(bed, place, said(test_composed_host.run("sign", case.role, case.server_id, env=case.identity.environment())))


def wasmtime(bed: TestBed, request: pytest.FixtureRequest, place: Place, case: Case) -> Said:
    arguments = ("--role", case.role, "--mount", place.mount, "--server-id", case.server_id)
    return said(test_wasmtime_host.run("login", *arguments, env=bed.environment(case.identity)))


def agent(bed: TestBed, request: pytest.FixtureRequest, place: Place, case: Case) -> Said:
    folder: Path = request.getfixturevalue("tmp_path")
    sink, log = folder / "token", folder / "agent.log"
    line = [str(ROOT / test_wasmtime_host.HOST), "agent", "--sink", str(sink), "--component", str(ROOT / COMPONENT)]
    line += ["--role", case.role, "--mount", place.mount, "--server-id", case.server_id]
    env = {"HOME": os.environ["HOME"], "AWS_EC2_METADATA_DISABLED": "true"} | bed.environment(case.identity)
    child = Child(line, log=log, env=env)
    try:
        with suppress(RuntimeError):  # it ends at once where its input is refused
            child.wait_until(lambda: log.read_text().endswith("\n"), what="it said something")
        accepted = "logged in: " in log.read_text()
        if accepted:
            child.wait_until(sink.exists, what="it wrote a token")
    finally:
        child.stop()
    return Said(0 if accepted else 1, sink.read_text() if accepted else "", log.read_text())


def node(bed: TestBed, request: pytest.FixtureRequest, place: Place, case: Case) -> Said:
    env = bed.environment(case.identity) | case.variables
    folder = request.getfixturevalue("project")
    return said(test_node_host.example(folder, case.role, GREETING_PATH, place.mount, env=env))


def python(bed: TestBed, request: pytest.FixtureRequest, place: Place, case: Case) -> Said:
    folder = request.getfixturevalue("installed")
    arguments = (case.role, GREETING_PATH, place.mount)
    return said(test_python_host.example(bed, folder, case.identity, *arguments, **case.variables))


def go(bed: TestBed, request: pytest.FixtureRequest, place: Place, case: Case) -> Said:
    program = request.getfixturevalue("go_example")
    arguments = (case.role, GREETING_PATH, place.mount)
    return said(test_go_host.run(bed, program, case.identity, *arguments, **case.variables))


def envoy(bed: TestBed, request: pytest.FixtureRequest, place: Place, case: Case) -> Said:
    own = {"vault_cluster": "vault", "upstream_clusters": ["vault"]}
    own |= {"role": case.role, "mount": place.mount, "server_id": case.server_id}
    proxy = Envoy(request.getfixturevalue("tmp_path"), environment=case.identity.environment())
    proxy.cluster("vault", bed.vault.address)
    listener = proxy.listener("marked", own, to="vault")
    with proxy:
        # A configuration that is refused leaves no listener behind; a login that is refused leaves one that says 503.
        proxy.wait_until(lambda: listener.status() in (200, 503) or "vault-aws-login: " in proxy.log, what="it decided")
        status = listener.status()
        answer = listener.get() if status else None
        shown = "".join(proxy.admin(page) for page in ("config_dump", "stats", "clusters", "listeners"))
        return Said(0 if status == 200 else 1, answer.text if answer is not None else "", proxy.log + shown)


HOSTS: dict[str, Host] = {
    "command": command,
    "composed": composed,
    "wasmtime": wasmtime,
    "agent": agent,
    "node": node,
    "python": python,
    "go": go,
    "envoy": envoy,
}
# What each host is asked for, on standard output or in the agent's file; the others are asked for the secret in Vault.
RESULT = {"command": "login", "composed": "login", "wasmtime": "Vault token", "agent": "Vault token"}


def login_of(host: str, said: Said) -> str | None:
    return said.stdout if RESULT.get(host) == "login" else None


every_host = pytest.mark.parametrize("host", HOSTS)


@pytest.fixture(scope="module")
def place(bed: TestBed) -> Place:
    made = Place(bed.mount_aws("marked", iam_server_id_header_value=SERVER_ID), bed.aws.role())
    bed.vault_role("marked", made.role.arn, mount=made.mount)
    return made


@pytest.fixture(scope="module")
def session(bed: TestBed, place: Place) -> Identity:
    return bed.aws.session(place.role)


@every_host
def test_success_shows_its_result_where_it_belongs_and_no_secret(
    bed: TestBed, request: pytest.FixtureRequest, place: Place, session: Identity, host: str
) -> None:
    said = HOSTS[host](bed, request, place, Case(session, "marked"))
    assert said.status == 0, said.rest
    assert leaks(said.rest, session, login=login_of(host, said)) == []
    match RESULT.get(host):
        case "login":
            login_shows_only_the_session_token(said.stdout, session)
        case "Vault token":
            assert TOKEN.fullmatch(said.stdout.strip())
        case None:
            assert GREETING in said.stdout
            assert leaks(said.stdout, session) == []


@every_host
@pytest.mark.parametrize("refusal", WORDS)
def test_refusal_shows_no_secret(
    bed: TestBed, request: pytest.FixtureRequest, place: Place, session: Identity, host: str, refusal: str
) -> None:
    cases = {
        "server ID": Case(session, "marked", "other.example.com"),
        "STS": Case(replace(session, secret_access_key=MARKED_KEY, session_token=MARKED_TOKEN), "marked"),
    }
    case = cases[refusal]
    said = HOSTS[host](bed, request, place, case)
    assert said.status == 1
    assert leaks(said.rest, case.identity, login=login_of(host, said)) == []
    if RESULT.get(host) == "login":
        login_shows_only_the_session_token(said.stdout, case.identity)
    else:
        assert leaks(said.stdout, case.identity) == []


BAD_INPUT: dict[str, Callable[[Identity], Case]] = {
    "role is an ARN": lambda marked: Case(marked, "arn:aws:iam::123456789012:role/dev"),
    "line break after the secret key": lambda marked: Case(replace(marked, secret_access_key=MARKED_KEY + "\n"), "marked"),
    "blank in the session token": lambda marked: Case(replace(marked, session_token=f"{MARKED_TOKEN} again"), "marked"),
    "secret key as access key ID": lambda marked: Case(
        replace(marked, access_key_id=MARKED_KEY, secret_access_key=marked.access_key_id), "marked"
    ),
    "session token missing": lambda marked: Case(replace(marked, session_token=None), "marked"),
}


@every_host
@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_refused_without_a_secret(
    bed: TestBed, request: pytest.FixtureRequest, place: Place, session: Identity, host: str, name: str
) -> None:
    marked = replace(session, secret_access_key=MARKED_KEY, session_token=MARKED_TOKEN)
    said = HOSTS[host](bed, request, place, BAD_INPUT[name](marked))
    assert said.status == 1
    assert leaks(said.stdout + said.rest, marked) == []


@pytest.mark.parametrize(
    "document",
    [
        '{"AccessKeyId":"ASIAIOSFODNN7EXAMPLE","SecretAccessKey":"KEY","SessionToken":"TOKEN"',
        '{"AccessKeyId":"ASIAIOSFODNN7EXAMPLE","SecretAccessKey":"KEY","SessionToken":["TOKEN"]}',
        '{"AccessKeyId":7,"SecretAccessKey":"KEY","SessionToken":"TOKEN"}',
        '{"SecretAccessKey":"KEY","SessionToken":"TOKEN"}',
        '{"AccessKeyId":"KEY","SecretAccessKey":"ASIAIOSFODNN7EXAMPLE","SessionToken":"TOKEN"}',
        '{"AccessKeyId":"ASIAIOSFODNN7EXAMPLE","SecretAccessKey":"KEY","SessionToken":"TOKEN","Expiration":"KEY"}',
        "KEY",
        "[profile]\naws_secret_access_key = KEY\naws_session_token = TOKEN\n",
    ],
)
def test_broken_document_is_refused_without_what_is_in_it(document: str) -> None:
    ended = run("sign", "--credentials", "-", stdin=document.replace("KEY", MARKED_KEY).replace("TOKEN", MARKED_TOKEN))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert leaks(ended.stderr, Identity("", "", "", MARKED_KEY, MARKED_TOKEN)) == []


def test_search_finds_a_secret_in_each_form_and_at_each_place() -> None:
    who = Identity("", "", "", MARKED_KEY, MARKED_TOKEN)
    assert leaks("nothing to see", who) == []
    for name, secret in (("secret key", MARKED_KEY), ("session token", MARKED_TOKEN)):
        for text in (secret, secret[:20], secret[-20:], secret.replace("/", "%2F").replace("+", "%2B").replace("=", "%3D")):
            assert leaks(f"error: found `{text}`", who) == [name], text
        for before in ("", "a", "ab", "abc"):
            encoded = base64.b64encode(f"{before}{secret}after".encode()).decode()
            assert leaks(encoded, who) == [name], before
    assert leaks("Signature=" + "0a" * 32, who) == ["signature"]
    for before in ("", "a", "ab"):
        assert leaks(base64.b64encode(f"{before}Signature=0".encode()).decode(), who) == ["signature"]
    assert leaks("token s.CSLakyRqz8Gy2BtTkDwEV8Dv here", who) == ["Vault token"]
