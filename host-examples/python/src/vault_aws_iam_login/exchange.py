"""One request and its answer, within a time and a length. No redirect is followed, and no proxy
used.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, IncompleteRead

from vault_aws_iam_login.errors import TransportFailure
from vault_aws_iam_login.server import Server

INTERRUPTED = "the connection ended before the answer did"
TIMED_OUT = "the server did not answer in time"


@dataclass(frozen=True, repr=False)
class Incoming:
    """An answer with any status."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for known, value in self.headers if known.lower() == name.lower()), None)


class TransportError(Exception):
    """An exchange without an answer. It has no cause: some of Python's own hold the bytes that a
    server sent.
    """

    def __init__(self, failure: TransportFailure, reason: str) -> None:
        super().__init__(reason)
        self.failure = failure
        self.reason = reason


@dataclass(repr=False)
class Exchange:
    """A request that is to be sent. Another thread may `cancel` it."""

    server: Server
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    #: For the whole exchange.
    timeout_seconds: float
    #: The longest answer that is read.
    limit_bytes: int
    tls: ssl.SSLContext | None = None
    _socket: socket.socket | None = field(default=None, init=False)
    _ended: TransportFailure | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def run(self) -> Incoming:
        """Sends the request and reads the answer. Raises `TransportError` if there is none."""
        deadline = time.monotonic() + self.timeout_seconds
        # A socket's own timeout begins again with each byte.
        timer = threading.Timer(self.timeout_seconds, self._end, ("timed-out",))
        timer.daemon = True
        timer.start()
        try:
            answer = self._exchange(deadline)
        finally:
            timer.cancel()
        if isinstance(answer, TransportError):
            raise answer
        return answer

    def cancel(self) -> None:
        """Ends the exchange: `run` raises `TransportError` soon, but for the time of a look-up in
        DNS.
        """
        self._end("interrupted")

    def _exchange(self, deadline: float) -> Incoming | TransportError:
        answer = self._received(deadline)
        if self._ended == "timed-out":
            # Whatever else came of it: an answer that was cut off may look whole.
            return TransportError("timed-out", TIMED_OUT)
        if self._ended:
            return TransportError("interrupted", INTERRUPTED)
        return answer

    def _received(self, deadline: float) -> Incoming | TransportError:
        connection = _Connection(self, deadline)
        try:
            headers = {"Host": self.server.host_header, **self.headers}
            connection.request(self.method, self.target, self.body or None, headers)
            response = connection.getresponse()
            body = response.read(self.limit_bytes + 1)
            if len(body) > self.limit_bytes:
                reason = f"expected an answer of at most {self.limit_bytes} bytes, found more"
                return TransportError("answer-too-large", reason)
            # What is left to read when the connection ended.
            if response.length:
                return TransportError("interrupted", INTERRUPTED)
            return Incoming(response.status, response.getheaders(), body)
        except (OSError, HTTPException, ValueError) as error:
            return TransportError(*_failure(error))
        finally:
            connection.close()

    def _end(self, why: TransportFailure) -> None:
        with self._lock:
            self._ended = self._ended or why
            self._shut()

    def use(self, opened: socket.socket) -> None:
        """Makes known what is to be shut when the exchange ends early. Raises if it has ended."""
        with self._lock:
            self._socket = opened
            if self._ended:
                raise ConnectionAbortedError

    def _shut(self) -> None:
        if self._socket is not None:
            # It may be closed by now, or not be connected yet.
            with suppress(OSError):
                # Of the plain socket, also where TLS runs on it: another thread may be reading.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class _Connection(HTTPConnection):
    """A connection by HTTP or HTTPS that is ready by the deadline, or not at all."""

    def __init__(self, exchange: Exchange, deadline: float) -> None:
        super().__init__(exchange.server.host, exchange.server.port)
        self._exchange = exchange
        self._deadline = deadline

    def connect(self) -> None:
        server = self._exchange.server
        failed: OSError | None = None
        for family, kind, protocol, _, address in socket.getaddrinfo(
            server.host, server.port, type=socket.SOCK_STREAM
        ):
            opened = socket.socket(family, kind, protocol)
            try:
                self._exchange.use(opened)
                opened.settimeout(self._left())
                opened.connect(address)
                # Once more: a socket that was shut before it was connected connects all the same.
                self._exchange.use(opened)
                break
            except OSError as error:
                opened.close()
                failed = error
        else:
            raise failed or OSError("the host has no address")
        self.sock = opened
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if server.scheme == "https":
            context = self._exchange.tls or ssl.create_default_context()
            # The handshake is a step of its own, so that it can be ended as everything else.
            wrapped = context.wrap_socket(
                opened, server_hostname=server.host, do_handshake_on_connect=False
            )
            self.sock = wrapped
            self._exchange.use(wrapped)
            wrapped.settimeout(self._left())
            wrapped.do_handshake()
        self.sock.settimeout(self._left())

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def _failure(error: Exception) -> tuple[TransportFailure, str]:
    """What went wrong, in words that hold nothing of what the server sent."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "untrusted", f"the server's certificate is not trusted: {error.verify_message}"
    if isinstance(error, TimeoutError):
        return "timed-out", TIMED_OUT
    if isinstance(error, ssl.SSLError):
        return "untrusted", f"TLS failed: {error.reason or 'the connection ended'}"
    if isinstance(error, socket.gaierror):
        return "unreachable", "the name of the host is not known"
    if isinstance(error, ConnectionRefusedError):
        return "unreachable", "connection refused"
    if isinstance(error, ConnectionError | IncompleteRead):
        # `RemoteDisconnected` too, which is also an `HTTPException`.
        return "interrupted", INTERRUPTED
    if isinstance(error, OSError):
        return "unreachable", error.strerror or "no connection"
    return "interrupted", "the answer is not HTTP"
