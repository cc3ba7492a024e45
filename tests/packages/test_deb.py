"""The Debian package, unpacked into an empty folder: its program, service, man pages, completions."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import shlex
import socket
import subprocess
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import debian
import deb
import project
import pytest
from bed import GREETING, Identity, TestBed
from conftest import ROOT, SERVER_ID
from terminal import SECONDS, Terminal, terminal

UNIT = "usr/lib/systemd/system/vault-aws-login-agent.service"
ADDRESS = project.REPOSITORY
COMMANDS = ["login", "exec", "agent", "sign", "check", "explain", "diagnose", "completions", "man"]


@pytest.fixture
def installed(empty: Path) -> Path:
    """The folder that stands for `/`."""
    assert deb.DEB.is_file(), f"no {deb.DEB.relative_to(ROOT)}: run `make package-deb`"
    subprocess.run(["dpkg-deb", "--extract", deb.DEB, empty / "root"], check=True)
    return empty / "root"


@pytest.fixture(scope="module")
def user(bed: TestBed) -> Identity:
    return bed.aws.user()


@pytest.fixture(scope="module")
def role(bed: TestBed, user: Identity) -> str:
    return bed.vault_role("debian", user.arn)


def environment(installed: Path, **more: str) -> dict[str, str]:
    path = f"{installed / 'usr/bin'}:/usr/bin:/bin"
    return {"PATH": path, "HOME": str(installed.parent), "AWS_EC2_METADATA_DISABLED": "true"} | more


def run(installed: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["vault-aws-login", *words], env=environment(installed, **more), capture_output=True, text=True, timeout=60
    )


# The program


def test_program_logs_in(installed: Path, bed: TestBed, user: Identity, role: str) -> None:
    ended = run(installed, "login", "--role", role, **bed.environment(user))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert bed.read_greeting(ended.stdout.strip()) == GREETING


def test_program_explains_a_wrong_server_id(installed: Path, bed: TestBed, user: Identity) -> None:
    mount = bed.mount_aws("debian/strict", iam_server_id_header_value=SERVER_ID)
    role = bed.vault_role("debian", user.arn, mount=mount)
    words = ["login", "--role", role, "--mount", mount, "--server-id", "other.example.com"]
    ended = run(installed, *words, **bed.environment(user))
    assert (ended.returncode, ended.stdout) == (3, "")
    assert f"on the client: sign with the server ID `{SERVER_ID}`" in ended.stderr


def test_program_needs_no_library(installed: Path) -> None:
    program = (installed / "usr/bin/vault-aws-login").read_bytes()
    # The loader that a dynamic program names.
    assert b"/ld-linux" not in program and b"/ld-musl" not in program
    assert run(installed, "--version").stdout == f"vault-aws-login {project.VERSION}\n"


# The package


def members(part: str) -> dict[str, tarfile.TarInfo]:
    archive = subprocess.run(["dpkg-deb", part, deb.DEB], check=True, capture_output=True).stdout
    with tarfile.open(fileobj=BytesIO(archive)) as opened:
        return {found.name.removeprefix("./"): found for found in opened.getmembers()}


def field(name: str) -> str:
    command = ["dpkg-deb", "--field", deb.DEB, name]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_package_has_no_scripts_and_depends_on_nothing() -> None:
    assert set(members("--ctrl-tarfile")) == {".", "control", "md5sums", "conffiles"}
    assert [field("Package"), field("Version"), field("Architecture")] == ["vault-aws-login", project.VERSION, "amd64"]
    assert (field("Depends"), field("Recommends")) == ("", "ca-certificates")
    assert field("Homepage") == ADDRESS


def test_files_are_roots_and_have_one_time() -> None:
    files = members("--fsys-tarfile")
    assert {(found.uid, found.gid, found.uname) for found in files.values()} == {(0, 0, "root")}
    assert {found.mtime for found in files.values()} == {deb.sbom.TIME}
    unusual = {name: oct(found.mode) for name, found in files.items() if found.isfile() and found.mode != 0o644}
    assert unusual == {"usr/bin/vault-aws-login": "0o755", "etc/default/vault-aws-login-agent": "0o640"}
    assert {found.mode for found in files.values() if found.isdir()} == {0o755}


def test_checksums_are_those_of_the_files(installed: Path) -> None:
    control = installed.parent / "control"
    subprocess.run(["dpkg-deb", "--control", deb.DEB, control], check=True)
    listed = {path: sum_ for sum_, path in map(str.split, (control / "md5sums").read_text().splitlines())}
    found = {path: hashlib.md5((installed / path).read_bytes()).hexdigest() for path in listed}
    assert found == listed
    files = {str(path.relative_to(installed)) for path in installed.rglob("*") if path.is_file()}
    assert set(listed) == files
    assert (control / "conffiles").read_text() == "/etc/default/vault-aws-login-agent\n"


def test_documents_stand_where_debian_wants_them(installed: Path) -> None:
    doc = installed / "usr/share/doc/vault-aws-login"
    assert sorted(path.name for path in doc.iterdir()) == [
        "CHANGELOG.md",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
        "THIRD-PARTY-NOTICES.txt",
        "changelog.gz",
        "copyright",
        "sbom.cdx.json",
    ]
    assert (doc / "copyright").read_text().startswith("Format: https://www.debian.org/doc/")
    assert gzip.decompress((doc / "changelog.gz").read_bytes()).decode().startswith(f"vault-aws-login ({project.VERSION})")
    notices = (doc / "THIRD-PARTY-NOTICES.txt").read_text()
    assert "\nwasmtime " in notices and "\naws-sigv4 " in notices and "\nmusl " in notices


# The service


def settings(unit: Path) -> list[tuple[str, str]]:
    found = re.findall(r"^(\w+)=(.*)$", unit.read_text(), re.MULTILINE)
    assert found
    return found


def start_of(installed: Path, folder: Path) -> list[str]:
    """The unit's command, as systemd starts it, in the folders of the test."""
    [command] = [value for name, value in settings(installed / UNIT) if name == "ExecStart"]
    words = [word.replace("${RUNTIME_DIRECTORY}", str(folder)) for word in shlex.split(command)]
    return [str(installed / words[0].lstrip("/")), *words[1:]]


def test_unit_is_one_that_systemd_accepts(installed: Path) -> None:
    analyze = debian.program("systemd", "usr/bin/systemd-analyze")
    # On this machine the program is not in /usr/bin.
    unit = installed.parent / "vault-aws-login-agent.service"
    text = (installed / UNIT).read_text()
    unit.write_text(text.replace("ExecStart=/usr", f"ExecStart={installed}/usr"))
    command = [analyze, "verify", "--man=no", "--recursive-errors=no", unit]
    verified = subprocess.run(command, capture_output=True, text=True)
    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")
    rated = subprocess.run(
        [analyze, "security", "--offline=yes", "--threshold=15", unit], capture_output=True, text=True
    )
    assert rated.returncode == 0, rated.stdout[-300:]
    assert (installed / "usr/share/man/man1/vault-aws-login-agent.1.gz").is_file()


def test_service_is_ready_when_the_token_is_there(installed: Path, bed: TestBed, user: Identity, role: str) -> None:
    folder = installed.parent / "run"
    folder.mkdir(mode=0o755)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as service_manager:
        service_manager.bind(str(installed.parent / "notify"))
        service_manager.settimeout(SECONDS)
        more = bed.environment(user) | {"VAULT_AUTH_ROLE": role, "NOTIFY_SOCKET": str(installed.parent / "notify")}
        agent = subprocess.Popen(start_of(installed, folder), env=environment(installed, **more))
        try:
            while "READY=1" not in service_manager.recv(4096).decode().splitlines():
                assert agent.poll() is None
            assert bed.read_greeting((folder / "token").read_text()) == GREETING
        finally:
            agent.terminate()
            assert agent.wait(SECONDS) == 0


def allowed_calls(filters: list[str]) -> set[str]:
    """The system calls that a unit's `SystemCallFilter=` lines leave."""
    analyze = debian.program("systemd", "usr/bin/systemd-analyze")
    listed = subprocess.run([analyze, "syscall-filter"], check=True, capture_output=True, text=True).stdout
    sets: dict[str, list[str]] = {}
    for block in re.split(r"\n(?=@)", listed):
        name, *members = block.splitlines()
        sets[name] = [line.strip() for line in members if re.fullmatch(r"    [@\w-]+", line)]

    def calls(name: str) -> set[str]:
        return {call for member in sets[name] for call in calls(member)} if name in sets else {name}

    allowed: set[str] = set()
    for line in filters:
        named = {call for name in line.lstrip("~").split() for call in calls(name)}
        allowed = allowed - named if line.startswith("~") else allowed | named
    return allowed | calls("@default")


def test_unit_allows_the_system_calls_of_the_agent(installed: Path, bed: TestBed, user: Identity, role: str) -> None:
    strace = debian.program("strace", "usr/bin/strace")
    traced = installed.parent / "calls"
    folder = installed.parent / "run"
    folder.mkdir(mode=0o755)
    command = [str(strace), "-f", "-qq", "-o", str(traced), *start_of(installed, folder), "--once"]
    more = bed.environment(user) | {"VAULT_AUTH_ROLE": role}
    subprocess.run(command, env=environment(installed, **more), check=True, timeout=2 * SECONDS)
    used = set(re.findall(r"^\d+ +(\w+)\(", traced.read_text(errors="replace"), re.MULTILINE))
    assert {"execve", "connect", "mmap", "rename"} & used and "connect" in used
    filters = [value for name, value in settings(installed / UNIT) if name == "SystemCallFilter"]
    assert used - allowed_calls(filters) == set()


def test_configuration_sets_nothing_until_it_is_edited(installed: Path) -> None:
    lines = (installed / "etc/default/vault-aws-login-agent").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []
    named = set(re.findall(r"^#(\w+)=", "\n".join(lines), re.MULTILINE))
    page = run(installed, "man", "agent").stdout.replace("\\", "")
    assert named and {name for name in named if name not in page} == set()


# Man pages and completions


def test_man_pages_render_without_warnings(installed: Path) -> None:
    folder = installed / "usr/share/man/man1"
    names = ["vault-aws-login", *(f"vault-aws-login-{command}" for command in COMMANDS)]
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"{name}.1.gz" for name in names)
    man = debian.program("man-db", "usr/bin/man")
    groff = debian.unpacked("groff-base")
    [share] = (groff / "usr/share/groff").glob("[0-9]*")
    more = {
        "PATH": f"{groff / 'usr/bin'}:/usr/bin:/bin",
        "GROFF_FONT_PATH": str(share / "font"),
        "GROFF_TMAC_PATH": f"{share / 'tmac'}:{groff / 'etc/groff'}",
        "LC_ALL": "C.UTF-8",
        "MANWIDTH": "80",
    }
    configuration = debian.unpacked("man-db") / "etc/manpath.config"
    for name in names:
        command = [man, "-C", configuration, "--warnings", "--local-file", folder / f"{name}.1.gz"]
        shown = subprocess.run(command, env=environment(installed, **more), capture_output=True, text=True)
        assert (shown.returncode, shown.stderr) == (0, ""), name
        assert re.search(rf"NAME\n +{name} +- +\S", shown.stdout), shown.stdout


def shares(installed: Path, **more: str) -> dict[str, str]:
    return environment(installed, TERM="dumb", LC_ALL="C.UTF-8", XDG_DATA_DIRS=str(installed / "usr/share"), **more)


@pytest.fixture
def bash(installed: Path) -> Iterator[Terminal]:
    loader = debian.unpacked("bash-completion") / "usr/share/bash-completion/bash_completion"
    with terminal(["bash", "--norc", "--noprofile", "-i"], shares(installed, PS1="ready> ")) as shell:
        shell.wait_for("ready> ")
        shell.type(f"source {loader}\n")
        shell.wait_for("ready> ")
        yield shell


@pytest.fixture
def zsh(installed: Path) -> Iterator[Terminal]:
    files = debian.unpacked("zsh")
    [modules] = files.glob("usr/lib/*/zsh/*")
    folders = [path for path in (files / "usr/share/zsh/functions").rglob("*") if path.is_dir()]
    paths = " ".join(map(str, [installed / "usr/share/zsh/vendor-completions", *folders]))
    with terminal([debian.program("zsh", "bin/zsh"), "-f", "-i"], shares(installed, PS1="ready> ")) as shell:
        shell.wait_for("ready> ")
        shell.type(f"module_path=({modules}) fpath=({paths}); autoload -Uz compinit && compinit -u -D\n")
        shell.wait_for("-D")
        shell.wait_for("ready> ")
        yield shell


def expect_completions(shell: Terminal) -> None:
    for typed, completed in [
        ("vault-aws-login expl\t", "vault-aws-login explain "),
        ("vault-aws-login agent --namesp\t", "vault-aws-login agent --namespace"),
        ("vault-aws-login login --format js\t", "vault-aws-login login --format json "),
    ]:
        shell.type(typed)
        shell.wait_for(completed)
        # Ctrl-U empties the line.
        shell.type("\x15")


def test_bash_completes_commands_options_and_values(bash: Terminal) -> None:
    expect_completions(bash)


def test_zsh_completes_commands_options_and_values(zsh: Terminal) -> None:
    expect_completions(zsh)


def test_fish_completes_commands_options_and_values(installed: Path) -> None:
    fish = debian.program("fish", "usr/bin/fish")
    # fish finds what belongs to it beside its program, but looks for its configuration there too.
    configuration = debian.unpacked("fish") / "usr/etc"
    if not configuration.is_symlink():
        configuration.symlink_to("../etc")

    def completions(line: str) -> list[str]:
        command = [fish, "--command", f"complete --do-complete '{line}'"]
        shown = subprocess.run(command, env=shares(installed), capture_output=True, text=True, timeout=SECONDS)
        assert (shown.returncode, shown.stderr) == (0, "")
        return [found.split("\t")[0] for found in shown.stdout.splitlines()]

    assert completions("vault-aws-login expl") == ["explain"]
    assert completions("vault-aws-login agent --namesp") == ["--namespace"]
    assert "json" in completions("vault-aws-login login --format ")
