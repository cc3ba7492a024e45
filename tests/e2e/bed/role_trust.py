"""Whether a caller may assume a role, as IAM decides it, and the words in which STS refuses.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from moto.iam.access_control import AssumedRoleAccessKey, IAMPolicy, IAMUserAccessKey, PermissionResult
from moto.iam.models import iam_backends

from bed.aws import KeyRecord
from bed.sts_answers import Refusal

ACTION = "sts:AssumeRole"
CHAINED_SECONDS = 3600
SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)
ROLE_ARN = re.compile(r"arn:[\w-]+:iam::\d{12}:role/[\w+=,.@/-]+", re.ASCII)


@dataclass(frozen=True)
class Wanted:
    """What the caller asks for."""

    role_arn: str
    session_name: str
    seconds: int
    external_id: str | None


def read_wanted(parameters: dict[str, str], *, least_seconds: int) -> Wanted:
    """Reads the parameters as STS does before it looks at any policy."""
    wanted = Wanted(
        parameters.get("RoleArn", ""),
        parameters.get("RoleSessionName", ""),
        _integer(parameters.get("DurationSeconds", "3600")),
        parameters.get("ExternalId"),
    )
    if not ROLE_ARN.fullmatch(wanted.role_arn):
        raise _invalid(f"{wanted.role_arn} is invalid")
    if not SESSION_NAME.fullmatch(wanted.session_name):
        raise _constraint(wanted.session_name, "roleSessionName", r"satisfy regular expression pattern: [\w+=,.@-]*")
    if wanted.external_id is not None and not EXTERNAL_ID.fullmatch(wanted.external_id):
        raise _constraint(wanted.external_id, "externalId", r"satisfy regular expression pattern: [\w+=,.@:\/-]*")
    if wanted.seconds < least_seconds:
        raise _constraint(str(wanted.seconds), "durationSeconds", f"have value greater than or equal to {least_seconds}")
    if wanted.seconds > 43_200:
        raise _constraint(str(wanted.seconds), "durationSeconds", "have value less than or equal to 43200")
    return wanted


def check_may_assume(caller: KeyRecord, wanted: Wanted, *, is_chained: bool) -> None:
    """Refuses a caller that IAM would refuse; a role that does not exist is refused in the same words."""
    role = find_role(wanted.role_arn)
    if role is None or not _is_allowed(caller, role, wanted):
        raise Refusal(
            403,
            "AccessDenied",
            f"User: {caller.arn} is not authorized to perform: {ACTION} on resource: {wanted.role_arn}",
        )
    if is_chained and wanted.seconds > CHAINED_SECONDS:
        raise _invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
        )
    if wanted.seconds > int(role.max_session_duration or 3600):
        raise _invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")


def find_role(role_arn: str) -> Any:
    _, partition, _, _, account_id, _ = role_arn.split(":", 5)
    roles = iam_backends[account_id][partition].roles.values()
    return next((role for role in roles if role.arn == role_arn), None)


def _is_allowed(caller: KeyRecord, role: Any, wanted: Wanted) -> bool:
    trust = json.loads(role.assume_role_policy_document)["Statement"]
    matching = [statement for statement in _listed(trust) if _applies(statement, caller, wanted)]
    if any(statement["Effect"] == "Deny" for statement in matching):
        return False
    own = _own_policies(caller, wanted.role_arn)
    if own is PermissionResult.DENIED or not matching:
        return False
    role_account = wanted.role_arn.split(":")[4]
    is_named = any(_names(statement, caller) for statement in matching)
    # In one account a trust policy that names the caller is enough. An account, or anyone, is no caller by name.
    return own is PermissionResult.PERMITTED or (is_named and role_account == caller.account_id)


def _applies(statement: dict[str, Any], caller: KeyRecord, wanted: Wanted) -> bool:
    if not {ACTION, "sts:*", "*"} & set(_listed(statement["Action"])):
        return False
    if not _names(statement, caller) and not _accounts(statement) & {caller.account_id, "*"}:
        return False
    for operator, tests in statement.get("Condition", {}).items():
        for key, values in tests.items():
            if (operator, key) != ("StringEquals", "sts:ExternalId"):
                raise NotImplementedError(f"the test bed knows no condition {operator} of {key}")
            if wanted.external_id not in _listed(values):
                return False
    return True


def _principals(statement: dict[str, Any]) -> list[str]:
    principal = statement["Principal"]
    return _listed(principal if principal == "*" else principal.get("AWS", []))


def _names(statement: dict[str, Any], caller: KeyRecord) -> bool:
    return bool({caller.arn, caller.role_arn} & set(_principals(statement)))


def _accounts(statement: dict[str, Any]) -> set[str]:
    roots = (re.fullmatch(r"(?:arn:[\w-]+:iam::)?(\d{12})(?::root)?|(\*)", name) for name in _principals(statement))
    return {root[1] or root[2] for root in roots if root}


def _own_policies(caller: KeyRecord, role_arn: str) -> PermissionResult:
    """What the policies of the caller's user or role say."""
    partition = caller.arn.split(":")[1]
    headers = {"X-Amz-Security-Token": caller.session_token} if caller.session_token else {}
    kind = AssumedRoleAccessKey if caller.session_token else IAMUserAccessKey
    key = kind(caller.account_id, partition, caller.access_key_id, headers)
    said = [IAMPolicy(policy).is_action_permitted(ACTION, role_arn) for policy in key.collect_policies()]
    for result in (PermissionResult.DENIED, PermissionResult.PERMITTED):
        if result in said:
            return result
    return PermissionResult.NEUTRAL


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _integer(text: str) -> int:
    if not re.fullmatch(r"-?\d{1,9}", text):
        raise Refusal(400, "MalformedInput", "")
    return int(text)


def _invalid(message: str) -> Refusal:
    return Refusal(400, "ValidationError", message)


def _constraint(value: str, name: str, constraint: str) -> Refusal:
    return _invalid(
        f"1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: Member must {constraint}"
    )
