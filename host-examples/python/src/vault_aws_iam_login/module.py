"""The core module and what it does."""

from __future__ import annotations

import os
import time as clock
from datetime import datetime
from functools import cache as once
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from wasmtime import Engine

from vault_aws_iam_login.compiled import compiled, default_folder
from vault_aws_iam_login.credentials import Credentials
from vault_aws_iam_login.instances import Instance, Instances
from vault_aws_iam_login.values import endpoint, result, text, unix_seconds

# At run time it is imported where it is used: whoever signs need not wait for its records.
if TYPE_CHECKING:
    from vault_aws_iam_login.inspector import Explanation, Finding, Refusal, ServerProfile

FILE = "vault-aws-login.core.wasm"
StsEndpoint = Literal["regional", "fips", "dual-stack", "fips-dual-stack"] | str


class Module:
    """The core module of vault-aws-login, loaded. One is enough for a process: any thread may call
    it.
    """

    def __init__(self, wasm: bytes, *, cache: Path | None = None) -> None:
        """Takes the module's bytes. `cache` is the folder for its compiled form; `None`: compile
        now, keep nothing.
        """
        engine = Engine()
        self._instances = Instances(engine, compiled(engine, wasm, cache))

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, cache: Path | None = None) -> Module:
        """Loads the module from a file. `cache` is as above, but `None` means a folder of the
        user's cache.
        """
        return cls(Path(path).read_bytes(), cache=cache or default_folder())

    @staticmethod
    def bundled() -> Module:
        """The module inside this package, loaded once: `login` and `Session` use it."""
        return _bundled()

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

        `role`: the Vault role; without one Vault takes the name of the IAM user or role.
        `server_id`: the server's `iam_server_id_header_value`. `region`: that of the STS endpoint
        that the *server* calls, by default `us-east-1`. `sts_endpoint`: one of four names, or a
        URL. `time`: a `datetime` with a time zone, or Unix seconds; now, if left out.

        Nothing is sent. Whoever holds the returned JSON can log in with it for 15 minutes.

        Raises `LoginError` if an input breaks a rule, and `TypeError` if one is of the wrong type.
        """
        options = options_json(
            role=role, server_id=server_id, region=region, sts_endpoint=sts_endpoint
        )
        signed: str = self._ask(
            "sign_login", _seconds(time), credentials=credentials.to_json(), options=options
        )
        return signed

    def check_login(
        self,
        login: str,
        server: ServerProfile | None = None,
        *,
        time: datetime | int | None = None,
    ) -> list[Finding]:
        """Predicts what the server does with a login of any client, in the order of its checks.

        The first finding that is `refused` is the one that the server reports. With none that is
        `refused` or `depends`, the server accepts the login if its signature is right. `time` is
        that of sending.
        """
        from vault_aws_iam_login import inspector

        profile = None if server is None else inspector.profile_json(server)
        found = self._ask(
            "check_login",
            _seconds(time),
            **{"login-json": _login(login), "server-profile": profile},
        )
        return [inspector.finding(one) for one in found]

    def explain_login(self, login: str) -> Explanation:
        """Decodes a login for people, without its secrets.

        Raises `LoginError` (without field) if it cannot be decoded.
        """
        from vault_aws_iam_login import inspector

        found = self._ask("explain_login", None, **{"login-json": _login(login)})
        return inspector.explanation(found)

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

        `status` is `None` if no answer came; `date` is the answer's `Date` header; `login` is what
        was sent, if it is still known, so that `quoted` leaves out its secrets; `time` is when the
        answer came.
        """
        from vault_aws_iam_login import inspector

        answer = inspector.answer_json(status, body, date)
        sent = {"login-json": text("login", login)}
        found = self._ask("explain_refusal", _seconds(time), answer=answer, **sent)
        return inspector.refusal(found)

    def explain_pasted(
        self,
        pasted: str,
        *,
        status: int | None = None,
        login: str | None = None,
        time: datetime | int | None = None,
    ) -> Refusal:
        """Explains a refusal from whatever a person copied: a client's output, a log, an answer.

        `status` is that of the answer, if it is known beside the text; `login` and `time` are as in
        `explain_refusal`.
        """
        from vault_aws_iam_login import inspector

        known = {"status": inspector.status_json(status), "login-json": text("login", login)}
        copied = text("pasted", pasted, required=True)
        return inspector.refusal(self._ask("explain_pasted", _seconds(time), text=copied, **known))

    def clock_offset(
        self,
        status: int | None,
        body: str,
        *,
        date: str | None = None,
        time: datetime | int | None = None,
    ) -> int | None:
        """Returns the seconds to add to this clock so that AWS accepts the next login.

        `None` if the refusal is not about the time.
        """
        from vault_aws_iam_login import inspector

        answer = inspector.answer_json(status, body, date)
        offset: int | None = self._ask("clock_offset", _seconds(time), answer=answer)
        return offset

    def _ask(self, function: str, unix: int | None, **request: Any) -> Any:
        if unix is not None:
            request["unix-seconds"] = unix
        answer = self._instances.call(function, request)
        # Not in the frame that raises, whose variables some tools report.
        del request
        return result(answer)

    def instance(self) -> Instance:
        """An instance that is not shared, for a session."""
        return self._instances.fresh()


@once
def _bundled() -> Module:
    file = Path(__file__).with_name(FILE)
    if not file.exists():
        raise FileNotFoundError(
            f"this package was built without {FILE}: run `make python` in the repository before "
            "`pip`, or use Module.load"
        )
    return Module.load(file)


def options_json(
    *, role: str | None, server_id: str | None, region: str | None, sts_endpoint: str | None
) -> dict[str, Any]:
    """Writes the options of a login."""
    return {
        "region": text("region", region),
        "server-id": text("server_id", server_id),
        "role": text("role", role),
        "sts-endpoint": endpoint(sts_endpoint),
    }


def _login(login: str) -> str:
    known: str = text("login", login, required=True)
    return known


def _seconds(time: datetime | int | None) -> int:
    return unix_seconds("unix-seconds", clock.time() if time is None else time)
