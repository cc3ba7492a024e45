"""Logs in to HashiCorp Vault and OpenBao with AWS credentials, and keeps the token.

token = login("https://vault.example.com:8200", Credentials("AKIA…", "…"), role="dev")

with Session("https://vault.example.com:8200", credentials, role="dev") as session:
    session.token()
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vault_aws_iam_login.credentials import Credentials
from vault_aws_iam_login.errors import LoginError, SessionClosed, VaultError
from vault_aws_iam_login.module import Module

if TYPE_CHECKING:
    from vault_aws_iam_login.inspector import (
        CredentialScope,
        Explanation,
        Finding,
        Refusal,
        RoleBindings,
        ServerProfile,
        Software,
    )
    from vault_aws_iam_login.session import Lease, Session, SessionRefusal
    from vault_aws_iam_login.sources import (
        AssumeRole,
        ContainerEndpoint,
        InstanceMetadata,
        WebIdentity,
    )
    from vault_aws_iam_login.vault_login import Token, login

# Imported when they are first used: whoever signs need not wait for Python's HTTP and TLS.
_LATER = {
    "inspector": (
        "CredentialScope",
        "Explanation",
        "Finding",
        "Refusal",
        "RoleBindings",
        "ServerProfile",
        "Software",
    ),
    "vault_login": ("login", "Token"),
    "session": ("Lease", "Session", "SessionRefusal"),
    "sources": ("AssumeRole", "ContainerEndpoint", "InstanceMetadata", "WebIdentity"),
}

__all__ = [
    "AssumeRole",
    "ContainerEndpoint",
    "CredentialScope",
    "Credentials",
    "Explanation",
    "Finding",
    "InstanceMetadata",
    "Lease",
    "LoginError",
    "Module",
    "Refusal",
    "RoleBindings",
    "ServerProfile",
    "Session",
    "SessionClosed",
    "SessionRefusal",
    "Software",
    "Token",
    "VaultError",
    "WebIdentity",
    "login",
]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    for module, names in _LATER.items():
        if name in names:
            return getattr(import_module(f"vault_aws_iam_login.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
