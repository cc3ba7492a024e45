"""A server in front of another one: it passes requests on, or causes trouble."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

import requests

from bed.loopback import Handler, Service

PASSED_ON = ("content-type", "x-vault-token", "x-vault-namespace", "x-vault-request", "authorization")


@dataclass(frozen=True)
class Seen:
    """A request that arrived."""

    method: str
    path: str
    token: str | None
    body: bytes

    @property
    def signed_at(self) -> datetime:
        """When a login's inner request was signed."""
        headers = json.loads(base64.b64decode(json.loads(self.body)["iam_request_headers"]))
        signed: str = headers["X-Amz-Date"][0]
        return datetime.strptime(signed, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)


@dataclass(frozen=True)
class Trouble:
    """What the front answers instead of the server."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    delay_seconds: float = 0
    #: Ends the connection without an answer.
    silent: bool = False
    #: Whether the request is passed on after the delay after all.
    passes: bool = False
    #: Which requests it is for.
    meets: Callable[[str], bool] = lambda path: True


class Front(Service):
    """A context manager; `trouble` may be set and taken away at any time.

    With a `prefix` it is a gateway that has the server below that path, and nothing elsewhere.
    """

    def __init__(
        self, url: str, *, trouble: Trouble | None = None, date_ahead: timedelta = timedelta(), prefix: str = ""
    ) -> None:
        super().__init__()
        self.trouble = trouble
        self._prefix = prefix
        self.seen: list[Seen] = []
        self._target = urlsplit(url)
        self._date_ahead = date_ahead
        self._local = threading.local()

    def now(self) -> datetime:
        return super().now() + self._date_ahead

    @property
    def url(self) -> str:
        return super().url + self._prefix

    @property
    def logins(self) -> list[Seen]:
        return [seen for seen in self.seen if seen.path.endswith("/login")]

    @property
    def tokens(self) -> set[str]:
        return {seen.token for seen in self.seen if seen.token}

    def respond(self, request: Handler) -> None:
        body = request.body()
        path = request.target()
        self.seen.append(Seen(request.command, path, request.headers.get("X-Vault-Token"), body))
        trouble = self.trouble
        if trouble and trouble.meets(path):
            time.sleep(trouble.delay_seconds)
            if trouble.silent:
                request.close_connection = True
                return
            if not trouble.passes:
                request.answer(trouble.status, trouble.headers, trouble.body)
                return
        if not path.startswith(self._prefix + "/"):
            request.answer(404, {}, b"")
            return
        session = getattr(self._local, "session", None) or requests.Session()
        self._local.session = session
        headers = {name: value for name, value in request.headers.items() if name.lower() in PASSED_ON}
        url = f"{self._target.scheme}://{self._target.netloc}{path.removeprefix(self._prefix)}"
        try:
            answer = session.request(request.command, url, data=body, headers=headers, timeout=30)
        except requests.ConnectionError:
            request.answer(502, {}, b"")
            return
        request.answer(answer.status_code, {"Content-Type": answer.headers.get("Content-Type", "")}, answer.content)
