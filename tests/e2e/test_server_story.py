"""Who may log in: what a server's configuration and an IAM entity's life mean for a login, and what we say of it.

A server ID belongs to a mount's configuration, so two mounts stand for a server of development and one of production.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import command
from bed import GREETING, CredentialSource, Instance, InstanceMetadata, Signer, TestBed
from native_host import login, refusal

SERVER_ID = "X-Vault-AWS-IAM-Server-ID"


def test_login_stolen_from_dev_is_refused_by_prod_and_the_explanation_names_prods_server_id(bed: TestBed) -> None:
    user = bed.aws.user()
    ids = {mount: f"vault.{mount}.example.com" for mount in ("story-dev", "story-prod")}
    for mount, server_id in ids.items():
        bed.mount_aws(mount, iam_server_id_header_value=server_id)
        bed.vault_role("app", user.arn, mount=mount)
    stolen = command.sign(user, "--role", "app", "--server-id", ids["story-dev"])
    assert bed.read_greeting(bed.login(stolen, mount="story-dev").token) == GREETING
    answer = bed.login(stolen, mount="story-prod")
    assert (answer.status, answer.error) == (
        400,
        f'error validating {SERVER_ID} header: expected "{ids["story-prod"]}" but got "{ids["story-dev"]}"',
    )
    explained = command.run("diagnose", "--status", "400", "--json", stdin=json.dumps(answer.json))
    said = json.loads(explained.stdout)
    assert (said["rule"], said["expected_server_id"]) == ("server-id-differs", ids["story-prod"])


@pytest.mark.parametrize("path", ["/", "/team/app/"])
def test_assumed_role_logs_in_with_and_without_a_path(bed: TestBed, path: str, tmp_path: Path) -> None:
    role = bed.aws.role(path=path)
    name = bed.vault_role(bed.aws.fresh_name("assumed"), role.arn)
    env = assuming(bed, role.arn, tmp_path)
    assert bed.read_greeting(login("--role", name, env=env)) == GREETING
    # The server infers the role's friendly name, without its path.
    bed.vault_role(role.name, role.arn)
    assert bed.read_greeting(login(env=env)) == GREETING


def assuming(bed: TestBed, role_arn: str, folder: Path) -> dict[str, str]:
    """The environment of a profile whose role the SDK assumes, as the administrator, whose policies allow it."""
    (folder / "credentials").write_text(
        f"[source]\naws_access_key_id = {bed.aws.admin.access_key_id}\n"
        f"aws_secret_access_key = {bed.aws.admin.secret_access_key}\n"
    )
    (folder / "config").write_text(f"[profile assumed]\nrole_arn = {role_arn}\nsource_profile = source\n")
    return {
        "VAULT_ADDR": bed.vault.address,
        "AWS_PROFILE": "assumed",
        "AWS_REGION": "us-east-1",
        "AWS_CONFIG_FILE": str(folder / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
        "AWS_ENDPOINT_URL_STS": bed.sts.url(),
    }


def test_wildcard_binding_admits_the_roles_under_its_path_and_no_others(bed: TestBed) -> None:
    # STS tells the role's name without its path, so only a look-up in IAM can match this binding.
    inside, outside = bed.aws.role(path="/wild/"), bed.aws.role(path="/tame/")
    name = bed.vault_role("wild", "arn:aws:iam::123456789012:role/wild/*")
    assert bed.read_greeting(login("--role", name, env=bed.environment(bed.aws.session(inside)))) == GREETING
    session = bed.aws.session(outside)
    text = refusal("--role", name, env=bed.environment(session))
    assert f'IAM Principal "{session.arn}" does not belong to the role "{name}"' in text


def test_recreated_role_is_refused_for_its_unique_id_and_the_explanation_says_so(bed: TestBed) -> None:
    role = bed.aws.role()
    name = bed.vault_role("recreated", role.arn)
    assert bed.read_greeting(login("--role", name, env=bed.environment(bed.aws.session(role)))) == GREETING
    bed.aws.delete_role(role)
    again = bed.aws.role(role.name)
    assert again.arn == role.arn and again.unique_id != role.unique_id
    session = bed.aws.session(again)
    text = refusal("--role", name, env=bed.environment(session))
    assert f'IAM Principal "{session.arn}" does not belong to the role "{name}"' in text
    answer = bed.login(command.sign(session, "--role", name))
    explained = command.run("diagnose", "--status", str(answer.status), stdin=json.dumps(answer.json)).stdout
    assert "the IAM role was deleted and made again" in explained
    # Vault looks the unique ID up when its role is written.
    bed.vault_role(name, again.arn)
    assert bed.read_greeting(login("--role", name, env=bed.environment(session))) == GREETING


def test_instance_of_the_bound_image_logs_in_and_another_is_refused(bed: TestBed) -> None:
    role = bed.aws.role()
    images = bed.aws.client("ec2").describe_images(Owners=["amazon"])["Images"]
    right, wrong = (bed.aws.instance(role, image_id=image["ImageId"]) for image in images[:2])
    assert right.image_id != wrong.image_id
    inferred = {"inferred_entity_type": "ec2_instance", "inferred_aws_region": "us-east-1"}
    name = bed.vault_role("image", role.arn, bound_ami_id=right.image_id, **inferred)
    with metadata(bed, right) as imds:
        token = login("--role", name, env={"VAULT_ADDR": bed.vault.address} | imds.environment())
    assert bed.read_greeting(token) == GREETING
    with metadata(bed, wrong) as imds:
        text = refusal("--role", name, env={"VAULT_ADDR": bed.vault.address} | imds.environment())
    words, *explanation = text.splitlines()
    assert words.endswith(f'AMI ID "{wrong.image_id}" does not belong to role "{name}"')
    assert explanation, text


def metadata(bed: TestBed, instance: Instance) -> InstanceMetadata:
    source = CredentialSource(lambda: bed.aws.session(instance.role, instance.instance_id))
    return InstanceMetadata(source, role_name=instance.role.name, instance_id=instance.instance_id)


# What a mount's configuration asks of the client


def test_region_of_the_client_chooses_the_endpoint_that_the_server_calls(bed: TestBed) -> None:
    user = bed.aws.user()
    mount = bed.mount_aws("story-client-region", use_sts_region_from_client=True)
    bed.vault_role("app", user.arn, mount=mount)
    before = len(bed.sts.calls)
    options = ("--role", "app", "--mount", mount, "--region", "ap-northeast-3", "--sts-endpoint", "regional")
    assert bed.read_greeting(login(*options, env=bed.environment(user))) == GREETING
    assert {call.region for call in bed.sts.calls[before:]} == {"ap-northeast-3"}


def test_amz_header_beyond_those_of_a_login_needs_allowed_sts_header_values(bed: TestBed) -> None:
    user = bed.aws.user()
    mount = bed.mount_aws("story-headers", allowed_sts_header_values="X-Amz-Extra")
    for each in ("aws", mount):
        bed.vault_role("story-headers", user.arn, mount=each)
        # Ours adds none, so that it needs no such configuration and none stands in its way.
        assert bed.read_greeting(login("--role", "story-headers", "--mount", each, env=bed.environment(user))) == GREETING
    foreign = Signer(headers={"X-Amz-Extra": "1"}).sign(user).login("story-headers")
    assert bed.read_greeting(bed.login(foreign, mount=mount).token) == GREETING
    answer = bed.login(foreign)
    assert (answer.status, answer.error) == (400, "invalid request header: X-Amz-Extra")
    explained = command.run("diagnose", "--status", "400", stdin=json.dumps(answer.json)).stdout
    assert "allowed_sts_header_values" in explained
