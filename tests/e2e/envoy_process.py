"""A real Envoy whose listeners and clusters a test may change while it runs."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bed import GREETING, GREETING_PATH
from bed.child import Child
from bed.loopback import LOOPBACK, free_ports
from command import ROOT

FILTER = "dist/vault-aws-login-envoy.wasm"
FOREIGN_FILTER = "target/wasm32-wasip1/release/vault_aws_login_foreign_filter.wasm"
TYPE = "type.googleapis.com/envoy"
KEYS = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]


def public_hash(
    configuration: Mapping[str, Any],
    *,
    access_key_id: str = "",
    session_token: str = "",
    endpoint: str = "",
    authorization_token: str = "",
) -> bytes:
    """What the records of one configuration and identity have in common and others may know."""
    parts = (json.dumps(configuration), access_key_id, session_token, endpoint, authorization_token)
    return hashlib.sha256("".join(f"{len(part.encode())}:{part}" for part in parts).encode()).digest()


def record_name(configuration: Mapping[str, Any], *, secret: str, kind: str = "lease", **identity: str) -> str:
    """The name of a record in Envoy's shared data, for that configuration, identity and secret."""
    salt = public_hash(configuration, **identity)
    owner = HKDF(SHA256(), 32, salt, b"vault-aws-login/shared/1/name").derive(secret.encode())
    return f"vault-aws-login/{owner.hex()}/{kind}"


@dataclass(frozen=True)
class Listener:
    """One listener of an Envoy, with a filter on it."""

    name: str
    port: int

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def get(self, path: str = GREETING_PATH, headers: Mapping[str, str] | None = None) -> requests.Response:
        return requests.get(f"{self.url}/v1/{path}", headers=headers, timeout=30)

    def status(self, path: str = GREETING_PATH) -> int:
        """The status of a request, or 0 where nothing listens yet."""
        try:
            return self.get(path).status_code
        except requests.ConnectionError:
            return 0

    def foreign(self, key: str, write: str | None = None) -> bytes:
        """What the foreign filter on this listener finds under that key, after writing there."""
        headers = {"x-key": key} | ({} if write is None else {"x-write": write})
        return self.get(headers=headers).content

    def reads_the_greeting(self) -> bool:
        answer = self.get()
        return answer.status_code == 200 and answer.json()["data"]["message"] == GREETING


@dataclass
class Envoy:
    """A context manager around one Envoy; write to it before and while it runs, then `apply`."""

    folder: Path
    workers: int = 1
    environment: Mapping[str, str] = field(default_factory=dict)
    #: Whether Envoy logs each call between it and a filter.
    traces_calls: bool = False
    _clusters: dict[str, str] = field(default_factory=dict)
    _listeners: dict[str, dict[str, Any]] = field(default_factory=dict)
    _version: int = 0
    _child: Child | None = None
    _admin: str = ""

    def cluster(self, name: str, url: str) -> str:
        """Leads a cluster to that server."""
        self._clusters[name] = url
        return name

    def listener(
        self,
        name: str,
        configuration: Mapping[str, Any] | str | None,
        *,
        to: str,
        vm_id: str = "vault-aws-login",
        plugin: str | None = None,
        wasm: str = FILTER,
        port: int | None = None,
        values: Mapping[str, str] | None = None,
        host_variables: list[str] | None = None,
        routes: list[dict[str, Any]] | None = None,
        manager_settings: Mapping[str, Any] | None = None,
        capabilities: list[str] | None = None,
        http_filter: Mapping[str, Any] | None = None,
        route: Mapping[str, Any] | None = None,
    ) -> Listener:
        """Puts a filter before a cluster, or none without a configuration.

        `values` are variables of the filter's VM, and `host_variables` name those of Envoy's own that it gets, too; without
        both it gets the AWS keys. `routes` come before the one that leads everything to the cluster. `capabilities` are the only calls between Envoy and the filter that work.
        `http_filter` is a filter in its place, whatever the arguments above say, and `route` holds more settings of the
        last route.
        """
        assert (ROOT / wasm).exists(), f"no {wasm}: run `make envoy`"
        port = port or free_ports(1)[0]
        if values is None and host_variables is None:
            host_variables = KEYS
        variables = {"host_env_keys": host_variables or [], "key_values": dict(values or {})}
        wasm_filter: dict[str, Any] = {
            "@type": f"{TYPE}.extensions.filters.http.wasm.v3.Wasm",
            "config": {
                "name": plugin or name,
                "failure_policy": "FAIL_RELOAD",
                "vm_config": {
                    "vm_id": vm_id,
                    "runtime": "envoy.wasm.runtime.v8",
                    "code": {"local": {"filename": str(ROOT / wasm)}},
                    "environment_variables": variables,
                },
                "configuration": {
                    "@type": "type.googleapis.com/google.protobuf.StringValue",
                    "value": json.dumps(configuration),
                },
            },
        }
        if capabilities is not None:
            allowed = {"allowed_capabilities": {name: {} for name in capabilities}}
            wasm_filter["config"]["capability_restriction_config"] = allowed
        router = {"@type": f"{TYPE}.extensions.filters.http.router.v3.Router"}
        manager = {
            "@type": f"{TYPE}.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
            "stat_prefix": name,
            "route_config": {
                "virtual_hosts": [
                    {
                        "name": "everything",
                        "domains": ["*"],
                        "routes": [
                            *(routes or []),
                            {"match": {"prefix": "/"}, "route": {"cluster": to, "timeout": "20s"}} | dict(route or {}),
                        ],
                    }
                ]
            },
            "http_filters": [
                *([dict(http_filter)] if http_filter else []),
                *([] if configuration is None else [{"name": "vault-aws-login", "typed_config": wasm_filter}]),
                {"name": "envoy.filters.http.router", "typed_config": router},
            ],
        } | dict(manager_settings or {})
        self._listeners[name] = {
            "@type": f"{TYPE}.config.listener.v3.Listener",
            "name": name,
            "address": {"socket_address": {"address": LOOPBACK, "port_value": port}},
            "filter_chains": [
                {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
            ],
        }
        return Listener(name, port)

    def remove(self, listener: Listener) -> None:
        del self._listeners[listener.name]

    def apply(self) -> None:
        """Passes the current listeners and clusters to Envoy."""
        self._version += 1
        clusters = [self._cluster(name, url) for name, url in self._clusters.items()]
        for name, resources in (("cds", clusters), ("lds", list(self._listeners.values()))):
            update = {"version_info": str(self._version), "resources": resources}
            new = self.folder / f"{name}.new"
            new.write_text(json.dumps(update))
            # Envoy looks at a file again when another one is moved onto it.
            new.rename(self.folder / f"{name}.json")

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        (port,) = free_ports(1)
        self._admin = f"http://{LOOPBACK}:{port}"
        source = {
            kind: {"path_config_source": {"path": str(self.folder / f"{kind[:3]}.json")}, "resource_api_version": "V3"}
            for kind in ("cds_config", "lds_config")
        }
        bootstrap = {
            "node": {"id": "test", "cluster": "test"},
            "admin": {"address": {"socket_address": {"address": LOOPBACK, "port_value": port}}},
            "dynamic_resources": source,
        }
        config = self.folder / "bootstrap.json"
        config.write_text(json.dumps(bootstrap))
        self.apply()
        command = [str(ROOT / ".venv/bin/envoy"), "-c", str(config), "--concurrency", str(self.workers)]
        command += ["--use-dynamic-base-id", "--drain-time-s", "1", "--log-level", "info"]
        command += ["--component-log-level", "wasm:trace"] if self.traces_calls else []
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder)} | dict(self.environment)
        self._child = Child(command, log=self.folder / "envoy.log", env=env)
        self.wait_until(self._is_ready, what="it was ready")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._child:
            self._child.stop()

    def wait_until(self, ready: Any, *, what: str, seconds: float = 30) -> None:
        assert self._child is not None
        self._child.wait_until(ready, what=what, seconds=seconds)

    @property
    def pid(self) -> int:
        assert self._child is not None
        return self._child.pid

    @property
    def log(self) -> str:
        assert self._child is not None
        return self._child.log.read_text(errors="replace")

    def lines(self, text: str) -> list[str]:
        return [line for line in self.log.splitlines() if text in line]

    def admin(self, path: str) -> str:
        return requests.get(f"{self._admin}/{path}", timeout=10).text

    def stats(self, plugin: str) -> dict[str, int]:
        """The filter's own counters and gauges."""
        prefix = f"wasmcustom.vault_aws_login.{plugin}."
        lines = re.findall(rf"^{re.escape(prefix)}(\S+): (\d+)$", self.admin("stats?usedonly"), re.MULTILINE)
        return {name: int(value) for name, value in lines}

    def crashes(self) -> list[str]:
        """What Envoy logs when a VM fails, which none ever may."""
        wanted = re.compile(r"Function: proxy_|Wasm VM failed|panicked at|in-VM backtrace|Uncaught RuntimeError")
        return [line for line in self.log.splitlines() if wanted.search(line)]

    def _is_ready(self) -> bool:
        try:
            return requests.get(f"{self._admin}/ready", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    @staticmethod
    def _cluster(name: str, url: str) -> dict[str, Any]:
        address = {"address": LOOPBACK, "port_value": urlsplit(url).port}
        return {
            "@type": f"{TYPE}.config.cluster.v3.Cluster",
            "name": name,
            "type": "STATIC",
            "connect_timeout": "2s",
            "load_assignment": {
                "cluster_name": name,
                "endpoints": [{"lb_endpoints": [{"endpoint": {"address": {"socket_address": address}}}]}],
            },
        }
