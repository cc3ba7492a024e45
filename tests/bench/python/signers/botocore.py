"""AWS's signer for Python."""

from __future__ import annotations

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials, ReadOnlyCredentials
from example import EXAMPLE, encode_login

CREDENTIALS = Credentials(EXAMPLE["accessKeyId"], EXAMPLE["secretAccessKey"])


def sign(credentials: Credentials | ReadOnlyCredentials = CREDENTIALS) -> str:
    request = AWSRequest(
        method="POST",
        url=f"https://{EXAMPLE['host']}/",
        headers={"Content-Type": EXAMPLE["contentType"], "X-Vault-AWS-IAM-Server-ID": EXAMPLE["serverId"]},
        data=EXAMPLE["body"],
    )
    SigV4Auth(credentials, "sts", EXAMPLE["region"]).add_auth(request)
    return encode_login(request.headers)
