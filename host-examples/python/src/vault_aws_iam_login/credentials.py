"""AWS credentials."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from vault_aws_iam_login.values import text, unix_seconds


class FrozenCredentials(Protocol):
    """What botocore's `get_frozen_credentials()` returns."""

    @property
    def access_key(self) -> str: ...
    @property
    def secret_key(self) -> str: ...
    @property
    def token(self) -> str | None: ...


@dataclass(frozen=True, repr=False)
class Credentials:
    """AWS credentials as AWS issues them. `repr` shows nothing of them."""

    access_key_id: str
    secret_access_key: str
    session_token: str | None = None
    """Comes with temporary credentials (`ASIA…`)."""
    expires_at: datetime | int | None = None
    """When they expire: a `datetime` with a time zone, or Unix seconds. `None` if it is unknown;
    then it is not checked.
    """

    @classmethod
    def from_botocore(cls, credentials: Any) -> Credentials:
        """Takes what a botocore or boto3 session's `get_credentials()` returns, refreshed if it is
        due.
        """
        frozen: FrozenCredentials = credentials.get_frozen_credentials()
        return cls(frozen.access_key, frozen.secret_key, frozen.token)

    def __repr__(self) -> str:
        return "Credentials(** redacted **)"

    def to_json(self) -> dict[str, Any]:
        """Writes them as the module reads them: all of them, in the clear."""
        expiry = self.expires_at
        return {
            "access-key-id": text("access_key_id", self.access_key_id, required=True),
            "secret-access-key": text("secret_access_key", self.secret_access_key, required=True),
            "session-token": text("session_token", self.session_token),
            "expires-at-unix-seconds": None
            if expiry is None
            else unix_seconds("expires-at-unix-seconds", expiry),
        }
