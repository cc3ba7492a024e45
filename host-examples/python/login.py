"""Logs in with the AWS identity of this machine and prints a secret.

    python login.py ROLE PATH [MOUNT]      such as: python login.py dev secret/greeting

The rest comes from VAULT_ADDR, VAULT_NAMESPACE, VAULT_IAM_SERVER_ID and AWS's own variables and
files.
"""

from __future__ import annotations

import json
import os
import sys

import botocore.session
import hvac
import requests
from hvac.adapters import RawAdapter

from vault_aws_iam_login import Credentials, LoginError, VaultError
from vault_aws_iam_login.hvac import login


def main(role: str, path: str, mount: str = "aws") -> int:
    # botocore's whole chain: environment, profiles, SSO, web identity, ECS, EC2.
    found = botocore.session.get_session().get_credentials()
    if found is None:
        print("error: no AWS credentials found", file=sys.stderr)
        return 1
    # hvac reads VAULT_ADDR and VAULT_CACERT. A redirect would take the token elsewhere.
    vault = hvac.Client(
        namespace=os.environ.get("VAULT_NAMESPACE"), allow_redirects=False, adapter=RawAdapter
    )
    server_id = os.environ.get("VAULT_IAM_SERVER_ID")
    try:
        token = login(
            vault,
            Credentials.from_botocore(found),
            role=role,
            header_value=server_id,
            mount_point=mount,
        )
    except (LoginError, VaultError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if token.warnings:
        print(f"Vault warns: {token.warnings}", file=sys.stderr)
    print(f"logged in for {token.lease_seconds} s", file=sys.stderr)
    # Without hvac's exceptions, which quote what a server said: it may be the token.
    try:
        answer = vault.adapter.request("get", f"/v1/{path}", raise_exception=False)
        secret = answer.json()["data"] if answer.status_code == 200 else None
        status = f"status {answer.status_code}"
    except (requests.RequestException, ValueError, KeyError, TypeError):
        secret, status = None, "an answer that cannot be read"
    if secret is None:
        print(f"error: cannot read {path}: {status}", file=sys.stderr)
        return 1
    print(json.dumps(secret))
    return 0


if __name__ == "__main__":
    if not 3 <= len(sys.argv) <= 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
