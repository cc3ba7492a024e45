"""A proxy that ends TLS for AWS's own host names and leads the calls to the test bed's servers.

A Vault whose AWS mount was never configured, or that takes the region from the client, calls
`https://sts.amazonaws.com` and `https://sts.<region>.amazonaws.com`. With `HTTPS_PROXY` set to this proxy and its
authority trusted, those calls end here.
"""

from __future__ import annotations

import re
import select
import socket
import ssl
from collections.abc import Callable

from bed.certificates import Authority
from bed.loopback import LOOPBACK, Handler, LoopbackServer

SUFFIXES = r"(amazonaws\.com|amazonaws\.com\.cn|api\.aws|c2s\.ic\.gov|sc2s\.sgov\.gov)"
REGIONAL_STS = re.compile(rf"sts(?:-fips)?\.(?P<region>[a-z0-9-]+)\.{SUFFIXES}")
OTHER_SERVICE = re.compile(rf"(iam|ec2)(\.[a-z0-9-]+)?\.{SUFFIXES}")


class TlsProxy(LoopbackServer):
    """Answers `CONNECT`; any host that the test bed does not play is refused, so nothing reaches the network."""

    def __init__(self, authority: Authority, *, sts_port: Callable[[str], int], moto_port: Callable[[], int]) -> None:
        proxy = self

        class ConnectHandler(Handler):
            def do_CONNECT(self) -> None:
                proxy.connect(self)

        super().__init__(ConnectHandler)
        self._authority, self._sts_port, self._moto_port = authority, sts_port, moto_port
        self.refused_hosts: list[str] = []

    def connect(self, handler: Handler) -> None:
        handler.close_connection = True
        host = handler.path.rpartition(":")[0]
        port = self._backend(host)
        if port is None:
            self.refused_hosts.append(host)
            handler.answer(502, {"Connection": "close"}, b"the test bed plays no such host\n")
            return
        handler.send_response(200, "Connection established")
        handler.end_headers()
        with socket.create_connection((LOOPBACK, port)) as backend:
            try:
                with self._authority.server_context(host).wrap_socket(handler.connection, server_side=True) as client:
                    _carry(client, backend)
            except (ssl.SSLError, ConnectionError):
                pass  # the client did not trust the certificate, or went away

    def _backend(self, host: str) -> int | None:
        if host == "sts.amazonaws.com":
            return self._sts_port("us-east-1")
        if regional := REGIONAL_STS.fullmatch(host):
            return self._sts_port(regional["region"])
        return self._moto_port() if OTHER_SERVICE.fullmatch(host) else None


def _carry(client: ssl.SSLSocket, backend: socket.socket) -> None:
    """Copies bytes both ways until one side ends."""
    while True:
        # Bytes that TLS has decrypted already do not wake `select`.
        readable = [client] if client.pending() else select.select([client, backend], [], [])[0]
        for source in readable:
            data = source.recv(65536)
            if not data:
                return
            (backend if source is client else client).sendall(data)
