"""Each built `.wasm` file signs each case as botocore does."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from artefacts import Artefact, CommandFile, ComponentFile, CoreFile
from generate_cases import FOLDER

CASES = sorted(folder.name for folder in FOLDER.iterdir())


@pytest.fixture(scope="session", params=["component", "command", "core-module"])
def artefact(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Artefact:
    match request.param:
        case "component":
            return ComponentFile()
        case "command":
            return CommandFile(tmp_path_factory.mktemp("command"))
        case _:
            return CoreFile()


@pytest.mark.parametrize("case", CASES)
def test_each_step_of_a_case_equals_botocores(artefact: Artefact, case: str) -> None:
    given = json.loads(text(case, "input.json"))
    login = artefact.sign(given)
    explained = artefact.explain(login)
    # The first step that differs is the one that broke.
    assert explained.canonical_request == as_explained(text(case, "canonical-request.txt"), given)
    assert explained.string_to_sign == as_explained(text(case, "string-to-sign.txt"), given)
    assert signature(login) == text(case, "signature.txt")
    assert login == text(case, "login.json")


def text(case: str, file: str) -> str:
    """A file of a case without the line break that ends it."""
    return (FOLDER / case / file).read_text().removesuffix("\n")


def as_explained(step: str, given: dict[str, dict[str, str]]) -> str:
    """The inspector shows a session token by its length, and so what has not the shape of its kind."""
    hidden = [
        (given["credentials"].get("session-token"), 0),
        (given.get("options", {}).get("region"), 32),
        (given.get("options", {}).get("server-id"), 128),
    ]
    for value, longest in hidden:
        if value is not None and len(value) > longest:
            plural = "" if len(value) == 1 else "s"
            # Not in the host, whose syntax is narrower.
            for end in ("\n", "/"):
                step = step.replace(value + end, f"({len(value)} character{plural}){end}")
    return step


def signature(login: str) -> str:
    headers = json.loads(base64.b64decode(json.loads(login)["iam_request_headers"]))
    return headers["Authorization"][0].partition("Signature=")[2]
