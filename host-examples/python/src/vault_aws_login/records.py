"""Converts Python values for `wasmtime.component`."""

from __future__ import annotations

import math
import re
from datetime import datetime
from typing import Any

from wasmtime.component import Record

from vault_aws_login.errors import LoginError

LAST_U64 = 2**64 - 1
_SURROGATE = re.compile("[\ud800-\udfff]")


def record(**fields: Any) -> Record:
    """Makes a record; its attributes have the names of the WIT, with hyphens."""
    made = Record()
    for name, value in fields.items():
        setattr(made, name.replace("_", "-"), value)
    return made


def text(name: str, value: str | None, *, required: bool = False) -> Any:
    """Checks that a value is a `str`, or `None` where that is allowed. Names its type, never the value."""
    if value is None and not required:
        return None
    if not isinstance(value, str):
        raise TypeError(f"invalid {name}: expected a str, found {type(value).__name__}")
    # Half a character cannot be encoded: the UnicodeEncodeError would carry the whole value, which may be a secret. The
    # component refuses the replacement character and says where it is.
    return _SURROGATE.sub("\ufffd", value)


def unix_seconds(field: str, value: datetime | float) -> int:
    """Returns whole seconds since 1970. The component refuses a time past the year 9999."""
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise TypeError("invalid time: expected a datetime with a time zone, found one without")
        value = value.timestamp()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"invalid time: expected a datetime or Unix seconds, found {type(value).__name__}")
    seconds = math.floor(value) if math.isfinite(value) else -1
    if not 0 <= seconds <= LAST_U64:
        # In the component's words, for a time that a `u64` cannot hold.
        expected = "expected Unix seconds up to 253402300799 (year 9999)"
        raise LoginError("time-out-of-range", field, f"invalid time: {expected}, found {value}")
    return seconds
