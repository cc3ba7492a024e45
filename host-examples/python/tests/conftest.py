"""Gives the tests the shipped module, and servers whose answers they choose."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import vault_aws_iam_login
from vault_aws_iam_login import Module
from vault_aws_iam_login.module import FILE

PACKAGE = Path(vault_aws_iam_login.__file__).parent
CORE_MODULE = PACKAGE / FILE
#: The source distribution has them beside its tests. In the repository all hosts share them.
VECTORS = next(
    folder
    for above in Path(__file__).resolve().parents[1:]
    if (folder := above / "tests" / "vectors").joinpath("hosts.json").exists()
)


@pytest.fixture(scope="session")
def wasm() -> bytes:
    return CORE_MODULE.read_bytes()


@pytest.fixture(scope="session")
def module(tmp_path_factory: pytest.TempPathFactory) -> Module:
    return Module.load(CORE_MODULE, cache=tmp_path_factory.mktemp("cache"))


class Request(BaseHTTPRequestHandler):
    """A request, and how it is answered."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    body = b""

    def json(self, status: int, value: Any) -> None:
        self.text(status, json.dumps(value))

    def text(self, status: int, text: str, **headers: str) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Logs nothing."""


Answer = Callable[[Request], None]


@dataclass
class Server:
    """What a test's server was asked."""

    url: str
    requests: list[Request] = field(default_factory=list)
    #: Set when the test is over, for answers that never come.
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.requests]


Serve = Callable[..., Server]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers on loopback that end with the test. They give the last answer again."""
    running: list[tuple[ThreadingHTTPServer, Server]] = []

    def start(*answers: Answer, tls: ssl.SSLContext | None = None) -> Server:
        left = list(answers)
        lock = threading.Lock()

        class Handler(Request):
            def respond(self) -> None:
                self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                with lock:
                    server.requests.append(self)
                    answer = left.pop(0) if len(left) > 1 else left[0]
                answer(self)

            do_GET = do_POST = do_PUT = respond

        httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        httpd.daemon_threads = True
        # What a client does to its connection is part of a test.
        httpd.handle_error = lambda request, client: None  # type: ignore[method-assign]
        if tls is not None:
            httpd.socket = tls.wrap_socket(httpd.socket, server_side=True)
        scheme = "http" if tls is None else "https"
        server = Server(f"{scheme}://127.0.0.1:{httpd.server_port}")
        threading.Thread(target=httpd.serve_forever, args=(0.05,), daemon=True).start()
        running.append((httpd, server))
        return server

    yield start
    for httpd, server in running:
        server.over.set()
        httpd.shutdown()
        httpd.server_close()


def granted(token: str = "hvs.example", seconds: int = 600, **more: Any) -> Answer:
    """A login that Vault accepts, or a renewal."""
    auth = {
        "client_token": token,
        "lease_duration": seconds,
        "renewable": True,
        "accessor": "a1",
        "policies": ["default", "dev"],
        "metadata": {"account_id": "123456789012"},
        "num_uses": 0,
    }
    return lambda request: request.json(200, {"auth": auth} | more)


def refused(*texts: str, status: int = 400) -> Answer:
    return lambda request: request.json(status, {"errors": texts})


def broken_off(request: Request) -> None:
    request.close_connection = True
