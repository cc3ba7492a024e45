"""Spellings of guarded paths that some server or proxy may read as the plain one, and ordinary paths."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

ROUNDS = 4


@dataclass(frozen=True)
class Call:
    """A request whose path goes out as it stands."""

    method: str
    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.headers or ''}".rstrip()


def guarded_calls(count: int, seed: int, *, namespace: str, mount: str) -> list[Call]:
    """Different spellings; most of them ask for the token itself."""
    spelling = _Spelling(random.Random(seed), namespace=namespace, mount=mount)
    calls: dict[str, Call] = {}
    while len(calls) < count:
        call = spelling.call()
        calls.setdefault(str(call), call)
    return list(calls.values())


class _Spelling:
    def __init__(self, draw: random.Random, *, namespace: str, mount: str) -> None:
        self._draw = draw
        self._namespace = namespace
        lease = json.dumps({"lease_id": f"auth/{mount}/login/"}).encode()
        self._guarded = [
            ("POST", "auth/token/lookup", b""),
            ("POST", "auth/token/renew-self", b"{}"),
            ("POST", "auth/token/revoke-self", b"{}"),
            ("POST", "auth/token/create", b"{}"),
            ("POST", "sys/wrapping/wrap", b'{"a":"b"}'),
            ("POST", "sys/wrapping/unwrap", b"{}"),
            ("PUT", "sys/leases/revoke", lease),
            ("PUT", f"sys/leases/revoke-prefix/auth/{mount}/login", b"{}"),
            ("PUT", f"sys/leases/revoke-force/auth/{mount}/login", b"{}"),
            ("PUT", f"sys/revoke-prefix/auth/{mount}/login", b"{}"),
            ("GET", "cubbyhole/note", b""),
            ("PUT", "cubbyhole/note", b'{"note":"of a client"}'),
        ]

    def call(self) -> Call:
        """One request: a path, its words apart, something between them, letters encoded, something behind."""
        method, path, body = self._draw.choice(self._guarded)
        if self._happens(0.5):
            method, path, body = "GET", "auth/token/lookup-self", b""
        words = path.split("/")
        headers: dict[str, str] = {}
        if self._happens(0.05):
            # The namespace's header takes the first words.
            cut = self._draw.randint(1, len(words) - 1)
            headers["X-Vault-Namespace"] = "/".join(words[:cut])
            words = words[cut:]
        elif self._happens(0.1):
            words = [self._namespace, *words]
        spelt = self._between(first=True) + "v1"
        for word in words:
            spelt += self._between() + self._word(word)
        spelt = self._encoded(spelt)
        behind = ["", "", "/", "/.", "//", "?list=true", "?a=/b", "#there", "%3fa=b", "%23there", ";a=b", "/..;/x/.."]
        return Call(method, spelt + self._draw.choice(behind), body, headers)

    def _happens(self, chance: float) -> bool:
        return self._draw.random() < chance

    def _word(self, word: str) -> str:
        if self._happens(0.1):
            word = self._draw.choice([word.upper(), word.title(), word.replace("k", "\u212a", 1)])
        if self._happens(0.1):
            word += self._draw.choice([";", ";a=b", ";a=b;c", ";%2fa", ";%2fa%2fb", "%3ba"])
        return word

    def _between(self, *, first: bool = False) -> str:
        """What separates two words: a slash, or what comes down to one somewhere."""
        if self._happens(0.55):
            return "/"
        kinds = [
            "//", "///", "/./", "/.//", "/x/../", "/x/y/../../", "//../", "/x//../../", "//x/../../", "/./../x/../",
            "/.;/", "/x/..;/", "/x/..;a=b/", "/;/", "/;a=b/", "/x/.%2e/", "/%2e/", "\\", "\\\\", "/\\", "\\/", "/\\../", "\\.\\",
            "/x\\..\\", "/x/..\\",
        ]  # fmt: skip
        chosen = self._draw.choice(kinds)
        # Envoy answers 400 to a path that does not begin with a slash.
        return "/" + chosen.lstrip("/\\") if first else chosen

    def _encoded(self, path: str) -> str:
        """Encodes some characters, up to four times."""
        chosen = self._draw.choice(["", "", "/\\", ".", "letters", "one", "everything"])
        chance = self._draw.choice([0.1, 0.3, 1.0])
        most = self._draw.randint(1, ROUNDS)
        only = self._draw.randrange(1, len(path))
        spelt = path[0]
        for place, character in enumerate(path[1:], 1):
            fits = {"letters": character.isalpha(), "one": place == only, "everything": True}.get(
                chosen, character in chosen
            )
            rounds = self._draw.randint(1, most) if fits and self._happens(1.0 if chosen == "one" else chance) else 0
            spelt += _encode(character, max(rounds, 0 if character.isascii() else 1), self._draw)
        return spelt


def _encode(character: str, rounds: int, draw: random.Random) -> str:
    if not rounds:
        return character
    spelt = "".join(f"%{byte:02x}" if draw.random() < 0.5 else f"%{byte:02X}" for byte in character.encode())
    for _ in range(rounds - 1):
        spelt = spelt.replace("%", "%25")
    return spelt


#: Names of secrets that look odd and are honest.
NAMES = (
    "greeting", "Greeting", "UPPER", "a-b_c~d", "v1.2.3", "v1.2..3", "...", ".hidden", "..two", "two..", "trailing.", "a b", " a",
    "café", "日本語", "🔑", "ÅÄÖ", "Straße", "50%", "100%25", "%41", "%zz", "a;b", "a,b", "a:b", "a@b", "a+b", "a=b",
    "a&b", "a$b", "a!b", "a'b", "a(b)", "a*b", "a?b", "a#b", "dGhpcyBpcw==", "a|b", "a\"b", "<a>", "{a}", "[a]", "^a", "`a`",
    "auth", "token", "tokens", "auth-token", "tokenauth", "auth.token", "author", "sys", "system", "wrapping", "wrap", "lookup-self",
    "revoke", "revoke-prefix", "leases", "cubbyholes", "my-cubbyhole", "lease", "renew-self", "http:", "127.0.0.1", "a.b.c",
    "x" * 200, "1", "0", "null", "true", "-", "_", "~",
)  # fmt: skip


def secret_paths(mount: str) -> Iterator[str]:
    """Paths of secrets, encoded as a careful client does."""
    for parent in ("", "team/", "team/sub.d/"):
        for name in NAMES:
            yield f"{mount}/{parent}{quote(name, safe='')}"


def ordinary_calls(mount: str, login_mount: str) -> list[Call]:
    """Secrets, and what else of Vault's API clients of a proxy ask for."""
    secrets = [Call("GET", f"/v1/{path}") for path in secret_paths(mount)]
    with_slash_encoded = [Call("GET", f"/v1/{mount}/team%2F{quote(name, safe='')}") for name in NAMES[:5]]
    paths = json.dumps({"paths": ["secret/greeting", "auth/token/lookup-self"]}).encode()
    others = [
        Call("GET", f"/v1/{mount}/nothing/here"),
        Call("GET", f"/v1/{mount}?list=true"),
        Call("GET", f"/v1/{mount}/greeting?version=1&path=/auth/token/lookup-self"),
        Call("GET", f"/v1/{mount}/greeting?path=../../auth/token"),
        Call("GET", f"/v1//{mount}/greeting"),
        Call("GET", f"/v1/{mount}/./greeting"),
        Call("GET", "/v1/sys/health?standbyok=true"),
        Call("GET", "/v1/sys/seal-status"),
        Call("GET", "/v1/sys/leader"),
        Call("GET", "/v1/sys/mounts"),
        Call("GET", "/v1/sys/auth"),
        Call("GET", "/v1/sys/internal/ui/mounts"),
        Call("POST", "/v1/sys/capabilities-self", paths),
        Call("PUT", "/v1/sys/leases/lookup", b'{"lease_id":"a/b"}'),
        Call("PUT", "/v1/sys/leases/renew", b'{"lease_id":"a/b"}'),
        Call("PUT", "/v1/sys/renew", b'{"lease_id":"a/b"}'),
        Call("POST", f"/v1/auth/{login_mount}/login", b"{}"),
        Call("GET", f"/v1/auth/{login_mount}/role/no-such-role"),
        Call("GET", "/v1/nowhere/at/all"),
        Call("GET", "/"),
        Call("GET", "/ui/"),
    ]
    return secrets + with_slash_encoded + others
