"""Files, commands and tests that a page or a comment names exist.

Needs nothing but pytest, Python's standard library and git.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from test_links import ROOT, line_of, tracked, tracked_folders

READ = (".md", ".rs", ".py", ".wit", ".ts", ".js", ".mjs", ".go", ".toml", ".yaml", "Makefile")
# A path from the top of the repository or of the folder of a host, with `*` for a part of it.
PATH = re.compile(r"`((?:src|wit|crates|docs|tests|host-examples|tools|fuzz)/[\w.*/-]*[\w*])/?`")
COMMAND = re.compile(r"(?:`|^\$ )make ([a-z-]+)", re.MULTILINE)
TARGET = re.compile(r"^(?:\.PHONY: )?([a-z -]+):", re.MULTILINE)
# What is built or installed there, and in no commit.
BUILT = re.compile(r"/(?:dist|node_modules|target)(?:/|$)")
# Its own tests name files that are missing.
EXAMPLES = "tests/docs/"


def exists(path: str, page: str) -> bool:
    """Whether there is such a file or folder, from the top or from a folder around the page."""
    tops = ["", *(f"{folder.as_posix()}/" for folder in Path(page).parents if folder.name)]
    names = tracked() | tracked_folders()
    paths = (f"{top}{path}" for top in tops)
    return any(fnmatchcase(name, wanted) for wanted in paths for name in candidates(names, path))


def candidates(names: frozenset[str], path: str) -> Iterator[str]:
    last = path.rpartition("/")[2]
    return (name for name in names if "*" in last or name.endswith(last))


def named(pattern: re.Pattern[str], pages: tuple[str, ...]) -> Iterator[tuple[str, int, str]]:
    """Yields the page and the line that name something, and what."""
    for name in sorted(tracked()):
        if name.endswith(pages) and not name.startswith(EXAMPLES) and (ROOT / name).is_file():
            text = (ROOT / name).read_text()
            for match in pattern.finditer(text):
                yield name, line_of(text, match.start()), match[1]


def test_every_file_that_is_named_exists() -> None:
    found = list(named(PATH, READ))
    assert len(found) > 100
    missing = [
        f"{page}:{line}: {path}"
        for page, line, path in found
        if not BUILT.search(path) and not exists(path, page)
    ]
    assert not missing, "\n".join(["named and missing:", *missing])


def test_every_command_of_the_pages_is_in_the_makefile() -> None:
    makefiles = [ROOT / "Makefile", *(ROOT / "tools").rglob("*.mk")]
    lines = (line for file in makefiles for line in TARGET.findall(file.read_text()))
    targets = {word for line in lines for word in line.split()}
    found = list(named(COMMAND, (".md",)))
    assert found
    missing = [f"{page}:{line}: {target}" for page, line, target in found if target not in targets]
    assert not missing, "\n".join(["no such command:", *missing])


def named_tests() -> Iterator[tuple[str, str]]:
    """Yields the file and the name of each test that `tests/README.md` names, `…` for a part."""
    for line in (ROOT / "tests/README.md").read_text().splitlines():
        if not line.startswith("| "):
            continue
        file = ""
        for token in re.findall(r"`([^`]+)`", line.rstrip(" |").rpartition(" | ")[2]):
            if "/" in token or "." in token:
                file = token
            elif file and re.fullmatch(r"[a-z_…]+", token):
                yield file, token


def test_every_test_that_the_promises_name_exists() -> None:
    found = list(named_tests())
    assert len(found) > 20
    missing = []
    for file, name in found:
        wanted = "[a-z0-9_]*".join(re.escape(part) for part in name.split("…"))
        function = re.compile(rf"^ *(?:def test_|fn ){wanted}\(", re.MULTILINE)
        if not function.search((ROOT / file).read_text()):
            missing.append(f"{file}: {name}")
    assert not missing, "\n".join(["no such test:", *missing])
