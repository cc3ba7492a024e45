"""IAM and EC2 of `moto`: identities, keys, sessions and instances, made through AWS's own API."""

from __future__ import annotations

import itertools
import json
import logging
import os
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from moto import settings
from moto.iam.models import iam_backends
from moto.moto_api._internal.models import moto_api_backend
from moto.server import ThreadedMotoServer
from moto.sts.models import sts_backends

from bed.loopback import LOOPBACK

ACCOUNT_ID = "123456789012"
OTHER_ACCOUNT_ID = "210987654321"
ANYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def trust(*principals: str, external_id: str | None = None) -> dict[str, Any]:
    """A role's trust policy for these ARNs or accounts."""
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": [*principals]}, "Action": "sts:AssumeRole"}
    if external_id is not None:
        statement["Condition"] = {"StringEquals": {"sts:ExternalId": external_id}}
    return {"Version": "2012-10-17", "Statement": [statement]}


ANYONE_ASSUMES = trust("*")
VAULT_NEEDS = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["iam:GetUser", "iam:GetRole", "iam:GetInstanceProfile", "ec2:DescribeInstances"],
            "Resource": "*",
        }
    ],
}


@dataclass(frozen=True)
class Identity:
    """Credentials, and whose they are."""

    arn: str
    unique_id: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None

    def environment(self) -> dict[str, str]:
        """The variables that AWS's tools read."""
        variables = {"AWS_ACCESS_KEY_ID": self.access_key_id, "AWS_SECRET_ACCESS_KEY": self.secret_access_key}
        if self.session_token:
            variables["AWS_SESSION_TOKEN"] = self.session_token
        return variables


@dataclass(frozen=True)
class Role:
    name: str
    arn: str
    unique_id: str


@dataclass(frozen=True)
class Instance:
    """A running EC2 instance and the credentials that its instance profile gives it."""

    instance_id: str
    image_id: str
    role: Role
    identity: Identity


@dataclass(frozen=True)
class KeyRecord:
    """What STS knows of an access key."""

    arn: str
    user_id: str
    account_id: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    role_arn: str = ""
    """That of a session's role."""


class Aws:
    """Accounts at `moto`, one of which has the users. From `start` on every call must be signed and allowed, as with AWS."""

    def __init__(self) -> None:
        self._server = ThreadedMotoServer(ip_address=LOOPBACK, port=0, verbose=False)
        self._numbers = itertools.count(1)
        # role of each session -> unique id at the time, since a session dies with its role
        self._session_roles: dict[str, str] = {}
        self._chained: set[str] = set()
        self.sts_url = ""

    def start(self) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        settings.INITIAL_NO_AUTH_ACTION_COUNT = float("inf")
        self._server.start()
        self.port = self._server.get_host_and_port()[1]
        self.url = f"http://{LOOPBACK}:{self.port}"
        unknown = Identity("", "", "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
        iam = self.client("iam", unknown)
        self.admin = self._make_user(iam, "test-bed-admin", "/", ANYTHING)
        self.vault = self._make_user(iam, "vault-server", "/", VAULT_NEEDS)
        settings.INITIAL_NO_AUTH_ACTION_COUNT = 0

    def stop(self) -> None:
        self._server.stop()
        moto_api_backend.reset()

    def client(self, service: str, identity: Identity | None = None, region: str = "us-east-1") -> Any:
        """A boto3 client, by default the administrator's. STS calls go to the strict front."""
        who = identity or self.admin
        return _session().client(
            service,
            region_name=region,
            endpoint_url=self.sts_url if service == "sts" else self.url,
            aws_access_key_id=who.access_key_id,
            aws_secret_access_key=who.secret_access_key,
            aws_session_token=who.session_token,
            # Unchecked parameters, so that a session may be shorter than AWS allows: tests cannot wait 15 minutes.
            config=Config(
                retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=30, parameter_validation=False
            ),
        )

    def fresh_name(self, prefix: str) -> str:
        return f"{prefix}-{next(self._numbers)}"

    def user(self, name: str | None = None, *, path: str = "/") -> Identity:
        """Makes an IAM user with an access key."""
        return self._make_user(self._iam(), name or self.fresh_name("user"), path, None)

    def role(
        self,
        name: str | None = None,
        *,
        path: str = "/",
        trusts: dict[str, Any] = ANYONE_ASSUMES,
        most_seconds: int = 3600,
        account_id: str = ACCOUNT_ID,
    ) -> Role:
        """Makes an IAM role, by default one that anyone may assume whose own policies allow it."""
        # Not through the API, since nobody has a key of another account.
        made = iam_backends[account_id]["aws"].create_role(
            role_name=name or self.fresh_name("role"),
            assume_role_policy_document=json.dumps(trusts),
            path=path,
            permissions_boundary=None,
            description="",
            tags=[],
            max_session_duration=str(most_seconds),
        )
        return Role(made.name, made.arn, made.id)

    def let_assume(self, identity: Identity, role_arn: str) -> None:
        """Allows a user, in its own policies, to assume the role."""
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role_arn}
        self._iam().put_user_policy(
            UserName=identity.arn.rsplit("/", 1)[1],
            PolicyName=self.fresh_name("assume"),
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )

    def delete_role(self, role: Role) -> None:
        self._iam().delete_role(RoleName=role.name)

    def session(self, role: Role, name: str = "session", *, seconds: int = 3600) -> Identity:
        """Assumes the role through the strict front. `seconds` may be less than AWS's 900."""
        answer = self.client("sts").assume_role(RoleArn=role.arn, RoleSessionName=name, DurationSeconds=seconds)
        credentials = answer["Credentials"]
        return Identity(
            arn=answer["AssumedRoleUser"]["Arn"],
            unique_id=answer["AssumedRoleUser"]["AssumedRoleId"].split(":")[0],
            access_key_id=credentials["AccessKeyId"],
            secret_access_key=credentials["SecretAccessKey"],
            session_token=credentials["SessionToken"],
            expires_at=credentials["Expiration"],
        )

    def instance(self, role: Role | None = None, *, image_id: str | None = None, region: str = "us-east-1") -> Instance:
        """Starts an EC2 instance whose profile holds the role; its session is named after it, as EC2 does."""
        role = role or self.role()
        ec2 = self.client("ec2", region=region)
        iam = self._iam()
        profile = iam.create_instance_profile(InstanceProfileName=self.fresh_name("profile"))["InstanceProfile"]
        iam.add_role_to_instance_profile(InstanceProfileName=profile["InstanceProfileName"], RoleName=role.name)
        image_id = image_id or ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        started = ec2.run_instances(
            ImageId=image_id, MinCount=1, MaxCount=1, IamInstanceProfile={"Arn": profile["Arn"]}
        )["Instances"][0]
        identity = self.session(role, started["InstanceId"])
        return Instance(started["InstanceId"], image_id, role, identity)

    def stop_instance(self, instance: Instance, region: str = "us-east-1") -> None:
        self.client("ec2", region=region).stop_instances(InstanceIds=[instance.instance_id])

    def find_key(self, access_key_id: str, partition: str = "aws") -> KeyRecord | None:
        """Looks an access key up as STS does: only keys that are active and whose owner still exists are known."""
        for account_id in list(iam_backends):
            iam = iam_backends[account_id][partition]
            for user in list(iam.users.values()):
                for key in user.access_keys:
                    if key.access_key_id == access_key_id and key.status == "Active":
                        return KeyRecord(user.arn, user.id, account_id, key.access_key_id, key.secret_access_key)
            for session in sts_backends[account_id][partition].assumed_roles:
                if session.access_key_id == access_key_id and self._role_lives(session):
                    return KeyRecord(
                        session.arn,
                        session.user_id,
                        account_id,
                        session.access_key_id,
                        session.secret_access_key,
                        session.session_token,
                        session.expiration.replace(tzinfo=timezone.utc),
                        session.role_arn,
                    )
        return None

    def note_session(self, access_key_id: str, role_arn: str, *, by_service: bool) -> None:
        """Remembers which role a session was made for; a role made later under the same name is another one.

        Sessions that a service of AWS makes, as EC2 does for an instance, are not links of a chain of roles.
        """
        self._session_roles[access_key_id] = _role_id(role_arn)
        if not by_service:
            self._chained.add(access_key_id)

    def is_chained(self, caller: KeyRecord) -> bool:
        """Whether this caller has assumed a role itself, so that one more makes a chain."""
        return caller.access_key_id in self._chained

    def _role_lives(self, session: Any) -> bool:
        return self._session_roles.get(session.access_key_id) == _role_id(session.role_arn)

    def _iam(self) -> Any:
        return self.client("iam")

    def _make_user(self, iam: Any, name: str, path: str, policy: dict[str, Any] | None) -> Identity:
        user = iam.create_user(UserName=name, Path=path)["User"]
        if policy:
            iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return Identity(user["Arn"], user["UserId"], key["AccessKeyId"], key["SecretAccessKey"])


def _role_id(role_arn: str) -> str:
    _, partition, _, _, account_id, _ = role_arn.split(":", 5)
    for role in iam_backends[account_id][partition].roles.values():
        if role.arn == role_arn:
            return role.id
    return "gone"


@cache
def _session() -> boto3.Session:
    # One session for all clients: it holds the parsed service models, which are slow to load. It reads none of the
    # user's own AWS settings.
    own_settings = {"profile": (None, None, None, None), "config_file": (None, None, os.devnull, None)}
    return boto3.Session(botocore_session=botocore.session.Session(own_settings))
