"""Links in the documentation, and citations of the login contract in the code, lead somewhere.

Needs nothing but pytest, Python's standard library and git.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from posixpath import normpath
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = "docs/login-contract.md"
CITING = {".rs", ".wit", ".py", ".go", ".ts", ".js", ".java", ".md", ".toml"}

FENCE = re.compile(r"^ {0,3}(?P<fence>`{3,}|~{3,}).*?(?:^ {0,3}(?P=fence)[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
# A code span ends within its paragraph.
CODE = re.compile(r"(?<!`)(?P<ticks>`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=ticks)(?!`)", re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
# `[text](target)`, `![text](target "title")`, `[label]: target`, and HTML's two.
INLINE_LINK = re.compile(r"\]\(\s*<?(?P<target>[^\s<>()]*(?:\([^\s()]*\)[^\s<>()]*)*)>?(?:\s+[\"'(][^)]*)?\s*\)")
REFERENCE = re.compile(r"^ {0,3}\[[^\]^][^\]]*\]:\s*<?(?P<target>[^\s>]+)", re.MULTILINE)
HTML_LINK = re.compile(r"<(?:a|img|source)\s[^>]*?\b(?:href|src|srcset)=[\"'](?P<target>[^\"']*)[\"']")
EXPLICIT_ANCHOR = re.compile(r"<[a-z0-9]+\s[^>]*?\b(?:id|name)=[\"'](?P<anchor>[^\"']+)[\"']")
HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(?P<title>.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
ELSEWHERE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
CITATION = re.compile(re.escape(CONTRACT) + r"#(?P<anchor>[A-Za-z0-9_-]+)")


@cache
def tracked() -> frozenset[str]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    return frozenset(name for name in names.decode().split("\0") if name)


@cache
def tracked_folders() -> frozenset[str]:
    return frozenset({"."} | {str(parent) for name in tracked() for parent in Path(name).parents})


def line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def emptied(text: str, pattern: re.Pattern[str]) -> str:
    """Replaces what matches by spaces, so that offsets and lines stay."""
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def slug(title: str) -> str:
    """Returns GitHub's anchor of a heading: the words it shows, in lower case, joined by hyphens."""
    shown = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", re.sub(r"<[^>]*>", "", title))
    kept = re.sub(r"[^\w\- ]", "", shown.replace("`", "").replace("*", "").lower())
    return kept.strip().replace(" ", "-")


def anchors_of(text: str) -> frozenset[str]:
    """Returns every anchor of a Markdown text; a repeated heading gets `-1`, `-2`, as on GitHub."""
    prose = emptied(emptied(text, FENCE), COMMENT)
    anchors = {match["anchor"] for match in EXPLICIT_ANCHOR.finditer(emptied(prose, CODE))}
    seen: dict[str, int] = {}
    for heading in HEADING.finditer(prose):
        name = slug(heading["title"])
        times = seen.get(name, 0)
        anchors.add(name if times == 0 else f"{name}-{times}")
        seen[name] = times + 1
    return frozenset(anchors)


@cache
def anchors(path: str) -> frozenset[str]:
    return anchors_of((ROOT / path).read_text())


def links(text: str) -> Iterator[tuple[int, str]]:
    """Yields line and target of every link that is not in code or a comment."""
    prose = emptied(emptied(emptied(text, FENCE), COMMENT), CODE)
    for pattern in (INLINE_LINK, REFERENCE, HTML_LINK):
        for match in pattern.finditer(prose):
            yield line_of(prose, match.start()), match["target"]


def fault(page: str, target: str) -> str | None:
    """Returns what is wrong with a link of `page`; `None` if it resolves or leads out of the repository."""
    if ELSEWHERE.match(target):
        return None
    path, _, anchor = unquote(target).partition("#")
    path = path.partition("?")[0]
    if path.startswith("/"):
        file = normpath(path.lstrip("/") or ".")
    else:
        file = normpath(f"{Path(page).parent.as_posix()}/{path}") if path else page
    if file not in tracked() and file not in tracked_folders():
        return f"no tracked file or folder `{file}`"
    if anchor and file.endswith(".md") and anchor not in anchors(file):
        return f"no anchor `{anchor}` in `{file}`"
    return None


def pages() -> list[str]:
    return sorted(name for name in tracked() if name.endswith(".md") and (ROOT / name).is_file())


def test_every_relative_link_leads_to_a_file_and_an_anchor() -> None:
    broken = [
        f"{page}:{line}: ({target}): {what}"
        for page in pages()
        for line, target in links((ROOT / page).read_text())
        if (what := fault(page, target))
    ]
    assert not broken, "\n".join(["broken links:", *broken])


def test_every_citation_of_the_contract_leads_to_an_anchor() -> None:
    broken = []
    for name in sorted(tracked()):
        if Path(name).suffix not in CITING or not (ROOT / name).is_file():
            continue
        text = (ROOT / name).read_text()
        for match in CITATION.finditer(text):
            if match["anchor"] not in anchors(CONTRACT):
                broken.append(f"{name}:{line_of(text, match.start())}: {match[0]}: no such anchor")
    assert not broken, "\n".join(["broken citations:", *broken])


def test_rows_of_the_agreement_test_are_anchors_of_the_contract() -> None:
    rows = re.findall(r'\bRow\("([^"]+)"', (ROOT / "tests/e2e/agreement/rows.py").read_text())
    assert rows
    assert not [row for row in rows if row not in anchors(CONTRACT)]


def test_no_anchor_of_the_contract_is_there_twice() -> None:
    names = [match["anchor"] for match in EXPLICIT_ANCHOR.finditer(emptied((ROOT / CONTRACT).read_text(), CODE))]
    assert sorted(names) == sorted(set(names))


def test_anchors_are_those_of_github() -> None:
    text = "# A `b_c` & D!\n\n## [Two](x.md) words\n\n## Two words\n\n```\n# not a heading\n```\n\n<a id=\"row-1\"></a>\n"
    assert anchors_of(text) == {"a-b_c--d", "two-words", "two-words-1", "row-1"}


def test_links_are_found_in_prose_only() -> None:
    text = '[a](b.md#c) `[x](y.md)` ![i](i.png "t")\n\n```\n[x](y.md)\n```\n\n[r]: r.md\n\n<a href="h.md">h</a>\n'
    assert sorted(links(text)) == [(1, "b.md#c"), (1, "i.png"), (7, "r.md"), (9, "h.md")]


def test_broken_links_are_faults() -> None:
    assert fault(CONTRACT, "#row-23") is None
    assert fault("README.md", f"{CONTRACT}#s2-5") is None
    assert fault("README.md", "https://example.com/none") is None
    assert fault("README.md", "docs/none.md") == "no tracked file or folder `docs/none.md`"
    assert fault(CONTRACT, "#row-999") == f"no anchor `row-999` in `{CONTRACT}`"
    assert fault("README.md", "../outside.md") == "no tracked file or folder `../outside.md`"
