"""Searches what a program has said for what it must not say, in the forms in which secrets travel."""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import quote

from bed import Identity

# So many characters of a secret in a row are no chance, and less than half of the shortest one.
WINDOW = 16
TOKEN = re.compile(r"\bs\.[A-Za-z0-9]{20,}|\bhv[bs]\.[A-Za-z0-9_-]{20,}")
SIGNATURE = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


def base64_forms(text: bytes) -> set[str]:
    """What stands in the Base64 of any text that has this one in it: it may begin at each of three places of a group."""
    forms = set()
    for before, shared in ((0, 0), (1, 2), (2, 3)):
        encoded = base64.b64encode(bytes(before) + text).decode().rstrip("=")
        # The first and the last character hold bits of the neighbours, too.
        inner = encoded[shared:-1]
        forms |= {inner, inner.translate(str.maketrans("+/", "-_"))}
    return forms


def forms(secret: str) -> set[str]:
    raw = secret.encode()
    return {secret, quote(secret, safe=""), secret.replace("/", "\\/"), raw.hex()} | base64_forms(raw)


def holds(output: str, secret: str) -> bool:
    """Whether any `WINDOW` characters in a row of any form of the secret are in the output."""
    return any(
        form[start : start + WINDOW] in output
        for form in forms(secret)
        for start in range(max(1, len(form) - WINDOW + 1))
    )


def leaks(output: str, identity: Identity, *, login: str | None = None) -> list[str]:
    """What the output holds of the identity's secrets, of a signature, of a login or of a token of Vault.

    Anything like a signature counts. Where the login is known, and hashes of it may be shown, its own signature does.
    """
    secrets = {"secret key": identity.secret_access_key, "session token": identity.session_token}
    found = [name for name, secret in secrets.items() if secret and holds(output, secret)]
    signed = SIGNATURE.search(output) if login is None else holds(output, signature(login))
    if signed or any(form in output for form in base64_forms(b"Signature=")):
        found.append("signature")
    if "iam_request_headers" in output:
        found.append("login")
    if TOKEN.search(output):
        found.append("Vault token")
    return found


def login_shows_only_the_session_token(login: str, identity: Identity) -> None:
    """A login holds the session token, in one header of its own, and of the secret key nothing."""
    body = json.loads(login)
    decoded = {name: base64.b64decode(body[name]).decode() for name in body if name.startswith("iam_request_")}
    headers = json.loads(decoded.pop("iam_request_headers"))
    assert not any(holds(text, identity.secret_access_key) for text in [login, *decoded.values(), json.dumps(headers)])
    if identity.session_token:
        holders = [name for name, values in headers.items() if holds(json.dumps(values), identity.session_token)]
        assert holders == ["X-Amz-Security-Token"]
        assert not any(holds(decoded[name], identity.session_token) for name in ("iam_request_url", "iam_request_body"))


def signature(login: str) -> str:
    headers = json.loads(base64.b64decode(json.loads(login)["iam_request_headers"]))
    return headers["Authorization"][0].rpartition("=")[2]
