"""HTTP servers and ports of the test bed: loopback only, and gone when their owner leaves."""

from __future__ import annotations

import random
import socket
import socketserver
import sys
import threading
from datetime import datetime, timezone
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import TracebackType
from typing import Any, Self

LOOPBACK = "127.0.0.1"


def free_ports(count: int) -> list[int]:
    """Finds ports below the range that the kernel hands out to outgoing connections.

    A server that is stopped and started again needs its own port back, which no client's end may have taken meanwhile.
    """
    ports: list[int] = []
    for port in random.sample(range(20000, 32000), 200):
        with socket.socket() as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
        ports.append(port)
        if len(ports) == count:
            return ports
    raise OSError("too few free loopback ports between 20000 and 32000")


class Handler(BaseHTTPRequestHandler):
    """Reads a request whole and answers it whole, over HTTP/1.1."""

    protocol_version = "HTTP/1.1"
    # Without it every answer waits for the client's delayed acknowledgement, about 40 ms.
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        """Logs nothing: each server records what a test may need."""

    def target(self) -> str:
        """The request target as it was sent; `self.path` has leading slashes folded into one."""
        return self.requestline.split(" ")[1]

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class LoopbackServer(socketserver.ThreadingMixIn, HTTPServer):
    """Serves in threads of this process until `stop`."""

    daemon_threads = True

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__((LOOPBACK, 0), handler)
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def server_bind(self) -> None:
        # HTTPServer would ask the name service for this host's name.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = LOOPBACK, self.socket.getsockname()[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client may close its connection early; any other error shows its traceback.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.server_port}"

    def start(self) -> Self:
        self._thread.start()
        return self

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()


class Service:
    """A context manager around a server on loopback, which answers each request by `respond`."""

    def __init__(self) -> None:
        service = self

        class ServiceHandler(Handler):
            def handle_call(self) -> None:
                service.respond(self)

            def date_time_string(self, timestamp: float | None = None) -> str:
                return format_datetime(service.now(), usegmt=True)

            do_GET = do_POST = do_PUT = handle_call

        self._server = LoopbackServer(ServiceHandler)

    def respond(self, request: Handler) -> None:
        raise NotImplementedError

    def now(self) -> datetime:
        """The time in the `Date` header of an answer."""
        return datetime.now(timezone.utc)

    @property
    def url(self) -> str:
        return self._server.url

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stop()
