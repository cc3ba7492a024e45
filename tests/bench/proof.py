"""Shows that every row signs: its login has the identity and the server, and a right signature."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import sys
from base64 import b64decode

from programs import EXAMPLE, ROOT, Programs

sys.path.insert(0, str(ROOT / "host-examples" / "python" / "src"))

from vault_aws_iam_login import Module, ServerProfile  # noqa: E402


def prove(programs: Programs, command: list[str]) -> None:
    """Raises `ValueError` if the login that the command prints is not the one that is measured."""
    login = programs.run(command).strip()
    label = " ".join(command)
    module = Module.load(programs.environment["BENCH_CORE"])
    explanation = module.explain_login(login)
    profile = ServerProfile(server_id=EXAMPLE["serverId"])
    findings = module.check_login(login, profile, time=explanation.signed_at_unix_seconds)
    refused = [finding.message for finding in findings if finding.severity == "refused"]
    if refused:
        raise ValueError(f"{label}: {refused}")
    if (json.loads(login)["role"], explanation.access_key_id) != (EXAMPLE["role"], EXAMPLE["accessKeyId"]):
        raise ValueError(f"{label}: the login is for another server or role")
    headers = b64decode(json.loads(login)["iam_request_headers"]).decode()
    found = re.search(r"Signature=([0-9a-f]{64})", headers)
    if found is None or found[1] != signature(explanation.scope, explanation.string_to_sign):
        raise ValueError(f"{label}: the signature is wrong")


def signature(scope: object, string_to_sign: str) -> str:
    key = f"AWS4{EXAMPLE['secretAccessKey']}".encode()
    for part in (scope.date, scope.region, scope.service, "aws4_request", string_to_sign):
        key = hmac.digest(key, part.encode(), hashlib.sha256)
    return key.hex()
