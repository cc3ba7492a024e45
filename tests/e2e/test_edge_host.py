"""The Worker in workerd: logs in, reads a secret for its callers, and keeps its token."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from bed import GREETING, GREETING_PATH, Identity, TestBed
from command import ROOT
from vault_front import Front

EDGE = ROOT / "host-examples" / "edge"
KEY = {"Authorization": "Bearer reader"}


@pytest.fixture(scope="module")
def workerd() -> str:
    """The runtime's own binary, which ends with its process; `npx workerd` would leave it running."""
    found = subprocess.run(
        ["node", "--print", "require('workerd').default"], cwd=EDGE, capture_output=True, text=True, check=True
    )
    return found.stdout.strip()


class Worker:
    def __init__(self, port: int, log: list[str]) -> None:
        self.url = f"http://127.0.0.1:{port}/"
        self.log = log

    def get(self, headers: dict[str, str] = KEY) -> requests.Response:
        return requests.get(self.url, headers=headers, timeout=30)


@contextmanager
def worker(workerd: str, environment: dict[str, str], config: Path = EDGE / "config.capnp") -> Iterator[Worker]:
    """Runs the Worker as its README does, on a free port; `log` is filled once it has ended."""
    process = subprocess.Popen(
        [workerd, "serve", str(config), "--socket-addr=http=127.0.0.1:0", "--control-fd=1"],
        cwd=EDGE,
        env={"PATH": os.environ["PATH"], "READER_KEY": "reader", "SECRET_PATH": GREETING_PATH} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    log: list[str] = []
    try:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        yield Worker(json.loads(line)["port"], log)
    finally:
        process.terminate()
        output, errors = process.communicate(timeout=30)
        log += (output + errors).splitlines()


def principal(identity: Identity) -> str:
    return identity.arn.replace(":sts:", ":iam:").replace("assumed-role", "role").rpartition("/")[0]


def logins(bed: TestBed, environment: dict[str, str]) -> int:
    """How many logins the server has answered at the Worker's mount."""
    path = f"auth/{environment['VAULT_AWS_MOUNT']}/login"
    return sum(entry["type"] == "response" and entry["request"].get("path") == path for entry in bed.vault.audit_entries())


def set_up(bed: TestBed, server_id: str = "", **fields: str) -> dict[str, str]:
    """A mount with a role, and the environment of a Worker that may log in there."""
    session = bed.aws.session(bed.aws.role())
    mount = bed.mount_aws(bed.aws.fresh_name("edge"), iam_server_id_header_value=server_id)
    role = bed.vault_role(bed.aws.fresh_name("edge"), principal(session), mount=mount, **fields)
    return bed.environment(session) | {"VAULT_AWS_MOUNT": mount, "VAULT_AUTH_ROLE": role}


def test_secret_is_read_again_and_again_with_one_token(bed: TestBed, workerd: str) -> None:
    environment = set_up(bed, server_id="vault.example.com") | {"VAULT_IAM_SERVER_ID": "vault.example.com"}
    with worker(workerd, environment) as edge:
        assert [edge.get().json() for _ in range(5)] == [{"message": GREETING}] * 5
    assert logins(bed, environment) == 1
    assert edge.log == []


def test_token_is_replaced_when_its_lease_ends_and_no_request_fails(bed: TestBed, workerd: str) -> None:
    environment = set_up(bed, token_ttl="2s")
    with worker(workerd, environment) as edge:
        deadline = time.monotonic() + 20
        while logins(bed, environment) < 3:
            assert time.monotonic() < deadline
            assert edge.get().json() == {"message": GREETING}


def test_revoked_token_is_replaced_within_the_request(bed: TestBed, workerd: str) -> None:
    environment = set_up(bed)
    with worker(workerd, environment) as edge:
        assert edge.get().ok
        bed.vault.client.sys.revoke_prefix(f"auth/{environment['VAULT_AWS_MOUNT']}/login")
        assert edge.get().json() == {"message": GREETING}
    assert logins(bed, environment) == 2


def test_eight_requests_at_a_time_are_served(bed: TestBed, workerd: str) -> None:
    with worker(workerd, set_up(bed)) as edge, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: edge.get(), range(32)))
    assert [answer.json() for answer in answers] == [{"message": GREETING}] * 32


@pytest.mark.parametrize("slash", ["", "/"])
def test_login_and_token_go_below_the_path_of_the_address(bed: TestBed, workerd: str, slash: str) -> None:
    environment = set_up(bed)
    with Front(bed.vault.address, prefix="/team/vault") as gateway:
        with worker(workerd, environment | {"VAULT_ADDR": gateway.url + slash}) as edge:
            assert edge.get().json() == {"message": GREETING}
    login = f"/team/vault/v1/auth/{environment['VAULT_AWS_MOUNT']}/login"
    assert [seen.path for seen in gateway.seen] == [login, f"/team/vault/v1/{GREETING_PATH}"]


def test_caller_without_the_key_gets_nothing_and_causes_no_login(bed: TestBed, workerd: str) -> None:
    environment = set_up(bed)
    with worker(workerd, environment) as edge:
        for headers in ({}, {"Authorization": "Bearer"}, {"Authorization": "Bearer readex"}):
            assert (edge.get(headers).status_code, edge.get(headers).text) == (401, "expected the reader key\n")
    with worker(workerd, environment | {"READER_KEY": ""}) as edge:
        assert edge.get({"Authorization": "Bearer "}).status_code == 401
    assert logins(bed, environment) == 0


def test_refused_login_is_reported_to_the_operator_without_a_secret(bed: TestBed, workerd: str) -> None:
    environment = set_up(bed, server_id="vault.example.com") | {"VAULT_IAM_SERVER_ID": "other.example.com"}
    with worker(workerd, environment) as edge:
        answer = edge.get()
    assert (answer.status_code, answer.text) == (502, "cannot read the secret\n")
    log = "\n".join(edge.log)
    assert "Vault refused the login with status 400: error validating X-Vault-AWS-IAM-Server-ID header: " in log
    assert "on the client: sign with the server ID `vault.example.com`" in log
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        assert environment[name] not in log


@pytest.fixture(scope="module")
def signer(workerd: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """A Worker that signs what is posted to it."""
    folder = tmp_path_factory.mktemp("signer")
    bundle = ["npm", "run", "--silent", "bundle", "--", "test/sign.js", f"--outdir={folder}"]
    subprocess.run(bundle, cwd=EDGE, check=True, timeout=60)
    shutil.copy(EDGE / "test" / "sign.capnp", folder)
    with worker(workerd, {}, folder / "sign.capnp") as edge:
        yield edge


def vectors(name: str) -> list[dict[str, Any]]:
    return json.loads((ROOT / "tests" / "vectors" / f"{name}.json").read_text())


def test_200_inputs_give_the_same_bytes_as_in_every_other_host(signer: Worker) -> None:
    logins = requests.post(signer.url, json=vectors("hosts"), timeout=60).json()
    assert len(logins) == 200
    assert logins == [vector["login"] for vector in vectors("hosts")]


def test_refused_inputs_have_the_rule_the_field_and_the_sentence_of_every_host(signer: Worker) -> None:
    refusals = vectors("refusals")
    assert len(refusals) == 14
    answers = requests.post(signer.url, json=refusals, timeout=60).json()
    assert answers == [{key: refusal[key] for key in ("rule", "field", "message")} for refusal in refusals]


def test_eight_requests_at_a_time_sign_what_one_does(signer: Worker) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: requests.post(signer.url, json=[one], timeout=60).json(), vectors("hosts")))
    assert answers == [[vector["login"]] for vector in vectors("hosts")]
