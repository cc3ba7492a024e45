"""A strict Security Token Service: `moto` holds the identities, this front refuses what AWS refuses.

The texts of the errors are AWS's own, as users have reported them. Where AWS's documentation demands something that STS is
known to overlook (every `X-Amz-*` header signed), the front takes the documentation's side.

Each region has an endpoint of its own, since AWS holds a login's scope against the endpoint that was *reached*; `Host` is only
an input of the signature.
"""

from __future__ import annotations

import base64
import hmac
import http.client
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
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from moto.sts.models import sts_backends

from bed.aws import Aws, KeyRecord, Role
from bed.loopback import LOOPBACK, Handler, LoopbackServer
from bed.sigv4 import (
    TIMESTAMP,
    IncompleteSignature,
    Request,
    Signature,
    Unsigned,
    expected_signature,
    read_signature,
)

VERSION = "2011-06-15"
NAMESPACE = f"https://sts.amazonaws.com/doc/{VERSION}/"
FAULT_NAMESPACE = "http://webservices.amazon.com/AWSFault/2005-15-09"
WINDOW = timedelta(minutes=15)
ACTIONS = ("GetCallerIdentity", "AssumeRole", "AssumeRoleWithWebIdentity")
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)


class Refusal(Exception):
    """An answer of STS that is not 200."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        namespace: str = NAMESPACE,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.namespace = status, code, message, namespace
        self.headers = headers or {}


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
class _Faults:
    fault: Fault
    left: int | None


class StsFront:
    """STS with one endpoint per region; `url(region)` opens it on first use."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._lock = threading.Lock()
        self._endpoints: dict[str, LoopbackServer] = {}
        self._faults: list[_Faults] = []
        self._token_key = os.urandom(32)
        self.calls: list[Call] = []
        self.disabled_regions: set[str] = set()
        self.clock_offset = timedelta(0)

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

                    do_GET = do_POST = do_PUT = do_HEAD = handle_call

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
    def faulty(self, fault: Fault, *, times: int | None = None) -> Iterator[None]:
        """Lets the next calls, or all inside the block, meet the fault."""
        entry = _Faults(fault, times)
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
            body = _error_body(refusal, request_id, as_json)
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
        action = _known_action(parameters)
        if action == "AssumeRoleWithWebIdentity":
            return self._assume_with_web_identity(region, parameters, request_id)
        key = self._authenticate(region, request)
        if action == "AssumeRole":
            return self._relay(request, parameters)
        identity = {"Arn": key.arn, "UserId": key.user_id, "Account": key.account_id}
        if as_json:
            result = {"GetCallerIdentityResult": identity, "ResponseMetadata": {"RequestId": request_id}}
            return json.dumps({"GetCallerIdentityResponse": result})
        return _success_body(
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
        _check_signed_headers(request, claimed)
        _check_scope(claimed, region)
        self._check_time(claimed)
        key = self._aws.find_key(claimed.access_key_id, _partition(region))
        if key is None or key.session_token != claimed.session_token:
            raise Refusal(403, "InvalidClientTokenId", "The security token included in the request is invalid.")
        if not hmac.compare_digest(expected_signature(request, claimed, key.secret_access_key), claimed.signature):
            raise _mismatch(MISMATCH)
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

    def _check_time(self, claimed: Signature) -> None:
        now = self.now().replace(microsecond=0)
        earliest, latest = now - WINDOW, now + WINDOW
        if claimed.signed_at < earliest:
            raise _mismatch(
                f"Signature expired: {claimed.timestamp} is now earlier than {earliest:{TIMESTAMP}}"
                f" ({now:{TIMESTAMP}} - 15 min.)"
            )
        if claimed.signed_at > latest:
            raise _mismatch(
                f"Signature not yet current: {claimed.timestamp} is still later than {latest:{TIMESTAMP}}"
                f" ({now:{TIMESTAMP}} + 15 min.)"
            )

    def _relay(self, request: Request, parameters: dict[str, str]) -> str:
        """Hands a verified call to `moto`, which checks policies and makes the session."""
        connection = http.client.HTTPConnection(LOOPBACK, self._aws.port, timeout=30)
        try:
            connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
            for name, value in request.headers:
                connection.putheader(name, value)
            connection.endheaders(request.body)
            answer = connection.getresponse()
            body = answer.read().decode()
        finally:
            connection.close()
        if answer.status != 200:
            raise _moto_refusal(answer.status, body)
        access_key_id = ElementTree.fromstring(body).findtext(".//{*}AccessKeyId") or ""
        self._aws.note_session(access_key_id, parameters["RoleArn"])
        return body

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
        self._aws.note_session(session.access_key_id, role_arn)
        result = f"""    <Credentials>
      <AccessKeyId>{session.access_key_id}</AccessKeyId>
      <SecretAccessKey>{escape(session.secret_access_key)}</SecretAccessKey>
      <SessionToken>{escape(session.session_token)}</SessionToken>
      <Expiration>{session.expiration:%Y-%m-%dT%H:%M:%SZ}</Expiration>
    </Credentials>
    <SubjectFromWebIdentityToken>{escape(claims["sub"])}</SubjectFromWebIdentityToken>
    <AssumedRoleUser>
      <Arn>{escape(session.arn)}</Arn>
      <AssumedRoleId>{escape(session.user_id)}</AssumedRoleId>
    </AssumedRoleUser>
"""
        return _success_body("AssumeRoleWithWebIdentity", result, request_id)

    def _token_signature(self, signed: str) -> str:
        return _base64url(hmac.digest(self._token_key, signed.encode(), "sha256"))


def _known_action(parameters: dict[str, str]) -> str:
    action = parameters.get("Action", "")
    if not action:
        raise Refusal(400, "MissingAction", "The request is missing an action or a required parameter.")
    version = parameters.get("Version") or "NO_VERSION_SPECIFIED"
    if action not in ACTIONS or version != VERSION:
        raise Refusal(
            400,
            "InvalidAction",
            f"Could not find operation {action} for version {version}",
            namespace=FAULT_NAMESPACE,
        )
    return action


def _check_signed_headers(request: Request, claimed: Signature) -> None:
    signed = claimed.signed_headers.split(";")
    if signed != sorted({name.lower() for name in signed}):
        raise _mismatch(MISMATCH)
    demanded = ["Host"]
    if not claimed.in_query:
        demanded.append("X-Amz-Date")
    demanded += [name for name, _ in request.headers if name.lower().startswith("x-amz-") and name not in demanded]
    for name in demanded:
        if name.lower() not in signed:
            raise _mismatch(f"'{name}' must be a 'SignedHeader' in the AWS Authorization.")
    if any(request.header(name) is None for name in signed):
        raise _mismatch(MISMATCH)


def _check_scope(claimed: Signature, region: str) -> None:
    faults = ""
    if claimed.region != region:
        faults += "Credential should be scoped to a valid region. "
    if claimed.service != "sts":
        faults += "Credential should be scoped to correct service: 'sts'. "
    if claimed.terminator != "aws4_request":
        faults += f"Credential should be scoped with a valid terminator: 'aws4_request', not '{claimed.terminator}'. "
    day = claimed.timestamp[:8]
    if claimed.date != day:
        faults += (
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{claimed.date}' != '{day}', from '{claimed.timestamp}'."
        )
    if faults:
        raise _mismatch(faults)


def _mismatch(message: str) -> Refusal:
    return Refusal(403, "SignatureDoesNotMatch", message)


def _moto_refusal(status: int, body: str) -> Refusal:
    try:
        error = ElementTree.fromstring(body)
    except ElementTree.ParseError:
        return Refusal(500, "InternalFailure", body)
    return Refusal(status, error.findtext(".//{*}Code") or "", error.findtext(".//{*}Message") or "")


def _partition(region: str) -> str:
    prefixes = {"cn-": "aws-cn", "us-gov-": "aws-us-gov", "us-iso-": "aws-iso", "us-isob-": "aws-iso-b"}
    return next((partition for prefix, partition in prefixes.items() if region.startswith(prefix)), "aws")


def _success_body(action: str, result: str, request_id: str) -> str:
    return f"""<{action}Response xmlns="{NAMESPACE}">
  <{action}Result>
{result}  </{action}Result>
  <ResponseMetadata>
    <RequestId>{request_id}</RequestId>
  </ResponseMetadata>
</{action}Response>
"""


def _error_body(refusal: Refusal, request_id: str, as_json: bool) -> str:
    kind = "Sender" if refusal.status < 500 else "Receiver"
    if as_json:
        error = {"Code": refusal.code, "Message": refusal.message, "Type": kind}
        return json.dumps({"Error": error, "RequestId": request_id})
    return f"""<ErrorResponse xmlns="{refusal.namespace}">
  <Error>
    <Type>{kind}</Type>
    <Code>{escape(refusal.code)}</Code>
    <Message>{escape(refusal.message)}</Message>
  </Error>
  <RequestId>{request_id}</RequestId>
</ErrorResponse>
"""


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
