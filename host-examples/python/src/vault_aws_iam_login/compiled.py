"""Compiles the module once, and keeps the result in a folder of the user's own.

The compiled form is machine code that `wasmtime` runs as it is. So it is read only from a folder
and a file that other users cannot write, and only if its digest shows that it is complete and
unchanged.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from pathlib import Path

import wasmtime
from wasmtime import Engine, Module

DIGEST_BYTES = hashlib.sha256().digest_size


def compiled(engine: Engine, wasm: bytes, folder: Path | None) -> Module:
    """Returns the compiled module, from `folder` if it is there. `None`: no cache."""
    folder = None if folder is None else _own_folder(folder)
    if folder is None:
        return Module(engine, wasm)
    file = folder / f"{_key(wasm)}.cwasm"
    machine_code = _read(file)
    if machine_code is not None:
        try:
            return Module.deserialize(engine, machine_code)
        except wasmtime.WasmtimeError:
            pass  # Such as one for another processor: compiled again below.
    module = Module(engine, wasm)
    _write(file, bytes(module.serialize()))
    return module


def default_folder() -> Path:
    """`$XDG_CACHE_HOME/vault-aws-login`, or that below `~/.cache`."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if os.path.isabs(base) else Path.home() / ".cache") / "vault-aws-login"


def _key(wasm: bytes) -> str:
    """Differs with the module, the installed `wasmtime` and the machine.

    `wasmtime` itself refuses machine code of another version or processor. With a file for each,
    two of them that share a folder do not compile in turns.
    """
    # Not `importlib.metadata`, which takes as long to import as all the rest of a first login
    # without `wasmtime`.
    installed = os.stat(wasmtime.__file__)
    machine = os.uname().machine if hasattr(os, "uname") else ""
    parts = [
        hashlib.sha256(wasm).hexdigest(),
        wasmtime.__file__,
        str(installed.st_mtime_ns),
        sys.platform,
        machine,
    ]
    return hashlib.sha256("\n".join(parts).encode(errors="replace")).hexdigest()


def _own_folder(folder: Path) -> Path | None:
    """Makes the folder. `None` if that fails, or if another user can write there. Nothing is cached
    then.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder if _is_own(folder.lstat()) and folder.is_dir() else None
    except OSError:
        return None


def _read(file: Path) -> bytes | None:
    try:
        with open(os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as source:
            if not _is_own(os.fstat(source.fileno())):
                return None
            content = source.read()
    except OSError:
        return None
    digest, machine_code = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
    return machine_code if hashlib.sha256(machine_code).digest() == digest else None


def _write(file: Path, machine_code: bytes) -> None:
    """Writes a whole file or none. Without one the next start takes longer."""
    # Only needed once, so other starts do not wait for it.
    import tempfile

    try:
        handle, name = tempfile.mkstemp(dir=file.parent)
        try:
            with open(handle, "wb") as sink:
                sink.write(hashlib.sha256(machine_code).digest() + machine_code)
            os.replace(name, file)
        except OSError:
            os.unlink(name)
    except OSError:
        pass


def _is_own(status: os.stat_result) -> bool:
    # Windows has no such owners and modes; there the access list of a user's profile keeps others
    # out.
    if not hasattr(os, "getuid"):
        return True
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
