"""What `make` installs and says: only what a command needs, with the time that it takes.

Needs nothing but pytest, Python's standard library, git and make.
"""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

import check  # noqa: E402
import locked  # noqa: E402
import plan  # noqa: E402
import run  # noqa: E402

TOOLS = ["installing wasmtime and wasm-tools into .venv"]
COMMAND = ["installing what Rust needs for WebAssembly", "downloading the crates"]
COMMAND += ["building the command"]
SERVERS = ["installing the test bed into .venv", "building HashiCorp's AWS auth method for the test bed"]
TARGETS = re.compile(r"rustup --quiet target add (.*)$", re.MULTILINE)


def environment(**more: str) -> dict[str, str]:
    """Without what `make` leaves for the commands that it runs, and without a server."""
    own = ("MAKE", "MFLAGS", "VAULT_")
    return {name: value for name, value in os.environ.items() if not name.startswith(own)} | more


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """The repository, where nothing is installed but the packages of npm, and nothing is built."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in {line.partition("/")[0] for line in listed.splitlines()}:
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


def dry_run(folder: Path, target: str, **more: str) -> str:
    command = ["make", "--dry-run", "--no-print-directory", target]
    return subprocess.run(
        command, cwd=folder, env=environment(**more), check=True, capture_output=True, text=True
    ).stdout


@pytest.mark.parametrize("server", ["", "https://vault.example.com"])
def test_login_installs_and_builds_only_what_it_needs(fresh: Path, server: str) -> None:
    recipes = dry_run(fresh, "login", **({"VAULT_ADDR": server} if server else {}))
    steps = set(plan.steps(recipes)) - {"installing Rust", "installing wasm-opt"}
    assert steps == {*TOOLS, *COMMAND, *([] if server else SERVERS)}
    assert TARGETS.findall(recipes) == ["wasm32-unknown-unknown"]
    assert "cargo fetch" not in recipes
    assert "tests/requirements.txt" not in recipes


def test_login_takes_the_tools_that_the_tests_have_installed(fresh: Path) -> None:
    (fresh / ".make").mkdir()
    for stamp in ("rust", "venv"):
        (fresh / ".make" / stamp).touch()
    steps = set(plan.steps(dry_run(fresh, "login"))) - {"installing wasm-opt"}
    assert steps == {"building the command", SERVERS[1]}


def test_tests_install_every_package_at_once(fresh: Path) -> None:
    steps = plan.steps(dry_run(fresh, "built"))
    assert [step for step in steps if "into .venv" in step] == ["installing the Python tools into .venv"]


def test_login_has_the_locked_packages_with_their_hashes() -> None:
    text = (ROOT / "tests/requirements.txt").read_text()
    found = locked.requirements(text)
    assert len(found) > 50
    for part, names in locked.NEEDED.items():
        assert len(names) == len(set(names)) < len(found) / 2, part
        for name in names:
            assert found[name] in text and "--hash=sha256:" in found[name]


def test_every_step_of_the_makefile_says_how_long_it_takes() -> None:
    text = (ROOT / "Makefile").read_text()
    assert len(plan.STEP.findall(text)) > 10
    assert re.findall(r'echo "(?:building|installing|downloading)', text) == []


def said_on_a_terminal(flags: str) -> str:
    """What a step of two seconds writes on a terminal."""
    ours, theirs = pty.openpty()
    command = [ROOT / "tools/step", "building it", "sleep", "2.1"]
    with subprocess.Popen(command, stdout=theirs, env=environment(MAKEFLAGS=flags)) as step:
        os.close(theirs)
        said = b""
        try:
            while part := os.read(ours, 1024):
                said += part
        except OSError:  # So Linux says that nobody writes any more.
            pass
        os.close(ours)
    assert step.returncode == 0
    return said.decode()


def test_step_shows_the_time_while_it_runs() -> None:
    said = said_on_a_terminal(flags="s")
    assert "\rbuilding it … 1 s " in said
    assert re.search(r"building it: [23] s\r\n$", said)


def test_steps_side_by_side_say_the_time_at_their_end_alone() -> None:
    said = said_on_a_terminal(flags="s -j2 --jobserver-auth=3,4")
    assert re.fullmatch(r"building it …\r\nbuilding it: [23] s\r\n", said)


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a run of one small suite stores how long it took."""
    suite = run.Suite("small", "one test", ["echo", "1 passed in 0.1s"], run.pytest)
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(run, "LOGS", tmp_path)
    monkeypatch.setattr(run, "SUITES", [suite])
    monkeypatch.setattr(plan, "DURATION", tmp_path / "seconds")
    return tmp_path / "seconds"


def test_whole_run_stores_the_time_since_its_start(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["run.py", "--since", str(time.time() - 700)])
    assert run.main() == 0
    assert 700 <= float(stored.read_text()) < 760


@pytest.mark.parametrize("arguments", [[], ["small"], ["small", "--since", "1"]])
def test_other_runs_store_no_time(
    stored: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["run.py", *arguments])
    assert run.main() == 0
    assert not stored.exists()


def test_plan_says_how_long_the_last_run_took(
    stored: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    for name in set(os.environ) - set(environment()):
        monkeypatch.delenv(name)
    plan.main()
    (expected,) = re.findall(r"it takes (.*), on two cores", capsys.readouterr().out)
    assert f"| {expected} |" in (ROOT / "CONTRIBUTING.md").read_text()
    stored.write_text("754.4")
    plan.main()
    assert "the last run took 12 min 34 s" in capsys.readouterr().out


def test_built_files_are_built_again_only_for_another_address_of_the_project(fresh: Path) -> None:
    def make(*words: str, **more: str) -> int:
        command = ["make", *words, ".make/project"]
        more = {"REPOSITORY": ""} | more
        return subprocess.run(command, cwd=fresh, env=environment(**more), capture_output=True).returncode

    assert (make("--question"), make()) == (1, 0)
    assert make("--question") == 0
    other = "https://git.example.com/acme/x"
    assert make("--question", REPOSITORY=other) == 1
    assert ">.make/project" in dry_run(fresh, "component", REPOSITORY=other)


def test_fast_checks_leave_out_only_what_builds_a_runtime() -> None:
    slow = [step for step in check.steps() if not step.fast]
    assert [step.what for step in slow if step.command[:2] not in (["go", "vet"], ["make", "--silent"])] == [
        "lints of the Rust code, natively",
        # Their tools are not among those of the tests.
        "workflows",
        "weaknesses of the workflows",
        # It asks Go and Maven what they resolve.
        "licences of the modules of Go and of Java",
    ]


def test_rules_of_make_use_only_variables_that_are_set() -> None:
    """An empty name of a file makes no error: its rule is just not there."""
    command = ["make", "--dry-run", "--warn-undefined-variables"]
    command += ["built", "check", "packages-tested", "dist", "bench", "bench-envoy"]
    ended = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    used = set(re.findall(r"undefined variable '(.+)'", ended.stderr))
    # Those that a person may set.
    assert used <= {"BENCH", "BUILT", "CARGO_HOME", "REPOSITORY"}
