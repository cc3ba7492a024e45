"""A token that is obtained, renewed and replaced by a thread."""

from __future__ import annotations

import atexit
import base64
import os
import secrets
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Literal

from vault_aws_iam_login.credentials import Credentials
from vault_aws_iam_login.errors import LoginError, SessionClosed
from vault_aws_iam_login.exchange import Exchange, TransportError
from vault_aws_iam_login.inspector import Refusal, refusal
from vault_aws_iam_login.module import Module, StsEndpoint, options_json
from vault_aws_iam_login.server import Server, request_target, server
from vault_aws_iam_login.sources import (
    AssumeRole,
    CredentialSource,
    InstanceMetadata,
    assume_role_json,
    source_json,
    supplier,
    token_reader,
)
from vault_aws_iam_login.values import moment, number, result, text

#: How long `close` waits for the thread, which may be asking DNS or a listener.
CLOSE_SECONDS = 1.0
# The monotonic clock's zero is put at 1970 too, so that the instants of a lease from before this
# process are positive.
_BASE_SECONDS = time.time() - time.monotonic()


@dataclass(frozen=True)
class Lease:
    """A Vault token and how long it is valid. `repr` shows no text of the server's."""

    token: str = field(repr=False)
    """A secret."""
    accessor: str | None = field(repr=False)
    generation: int
    """Counts logins from 1; a renewal keeps it."""
    renewable: bool
    increment_seconds: int
    """What a renewal asks for: the lease that the login was granted."""
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class SessionRefusal:
    """An attempt that failed. Never holds a secret."""

    rule: str
    healing: Literal["by-itself", "by-hand"]
    destination: Literal["vault", "container-endpoint", "instance-metadata", "sts"] | None
    status: int | None
    message: str
    diagnosis: Refusal | None
    """What the inspector says of a login that Vault or STS refused, or of an `AssumeRole` that STS
    refused: causes, what to change where and, in `quoted`, the server's words. `None`: it is about
    something else, no answer came, or the token that came is of no use.
    """
    retry_at: datetime


class Session:
    """Keeps a Vault token: logs in, renews, replaces and retries until it is closed.

        with Session("https://vault.example.com:8200", credentials, role="dev") as session:
            token = session.token()

    A daemon thread does the work, so a session does not keep the process alive; it is closed when
    the interpreter ends. It belongs to the process that made it: after `os.fork` the child has no
    such thread, and its calls raise `RuntimeError`. Make one in each worker. The token is not
    revoked.
    """

    def __init__(
        self,
        vault_addr: str,
        credentials: CredentialSource,
        *,
        role: str | None = None,
        server_id: str | None = None,
        region: str | None = None,
        sts_endpoint: StsEndpoint | None = None,
        mount: str = "aws",
        namespace: str | None = None,
        assume_role: AssumeRole | None = None,
        request_timeout: float | None = None,
        back_off_cap: float | None = None,
        start_spread: float | None = None,
        clock_correction_limit: float | None = None,
        adopt: Lease | None = None,
        tls: ssl.SSLContext | None = None,
        on_token: Callable[[Lease], object] | None = None,
        on_token_ended: Callable[[int], object] | None = None,
        on_refusal: Callable[[SessionRefusal], object] | None = None,
        on_clock_correction: Callable[[int, str], object] | None = None,
        on_credential_error: Callable[[Exception], object] | None = None,
        wall_clock: Callable[[], float] = time.time,
        module: Module | None = None,
    ) -> None:
        """Starts the session, which logs in at once.

        `credentials`: `Credentials`, a function that returns them (or `None` while there are none),
        or what the session fetches itself: `InstanceMetadata`, `ContainerEndpoint`, `WebIdentity`.
        The function is called in a thread of its own, before the first login and whenever the
        session wants others. `assume_role`: the IAM role that is assumed with them. `role` to
        `namespace` and `tls`: as in `login`.

        In seconds: `request_timeout`, by default 10; `back_off_cap`, the longest wait between two
        attempts, by default 60; `start_spread`, over which the first logins of a fleet are spread,
        by default 0; `clock_correction_limit`, how far signing may depart from the clock after AWS
        has refused a login for its time: by default 3600 with a server ID and 1200 without, 0 for
        never.

        `adopt`: the lease of another session, taken over instead of a first login, such as after a
        restart of this process on the same machine. One that has ended is ignored.

        Listeners, called in the session's thread: `on_token` when the token or its lease is new,
        `on_token_ended` with the generation whose token must no longer be used, `on_refusal` when
        an attempt failed, `on_clock_correction` with the seconds by which logins are signed for
        another time and a sentence, `on_credential_error` with what a function of `credentials`
        raised; it is called again after a minute. An exception of a listener goes to
        `threading.excepthook`, and the session goes on. A listener that waits keeps the session
        waiting.

        `wall_clock` returns Unix seconds: for tests.

        Raises `LoginError` if a setting breaks a rule.
        """
        self._vault = server(vault_addr)
        self._metadata = _metadata_server(credentials)
        self._supplier = supplier(credentials)
        self._token_reader = token_reader(credentials)
        self._tls = tls
        self._wall_clock = wall_clock
        self._listeners = (
            on_token,
            on_token_ended,
            on_refusal,
            on_clock_correction,
            on_credential_error,
        )
        config = {
            "mount": text("mount", mount, required=True),
            "namespace": text("namespace", namespace),
            "login": options_json(
                role=role, server_id=server_id, region=region, sts_endpoint=sts_endpoint
            ),
            "credential-source": source_json(credentials),
            "request-timeout-milliseconds": number("request_timeout", request_timeout, scale=1000),
            "back-off-cap-milliseconds": number("back_off_cap", back_off_cap, scale=1000),
            "start-spread-milliseconds": number("start_spread", start_spread, scale=1000),
            "clock-correction-limit-seconds": number(
                "clock_correction_limit", clock_correction_limit
            ),
        }
        if assume_role is not None:
            config["assume-role"] = assume_role_json(assume_role)
        self._instance = (module or Module.bundled()).instance()
        created = {"config": config, "jitter-seed": secrets.randbits(64)}
        self._number = result(self._instance.call("session_create", created))
        # Guards the instance, and all below. Whoever waits for a token or for news waits for it.
        self._changed = threading.Condition()
        self._closed = False
        self._failed = False
        self._exchange: Exchange | None = None
        self._fetching: set[str] = set()
        self._process = os.getpid()
        if adopt is not None:
            self._call("session_adopt", lease=self._lease_json(adopt), now=self._now())
        self._thread = threading.Thread(target=self._run, name="vault-aws-login", daemon=True)
        atexit.register(self.close)
        self._thread.start()

    def token(self, timeout: float | None = None) -> str:
        """Returns the token, and waits for it while there is none.

        Raises `TimeoutError` after `timeout` seconds, and `SessionClosed` when the session is
        closed.
        """
        token = self._wait_for_token(timeout)
        if token is None:
            raise TimeoutError(f"no token within {timeout} s")
        return token

    def lease(self) -> Lease | None:
        """Returns the lease of the moment, for `adopt` of another session. `None`: there is no
        token now.
        """
        with self._own():
            found = self._call("session_live_lease", now=self._now())
        return found and _lease(found)

    def token_refused(self) -> None:
        """Reports that a server refused the token (403).

        The session asks Vault with `auth/token/lookup-self`, at most once in 10 seconds, and drops
        the token if Vault says that it is dead. Where the role's tokens may not ask, `on_refusal`
        gets `token-check-forbidden`, once, and the token stays.
        """
        with suppress(SessionClosed), self._own():
            self._push("session_token_refused", now=self._now())

    def close(self) -> None:
        """Ends the session. The token is not revoked. May be called twice, and by a listener."""
        if os.getpid() != self._process:
            return
        atexit.unregister(self.close)
        with self._changed:
            if not self._closed:
                self._closed = True
                # Wipes the secrets from the module's memory. It cannot after a trap.
                with suppress(Exception):
                    self._call("session_drop")
            if self._exchange is not None:
                self._exchange.cancel()
            self._changed.notify_all()
        if threading.current_thread() is not self._thread:
            self._thread.join(CLOSE_SECONDS)

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "closed" if self._closed else "open"
        return f"<Session of {self._vault.shown}: {state}>"

    @contextmanager
    def _own(self) -> Iterator[None]:
        """Holds the lock, for a call of the user's."""
        if os.getpid() != self._process:
            # Before the lock: the child has a copy of it, which the parent's thread may have held.
            raise RuntimeError(
                "the session belongs to the process that made it: make another after a fork"
            )
        with self._changed:
            # With the lock: another thread may close the session while this one waits for it.
            if self._failed:
                raise RuntimeError(
                    "the session's thread has ended by an error, "
                    "which threading.excepthook was told"
                )
            if self._closed:
                raise SessionClosed("the session is closed")
            yield

    def _wait_for_token(self, timeout: float | None) -> str | None:
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            with self._own():
                found = self._call("session_live_lease", now=self._now())
                if found is not None:
                    token: str = found["token"]
                    return token
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    return None
                self._changed.wait(left)

    def _call(self, function: str, **request: Any) -> Any:
        """Calls a function of the session. The caller has the lock, or is alone."""
        named = {name.replace("_", "-"): value for name, value in request.items()}
        try:
            answer = self._instance.call(function, {"session": self._number, **named})
        except BaseException:
            self._failed = True
            raise
        del request, named
        return result(answer)

    def _now(self) -> dict[str, int]:
        monotonic = round((time.monotonic() + _BASE_SECONDS) * 1000)
        return {
            "monotonic-milliseconds": monotonic,
            "unix-milliseconds": round(self._wall_clock() * 1000),
        }

    def _run(self) -> None:
        try:
            while (action := self._next_action()) is not None:
                self._perform(action)
        except BaseException:
            with self._changed:
                self._failed = True
                self._changed.notify_all()
            raise

    def _next_action(self) -> dict[str, Any] | str | None:
        """Waits for the next thing to do. `None`: the session is closed."""
        with self._changed:
            while not self._closed:
                action: dict[str, Any] | str = self._call("session_next_action", now=self._now())
                if not isinstance(action, dict) or "wait-until" not in action:
                    return action
                until = action["wait-until"]["monotonic-milliseconds"]
                self._changed.wait(max((until - self._now()["monotonic-milliseconds"]) / 1000, 0))
            return None

    def _perform(self, action: Any) -> None:
        on_token, on_token_ended, on_refusal, on_clock_correction, _ = self._listeners
        match action:
            case {"send": request}:
                self._send(request)
            case "need-credentials":
                self._fetch("credentials", self._supplier)
            case "need-authorization-token":
                self._fetch("token", self._token_reader)
            case {"token-ready": found}:
                with self._changed:
                    self._changed.notify_all()
                self._tell(on_token, _lease(found))
            case {"token-ended": generation}:
                self._tell(on_token_ended, generation)
            case {"clock-corrected": {"offset-seconds": offset, "message": message}}:
                self._tell(on_clock_correction, offset, message)
            case {"refused": found}:
                self._tell(on_refusal, _refusal(found))
            case _:
                raise RuntimeError("the module wants something that this package does not know")

    def _send(self, request: dict[str, Any]) -> None:
        number, exchange = request["id"], self._prepared(request)
        with self._changed:
            if self._closed:
                return
            self._exchange = exchange
        try:
            answer = exchange.run()
        except TransportError as error:
            self._push(
                "session_on_failure", now=self._now(), request_id=number, failure=error.failure
            )
            return
        finally:
            self._exchange = None
        headers = [{"name": name, "value": text("header", value)} for name, value in answer.headers]
        body = base64.b64encode(answer.body).decode()
        response = {"status": answer.status, "headers": headers, "body": body}
        self._push("session_on_response", now=self._now(), request_id=number, response=response)

    def _prepared(self, request: dict[str, Any]) -> Exchange:
        to, path, tls = self._vault, self._vault.path, self._tls
        if request["origin"] is not None:
            found = request_target(request["origin"])
            if found is None:
                raise RuntimeError("the module names a server that is not a URL")
            to, path, tls = found[0], "", None
        if request["destination"] == "instance-metadata" and self._metadata is not None:
            to, path = self._metadata, self._metadata.path
        return Exchange(
            server=to,
            method=request["method"].upper(),
            target=path + request["path-and-query"],
            headers={header["name"]: header["value"] for header in request["headers"]},
            body=base64.b64decode(request["body"]),
            timeout_seconds=request["timeout-milliseconds"] / 1000,
            limit_bytes=request["answer-limit-bytes"],
            tls=tls,
        )

    def _push(self, function: str, **request: Any) -> None:
        """Tells the session what happened, unless it is closed."""
        with self._changed:
            if not self._closed:
                self._call(function, **request)
            self._changed.notify_all()

    def _fetch(self, what: str, read: Callable[[], Any] | None) -> None:
        """Calls a function of the application in a thread of its own: the token is renewed
        meanwhile.
        """
        if read is None or what in self._fetching:
            return
        self._fetching.add(what)
        name = f"vault-aws-login-{what}"
        threading.Thread(target=self._fetch_now, args=(what, read), name=name, daemon=True).start()

    def _fetch_now(self, what: str, read: Callable[[], Any]) -> None:
        push = self._push_credentials if what == "credentials" else self._push_authorization_token
        refused: Exception | None = None
        try:
            refused = push(read())
        except Exception as error:
            refused = error
        with self._changed:
            self._fetching.discard(what)
            self._changed.notify_all()
        if refused is not None:
            self._tell(self._listeners[4], refused)

    def _push_credentials(self, found: Any) -> Exception | None:
        if found is None:
            return None
        if not isinstance(found, Credentials):
            return TypeError(
                f"invalid credentials: expected Credentials, found {type(found).__name__}"
            )
        try:
            self._push("session_push_credentials", now=self._now(), credentials=found.to_json())
        except (LoginError, TypeError) as error:
            # Without the frames that it went through: their variables hold secrets.
            return error.with_traceback(None)
        return None

    def _push_authorization_token(self, found: Any) -> Exception | None:
        try:
            self._push(
                "session_push_authorization_token", token=text("token", found, required=True)
            )
        except (LoginError, TypeError) as error:
            return error.with_traceback(None)
        return None

    def _tell(self, listener: Callable[..., object] | None, *news: object) -> None:
        if listener is None or self._closed:
            return
        try:
            listener(*news)
        except Exception:
            kind, error, trace = sys.exc_info()
            if kind is not None:
                arguments = (kind, error, trace, threading.current_thread())
                threading.excepthook(threading.ExceptHookArgs(arguments))

    def _lease_json(self, lease: Lease) -> dict[str, Any]:
        return {
            "token": text("token", lease.token, required=True),
            "accessor": text("accessor", lease.accessor),
            "generation": lease.generation,
            "renewable": lease.renewable,
            "increment-seconds": lease.increment_seconds,
            "starts-at": self._instant(lease.starts_at),
            "ends-at": self._instant(lease.ends_at),
        }

    def _instant(self, at: datetime) -> dict[str, int]:
        """The monotonic clock's time at that moment, as far as both clocks have run alike."""
        then, now = round(at.timestamp() * 1000), self._now()
        monotonic = now["monotonic-milliseconds"] + then - now["unix-milliseconds"]
        return {"monotonic-milliseconds": max(monotonic, 0), "unix-milliseconds": then}


def _metadata_server(credentials: CredentialSource) -> Server | None:
    if not isinstance(credentials, InstanceMetadata) or credentials.endpoint is None:
        return None
    found = request_target(text("endpoint", credentials.endpoint))
    if found is None:
        raise ValueError(
            "invalid endpoint: expected a URL such as http://169.254.169.254, found another text"
        )
    return found[0]


def _lease(found: dict[str, Any]) -> Lease:
    return Lease(
        token=found["token"],
        accessor=found["accessor"],
        generation=found["generation"],
        renewable=found["renewable"],
        increment_seconds=found["increment-seconds"],
        starts_at=moment(found["starts-at"]["unix-milliseconds"]),
        ends_at=moment(found["ends-at"]["unix-milliseconds"]),
    )


def _refusal(found: dict[str, Any]) -> SessionRefusal:
    diagnosis = found["diagnosis"]
    return SessionRefusal(
        rule=found["rule"],
        healing=found["healing"],
        destination=found["destination"],
        status=found["status"],
        message=found["message"],
        diagnosis=None if diagnosis is None else refusal(diagnosis),
        retry_at=moment(found["retry-at"]["unix-milliseconds"]),
    )
