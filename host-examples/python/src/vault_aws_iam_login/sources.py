"""Where a session takes its AWS credentials from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vault_aws_iam_login.credentials import Credentials
from vault_aws_iam_login.module import StsEndpoint
from vault_aws_iam_login.values import endpoint, number, text


@dataclass(frozen=True)
class InstanceMetadata:
    """EC2's instance metadata, version 2."""

    endpoint: str | None = None
    """As in `AWS_EC2_METADATA_SERVICE_ENDPOINT`. `None`: `http://169.254.169.254`."""


@dataclass(frozen=True, repr=False)
class ContainerEndpoint:
    """The container endpoint of ECS, EKS Pod Identity or a credential helper."""

    uri: str
    """`AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `AWS_CONTAINER_CREDENTIALS_FULL_URI`."""
    token: Callable[[], str] | None = None
    """Reads the authorization token before each fetch, because such tokens rotate. `None`: none is
    sent.
    """


@dataclass(frozen=True, repr=False)
class WebIdentity:
    """`AssumeRoleWithWebIdentity`."""

    role_arn: str
    role_session_name: str
    token: Callable[[], str]
    """Reads the web-identity token before each exchange."""
    region: str | None = None
    """The region of the STS endpoint that is called for the exchange. `None`: `us-east-1`."""
    sts_endpoint: StsEndpoint | None = None


@dataclass(frozen=True, repr=False)
class AssumeRole:
    """`AssumeRole`: the credentials are exchanged for those of a role, which sign the logins."""

    role_arn: str
    """The ARN of the IAM role, which may be in another account."""
    role_session_name: str | None = None
    """`None`: `vault-aws-login`."""
    external_id: str | None = None
    """What the role's trust policy demands as `sts:ExternalId`. No message shows it."""
    duration_seconds: int | None = None
    """How long the role's credentials last, from 900 to 43200. `None`: AWS's default of 3600."""
    region: str | None = None
    """The region of the STS endpoint that is called. `None`: `us-east-1`."""
    sts_endpoint: StsEndpoint | None = None


Supplier = Callable[[], Credentials | None]
CredentialSource = Credentials | Supplier | InstanceMetadata | ContainerEndpoint | WebIdentity


def source_json(source: CredentialSource) -> str | dict[str, Any]:
    """Writes a source as the module reads it."""
    if isinstance(source, InstanceMetadata):
        return "instance-metadata"
    if isinstance(source, ContainerEndpoint):
        authorization = "none" if source.token is None else "token"
        return {
            "container-endpoint": {
                "uri": text("uri", source.uri, required=True),
                "authorization": authorization,
            }
        }
    if isinstance(source, WebIdentity):
        exchange = {
            "role-arn": text("role_arn", source.role_arn, required=True),
            "role-session-name": text("role_session_name", source.role_session_name, required=True),
            "region": text("region", source.region),
            "sts-endpoint": endpoint(source.sts_endpoint),
        }
        return {"web-identity": exchange}
    if not isinstance(source, Credentials) and not callable(source):
        # Without the value: it may be a dictionary of secrets.
        kind, source = type(source).__name__, "pushed"
        raise TypeError(
            f"invalid credentials: expected Credentials, a function or a source, found {kind}"
        )
    return "pushed"


def assume_role_json(role: AssumeRole) -> dict[str, Any]:
    """Writes the role to assume as the module reads it."""
    return {
        "role-arn": text("role_arn", role.role_arn, required=True),
        "role-session-name": text("role_session_name", role.role_session_name),
        "external-id": text("external_id", role.external_id),
        "duration-seconds": number("duration_seconds", role.duration_seconds),
        "region": text("region", role.region),
        "sts-endpoint": endpoint(role.sts_endpoint),
    }


def supplier(source: CredentialSource) -> Supplier | None:
    """The function that returns the credentials, where the application gives them."""
    if isinstance(source, Credentials):
        return lambda: source
    return source if callable(source) else None


def token_reader(source: CredentialSource) -> Callable[[], str] | None:
    """The function that reads the authorization or web-identity token, if the source needs one."""
    return source.token if isinstance(source, ContainerEndpoint | WebIdentity) else None
