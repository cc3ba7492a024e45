"""The configurations of the mount, and the inspector's profile of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from vault_aws_iam_login import RoleBindings, ServerProfile, Software

from bed import Identity, TestBed

SERVER_ID = "vault.example.com"
EXTRA_HEADERS = ("X-Amz-Trace-Context", "X-Amz-Mallory-Header")
CORE = Software("openbao", "2.7.2")
PLUGIN = Software("vault", "1.18.5")

ROLE = "dev"
OTHERS_ROLE = "others"
EC2_ROLE = "of-ec2"
INSTANCE_ROLE = "on-instances"
MISSING_ROLE = "missing-role"


@dataclass(frozen=True)
class Mount:
    """One configuration of the server, and what a client must send."""

    path: str
    region: str = "us-east-1"
    """The region that a valid login is signed for."""
    sts_endpoint: str = "us-east-1"
    """As in the inspector's profile."""
    server_id: str = ""
    allowed_headers: tuple[str, ...] = ()
    configured: bool = True
    client_config: dict[str, Any] = field(default_factory=dict)

    def set_up(self, bed: TestBed, *principals: str) -> None:
        """Mounts it, with roles; they give batch tokens, which cost the server no write."""
        client_config = dict(self.client_config)
        if self.server_id:
            client_config["iam_server_id_header_value"] = self.server_id
        if self.allowed_headers:
            client_config["allowed_sts_header_values"] = ",".join(self.allowed_headers)
        if self.path == REGIONAL:
            client_config["sts_endpoint"] = bed.sts.url(self.region)
        bed.mount_aws(self.path, configured=self.configured, **client_config)
        common: dict[str, Any] = {"mount": self.path, "resolve_aws_unique_ids": False, "token_type": "batch"}
        for name in (ROLE, *map(name_of, principals)):
            bed.vault_role(name, *principals, **common)
        bed.vault_role(OTHERS_ROLE, OTHERS_ARN, **common)
        bed.vault_role(
            INSTANCE_ROLE, *principals, **common, inferred_entity_type="ec2_instance", inferred_aws_region="us-east-1"
        )
        ec2 = {"auth_type": "ec2", "bound_account_id": "123456789012"}
        bed.vault.client.write_data(f"auth/{self.path}/role/{EC2_ROLE}", data=ec2)

    def profile(self, identity: Identity, role: str, principals: tuple[str, ...]) -> ServerProfile:
        """Everything that there is to know of this mount, for a login to this role."""
        roles: dict[str, Any] = {
            name: RoleBindings(principals, "not-resolved") for name in (ROLE, *map(name_of, principals))
        }
        roles[OTHERS_ROLE] = RoleBindings([OTHERS_ARN], "not-resolved")
        roles[INSTANCE_ROLE] = RoleBindings(principals, "not-resolved", "ec2-instance")
        roles[EC2_ROLE] = "ec2"
        return ServerProfile(
            server_id=self.server_id,
            sts_endpoint=self.sts_endpoint,
            allowed_headers=self.allowed_headers,
            mount_config="written" if self.configured else "never-written",
            core=CORE,
            auth_plugin=PLUGIN,
            caller_arn=identity.arn,
            # Vault keeps names of roles in lower case.
            role=roles.get(role.lower(), "missing"),
        )


REGIONAL = "agreement-regional"
OTHERS_ARN = "arn:aws:iam::123456789012:user/other"
MOUNTS = (
    Mount("agreement-unconfigured", sts_endpoint="global", configured=False),
    Mount("agreement-plain"),
    Mount("agreement-server-id", server_id=SERVER_ID),
    Mount("agreement-headers", allowed_headers=EXTRA_HEADERS),
    Mount(
        "agreement-client-region",
        region="eu-west-1",
        sts_endpoint="client-region",
        client_config={"use_sts_region_from_client": True},
    ),
    Mount(REGIONAL, region="eu-west-1", sts_endpoint="eu-west-1"),
    Mount(
        "agreement-all",
        region="ap-northeast-1",
        sts_endpoint="client-region",
        server_id=SERVER_ID,
        allowed_headers=EXTRA_HEADERS,
        client_config={"use_sts_region_from_client": True},
    ),
)


def name_of(arn: str) -> str:
    """What Vault takes for the role if a login names none: the user or role of the ARN."""
    return arn.rpartition("/")[2]
