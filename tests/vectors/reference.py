"""Signs logins with botocore. Nothing of this project takes part.

Botocore's endpoint rules name the STS host, and its `SigV4Auth` signs. The input has the names of `wit/login.wit`;
`sts-endpoint` is the name of a case, or `{"url": …}`.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.endpoint_provider import EndpointProvider
from botocore.loaders import create_loader

BODY = "Action=GetCallerIdentity&Version=2011-06-15"
CONTENT_TYPE = "application/x-www-form-urlencoded; charset=utf-8"
SERVER_ID_HEADER = "X-Vault-AWS-IAM-Server-ID"

# AWS's published example key.
EXAMPLE = {
    "access-key-id": "AKIAIOSFODNN7EXAMPLE",
    "secret-access-key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
}

# 2015-08-30T12:36:00Z, the time of AWS's own examples.
AT = 1_440_938_160
LAST_SECOND = 253_402_300_799

# Regions of every partition.
REGIONS = """
    us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 ca-west-1 mx-central-1 sa-east-1 eu-west-1 eu-west-2 eu-west-3
    eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 af-south-1 il-central-1 me-south-1 me-central-1
    ap-east-1 ap-east-2 ap-south-1 ap-south-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-southeast-1
    ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-7
    cn-north-1 cn-northwest-1 us-gov-east-1 us-gov-west-1 us-iso-east-1 us-iso-west-1 us-isob-east-1 us-isob-west-1
    eu-isoe-west-1 us-isof-east-1 us-isof-south-1 eusc-de-east-1
""".split()
ONE_PER_PARTITION = {
    "aws": "eu-west-1",
    "aws-cn": "cn-north-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-iso": "us-iso-east-1",
    "aws-iso-b": "us-isob-east-1",
    "aws-iso-e": "eu-isoe-west-1",
    "aws-iso-f": "us-isof-south-1",
    "aws-eusc": "eusc-de-east-1",
}

Input = dict[str, Any]


@dataclass(frozen=True)
class Signed:
    """A signed login and what it was made of, step by step."""

    canonical_request: str
    string_to_sign: str
    signature: str
    login: str


class Reference:
    """Botocore as the authority on hosts and signatures."""

    def __init__(self) -> None:
        loader = create_loader()
        rules = loader.load_service_model("sts", "endpoint-rule-set-1")
        partitions = loader.load_data("partitions")
        self._provider = EndpointProvider(rules, partitions)
        outputs = [partition["outputs"] for partition in partitions["partitions"]]
        self._suffixes = tuple(f".{each[kind]}" for each in outputs for kind in ("dnsSuffix", "dualStackDnsSuffix"))

    def sign(self, given: Input) -> Signed:
        """Signs as botocore does, in the envelope that every Vault server accepts."""
        options, credentials = given.get("options", {}), given["credentials"]
        url, region = self.resolve(options.get("region"), options.get("sts-endpoint"))
        headers = {"Content-Type": CONTENT_TYPE}
        if "server-id" in options:
            headers[SERVER_ID_HEADER] = options["server-id"]
        request = AWSRequest("POST", url, data=BODY, headers=headers)
        token = credentials.get("session-token")
        signer = SigV4Auth(
            Credentials(credentials["access-key-id"], credentials["secret-access-key"], token), "sts", region
        )
        # As `SigV4Auth.add_auth`, which reads the time from the clock instead.
        request.context["timestamp"] = _timestamp(given["unix-seconds"])
        signer._modify_request_before_signing(request)
        canonical_request = signer.canonical_request(request)
        string_to_sign = signer.string_to_sign(request, canonical_request)
        signature = signer.signature(string_to_sign, request)
        signer._inject_signature_to_request(request, signature)

        names = ["Authorization", "Content-Type", "X-Amz-Date", "X-Amz-Security-Token", SERVER_ID_HEADER]
        signed = {name: [request.headers[name]] for name in names if name in request.headers}
        body = {
            "iam_http_request_method": "POST",
            "iam_request_url": _base64(url),
            "iam_request_body": _base64(BODY),
            "iam_request_headers": _base64(compact(signed)),
        }
        login = compact(body | ({"role": options["role"]} if "role" in options else {}))
        return Signed(canonical_request, string_to_sign, signature, login)

    def resolve(self, region: str | None, endpoint: Any) -> tuple[str, str]:
        """The URL and the region of the credential scope."""
        fips = endpoint in ("fips", "fips-dual-stack")
        # What botocore's clients do with a pseudo-region before they look at anything else.
        if region is not None and (region.startswith("fips-") or region.endswith("-fips")):
            region, fips = region.removeprefix("fips-").removesuffix("-fips"), True
        # "legacy" in AWS's SDKs is the global host by default, here for us-east-1 alone, as in Vault.
        use_global = endpoint is None and region in (None, "us-east-1") and not fips
        # AWS's rules give this pseudo-region the global host, for every setting of the client.
        use_global |= endpoint in (None, "regional") and region == "aws-global"
        if isinstance(endpoint, dict):
            return self._own(endpoint["url"], "us-east-1" if region == "aws-global" else region)
        region = "us-east-1" if region in (None, "aws-global") else region
        resolved = self._provider.resolve_endpoint(
            Region=region,
            UseFIPS=fips,
            UseDualStack=endpoint in ("dual-stack", "fips-dual-stack"),
            UseGlobalEndpoint=use_global,
        )
        return f"{resolved.url}/", region

    def _own(self, url: str, region: str | None) -> tuple[str, str]:
        """The user's URL: without a default port, in lower case; an AWS host contains its region."""
        parts = urlsplit(url)
        host = parts.netloc.lower().removesuffix({"https": ":443", "http": ":80"}[parts.scheme])
        if region is None:
            labels = host.partition(":")[0].split(".")
            at = next((i for i, label in enumerate(labels) if label in ("sts", "sts-fips")), None)
            of_aws = host.partition(":")[0].endswith(self._suffixes)
            named = labels[at + 1] if of_aws and at is not None else "amazonaws"
            region = "us-east-1" if named == "amazonaws" else named
        return f"{parts.scheme}://{host}/", region


def temporary(length: int) -> dict[str, Any]:
    """Made-up temporary credentials with a token of that many characters."""
    token = "".join(
        base64.b64encode(hashlib.sha512(f"{length}/{block}".encode()).digest()).decode().rstrip("=")
        for block in range(length // 86 + 1)
    )
    return {
        "access-key-id": "ASIAIOSFODNN7EXAMPLE",
        "secret-access-key": EXAMPLE["secret-access-key"],
        "session-token": token[:length],
    }


def compact(value: Any) -> str:
    """JSON without spaces."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _timestamp(unix_seconds: int) -> str:
    return datetime.fromtimestamp(unix_seconds, timezone.utc).strftime("%Y%m%dT%H%M%SZ")


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
