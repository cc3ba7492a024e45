"""Logs an `hvac.Client` in, and keeps it logged in. Needs the extra `hvac`: `pip install
'vault-aws-iam-login[hvac]'`.

The names are those of hvac's own `client.auth.aws.iam_login`: `role`, `header_value`, `region`,
`mount_point`.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import hvac

from vault_aws_iam_login.credentials import Credentials
from vault_aws_iam_login.module import Module, StsEndpoint
from vault_aws_iam_login.session import Lease, Session, SessionRefusal
from vault_aws_iam_login.sources import AssumeRole, CredentialSource
from vault_aws_iam_login.vault_login import TIMEOUT_SECONDS, Token
from vault_aws_iam_login.vault_login import login as vault_login


def login(
    client: hvac.Client,
    credentials: Credentials | Callable[[], Credentials],
    *,
    role: str | None = None,
    header_value: str | None = None,
    region: str | None = None,
    mount_point: str = "aws",
    sts_endpoint: StsEndpoint | None = None,
    use_token: bool = True,
    timeout: float = TIMEOUT_SECONDS,
    module: Module | None = None,
) -> Token:
    """Logs in to the client's server, in its namespace, and gives the client the token unless
    `use_token` is false.

    `header_value`: the server's `iam_server_id_header_value`. `region`: that of the STS endpoint
    that the *server* calls. The client's `verify` and `cert` hold here too; its proxies do not.

    Raises `LoginError` and `VaultError` as `vault_aws_iam_login.login` does.
    """
    granted = vault_login(
        client.url,
        credentials,
        role=role,
        server_id=header_value,
        region=region,
        sts_endpoint=sts_endpoint,
        mount=mount_point,
        namespace=client.adapter.namespace,
        timeout=timeout,
        tls=_tls(client),
        module=module,
    )
    if use_token:
        client.token = granted.token
    return granted


class keep_logged_in:  # noqa: N801, because it is used as a function
    """Gives a client a token that is always fresh.

        with keep_logged_in(client, credentials, role="dev") as session:
            client.secrets.kv.read_secret("greeting")

    It waits for the first token up to `timeout` seconds, and raises `TimeoutError` if none comes;
    its message says why. From then on a `Session` sets the client's token whenever there is a new
    one, and removes it when it has ended. If the client gets `hvac.exceptions.Forbidden`,
    `session.token_refused()` has Vault asked whether the token is still valid. At the end of the
    block the session is closed, and the client has no token.

    The names are hvac's, as in `login`; `options` are those of `Session` that hvac has no names
    for, such as `on_refusal`.
    """

    def __init__(
        self,
        client: hvac.Client,
        credentials: CredentialSource,
        *,
        role: str | None = None,
        header_value: str | None = None,
        region: str | None = None,
        mount_point: str = "aws",
        sts_endpoint: StsEndpoint | None = None,
        assume_role: AssumeRole | None = None,
        timeout: float | None = TIMEOUT_SECONDS,
        on_refusal: Callable[[SessionRefusal], object] | None = None,
        **options: Any,
    ) -> None:
        self._client = client
        self._timeout = timeout
        self._told: SessionRefusal | None = None
        self._on_refusal = on_refusal
        self._on_token: Callable[[Lease], object] | None = options.pop("on_token", None)
        self._on_token_ended: Callable[[int], object] | None = options.pop("on_token_ended", None)
        self._arguments = {
            "credentials": credentials,
            "role": role,
            "server_id": header_value,
            "region": region,
            "sts_endpoint": sts_endpoint,
            "mount": mount_point,
            "assume_role": assume_role,
            "namespace": client.adapter.namespace,
            "tls": _tls(client),
            **options,
        }
        self._session: Session | None = None

    def __enter__(self) -> Session:
        session = self._session = Session(
            self._client.url,
            on_token=self._use,
            on_token_ended=self._stop_using,
            on_refusal=self._refused,
            **self._arguments,
        )
        try:
            self._client.token = session.token(self._timeout)
        except TimeoutError:
            self.close()
        except BaseException:
            self.close()
            raise
        else:
            return session
        why = "" if self._told is None else f": {self._told.message}"
        raise TimeoutError(f"no token within {self._timeout} s{why}")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the session, and takes the token from the client. The token is not revoked."""
        if self._session is not None:
            self._session.close()
            self._client.token = None

    def _use(self, lease: Lease) -> None:
        self._client.token = lease.token
        if self._on_token is not None:
            self._on_token(lease)

    def _stop_using(self, generation: int) -> None:
        self._client.token = None
        if self._on_token_ended is not None:
            self._on_token_ended(generation)

    def _refused(self, refusal: SessionRefusal) -> None:
        self._told = refusal
        if self._on_refusal is not None:
            self._on_refusal(refusal)


def _tls(client: hvac.Client) -> ssl.SSLContext | None:
    """The client's own settings: `verify` is a file or a folder of certificates, `cert` that of the
    client itself.
    """
    verify, cert = client.session.verify, client.session.cert
    if verify in (True, None) and cert is None:
        return None
    if verify is False:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    elif verify in (True, None):
        context = ssl.create_default_context()
    elif Path(verify).is_dir():
        context = ssl.create_default_context(capath=verify)
    else:
        context = ssl.create_default_context(cafile=verify)
    if cert is not None:
        chain = (cert, None) if isinstance(cert, str) else cert
        context.load_cert_chain(*chain)
    return context
