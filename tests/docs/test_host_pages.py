"""The site of `make docs` has a page of every host."""

from __future__ import annotations

import sys
from pathlib import Path

from test_links import ROOT

sys.path.insert(0, str(ROOT / "tools" / "docs"))

import build  # noqa: E402
import hosts  # noqa: E402


def test_every_host_has_a_page_whose_links_leave_the_site_or_lead_somewhere(tmp_path: Path) -> None:
    hosts.write(tmp_path, build.ENVIRONMENT)
    folders = {readme.parent.name for readme in (ROOT / "host-examples").glob("*/README.md")}
    assert {page.stem for page in tmp_path.glob("*.html")} == folders | {"index"}
    assert "wasmtime" in folders
    for page in tmp_path.glob("*.html"):
        assert 'href="../../' not in page.read_text(), page
