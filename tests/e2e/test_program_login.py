"""What the program does with a token that it was granted: fields, a file, lines for a shell, a command; or a dry run."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest

from bed import GREETING, GREETING_PATH, Identity, TestBed
from command import ROOT
from hostile_vault import ENVIRONMENT, VAULT_TOKEN, HostileVault, Said, errors, granted
from marked_secrets import leaks
from native_host import BASE, HOST, login, run

SERVER_ID = "vault.example.com"


@pytest.fixture(scope="module")
def user(bed: TestBed) -> Identity:
    made = bed.aws.user()
    bed.vault_role("program", made.arn, token_ttl="10m", token_policies="read-greeting,other")
    return made


def program(*words: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return run(*words, env=env)


# Fields and formats


def test_fields_are_those_of_vault_login(bed: TestBed, user: Identity) -> None:
    def field(name: str, *words: str) -> str:
        return login("--role", "program", "--field", name, *words, env=bed.environment(user))

    assert bed.read_greeting(field("token")) == GREETING
    assert field("token_duration") == field("lease_duration") == "600"
    assert field("token_renewable") == "true"
    # A list as Vault's own client prints it, and as JSON with its option.
    assert field("policies") == "[default other read-greeting]"
    assert json.loads(field("policies", "--format", "json")) == ["default", "other", "read-greeting"]
    accessor = field("token_accessor")
    found = bed.vault.client.lookup_token(accessor, accessor=True)
    assert found["data"]["meta"]["role_id"]


def test_unknown_field_is_refused_before_the_login(user: Identity) -> None:
    with HostileVault(lambda _: granted()) as vault:
        env = ENVIRONMENT | {"VAULT_ADDR": vault.url}
        for words in (("--field", "data"), ("--field", "wrapping_token"), ("--field", "token", "--wrap-ttl", "1m")):
            ended = program("login", *words, env=env)
            assert (ended.returncode, ended.stdout) == (2, ""), ended.stderr
    assert vault.logins == []


def test_wrapping_token_is_printed_and_unwrapped_once(bed: TestBed, user: Identity) -> None:
    for words, env in ((("--wrap-ttl", "1m30s"), {}), ((), {"VAULT_WRAP_TTL": "90"})):
        token = login("--role", "program", "--field", "wrapping_token", *words, env=bed.environment(user) | env)
        unwrapped = bed.vault.client_for(token).sys.unwrap()
        assert bed.read_greeting(unwrapped["auth"]["client_token"]) == GREETING
    assert login("--role", "program", "--wrap-ttl", "1m30s", "--field", "wrapping_token_ttl", env=bed.environment(user)) == "90"


def test_json_is_the_whole_answer(bed: TestBed, user: Identity) -> None:
    for words in (("--json",), ("--format", "json")):
        answer = json.loads(login("--role", "program", *words, env=bed.environment(user)))
        assert bed.read_greeting(answer["auth"]["client_token"]) == GREETING


def test_lines_for_a_shell_lead_to_the_server_with_the_token(bed: TestBed, user: Identity) -> None:
    namespace = bed.make_namespace(bed.aws.fresh_name("program"))
    mount = bed.mount_aws("aws", namespace=namespace)
    bed.vault_role("program", user.arn, mount=mount, namespace=namespace)
    bao = ROOT / ".venv" / "bin" / "bao"
    # The shell's own variables lead elsewhere, and bao prefers them.
    env = BASE | user.environment() | {"PATH": os.environ["PATH"], "BAO_ADDR": "http://127.0.0.1:9", "BAO_TOKEN": "old"}
    script = (
        f'lines="$({ROOT / HOST} login --role program --address {bed.vault.address} --namespace {namespace} --format env)" &&'
        f' eval "$lines" && {bao} read -field=message {GREETING_PATH}'
    )
    ended = subprocess.run(["sh", "-c", script], env=env, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout) == (0, GREETING), ended.stderr


# ~/.vault-token


def test_stored_token_is_the_one_that_bao_uses(bed: TestBed, user: Identity, tmp_path: Path) -> None:
    file = tmp_path / ".vault-token"
    file.write_text("an older and longer token of another login")
    file.chmod(0o644)
    env = bed.environment(user) | {"HOME": str(tmp_path)}
    ended = program("login", "--role", "program", "--store", env=env)
    # On a screen or in a job's log there is no token.
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path for path in tmp_path.iterdir() if path.is_file()] == [file]
    assert bed.read_greeting(file.read_text()) == GREETING
    bao = str(ROOT / ".venv" / "bin" / "bao")
    words = [bao, "read", f"-address={bed.vault.address}", "-field=message", GREETING_PATH]
    read = subprocess.run(words, env={"HOME": str(tmp_path)}, capture_output=True, text=True, timeout=60)
    assert read.stdout == GREETING


def test_stored_token_is_printed_where_it_is_asked_for(bed: TestBed, user: Identity, tmp_path: Path) -> None:
    env = bed.environment(user) | {"HOME": str(tmp_path)}
    for words in (("--format", "token"), ("--field", "token")):
        token = login("--role", "program", "--store", *words, env=env)
        assert token == (tmp_path / ".vault-token").read_text()


def test_variable_that_hides_the_stored_token_is_named(bed: TestBed, user: Identity, tmp_path: Path) -> None:
    for name in ("VAULT_TOKEN", "BAO_TOKEN"):
        env = bed.environment(user) | {"HOME": str(tmp_path), name: "s.secret-of-another"}
        ended = program("login", "--role", "program", "--store", env=env)
        assert (ended.returncode, ended.stdout) == (0, "")
        assert "VAULT_TOKEN" in ended.stderr and "s.secret-of-another" not in ended.stderr


def test_nothing_is_stored_where_others_could_replace_it_or_for_a_wrapping_token(tmp_path: Path) -> None:
    with HostileVault(lambda _: granted()) as vault:
        env = ENVIRONMENT | {"VAULT_ADDR": vault.url, "HOME": str(tmp_path)}
        ended = program("login", "--store", "--wrap-ttl", "1m", env=env)
        assert ended.returncode == 2
        tmp_path.chmod(0o777)
        ended = program("login", "--store", env=env)
        assert (ended.returncode, ended.stdout) == (1, "")
        assert ended.stderr.startswith(f"error: cannot keep a token in {tmp_path}/.vault-token: ")
    assert vault.logins == [] and not (tmp_path / ".vault-token").exists()


# exec


def test_command_has_the_token_and_its_status_is_the_programs(bed: TestBed, user: Identity) -> None:
    env = bed.environment(user) | {"PATH": os.environ["PATH"], "KEPT": "yes"}
    bao = str(ROOT / ".venv" / "bin" / "bao")
    ended = program("exec", "--role", "program", "--", bao, "read", "-field=message", GREETING_PATH, env=env)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, GREETING, "")
    script = 'echo "$KEPT ${VAULT_TOKEN:+token} $0 $1"; exit 42'
    ended = program("exec", "--role", "program", "--", "sh", "-c", script, "--json", "--role", env=env)
    assert (ended.returncode, ended.stdout) == (42, "yes token --json --role\n")


def test_command_reaches_the_server_that_granted_the_token(bed: TestBed, user: Identity) -> None:
    namespace = bed.make_namespace(bed.aws.fresh_name("program"))
    mount = bed.mount_aws("aws", namespace=namespace)
    bed.vault_role("program", user.arn, mount=mount, namespace=namespace)
    env = user.environment() | {"BAO_ADDR": "http://127.0.0.1:9", "BAO_TOKEN": "old", "BAO_NAMESPACE": "elsewhere"}
    words = "--address", bed.vault.tls_address, "--ca-cert", str(bed.vault.certificate_file), "--namespace", namespace
    bao = str(ROOT / ".venv" / "bin" / "bao")
    ended = program("exec", "--role", "program", *words, "--", bao, "read", "-field=message", GREETING_PATH, env=env)
    assert (ended.returncode, ended.stdout) == (0, GREETING), ended.stderr


def test_command_keeps_the_aws_credentials_unless_they_are_not_wanted(bed: TestBed, user: Identity) -> None:
    env = bed.environment(user) | {"PATH": os.environ["PATH"], "AWS_REGION": "us-east-1"}
    script = "env | grep -c '^AWS_SECRET_ACCESS_KEY\\|^AWS_ACCESS_KEY_ID\\|^AWS_SESSION_TOKEN'; echo $AWS_REGION"
    given = len([name for name in user.environment() if "KEY" in name or "TOKEN" in name])
    ended = program("exec", "--role", "program", "--", "sh", "-c", script, env=env)
    assert ended.stdout == f"{given}\nus-east-1\n"
    ended = program("exec", "--role", "program", "--without-aws-credentials", "--", "sh", "-c", script, env=env)
    assert ended.stdout == "0\nus-east-1\n"


def test_command_that_cannot_be_run_ends_as_in_a_shell(bed: TestBed, user: Identity, tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("no program")
    for name, status in (("no-such-command", 127), (str(tmp_path / "plain"), 126)):
        ended = program("exec", "--role", "program", "--", name, env=bed.environment(user))
        assert (ended.returncode, ended.stdout) == (status, "")
        assert ended.stderr.startswith("error: cannot run the command ")


def test_command_is_not_run_without_a_token(bed: TestBed, user: Identity, tmp_path: Path) -> None:
    env = bed.environment(user) | {"PATH": os.environ["PATH"]}
    words = "--", "touch", str(tmp_path / "ran")
    assert program("exec", "--role", "missing-role", *words, env=env).returncode == 3
    assert program("exec", "--role", "program", "--address", "http://127.0.0.1:9", *words, env=env).returncode == 4
    assert program("exec", "--role", "program", env=env).returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_command_ignores_the_wish_for_a_wrapping_token(bed: TestBed, user: Identity) -> None:
    env = bed.environment(user) | {"PATH": os.environ["PATH"], "VAULT_WRAP_TTL": "1m"}
    ended = program("exec", "--role", "program", "--", "sh", "-c", "echo $VAULT_TOKEN", env=env)
    assert bed.read_greeting(ended.stdout.strip()) == GREETING


# Who refused


def test_status_tells_whether_sts_refused_or_was_not_reached(bed: TestBed, user: Identity) -> None:
    words = "login", "--role", "program", "--assume-role", bed.aws.role().arn
    for url, status in ((bed.sts.url(), 3), ("http://127.0.0.1:9", 4)):
        env = bed.environment(user) | {"AWS_ENDPOINT_URL_STS": url}
        ended = program(*words, env=env)
        assert (ended.returncode, ended.stdout) == (status, ""), ended.stderr
        ended = program(*words, "--json", env=env)
        assert ended.returncode == status and json.loads(ended.stderr)["error"]["message"]
    # Nothing was sent: the role is no ARN.
    env = bed.environment(user) | {"AWS_ENDPOINT_URL_STS": bed.sts.url()}
    assert program("login", "--assume-role", "dev", env=env).returncode == 1


# The dry run


def test_dry_run_shows_the_request_and_the_verdict_and_sends_nothing(tmp_path: Path) -> None:
    with HostileVault(lambda _: errors("no")) as vault:
        words = ["--role", "dev", "--server-id", SERVER_ID, "--namespace", "team", "--mount", "aws-prod"]
        words += ["--header", "X-Gateway=gateway-Pw7rYt3mWz9pXc2v"]
        env = ENVIRONMENT | {"VAULT_ADDR": vault.url}
        ended = program("login", "--dry-run", *words, env=env)
        assert (ended.returncode, ended.stderr) == (0, "")
        as_json = program("login", "--dry-run", "--json", *words, env=env)
        assert (as_json.returncode, as_json.stderr) == (0, "")
        shown = json.loads(as_json.stdout)
    assert vault.paths == []
    lines = ended.stdout.splitlines()
    assert lines[0] == f"POST {vault.url}/v1/auth/aws-prod/login"
    for line in ("  content-type: application/json", "  x-vault-request: true", "  x-vault-namespace: team"):
        assert line in lines
    assert "  x-gateway: …" in lines
    assert "role            dev" in lines
    assert f"  X-Vault-Aws-Iam-Server-Id: {SERVER_ID}" in lines
    assert shown["request"]["url"] == f"{vault.url}/v1/auth/aws-prod/login"
    assert shown["request"]["method"] == "POST"
    assert {"name": "x-vault-namespace", "value": "team"} in shown["request"]["headers"]
    assert shown["login"]["role"] == "dev"
    assert shown["check"]["prediction"] in ("accepted", "depends")
    secrets = {
        "secret key": ENVIRONMENT["AWS_SECRET_ACCESS_KEY"],
        "session token": ENVIRONMENT["AWS_SESSION_TOKEN"],
        "gateway": "gateway-Pw7rYt3mWz9pXc2v",
    }
    assert leaks(ended.stdout + as_json.stdout, secrets) == []
    # Nothing that the server could be sent: no signature, and no login in base64.
    assert "iam_request_headers" not in ended.stdout + as_json.stdout


def test_dry_run_of_a_login_that_is_certain_to_be_refused_ends_with_1(bed: TestBed, user: Identity) -> None:
    ended = program("login", "--dry-run", "--role", "team/x", env=bed.environment(user))
    assert ended.returncode == 1
    assert ended.stdout.startswith("POST ") and "\nrefused[" in ended.stdout


def test_token_and_secrets_are_in_no_message(bed: TestBed, user: Identity, tmp_path: Path) -> None:
    """Whatever is done with the token, standard error holds neither it nor the keys."""
    env = bed.environment(user) | {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    for words in (
        ["login", "--store"],
        ["login", "--store", "--json"],
        ["login", "--format", "env"],
        ["login", "--dry-run"],
        ["exec", "--", "true"],
        ["exec", "--", "no-such-command"],
    ):
        ended = program(words[0], "--role", "program", *words[1:], env=env)
        tokens = {"stored token": (tmp_path / ".vault-token").read_text()} if (tmp_path / ".vault-token").exists() else {}
        secrets = {"secret key": user.secret_access_key} | tokens
        assert leaks(ended.stderr, secrets) == []
        if "--dry-run" in words:
            assert leaks(ended.stdout, secrets) == []


def test_hostile_answer_steers_no_terminal_through_a_field() -> None:
    said = Said(200, json.dumps({"auth": {"client_token": VAULT_TOKEN, "accessor": "a\x1b[2J\nb"}}))
    with HostileVault(lambda _: said) as vault:
        env = ENVIRONMENT | {"VAULT_ADDR": vault.url}
        assert login("--field", "token_accessor", env=env) == "a\\u{1b}[2J\\u{a}b"
