"""What every row signs, and how Vault's clients in Python encode it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

EXAMPLE = json.loads(Path(__file__).parent.with_name("example.json").read_text())


def encode_login(headers: Mapping[str, str]) -> str:
    return json.dumps(
        {
            "iam_http_request_method": "POST",
            "iam_request_url": _base64(f"https://{EXAMPLE['host']}/"),
            "iam_request_body": _base64(EXAMPLE["body"]),
            "iam_request_headers": _base64(json.dumps(dict(headers))),
            "role": EXAMPLE["role"],
        }
    )


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()
