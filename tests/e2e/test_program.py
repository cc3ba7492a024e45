"""The program `vault-aws-login`: its command line, and what it shares with the Wasm command."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import command
from command import ROOT
from hostile_vault import ENVIRONMENT, VAULT_TOKEN, HostileVault, granted
from native_host import BASE, HOST
from test_command import EXAMPLE, WRONG_USAGE, WRONG_USAGE_OF_THE_INSPECTOR, WRONG_VALUES

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#: No part of it may be shown that is as long.
PIECE = 8
README = ROOT / "host-examples" / "wasmtime" / "README.md"
COMMANDS = ["login", "exec", "agent", "sign", "check", "explain", "diagnose", "completions", "man"]
AT = ("--time", "1440938160")

Ended = subprocess.CompletedProcess[str]


def run(
    *arguments: str, env: dict[str, str] | None = None, stdin: str | bytes = "", program: Path = ROOT / HOST
) -> Ended:
    """Runs the program with nothing in its environment but `env`."""
    ended = subprocess.run(
        [program, *arguments],
        cwd=program.parent,
        env=BASE | (env or {}),
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        timeout=60,
    )
    return Ended(ended.args, ended.returncode, ended.stdout.decode(), ended.stderr.decode())


def login(*options: str) -> str:
    return run("sign", "--role", "dev", *AT, *options, env=EXAMPLE).stdout


def host(ended: Ended) -> str:
    """The STS host that a login is signed for."""
    return re.search(r"^host +(.*)$", run("explain", stdin=ended.stdout).stdout, re.MULTILINE)[1]  # type: ignore[index]


# The same as the Wasm command


def refused_answer(message: str) -> str:
    return json.dumps({"errors": [message]})


TAMPERED = '{"iam_http_request_method":"POST","iam_request_url":"x"}'
SIGNED = "\0the login that is signed above"
SAME: list[tuple[list[str], str | bytes]] = [
    (["sign", *AT], ""),
    (["sign", "--role", "dev", "--server-id", "vault.example.com", "--region", "eu-west-1", *AT], ""),
    (["sign", "--fips", "--dual-stack", "--fips", "--header-value", "v", *AT], ""),
    (["sign", "--sts-endpoint", "regional", "--json", *AT], ""),
    (["sign", "--sts-endpoint", "https://sts.example.com:8443", "--time=2015-08-30T12:36:00Z"], ""),
    (["sign", "--sts-endpoint", "https://sts.example.com/path"], ""),
    (["sign", "--role", "arn:aws:iam::123456789012:role/dev", "--json"], ""),
    (["sign", "--role", "", "--json"], ""),
    (["sign", "--server-id", "-x", *AT], ""),
    (["sign", "--role", SECRET + "a b"], ""),
    (["sign", "--region", "auto", *AT], ""),
    (["sign", "--time", "99999999999999"], ""),
    (["sign", "--credentials", "-", *AT], json.dumps({"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": SECRET})),
    (["sign", "--credentials", "-", *AT], f"export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\nAWS_SECRET_ACCESS_KEY={SECRET}\n"),
    (["sign", "--credentials", "-"], json.dumps({"AccessKeyId": SECRET, "SecretAccessKey": SECRET})),
    (["sign", "--credentials", "-"], json.dumps({"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": SECRET, "Expiration": 10**15})),
    (["sign", "--credentials", "-", "--json"], "{"),
    (["sign", "--credentials", "-"], b"\xff\xfe\xfd"),
    (["sign", "--credentials", "-"], " " * 65537),
    (["check", *AT], SIGNED),
    (["check", *AT, "--json"], SIGNED),
    (["check"], SIGNED),
    (["check", "--json"], SIGNED),
    (["check", "--server-id", "a.example.com", "--sts-endpoint", "global", "--allowed-header", "X-Y", *AT], SIGNED),
    (["check", "--no-server-id", "--server-uses-client-region", "--no-allowed-headers", *AT], SIGNED),
    (["check", "--sts-endpoint", "https://sts.eu-west-1.amazonaws.com", "--vault-version", "1.14.0", *AT], SIGNED),
    (["check", "--no-config", "--openbao", "--plugin-version", "1.18.5", *AT], SIGNED),
    (["check", "--openbao-version", "2.1.0", "--arn", "arn:aws:iam::123456789012:user/dev", *AT], SIGNED),
    (["check", "--bound-arn", "arn:aws:iam::123456789012:role/a", "--bound-arn", "b", "--no-unique-ids", *AT], SIGNED),
    (["check", *AT], TAMPERED),
    (["check", *AT], ""),
    (["check", *AT], b"\xff"),
    (["check", *AT], "[" * 70000),
    (["check", *AT], "\u00e9" * 40000),
    (["explain"], SIGNED),
    (["explain", "--json"], SIGNED),
    (["explain"], TAMPERED),
    (["explain", "--json"], "nothing"),
    (["explain"], b"\xff"),
    (["diagnose", *AT], refused_answer("entry for role dev not found")),
    (["diagnose", "--json", *AT], refused_answer("entry for role dev not found")),
    (["diagnose", "--status", "403", *AT], refused_answer("permission denied")),
    (["diagnose", "--status", "503", "--date", "Sun, 30 Aug 2015 12:36:00 GMT", *AT], refused_answer("Vault is sealed")),
    (["diagnose", "--login", TAMPERED, *AT], refused_answer("missing iam_request_body")),
    (["diagnose", *AT], ""),
    (["diagnose", "--json", *AT], "Error making API request.\n\nCode: 400. Errors:\n\n* entry for role x not found"),
    (["diagnose", *AT], "x" * (1024 * 1024 + 10)),
    (["diagnose", "--time", "noon"], ""),
    (["explain", "--login", SECRET], ""),
    (["explain", f"--{SECRET}"], ""),
    (["check", SECRET], ""),
    (["check", f"--openbao={SECRET}"], ""),
    (["check", "--json", "--vault-version", SECRET], ""),
    (["sign", "--json", "--role", "a", "--role", "b"], ""),
    (["--version"], ""),
    *((arguments, "") for arguments, _ in WRONG_USAGE),
    *((arguments, "") for arguments, _ in WRONG_VALUES),
    *(([*arguments, "--json"], "") for arguments, _ in WRONG_VALUES),
    # Of the list of commands, the Wasm command has four.
    *((arguments, "{}") for arguments, _ in WRONG_USAGE_OF_THE_INSPECTOR if arguments != ["inspect"]),
]


@pytest.mark.parametrize(("arguments", "stdin"), SAME)
def test_program_prints_and_ends_as_the_wasm_command_does(arguments: list[str], stdin: str | bytes) -> None:
    given = login("--server-id", "vault.example.com") if stdin == SIGNED else stdin
    program = run(*arguments, env=EXAMPLE, stdin=given)
    wasm = command.run(*arguments, env=EXAMPLE, stdin=given)
    assert (program.stdout, program.stderr, program.returncode) == (wasm.stdout, wasm.stderr, wasm.returncode)
    assert program.stdout + program.stderr != ""


# Everywhere


def test_program_alone_in_a_folder_on_the_path_does_all_its_commands(tmp_path: Path) -> None:
    program = tmp_path / "bin" / "vault-aws-login"
    program.parent.mkdir()
    shutil.copy(ROOT / HOST, program)
    empty = tmp_path / "empty"
    empty.mkdir()

    def alone(line: str, env: dict[str, str]) -> str:
        variables = BASE | EXAMPLE | env | {"PATH": f"{program.parent}:{os.environ['PATH']}"}
        words = ["bash", "-euo", "pipefail", "-c", line]
        ended = subprocess.run(words, cwd=empty, env=variables, capture_output=True, text=True, timeout=60)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    with HostileVault(lambda _: granted()) as vault:
        there = ENVIRONMENT | {"VAULT_ADDR": vault.url}
        assert alone("vault-aws-login login --role dev", there) == f"{VAULT_TOKEN}\n"
        assert alone("vault-aws-login exec --role dev -- bash -c 'echo $VAULT_TOKEN'", there) == f"{VAULT_TOKEN}\n"
        alone("mkdir -m 700 kept; vault-aws-login agent --role dev --once --sink kept/token", there)
    assert (empty / "kept" / "token").read_text() == VAULT_TOKEN
    shutil.rmtree(empty / "kept")
    assert alone("vault-aws-login sign --role dev | vault-aws-login explain", {}).startswith("method          POST\n")
    assert "depends[" in alone("vault-aws-login sign --role dev | vault-aws-login check", {})
    assert "rule: role-unknown" in alone("echo 'entry for role x not found' | vault-aws-login diagnose", {})
    for shell in ("bash", "elvish", "fish", "powershell", "zsh"):
        assert "agent" in alone(f"vault-aws-login completions {shell}", {})
    assert ".TH vault-aws-login-login 1" in alone("vault-aws-login man login", {})
    assert list(empty.iterdir()) == []


# Help, manual, completions


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_each_command_fits_a_screen_and_shows_an_example(name: str) -> None:
    ended = run(name, "--help")
    assert (ended.returncode, ended.stderr) == (0, "")
    lines = ended.stdout.splitlines()
    assert len(lines) <= 40 and max(map(len, lines)) <= 100, ended.stdout
    assert f"Usage: vault-aws-login {name} " in ended.stdout
    assert re.search(rf"^Examples?:\n  .*vault-aws-login {name}", ended.stdout, re.MULTILINE), ended.stdout
    assert run(name, "-h").stdout == ended.stdout


def test_help_and_manual_name_each_exit_status() -> None:
    for words in (["--help"], ["man"]):
        text = " ".join(run(*words).stdout.split())
        for status in ("0 done", "1 refused here", "2 wrong usage", "3 refused by the server", "4 not reached"):
            assert status in text, words


def table() -> list[tuple[str, str, list[str]]]:
    """The options of the README, each with its variable and its commands."""
    rows = re.findall(r"^\| `--(\S+)` \| `(\w+)` \| (.*) \|$", README.read_text(), re.MULTILINE)
    assert len(rows) > 40
    return [(option, variable, names.split(", ")) for option, variable, names in rows]


def test_manual_has_each_option_and_its_variable() -> None:
    for option, variable, names in table():
        for name in names:
            page = run("man", *([] if name == "all" else [name])).stdout.replace("\\-", "-")
            assert f"--{option}" in page and variable in page, (option, name)


def test_completions_of_bash_complete_commands_and_options(tmp_path: Path) -> None:
    script = run("completions", "bash").stdout
    (tmp_path / "script").write_text(script)
    (function,) = set(re.findall(r"complete -F (\S+)", script))
    for words, wanted in ((["vault-aws-login", "di"], "diagnose"), (["vault-aws-login", "sign", "--server"], "--server-id")):
        complete = (
            f". {tmp_path}/script; COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; "
            f"{function} vault-aws-login {words[-1]} {words[-2]}; echo ${{COMPREPLY[@]}}"
        )
        found = subprocess.run(["bash", "-c", complete], capture_output=True, text=True, check=True)
        assert found.stdout.split() == [wanted], found


# Variables


def role_of(env: dict[str, str], *options: str) -> str | None:
    return json.loads(run("sign", *AT, *options, env=EXAMPLE | env).stdout).get("role")


def test_variable_stands_for_its_option_and_openbaos_name_wins() -> None:
    assert role_of({}) is None
    assert role_of({"VAULT_AUTH_ROLE": "a"}) == "a"
    assert role_of({"VAULT_AUTH_ROLE": "a", "BAO_AUTH_ROLE": "b"}) == "b"
    assert role_of({"VAULT_AUTH_ROLE": "a", "BAO_AUTH_ROLE": "b"}, "--role", "c") == "c"


def test_empty_variable_counts_as_absent() -> None:
    assert role_of({"VAULT_AUTH_ROLE": ""}) is None
    assert role_of({"VAULT_AUTH_ROLE": "a", "BAO_AUTH_ROLE": ""}) == "a"
    assert host(run("sign", *AT, env=EXAMPLE | {"VAULT_AWS_LOGIN_FIPS": ""})) == "sts.amazonaws.com"


@pytest.mark.parametrize("value", ["0", "false", "no", "off"])
def test_flag_is_on_unless_its_variable_says_no(value: str) -> None:
    fips = {"VAULT_AWS_LOGIN_FIPS": "1"}
    assert host(run("sign", *AT, env=EXAMPLE | fips)) == "sts-fips.us-east-1.amazonaws.com"
    assert host(run("sign", *AT, env=EXAMPLE | {"VAULT_AWS_LOGIN_FIPS": value})) == "sts.amazonaws.com"
    error = run("sign", "--role", "a b", env=EXAMPLE | {"VAULT_AWS_LOGIN_JSON": value}).stderr
    assert error.startswith("error[illegal-character]: ")


def test_option_of_the_command_line_hides_the_variables_of_its_opposites() -> None:
    fips = EXAMPLE | {"VAULT_AWS_LOGIN_FIPS": "1"}
    assert host(run("sign", "--sts-endpoint", "https://sts.example.com", *AT, env=fips)) == "sts.example.com"
    known = {"VAULT_IAM_SERVER_ID": "vault.example.com"}
    for option in ("--no-server-id", "--no-config"):
        ended = run("check", option, *AT, "--json", env=known, stdin=login())
        assert "found both" not in ended.stderr and "server-id-missing" not in ended.stdout
    assert "server-id-missing" in run("check", *AT, "--json", env=known, stdin=login()).stdout


def test_each_variable_reaches_its_option() -> None:
    """A value that each option but the free texts refuses says that it arrived."""
    for option, variable, names in table():
        for name in set(names) & {"check", "diagnose", "sign"}:
            by_option = run(name, f"--{option}", "a b", *AT, env=EXAMPLE, stdin="{}")
            by_variable = run(name, *AT, env=EXAMPLE | {variable: "a b"}, stdin="{}")
            # A flag takes no value on the command line, and the given time is there twice.
            if "unexpected argument" not in by_option.stderr and option not in ("time", "profile"):
                assert by_variable.stderr == by_option.stderr and by_variable.returncode == by_option.returncode, option


# JSON, statuses, colours


def error_of(ended: Ended) -> dict[str, Any]:
    assert ended.stdout == ""
    report = json.loads(ended.stderr)
    assert ended.stderr == json.dumps(report, separators=(",", ":"), ensure_ascii=False) + "\n"
    assert list(report) == ["error"]
    return report["error"]


def test_errors_are_json_where_that_is_asked_for() -> None:
    usage = run("login", "--roll", "x", "--json")
    assert usage.returncode == 2
    assert error_of(usage) == {"rule": "usage", "field": None, "message": "invalid option '--roll'"}
    refused = run("sign", "--role", "a b", "--json", env=EXAMPLE)
    assert refused.returncode == 1
    assert {key: error_of(refused)[key] for key in ("rule", "field")} == {"rule": "illegal-character", "field": "role"}
    assert run("login", "--roll", env={"VAULT_AWS_LOGIN_JSON": "true"}).stderr.startswith('{"error":')


def test_status_tells_who_refused() -> None:
    answers = {"status": 400, "body": json.dumps({"errors": ["entry for role dev not found"]})}
    with HostileVault(lambda _: granted()) as vault:
        reached = ENVIRONMENT | {"VAULT_ADDR": vault.url}
        assert run("login", "--role", "dev", env=reached).returncode == 0
        assert run("login", "--role", "a b", env=reached).returncode == 1
        assert run("login", "--format", "yaml", env=reached).returncode == 2
    unreached = run("login", "--json", env=ENVIRONMENT | {"VAULT_ADDR": "http://127.0.0.1:1"})
    assert unreached.returncode == 4
    assert error_of(unreached)["rule"] == "vault-unreachable"
    assert error_of(unreached)["causes"] and error_of(unreached)["client-fix"]
    assert answers


def on_terminal(words: list[str], env: dict[str, str], stdin: str) -> str:
    """What a command writes on a terminal."""
    ours, theirs = pty.openpty()
    variables = BASE | {"TERM": "xterm-256color"} | env
    with subprocess.Popen([ROOT / HOST, *words], env=variables, stdin=subprocess.PIPE, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        assert process.stdin is not None
        process.stdin.write(stdin.encode())
        process.stdin.close()
        said = b""
        while select.select([ours], [], [], 60)[0]:
            try:
                chunk = os.read(ours, 65536)
            except OSError:  # The other end is closed.
                break
            if not chunk:
                break
            said += chunk
    os.close(ours)
    return said.decode()


def test_severities_and_errors_are_coloured_on_a_terminal_alone() -> None:
    check = ["check", "--server-id", "a.example.com"]
    plain = run(*check, stdin=login()).stdout
    coloured = on_terminal(check, {}, login())
    for word in ("refused", "refused[server-id-missing]"):
        severity, _, rest = word.partition("[")
        assert re.search(rf"\x1b\[1m\x1b\[31m{severity}\x1b\[0m{re.escape('[' + rest) if rest else ''}", coloured), coloured
    assert "\x1b[31merror\x1b[0m: " in on_terminal(["check", "--roll"], {}, "")
    assert "\x1b[" in on_terminal(["check", "--help"], {}, "")
    assert "\x1b" not in plain
    assert on_terminal(check, {"NO_COLOR": "1"}, login()).replace("\r\n", "\n") == plain
    assert "\x1b" not in on_terminal(["check", "--roll"], {"NO_COLOR": "1"}, "")
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured).replace("\r\n", "\n") == plain


# Secrets


def pieces(text: str) -> list[str]:
    return [SECRET[at : at + PIECE] for at in range(len(SECRET) - PIECE + 1) if SECRET[at : at + PIECE] in text]


def test_secret_in_the_place_of_an_option_is_not_repeated(tmp_path: Path) -> None:
    told = []
    for option, variable, names in table():
        for name in COMMANDS if names == ["all"] else names:
            rest = ["--", "true"] if name == "exec" else []
            for words, env in (
                ([f"--{option}", SECRET], {}),
                ([f"--{option}={SECRET}"], {}),
                ([f"--{option}", SECRET, f"--{option}", SECRET], {}),
                ([f"--{SECRET}={option}"], {}),
                ([], {variable: SECRET}),
                (["--json"], {variable: SECRET}),
            ):
                program = tmp_path / "vault-aws-login"
                if not program.exists():
                    program.symlink_to(ROOT / HOST)
                needed = {"VAULT_ADDR": "http://127.0.0.1:1", "VAULT_CLIENT_TIMEOUT": "2s"}
                ended = run(name, *words, *rest, env=EXAMPLE | needed | env, stdin="{}", program=program)
                # A login holds what it is told to hold.
                shown = ended.stderr if name == "sign" else ended.stdout + ended.stderr
                if pieces(shown):
                    told.append((name, words, env, shown))
    assert told == []
