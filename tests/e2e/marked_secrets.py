"""The secrets of a login, their possible forms in a leak, and inputs for each path of a host."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from urllib.parse import quote

from bed import Identity
from vault_front import Front

SERVER_ID = "vault.example.com"
# A part of a secret is one too, but short ones may come about by chance.
PART = 16


@dataclass(frozen=True)
class Case:
    """One path through a host."""

    name: str
    succeeds: bool = False
    role: str = "marked"
    server_id: str = SERVER_ID
    # What is put before the last character of the secret key and of the session token.
    spoils_key: str = ""
    spoils_token: str = ""
    swaps_keys: bool = False
    drops_token: bool = False

    def identity(self, made: Identity) -> Identity:
        """The credentials of this case."""
        token = spoilt(made.session_token or "", self.spoils_token)
        key = spoilt(made.secret_access_key, self.spoils_key)
        key_id = made.access_key_id
        if self.swaps_keys:
            key_id, key = key, key_id
        if self.drops_token:
            token = ""
        return Identity(made.arn, made.unique_id, key_id, key, token, made.expires_at)


def spoilt(text: str, by: str) -> str:
    return text[:-1] + by + text[-1] if by else text


CASES = [
    Case("success", succeeds=True),
    Case("refused by Vault", server_id="other.example.com"),
    Case("unknown Vault role", role="missing-role"),
    Case("wrong secret key", spoils_key="x"),
    Case("wrong session token", spoils_token="x"),
    Case("bad role", role="arn:aws:iam::123456789012:role/dev"),
    Case("secret key with a line break", spoils_key="\n"),
    Case("session token with a line break", spoils_token="\n"),
    Case("session token beyond ASCII", spoils_token="é"),
    Case("secret key in place of the access key ID", swaps_keys=True),
    Case("session token left out", drops_token=True),
]


@dataclass
class Output:
    """What a host said: `product` is its purpose, `rest` all other places that others may read."""

    succeeded: bool
    rest: str
    product: str = ""
    # Secrets that the host made known in its product alone, such as the token that it obtained.
    own: dict[str, str] = field(default_factory=dict)


def secrets_of(identity: Identity, front: Front) -> dict[str, str]:
    """All that is secret about what went over the wire, by name."""
    found = {"secret key": identity.secret_access_key, "session token": identity.session_token or ""}
    for number, seen in enumerate(front.logins, 1):
        found |= {f"{name} of login {number}": value for name, value in secrets_of_login(seen.body).items()}
    return found | {f"token {number}": token for number, token in enumerate(sorted(front.tokens), 1)}


def secrets_of_login(login: str | bytes) -> dict[str, str]:
    headers = json.loads(login)["iam_request_headers"]
    (authorization,) = json.loads(base64.b64decode(headers))["Authorization"]
    found = re.search(r"Signature=([0-9a-f]{64})$", authorization)
    assert found, "a login without a signature"
    return {"headers": headers, "signature": found[1]}


def forms(secret: str) -> set[str]:
    """The secret, its parts, and its encodings."""
    raw = secret.encode()
    plain = {secret, json.dumps(secret)[1:-1], quote(secret, safe=""), raw.hex(), repr(raw)[2:-1]}
    return plain | {secret[:PART], secret[-PART:]} | base64_forms(raw)


def base64_forms(raw: bytes) -> set[str]:
    """What every base64 text that holds these bytes holds, wherever they begin in it."""
    found = set()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for before in range(3):
            whole = encode(b"\0" * before + raw).decode()
            first, end = -(-before * 8 // 6), (before + len(raw)) * 8 // 6
            found.add(whole[first:end])
    return found


def leaks(text: str, secrets: dict[str, str]) -> list[str]:
    """The names of the secrets that are in the text."""
    return [name for name, secret in secrets.items() if secret and any(form in text for form in forms(secret))]
