"""The host `host-examples/wasmtime`: its documented command against real servers."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bed import GREETING, POLICY, ContainerCredentials, CredentialSource, Identity, InstanceMetadata, TestBed
from bed.loopback import Handler, LoopbackServer
from command import COMPONENT, ROOT
from hostile_vault import ENVIRONMENT, VAULT_TOKEN, HostileVault, granted
from native_host import HERE, HOST, UNREACHED, agent, login, refusal, run

SERVER_ID = "vault.example.com"
EITHER_NAME = pytest.mark.parametrize("prefix", ["VAULT", "BAO"])


@contextmanager
def server(status: int, headers: dict[str, str], body: bytes = b"") -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A server that gives one answer to everything, and notes the headers of what it was asked."""
    asked: list[dict[str, str]] = []

    class OneAnswer(Handler):
        def do_POST(self) -> None:
            self.body()
            asked.append({name.lower(): value for name, value in self.headers.items()})
            self.answer(status, headers, body)

    running = LoopbackServer(OneAnswer).start()
    try:
        yield running.url, asked
    finally:
        running.stop()


@pytest.fixture(scope="module")
def user(bed: TestBed) -> Identity:
    made = bed.aws.user()
    bed.vault_role("wasmtime", made.arn)
    return made


@pytest.fixture(scope="module")
def strict_mount(bed: TestBed, user: Identity) -> str:
    """A mount that demands a server ID."""
    mount = bed.mount_aws("team/wasmtime", iam_server_id_header_value=SERVER_ID)
    bed.vault_role("wasmtime", user.arn, mount=mount)
    return mount


# Real acceptance


def test_token_of_a_long_term_key_reads_the_secret(bed: TestBed, user: Identity) -> None:
    token = login("--role", "wasmtime", env=bed.environment(user))
    assert bed.read_greeting(token) == GREETING


def test_token_of_a_session_reads_the_secret(bed: TestBed) -> None:
    role = bed.aws.role()
    name = bed.vault_role(bed.aws.fresh_name("wasmtime"), role.arn)
    token = login("--role", name, env=bed.environment(bed.aws.session(role)))
    assert bed.read_greeting(token) == GREETING


def test_role_left_out_is_inferred_by_the_server(bed: TestBed) -> None:
    made = bed.aws.user()
    bed.vault_role(made.arn.rpartition("/")[2], made.arn)
    assert bed.read_greeting(login(env=bed.environment(made))) == GREETING


@pytest.mark.parametrize("flag", ["--server-id", "--header-value"])
def test_server_id_and_mount_are_sent(bed: TestBed, user: Identity, strict_mount: str, flag: str) -> None:
    token = login("--role", "wasmtime", "--mount", strict_mount, flag, SERVER_ID, env=bed.environment(user))
    assert bed.read_greeting(token) == GREETING


def test_automatic_region_is_the_environments(bed: TestBed, user: Identity) -> None:
    mount = bed.mount_aws("wasmtime-region", sts_endpoint=bed.sts.url("eu-west-1"), sts_region="eu-west-1")
    bed.vault_role("wasmtime", user.arn, mount=mount)
    env = bed.environment(user) | {"AWS_DEFAULT_REGION": "eu-west-1"}
    options = ("--role", "wasmtime", "--mount", mount, "--region", "auto")
    assert bed.read_greeting(login(*options, env=env)) == GREETING
    # The first of the two variables wins, and its region is not the one that this mount calls.
    assert "should be scoped to a valid region" in refusal(*options, env=env | {"AWS_REGION": "us-west-2"})


def test_credentials_come_from_a_profile_and_its_process(bed: TestBed, user: Identity, tmp_path: Path) -> None:
    document = {
        "Version": 1,
        "AccessKeyId": user.access_key_id,
        "SecretAccessKey": user.secret_access_key,
    }
    (tmp_path / "document.json").write_text(json.dumps(document))
    (tmp_path / "config").write_text(f"[profile ci]\ncredential_process = cat {tmp_path}/document.json\n")
    env = {
        "VAULT_ADDR": bed.vault.address,
        "AWS_PROFILE": "ci",
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "PATH": os.environ["PATH"],
    }
    assert bed.read_greeting(login("--role", "wasmtime", env=env)) == GREETING


def test_credentials_come_from_the_container_endpoint(bed: TestBed) -> None:
    role = bed.aws.role()
    name = bed.vault_role(bed.aws.fresh_name("wasmtime"), role.arn)
    source = CredentialSource(lambda: bed.aws.session(role, "task"))
    with ContainerCredentials(source, authorization_token="let me in") as endpoint:
        env = {"VAULT_ADDR": bed.vault.address} | endpoint.environment()
        env["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "let me in"
        assert bed.read_greeting(login("--role", name, env=env)) == GREETING


def test_credentials_come_from_the_instance_metadata(bed: TestBed) -> None:
    instance = bed.aws.instance()
    name = bed.vault_role(bed.aws.fresh_name("wasmtime"), instance.role.arn)
    source = CredentialSource(lambda: bed.aws.session(instance.role, instance.instance_id))
    with InstanceMetadata(source, role_name=instance.role.name, instance_id=instance.instance_id) as metadata:
        env = {"VAULT_ADDR": bed.vault.address} | metadata.environment()
        assert bed.read_greeting(login("--role", name, env=env)) == GREETING


def test_credentials_come_from_a_web_identity_token(bed: TestBed, tmp_path: Path) -> None:
    role = bed.aws.role()
    name = bed.vault_role(bed.aws.fresh_name("wasmtime"), role.arn)
    (tmp_path / "token").write_text(bed.sts.issue_web_identity_token(role))
    env = {
        "VAULT_ADDR": bed.vault.address,
        "AWS_ROLE_ARN": role.arn,
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"),
        "AWS_ENDPOINT_URL_STS": bed.sts.url(),
    }
    assert bed.read_greeting(login("--role", name, env=env)) == GREETING


def test_json_is_the_whole_answer_of_the_server(bed: TestBed, user: Identity) -> None:
    answer = json.loads(login("--role", "wasmtime", "--format", "json", env=bed.environment(user)))
    assert POLICY in answer["auth"]["token_policies"]
    assert bed.read_greeting(answer["auth"]["client_token"]) == GREETING


@EITHER_NAME
def test_wrapping_token_unwraps_to_the_token(bed: TestBed, user: Identity, prefix: str) -> None:
    wrapping = login("--role", "wasmtime", env=bed.environment(user) | {f"{prefix}_WRAP_TTL": "5m"})
    token = bed.vault.client_for(wrapping).sys.unwrap()["auth"]["client_token"]
    assert bed.read_greeting(token) == GREETING


@EITHER_NAME
def test_namespace_is_sent(bed: TestBed, user: Identity, prefix: str) -> None:
    namespace = bed.make_namespace(bed.aws.fresh_name("wasmtime"))
    mount = bed.mount_aws("aws", namespace=namespace)
    bed.vault_role("dev", user.arn, mount=mount, namespace=namespace)
    env = bed.environment(user) | {f"{prefix}_NAMESPACE": namespace}
    assert bed.read_greeting(login("--role", "dev", env=env), namespace=namespace) == GREETING


@EITHER_NAME
def test_certificate_authority_of_the_environment_is_trusted_and_no_other(
    bed: TestBed, user: Identity, prefix: str
) -> None:
    env = bed.environment(user) | {"VAULT_ADDR": bed.vault.tls_address}
    trusting = env | {f"{prefix}_CACERT": str(bed.vault.certificate_file)}
    assert bed.read_greeting(login("--role", "wasmtime", env=trusting)) == GREETING
    text = refusal("--role", "wasmtime", env=env, by=UNREACHED)
    assert text.startswith(f"error: cannot reach {bed.vault.tls_address}: ")
    assert "UnknownIssuer" in text


def test_variables_of_openbao_win(bed: TestBed, user: Identity) -> None:
    env = bed.environment(user) | {"BAO_ADDR": bed.vault.address, "VAULT_ADDR": "http://127.0.0.1:1"}
    assert bed.read_greeting(login("--role", "wasmtime", env=env)) == GREETING


# Refusals, in the server's words or the component's


def test_wrong_server_id_shows_the_servers_words_and_what_mends_it(
    bed: TestBed, user: Identity, strict_mount: str
) -> None:
    options = ("--role", "wasmtime", "--mount", strict_mount, "--server-id", "other.example.com")
    lines = refusal(*options, env=bed.environment(user)).splitlines()
    assert lines[0] == (
        "error: Vault refused the login with status 400: error validating X-Vault-AWS-IAM-Server-ID header: "
        'expected "vault.example.com" but got "other.example.com"'
    )
    assert "  on the client: sign with the server ID `vault.example.com`" in lines[1:]


def test_scope_of_another_region_is_explained(bed: TestBed, user: Identity) -> None:
    text = refusal("--role", "wasmtime", "--region", "eu-west-1", env=bed.environment(user))
    assert "Credential should be scoped to a valid region." in text
    assert "\n  on the client: sign for us-east-1" in text


def test_login_that_is_certain_to_be_refused_is_not_sent(bed: TestBed, user: Identity) -> None:
    with server(200, {}) as (address, asked):
        text = refusal("--role", "team/x", env=bed.environment(user) | {"VAULT_ADDR": address}, by=HERE)
    assert text.startswith("error[role-name-impossible]: no Vault role can have this name: ")
    assert "\n  on the client: " in text
    assert asked == []


def test_wrong_secret_shows_the_words_of_aws(bed: TestBed, user: Identity) -> None:
    env = bed.environment(user) | {"AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
    text = refusal("--role", "wasmtime", env=env)
    assert "The request signature we calculated does not match the signature you provided." in text
    assert "wJalrXUtnFEMI" not in text


def test_input_that_the_component_refuses_is_not_sent(bed: TestBed, user: Identity) -> None:
    calls = len(bed.sts.calls)
    text = refusal("--role", "arn:aws:iam::123456789012:role/dev", env=bed.environment(user), by=HERE)
    assert text == (
        "error[role-is-arn]: invalid role: expected the name of a Vault role, "
        "found the ARN `arn:aws:iam::123456789012:role/dev`"
    )
    assert len(bed.sts.calls) == calls


def test_missing_credentials_and_address_are_named(bed: TestBed, user: Identity, tmp_path: Path) -> None:
    nothing = {"AWS_CONFIG_FILE": str(tmp_path / "none"), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none")}
    text = refusal(env=nothing | {"VAULT_ADDR": bed.vault.address}, by=HERE)
    assert text.startswith("error: found no usable AWS credentials: ")
    expected = "error: missing server: expected its address in --address, VAULT_ADDR or BAO_ADDR, found none"
    assert refusal(env=user.environment(), by=HERE) == expected


def test_missing_component_is_named(bed: TestBed, user: Identity) -> None:
    text = refusal("--component", "dist/none.wasm", env=bed.environment(user), by=HERE)
    assert text.startswith("error: cannot load the component dist/none.wasm: ")


def test_wrong_usage_ends_with_status_2() -> None:
    ended = run("login", "--roll", "dev", env={})
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "error: invalid option '--roll'\ntry: vault-aws-login login --help\n"


# Answers that the test bed's OpenBao never gives: a standby's redirect, and malformed ones


def test_redirect_of_a_standby_is_followed_with_the_login(bed: TestBed, user: Identity) -> None:
    with server(307, {"Location": f"{bed.vault.address}/v1/auth/aws/login"}) as (address, asked):
        token = login("--role", "wasmtime", env=bed.environment(user) | {"VAULT_ADDR": address})
    assert bed.read_greeting(token) == GREETING
    assert [request["x-vault-request"] for request in asked] == ["true"]


def test_second_redirect_is_refused(bed: TestBed, user: Identity) -> None:
    with server(307, {"Location": "/v1/auth/aws/login"}) as (address, asked):
        text = refusal("--role", "wasmtime", env=bed.environment(user) | {"VAULT_ADDR": address}, by=UNREACHED)
    expected = f"expected an answer from where {address} redirects to, found a second redirect"
    assert text == f"error: {expected}"
    assert len(asked) == 2


def test_other_redirects_are_not_followed(bed: TestBed, user: Identity) -> None:
    with server(302, {"Location": f"{bed.vault.address}/v1/auth/aws/login"}) as (address, _):
        text = refusal("--role", "wasmtime", env=bed.environment(user) | {"VAULT_ADDR": address})
    assert text.startswith("error: Vault refused the login with status 302\n")


def test_oversized_answer_is_refused(bed: TestBed, user: Identity) -> None:
    with server(200, {"Content-Type": "application/json"}, b" " * (2 * 1024 * 1024)) as (address, _):
        text = refusal("--role", "wasmtime", env=bed.environment(user) | {"VAULT_ADDR": address}, by=UNREACHED)
    assert text.startswith(f"error: cannot read the answer of {address}: ")


def test_silent_server_is_given_up_after_the_timeout(user: Identity) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        env = user.environment() | {"VAULT_ADDR": address, "VAULT_CLIENT_TIMEOUT": "500ms"}
        text = refusal("--role", "wasmtime", env=env, by=UNREACHED)
    first, *explained = text.splitlines()
    assert first == f"error: cannot reach {address}: timeout: global"
    assert explained[0] == "  the host got no answer from Vault"
    assert explained[-1].startswith("  on the client: check Vault's address, port, DNS name, ")


# The folders that it trusts


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users can reach, unlike pytest's."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def expect_no_login(folder: Path, expected: str, *command: str, user: int | None = None) -> None:
    """Runs the agent and expects it to end with this error before it asks anything of the server."""
    with HostileVault(lambda _: granted()) as vault:
        env = {"VAULT_ADDR": vault.url, "PATH": os.environ["PATH"]} | ENVIRONMENT
        words = [*command, "agent", "--sink", str(folder / "token")]
        ended = subprocess.run(words, cwd=ROOT, env=env, user=user, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"error: cannot keep a token in {folder / 'token'}: {expected}\n"
    assert vault.logins == []


def test_agent_does_not_log_in_where_others_could_replace_the_file(open_folder: Path) -> None:
    open_folder.chmod(0o777)
    expect_no_login(open_folder, "expected a folder whose files others cannot replace, found mode 0777", str(ROOT / HOST))


def test_agent_does_not_log_in_where_another_users_file_cannot_be_replaced(open_folder: Path) -> None:
    # Only root can make a file of another user; the rules themselves are in the host's own tests.
    if os.geteuid() != 0:
        return
    nobody = 65534
    shutil.copy(ROOT / HOST, open_folder / "host")
    shutil.copy(ROOT / COMPONENT, open_folder / "component.wasm")
    sticky = open_folder / "sticky"
    sticky.mkdir()
    sticky.chmod(0o1777)
    (sticky / "token").write_text("another user's")
    expect_no_login(
        sticky, "expected a file of this user or nothing there, found one of user 0", str(open_folder / "host"), user=nobody
    )
    assert (sticky / "token").read_text() == "another user's"
    # Its own file is replaced.
    (sticky / "token").unlink()
    with HostileVault(lambda _: granted()) as vault:
        words = [str(open_folder / "host"), "agent", "--sink", str(sticky / "token")]
        env = {"VAULT_ADDR": vault.url} | ENVIRONMENT
        process = subprocess.Popen([*words, "--component", str(open_folder / "component.wasm")], env=env, user=nobody)
        try:
            deadline = time.monotonic() + 30
            while not (sticky / "token").exists():
                assert time.monotonic() < deadline and process.poll() is None
                time.sleep(0.02)
        finally:
            process.terminate()
            process.wait()
    assert (sticky / "token").read_text() == VAULT_TOKEN


def test_compiled_code_is_kept_in_a_separate_folder(tmp_path: Path) -> None:
    kept = tmp_path / "vault-aws-login-wasmtime"
    log_in_with_cache(tmp_path)
    assert kept.stat().st_mode & 0o777 == 0o700
    assert any(path.is_file() for path in kept.rglob("*"))


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o755])
def test_folder_that_others_can_enter_is_not_used_for_compiled_code(tmp_path: Path, mode: int) -> None:
    kept = tmp_path / "vault-aws-login-wasmtime"
    kept.mkdir()
    kept.chmod(mode)
    log_in_with_cache(tmp_path)
    assert list(kept.iterdir()) == []


def test_another_users_folder_is_not_used_for_compiled_code(tmp_path: Path) -> None:
    # Only root can make one.
    if os.geteuid() != 0:
        return
    kept = tmp_path / "vault-aws-login-wasmtime"
    kept.mkdir(mode=0o700)
    os.chown(kept, 65534, 65534)
    log_in_with_cache(tmp_path)
    assert list(kept.iterdir()) == []


def log_in_with_cache(folder: Path) -> None:
    with HostileVault(lambda _: granted()) as vault:
        env = ENVIRONMENT | {"VAULT_ADDR": vault.url, "XDG_CACHE_HOME": str(folder)}
        assert login(env=env) == VAULT_TOKEN


# The agent


def test_agent_keeps_a_live_token_over_renewals_and_logins(bed: TestBed, user: Identity, tmp_path: Path) -> None:
    role = bed.vault_role(bed.aws.fresh_name("agent"), user.arn, token_ttl="3s", token_max_ttl="6s")
    with agent(tmp_path, "--role", role, env=bed.environment(user)) as running:
        first = running.wait_for_token()
        assert running.sink.stat().st_mode & 0o777 == 0o600
        assert bed.read_greeting(first) == GREETING
        running.wait_for_line("renewed: token 1 ")
        assert running.sink.read_text() == first
        # A token past its longest life is replaced before it dies, so every read finds a live one.
        deadline = time.monotonic() + 30
        while "logged in: token 3 " not in running.said():
            assert bed.read_greeting(running.sink.read_text()) == GREETING
            assert time.monotonic() < deadline, running.said()
        last = running.sink.read_text()
        assert last != first
    said = running.said()
    for secret in (first, last, user.secret_access_key):
        assert secret not in said


def test_agent_ends_with_status_0_on_a_signal_and_leaves_the_live_token(
    bed: TestBed, user: Identity, tmp_path: Path
) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        with agent(tmp_path, "--role", "wasmtime", env=bed.environment(user)) as running:
            token = running.wait_for_token()
            os.kill(running.process.pid, number)
            assert running.process.wait() == 0
        assert bed.read_greeting(token) == GREETING
        assert running.sink.read_text() == token
        running.sink.unlink()


def test_agent_comes_back_after_the_server_was_away(bed: TestBed, user: Identity, tmp_path: Path) -> None:
    role = bed.vault_role(bed.aws.fresh_name("agent"), user.arn, token_ttl="2s", token_max_ttl="2s")
    with agent(tmp_path, "--role", role, env=bed.environment(user)) as running:
        running.wait_for_token()
        bed.vault.stop()
        try:
            running.wait_for_line("refused: ")
            # Better no token than a dead one.
            running.process.wait_until(lambda: not running.sink.exists(), what="it removed the dead token")
        finally:
            bed.vault.start()
        # The back-off has grown to its cap of a minute by then.
        assert bed.read_greeting(running.wait_for_token(seconds=90)) == GREETING


def test_agent_prints_the_servers_words_about_a_refusal(bed: TestBed, user: Identity, tmp_path: Path) -> None:
    with agent(tmp_path, "--role", "missing-role", env=bed.environment(user)) as running:
        running.wait_for_line("refused: ")
        running.wait_for_line("  the server said: entry for role missing-role not found")
        assert not running.sink.exists()


def test_agent_prints_the_inspectors_diagnosis_of_a_refusal(bed: TestBed, user: Identity, tmp_path: Path) -> None:
    mount = bed.mount_aws(bed.aws.fresh_name("agent"), iam_server_id_header_value=SERVER_ID)
    bed.vault_role("wasmtime", user.arn, mount=mount)
    words = "--mount", mount, "--role", "wasmtime", "--server-id", "other.example.com"
    with agent(tmp_path, *words, env=bed.environment(user)) as running:
        running.wait_for_line(f"  on the client: sign with the server ID `{SERVER_ID}`")
        said = running.said()
    lines = said.splitlines()
    refused = next(index for index, line in enumerate(lines) if line.startswith("refused: "))
    wrong = "the server ID is not the one that the server wants"
    assert lines[refused].startswith(f"refused: {wrong}: expected `{SERVER_ID}`, found another (")
    assert lines[refused + 1] == (
        "  the server said: error validating X-Vault-AWS-IAM-Server-ID header: "
        f'expected "{SERVER_ID}" but got "other.example.com"'
    )
    assert "  likely cause: the login was made for another Vault" in said


def test_agent_without_a_place_for_its_folder_ends_at_once(bed: TestBed, user: Identity, tmp_path: Path) -> None:
    sink = tmp_path / "none" / "none" / "token"
    ended = run("agent", "--sink", str(sink), env=bed.environment(user))
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"error: cannot make the folder {tmp_path}/none/none: ")


def test_agent_makes_the_folder_of_its_file_for_its_user_alone(bed: TestBed, user: Identity, tmp_path: Path) -> None:
    # As the volume of a pod, which every container may write to.
    tmp_path.chmod(0o777)
    sink = tmp_path / "agent" / "token"
    ended = run("agent", "--once", "--role", "wasmtime", "--sink", str(sink), env=bed.environment(user))
    assert ended.returncode == 0, ended.stderr
    assert sink.parent.stat().st_mode & 0o777 == 0o700
    assert bed.read_greeting(sink.read_text()) == GREETING
