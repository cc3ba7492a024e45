"""Writes OCI image layouts whose bytes follow from what goes in: no time, no file system's order.

https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Json = dict[str, Any]

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
EMPTY = "application/vnd.oci.empty.v1+json"
IMAGE_CONFIG = "application/vnd.oci.image.config.v1+json"
IMAGE_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
TITLE = "org.opencontainers.image.title"
TAG = "org.opencontainers.image.ref.name"


def encoded(value: Json) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@dataclass
class Layout:
    """A folder with the blobs of one artefact, and of documents about it."""

    folder: Path
    _manifests: list[Json] = field(default_factory=list)

    def blob(self, media_type: str, data: bytes, title: str | None = None) -> Json:
        """Adds a file, and returns its descriptor."""
        blobs = self.folder / "blobs" / "sha256"
        blobs.mkdir(parents=True, exist_ok=True)
        (blobs / digest(data).removeprefix("sha256:")).write_bytes(data)
        descriptor: Json = {"mediaType": media_type, "digest": digest(data), "size": len(data)}
        if title:
            descriptor["annotations"] = {TITLE: title}
        return descriptor

    def artefact(
        self, config: Json, layers: list[Json], annotations: Mapping[str, str], tag: str
    ) -> Json:
        """Adds the manifest of the artefact, and returns its descriptor."""
        document = {"config": config, "layers": layers, "annotations": annotations}
        return self._manifest(document, {"annotations": {TAG: tag}})

    def about(
        self, subject: Json, kind: str, files: Iterable[Json], annotations: Mapping[str, str]
    ) -> None:
        """Adds a manifest that a registry lists as one that refers to the subject."""
        config = self.blob(EMPTY, b"{}")
        document = {"artifactType": kind, "config": config, "layers": list(files)}
        document |= {"subject": subject, "annotations": annotations}
        self._manifest(document, {"artifactType": kind})

    def _manifest(self, document: Json, listed_with: Json) -> Json:
        data = encoded({"schemaVersion": 2, "mediaType": MANIFEST} | document)
        descriptor = self.blob(MANIFEST, data)
        self._manifests.append(descriptor | listed_with)
        return descriptor

    def close(self) -> None:
        (self.folder / "oci-layout").write_bytes(encoded({"imageLayoutVersion": "1.0.0"}))
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": self._manifests}
        (self.folder / "index.json").write_bytes(encoded(index))


@dataclass(frozen=True)
class File:
    """A file of an image, which belongs to root."""

    path: str
    data: bytes
    mode: int = 0o644


def archive(files: Iterable[File], unix_seconds: int) -> bytes:
    """A tar archive of the files, in their order."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for file in files:
            entry = tarfile.TarInfo(file.path)
            entry.size, entry.mode, entry.mtime = len(file.data), file.mode, unix_seconds
            tar.addfile(entry, io.BytesIO(file.data))
    return written.getvalue()


def compressed(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)
