"""Verifies Signature Version 4, written from AWS's specification and independent of the signer under test.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timezone
from urllib.parse import parse_qsl, quote, unquote, urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"
TIMESTAMP = "%Y%m%dT%H%M%SZ"


class IncompleteSignature(Exception):
    """The request does not carry a signature that can be read; the text is AWS's."""


class Unsigned(Exception):
    """The request carries no signature at all."""


@dataclass(frozen=True)
class Request:
    """A request as it arrived: `target` is the raw path and query, headers keep their order and their doubles."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return ",".join(values) if values else None

    def query(self) -> list[tuple[str, str]]:
        # A "+" is a plus sign here and not a space, so `unquote` rather than a form decoder.
        pairs = urlsplit("http://host" + _single_slashes(self.target)).query.split("&")
        return [(unquote(name), unquote(value)) for name, _, value in (pair.partition("=") for pair in pairs if pair)]

    def parameters(self) -> dict[str, str]:
        """The call's parameters, from the query of a GET and from the form of a POST."""
        if self.method == "GET":
            return dict(self.query())
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(frozen=True)
class Signature:
    """What a signed request claims."""

    access_key_id: str
    date: str
    region: str
    service: str
    terminator: str
    timestamp: str
    signed_headers: str
    signature: str
    session_token: str | None
    in_query: bool

    @property
    def scope(self) -> str:
        return "/".join((self.date, self.region, self.service, self.terminator))

    @property
    def signed_at(self) -> datetime:
        return datetime.strptime(self.timestamp, TIMESTAMP).replace(tzinfo=timezone.utc)


def read_signature(request: Request) -> Signature:
    """Reads the signature from the `Authorization` header or from the query of a presigned URL."""
    authorization = request.header("Authorization")
    if authorization is not None:
        return _from_header(request, authorization)
    query = dict(request.query())
    if "X-Amz-Algorithm" in query or "X-Amz-Signature" in query:
        return _from_query(query)
    raise Unsigned


def expected_signature(request: Request, claimed: Signature, secret_access_key: str) -> str:
    """Computes the signature that the owner of the secret would have made."""
    string_to_sign = "\n".join(
        (ALGORITHM, claimed.timestamp, claimed.scope, _sha256(canonical_request(request, claimed).encode()))
    )
    key = ("AWS4" + secret_access_key).encode()
    for part in claimed.scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, string_to_sign.encode(), "sha256").hex()


def canonical_request(request: Request, claimed: Signature) -> str:
    names = sorted({name.lower() for name in claimed.signed_headers.split(";")})
    headers = "".join(f"{name}:{_canonical_value(request, name)}\n" for name in names)
    path = urlsplit("http://host" + _single_slashes(request.target)).path or "/"
    query = sorted(
        (_uri_encode(name), _uri_encode(value))
        for name, value in request.query()
        if not (claimed.in_query and name == "X-Amz-Signature")
    )
    return "\n".join(
        (
            request.method,
            quote(path, safe="/-_.~"),
            "&".join(f"{name}={value}" for name, value in query),
            headers,
            ";".join(names),
            _sha256(request.body),
        )
    )


def _from_header(request: Request, authorization: str) -> Signature:
    algorithm, _, rest = authorization.strip().partition(" ")
    fields: dict[str, str] = {}
    if algorithm == ALGORITHM:
        for piece in re.split(r"[,\s]+", rest.strip()):
            name, equals, value = piece.partition("=")
            if piece and not equals:
                raise IncompleteSignature(
                    f"'{piece}' not a valid key=value pair (missing equal-sign) in Authorization header:"
                    f" '{authorization}'."
                )
            fields[name] = value
    timestamp = request.header("X-Amz-Date")
    missing = [
        f"Authorization header requires '{name}' parameter."
        for name in ("Credential", "Signature", "SignedHeaders")
        if not fields.get(name)
    ]
    if not timestamp:
        missing.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    if missing:
        raise IncompleteSignature(" ".join([*missing, f"Authorization={authorization}"]))
    assert timestamp is not None
    return _claims(fields, timestamp, request.header("X-Amz-Security-Token"), in_query=False)


def _from_query(query: dict[str, str]) -> Signature:
    missing = [
        f"AWS query-string parameters must include '{name}'."
        for name in ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date")
        if not query.get(name)
    ]
    if missing or query["X-Amz-Algorithm"] != ALGORITHM:
        raise IncompleteSignature(" ".join([*missing, "Re-examine the query-string parameters."]))
    fields = {name: query[f"X-Amz-{name}"] for name in ("Credential", "Signature", "SignedHeaders")}
    return _claims(fields, query["X-Amz-Date"], query.get("X-Amz-Security-Token"), in_query=True)


def _claims(fields: dict[str, str], timestamp: str, session_token: str | None, *, in_query: bool) -> Signature:
    try:
        access_key_id, date, region, service, terminator = fields["Credential"].split("/")
    except ValueError:
        raise IncompleteSignature(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term,"
            f" got '{fields['Credential']}'"
        ) from None
    try:
        if not re.fullmatch(r"\d{8}T\d{6}Z", timestamp):
            raise ValueError
        datetime.strptime(timestamp, TIMESTAMP)
    except ValueError:
        raise IncompleteSignature(
            f"Date must be in ISO-8601 'basic format'. Got '{timestamp}'. See http://en.wikipedia.org/wiki/ISO_8601"
        ) from None
    return Signature(
        access_key_id=access_key_id,
        date=date,
        region=region,
        service=service,
        terminator=terminator,
        timestamp=timestamp,
        signed_headers=fields["SignedHeaders"],
        signature=fields["Signature"],
        session_token=session_token,
        in_query=in_query,
    )


def _canonical_value(request: Request, name: str) -> str:
    values = [" ".join(value.split()) for key, value in request.headers if key.lower() == name]
    return ",".join(values)


def _single_slashes(target: str) -> str:
    # Vault joins its endpoint and the login's path with a second slash; AWS folds the two.
    path, mark, query = target.partition("?")
    return re.sub("/+", "/", path) + mark + query


def _uri_encode(text: str) -> str:
    return quote(text, safe="-_.~")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
