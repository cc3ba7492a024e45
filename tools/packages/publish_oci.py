"""Pushes what `make package-oci` made to a registry, with the documents of each artefact.

    python3 tools/packages/publish_oci.py [--plain-http] [PLACE]

PLACE is a registry, or a path in one, such as `ghcr.io/acme`: if left out, the one that the
manifests name. A version is pushed once: what is there already is left alone if it is the same, and
refused if it is another, because clients keep what they got under a version. Prints each artefact
with its digest, as what signs or attests it takes it. Needs oras (`make target/tools/bin/oras`),
which reads the login of `oras login` or `docker login`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MADE = ROOT / "dist" / "packages" / "oci"
PATH = f"{ROOT / 'target/tools/bin'}{os.pathsep}{os.environ.get('PATH', '')}"


def oras(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["oras", *arguments]
    environment = os.environ | {"PATH": PATH}
    return subprocess.run(["env", *command], env=environment, capture_output=True, text=True)


def found(image: str, flags: list[str]) -> str | None:
    """The digest of what the registry has under that name, if it has anything."""
    answer = oras("resolve", *flags, image)
    if answer.returncode == 0:
        return answer.stdout.strip()
    if "not found" in answer.stderr.lower():
        return None
    raise SystemExit(f"cannot ask for {image}: {answer.stderr.strip()}")


def publish(layout: str, image: str, digest: str, flags: list[str]) -> None:
    there = found(image, flags)
    if there not in (None, digest):
        raise SystemExit(f"{image} is there already: expected {digest}, found {there}")
    if there is None:
        source = f"{MADE / layout}@{digest}"
        to = [f"--to-{flag.removeprefix('--')}" for flag in flags]
        pushed = oras("copy", "--recursive", "--from-oci-layout", *to, source, image)
        if pushed.returncode != 0:
            raise SystemExit(f"cannot push {image}: {pushed.stderr.strip()}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Pushes dist/packages/oci to a registry.")
    parser.add_argument(
        "place", nargs="?", help="another registry than that of the manifests, or a path in one"
    )
    parser.add_argument("--plain-http", action="store_true", help="for a registry without TLS")
    given = parser.parse_args()
    flags = ["--plain-http"] if given.plain_http else []
    for layout, artefact in json.loads((MADE / "artefacts.json").read_text()).items():
        place = given.place or artefact["place"]
        image = f"{place}/{artefact['repository']}:{artefact['version']}"
        publish(layout, image, artefact["digest"], flags)
        print(f"{image}@{artefact['digest']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
