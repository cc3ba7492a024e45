"""Vault's client for Python: its own `iam_login`, with an adapter that keeps what would be sent."""

from __future__ import annotations

import json
from typing import Any

from example import EXAMPLE
from hvac.adapters import RawAdapter
from hvac.api.auth_methods import Aws


class Unsent(RawAdapter):
    def login(self, url: str, use_token: bool = True, **kwargs: Any) -> Any:
        return json.dumps(kwargs["json"])


AWS = Aws(Unsent())


def sign() -> str:
    login: str = AWS.iam_login(
        EXAMPLE["accessKeyId"],
        EXAMPLE["secretAccessKey"],
        header_value=EXAMPLE["serverId"],
        role=EXAMPLE["role"],
        region=EXAMPLE["region"],
    )
    return login
