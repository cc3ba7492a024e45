"""A registry of crates on loopback, for cargo in the place of crates.io.

It takes what `cargo publish` sends. Of all other crates it has those that Cargo.lock names, as cargo
keeps them in its cache after `cargo fetch`; so nothing is asked of another machine. The protocol is
in The Cargo Book, chapters "Registry Index" and "Registry Web API".
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import tarfile
import tomllib
from io import BytesIO
from pathlib import Path
from typing import Any

from bed.loopback import Handler, Service

CACHE = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo") / "registry" / "cache"
TOKEN = "throw-away"
JSON = {"Content-Type": "application/json"}
TABLES = {"normal": "dependencies", "build": "build-dependencies", "dev": "dev-dependencies"}
Entry = dict[str, Any]


def index_path(name: str) -> str:
    match len(name):
        case 1 | 2:
            return f"{len(name)}/{name}"
        case 3:
            return f"3/{name[0]}/{name}"
        case _:
            return f"{name[:2]}/{name[2:4]}/{name}"


class CrateRegistry(Service):
    """`published` holds the crates that it was sent, `cached` those that others publish."""

    def __init__(self, locks: list[Path]) -> None:
        super().__init__()
        self.published: dict[str, bytes] = {}
        self._entries: dict[str, list[Entry]] = {}
        self._cached: dict[str, Path] = {}
        archives = {path.name: path for path in CACHE.glob("*/*.crate")}
        for package in (found for lock in locks for found in tomllib.loads(lock.read_text())["package"]):
            archive = archives.get(f"{package['name']}-{package['version']}.crate")
            if "checksum" in package and archive and archive.name not in self._cached:
                self._cached[archive.name] = archive
                entry = entry_of(archive.read_bytes(), package["checksum"])
                self._entries.setdefault(index_path(package["name"].lower()), []).append(entry)

    def configure(self, home: Path) -> None:
        """Makes a folder that has cargo ask this registry, as `$CARGO_HOME`."""
        home.mkdir()
        (home / "config.toml").write_text(
            f'[source.crates-io]\nreplace-with = "loopback"\n\n[registries.loopback]\n'
            f'index = "sparse+{self.url}/index/"\ntoken = "{TOKEN}"\n'
        )

    def respond(self, request: Handler) -> None:
        body = request.body()
        path = request.path.strip("/")
        if request.command == "PUT" and path == "api/v1/crates/new":
            if request.headers.get("Authorization") != TOKEN:
                return request.answer(403, JSON, b'{"errors":[{"detail":"wrong token"}]}')
            self._take(body)
            return request.answer(200, JSON, b'{"warnings":{"invalid_categories":[],"invalid_badges":[],"other":[]}}')
        if path == "index/config.json":
            return request.answer(200, JSON, json.dumps({"dl": f"{self.url}/crates", "api": self.url}).encode())
        if entries := self._entries.get(path.removeprefix("index/")):
            return request.answer(200, {}, "".join(json.dumps(entry) + "\n" for entry in entries).encode())
        match path.split("/"):
            case ["crates", name, version, "download"]:
                archive = f"{name}-{version}.crate"
                if archive in self.published:
                    return request.answer(200, {}, self.published[archive])
                if archive in self._cached:
                    return request.answer(200, {}, self._cached[archive].read_bytes())
        request.answer(404, {}, b"")

    def _take(self, body: bytes) -> None:
        (length,) = struct.unpack_from("<I", body)
        metadata = json.loads(body[4 : 4 + length])
        (size,) = struct.unpack_from("<I", body, 4 + length)
        archive = body[8 + length : 8 + length + size]
        self.published[f"{metadata['name']}-{metadata['vers']}.crate"] = archive
        entry = entry_of(archive, hashlib.sha256(archive).hexdigest())
        self._entries.setdefault(index_path(metadata["name"]), []).append(entry)


def entry_of(archive: bytes, checksum: str) -> Entry:
    """The line of the index for a crate, from the manifest that cargo has put into it."""
    manifest = manifest_of(archive)
    package = manifest["package"]
    dependencies = dependencies_of(manifest, None)
    for target, tables in manifest.get("target", {}).items():
        dependencies += dependencies_of(tables, target)
    return {
        "name": package["name"],
        "vers": package["version"],
        "deps": dependencies,
        "features": manifest.get("features", {}),
        "cksum": checksum,
        "yanked": False,
        "links": package.get("links"),
        "v": 2,
    }


def manifest_of(archive: bytes) -> dict[str, Any]:
    with tarfile.open(fileobj=BytesIO(archive), mode="r:gz") as opened:
        for member in opened:
            if member.name.count("/") == 1 and member.name.endswith("/Cargo.toml"):
                return tomllib.loads(opened.extractfile(member).read().decode())  # type: ignore[union-attr]
    raise ValueError("the crate has no Cargo.toml")


def dependencies_of(tables: dict[str, Any], target: str | None) -> list[Entry]:
    found = []
    for kind, table in TABLES.items():
        for name, given in tables.get(table, {}).items():
            wanted = given if isinstance(given, dict) else {"version": given}
            found.append(
                {
                    "name": name,
                    "req": wanted["version"],
                    "features": wanted.get("features", []),
                    "optional": wanted.get("optional", False),
                    "default_features": wanted.get("default-features", True),
                    "target": target,
                    "kind": kind,
                    "package": wanted.get("package"),
                }
            )
    return found
