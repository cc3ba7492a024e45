"""The strict STS front lets a role be assumed by whom AWS would let assume it, and refuses in AWS's words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bed import OTHER_ACCOUNT_ID, Identity, Role, TestBed, trust

ACCOUNT = "123456789012"


@pytest.fixture
def user(bed: TestBed) -> Identity:
    return bed.aws.user()


def assume(bed: TestBed, caller: Identity, role_arn: str, **wanted: Any) -> Identity:
    answer = bed.aws.client("sts", caller).assume_role(**{"RoleArn": role_arn, "RoleSessionName": "worker"} | wanted)
    credentials = answer["Credentials"]
    return Identity(
        answer["AssumedRoleUser"]["Arn"],
        answer["AssumedRoleUser"]["AssumedRoleId"].split(":")[0],
        credentials["AccessKeyId"],
        credentials["SecretAccessKey"],
        credentials["SessionToken"],
        credentials["Expiration"],
    )


def refusal(bed: TestBed, caller: Identity, role_arn: str, **wanted: Any) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as refused:
        assume(bed, caller, role_arn, **wanted)
    answer = refused.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]


def denial(caller: Identity, role_arn: str) -> tuple[int, str, str]:
    return (
        403,
        "AccessDenied",
        f"User: {caller.arn} is not authorized to perform: sts:AssumeRole on resource: {role_arn}",
    )


def named(bed: TestBed, session: Identity) -> str:
    arn: str = bed.aws.client("sts", session).get_caller_identity()["Arn"]
    return arn


def test_user_that_the_trust_policy_names_needs_no_policy_of_its_own(bed: TestBed, user: Identity) -> None:
    role = bed.aws.role(trusts=trust(user.arn))
    session = assume(bed, user, role.arn)
    assert named(bed, session) == f"arn:aws:sts::{ACCOUNT}:assumed-role/{role.name}/worker"


def test_user_whom_the_trust_policy_does_not_name_is_refused_whatever_its_own_policies_are(
    bed: TestBed, user: Identity
) -> None:
    role = bed.aws.role(trusts=trust(bed.aws.user().arn))
    bed.aws.let_assume(user, role.arn)
    assert refusal(bed, user, role.arn) == denial(user, role.arn)


@pytest.mark.parametrize("principal", [ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", "*"])
def test_trusted_account_leaves_it_to_the_policies_of_the_caller(bed: TestBed, user: Identity, principal: str) -> None:
    role = bed.aws.role(trusts=trust(principal))
    assert refusal(bed, user, role.arn) == denial(user, role.arn)
    bed.aws.let_assume(user, role.arn)
    assert assume(bed, user, role.arn)


def test_both_accounts_must_allow_a_role_of_another_account(bed: TestBed, user: Identity) -> None:
    role = bed.aws.role(trusts=trust(user.arn), account_id=OTHER_ACCOUNT_ID)
    assert refusal(bed, user, role.arn) == denial(user, role.arn)
    bed.aws.let_assume(user, role.arn)
    session = assume(bed, user, role.arn)
    assert named(bed, session) == f"arn:aws:sts::{OTHER_ACCOUNT_ID}:assumed-role/{role.name}/worker"

    strange = bed.aws.role(trusts=trust(f"arn:aws:iam::{OTHER_ACCOUNT_ID}:root"), account_id=OTHER_ACCOUNT_ID)
    bed.aws.let_assume(user, strange.arn)
    assert refusal(bed, user, strange.arn) == denial(user, strange.arn)


def test_external_id_must_be_the_one_that_the_trust_policy_demands(bed: TestBed, user: Identity) -> None:
    role = bed.aws.role(trusts=trust(user.arn, external_id="partner:7f3c"))
    assert refusal(bed, user, role.arn) == denial(user, role.arn)
    assert refusal(bed, user, role.arn, ExternalId="partner:7F3C") == denial(user, role.arn)
    assert assume(bed, user, role.arn, ExternalId="partner:7f3c")
    # One that no policy demands is accepted.
    assert assume(bed, user, bed.aws.role(trusts=trust(user.arn)).arn, ExternalId="anything")


def test_role_that_does_not_exist_is_refused_like_one_that_does(bed: TestBed, user: Identity) -> None:
    for account in (ACCOUNT, OTHER_ACCOUNT_ID):
        arn = f"arn:aws:iam::{account}:role/nothing-here"
        assert refusal(bed, user, arn) == denial(user, arn)
    # The path is a part of the ARN.
    role = bed.aws.role(path="/team/", trusts=trust(user.arn))
    without = role.arn.replace("role/team/", "role/")
    assert refusal(bed, user, without) == denial(user, without)
    assert assume(bed, user, role.arn)


def test_duration_is_bounded_by_the_role(bed: TestBed, user: Identity) -> None:
    role = bed.aws.role(trusts=trust(user.arn), most_seconds=7200)
    assert assume(bed, user, role.arn, DurationSeconds=7200)
    assert refusal(bed, user, role.arn, DurationSeconds=7201) == (
        400,
        "ValidationError",
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    )
    for seconds in (899, 43_201):
        assert refusal(bed, user, role.arn, DurationSeconds=seconds)[1] == "ValidationError"


@pytest.mark.parametrize("by", ["assume-role", "web-identity"])
def test_chain_of_roles_ends_after_an_hour(bed: TestBed, user: Identity, by: str) -> None:
    first = bed.aws.role(trusts=trust(user.arn))
    second = bed.aws.role(trusts=trust(first.arn), most_seconds=43_200)
    if by == "assume-role":
        caller = assume(bed, user, first.arn)
    else:
        token = bed.sts.issue_web_identity_token(first)
        answer = bed.aws.client("sts").assume_role_with_web_identity(
            RoleArn=first.arn, RoleSessionName="pod", WebIdentityToken=token
        )
        credentials = answer["Credentials"]
        caller = Identity(
            answer["AssumedRoleUser"]["Arn"],
            "",
            credentials["AccessKeyId"],
            credentials["SecretAccessKey"],
            credentials["SessionToken"],
        )
    assert refusal(bed, caller, second.arn, DurationSeconds=3601) == (
        400,
        "ValidationError",
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    )
    assert assume(bed, caller, second.arn, DurationSeconds=3600)


def test_session_of_an_instance_makes_no_chain(bed: TestBed) -> None:
    instance = bed.aws.instance()
    role = bed.aws.role(trusts=trust(instance.role.arn), most_seconds=43_200)
    assert assume(bed, instance.identity, role.arn, DurationSeconds=43_200)


def test_deny_of_the_callers_own_policies_counts(bed: TestBed, user: Identity) -> None:
    role = bed.aws.role(trusts=trust(user.arn))
    statement = {"Effect": "Deny", "Action": "sts:*", "Resource": "*"}
    bed.aws.client("iam").put_user_policy(
        UserName=user.arn.rsplit("/", 1)[1],
        PolicyName="deny",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    assert refusal(bed, user, role.arn) == denial(user, role.arn)


@pytest.mark.parametrize(
    "wanted",
    [
        {"RoleSessionName": "a"},
        {"RoleSessionName": "a/b"},
        {"RoleSessionName": "x" * 65},
        {"ExternalId": "x"},
        {"ExternalId": "a b"},
        {"ExternalId": "x" * 1225},
    ],
)
def test_names_have_their_alphabets_and_lengths(bed: TestBed, user: Identity, wanted: dict[str, str]) -> None:
    role = bed.aws.role(trusts=trust(user.arn))
    assert refusal(bed, user, role.arn, **wanted)[:2] == (400, "ValidationError")


def test_arn_of_something_else_is_refused(bed: TestBed, user: Identity) -> None:
    for arn in (user.arn, "role/dev"):
        assert refusal(bed, user, arn)[:2] == (400, "ValidationError")


def test_time_is_checked_before_the_policies(bed: TestBed, user: Identity) -> None:
    role: Role = bed.aws.role(trusts=trust(user.arn))
    with bed.sts.clock_shifted(minutes=16):
        status, code, message = refusal(bed, user, role.arn)
    assert (status, code) == (403, "SignatureDoesNotMatch")
    assert message.startswith("Signature expired: ")
