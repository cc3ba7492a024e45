"""Finds links between the pages of a static site that lead nowhere: `python links.py FOLDER`."""

from __future__ import annotations

import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# rustdoc copies it with what the crate `tracing` documents of its traits, and it leads nowhere there, too.
FOREIGN = {"dispatcher#setting-the-default-subscriber"}
LINKS = {("a", "href"), ("link", "href"), ("script", "src"), ("img", "src")}


class Page(HTMLParser):
    """The links and the anchors of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(path.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and (tag, name) in LINKS:
                self.links.add(value)
            if value and (name == "id" or (tag, name) == ("a", "name")):
                self.anchors.add(value)


@cache
def page(path: Path) -> Page:
    return Page(path)


def fault(site: Path, start: Path, link: str) -> str | None:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None
    target = (start.parent / unquote(parts.path)).resolve() if parts.path else start
    if target.is_dir():
        target = target / "index.html"
    if not target.is_relative_to(site) or not target.is_file():
        return "no such file"
    anchor = parts.fragment
    # rustdoc writes `%3C` in both.
    if not anchor or target.suffix != ".html" or {anchor, unquote(anchor)} & page(target).anchors:
        return None
    # Lines of source code, which rustdoc's script reads.
    if all(part.isdecimal() for part in anchor.split("-")):
        return None
    return "no such anchor"


def broken(site: Path) -> list[str]:
    site = site.resolve()
    return [
        f"{path.relative_to(site)}: {link}: {what}"
        for path in sorted(site.rglob("*.html"))
        for link in sorted(page(path).links)
        if link not in FOREIGN and (what := fault(site, path, link))
    ]


if __name__ == "__main__":
    found = broken(Path(sys.argv[1]))
    print("\n".join(found))
    sys.exit(1 if found else 0)
