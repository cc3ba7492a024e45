"""The Envoy filter in a real Envoy, before a real OpenBao."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from bed import GREETING, GREETING_PATH, Identity, TestBed
from bed.child import Child
from bed.loopback import free_ports

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "host-examples" / "envoy" / "envoy.yaml"
FILTER = "dist/vault-aws-login-envoy.wasm"


@dataclass(frozen=True)
class Envoy:
    """A running Envoy."""

    child: Child
    address: str

    def read(self, path: str = GREETING_PATH, headers: dict[str, str] | None = None) -> requests.Response:
        return requests.get(f"{self.address}/v1/{path}", headers=headers, timeout=10)

    def wait_for(self, status: int) -> requests.Response:
        """Reads the greeting until it is answered with this status."""
        last: list[requests.Response] = []

        def arrived() -> bool:
            try:
                last[:] = [self.read()]
            except requests.ConnectionError:
                return False
            return last[0].status_code == status

        self.child.wait_until(arrived, what=f"a request was answered with {status}")
        return last[0]

    @property
    def log(self) -> str:
        return self.child.log.read_text(errors="replace")


@contextmanager
def envoy(bed: TestBed, folder: Path, identity: Identity, changes: dict[str, str]) -> Iterator[Envoy]:
    """Runs the example's own configuration on this bed's ports, with other words where `changes` says so."""
    (port,) = free_ports(1)
    own = {
        "port_value: 18000": f"port_value: {port}",
        "port_value: 19000": "port_value: 0",
        "port_value: 8200": f"port_value: {bed.vault.address.rpartition(':')[2]}",
        FILTER: str(ROOT / FILTER),
    }
    config = EXAMPLE.read_text()
    for old, new in (own | changes).items():
        assert old in config, f"expected `{old}` in {EXAMPLE}"
        config = config.replace(old, new)
    file = folder / "envoy.yaml"
    file.write_text(config)
    command = [str(ROOT / ".venv/bin/envoy"), "-c", str(file), "--concurrency", "1", "--use-dynamic-base-id"]
    env = {"PATH": os.environ["PATH"], "HOME": str(folder)} | identity.environment()
    child = Child(command, log=folder / "envoy.log", env=env)
    try:
        yield Envoy(child, f"http://127.0.0.1:{port}")
    finally:
        child.stop()


def test_filter_logs_in_by_itself_and_requests_read_the_secret(bed: TestBed, tmp_path: Path) -> None:
    role = bed.aws.role()
    name = bed.vault_role("envoy", role.arn)
    identity = bed.aws.session(role)
    with envoy(bed, tmp_path, identity, {'"role": "dev"': f'"role": "{name}"'}) as running:
        assert running.wait_for(200).json()["data"]["message"] == GREETING
        # What the client sends in the token's place is replaced.
        answer = running.read(headers={"X-Vault-Token": "forged"})
        assert answer.json()["data"]["message"] == GREETING
        for secret in (identity.secret_access_key, identity.session_token or "-"):
            assert secret not in running.log


def test_request_without_a_live_token_is_refused(bed: TestBed, tmp_path: Path) -> None:
    stranger = bed.aws.user()
    name = bed.vault_role("envoy-other", bed.aws.user().arn)
    with envoy(bed, tmp_path, stranger, {'"role": "dev"': f'"role": "{name}"'}) as running:
        refused = running.wait_for(503)
        assert (refused.headers["Retry-After"], refused.text) == ("5", "vault-aws-login: no Vault token\n")
        running.child.wait_until(lambda: "does not belong to the role" in running.log, what="Vault's text was logged")
        assert running.read(headers={"X-Vault-Token": bed.vault.root_token}).status_code == 503


def test_wrong_server_id_is_explained_with_vaults_own_words(bed: TestBed, tmp_path: Path) -> None:
    identity = bed.aws.user()
    mount = bed.mount_aws("envoy-strict", iam_server_id_header_value="vault.example.com")
    bed.vault_role("dev", identity.arn, mount=mount)
    changes = {'"role": "dev"': f'"role": "dev", "mount": "{mount}", "server_id": "other.example.com"'}
    refused = (
        "vault-aws-login: login-refused: "
        "the server ID is not the one that the server wants: expected `vault.example.com`, found another\n"
    )
    advice = (
        "vault-aws-login: the server said: error validating X-Vault-AWS-IAM-Server-ID header: "
        'expected "vault.example.com" but got "other.example.com"; '
        "on the client: sign with the server ID `vault.example.com`; "
        "on the server: set `iam_server_id_header_value` of auth/aws/config/client to what its clients send\n"
    )
    with envoy(bed, tmp_path, identity, changes) as running:
        running.child.wait_until(lambda: advice in running.log, what="the server's words and the fixes were logged")
        assert refused in running.log


def test_token_of_a_client_goes_to_no_other_upstream(bed: TestBed, tmp_path: Path) -> None:
    identity = bed.aws.user()
    changes = {'"upstream_clusters": ["vault"]': '"upstream_clusters": ["another"]'}
    with envoy(bed, tmp_path, identity, changes) as running:
        # OpenBao says 403 to a request without a token, and would have answered one with the root token.
        running.wait_for(403)
        assert running.read(headers={"X-Vault-Token": bed.vault.root_token}).status_code == 403


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        pytest.param(
            {'"vault_cluster": "vault",': '"vault_cluster": "vault", "rôle": "dev",'},
            "invalid configuration: unknown field `rôle`",
            id="unknown-key",
        ),
        pytest.param(
            {'"role": "dev",': '"role": "dev"'},
            "invalid configuration: expected `,` or `}` at line 4 column 3",
            id="not-json",
        ),
        pytest.param(
            {"vm_id: vault-aws-login": 'vm_id: ""'},
            "unsafe vm_id: found an empty one, with which another plugin could run with this one's environment: set "
            "vm_config.vm_id, or set VAULT_AWS_LOGIN_PLUGIN in vm_config.environment_variables to this plugin's name, "
            "`vault-aws-login`",
            id="empty-vm-id-and-no-name",
        ),
        pytest.param(
            {
                "vm_id: vault-aws-login": 'vm_id: ""',
                '"role": "dev",': '"role": "dev", "credentials": {"from": "instance-metadata", "cluster": "vault"},',
            },
            "unsafe vm_id: found an empty one, with which every plugin that has none could read the token: set "
            "vm_config.vm_id, or put 32 random bytes in hex into a variable, and name it as shared_secret_variable",
            id="empty-vm-id-and-no-secret",
        ),
        pytest.param(
            {'"role": "dev",': '"role": "dev", "shared_secret_variable": "NO_SUCH_VARIABLE",'},
            "missing shared secret: expected the variable that shared_secret_variable names in "
            "vm_config.environment_variables, found none",
            id="no-shared-secret",
        ),
        pytest.param(
            {
                '"role": "dev",': '"role": "dev", "shared_secret_variable": "SHARED",',
                "host_env_keys: [AWS_ACCESS_KEY_ID, ": "key_values: { SHARED: password }\n"
                "                            host_env_keys: [AWS_ACCESS_KEY_ID, ",
            },
            "weak shared secret: expected 32 random bytes or more in hex or base64, as `openssl rand -hex 32` prints "
            "them, in the variable that shared_secret_variable names",
            id="weak-shared-secret",
        ),
        pytest.param(
            {"host_env_keys: [AWS_ACCESS_KEY_ID, ": "host_env_keys: ["},
            "missing credentials: expected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in "
            "vm_config.environment_variables, found no AWS_ACCESS_KEY_ID",
            id="no-credentials",
        ),
        pytest.param(
            {"host_env_keys: [AWS_ACCESS_KEY_ID, ": "key_values: { AWS_WEB_IDENTITY_TOKEN_FILE: /token }\n"
             "                            host_env_keys: ["},
            "unreadable credentials: expected a source without files, found AWS_WEB_IDENTITY_TOKEN_FILE: a filter "
            "cannot read files, so let a credential endpoint beside the proxy read it, and name that endpoint's cluster "
            "as credentials.from container-endpoint",
            id="token-file",
        ),
    ],
)
def test_bad_configuration_is_refused_at_load_with_one_line(
    bed: TestBed, tmp_path: Path, changes: dict[str, str], line: str
) -> None:
    with envoy(bed, tmp_path, bed.aws.user(), changes) as running:
        assert running.child.wait(30) == 1
        lines = [said for said in running.log.splitlines() if f"vault-aws-login: {line}" in said]
        assert len(lines) == 1
