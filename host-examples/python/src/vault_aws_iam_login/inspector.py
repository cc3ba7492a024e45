"""The inspector's inputs and outputs: `wit/inspector.wit` documents the fields and the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from vault_aws_iam_login.values import fields, text

Severity = Literal["refused", "depends", "advice"]
Refuser = Literal["host", "intermediary", "vault", "sts"]


@dataclass(frozen=True)
class Software:
    """A program and its version."""

    flavour: Literal["vault", "openbao"]
    version: str | None = None


@dataclass(frozen=True)
class RoleBindings:
    """The bindings of a role of type iam."""

    principal_arns: Sequence[str]
    unique_ids: Literal["resolved", "not-resolved"] = "resolved"
    inferred_entity: Literal["nothing", "ec2-instance"] = "nothing"


@dataclass(frozen=True)
class ServerProfile:
    """What the caller knows of the server. `None` is unknown, and unknown facts are not guessed."""

    server_id: str | None = None
    """The server's `iam_server_id_header_value`; empty if it has none."""
    sts_endpoint: str | None = None
    """`global`, the default; `client-region` for `use_sts_region_from_client`; the URL in
    `sts_endpoint`; or the region of an endpoint, whatever its name.
    """
    allowed_headers: Sequence[str] | None = None
    mount_config: Literal["never-written", "written"] | None = None
    core: Software | None = None
    auth_plugin: Software | None = None
    caller_arn: str | None = None
    role: RoleBindings | Literal["missing", "ec2"] | None = None


@dataclass(frozen=True)
class Finding:
    """One thing that is or may be wrong with a login."""

    rule: str
    severity: Severity
    message: str
    fix: str


@dataclass(frozen=True)
class CredentialScope:
    """The credential scope of a signature, without the access key ID."""

    date: str
    region: str
    service: str


@dataclass(frozen=True)
class Explanation:
    """What is in a login, decoded; secrets are shown by their lengths."""

    method: str
    url: str
    host: str
    body: str
    headers: dict[str, str]
    role: str | None
    access_key_id: str | None
    scope: CredentialScope | None
    signed_headers: list[str]
    signed_at_unix_seconds: int | None
    accepted_until_unix_seconds: int | None
    canonical_request: str | None
    string_to_sign: str | None


@dataclass(frozen=True)
class Refusal:
    """Why a login was refused, and what to change."""

    refused_by: Refuser | None
    rule: str | None
    message: str
    quoted: str | None
    """The server's own words, safe to print: one line without what is or may be a secret."""
    causes: list[str]
    client_fix: str | None
    server_fix: str | None
    expected_server_id: str | None
    aws_clock_unix_seconds: int | None
    skew_seconds: int | None
    wanted_region: str | None


def profile_json(profile: ServerProfile) -> dict[str, Any]:
    """Writes a profile as the module reads it."""
    allowed = profile.allowed_headers
    return {
        "server-id": _server_id(text("server_id", profile.server_id)),
        "sts-endpoint": _called_endpoint(text("sts_endpoint", profile.sts_endpoint)),
        "allowed-headers": None if allowed is None else _texts("allowed_headers", allowed),
        "mount-config": _name("mount_config", profile.mount_config, "never-written", "written"),
        "core": _software(profile.core),
        "auth-plugin": _software(profile.auth_plugin),
        "caller-arn": text("caller_arn", profile.caller_arn),
        "role": _role(profile.role),
    }


def answer_json(status: int | None, body: str, date: str | None) -> dict[str, Any]:
    """Writes an answer of Vault's as the module reads it."""
    return {
        "status": status_json(status),
        "body": text("body", body, required=True),
        "date": text("date", date),
    }


def status_json(status: int | None) -> int | None:
    if status is not None and not (isinstance(status, int) and 0 <= status < 2**16):
        found = str(status) if isinstance(status, int) else "another type"
        raise ValueError(f"invalid status: expected an HTTP status, found {found}")
    return status


def finding(found: dict[str, Any]) -> Finding:
    return Finding(**fields(found))


def explanation(found: dict[str, Any]) -> Explanation:
    known = fields(found)
    # Each name occurs once, in sorted order, as the server sends them.
    headers = {header["name"]: header["value"] for header in known.pop("headers")}
    scope = known.pop("scope")
    return Explanation(headers=headers, scope=scope and CredentialScope(**fields(scope)), **known)


def refusal(found: dict[str, Any]) -> Refusal:
    return Refusal(**fields(found))


def _server_id(value: str | None) -> str | dict[str, str] | None:
    return None if value is None else {"required": value} if value else "not-required"


def _called_endpoint(value: str | None) -> str | dict[str, str] | None:
    if value is None or value in ("global", "client-region"):
        return value
    return {"url" if "://" in value else "region": value}


def _name(field: str, name: str | None, *names: str) -> str | None:
    """Refuses an unknown name without repeating it: it may be a secret."""
    if name is not None and name not in names:
        name = None
        raise ValueError(f"invalid {field}: expected {' or '.join(names)}, found another name")
    return name


def _texts(field: str, values: Sequence[str]) -> list[str]:
    return [text(field, value, required=True) for value in values]


def _software(software: Software | None) -> dict[str, Any] | None:
    if software is None:
        return None
    flavour = _name("flavour", software.flavour, "vault", "openbao")
    return {"flavour": flavour, "version": text("version", software.version)}


def _role(role: RoleBindings | str | None) -> str | dict[str, Any] | None:
    if role is None or isinstance(role, str):
        return role and _name("role", role, "missing", "ec2")
    bindings = {
        "principal-arns": _texts("principal_arns", role.principal_arns),
        "unique-ids": _name("unique_ids", role.unique_ids, "resolved", "not-resolved"),
        "inferred-entity": _name(
            "inferred_entity", role.inferred_entity, "nothing", "ec2-instance"
        ),
    }
    return {"iam": bindings}
