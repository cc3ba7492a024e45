"""Files of src/ import each other in one direction, apart from a module and the parts of it."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "src"
USE = re.compile(r"^(?:pub(?:\(\w+\))? )?use ([^;]+);", re.MULTILINE)


def paths(tree):
    """`a::{b, c::{d, e}}` as its paths."""
    head, brace, rest = tree.strip().partition("{")
    if not brace:
        return [head.split(" as ")[0].strip().split("::")]
    parts, depth, start, rest = [], 0, 0, rest.rstrip()[:-1] + ","
    for place, letter in enumerate(rest):
        depth += (letter == "{") - (letter == "}")
        if letter == "," and depth == 0:
            parts, start = parts + [rest[start:place]], place + 1
    inside = (path for part in parts if part.strip() for path in paths(part))
    return [head.strip(":").split("::") + path for path in inside]


def imports(module, text, modules):
    for path in (path for tree in USE.findall(text) for path in paths(tree)):
        base = {"crate": (), "self": module, "super": module[:-1]}.get(path[0])
        path = path[1:]
        while path and path[0] == "super":
            base, path = base[:-1], path[1:]
        target = () if base is None else base + tuple(path)
        starts = (target[:end] for end in range(len(target), 0, -1))
        yield next((start for start in starts if start in modules), ())


def test_no_two_files_import_each_other():
    files = {file.relative_to(ROOT).with_suffix("").parts: file for file in ROOT.rglob("*.rs")}
    graph = {name: set(imports(name, files[name].read_text(), files)) for name in files}
    assert any(len(targets) > 3 for targets in graph.values())
    pairs = [(one, other) for one in graph for other in graph[one] if one in graph.get(other, ())]
    assert [] == [(a, b) for a, b in pairs if a != b[: len(a)] and b != a[: len(b)]]
