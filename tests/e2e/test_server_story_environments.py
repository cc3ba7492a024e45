"""Where a workload runs: its credentials, obtained the way its service gives them, by the AWS SDK and by the session.

Both are the wasmtime host: `login` asks aws-config once; `agent` runs the component's session, which asks again whenever it
logs in. The link-local addresses of ECS and EC2 cannot be had on loopback, so the documented variables name others.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bed import GREETING, ContainerCredentials, CredentialSource, InstanceMetadata, Role, TestBed
from bed.child import Child
from command import COMPONENT, ROOT
from test_node_host import SESSION, node, project, tarball  # noqa: F401
from test_wasmtime_host import HOST, login, refusal

# Tokens that live as short as can be, so that the session soon logs in again.
BRIEF = {"token_ttl": "2s", "token_max_ttl": "2s"}
# Credentials so near their end that the session asks for others before its next login.
SOON = 12


@pytest.fixture()
def role(bed: TestBed) -> Role:
    return bed.aws.role()


@contextmanager
def agent(folder: Path, vault_role: str, env: dict[str, str]) -> Iterator[Child]:
    """The agent with nothing but `env` in its environment, and its token in the file `token`."""
    arguments = ["--sink", str(folder / "token"), "--component", str(ROOT / COMPONENT), "--role", vault_role]
    base = {"HOME": os.environ["HOME"], "AWS_EC2_METADATA_DISABLED": "true"}
    running = Child([str(ROOT / HOST), "agent", *arguments], log=folder / "agent.log", env=base | env)
    try:
        yield running
    finally:
        running.stop()


def both_read_the_greeting(bed: TestBed, folder: Path, vault_role: str, env: dict[str, str], *, logins: int = 1) -> None:
    """Reads the secret once with the SDK alone, and with the session after so many logins."""
    env = {"VAULT_ADDR": bed.vault.address} | env
    assert bed.read_greeting(login("--role", vault_role, env=env)) == GREETING
    sink = folder / "token"
    with agent(folder, vault_role, env) as running:
        running.wait_until(
            lambda: f"logged in: token {logins} " in running.log.read_text() and sink.exists(),
            what=f"it logged in {logins} times",
        )
        assert bed.read_greeting(sink.read_text()) == GREETING


# Lambda


def test_lambda_function_logs_in_from_any_region(bed: TestBed, role: Role, tmp_path: Path) -> None:
    name = bed.vault_role(bed.aws.fresh_name("lambda"), role.arn)
    session = bed.aws.session(role, "my-function")
    # What the service sets besides; its region is where the function runs, and none of Vault's business.
    env = session.environment() | {
        "AWS_REGION": "ap-southeast-2",
        "AWS_DEFAULT_REGION": "ap-southeast-2",
        "AWS_LAMBDA_FUNCTION_NAME": "my-function",
        "AWS_EXECUTION_ENV": "AWS_Lambda_provided.al2023",
    }
    both_read_the_greeting(bed, tmp_path, name, env)
    asked = {"VAULT_ADDR": bed.vault.address} | env
    text = refusal("--role", name, "--region", "auto", env=asked)
    assert "Credential should be scoped to a valid region" in text
    del asked["AWS_SESSION_TOKEN"]
    assert refusal("--role", name, env=asked).startswith("error: missing session token: ")


# ECS


def test_ecs_task_logs_in_again_with_rotated_credentials(bed: TestBed, role: Role, tmp_path: Path) -> None:
    name = bed.vault_role(bed.aws.fresh_name("ecs"), role.arn, **BRIEF)
    # Every answer is a new session, as if each had nearly expired.
    source = CredentialSource(lambda: bed.aws.session(role, "task", seconds=SOON))
    with ContainerCredentials(source) as endpoint:
        both_read_the_greeting(bed, tmp_path, name, endpoint.environment(), logins=2)
        assert len(endpoint.calls) >= 3
        assert {call.status for call in endpoint.calls} == {200}


# EKS


def test_eks_pod_reads_its_authorization_token_anew_for_each_login(bed: TestBed, role: Role, tmp_path: Path) -> None:
    name = bed.vault_role(bed.aws.fresh_name("pod"), role.arn, **BRIEF)
    source = CredentialSource(lambda: bed.aws.session(role, "pod", seconds=SOON))
    token = tmp_path / "eks-pod-identity-token"
    token.write_text("first")
    with ContainerCredentials(source, authorization_token="first") as endpoint:
        env = endpoint.environment() | {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(token)}
        env["VAULT_ADDR"] = bed.vault.address
        assert bed.read_greeting(login("--role", name, env=env)) == GREETING
        with agent(tmp_path, name, env) as running:
            running.wait_until(lambda: "logged in: token 1 " in running.log.read_text(), what="it logged in")
            token.write_text("second")
            endpoint.authorization_token = "second"
            asked = len(endpoint.calls)
            running.wait_until(
                lambda: 200 in {call.status for call in endpoint.calls[asked:]}, what="it used the new token"
            )
        token.write_text("neither")
        assert "error: found no usable AWS credentials: " in refusal("--role", name, env=env)
        assert endpoint.calls[-1].status == 401


def test_eks_pod_logs_in_by_its_web_identity(bed: TestBed, role: Role, tmp_path: Path) -> None:
    name = bed.vault_role(bed.aws.fresh_name("web-identity"), role.arn)
    (tmp_path / "web-identity").write_text(bed.sts.issue_web_identity_token(role))
    env = {
        "AWS_ROLE_ARN": role.arn,
        "AWS_ROLE_SESSION_NAME": "pod",
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "web-identity"),
        "AWS_ENDPOINT_URL_STS": bed.sts.url(),
    }
    both_read_the_greeting(bed, tmp_path, name, env)
    # The token is one for this role alone.
    other = bed.aws.role()
    name = bed.vault_role(bed.aws.fresh_name("web-identity"), other.arn)
    text = refusal("--role", name, env=env | {"VAULT_ADDR": bed.vault.address, "AWS_ROLE_ARN": other.arn})
    assert text.startswith("error: found no usable AWS credentials: ")


# EC2


def test_ec2_instance_logs_in_as_itself_with_version_2_of_the_metadata(bed: TestBed, tmp_path: Path) -> None:
    instance = bed.aws.instance()
    name = bed.vault_role(
        bed.aws.fresh_name("instance"),
        instance.role.arn,
        inferred_entity_type="ec2_instance",
        inferred_aws_region="us-east-1",
        bound_ami_id=instance.image_id,
        **BRIEF,
    )
    source = CredentialSource(lambda: bed.aws.session(instance.role, instance.instance_id))
    with InstanceMetadata(source, role_name=instance.role.name, instance_id=instance.instance_id) as metadata:
        both_read_the_greeting(bed, tmp_path, name, metadata.environment(), logins=2)
        asked = {(call.method, call.path) for call in metadata.calls if call.status == 200}
    assert ("PUT", "/latest/api/token") in asked
    assert any(path.endswith(f"/security-credentials/{instance.role.name}") for _, path in asked)


# The session that fetches by itself, through Node


def test_session_of_node_fetches_with_the_token_of_the_pods_file(
    bed: TestBed, role: Role, project: Path, tmp_path: Path  # noqa: F811
) -> None:
    name = bed.vault_role(bed.aws.fresh_name("node-pod"), role.arn, **BRIEF)
    source = CredentialSource(lambda: bed.aws.session(role, "pod", seconds=SOON))
    token = tmp_path / "eks-pod-identity-token"
    token.write_text("token of the pod")
    script = SESSION.replace(
        "token: async () => 'Bearer of the file'",
        "token: () => readFile(process.env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, 'utf8')",
    )
    script = "import { readFile } from 'node:fs/promises';\n" + script
    with ContainerCredentials(source, authorization_token="token of the pod") as endpoint:
        env = {
            "VAULT_ADDR": bed.vault.address,
            "ROLE": name,
            "LEASES": "3",
            "ENDPOINT": endpoint.environment()["AWS_CONTAINER_CREDENTIALS_FULL_URI"],
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(token),
        }
        ended = node(project, script, env=env)
        assert ended.returncode == 0, ended.stderr
        told = json.loads(ended.stdout)
        # A renewal keeps its generation, a login has the next one.
        assert (told["message"], told["generations"][0]) == (GREETING, 1)
        assert told["generations"][-1] > 1
        assert {call.status for call in endpoint.calls} == {200}
