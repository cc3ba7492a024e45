"""The workflows name what exists, and give no secret to a job that builds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".github"
FILES = sorted([*FOLDER.glob("workflows/*.yml"), *FOLDER.glob("actions/*/action.yml")])
WORKFLOWS = {path.name: yaml.safe_load(path.read_text()) for path in FOLDER.glob("workflows/*.yml")}
RELEASE: dict[str, Any] = WORKFLOWS["release.yml"]["jobs"]


def commands() -> list[str]:
    """Each line that a step of a workflow runs."""
    steps = [
        step
        for workflow in WORKFLOWS.values()
        for job in workflow["jobs"].values()
        for step in job["steps"]
    ]
    return [line for step in steps if "run" in step for line in step["run"].splitlines()]


def test_each_make_command_of_a_workflow_exists() -> None:
    makefiles = [ROOT / "Makefile", ROOT / "tools" / "packages" / "packages.mk"]
    text = "\n".join(path.read_text() for path in makefiles)
    targets = {
        target
        for line in re.findall(r"^([^\s#:=][^:=]*):(?!=)", text, re.MULTILINE)
        for target in line.split()
    }
    named = [
        word
        for line in commands()
        for words in re.findall(r"\bmake ((?:[\w./-]+(?: |$))+)", line)
        for word in words.split()
    ]
    assert {"dist", "packages-test"} <= set(named) <= targets


def test_each_program_of_the_repository_that_a_workflow_runs_exists() -> None:
    programs = [word for line in commands() for word in re.findall(r"python3 (\S+)", line)]
    assert programs and not [word for word in programs if not (ROOT / word).is_file()]
    assert (ROOT / ".ci" / "run").is_file() and ".ci/run" in commands()


def test_each_action_is_pinned_to_a_commit_and_the_same_everywhere() -> None:
    pins: dict[str, set[str]] = {}
    for path in FILES:
        for line in re.findall(r"uses: (.*)", path.read_text()):
            if line.startswith("$/"):
                assert (ROOT / line.removeprefix("$/") / "action.yml").is_file()
                continue
            pinned = re.fullmatch(r"([\w./-]+)@([0-9a-f]{40}) # v[\d.]+", line)
            assert pinned, f"{path.name}: {line}"
            pins.setdefault(pinned[1], set()).add(line)
    assert pins and not [lines for lines in pins.values() if len(lines) > 1]


def test_job_that_builds_or_tests_gets_no_secret_and_may_only_read() -> None:
    building = {
        (name, job_name): job
        for name, workflow in WORKFLOWS.items()
        for job_name, job in workflow["jobs"].items()
        if re.search(r"make (dist|packages-test)|\.ci/run", str(job))
    }
    assert len(building) == 5
    for job in building.values():
        assert job["permissions"] == {"contents": "read"}
        assert "environment" not in job
        assert "secrets." not in str(job) and "github.token" not in str(job)


def needed(job: str) -> set[str]:
    names = RELEASE[job].get("needs", [])
    direct = {names} if isinstance(names, str) else set(names)
    return direct.union(*map(needed, direct))


@pytest.mark.parametrize(
    "job", [name for name in RELEASE if name not in ("build", "again", "test")]
)
def test_nothing_is_published_before_it_was_tested_and_built_twice(job: str) -> None:
    assert {"build", "again", "test"} <= needed(job)


def test_release_is_signed_only_if_both_builds_agree() -> None:
    steps = [str(step.get("run")) for step in RELEASE["sign"]["steps"]]
    compared = steps.index("cmp dist/release/SHA256SUMS again/SHA256SUMS")
    assert compared < steps.index("python3 tools/packages/sign.py dist/release")


def test_release_builds_without_what_an_earlier_run_left() -> None:
    assert "actions/cache" not in (FOLDER / "workflows" / "release.yml").read_text()
