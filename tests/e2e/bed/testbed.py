"""Starts all servers together and ends them together."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests

from bed.aws import Aws, Identity
from bed.certificates import Authority
from bed.openbao import PLUGIN_NAME, OpenBao
from bed.sts_front import StsFront
from bed.tls_proxy import TlsProxy

REPOSITORY = Path(__file__).resolve().parents[3]
PLUGIN = REPOSITORY / "dist" / "test-bed" / PLUGIN_NAME

POLICY = "read-greeting"
GREETING = "hello from the test bed"
GREETING_PATH = "secret/greeting"


@dataclass(frozen=True)
class Answer:
    """What OpenBao said to a request."""

    status: int
    json: dict[str, Any]

    @property
    def token(self) -> str:
        token: str = self.json["auth"]["client_token"]
        return token

    @property
    def error(self) -> str:
        return "\n".join(self.json.get("errors", []))


class TestBed:
    """A context manager; inside it everything runs, and after it nothing does.

    One at a time in a process, since `moto` keeps one set of accounts.
    """

    __test__ = False  # pytest takes its name for that of a test class

    def __init__(self) -> None:
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            folder = Path(
                stack.enter_context(tempfile.TemporaryDirectory(prefix="test-bed-", ignore_cleanup_errors=True))
            )
            self.folder = folder
            self.authority = Authority(folder)
            self.aws = Aws()
            self.sts = StsFront(self.aws)
            stack.callback(self.sts.stop)
            self.proxy = TlsProxy(self.authority, sts_port=self._sts_port, moto_port=lambda: self.aws.port).start()
            stack.callback(self.proxy.stop)
            self.vault = OpenBao(folder, self.authority, plugin=PLUGIN, https_proxy=self.proxy.url)
            # OpenBao takes the longest, so it starts first, and the others start meanwhile.
            self.vault.spawn()
            stack.callback(self.vault.kill)
            self.aws.start()
            stack.callback(self.aws.stop)
            self.aws.sts_url = self.sts.url()
            self.vault.initialise()
            self._write_greeting()
            self.mount_aws("aws")
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def mount_aws(
        self, path: str, *, namespace: str | None = None, configured: bool = True, **client_config: Any
    ) -> str:
        """Mounts HashiCorp's AWS auth method.

        `client_config` goes to `config/client` over the test bed's own addresses; with `configured=False` that entry is
        never written, and Vault calls `https://sts.amazonaws.com`.
        """
        vault = self.vault.client_for(self.vault.root_token, namespace)
        vault.sys.enable_auth_method(PLUGIN_NAME, path=path)
        if configured:
            self.configure_aws(path, namespace=namespace, **client_config)
        return path

    def configure_aws(self, path: str, *, namespace: str | None = None, **client_config: Any) -> None:
        """Rewrites the client configuration of a mount."""
        config = {
            "access_key": self.aws.vault.access_key_id,
            "secret_key": self.aws.vault.secret_access_key,
            "iam_endpoint": self.aws.url,
            "endpoint": self.aws.url,
            "sts_endpoint": self.sts.url(),
            "max_retries": 0,
        }
        vault = self.vault.client_for(self.vault.root_token, namespace)
        vault.write_data(f"auth/{path}/config/client", data=config | client_config)

    def vault_role(
        self, name: str, *principals: str, mount: str = "aws", namespace: str | None = None, **fields: Any
    ) -> str:
        """Writes a Vault role of type iam for these principals' ARNs; its tokens may read the greeting."""
        role = {"auth_type": "iam", "token_policies": POLICY, "bound_iam_principal_arn": ",".join(principals)}
        vault = self.vault.client_for(self.vault.root_token, namespace)
        vault.write_data(f"auth/{mount}/role/{name}", data=role | fields)
        return name

    def make_namespace(self, name: str) -> str:
        """Makes a namespace with the greeting and its policy in it."""
        self.vault.client.write_data(f"sys/namespaces/{name}", data={})
        self._write_greeting(name)
        return name

    def login(
        self, body: dict[str, Any] | str | bytes, *, mount: str = "aws", headers: dict[str, str] | None = None
    ) -> Answer:
        """Posts a login, as any client of Vault would."""
        url = f"{self.vault.address}/v1/auth/{mount}/login"
        if isinstance(body, dict):
            answer = requests.post(url, json=body, headers=headers, timeout=60)
        else:
            answer = requests.post(url, data=body, headers=headers, timeout=60)
        return Answer(answer.status_code, answer.json())

    def read_greeting(self, token: str, namespace: str | None = None) -> str:
        """Reads the secret with a login's token."""
        headers = {"X-Vault-Token": token} | ({"X-Vault-Namespace": namespace} if namespace else {})
        answer = requests.get(f"{self.vault.address}/v1/{GREETING_PATH}", headers=headers, timeout=30)
        answer.raise_for_status()
        message: str = answer.json()["data"]["message"]
        return message

    def environment(self, identity: Identity) -> dict[str, str]:
        """The variables that a host program reads: where Vault is, and who logs in."""
        return {"VAULT_ADDR": self.vault.address} | identity.environment()

    def process_environment(self, identity: Identity) -> dict[str, str]:
        """This process's environment with those variables, and without the user's own of these kinds."""
        neutral = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "VAULT_", "BAO_"))}
        return neutral | self.environment(identity)

    def _write_greeting(self, namespace: str | None = None) -> None:
        vault = self.vault.client_for(self.vault.root_token, namespace)
        vault.sys.enable_secrets_engine("kv", path="secret", options={"version": "1"})
        vault.write_data(GREETING_PATH, data={"message": GREETING})
        rule = f'path "{GREETING_PATH}" {{ capabilities = ["read"] }}'
        vault.sys.create_or_update_policy(POLICY, rule)

    def _sts_port(self, region: str) -> int:
        return int(self.sts.url(region).rpartition(":")[2])
