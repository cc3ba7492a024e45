"""Which paths get the proxy's token: ten thousand spellings of guarded ones, ordinary ones, rewrites and prefixes.

The spellings come from a seed that is printed, the same in each run; PATH_SPELLINGS_SEED sets another, and
PATH_SPELLINGS their number.
"""

from __future__ import annotations

import http.client
import json
import os
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from bed import TestBed
from envoy_process import Envoy, Listener
from path_spellings import Call, guarded_calls, ordinary_calls, secret_paths
from vault_front import Front

SPELLINGS = int(os.environ.get("PATH_SPELLINGS", "10000"))
CLIENTS = 4
SECRETS = "odd-names"
GUARDED = ("auth/token/", "sys/wrapping/", "sys/leases/revoke", "sys/revoke", "cubbyhole/")

NORMALISES = {"normalize_path": True, "merge_slashes": True}
UNESCAPES = NORMALISES | {"path_with_escaped_slashes_action": "UNESCAPE_AND_FORWARD"}
#: What is behind the filter, and how the filter's own listener reads paths.
ROUTES = {
    "to OpenBao": (None, {}),
    "to a proxy that normalises": (NORMALISES, {}),
    "to a proxy that unescapes slashes": (UNESCAPES, {}),
    "normalised, to a proxy that unescapes slashes": (UNESCAPES, {"normalize_path": True}),
}


@dataclass(frozen=True)
class Said:
    """An answer; status 0 where there was none."""

    status: int
    body: bytes

    def plain(self) -> Any:
        """The answer without what differs each time."""
        try:
            body = json.loads(self.body)
        except ValueError:
            body = self.body
        if isinstance(body, dict):
            for key in ("request_id", "server_time_utc"):
                body.pop(key, None)
        return self.status, body


class Client:
    """Keeps a connection, and sends paths without changing them."""

    def __init__(self, port: int, headers: Mapping[str, str] | None = None) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._headers = dict(headers or {})

    def send(self, call: Call) -> Said:
        for _ in range(2):
            try:
                self._connection.request(call.method, call.path, call.body, self._headers | call.headers)
                answer = self._connection.getresponse()
                return Said(answer.status, answer.read())
            except (OSError, http.client.HTTPException):
                # Envoy ends the connection after a request that it does not like.
                self._connection.close()
        return Said(0, b"")


def send_all(port: int, calls: list[Call], headers: Mapping[str, str] | None = None) -> list[Said]:
    local = threading.local()

    def send(call: Call) -> Said:
        if not hasattr(local, "client"):
            local.client = Client(port, headers)
        said: Said = local.client.send(call)
        return said

    with ThreadPoolExecutor(CLIENTS) as clients:
        return list(clients.map(send, calls))


@dataclass
class Neighbourhood:
    """The filter before OpenBao and before two kinds of proxies, with one token for all."""

    bed: TestBed
    mount: str
    namespace: str
    #: What the filter's own requests pass through.
    own: Front
    listeners: dict[str, Listener]
    #: The same ways without the filter.
    ports: dict[str, int]
    envoy: Envoy
    token: str

    def guarded_operations(self) -> Counter[str]:
        """What OpenBao did on guarded paths for tokens of the mount, beyond what the filter itself asked for."""
        done = Counter(
            entry["request"]["path"]
            for entry in self.bed.vault.audit_entries()
            if entry["type"] == "response"
            and entry["request"].get("path", "").removeprefix(f"{self.namespace}/").startswith(GUARDED)
            and entry.get("auth", {}).get("display_name", "").startswith(self.mount)
        )
        return done - Counter(seen.path.removeprefix("/v1/") for seen in self.own.seen)


@pytest.fixture(scope="module")
def neighbourhood(bed: TestBed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbourhood]:
    user = bed.aws.user()
    mount = bed.mount_aws("envoy-spelt")
    namespace = bed.make_namespace("spelt")
    # A token that may do everything: what keeps a client from the guarded paths is the filter alone.
    rule = 'path "*" { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }'
    bed.vault.client.sys.create_or_update_policy("everything", rule)
    bed.vault_role("spelt", user.arn, mount=mount, token_policies="everything")
    bed.vault.client.sys.enable_secrets_engine("kv", path=SECRETS, options={"version": "1"})
    root = {"X-Vault-Token": bed.vault.root_token}
    written = [Call("PUT", f"/v1/{path}", json.dumps({"path": path}).encode()) for path in secret_paths(SECRETS)]
    vault_port = int(bed.vault.address.rpartition(":")[2])
    assert Counter(said.status for said in send_all(vault_port, written, root)) == {204: len(written)}

    folder = tmp_path_factory.mktemp("spelt")
    behind = Envoy(folder / "behind")
    behind.cluster("vault", bed.vault.address)
    with Front(bed.vault.address) as own, Front(bed.vault.address) as witness:
        envoy = Envoy(folder / "before", workers=2, environment=user.environment())
        envoy.cluster("own", own.url)
        ports = {}
        clusters = {}
        for number, (name, (settings, _)) in enumerate(ROUTES.items()):
            ports[name] = vault_port
            if settings is not None:
                ports[name] = behind.listener(f"behind-{number}", None, to="vault", manager_settings=settings).port
            clusters[name] = envoy.cluster(f"upstream-{number}", f"http://127.0.0.1:{ports[name]}")
        clusters["witness"] = envoy.cluster("witness", witness.url)
        # One configuration for all, and so one token.
        own_settings = configuration(role="spelt", mount=mount)
        own_settings |= {"vault_cluster": "own", "upstream_clusters": list(clusters.values())}
        listeners = {
            name: envoy.listener(to, own_settings, to=to, manager_settings=ROUTES[name][1] if name in ROUTES else {})
            for name, to in clusters.items()
        }
        with behind, envoy:
            assert listeners.pop("witness").reads_the_greeting()
            (token,) = witness.tokens
            yield Neighbourhood(bed, mount, namespace, own, listeners, ports, envoy, token)
            assert not envoy.crashes()


@pytest.mark.parametrize("route", ROUTES)
def test_no_spelling_of_a_guarded_path_reaches_the_token(neighbourhood: Neighbourhood, route: str) -> None:
    seed = int(os.environ.get("PATH_SPELLINGS_SEED") or 7)
    print(f"PATH_SPELLINGS_SEED={seed}")
    here = neighbourhood
    calls = guarded_calls(SPELLINGS, seed, namespace=here.namespace, mount=here.mount)
    answers = send_all(here.listeners[route].port, calls)
    stolen = [str(call) for call, said in zip(calls, answers) if here.token.encode() in said.body]
    assert not stolen, f"{len(stolen)} of {len(calls)} with seed {seed}: {stolen[:20]}"
    lookup = requests.get(
        f"{here.bed.vault.address}/v1/auth/token/lookup-self", headers={"X-Vault-Token": here.token}, timeout=30
    )
    assert lookup.status_code == 200, lookup.text
    operations = here.guarded_operations()
    # This test's own question.
    operations -= Counter({"auth/token/lookup-self": list(ROUTES).index(route) + 1})
    assert not operations
    if ROUTES[route][1]:
        # Envoy itself normalises some to an ordinary path.
        return
    # None goes on to where another reading could be found: the filter refuses it, or Envoy does before.
    passed = [
        f"{call}: {said.status}"
        for call, said in zip(calls, answers)
        if said.status != 400 and not (said.status == 403 and said.body.startswith(b"vault-aws-login: "))
    ]
    assert not passed, f"{len(passed)} of {len(calls)} with seed {seed}: {passed[:20]}"


@pytest.mark.parametrize("route", ROUTES)
def test_ordinary_paths_are_served_as_without_the_filter(neighbourhood: Neighbourhood, route: str) -> None:
    here = neighbourhood
    calls = ordinary_calls(SECRETS, here.mount)
    assert len(calls) >= 200
    straight = send_all(here.ports[route], calls, {"X-Vault-Token": here.token})
    through = send_all(here.listeners[route].port, calls)
    different = {
        str(call): (one.plain(), two.plain())
        for call, one, two in zip(calls, straight, through)
        if one.plain() != two.plain()
    }
    assert not different
    statuses = Counter(said.status for said in through)
    # Most are secrets; on the way through proxies that change paths, some are no longer found.
    assert statuses[200] >= 180, statuses


def configuration(**changes: Any) -> dict[str, Any]:
    return {"vault_cluster": "vault", "upstream_clusters": ["vault"]} | changes


def rewriting(prefix: str, to: str) -> dict[str, Any]:
    return {"match": {"prefix": prefix}, "route": {"cluster": "vault", "prefix_rewrite": to}}


def test_rewritten_path_gets_no_token_where_prefixes_are_allowed(bed: TestBed, tmp_path: Path) -> None:
    user = bed.aws.user()
    bed.vault_role("envoy-rewritten", user.arn)
    envoy = Envoy(tmp_path, environment=user.environment())
    envoy.cluster("vault", bed.vault.address)
    regex = {"pattern": {"regex": "^/tokens/"}, "substitution": "/v1/auth/token/"}
    routes = [
        rewriting("/authapi/", "/v1/auth/"),
        rewriting("/sysapi/", "/v1/sys/"),
        rewriting("/v1/secret/hole/", "/v1/cubbyhole/"),
        {"match": {"prefix": "/tokens/"}, "route": {"cluster": "vault", "regex_rewrite": regex}},
    ]
    open_to_all = configuration(role="envoy-rewritten")
    closed = open_to_all | {"allowed_path_prefixes": ["/v1/secret/"]}
    listeners = {
        name: envoy.listener(name, own, to="vault", routes=routes)
        for name, own in (("open", open_to_all), ("closed", closed))
    }
    with envoy:
        for listener in listeners.values():
            assert listener.reads_the_greeting()
        # What no filter can see, and why the setting is there.
        stolen = requests.get(f"{listeners['open'].url}/authapi/token/lookup-self", timeout=30)
        assert stolen.status_code == 200 and stolen.json()["data"]["id"]
        refused = "vault-aws-login: this path is not under one of the proxy's allowed_path_prefixes\n"
        paths = ("/authapi/token/lookup-self", "/sysapi/wrapping/lookup", "/tokens/lookup-self")
        for path in (*paths, "/v1/sys/health", "/"):
            answer = requests.get(f"{listeners['closed'].url}{path}", timeout=30)
            assert (answer.status_code, answer.text) == (403, refused), path
        # A rewrite of an allowed path is the operator's own wish.
        assert requests.get(f"{listeners['closed'].url}/v1/secret/hole/note", timeout=30).status_code == 404
        assert envoy.stats("closed")["forbidden_paths"] == 5


def test_namespace_header_of_a_client_completes_no_guarded_path(bed: TestBed, tmp_path: Path) -> None:
    user = bed.aws.user()
    bed.vault_role("envoy-namespaced", user.arn)
    envoy = Envoy(tmp_path, environment=user.environment())
    envoy.cluster("vault", bed.vault.address)
    listener = envoy.listener("namespaced", configuration(role="envoy-namespaced"), to="vault")
    with envoy:
        assert listener.reads_the_greeting()
        for namespace in ("auth", "auth/", "root/auth", "x/../auth", "auth, x"):
            answer = listener.get("token/lookup-self", headers={"X-Vault-Namespace": namespace})
            assert answer.status_code == 403 and answer.text.startswith("vault-aws-login: "), namespace
        # Another one is Vault's to judge.
        assert listener.get(headers={"X-Vault-Namespace": "root"}).status_code == 200
