"""Signs the checksums of a release with minisign, and verifies the signature as its users do.

    MINISIGN_SECRET_KEY=… python3 tools/packages/sign.py FOLDER

The variable holds the secret key: both lines of the file that `minisign -G -W` makes, or the second
alone. The public key is `minisign-public-key` in Cargo.toml, or the variable MINISIGN_PUBLIC_KEY.
Needs minisign, and Python's standard library.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import project

SUMS = "SHA256SUMS"


class Refused(Exception):
    """The release cannot be signed."""


def sign(folder: Path, secret_key: str) -> None:
    program = shutil.which("minisign")
    if not program:
        raise Refused("missing minisign: run apt-get install minisign")
    if not project.PUBLIC_KEY:
        raise Refused(
            "the public key is not known: set `minisign-public-key` in Cargo.toml, "
            "or the variable MINISIGN_PUBLIC_KEY"
        )
    lines = secret_key.strip().splitlines()
    if not lines:
        raise Refused("the variable MINISIGN_SECRET_KEY is empty")
    signature = folder / f"{SUMS}.minisig"
    signature.unlink(missing_ok=True)
    # Only this user can read the folder, and the key is gone with it.
    with tempfile.TemporaryDirectory() as temporary:
        key = Path(temporary) / "key"
        key.touch(mode=0o600)
        key.write_text(f"untrusted comment: secret key\n{lines[-1]}\n")
        comment = f"vault-aws-login {project.VERSION}"
        command = [program, "-S", "-s", str(key), "-m", SUMS, "-t", comment]
        run([*command, "-c", "signature of the checksums"], folder)
    try:
        run([program, "-V", "-q", "-m", SUMS, "-P", project.PUBLIC_KEY], folder)
    except Refused:
        signature.unlink()
        raise Refused("MINISIGN_SECRET_KEY does not belong to the public key of this project")


def run(command: list[str], folder: Path) -> None:
    # With nothing to read minisign fails instead of asking for the password of a key.
    ended = subprocess.run(
        command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if ended.returncode != 0:
        raise Refused(f"minisign: {ended.stderr.strip() or 'failed'}")


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: python3 tools/packages/sign.py FOLDER", file=sys.stderr)
        return 2
    try:
        sign(Path(sys.argv[1]), os.environ.pop("MINISIGN_SECRET_KEY", ""))
    except Refused as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
