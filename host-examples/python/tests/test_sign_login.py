"""Logins signed through the module."""

from __future__ import annotations

import json
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.credentials import Credentials as BotocoreCredentials
from conftest import VECTORS as SHARED

from vault_aws_iam_login import Credentials, LoginError, Module

VECTORS = json.loads((SHARED / "hosts.json").read_text())
SHARED_REFUSALS = json.loads((SHARED / "refusals.json").read_text())
KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
EXAMPLE = Credentials(KEY, SECRET)
AT = 1_440_938_160


def sign(module: Module, vector: dict[str, Any]) -> str:
    credentials, options = vector["credentials"], vector["options"]
    endpoint = options.get("sts-endpoint")
    return module.sign_login(
        Credentials(
            credentials["access-key-id"],
            credentials["secret-access-key"],
            credentials.get("session-token"),
            credentials.get("expires-at-unix-seconds"),
        ),
        role=options.get("role"),
        server_id=options.get("server-id"),
        region=options.get("region"),
        sts_endpoint=endpoint["url"] if isinstance(endpoint, dict) else endpoint,
        time=vector["unix-seconds"],
    )


def test_200_logins_equal_those_of_the_shared_vectors(module: Module) -> None:
    assert len(VECTORS) == 200
    for vector in VECTORS:
        assert sign(module, vector) == vector["login"], vector["why"]


def test_eight_threads_at_once_sign_what_one_does(module: Module) -> None:
    with ThreadPoolExecutor(8) as pool:
        logins = pool.map(lambda vector: sign(module, vector), VECTORS * 4)
    assert list(logins) == [vector["login"] for vector in VECTORS] * 4


def test_refused_inputs_have_the_rule_the_field_and_the_sentence_of_every_host(
    module: Module,
) -> None:
    assert len(SHARED_REFUSALS) == 14
    for refusal in SHARED_REFUSALS:
        with pytest.raises(LoginError) as refused:
            sign(module, refusal)
        error = refused.value
        assert [error.rule, error.field, str(error)] == [
            refusal[key] for key in ("rule", "field", "message")
        ]


def test_time_is_a_datetime_of_any_zone_or_seconds(module: Module) -> None:
    zone = timezone(timedelta(hours=-7))
    at = datetime.fromtimestamp(AT + 0.9, zone)
    assert module.sign_login(EXAMPLE, time=at) == module.sign_login(EXAMPLE, time=AT)


def test_time_is_now_when_left_out(module: Module) -> None:
    before = int(time.time())
    login = module.sign_login(EXAMPLE)
    after = int(time.time())
    assert login in {module.sign_login(EXAMPLE, time=second) for second in range(before, after + 1)}


def test_expiry_is_a_datetime_or_seconds(module: Module) -> None:
    for end in (AT, datetime.fromtimestamp(AT, timezone.utc)):
        with pytest.raises(LoginError, match="expired credentials") as refused:
            module.sign_login(Credentials(KEY, SECRET, expires_at=end), time=AT)
        assert (refused.value.rule, refused.value.field) == (
            "credentials-expired",
            "expires-at-unix-seconds",
        )


def test_credentials_of_botocore_are_taken(module: Module) -> None:
    taken = Credentials.from_botocore(BotocoreCredentials("ASIAIOSFODNN7EXAMPLE", SECRET, "token"))
    assert taken == Credentials("ASIAIOSFODNN7EXAMPLE", SECRET, "token")


# What the shared file cannot hold.
REFUSALS = [
    (
        EXAMPLE,
        {"time": -1},
        "time-out-of-range",
        "unix-seconds",
        "invalid time: expected Unix seconds up to 253402300799 (year 9999), found -1",
    ),
    (
        EXAMPLE,
        {"time": 2**64 + AT},
        "time-out-of-range",
        "unix-seconds",
        "invalid time: expected Unix seconds up to 253402300799 (year 9999), "
        "found 18446744075150489776",
    ),
    (
        Credentials(KEY, SECRET[:20] + "\udc80"),
        {},
        "illegal-character",
        "secret-access-key",
        "invalid secret access key: expected printable ASCII without spaces, "
        "found a non-ASCII character at position 21",
    ),
]


@pytest.mark.parametrize(("credentials", "options", "rule", "field", "message"), REFUSALS)
def test_bad_input_raises_the_rule_the_field_and_the_sentence(
    module: Module,
    credentials: Credentials,
    options: dict[str, Any],
    rule: str,
    field: str,
    message: str,
) -> None:
    with pytest.raises(LoginError) as refused:
        module.sign_login(credentials, **({"time": AT} | options))
    error = refused.value
    assert (error.rule, error.field, error.message, str(error)) == (rule, field, message, message)


def test_input_of_the_wrong_type_raises_type_error(module: Module) -> None:
    with pytest.raises(TypeError, match="^invalid role: expected a str, found int$"):
        module.sign_login(EXAMPLE, role=7)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="^invalid secret_access_key: expected a str, found bytes$"):
        module.sign_login(Credentials(KEY, SECRET.encode()))  # type: ignore[arg-type]
    with pytest.raises(
        TypeError, match="^invalid time: expected a datetime with a time zone, found one without$"
    ):
        module.sign_login(EXAMPLE, time=datetime(2030, 1, 31))
    with pytest.raises(
        TypeError, match="^invalid time: expected a datetime or Unix seconds, found str$"
    ):
        module.sign_login(EXAMPLE, time="now")  # type: ignore[arg-type]


def test_no_exception_shows_a_secret(module: Module) -> None:
    tainted = [
        Credentials(KEY, SECRET + " "),
        Credentials(KEY, SECRET + "é"),
        Credentials(KEY, SECRET + "\udc80"),
        Credentials(SECRET, SECRET),
        Credentials(KEY, SECRET, SECRET + "\n"),
        Credentials(KEY, SECRET, expires_at=1),
    ]
    for credentials in tainted:
        with pytest.raises(LoginError) as refused:
            module.sign_login(credentials, time=AT)
        chain = "".join(traceback.format_exception(refused.value))
        assert SECRET not in chain + repr(refused.value) + repr(vars(refused.value))


def test_repr_of_credentials_shows_nothing() -> None:
    assert repr(Credentials(KEY, SECRET, "token")) == "Credentials(** redacted **)"
