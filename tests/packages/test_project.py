"""All packages tell one version and one address, and a release without an address is refused."""

from __future__ import annotations

import os
import subprocess
import sys

import project
from conftest import ROOT

ADDRESS = project.TRIAL


def release(repository: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "tools/packages/project.py", "release"]
    environment = os.environ | {"REPOSITORY": repository}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def test_release_without_the_address_of_the_repository_is_refused() -> None:
    refused = release("https://repository.invalid/vault-aws-login")
    assert refused.returncode == 1
    assert "set `repository` in Cargo.toml, or the variable REPOSITORY" in refused.stderr
    known = release(ADDRESS)
    assert (known.returncode, known.stderr) == (0, "")


def test_links_of_a_package_work_outside_the_repository() -> None:
    text = "[a](../../SECURITY.md#limits) [b](example) [c](https://x.example) [d](#e) ![f](docs/g.png)"
    base = f"{project.REPOSITORY}/%s/{project.TAG}"
    whole = project.with_whole_links(text, "host-examples/node")
    assert whole == (
        f"[a]({base % 'blob'}/SECURITY.md#limits) [b]({base % 'tree'}/host-examples/node/example) "
        f"[c](https://x.example) [d](#e) ![f]({base % 'raw'}/host-examples/node/docs/g.png)"
    )


def test_images_go_to_the_registry_of_the_forge_or_of_the_variable() -> None:
    for variables, expected in [
        ({"REPOSITORY": ADDRESS}, "git.example.com/acme"),
        ({"REPOSITORY": "https://github.com/Acme/x"}, "ghcr.io/acme"),
        ({"REPOSITORY": "https://gitlab.com/acme/tools/x"}, "registry.gitlab.com/acme/tools/x"),
        ({"REPOSITORY": "https://repository.invalid/x"}, "registry.example.com/acme"),
        ({"REPOSITORY": ADDRESS, "REGISTRY": "Registry.example.com/"}, "registry.example.com"),
    ]:
        code = "import project; print(project.registry())"
        command = [sys.executable, "-c", code]
        environment = os.environ | variables | {"PYTHONPATH": str(ROOT / "tools" / "packages")}
        ended = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert (ended.stdout, ended.stderr) == (f"{expected}\n", "")


def test_tools_of_the_packages_have_licences_that_are_allowed() -> None:
    python = ROOT / ".make" / "packages-venv" / "bin" / "python"
    command = [python, "tests/check_licences.py", "python", "tests/packages/requirements.txt"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout
    assert ", 0 not allowed" in ended.stdout
