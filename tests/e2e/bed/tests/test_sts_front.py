"""The strict STS front accepts what botocore signs, and refuses what AWS refuses, in AWS's words."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree

import botocore.auth
import pytest
import requests
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from bed import THROTTLED, UNAVAILABLE, Fault, Identity, SignedCall, Signer, TestBed

MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}

SIGNED_GET = Signer(method="GET", url="https://sts.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15", body="")


@dataclass(frozen=True)
class StsAnswer:
    status: int
    content_type: str
    text: str

    def _field(self, name: str) -> str:
        return ElementTree.fromstring(self.text).findtext(f".//{{*}}{name}") or ""

    @property
    def arn(self) -> str:
        return self._field("Arn")

    @property
    def refusal(self) -> tuple[int, str, str]:
        return self.status, self._field("Code"), self._field("Message")


def send(bed: TestBed, call: SignedCall, region: str = "us-east-1", target: str | None = None) -> StsAnswer:
    parts = urlsplit(call.url)
    path = target or (parts.path + (f"?{parts.query}" if parts.query else ""))
    answer = requests.request(
        call.method,
        bed.sts.url(region) + path,
        headers=call.headers | {"Host": parts.netloc},
        data=call.body,
        timeout=30,
        allow_redirects=False,
    )
    return StsAnswer(answer.status_code, answer.headers["Content-Type"], answer.text)


@pytest.fixture(scope="module")
def user(bed: TestBed) -> Identity:
    return bed.aws.user()


@pytest.fixture(scope="module")
def session(bed: TestBed) -> Identity:
    return bed.aws.session(bed.aws.role(), "worker")


def test_user_is_named_with_its_arn(bed: TestBed, user: Identity) -> None:
    answer = send(bed, Signer().sign(user))
    assert (answer.status, answer.content_type, answer.arn) == (200, "text/xml", user.arn)


def test_session_is_named_with_its_role_and_name(bed: TestBed, session: Identity) -> None:
    answer = send(bed, Signer().sign(session))
    assert (answer.status, answer.arn) == (200, session.arn)
    assert re.fullmatch(r"arn:aws:sts::\d{12}:assumed-role/role-\d+/worker", answer.arn)


def test_double_slash_of_vault_is_folded(bed: TestBed, user: Identity) -> None:
    assert send(bed, Signer().sign(user), target="//").status == 200
    assert bed.sts.calls[-1].target == "//"


def test_headers_of_any_name_may_be_signed(bed: TestBed, user: Identity) -> None:
    call = Signer(server_id="vault.example.com", headers={"X-Two-Blanks": "a  b "}).sign(user)
    assert send(bed, call).status == 200


def test_regional_endpoint_takes_its_own_scope(bed: TestBed, user: Identity) -> None:
    call = Signer(region="eu-west-1", url="https://sts.eu-west-1.amazonaws.com/").sign(user)
    assert send(bed, call, "eu-west-1").status == 200


def test_scope_is_held_against_the_endpoint_and_not_the_host(bed: TestBed, user: Identity) -> None:
    call = Signer(region="eu-west-1", url="https://sts.amazonaws.com/").sign(user)
    assert send(bed, call, "eu-west-1").status == 200
    assert send(bed, call, "us-east-1").refusal == (
        403,
        "SignatureDoesNotMatch",
        "Credential should be scoped to a valid region. ",
    )


def test_json_is_sent_to_whom_accepts_it(bed: TestBed, user: Identity) -> None:
    answer = send(bed, Signer(headers={"Accept": "application/json"}).sign(user))
    assert answer.content_type == "application/json"
    assert f'"Arn": "{user.arn}"' in answer.text


def test_error_is_json_for_whom_accepts_it(bed: TestBed, user: Identity) -> None:
    answer = send(bed, Signer(region="eu-west-1", headers={"Accept": "application/json"}).sign(user))
    assert (answer.status, answer.content_type) == (403, "application/json")
    assert json.loads(answer.text)["Error"] == {
        "Code": "SignatureDoesNotMatch",
        "Message": "Credential should be scoped to a valid region. ",
        "Type": "Sender",
    }


def test_get_is_accepted_with_signed_headers(bed: TestBed, user: Identity) -> None:
    assert send(bed, SIGNED_GET.sign(user)).arn == user.arn


def test_error_has_the_form_of_aws(bed: TestBed, user: Identity) -> None:
    answer = send(bed, replace(Signer().sign(user), headers=FORM))
    assert answer.content_type == "text/xml"
    assert re.fullmatch(
        r"""<ErrorResponse xmlns="https://sts\.amazonaws\.com/doc/2011-06-15/">
  <Error>
    <Type>Sender</Type>
    <Code>MissingAuthenticationToken</Code>
    <Message>Request is missing Authentication Token</Message>
  </Error>
  <RequestId>[0-9a-f-]{36}</RequestId>
</ErrorResponse>
""",
        answer.text,
    )


@pytest.mark.parametrize(
    ("signer", "message"),
    [
        (Signer(service="iam"), "Credential should be scoped to correct service: 'sts'. "),
        (Signer(region="mars-north-9"), "Credential should be scoped to a valid region. "),
        (
            Signer(region="mars-north-9", service="iam"),
            "Credential should be scoped to a valid region. Credential should be scoped to correct service: 'sts'. ",
        ),
    ],
    ids=["service", "region", "both"],
)
def test_wrong_scope_is_refused(bed: TestBed, user: Identity, signer: Signer, message: str) -> None:
    assert send(bed, signer.sign(user)).refusal == (403, "SignatureDoesNotMatch", message)


def test_scope_of_another_day_is_refused(bed: TestBed, user: Identity) -> None:
    call = Signer().sign(user)
    timestamp = call.headers["X-Amz-Date"]
    today = timestamp[:8]
    headers = call.headers | {"Authorization": call.headers["Authorization"].replace(f"/{today}/", "/20150830/")}
    assert send(bed, replace(call, headers=headers)).refusal == (
        403,
        "SignatureDoesNotMatch",
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
        f"'20150830' != '{today}', from '{timestamp}'.",
    )


def test_wrong_terminator_is_refused(bed: TestBed, user: Identity) -> None:
    call = Signer().sign(user)
    headers = call.headers | {"Authorization": call.headers["Authorization"].replace("/aws4_request", "/aws5_request")}
    assert send(bed, replace(call, headers=headers)).refusal == (
        403,
        "SignatureDoesNotMatch",
        "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. ",
    )


@pytest.mark.parametrize("minutes", [-16, -24 * 60, -10 * 365 * 24 * 60])
def test_old_signature_is_refused(bed: TestBed, user: Identity, minutes: int) -> None:
    status, code, message = send(
        bed, Signer(at=datetime.now(timezone.utc) + timedelta(minutes=minutes)).sign(user)
    ).refusal
    assert (status, code) == (403, "SignatureDoesNotMatch")
    stamp = r"(\d{8}T\d{6}Z)"
    found = re.fullmatch(rf"Signature expired: {stamp} is now earlier than {stamp} \({stamp} - 15 min\.\)", message)
    assert found
    signed, earliest, now = (datetime.strptime(text, "%Y%m%dT%H%M%SZ") for text in found.groups())
    assert signed < earliest == now - timedelta(minutes=15)


def test_signature_of_the_future_is_refused(bed: TestBed, user: Identity) -> None:
    status, code, message = send(bed, Signer(at=datetime.now(timezone.utc) + timedelta(minutes=16)).sign(user)).refusal
    assert (status, code) == (403, "SignatureDoesNotMatch")
    stamp = r"(\d{8}T\d{6}Z)"
    found = re.fullmatch(
        rf"Signature not yet current: {stamp} is still later than {stamp} \({stamp} \+ 15 min\.\)", message
    )
    assert found
    signed, latest, now = (datetime.strptime(text, "%Y%m%dT%H%M%SZ") for text in found.groups())
    assert signed > latest == now + timedelta(minutes=15)


@pytest.mark.parametrize("minutes", [-14, 14])
def test_quarter_of_an_hour_is_tolerated(bed: TestBed, user: Identity, minutes: int) -> None:
    assert send(bed, Signer(at=datetime.now(timezone.utc) + timedelta(minutes=minutes)).sign(user)).status == 200


def test_clock_of_the_front_can_be_moved(bed: TestBed, user: Identity) -> None:
    with bed.sts.clock_shifted(minutes=16):
        assert send(bed, Signer().sign(user)).refusal[2].startswith("Signature expired: ")
        assert send(bed, Signer(at=bed.sts.now()).sign(user)).status == 200
    assert send(bed, Signer().sign(user)).status == 200


def test_unknown_key_is_refused(bed: TestBed, user: Identity) -> None:
    stranger = replace(user, access_key_id="AKIAIOSFODNN7EXAMPLE")
    assert send(bed, Signer().sign(stranger)).refusal == (
        403,
        "InvalidClientTokenId",
        "The security token included in the request is invalid.",
    )


def test_key_of_another_partition_is_refused(bed: TestBed, user: Identity) -> None:
    call = Signer(region="cn-north-1", url="https://sts.cn-north-1.amazonaws.com.cn/").sign(user)
    assert send(bed, call, "cn-north-1").refusal[1] == "InvalidClientTokenId"


def test_inactive_key_is_refused(bed: TestBed) -> None:
    retired = bed.aws.user()
    bed.aws.client("iam").update_access_key(
        UserName=retired.arn.rpartition("/")[2], AccessKeyId=retired.access_key_id, Status="Inactive"
    )
    assert send(bed, Signer().sign(retired)).refusal[1] == "InvalidClientTokenId"


@pytest.mark.parametrize("token", [None, "FwoGZXIvYXdzEXAMPLE"], ids=["without", "another"])
def test_session_needs_its_own_token(bed: TestBed, session: Identity, token: str | None) -> None:
    assert send(bed, Signer().sign(replace(session, session_token=token))).refusal[1] == "InvalidClientTokenId"


def test_user_key_with_a_token_is_refused(bed: TestBed, user: Identity) -> None:
    assert (
        send(bed, Signer().sign(replace(user, session_token="FwoGZXIvYXdzEXAMPLE"))).refusal[1]
        == "InvalidClientTokenId"
    )


def test_expired_session_is_refused(bed: TestBed, session: Identity) -> None:
    with bed.sts.clock_shifted(minutes=61):
        assert send(bed, Signer(at=bed.sts.now()).sign(session)).refusal == (
            403,
            "ExpiredToken",
            "The security token included in the request is expired",
        )


def test_session_of_a_recreated_role_is_refused(bed: TestBed) -> None:
    role = bed.aws.role()
    session = bed.aws.session(role)
    bed.aws.delete_role(role)
    assert send(bed, Signer().sign(session)).refusal[1] == "InvalidClientTokenId"
    bed.aws.role(role.name)
    assert send(bed, Signer().sign(session)).refusal[1] == "InvalidClientTokenId"


def test_wrong_secret_is_refused(bed: TestBed, user: Identity) -> None:
    impostor = replace(user, secret_access_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    assert send(bed, Signer().sign(impostor)).refusal == (403, "SignatureDoesNotMatch", MISMATCH)


@pytest.mark.parametrize(
    "change",
    [
        {"Content-Type": "text/plain"},
        {"X-Vault-AWS-IAM-Server-ID": "vault.example.org"},
    ],
    ids=["content-type", "server-id"],
)
def test_changed_header_is_refused(bed: TestBed, user: Identity, change: dict[str, str]) -> None:
    call = Signer(server_id="vault.example.com").sign(user)
    assert send(bed, replace(call, headers=call.headers | change)).refusal == (403, "SignatureDoesNotMatch", MISMATCH)


def test_changed_date_of_the_same_day_is_refused(bed: TestBed, user: Identity) -> None:
    # Noon, so that two minutes later is the same day.
    noon = datetime(2026, 1, 2, 12, 0, tzinfo=timezone.utc)
    call = Signer(at=noon).sign(user)
    with bed.sts.clock_shifted(seconds=(noon - datetime.now(timezone.utc)).total_seconds()):
        assert send(bed, call).status == 200
        later = replace(call, headers=call.headers | {"X-Amz-Date": "20260102T120200Z"})
        assert send(bed, later).refusal == (403, "SignatureDoesNotMatch", MISMATCH)


def test_changed_body_is_refused(bed: TestBed, user: Identity) -> None:
    call = Signer().sign(user)
    body = "Version=2011-06-15&Action=GetCallerIdentity"
    assert send(bed, replace(call, body=body)).refusal == (403, "SignatureDoesNotMatch", MISMATCH)


def test_changed_host_is_refused(bed: TestBed, user: Identity) -> None:
    call = replace(Signer().sign(user), url="https://sts.eu-west-1.amazonaws.com/")
    assert send(bed, call).refusal == (403, "SignatureDoesNotMatch", MISMATCH)


def test_changed_signature_is_refused(bed: TestBed, user: Identity) -> None:
    call = Signer().sign(user)
    head, _, _ = call.headers["Authorization"].rpartition("=")
    headers = call.headers | {"Authorization": f"{head}={'0' * 64}"}
    assert send(bed, replace(call, headers=headers)).refusal == (403, "SignatureDoesNotMatch", MISMATCH)


def test_removed_signed_header_is_refused(bed: TestBed, user: Identity) -> None:
    call = Signer(server_id="vault.example.com").sign(user)
    headers = {name: value for name, value in call.headers.items() if name != "X-Vault-AWS-IAM-Server-ID"}
    assert send(bed, replace(call, headers=headers)).refusal == (403, "SignatureDoesNotMatch", MISMATCH)


@pytest.mark.parametrize(
    ("unsigned", "name"),
    [("host;", "Host"), ("x-amz-date;", "X-Amz-Date"), (";x-amz-security-token", "X-Amz-Security-Token")],
)
def test_header_that_must_be_signed_is_demanded(bed: TestBed, session: Identity, unsigned: str, name: str) -> None:
    call = Signer().sign(session)
    headers = call.headers | {"Authorization": call.headers["Authorization"].replace(unsigned, "")}
    assert headers["Authorization"] != call.headers["Authorization"]
    assert send(bed, replace(call, headers=headers)).refusal == (
        403,
        "SignatureDoesNotMatch",
        f"'{name}' must be a 'SignedHeader' in the AWS Authorization.",
    )


def test_added_amz_header_is_refused(bed: TestBed, user: Identity) -> None:
    call = Signer().sign(user)
    answer = send(bed, replace(call, headers=call.headers | {"X-Amz-Mallory-Header": "1"}))
    assert answer.refusal[2] == "'X-Amz-Mallory-Header' must be a 'SignedHeader' in the AWS Authorization."


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            r"Signature=.*",
            "",
            r"Authorization header requires 'Signature' parameter. Authorization=AWS4-HMAC-SHA256 .*",
        ),
        (r"SignedHeaders=[^,]*, ", "", r"Authorization header requires 'SignedHeaders' parameter. Authorization=.*"),
        (
            r".*",
            "Bearer abc",
            r"Authorization header requires 'Credential' parameter. "
            r"Authorization header requires 'Signature' parameter. "
            r"Authorization header requires 'SignedHeaders' parameter. Authorization=Bearer abc",
        ),
        (
            r"/aws4_request",
            "",
            r"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
            r"got 'AKIA.*/sts'",
        ),
        (
            r"Credential=",
            "Credential= ",
            r"'AKIA.*/aws4_request' not a valid key=value pair \(missing equal-sign\) in Authorization header: "
            r"'AWS4-HMAC-SHA256 Credential= AKIA.*'\.",
        ),
    ],
    ids=["signature", "signed-headers", "another-scheme", "four-elements", "blank-in-the-key"],
)
def test_broken_authorization_is_incomplete(
    bed: TestBed, user: Identity, before: str, after: str, message: str
) -> None:
    call = Signer().sign(user)
    broken = re.sub(before, after, call.headers["Authorization"], count=1)
    status, code, text = send(bed, replace(call, headers=call.headers | {"Authorization": broken})).refusal
    assert (status, code) == (400, "IncompleteSignature")
    assert re.fullmatch(message, text), text


@pytest.mark.parametrize(
    ("date", "message"),
    [
        (None, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization="),
        (
            "2026-01-02",
            "Date must be in ISO-8601 'basic format'. Got '2026-01-02'. See http://en.wikipedia.org/wiki/ISO_8601",
        ),
        ("20261399T000000Z", "Date must be in ISO-8601 'basic format'. Got '20261399T000000Z'. See "),
    ],
    ids=["missing", "extended-format", "no-such-day"],
)
def test_unreadable_date_is_incomplete(bed: TestBed, user: Identity, date: str | None, message: str) -> None:
    call = Signer().sign(user)
    headers = {name: value for name, value in call.headers.items() if name != "X-Amz-Date"}
    if date is not None:
        headers["X-Amz-Date"] = date
    status, code, text = send(bed, replace(call, headers=headers)).refusal
    assert (status, code) == (400, "IncompleteSignature")
    assert text.startswith(message)


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ("Version=2011-06-15", "MissingAction", "The request is missing an action or a required parameter."),
        (
            "Action=GetCallerIdentity",
            "InvalidAction",
            "Could not find operation GetCallerIdentity for version NO_VERSION_SPECIFIED",
        ),
        (
            "Action=GetCallerIdentity&Version=2010-01-01",
            "InvalidAction",
            "Could not find operation GetCallerIdentity for version 2010-01-01",
        ),
        (
            "Action=GetSomething&Version=2011-06-15",
            "InvalidAction",
            "Could not find operation GetSomething for version 2011-06-15",
        ),
    ],
    ids=["no-action", "no-version", "another-version", "another-action"],
)
def test_action_and_version_are_demanded(bed: TestBed, user: Identity, body: str, code: str, message: str) -> None:
    assert send(bed, Signer(body=body).sign(user)).refusal == (400, code, message)


def presigned(identity: Identity, expires: int = 60) -> SignedCall:
    query = urlencode({"Action": "GetCallerIdentity", "Version": "2011-06-15"})
    request = AWSRequest("GET", f"https://sts.amazonaws.com/?{query}")
    credentials = Credentials(identity.access_key_id, identity.secret_access_key, identity.session_token)
    botocore.auth.SigV4QueryAuth(credentials, "sts", "us-east-1", expires=expires).add_auth(request)
    return SignedCall("GET", request.url, {}, "")


def test_presigned_url_is_accepted(bed: TestBed, user: Identity, session: Identity) -> None:
    assert send(bed, presigned(user)).arn == user.arn
    assert send(bed, presigned(session)).arn == session.arn


def test_presigned_url_lasts_a_quarter_of_an_hour_whatever_it_says(bed: TestBed, user: Identity) -> None:
    call = presigned(user, expires=60)
    with bed.sts.clock_shifted(minutes=14):
        assert send(bed, call).status == 200
    with bed.sts.clock_shifted(minutes=16):
        assert send(bed, presigned(user, expires=3600)).refusal[2].startswith("Signature expired: ")


def test_changed_presigned_url_is_refused(bed: TestBed, user: Identity) -> None:
    call = presigned(user)
    changed = replace(call, url=call.url.replace("X-Amz-Expires=60", "X-Amz-Expires=61"))
    assert send(bed, changed).refusal == (403, "SignatureDoesNotMatch", MISMATCH)


def test_disabled_region_is_refused(bed: TestBed, user: Identity) -> None:
    call = Signer(region="ap-east-1", url="https://sts.ap-east-1.amazonaws.com/").sign(user)
    bed.sts.disabled_regions.add("ap-east-1")
    try:
        assert send(bed, call, "ap-east-1").refusal == (
            403,
            "RegionDisabledException",
            "STS is not activated in this region for account:123456789012. "
            "Your account administrator can activate STS in this region using the IAM Console.",
        )
    finally:
        bed.sts.disabled_regions.clear()


def test_throttling_comes_as_often_as_set(bed: TestBed, user: Identity) -> None:
    with bed.sts.faulty(THROTTLED, times=2):
        answers = [send(bed, Signer().sign(user)) for _ in range(3)]
    assert answers[0].refusal == answers[1].refusal == (400, "Throttling", "Rate exceeded")
    assert answers[2].status == 200


def test_outage_lasts_for_its_block(bed: TestBed, user: Identity) -> None:
    with bed.sts.faulty(UNAVAILABLE):
        assert [send(bed, Signer().sign(user)).status for _ in range(2)] == [503, 503]
    assert send(bed, Signer().sign(user)).status == 200


def test_delay_is_followed_by_the_true_answer(bed: TestBed, user: Identity) -> None:
    with bed.sts.faulty(Fault(delay_seconds=0.3), times=1):
        start = time.monotonic()
        assert send(bed, Signer().sign(user)).status == 200
        assert time.monotonic() - start >= 0.3


def test_calls_are_recorded(bed: TestBed, user: Identity) -> None:
    before = len(bed.sts.calls)
    send(bed, Signer().sign(user))
    send(bed, Signer(service="iam").sign(user))
    calls = bed.sts.calls[before:]
    assert [(call.action, call.access_key_id, call.status, call.code) for call in calls] == [
        ("GetCallerIdentity", user.access_key_id, 200, ""),
        ("GetCallerIdentity", user.access_key_id, 403, "SignatureDoesNotMatch"),
    ]


def test_role_is_assumed_by_whom_its_policies_allow(bed: TestBed, user: Identity) -> None:
    role = bed.aws.role()
    assert bed.aws.session(role, "worker").arn.endswith(f":assumed-role/{role.name}/worker")
    with pytest.raises(ClientError) as refused:
        bed.aws.client("sts", user).assume_role(RoleArn=role.arn, RoleSessionName="worker")
    assert refused.value.response["Error"]["Code"] == "AccessDenied"


def test_web_identity_gives_a_session_of_its_role_alone(bed: TestBed) -> None:
    role, other = bed.aws.role(), bed.aws.role()
    token = bed.sts.issue_web_identity_token(role)
    sts = bed.aws.client("sts")
    credentials = sts.assume_role_with_web_identity(RoleArn=role.arn, RoleSessionName="pod", WebIdentityToken=token)[
        "Credentials"
    ]
    pod = Identity("", "", credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"])
    assert send(bed, Signer().sign(pod)).arn.endswith(f":assumed-role/{role.name}/pod")

    for arn, given, code in [
        (other.arn, token, "AccessDenied"),
        (role.arn, token[:-1] + ("A" if token[-1] != "A" else "Q"), "InvalidIdentityToken"),
        (role.arn, bed.sts.issue_web_identity_token(role, seconds=-1), "ExpiredTokenException"),
    ]:
        with pytest.raises(ClientError) as refused:
            sts.assume_role_with_web_identity(RoleArn=arn, RoleSessionName="pod", WebIdentityToken=given)
        assert refused.value.response["Error"]["Code"] == code
