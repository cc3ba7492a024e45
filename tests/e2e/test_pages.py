"""Every command of `README.md`, `host-examples/README.md` and each host's own page, run as it stands there.

But for the AWS CLI, which these tests do without. `test_lifted_examples.py` runs the `sh` blocks of the hosts' pages.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

import pages
from bed import TestBed
from bed.loopback import free_ports
from command import ROOT

HOSTS = ROOT / "host-examples"
INDEX = pages.rows((HOSTS / "README.md").read_text())
SERVER_ID = "vault.example.com"
# The commands that run until they are ended.
SERVERS = ("npm start", "bin/envoy ", "vault-aws-login agent")
PROGRAM = ROOT / "target/host/vault-aws-login"
# How it ends if the server refuses the login.
REFUSED = 3
PORTS = ("8787", "18000", "19000")
SHOWS_THE_PAGE = "#!/bin/sh\nexec ${CHROMIUM:-chromium} --headless --no-sandbox --disable-gpu --dump-dom \"$1\" 2>/dev/null\n"


@pytest.fixture(scope="module")
def ports() -> dict[str, str]:
    """Free ports for those of the pages, which may be taken."""
    return dict(zip(PORTS, map(str, free_ports(len(PORTS)))))


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, ports: dict[str, str]) -> Path:
    """Links to the repository's files, except Envoy's configuration, which names ports."""
    top = tmp_path_factory.mktemp("checkout")
    for folder in (Path(), Path("host-examples"), Path("host-examples/envoy")):
        (top / folder).mkdir(exist_ok=True)
        for entry in (ROOT / folder).iterdir():
            (top / folder / entry.name).symlink_to(entry)
        for name in ("host-examples", "envoy", "envoy.yaml"):
            (top / folder / name).unlink(missing_ok=True)
    config = (HOSTS / "envoy" / "envoy.yaml").read_text()
    (top / "host-examples" / "envoy" / "envoy.yaml").write_text(on(ports, config))
    return top


@pytest.fixture(scope="module")
def environment(bed: TestBed, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the pages ask for: their tools on the path, and a server with the role `dev`."""
    tools = tmp_path_factory.mktemp("tools")
    for tool in (*(ROOT / ".venv/bin" / name for name in ("wasmtime", "wasm-tools")), ROOT / "target/tools/bin/wac", PROGRAM):
        (tools / tool.name).symlink_to(tool)
    # OpenBao's client takes the words of Vault's.
    (tools / "vault").symlink_to(ROOT / ".venv/bin/bao")
    (tools / "browser").write_text(SHOWS_THE_PAGE)
    (tools / "browser").chmod(0o755)
    # A separate environment to install into, which sees the packages of the tests.
    subprocess.run([sys.executable, "-m", "venv", tools / "venv"], check=True, timeout=120)
    role = bed.aws.role("dev")
    bed.vault_role("dev", role.arn)
    return bed.process_environment(bed.aws.session(role)) | {
        "PATH": f"{tools}/venv/bin:{tools}:{os.environ['PATH']}",
        "PYTHONPATH": sysconfig.get_path("purelib"),
        "BROWSER": f"{tools}/browser",
        "VAULT_AUTH_ROLE": "dev",
        "VAULT_IAM_SERVER_ID": SERVER_ID,
        "SECRET_PATH": "secret/greeting",
        "READER_KEY": "reader",
        "LOGS": str(tmp_path_factory.mktemp("logs")),
    }


def without_server(environment: dict[str, str]) -> dict[str, str]:
    """For `make` as a person starts it, whoever started this test."""
    unset = ("VAULT_ADDR", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    return {name: value for name, value in environment.items() if name not in unset}


@contextmanager
def server_id(bed: TestBed, page: str) -> Iterator[None]:
    """Configures the pages' server ID, if a page shows what happens with another one."""
    wanted = SERVER_ID if "other.example.com" in page else ""
    bed.configure_aws("aws", iam_server_id_header_value=wanted)
    try:
        yield
    finally:
        bed.configure_aws("aws", iam_server_id_header_value="")


def on(ports: dict[str, str], text: str) -> str:
    return re.sub(rf"\b({'|'.join(PORTS)})\b", lambda port: ports[port[0]], text)


def named(ports: dict[str, str], text: str) -> list[str]:
    return [port for port in ports.values() if port in text]


def test_commands_of_the_readme_do_what_it_shows(environment: dict[str, str], checkout: Path) -> None:
    text = (ROOT / "README.md").read_text()
    (first, *runs), *others = pages.blocks(text)
    # `make login` shows the command that it runs, with its prompt.
    first = pages.Command(first.text, (*first.shown, *(line for one in runs for line in (f"$ {one.text}", *one.shown))))
    commands = [first, *(one for block in others for one in block)]
    # The one that signs leaves the login that the next two read.
    kinds = [re.findall(r"make|--invoke|sign|check|explain|diagnose|agent|wit", one.text)[0] for one in commands]
    assert kinds == ["make", "sign", "check", "explain", "diagnose", "agent", "--invoke", "wit"]
    for one in commands:
        assert one.shown, one.text
        if any(server in one.text for server in SERVERS):
            with pages.started(one.text, checkout, environment) as running:
                running.wait_for(one.shown)
            continue
        refused = one.shown[0].startswith("refused: ")
        # `make login` starts servers of its own where none is named.
        given = without_server(environment) if one.text == "make login" else environment
        output = pages.run(one.text, checkout, given, wanted=1 if refused else 0)
        assert pages.missing(one.shown, output) is None, output


def test_checksums_are_checked_as_the_readme_says(environment: dict[str, str], tmp_path: Path) -> None:
    (script,) = pages.scripts((ROOT / "README.md").read_text())
    # Two files of a release were downloaded, the others were not.
    names = ["vault-aws-login.wasm", "vault-aws-login-cli.wasm"]
    lines = [f"{'0' * 64}  sbom.cdx.json"]
    for name in names:
        shutil.copy(ROOT / "dist" / name, tmp_path)
        lines.append(f"{hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()}  {name}")
    (tmp_path / "SHA256SUMS").write_text("\n".join([*lines, ""]))
    assert pages.run(script, tmp_path, environment).splitlines() == [f"{name}: OK" for name in names]
    (tmp_path / names[0]).write_bytes(b"another file")
    assert f"{names[0]}: FAILED" in pages.run(script, tmp_path, environment, wanted=1)


@pytest.mark.parametrize("page", sorted(folder.name for folder in HOSTS.iterdir() if (folder / "README.md").exists()))
def test_commands_of_a_hosts_page_do_what_the_page_shows(
    bed: TestBed, environment: dict[str, str], checkout: Path, ports: dict[str, str], page: str
) -> None:
    text = (HOSTS / page / "README.md").read_text()
    blocks = pages.blocks(text)
    assert blocks
    with server_id(bed, text), ExitStack() as servers:
        for block in blocks:
            folder = checkout
            for one in block:
                text = on(ports, one.text)
                if any(server in text for server in SERVERS):
                    running = servers.enter_context(pages.started(text, folder, environment))
                    running.wait_for(one.shown, named(ports, text))
                else:
                    refused = one.shown[:1] and one.shown[0].startswith("error: ")
                    wanted = REFUSED if text.startswith(PROGRAM.name) else 1
                    output = pages.run(text, folder, environment, wanted=wanted if refused else 0)
                    assert pages.missing(one.shown, output) is None, output
                if moved := re.match(r"cd (\S+)", text):
                    folder = folder / moved[1]


@pytest.mark.parametrize("row", INDEX, ids=[row[0] for row in INDEX])
def test_command_of_the_index_shows_what_the_index_says(
    environment: dict[str, str], checkout: Path, ports: dict[str, str], row: list[str]
) -> None:
    _, folder, cell, seen = row
    assert (HOSTS / folder.rpartition("(")[2].rstrip(")") / "README.md").exists()
    (text,), (shown, *more) = pages.code(on(ports, cell)), pages.code(on(ports, seen))
    if not any(server in text for server in SERVERS):
        output = pages.run(text, checkout, environment)
        assert pages.missing((shown if "…" in shown else f"…{shown}…",), output) is None, output
        return
    with pages.started(text, checkout, environment) as running:
        if more:
            running.wait_for((), named(ports, text))
            assert shown in pages.run(more[0], checkout, environment)
        else:
            running.wait_for((f"…{shown}…",))
