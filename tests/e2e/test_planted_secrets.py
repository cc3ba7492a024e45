"""No host reveals a secret that is planted in its inputs and answers: a thousand cases for each."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

import command
import java_host
import native_host
import node_project
from command import ROOT
from envoy_process import Envoy
from planted_secrets import COUNT, SEED, Case, HostileServer, Said, as_lines, cases, leaks, plain
from test_edge_host import EDGE, worker, workerd

__all__ = ["workerd"]
DRIVERS = ROOT / "tests" / "e2e" / "planted"
#: How many processes run at once.
AT_ONCE = 4


def answered(program: subprocess.CompletedProcess[str], given: list[Case]) -> dict[int, Said]:
    """What a driver printed: something for each case, and nothing on standard error."""
    assert program.returncode == 0, program.stderr[-2000:]
    said = {line["seed"]: line["texts"] for line in map(json.loads, program.stdout.splitlines())}
    assert set(said) == {case.seed for case in given}
    assert program.stderr == ""
    return said


def run(words: list[str], given: list[Case], *, cwd: Path = ROOT, env: dict[str, str] | None = None) -> dict[int, Said]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "VAULT_", "BAO_"))}
    program = subprocess.run(
        words, cwd=cwd, env=own | (env or {}), input=as_lines(given), capture_output=True, text=True, timeout=300
    )
    return answered(program, given)


def tells_nothing(said: Mapping[Any, Said]) -> None:
    found = leaks(said)
    assert not found, "\n".join(found)


def holds_texts(said: dict[int, Said], *places: str) -> None:
    """Each place has said something in a part of the cases at least."""
    for place in places:
        spoken = sum(1 for texts in said.values() if texts.get(place))
        assert spoken > len(said) / 50, f"{place} said something in {spoken} of {len(said)} cases"


def test_search_finds_what_a_host_reveals() -> None:
    (case,) = cases(count=1)
    secret = case.secrets["secret_access_key"]
    assert leaks({case.seed: {"a": f"found `{secret[7:15]}`", "b": secret[:7], "c": "nothing"}}) == [
        f"a, 1 times, such as seed [{case.seed}]: `{secret[7:15]}` of a secret access key in 'found `{secret[7:15]}`'"
    ]
    other = leaks({(case.seed + 1, case.seed): {"log": f"a\n{secret}\n"}})
    assert len(other) == 1 and other[0].startswith("log, 1 times")


def test_secrets_are_in_what_hosts_are_given() -> None:
    given = cases()
    inputs = {case.seed: {"calls": json.dumps(case.calls), "session": json.dumps(case.session)} for case in given}
    (calls, session) = sorted(leaks(inputs))
    assert calls.startswith("calls, ") and session.startswith("session, ")
    assert sum(int(found.split(", ")[1].split()[0]) for found in (calls, session)) > len(given) * 0.9


INSPECTOR = ("sign_login", "check_login", "explain_login", "explain_refusal")


@pytest.mark.parametrize("runtime", ["node", *node_project.OTHER_RUNTIMES])
def test_npm_package_reveals_no_planted_secret(project: Path, runtime: str) -> None:
    words = ({"node": ("node",)} | node_project.WITH_ENVIRONMENT)[runtime]
    for driver in ("node.mjs", "run.mjs"):
        shutil.copy(DRIVERS / driver, project)
    said = run([*words, "node.mjs"], cases(), cwd=project)
    holds_texts(said, *INSPECTOR, "session", "login", "refusal")
    tells_nothing(said)


def test_package_in_a_page_reveals_no_planted_secret() -> None:
    said = run(["node", str(DRIVERS / "browser.mjs"), str(ROOT)], cases())
    holds_texts(said, *INSPECTOR, "session", "login", "refusal")
    tells_nothing(said)


def test_package_in_workerd_reveals_no_planted_secret(workerd: str, tmp_path: Path) -> None:
    bundle = ["npm", "run", "--silent", "bundle", "--", str(DRIVERS / "worker.js"), f"--outdir={tmp_path}"]
    subprocess.run(bundle, cwd=EDGE, check=True, timeout=60, env=os.environ | {"NODE_PATH": str(EDGE / "node_modules")})
    shutil.copy(DRIVERS / "worker.capnp", tmp_path)
    given = cases()
    said: dict[int, Said] = {}
    with worker(workerd, {}, tmp_path / "worker.capnp") as edge:
        for first in range(0, len(given), 100):
            part = [vars(case) for case in given[first : first + 100]]
            answer = requests.post(edge.url, json=part, timeout=120)
            assert answer.ok, answer.text
            said |= {line["seed"]: line["texts"] for line in answer.json()}
    assert len(said) == len(given)
    holds_texts(said, *INSPECTOR, "session", "login", "refusal")
    tells_nothing(said)
    tells_nothing({tuple(said): {"log": "\n".join(edge.log)}})


def test_python_package_reveals_no_planted_secret() -> None:
    env = {"PYTHONPATH": str(ROOT / "host-examples" / "python" / "src")}
    words = [sys.executable, str(DRIVERS / "package.py"), "dist/vault-aws-login.core.wasm"]
    said = run(words, cases(), env=env)
    holds_texts(said, *INSPECTOR, "session", "login", "refusal")
    tells_nothing(said)


def test_go_package_reveals_no_planted_secret(tmp_path: Path) -> None:
    package = ROOT / "host-examples" / "go" / "e2e"
    program = tmp_path / "planted"
    subprocess.run(["go", "build", "-o", program, "./planted"], cwd=package, check=True, timeout=300)
    said = run([str(program)], cases())
    holds_texts(said, *INSPECTOR, "session", "login", "refusal")
    tells_nothing(said)


def test_jar_reveals_no_planted_secret() -> None:
    said = run(java_host.program_words("Planted"), cases())
    holds_texts(said, *INSPECTOR, "session", "login", "refusal")
    tells_nothing(said)


def in_processes(given: list[Case], tell: Callable[[Case], Said]) -> dict[int, Said]:
    """Runs a process for each case, some at a time."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip((case.seed for case in given), pool.map(tell, given)))


def option_words(options: dict[str, Any]) -> list[str]:
    """The options of a login as the command and the native host take them."""
    words = []
    for name in ("role", "region", "server-id"):
        if isinstance(options.get(name), str):
            words += [f"--{name}", plain(options[name])]
    endpoint = options.get("sts-endpoint")
    endpoint = endpoint.get("url") if isinstance(endpoint, dict) else endpoint
    if isinstance(endpoint, str):
        words += ["--sts-endpoint", plain(endpoint)]
    return words


def credential_variables(credentials: Any) -> dict[str, str]:
    names = ("access-key-id", "secret-access-key", "session-token")
    pairs = zip(command.VARIABLES, (credentials.get(name) for name in names))
    return {variable: plain(value) for variable, value in pairs if isinstance(value, str)}


def misplaced(case: Case) -> list[str]:
    """In one of ten cases, an argument that should not be there."""
    secret = case.secrets["session_token" if case.seed % 20 == 0 else "secret_access_key"]
    return [secret if case.seed % 3 else f"--{secret}"] if case.seed % 10 == 0 else []


def profile_words(profile: dict[str, Any]) -> list[str]:
    words = []
    server, endpoint = profile.get("server-id"), profile.get("sts-endpoint")
    if isinstance(server, dict) and isinstance(server.get("required"), str):
        words += ["--server-id", plain(server["required"])]
    if isinstance(endpoint, dict) and isinstance(endpoint.get("url"), str):
        words += ["--sts-endpoint", plain(endpoint["url"])]
    for name in profile.get("allowed-headers") or []:
        words += ["--allowed-header", plain(name)] if isinstance(name, str) else []
    if isinstance(profile.get("caller-arn"), str):
        words += ["--arn", plain(profile["caller-arn"])]
    role = profile.get("role")
    if isinstance(role, dict) and isinstance(role.get("iam"), dict):
        for arn in role["iam"].get("principal-arns") or []:
            words += ["--bound-arn", plain(arn)] if isinstance(arn, str) else []
    return words


def command_of(case: Case) -> Said:
    """Runs the command once or twice, as the case has something for it."""
    calls, extra = dict(case.calls), misplaced(case)
    if "sign_login" in calls:
        request = calls["sign_login"]
        env = credential_variables(request.get("credentials") or {})
        words = option_words(request.get("options") or {})
        secret = case.secrets["secret_access_key"]
        words += ["--time", f"2030{secret}" if case.seed % 7 == 0 else "1440938160"]
        if case.seed % 5 == 0:
            env["AWS_CREDENTIAL_EXPIRATION"] = f"{secret}Z"
        ended = command.run("sign", *words, *extra, env=env)
        # A login is for standard output.
        return {"sign": ended.stderr + (ended.stdout if ended.returncode else "")}
    if case.session:
        document = plain(case.session["answers"]["documents"][0]["body"])
        ended = command.run("sign", "--credentials", "-", *extra, stdin=document)
        return {"document": ended.stderr + (ended.stdout if ended.returncode else "")}
    as_json = ["--json"] if case.seed % 2 else []
    answer = calls["explain_refusal"].get("answer")
    if case.seed % 3 == 0 and isinstance(answer, dict) and isinstance(answer.get("body"), str):
        is_told = isinstance(answer.get("status"), int) and case.seed % 4 < 2
        status = ["--status", str(answer["status"])] if is_told else []
        if case.seed % 7 == 0:
            status = ["--status", case.secrets["signature"]]
        date = ["--date", plain(answer["date"])] if isinstance(answer.get("date"), str) else []
        ended = command.run("diagnose", *status, *date, *as_json, *extra, stdin=answer["body"])
        return {"diagnose": ended.stdout + ended.stderr}
    login = calls["explain_login"].get("login-json")
    login = login if isinstance(login, str) else json.dumps(login)
    if case.seed % 3 == 1:
        ended = command.run("explain", *as_json, *extra, stdin=login)
        return {"explain": ended.stdout + ended.stderr}
    words = profile_words(calls["check_login"].get("server-profile") or {})
    if case.seed % 7 == 0:
        words += ["--vault-version", case.secrets["vault_token"]]
    ended = command.run("check", *words, *as_json, *extra, stdin=login)
    return {"check": ended.stdout + ended.stderr}


def test_command_reveals_no_planted_secret() -> None:
    said = in_processes(cases(), command_of)
    holds_texts(said, "sign", "document", "diagnose", "explain", "check")
    tells_nothing(said)


class NativeHost:
    """Runs `login` and `agent` against servers of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._free = [self._server() for _ in range(AT_ONCE)]
        self._lock = threading.Lock()

    def _server(self) -> tuple[HostileServer, list[Case]]:
        current: list[Case] = []
        return HostileServer(lambda host, path: current[0]).__enter__(), current

    def close(self) -> None:
        for server, _ in self._free:
            server.__exit__(None, None, None)

    def tell(self, case: Case) -> Said:
        with self._lock:
            server, current = self._free.pop()
        current[:] = [case]
        try:
            return self._tell(case, server.url)
        finally:
            with self._lock:
                self._free.append((server, current))

    def _tell(self, case: Case, url: str) -> Said:
        assert case.session is not None
        session, config = case.session, case.session["config"]
        words = [] if case.seed % 4 else ["--format", "json"]
        if isinstance(config.get("mount"), str):
            words += ["--mount", plain(config["mount"])]
        words += option_words(config.get("login") or {})
        address = plain(session["vault-address"]).replace("https://vault.example.com:8200", url)
        env = native_host.BASE | {"VAULT_ADDR": address, "VAULT_CLIENT_TIMEOUT": "2s", "AWS_MAX_ATTEMPTS": "1"}
        if isinstance(config.get("namespace"), str):
            env["VAULT_NAMESPACE"] = plain(config["namespace"])
        folder = self._folder / str(case.seed)
        folder.mkdir()
        env |= self._credentials(case, url, folder)
        if case.seed % 3:
            return self._login(case, words + misplaced(case), env)
        words = [word for word in words if word not in ("--format", "json")]
        words += ["--log-format", "json"] if case.seed % 2 else []
        return self._agent(folder / "token", words, env)

    def _credentials(self, case: Case, url: str, folder: Path) -> dict[str, str]:
        session = case.session
        assert session is not None
        authorization = plain(session["authorization-token"])
        match case.seed % 10:
            case 0:
                own = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{url}/v2/credentials"}
                return own | {"AWS_CONTAINER_AUTHORIZATION_TOKEN": authorization}
            case 1:
                (folder / "token-of-pod").write_text(authorization)
                own = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(folder / "token-of-pod"), "AWS_ENDPOINT_URL_STS": url}
                return own | {"AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/dev", "AWS_REGION": "us-east-1"}
            case 2:
                (folder / "document").write_text(session["answers"]["documents"][0]["body"])
                (folder / "config").write_text(f"[default]\ncredential_process = cat {folder / 'document'}\n")
                return {"AWS_CONFIG_FILE": str(folder / "config")}
            case _:
                return credential_variables(session["credentials"])

    def _login(self, case: Case, words: list[str], env: dict[str, str]) -> Said:
        # A token is for standard output, and for the command; all else is for everybody.
        formless = [word for word in words if word not in ("--format", "json")]
        name, command = {
            1: ("dry run", ["login", "--dry-run", *formless]),
            2: ("dry run", ["login", "--dry-run", "--json", *formless]),
            3: ("exec", ["exec", *formless, "--", "true"]),
            4: ("login", ["login", "--json", *words]),
        }.get(case.seed % 11, ("login", ["login", *words]))
        ended = subprocess.run(
            [native_host.HOST, *command], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60
        )
        tells_all = name == "dry run" or ended.returncode != 0
        return {name: ended.stderr + (ended.stdout if tells_all else "")}

    def _agent(self, sink: Path, words: list[str], env: dict[str, str]) -> Said:
        process = subprocess.Popen(
            [native_host.HOST, "agent", "--sink", str(sink), *words],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        # It goes on until it is ended; what it says to the case it says in a moment.
        deadline = threading.Timer(5, process.terminate)
        deadline.start()
        said = ""
        try:
            for line in process.stdout:
                said += line
                if line.startswith(("refused: ", "logged in: ")) or '"event":"' in line:
                    break
            time.sleep(0.05)
        finally:
            process.terminate()
            deadline.cancel()
            rest, _ = process.communicate(timeout=10)
        return {"agent": said + rest}


@pytest.fixture
def native(tmp_path: Path) -> Iterator[NativeHost]:
    host = NativeHost(tmp_path)
    yield host
    host.close()


def test_native_host_reveals_no_planted_secret(native: NativeHost) -> None:
    said = in_processes(cases(lambda case: case.session is not None), native.tell)
    holds_texts(said, "login", "agent", "dry run", "exec")
    tells_nothing(said)


def test_worker_example_reveals_no_planted_secret(workerd: str) -> None:
    given = cases(lambda case: case.session is not None, min(COUNT, 200))
    current = [given[0]]
    said: dict[int, Said] = {}
    with HostileServer(lambda host, path: current[0]) as vault:
        credentials = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": given[0].secrets["secret_access_key"]}
        with worker(workerd, credentials | {"VAULT_ADDR": vault.url, "VAULT_AWS_MOUNT": "aws"}) as edge:
            for case in given:
                current[0] = case
                answer = edge.get()
                # What is read from Vault is what the Worker is for.
                said[case.seed] = {"answer": "" if answer.ok else f"{answer.text}\n{answer.headers}"}
    tells_nothing(said)
    tells_nothing({tuple(said): {"log": "\n".join(edge.log)}})


FILTERS = 250


#: Settings of the filter that are refused when it is loaded, with a secret in each.
BAD_SETTINGS: list[Callable[[str], dict[str, Any]]] = [
    lambda secret: {secret: "dev"},
    lambda secret: {"role": f"{secret} x"},
    lambda secret: {"role": [secret]},
    lambda secret: {"mount": f"/{secret}/"},
    lambda secret: {"namespace": f"team {secret}"},
    lambda secret: {"region": secret},
    lambda secret: {"server_id": f"{secret}\n"},
    lambda secret: {"sts_endpoint": f"https://user:{secret}@sts.amazonaws.com"},
    lambda secret: {"sts_endpoint": secret},
    lambda secret: {"credentials": {"from": secret}},
    lambda secret: {"credentials": {"from": "environment", "cluster": secret}},
    lambda secret: {"credentials": {"from": "container-endpoint", "cluster": "vault", "uri": f"http://{secret}/"}},
    lambda secret: {"request_timeout_milliseconds": secret},
    lambda secret: {"allowed_path_prefixes": [f"/v1/{secret}/../a"]},
]


def test_envoy_filter_reveals_no_planted_secret(tmp_path: Path) -> None:
    sessions = cases(lambda case: case.session is not None, COUNT + 50)
    # Whatever a filter asks, each question is another case's.
    turn = iter(range(sys.maxsize))
    documents = [case for case in sessions if case.session["answers"]["documents"][0]["status"] == 200]
    lock = threading.Lock()

    def chosen(host: str, path: str) -> Case:
        with lock:
            number = next(turn)
        some = documents if "/v1/" not in path and number % 2 else sessions[:COUNT]
        return some[number % len(some)]

    with HostileServer(chosen, passing_percent=60) as server:
        envoy = Envoy(tmp_path / "envoy")
        envoy.cluster("vault", server.url)
        usual = {"vault_cluster": "vault", "upstream_clusters": ["vault"], "back_off_cap_milliseconds": 1000}
        usual |= {"max_wait_milliseconds": 100}
        listeners = []
        for number in range(FILTERS):
            source = {"from": "container-endpoint", "cluster": "vault", "uri": f"/{number}/credentials"}
            configuration = usual | {"credentials": source, "mount": f"aws{number}"}
            listeners.append(envoy.listener(f"planted{number}", configuration, to="vault"))
        with envoy:
            bad = sessions[-50:]
            for number, case in enumerate(bad):
                secret = list(case.secrets.values())[number % 4]
                settings = usual | BAD_SETTINGS[number % len(BAD_SETTINGS)](secret)
                values = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": case.secrets["secret_access_key"]}
                envoy.listener(f"bad{number}", settings, to="vault", values=values)
            envoy.apply()
            said: dict[str, str] = {}

            def enough() -> bool:
                # Clients ask meanwhile, for paths that hold secrets too.
                for listener in listeners[:: FILTERS // 10]:
                    for case in sessions[:2]:
                        try:
                            answer = listener.get(f"kv/{case.seed}", headers={"X-Vault-Token": case.secrets["vault_token"]})
                        except requests.ConnectionError:
                            continue
                        # Envoy passes an answer of the server on unchanged.
                        if answer.headers.get("server") == "envoy" and "x-envoy-upstream-service-time" not in answer.headers:
                            said["client"] = f"{said.get('client', '')}{answer.text}\n{answer.headers}\n"
                return server.answered.total() >= COUNT

            envoy.wait_until(enough, what=f"its filters had {COUNT} answers", seconds=120)
            said["log"] = envoy.log
            for page in ("stats", "clusters", "listeners"):
                said[page] = envoy.admin(page)
            # Envoy shows its configuration, and so the variables that it sets.
            dump = envoy.admin("config_dump")
            refused = envoy.lines("vault-aws-login: invalid ")
    assert len(refused) >= len(bad)
    assert said["client"]
    # A configuration that is refused ends the VM that was started for it.
    assert [line for line in envoy.crashes() if "Failed to configure base Wasm plugin" not in line] == []
    tells_nothing({tuple(server.seeds | {case.seed for case in bad}): said})
    tells_nothing({tuple(server.seeds - {case.seed for case in bad}): {"config_dump": dump}})
