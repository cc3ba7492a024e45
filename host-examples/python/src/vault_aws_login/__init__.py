"""Logs in to HashiCorp Vault and OpenBao with AWS credentials, through the component `vault-aws:login`.

    component = Component.load("vault-aws-login.wasm")
    login = component.sign_login(Credentials("AKIA…", "…"), role="dev")

`login` is the JSON body for `POST /v1/auth/<mount>/login`. Nothing is sent, stored or logged.
"""

from vault_aws_login.component import Component
from vault_aws_login.credentials import Credentials
from vault_aws_login.errors import LoginError
from vault_aws_login.inspector import (
    CredentialScope,
    Explanation,
    Finding,
    Refusal,
    RoleBindings,
    ServerProfile,
    Software,
)

__all__ = [
    "Component",
    "CredentialScope",
    "Credentials",
    "Explanation",
    "Finding",
    "LoginError",
    "Refusal",
    "RoleBindings",
    "ServerProfile",
    "Software",
]
