"""`make docs` finds links between the pages of its site that lead nowhere.

Needs nothing but pytest and Python's standard library.
"""

from __future__ import annotations

import sys
from pathlib import Path

from test_links import ROOT

sys.path.insert(0, str(ROOT / "tools" / "docs"))

import links  # noqa: E402


def test_links_to_files_folders_anchors_and_other_sites_are_right(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "index.html").write_text('<a href="a">a</a> <a href="a/#x">x</a> <a href="https://example.com/none">e</a>')
    (tmp_path / "a" / "index.html").write_text('<h1 id="x">x</h1> <a href="../index.html">i</a> <a href="#x">x</a>')
    assert links.broken(tmp_path) == []


def test_anchors_may_be_escaped_on_both_sides(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<h1 id="f%3CT%3E"></h1><h1 id="a b"></h1><a href="#f%3CT%3E"></a><a href="#a%20b"></a>')
    assert links.broken(tmp_path) == []


def test_what_leads_nowhere_is_told_with_its_page(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<a href="none.html"></a><a href="#none"></a><script src="x.js"></script><a href="/etc/passwd"></a>')
    assert links.broken(tmp_path) == [
        "a.html: #none: no such anchor",
        "a.html: /etc/passwd: no such file",
        "a.html: none.html: no such file",
        "a.html: x.js: no such file",
    ]
