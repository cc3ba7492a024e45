"""Reads what is in an archive, and in the archives in it; packs a folder to the same bytes always.

What a file is, its first bytes tell: layers of an image have no name that would.
"""

from __future__ import annotations

import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from project import TIME


def members(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yields each file in an archive by its path; or the file itself, if it is no archive."""
    if data.startswith(b"\x1f\x8b"):
        yield from members(name, gzip.decompress(data))
    elif data.startswith(b"\xfd7zXZ\x00"):
        yield from members(name, lzma.decompress(data))
    elif data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as zipped:
            for info in zipped.infolist():
                if not info.is_dir():
                    yield from members(f"{name}/{info.filename}", zipped.read(info))
    elif data.startswith(b"!<arch>\n"):
        yield from ar_members(name, data)
    elif data[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            for member in tar:
                if file := tar.extractfile(member) if member.isfile() else None:
                    yield from members(f"{name}/{member.name}", file.read())
    else:
        yield name, data


def ar_members(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Reads the archive that a `.deb` is: headers of 60 bytes, and files at even places."""
    at = 8
    while at < len(data):
        header = data[at : at + 60]
        size = int(header[48:58])
        inner = header[:16].decode().strip().rstrip("/")
        yield from members(f"{name}/{inner}", data[at + 60 : at + 60 + size])
        at += 60 + size + size % 2


def files(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yields each file in a file or folder, those in archives too."""
    found = sorted(path.rglob("*")) if path.is_dir() else [path]
    for file in found:
        if file.is_file():
            yield from members(str(file.relative_to(path.parent)), file.read_bytes())


def pack(folder: Path, name: str, target: Path) -> None:
    """Packs a folder into a `.tar.gz`, below a folder of another name."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path in sorted(folder.rglob("*")):
            if not path.is_file():
                continue
            info = tarfile.TarInfo(f"{name}/{path.relative_to(folder)}")
            info.size, info.mtime = path.stat().st_size, TIME
            info.mode = 0o755 if path.stat().st_mode & 0o100 else 0o644
            with path.open("rb") as file:
                archive.addfile(info, file)
    with (
        target.open("wb") as sink,
        gzip.GzipFile(filename="", fileobj=sink, mode="wb", mtime=TIME) as packed,
    ):
        packed.write(tar.getvalue())
