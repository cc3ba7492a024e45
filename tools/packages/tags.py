"""Commits what was built on top of the sources, and tags the commit for Go and GitHub's Action.

    python3 tools/packages/tags.py

Go and GitHub read a repository, so the tags have the files that no branch has: `go`, with the core
module in it, and the one file that `action.yml` names. The commit stays on no branch, and its bytes
depend only on its parent and the packages. Prints the tags that are to be pushed. Needs git, and
what `make package-go package-action` made.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import project
from project import TAG

AUTHOR = ("vault-aws-login releases", "releases@users.noreply.github.com")


def git(root: Path, *words: str) -> str:
    time = datetime.fromtimestamp(project.TIME, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    environment = dict(os.environ)
    for role in ("AUTHOR", "COMMITTER"):
        name, email = AUTHOR
        environment |= {
            f"GIT_{role}_NAME": name,
            f"GIT_{role}_EMAIL": email,
            f"GIT_{role}_DATE": time,
        }
    command = ["git", *words]
    ended = subprocess.run(
        command, cwd=root, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return ended.stdout.strip()


def go_modules(folder: Path) -> list[str]:
    """The folders of the modules in a folder, as Go's tags name them."""
    return sorted(str(file.parent.relative_to(folder.parent)) for file in folder.rglob("go.mod"))


def tag(root: Path) -> list[str]:
    """Makes the commit and its tags in a clone whose head is the release; returns the tags."""
    packages = root / "dist" / "packages"
    shutil.rmtree(root / "go", ignore_errors=True)
    shutil.copytree(packages / "go" / "source", root / "go")
    # Built files are ignored everywhere else.
    git(root, "add", "--force", "go", str(packages / "action"))
    git(root, "commit", "--quiet", "--no-verify", "--message", f"Add what was built for {TAG}")
    tags = [TAG, *(f"{module}/{TAG}" for module in go_modules(root / "go"))]
    for name in tags:
        git(root, "tag", name)
    return [f"refs/tags/{name}" for name in tags]


def main() -> int:
    if len(sys.argv) != 1:
        print("usage: python3 tools/packages/tags.py", file=sys.stderr)
        return 2
    print("\n".join(tag(project.ROOT)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
