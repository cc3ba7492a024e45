"""A forbidden licence is found in each ecosystem, and an allowed one is not."""

from __future__ import annotations

import json
import sys
from email.message import Message
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

import check_licences  # noqa: E402
from check_licences import LINKED, NEEDED, TOOLS, Package, allows, refused  # noqa: E402


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("GPL-3.0-only OR (MIT AND ISC)", True),
        ("MIT AND GPL-3.0-only", False),
        ("MPL-2.0", False),
        ("UNLICENSED", False),
        ("SEE LICENSE IN LICENSE.md", False),
        ("", False),
    ],
)
def test_expression_is_satisfied_by_allowed_licences_alone(expression: str, allowed: bool) -> None:
    assert allows(expression, LINKED) == allowed


def test_licences_that_limit_use_are_refused_even_of_tools() -> None:
    for licence in ("BUSL-1.1", "SSPL-1.0", "Elastic-2.0", "AGPL-3.0-only", "CC-BY-NC-4.0"):
        assert not allows(licence, TOOLS)
    assert LINKED < NEEDED < TOOLS


def test_crate_with_a_forbidden_licence_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    source = "registry+https://example.com"
    made = [
        {"name": "good", "version": "1.0.0", "license": "MIT/Apache-2.0", "source": source},
        {"name": "bad", "version": "1.0.0", "license": "GPL-3.0-only", "source": source},
        {"name": "forked", "version": "1.0.0", "license": "MIT", "source": "git+https://x"},
    ]
    answer = json.dumps({"packages": made})
    monkeypatch.setattr(check_licences, "output", lambda *command: answer)
    assert refused(list(check_licences.crates())) == [
        "bad 1.0.0: GPL-3.0-only",
        "forked 1.0.0: from git+https://x",
    ]


@pytest.mark.parametrize(("folder", "found"), [("tools", []), ("host", ["copyleft"])])
def test_npm_package_is_judged_by_what_it_is_for(
    tmp_path: Path, folder: str, found: list[str]
) -> None:
    packages = {
        "node_modules/bad": {"version": "1.0.0", "license": "BUSL-1.1", "dev": True},
        "node_modules/copyleft": {"version": "1.0.0", "license": "MPL-2.0"},
        "node_modules/good": {"version": "1.0.0", "license": "MIT"},
    }
    (tmp_path / folder).mkdir()
    lock = tmp_path / folder / "package-lock.json"
    lock.write_text(json.dumps({"packages": packages}))
    names = [line.split()[0] for line in refused(list(check_licences.npm(tmp_path)))]
    assert names == ["bad", *found]


def test_python_package_with_a_forbidden_licence_is_found() -> None:
    told = Message()
    told["Classifier"] = "License :: OSI Approved :: MIT License"
    assert check_licences.python_licence("x", told) == "MIT"
    told["Classifier"] = "License :: Other/Proprietary License"
    licence = check_licences.python_licence("x", told)
    assert refused([Package("x", "1", licence, frozenset(TOOLS))])


def test_package_for_python_brings_along_what_is_judged_as_such() -> None:
    assert {"wasmtime", "hvac", "requests", "certifi"} <= check_licences.python_needs()


def test_go_module_with_a_forbidden_licence_or_none_is_found(tmp_path: Path) -> None:
    texts = {
        "good": (ROOT / "LICENSE-MIT").read_text(),
        "bad": "All rights reserved.\n",
        "none": "",
    }
    modules = {}
    for name, text in texts.items():
        (tmp_path / name).mkdir()
        if text:
            (tmp_path / name / "LICENSE").write_text(text)
        modules[name, "v1.0.0", str(tmp_path / name)] = True
    assert refused(list(check_licences.go_modules(modules))) == [
        "bad v1.0.0: unknown",
        "none v1.0.0: no licence given",
    ]


def test_maven_package_has_the_licence_of_its_pom_or_its_parents(tmp_path: Path) -> None:
    def pom(name: str, text: str) -> None:
        folder = tmp_path / "org" / "example" / name / "1"
        folder.mkdir(parents=True)
        start = '<project xmlns="http://maven.apache.org/POM/4.0.0">'
        (folder / f"{name}-1.pom").write_text(f"{start}{text}</project>")

    def found(name: str) -> str:
        return check_licences.maven_licence(tmp_path, "org.example", name, "1")

    given = "<licenses><license><name>{}</name></license></licenses>"
    pom("top", given.format("The Apache Software License, Version 2.0"))
    above = "<groupId>org.example</groupId><artifactId>top</artifactId><version>1</version>"
    pom("child", f"<parent>{above}</parent>")
    pom("bad", given.format("Business Source License 1.1"))
    assert found("child") == "Apache-2.0"
    assert not allows(found("bad"), TOOLS)
    assert not allows(found("missing"), TOOLS)
