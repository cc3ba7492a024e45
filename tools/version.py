"""The version, which many files tell and `[workspace.package]` of Cargo.toml decides.

    python3 tools/version.py          prints each place that tells it
    python3 tools/version.py 0.2.0    sets it everywhere

A place is one where the name of a package, a file or an interface of this project is followed by a
version, as in `vault-aws:login/signer@0.1.0`. `@since` in the contract stays, since it is the version
of the time. Needs nothing but Python's standard library and git.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# 0.0.0 is what is never published.
NUMBER = r"(?!0\.0\.0\b)\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)\.\d+)?"
# How a version follows a name: in a file's name or a reference, in the next lines of a manifest, in
# Maven's, and in a dependency of cargo's.
BETWEEN = [
    r"[-@: ]v?",
    r'",?\n(?:\w+ = .*\n)??\s*"?version"?(?: =|:) "',
    r"</artifactId>\s*<version>",
    r' = (?:\{[^}\n]*\bversion = )?"',
]
NAMED = rf"vault[-_]aws[-_:][\w:/{{}}-]*?(?:{'|'.join(BETWEEN)})"
PLACE = re.compile(rf"(?P<before>^\[workspace\.package\]\nversion = \"|{NAMED})(?P<version>{NUMBER})", re.MULTILINE)
HEADING = re.compile(rf"^## (?P<version>{NUMBER})", re.MULTILINE)
CHANGELOG = "CHANGELOG.md"


def current() -> str:
    workspace = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]
    return str(workspace["package"]["version"])


def listed() -> list[str]:
    """The files of the repository."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    return [name for name in names.decode().split("\0") if (ROOT / name).is_file()]


def texts() -> Iterator[tuple[str, str]]:
    for name in listed():
        try:
            yield name, (ROOT / name).read_text()
        except UnicodeDecodeError:
            continue


def places() -> Iterator[tuple[str, int, str]]:
    """Each place: file, line, and the version that it tells."""
    for name, text in texts():
        for match in PLACE.finditer(text):
            yield name, text.count("\n", 0, match.start("version")) + 1, match["version"]
    log = (ROOT / CHANGELOG).read_text()
    if newest := HEADING.search(log):
        yield CHANGELOG, log.count("\n", 0, newest.start()) + 1, newest["version"]


def set_to(version: str) -> None:
    for name, text in texts():
        changed = PLACE.sub(lambda match: match["before"] + version, text)
        if name == CHANGELOG and (newest := HEADING.search(changed)) and newest["version"] != version:
            old = changed[newest.start() :].partition("\n")[0]
            heading = f"## {version} - unreleased\n"
            # The section of a version that was never released becomes that of this one.
            after = newest.end() + len(" - unreleased\n") if old.endswith("unreleased") else newest.start()
            separator = "" if after > newest.start() else "\n"
            changed = changed[: newest.start()] + heading + separator + changed[after:]
        if changed != text:
            (ROOT / name).write_text(changed)


def main() -> int:
    match sys.argv[1:]:
        case []:
            for name, line, version in places():
                print(f"{name}:{line}: {version}")
            return 0
        case [version] if re.fullmatch(NUMBER, version):
            set_to(version)
            return 0
    print("usage: python3 tools/version.py [MAJOR.MINOR.PATCH]", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
