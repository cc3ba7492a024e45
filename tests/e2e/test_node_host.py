"""The npm package, packed and installed into an empty project, logs in and reads secrets."""

from __future__ import annotations

import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from bed import GREETING, GREETING_PATH, ContainerCredentials, CredentialSource, Identity, TestBed
from command import invoke, wave
from node_project import OTHER_RUNTIMES, PACKAGE, node

SERVER_ID = "vault.example.com"


def example(project: Path, *arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return node(project, (PACKAGE / "login.mjs").read_text(), *arguments, env=env)


def principal(identity: Identity) -> str:
    return identity.arn.replace(":sts:", ":iam:").replace("assumed-role", "role").rpartition("/")[0]


def test_tarball_holds_the_core_module_as_a_file_and_needs_no_package(tarball: Path) -> None:
    with tarfile.open(tarball) as archive:
        names = {member.name.removeprefix("package/") for member in archive}
        manifest = json.load(archive.extractfile("package/package.json"))
        assert b"AGFzbQ" not in archive.extractfile("package/dist/component/vault-aws-login.js").read()
    assert "dist/component/vault-aws-login.core.wasm" in names
    assert {"README.md", "LICENSE-APACHE", "LICENSE-MIT"} <= names
    assert not [name for name in names if name.startswith(("test/", "src/", "node_modules/"))]
    assert "dependencies" not in manifest and "postinstall" not in manifest["scripts"]


@pytest.mark.parametrize("server_id", [None, SERVER_ID])
def test_example_reads_the_secret_with_the_credentials_of_the_sdks_chain(
    bed: TestBed, project: Path, server_id: str | None
) -> None:
    mount = bed.mount_aws(bed.aws.fresh_name("node"), iam_server_id_header_value=server_id or "")
    session = bed.aws.session(bed.aws.role())
    role = bed.vault_role(bed.aws.fresh_name("node"), principal(session), mount=mount)
    env = bed.environment(session) | ({"VAULT_IAM_SERVER_ID": server_id} if server_id else {})
    ended = example(project, role, GREETING_PATH, mount, env=env)
    assert (ended.returncode, json.loads(ended.stdout)) == (0, {"message": GREETING}), ended.stderr
    assert ended.stderr.startswith("logged in for ")


def test_role_left_out_is_inferred_by_the_server(bed: TestBed, project: Path) -> None:
    user = bed.aws.user()
    bed.vault_role(user.arn.rpartition("/")[2], user.arn)
    script = """
        import { fromEnv } from '@aws-sdk/credential-providers';
        import { login } from 'vault-aws-login';
        console.log((await login({ vaultAddr: process.env.VAULT_ADDR, credentials: fromEnv() })).token);
    """
    ended = node(project, script, env=bed.environment(user))
    assert bed.read_greeting(ended.stdout.strip()) == GREETING, ended.stderr


def test_refusal_shows_vaults_own_words(bed: TestBed, project: Path) -> None:
    user = bed.aws.user()
    bed.vault_role("node-of-another-user", bed.aws.user().arn)
    ended = example(project, "node-of-another-user", GREETING_PATH, env=bed.environment(user))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(
        "error: Vault refused the login with status 400: "
        f'IAM Principal "{user.arn}" does not belong to the role "node-of-another-user"'
    )


def test_wrong_server_id_is_explained_under_vaults_own_words(bed: TestBed, project: Path) -> None:
    mount = bed.mount_aws(bed.aws.fresh_name("node"), iam_server_id_header_value=SERVER_ID)
    env = bed.environment(bed.aws.user()) | {"VAULT_IAM_SERVER_ID": "other.example.com"}
    ended = example(project, "any", GREETING_PATH, mount, env=env)
    words, *explanation = ended.stderr.splitlines()
    assert words == (
        "error: Vault refused the login with status 400: error validating X-Vault-AWS-IAM-Server-ID header: "
        f'expected "{SERVER_ID}" but got "other.example.com"'
    )
    assert any(line.startswith("on the client: ") and SERVER_ID in line for line in explanation), ended.stderr


FROM_STDIN = """
    import { readFileSync } from 'node:fs';
    import { login, signLogin } from 'vault-aws-login';
    const { vaultAddr, mount, ...options } = JSON.parse(readFileSync(0, 'utf8'));
    const signed = signLogin(options);
    const answer = await login({ vaultAddr, mount, ...options }).catch((error) => ({ token: null, message: error.message }));
    console.log(JSON.stringify({ signed, ...answer }));
"""


@pytest.mark.parametrize("name", OTHER_RUNTIMES)
def test_other_runtime_signs_and_logs_in_without_the_environment(bed: TestBed, project: Path, name: str) -> None:
    mount = bed.mount_aws(bed.aws.fresh_name(name), iam_server_id_header_value=SERVER_ID)
    session = bed.aws.session(bed.aws.role())
    role = bed.vault_role(name, principal(session), mount=mount)

    def told(server_id: str) -> dict[str, Any]:
        credentials = {"accessKeyId": session.access_key_id, "secretAccessKey": session.secret_access_key}
        credentials["sessionToken"] = session.session_token or ""
        options = {"credentials": credentials, "role": role, "serverId": server_id}
        options |= {"vaultAddr": bed.vault.address, "mount": mount}
        ended = node(project, FROM_STDIN, env={}, runtime=OTHER_RUNTIMES[name], stdin=json.dumps(options))
        assert ended.returncode == 0, ended.stderr
        return dict(json.loads(ended.stdout))

    right = told(SERVER_ID)
    assert bed.read_greeting(right["token"]) == GREETING
    assert bed.read_greeting(bed.login(right["signed"], mount=mount).token) == GREETING
    wrong = told("other.example.com")
    assert wrong["token"] is None and f"sign with the server ID `{SERVER_ID}`" in wrong["message"]


SESSION = """
    import { fromEnv } from '@aws-sdk/credential-providers';
    import { createSession } from 'vault-aws-login';
    const { VAULT_ADDR: vaultAddr, ROLE: role, ENDPOINT: uri } = process.env;
    const credentials = uri ? { containerEndpoint: { uri, token: async () => 'Bearer of the file' } } : fromEnv();
    const leases = [];
    const session = createSession({ vaultAddr, role, credentials, onToken: (lease) => leases.push(lease) });
    const deadline = Date.now() + 25_000;
    const read = async () => {
      const token = await session.token({ signal: AbortSignal.timeout(10_000) });
      const answer = await fetch(`${vaultAddr}/v1/secret/greeting`, { headers: { 'X-Vault-Token': token } });
      if (!answer.ok) throw new Error(`status ${answer.status} with a token of generation ${leases.at(-1).generation}`);
      return (await answer.json()).data.message;
    };
    let reads = 0;
    let message;
    do {
      message = await read();
      reads += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
    } while (leases.length < Number(process.env.LEASES) && Date.now() < deadline);
    session.close();
    console.log(JSON.stringify({ message, reads, generations: leases.map(({ generation }) => generation) }));
"""


def test_session_renews_and_replaces_its_token_and_no_read_fails(bed: TestBed, project: Path) -> None:
    user = bed.aws.user()
    role = bed.vault_role(bed.aws.fresh_name("node"), user.arn, token_ttl="2s", token_max_ttl="4s")
    ended = node(project, SESSION, env=bed.environment(user) | {"ROLE": role, "LEASES": "5"})
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert told["message"] == GREETING
    # A renewal keeps its generation, a login has the next one.
    generations = told["generations"]
    assert len(generations) >= 5 and generations == sorted(generations)
    assert len(set(generations)) >= 2 and len(set(generations)) < len(generations)


def test_session_fetches_credentials_from_a_container_endpoint(bed: TestBed, project: Path) -> None:
    role = bed.aws.role()
    source = CredentialSource(lambda: bed.aws.session(role))
    vault_role = bed.vault_role(bed.aws.fresh_name("node"), role.arn)
    with ContainerCredentials(source, authorization_token="Bearer of the file") as container:
        endpoint = container.environment()["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
        env = {"VAULT_ADDR": bed.vault.address, "ROLE": vault_role, "ENDPOINT": endpoint, "LEASES": "1"}
        ended = node(project, SESSION, env=env)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) == {"message": GREETING, "reads": 1, "generations": [1]}


def test_login_is_the_same_as_through_the_component(project: Path) -> None:
    script = """
        import { signLogin } from 'vault-aws-login';
        const credentials = { accessKeyId: 'ASIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalr/EXAMPLE', sessionToken: 'Zm9v' };
        const options = { role: 'dev', serverId: 'vault.example.com', region: 'cn-north-1', stsEndpoint: 'dual-stack' };
        process.stdout.write(signLogin({ credentials, ...options, time: 1440938160 }));
    """
    invoked = invoke(
        'sign-login({access-key-id: "ASIAIOSFODNN7EXAMPLE", secret-access-key: "wJalr/EXAMPLE", session-token: some("Zm9v")}, '
        '{role: some("dev"), server-id: some("vault.example.com"), region: some("cn-north-1"), sts-endpoint: some(dual-stack)}, '
        "1440938160)"
    )
    assert invoked.stdout == f"ok({wave(node(project, script, env={}).stdout)})\n"
