"""The component and what it does."""

from __future__ import annotations

import os
import time as clock
from datetime import datetime
from pathlib import Path
from typing import Literal

from wasmtime import Engine
from wasmtime.component import Record, Variant

from vault_aws_login.compiled import compiled, default_folder
from vault_aws_login.credentials import Credentials
from vault_aws_login.errors import LoginError
from vault_aws_login.inspector import (
    Explanation,
    Finding,
    Refusal,
    ServerProfile,
    answer_record,
    explanation,
    finding,
    profile_record,
    refusal,
)
from vault_aws_login.instance import Instance
from vault_aws_login.records import record, text, unix_seconds

SIGNER = "vault-aws:login/signer@0.1.0"
INSPECTOR = "vault-aws:login/inspector@0.1.0"
StsEndpoint = Literal["regional", "fips", "dual-stack", "fips-dual-stack"] | str


class Component:
    """The component `vault-aws:login`, loaded. One is enough for a process: any thread may call it."""

    def __init__(self, wasm: bytes, *, cache: Path | None = None) -> None:
        """Takes the component's bytes. `cache` is the folder for its compiled form; `None`: compile now, keep nothing."""
        engine = Engine()
        self._instance = Instance(engine, compiled(engine, wasm, cache))

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, cache: Path | None = None) -> Component:
        """Loads the component from a file. `cache` is as above, but `None` means a folder of the user's cache."""
        return cls(Path(path).read_bytes(), cache=cache or default_folder())

    def sign_login(
        self,
        credentials: Credentials,
        *,
        role: str | None = None,
        server_id: str | None = None,
        region: str | None = None,
        sts_endpoint: StsEndpoint | None = None,
        time: datetime | int | None = None,
    ) -> str:
        """Signs a login and returns the JSON body for `POST /v1/auth/<mount>/login`.

        `role`: the Vault role; without one Vault takes the name of the IAM user or role. `server_id`: the server's
        `iam_server_id_header_value`. `region`: that of the STS endpoint that the *server* calls, by default
        `us-east-1`. `sts_endpoint`: one of four names, or a URL. `time`: a `datetime` with a time zone, or Unix
        seconds; now, if left out.

        Nothing is sent. Whoever holds the returned JSON can log in with it for 15 minutes.

        Raises `LoginError` if an input breaks a rule, and `TypeError` if one is of the wrong type.
        """
        options = record(
            region=text("region", region),
            server_id=text("server_id", server_id),
            role=text("role", role),
            sts_endpoint=_endpoint(text("sts_endpoint", sts_endpoint)),
        )
        result = self._instance.call(SIGNER, "sign-login", _credentials(credentials), options, _seconds(time))
        if isinstance(result, Record):
            raise LoginError(result.rule, result.field, result.message)
        return result

    def check_login(
        self, login: str, server: ServerProfile = ServerProfile(), *, time: datetime | int | None = None
    ) -> list[Finding]:
        """Predicts what the server does with a login of any client, in the order of its checks.

        The first finding that is `refused` is the one that the server reports. With none that is `refused` or
        `depends`, the server accepts the login if its signature is right. `time` is that of sending.
        """
        login = text("login", login, required=True)
        found = self._instance.call(INSPECTOR, "check-login", login, profile_record(server), _seconds(time))
        return [finding(one) for one in found]

    def explain_login(self, login: str) -> Explanation:
        """Decodes a login for people, without its secrets. Raises `LoginError` (without field) if it cannot be decoded."""
        result = self._instance.call(INSPECTOR, "explain-login", text("login", login, required=True))
        if result.tag == "err":
            raise LoginError(result.payload.rule, None, result.payload.message)
        return explanation(result.payload)

    def explain_refusal(
        self,
        status: int | None,
        body: str,
        *,
        date: str | None = None,
        login: str | None = None,
        time: datetime | int | None = None,
    ) -> Refusal:
        """Explains who refused a login, why, and what to change, from Vault's answer.

        `status` is `None` if no answer came; `date` is the answer's `Date` header; `login` is what was sent, if it
        is still known, so that `quoted` leaves out its secrets; `time` is when the answer came.
        """
        answer = answer_record(status, body, date)
        login = text("login", login)
        return refusal(self._instance.call(INSPECTOR, "explain-refusal", answer, login, _seconds(time)))

    def clock_offset(
        self, status: int | None, body: str, *, date: str | None = None, time: datetime | int | None = None
    ) -> int | None:
        """Returns the seconds to add to this clock so that AWS accepts the next login; `None` if the refusal is not about the time."""
        offset: int | None = self._instance.call(
            INSPECTOR, "clock-offset", answer_record(status, body, date), _seconds(time)
        )
        return offset


def _credentials(credentials: Credentials) -> Record:
    expiry = credentials.expires_at
    return record(
        access_key_id=text("access_key_id", credentials.access_key_id, required=True),
        secret_access_key=text("secret_access_key", credentials.secret_access_key, required=True),
        session_token=text("session_token", credentials.session_token),
        expires_at_unix_seconds=None if expiry is None else unix_seconds("expires-at-unix-seconds", expiry),
    )


def _endpoint(value: str | None) -> Variant | None:
    if value is None:
        return None
    if value in ("regional", "fips", "dual-stack", "fips-dual-stack"):
        return Variant(value)
    return Variant("url", value)


def _seconds(time: datetime | int | None) -> int:
    return unix_seconds("unix-seconds", clock.time() if time is None else time)
