"""What VMs share in Envoy is sealed, so that the filter may run without a `vm_id`, as Istio's `WasmPlugin` does."""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bed import ContainerCredentials, CredentialSource, Identity, TestBed
from envoy_process import FOREIGN_FILTER, Envoy, Listener, record_name

KINDS = ("lease", "leader", "refused", "present")
PLUGIN = "istio-ingress.vault-aws-login"


def configuration(**changes: Any) -> dict[str, Any]:
    return {"vault_cluster": "vault", "upstream_clusters": ["vault"]} | changes


def named(plugin: str, identity: Identity | None = None) -> dict[str, str]:
    """The variables of a plugin's VM."""
    return (identity.environment() if identity else {}) | {"VAULT_AWS_LOGIN_PLUGIN": plugin}


def plugin(envoy: Envoy, own: Mapping[str, Any], values: Mapping[str, str], name: str = PLUGIN, **more: Any) -> Listener:
    """Puts the filter before Vault, without a `vm_id`."""
    return envoy.listener(name, own, to="vault", vm_id="", values=values, **more)


def derivable_names(own: Mapping[str, Any], user: Identity) -> list[str]:
    """The names that a plugin can make which knows everything but the secret."""
    known = [
        record_name(own, secret=secret, access_key_id=key_id, kind=kind)
        for secret in ("", user.access_key_id, json.dumps(own), "vault-aws-login")
        for key_id in (user.access_key_id, "")
        for kind in KINDS
    ]
    parts = "".join(f"{len(part)}:{part}" for part in (json.dumps(own), user.access_key_id, "", "", ""))
    hashed = hashlib.sha256(parts.encode()).hexdigest()
    return known + [f"vault-aws-login/{hashed}/{kind}" for kind in KINDS] + [f"vault-aws-login/{kind}" for kind in KINDS]


def test_foreign_filter_without_the_secret_finds_nothing_and_breaks_nothing(bed: TestBed, tmp_path: Path) -> None:
    user = bed.aws.user()
    bed.vault_role("envoy-sealed", user.arn, token_ttl="4s", token_max_ttl="60s")
    envoy = Envoy(tmp_path, workers=2)
    envoy.cluster("vault", bed.vault.address)
    own = configuration(role="envoy-sealed", max_wait_milliseconds=1000)
    listener = plugin(envoy, own, named(PLUGIN, user))
    foreign = envoy.listener("foreign", "", to="vault", vm_id="", wasm=FOREIGN_FILTER)
    forged = {"token": "hvs.forged", "accessor": None, "generation": 9, "renewable": False, "increment_seconds": 60}
    forged |= {"starts_at": [0, 0], "ends_at": [2**63, 2**63]}
    with envoy:
        assert listener.reads_the_greeting()
        names = derivable_names(own, user)
        assert [foreign.foreign(name) for name in names] == [b""] * len(names)
        # With the secret it finds each record that is written all the time, and can read none.
        told = {"secret": user.secret_access_key, "access_key_id": user.access_key_id}
        for kind in ("lease", "leader", "present"):
            sealed = foreign.foreign(record_name(own, **told, kind=kind))
            assert len(sealed) >= 24 + 16 + 8
            assert b"hvs." not in sealed and b"s." not in sealed[:2] and b"generation" not in sealed
        for round_ in range(20):
            for name in names:
                written = [json.dumps(forged), "1 99999999999999", "garbage", ""][round_ % 4]
                assert foreign.foreign(name, write=written) == written.encode()
            assert listener.reads_the_greeting()
        renewals = envoy.stats(PLUGIN.replace(".", "_")).get("renewals", 0)
        envoy.wait_until(
            lambda: envoy.stats(PLUGIN.replace(".", "_")).get("renewals", 0) >= renewals + 2, what="it was renewed twice"
        )
        assert listener.reads_the_greeting()
        assert envoy.stats(PLUGIN.replace(".", "_"))["logins"] == 1
        assert not envoy.crashes()


def test_record_that_does_not_open_counts_as_absent(bed: TestBed, tmp_path: Path) -> None:
    user = bed.aws.user()
    bed.vault_role("envoy-spoilt", user.arn, token_ttl="3s", token_max_ttl="60s")
    envoy = Envoy(tmp_path, workers=2)
    envoy.cluster("vault", bed.vault.address)
    own = configuration(role="envoy-spoilt", max_wait_milliseconds=50)
    listener = plugin(envoy, own, named(PLUGIN, user))
    foreign = envoy.listener("foreign", "", to="vault", vm_id="", wasm=FOREIGN_FILTER)
    told = {"secret": user.secret_access_key, "access_key_id": user.access_key_id}
    with envoy:
        envoy.wait_until(lambda: listener.status() == 200, what="there was a token")
        records = {kind: record_name(own, **told, kind=kind) for kind in KINDS}
        for record in records.values():
            foreign.foreign(record, write="garbage")

        def refuses_without_a_lease() -> bool:
            # Written each time, since the leader's next lease replaces it at any moment.
            foreign.foreign(records["lease"], write="garbage")
            return listener.status() == 503

        envoy.wait_until(refuses_without_a_lease, what="the lease was absent", seconds=10)
        envoy.wait_until(lambda: listener.status() == 200, what="there was a token again", seconds=10)
        # However often it is spoilt, there is no storm of logins.
        assert envoy.stats(PLUGIN.replace(".", "_"))["logins"] <= 10
        assert not envoy.crashes()


def test_second_plugin_with_the_first_ones_environment_refuses_to_load(bed: TestBed, tmp_path: Path) -> None:
    user = bed.aws.user()
    bed.vault_role("envoy-confused", user.arn)
    envoy = Envoy(tmp_path)
    envoy.cluster("vault", bed.vault.address)
    own = configuration(role="envoy-confused", max_wait_milliseconds=50)
    first = plugin(envoy, own, named("team-a.login", user), "team-a.login")
    # As in Envoys that leave the environment out of what tells VMs apart.
    second = plugin(envoy, own, named("team-a.login", user), "team-b.login")
    with envoy:
        envoy.wait_until(lambda: first.status() == 200, what="the first plugin had a token")
        # Envoy refuses the whole listener.
        assert second.status() == 0
        refused = envoy.lines("vault-aws-login: wrong environment: ")
        assert refused and all("this plugin's name, `team-b.login`, found another" in line for line in refused)
        assert "logins" not in envoy.stats("team-b_login")


@pytest.mark.parametrize("vm_id", ["", "vault-aws-login"])
def test_container_credentials_are_sealed_by_a_host_variable(bed: TestBed, tmp_path: Path, vm_id: str) -> None:
    role = bed.aws.role()
    bed.vault_role("envoy-variable", role.arn)
    shared = secrets.token_hex(32)
    with ContainerCredentials(CredentialSource(lambda: bed.aws.session(role))) as ecs:
        envoy = Envoy(tmp_path, workers=3, environment={"SHARED_SECRET": shared})
        envoy.cluster("vault", bed.vault.address)
        envoy.cluster("ecs", ecs.url)
        own = configuration(role="envoy-variable", shared_secret_variable="SHARED_SECRET")
        own["credentials"] = {"from": "container-endpoint", "cluster": "ecs", "uri": ecs.path}
        listener = envoy.listener(
            PLUGIN, own, to="vault", vm_id=vm_id, values=named(PLUGIN), host_variables=["SHARED_SECRET"]
        )
        foreign = envoy.listener("foreign", "", to="vault", vm_id=vm_id, wasm=FOREIGN_FILTER)
        with envoy:
            for _ in range(12):
                assert listener.reads_the_greeting()
            assert envoy.stats(PLUGIN.replace(".", "_"))["logins"] == 1
            assert foreign.foreign(record_name(own, secret="", endpoint=ecs.path)) == b""
            assert len(foreign.foreign(record_name(own, secret=shared, endpoint=ecs.path))) > 100
            for place in (envoy.log, envoy.admin("stats"), envoy.admin("config_dump")):
                assert shared not in place
            assert not envoy.crashes()


@pytest.mark.parametrize("vm_id", ["", "vault-aws-login"])
def test_rotated_key_moves_the_workers_over_without_a_failed_request(
    bed: TestBed, tmp_path: Path, vm_id: str
) -> None:
    user = bed.aws.user()
    bed.vault_role("envoy-rotating", user.arn, token_ttl="4s")
    iam = bed.aws.client("iam")
    name = user.arn.rpartition("/")[2]
    envoy = Envoy(tmp_path, workers=2)
    envoy.cluster("vault", bed.vault.address)
    own = configuration(role="envoy-rotating")
    foreign = envoy.listener("foreign", "", to="vault", vm_id=vm_id, wasm=FOREIGN_FILTER)
    listener = envoy.listener(PLUGIN, own, to="vault", vm_id=vm_id, values=named(PLUGIN, user))

    def record(key: Identity) -> bytes:
        told = {"secret": key.secret_access_key, "access_key_id": key.access_key_id}
        return foreign.foreign(record_name(own, **told))

    statuses: Counter[int] = Counter()
    is_over = threading.Event()

    def client() -> None:
        while not is_over.is_set():
            statuses[listener.status()] += 1

    with envoy:
        assert listener.reads_the_greeting()
        load = threading.Thread(target=client)
        load.start()
        try:
            made = iam.create_access_key(UserName=name)["AccessKey"]
            rotated = replace(
                user, access_key_id=made["AccessKeyId"], secret_access_key=made["SecretAccessKey"]
            )
            assert record(user) != b"" and record(rotated) == b""
            envoy.listener(PLUGIN, own, to="vault", vm_id=vm_id, values=named(PLUGIN, rotated), port=listener.port)
            envoy.apply()
            envoy.wait_until(lambda: record(rotated) != b"", what="the new key's record was there")
            envoy.wait_until(lambda: record(user) == b"", what="the old key's record was gone")
            iam.delete_access_key(UserName=name, AccessKeyId=user.access_key_id)
            before = len(envoy.lines(" renewed, good for "))
            envoy.wait_until(
                lambda: len(envoy.lines(" renewed, good for ")) > before, what="the new lease was renewed"
            )
        finally:
            is_over.set()
            load.join()
        assert set(statuses) == {200} and statuses[200] > 100
        assert len(envoy.lines(" is there, good for ")) == 2
        assert not envoy.crashes()
