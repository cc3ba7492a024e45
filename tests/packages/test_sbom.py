"""The bills of materials are valid, whole and the same each time; the notices miss no crate."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import bills
import linkage
import notices
import project
import pytest
import sbom

COMPONENT = "vault-aws-login-component"
PROGRAM = "vault-aws-login-cli"
CRATES = [COMPONENT, "vault-aws-login-core-module", "vault-aws-login-envoy", PROGRAM]


def bill(*crates: str, **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(sbom.document("x", "", crates, **options))
    return found


def graph(document: dict[str, Any]) -> dict[str, list[str]]:
    return {entry["ref"]: entry.get("dependsOn", []) for entry in document["dependencies"]}


@pytest.mark.parametrize("crate", CRATES)
def test_every_component_can_be_reached_in_the_graph(crate: str) -> None:
    document = bill(crate)
    edges = graph(document)
    reached, open_ = set(), [document["metadata"]["component"]["bom-ref"]]
    while open_:
        ref = open_.pop()
        if ref not in reached:
            reached.add(ref)
            open_ += edges[ref]
    assert reached == set(edges)
    assert reached >= {component["bom-ref"] for component in document["components"]}


@pytest.mark.parametrize("crate", CRATES)
def test_every_purl_of_a_crate_is_that_of_a_registrys_crate(crate: str) -> None:
    locked = {f"pkg:cargo/{found.name}@{found.version}" for found in linkage.checksums()}
    released = {
        f"pkg:cargo/{found.name}@{found.version}"
        for found, package in linkage.packages().items()
        if not package["source"] and package["publish"] is None
    }
    purls = {entry["purl"] for entry in bill(crate)["components"] if "purl" in entry}
    assert purls and purls <= locked | released


def test_component_lists_what_is_linked_and_nothing_else() -> None:
    names = {entry["name"] for entry in bill(COMPONENT)["components"]}
    assert {"aws-sigv4", "sha2", "serde_json", "wit-bindgen", "std", "vault-aws-login"} <= names
    # A test's, a procedural macro's, and the program's.
    assert not {"proptest", "serde_derive", "wasmtime"} & names


def test_other_dependencies_are_in_the_graph_with_their_purls() -> None:
    wazero = sbom.Dependency(
        "pkg:golang/x/wazero@v1", "Apache-2.0", "wazero", "v1", needs=("pkg:y",)
    )
    sys = sbom.Dependency("pkg:y", "BSD-3-Clause", "sys", "v0.1.0")
    document = bill(others=[sys, wazero])
    edges = graph(document)
    assert edges[document["metadata"]["component"]["bom-ref"]] == [wazero.purl]
    assert edges[wazero.purl] == [sys.purl]


def test_every_component_names_its_supplier() -> None:
    others = [
        sbom.Dependency(purl, "MIT", "x", "1")
        for purl in ("pkg:golang/github.com/a/b/v2@v2.0.0", "pkg:npm/%40c/d@1", "pkg:pypi/e@1")
    ]
    found = bill(PROGRAM, others=others)["components"]
    assert not [entry for entry in found if not entry.get("supplier", {}).get("name")]
    named = {entry.get("purl"): entry["supplier"]["name"] for entry in found}
    assert [named[other.purl] for other in others] == ["a", "@c", "e"]


def test_file_of_a_package_has_its_hash_and_its_crates(tmp_path: Path) -> None:
    file = tmp_path / "x.wasm"
    file.write_bytes(b"abc")
    document = bill(files={file: COMPONENT})
    entry = next(entry for entry in document["components"] if entry["type"] == "file")
    assert entry["hashes"][0]["content"].startswith("ba7816bf8f01cfea")
    edges = graph(document)
    assert edges[edges[document["metadata"]["component"]["bom-ref"]][0]] == [
        f"crate:{COMPONENT}@{project.VERSION}"
    ]


def test_tools_that_built_a_component_are_named_with_their_pinned_versions() -> None:
    (formula,) = bill(COMPONENT, built_with=["jco"])["formulation"]
    tools = {entry["name"]: entry["version"] for entry in formula["components"]}
    assert tools["rustc"] == linkage.compiler()
    assert all(re.fullmatch(r"[\d.]+", version) for version in tools.values())
    assert set(tools) == {"rustc", "binaryen", "wasm-tools", "jco"}


@pytest.mark.parametrize("crate", CRATES)
def test_document_is_valid_and_the_same_each_time(crate: str, tmp_path: Path) -> None:
    first, second = sbom.document("x", "", [crate]), sbom.document("x", "", [crate])
    assert first == second
    file = tmp_path / "sbom.cdx.json"
    file.write_text(first)
    assert bills.faults([file]) == ""
    file.write_text(first.replace('"specVersion"', '"specVersions"'))
    assert "specVersion" in bills.faults([file])


@pytest.mark.parametrize("crate", CRATES)
def test_notices_name_each_crate_with_the_text_of_its_licence(crate: str) -> None:
    text = notices.text(crate)
    foreign = [found for found in linkage.linked([crate]) if not linkage.own(found)]
    assert foreign and not [found for found in foreign if f"\n{found} (" not in text]
    assert "Permission is hereby granted" in text
