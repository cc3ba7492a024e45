"""What a server is set up to accept, and from whom: the shipped command's logins against each setting."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from bed import GREETING, Role, Signer, TestBed
from bed.openbao import OpenBao
from bed.testbed import PLUGIN
from command import run, sign

DEV_ID = "vault.dev.example.com"
PROD_ID = "vault.prod.example.com"


def diagnosis(status: int, answer: dict[str, Any]) -> dict[str, Any]:
    """What the shipped command says about a server's refusal."""
    ended = run("diagnose", "--status", str(status), "--json", stdin=json.dumps(answer))
    assert (ended.returncode, ended.stderr) == (0, "")
    return json.loads(ended.stdout)


# Two servers with server IDs of their own


@pytest.fixture(scope="module")
def prod(bed: TestBed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestBed]:
    """A second OpenBao, which uses the same AWS as the first."""
    other = copy.copy(bed)
    other.vault = OpenBao(tmp_path_factory.mktemp("prod"), bed.authority, plugin=PLUGIN, https_proxy=bed.proxy.url)
    other.vault.spawn()
    try:
        other.vault.initialise()
        other._write_greeting()
        other.mount_aws("aws", iam_server_id_header_value=PROD_ID)
        yield other
    finally:
        other.vault.kill()


@pytest.fixture()
def dev(bed: TestBed) -> Iterator[TestBed]:
    """The first OpenBao, which has a server ID as long as a test needs it."""
    bed.configure_aws("aws", iam_server_id_header_value=DEV_ID)
    try:
        yield bed
    finally:
        bed.configure_aws("aws", iam_server_id_header_value="")


def test_login_stolen_from_one_server_is_refused_by_the_other(dev: TestBed, prod: TestBed) -> None:
    user = dev.aws.user()
    for server in (dev, prod):
        server.vault_role("service", user.arn)
    for server, own, other, others in ((dev, DEV_ID, prod, PROD_ID), (prod, PROD_ID, dev, DEV_ID)):
        login = sign(user, "--role", "service", "--server-id", own)
        assert server.read_greeting(server.login(login).token) == GREETING
        refused = other.login(login)
        assert (refused.status, refused.error) == (
            400,
            f'error validating X-Vault-AWS-IAM-Server-ID header: expected "{others}" but got "{own}"',
        )
        told = diagnosis(refused.status, refused.json)
        assert (told["refused-by"], told["rule"], told["expected-server-id"]) == ("vault", "server-id-differs", others)


# IAM roles


@pytest.mark.parametrize("path", ["/", "/team/blue/"])
def test_assumed_role_reads_the_secret_with_and_without_a_path(bed: TestBed, path: str) -> None:
    role = bed.aws.role(path=path)
    name = bed.vault_role(bed.aws.fresh_name("assumed"), role.arn)
    answer = bed.login(sign(bed.aws.session(role), "--role", name))
    assert answer.status == 200, answer.error
    assert bed.read_greeting(answer.token) == GREETING


def test_binding_with_a_path_fits_nobody_where_unique_ids_are_not_resolved(bed: TestBed) -> None:
    role = bed.aws.role(path="/team/")
    name = bed.vault_role(bed.aws.fresh_name("assumed"), role.arn, resolve_aws_unique_ids=False)
    answer = bed.login(sign(bed.aws.session(role), "--role", name))
    assert answer.status == 400
    assert "the binding has a path although unique IDs are not resolved" in diagnosis(400, answer.json)["causes"]


def test_wildcard_makes_vault_look_the_role_up(bed: TestBed) -> None:
    role = bed.aws.role(path="/team/")
    outsider = bed.aws.role()
    wildcard = f"{role.arn.rpartition('/')[0]}/*"
    name = bed.vault_role(bed.aws.fresh_name("wildcard"), wildcard)
    # STS names the role without its path, so only Vault's own look-up at IAM can find it under /team/.
    answer = bed.login(sign(bed.aws.session(role), "--role", name))
    assert answer.status == 200, answer.error
    assert bed.read_greeting(answer.token) == GREETING
    refused = bed.login(sign(bed.aws.session(outsider), "--role", name))
    assert (refused.status, diagnosis(400, refused.json)["rule"]) == (400, "principal-not-bound")


def test_wildcard_fits_nobody_where_vault_may_not_look_the_role_up(bed: TestBed) -> None:
    role = bed.aws.role(path="/team/")
    powerless = bed.aws.user()
    keys = {"access_key": powerless.access_key_id, "secret_key": powerless.secret_access_key}
    mount = bed.mount_aws(bed.aws.fresh_name("powerless"), **keys)
    bed.vault_role("wildcard", f"{role.arn.rpartition('/')[0]}/*", mount=mount)
    answer = bed.login(sign(bed.aws.session(role), "--role", "wildcard"), mount=mount)
    assert answer.status == 400
    assert f'error fetching role "{role.name}"' in answer.error
    assert "status code: 403" in answer.error


def test_role_deleted_and_made_again_is_refused_for_its_unique_id_and_the_diagnosis_says_so(bed: TestBed) -> None:
    role = bed.aws.role()
    name = bed.vault_role(bed.aws.fresh_name("again"), role.arn)
    assert bed.login(sign(bed.aws.session(role), "--role", name)).status == 200
    again = made_again(bed, role)
    answer = bed.login(sign(bed.aws.session(again), "--role", name))
    assert answer.status == 400
    assert answer.error.endswith(f'does not belong to the role "{name}"')
    assert "the IAM role was deleted and made again" in diagnosis(400, answer.json)["causes"]
    # Rewriting the Vault role stores the new ID in it.
    bed.vault_role(name, role.arn)
    assert bed.login(sign(bed.aws.session(again), "--role", name)).status == 200


def test_role_made_again_is_accepted_where_unique_ids_are_not_resolved(bed: TestBed) -> None:
    role = bed.aws.role()
    name = bed.vault_role(bed.aws.fresh_name("again"), role.arn, resolve_aws_unique_ids=False)
    again = made_again(bed, role)
    assert bed.login(sign(bed.aws.session(again), "--role", name)).status == 200


def made_again(bed: TestBed, role: Role) -> Role:
    """The role deleted and recreated under its name."""
    bed.aws.delete_role(role)
    again = bed.aws.role(role.name)
    assert again.arn == role.arn and again.unique_id != role.unique_id
    return again


# EC2 instances


def test_instance_of_the_bound_image_logs_in_and_another_is_refused(bed: TestBed) -> None:
    right_image, wrong_image = (
        image["ImageId"] for image in bed.aws.client("ec2").describe_images(Owners=["amazon"])["Images"][:2]
    )
    role = bed.aws.role()
    right = bed.aws.instance(role, image_id=right_image)
    wrong = bed.aws.instance(bed.aws.role(), image_id=wrong_image)
    name = bed.vault_role(
        bed.aws.fresh_name("image"),
        role.arn,
        wrong.role.arn,
        inferred_entity_type="ec2_instance",
        inferred_aws_region="us-east-1",
        bound_ami_id=right_image,
    )
    answer = bed.login(sign(right.identity, "--role", name))
    assert answer.status == 200, answer.error
    assert bed.read_greeting(answer.token) == GREETING
    refused = bed.login(sign(wrong.identity, "--role", name))
    assert refused.status == 400
    assert f'AMI ID "{wrong_image}" does not belong to role "{name}"' in refused.error


# What a server lets the client choose


def test_server_that_takes_the_clients_region_calls_the_signed_one(bed: TestBed) -> None:
    user = bed.aws.user()
    mount = bed.mount_aws(bed.aws.fresh_name("client-region"), use_sts_region_from_client=True)
    bed.vault_role("dev", user.arn, mount=mount)
    before = len(bed.sts.calls)
    answer = bed.login(sign(user, "--role", "dev", "--region", "ap-northeast-3"), mount=mount)
    assert answer.status == 200, answer.error
    assert {call.region for call in bed.sts.calls[before:]} == {"ap-northeast-3"}


def test_list_of_allowed_headers_admits_the_login_and_no_other_header_of_amazon(bed: TestBed) -> None:
    user = bed.aws.user()
    mount = bed.mount_aws(bed.aws.fresh_name("headers"), allowed_sts_header_values="X-Amz-Team")
    bed.vault_role("dev", user.arn, mount=mount)
    answer = bed.login(sign(user, "--role", "dev"), mount=mount)
    assert answer.status == 200, answer.error
    listed = bed.login(Signer(headers={"X-Amz-Team": "blue"}).sign(user).login("dev"), mount=mount)
    assert listed.status == 200, listed.error
    other = Signer(headers={"X-Amz-Elsewhere": "blue"}).sign(user).login("dev")
    refused = bed.login(other, mount=mount)
    assert (refused.status, refused.error) == (400, "invalid request header: X-Amz-Elsewhere")
    checked = run("check", "--allowed-header", "X-Amz-Team", "--json", stdin=json.dumps(other))
    assert (checked.returncode, json.loads(checked.stdout)["prediction"]) == (1, "refused")
