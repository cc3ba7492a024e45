"""Programs that only Debian has, unpacked below `target/debian` and never installed.

    zsh = debian.program("zsh", "bin/zsh")
    subprocess.run([zsh, "--version"])

A program runs with the libraries of the packages that it depends on and that this machine does not
have. What else such a program looks for at a fixed place (modules, say) lies in
`debian.unpacked(package)`.
"""

from __future__ import annotations

import fcntl
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEBIAN = ROOT / "target" / "debian"


def program(package: str, path: str) -> Path:
    """Returns a program of a Debian package, such as `("minisign", "usr/bin/minisign")`."""
    folder = unpacked(package)
    real = folder / path
    assert real.is_file(), f"{package} has no {path}"
    libraries = sorted({str(library.parent) for library in folder.rglob("lib*.so*")})
    script = folder / "programs" / real.name
    script.parent.mkdir(exist_ok=True)
    text = "#!/bin/sh\n"
    if libraries:
        text += f"export LD_LIBRARY_PATH={shlex.quote(':'.join(libraries))}\n"
    text += f'exec {shlex.quote(str(real))} "$@"\n'
    if not script.is_file() or script.read_text() != text:
        beside = script.with_suffix(f".{os.getpid()}")
        beside.write_text(text)
        beside.chmod(0o755)
        beside.rename(script)
    return script


def unpacked(package: str) -> Path:
    """Returns the folder with the files of a Debian package, and of those that it depends on."""
    folder = DEBIAN / package
    DEBIAN.mkdir(parents=True, exist_ok=True)
    with (DEBIAN / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            _unpack(package, folder)
    return folder


def _unpack(package: str, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=DEBIAN, prefix=f".{package}.") as temporary:
        archives = Path(temporary) / "archives"
        files = Path(temporary) / "files"
        archives.mkdir()
        # apt would otherwise fetch as a user who may not write here, and complain.
        _apt(["-o", "APT::Sandbox::User=root", "download", *_missing(package)], archives)
        for archive in sorted(archives.glob("*.deb")):
            subprocess.run(["dpkg-deb", "--extract", archive, files], check=True)
        shutil.move(files, folder)


def _missing(package: str) -> list[str]:
    """Lists a package, and the packages that it depends on and that are not installed."""
    command = ["--simulate", "--no-install-recommends", "install", package]
    try:
        plan = _apt(command, DEBIAN)
    except AssertionError:
        # A fresh machine has no list of packages yet.
        _apt(["update"], DEBIAN)
        plan = _apt(command, DEBIAN)
    return sorted({package, *re.findall(r"^Inst (\S+)", plan, re.MULTILINE)})


def _apt(arguments: list[str], folder: Path) -> str:
    ended = subprocess.run(
        ["apt-get", "--quiet=2", *arguments],
        cwd=folder,
        env=os.environ | {"LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, f"apt-get {' '.join(arguments)}: {ended.stderr.strip()}"
    return ended.stdout
