"""Credentials of each AWS service log in, through AWS's SDK, the agent's session and Node's.

The metadata services are small servers after AWS's documented protocols, and give credentials that STS knows.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bed import GREETING, ContainerCredentials, CredentialSource, InstanceMetadata, TestBed
from bed.metadata import ROLES_PATH
from native_host import agent, login, refusal
from node_project import node

AUTHORIZATION_TOKEN = "authorization-of-the-file"


@dataclass(frozen=True)
class Place:
    """Where a program runs: its environment, and the Vault role that it may have."""

    env: dict[str, str]
    vault_role: str
    # Whether the service gave the credentials, each time that it was asked.
    asked: Callable[[], bool]
    # An option `credentials` of Node's `createSession`, in JavaScript.
    node_source: str


@contextmanager
def lambda_function(bed: TestBed, folder: Path) -> Iterator[Place]:
    """Keys and session token in the environment, and a region that is not the one that Vault calls."""
    role = bed.aws.role()
    env = bed.aws.session(role, "function").environment() | {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"}
    yield Place(env, bed.vault_role(role.name, role.arn), lambda: True, "fromEnv()")


@contextmanager
def ecs_task(bed: TestBed, folder: Path) -> Iterator[Place]:
    role = bed.aws.role()
    with ContainerCredentials(CredentialSource(lambda: bed.aws.session(role, "task"))) as endpoint:
        source = "{ containerEndpoint: { uri: env.AWS_CONTAINER_CREDENTIALS_FULL_URI } }"
        yield Place(endpoint.environment(), bed.vault_role(role.name, role.arn), lambda: answered(endpoint), source)


@contextmanager
def eks_pod_identity(bed: TestBed, folder: Path) -> Iterator[Place]:
    """The endpoint refuses requests without the authorization token of the file."""
    role = bed.aws.role()
    file = folder / "eks-token"
    file.write_text(AUTHORIZATION_TOKEN)
    issue = CredentialSource(lambda: bed.aws.session(role, "pod"))
    with ContainerCredentials(issue, authorization_token=AUTHORIZATION_TOKEN) as endpoint:
        env = endpoint.environment() | {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(file)}
        source = (
            "{ containerEndpoint: { uri: env.AWS_CONTAINER_CREDENTIALS_FULL_URI,"
            " token: () => readFile(env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, 'utf8') } }"
        )
        yield Place(env, bed.vault_role(role.name, role.arn), lambda: answered(endpoint), source)


@contextmanager
def eks_web_identity(bed: TestBed, folder: Path) -> Iterator[Place]:
    role = bed.aws.role()
    file = folder / "web-identity-token"
    file.write_text(bed.sts.issue_web_identity_token(role))
    env = {
        "AWS_ROLE_ARN": role.arn,
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(file),
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL_STS": bed.sts.url(),
    }
    source = (
        "{ webIdentity: { roleArn: env.AWS_ROLE_ARN, roleSessionName: 'pod', region: env.AWS_REGION,"
        " token: () => readFile(env.AWS_WEB_IDENTITY_TOKEN_FILE, 'utf8'),"
        " stsEndpoint: env.AWS_ENDPOINT_URL_STS } }"
    )
    before = len(bed.sts.calls)

    def exchanged() -> bool:
        return any(call.action == "AssumeRoleWithWebIdentity" for call in bed.sts.calls[before:])

    yield Place(env, bed.vault_role(role.name, role.arn), exchanged, source)


@contextmanager
def ec2_instance(bed: TestBed, folder: Path) -> Iterator[Place]:
    """IMDSv2: no answer without a session token of the service."""
    instance = bed.aws.instance()
    role = instance.role
    source = CredentialSource(lambda: bed.aws.session(role, instance.instance_id))
    with InstanceMetadata(source, role_name=role.name, instance_id=instance.instance_id) as imds:
        yield Place(imds.environment(), bed.vault_role(role.name, role.arn), lambda: answered(imds), "instance-metadata")


def answered(service: ContainerCredentials | InstanceMetadata) -> bool:
    """Whether the service gave everything that it was asked for, and was asked at all."""
    return {call.status for call in service.calls} == {200}


PLACES: list[Callable[[TestBed, Path], AbstractContextManager[Place]]] = [
    lambda_function,
    ecs_task,
    eks_pod_identity,
    eks_web_identity,
    ec2_instance,
]


@pytest.fixture(params=PLACES, ids=lambda place: place.__name__)
def place(request: pytest.FixtureRequest, bed: TestBed, tmp_path: Path) -> Iterator[Place]:
    with request.param(bed, tmp_path) as made:
        yield made


def test_credentials_of_the_service_log_in_through_the_sdk(bed: TestBed, place: Place) -> None:
    token = login("--role", place.vault_role, env={"VAULT_ADDR": bed.vault.address} | place.env)
    assert bed.read_greeting(token) == GREETING
    assert place.asked()


def test_credentials_of_the_service_log_in_through_the_agents_session(bed: TestBed, place: Place, tmp_path: Path) -> None:
    env = {"VAULT_ADDR": bed.vault.address} | place.env
    with agent(tmp_path, "--role", place.vault_role, env=env) as running:
        assert bed.read_greeting(running.wait_for_token()) == GREETING
    assert place.asked()


SESSION = """
    import { readFile } from 'node:fs/promises';
    import { fromEnv } from '@aws-sdk/credential-providers';
    import { createSession } from 'vault-aws-login';
    const { env } = process;
    const session = createSession({
      vaultAddr: env.VAULT_ADDR, role: env.VAULT_AUTH_ROLE, credentials: %s,
      onRefusal: (refusal) => console.error(refusal),
    });
    console.log(JSON.stringify(await session.token({ signal: AbortSignal.timeout(10_000) })));
    session.close();
"""


# The session asks 169.254.169.254, so its fetch is led to the test's server.
NODE_INSTANCE_METADATA = (
    "'instance-metadata', fetch: (url, init) =>"
    " fetch(String(url).replace('http://169.254.169.254', env.AWS_EC2_METADATA_SERVICE_ENDPOINT), init)"
)


def test_session_of_node_fetches_the_credentials_of_the_service(bed: TestBed, project: Path, place: Place) -> None:
    source = NODE_INSTANCE_METADATA if place.node_source == "instance-metadata" else place.node_source
    env = {"VAULT_ADDR": bed.vault.address, "VAULT_AUTH_ROLE": place.vault_role} | place.env
    ended = node(project, SESSION % source, env=env)
    assert ended.returncode == 0, ended.stderr
    assert bed.read_greeting(json.loads(ended.stdout)) == GREETING
    assert place.asked()


@pytest.mark.parametrize("status", [403, 404, 405, 200])
def test_session_of_node_names_imdsv1_where_the_service_speaks_no_other(
    bed: TestBed, project: Path, status: int
) -> None:
    instance = bed.aws.instance()
    source = CredentialSource(lambda: bed.aws.session(instance.role, instance.instance_id))
    own = {"role_name": instance.role.name, "instance_id": instance.instance_id}
    with InstanceMetadata(source, **own, refuse_tokens=status) as imds:
        # What the SDKs fall back to does answer.
        with urllib.request.urlopen(imds.url + ROLES_PATH, timeout=10) as answer:
            assert answer.read().decode() == instance.role.name
        imds.calls.clear()
        script = SESSION.replace("AbortSignal.timeout(10_000)", "AbortSignal.timeout(1_000)") % NODE_INSTANCE_METADATA
        env = {"VAULT_ADDR": bed.vault.address, "VAULT_AUTH_ROLE": "dev"} | imds.environment()
        ended = node(project, script, env=env)
    assert ended.returncode != 0
    assert "instance-metadata-v1" in ended.stderr
    assert f"or is switched off (status {status}); let it pass on PUT /latest/api/token" in ended.stderr
    assert {(call.method, call.path) for call in imds.calls} == {("PUT", "/latest/api/token")}


def test_region_of_the_function_is_not_the_servers(bed: TestBed, tmp_path: Path) -> None:
    with lambda_function(bed, tmp_path) as place:
        env = {"VAULT_ADDR": bed.vault.address} | place.env
        said = refusal("--role", place.vault_role, "--region", "auto", env=env)
        assert "Credential should be scoped to a valid region" in said
        assert "\n  on the client: sign for us-east-1" in said


def test_agent_logs_in_again_with_rotated_credentials_and_the_rotated_token_of_the_pod(
    bed: TestBed, tmp_path: Path
) -> None:
    role = bed.aws.role()
    name = bed.vault_role(role.name, role.arn, token_ttl="2s", token_max_ttl="2s")
    file = tmp_path / "eks-token"
    file.write_text("first")
    # Credentials so near their end that the session asks for others before its next login.
    issue = CredentialSource(lambda: bed.aws.session(role, "pod", seconds=12))
    with ContainerCredentials(issue, authorization_token="first") as endpoint:
        env = {"VAULT_ADDR": bed.vault.address, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(file)}
        with agent(tmp_path, "--role", name, env=env | endpoint.environment()) as running:
            running.wait_for_token()
            file.write_text("second")
            endpoint.authorization_token = "second"
            asked = len(endpoint.calls)
            keys = {call.access_key_id for call in bed.sts.calls}
            running.process.wait_until(
                lambda: 200 in {call.status for call in endpoint.calls[asked:]}, what="it showed the new token"
            )
            running.process.wait_until(
                lambda: any(
                    (call.action, call.status) == ("GetCallerIdentity", 200) and call.access_key_id not in keys
                    for call in bed.sts.calls
                ),
                what="it logged in with the new credentials",
            )
