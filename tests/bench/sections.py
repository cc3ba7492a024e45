"""`BENCHMARKS.md`: each benchmark writes sections of it, and people write the others."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterable
from pathlib import Path

FILE = Path(__file__).resolve().parents[2] / "BENCHMARKS.md"


def replace(heading: str, text: str) -> None:
    """Writes the section of that heading: in its place, or else at the end."""
    before, *sections = re.split(r"^(?=## )", FILE.read_text(), flags=re.MULTILINE)
    written = f"## {heading}\n\n{text}"
    places = [place for place, section in enumerate(sections) if section.startswith(f"## {heading}\n")]
    if places:
        sections[places[0]] = written
    else:
        sections.append(written)
    FILE.write_text("\n\n".join(part.strip() for part in (before, *sections)) + "\n")


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Numbers stand to the right: every column but the first."""
    head = list(head)
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def spread(values: list[float], digits: int = 3) -> str:
    """The median, and in brackets the least and the most."""
    low, middle, high = (number(value, digits) for value in (min(values), statistics.median(values), max(values)))
    return f"{middle} ({low} to {high})"


def number(value: float, digits: int = 3) -> str:
    """So many digits that count, and no exponent."""
    rounded = float(f"{value:.{digits}g}")
    return f"{rounded:,.0f}" if rounded >= 10 ** (digits - 1) else f"{rounded:g}"
