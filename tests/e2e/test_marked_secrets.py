"""No host reveals a secret: its output is searched after success, refusal and bad input."""

from __future__ import annotations

import base64
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import requests

import command
import go_session
import java_host
import native_host
import node_project
from bed import GREETING_PATH, Identity, TestBed, trust
from envoy_process import Envoy
from marked_secrets import CASES, Case, Output, leaks, secrets_of, secrets_of_login
from test_composed_host import run as run_composed
from test_edge_host import worker, workerd
from test_go_host import example, session_driver
from vault_front import Front

__all__ = ["example", "session_driver", "workerd"]
HOSTS = command.ROOT / "host-examples"
EXTERNAL_ID = "marked-external-ID:7f3c2b19/partner"
ASSUMED = "arn:aws:iam::123456789012:role/marked-assumed"


@dataclass(frozen=True)
class Run:
    """What a host is given."""

    bed: TestBed
    case: Case
    identity: Identity
    mount: str
    front: Front
    folder: Path
    request: pytest.FixtureRequest
    more: tuple[str, ...] = ()
    more_environment: dict[str, str] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The variables that all hosts share, with the front in Vault's place."""
        own = {"VAULT_ADDR": self.front.url, "VAULT_IAM_SERVER_ID": self.case.server_id}
        return self.identity.environment() | own | (self.more_environment or {})

    @property
    def options(self) -> tuple[str, ...]:
        return ("--role", self.case.role, "--server-id", self.case.server_id)


@pytest.fixture(scope="module")
def made(bed: TestBed) -> Identity:
    return bed.aws.session(bed.aws.role("marked-secrets"))


@pytest.fixture(scope="module")
def mount(bed: TestBed, made: Identity) -> str:
    mount = bed.mount_aws("marked", iam_server_id_header_value="vault.example.com")
    own = "arn:aws:iam::123456789012:role/marked-secrets"
    assumed = bed.aws.role("marked-assumed", trusts=trust(own, external_id=EXTERNAL_ID))
    bed.vault_role("marked", own, assumed.arn, mount=mount)
    return mount


def ended(process: subprocess.CompletedProcess[str], *, product: str = "") -> Output:
    """The output of a program that has ended; its product is kept apart."""
    rest = process.stderr if product else process.stdout + process.stderr
    assert rest or product
    return Output(process.returncode == 0, rest, product)


def signing_command(run: Run) -> Output:
    """The command signs, and inspects what it signed and what the server said to it."""
    process = command.run("sign", *run.options, env=run.identity.environment())

    def inspect(login: str) -> list[subprocess.CompletedProcess[str]]:
        return [
            command.run("explain", stdin=login),
            command.run("explain", "--json", stdin=login),
            command.run("check", "--server-id", "third.example.com", stdin=login),
            command.run("check", "--json", stdin=login + "x"),
        ]

    def explain(status: str, body: str) -> list[subprocess.CompletedProcess[str]]:
        printed = f"Error making API request.\n\nCode: {status}. Raw Message:\n\n{body}"
        return [
            command.run("diagnose", "--status", status, "--json", stdin=body),
            command.run("diagnose", "--json", stdin=printed),
        ]

    return inspected(run, process, inspect, explain)


def composed(run: Run) -> Output:
    process = run_composed("sign", run.case.role, run.case.server_id, env=run.identity.environment())
    return inspected(run, process, lambda _: [], lambda status, body: [run_composed("explain", status, stdin=body)])


def inspected(
    run: Run,
    process: subprocess.CompletedProcess[str],
    inspect: Callable[[str], list[subprocess.CompletedProcess[str]]],
    explain: Callable[[str, str], list[subprocess.CompletedProcess[str]]],
) -> Output:
    """A login is the product of these hosts, so that it may be on their standard output and nowhere else."""
    if process.returncode != 0:
        return ended(process)
    url = f"{run.front.url}/v1/auth/{run.mount}/login"
    answer = requests.post(url, data=process.stdout, timeout=30)
    later = inspect(process.stdout)
    if not answer.ok:
        later += explain(str(answer.status_code), answer.text)
    rest = process.stderr + "".join(each.stdout + each.stderr for each in later)
    own = {f"{name} on standard output": value for name, value in secrets_of_login(process.stdout).items()}
    return Output(answer.ok, rest, process.stdout, own)


def inspected_within(run: Run, process: subprocess.CompletedProcess[str]) -> Output:
    """The process has inspected its login itself, and said so on standard error."""
    return inspected(run, process, lambda _: [], lambda *_: [])


def native_login(run: Run) -> Output:
    """The program shows a login that it does not send, then sends one."""
    words = ("login", "--mount", run.mount, *run.options)
    shown = [native_host.run(*words, "--dry-run", *more, env=run.environment) for more in ([], ["--json"])]
    output = token_printed(native_host.run(*words, env=run.environment))
    return replace(output, rest=output.rest + "".join(each.stdout + each.stderr for each in shown))


def native_exec(run: Run) -> Output:
    """A command gets the token, and prints it."""
    words = "exec", "--mount", run.mount, *run.options, "--", "sh", "-c", 'echo "$VAULT_TOKEN"'
    return token_printed(native_host.run(*words, env=run.environment | {"PATH": os.environ["PATH"]}))


def native_login_that_keeps_the_token(run: Run) -> Output:
    words = "login", "--store", "--json", "--mount", run.mount, *run.options
    env = run.environment | {"HOME": str(run.folder)}
    process = native_host.run(*words, "--field", "token_duration", env=env)
    kept = run.folder / ".vault-token"
    token = kept.read_text() if kept.exists() else ""
    return Output(token != "", process.stdout + process.stderr, token, {"token in the file": token})


def native_agent_in_json(run: Run) -> Output:
    """The agent says all that it can say, also to systemd."""
    health = run.folder / "health"
    more = *run.more, "--log-format", "json", "--health-file", str(health)
    address = run.folder / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(address))
        manager.setblocking(False)
        environment = (run.more_environment or {}) | {"NOTIFY_SOCKET": str(address)}
        output = native_agent(replace(run, more=more, more_environment=environment))
        told = b""
        with suppress(BlockingIOError):
            while True:
                told += manager.recv(4096)
    return replace(output, rest=output.rest + told.decode())


def token_printed(process: subprocess.CompletedProcess[str]) -> Output:
    """A token is the product of these hosts, so that it may be on their standard output and nowhere else."""
    if process.returncode != 0:
        return ended(process)
    token = process.stdout.removesuffix("\n")
    assert token and "\n" not in token
    return Output(True, process.stderr, process.stdout, {"token on standard output": token})


def native_agent(run: Run) -> Output:
    with native_host.agent(run.folder, "--mount", run.mount, *run.options, *run.more, env=run.environment) as agent:
        # Bad input ends it before it has a token or a refusal.
        with suppress(RuntimeError):
            agent.process.wait_until(lambda: agent.sink.exists() or "refused" in agent.said(), what="it knew")
    token = agent.sink.read_text() if agent.sink.exists() else ""
    assert agent.said()
    return Output(token != "", agent.said(), token, {"token in the file": token})


def native_agent_with_a_role(run: Run) -> Output:
    role = ("--assume-role", ASSUMED, "--external-id", EXTERNAL_ID)
    return with_a_role(replace(run, more=role), native_agent)


def with_a_role(run: Run, host: Callable[[Run], Output]) -> Output:
    """Has the host assume a role, as the environment says, for which STS wants an external ID."""
    role = {"ASSUMED": ASSUMED, "EXTERNAL_ID": EXTERNAL_ID, "AWS_ENDPOINT_URL_STS": run.bed.sts.url()}
    before = len(run.bed.sts.calls)
    output = host(replace(run, more_environment=role))
    assert not output.succeeded or "AssumeRole" in [call.action for call in run.bed.sts.calls[before:]]
    output.own["external ID"] = EXTERNAL_ID
    return output


NODE_SESSION = """
    import { inspect } from 'node:util';
    import { fromEnv } from '@aws-sdk/credential-providers';
    import { createSession, signLogin } from 'vault-aws-login';
    const { VAULT_ADDR: vaultAddr, VAULT_IAM_SERVER_ID: serverId } = process.env;
    const { ASSUMED: roleArn, EXTERNAL_ID: externalId, AWS_ENDPOINT_URL_STS: stsEndpoint } = process.env;
    const [role, path, mount] = process.argv.slice(2);
    const whole = { depth: Infinity, showHidden: true };
    const show = (value) => console.error(inspect(value, whole), String(value), JSON.stringify(value));
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20_000).unref();
    const end = (reason) => { show(reason); stop.abort(); };
    try {
      const session = createSession({
        vaultAddr, serverId, role, mount, credentials: fromEnv(), onRefusal: end, onCredentialError: end,
        assumeRole: roleArn && { roleArn, externalId, stsEndpoint },
      });
      show(session);
      console.log(await session.token({ signal: stop.signal }));
      show(session);
      session.close();
    } catch (error) {
      show(error);
      try { signLogin({ credentials: await fromEnv()(), role, serverId }); } catch (again) { show(again); }
      process.exit(1);
    }
"""


def node_example(run: Run) -> Output:
    script = (node_project.PACKAGE / "login.mjs").read_text()
    return ended(in_node(run, script))


def node_session(run: Run) -> Output:
    return token_printed(in_node(run, NODE_SESSION))


def node_session_with_a_role(run: Run) -> Output:
    return with_a_role(run, node_session)


def deno_session(run: Run) -> Output:
    return token_printed(in_node(run, NODE_SESSION, "deno"))


def bun_session(run: Run) -> Output:
    return token_printed(in_node(run, NODE_SESSION, "bun"))


NODE_INSPECTOR = """
    import { inspect } from 'node:util';
    import { fromEnv } from '@aws-sdk/credential-providers';
    import { checkLogin, clockOffset, explainLogin, explainRefusal, signLogin } from 'vault-aws-login';
    const [role] = process.argv.slice(2);
    const whole = { depth: Infinity, showHidden: true };
    const show = (value) => console.error(inspect(value, whole), String(value), JSON.stringify(value));
    const tried = (action) => { try { return action(); } catch (error) { show(error); } };
    const credentials = await fromEnv()();
    const login = tried(() => signLogin({ credentials, role, serverId: process.env.VAULT_IAM_SERVER_ID }));
    if (login === undefined) process.exit(1);
    for (const text of [login, login + 'x', login.slice(1)]) {
      const answer = { status: 400, body: text };
      for (const look of [
        () => checkLogin(text),
        () => explainLogin(text),
        () => explainRefusal(answer, { login: text }),
        () => clockOffset(answer),
      ]) show(tried(look) ?? null);
    }
    console.log(login);
"""


def node_inspector(run: Run) -> Output:
    return inspected_within(run, in_node(run, NODE_INSPECTOR))


def deno_inspector(run: Run) -> Output:
    return inspected_within(run, in_node(run, NODE_INSPECTOR, "deno"))


def bun_inspector(run: Run) -> Output:
    return inspected_within(run, in_node(run, NODE_INSPECTOR, "bun"))


def in_node(run: Run, script: str, runtime: str = "node") -> subprocess.CompletedProcess[str]:
    project = run.request.getfixturevalue("project")
    words = {"node": ("node",)} | node_project.WITH_ENVIRONMENT
    arguments = (run.case.role, GREETING_PATH, run.mount)
    return node_project.node(project, script, *arguments, env=run.environment, runtime=words[runtime])


SHOWN_IN_PYTHON = """
from os import environ
from vault_aws_iam_login import Credentials
names = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
print(Credentials(*(environ.get(name) for name in names)))
"""


def python_example(run: Run) -> Output:
    environment = run.bed.process_environment(run.identity) | run.environment | {"PYTHONPATH": str(HOSTS / "python/src")}
    seen = subprocess.run([sys.executable, "-c", SHOWN_IN_PYTHON], env=environment, capture_output=True, text=True, timeout=60)
    assert seen.returncode == 0, seen.stderr
    words = [str(HOSTS / "python/login.py"), run.case.role, GREETING_PATH, run.mount]
    process = subprocess.run([sys.executable, *words], env=environment, capture_output=True, text=True, timeout=60)
    output = ended(process)
    output.rest += seen.stdout
    return output


PYTHON_INSPECTOR = """
import sys
from os import environ
from vault_aws_iam_login import Credentials, LoginError, Module

def tried(action):
    try:
        return action()
    except LoginError as error:
        print(error, repr(error), vars(error), file=sys.stderr)

names = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
module, role = Module.bundled(), sys.argv[1]
credentials = Credentials(*(environ.get(name) for name in names))
login = tried(lambda: module.sign_login(credentials, role=role, server_id=environ["VAULT_IAM_SERVER_ID"]))
if login is None:
    sys.exit(1)
for text in (login, login + "x", login[1:]):
    for look in (
        lambda: module.check_login(text),
        lambda: module.explain_login(text),
        lambda: module.explain_refusal(400, text, login=text),
        lambda: module.explain_pasted(text, login=text),
        lambda: module.clock_offset(400, text),
    ):
        seen = tried(look)
        print(seen, repr(seen), file=sys.stderr)
print(login)
"""


def python_inspector(run: Run) -> Output:
    return inspected_within(run, in_python(run, PYTHON_INSPECTOR, run.case.role))


# Everything that a program may show of a session: what its listeners are told, exceptions with the variables of the
# package's frames, the log of everything, and threads that fail.
PYTHON_SESSION = """
import logging
import sys
import traceback
from os import environ
from threading import Event
import hvac
from vault_aws_iam_login import AssumeRole, Credentials, Lease, LoginError, Session, VaultError, login
from vault_aws_iam_login.hvac import keep_logged_in

logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)

def show(value):
    print(value, repr(value), file=sys.stderr)
    if isinstance(value, BaseException):
        traceback.print_exception(value)
        print(vars(value), file=sys.stderr)
        for frame, _ in traceback.walk_tb(value.__traceback__):
            if "vault_aws_iam_login" in frame.f_code.co_filename:
                print(frame.f_locals, file=sys.stderr)
    else:
        logging.debug("%s %r", value, value)

names = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
credentials = Credentials(*(environ.get(name) for name in names))
role, mount = sys.argv[1:]
server_id, address = environ["VAULT_IAM_SERVER_ID"], environ["VAULT_ADDR"]
ended = Event()

def end(news):
    show(news)
    ended.set()

token = None
assumed = None
if "ASSUMED" in environ:
    endpoint = environ["AWS_ENDPOINT_URL_STS"]
    assumed = AssumeRole(environ["ASSUMED"], external_id=environ["EXTERNAL_ID"], sts_endpoint=endpoint)
    show(assumed)
try:
    options = {"role": role, "server_id": server_id, "mount": mount}
    told = {"on_token": end, "on_refusal": end, "on_credential_error": end}
    with Session(address, lambda: credentials, assume_role=assumed, **told, **options) as session:
        show(session)
        ended.wait(20)
        try:
            token = session.token(timeout=0.1)
        except TimeoutError as error:
            show(error)
        show(session)
    show(session)
    show(login(address, credentials, **options))
    with keep_logged_in(hvac.Client(), credentials, role=role, header_value=server_id, mount_point=mount) as session:
        show(session)
except (LoginError, VaultError) as error:
    show(error)
if token is None:
    sys.exit(1)
print(token)
"""


def python_session(run: Run) -> Output:
    return token_printed(in_python(run, PYTHON_SESSION, run.case.role, run.mount))


def python_session_with_a_role(run: Run) -> Output:
    return with_a_role(run, python_session)


def in_python(run: Run, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = run.bed.process_environment(run.identity) | run.environment | {"PYTHONPATH": str(HOSTS / "python/src")}
    words = [sys.executable, "-c", script, *arguments]
    return subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60)


def go_example(run: Run) -> Output:
    program = run.request.getfixturevalue("example")
    words = [str(program), run.case.role, GREETING_PATH, run.mount]
    environment = run.bed.process_environment(run.identity) | run.environment
    return ended(
        subprocess.run(words, cwd=command.ROOT, env=environment, capture_output=True, text=True, timeout=60)
    )


def go_sessions(run: Run) -> Output:
    return driven(run, run.request.getfixturevalue("session_driver"))


def go_session_with_a_role(run: Run) -> Output:
    return with_a_role(run, go_sessions)


def driven(run: Run, driver: list[str]) -> Output:
    """Runs a session driver, whose protocol all languages share."""
    settings = {"vault_addr": run.front.url, "mount": run.mount, "role": run.case.role, "server_id": run.case.server_id}
    if run.more_environment:
        role = {"role_arn": ASSUMED, "session_name": None, "external_id": EXTERNAL_ID}
        settings["assume_role"] = role | {"sts_endpoint": run.bed.sts.url()}
    told = go_session.drive(driver, settings, run.identity.environment())
    assert told.lines
    return Output(told.has_token, "".join(told.lines), told.lease, {"token in the lease": told.token})


def java_example(run: Run) -> Output:
    classes = run.request.getfixturevalue("java_classes")
    return ended(in_java(run, [*java_host.example_words(classes), run.case.role, GREETING_PATH, run.mount]))


def java_session(run: Run) -> Output:
    return token_printed(in_java(run, shown_in_java(run, "session")))


def java_session_with_a_role(run: Run) -> Output:
    return with_a_role(run, lambda run: driven(run, java_host.program_words("SessionDriver")))


def java_login(run: Run) -> Output:
    return token_printed(in_java(run, shown_in_java(run, "login")))


def java_inspector(run: Run) -> Output:
    return inspected_within(run, in_java(run, shown_in_java(run, "inspector")))


def shown_in_java(run: Run, what: str) -> list[str]:
    return [*java_host.program_words("Shown"), what, run.case.role, run.mount]


def in_java(run: Run, words: list[str]) -> subprocess.CompletedProcess[str]:
    environment = run.bed.process_environment(run.identity) | run.environment
    return subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60)


def edge_worker(run: Run) -> Output:
    own = {"VAULT_AWS_MOUNT": run.mount, "VAULT_AUTH_ROLE": run.case.role}
    with worker(run.request.getfixturevalue("workerd"), run.environment | own) as edge:
        answer = edge.get()
    return Output(answer.ok, "\n".join([answer.text, str(answer.headers), *edge.log]))


def github_action(run: Run) -> Output:
    """The step, and the end of its job. GitHub's runner shows no command that masks, and no file of them."""
    files = {name: run.folder / name for name in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_STATE")}
    inputs = {"INPUT_URL": run.front.url, "INPUT_MOUNT": run.mount, "INPUT_ROLE": run.case.role}
    inputs |= {"INPUT_SERVER-ID": run.case.server_id, "INPUT_SECRETS": f"{GREETING_PATH} message"}
    environment = run.bed.process_environment(run.identity) | run.environment | inputs

    def node(state: dict[str, str]) -> subprocess.CompletedProcess[str]:
        for file in files.values():
            file.touch()
        words = ["node", str(HOSTS / "action" / "dist" / "index.cjs")]
        given = environment | state | {name: str(file) for name, file in files.items()}
        return subprocess.run(words, env=given, capture_output=True, text=True, timeout=90)

    step = node({})
    product = "".join(file.read_text() for file in files.values())
    token = re.search(r"^vault-token<<(\S+)\n(.*)\n\1$", product, re.MULTILINE)
    told = {"token in the output": token[2]} if token else {}
    end = node({"STATE_has-run": "true"} | ({"STATE_token": token[2]} if token else {}))
    lines = [*step.stdout.splitlines(), *end.stdout.splitlines()]
    shown = [line for line in lines if not line.startswith("::add-mask::")]
    return Output(step.returncode == 0, "\n".join([*shown, step.stderr, end.stderr]), product, told)


def envoy_filter(run: Run) -> Output:
    """Envoy's log at level info, its counters and its configuration, and what a client gets."""
    envoy = Envoy(run.folder / "envoy", environment=run.identity.environment())
    envoy.cluster("vault", run.front.url)
    own = {"mount": run.mount, "role": run.case.role, "server_id": run.case.server_id}
    pages = ["stats", "config_dump", "clusters", "listeners"]
    if run.more_environment:
        envoy.cluster("sts", run.bed.sts.url())
        role = {"cluster": "sts", "sts_endpoint": run.bed.sts.url(), "role_arn": ASSUMED}
        own["assume_role"] = role | {"external_id": EXTERNAL_ID}
        # Envoy's configuration holds the external ID, and Envoy shows it there.
        pages.remove("config_dump")
    listener = envoy.listener("marked", {"vault_cluster": "vault", "upstream_clusters": ["vault"]} | own, to="vault")
    with envoy:
        envoy.wait_until(lambda: envoy.lines("vault-aws-login: "), what="the filter said something")
        try:
            answer = listener.get()
        except requests.ConnectionError:  # a configuration that is refused opens no listener
            answer = requests.Response()
        places = [envoy.log, answer.text, str(answer.headers), *map(envoy.admin, pages)]
    return Output(answer.status_code == 200, "\n".join(places))


def envoy_filter_with_a_role(run: Run) -> Output:
    return with_a_role(run, envoy_filter)


HOST_PROGRAMS: list[Callable[[Run], Output]] = [
    signing_command,
    composed,
    native_login,
    native_exec,
    native_login_that_keeps_the_token,
    native_agent,
    native_agent_in_json,
    native_agent_with_a_role,
    node_example,
    node_session,
    node_session_with_a_role,
    node_inspector,
    deno_session,
    deno_inspector,
    bun_session,
    bun_inspector,
    python_example,
    python_session,
    python_session_with_a_role,
    python_inspector,
    go_example,
    go_sessions,
    go_session_with_a_role,
    java_example,
    java_login,
    java_session,
    java_session_with_a_role,
    java_inspector,
    edge_worker,
    github_action,
    envoy_filter,
    envoy_filter_with_a_role,
]


@pytest.fixture(params=HOST_PROGRAMS, ids=lambda host: host.__name__)
def host(request: pytest.FixtureRequest) -> Iterator[Callable[[Run], Output]]:
    yield request.param


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_host_reveals_no_secret(
    bed: TestBed,
    made: Identity,
    mount: str,
    host: Callable[[Run], Output],
    case: Case,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    identity = case.identity(made)
    with Front(bed.vault.address) as front:
        output = host(Run(bed, case, identity, mount, front, tmp_path, request))
        # Where the keys are swapped, the secret one is the one that the host was given as the other.
        secrets = secrets_of(made if case.swaps_keys else identity, front) | output.own
    assert output.succeeded == case.succeeds, output.rest
    # A successful run went over the wire, so that its token and its signature are among what is searched for.
    assert not case.succeeds or any("signature" in name for name in secrets)
    obtains_a_token = host not in (
        signing_command,
        composed,
        node_inspector,
        deno_inspector,
        bun_inspector,
        python_inspector,
        java_inspector,
    )
    assert not (case.succeeds and obtains_a_token) or any(name.startswith("token ") for name in secrets)
    assert leaks(output.rest, secrets) == []
    assert leaks(output.product, {"secret key": secrets["secret key"]}) == []


@pytest.mark.parametrize(
    "document",
    [
        '{"AccessKeyId":"ASIAIOSFODNN7EXAMPLE","SecretAccessKey":"KEY","SessionToken":"TOKEN"',
        '{"AccessKeyId":"ASIAIOSFODNN7EXAMPLE","SecretAccessKey":"KEY","SessionToken":["TOKEN"]}',
        '{"AccessKeyId":"ASIAIOSFODNN7EXAMPLE","SecretAccessKey":"KEY","SessionToken":"TOKEN","Expiration":"KEY"}',
        '{"AccessKeyId":7,"SecretAccessKey":"KEY","SessionToken":"TOKEN"}',
        '{"AccessKeyId":"KEY","SecretAccessKey":"ASIAIOSFODNN7EXAMPLE","SessionToken":"TOKEN"}',
        "[default]\naws_secret_access_key = KEY\naws_session_token = TOKEN\n",
        "KEY",
    ],
)
def test_broken_credential_document_is_refused_without_what_is_in_it(made: Identity, document: str) -> None:
    secrets = {"KEY": made.secret_access_key, "TOKEN": made.session_token or ""}
    for name, secret in secrets.items():
        document = document.replace(name, secret)
    process = command.run("sign", "--credentials", "-", stdin=document)
    assert (process.returncode, process.stdout) == (1, "")
    assert process.stderr.startswith("error")
    assert leaks(process.stderr, secrets) == []


@pytest.mark.parametrize("before", ["", "a", "ab"])
def test_search_finds_a_secret_in_each_of_its_forms(before: str) -> None:
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    text = f"{before}{secret} and more"
    for said in (text, json.dumps(text), base64.b64encode(text.encode()).decode(), text.encode().hex()):
        assert leaks(said, {"key": secret}) == ["key"]
    assert leaks(base64.urlsafe_b64encode(text.encode()).decode(), {"key": secret}) == ["key"]
    assert leaks(text[: len(before) + 20], {"key": secret}) == ["key"]
    assert leaks(text[len(before) + 20 :], {"key": secret}) == ["key"]
    assert leaks("wJalrXUtnFEMI", {"key": secret}) == []
