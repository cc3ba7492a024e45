"""Runs the scenarios of `scenarios/sessions.toml`: the steps of one session, and what the servers saw of it."""

from __future__ import annotations

import itertools
import threading
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from bed import GREETING_PATH, THROTTLED, ContainerCredentials, CredentialSource, Identity, TestBed, trust
from bed.loopback import LOOPBACK, free_ports
from bed.sts_front import StsFront
from session_hosts import FORBIDDEN_PATH, SessionHost, Setting
from vault_front import Front, Trouble

SCENARIOS_FILE = Path(__file__).parent / "scenarios" / "sessions.toml"
SERVER_ID = "vault.example.com"
EVENT_SECONDS = 45
# The agent asks AWS's chain again after a minute.
DIFFERENT_EVENT_SECONDS = 100
_BOTO3 = threading.Lock()


@dataclass(frozen=True)
class Scenario:
    """One scenario, as a host shows it."""

    name: str
    about: str
    steps: tuple[str, ...]
    requests: tuple[str, ...]
    role: dict[str, Any] = field(default_factory=dict)
    #: The server ID that the host signs: the mount's, with `true`.
    server_id: bool | str = False
    sts_clock_minutes: int = 0
    credentials: str = "pushed"
    #: How soon the credentials of a container endpoint expire; they are refreshed before.
    credentials_seconds: int | None = None
    #: The external ID with which the first role is assumed; it demands `right`.
    assume_role: str | None = None
    rate_limit: dict[str, Any] | None = None
    #: Whether it stops a server that all use: then all hosts take each such step at once.
    together: bool = False
    #: Why this host shows something else than the others.
    why: str = ""
    differs: dict[str, dict[str, Any]] = field(default_factory=dict)

    def of(self, host: str) -> Scenario:
        """The scenario as this host shows it."""
        return replace(self, **self.differs.get(host, {}))

    def events(self, details: int) -> list[str]:
        """What a host tells that shows so many details of a refusal."""
        return [_shortened(step, details) for step in self.steps if not step.startswith("> ")]


def load() -> dict[str, Scenario]:
    tables = tomllib.loads(SCENARIOS_FILE.read_text())["scenario"]
    scenarios = [Scenario(**{name: _frozen(value) for name, value in table.items()}) for table in tables]
    return {scenario.name: scenario for scenario in scenarios}


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _shortened(event: str, details: int) -> str:
    rule, found, listed = event.partition(" (")
    shown = listed.rstrip(")").split(", ")[:details] if found else []
    return f"{rule} ({', '.join(shown)})" if shown else rule


def collapsed(events: Sequence[str]) -> list[str]:
    """Refusals in a row that are equal count as one: how often a host tries depends on chance."""
    return [
        event
        for before, event in zip(["", *events], events)
        if not (event == before and ("refused" in event))
    ]


class Together:
    """The steps that all hosts of a scenario take at once."""

    def __init__(self, hosts: int) -> None:
        # The test itself takes part: a server that it starts ends with the thread that started it.
        self._barrier = threading.Barrier(hosts + 1, timeout=2 * DIFFERENT_EVENT_SECONDS)

    def wait(self) -> None:
        """Waits for the step, in a host; it is taken between two calls."""
        self._barrier.wait()

    def take(self, step: Callable[[], None]) -> None:
        """Takes the step when all hosts are there."""
        self._barrier.wait()
        step()
        self._barrier.wait()


def _seal(bed: TestBed) -> None:
    bed.vault.stop()
    bed.vault.start_sealed()


def _restart(bed: TestBed) -> None:
    bed.vault.stop()
    bed.vault.start()


TOGETHER: dict[str, Callable[[TestBed], None]] = {
    "seal-vault": _seal,
    "stop-vault": lambda bed: bed.vault.stop(),
    "restart-vault": _restart,
}


class Run:
    """One scenario in one host."""

    def __init__(self, bed: TestBed, scenario: Scenario, host: str, folder: Path, together: Together) -> None:
        self.scenario = scenario.of(host)
        self._bed, self._together = bed, together
        self._stack = ExitStack()
        self._folder = folder / f"{scenario.name}-{host}"
        self._folder.mkdir()
        self.name = self._folder.name
        self.events: list[str] = []
        self.requests: list[str] = []
        self.details = 0
        self.output = ""
        #: How many events came before Vault was started again; the refusals right after them do not count.
        self._blurred_from: int | None = None

    # Before: everything that only this run uses

    def prepare(self) -> None:
        bed, scenario = self._bed, self.scenario
        self._sts = StsFront(bed.aws)
        self._stack.callback(self._sts.stop)
        expected = SERVER_ID if scenario.server_id else ""
        self._mount = bed.mount_aws(self.name, iam_server_id_header_value=expected, sts_endpoint=self._sts.url())
        user = bed.aws.user()
        trusts = {"trusts": trust(user.arn, external_id="right")} if scenario.assume_role else {}
        self._role, self._next_role = bed.aws.role(**trusts), bed.aws.role()
        principals = (user.arn, self._role.arn, self._next_role.arn)
        bed.vault_role("session", *principals, mount=self._mount, **scenario.role)
        self._display_names = {
            f"{self._mount}-{self._role.name}/session": " as the first role",
            f"{self._mount}-{self._next_role.name}/session": " as the second role",
        }
        # Not before, since Vault itself calls STS when a role is written.
        self._sts.clock_offset = timedelta(minutes=scenario.sts_clock_minutes)
        if scenario.rate_limit:
            quota = {"path": f"auth/{self._mount}"} | scenario.rate_limit
            bed.vault.client.write_data(f"sys/quotas/rate-limit/{self.name}", data=quota)
            # Otherwise there is no `Retry-After`, and the audit log does not have what a limit refuses.
            wanted = {"enable_rate_limit_response_headers": True, "enable_rate_limit_audit_logging": True}
            bed.vault.client.write_data("sys/quotas/config", data=wanted)
        container = None
        if scenario.credentials == "container":
            # Short-lived ones begin to live when they are fetched.
            self._source = CredentialSource(self._issue, renew_before=timedelta(seconds=self._seconds() - 1))
            endpoint = self._stack.enter_context(ContainerCredentials(self._source))
            self._metadata = self._stack.enter_context(Front(endpoint.url))
            container = (self._metadata.url, endpoint.path)
        assumed = (self._role.arn, scenario.assume_role, bed.sts.url()) if scenario.assume_role else None
        server_id = SERVER_ID if scenario.server_id is True else scenario.server_id or None
        self.setting = Setting(
            self.name, self._folder, bed.vault.address, self._mount, "session", server_id, assumed, container, user
        )

    def _issue(self) -> Identity:
        # boto3 makes one client at a time.
        with _BOTO3:
            return self._bed.aws.session(self._role, seconds=self._seconds())

    def _seconds(self) -> int:
        is_rotated = self._role == self._next_role
        return 3600 if is_rotated else self.scenario.credentials_seconds or 3600

    # The steps

    def perform(self, make: Callable[[Setting], SessionHost]) -> None:
        """Takes the steps. Those that all hosts take at once are taken after a failure, too."""
        host = make(self.setting)
        self.details = host.details
        failure: BaseException | None = None
        seen = 0
        try:
            for number, step in enumerate(self.scenario.steps):
                action = step.removeprefix("> ")
                if action in TOGETHER:
                    if action == "restart-vault":
                        self._blurred_from = len(host.events())
                    self._together.wait()
                    self._together.wait()
                elif failure is None:
                    try:
                        if action == step:
                            seen += 1
                            self._wait_for_events(host, seen)
                        else:
                            self._take(host, action)
                    except BaseException as error:
                        failure = error
            self.events = self._events(host)
        finally:
            self.output = host.output()
            try:
                host.stop()
            finally:
                self._stack.close()
        if failure:
            raise failure

    def _events(self, host: SessionHost) -> list[str]:
        events = host.events()
        if self._blurred_from is not None:
            # What a client sees of a server that comes back depends on the moment.
            clear, rest = events[: self._blurred_from], events[self._blurred_from :]
            events = clear + list(itertools.dropwhile(lambda event: event.startswith("refused"), rest))
        return collapsed(events)

    def _wait_for_events(self, host: SessionHost, count: int) -> None:
        expected = self.scenario.events(host.details)
        seconds = DIFFERENT_EVENT_SECONDS if self.scenario.why else EVENT_SECONDS

        def arrived() -> bool:
            events = self._events(host)
            same = events[:count] == expected[: min(count, len(events))]
            assert same, f"expected {expected}, found {events}"
            return len(events) >= count

        host.wait_until(arrived, what=f"it told `{expected[count - 1]}`", seconds=seconds)

    def _take(self, host: SessionHost, action: str) -> None:
        match action:
            case "start":
                host.start()
            case "use-token":
                host.use_token(GREETING_PATH)
            case "use-token-where-forbidden":
                host.use_token(FORBIDDEN_PATH)
            case "hand-over":
                host.hand_over()
            case "revoke-token":
                self._revoke_tokens()
            case "rotate-credentials":
                self._role = self._next_role
                self._source.rotate()
            case "stop-metadata":
                self._metadata.trouble = Trouble(503)
            case "start-metadata":
                self._metadata.trouble = None
            case "stop-sts":
                (port,) = free_ports(1)
                self._configure_sts(f"http://{LOOPBACK}:{port}")
            case "throttle-sts":
                self._fault = ExitStack()
                self._fault.enter_context(self._sts.faulty(THROTTLED))
            case "calm-sts":
                self._fault.close()
            case "start-sts":
                self._configure_sts(self._sts.url())
            case _:
                raise AssertionError(f"no such step: {action}")

    def _configure_sts(self, url: str) -> None:
        self._bed.configure_aws(self._mount, sts_endpoint=url)

    def _revoke_tokens(self) -> None:
        client = self._bed.vault.client
        for accessor in client.list("auth/token/accessors")["data"]["keys"]:
            try:
                found = client.auth.token.lookup_accessor(accessor)["data"]
            except Exception:  # It ended meanwhile: other runs use the same server.
                continue
            if found.get("path") == f"auth/{self._mount}/login":
                client.auth.token.revoke_accessor(accessor)

    # Afterwards

    def read_requests(self, entries: list[dict[str, Any]]) -> None:
        """Finds what OpenBao answered to this session in its audit log."""
        login = f"auth/{self._mount}/login"
        purposes = {"auth/token/renew-self": "renewal", "auth/token/lookup-self": "token-check", login: "login"}
        tokens: set[str] = set()
        requests = []
        # A request and its answer have an entry each; one that a rate limit refuses has the first alone.
        for entry in {entry["request"]["id"]: entry for entry in entries}.values():
            request = entry["request"]
            # A request for the root of the API, as other tests send, has no path in the log.
            if request.get("path") not in purposes:
                continue
            answer = entry.get("response", {})
            auth = answer.get("auth", {})
            if request["path"] == login:
                tokens.add(auth.get("client_token", ""))
            elif request.get("client_token") not in tokens:
                continue
            if "error" in entry or "error" in answer.get("data", {}):
                outcome = " refused"
            else:
                outcome = self._display_names.get(auth.get("display_name"), "")
            # Vault that starts again refuses some, like the host's events of that time.
            if self._blurred_from is None or outcome != " refused":
                requests.append(purposes[request["path"]] + outcome)
        self.requests = collapsed(requests)


@dataclass
class Story:
    """One scenario in several hosts at once."""

    scenario: Scenario
    together: Together
    runs: dict[str, Run]
    failures: dict[str, BaseException] = field(default_factory=dict)
    seconds: float = 0

    def run(self, bed: TestBed, hosts: dict[str, Callable[[Setting], SessionHost]]) -> None:
        started = time.monotonic()
        threads = [threading.Thread(target=self._run_one, args=(name, hosts[name])) for name in self.runs]
        for thread in threads:
            thread.start()
        for step in self.scenario.steps:
            if (action := step.removeprefix("> ")) in TOGETHER:
                self.together.take(lambda action=action: TOGETHER[action](bed))
        for thread in threads:
            thread.join()
        entries = bed.vault.audit_entries()
        for run in self.runs.values():
            run.read_requests(entries)
        self.seconds = time.monotonic() - started

    def _run_one(self, name: str, make: Callable[[Setting], SessionHost]) -> None:
        try:
            self.runs[name].perform(make)
        except BaseException as error:
            self.failures[name] = error


def stories(
    bed: TestBed, folder: Path, scenarios: dict[str, Scenario], wanted: dict[str, list[str]]
) -> Iterator[tuple[str, Story]]:
    """Prepares each wanted scenario for each of its hosts."""
    for name, hosts in wanted.items():
        together = Together(len(hosts))
        runs = {host: Run(bed, scenarios[name], host, folder, together) for host in hosts}
        for run in runs.values():
            run.prepare()
        yield name, Story(scenarios[name], together, runs)
