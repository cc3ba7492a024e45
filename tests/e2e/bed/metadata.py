"""The credential endpoints of containers and of EC2 instances, after the protocols that AWS documents.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
"""

from __future__ import annotations

import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from bed.aws import Identity
from bed.loopback import Handler, Service

AWS_TIME = "%Y-%m-%dT%H:%M:%SZ"
TOKEN_PATH = "/latest/api/token"
ROLES_PATH = "/latest/meta-data/iam/security-credentials/"
TOKEN_HEADER = "X-aws-ec2-metadata-token"
TTL_HEADER = "X-aws-ec2-metadata-token-ttl-seconds"
LONGEST_TTL = 21600


class CredentialSource:
    """Credentials that change like those of a task: before they expire, or by `rotate`."""

    def __init__(self, issue: Callable[[], Identity], *, renew_before: timedelta = timedelta(minutes=5)) -> None:
        self._issue, self._renew_before = issue, renew_before
        self._lock = threading.Lock()
        self._identity = issue()

    def current(self) -> Identity:
        with self._lock:
            expires_at = self._identity.expires_at
            if expires_at is not None and expires_at - self._renew_before <= datetime.now(timezone.utc):
                self._identity = self._issue()
            return self._identity

    def rotate(self) -> Identity:
        with self._lock:
            self._identity = self._issue()
            return self._identity


@dataclass(frozen=True)
class MetadataCall:
    method: str
    path: str
    status: int


class _MetadataService(Service):
    """What both services share: a record of the calls."""

    def __init__(self, source: CredentialSource) -> None:
        super().__init__()
        self.source = source
        self.calls: list[MetadataCall] = []

    def respond(self, request: Handler) -> None:
        request.body()
        status, headers, body = self.read(request)
        self.calls.append(MetadataCall(request.command, request.path, status))
        request.answer(status, headers, body)

    def read(self, request: Handler) -> tuple[int, dict[str, str], bytes]:
        raise NotImplementedError


class ContainerCredentials(_MetadataService):
    """The endpoint of an ECS task, or with an authorization token that of an EKS pod identity agent."""

    path = "/v2/credentials/6b1a0c5e-demo"

    def __init__(self, source: CredentialSource, *, authorization_token: str | None = None) -> None:
        super().__init__(source)
        self.authorization_token = authorization_token

    def environment(self) -> dict[str, str]:
        """The variables that ECS sets in a container; EKS also sets a token, or the token's file."""
        return {"AWS_CONTAINER_CREDENTIALS_FULL_URI": self.url + self.path}

    def read(self, request: Handler) -> tuple[int, dict[str, str], bytes]:
        if request.command != "GET" or request.path.partition("?")[0] != self.path:
            return _json(404, {"code": "NotFound", "message": "no such credentials"})
        given = request.headers.get("Authorization")
        if self.authorization_token is not None:
            if given is None:
                return _json(401, {"code": "AccessDenied", "message": "the Authorization header is missing"})
            if not hmac.compare_digest(given, self.authorization_token):
                return _json(401, {"code": "AccessDenied", "message": "the authorization token is not valid"})
        return _json(200, _document(self.source.current()))


class InstanceMetadata(_MetadataService):
    """IMDSv2 of an EC2 instance; version 1, without a token, is switched off.

    With `refuse_tokens`, the status that a request for a token gets, it speaks version 1 alone, as what stands
    before the service in a cluster with kube2iam (403) or kiam (404) does.
    """

    def __init__(
        self,
        source: CredentialSource,
        *,
        role_name: str,
        instance_id: str,
        region: str = "us-east-1",
        refuse_tokens: int | None = None,
    ) -> None:
        super().__init__(source)
        self.role_name = role_name
        self._refuse_tokens = refuse_tokens
        self._texts = {
            "/latest/meta-data/instance-id": instance_id,
            "/latest/meta-data/placement/region": region,
            "/latest/meta-data/placement/availability-zone": f"{region}a",
        }
        self._tokens: dict[str, float] = {}

    def environment(self) -> dict[str, str]:
        return {"AWS_EC2_METADATA_SERVICE_ENDPOINT": self.url, "AWS_EC2_METADATA_DISABLED": "false"}

    def forget_tokens(self) -> None:
        """Makes every token invalid, as a restart of the service does."""
        self._tokens.clear()

    def read(self, request: Handler) -> tuple[int, dict[str, str], bytes]:
        if request.command == "PUT" and request.path == TOKEN_PATH:
            return self._issue_token(request) if self._refuse_tokens is None else _text(self._refuse_tokens, "")
        if request.command != "GET":
            return _text(405, "Method Not Allowed")
        if self._refuse_tokens is None and self._tokens.get(request.headers.get(TOKEN_HEADER, ""), 0) <= time.monotonic():
            return _text(401, "Unauthorized")
        if request.path in (ROLES_PATH, ROLES_PATH.rstrip("/")):
            return _text(200, self.role_name)
        if request.path == ROLES_PATH + self.role_name:
            now = f"{datetime.now(timezone.utc):{AWS_TIME}}"
            state = {"Code": "Success", "LastUpdated": now, "Type": "AWS-HMAC"}
            # EC2 sends this document as plain text.
            return _text(200, json.dumps(state | _document(self.source.current())))
        if request.path in self._texts:
            return _text(200, self._texts[request.path])
        return _text(404, "Not Found")

    def _issue_token(self, request: Handler) -> tuple[int, dict[str, str], bytes]:
        # A proxy in between would pass the token to another client.
        if request.headers.get("X-Forwarded-For"):
            return _text(403, "Forbidden")
        ttl = request.headers.get(TTL_HEADER, "")
        if not ttl.isdecimal() or not 1 <= int(ttl) <= LONGEST_TTL:
            return _text(400, "Bad Request")
        token = secrets.token_urlsafe(40)
        self._tokens[token] = time.monotonic() + int(ttl)
        status, headers, body = _text(200, token)
        return status, headers | {TTL_HEADER: ttl}, body


def _document(identity: Identity) -> dict[str, Any]:
    document = {
        "AccessKeyId": identity.access_key_id,
        "SecretAccessKey": identity.secret_access_key,
        "Token": identity.session_token,
    }
    if identity.expires_at is not None:
        document["Expiration"] = f"{identity.expires_at:{AWS_TIME}}"
    return document


def _json(status: int, document: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    return status, {"Content-Type": "application/json"}, json.dumps(document).encode()


def _text(status: int, text: str) -> tuple[int, dict[str, str], bytes]:
    return status, {"Content-Type": "text/plain"}, text.encode()
