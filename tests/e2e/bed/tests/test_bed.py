"""The test bed: HashiCorp's plugin accepts botocore's logins, or refuses them for the right reason."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import requests

from bed import GREETING, THROTTLED, UNAVAILABLE, Identity, Role, Signer, TestBed
from bed.certificates import Authority
from bed.child import Child
from bed.openbao import OpenBao

HERE = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def user(bed: TestBed) -> Identity:
    user = bed.aws.user()
    bed.vault_role("dev", user.arn)
    return user


@pytest.fixture(scope="module")
def role(bed: TestBed) -> Role:
    role = bed.aws.role()
    bed.vault_role("worker", role.arn)
    return role


def test_user_reads_the_secret(bed: TestBed, user: Identity) -> None:
    answer = bed.login(Signer().sign(user).login("dev"))
    assert answer.status == 200, answer.error
    assert bed.read_greeting(answer.token) == GREETING
    assert answer.json["auth"]["metadata"]["account_id"] == "123456789012"


def test_session_reads_the_secret(bed: TestBed, role: Role) -> None:
    session = bed.aws.session(role)
    answer = bed.login(Signer().sign(session).login("worker"))
    assert answer.status == 200, answer.error
    assert bed.read_greeting(answer.token) == GREETING


def test_role_left_out_is_the_name_of_the_iam_role(bed: TestBed) -> None:
    role = bed.aws.role("inferred-name")
    bed.vault_role("inferred-name", role.arn)
    answer = bed.login(Signer().sign(bed.aws.session(role)).login())
    assert answer.json["auth"]["metadata"]["role_id"]


def test_login_by_get_reads_the_secret(bed: TestBed, user: Identity) -> None:
    url = "https://sts.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"
    answer = bed.login(Signer(method="GET", url=url, body="").sign(user).login("dev"))
    assert answer.status == 200, answer.error
    assert bed.sts.calls[-1].method == "GET"


def test_wrong_secret_is_refused_in_the_words_of_sts(bed: TestBed, user: Identity) -> None:
    impostor = replace(user, secret_access_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    answer = bed.login(Signer().sign(impostor).login("dev"))
    assert answer.status == 400
    assert answer.error.startswith(
        'error making upstream request: received error code 403 from STS: <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">\n'
        "  <Error>\n    <Type>Sender</Type>\n    <Code>SignatureDoesNotMatch</Code>\n"
    )


def test_old_login_is_refused(bed: TestBed, user: Identity) -> None:
    answer = bed.login(Signer(at=datetime.now(timezone.utc) - timedelta(minutes=16)).sign(user).login("dev"))
    assert re.search(
        r"<Message>Signature expired: \d{8}T\d{6}Z is now earlier than .* - 15 min\.\)</Message>", answer.error
    )


def test_scope_of_another_region_is_refused(bed: TestBed, user: Identity) -> None:
    answer = bed.login(Signer(region="eu-west-1").sign(user).login("dev"))
    assert "<Message>Credential should be scoped to a valid region. </Message>" in answer.error


def test_role_of_another_principal_is_refused(bed: TestBed, user: Identity) -> None:
    stranger = bed.aws.user()
    answer = bed.login(Signer().sign(stranger).login("dev"))
    assert answer.error == f'IAM Principal "{stranger.arn}" does not belong to the role "dev"'


def test_unknown_role_is_refused(bed: TestBed, user: Identity) -> None:
    assert bed.login(Signer().sign(user).login("nobody")).error == "entry for role nobody not found"


def test_server_id_is_demanded_where_configured(bed: TestBed, user: Identity) -> None:
    mount = bed.mount_aws("with-server-id", iam_server_id_header_value="vault.example.com")
    bed.vault_role("dev", user.arn, mount=mount)
    prefix = "error validating X-Vault-AWS-IAM-Server-ID header: "
    for server_id, error in [
        ("vault.example.com", ""),
        (None, prefix + 'missing header "X-Vault-AWS-IAM-Server-ID"'),
        ("vault.example.org", prefix + 'expected "vault.example.com" but got "vault.example.org"'),
    ]:
        assert bed.login(Signer(server_id=server_id).sign(user).login("dev"), mount=mount).error == error


def test_regional_sts_endpoint_takes_its_own_scope(bed: TestBed, user: Identity) -> None:
    mount = bed.mount_aws("ireland", sts_endpoint=bed.sts.url("eu-west-1"), sts_region="eu-west-1")
    bed.vault_role("dev", user.arn, mount=mount)
    regional = Signer(region="eu-west-1", url="https://sts.eu-west-1.amazonaws.com/")
    assert bed.login(regional.sign(user).login("dev"), mount=mount).status == 200
    assert "scoped to a valid region" in bed.login(Signer().sign(user).login("dev"), mount=mount).error


def test_mount_without_configuration_calls_aws_by_name(bed: TestBed, user: Identity) -> None:
    mount = bed.mount_aws("unconfigured", configured=False)
    # Without a configuration Vault has no credentials to look unique ids up with.
    bed.vault_role("dev", user.arn, mount=mount, resolve_aws_unique_ids=False)
    before = len(bed.sts.calls)
    answer = bed.login(Signer().sign(user).login("dev"), mount=mount)
    assert answer.status == 200, answer.error
    assert {(call.region, call.host) for call in bed.sts.calls[before:]} == {("us-east-1", "sts.amazonaws.com")}


def test_region_from_the_client_chooses_the_endpoint(bed: TestBed, user: Identity) -> None:
    mount = bed.mount_aws("client-region", use_sts_region_from_client=True)
    bed.vault_role("dev", user.arn, mount=mount)
    before = len(bed.sts.calls)
    signer = Signer(region="ap-northeast-3", url="https://sts.ap-northeast-3.amazonaws.com/")
    answer = bed.login(signer.sign(user).login("dev"), mount=mount)
    assert answer.status == 200, answer.error
    assert {call.region for call in bed.sts.calls[before:]} == {"ap-northeast-3"}


def test_host_that_the_bed_does_not_play_is_not_reached(bed: TestBed, user: Identity) -> None:
    mount = bed.mount_aws("elsewhere", sts_endpoint="https://sts.example.com")
    bed.vault_role("dev", user.arn, mount=mount, resolve_aws_unique_ids=False)
    answer = bed.login(Signer().sign(user).login("dev"), mount=mount)
    assert answer.error.startswith(
        "error making upstream request: error making request: POST https://sts.example.com//"
    )
    assert "sts.example.com" in bed.proxy.refused_hosts


def test_wildcard_makes_vault_look_the_role_up(bed: TestBed) -> None:
    role = bed.aws.role(path="/team/")
    bed.vault_role("team", f"{role.arn.rpartition('/')[0]}/*")
    assert bed.login(Signer().sign(bed.aws.session(role)).login("team")).status == 200
    outsider = bed.aws.session(bed.aws.role())
    assert "does not belong to the role" in bed.login(Signer().sign(outsider).login("team")).error


def test_recreated_role_is_refused(bed: TestBed) -> None:
    role = bed.aws.role()
    bed.vault_role("phoenix", role.arn)
    bed.aws.delete_role(role)
    again = bed.aws.role(role.name)
    assert again.arn == role.arn and again.unique_id != role.unique_id
    assert "does not belong to the role" in bed.login(Signer().sign(bed.aws.session(again)).login("phoenix")).error


def test_instance_is_inferred_by_its_image(bed: TestBed) -> None:
    instance = bed.aws.instance()
    inferred = {"inferred_entity_type": "ec2_instance", "inferred_aws_region": "us-east-1"}
    bed.vault_role("right-image", instance.role.arn, bound_ami_id=instance.image_id, **inferred)
    bed.vault_role("wrong-image", instance.role.arn, bound_ami_id="ami-00000000000000000", **inferred)
    call = Signer().sign(instance.identity)
    answer = bed.login(call.login("right-image"))
    assert answer.status == 200, answer.error
    assert bed.login(call.login("wrong-image")).error == (
        f'error validating instance: AMI ID "{instance.image_id}" does not belong to role "wrong-image"'
    )
    bed.aws.stop_instance(instance)
    assert bed.login(call.login("right-image")).error == (
        f"failed to verify {instance.instance_id} as a valid EC2 instance in region us-east-1: "
        "instance is not in 'running' state"
    )


def test_namespace_has_separate_mounts(bed: TestBed, user: Identity) -> None:
    namespace = bed.make_namespace("team")
    mount = bed.mount_aws("aws", namespace=namespace)
    bed.vault_role("dev", user.arn, mount=mount, namespace=namespace)
    answer = bed.login(Signer().sign(user).login("dev"), headers={"X-Vault-Namespace": namespace})
    assert answer.status == 200, answer.error
    assert bed.read_greeting(answer.token, namespace) == GREETING
    with pytest.raises(requests.HTTPError):
        bed.read_greeting(answer.token)


def test_throttled_sts_fails_the_login_unless_vault_repeats(bed: TestBed, user: Identity) -> None:
    with bed.sts.faulty(THROTTLED, times=1):
        assert "<Code>Throttling</Code>" in bed.login(Signer().sign(user).login("dev")).error
    mount = bed.mount_aws("patient", max_retries=1)
    bed.vault_role("dev", user.arn, mount=mount)
    with bed.sts.faulty(UNAVAILABLE, times=1):
        assert bed.login(Signer().sign(user).login("dev"), mount=mount).status == 200


def test_tls_listener_is_trusted_with_the_authority_alone(bed: TestBed) -> None:
    url = f"{bed.vault.tls_address}/v1/sys/health"
    assert requests.get(url, verify=str(bed.vault.certificate_file), timeout=10).status_code == 200
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(url, timeout=10)


def test_login_is_audited(bed: TestBed, user: Identity) -> None:
    before = len(bed.vault.audit_entries())
    bed.login(Signer().sign(user).login("dev"))
    paths = [entry["request"]["path"] for entry in bed.vault.audit_entries()[before:] if entry["type"] == "response"]
    assert paths == ["auth/aws/login"]


def test_data_and_tokens_outlast_a_restart(bed: TestBed, user: Identity) -> None:
    token = bed.login(Signer().sign(user).login("dev")).token
    bed.vault.stop()
    with pytest.raises(requests.ConnectionError):
        bed.read_greeting(token)
    bed.vault.start()
    assert bed.read_greeting(token) == GREETING
    assert bed.login(Signer().sign(user).login("dev")).status == 200


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL], ids=["terminated", "killed"])
def test_servers_end_with_the_process_that_started_them(end: signal.Signals, tmp_path: Path) -> None:
    program = (
        "import sys; from bed import TestBed\nwith TestBed() as bed: print(bed.vault.pid, flush=True); sys.stdin.read()"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=HERE,
        # What a killed process leaves behind goes where pytest cleans up.
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert owner.stdin and owner.stdout
    with owner.stdin, owner.stdout:
        group = int(owner.stdout.readline())
        assert len(_group_members(group)) >= 2, "the server and its plugin"
        owner.send_signal(end)
        owner.wait(10)
        deadline = time.monotonic() + 10
        while _group_members(group):
            assert time.monotonic() < deadline, f"still running: {_group_members(group)}"
            time.sleep(0.05)


def _group_members(group: int) -> list[int]:
    members = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(folder.name)) == group:
                members.append(int(folder.name))
        except ProcessLookupError:
            continue
    return members


def test_server_that_ends_early_shows_its_log(tmp_path: Path) -> None:
    child = Child(["/bin/sh", "-c", "echo no such luck; exit 3"], log=tmp_path / "log", env={})
    with pytest.raises(RuntimeError) as failed:
        child.wait_until(lambda: False, what="it answered")
    assert str(failed.value) == "sh ended with status 3 before it answered; its log ends:\nno such luck"


def test_missing_plugin_names_the_command_that_builds_it(tmp_path: Path) -> None:
    vault = OpenBao(tmp_path, Authority(tmp_path), plugin=tmp_path / "none", https_proxy="")
    with pytest.raises(FileNotFoundError, match="go build -o .*/dist/test-bed/vault-plugin-auth-aws"):
        vault.spawn()
