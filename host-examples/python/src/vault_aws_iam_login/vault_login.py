"""A login by hand: signed, posted, and the token that came of it."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from vault_aws_iam_login.credentials import Credentials
from vault_aws_iam_login.errors import VaultError
from vault_aws_iam_login.exchange import Exchange, Incoming, TransportError
from vault_aws_iam_login.inspector import Refusal
from vault_aws_iam_login.module import Module, StsEndpoint, options_json
from vault_aws_iam_login.server import Server, mount_path, redirect_target, server
from vault_aws_iam_login.values import result, text

#: A login's answer has a few thousand bytes, with many policies a few ten thousand.
LONGEST_ANSWER = 1024 * 1024
#: As long as Vault's own client waits.
TIMEOUT_SECONDS = 60.0
_VISIBLE = re.compile("[!-~]+")


@dataclass(frozen=True)
class Token:
    """What Vault granted. Of the server's text `repr` shows the warnings alone, which are safe."""

    token: str = field(repr=False)
    """The token: a secret."""
    lease_seconds: int
    """How long it is valid, counted from the answer; 0 if it does not expire."""
    renewable: bool
    accessor: str = field(repr=False)
    """Names the token without being one; empty for batch tokens."""
    policies: list[str] = field(repr=False)
    metadata: dict[str, str] = field(repr=False)
    """What Vault knows of the AWS identity: `account_id`, `client_arn`, …"""
    warnings: str | None
    """Vault's warnings, safe to print: one line without secrets. `None` if there are none."""


def login(
    vault_addr: str,
    credentials: Credentials | Callable[[], Credentials],
    *,
    role: str | None = None,
    server_id: str | None = None,
    region: str | None = None,
    sts_endpoint: StsEndpoint | None = None,
    mount: str = "aws",
    namespace: str | None = None,
    timeout: float = TIMEOUT_SECONDS,
    tls: ssl.SSLContext | None = None,
    module: Module | None = None,
) -> Token:
    """Logs in to Vault or OpenBao and returns the token.

    `vault_addr`: such as `https://vault.example.com:8200`. `credentials`: `Credentials`, or a
    function that returns them. `role`, `server_id`, `region`, `sts_endpoint`: as in
    `Module.sign_login`. `mount`: where the AWS auth method is. `namespace`: Vault Enterprise's or
    OpenBao's. `timeout`: in seconds, for each request. `tls`: with the certificates that are
    trusted; `None` means those of the system, or of `SSL_CERT_FILE`.

    One redirect is followed, with status 307 as standby servers send it, and never from https to
    http.

    Raises `LoginError` if an input breaks a rule, `VaultError` if Vault refuses the login or cannot
    be reached.
    """
    at = server(vault_addr)
    module = module or Module.bundled()
    options = {"role": role, "server_id": server_id, "region": region, "sts_endpoint": sts_endpoint}
    _check(module, mount, namespace, options)
    identity = credentials if isinstance(credentials, Credentials) else credentials()
    granted = _login(
        module, identity, options, _Post(at, mount_path(mount), namespace, timeout, tls)
    )
    if isinstance(granted, VaultError):
        # Raised here, because no variable of this frame is a secret in the clear.
        raise granted
    return granted


@dataclass(frozen=True, repr=False)
class _Post:
    """Sends a login, once or to where a standby server redirects it."""

    server: Server
    target: str
    namespace: str | None
    timeout: float
    tls: ssl.SSLContext | None

    def send(self, body: str) -> Incoming | VaultError:
        shown = self.server.shown
        try:
            answer = self._send(self.server, self.server.path + self.target, body)
        except TransportError as error:
            reason = self.server.shown_reason(error.reason)
            return VaultError(f"no answer from {shown}: {reason}", failure=error.failure)
        if answer.status != 307:
            return answer
        # Where it leads is not shown, because a server may put the login into it.
        location = answer.header("Location")
        found = None if location is None else redirect_target(location, self.server)
        if found is None:
            what = "none" if location is None else "something else"
            return VaultError(
                f"expected a URL with the redirect of {shown}, found {what}", status=307
            )
        target, path = found
        if target.scheme != "https" and self.server.scheme == "https":
            what = "expected a redirect from {} to stay on https://, found one that does not"
            return VaultError(what.format(shown), status=307)
        try:
            answer = self._send(target, path, body)
        except TransportError as error:
            # The server chose the place, so neither it nor the reason, which may name it, is shown.
            return VaultError(f"no answer from where {shown} redirects to", failure=error.failure)
        if answer.status == 307:
            return VaultError(
                f"expected an answer from where {shown} redirects to, found a second redirect",
                status=307,
            )
        return answer

    def _send(self, to: Server, target: str, body: str) -> Incoming:
        # Vault Agent and proxies want the second: a browser that was tricked into a request cannot
        # send it.
        headers = {"Content-Type": "application/json", "X-Vault-Request": "true"}
        if self.namespace is not None:
            headers["X-Vault-Namespace"] = self.namespace
        return Exchange(
            to, "POST", target, headers, body.encode(), self.timeout, LONGEST_ANSWER, self.tls
        ).run()


def _check(module: Module, mount: str, namespace: str | None, options: dict[str, Any]) -> None:
    """Checks the settings by the rules of a session, which has those of the mount and the namespace
    too.
    """
    config = {
        "mount": text("mount", mount, required=True).strip("/"),
        "namespace": text("namespace", namespace),
        "login": options_json(**options),
        "credential-source": "pushed",
    }
    instance = module.instance()
    result(instance.call("session_create", {"config": config, "jitter-seed": 0}))


def _login(
    module: Module, credentials: Credentials, options: dict[str, Any], post: _Post
) -> Token | VaultError:
    signed = module.sign_login(credentials, **options)
    answer = post.send(signed)
    if isinstance(answer, VaultError):
        return answer
    body = answer.body.decode(errors="replace")
    refusal = module.explain_refusal(answer.status, body, date=answer.header("Date"), login=signed)
    return _token(answer.status, body, refusal)


def _token(status: int, body: str, refusal: Refusal) -> Token | VaultError:
    """Reads the token. Of the answer an error has only `refusal.quoted`, because servers and
    proxies echo the login.
    """
    if not 200 <= status <= 299:
        return _refused(f"Vault refused the login with status {status}", status, refusal)
    auth = _object(_parsed(body).get("auth"))
    if auth.get("mfa_requirement"):
        return _refused(
            "expected a token from Vault, found that it asks for a second factor (MFA)",
            status,
            refusal,
        )
    token = auth.get("client_token")
    if not token:
        what = f"expected a token from Vault, found an answer without one (status {status})"
        return _refused(what, status, refusal)
    if not isinstance(token, str) or not _VISIBLE.fullmatch(token):
        return _refused(
            "expected a token of visible ASCII characters from Vault, found another",
            status,
            refusal,
        )
    lease, accessor, policies = (
        auth.get(name) for name in ("lease_duration", "accessor", "policies")
    )
    return Token(
        token=token,
        lease_seconds=lease if isinstance(lease, int) else 0,
        renewable=auth.get("renewable") is True,
        accessor=accessor if isinstance(accessor, str) else "",
        policies=policies if isinstance(policies, list) else [],
        metadata=_object(auth.get("metadata")),
        warnings=refusal.quoted,
    )


def _refused(what: str, status: int, refusal: Refusal) -> VaultError:
    """Puts the server's words and the explanation behind what went wrong."""
    lines = [what if refusal.quoted is None else f"{what}: {refusal.quoted}", refusal.message]
    if refusal.client_fix is not None:
        lines.append(f"on the client: {refusal.client_fix}")
    if refusal.server_fix is not None:
        lines.append(f"on the server: {refusal.server_fix}")
    return VaultError("\n".join(lines), status=status, refusal=refusal)


def _parsed(body: str) -> dict[str, Any]:
    try:
        return _object(json.loads(body))
    except (ValueError, RecursionError):
        return {}


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
