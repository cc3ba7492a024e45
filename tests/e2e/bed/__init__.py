"""The real test bed: OpenBao with HashiCorp's AWS auth method, IAM and EC2 at `moto`, and a strict STS.

See `tests/e2e/README.md`.
"""

from bed.aws import OTHER_ACCOUNT_ID, Aws, Identity, Instance, Role, trust
from bed.botocore_login import SignedCall, Signer
from bed.metadata import ContainerCredentials, CredentialSource, InstanceMetadata
from bed.sts_front import INTERNAL_FAILURE, THROTTLED, TOO_MANY_REQUESTS, UNAVAILABLE, Call, Fault, StsFront
from bed.testbed import GREETING, GREETING_PATH, POLICY, Answer, TestBed

__all__ = [
    "GREETING",
    "GREETING_PATH",
    "INTERNAL_FAILURE",
    "OTHER_ACCOUNT_ID",
    "POLICY",
    "THROTTLED",
    "TOO_MANY_REQUESTS",
    "UNAVAILABLE",
    "Answer",
    "Aws",
    "Call",
    "ContainerCredentials",
    "CredentialSource",
    "Fault",
    "Identity",
    "Instance",
    "InstanceMetadata",
    "Role",
    "SignedCall",
    "Signer",
    "StsFront",
    "TestBed",
    "trust",
]
