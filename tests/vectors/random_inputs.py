"""Random inputs, all of which Vault and AWS could take."""

from __future__ import annotations

import ipaddress
import math
import random
import string
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from reference import AT, LAST_SECOND, REGIONS, Input, Reference

DAY = 86_400
TWENTY_YEARS = 20 * 365 * DAY
LABEL = string.ascii_lowercase + string.digits
BASE64 = string.ascii_letters + string.digits + "+/="
WORD = string.ascii_letters + string.digits + "_"
VISIBLE = "".join(map(chr, range(0x21, 0x7F)))
ENDPOINTS = ("regional", "fips", "dual-stack", "fips-dual-stack")
# Of each partition's names, and one that is like GovCloud's and is not.
PREFIXES = ("us-", "eu-", "cn-", "us-gov-", "us-iso-", "us-isob-", "eu-isoe-", "us-isof-", "eusc-de-", "us-govern-")


class Inputs:
    """An endless row of inputs; the same seed makes the same row."""

    def __init__(self, seed: int, reference: Reference) -> None:
        self._random = random.Random(seed)
        self._reference = reference

    def __iter__(self) -> Iterator[Input]:
        while True:
            at = self._time()
            yield {"credentials": self._credentials(at), "options": self._options(), "unix-seconds": at}

    def _time(self) -> int:
        draw = self._random
        midnight = draw.randint(1, LAST_SECOND // DAY) * DAY
        return draw.choice((draw.randint(AT, AT + TWENTY_YEARS), draw.randint(0, LAST_SECOND), midnight - 1, midnight))

    def _credentials(self, at: int) -> dict[str, Any]:
        draw = self._random
        kind = draw.choice(("long-term", "temporary", "temporary", "odd"))
        key = "AKIA" + self._text(WORD, 16)
        found: dict[str, Any] = {"access-key-id": key, "secret-access-key": self._text(BASE64, 40)}
        if kind == "temporary":
            found["access-key-id"] = "ASIA" + self._text(WORD, 16)
            found["session-token"] = self._text(BASE64, self._length(8192))
        if kind == "odd":
            # Begins with `_`, since `ASIA` asks for a token.
            found["access-key-id"] = "_" + self._text(WORD, self._length(127))
            found["secret-access-key"] = self._text(VISIBLE, self._length(300))
            if self._chance(0.5):
                found["session-token"] = self._text(VISIBLE, self._length(8192))
        if self._chance(0.3):
            found["expires-at-unix-seconds"] = draw.choice((at + draw.randint(1, DAY), draw.randint(at + 1, 2**64 - 1)))
        return found

    def _options(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self._chance(0.85):
            found["region"] = self._region()
        if self._chance(0.6):
            # Blanks in runs too, but none at either end.
            inside = self._text(VISIBLE + " " * 20, self._length(400) - 1)
            found["server-id"] = (self._text(VISIBLE, 1) + inside).rstrip()
        if self._chance(0.6):
            role = self._text(VISIBLE, self._length(200))
            found["role"] = f"_{role}" if role.startswith("arn:") else role
        if self._chance(0.7):
            found["sts-endpoint"] = self._random.choice((*ENDPOINTS, {"url": self._url()}, {"url": self._url()}))
        return found

    def _region(self) -> str:
        draw = self._random
        known = draw.choice(REGIONS)
        return draw.choice(
            (
                known,
                known,
                draw.choice(("aws-global", f"{known}-fips", f"fips-{known}")),
                # Not opened yet.
                f"{draw.choice(PREFIXES)}{self._text(string.ascii_lowercase, 5)}-{draw.randint(0, 99)}",
                self._label(63),
            )
        )

    def _url(self) -> str:
        draw = self._random
        host = draw.choice(
            (
                self._host_of_aws(),
                self._host_of_aws(),
                ".".join(self._label(30) for _ in range(draw.randint(1, 5))) + ".example",
                str(ipaddress.IPv4Address(draw.getrandbits(32))),
                f"[{ipaddress.IPv6Address(draw.getrandbits(128))}]",
            )
        )
        host = "".join(character.upper() if self._chance(0.1) else character for character in host)
        port = draw.choice(("", "", ":443", ":80", f":{draw.randint(1, 65_535)}"))
        return f"{draw.choice(('https', 'https', 'http'))}://{host}{port}{draw.choice(('', '/'))}"

    def _host_of_aws(self) -> str:
        draw = self._random
        url, region = self._reference.resolve(draw.choice(REGIONS), draw.choice((None, *ENDPOINTS)))
        host = urlsplit(url).netloc
        if self._chance(0.3):
            # An interface VPC endpoint.
            return f"vpce-{self._text(LABEL, 17)}-{self._text(LABEL, 8)}." + host.replace(region, f"{region}.vpce")
        return host

    def _label(self, longest: int) -> str:
        """A DNS label: hyphens inside alone."""
        inside = self._text(LABEL + "-", self._length(longest) - 1)
        return (self._text(LABEL, 1) + inside).rstrip("-")

    def _text(self, alphabet: str, length: int) -> str:
        return "".join(self._random.choices(alphabet, k=length))

    def _length(self, longest: int) -> int:
        """From 1 on, short ones as often as long ones."""
        return round(math.exp(self._random.uniform(0, math.log(longest))))

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability
