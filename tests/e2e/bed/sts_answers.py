"""How STS words its answers: XML or JSON, with AWS's envelope around a result or an error."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

VERSION = "2011-06-15"
NAMESPACE = f"https://sts.amazonaws.com/doc/{VERSION}/"
FAULT_NAMESPACE = "http://webservices.amazon.com/AWSFault/2005-15-09"


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


def success_body(action: str, result: str, request_id: str) -> str:
    return f"""<{action}Response xmlns="{NAMESPACE}">
  <{action}Result>
{result}  </{action}Result>
  <ResponseMetadata>
    <RequestId>{request_id}</RequestId>
  </ResponseMetadata>
</{action}Response>
"""


def error_body(refusal: Refusal, request_id: str, as_json: bool) -> str:
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
