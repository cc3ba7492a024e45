"""A login in parts: taken apart, changed, signed again and put together."""

from __future__ import annotations

import base64
import copy
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Self
from urllib.parse import quote, urlsplit

from bed import Identity
from bed.sigv4 import ALGORITHM, TIMESTAMP, Request, Signature, expected_signature

AUTHORIZATION = "{algorithm} Credential={credential}, SignedHeaders={signed_headers}, Signature={signature}"
# Headers that the server drops or replaces; a client signs all others, as botocore and the Go SDK do.
NEVER_SIGNED = ("authorization", "connection", "expect", "transfer-encoding", "user-agent", "x-amzn-trace-id")


@dataclass
class Draft:
    """The call to STS as its client sees it, and how it is signed."""

    identity: Identity
    method: str
    url: str
    body: str | None
    headers: list[tuple[str, str]]
    """All but `Authorization`."""
    role: str | None
    region: str
    signed_at: datetime
    host: str | None = None
    """The host that is signed; `None`: the one of the URL."""
    service: str = "sts"
    terminator: str = "aws4_request"
    scope_date: str | None = None
    """The day of the scope; `None`: that of the time."""
    access_key_id: str | None = None
    """`None`: that of the identity."""
    signed_names: list[str] | None = None
    """`None`: what a client signs."""
    algorithm: str = ALGORITHM
    authorization: str | None = AUTHORIZATION
    """How the header is written; `None`: it is left out."""
    presigned: dict[str, str] | None = None
    """Parameters of a presigned URL without those of the signature; `None` if a header is signed."""
    original_authorization: str | None = None
    """What the client itself signed; `None` once anything was changed."""
    secret_access_key: str = field(default="", repr=False)

    @classmethod
    def of(cls, login: dict[str, Any], identity: Identity, region: str) -> Self:
        """Splits a valid login into its parts."""
        headers = {name: values[0] for name, values in json.loads(_decoded(login["iam_request_headers"])).items()}
        return cls(
            identity=identity,
            method=login["iam_http_request_method"],
            url=_decoded(login["iam_request_url"]),
            body=_decoded(login["iam_request_body"]),
            headers=[pair for pair in headers.items() if pair[0] != "Authorization"],
            role=login.get("role"),
            region=region,
            signed_at=datetime.strptime(headers["X-Amz-Date"], TIMESTAMP).replace(tzinfo=timezone.utc),
            original_authorization=headers["Authorization"],
            secret_access_key=identity.secret_access_key,
        )

    def copy(self) -> Self:
        return copy.deepcopy(self)

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def set(self, name: str, value: str) -> None:
        """Sets a header in its place, or at the end."""
        for at, (key, _) in enumerate(self.headers):
            if key.lower() == name.lower():
                self.headers[at] = (key, value)
                return
        self.headers.append((name, value))

    def drop(self, name: str) -> None:
        self.headers = [pair for pair in self.headers if pair[0].lower() != name.lower()]

    def rename(self, name: str, new: str) -> None:
        self.headers = [(new if key.lower() == name.lower() else key, value) for key, value in self.headers]

    def move(self, **offset: float) -> None:
        """Signs at another time."""
        self.signed_at += timedelta(**offset)
        self.set("X-Amz-Date", self.timestamp)

    @property
    def timestamp(self) -> str:
        return self.signed_at.strftime(TIMESTAMP)

    def signs(self) -> list[str]:
        """The names that are signed."""
        if self.signed_names is not None:
            return self.signed_names
        names = {name.lower() for name, _ in self.headers} - set(NEVER_SIGNED)
        return sorted(names | {"host"})

    def packed(self) -> Packed:
        """Signs, unless the client's own signature still holds, and puts the fields together."""
        headers, url = list(self.headers), self.url
        if self.presigned is not None:
            headers, url = self._presigned()
        elif self.authorization is not None:
            text = self.original_authorization
            if text is None:
                text = self.authorization.format(
                    algorithm=self.algorithm,
                    credential=self._credential(),
                    signed_headers=";".join(self.signs()),
                    signature=self._signature(self.url, headers, ";".join(self.signs()), in_query=False),
                )
            headers.insert(0, ("Authorization", text))
        return Packed(self.method, url, self.body, headers, self.role)

    def _credential(self) -> str:
        key = self.identity.access_key_id if self.access_key_id is None else self.access_key_id
        return "/".join((key, self._scope_date(), self.region, self.service, self.terminator))

    def _scope_date(self) -> str:
        return self.timestamp[:8] if self.scope_date is None else self.scope_date

    def _signature(self, url: str, headers: list[tuple[str, str]], signed_headers: str, *, in_query: bool) -> str:
        try:
            parts = urlsplit(url)
        except ValueError:
            parts = urlsplit("https://sts.amazonaws.com/")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        host = self.host if self.host is not None else parts.netloc.rpartition("@")[2]
        own = [pair for pair in headers if pair[0].lower() != "host"]
        if self.header("Content-Length") is None:
            # Not among a login's headers, and sent nevertheless: by the client that signs, and by the server.
            own.append(("Content-Length", str(len((self.body or "").encode()))))
        request = Request(self.method, target, (("Host", host), *own), (self.body or "").encode())
        claimed = Signature(
            access_key_id="",
            date=self._scope_date(),
            region=self.region,
            service=self.service,
            terminator=self.terminator,
            timestamp=self.timestamp,
            signed_headers=signed_headers,
            signature="",
            session_token=None,
            in_query=in_query,
        )
        return expected_signature(request, claimed, self.secret_access_key)

    def _presigned(self) -> tuple[list[tuple[str, str]], str]:
        """The signature in the query, and what is left in the headers."""
        assert self.presigned is not None
        left = ("x-amz-date", "x-amz-security-token", "content-type")
        headers = [pair for pair in self.headers if pair[0].lower() not in left]
        names = ";".join(sorted({name.lower() for name, _ in headers} - set(NEVER_SIGNED) | {"host"}))
        query = {
            "Action": "GetCallerIdentity",
            "Version": "2011-06-15",
            "X-Amz-Algorithm": self.algorithm,
            "X-Amz-Credential": self._credential(),
            "X-Amz-Date": self.timestamp,
            "X-Amz-SignedHeaders": names,
        }
        if self.identity.session_token is not None:
            query["X-Amz-Security-Token"] = self.identity.session_token
        query |= self.presigned
        written = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query.items())
        signature = self._signature(f"{self.url}?{written}", headers, names, in_query=True)
        return headers, f"{self.url}?{written}&X-Amz-Signature={signature}"


@dataclass
class Packed:
    """A signed call on its way into a login."""

    method: str
    url: str
    body: str | None
    headers: list[tuple[str, str]]
    role: str | None

    def fields(self) -> dict[str, Any]:
        """The login's fields, in the form that Go's clients send."""
        merged: dict[str, list[str]] = {}
        for name, value in self.headers:
            merged.setdefault(name, []).append(value)
        fields: dict[str, Any] = {
            "iam_http_request_method": self.method,
            "iam_request_url": encoded(self.url),
            "iam_request_headers": encoded(json.dumps(merged)),
        }
        if self.body is not None:
            fields["iam_request_body"] = encoded(self.body)
        if self.role is not None:
            fields["role"] = self.role
        return fields


def encoded(text: str | bytes) -> str:
    return base64.b64encode(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")).decode()


def _decoded(text: str) -> str:
    return base64.b64decode(text).decode()
