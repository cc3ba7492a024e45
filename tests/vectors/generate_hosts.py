"""Writes `hosts.json`: 200 signing calls and the login that each must return, byte for byte.

    .venv/bin/python tests/vectors/generate_hosts.py

Every host reads the file, so that the same bytes are known to come out everywhere. The logins are botocore's; see
`reference.py`. All keys are made up or AWS's published examples.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reference import AT, EXAMPLE, LAST_SECOND, ONE_PER_PARTITION, REGIONS, Reference, compact, temporary

FILE = Path(__file__).with_name("hosts.json")
COUNT = 200
Vector = dict[str, Any]


def vectors() -> list[Vector]:
    """Every vector, with the reason why it is there."""
    found: list[Vector] = []

    def add(why: str, unix_seconds: int = AT, credentials: dict[str, Any] | None = None, **options: Any) -> None:
        found.append(
            {
                "why": why,
                "credentials": EXAMPLE if credentials is None else credentials,
                "options": {name.replace("_", "-"): value for name, value in options.items()},
                "unix-seconds": unix_seconds,
            }
        )

    add("nothing but a key")
    add("the usual login: server ID and role", server_id="vault.example.com", role="dev")
    add("temporary credentials", credentials=temporary(400), server_id="vault.example.com", role="dev")
    for region in REGIONS:
        add(f"the default endpoint of {region}", region=region)
    for endpoint in ("regional", "fips", "dual-stack", "fips-dual-stack"):
        for region in ["us-east-1", *ONE_PER_PARTITION.values()]:
            add(f"the {endpoint} endpoint of {region}", region=region, sts_endpoint=endpoint)
        add(f"the {endpoint} endpoint without a region", sts_endpoint=endpoint)
    add("the global host by its pseudo-region", region="aws-global")
    add("a FIPS pseudo-region, as old SDKs wrote it", region="us-west-2-fips")
    add("a FIPS pseudo-region, the other way round", region="fips-us-gov-west-1")
    add("a region that is newer than the signer", region="ap-tomorrow-1")
    add("a name that fits no pattern of a partition", region="moon-base-9")
    add("a new GovCloud region, known by its pattern", region="us-gov-north-1")
    for url, region in (
        ("https://sts.eu-west-1.amazonaws.com", None),
        ("https://sts.eu-west-1.amazonaws.com/", None),
        ("https://STS.EU-West-1.amazonaws.com", None),
        ("https://sts.us-gov-west-1.amazonaws.com", None),
        ("https://sts.cn-north-1.amazonaws.com.cn", None),
        ("https://sts-fips.us-east-2.amazonaws.com", None),
        ("https://sts.eu-west-1.api.aws", None),
        ("https://vpce-0123abcd-efgh.sts.eu-west-1.vpce.amazonaws.com", None),
        ("https://sts.amazonaws.com", None),
        ("https://sts.amazonaws.com:443", None),
        ("https://sts.internal.example:8443", "eu-central-1"),
        ("https://sts.internal.example", None),
        ("http://localhost:4566", "us-west-2"),
        ("http://127.0.0.1:80", "us-west-2"),
        ("http://[::1]:4566", "us-east-1"),
        ("https://sts.eu-west-1.amazonaws.com", "us-east-2"),
    ):
        options = {"sts_endpoint": {"url": url}} | ({} if region is None else {"region": region})
        add(f"a URL, region {region}", **options)
    for server_id, why in (
        ("a", "the shortest server ID"),
        ("vault.example.com", "a server ID like a host name"),
        ("https://vault.example.com:8200/v1", "a server ID like a URL"),
        ("Vault Production (EU)", "a server ID with single spaces"),
        ("two  spaces   and three", "a server ID with runs of spaces, which SigV4 folds and the header does not"),
        ('quote " backslash \\ slash /', "characters that JSON escapes, and one that it does not"),
        ("!#$%&'()*+,-./:;<=>?@[]^_`{|}~", "every mark of ASCII but quote and backslash"),
        ("a,b;c=d", "what separates lists elsewhere"),
        ("%20+%2F", "what looks percent-encoded"),
        ("x" * 1024, "a long server ID"),
        ("0", "a server ID that reads as a number"),
        ("<script>&amp;</script>", "what HTML-safe JSON encoders escape"),
    ):
        add(why, server_id=server_id)
        add(f"{why}, with a session token", credentials=temporary(100), server_id=server_id)
    for role, why in (
        ("a", "the shortest role"),
        ("Dev-Team_1.prod", "marks that Vault allows in a role"),
        ("UPPER", "upper case, which Vault lowers itself"),
        ("with/slash", "a slash"),
        ('quote"back\\slash', "characters that JSON escapes"),
        ("<&>", "what HTML-safe JSON encoders escape"),
        ("r" * 512, "a long role"),
        ("null", "a role that reads as a literal"),
        ("arnold", "a role that only begins like an ARN"),
    ):
        add(f"role: {why}", role=role)
    for length in (1, 2, 3, 16, 63, 64, 65, 127, 128, 356, 1000, 1024, 2048, 4096, 8192):
        add(f"a session token of {length} characters", credentials=temporary(length))
    add("a token with every mark of base64", credentials=EXAMPLE | {"session-token": "IQoJb3JpZ2luX2Vj+/=+/=="})
    add("a token with marks that JSON escapes", credentials=EXAMPLE | {"session-token": '"\\"'})
    for key in ("A", "AKIA", "AKIDEXAMPLE", "AROA_under_score", "akia0123456789", "K" * 128):
        add("an access key ID of an unusual shape", credentials=EXAMPLE | {"access-key-id": key})
    for secret in ("s", "/+/+", "=" * 40, '"\\\'`{}', "S" * 64, "S" * 65, "S" * 60, "S" * 200):
        add("a secret of an unusual shape or length", credentials=EXAMPLE | {"secret-access-key": secret})
    for unix_seconds, why in (
        (0, "the first second of 1970"),
        (59, "a minute's end"),
        (86_399, "a day's end"),
        (86_400, "a day's start"),
        (951_782_400, "29 February 2000"),
        (1_709_164_800, "29 February 2024"),
        (1_735_689_599, "a year's end"),
        (1_735_689_600, "a year's start"),
        (2_147_483_647, "the last second of 32 bits, signed"),
        (2_147_483_648, "past 32 bits, signed"),
        (4_107_542_400, "1 March 2100, which has no 29 February before it"),
        (4_294_967_295, "the last second of 32 bits"),
        (4_294_967_296, "past 32 bits"),
        (32_503_680_000, "the year 3000"),
        (LAST_SECOND, "the last second of the year 9999"),
    ):
        add(f"time: {why}", unix_seconds)
    add("credentials that end a second later", credentials=EXAMPLE | {"expires-at-unix-seconds": AT + 1})
    add("an end past 53 bits", credentials=EXAMPLE | {"expires-at-unix-seconds": 2**63})
    # The rest: everything at once, so that no pair of options stays untried.
    while len(found) < COUNT:
        index = len(found)
        add(
            "everything at once",
            AT + index * 86_413,
            temporary(200 + 7 * index),
            region=REGIONS[index % len(REGIONS)],
            server_id=f"vault-{index}.example.com",
            role=f"role-{index}",
            sts_endpoint=("regional", "dual-stack")[index % 2],
        )
    return found


def text() -> str:
    """The whole file: one vector a line."""
    reference = Reference()
    found = [vector | {"login": reference.sign(vector).login} for vector in vectors()]
    if len(found) != COUNT:
        raise ValueError(f"expected {COUNT} vectors, found {len(found)}")
    return "[\n" + ",\n".join(map(compact, found)) + "\n]\n"


if __name__ == "__main__":
    FILE.write_text(text())
