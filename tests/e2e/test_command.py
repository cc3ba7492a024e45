"""The command and `--invoke`: what they print, and that real servers accept or refuse it in their own words."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from bed import GREETING, Identity, TestBed
from command import COMPONENT, ROOT, invoke, run, sign, wave

SERVER_ID = "vault.example.com"
EXAMPLE = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
}
LONG_AGO = ("--time", "1440938160")
COMMANDS = ["sign", "check", "explain", "diagnose"]


@pytest.fixture(scope="module")
def strict_mount(bed: TestBed) -> str:
    """A mount that demands a server ID."""
    return bed.mount_aws("command-strict", iam_server_id_header_value=SERVER_ID)


def user_and_session(bed: TestBed) -> dict[str, Identity]:
    return {"long-term key": bed.aws.user(), "session token": bed.aws.session(bed.aws.role())}


def principal(identity: Identity) -> str:
    """The ARN that Vault binds: a session's role, not the session."""
    found = re.fullmatch(r"arn:aws:sts::(\d+):assumed-role/([^/]+)/.*", identity.arn)
    return f"arn:aws:iam::{found[1]}:role/{found[2]}" if found else identity.arn


def headers_of(login: dict[str, Any]) -> dict[str, list[str]]:
    return json.loads(base64.b64decode(login["iam_request_headers"]))


def with_headers(login: str, change: dict[str, str]) -> dict[str, Any]:
    """The login with some headers changed after signing."""
    body = json.loads(login)
    headers = headers_of(body) | {name: [value] for name, value in change.items()}
    return body | {"iam_request_headers": base64.b64encode(json.dumps(headers).encode()).decode()}


# Real acceptance


@pytest.mark.parametrize("credentials", ["long-term key", "session token"])
@pytest.mark.parametrize("server_id", [None, SERVER_ID])
def test_command_and_curl_obtain_a_token_that_reads_the_secret(
    bed: TestBed, strict_mount: str, credentials: str, server_id: str | None
) -> None:
    identity = user_and_session(bed)[credentials]
    mount = strict_mount if server_id else "aws"
    role = bed.vault_role(bed.aws.fresh_name("command"), principal(identity), mount=mount)
    flags = f"--server-id {server_id}" if server_id else ""
    # The README's line, with this role and mount.
    line = (
        "wasmtime run --env AWS_ACCESS_KEY_ID --env AWS_SECRET_ACCESS_KEY --env AWS_SESSION_TOKEN"
        f" dist/vault-aws-login-cli.wasm sign --role {role} {flags}"
        f" | curl --silent --data @- $VAULT_ADDR/v1/auth/{mount}/login"
    )
    ended = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", line],
        cwd=ROOT,
        env={"PATH": f"{ROOT / '.venv/bin'}:{os.environ['PATH']}", "HOME": os.environ["HOME"]} | bed.environment(identity),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.stderr == ""
    assert bed.read_greeting(json.loads(ended.stdout)["auth"]["client_token"]) == GREETING


def test_role_left_out_is_inferred_by_the_server(bed: TestBed) -> None:
    user = bed.aws.user()
    bed.vault_role(user.arn.rpartition("/")[2], user.arn)
    assert bed.read_greeting(bed.login(sign(user)).token) == GREETING
    session = bed.aws.session(bed.aws.role())
    bed.vault_role(principal(session).rpartition("/")[2], principal(session))
    assert bed.read_greeting(bed.login(sign(session)).token) == GREETING


@pytest.mark.parametrize("credentials", ["long-term key", "session token"])
def test_invoke_obtains_a_token_that_reads_the_secret(bed: TestBed, strict_mount: str, credentials: str) -> None:
    identity = user_and_session(bed)[credentials]
    role = bed.vault_role(bed.aws.fresh_name("invoke"), principal(identity), mount=strict_mount)
    fields = [
        f"access-key-id: {wave(identity.access_key_id)}",
        f"secret-access-key: {wave(identity.secret_access_key)}",
    ]
    if identity.session_token:
        fields.append(f"session-token: some({wave(identity.session_token)})")
    options = f"{{server-id: some({wave(SERVER_ID)}), role: some({wave(role)})}}"
    ended = invoke(f"sign-login({{{', '.join(fields)}}}, {options}, {int(time.time())})")
    found = re.fullmatch(r"ok\((\".*\")\)\n", ended.stdout)
    assert found, ended.stderr
    assert bed.read_greeting(bed.login(json.loads(found[1]), mount=strict_mount).token) == GREETING


def test_regional_endpoint_is_signed_for_with_its_region(bed: TestBed) -> None:
    user = bed.aws.user()
    mount = bed.mount_aws("command-regional", sts_endpoint=bed.sts.url("eu-west-1"), sts_region="eu-west-1")
    bed.vault_role("dev", user.arn, mount=mount)
    assert bed.login(sign(user, "--role", "dev", "--region", "eu-west-1"), mount=mount).status == 200


def test_every_kind_of_host_is_accepted_where_the_server_calls_that_region(bed: TestBed) -> None:
    user = bed.aws.user()
    mount = bed.mount_aws("command-hosts", sts_endpoint=bed.sts.url("us-west-2"), sts_region="us-west-2")
    bed.vault_role("dev", user.arn, mount=mount)
    for flags in (["--fips"], ["--dual-stack"], ["--fips", "--dual-stack"], ["--sts-endpoint", "https://sts.proxy.example:8443"]):
        answer = bed.login(sign(user, "--role", "dev", "--region", "us-west-2", *flags), mount=mount)
        assert answer.status == 200, (flags, answer)


# Real refusal: the server's own words


STS = "error making upstream request: received error code 403 from STS: "


def sts_error(code: str, message: str) -> str:
    """A pattern for Vault's text around an error of AWS."""
    return re.escape(STS) + rf"(?s:.*)<Code>{code}</Code>\s*<Message>{message}</Message>(?s:.*)"


CALCULATED = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)


@pytest.fixture(scope="module")
def user(bed: TestBed) -> Identity:
    made = bed.aws.user()
    bed.vault_role("refusals", made.arn)
    return made


def refusal(bed: TestBed, login: str | dict[str, Any], mount: str = "aws") -> str:
    answer = bed.login(login, mount=mount)
    assert answer.status == 400, answer
    return answer.error


def test_wrong_secret_is_refused(bed: TestBed, user: Identity) -> None:
    env = user.environment() | {"AWS_SECRET_ACCESS_KEY": EXAMPLE["AWS_SECRET_ACCESS_KEY"]}
    login = run("sign", "--role", "refusals", env=env).stdout
    assert re.fullmatch(sts_error("SignatureDoesNotMatch", re.escape(CALCULATED)), refusal(bed, login))


def test_wrong_server_id_is_refused(bed: TestBed, user: Identity, strict_mount: str) -> None:
    login = sign(user, "--role", "refusals", "--server-id", "other.example.com")
    expected = (
        "error validating X-Vault-AWS-IAM-Server-ID header: "
        'expected "vault.example.com" but got "other.example.com"'
    )
    assert refusal(bed, login, strict_mount) == expected


def test_missing_server_id_is_refused(bed: TestBed, user: Identity, strict_mount: str) -> None:
    expected = 'error validating X-Vault-AWS-IAM-Server-ID header: missing header "X-Vault-AWS-IAM-Server-ID"'
    assert refusal(bed, sign(user, "--role", "refusals"), strict_mount) == expected


def test_changed_body_is_refused(bed: TestBed, user: Identity) -> None:
    login = json.loads(sign(user, "--role", "refusals"))
    # The same form in another order: Vault and STS take it, so only the signature can tell.
    body = base64.b64encode(b"Version=2011-06-15&Action=GetCallerIdentity").decode()
    text = refusal(bed, login | {"iam_request_body": body})
    assert re.fullmatch(sts_error("SignatureDoesNotMatch", re.escape(CALCULATED)), text)


def test_changed_header_is_refused(bed: TestBed, user: Identity, strict_mount: str) -> None:
    login = sign(user, "--role", "refusals", "--server-id", "other.example.com")
    # The server ID is what Vault wants, but not what was signed.
    text = refusal(bed, with_headers(login, {"X-Vault-AWS-IAM-Server-ID": SERVER_ID}), strict_mount)
    assert re.fullmatch(sts_error("SignatureDoesNotMatch", re.escape(CALCULATED)), text)


def test_login_signed_16_minutes_ago_is_refused(bed: TestBed, user: Identity) -> None:
    at = datetime.now(timezone.utc) - timedelta(minutes=16)
    login = sign(user, "--role", "refusals", "--time", str(int(at.timestamp())))
    stamp = r"\d{8}T\d{6}Z"
    message = rf"Signature expired: {at:%Y%m%dT%H%M%SZ} is now earlier than {stamp} \({stamp} - 15 min\.\)"
    assert re.fullmatch(sts_error("SignatureDoesNotMatch", message), refusal(bed, login))


def test_scope_of_another_region_is_refused(bed: TestBed, user: Identity) -> None:
    login = sign(user, "--role", "refusals", "--region", "eu-west-1")
    message = r"Credential should be scoped to a valid region\. "
    assert re.fullmatch(sts_error("SignatureDoesNotMatch", message), refusal(bed, login))


def test_role_that_the_identity_is_not_bound_to_is_refused(bed: TestBed, user: Identity) -> None:
    bed.vault_role("of-another-user", bed.aws.user().arn)
    expected = f'IAM Principal "{user.arn}" does not belong to the role "of-another-user"'
    assert refusal(bed, sign(user, "--role", "of-another-user")) == expected


# What the command prints


def test_output_is_the_same_through_the_component_and_the_command() -> None:
    ended = run("sign", "--role", "dev", "--server-id", SERVER_ID, *LONG_AGO, env=EXAMPLE)
    credentials = ", ".join(
        f"{field}: {wave(EXAMPLE[name])}"
        for field, name in (("access-key-id", "AWS_ACCESS_KEY_ID"), ("secret-access-key", "AWS_SECRET_ACCESS_KEY"))
    )
    options = f"{{server-id: some({wave(SERVER_ID)}), role: some({wave('dev')})}}"
    invoked = invoke(f"sign-login({{{credentials}}}, {options}, 1440938160)")
    assert invoked.stdout == f"ok({json.dumps(ended.stdout.rstrip())})\n"


@pytest.mark.parametrize(
    "document",
    [
        '{"Version":1,"AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"s","SessionToken":"t","Expiration":"2015-08-30T13:00:00Z"}',
        '{"Credentials":{"AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"s","SessionToken":"t","Expiration":"2015-08-30T13:00:00Z"}}',
        '{"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"s","Token":"t","Expiration":"2015-08-30T13:00:00Z"}',
        '{"RoleArn":"arn","AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"s","Token":"t","Expiration":"2015-08-30T13:00:00Z"}',
    ],
)
def test_credentials_on_standard_input_sign_as_those_in_the_environment(document: str) -> None:
    env = {"AWS_ACCESS_KEY_ID": "ASIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"}
    from_stdin = run("sign", "--credentials", "-", *LONG_AGO, stdin=document)
    assert (from_stdin.returncode, from_stdin.stdout) == (0, run("sign", *LONG_AGO, env=env).stdout)


DOCUMENTS = sorted((ROOT / "tests" / "credential_documents").glob("C*"))
# What is wrong with each of the others.
REFUSED_DOCUMENTS = {
    "C01.json": "found an empty string",
    "C03.json": "found a time without its zone",
    "C05.json": "found `AssumeRoleUnauthorizedAccess`",
    "C06.json": "found `InvalidIdInRequest`",
    "C07.txt": "found `AccessDeniedException`",
    "C27.json": "found a larger number, perhaps milliseconds",
    "C29.json": "found `Failed`",
    "C31.json": "found a list",
}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_document_of_a_real_tool_signs_or_is_refused_with_the_reason(document: Path) -> None:
    ended = run("sign", "--credentials", "-", *LONG_AGO, stdin=document.read_bytes())
    if (reason := REFUSED_DOCUMENTS.get(document.name)) is None:
        env = EXAMPLE | {
            "AWS_ACCESS_KEY_ID": "ASIAIOSFODNN7EXAMPLE",
            "AWS_SESSION_TOKEN": "FQoGZXIvYXdzEExampleSessionToken//////////wEaDExample+Token==",
        }
        assert (ended.returncode, ended.stdout) == (0, run("sign", *LONG_AGO, env=env).stdout)
    else:
        assert (ended.returncode, ended.stdout) == (1, "")
        assert ended.stderr.startswith("error") and ended.stderr.endswith(f"{reason}\n")


@pytest.mark.parametrize("in_environment", [True, False])
def test_expiry_in_milliseconds_is_refused_as_out_of_range(in_environment: bool) -> None:
    env = EXAMPLE | {"AWS_CREDENTIAL_EXPIRATION": "1665736069000"}
    lines = "".join(f"export {name}={value}\n" for name, value in env.items())
    ended = run("sign", env=env) if in_environment else run("sign", "--credentials", "-", stdin=lines)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("error[time-out-of-range]: ")


def test_older_name_of_the_session_token_is_read() -> None:
    key = {"AWS_ACCESS_KEY_ID": "ASIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "s"}
    older = run("sign", *LONG_AGO, env=key | {"AWS_SECURITY_TOKEN": "t"})
    newer = run("sign", *LONG_AGO, env=key | {"AWS_SESSION_TOKEN": "t"})
    assert older.stdout == newer.stdout != ""


def scope_of(ended: subprocess.CompletedProcess[str]) -> str:
    return headers_of(json.loads(ended.stdout))["Authorization"][0].split("/")[2]


def test_region_auto_reads_the_environment_and_other_regions_do_not() -> None:
    both = EXAMPLE | {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-2"}
    second = EXAMPLE | {"AWS_DEFAULT_REGION": "eu-west-2"}
    assert scope_of(run("sign", "--region", "auto", env=both)) == "eu-west-1"
    assert scope_of(run("sign", "--region", "auto", env=second)) == "eu-west-2"
    assert scope_of(run("sign", "--region", "auto", env=EXAMPLE)) == "us-east-1"
    assert scope_of(run("sign", "--region", "ap-south-1", env=both)) == "ap-south-1"
    assert scope_of(run("sign", env=both)) == "us-east-1"


def test_time_is_the_clocks_unless_given() -> None:
    before = datetime.now(timezone.utc).replace(microsecond=0)
    stamp = headers_of(json.loads(run("sign", env=EXAMPLE).stdout))["X-Amz-Date"][0]
    signed = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    assert before <= signed <= datetime.now(timezone.utc)
    given = run("sign", "--time", "2015-08-30T12:36:00Z", env=EXAMPLE)
    assert given.stdout == run("sign", *LONG_AGO, env=EXAMPLE).stdout


def test_header_value_is_another_name_of_server_id() -> None:
    ours = run("sign", "--server-id", SERVER_ID, *LONG_AGO, env=EXAMPLE)
    vaults = run("sign", "--header-value", SERVER_ID, *LONG_AGO, env=EXAMPLE)
    assert ours.stdout == vaults.stdout != ""


# Arguments, and what is printed before the hint to `--help`.
WRONG_USAGE: list[tuple[list[str], str]] = [
    (
        ["sign", "--credentials", "file"],
        "error: expected --credentials - (standard input), found something else; this command "
        "opens no files",
    ),
    (["sign", "--role"], "error: missing argument for option '--role'"),
    (["sign", "--role", "a", "--role", "b"], "error: expected --role once, found it again"),
    (
        ["sign", "--fips", "--sts-endpoint", "https://sts.example.com"],
        "error: expected either --sts-endpoint or --fips and --dual-stack, found both",
    ),
    (["sign", "--nonsense"], "error: invalid option '--nonsense'"),
    (["sign", "dev"], "error: unexpected argument \"dev\""),
    ([], "error: expected a command, found none"),
]
# Arguments, and what is printed.
WRONG_VALUES: list[tuple[list[str], str]] = [
    (
        ["sign", "--role", "a b"],
        "error[illegal-character]: invalid role: expected printable ASCII without spaces, found "
        "`a b`",
    ),
    (
        ["sign", "--time", "1440938160000"],
        "error[time-out-of-range]: invalid time: expected Unix seconds up to 253402300799 (year "
        "9999), found 1440938160000",
    ),
    (
        ["sign", "--time", "noon"],
        "error: invalid time: expected Unix seconds or a time such as 2030-01-31T12:00:00Z, found "
        "`noon`",
    ),
    (
        ["sign", "--credentials", "-"],
        "error: invalid credential document: expected AccessKeyId and SecretAccessKey in JSON, in "
        "XML or in lines such as export AWS_ACCESS_KEY_ID=…, found nothing",
    ),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG_USAGE)
def test_wrong_usage_ends_with_2_and_a_sentence(arguments: list[str], message: str) -> None:
    ended = run(*arguments, env=EXAMPLE)
    shown = f"{message}\ntry: vault-aws-login {help_of(arguments)}\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", shown)


def help_of(arguments: list[str]) -> str:
    """The help that shows what is right."""
    known = [word for word in arguments[:1] if word in COMMANDS]
    return " ".join([*known, "--help"])


@pytest.mark.parametrize(("arguments", "message"), WRONG_VALUES)
def test_wrong_value_ends_with_1_and_a_sentence(arguments: list[str], message: str) -> None:
    ended = run(*arguments, env=EXAMPLE)
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", f"{message}\n")


@pytest.mark.parametrize(
    ("given", "found"),
    [([], "neither"), (["AWS_ACCESS_KEY_ID"], "the first only"), (["AWS_SECRET_ACCESS_KEY"], "the second only")],
)
def test_missing_credentials_end_with_the_way_to_pass_them(given: list[str], found: str) -> None:
    ended = run("sign", env={name: EXAMPLE[name] for name in given})
    message = (
        "error: missing credentials: expected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment "
        f"(wasmtime passes each by --env NAME) or --credentials -, found {found}\n"
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", message)


def test_document_past_64_kib_is_refused() -> None:
    ended = run("sign", "--credentials", "-", stdin=" " * (64 * 1024 + 1))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "error: invalid standard input: expected at most 65536 bytes, found more\n"


def test_help_and_version_go_to_standard_output() -> None:
    for arguments in (["--help"], ["sign", "--help"]):
        ended = run(*arguments)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert "Usage: vault-aws-login" in ended.stdout
    assert run("--version").stdout == "vault-aws-login 0.1.0\n"


def test_help_of_a_command_is_that_commands_alone() -> None:
    for name in COMMANDS:
        text = run(name, "--help").stdout
        assert f"\nUsage: vault-aws-login {name} [OPTIONS]\n\n{name}: " in text
        assert [other for other in COMMANDS if f"\n{other}: " in text] == [name]
        assert ("AWS_ACCESS_KEY_ID" in text) == (name == "sign")
        assert text.endswith("2 wrong usage.\n")


def test_errors_are_json_where_that_is_asked_for() -> None:
    refused = run("sign", "--role", "a b", "--json", env=EXAMPLE)
    message = "invalid role: expected printable ASCII without spaces, found `a b`"
    assert json.loads(refused.stderr) == {"error": {"rule": "illegal-character", "field": "role", "message": message}}
    usage = run("explain", "--json", "x")
    assert (usage.returncode, usage.stdout) == (2, "")
    assert json.loads(usage.stderr) == {"error": {"rule": "usage", "field": None, "message": 'unexpected argument "x"'}}


def test_component_invoked_with_a_bad_role_prints_waves_error() -> None:
    ended = invoke(
        'sign-login({access-key-id: "AKIAIOSFODNN7EXAMPLE", secret-access-key: "x"}, '
        '{role: some("arn:aws:iam::123456789012:role/dev")}, 1440938160)'
    )
    assert ended.stdout.startswith("err({rule: role-is-arn, field: role, message: \"invalid role: expected the name"), COMPONENT


# The inspector on the command line


def login_signed_at(seconds: int) -> str:
    ended = run("sign", "--role", "dev", "--server-id", SERVER_ID, "--time", str(seconds), env=EXAMPLE)
    return ended.stdout


def test_check_accepts_what_a_known_server_accepts() -> None:
    known = ("--server-id", SERVER_ID, "--sts-endpoint", "global", "--no-allowed-headers", "--time", "1440938160")
    versions = ("--openbao-version", "2.7.2", "--plugin-version", "1.18.5")
    ended = run("check", *known, *versions, "--json", stdin=login_signed_at(1440938160))
    assert (ended.returncode, ended.stderr) == (0, "")
    report = json.loads(ended.stdout)
    assert ended.stdout == json.dumps(report, separators=(",", ":")) + "\n"
    assert report["prediction"] == "accepted"
    assert {finding["severity"] for finding in report["findings"]} <= {"advice"}


def test_check_refuses_what_the_server_would_refuse_and_says_what_to_change() -> None:
    ended = run("check", "--server-id", "other.example.com", "--time", "1440938160", stdin=login_signed_at(1440938160))
    assert (ended.returncode, ended.stderr) == (1, "")
    assert ended.stdout.startswith("refused: the server reports the first `refused` below\n\nrefused[server-id-differs]: ")
    assert "\n  fix: " in ended.stdout


ALICE = "arn:aws:iam::123456789012:user/alice"
ASSUMED = "arn:aws:sts::123456789012:assumed-role/dev/x"
WITH_PATH = "arn:aws:iam::123456789012:role/team/dev"


@pytest.mark.parametrize(
    ("flags", "found", "not_found"),
    [
        ([], ["depends[server-id-differs]", "depends[scope-region-differs]", "depends[method-get]"], []),
        (["--no-server-id"], [], ["[server-id-differs]"]),
        (["--server-uses-client-region"], [], ["[scope-region-differs]"]),
        (["--sts-endpoint", "global"], ["refused[scope-region-differs]"], []),
        (["--sts-endpoint", "https://sts.eu-west-1.amazonaws.com"], [], ["[scope-region-differs]"]),
        (["--no-config"], ["refused[scope-region-differs]"], ["[server-id-differs]"]),
        (["--vault-version", "1.14.9"], ["refused[method-unsupported]"], ["[method-get]"]),
        (["--vault-version", "1.15.0"], [], ["[method-unsupported]", "[method-get]"]),
        (["--openbao"], ["refused[method-unsupported]"], ["[method-get]"]),
        (["--openbao-version", "2.7.2"], ["refused[method-unsupported]"], ["[method-get]"]),
        (["--plugin-version", "0.10.0"], ["refused[method-unsupported]"], ["[method-get]"]),
        (["--arn", "arn:aws:iam::123456789012:root"], ["refused[caller-is-root]"], []),
        (["--arn", ALICE, "--bound-arn", ALICE], [], ["[principal-not-bound]"]),
        (["--arn", ALICE, "--bound-arn", WITH_PATH], ["refused[principal-not-bound]"], []),
        (["--arn", ASSUMED, "--bound-arn", WITH_PATH], [], ["[principal-not-bound]", "[binding-never-matches]"]),
        (["--arn", ASSUMED, "--bound-arn", WITH_PATH, "--no-unique-ids"], ["refused[principal-not-bound]", "advice[binding-never-matches]"], []),
    ],
)  # fmt: skip
def test_check_uses_what_its_options_say_about_the_server(flags: list[str], found: list[str], not_found: list[str]) -> None:
    signed = run("sign", "--region", "eu-west-1", "--server-id", SERVER_ID, "--time", "1440938160", env=EXAMPLE)
    login = json.loads(signed.stdout) | {"iam_http_request_method": "GET"}
    ended = run("check", "--time", "1440938160", *flags, stdin=json.dumps(login))
    assert ended.stderr == ""
    assert [rule for rule in found if f"\n{rule}: " not in ended.stdout] == []
    assert [rule for rule in not_found if f"{rule}: " in ended.stdout] == []


def test_check_takes_the_clocks_time_unless_given() -> None:
    ended = run("check", "--json", stdin=login_signed_at(1440938160))
    rules = [finding["rule"] for finding in json.loads(ended.stdout)["findings"] if finding["severity"] == "refused"]
    assert (ended.returncode, rules) == (1, ["signature-expired"])


def test_explain_shows_the_login_without_anything_that_can_be_used() -> None:
    env = EXAMPLE | {"AWS_ACCESS_KEY_ID": "ASIAIOSFODNN7EXAMPLE", "AWS_SESSION_TOKEN": "marked-session-token"}
    login = run("sign", *LONG_AGO, env=env).stdout
    signature = headers_of(json.loads(login))["Authorization"][0].rpartition("=")[2]
    for format in ([], ["--json"]):
        ended = run("explain", *format, stdin=login)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert "us-east-1" in ended.stdout
        assert signature not in ended.stdout
        assert "marked-session-token" not in ended.stdout


def test_explain_of_no_login_is_refused_with_a_rule() -> None:
    ended = run("explain", stdin="{")
    message = "error[json-malformed]: the login is not a JSON object: expected JSON, found its end inside a value\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", message)


def test_diagnose_names_side_rule_and_fix_for_the_servers_own_answer(bed: TestBed, strict_mount: str) -> None:
    user = bed.aws.user()
    bed.vault_role("diagnose", user.arn, mount=strict_mount)
    answer = bed.login(sign(user, "--role", "diagnose", "--server-id", "other.example.com"), mount=strict_mount)
    ended = run("diagnose", "--status", str(answer.status), "--json", stdin=json.dumps(answer.json))
    assert (ended.returncode, ended.stderr) == (0, "")
    refusal = json.loads(ended.stdout)
    assert ended.stdout == json.dumps(refusal, separators=(",", ":")) + "\n"
    assert (refusal["rule"], refusal["expected-server-id"]) == ("server-id-differs", SERVER_ID)
    assert refusal["quoted"] == answer.json["errors"][0]


def test_diagnose_without_any_input_says_that_vault_was_never_reached() -> None:
    ended = run("diagnose", "--json", stdin="")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout)["rule"] == "vault-unreachable"


def test_diagnose_finds_status_and_error_in_what_a_client_printed(bed: TestBed, strict_mount: str) -> None:
    answer = bed.login(sign(bed.aws.user(), "--role", "printed", "--server-id", "other.example.com"), mount=strict_mount)
    printed = f"Error making API request.\n\nURL: PUT http://127.0.0.1/v1/auth/aws/login\nCode: {answer.status}. Errors:\n\n* {answer.error}"
    boxed = "╷\n" + "".join(f"│ {line}\n" for line in f"Error: {printed}".splitlines()) + "╵\n"
    logged = json.dumps({"level": "error", "error": printed})
    for text in (printed, boxed, logged, json.dumps({"log": logged}), json.dumps(answer.json)):
        ended = run("diagnose", "--json", stdin=text)
        assert (ended.returncode, ended.stderr) == (0, "")
        refusal = json.loads(ended.stdout)
        assert (refusal["rule"], refusal["expected-server-id"]) == ("server-id-differs", SERVER_ID), text


def test_diagnose_of_a_text_without_an_answer_says_how_to_get_one() -> None:
    ended = run("diagnose", "--json", stdin="Error: Response code 400 (Bad Request)\n")
    assert (ended.returncode, ended.stderr) == (0, "")
    refusal = json.loads(ended.stdout)
    assert (refusal["rule"], refusal["refused-by"]) == (None, None)
    assert refusal["message"] == "the text has the status 400 and no answer of a server that can be read"
    assert "curl -sS -i" in refusal["client-fix"]


def test_diagnose_takes_the_login_that_was_sent(bed: TestBed) -> None:
    login = json.loads(sign(bed.aws.user()))
    headers = json.loads(base64.b64decode(login["iam_request_headers"]))
    # A user's access key has none.
    headers["X-Amz-Security-Token"] = ["token"]
    login["iam_request_headers"] = base64.b64encode(json.dumps(headers).encode()).decode()
    printed = "An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid."
    for arguments, rule in (((), "access-key-unknown"), (("--login", json.dumps(login)), "session-token-unexpected")):
        ended = run("diagnose", "--json", *arguments, stdin=printed)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert json.loads(ended.stdout)["rule"] == rule


def test_login_past_64_kib_is_refused_by_its_rule() -> None:
    for excess in (1, 5000):
        ended = run("check", "--json", stdin=" " * (64 * 1024 + excess))
        assert (ended.returncode, ended.stderr) == (1, "")
        assert [finding["rule"] for finding in json.loads(ended.stdout)["findings"]] == ["login-too-large"]
        ended = run("explain", stdin=" " * (64 * 1024 + excess))
        assert (ended.returncode, ended.stdout) == (1, "")
        assert ended.stderr.startswith("error[login-too-large]: ")


def test_answer_past_1_mib_is_diagnosed_by_its_beginning() -> None:
    answer = json.dumps({"errors": ["Vault is sealed"]}) + " " * (1024 * 1024)
    ended = run("diagnose", "--status", "503", "--json", stdin=answer)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout)["rule"] == "vault-sealed"


def test_diagnose_reads_vaults_clock_from_the_date_of_the_answer() -> None:
    text = "error making upstream request: received error code 403 from STS: <ErrorResponse><Error>"
    text += "<Code>SignatureDoesNotMatch</Code><Message>Signature expired: no time is named</Message></Error></ErrorResponse>"
    told = ("--status", "400", "--time", "1440938160", "--date", "Sun, 30 Aug 2015 13:06:30 GMT", "--json")
    ended = run("diagnose", *told, stdin=json.dumps({"errors": [text]}))
    assert (ended.returncode, ended.stderr) == (0, "")
    refusal = json.loads(ended.stdout)
    assert refusal["rule"] == "signature-expired"
    assert refusal["message"].endswith(": Vault's clock is 1830 seconds ahead of this one")


# The same for the inspector.
WRONG_USAGE_OF_THE_INSPECTOR = [
    (["check", "--nonsense"], "error: invalid option '--nonsense'"),
    (
        ["check", "--vault-version", "1.20.0", "--openbao"],
        "error: expected either --vault-version or --openbao and --openbao-version, found both",
    ),
    (
        ["check", "--server-id", "a", "--server-id", "b"],
        "error: expected --server-id once, found it again",
    ),
    (
        ["check", "--server-id", "a", "--no-server-id"],
        "error: expected either --server-id or --no-server-id, found both",
    ),
    (
        ["check", "--server-uses-client-region", "--sts-endpoint", "global"],
        "error: expected either --sts-endpoint or --server-uses-client-region, found both",
    ),
    (
        ["check", "--no-allowed-headers", "--allowed-header", "X-Amz-Foo"],
        "error: expected either --allowed-header or --no-allowed-headers, found both",
    ),
    (
        ["check", "--no-config", "--server-id", "a"],
        "error: expected either --no-config or what config/client holds, found both",
    ),
    (
        ["check", "--vault-version", "latest"],
        "error: expected a version such as 1.20.3 as --vault-version, found `latest`",
    ),
    (
        ["diagnose", "--status", "ok"],
        "error: expected an HTTP status as --status, found something else",
    ),
    (["inspect"], "error: expected sign, check, explain or diagnose, found `inspect`"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG_USAGE_OF_THE_INSPECTOR)
def test_wrong_usage_of_the_inspector_ends_with_2_and_a_sentence(
    arguments: list[str], message: str
) -> None:
    ended = run(*arguments, stdin="{}")
    shown = f"{message}\ntry: vault-aws-login {help_of(arguments)}\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", shown)
