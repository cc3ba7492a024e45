"""Makes one HTML page of the WIT: `python wit.py WIT_FOLDER PAGE`.

`wit-bindgen markdown` leaves the Markdown of fields as it is, and `<region>` in it becomes a tag. This
renders what `wasm-tools component wit --json` reads.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import markdown2
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

HERE = Path(__file__).resolve().parent


class Document:
    """The parsed WIT, with the types that it names by number."""

    def __init__(self, folder: Path) -> None:
        command = ["wasm-tools", "component", "wit", str(folder), "--json"]
        parsed = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        self.types: list[dict[str, Any]] = parsed["types"]
        self.interfaces: list[dict[str, Any]] = parsed["interfaces"]
        self.worlds: list[dict[str, Any]] = parsed["worlds"]
        (self.package,) = parsed["packages"]

    def kind(self, item: dict[str, Any]) -> tuple[str, Any]:
        """The kind of a type, and what it consists of."""
        kind = item["kind"]
        return (kind, None) if isinstance(kind, str) else next(iter(kind.items()))

    def anchor(self, index: int) -> str:
        return f"{self.interfaces[self.types[index]['owner']['interface']]['name']}.{self.types[index]['name']}"

    def shown(self, type_: Any) -> Markup:
        """A type as WIT writes it, with a link where it has a name."""
        if type_ is None:
            return Markup("_")
        if isinstance(type_, str):
            return escape(type_)
        item = self.types[type_]
        kind, inner = self.kind(item)
        if item["name"] is not None:
            return Markup('<a href="#{}">{}</a>').format(self.anchor(type_), item["name"])
        if kind == "handle":
            (how, of), *_ = inner.items()
            return self.shown(of) if how == "own" else Markup("borrow&lt;{}&gt;").format(self.shown(of))
        if kind == "tuple":
            return Markup("tuple&lt;{}&gt;").format(Markup(", ").join(map(self.shown, inner["types"])))
        if kind == "result":
            return Markup("result&lt;{}, {}&gt;").format(self.shown(inner["ok"]), self.shown(inner["err"]))
        if kind in ("option", "list"):
            return Markup("{}&lt;{}&gt;").format(kind, self.shown(inner))
        raise ValueError(f"no rule for a type of kind {kind}")

    def signature(self, function: dict[str, Any]) -> Markup:
        parameters = [
            Markup("{}: {}").format(one["name"], self.shown(one["type"]))
            for one in function["params"]
            if one["name"] != "self"
        ]
        result = function.get("result")
        arrow = Markup("") if result is None else Markup(" -&gt; {}").format(self.shown(result))
        return Markup("func({}){}").format(Markup(", ").join(parameters), arrow)

    def exports(self, world: dict[str, Any]) -> list[str]:
        return [self.interfaces[one["interface"]["id"]]["name"] for one in world["exports"].values()]


def prose(item: dict[str, Any]) -> Markup:
    """The doc comment of an item; what it holds of HTML is text. A case may say all by its name."""
    contents = (item.get("docs") or {}).get("contents") or ""
    return Markup(markdown2.markdown(contents, safe_mode="escape", extras=["fenced-code-blocks"]))


def main() -> None:
    folder, page = map(Path, sys.argv[1:])
    document = Document(folder)
    environment = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined)
    html = environment.get_template("wit.html").render(document=document, prose=prose)
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(html)


if __name__ == "__main__":
    main()
