"""Makes the Debian package of the program: `dist/packages/deb/vault-aws-login_<version>_amd64.deb`.

The program itself prints its man pages and completions. The package has no scripts: nothing is
started until the administrator has configured and enabled the service. Needs `dpkg-deb`.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import notices
import project
import sbom
from project import PACKAGES, ROOT, VERSION

NAME = "vault-aws-login"
PROGRAM = ROOT / "target" / "x86_64-unknown-linux-musl" / "host" / NAME
HOST = "host-examples/wasmtime"
DEPLOY = ROOT / HOST / "deploy"
CRATES = ("vault-aws-login-cli", "vault-aws-login-component")
TREE = ROOT / "target" / "packages" / "deb"
FOLDER = PACKAGES / "deb"
DEB = FOLDER / f"{NAME}_{VERSION}_amd64.deb"
MAINTAINER = "the vault-aws-login contributors"
COMPLETIONS = {
    "bash": f"usr/share/bash-completion/completions/{NAME}",
    "zsh": f"usr/share/zsh/vendor-completions/_{NAME}",
    "fish": f"usr/share/fish/vendor_completions.d/{NAME}.fish",
}
DOC = f"usr/share/doc/{NAME}"
CONFIGURATION = f"etc/default/{NAME}-agent"

CONTROL = """\
Package: {name}
Version: {version}
Architecture: amd64
Maintainer: {maintainer}
Installed-Size: {kibibytes}
Recommends: ca-certificates
Section: admin
Priority: optional
Homepage: {homepage}
Description: logs in to HashiCorp Vault and OpenBao with an AWS identity
 The program vault-aws-login logs in through Vault's AWS auth method, type iam,
 with the AWS credentials that it finds as AWS's own tools do. It prints the
 token, gives it to a command, or keeps a live one in a file (service
 vault-aws-login-agent). It also says before a login is sent whether the server
 will accept it, and why a server refused one.
"""

COPYRIGHT = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: {name}
Source: {homepage}
Comment: the program contains other packages, whose licences are in
 /usr/share/doc/{name}/THIRD-PARTY-NOTICES.txt.

Files: *
Copyright: {maintainer}
License: Apache-2.0 or Expat

License: Apache-2.0
 On Debian systems, the text of the Apache License, version 2.0, is in
 /usr/share/common-licenses/Apache-2.0.

License: Expat
{expat}
"""

CHANGELOG = """\
{name} ({version}) unstable; urgency=medium

  * The changes are in /usr/share/doc/{name}/CHANGELOG.md.

 -- {maintainer} <>  {time}
"""


def printed(*arguments: str) -> bytes:
    return subprocess.run([PROGRAM, *arguments], check=True, stdout=subprocess.PIPE, env={}).stdout


def zipped(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def put(path: str, data: bytes, mode: int = 0o644) -> None:
    target = TREE / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    target.chmod(mode)


def manual() -> dict[str, bytes]:
    """The page of the program and of each command that it names."""
    page = printed("man")
    commands = re.findall(rf"{NAME}-([a-z]+)\(1\)", page.decode().replace("\\", ""))
    pages = {NAME: page} | {f"{NAME}-{name}": printed("man", name) for name in commands}
    return {f"usr/share/man/man1/{name}.1.gz": zipped(data) for name, data in pages.items()}


def indented(text: str) -> str:
    return "\n".join(f" {line}" if line else " ." for line in text.strip().splitlines())


def documents() -> dict[str, str]:
    """What goes to /usr/share/doc."""
    words = {"name": NAME, "homepage": project.REPOSITORY, "maintainer": MAINTAINER}
    expat = indented((ROOT / "LICENSE-MIT").read_text())
    return {
        "copyright": COPYRIGHT.format(expat=expat, **words),
        "LICENSE-APACHE": (ROOT / "LICENSE-APACHE").read_text(),
        "LICENSE-MIT": (ROOT / "LICENSE-MIT").read_text(),
        "CHANGELOG.md": (ROOT / "CHANGELOG.md").read_text(),
        "README.md": project.page(HOST),
        "THIRD-PARTY-NOTICES.txt": notices.text(*CRATES),
        "sbom.cdx.json": sbom.document(NAME, "", CRATES),
    }


def fill() -> None:
    shutil.rmtree(TREE, ignore_errors=True)
    put(f"usr/bin/{NAME}", PROGRAM.read_bytes(), 0o755)
    for shell, path in COMPLETIONS.items():
        put(path, printed("completions", shell))
    for path, data in manual().items():
        put(path, data)
    unit = f"{NAME}-agent.service"
    put(f"usr/lib/systemd/system/{unit}", (DEPLOY / unit).read_bytes())
    # Readable by root alone: it may get AWS credentials.
    put(CONFIGURATION, (DEPLOY / f"{NAME}-agent.default").read_bytes(), 0o640)
    for name, text in documents().items():
        put(f"{DOC}/{name}", text.encode())
    time = format_datetime(datetime.fromtimestamp(sbom.TIME, UTC))
    entry = CHANGELOG.format(name=NAME, version=VERSION, maintainer=MAINTAINER, time=time)
    put(f"{DOC}/changelog.gz", zipped(entry.encode()))


def control() -> None:
    files = sorted(path for path in TREE.rglob("*") if path.is_file())
    sums = [f"{hashlib.md5(path.read_bytes()).hexdigest()}  {path.relative_to(TREE)}\n" for path in files]
    size = sum(-(-path.stat().st_size // 1024) for path in files)
    words = {"name": NAME, "version": VERSION, "maintainer": MAINTAINER, "kibibytes": size}
    put("DEBIAN/control", CONTROL.format(homepage=project.REPOSITORY, **words).encode())
    put("DEBIAN/conffiles", f"/{CONFIGURATION}\n".encode())
    put("DEBIAN/md5sums", "".join(sums).encode())
    # The umask of whoever builds has no say.
    for folder in [TREE, *(path for path in TREE.rglob("*") if path.is_dir())]:
        folder.chmod(0o755)


def build() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    # Times, owners and blocks of the archive are the same everywhere.
    command = ["dpkg-deb", "--root-owner-group", "-Zxz", "--threads-max=1", "--build", TREE, DEB]
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(sbom.TIME)}
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    fill()
    control()
    build()


if __name__ == "__main__":
    main()
