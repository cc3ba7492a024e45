"""Logs in with the AWS identity of this machine and prints a secret.

    python example.py COMPONENT ROLE PATH [MOUNT]      such as: python example.py vault-aws-login.wasm dev secret/greeting

VAULT_ADDR, VAULT_NAMESPACE, VAULT_IAM_SERVER_ID and AWS's own variables and files say the rest.
"""

from __future__ import annotations

import json
import os
import sys

import botocore.session
import hvac
import requests

from vault_aws_login import Component, Credentials, LoginError


def main(component_file: str, role: str, path: str, mount: str = "aws") -> int:
    # botocore's whole chain: environment, profiles, SSO, web identity, ECS, EC2.
    found = botocore.session.get_session().get_credentials()
    if found is None:
        print("error: no AWS credentials found", file=sys.stderr)
        return 1
    component = Component.load(component_file)
    try:
        login = component.sign_login(
            Credentials.from_botocore(found), role=role, server_id=os.environ.get("VAULT_IAM_SERVER_ID")
        )
    except LoginError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    # hvac reads VAULT_ADDR and VAULT_CACERT.
    vault = hvac.Client(namespace=os.environ.get("VAULT_NAMESPACE"))
    answer = vault.adapter.post(f"/v1/auth/{mount}/login", json=json.loads(login), raise_exception=False)
    if isinstance(answer, requests.Response):  # hvac's way of saying that the status is not 200
        refusal = component.explain_refusal(
            answer.status_code, answer.text, date=answer.headers.get("Date"), login=login
        )
        print(f"error: {refusal.message}", file=sys.stderr)
        for fix in filter(None, (refusal.client_fix, refusal.server_fix)):
            print(f"  {fix}", file=sys.stderr)
        return 1
    print(f"logged in for {answer['auth']['lease_duration']} s", file=sys.stderr)
    vault.token = answer["auth"]["client_token"]
    secret = vault.read(path)
    print(json.dumps(secret["data"]) if secret else f"nothing at {path}")
    return 0 if secret else 1


if __name__ == "__main__":
    if not 4 <= len(sys.argv) <= 5:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
