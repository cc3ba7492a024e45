"""Logs in with the AWS identity of this machine and prints a secret.

    python login.py COMPONENT ROLE PATH [MOUNT]      such as: python login.py vault-aws-login.wasm dev secret/greeting

The rest comes from VAULT_ADDR, VAULT_NAMESPACE, VAULT_IAM_SERVER_ID and AWS's own variables and files.
"""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import dataclass
from typing import Any

import botocore.session
import hvac
import requests
from hvac.adapters import RawAdapter

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
    # hvac reads VAULT_ADDR and VAULT_CACERT. A redirect would take the login, and later the token, elsewhere.
    vault = hvac.Client(namespace=os.environ.get("VAULT_NAMESPACE"), allow_redirects=False, adapter=RawAdapter)
    answer = request(vault, "post", f"/v1/auth/{mount}/login", json=json.loads(login))
    # Servers and proxies echo the login, so only what the component quotes of an answer is printed.
    refusal = component.explain_refusal(answer.status, answer.body, date=answer.date, login=login)
    auth = answer.field("auth")
    token = auth.get("client_token") if isinstance(auth, dict) else None
    if not isinstance(token, str) or not re.fullmatch("[!-~]+", token):
        lines = [refusal.message, refusal.quoted and f"the server said: {refusal.quoted}"]
        lines += [refusal.client_fix and f"on the client: {refusal.client_fix}"]
        lines += [refusal.server_fix and f"on the server: {refusal.server_fix}"]
        print("error: " + "\n  ".join(filter(None, lines)), file=sys.stderr)
        return 1
    if refusal.quoted:
        print(f"Vault warns: {refusal.quoted}", file=sys.stderr)
    print(f"logged in for {auth.get('lease_duration'):d} s", file=sys.stderr)
    vault.token = token
    answer = request(vault, "get", f"/v1/{path}")
    secret = answer.field("data")
    if answer.status != 200 or secret is None:
        print(f"error: cannot read {path}: status {answer.status}", file=sys.stderr)
        return 1
    print(json.dumps(secret))
    return 0


@dataclass
class Answer:
    """Vault's answer; `status` is `None` if there was none."""

    status: int | None = None
    body: str = ""
    date: str | None = None

    def field(self, name: str) -> Any:
        """Returns a value of the body's JSON object; `None` if it is not there."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return None
        return found.get(name) if isinstance(found, dict) else None


def request(vault: hvac.Client, method: str, path: str, **arguments: Any) -> Answer:
    """Sends a request with hvac, without its exceptions: they quote what a server said."""
    try:
        answer = vault.adapter.request(method, path, raise_exception=False, **arguments)
    except requests.RequestException:
        return Answer()
    return Answer(answer.status_code, answer.content.decode(errors="replace"), answer.headers.get("Date"))


if __name__ == "__main__":
    if not 4 <= len(sys.argv) <= 5:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
