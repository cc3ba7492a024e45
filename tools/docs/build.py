"""Makes the documentation of each language's interface, with an index, in dist/docs. Each tool's warnings are failures.

`make docs` runs it, with all tools installed. Ends with 1 if a tool fails or a link leads nowhere.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import hosts
import links

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "tools" / "docs"
SITE = ROOT / "dist" / "docs"
ENVIRONMENT = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined)
PATH = f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}"


def run(*command: str | Path, folder: Path = ROOT, **environment: str) -> str:
    """Runs a tool and returns what it prints; warnings go to standard error."""
    return subprocess.run(
        list(map(str, command)),
        cwd=folder,
        env=os.environ | {"PATH": PATH} | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    ).stdout


def wit(folder: Path) -> None:
    run(sys.executable, HERE / "wit.py", ROOT / "wit", folder / "index.html")


def rust(folder: Path) -> None:
    package = "vault-aws-login"
    command = ["cargo", "doc", "--locked", "--quiet", "--no-deps", "--lib", "--package", package]
    run(*command, RUSTDOCFLAGS="--deny warnings")
    # Files of other crates stay in the folder that cargo writes to.
    built = ROOT / "target" / "doc"
    crate = package.replace("-", "_")
    for name in ("static.files", crate, f"src/{crate}"):
        shutil.copytree(built / name, folder / name)
    for file in built.glob("*.js"):
        shutil.copy(file, folder)
    for name in ("help.html", "settings.html"):
        shutil.copy(built / name, folder)
    # These two lead to an index of all crates, which stable rustdoc does not make.
    (folder / "index.html").write_text(f'<!doctype html><meta http-equiv="refresh" content="0; url={crate}/index.html">')


def node(folder: Path) -> None:
    # TypeDoc brings an older TypeScript than the package is built with, so types are checked by `tsc`.
    run("node_modules/.bin/typedoc", "--options", "typedoc.json", "--logLevel", "Warn", "--out", folder, folder=HERE)


def python(folder: Path) -> None:
    sources = ROOT / "host-examples" / "python" / "src"
    run(sys.executable, "-W", "error", HERE / "python.py", folder, PYTHONPATH=str(sources))


def go(folder: Path) -> None:
    """A page for each package that others can import."""
    sources = ROOT / "host-examples" / "go"
    module = run("go", "list", "-m", folder=sources).strip()
    for package in sorted({file.parent for file in sources.rglob("*.go") if not file.name.endswith("_test.go")}):
        inner = package.relative_to(sources).as_posix()
        is_program = any("package main" in file.read_text() for file in package.glob("*.go"))
        if is_program or inner.startswith("internal/"):
            continue
        page, path = ("index", module) if inner == "." else (package.name, f"{module}/{inner}")
        (folder / f"{page}.html").write_text(run("go", "run", ".", package, path, module, folder=HERE / "go"))


def java(folder: Path) -> None:
    """The pom of the host says what Javadoc reads, and that its warnings are failures."""
    host = ROOT / "host-examples" / "java"
    run("mvn", "--quiet", "--batch-mode", "javadoc:javadoc", folder=host)
    (built,) = (found.parent for found in host.glob("target/**/apidocs/index.html"))
    shutil.copytree(built, folder, dirs_exist_ok=True)


def host_pages(folder: Path) -> None:
    hosts.write(folder, ENVIRONMENT)


@dataclass(frozen=True)
class Part:
    """The documentation of one interface."""

    name: str
    what: str
    start: str
    build: Callable[[Path], None]


PARTS = [
    Part("wit", "The contract: the WIT package of the component", "index.html", wit),
    Part("rust", "The core, as a Rust crate", "vault_aws_login/index.html", rust),
    Part("node", "The npm package, for Node, browsers and edge runtimes", "index.html", node),
    Part("python", "The Python package", "vault_aws_iam_login.html", python),
    Part("go", "The Go package", "index.html", go),
    Part("java", "The Java package", "index.html", java),
    Part("hosts", "Each host: how to install and use it", "index.html", host_pages),
]


def main() -> int:
    SITE.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=SITE.parent) as made:
        site = Path(made) / "docs"
        for part in PARTS:
            (site / part.name).mkdir(parents=True)
            try:
                part.build(site / part.name)
            except subprocess.CalledProcessError as failure:
                print(failure.stdout, file=sys.stderr)
                print(f"{part.name}: {' '.join(failure.cmd)} ended with {failure.returncode}", file=sys.stderr)
                return 1
            print(f"{part.name}: {part.what}", flush=True)
        shutil.copy(HERE / "style.css", site)
        (site / "index.html").write_text(ENVIRONMENT.get_template("index.html").render(parts=PARTS))
        broken = links.broken(site)
        if broken:
            print("\n".join(broken), file=sys.stderr)
            return 1
        shutil.rmtree(SITE, ignore_errors=True)
        site.rename(SITE)
    pages = sum(1 for _ in SITE.rglob("*.html"))
    print(f"{SITE.relative_to(ROOT)}/index.html: {pages} pages, every link leads somewhere")
    return 0


if __name__ == "__main__":
    sys.exit(main())
