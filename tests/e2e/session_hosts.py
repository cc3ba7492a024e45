"""The hosts that run sessions: how a test starts each of them, and how it reads what happens in them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import java_host
from bed import Identity
from bed.child import Child
from command import COMPONENT, ROOT
from envoy_process import Envoy, Listener
from native_host import BASE, HOST
from node_project import OTHER_RUNTIMES, PACKAGE

#: Where no token of the tests may read.
FORBIDDEN_PATH = "secret/other"
BACK_OFF_CAP_MILLISECONDS = 1000
SESSION_NAME = "session"


@dataclass
class Setting:
    """What a session is for."""

    #: The scenario's name with the host's: no other session has it.
    name: str
    folder: Path
    vault_address: str
    mount: str
    role: str
    server_id: str | None
    #: The role that is assumed with the credentials, the external ID for it, and the STS that is asked.
    assume_role: tuple[str, str | None, str] | None
    #: The container endpoint that gives the credentials; without it the host has those of `identity`.
    container: tuple[str, str] | None
    identity: Identity
    #: How long the credentials of the role are to last, where a session driver asks for a time.
    assume_seconds: int | None = None


class SessionHost(ABC):
    """One host that runs one session."""

    #: The details of a refusal that its output shows, after the rule: healing, destination, diagnosis.
    details = 0

    def __init__(self, setting: Setting) -> None:
        self.setting = setting

    @abstractmethod
    def start(self) -> None: ...

    @abstractmethod
    def events(self) -> list[str]:
        """What the host has told so far, in the words of the scenarios."""

    @abstractmethod
    def use_token(self, path: str) -> None:
        """Has a server refuse the token with 403."""

    @abstractmethod
    def hand_over(self) -> None:
        """Has another session go on with the lease, as far as the host can do that."""

    @abstractmethod
    def wait_until(self, ready: Callable[[], bool], *, what: str, seconds: float) -> None:
        """Waits for what it does, and fails early if it ends."""

    @abstractmethod
    def stop(self) -> None: ...

    @abstractmethod
    def output(self) -> str:
        """What it printed, for a test that fails."""


def neutral_environment() -> dict[str, str]:
    """This process's environment without anything that a host could take a setting from."""
    kinds = ("AWS_", "VAULT_", "BAO_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(kinds)}
    return inherited | {"DENO_NO_UPDATE_CHECK": "1"}


@dataclass(frozen=True)
class Program:
    """A session driver: the program that shows a language's session, by the protocol of `scenarios/README.md`."""

    command: tuple[str, ...]
    #: What has to be there already, with the command that makes it.
    needs: tuple[Path, str]
    #: What compiles it, if it has to be compiled.
    compile: tuple[str, ...] = ()
    folder: Path = ROOT

    def prepare(self) -> None:
        built, command = self.needs
        assert built.exists(), f"no {built}: run `{command}`"
        if self.compile:
            subprocess.run(self.compile, cwd=self.folder, check=True, timeout=300)

    def __call__(self, setting: Setting) -> SessionHost:
        return Driver(self, setting)


class Driver(SessionHost):
    """A session driver that runs."""

    details = 3

    def __init__(self, program: Program, setting: Setting) -> None:
        super().__init__(setting)
        self._program = program
        self._process: subprocess.Popen[str] | None = None
        self._out = setting.folder / "stdout"
        self._err = setting.folder / "stderr"
        self._adopted: dict[str, Any] | None = None

    def start(self) -> None:
        with self._out.open("ab") as out, self._err.open("ab") as err:
            self._process = subprocess.Popen(
                self._program.command,
                cwd=self._program.folder,
                env=neutral_environment(),
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=err,
                text=True,
            )
        setting = self.setting
        credentials: dict[str, Any] = {"from": "pushed"}
        if setting.container:
            credentials = {"from": "container", "uri": "".join(setting.container), "authorization_token": None}
        self._tell(
            {
                "vault_addr": setting.vault_address,
                "mount": setting.mount,
                "namespace": None,
                "role": setting.role,
                "server_id": setting.server_id,
                "region": None,
                "sts_endpoint": None,
                "credentials": credentials,
                "assume_role": setting.assume_role and self._assumed(*setting.assume_role),
                "request_timeout_ms": None,
                "back_off_cap_ms": BACK_OFF_CAP_MILLISECONDS,
                "start_spread_ms": None,
                "clock_correction_limit_s": None,
                "adopt": self._adopted,
            }
        )
        if not setting.container:
            identity = setting.identity
            self._tell(
                {
                    "do": "credentials",
                    "access_key_id": identity.access_key_id,
                    "secret_access_key": identity.secret_access_key,
                    "session_token": identity.session_token,
                    "expires_at": None,
                }
            )

    def _assumed(self, role_arn: str, external_id: str | None, sts: str) -> dict[str, Any]:
        wanted = {"role_arn": role_arn, "session_name": SESSION_NAME, "external_id": external_id}
        return wanted | {"duration_seconds": self.setting.assume_seconds, "region": None, "sts_endpoint": sts}

    def events(self) -> list[str]:
        events = []
        tokens: dict[int, str] = {}
        for line in self._told():
            match line["event"]:
                case "token":
                    generation = line["generation"]
                    events.append(f"{'renewal' if generation in tokens else 'login'} {generation}")
                    known = tokens.setdefault(generation, line["token_sha256"])
                    assert known == line["token_sha256"], f"token {generation} is another one after its renewal"
                case "token-ended":
                    events.append(f"token-ended {line['generation']}")
                case "clock-corrected":
                    events.append(clock_corrected(line["offset_seconds"]))
                case "refused":
                    details = (line["healing"], line["destination"], line["diagnosis"])
                    events.append(refused(line["rule"], *details))
                case "lease":
                    pass
                case other:
                    raise AssertionError(f"a session driver printed the unknown event {other}")
        return events

    def use_token(self, path: str) -> None:
        # The session itself reads no secrets: its application would have been told of the 403.
        self._tell({"do": "token-refused"})

    def hand_over(self) -> None:
        self._tell({"do": "lease"})
        self.wait_until(
            lambda: any(line["event"] == "lease" for line in self._told()), what="it printed its lease", seconds=10
        )
        self._adopted = next(line["lease"] for line in self._told() if line["event"] == "lease")
        self.stop()
        self.start()

    def wait_until(self, ready: Callable[[], bool], *, what: str, seconds: float) -> None:
        assert self._process is not None
        deadline = time.monotonic() + seconds
        while not ready():
            assert self._process.poll() is None, f"it ended before {what}"
            assert time.monotonic() < deadline, f"{seconds:g} s passed before {what}"
            time.sleep(0.05)

    def stop(self) -> None:
        if self._process is None:
            return
        try:
            self._tell({"do": "close"})
            status: int | None = self._process.wait(10)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            status = self._process.poll()
        if status is None:
            self._process.kill()
            self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()
        self._process = None
        assert status == 0, f"a session driver ended with status {status}:\n{self._err.read_text()}"

    def output(self) -> str:
        return self._err.read_text() if self._err.exists() else ""

    def _told(self) -> list[dict[str, Any]]:
        text = self._out.read_text() if self._out.exists() else ""
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def _tell(self, order: dict[str, Any]) -> None:
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()


class Agent(SessionHost):
    """The native program's agent, read as an operator reads it."""

    details = 1
    _LINES = re.compile(
        r"""^(?:
            logged\ in:\ token\ (?P<login>\d+)\ .*
          | renewed:\ token\ (?P<renewal>\d+)\ .*
          | token\ (?P<ended>\d+)\ has\ ended
          | clock:\ .*\ (?P<offset>[+-]\d+)\ seconds
          | refused:\ .*\ \((?P<rule>[a-z0-9-]+):\ (?P<outlook>[^()]*)\)
          | (?P<refused>refused):\ .*
        )$""",
        re.VERBOSE,
    )

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._process: Child | None = None
        self._log = setting.folder / "agent.log"

    def start(self) -> None:
        setting = self.setting
        command = [str(ROOT / HOST), "agent", "--sink", str(setting.folder / "token"), "--component", str(ROOT / COMPONENT)]
        command += ["--mount", setting.mount, "--role", setting.role]
        if setting.server_id:
            command += ["--server-id", setting.server_id]
        env = BASE | {"VAULT_ADDR": setting.vault_address, "AWS_CONFIG_FILE": os.devnull}
        if setting.assume_role:
            role_arn, external_id, sts = setting.assume_role
            command += ["--assume-role", role_arn, "--external-id", external_id]
            command += ["--assume-role-session-name", SESSION_NAME]
            env["AWS_ENDPOINT_URL_STS"] = sts
        env |= {"AWS_SHARED_CREDENTIALS_FILE": os.devnull}
        if setting.container:
            env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "".join(setting.container)
        else:
            env |= setting.identity.environment()
        self._process = Child(command, log=self._log, env=env)

    def events(self) -> list[str]:
        return [event for line in self.output().splitlines() if (event := self._event(line))]

    def _event(self, line: str) -> str | None:
        found = self._LINES.match(line)
        if found is None:
            return None
        if found["offset"]:
            return clock_corrected(int(found["offset"]))
        if found["rule"]:
            return refused(found["rule"], "by-itself" if found["outlook"] == "trying again" else "by-hand")
        for name, word in (("login", "login"), ("renewal", "renewal"), ("ended", "token-ended")):
            if found[name]:
                return f"{word} {found[name]}"
        return "refused"

    def use_token(self, path: str) -> None:
        """Nothing tells the agent."""

    def hand_over(self) -> None:
        self.stop()
        self.start()

    def wait_until(self, ready: Callable[[], bool], *, what: str, seconds: float) -> None:
        assert self._process is not None
        self._process.wait_until(ready, what=what, seconds=seconds)

    def stop(self) -> None:
        if self._process:
            self._process.stop()
            self._process = None

    def output(self) -> str:
        return self._log.read_text() if self._log.exists() else ""


@dataclass
class EnvoyHosts:
    """One Envoy that runs the filter of each scenario on a listener."""

    envoy: Envoy
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, setting: Setting) -> SessionHost:
        return EnvoyHost(self, setting)

    def prepare(self, setting: Setting) -> None:
        """Makes the clusters, before Envoy starts: it refuses a listener that comes before its clusters."""
        self.envoy.cluster("vault", setting.vault_address)
        if setting.container:
            self.envoy.cluster(setting.name, setting.container[0])
        if setting.assume_role:
            self.envoy.cluster(setting.name, setting.assume_role[2])

    def change(self, change: Callable[[Envoy], Any]) -> Any:
        with self._lock:
            result = change(self.envoy)
            self.envoy.apply()
        return result


class EnvoyHost(SessionHost):
    """The filter, read as an operator reads it: in Envoy's log."""

    _LINES = re.compile(
        r"""vault-aws-login:\ (?:
            token\ (?P<login>\d+)\ is\ there,\ .*
          | token\ (?P<renewal>\d+)\ renewed,\ .*
          | token\ (?P<ended>\d+)\ has\ ended
          | the\ host's\ clock\ .*\ (?P<offset>[+-]\d+)\ seconds
          | (?P<rule>[a-z0-9-]+):\ .*
        )$""",
        re.VERBOSE,
    )

    def __init__(self, hosts: EnvoyHosts, setting: Setting) -> None:
        super().__init__(setting)
        self._hosts = hosts
        self._listeners: list[Listener] = []

    def start(self) -> None:
        self._listeners.append(self._hosts.change(lambda envoy: self._listen(envoy, "first")))

    def _listen(self, envoy: Envoy, which: str) -> Listener:
        setting = self.setting
        name = setting.name
        configuration: dict[str, Any] = {
            "vault_cluster": "vault",
            "upstream_clusters": ["vault"],
            "mount": setting.mount,
            "role": setting.role,
            "back_off_cap_milliseconds": BACK_OFF_CAP_MILLISECONDS,
            "max_wait_milliseconds": 100,
        }
        values: dict[str, str] = {}
        if setting.server_id:
            configuration["server_id"] = setting.server_id
        if setting.assume_role:
            role_arn, external_id, sts = setting.assume_role
            wanted = {"role_arn": role_arn, "role_session_name": SESSION_NAME, "external_id": external_id}
            configuration["assume_role"] = wanted | {"cluster": name, "sts_endpoint": sts}
        if setting.container:
            uri = setting.container[1]
            configuration["credentials"] = {"from": "container-endpoint", "cluster": name, "uri": uri}
        else:
            values = setting.identity.environment()
        return envoy.listener(f"{name}.{which}", configuration, to="vault", vm_id=name, values=values)

    def events(self) -> list[str]:
        events = []
        for line in self._lines():
            found = self._LINES.search(line)
            if found is None:
                continue
            if found["offset"]:
                events.append(clock_corrected(int(found["offset"])))
            elif found["rule"]:
                events.append(refused(found["rule"]))
            for name, word in (("login", "login"), ("renewal", "renewal"), ("ended", "token-ended")):
                if found[name]:
                    events.append(f"{word} {found[name]}")
        return events

    def use_token(self, path: str) -> None:
        assert self._listeners[-1].status(path) == 403

    def hand_over(self) -> None:
        """Moves the session to another listener, as a change of Envoy's configuration does."""
        (first,) = self._listeners
        second = self._hosts.change(lambda envoy: self._listen(envoy, "second"))
        self._listeners.append(second)
        self.wait_until(lambda: second.status() == 200, what="the second listener answered", seconds=30)
        self._hosts.change(lambda envoy: envoy.remove(first))
        self._listeners.remove(first)

    def wait_until(self, ready: Callable[[], bool], *, what: str, seconds: float) -> None:
        self._hosts.envoy.wait_until(ready, what=what, seconds=seconds)

    def stop(self) -> None:
        for listener in self._listeners:
            self._hosts.change(lambda envoy, listener=listener: envoy.remove(listener))
        self._listeners = []

    def output(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> list[str]:
        # Envoy puts the `vm_id` before each line of a filter.
        return self._hosts.envoy.lines(f"wasm log {self.setting.name}: vault-aws-login: ")


def refused(rule: str, *details: str | None) -> str:
    shown = [detail for detail in details if detail]
    return f"refused: {rule} ({', '.join(shown)})" if shown else f"refused: {rule}"


def clock_corrected(offset_seconds: int) -> str:
    # The servers' times are in whole seconds.
    return f"clock-corrected {round(offset_seconds / 60):+d} minutes"


GO_DRIVER = ROOT / "target" / "session-driver-go"
PYTHON_PACKAGE = ROOT / "host-examples" / "python"
#: The session drivers, by language or runtime.
PROGRAMS = {
    name: Program((*runtime, "test/session-driver.js"), needs=(PACKAGE / "dist/node.js", "make node"), folder=PACKAGE)
    for name, runtime in ({"node": ("node",)} | OTHER_RUNTIMES).items()
} | {
    "go": Program(
        (str(GO_DRIVER),),
        needs=(ROOT / "host-examples/go/vault-aws-login.core.wasm", "make go"),
        compile=("go", "build", "-C", "host-examples/go/e2e", "-o", str(GO_DRIVER), "./sessiondriver"),
    ),
    "python": Program(
        (sys.executable, "tests/session_driver.py"),
        needs=(PYTHON_PACKAGE / "src/vault_aws_iam_login/vault-aws-login.core.wasm", "make python"),
        folder=PYTHON_PACKAGE,
    ),
    "java": Program(
        tuple(java_host.program_words("SessionDriver")),
        needs=(java_host.JAR, "make java"),
    ),
}
