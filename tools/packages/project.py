"""The version and the address of the project, which every package tells.

Both stand in `[workspace.package]` of `Cargo.toml` and nowhere else. The variable `REPOSITORY` is
another address for one build. Needs nothing but Python's standard library.

    python3 tools/packages/project.py                prints both
    python3 tools/packages/project.py release        fails as long as the address is not known
    python3 tools/packages/project.py release TAG    fails also if TAG does not release this version
    python3 tools/packages/project.py changes        prints what CHANGELOG.md says of this version
    python3 tools/packages/project.py registry       prints where images are published
    python3 tools/packages/project.py trial          prints the address, or one for a trial
"""

from __future__ import annotations

import os
import posixpath
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: The folder that each package is made in: `dist/packages/<name>`.
PACKAGES = ROOT / "dist" / "packages"
#: What follows in a host's page is for people who have the repository.
REPOSITORY_ONLY = "<!-- What follows is for the repository, and is not in the package. -->"
LINK = re.compile(r'(\]\(|(?:src|srcset|href)=")(?![a-z]+:|#)([^)"\s]+)')
#: 2026-01-01. No archive of the sources knows when its commit was made, so all builds have one.
TIME = 1767225600

WORKSPACE = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]


def setting(name: str) -> str:
    return str(WORKSPACE["package"][name])


VERSION = setting("version")
LICENCE = setting("license")
REPOSITORY = (os.environ.get("REPOSITORY") or setting("repository")).rstrip("/")
#: What stands for the address while it is not known and packages are tried out.
TRIAL = "https://git.example.com/acme/vault-aws-login"
#: What the checksums of a release are signed with, as minisign writes it; empty if it is not known.
PUBLIC_KEY = os.environ.get("MINISIGN_PUBLIC_KEY") or str(
    WORKSPACE["metadata"]["release"]["minisign-public-key"]
)
#: The address without its scheme, as module paths and image names begin.
PATH = REPOSITORY.removeprefix("https://")
TAG = f"v{VERSION}"
#: The tag that starts a release. What the release makes of the sources it puts on `TAG`.
RELEASE_TAG = f"release/{TAG}"


def is_known(address: str = REPOSITORY) -> bool:
    """Whether the repository has an address that can be reached."""
    host = address.removeprefix("https://").split("/")[0]
    return address.startswith("https://") and not host.endswith(".invalid")


def registry() -> str:
    """Where the owner's OCI images go: beside the repository, or to the variable REGISTRY."""
    if place := os.environ.get("REGISTRY"):
        return place.lower().rstrip("/")
    if not is_known():
        return "registry.example.com/acme"
    host, _, path = PATH.lower().partition("/")
    owner = path.split("/")[0]
    match host:
        case "github.com":
            return f"ghcr.io/{owner}"
        case "gitlab.com":
            return f"registry.gitlab.com/{path}"
    return f"{host}/{owner}"


def link(path: str) -> str:
    """The address of a file or folder of the repository, as it was in this version."""
    kind = "tree" if (ROOT / path).is_dir() else "blob"
    return f"{REPOSITORY}/{kind}/{TAG}/{path}"


def picture(path: str) -> str:
    return f"{REPOSITORY}/raw/{TAG}/{path}"


def with_whole_links(text: str, folder: str) -> str:
    """Makes links that work outside the repository of the relative ones in a file of a folder."""

    def whole(match: re.Match[str]) -> str:
        before, target = match.groups()
        path, hash_, anchor = target.partition("#")
        path = posixpath.normpath(posixpath.join(folder, path))
        shown = picture(path) if path.endswith((".png", ".svg")) else link(path)
        return f"{before}{shown}{hash_}{anchor}"

    return LINK.sub(whole, text)


def group_id() -> str:
    """The groupId of Maven packages: a namespace that the owner of the repository can prove.

    `io.github.acme` for github.com/acme, as Maven Central has it; else the reversed host, and the
    owner: `com.example.git.acme`.
    """
    host, *owners = PATH.lower().split("/")[:-1] or [PATH]
    reversed_host = ".".join(reversed(host.partition(":")[0].split(".")))
    proved_by_name = {"com.github": "io.github", "com.gitlab": "io.gitlab"}
    return ".".join([proved_by_name.get(reversed_host, reversed_host), *owners])


def page(folder: str) -> str:
    """The page of a folder, for readers who installed its package."""
    text = (ROOT / folder / "README.md").read_text()
    shown, mark, _ = text.partition(REPOSITORY_ONLY)
    if not mark:
        raise ValueError(f"{folder}/README.md: expected the line {REPOSITORY_ONLY}")
    return with_whole_links(shown.rstrip() + "\n", folder)


def changes() -> tuple[str, str]:
    """The date and the text that CHANGELOG.md has for this version."""
    text = (ROOT / "CHANGELOG.md").read_text()
    heading = rf"^## {re.escape(VERSION)} - (.+)\n"
    found = re.search(heading + r"((?:(?!## ).*\n?)*)", text, re.MULTILINE)
    return (found[1], found[2].strip()) if found else ("", "")


def refusals(tag: str | None) -> list[str]:
    """Why this is not ready to be released, under that tag."""
    refused = []
    if not is_known(REPOSITORY):
        refused.append(
            f"the address of the repository is not known, found {REPOSITORY}: "
            "set `repository` in Cargo.toml, or the variable REPOSITORY"
        )
    if tag is None:
        return refused
    if tag != RELEASE_TAG:
        refused.append(f"the tag that releases this version is {RELEASE_TAG}, found {tag}")
    date, _ = changes()
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", date):
        refused.append(
            f"CHANGELOG.md: expected a date in the heading of {VERSION}, "
            f"found {date or 'no heading'}"
        )
    if not PUBLIC_KEY:
        refused.append(
            "`minisign-public-key` in Cargo.toml is empty: users could not check a release"
        )
    return refused


def main() -> int:
    match sys.argv[1:]:
        case []:
            refused = []
        case ["changes"]:
            print(changes()[1])
            return 0
        case ["registry"]:
            print(registry())
            return 0
        case ["trial"]:
            print(REPOSITORY if is_known(REPOSITORY) else TRIAL)
            return 0
        case ["release"]:
            refused = refusals(None)
        case ["release", tag]:
            refused = refusals(tag)
        case _:
            refused = [
                "usage: project.py [changes | registry | trial | release [TAG]]"
            ]
    if refused:
        print("\n".join(refused), file=sys.stderr)
        return 1
    print(f"version {VERSION}\nrepository {REPOSITORY}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
