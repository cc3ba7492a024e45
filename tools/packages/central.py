"""Signs what `make package-maven` made, as Maven Central demands, and uploads it.

    CENTRAL_URL=… CENTRAL_USERNAME=… CENTRAL_PASSWORD=… python3 tools/packages/central.py FOLDER

FOLDER is a Maven repository. CENTRAL_URL is the address of the portal's API, without
`/publisher/upload`; name and password are the two parts of a token of the portal. gpg's default key
signs. Needs gpg, curl, and Python's standard library.
"""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import project

#: Checksums are not signed, and the portal makes the metadata.
UNSIGNED = (".md5", ".sha1", ".sha256", ".sha512", ".asc")
METADATA = "maven-metadata"


def signature(file: Path) -> bytes:
    command = ["gpg", "--batch", "--armor", "--detach-sign", "--output", "-", str(file)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def bundle(repository: Path, target: Path) -> None:
    """Packs the files of a repository, each with a signature."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(repository.rglob("*")):
            if not file.is_file() or file.name.startswith(METADATA):
                continue
            name = str(file.relative_to(repository))
            archive.write(file, name)
            if not name.endswith(UNSIGNED):
                archive.writestr(f"{name}.asc", signature(file))


def upload(file: Path, url: str, username: str, password: str) -> str:
    """Uploads a bundle, which is published as soon as the portal finds it right; returns its id."""
    token = base64.b64encode(f"{username}:{password}".encode()).decode()
    address = f"{url.rstrip('/')}/publisher/upload?publishingType=AUTOMATIC&name={file.stem}"
    command = ["curl", "--silent", "--show-error", "--fail-with-body", "--config", "-"]
    # The token reaches curl by its standard input: other users can read the words of a command.
    header = f'header = "Authorization: Bearer {token}"\n'
    ended = subprocess.run(
        [*command, "--form", f"bundle=@{file}", address],
        input=header,
        capture_output=True,
        text=True,
    )
    if ended.returncode != 0:
        raise SystemExit(f"the upload failed: {ended.stderr.strip()} {ended.stdout.strip()}")
    return ended.stdout.strip()


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: python3 tools/packages/central.py FOLDER", file=sys.stderr)
        return 2
    names = ("CENTRAL_URL", "CENTRAL_USERNAME", "CENTRAL_PASSWORD")
    if missing := [name for name in names if not os.environ.get(name)]:
        print(f"not set: {', '.join(missing)}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as temporary:
        file = Path(temporary) / f"vault-aws-login-{project.VERSION}.zip"
        bundle(Path(sys.argv[1]), file)
        print(f"deployment {upload(file, *(os.environ[name] for name in names))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
