"""The inspector through the module: every shape that goes in and comes out."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from vault_aws_iam_login import (
    Credentials,
    CredentialScope,
    LoginError,
    Module,
    RoleBindings,
    ServerProfile,
    Software,
)

AT = 1_440_938_160
EXAMPLE = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
ARN = "arn:aws:iam::123456789012:user/alice"
DEFAULT_SERVER = ServerProfile(
    server_id="",
    sts_endpoint="global",
    allowed_headers=[],
    mount_config="written",
    core=Software("openbao", "2.7.2"),
    auth_plugin=Software("vault"),
    caller_arn=ARN,
    role=RoleBindings([ARN]),
)
EXPIRED = json.dumps(
    {
        "errors": [
            "error making upstream request: received error code 403 from STS: "
            "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>Signature expired: "
            "20150830T123600Z is now earlier than 20150830T124000Z (20150830T125500Z - 15 min.)"
            "</Message></Error></ErrorResponse>"
        ]
    }
)


@pytest.fixture(scope="session")
def login(module: Module) -> str:
    return module.sign_login(EXAMPLE, role="dev", time=AT)


def rules(module: Module, login: str, server: ServerProfile) -> list[str]:
    return [finding.rule for finding in module.check_login(login, server, time=AT)]


def test_login_that_fits_the_server_has_no_finding(module: Module, login: str) -> None:
    assert module.check_login(login, DEFAULT_SERVER, time=AT) == []


def test_server_id_that_is_missing_is_found_with_its_fix(module: Module, login: str) -> None:
    (finding,) = module.check_login(login, ServerProfile(server_id="vault.example.com"), time=AT)[
        :1
    ]
    assert (finding.rule, finding.severity) == ("server-id-missing", "refused")
    assert "vault.example.com" in finding.fix


@pytest.mark.parametrize(
    ("server", "rule"),
    [
        (ServerProfile(), "server-id-missing"),
        (ServerProfile(sts_endpoint="https://sts.eu-west-1.amazonaws.com"), "scope-region-differs"),
        (ServerProfile(sts_endpoint="eu-west-1", mount_config="written"), "scope-region-differs"),
        (ServerProfile(role="missing"), "role-unknown"),
        (ServerProfile(role="ec2"), "role-wants-ec2"),
        (ServerProfile(caller_arn=ARN, role=RoleBindings([ARN + "x"])), "principal-not-bound"),
    ],
)
def test_each_part_of_the_profile_reaches_the_rules(
    module: Module, login: str, server: ServerProfile, rule: str
) -> None:
    assert rule in rules(module, login, server)


def test_explanation_is_decoded_and_shows_no_signature(module: Module, login: str) -> None:
    explanation = module.explain_login(login)
    assert explanation.host == "sts.amazonaws.com"
    assert explanation.role == "dev"
    assert explanation.access_key_id == EXAMPLE.access_key_id
    assert explanation.scope == CredentialScope("20150830", "us-east-1", "sts")
    assert explanation.headers["X-Amz-Date"] == "20150830T123600Z"
    assert explanation.signed_at_unix_seconds == AT
    assert explanation.accepted_until_unix_seconds == AT + 900
    assert explanation.canonical_request is not None
    sent = json.loads(base64.b64decode(json.loads(login)["iam_request_headers"]))["Authorization"][
        0
    ]
    assert explanation.headers["Authorization"].startswith(
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/"
    )
    assert sent.rpartition("Signature=")[2] not in repr(explanation)


def test_login_that_cannot_be_decoded_raises_the_rule(module: Module) -> None:
    with pytest.raises(LoginError) as refused:
        module.explain_login("{")
    assert (refused.value.rule, refused.value.field) == ("json-malformed", None)


def test_refusal_is_explained(module: Module, login: str) -> None:
    refusal = module.explain_refusal(400, EXPIRED, login=login, time=AT)
    assert (refusal.refused_by, refusal.rule) == ("sts", "signature-expired")
    assert refusal.aws_clock_unix_seconds == AT + 1140
    assert refusal.causes
    assert refusal.quoted == json.loads(EXPIRED)["errors"][0]
    silent = module.explain_refusal(None, "", time=AT)
    assert (silent.rule, silent.quoted) == ("vault-unreachable", None)


def test_quoted_words_are_one_line_without_the_login(module: Module, login: str) -> None:
    headers = json.loads(login)["iam_request_headers"]
    body = json.dumps({"errors": [f"denied\x1b[2J\r\n{login}", base64.b64decode(headers).decode()]})
    quoted = module.explain_refusal(400, body, login=login, time=AT).quoted
    assert (
        quoted is not None and quoted.startswith("denied\\u{1b}[2J\\r\\n") and quoted.isprintable()
    )
    signature = base64.b64decode(headers).decode().partition("Signature=")[2][:64]
    for secret in (headers, signature):
        assert [
            secret[at : at + 8] for at in range(len(secret) - 7) if secret[at : at + 8] in quoted
        ] == []


def test_clock_offset_is_told_where_the_answer_names_the_time(module: Module) -> None:
    assert module.clock_offset(400, EXPIRED, time=AT) == 1140
    assert module.clock_offset(200, "{}", time=AT) is None


def test_status_that_is_none_of_http_raises_value_error(module: Module) -> None:
    with pytest.raises(ValueError, match="^invalid status: expected an HTTP status, found 65536$"):
        module.explain_refusal(65536, "")


def test_eight_threads_at_once_get_their_own_answers(module: Module, login: str) -> None:
    def ask(index: int) -> object:
        if index % 2:
            return rules(module, login, ServerProfile(server_id=f"vault-{index}", role="ec2"))
        return module.explain_refusal(400, EXPIRED, login=login, time=AT + index).skew_seconds

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(200))) == [ask(index) for index in range(200)]
