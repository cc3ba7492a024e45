"""Makes a page of each host's README, under the name of its folder."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import markdown2
from jinja2 import Environment

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "packages"))

import project  # noqa: E402

EXTRAS = ["cuddled-lists", "fenced-code-blocks", "header-ids", "tables"]
READMES = sorted((ROOT / "host-examples").glob("*/README.md"))


def title(text: str) -> str:
    heading = re.search(r"^# (.+)$", text, re.MULTILINE)
    if heading is None:
        raise ValueError("expected a heading in each README, found none")
    return heading[1].replace("`", "")


def write(folder: Path, environment: Environment) -> None:
    """Writes the pages and their index. What a README links to lies in the repository."""
    template = environment.get_template("page.html")
    rows = []
    for readme in READMES:
        host = readme.parent.name
        text = project.with_whole_links(readme.read_text(), f"host-examples/{host}")
        body = markdown2.markdown(text, extras=EXTRAS)
        (folder / f"{host}.html").write_text(template.render(title=title(text), body=body))
        rows.append(f'<tr><td><a href="{host}.html">{host}</a></td><td>{title(text)}</td></tr>')
    table = f"<h1>Hosts</h1>\n<table>{''.join(rows)}</table>"
    (folder / "index.html").write_text(template.render(title="Hosts", body=table))
