"""What the program's agent tells those who wait for its token: systemd, a file, its status, a log."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from bed import GREETING, Identity, TestBed
from hostile_vault import ENVIRONMENT, VAULT_TOKEN, HostileVault, errors, granted
from marked_secrets import leaks
from native_host import Agent, agent, run


@pytest.fixture(scope="module")
def user(bed: TestBed) -> Identity:
    made = bed.aws.user()
    bed.vault_role("program", made.arn, token_ttl="10m")
    return made


def short_role(bed: TestBed, user: Identity) -> str:
    """Its tokens cannot be renewed beyond their first lease."""
    return bed.vault_role(bed.aws.fresh_name("program"), user.arn, token_ttl="6s", token_max_ttl="6s")


# Several files, their mode, one token


def test_each_sink_gets_each_token(bed: TestBed, user: Identity, tmp_path: Path) -> None:
    role = short_role(bed, user)
    more = tmp_path / "more"
    more.mkdir(mode=0o700)
    words = "--role", role, "--sink", str(more / "a"), "--sink", str(more / "b")
    with agent(tmp_path, *words, env=bed.environment(user)) as running:
        for number in (1, 2):
            running.wait_for_line(f"logged in: token {number} ")
            tokens = {running.sink.read_text(), (more / "a").read_text(), (more / "b").read_text()}
            assert len(tokens) == 1
        assert bed.read_greeting(tokens.pop()) == GREETING


def test_sink_that_cannot_be_kept_ends_the_agent_before_it_logs_in(tmp_path: Path) -> None:
    open_folder = tmp_path / "open"
    open_folder.mkdir()
    open_folder.chmod(0o777)
    good = str(tmp_path / "token")
    with HostileVault(lambda _: granted()) as vault:
        env = ENVIRONMENT | {"VAULT_ADDR": vault.url}
        for bad in (str(open_folder / "token"), str(tmp_path / "none" / "none" / "token"), str(open_folder / ".." / "token")):
            ended = run("agent", "--sink", good, "--sink", bad, env=env)
            assert (ended.returncode, ended.stdout) == (1, ""), bad
    assert vault.logins == []


def test_group_may_read_the_token_where_that_is_wanted(bed: TestBed, user: Identity, tmp_path: Path) -> None:
    # Files of a folder with the setgid bit belong to its group.
    tmp_path.chmod(0o2750)
    words = "--role", "program", "--mode", "0640", "--once"
    ended = run("agent", "--sink", str(tmp_path / "token"), *words, env=bed.environment(user))
    assert (ended.returncode, ended.stdout) == (0, ""), ended.stderr
    found = (tmp_path / "token").stat()
    assert stat.S_IMODE(found.st_mode) == 0o640
    assert found.st_gid == tmp_path.stat().st_gid
    assert bed.read_greeting((tmp_path / "token").read_text()) == GREETING


def test_mode_that_lets_others_read_or_write_is_wrong_usage(tmp_path: Path) -> None:
    for mode in ("0644", "0660", "0666", "0604", "4600", "rw-------"):
        ended = run("agent", "--sink", str(tmp_path / "token"), "--mode", mode, env=ENVIRONMENT)
        assert ended.returncode == 2
        assert ended.stderr.startswith("error: invalid --mode: expected a mode for a secret, ")


def test_agent_that_runs_once_leaves_a_good_token(bed: TestBed, user: Identity, tmp_path: Path) -> None:
    token = tmp_path / "token"
    ended = run("agent", "--once", "--role", "program", "--sink", str(token), env=bed.environment(user))
    assert (ended.returncode, ended.stdout) == (0, "")
    assert ended.stderr == "logged in: token 1 is good for 600 s\n"
    assert bed.read_greeting(token.read_text()) == GREETING


def test_agent_that_runs_once_ends_where_only_a_person_can_help(bed: TestBed, user: Identity, tmp_path: Path) -> None:
    mount = bed.mount_aws(bed.aws.fresh_name("program"), iam_server_id_header_value="vault.example.com")
    bed.vault_role("program", user.arn, mount=mount)
    words = "--once", "--role", "program", "--mount", mount, "--server-id", "other.example.com", "--sink", str(tmp_path / "token")
    ended = run("agent", *words, env=bed.environment(user))
    assert (ended.returncode, ended.stdout) == (3, "")
    assert "\n  on the client: sign with the server ID `vault.example.com`\n" in ended.stderr
    assert not (tmp_path / "token").exists()
    ended = run("agent", *words, "--json", env=bed.environment(user))
    assert ended.returncode == 3
    assert json.loads(ended.stderr)["error"]["rule"] == "server-id-differs"


def test_agent_that_runs_once_waits_for_a_server_that_is_away(bed: TestBed, user: Identity, tmp_path: Path) -> None:
    bed.vault.stop()
    with agent(tmp_path, "--once", "--role", "program", env=bed.environment(user)) as running:
        try:
            running.wait_for_line("refused: ")
        finally:
            bed.vault.start()
        assert running.process.wait(seconds=90) == 0
        assert bed.read_greeting(running.sink.read_text()) == GREETING


# systemd


class Manager:
    """Reads what is sent to `NOTIFY_SOCKET`."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address.replace("@", "\0", 1) if address.startswith("@") else address)
        self._socket.settimeout(30)
        self.said: list[dict[str, str]] = []

    def wait_for(self, name: str, value: str) -> dict[str, str]:
        """The next state that says so."""
        while True:
            lines = self._socket.recv(4096).decode().splitlines()
            self.said.append(dict(line.split("=", 1) for line in lines))
            if self.said[-1].get(name, "").startswith(value):
                return self.said[-1]

    def close(self) -> None:
        self._socket.close()


@contextmanager
def notified(folder: Path, address: str, *words: str, env: dict[str, str]) -> Iterator[tuple[Agent, Manager]]:
    manager = Manager(address)
    try:
        with agent(folder, *words, env=env | {"NOTIFY_SOCKET": address}) as running:
            yield running, manager
    finally:
        manager.close()


@pytest.mark.parametrize("kind", ["path", "abstract"])
def test_systemd_is_told_when_there_is_a_token_and_when_the_agent_stops(
    bed: TestBed, user: Identity, tmp_path: Path, kind: str
) -> None:
    address = str(tmp_path / "notify") if kind == "path" else f"@vault-aws-login-{os.getpid()}"
    with notified(tmp_path, address, "--role", "program", env=bed.environment(user)) as (running, manager):
        ready = manager.wait_for("READY", "1")
        # The token is there before anybody is told.
        assert bed.read_greeting(running.sink.read_text()) == GREETING
        assert ready["STATUS"] == "token 1 is good for 600 s"
        os.kill(running.process.pid, signal.SIGTERM)
        manager.wait_for("STOPPING", "1")
        assert running.process.wait() == 0
    assert leaks(json.dumps(manager.said), {"token": running.sink.read_text()}) == []


def test_systemd_is_not_told_that_a_refused_agent_is_ready(bed: TestBed, user: Identity, tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    with notified(tmp_path, address, "--role", "missing-role", env=bed.environment(user)) as (_, manager):
        manager.wait_for("STATUS", "refused: ")
    assert all("READY" not in said for said in manager.said)


def test_servers_words_are_no_state_for_systemd(tmp_path: Path) -> None:
    hostile = errors("denied\nREADY=1\nMAINPID=1\r\nREADY=1")
    address = str(tmp_path / "notify")
    with HostileVault(lambda _: hostile) as vault:
        env = ENVIRONMENT | {"VAULT_ADDR": vault.url}
        with notified(tmp_path, address, env=env) as (_, manager):
            manager.wait_for("STATUS", "refused: ")
    assert all(set(said) == {"STATUS"} for said in manager.said)


def test_agent_whose_manager_is_gone_keeps_its_token(bed: TestBed, user: Identity, tmp_path: Path) -> None:
    for address in (str(tmp_path / "none" / "notify"), "@nobody-listens", "nonsense", "vsock:2:1"):
        env = bed.environment(user) | {"NOTIFY_SOCKET": address}
        with agent(tmp_path, "--role", "program", env=env) as running:
            assert bed.read_greeting(running.wait_for_token()) == GREETING
        running.sink.unlink()


# The health file


def test_health_file_is_there_while_the_token_is_good(bed: TestBed, user: Identity, tmp_path: Path) -> None:
    health = tmp_path / "health"
    probe = "agent", "--probe", "--health-file", str(health)
    assert run(*probe, env={}).returncode == 1
    health.write_text("9999999999\n")
    role = short_role(bed, user)
    with agent(tmp_path, "--role", role, "--health-file", str(health), env=bed.environment(user)) as running:
        running.wait_for_token()
        running.process.wait_until(lambda: run(*probe, env={}).returncode == 0, what="it was healthy")
        left = datetime.fromtimestamp(int(health.read_text()), timezone.utc) - datetime.now(timezone.utc)
        assert timedelta(0) < left <= timedelta(seconds=6)
        assert stat.S_IMODE(health.stat().st_mode) == 0o644
        bed.vault.stop()
        try:
            running.process.wait_until(lambda: not running.sink.exists(), what="it removed the dead token")
            assert not health.exists()
            assert run(*probe, env={}).returncode == 1
        finally:
            bed.vault.start()
        running.process.wait_until(health.exists, what="it came back", seconds=90)
        os.kill(running.process.pid, signal.SIGTERM)
        assert running.process.wait() == 0
    # Nobody looks after the token now.
    assert not health.exists()


def test_health_file_of_an_agent_that_was_killed_is_not_believed_for_long(
    bed: TestBed, user: Identity, tmp_path: Path
) -> None:
    health = tmp_path / "health"
    role = short_role(bed, user)
    with agent(tmp_path, "--role", role, "--health-file", str(health), env=bed.environment(user)) as running:
        running.process.wait_until(health.exists, what="it was healthy")
        running.process.kill()
    assert health.exists()
    probe = "agent", "--probe", "--health-file", str(health)
    deadline = datetime.now(timezone.utc) + timedelta(seconds=20)
    while run(*probe, env={}).returncode == 0:
        assert datetime.now(timezone.utc) < deadline
    ended = run(*probe, env={})
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", "error: the agent has no good token\n")


def test_health_file_in_no_folder_ends_the_agent_at_once(tmp_path: Path) -> None:
    words = "--sink", str(tmp_path / "token"), "--health-file", str(tmp_path / "none" / "health")
    with HostileVault(lambda _: granted()) as vault:
        ended = run("agent", *words, env=ENVIRONMENT | {"VAULT_ADDR": vault.url})
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"error: cannot write into the folder {tmp_path}/none: ")
    assert vault.logins == []


# The log


def test_log_in_json_has_an_event_a_line_and_no_secret(bed: TestBed, user: Identity, tmp_path: Path) -> None:
    role = short_role(bed, user)
    with agent(tmp_path, "--role", role, "--log-format", "json", env=bed.environment(user)) as running:
        running.wait_for_line('"event":"logged-in","token":2,')
        tokens = {"token": running.sink.read_text(), "secret key": user.secret_access_key}
    said = running.said()
    first = json.loads(said.splitlines()[0])
    assert datetime.fromisoformat(first.pop("time")).tzinfo == timezone.utc
    assert first == {"event": "logged-in", "token": 1, "seconds": 6, "message": "logged in: token 1 is good for 6 s"}
    assert all(json.loads(line)["event"] for line in said.splitlines())
    assert leaks(said, tokens) == []


@pytest.mark.parametrize("words", [("--log-format", "json"), ("--json",)])
def test_refusal_in_json_has_its_rule_causes_and_fixes(
    bed: TestBed, user: Identity, tmp_path: Path, words: tuple[str, ...]
) -> None:
    mount = bed.mount_aws(bed.aws.fresh_name("program"), iam_server_id_header_value="vault.example.com")
    bed.vault_role("program", user.arn, mount=mount)
    options = "--role", "program", "--mount", mount, "--server-id", "other.example.com"
    with agent(tmp_path, *options, *words, env=bed.environment(user)) as running:
        running.wait_for_line('"event":"refused"')
        line = json.loads(running.said().splitlines()[0])
    assert (line["rule"], line["login-rule"]) == ("login-refused", "server-id-differs")
    assert line["heals-by-itself"] is False and line["status"] == 400
    assert line["message"].startswith("refused: the server ID is not the one that the server wants: ")
    assert line["quoted"].startswith("error validating X-Vault-AWS-IAM-Server-ID header: ")
    assert line["causes"] and line["client-fix"] == "sign with the server ID `vault.example.com`"


def test_log_in_json_is_json_whatever_a_server_says(tmp_path: Path) -> None:
    hostile = errors(f'denied {VAULT_TOKEN} "}}\n{{"event":"logged-in"}}\x1b[2J\u2028')
    with HostileVault(lambda _: hostile) as vault:
        env = ENVIRONMENT | {"VAULT_ADDR": vault.url}
        with agent(tmp_path, "--log-format", "json", env=env) as running:
            running.wait_for_line('"event":"refused"')
    lines = [json.loads(line) for line in running.said().splitlines()]
    assert {line["event"] for line in lines} == {"refused"}
    assert leaks(running.said(), {"token": VAULT_TOKEN} | vault.logins[0].secrets) == []
