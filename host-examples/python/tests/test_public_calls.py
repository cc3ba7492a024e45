"""The package relies on what `wasmtime` documents, and on nothing else of it."""

from __future__ import annotations

import ast

from conftest import PACKAGE

SOURCES = sorted(PACKAGE.glob("*.py"))
OWN = {"self", "cls"}


def private_names(source: str) -> list[str]:
    """Lists private modules that are imported, and private attributes of anything but the object
    itself.
    """
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            found += [name for name in names if is_private(name)]
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            is_own = isinstance(node.value, ast.Name) and node.value.id in OWN
            found += [] if is_own else [node.attr]
    return found


def is_private(name: str) -> bool:
    return any(part.startswith("_") and not part.endswith("__") for part in name.split("."))


def test_package_uses_no_private_name() -> None:
    assert SOURCES
    assert {
        source.name: names for source in SOURCES if (names := private_names(source.read_text()))
    } == {}


def test_private_names_are_found() -> None:
    imports = "from wasmtime import _ffi as ffi, Store\nimport wasmtime._types\n"
    source = f"{imports}func._func\nself._own\nx.__class__"
    assert private_names(source) == ["_ffi", "wasmtime._types", "_func"]
