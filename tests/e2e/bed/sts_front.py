"""A strict Security Token Service: `moto` holds the identities, this front refuses what AWS refuses.

Each region has its own endpoint, because AWS compares a login's scope with the endpoint that was
*reached*; `Host` is only an input of the signature.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any
from xml.sax.saxutils import escape

from moto.sts.models import sts_backends

from bed.aws import Aws, KeyRecord, Role
from bed.loopback import Handler, LoopbackServer
from bed.role_trust import check_may_assume, read_wanted
from bed.sigv4 import (
    IncompleteSignature,
    Request,
    Unsigned,
    expected_signature,
    read_signature,
)
from bed.sts_answers import Refusal, error_body, success_body
from bed.sts_checks import MISMATCH, check_scope, check_signed_headers, check_time, known_action, mismatch


@dataclass(frozen=True)
class Fault:
    """What happens to a call instead of its answer, or (without a status) before it."""

    status: int | None = None
    code: str = ""
    message: str = ""
    delay_seconds: float = 0
    headers: dict[str, str] = field(default_factory=dict)


THROTTLED = Fault(400, "Throttling", "Rate exceeded")
TOO_MANY_REQUESTS = Fault(429, "TooManyRequestsException", "Rate exceeded")
INTERNAL_FAILURE = Fault(500, "InternalFailure", "An internal error has occurred")
UNAVAILABLE = Fault(503, "ServiceUnavailable", "Service is unavailable")


@dataclass(frozen=True)
class Call:
    """One call that reached the front, and how it ended: `code` is empty after a success."""

    region: str
    method: str
    target: str
    host: str
    action: str
    access_key_id: str
    status: int
    code: str


@dataclass
class _ActiveFault:
    fault: Fault
    left: int | None


class StsFront:
    """STS with one endpoint per region; `url(region)` opens it on first use."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._lock = threading.Lock()
        self._endpoints: dict[str, LoopbackServer] = {}
        self._faults: list[_ActiveFault] = []
        self._token_key = os.urandom(32)
        self.calls: list[Call] = []
        self.disabled_regions: set[str] = set()
        self.clock_offset = timedelta(0)
        self._lasting: int | None = None

    def url(self, region: str = "us-east-1") -> str:
        """The endpoint of a region; the global one is that of `us-east-1`."""
        with self._lock:
            if region not in self._endpoints:
                front = self

                class EndpointHandler(Handler):
                    def handle_call(self) -> None:
                        front.handle(region, self)

                    def date_time_string(self, timestamp: float | None = None) -> str:
                        return format_datetime(front.now(), usegmt=True)

                    do_GET = do_POST = handle_call

                self._endpoints[region] = LoopbackServer(EndpointHandler).start()
            return self._endpoints[region].url

    def stop(self) -> None:
        for endpoint in self._endpoints.values():
            endpoint.stop()

    def now(self) -> datetime:
        """The time as this STS believes it to be."""
        return datetime.now(timezone.utc) + self.clock_offset

    @contextmanager
    def clock_shifted(self, **offset: float) -> Iterator[None]:
        """Moves the front's clock, as in `clock_shifted(minutes=16)`."""
        before = self.clock_offset
        self.clock_offset = before + timedelta(**offset)
        try:
            yield
        finally:
            self.clock_offset = before

    @contextmanager
    def short_sessions(self, seconds: int) -> Iterator[None]:
        """Lets the sessions of `AssumeRole` last so long, whatever is asked for: no test waits for AWS's 15 minutes."""
        self._lasting = seconds
        try:
            yield
        finally:
            self._lasting = None

    @contextmanager
    def faulty(self, fault: Fault, *, times: int | None = None) -> Iterator[None]:
        """Answers the next calls, or all inside the block, with the fault."""
        entry = _ActiveFault(fault, times)
        self._faults.append(entry)
        try:
            yield
        finally:
            self._faults.remove(entry)

    def issue_web_identity_token(self, role: Role, *, seconds: int = 3600) -> str:
        """A token as an identity provider would sign it: only this role may be assumed with it."""
        claims = {
            "role": role.arn,
            "sub": "system:serviceaccount:demo:app",
            "exp": int(self.now().timestamp()) + seconds,
        }
        signed = f"{_base64url(b'{}')}.{_base64url(json.dumps(claims).encode())}"
        return f"{signed}.{self._token_signature(signed)}"

    def handle(self, region: str, handler: Handler) -> None:
        request = Request(handler.command, handler.target(), tuple(handler.headers.items()), handler.body())
        request_id = str(uuid.uuid4())
        as_json = "application/json" in (request.header("Accept") or "")
        try:
            self._meet_fault()
            status, code, body = 200, "", self._answer(region, request, request_id, as_json)
            headers: dict[str, str] = {}
        except Refusal as refusal:
            status, code = refusal.status, refusal.code
            body = error_body(refusal, request_id, as_json)
            headers = refusal.headers
        self._note(region, request, status, code)
        content_type = "application/json" if as_json else "text/xml"
        handler.answer(status, {"x-amzn-RequestId": request_id, "Content-Type": content_type, **headers}, body.encode())

    def _meet_fault(self) -> None:
        with self._lock:
            entry = next((faults for faults in self._faults if faults.left != 0), None)
            if entry is None:
                return
            if entry.left is not None:
                entry.left -= 1
        time.sleep(entry.fault.delay_seconds)
        if entry.fault.status is not None:
            raise Refusal(entry.fault.status, entry.fault.code, entry.fault.message, headers=entry.fault.headers)

    def _note(self, region: str, request: Request, status: int, code: str) -> None:
        try:
            access_key_id = read_signature(request).access_key_id
        except (IncompleteSignature, Unsigned):
            access_key_id = ""
        action = request.parameters().get("Action", "")
        host = request.header("Host") or ""
        self.calls.append(Call(region, request.method, request.target, host, action, access_key_id, status, code))

    def _answer(self, region: str, request: Request, request_id: str, as_json: bool) -> str:
        parameters = request.parameters()
        action = known_action(parameters)
        if action == "AssumeRoleWithWebIdentity":
            return self._assume_with_web_identity(region, parameters, request_id)
        key = self._authenticate(region, request)
        if action == "AssumeRole":
            return self._assume(region, key, parameters, request_id)
        identity = {"Arn": key.arn, "UserId": key.user_id, "Account": key.account_id}
        if as_json:
            result = {"GetCallerIdentityResult": identity, "ResponseMetadata": {"RequestId": request_id}}
            return json.dumps({"GetCallerIdentityResponse": result})
        return success_body(
            action, "".join(f"    <{name}>{escape(text)}</{name}>\n" for name, text in identity.items()), request_id
        )

    def _authenticate(self, region: str, request: Request) -> KeyRecord:
        """Goes through AWS's checks, and gives the owner of the signature."""
        try:
            claimed = read_signature(request)
        except Unsigned:
            raise Refusal(403, "MissingAuthenticationToken", "Request is missing Authentication Token") from None
        except IncompleteSignature as error:
            raise Refusal(400, "IncompleteSignature", str(error)) from None
        check_signed_headers(request, claimed)
        check_scope(claimed, region)
        check_time(claimed, self.now())
        key = self._aws.find_key(claimed.access_key_id, _partition(region))
        if key is None or key.session_token != claimed.session_token:
            raise Refusal(403, "InvalidClientTokenId", "The security token included in the request is invalid.")
        if not hmac.compare_digest(expected_signature(request, claimed, key.secret_access_key), claimed.signature):
            raise mismatch(MISMATCH)
        if key.expires_at is not None and key.expires_at <= self.now():
            raise Refusal(403, "ExpiredToken", "The security token included in the request is expired")
        if region in self.disabled_regions:
            raise Refusal(
                403,
                "RegionDisabledException",
                f"STS is not activated in this region for account:{key.account_id}. "
                "Your account administrator can activate STS in this region using the IAM Console.",
            )
        return key

    def _assume(self, region: str, caller: KeyRecord, parameters: dict[str, str], request_id: str) -> str:
        # The administrator stands for the services of AWS that hand out sessions, and may make short ones.
        by_service = caller.arn == self._aws.admin.arn
        wanted = read_wanted(parameters, least_seconds=1 if by_service else 900)
        check_may_assume(caller, wanted, is_chained=self._aws.is_chained(caller))
        session = sts_backends[wanted.role_arn.split(":")[4]][_partition(region)].assume_role(
            region_name=region,
            role_session_name=wanted.session_name,
            role_arn=wanted.role_arn,
            policy="",
            duration=self._lasting or wanted.seconds,
            external_id=wanted.external_id or "",
        )
        self._aws.note_session(session.access_key_id, wanted.role_arn, by_service=by_service)
        return success_body("AssumeRole", _session_xml(session), request_id)

    def _assume_with_web_identity(self, region: str, parameters: dict[str, str], request_id: str) -> str:
        role_arn = parameters.get("RoleArn", "")
        signed, _, signature = parameters.get("WebIdentityToken", "").rpartition(".")
        if not hmac.compare_digest(signature, self._token_signature(signed)):
            raise Refusal(
                400, "InvalidIdentityToken", "The web identity token that was passed could not be validated by AWS"
            )
        claims = json.loads(base64.urlsafe_b64decode(signed.partition(".")[2] + "=="))
        now = int(self.now().timestamp())
        if claims["exp"] <= now:
            raise Refusal(
                400,
                "ExpiredTokenException",
                f"Token expired: current date/time {now} must be before the expiration date/time {claims['exp']}",
            )
        if claims["role"] != role_arn:
            raise Refusal(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
        account_id = role_arn.split(":")[4]
        session = sts_backends[account_id][_partition(region)].assume_role_with_web_identity(
            region_name=region,
            role_session_name=parameters.get("RoleSessionName", ""),
            role_arn=role_arn,
            policy=None,
            duration=int(parameters.get("DurationSeconds", "3600")),
            external_id=None,
        )
        self._aws.note_session(session.access_key_id, role_arn, by_service=False)
        subject = f"    <SubjectFromWebIdentityToken>{escape(claims['sub'])}</SubjectFromWebIdentityToken>\n"
        result = _session_xml(session) + subject
        return success_body("AssumeRoleWithWebIdentity", result, request_id)

    def _token_signature(self, signed: str) -> str:
        return _base64url(hmac.digest(self._token_key, signed.encode(), "sha256"))


def _session_xml(session: Any) -> str:
    return f"""    <Credentials>
      <AccessKeyId>{session.access_key_id}</AccessKeyId>
      <SecretAccessKey>{escape(session.secret_access_key)}</SecretAccessKey>
      <SessionToken>{escape(session.session_token)}</SessionToken>
      <Expiration>{session.expiration:%Y-%m-%dT%H:%M:%SZ}</Expiration>
    </Credentials>
    <AssumedRoleUser>
      <Arn>{escape(session.arn)}</Arn>
      <AssumedRoleId>{escape(session.user_id)}</AssumedRoleId>
    </AssumedRoleUser>
"""


def _partition(region: str) -> str:
    prefixes = {"cn-": "aws-cn", "us-gov-": "aws-us-gov", "us-iso-": "aws-iso", "us-isob-": "aws-iso-b"}
    return next((partition for prefix, partition in prefixes.items() if region.startswith(prefix)), "aws")


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
