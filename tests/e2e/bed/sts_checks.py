"""The checks that STS makes before it looks a key up; each refusal has AWS's own text.

The texts are those that users have reported. Where AWS's documentation demands something that STS is known to overlook
(every `X-Amz-*` header signed), these checks take the documentation's side.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bed.sigv4 import TIMESTAMP, Request, Signature
from bed.sts_answers import FAULT_NAMESPACE, VERSION, Refusal

WINDOW = timedelta(minutes=15)
ACTIONS = ("GetCallerIdentity", "AssumeRole", "AssumeRoleWithWebIdentity")
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)


def known_action(parameters: dict[str, str]) -> str:
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


def check_signed_headers(request: Request, claimed: Signature) -> None:
    signed = claimed.signed_headers.split(";")
    if signed != sorted({name.lower() for name in signed}):
        raise mismatch(MISMATCH)
    demanded = ["Host"]
    if not claimed.in_query:
        demanded.append("X-Amz-Date")
    demanded += [name for name, _ in request.headers if name.lower().startswith("x-amz-") and name not in demanded]
    for name in demanded:
        if name.lower() not in signed:
            raise mismatch(f"'{name}' must be a 'SignedHeader' in the AWS Authorization.")
    if any(request.header(name) is None for name in signed):
        raise mismatch(MISMATCH)


def check_scope(claimed: Signature, region: str) -> None:
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
        raise mismatch(faults)


def check_time(claimed: Signature, now: datetime) -> None:
    now = now.replace(microsecond=0)
    earliest, latest = now - WINDOW, now + WINDOW
    if claimed.signed_at < earliest:
        raise mismatch(
            f"Signature expired: {claimed.timestamp} is now earlier than {earliest:{TIMESTAMP}}"
            f" ({now:{TIMESTAMP}} - 15 min.)"
        )
    if claimed.signed_at > latest:
        raise mismatch(
            f"Signature not yet current: {claimed.timestamp} is still later than {latest:{TIMESTAMP}}"
            f" ({now:{TIMESTAMP}} + 15 min.)"
        )


def mismatch(message: str) -> Refusal:
    return Refusal(403, "SignatureDoesNotMatch", message)
