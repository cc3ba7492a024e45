"""The version and the address of the project, which every package tells.

Both stand in `[workspace.package]` of `Cargo.toml` and nowhere else. The variable `REPOSITORY` is
another address for one build. Needs nothing but Python's standard library.

    python3 tools/packages/project.py            prints both
    python3 tools/packages/project.py release    fails as long as the address is not known
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


def setting(name: str) -> str:
    workspace = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]
    return str(workspace["package"][name])


VERSION = setting("version")
LICENCE = setting("license")
REPOSITORY = (os.environ.get("REPOSITORY") or setting("repository")).rstrip("/")
#: The address without its scheme, as module paths and image names begin.
PATH = REPOSITORY.removeprefix("https://")
TAG = f"v{VERSION}"


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
    """The address of a file or folder of the repository, as it was when this version was released."""
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


def page(folder: str) -> str:
    """The page of a folder, for readers who installed its package."""
    text = (ROOT / folder / "README.md").read_text()
    shown, mark, _ = text.partition(REPOSITORY_ONLY)
    if not mark:
        raise ValueError(f"{folder}/README.md: expected the line {REPOSITORY_ONLY}")
    return with_whole_links(shown.rstrip() + "\n", folder)


def main() -> int:
    if sys.argv[1:] == ["release"] and not is_known():
        print(
            f"the address of the repository is not known, found {REPOSITORY}: "
            "set `repository` in Cargo.toml, or the variable REPOSITORY",
            file=sys.stderr,
        )
        return 1
    print(f"version {VERSION}\nrepository {REPOSITORY}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
