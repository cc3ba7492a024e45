"""A hostile or careless server, which answers with the client's own secrets, and more."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from bed.loopback import Handler, Service

# Throw-away values.
SECRET_KEY = "mT2q8XvB+4nLZr0/WcYh6KpJd1sFgUe9oAiNb3Rk"
SESSION_TOKEN = "IQoJb3JpZ2lu" + "X2VjEPv7kq2Zt5Lw9+Rn3/Hs8Ym4Gd6Bc1Xp0Jf" * 6 + "=="
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "ASIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
    "AWS_SESSION_TOKEN": SESSION_TOKEN,
}
VAULT_TOKEN = "hvs.Qk7rYt3mWz9p-Xc2vBn5_Lh8jGf4Ds1"
# Each could steer a terminal, hide text or forge a line.
STEERING = "\x1b]0;pwned\x07\x1b[2J\r\nFORGED: logged in\u2028FORGED\u202e\x9b31m\u200b\x7f"


@dataclass(frozen=True)
class Login:
    """What a client sent."""

    json: str

    @property
    def headers(self) -> str:
        return base64.b64decode(json.loads(self.json)["iam_request_headers"]).decode()

    @property
    def signature(self) -> str:
        (authorization,) = json.loads(self.headers)["Authorization"]
        return authorization.rpartition("Signature=")[2]

    @property
    def secrets(self) -> dict[str, str]:
        return {
            "secret key": SECRET_KEY,
            "session token": SESSION_TOKEN,
            "signature": self.signature,
            "base64 of the headers": json.loads(self.json)["iam_request_headers"],
            "Vault token": VAULT_TOKEN,
        }


@dataclass(frozen=True)
class Said:
    """An answer; with `raw` it is not HTTP."""

    status: int = 200
    body: str = ""
    location: str | None = None
    raw: bytes | None = None


def errors(*texts: str, status: int = 400) -> Said:
    return Said(status, json.dumps({"errors": texts}))


def granted(*warnings: str, token: str = VAULT_TOKEN) -> Said:
    auth = {"client_token": token, "lease_duration": 600, "renewable": False, "accessor": "a", "policies": ["default"]}
    return Said(200, json.dumps({"auth": auth, "warnings": warnings}))


def straddling(text: str) -> list[str]:
    """A text across each place where a message of some hundred characters may be cut."""
    return ["denied " * 34 + text, "denied " * 68 + text, "denied " * 70 + text]


#: What is said to a login.
TO_A_LOGIN: dict[str, Callable[[Login], Said]] = {
    "the login": lambda login: errors("denied", login.json),
    "the login's headers": lambda login: errors("denied " + login.headers),
    "signature and session token": lambda login: errors(f"denied {login.signature} {SESSION_TOKEN}", "denied " + SECRET_KEY),
    "pieces": lambda login: errors("denied", *(SESSION_TOKEN[at : at + 12] for at in range(0, 96, 12))),
    "other spellings": lambda login: errors(
        "denied",
        quote(SESSION_TOKEN, safe=""),
        escape(SESSION_TOKEN).replace("/", "&#47;"),
        json.dumps(SESSION_TOKEN).replace("/", "\\u002f"),
        base64.b64encode(SESSION_TOKEN.encode()).decode(),
    ),
    "a token at the cut": lambda login: errors(*straddling(SESSION_TOKEN)),
    "a login at the cut": lambda login: errors(*straddling(login.json)),
    "a page": lambda login: Said(502, f"<html>denied {STEERING}<pre>{escape(login.json)} {login.headers}</pre>"),
    "steering characters": lambda login: errors("denied" + STEERING + "after"),
    "warnings": lambda login: granted("denied" + STEERING, login.json, login.headers, VAULT_TOKEN),
    "a token of two lines": lambda login: granted("denied", token=VAULT_TOKEN + "\nFORGED: logged in"),
    "a token that steers": lambda login: granted("denied", token=VAULT_TOKEN + STEERING),
    "a token beyond ASCII": lambda login: granted("denied", token=VAULT_TOKEN + "é"),
    "no JSON": lambda login: Said(200, f"denied {STEERING} {login.json}"),
    "a second factor": lambda login: Said(
        200, json.dumps({"auth": {"mfa_requirement": {"id": VAULT_TOKEN}}, "warnings": ["denied", login.headers]})
    ),
    "a redirect to nowhere": lambda login: Said(307, location=f"http://127.0.0.1:9/{quote(SESSION_TOKEN, safe='')}"),
    "a redirect to no URL": lambda login: Said(307, location=f"http://[{SESSION_TOKEN}\x1b[2J"),
    "a redirect to another scheme": lambda login: Said(307, location=f"ftp://denied/{SESSION_TOKEN}"),
    "redirects without end": lambda login: Said(307, location=f"/v1/{SESSION_TOKEN}"),
    "a malformed status": lambda login: Said(raw=f"HTTP/1.1 {SESSION_TOKEN} {VAULT_TOKEN}\r\n\r\n".encode()),
    "a malformed header": lambda login: Said(raw=f"HTTP/1.1 400 {SESSION_TOKEN}\r\n{SESSION_TOKEN}\x1b[2J\r\n\r\n".encode()),
    "no HTTP": lambda login: Said(raw=f"{login.json}\x1b[2J\r\n{SESSION_TOKEN}\r\n".encode()),
}
#: What is said to a request with a token that a login was granted.
TO_A_TOKEN: dict[str, Said] = {
    "the token as an error": errors(VAULT_TOKEN + STEERING, status=403),
    "the token and no JSON": Said(200, VAULT_TOKEN + STEERING),
    "a redirect with the token": Said(307, location=f"http://127.0.0.1:9/{VAULT_TOKEN}"),
    "no HTTP with the token": Said(raw=f"{VAULT_TOKEN}\x1b[2J\r\n\r\n".encode()),
}


class HostileVault(Service):
    """Answers logins with `to_login`, and every other request with `to_token`."""

    def __init__(
        self,
        to_login: Callable[[Login], Said],
        to_token: Said = errors("permission denied", status=403),
        *,
        prefix: str = "",
    ) -> None:
        super().__init__()
        self.logins: list[Login] = []
        #: Of all requests.
        self.paths: list[str] = []
        #: Paths and tokens of the other requests.
        self.others: list[tuple[str, str | None]] = []
        self._to_login, self._to_token, self._prefix = to_login, to_token, prefix

    def respond(self, request: Handler) -> None:
        body = request.body().decode()
        self.paths.append(request.target())
        if body.startswith('{"iam_'):
            self.logins.append(Login(body))
            said = self._to_login(self.logins[-1])
        else:
            self.others.append((request.target(), request.headers.get("X-Vault-Token")))
            said = self._to_token
        if said.raw is not None:
            request.wfile.write(said.raw)
            request.close_connection = True
            return
        headers = {} if said.location is None else {"Location": said.location}
        request.answer(said.status, headers, said.body.encode())

    @property
    def url(self) -> str:
        return super().url + self._prefix
