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
import hvac.exceptions

from vault_aws_login import Component, Credentials, LoginError


def main(component_file: str, role: str, path: str, mount: str = "aws") -> int:
    # botocore's whole chain: environment, profiles, SSO, web identity, ECS, EC2.
    found = botocore.session.get_session().get_credentials()
    if found is None:
        print("error: no AWS credentials found", file=sys.stderr)
        return 1
    component = Component.load(component_file)
    # hvac reads VAULT_ADDR and VAULT_CACERT.
    vault = hvac.Client(namespace=os.environ.get("VAULT_NAMESPACE"))
    try:
        login = component.sign_login(
            Credentials.from_botocore(found), role=role, server_id=os.environ.get("VAULT_IAM_SERVER_ID")
        )
        auth = vault.adapter.login(f"/v1/auth/{mount}/login", json=json.loads(login))["auth"]
        print(f"logged in for {auth['lease_duration']} s", file=sys.stderr)
        secret = vault.read(path)
    except (LoginError, hvac.exceptions.VaultError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(json.dumps(secret["data"]) if secret else f"nothing at {path}")
    return 0 if secret else 1


if __name__ == "__main__":
    if not 4 <= len(sys.argv) <= 5:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
