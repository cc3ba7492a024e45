"""No host prints what a hostile server says: no secret that it echoes, nothing that steers a terminal."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

import command
import go_session
import java_host
import native_host
import node_project
from hostile_vault import ENVIRONMENT, TO_A_LOGIN, TO_A_TOKEN, VAULT_TOKEN, HostileVault, Said, granted
from test_composed_host import run as run_composed
from test_edge_host import worker, workerd
from test_go_host import example, session_driver

__all__ = ["example", "session_driver", "workerd"]
PATH = "secret/greeting"
#: So many characters of a secret in a row are a piece of it.
PIECE = 8
NOT_SHOWN = re.compile("[^\n -~\xa0-\uffff]|[\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


@dataclass(frozen=True)
class Run:
    vault: HostileVault
    folder: Path
    request: pytest.FixtureRequest

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "VAULT_", "BAO_"))}
        return inherited | ENVIRONMENT | {"VAULT_ADDR": self.vault.url, "AWS_EC2_METADATA_DISABLED": "true"}


def finished(words: list[str], env: dict[str, str], product: str = "") -> str:
    ended = subprocess.run(words, cwd=command.ROOT, env=env, capture_output=True, timeout=60)
    return said_by(ended, product)


def said_by(ended: subprocess.CompletedProcess, product: str = "") -> str:
    """All that a program printed but its product, when it ended well."""
    output, errors = (text if isinstance(text, str) else text.decode() for text in (ended.stdout, ended.stderr))
    if ended.returncode == 0 and product:
        assert output == product
        output = ""
    return output + errors


def native_login(run: Run) -> str:
    ended = native_host.run("login", env=ENVIRONMENT | {"VAULT_ADDR": run.vault.url})
    return said_by(ended, VAULT_TOKEN + "\n")


def native_agent(run: Run) -> str:
    with native_host.agent(run.folder, env=ENVIRONMENT | {"VAULT_ADDR": run.vault.url}) as agent:
        agent.process.wait_until(lambda: agent.sink.exists() or "refused: " in agent.said(), what="it knew")
        assert not agent.sink.exists() or agent.sink.read_text() == VAULT_TOKEN
    return agent.said()


def node_example(run: Run) -> str:
    return said_by(in_node(run, (node_project.PACKAGE / "login.mjs").read_text()))


# All that a program may find in what is thrown.
NODE_ERROR = """
    import { inspect } from 'node:util';
    import { fromEnv } from '@aws-sdk/credential-providers';
    import { login } from 'vault-aws-login';
    const whole = { depth: Infinity, showHidden: true };
    try {
      const { warnings } = await login({ vaultAddr: process.env.VAULT_ADDR, credentials: fromEnv() });
      console.error(warnings);
    } catch (error) {
      console.error(String(error));
      for (let each = error; each; each = each.cause) {
        console.error(error.message + '\\n' + error.stack + '\\n' + error.refusal?.quoted);
      }
      console.error(inspect(error, whole), JSON.stringify(error));
    }
"""


def node_error(run: Run) -> str:
    return said_by(in_node(run, NODE_ERROR))


NODE_SESSION = """
    import { fromEnv } from '@aws-sdk/credential-providers';
    import { createSession } from 'vault-aws-login';
    const stop = (said) => { console.error(said); session.close(); };
    const session = createSession({
      vaultAddr: process.env.VAULT_ADDR, credentials: fromEnv(),
      onRefusal: ({ message, diagnosis }) => stop([message, ...Object.values(diagnosis ?? {})].join('\\n')), onToken: () => stop('token'), onClockCorrection: (_, message) => stop(message),
    });
"""


def node_session(run: Run) -> str:
    return said_by(in_node(run, NODE_SESSION))


def deno_error(run: Run) -> str:
    return said_by(in_node(run, NODE_ERROR, "deno"))


def deno_session(run: Run) -> str:
    return said_by(in_node(run, NODE_SESSION, "deno"))


def bun_error(run: Run) -> str:
    return said_by(in_node(run, NODE_ERROR, "bun"))


def bun_session(run: Run) -> str:
    return said_by(in_node(run, NODE_SESSION, "bun"))


def in_node(run: Run, script: str, runtime: str = "node") -> subprocess.CompletedProcess[str]:
    project = run.request.getfixturevalue("project")
    words = {"node": ("node",)} | node_project.WITH_ENVIRONMENT
    environment = ENVIRONMENT | {"VAULT_ADDR": run.vault.url}
    return node_project.node(project, script, "dev", PATH, env=environment, runtime=words[runtime])


def python_example(run: Run) -> str:
    host = command.ROOT / "host-examples" / "python"
    words = [sys.executable, str(host / "login.py"), "dev", PATH]
    return finished(words, run.environment | {"PYTHONPATH": str(host / "src")})


# All that a program may find in what is raised.
PYTHON_ERROR = """
import os, sys, traceback
from vault_aws_iam_login import Credentials, VaultError, login
names = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
try:
    print(login(os.environ["VAULT_ADDR"], Credentials(*(os.environ[name] for name in names))))
except VaultError as error:
    print(error, repr(error.message), vars(error), error.refusal and error.refusal.quoted, sep="\\n")
    for each in traceback.TracebackException.from_exception(error, capture_locals=True).format():
        print(each)
    assert (error.__cause__, error.__context__) == (None, None)
"""


def python_error(run: Run) -> str:
    words = [sys.executable, "-c", PYTHON_ERROR]
    return finished(words, run.environment | {"PYTHONPATH": str(command.ROOT / "host-examples/python/src")})


PYTHON_SESSION = """
import os, threading
from vault_aws_iam_login import Credentials, Session
names = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
ended = threading.Event()
def stop(*said):
    print(*said, sep="\\n")
    ended.set()
def refused(refusal):
    stop(refusal.message, *(vars(refusal.diagnosis).values() if refusal.diagnosis else ()))
with Session(
    os.environ["VAULT_ADDR"],
    Credentials(*(os.environ[name] for name in names)),
    on_token=stop,
    on_refusal=refused,
    on_clock_correction=stop,
):
    assert ended.wait(30)
"""


def python_session(run: Run) -> str:
    words = [sys.executable, "-c", PYTHON_SESSION]
    return finished(words, run.environment | {"PYTHONPATH": str(command.ROOT / "host-examples/python/src")})


def go_example(run: Run) -> str:
    program = run.request.getfixturevalue("example")
    return finished([str(program), "dev", PATH], run.environment)


def go_sessions(run: Run) -> str:
    program = run.request.getfixturevalue("session_driver")
    told = go_session.drive(program, {"vault_addr": run.vault.url, "mount": "aws"}, ENVIRONMENT)
    assert told.token in ("", VAULT_TOKEN)
    return "".join(told.lines)


def java_example(run: Run) -> str:
    classes = run.request.getfixturevalue("java_classes")
    return finished([*java_host.example_words(classes), "dev", PATH], run.environment)


def java_error(run: Run) -> str:
    return shown_in_java(run, "login")


def java_session(run: Run) -> str:
    return shown_in_java(run, "session")


def shown_in_java(run: Run, what: str) -> str:
    return finished([*java_host.program_words("Shown"), what, "dev", "aws"], run.environment, VAULT_TOKEN + "\n")


def edge_worker(run: Run) -> str:
    with worker(run.request.getfixturevalue("workerd"), ENVIRONMENT | {"VAULT_ADDR": run.vault.url}) as edge:
        answer = edge.get()
    return "\n".join([answer.text, str(answer.headers), *edge.log])


def composed(run: Run) -> str:
    """Its user posts the login and hands it the answer."""
    login = run_composed("sign", env=ENVIRONMENT).stdout
    try:
        answer = requests.post(f"{run.vault.url}/v1/auth/aws/login", data=login, timeout=30, allow_redirects=False)
        status, body = str(answer.status_code), answer.content.decode()
    except (requests.RequestException, ValueError):  # what came is not HTTP
        status, body = "none", ""
    known = run_composed("explain", status, env={"LOGIN": login}, stdin=body)
    unknown = run_composed("explain", status, stdin=body)
    assert "the server said" not in unknown.stdout
    return said_by(known) + said_by(unknown)


PYTHON = [python_example, python_error, python_session]
JAVA = [java_example, java_error, java_session]
GO = [go_example, go_sessions]
OTHER_RUNTIMES = [deno_error, deno_session, bun_error, bun_session]
OWN = [native_login, native_agent, node_example, node_error, node_session]
HOSTS = [*OWN, *OTHER_RUNTIMES, *PYTHON, *GO, *JAVA, edge_worker]
SESSIONS = [native_agent, node_session, deno_session, bun_session, python_session, go_sessions, java_session]
READERS = [node_example, python_example, go_example, java_example, edge_worker]


@pytest.mark.parametrize("name", TO_A_LOGIN)
@pytest.mark.parametrize("host", [*HOSTS, composed], ids=lambda host: host.__name__)
def test_echo_of_a_login_is_not_repeated(
    host: Callable[[Run], str], name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with HostileVault(TO_A_LOGIN[name]) as vault:
        said = host(Run(vault, tmp_path, request))
    assert vault.logins
    expect_harmless(said, vault)
    # A token that cannot be one is not used.
    assert not name.startswith("a token ") or vault.others == []
    # What is harmless in the server's words stays, so that the hosts are of use. Sessions quote errors alone.
    words = TO_A_LOGIN[name](vault.logins[0]).body
    if "denied" in words and (host not in SESSIONS or '"errors"' in words):
        assert "denied" in said


@pytest.mark.parametrize("name", TO_A_TOKEN)
@pytest.mark.parametrize("host", READERS, ids=lambda host: host.__name__)
def test_echo_of_a_token_is_not_repeated(
    host: Callable[[Run], str], name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with HostileVault(lambda login: granted(), TO_A_TOKEN[name]) as vault:
        said = host(Run(vault, tmp_path, request))
    assert {token for _, token in vault.others} == {VAULT_TOKEN}
    assert {path for path, _ in vault.others} == {f"/v1/{PATH}"}, "a redirect was followed"
    expect_harmless(said, vault)


@pytest.mark.parametrize("host", READERS, ids=lambda host: host.__name__)
def test_login_and_token_go_below_the_path_of_the_address(
    host: Callable[[Run], str], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    secret = Said(200, '{"data":{"message":"hello"}}')
    with HostileVault(lambda login: granted(), secret, prefix="/team/vault/") as vault:
        assert '"hello"' in host(Run(vault, tmp_path, request))
    assert vault.paths == ["/team/vault/v1/auth/aws/login", f"/team/vault/v1/{PATH}"]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("host", SESSIONS, ids=lambda host: host.__name__)
def test_redirect_of_a_login_is_not_followed(
    host: Callable[[Run], str], status: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with HostileVault(lambda login: granted()) as other:
        elsewhere = Said(status, location=f"{other.url}/v1/auth/aws/login")
        with HostileVault(lambda login: elsewhere) as vault:
            host(Run(vault, tmp_path, request))
    assert len(vault.logins) == 1
    assert other.paths == []


def expect_harmless(said: str, vault: HostileVault) -> None:
    for login in vault.logins:
        for secret, value in login.secrets.items():
            pieces = {value[at : at + PIECE] for at in range(len(value) - PIECE + 1)}
            assert [piece for piece in pieces if piece in said] == [], f"{secret}: {said}"
    assert NOT_SHOWN.findall(said) == [], repr(said)
    assert [line for line in said.splitlines() if line.startswith("FORGED")] == [], said


def test_whole_answer_is_printed_as_json_without_what_steers_a_terminal() -> None:
    steering = '{"auth":{"client_token":"hvs.1"},"data":"\x9b31m\x7f"}\n'
    with HostileVault(lambda login: Said(200, steering)) as vault:
        ended = native_host.run("login", "--format", "json", env=ENVIRONMENT | {"VAULT_ADDR": vault.url})
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == '{"auth":{"client_token":"hvs.1"},"data":"\\u009b31m\\u007f"}\n'
