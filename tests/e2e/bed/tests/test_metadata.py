"""The metadata servers speak AWS's protocols: botocore's providers get working credentials."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from botocore.credentials import ContainerProvider, InstanceMetadataProvider, RefreshableCredentials
from botocore.exceptions import CredentialRetrievalError
from botocore.utils import ContainerMetadataFetcher, InstanceMetadataFetcher

from bed import (
    GREETING,
    ContainerCredentials,
    CredentialSource,
    Identity,
    Instance,
    InstanceMetadata,
    Role,
    Signer,
    TestBed,
)

TTL = {"X-aws-ec2-metadata-token-ttl-seconds": "60"}
ROLES = "/latest/meta-data/iam/security-credentials/"


@pytest.fixture(scope="module")
def role(bed: TestBed) -> Role:
    role = bed.aws.role()
    bed.vault_role("task", role.arn)
    return role


@pytest.fixture(scope="module")
def instance(bed: TestBed) -> Instance:
    return bed.aws.instance()


@pytest.fixture()
def container(bed: TestBed, role: Role) -> Iterator[ContainerCredentials]:
    with ContainerCredentials(CredentialSource(lambda: bed.aws.session(role, "task"))) as service:
        yield service


@pytest.fixture()
def imds(bed: TestBed, instance: Instance) -> Iterator[InstanceMetadata]:
    source = CredentialSource(lambda: bed.aws.session(instance.role, instance.instance_id))
    with InstanceMetadata(source, role_name=instance.role.name, instance_id=instance.instance_id) as service:
        yield service


def logged_in_with(bed: TestBed, credentials: RefreshableCredentials, vault_role: str) -> str:
    frozen = credentials.get_frozen_credentials()
    who = Identity("", "", frozen.access_key, frozen.secret_key, frozen.token)
    answer = bed.login(Signer().sign(who).login(vault_role))
    assert answer.status == 200, answer.error
    return bed.read_greeting(answer.token)


def container_provider(environment: dict[str, str]) -> ContainerProvider:
    return ContainerProvider(environment, ContainerMetadataFetcher(sleep=lambda seconds: None))


def test_task_credentials_log_in(bed: TestBed, container: ContainerCredentials) -> None:
    credentials = container_provider(container.environment()).load()
    assert logged_in_with(bed, credentials, "task") == GREETING


def test_authorization_token_is_demanded_from_the_file(
    bed: TestBed, container: ContainerCredentials, tmp_path: Path
) -> None:
    container.authorization_token = "first"
    file = tmp_path / "token"
    environment = container.environment()
    with pytest.raises(CredentialRetrievalError):
        container_provider(environment).load()
    environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = str(file)
    file.write_text("first")
    assert logged_in_with(bed, container_provider(environment).load(), "task") == GREETING
    container.authorization_token = "second"
    with pytest.raises(CredentialRetrievalError):
        container_provider(environment).load()
    file.write_text("second")
    assert logged_in_with(bed, container_provider(environment).load(), "task") == GREETING
    assert {call.status for call in container.calls} == {200, 401}


def test_unknown_path_has_no_credentials(container: ContainerCredentials) -> None:
    assert requests.get(f"{container.url}/v2/credentials/another", timeout=10).status_code == 404


def test_credentials_rotate_before_they_expire(bed: TestBed, role: Role) -> None:
    source = CredentialSource(lambda: bed.aws.session(role, seconds=600), renew_before=timedelta(minutes=5))
    assert source.current() == source.current()
    always_late = CredentialSource(lambda: bed.aws.session(role, seconds=200), renew_before=timedelta(minutes=5))
    assert always_late.current() != always_late.current()
    before = source.current()
    assert source.rotate() == source.current() != before


def test_instance_credentials_log_in_as_that_instance(bed: TestBed, imds: InstanceMetadata, instance: Instance) -> None:
    bed.vault_role(
        "metadata-instance",
        instance.role.arn,
        inferred_entity_type="ec2_instance",
        inferred_aws_region="us-east-1",
        bound_ami_id=instance.image_id,
    )
    fetcher = InstanceMetadataFetcher(base_url=imds.url, env={})
    credentials = InstanceMetadataProvider(fetcher).load()
    assert logged_in_with(bed, credentials, "metadata-instance") == GREETING
    assert [(call.method, call.path, call.status) for call in imds.calls] == [
        ("PUT", "/latest/api/token", 200),
        ("GET", ROLES, 200),
        ("GET", ROLES + instance.role.name, 200),
    ]


def test_instance_metadata_needs_a_token(imds: InstanceMetadata) -> None:
    def read(token: str | None) -> int:
        headers = {} if token is None else {"X-aws-ec2-metadata-token": token}
        return requests.get(imds.url + ROLES, headers=headers, timeout=10).status_code

    assert read(None) == 401
    assert read("made-up") == 401
    token = requests.put(f"{imds.url}/latest/api/token", headers=TTL, timeout=10).text
    assert read(token) == 200
    imds.forget_tokens()
    assert read(token) == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 400),
        ({"X-aws-ec2-metadata-token-ttl-seconds": "0"}, 400),
        ({"X-aws-ec2-metadata-token-ttl-seconds": "21601"}, 400),
        ({"X-aws-ec2-metadata-token-ttl-seconds": "an hour"}, 400),
        (TTL | {"X-Forwarded-For": "192.0.2.1"}, 403),
        (TTL, 200),
    ],
)
def test_metadata_token_is_asked_for_with_its_time_to_live(
    imds: InstanceMetadata, headers: dict[str, str], status: int
) -> None:
    assert requests.put(f"{imds.url}/latest/api/token", headers=headers, timeout=10).status_code == status


def test_another_role_has_no_credentials_here(imds: InstanceMetadata) -> None:
    token = requests.put(f"{imds.url}/latest/api/token", headers=TTL, timeout=10).text
    answer = requests.get(f"{imds.url}{ROLES}another", headers={"X-aws-ec2-metadata-token": token}, timeout=10)
    assert answer.status_code == 404
