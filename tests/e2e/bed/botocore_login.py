"""Vault logins signed by AWS's own Python library: the yardstick for the signer under test."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from bed.aws import Identity
from bed.sigv4 import TIMESTAMP

BODY = "Action=GetCallerIdentity&Version=2011-06-15"
SERVER_ID_HEADER = "X-Vault-AWS-IAM-Server-ID"


@dataclass(frozen=True)
class SignedCall:
    """A signed STS call, ready to be sent or to be packed into a login."""

    method: str
    url: str
    headers: dict[str, str]
    body: str

    def login(self, role: str | None = None) -> dict[str, Any]:
        """The body of `POST /v1/auth/<mount>/login`."""
        login = {
            "iam_http_request_method": self.method,
            "iam_request_url": _base64(self.url),
            "iam_request_body": _base64(self.body),
            "iam_request_headers": _base64(json.dumps({name: [value] for name, value in self.headers.items()})),
        }
        return login | ({"role": role} if role is not None else {})


@dataclass(frozen=True)
class Signer:
    """How to sign; each field has what a plain login needs."""

    region: str = "us-east-1"
    url: str = "https://sts.amazonaws.com/"
    service: str = "sts"
    method: str = "POST"
    body: str = BODY
    server_id: str | None = None
    at: datetime | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def sign(self, identity: Identity) -> SignedCall:
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"} if self.method == "POST" else {}
        if self.server_id is not None:
            headers[SERVER_ID_HEADER] = self.server_id
        # Signed under the name that is sent; the header itself is Vault's to set.
        request = AWSRequest(
            self.method, self.url, data=self.body, headers=headers | self.headers | {"Host": urlsplit(self.url).netloc}
        )
        credentials = Credentials(identity.access_key_id, identity.secret_access_key, identity.session_token)
        _AtTime(credentials, self.service, self.region, self.at).add_auth(request)
        del request.headers["Host"]
        return SignedCall(self.method, self.url, dict(request.headers.items()), self.body)


class _AtTime(SigV4Auth):  # type: ignore[misc]  # botocore has no types
    """Signs for a chosen time."""

    def __init__(self, credentials: Credentials, service: str, region: str, at: datetime | None) -> None:
        super().__init__(credentials, service, region)
        self._at = at or datetime.now(timezone.utc)

    def add_auth(self, request: AWSRequest) -> None:
        request.context["timestamp"] = self._at.strftime(TIMESTAMP)
        self._modify_request_before_signing(request)
        string_to_sign = self.string_to_sign(request, self.canonical_request(request))
        self._inject_signature_to_request(request, self.signature(string_to_sign, request))


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
