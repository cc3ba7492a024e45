"""Checks Python values, and writes them as the core module's JSON has them."""

from __future__ import annotations

import math
import re
from datetime import datetime, timezone
from typing import Any

from vault_aws_iam_login.errors import LoginError

LAST_U64 = 2**64 - 1
LAST_U32 = 2**32 - 1
LAST_MILLISECOND = 253_402_300_799_999
_SURROGATE = re.compile("[\ud800-\udfff]")


def text(name: str, value: str | None, *, required: bool = False) -> Any:
    """Checks that a value is a `str`, or `None` where that is allowed. Names its type, never the
    value.
    """
    if value is None and not required:
        return None
    if not isinstance(value, str):
        # Not in the frame either, whose variables some tools report: it may be a secret.
        kind, value = type(value).__name__, None
        raise TypeError(f"invalid {name}: expected a str, found {kind}")
    # Half a character cannot be written as UTF-8. The module refuses the replacement character and
    # says where it is.
    return _SURROGATE.sub("\ufffd", value)


def unix_seconds(field: str, value: datetime | float) -> int:
    """Returns whole seconds since 1970. The module refuses a time past the year 9999."""
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise TypeError("invalid time: expected a datetime with a time zone, found one without")
        value = value.timestamp()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(
            f"invalid time: expected a datetime or Unix seconds, found {type(value).__name__}"
        )
    seconds = math.floor(value) if math.isfinite(value) else -1
    if not 0 <= seconds <= LAST_U64:
        # In the module's words, for a time that a `u64` cannot hold.
        expected = "expected Unix seconds up to 253402300799 (year 9999)"
        raise LoginError("time-out-of-range", field, f"invalid time: {expected}, found {value}")
    return seconds


def number(name: str, value: float | None, *, scale: int = 1) -> int | None:
    """Returns a setting of seconds in units of `1 / scale` seconds. The module refuses one outside
    its bounds.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"invalid {name}: expected a number, found {type(value).__name__}")
    if not math.isfinite(value) or value < 0:
        raise ValueError(f"invalid {name}: expected a number from 0, found {value}")
    return min(round(value * scale), LAST_U32)


def endpoint(value: str | None) -> str | dict[str, str] | None:
    """Writes an STS endpoint: one of four names, or a URL."""
    value = text("sts_endpoint", value)
    if value is None or value in ("regional", "fips", "dual-stack", "fips-dual-stack"):
        return value
    return {"url": value}


def moment(unix_milliseconds: int) -> datetime:
    """The last moment of year 9999 stands for all after it: a `datetime` has no others."""
    unix_milliseconds = min(unix_milliseconds, LAST_MILLISECOND)
    return datetime.fromtimestamp(unix_milliseconds / 1000, timezone.utc)


def fields(found: dict[str, Any]) -> dict[str, Any]:
    """Returns a record with the names of Python."""
    return {name.replace("-", "_"): value for name, value in found.items()}


def result(answer: dict[str, Any]) -> Any:
    """Returns what the module answered, or raises what it refused."""
    refused = answer.get("error")
    if refused is not None:
        raise LoginError(refused["rule"], refused.get("field"), refused["message"])
    return answer["ok"]
