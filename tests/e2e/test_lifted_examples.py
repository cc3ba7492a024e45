"""The smallest use of each host, lifted out of the repository, builds and runs beside what a release holds.

Each host's page has a section "The smallest use", which shows the file and the commands. The commands run as they stand
there, in a folder with `example/` and the built files that the page names, and with nothing else of this repository.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

import pages
from bed.loopback import free_ports
from command import ROOT
from hostile_vault import HostileVault, granted
from vault_aws_iam_login import Credentials, Module

HOSTS = ROOT / "host-examples"
PAGES = {page.parent.name: page for page in HOSTS.glob("*/README.md")}
# AWS's published example key.
KEY = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
MOST_LINES = 40
GENERATED = {"go.sum", "go.mod"}


@dataclass(frozen=True)
class Smallest:
    """What a page says of its host's smallest use."""

    #: The files that it shows, by their names in `example/`.
    shown: dict[str, str]
    #: The built files that belong beside them.
    beside: list[str]
    commands: list[str]


def smallest(host: str) -> Smallest:
    (section,) = re.findall(r"^## The smallest use\n(.*?)(?=^## |\Z)", PAGES[host].read_text(), re.MULTILINE | re.DOTALL)
    blocks = re.findall(r"^```(\w+)\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    code = [text for language, text in blocks if language != "sh"]
    (commands,) = [text for language, text in blocks if language == "sh"]
    names = re.findall(r"\]\(example/([^)]+)\)", section)
    beside = re.findall(r"`(vault[-_]aws[-_](?:iam_)?login[^`\s]*)`", section.partition("```")[0])
    return Smallest(dict(zip(names, code, strict=True)), beside, commands.splitlines())


@pytest.fixture(scope="module")
def release(tarball: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The built files, by their names. The Go package is its folder without tests."""
    folder = tmp_path_factory.mktemp("release")
    wit = folder / "vault-aws-login-wit.wasm"
    run([".venv/bin/wasm-tools", "component", "wit", "wit", "--wasm", "--output", wit])
    wheel = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    run([*wheel, "--wheel-dir", folder, HOSTS / "python"])
    go = folder / "vault-aws-login"
    go.mkdir()
    for file in HOSTS.glob("go/*"):
        if file.suffix in {".go", ".mod", ".sum", ".wasm"} and not file.name.endswith("_test.go"):
            shutil.copy(file, go)
    jar = ROOT / "host-examples/java/target/vault-aws-login.jar"
    built = [*ROOT.glob("dist/*.wasm"), wit, tarball, go, jar, *folder.glob("*.whl")]
    return {file.name: file for file in built}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The tools that the pages name, and credentials. Nothing leads to this repository."""
    tools = tmp_path_factory.mktemp("tools")
    for tool in (*(ROOT / ".venv/bin" / name for name in ("wasmtime", "envoy")), ROOT / "target/tools/bin/wac"):
        (tools / tool.name).symlink_to(tool)
    # A separate environment to install into, which sees the packages of the tests.
    run([sys.executable, "-m", "venv", tools / "venv"])
    toolchain = tomllib.loads((ROOT / "rust-toolchain.toml").read_text())["toolchain"]["channel"]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "VAULT_", "BAO_"))}
    return inherited | {
        "PATH": f"{tools}/venv/bin:{tools}:{os.environ['PATH']}",
        "PYTHONPATH": sysconfig.get_path("purelib"),
        "RUSTUP_TOOLCHAIN": toolchain,
        # Halves the time that compiling wasmtime takes.
        "CARGO_PROFILE_DEV_DEBUG": "false",
        "npm_config_prefer_offline": "true",
        "npm_config_audit": "false",
        # Maven resets the colours of the terminal, wherever it writes to.
        "MAVEN_OPTS": "-Djansi.noreset=true",
        "AWS_ACCESS_KEY_ID": KEY.access_key_id,
        "AWS_SECRET_ACCESS_KEY": KEY.secret_access_key,
        "LOGS": str(tmp_path_factory.mktemp("logs")),
    }


def run(command: list[str | Path]) -> None:
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def lift(host: str, release: Mapping[str, Path], to: Path) -> Path:
    """Copies an example, and what its page puts beside it, out of the repository."""
    assert not to.is_relative_to(ROOT)
    folder = to / "example"
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "."], cwd=HOSTS / host / "example", check=True, capture_output=True, text=True
    )
    for name in tracked.stdout.split("\0")[:-1]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HOSTS / host / "example" / name, folder / name)
    for name in smallest(host).beside:
        copy = shutil.copytree if release[name].is_dir() else shutil.copy
        copy(release[name], folder / name)
    if (folder / "Cargo.toml").exists():
        # The versions that are there already, and a folder of builds that stays: compiling wasmtime takes minutes.
        shutil.copy(ROOT / "Cargo.lock", folder)
        (ROOT / "target/lifted").mkdir(parents=True, exist_ok=True)
        (folder / "target").symlink_to(ROOT / "target/lifted")
    return folder


def assert_is_login(module: Module, text: str) -> None:
    """Signs once more for the same second: the bytes must be the same."""
    at = module.explain_login(text).signed_at_unix_seconds
    assert at is not None
    assert text == module.sign_login(KEY, role="dev", time=at)


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Module:
    return Module.load(ROOT / "dist/vault-aws-login.core.wasm", cache=tmp_path_factory.mktemp("cache"))


@contextmanager
def serving(text: str, folder: Path, environment: Mapping[str, str], port: str) -> Iterator[pages.Running]:
    with pages.started(text, folder, environment) as running:
        running.wait_for((), [port])
        yield running


def test_every_host_has_a_smallest_use_that_its_page_shows_and_that_fits_on_a_screen() -> None:
    assert {folder.name for folder in HOSTS.iterdir() if folder.is_dir()} == set(PAGES)
    for host in PAGES:
        shown = smallest(host).shown
        assert shown, host
        for name, text in shown.items():
            assert text == (HOSTS / host / "example" / name).read_text(), f"{host}: {name}"
        for file in (HOSTS / host / "example").rglob("*"):
            if file.is_file() and file.name not in GENERATED and not {"target", "node_modules", "dist"} & {*file.parts}:
                assert len(file.read_text().splitlines()) <= MOST_LINES, file


@pytest.mark.parametrize("host", ["wasmtime", "node", "edge", "python", "go", "java", "composed"])
def test_lifted_example_builds_and_prints_a_login(
    host: str, release: dict[str, Path], environment: dict[str, str], module: Module, tmp_path: Path
) -> None:
    folder = lift(host, release, tmp_path)
    with HostileVault(lambda login: granted()) as vault:
        # For the examples that log in.
        environment = environment | {"VAULT_ADDR": vault.url}
        output = pages.run("\n".join(smallest(host).commands), folder, environment, seconds=900)
    assert len(vault.logins) == len(re.findall(r"^a token of \d+ characters$", output, re.MULTILINE))
    (login,) = [line for line in output.splitlines() if line.startswith("{")]
    assert_is_login(module, login)


def test_lifted_page_signs_in_a_browser(
    release: dict[str, Path], environment: dict[str, str], module: Module, tmp_path: Path
) -> None:
    folder = lift("browser", release, tmp_path)
    install, serve, visit = smallest("browser").commands
    (port,) = map(str, free_ports(1))
    pages.run(install, folder, environment)
    with serving(serve.replace("8000", port), folder, environment, port):
        url = visit.removeprefix("xdg-open ").replace("8000", port)
        chromium = f"${{CHROMIUM:-chromium}} --headless --no-sandbox --disable-gpu --virtual-time-budget=20000 --dump-dom {url}"
        shown = pages.run(f"{chromium} 2>/dev/null", folder, environment)
    (login,) = re.findall(r"<output[^>]*>(.*?)</output>", shown)
    assert_is_login(module, login)


def test_lifted_configuration_lets_envoy_log_in(
    release: dict[str, Path], environment: dict[str, str], module: Module, tmp_path: Path
) -> None:
    folder = lift("envoy", release, tmp_path)
    (command,) = smallest("envoy").commands
    (port,) = map(str, free_ports(1))
    with HostileVault(lambda login: granted()) as vault:
        config = folder / "envoy.yaml"
        config.write_text(config.read_text().replace("18000", port).replace("8200", vault.url.rpartition(":")[2]))
        with serving(f"{command} --use-dynamic-base-id --concurrency 1", folder, environment, port) as envoy:
            envoy.wait_for(("…token 1 is there…",))
    (login,) = vault.logins
    assert_is_login(module, json.dumps(json.loads(login.json), separators=(",", ":")))
