"""Writes `cases/`: one folder for each signing call, with every step of its signature.

    .venv/bin/python tests/vectors/generate_cases.py

The steps are botocore's; see `reference.py`. All keys are made up or AWS's published examples.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from reference import AT, EXAMPLE, LAST_SECOND, ONE_PER_PARTITION, Input, Reference, temporary

FOLDER = Path(__file__).with_name("cases")

# Partitions and hosts, times and tokens come in series; the rest one by one.
HOSTS = {
    "regional": "by its name, also where the global host would be the default",
    "fips": "the FIPS host",
    "dual-stack": "the dual-stack host, whose suffix is another",
    "fips-dual-stack": "the FIPS host under the dual-stack suffix",
}
TIMES = {
    "1970": (0, "the first second there is"),
    "day-end": (86_399, "a scope that ends a second later"),
    "day-start": (86_400, "the first second of a scope"),
    "leap-day-2000": (951_782_400, "a leap day in a year that four hundred divides"),
    "leap-day-2024": (1_709_164_800, "the usual leap day"),
    "year-end": (1_735_689_599, "day, month and year change together a second later"),
    "year-start": (1_735_689_600, "the day after the year's end"),
    "31-bits": (2_147_483_647, "the last second of signed 32 bits"),
    "32-bits": (2_147_483_648, "the first second past signed 32 bits"),
    "33-bits": (4_294_967_296, "the first second past unsigned 32 bits"),
    "no-leap-day-2100": (4_107_542_400, "1 March after a 28 February"),
    "9999": (LAST_SECOND, "the last second that four digits of a year can hold"),
}
TOKENS = {
    1: "the shortest token",
    64: "a token as long as a block of SHA-256",
    356: "about what AssumeRole returns",
    1024: "about what a web identity returns",
    4096: "the most that AWS documents for a session's policies and tags, and more",
    8192: "longer than any token seen, and than a proxy's usual limit for headers",
}
URLS = {
    "regional": ("https://sts.eu-west-1.amazonaws.com", None, "the region is in the host"),
    "slash": ("https://sts.eu-west-1.amazonaws.com/", None, "a path of `/` counts as none"),
    "upper-case": ("https://STS.EU-West-1.AmazonAWS.com", None, "hosts are signed in lower case"),
    "china": ("https://sts.cn-north-1.amazonaws.com.cn", None, "the region of another partition's suffix"),
    "fips": ("https://sts-fips.us-east-2.amazonaws.com", None, "the region of a FIPS host"),
    "dual-stack": ("https://sts.eu-west-1.api.aws", None, "the region of a dual-stack host"),
    "vpc": ("https://vpce-0123abcd-efgh.sts.eu-west-1.vpce.amazonaws.com", None, "the region of an interface endpoint"),
    "global": ("https://sts.amazonaws.com", None, "the global host names no region: us-east-1"),
    "default-port": ("https://sts.amazonaws.com:443", None, "a default port is not signed"),
    "other-port": ("https://sts.internal.example:8443", "eu-central-1", "any other port is"),
    "http": ("http://localhost:4566", "us-west-2", "a local stand-in for AWS"),
    "http-default-port": ("http://127.0.0.1:80", "us-west-2", "the default port of http is 80"),
    "https-port-80": ("https://127.0.0.1:80", None, "80 is the default port of http alone"),
    "aws-port": ("https://sts.eu-west-1.amazonaws.com:8443", None, "the region is in the host, with any port"),
    "ipv6": ("http://[::1]:4566", None, "brackets, and colons that do not begin a port"),
    "unknown-host": ("https://sts.internal.example", None, "a host without a region: us-east-1"),
    "region-differs": ("https://sts.eu-west-1.amazonaws.com", "us-east-2", "a region that is given wins over the host"),
}
SERVER_IDS = {
    "one-character": ("a", "the shortest"),
    "number": ("0", "a string in JSON all the same"),
    "url": ("https://vault.example.com:8200/v1", "people take the server's address"),
    "spaces": ("Vault Production (EU)", "single spaces are signed unchanged"),
    "runs-of-spaces": ("two  spaces   and three", "SigV4 folds them, the header keeps them"),
    "json-marks": ('quote " backslash \\ slash /', "JSON escapes two of the three"),
    "html-marks": ("<script>&amp;</script>", "some JSON encoders escape these"),
    "ascii-marks": ("!#$%&'()*+,-./:;<=>?@[]^_`{|}~", "every other mark of ASCII"),
    "separators": ("a,b;c=d", "headers and lists separate with these elsewhere"),
    "percent": ("%20+%2F", "nothing is decoded"),
    "long": ("x" * 1024, "many blocks of SHA-256"),
}
ROLES = {
    "one-character": ("a", "the shortest"),
    "upper-case": ("UPPER", "Vault lowers it, not the client"),
    "slash": ("with/slash", "JSON need not escape it"),
    "json-marks": ('quote"back\\slash', "JSON escapes both"),
    "html-marks": ("<&>", "some JSON encoders escape these"),
    "literal": ("null", "a string in JSON all the same"),
    "like-an-arn": ("arnold", "only `arn:` begins an ARN"),
    "long": ("r" * 512, "no limit but the server's"),
}
SECRETS = {
    "one-character": ("s", "the shortest"),
    "marks": ("/+\"\\'`{}=", "marks of base64 and of JSON"),
    "block": ("S" * 60, "with `AWS4` before it, just the block of HMAC-SHA-256"),
    "past-a-block": ("S" * 61, "a byte more, so that HMAC hashes its key first"),
}
KEYS = {
    "one-character": ("A", "the shortest"),
    "lower-case": ("akia_under_score0", "AWS's pattern allows it"),
    "long": ("K" * 128, "as long as AWS's pattern allows"),
}


def cases() -> dict[str, tuple[str, Input]]:
    """Every case by its name: why it exists, and its input."""
    found: dict[str, tuple[str, Input]] = {}

    def add(name: str, why: str, at: int = AT, credentials: dict[str, Any] | None = None, **options: Any) -> None:
        if name in found:
            raise ValueError(f"expected one case {name}, found two")
        given = {
            "credentials": EXAMPLE if credentials is None else credentials,
            "options": {key.replace("_", "-"): value for key, value in options.items()},
            "unix-seconds": at,
        }
        found[name] = why, given

    add("key-alone", "everything that may be left out is left out")
    add("server-id", "one more signed header", server_id="vault.example.com")
    add("role", "outside the signature", role="dev")
    add("token", "a signed header that is sent too", credentials=temporary(400))
    usual = {"server_id": "vault.example.com", "role": "dev"}
    add("token-server-id-role", "the usual login", credentials=temporary(400), **usual)

    add("global", "us-east-1 by name is the global host, as a server calls it", region="us-east-1")
    for host, why in HOSTS.items():
        add(f"us-east-1-{host}", f"us-east-1, {why}", region="us-east-1", sts_endpoint=host)
        add(f"no-region-{host}", f"without a region, {why}: us-east-1", sts_endpoint=host)
    for partition, region in ONE_PER_PARTITION.items():
        add(f"partition-{partition}", f"the default host of partition {partition}", region=region)
        for host, why in HOSTS.items():
            add(f"partition-{partition}-{host}", f"partition {partition}, {why}", region=region, sts_endpoint=host)

    add("pseudo-aws-global", "the global host by the name that SDKs give it", region="aws-global")
    add("pseudo-aws-global-regional", "the global host all the same", region="aws-global", sts_endpoint="regional")
    for partition in ("aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f"):
        add(f"pseudo-{partition}-global", f"a name that AWS's data has in {partition}", region=f"{partition}-global")
    add("pseudo-aws-us-gov-global-fips", "GovCloud's hosts are its FIPS hosts", region="aws-us-gov-global", sts_endpoint="fips")
    add("pseudo-region-fips", "a FIPS host, as old SDKs wrote it", region="us-west-2-fips")
    add("pseudo-fips-region", "the same the other way round", region="fips-us-west-2")
    add("pseudo-fips-us-gov", "GovCloud's FIPS host is its regional one", region="fips-us-gov-west-1")
    dual_stack = {"region": "us-west-2-fips", "sts_endpoint": "dual-stack"}
    add("pseudo-fips-dual-stack", "FIPS by the region, dual-stack by the host", **dual_stack)

    add("unknown-region", "AWS opens regions faster than software is released", region="ap-tomorrow-1")
    add("unknown-pattern", "a name that fits no partition is one of partition aws", region="moon-base-9")
    add("unknown-us-gov", "a new region of GovCloud, known by its pattern", region="us-gov-north-1")
    add("unknown-cn", "a new region of China, known by its pattern", region="cn-southwest-12")
    add("unknown-one-character", "the shortest label", region="r")
    add("unknown-longest", "the longest label", region="r" * 63)

    for name, (url, region, why) in URLS.items():
        options = {"sts_endpoint": {"url": url}} | ({} if region is None else {"region": region})
        add(f"url-{name}", why, **options)
    for name, (server_id, why) in SERVER_IDS.items():
        add(f"server-id-{name}", why, server_id=server_id)
    add(
        "server-id-runs-of-spaces-token",
        "what follows in the canonical request is not moved",
        credentials=temporary(100),
        server_id="two  spaces   and three",
    )
    for name, (role, why) in ROLES.items():
        add(f"role-{name}", why, role=role)
    for length, why in TOKENS.items():
        add(f"token-{length}", why, credentials=temporary(length))
    for name, token, why in (
        ("base64", "IQoJb3JpZ2luX2Vj+/=+/==", "every mark of base64"),
        ("json-marks", '"\\"', "JSON escapes each character"),
    ):
        add(f"token-{name}", why, credentials=EXAMPLE | {"session-token": token})
    for name, (key, why) in KEYS.items():
        add(f"access-key-id-{name}", why, credentials=EXAMPLE | {"access-key-id": key})
    for name, (secret, why) in SECRETS.items():
        add(f"secret-{name}", why, credentials=EXAMPLE | {"secret-access-key": secret})
    for name, (at, why) in TIMES.items():
        add(f"time-{name}", why, at)
    for name, end, why in (
        ("next-second", AT + 1, "credentials that have not ended yet"),
        ("past-53-bits", 2**63, "an end that a double does not hold"),
    ):
        add(f"expires-{name}", why, credentials=EXAMPLE | {"expires-at-unix-seconds": end})
    return found


def files() -> dict[str, str]:
    """Every file's text, by its path in `cases/`. Each ends in a line break that is not part of the value."""
    reference = Reference()
    texts: dict[str, str] = {}
    for name, (why, given) in cases().items():
        signed = reference.sign(given)
        texts |= {
            f"{name}/why.txt": f"{why}\n",
            f"{name}/input.json": f"{json.dumps(given, indent=2)}\n",
            f"{name}/canonical-request.txt": f"{signed.canonical_request}\n",
            f"{name}/string-to-sign.txt": f"{signed.string_to_sign}\n",
            f"{name}/signature.txt": f"{signed.signature}\n",
            f"{name}/login.json": f"{signed.login}\n",
        }
    return texts


if __name__ == "__main__":
    shutil.rmtree(FOLDER, ignore_errors=True)
    for path, text in files().items():
        (FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / path).write_text(text, newline="")
