"""Who shares a token inside Envoy, what stays behind in its memory, and what a VM that failed leaves."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import wasmtime
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bed import ContainerCredentials, CredentialSource, TestBed
from bed.loopback import Handler
from command import ROOT
from envoy_process import FILTER, FOREIGN_FILTER, Envoy, public_hash, record_name
from vault_front import Front

ENVOY = ROOT / "host-examples" / "envoy"


def configuration(**changes: Any) -> dict[str, Any]:
    return {"vault_cluster": "vault", "upstream_clusters": ["vault"]} | changes


class Roles(ContainerCredentials):
    """A container endpoint with a role at each path."""

    def __init__(self, sources: Mapping[str, CredentialSource]) -> None:
        super().__init__(next(iter(sources.values())))
        self._sources = sources
        self._lock = threading.Lock()

    def respond(self, request: Handler) -> tuple[int, dict[str, str], bytes]:
        with self._lock:
            self.path, self.source = request.path, self._sources[request.path]
            return super().respond(request)


def test_two_identities_with_one_configuration_have_two_tokens(bed: TestBed, tmp_path: Path) -> None:
    roles = {"/role-a": bed.aws.role(), "/role-b": bed.aws.role()}
    mount = bed.mount_aws("envoy-identities")
    bed.vault_role("identities", *(role.arn for role in roles.values()), mount=mount)
    sources = {path: CredentialSource(lambda role=role: bed.aws.session(role)) for path, role in roles.items()}
    with Roles(sources) as ecs:
        envoy = Envoy(tmp_path, workers=2)
        envoy.cluster("vault", bed.vault.address)
        envoy.cluster("ecs", ecs.url)
        own = configuration(role="identities", mount=mount, allow_token_paths=True)
        own["credentials"] = {"from": "container-endpoint", "cluster": "ecs"}
        listeners = {
            path: envoy.listener(
                path.strip("/"), own, to="vault", values={"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": path}
            )
            for path in roles
        }
        with envoy:
            for _ in range(10):
                for path, listener in listeners.items():
                    answer = listener.get("auth/token/lookup-self")
                    assert answer.status_code == 200, answer.text
                    assert roles[path].name in answer.json()["data"]["display_name"], answer.text
            assert sum(envoy.stats(path.strip("/"))["logins"] for path in roles) == 2
            assert {call.path for call in ecs.calls} == set(roles)
            assert not envoy.crashes()


def readable_memory(pid: int) -> Iterator[bytes]:
    """The memory of a process, a mapping at a time."""
    maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in maps:
            (begin, _, end), rights = line.split()[0].partition("-"), line.split()[1]
            if not rights.startswith("r") or line.endswith("[vvar]"):
                continue
            memory.seek(int(begin, 16))
            try:
                yield memory.read(int(end, 16) - int(begin, 16))
            except OSError:
                # Gone since, or not to be read, as the kernel's own.
                continue


def signing_keys(secret_access_key: str, date: str) -> dict[str, bytes]:
    """The keys that SigV4 derives, after AWS's documentation."""
    key = f"AWS4{secret_access_key}".encode()
    keys = {}
    for name, part in (("kDate", date), ("kRegion", "us-east-1"), ("kService", "sts"), ("kSigning", "aws4_request")):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        keys[name] = key
    return keys


def test_no_derived_key_stays_in_envoys_memory(bed: TestBed, tmp_path: Path) -> None:
    user = bed.aws.user()
    bed.vault_role("envoy-memory", user.arn)
    with ContainerCredentials(CredentialSource(lambda: user)) as ecs, Front(bed.vault.address) as front:
        shared = secrets.token_hex(32)
        envoy = Envoy(tmp_path, environment={"SHARED_SECRET": shared})
        envoy.cluster("vault", front.url)
        envoy.cluster("ecs", ecs.url)
        own = configuration(role="envoy-memory", shared_secret_variable="SHARED_SECRET")
        own["credentials"] = {"from": "container-endpoint", "cluster": "ecs", "uri": ecs.path}
        listener = envoy.listener("memory", own, to="vault", host_variables=["SHARED_SECRET"])
        with envoy:
            assert listener.reads_the_greeting()
            (login,) = front.logins
            (token,) = front.tokens
            wanted = signing_keys(user.secret_access_key, f"{login.signed_at:%Y%m%d}")
            # HKDF makes this of the secret first; the records' key is the only other thing that follows from it.
            salt = public_hash(own, endpoint=ecs.path)
            wanted["HKDF's first key"] = hmac.new(salt, shared.encode(), hashlib.sha256).digest()
            # What must be there, so that an empty search cannot pass.
            records_key = HKDF(SHA256(), 32, salt, b"vault-aws-login/shared/1/key").derive(shared.encode())
            wanted["the records' key"] = records_key
            wanted |= {"Vault's token": token.encode(), "the access key ID": user.access_key_id.encode()}
            found = dict.fromkeys(wanted, 0)
            for memory in readable_memory(envoy.pid):
                for name, secret in wanted.items():
                    found[name] += memory.count(secret)
            assert found.pop("Vault's token") > 0
            assert found.pop("the access key ID") > 0
            # One for each VM: that of the worker and that of the main thread.
            assert found.pop("the records' key") == 2
            assert found.pop("HKDF's first key") == 0
            assert found == {"kDate": 0, "kRegion": 0, "kService": 0, "kSigning": 0}


@pytest.mark.parametrize("workers", [1, 3])
def test_lease_of_a_configuration_that_has_gone_is_no_longer_readable(
    bed: TestBed, tmp_path: Path, workers: int
) -> None:
    user = bed.aws.user()
    bed.vault_role("envoy-gone", user.arn)
    envoy = Envoy(tmp_path, workers=workers, environment=user.environment())
    envoy.cluster("vault", bed.vault.address)
    before = configuration(role="envoy-gone")
    after = configuration(role="envoy-gone", max_waiting_requests=100)
    port = envoy.listener("gone", before, to="vault").port
    known = {"secret": user.secret_access_key, "access_key_id": user.access_key_id}
    names = {"before": record_name(before, **known), "after": record_name(after, **known)}
    foreign = envoy.listener("foreign", "", to="vault", wasm=FOREIGN_FILTER)

    def is_there(configured: str) -> bool:
        return foreign.foreign(names[configured]) != b""

    with envoy:
        envoy.wait_until(lambda: is_there("before"), what="there was a lease")
        listener = envoy.listener("gone", after, to="vault", port=port)
        envoy.apply()
        envoy.wait_until(lambda: is_there("after"), what="the new configuration had a lease")
        envoy.wait_until(lambda: not is_there("before"), what="the old lease was gone")
        assert listener.reads_the_greeting()
        assert is_there("after")
        envoy.remove(listener)
        envoy.apply()
        envoy.wait_until(lambda: not is_there("after"), what="the last lease was gone")
        assert not envoy.crashes()


def test_filter_whose_vm_failed_is_started_again_and_adopts_the_token(bed: TestBed, tmp_path: Path) -> None:
    user = bed.aws.user()
    mount = bed.mount_aws("envoy-failed")
    bed.vault_role("failed", user.arn, mount=mount)
    envoy = Envoy(tmp_path, environment=user.environment())
    envoy.cluster("vault", bed.vault.address)
    envoy.cluster("other", bed.vault.address)
    # Without this call, a request to another cluster is one status that the SDK panics at.
    module = wasmtime.Module.from_file(wasmtime.Engine(), str(ROOT / FILTER))
    calls = {item.name for item in [*module.imports, *module.exports] if item.name}
    assert "proxy_remove_header_map_value" in calls
    listener = envoy.listener(
        "failed",
        configuration(role="failed", mount=mount),
        to="vault",
        routes=[{"match": {"prefix": "/v1/other"}, "route": {"cluster": "other"}}],
        capabilities=sorted(calls - {"proxy_remove_header_map_value"}),
    )
    with envoy:
        assert listener.reads_the_greeting()
        assert listener.status("other") in (500, 503)
        assert envoy.crashes()
        envoy.wait_until(lambda: listener.status() == 200, what="the filter was there again")
        assert listener.reads_the_greeting()
        # The lease of before is adopted.
        assert len(envoy.lines(" is there, good for ")) == 1


def test_what_else_gets_the_token_is_on_the_filters_page() -> None:
    readme = " ".join((ENVOY / "README.md").read_text().split())
    named = ("request_mirror_policies", "upstream HTTP filter")
    rewrites = ("prefix_rewrite", "regex_rewrite", "path_rewrite_policy")
    for name in (*named, *rewrites):
        assert name in readme
