"""A server's address: what may be asked there, and what may be shown of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

_HOST = re.compile(r"[a-z\d-]+(\.[a-z\d-]+)*\.?|[\da-f:.]+", re.IGNORECASE)
#: What RFC 3986 allows in a path.
_PATH = re.compile(r"(/([\w.~!$&'()*+,;=:@-]|%[\da-fA-F]{2})*)*", re.ASCII)
_PRINTABLE = re.compile(r"[!-~]+")


@dataclass(frozen=True)
class Server:
    """Scheme, host and port, and the path below which it is, as a gateway may have one."""

    scheme: str
    host: str
    port: int
    has_default_port: bool
    path: str = ""

    @property
    def shown(self) -> str:
        """Scheme, host and port: the host only if it looks like one, and never the path, which may
        hold a key.
        """
        port = "" if self.has_default_port else f":{self.port}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host if self._looks_right else '…'}{port}"

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.has_default_port else f"{host}:{self.port}"

    @property
    def _looks_right(self) -> bool:
        # A secret access key has slashes, so the beginning of one may be read as a host, and the
        # rest as a path.
        whole = self.host + (self.path or "/")
        return (
            bool(_HOST.fullmatch(self.host))
            and not may_hold_secret(self.host)
            and not may_hold_secret(whole)
        )

    def shown_reason(self, reason: str) -> str:
        """What the platform says of a failed request: one line without what may be a secret."""
        text = (
            reason
            if self._looks_right
            else re.sub(re.escape(self.host), "…", reason, flags=re.IGNORECASE)
        )
        words = "".join(each if each.isprintable() else " " for each in text).split(" ")
        return " ".join("…" if may_hold_secret(word) else word for word in words)


def server(vault_addr: str) -> Server:
    """Reads Vault's address. Nothing of it is echoed: a secret may have slipped into its place."""
    if not isinstance(vault_addr, str):
        kind, vault_addr = type(vault_addr).__name__, ""
        raise TypeError(f"invalid vault_addr: expected a str, found {kind}")
    found = _origin(vault_addr)
    if found is None:
        vault_addr = ""
        raise ValueError(
            "invalid vault_addr: expected a URL such as https://vault.example.com:8200, "
            "without user name, query or fragment"
        )
    return found


def _origin(url: str) -> Server | None:
    parts = _split(url)
    if parts is None or parts.query or parts.fragment or "?" in url or "#" in url:
        return None
    found = _server(parts)
    if found is None or not _PATH.fullmatch(parts.path):
        return None
    return Server(
        found.scheme, found.host, found.port, found.has_default_port, parts.path.rstrip("/")
    )


def redirect_target(location: str, base: Server) -> tuple[Server, str] | None:
    """Where a redirect leads: a server, and path and query there. `None` if it is not a URL."""
    # A path alone is one of the same server.
    if location.startswith("/") and not location.startswith("//"):
        location = f"{base.scheme}://{base.host_header}{location}"
    parts = _split(location)
    found = parts and _server(parts)
    if not parts or not found:
        return None
    path = parts.path or "/"
    return found, f"{path}?{parts.query}" if parts.query else path


def request_target(url: str) -> tuple[Server, str] | None:
    """The server of a request of the session, from its origin alone."""
    found = _origin(url)
    return None if found is None else (found, found.path)


def mount_path(mount: str) -> str:
    """The path of a login. The module has checked the mount: it needs no escapes."""
    return f"/v1/auth/{mount.strip('/')}/login"


def _split(url: str) -> SplitResult | None:
    # The standard library drops line breaks and tabs in a URL rather than refuse them.
    if not _PRINTABLE.fullmatch(url):
        return None
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _server(parts: SplitResult) -> Server | None:
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return None
    default = 443 if parts.scheme == "https" else 80
    return Server(parts.scheme, host, port or default, port in (None, default))


def may_hold_secret(word: str) -> bool:
    """Recognises a run as in keys, tokens and signatures. Paths are in one case, and so is a URL's
    host.
    """
    for run in re.split(r"[^\w+/=]", word, flags=re.ASCII):
        has_upper, has_lower, has_digit = (
            re.search(kind, run) for kind in ("[A-Z]", "[a-z]", r"\d")
        )
        is_path = "/" in run and not has_upper
        is_mixed = (has_upper or has_lower) and has_digit
        if not is_path and ((len(run) >= 16 and is_mixed) or len(run) >= 24):
            return True
    return False
