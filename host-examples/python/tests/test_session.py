"""The session: its thread, its listeners and its ends. The core tests a session's rules."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import ssl
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import certifi
import hvac
import pytest
from conftest import CORE_MODULE, PACKAGE, Request, Serve, broken_off, granted, refused

from vault_aws_iam_login import (
    ContainerEndpoint,
    Credentials,
    InstanceMetadata,
    Lease,
    LoginError,
    Module,
    Session,
    SessionClosed,
    SessionRefusal,
    WebIdentity,
)
from vault_aws_iam_login import hvac as adapter
from vault_aws_iam_login.exchange import Exchange, TransportError
from vault_aws_iam_login.hvac import keep_logged_in
from vault_aws_iam_login.hvac import login as hvac_login
from vault_aws_iam_login.server import server as read_address

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
EXAMPLE = Credentials("AKIAIOSFODNN7EXAMPLE", SECRET)
WRONG_SERVER_ID = (
    'error validating X-Vault-AWS-IAM-Server-ID header: missing header "X-Vault-AWS-IAM-Server-ID"'
)
LOGIN = "/v1/auth/aws/login"
RENEWAL = "/v1/auth/token/renew-self"


class Told(list[Any]):
    """A listener that keeps what it was told, and on which a test can wait."""

    def __init__(self) -> None:
        super().__init__()
        self._news = threading.Condition()

    def __call__(self, *news: Any) -> None:
        with self._news:
            self.append(news[0] if len(news) == 1 else news)
            self._news.notify_all()

    def wait(self, count: int = 1) -> None:
        with self._news:
            assert self._news.wait_for(lambda: len(self) >= count, 20), f"only {list(self)}"


Open = Callable[..., Session]


@pytest.fixture
def opened(module: Module) -> Iterator[Open]:
    """Opens sessions, and closes them when the test ends."""
    sessions: list[Session] = []

    def open_session(url: str, credentials: Any = EXAMPLE, **options: Any) -> Session:
        sessions.append(Session(url, credentials, module=module, **options))
        return sessions[-1]

    yield open_session
    for session in sessions:
        session.close()


def lease(age: float, left: float) -> Lease:
    now = datetime.now(timezone.utc)
    starts, ends = now - timedelta(seconds=age), now + timedelta(seconds=left)
    return Lease("hvs.old", "a0", 3, True, 600, starts, ends)


def test_token_is_obtained_once_and_everyone_who_waits_gets_it(serve: Serve, opened: Open) -> None:
    server, told = serve(granted("hvs.one")), Told()
    session = opened(server.url, on_token=told)
    with ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(lambda _: session.token(20), range(8)))
    assert tokens == ["hvs.one"] * 8
    assert server.paths == [LOGIN]
    told.wait()
    (found,) = told
    assert (found.token, found.accessor, found.generation) == ("hvs.one", "a1", 1)
    assert (found.renewable, found.increment_seconds) == (True, 600)
    assert found.ends_at - found.starts_at == timedelta(seconds=600)
    assert abs(found.ends_at - datetime.now(timezone.utc) - timedelta(seconds=600)).seconds < 10
    assert session.lease() == found
    assert "hvs" not in repr(found) and "a1" not in repr(found)


def test_adopted_lease_is_used_without_a_login(serve: Serve, opened: Open) -> None:
    server = serve(refused("none"))
    # It began before this process did.
    session = opened(server.url, adopt=lease(300, 300))
    assert session.token(0) == "hvs.old"
    assert server.paths == []


def test_adopted_lease_is_renewed_at_two_thirds_and_keeps_its_generation(
    serve: Serve, opened: Open
) -> None:
    server, told = serve(granted("hvs.old")), Told()
    opened(server.url, adopt=lease(500, 100), on_token=told)
    told.wait()
    assert (told[0].token, told[0].generation) == ("hvs.old", 3)
    assert server.paths == [RENEWAL]


def test_adopted_lease_that_has_ended_is_ignored(serve: Serve, opened: Open) -> None:
    server = serve(granted("hvs.new"))
    assert opened(server.url, adopt=lease(700, -100)).token(20) == "hvs.new"
    assert server.paths == [LOGIN]


def test_lease_is_handed_over_to_the_next_session(serve: Serve, opened: Open) -> None:
    server = serve(granted("hvs.one"))
    first = opened(server.url)
    first.token(20)
    handed = first.lease()
    first.close()
    assert opened(server.url, adopt=handed).token(0) == "hvs.one"
    assert server.paths == [LOGIN]


def test_failed_attempt_is_told_and_made_again(serve: Serve, opened: Open) -> None:
    told = Told()
    server = serve(broken_off, granted("hvs.two"))
    session = opened(server.url, back_off_cap=1, on_refusal=told)
    assert session.token(20) == "hvs.two"
    (refusal,) = told
    assert (refusal.rule, refusal.healing) == ("interrupted", "by-itself")
    assert (refusal.destination, refusal.status, refusal.diagnosis) == ("vault", None, None)
    assert refusal.retry_at.tzinfo is timezone.utc


def test_refused_login_is_told_with_its_diagnosis(
    serve: Serve, opened: Open, module: Module
) -> None:
    told = Told()
    opened(serve(refused(WRONG_SERVER_ID)).url, on_refusal=told)
    told.wait()
    refusal: SessionRefusal = told[0]
    assert (refusal.rule, refusal.healing) == ("login-refused", "by-hand")
    assert refusal.diagnosis is not None
    assert refusal.message == refusal.diagnosis.message
    body = json.dumps({"errors": [WRONG_SERVER_ID]})
    assert refusal.diagnosis == module.explain_refusal(400, body)


def test_server_that_does_not_answer_is_a_failure_after_the_request_timeout(
    serve: Serve, opened: Open
) -> None:
    told = Told()

    def silent(request: Request) -> None:
        server.over.wait(20)

    server = serve(silent, granted("hvs.late"))
    session = opened(server.url, request_timeout=0.2, back_off_cap=1, on_refusal=told)
    assert session.token(20) == "hvs.late"
    assert [refusal.rule for refusal in told] == ["timed-out"]


def test_redirect_is_not_followed(serve: Serve, opened: Open) -> None:
    other, told = serve(granted()), Told()
    redirecting = serve(lambda request: request.text(307, "", Location=f"{other.url}/v1/x"))
    opened(redirecting.url, on_refusal=told)
    told.wait()
    assert (told[0].rule, other.paths) == ("vault-unavailable", [])


def test_requests_go_below_the_path_of_the_address(serve: Serve, opened: Open) -> None:
    server = serve(granted())
    opened(f"{server.url}/team/vault/").token(20)
    assert server.paths == [f"/team/vault{LOGIN}"]


def test_supplier_that_raises_is_told_and_does_not_end_the_session(
    serve: Serve, opened: Open
) -> None:
    server, told = serve(granted()), Told()
    failed = OSError("no credentials here")

    def supply() -> Credentials:
        raise failed

    session = opened(server.url, supply, on_credential_error=told)
    told.wait()
    assert list(told) == [failed]
    with pytest.raises(TimeoutError, match=r"^no token within 0.01 s$"):
        session.token(0.01)
    assert server.paths == []


@pytest.mark.parametrize(
    ("supplied", "kind", "message"),
    [
        (Credentials("", "x"), LoginError, "invalid access key ID: expected one, found none"),
        ({"secret": SECRET}, TypeError, "invalid credentials: expected Credentials, found dict"),
        (
            Credentials("AKIA", SECRET.encode()),  # type: ignore[arg-type]
            TypeError,
            "invalid secret_access_key: expected a str, found bytes",
        ),
    ],
)
def test_supplied_credentials_that_are_none_are_told_without_frames(
    serve: Serve, opened: Open, supplied: Any, kind: type[Exception], message: str
) -> None:
    told = Told()
    opened(serve(granted()).url, lambda: supplied, on_credential_error=told)
    told.wait()
    assert type(told[0]) is kind
    if kind is TypeError:
        assert str(told[0]) == message
    assert (told[0].__traceback__, told[0].__context__) == (None, None)


def test_supplier_that_waits_does_not_keep_a_token_from_its_renewal(
    serve: Serve, opened: Open
) -> None:
    server, told = serve(granted("hvs.old")), Told()

    def supply() -> None:
        server.over.wait(30)

    opened(server.url, supply, adopt=lease(500, 100), on_token=told)
    told.wait()
    assert server.paths == [RENEWAL]


def test_supplier_that_has_none_yet_is_asked_no_second_time_at_once(
    serve: Serve, opened: Open
) -> None:
    calls = Told()

    def supply() -> None:
        calls(None)

    session = opened(serve(granted()).url, supply)
    calls.wait()
    with pytest.raises(TimeoutError):
        session.token(0.3)
    assert len(calls) == 1


def test_waiting_ends_with_its_time_and_with_the_session(serve: Serve, opened: Open) -> None:
    def silent(request: Request) -> None:
        server.over.wait(20)

    server = serve(silent)
    session = opened(server.url)
    with pytest.raises(TimeoutError, match=r"^no token within 0.05 s$"):
        session.token(0.05)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(session.token)
        started = time.monotonic()
        session.close()
        session.close()
        with pytest.raises(SessionClosed, match=r"^the session is closed$"):
            waiting.result(10)
    # It did not wait for the request, whose time is ten seconds.
    assert time.monotonic() - started < 5
    with pytest.raises(SessionClosed):
        session.token()
    with pytest.raises(SessionClosed):
        session.lease()
    session.token_refused()
    assert repr(session) == f"<Session of {server.url}: closed>"


class ClosedFirst:
    """A session's lock, for which this thread waits until another has closed the session."""

    def __init__(self, session: Session) -> None:
        self._session, self._lock = session, session._changed
        self._waits = threading.current_thread()

    def __enter__(self) -> bool:
        if threading.current_thread() is self._waits:
            self._session._changed = self._lock
            closing = threading.Thread(target=self._session.close)
            closing.start()
            closing.join()
        return self._lock.__enter__()

    def __exit__(self, *error: Any) -> None:
        self._lock.__exit__(*error)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lock, name)


@pytest.mark.parametrize("call", [Session.token, Session.lease, Session.token_refused])
def test_call_that_waits_for_the_lock_while_the_session_is_closed_is_told_so(
    serve: Serve, opened: Open, monkeypatch: pytest.MonkeyPatch, call: Callable[[Session], Any]
) -> None:
    session = opened(serve(granted()).url, adopt=lease(10, 600))
    monkeypatch.setattr(session, "_changed", ClosedFirst(session))
    if call is Session.token_refused:
        # As of a session that was closed before.
        call(session)
        return
    with pytest.raises(SessionClosed, match=r"^the session is closed$"):
        call(session)


def test_exchange_that_was_cancelled_before_it_began_sends_nothing(serve: Serve) -> None:
    server = serve(granted())
    exchange = Exchange(read_address(server.url), "GET", "/", {}, b"", 10, 100)
    exchange.cancel()
    with pytest.raises(TransportError) as raised:
        exchange.run()
    assert (raised.value.failure, server.requests) == ("interrupted", [])


def test_thread_that_ends_by_an_error_ends_the_waiting(
    serve: Serve, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooked = Told()
    monkeypatch.setattr(threading, "excepthook", hooked)

    def clock() -> float:
        if threading.current_thread().name == "vault-aws-login":
            raise OSError("no clock")
        return time.time()

    session = opened(serve(granted()).url, wall_clock=clock)
    with pytest.raises(RuntimeError, match=r"^the session's thread has ended by an error"):
        session.token(20)
    hooked.wait()
    assert str(hooked[0].exc_value) == "no clock"


def test_listener_may_close_the_session_and_ask_it(serve: Serve, opened: Open) -> None:
    told = Told()

    def on_token(lease: Lease) -> None:
        told(session.token(0))
        session.close()

    server = serve(granted("hvs.one"))
    started = threading.Event()

    def supply() -> Credentials:
        started.wait(20)
        return EXAMPLE

    session = opened(server.url, supply, on_token=on_token)
    started.set()
    told.wait()
    assert list(told) == ["hvs.one"]


def test_exception_of_a_listener_goes_to_the_hook_of_threads_and_the_session_goes_on(
    serve: Serve, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooked = Told()
    monkeypatch.setattr(threading, "excepthook", hooked)

    def fail(refusal: SessionRefusal) -> None:
        raise ValueError("a listener's own")

    server = serve(broken_off, granted("hvs.two"))
    assert opened(server.url, back_off_cap=1, on_refusal=fail).token(20) == "hvs.two"
    hooked.wait()
    assert str(hooked[0].exc_value) == "a listener's own"


def test_closed_session_leaves_no_thread_and_no_secret(serve: Serve, module: Module) -> None:
    before = {thread.ident for thread in threading.enumerate()}
    with Session(serve(granted("hvs.wiped-token")).url, EXAMPLE, module=module) as session:
        session.token(20)
        instance = session._instance
    after = [
        thread.name
        for thread in threading.enumerate()
        if thread.ident not in before and thread.name.startswith("vault-aws-login")
    ]
    assert after == []
    memory = bytes(instance._memory.read(instance._store))
    assert SECRET.encode() not in memory and b"hvs.wiped-token" not in memory


def test_clock_correction_is_told_and_the_login_sent_again(serve: Serve, opened: Open) -> None:
    told = Told()
    text = (
        "error making upstream request: received error code 403 from STS: <ErrorResponse><Error>"
        "<Code>SignatureDoesNotMatch</Code><Message>Signature expired: {} is now earlier than {} "
        "({} - 15 min.)</Message></Error></ErrorResponse>"
    )

    def refuse(request: Request) -> None:
        now = datetime.now(timezone.utc)
        moments = (now - timedelta(minutes=30), now - timedelta(minutes=15), now)
        words = text.format(*(f"{moment:%Y%m%dT%H%M%SZ}" for moment in moments))
        request.json(400, {"errors": [words]})

    session = opened(
        serve(refuse, granted("hvs.mended")).url,
        server_id="vault.example.com",
        wall_clock=lambda: time.time() - 1800,
        on_clock_correction=told,
    )
    assert session.token(20) == "hvs.mended"
    told.wait()
    offset, message = told[0]
    assert abs(offset - 1800) < 10
    assert "clock" in message


def metadata(request: Request) -> None:
    expires = f"{datetime.now(timezone.utc) + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    keys = {
        "Code": "Success",
        "AccessKeyId": EXAMPLE.access_key_id,
        "SecretAccessKey": SECRET,
        "Token": "token",
        "Expiration": expires,
    }
    match request.command, request.path:
        case "PUT", "/latest/api/token":
            request.text(200, "imds-token")
        case "GET", "/latest/meta-data/iam/security-credentials/":
            assert request.headers["X-Aws-Ec2-Metadata-Token"] == "imds-token"
            request.text(200, "the-role")
        case "GET", "/latest/meta-data/iam/security-credentials/the-role":
            request.json(200, keys)
        case "GET", "/container":
            assert request.headers["Authorization"] == "of the file"
            request.json(200, keys)
        case "POST", "/":
            assert b"WebIdentityToken=the.web.token" in request.body
            request.text(
                200,
                "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>"
                f"<AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>{SECRET}"
                f"</SecretAccessKey><SessionToken>token</SessionToken><Expiration>{expires}"
                "</Expiration></Credentials></AssumeRoleWithWebIdentityResult>"
                "</AssumeRoleWithWebIdentityResponse>",
            )
        case _:
            request.text(404, "")


@pytest.mark.parametrize("kind", ["metadata", "container", "web identity"])
def test_session_fetches_its_credentials_itself(serve: Serve, opened: Open, kind: str) -> None:
    source, vault = serve(metadata), serve(granted("hvs.fetched"))
    credentials = {
        "metadata": InstanceMetadata(source.url),
        "container": ContainerEndpoint(f"{source.url}/container", lambda: "of the file\n"),
        "web identity": WebIdentity(
            "arn:aws:iam::123456789012:role/dev",
            "session",
            lambda: "the.web.token",
            sts_endpoint=source.url,
        ),
    }[kind]
    errors, refusals = Told(), Told()
    session = opened(vault.url, credentials, on_credential_error=errors, on_refusal=refusals)
    assert session.token(20) == "hvs.fetched", (errors, refusals)
    assert repr(credentials).find("token") == -1


def test_token_reader_that_raises_is_told(serve: Serve, opened: Open) -> None:
    told, failed = Told(), FileNotFoundError("no such file")

    def read() -> str:
        raise failed

    server = serve(metadata)
    opened(server.url, ContainerEndpoint(f"{server.url}/container", read), on_credential_error=told)
    told.wait()
    assert list(told) == [failed]


@pytest.mark.parametrize(
    ("options", "rule", "field"),
    [
        ({"mount": "/aws"}, "mount-malformed", "mount"),
        ({"role": "arn:aws:iam::123456789012:role/dev"}, "role-is-arn", "role"),
        (
            {"credentials": ContainerEndpoint("http://example.com/")},
            "container-uri-not-local",
            "container-uri",
        ),
        ({"back_off_cap": 0.001}, "out-of-range", "back-off-cap-milliseconds"),
        ({"request_timeout": 1e12}, "out-of-range", "request-timeout-milliseconds"),
        ({"clock_correction_limit": 3601}, "out-of-range", "clock-correction-limit-seconds"),
    ],
)
def test_bad_setting_is_refused_at_once_with_rule_field_and_sentence(
    opened: Open, options: dict[str, Any], rule: str, field: str
) -> None:
    with pytest.raises(LoginError) as refused:
        opened("http://127.0.0.1:8200", **options)
    assert (refused.value.rule, refused.value.field) == (rule, field)
    assert refused.value.message


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"url": "vault"}, ValueError, "invalid vault_addr: expected a URL"),
        ({"url": None}, TypeError, "invalid vault_addr: expected a str, found NoneType"),
        ({"mount": 5}, TypeError, "invalid mount: expected a str, found int"),
        (
            {"credentials": {"secret": SECRET}},
            TypeError,
            "invalid credentials: expected Credentials, a function or a source, found dict",
        ),
        (
            {"credentials": ContainerEndpoint(None)},  # type: ignore[arg-type]
            TypeError,
            "invalid uri: expected a str, found NoneType",
        ),
        (
            {"credentials": InstanceMetadata("metadata")},
            ValueError,
            "invalid endpoint: expected a URL such as http://169.254.169.254, found another text",
        ),
        (
            {"request_timeout": -1},
            ValueError,
            "invalid request_timeout: expected a number from 0, found -1",
        ),
        (
            {"request_timeout": "1"},
            TypeError,
            "invalid request_timeout: expected a number, found str",
        ),
    ],
)
def test_setting_of_the_wrong_kind_is_refused_at_once(
    opened: Open, options: dict[str, Any], kind: type[Exception], message: str
) -> None:
    options = {"url": "http://127.0.0.1:8200"} | options
    with pytest.raises(kind) as raised:
        opened(options.pop("url"), options.pop("credentials", EXAMPLE), **options)
    assert str(raised.value).startswith(message)
    frames = [frame for frame, _ in traceback.walk_tb(raised.value.__traceback__)]
    assert SECRET not in repr(frames[-1].f_locals)


def child(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script, str(CORE_MODULE), *arguments],
        env=os.environ | {"PYTHONPATH": str(PACKAGE.parent)},
        capture_output=True,
        text=True,
        timeout=60,
    )


OPEN = """
import os, sys, threading
from vault_aws_iam_login import Credentials, Module, Session
session = Session(sys.argv[2], Credentials("AKIA", "secret"), module=Module.load(sys.argv[1]))
"""


def test_open_session_does_not_keep_the_process_alive(serve: Serve) -> None:
    def silent(request: Request) -> None:
        server.over.wait(30)

    for server in (serve(granted()), serve(silent)):
        started = time.monotonic()
        ended = child(OPEN + "print('done')", server.url)
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, "done\n", "")
        # The request would take ten seconds.
        assert time.monotonic() - started < 8


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_child_of_a_fork_is_told_that_the_session_is_its_parents(serve: Serve) -> None:
    script = """
session.token(20)
child = os.fork()
if child == 0:
    for call in (session.token, session.lease, session.token_refused):
        try:
            call()
        except RuntimeError as error:
            print(error, flush=True)
    session.close()
    again = Session(sys.argv[2], Credentials("AKIA", "secret"), module=Module.load(sys.argv[1]))
    print(again.token(20), flush=True)
    again.close()
    os._exit(0)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
print(status, session.token(0))
"""
    ended = child(OPEN + script, serve(granted("hvs.one")).url)
    told = "the session belongs to the process that made it: make another after a fork"
    assert ended.stdout.splitlines() == [told] * 3 + ["hvs.one", "0 hvs.one"], ended.stderr


def test_asyncio_waits_for_a_token_in_a_thread(serve: Serve, opened: Open) -> None:
    session = opened(serve(granted("hvs.one")).url)

    async def main() -> list[str]:
        return await asyncio.gather(*(asyncio.to_thread(session.token, 20) for _ in range(8)))

    assert asyncio.run(main()) == ["hvs.one"] * 8


def test_two_hundred_sessions_at_once_each_have_their_token(serve: Serve, module: Module) -> None:
    def own(request: Request) -> None:
        granted("hvs." + json.loads(request.body)["role"])(request)

    server = serve(own)
    sessions = [Session(server.url, EXAMPLE, role=f"r{n}", module=module) for n in range(200)]
    try:
        assert [each.token(60) for each in sessions] == [f"hvs.r{n}" for n in range(200)]
    finally:
        for each in sessions:
            each.close()
    del sessions
    gc.collect()


def test_client_of_hvac_is_logged_in_with_hvacs_own_names(serve: Serve, module: Module) -> None:
    server = serve(granted("hvs.one"))
    client = hvac.Client(server.url, token="", namespace="ns1")
    token = hvac_login(
        client,
        EXAMPLE,
        role="dev",
        header_value="vault.example.com",
        region="eu-west-1",
        mount_point="team/aws",
        module=module,
    )
    assert (token.token, client.token) == ("hvs.one", "hvs.one")
    (request,) = server.requests
    assert request.path == "/v1/auth/team/aws/login"
    assert request.headers["X-Vault-Namespace"] == "ns1"
    hvac_login(client, EXAMPLE, use_token=False, module=module)
    client.token = ""
    hvac_login(client, EXAMPLE, use_token=False, module=module)
    assert client.token == ""


def test_client_of_hvac_has_a_token_while_it_is_kept_logged_in(
    serve: Serve, module: Module
) -> None:
    client, told = hvac.Client(serve(granted("hvs.one")).url, token=""), Told()
    with keep_logged_in(client, lambda: EXAMPLE, role="dev", on_token=told, module=module) as kept:
        told.wait()
        assert client.token == kept.token() == "hvs.one"
    assert client.token is None
    assert [lease.token for lease in told] == ["hvs.one"]


def test_first_token_of_a_client_that_does_not_come_is_explained(
    serve: Serve, module: Module
) -> None:
    client, told = hvac.Client(serve(refused(WRONG_SERVER_ID)).url, token=""), Told()
    with (
        pytest.raises(
            TimeoutError, match=r"^no token within 1 s: the server ID is missing"
        ) as raised,
        keep_logged_in(client, EXAMPLE, timeout=1, on_refusal=told, module=module),
    ):
        pytest.fail("there is no token")
    assert raised.value.__context__ is None
    assert told[0].diagnosis.rule == "server-id-missing"
    assert client.token is None


@pytest.mark.parametrize("verify", [True, False, "file", "folder"])
def test_client_of_hvac_gives_its_certificates(verify: Any, tmp_path: Path) -> None:
    where = {"file": certifi.where(), "folder": str(tmp_path)}.get(verify, verify)
    context = adapter._tls(hvac.Client("https://127.0.0.1", token="", verify=where))
    if verify is True:
        assert context is None
    else:
        assert context is not None
        assert (context.verify_mode is ssl.CERT_NONE) is (verify is False)
        assert verify is False or bool(context.get_ca_certs()) is (verify == "file")
