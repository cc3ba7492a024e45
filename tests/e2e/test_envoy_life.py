"""The life of a token inside Envoy: under load, with other filters, and through failures.

The long run takes a minute, and so does the recovery from a refusal that a person has to fix. The
other scenarios run at the same time, each in its own Envoy or on its own listener.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from bed import GREETING_PATH, ContainerCredentials, CredentialSource, InstanceMetadata, TestBed
from envoy_process import FOREIGN_FILTER, Envoy, Listener, record_name
from vault_front import Front, Trouble

pytestmark = pytest.mark.usefixtures("long_run", "troubled")

REQUESTS = 10_000
SECONDS = 60
WORKERS = 4
CLIENTS = 10
TOKEN_TTL = 5
# The filter tries again 60 to 75 s after a refusal that a person has to fix; the rest is for what
# follows that try.
RECOVERY_SECONDS = 90
# What heals by itself is tried again after the back-off's cap of a second, once a request that is under way, for 10 s at
# most, has come to its end.
OWN_RECOVERY_SECONDS = 15


GUARDED = "vault-aws-login: this path could return or end the proxy's own token, or share its cubbyhole\n"


def configuration(**changes: Any) -> dict[str, Any]:
    return {"vault_cluster": "vault", "upstream_clusters": ["vault"]} | changes


def audited(entries: list[dict[str, Any]], path: str, mount: str) -> list[dict[str, Any]]:
    """What OpenBao answered on a path to logins of a mount, or to the tokens of those."""
    return [
        entry
        for entry in entries
        if entry["type"] == "response"
        and entry["request"].get("path") == path
        and not entry.get("error")
        and (path.startswith("auth/" + mount) or entry.get("auth", {}).get("display_name", "").startswith(mount))
    ]


def logins(bed: TestBed, mount: str) -> int:
    return len(audited(bed.vault.audit_entries(), f"auth/{mount}/login", mount))


@dataclass
class LongRun:
    """Requests through 4 workers, from one thread for each client."""

    envoy: Envoy
    listener: Listener
    mount: str
    statuses: Counter[str] = field(default_factory=Counter)
    seconds: float = 0

    def run(self) -> None:
        started = time.monotonic()
        with ThreadPoolExecutor(CLIENTS) as clients:
            for statuses in clients.map(lambda number: self._client(started), range(CLIENTS)):
                self.statuses += statuses
        self.seconds = time.monotonic() - started

    def _client(self, started: float) -> Counter[str]:
        statuses: Counter[str] = Counter()
        count = REQUESTS // CLIENTS
        connection = http.client.HTTPConnection("127.0.0.1", self.listener.port, timeout=20)
        for number in range(count):
            time.sleep(max(0.0, started + SECONDS * (number + 1) / count - time.monotonic()))
            if number % 20 == 0:
                # The kernel spreads connections over the workers.
                connection.close()
            try:
                connection.request("GET", f"/v1/{GREETING_PATH}")
                answer = connection.getresponse()
                answer.read()
                statuses[str(answer.status)] += 1
            except OSError as error:
                statuses[repr(error)] += 1
                connection.close()
        connection.close()
        return statuses


@pytest.fixture(scope="module")
def long_run(bed: TestBed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LongRun, threading.Thread]]:
    """Runs at the same time as the other tests of this module."""
    user = bed.aws.user()
    mount = bed.mount_aws("envoy-long")
    bed.vault_role("long", user.arn, mount=mount, token_ttl=f"{TOKEN_TTL}s", token_max_ttl="15s")
    envoy = Envoy(tmp_path_factory.mktemp("long"), workers=WORKERS, environment=user.environment())
    envoy.cluster("vault", bed.vault.address)
    listener = envoy.listener("long", configuration(role="long", mount=mount), to="vault")
    with envoy:
        # The first requests come before the first token, and wait for it.
        load = LongRun(envoy, listener, mount)
        thread = threading.Thread(target=load.run)
        thread.start()
        yield load, thread
        thread.join()


# Scenarios of trouble: each begins in it, is seen to refuse, and comes back by itself


@dataclass
class Scenario:
    """One filter with its own Vault, which is in trouble."""

    trouble: Trouble | None = None
    #: What the first credentials of the container endpoint are, if that is where they come from.
    credentials: str = ""
    date_ahead: timedelta = timedelta()
    changes: dict[str, Any] = field(default_factory=dict)
    recovery_seconds: float = RECOVERY_SECONDS


TIME_REFUSED = Trouble(
    400,
    b'{"errors":["error making upstream request: received error code 403 from STS: <ErrorResponse><Error>'
    b'<Code>SignatureDoesNotMatch</Code><Message>Signature expired: no time is named</Message></Error>"]}',
)
SCENARIOS = {
    "400": Scenario(Trouble(400, b'{"errors":["something is wrong"]}')),
    "403": Scenario(Trouble(403, b'{"errors":["permission denied"]}')),
    "429": Scenario(Trouble(429, b'{"errors":["slow down"]}', {"Retry-After": "2"}), recovery_seconds=OWN_RECOVERY_SECONDS),
    "500": Scenario(Trouble(500, b'{"errors":["internal error"]}'), recovery_seconds=OWN_RECOVERY_SECONDS),
    "garbage": Scenario(Trouble(200, b"<html>Welcome</html>")),
    "ten-megabytes": Scenario(Trouble(200, b" " * 10_000_000)),
    "slow": Scenario(
        Trouble(delay_seconds=2, passes=True),
        changes={"request_timeout_milliseconds": 500},
        recovery_seconds=OWN_RECOVERY_SECONDS,
    ),
    "silent": Scenario(Trouble(silent=True), recovery_seconds=OWN_RECOVERY_SECONDS),
    "date-a-year-ahead": Scenario(TIME_REFUSED, date_ahead=timedelta(days=365)),
    # Those fetched right after the first refusal are still the wrong ones, so the second try needs them, too.
    "credentials-wrong": Scenario(credentials="wrong"),
    "credentials-gone": Scenario(credentials="gone", recovery_seconds=OWN_RECOVERY_SECONDS),
}


@dataclass
class Troubled:
    """A scenario that runs."""

    envoy: Envoy
    listener: Listener
    vault: Front
    metadata: Front | None
    source: CredentialSource | None
    #: How long it took until traffic came back.
    recovered_after: float | None = None

    def heal(self) -> None:
        self.vault.trouble = None
        if self.metadata:
            self.metadata.trouble = None
        if self.source:
            self.source.rotate()
        threading.Thread(target=self._wait_for_traffic, daemon=True).start()

    def _wait_for_traffic(self) -> None:
        healed_at = time.monotonic()
        while self.listener.status() != 200:
            time.sleep(0.2)
        self.recovered_after = time.monotonic() - healed_at


@pytest.fixture(scope="module")
def troubled(bed: TestBed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Troubled]]:
    user = bed.aws.user()
    bed.vault_role("troubled", user.arn)
    wrong = replace(user, secret_access_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    envoy = Envoy(tmp_path_factory.mktemp("troubled"), environment=user.environment())
    running: dict[str, Troubled] = {}
    with ExitStack() as stack:
        for name, scenario in SCENARIOS.items():
            vault = Front(bed.vault.address, trouble=scenario.trouble, date_ahead=scenario.date_ahead)
            envoy.cluster(f"vault-{name}", stack.enter_context(vault).url)
            changes: dict[str, Any] = {
                "vault_cluster": f"vault-{name}",
                "upstream_clusters": [f"vault-{name}"],
                "role": "troubled",
                "back_off_cap_milliseconds": 1000,
                "max_wait_milliseconds": 300,
            }
            metadata = source = None
            if scenario.credentials:
                given = iter([wrong] if scenario.credentials == "wrong" else [])
                source = CredentialSource(lambda given=given: next(given, user))
                ecs = stack.enter_context(ContainerCredentials(source))
                gone = Trouble(silent=True) if scenario.credentials == "gone" else None
                metadata = stack.enter_context(Front(ecs.url, trouble=gone))
                envoy.cluster(f"ecs-{name}", metadata.url)
                changes["credentials"] = {"from": "container-endpoint", "cluster": f"ecs-{name}", "uri": ecs.path}
            listener = envoy.listener(
                name, configuration(**changes, **scenario.changes), to=f"vault-{name}", vm_id=f"troubled-{name}"
            )
            running[name] = Troubled(envoy, listener, vault, metadata, source)
        stack.enter_context(envoy)
        yield running


@pytest.mark.parametrize("name", SCENARIOS)
def test_request_in_trouble_is_refused_and_never_reaches_the_upstream(
    troubled: dict[str, Troubled], name: str
) -> None:
    scenario = troubled[name]
    scenario.envoy.wait_until(lambda: scenario.vault.seen or scenario.metadata, what="Vault was asked")
    answer = scenario.listener.get()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert GREETING_PATH not in [seen.path.removeprefix("/v1/") for seen in scenario.vault.seen]
    assert not scenario.vault.tokens
    scenario.heal()


# Two filters, foreign filters, and VMs that come and go


def test_first_requests_wait_for_the_token_and_some_have_no_room(bed: TestBed, tmp_path: Path) -> None:
    user = bed.aws.user()
    bed.vault_role("waiting", user.arn)
    with Front(bed.vault.address, trouble=Trouble(delay_seconds=1.5, passes=True)) as front:
        envoy = Envoy(tmp_path, environment=user.environment())
        envoy.cluster("vault", front.url)
        envoy.cluster("upstream", bed.vault.address)
        changes = {"role": "waiting", "upstream_clusters": ["upstream"], "max_waiting_requests": 2}
        listener = envoy.listener("waiting", configuration(**changes), to="upstream")
        with envoy, ThreadPoolExecutor(5) as clients:
            answers = [answer.status_code for answer in clients.map(lambda _: listener.get(), range(5))]
            assert Counter(answers) == {200: 2, 503: 3}
            stats = envoy.stats("waiting")
            assert (stats["unserved_requests"], stats["waiting_requests"], stats["logins"]) == (3, 0, 1)
            assert not envoy.crashes()


def test_two_filters_with_two_roles_keep_apart(bed: TestBed, tmp_path: Path) -> None:
    user = bed.aws.user()
    envoy = Envoy(tmp_path, workers=2, environment=user.environment())
    envoy.cluster("vault", bed.vault.address)
    # Everything else is the same, the vm_id too.
    listeners = {
        role: envoy.listener(role, configuration(role=role, allow_token_paths=True), to="vault")
        for role in ("envoy-one", "envoy-two")
    }
    for role in listeners:
        bed.vault_role(role, user.arn)
    with envoy:
        for _ in range(20):
            for role, listener in listeners.items():
                answer = listener.get("auth/token/lookup-self")
                assert answer.status_code == 200, answer.text
                assert answer.json()["data"]["meta"]["role_id"] == role_id(bed, role)
        assert not envoy.crashes()


def role_id(bed: TestBed, role: str) -> str:
    identifier: str = bed.vault.client.read(f"auth/aws/role/{role}")["data"]["role_id"]
    return identifier


def test_foreign_filter_finds_a_record_with_the_same_vm_id_only_and_it_is_sealed(bed: TestBed, tmp_path: Path) -> None:
    user = bed.aws.user()
    bed.vault_role("envoy-foreign", user.arn)
    envoy = Envoy(tmp_path, environment=user.environment())
    envoy.cluster("vault", bed.vault.address)
    own = configuration(role="envoy-foreign")
    listener = envoy.listener("own", own, to="vault")
    name = record_name(own, secret=user.secret_access_key, access_key_id=user.access_key_id)
    foreign = {
        vm_id: envoy.listener(f"foreign-{vm_id}", "", to="vault", vm_id=vm_id, wasm=FOREIGN_FILTER)
        for vm_id in ("", "another-filter", "vault-aws-login")
    }
    with envoy:
        assert listener.reads_the_greeting()
        assert foreign[""].foreign(name) == b""
        assert foreign["another-filter"].foreign(name) == b""
        # It is there, or the two lines above would prove nothing.
        sealed = foreign["vault-aws-login"].foreign(name)
        assert len(sealed) > 100 and b"generation" not in sealed


def test_holder_that_goes_is_followed_by_another_without_a_login(bed: TestBed, tmp_path: Path) -> None:
    user = bed.aws.user()
    mount = bed.mount_aws("envoy-holder")
    bed.vault_role("holder", user.arn, mount=mount, token_ttl="6s", token_max_ttl="60s")
    envoy = Envoy(tmp_path, workers=2, environment=user.environment())
    envoy.cluster("vault", bed.vault.address)
    own = configuration(role="holder", mount=mount)
    first = envoy.listener("first", own, to="vault")
    with envoy:
        assert first.reads_the_greeting()
        second = envoy.listener("second", own, to="vault")
        envoy.apply()
        envoy.wait_until(lambda: second.status() == 200, what="the second listener answered")
        assert envoy.stats("first")["logins"] == 1
        envoy.remove(first)
        envoy.apply()
        envoy.wait_until(lambda: first.status() == 0, what="the first listener was gone")
        # Only the second plugin is left to renew.
        envoy.wait_until(lambda: envoy.stats("second").get("renewals", 0) >= 2, what="the second one renewed")
        assert second.reads_the_greeting()
        assert logins(bed, mount) == 1
        assert not envoy.crashes()


def test_reloaded_configuration_takes_over_without_a_failed_request(bed: TestBed, tmp_path: Path) -> None:
    user = bed.aws.user()
    for role in ("envoy-before", "envoy-after"):
        bed.vault_role(role, user.arn)
    envoy = Envoy(tmp_path, workers=2, environment=user.environment())
    envoy.cluster("vault", bed.vault.address)

    def configured(role: str, port: int | None = None) -> Listener:
        return envoy.listener("reloaded", configuration(role=role, allow_token_paths=True), to="vault", port=port)

    listener = configured("envoy-before")

    def role_of_token() -> str:
        answer = listener.get("auth/token/lookup-self")
        assert answer.status_code == 200, answer.text
        identifier: str = answer.json()["data"]["meta"]["role_id"]
        return identifier

    with envoy:
        assert role_of_token() == role_id(bed, "envoy-before")
        configured("envoy-after", listener.port)
        envoy.apply()
        after = role_id(bed, "envoy-after")
        envoy.wait_until(lambda: role_of_token() == after, what="the new configuration was in force")
        # And back: the old one's lease is adopted, unless its last VM has already gone and emptied the record.
        configured("envoy-before", listener.port)
        envoy.apply()
        before = role_id(bed, "envoy-before")
        envoy.wait_until(lambda: role_of_token() == before, what="the old configuration was in force again")
        assert envoy.stats("reloaded")["logins"] in (2, 3)
        assert not envoy.crashes()


def test_unknown_cluster_is_logged_once_and_used_when_it_appears(bed: TestBed, tmp_path: Path) -> None:
    user = bed.aws.user()
    bed.vault_role("envoy-unknown", user.arn)
    envoy = Envoy(tmp_path, environment=user.environment())
    envoy.cluster("upstream", bed.vault.address)
    changes = {
        "vault_cluster": "later",
        "upstream_clusters": ["upstream"],
        "role": "envoy-unknown",
        "back_off_cap_milliseconds": 1000,
        "max_wait_milliseconds": 100,
    }
    listener = envoy.listener("unknown", configuration(**changes), to="upstream")
    with envoy:
        answer = listener.get()
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        envoy.wait_until(lambda: envoy.stats("unknown")["refusals.unreachable"] >= 3, what="it was tried three times")
        assert envoy.stats("unknown")["missing_cluster"] == 1
        assert len(envoy.lines("expected a cluster named `later`, found none")) == 1
        assert len(envoy.lines("vault-aws-login: ")) == 1
        envoy.cluster("later", bed.vault.address)
        envoy.apply()
        envoy.wait_until(lambda: listener.status() == 200, what="it healed")
        assert envoy.stats("unknown")["missing_cluster"] == 0
        assert not envoy.crashes()


def test_namespace_goes_to_vault_and_to_the_upstream(bed: TestBed, tmp_path: Path) -> None:
    user = bed.aws.user()
    namespace = bed.make_namespace("envoy")
    mount = bed.mount_aws("team/aws", namespace=namespace, iam_server_id_header_value="vault.example.com")
    bed.vault_role("dev", user.arn, mount=mount, namespace=namespace)
    envoy = Envoy(tmp_path, environment=user.environment())
    envoy.cluster("vault", bed.vault.address)
    own = configuration(role="dev", mount=mount, namespace=namespace, server_id="vault.example.com")
    listener = envoy.listener("namespace", own, to="vault")
    with envoy:
        assert listener.reads_the_greeting()
        # Whatever the client says.
        assert listener.get(headers={"X-Vault-Namespace": "root", "X-Vault-Token": "forged"}).status_code == 200
        assert listener.get("auth/token/lookup-self").status_code == 403


# What upstreams say about the token


def test_thousand_forbidden_requests_cause_no_login(bed: TestBed, tmp_path: Path) -> None:
    user = bed.aws.user()
    mount = bed.mount_aws("envoy-forbidden")
    bed.vault_role("forbidden", user.arn, mount=mount)
    envoy = Envoy(tmp_path, workers=2, environment=user.environment())
    envoy.cluster("vault", bed.vault.address)
    listener = envoy.listener("forbidden", configuration(role="forbidden", mount=mount), to="vault")
    with envoy:
        assert listener.reads_the_greeting()
        started = time.monotonic()
        with ThreadPoolExecutor(8) as clients:
            statuses = Counter(clients.map(lambda _: listener.status("secret/other"), range(1000)))
        assert statuses == {403: 1000}
        # One question about the token in ten seconds, and no login.
        most = 1 + (time.monotonic() - started + 2) / 10
        lookups = audited(bed.vault.audit_entries(), "auth/token/lookup-self", mount)
        assert 1 <= len(lookups) <= most
        assert logins(bed, mount) == 1
        assert listener.reads_the_greeting()


def test_forbidden_requests_with_a_token_that_may_not_look_itself_up_cause_no_logins(
    bed: TestBed, tmp_path: Path
) -> None:
    user = bed.aws.user()
    mount = bed.mount_aws("envoy-bare")
    bed.vault_role("bare", user.arn, mount=mount, token_no_default_policy=True)
    envoy = Envoy(tmp_path, environment=user.environment())
    envoy.cluster("vault", bed.vault.address)
    listener = envoy.listener("bare", configuration(role="bare", mount=mount), to="vault")
    with envoy:
        assert listener.reads_the_greeting()
        deadline = time.monotonic() + 60
        statuses: Counter[int] = Counter()
        while time.monotonic() < deadline:
            statuses[listener.status("sys/mounts")] += 1
            time.sleep(0.5)
        assert set(statuses) == {403} and statuses[403] > 60
        assert logins(bed, mount) <= 2
        assert listener.reads_the_greeting()
        assert not envoy.crashes()


def test_revoked_token_is_replaced_within_one_check(bed: TestBed, tmp_path: Path) -> None:
    user = bed.aws.user()
    mount = bed.mount_aws("envoy-revoked")
    bed.vault_role("revoked", user.arn, mount=mount)
    envoy = Envoy(tmp_path, workers=2, environment=user.environment())
    envoy.cluster("vault", bed.vault.address)
    own = configuration(role="revoked", mount=mount, allow_token_paths=True)
    listener = envoy.listener("revoked", own, to="vault")
    with envoy:
        accessor = listener.get("auth/token/lookup-self").json()["data"]["accessor"]
        bed.vault.client.auth.token.revoke_accessor(accessor)
        envoy.wait_until(lambda: listener.status() == 200, what="the token was replaced", seconds=5)
        assert logins(bed, mount) == 2
        stats = envoy.stats("revoked")
        assert (stats["logins"], stats.get("renewals", 0)) == (2, 0)
        assert not envoy.crashes()


@pytest.mark.parametrize("workers", [1, 3])
def test_paths_that_give_the_token_away_are_closed(bed: TestBed, tmp_path: Path, workers: int) -> None:
    user = bed.aws.user()
    bed.vault_role("envoy-paths", user.arn)
    with Front(bed.vault.address) as front:
        envoy = Envoy(tmp_path, workers=workers, environment=user.environment())
        envoy.cluster("vault", bed.vault.address)
        envoy.cluster("upstream", front.url)
        own = configuration(role="envoy-paths", upstream_clusters=["upstream"])
        listener = envoy.listener("paths", own, to="upstream")
        with envoy:
            assert listener.reads_the_greeting()
            paths = ["auth/token/lookup-self", "auth/token/revoke-self", "auth/%74oken/renew-self", "sys/wrapping/unwrap"]
            paths += ["cubbyhole/note", "sys/leases/revoke", "sys/revoke-prefix/auth"]
            for path in paths:
                answer = listener.get(path)
                assert answer.status_code == 403
                assert answer.text == GUARDED
            assert {seen.path for seen in front.seen} == {f"/v1/{GREETING_PATH}"}
            assert envoy.stats("paths")["forbidden_paths"] == len(paths)
            # The token is nowhere that others can read.
            (token,) = front.tokens
            for place in (envoy.log, envoy.admin("stats"), envoy.admin("config_dump"), str(listener.get().headers)):
                assert token not in place
                assert user.secret_access_key not in place


# Credentials from a container and from an instance


def test_instance_metadata_gives_the_credentials(bed: TestBed, tmp_path: Path) -> None:
    role = bed.aws.role()
    bed.vault_role("envoy-imds", role.arn)
    source = CredentialSource(lambda: bed.aws.session(role))
    with InstanceMetadata(source, role_name="demo", instance_id="i-0123456789abcdef0") as imds:
        envoy = Envoy(tmp_path)
        envoy.cluster("vault", bed.vault.address)
        envoy.cluster("imds", imds.url)
        own = configuration(role="envoy-imds", credentials={"from": "instance-metadata", "cluster": "imds"})
        listener = envoy.listener("imds", own, to="vault")
        with envoy:
            assert listener.reads_the_greeting()
            assert {call.status for call in imds.calls} == {200}


def test_rotated_credentials_are_fetched_when_the_old_ones_are_refused(bed: TestBed, tmp_path: Path) -> None:
    users = [bed.aws.user(), bed.aws.user()]
    mount = bed.mount_aws("envoy-rotated")
    bed.vault_role("rotated", *(user.arn for user in users), mount=mount, token_ttl="3s", token_max_ttl="3s")
    given = iter(users)
    source = CredentialSource(lambda: next(given))
    with ContainerCredentials(source, authorization_token="throw-away") as ecs:
        envoy = Envoy(tmp_path)
        envoy.cluster("vault", bed.vault.address)
        envoy.cluster("ecs", ecs.url)
        own = configuration(role="rotated", mount=mount, back_off_cap_milliseconds=1000)
        own["credentials"] = {"from": "container-endpoint", "cluster": "ecs", "uri": ecs.path}
        values = {"AWS_CONTAINER_AUTHORIZATION_TOKEN": "throw-away"}
        listener = envoy.listener("rotated", own, to="vault", values=values)
        with envoy:
            assert listener.reads_the_greeting()
            name = users[0].arn.rpartition("/")[2]
            bed.aws.client("iam").delete_access_key(UserName=name, AccessKeyId=users[0].access_key_id)
            source.rotate()
            envoy.wait_until(lambda: envoy.lines("vault-aws-login: login-refused: "), what="the old key was refused")
            envoy.wait_until(
                lambda: envoy.stats("rotated")["logins"] >= 3 and listener.status() == 200,
                what="the new key was used",
                seconds=RECOVERY_SECONDS,
            )
            assert {call.status for call in ecs.calls} == {200}
            assert not envoy.crashes()


# Vault goes while a lease runs


def test_filter_recovers_from_an_outage_and_sends_no_expired_token(bed: TestBed, tmp_path: Path) -> None:
    user = bed.aws.user()
    bed.vault_role("envoy-outage", user.arn, token_ttl="3s", token_max_ttl="60s")
    with Front(bed.vault.address) as front:
        envoy = Envoy(tmp_path, environment=user.environment())
        envoy.cluster("vault", front.url)
        envoy.cluster("upstream", bed.vault.address)
        changes = {"upstream_clusters": ["upstream"], "back_off_cap_milliseconds": 1000, "max_wait_milliseconds": 50}
        listener = envoy.listener("outage", configuration(role="envoy-outage", **changes), to="upstream")
        with envoy:
            envoy.wait_until(lambda: listener.status() == 200, what="the first token was there")
            front.trouble = Trouble(silent=True)
            statuses = [listener.status()]
            deadline = time.monotonic() + 20
            while statuses[-1] != 503 and time.monotonic() < deadline:
                statuses.append(listener.status())
            # Vault itself would have said 403 to a dead token.
            assert statuses[0] == 200 and set(statuses) == {200, 503}
            front.trouble = None
            envoy.wait_until(lambda: listener.status() == 200, what="it came back", seconds=5)
            assert not envoy.crashes()


# The scenarios that began in trouble, and the long run


@pytest.mark.parametrize("name", SCENARIOS)
def test_traffic_comes_back_by_itself_when_the_trouble_is_over(troubled: dict[str, Troubled], name: str) -> None:
    scenario = troubled[name]
    scenario.envoy.wait_until(
        lambda: scenario.recovered_after is not None, what="it came back", seconds=RECOVERY_SECONDS
    )
    assert scenario.recovered_after is not None
    assert scenario.recovered_after <= SCENARIOS[name].recovery_seconds
    now = datetime.now(timezone.utc)
    for login in scenario.vault.logins:
        assert abs(login.signed_at - now) < timedelta(minutes=15)
    assert scenario.vault.tokens
    log = scenario.envoy.log
    for token in scenario.vault.tokens:
        assert token not in log
    assert not scenario.envoy.crashes()


def test_ten_thousand_requests_all_have_a_live_token(
    bed: TestBed, long_run: tuple[LongRun, threading.Thread]
) -> None:
    load, thread = long_run
    thread.join(SECONDS + 60)
    # OpenBao itself is the upstream: it answers 200 to a token that lives at that moment, and to no other.
    assert load.statuses == {"200": REQUESTS}
    assert load.seconds >= SECONDS

    # The filter goes with its listener, and its counters with it; what it said stays, and nothing is added any more.
    # Right after a renewal or a login nothing is under way.
    changes = (" is there, good for ", " renewed, good for ")
    before = sum(len(load.envoy.lines(text)) for text in changes)
    load.envoy.wait_until(
        lambda: sum(len(load.envoy.lines(text)) for text in changes) > before, what="the token was renewed or replaced"
    )
    stats = load.envoy.stats("long")
    load.envoy.remove(load.listener)
    load.envoy.apply()
    drained = "listener_manager.total_listeners_draining: 0"
    load.envoy.wait_until(
        lambda: load.listener.status() == 0 and drained in load.envoy.admin("stats"), what="the listener was gone"
    )
    entries = bed.vault.audit_entries()
    logged_in = audited(entries, f"auth/{load.mount}/login", load.mount)
    renewals = audited(entries, "auth/token/renew-self", load.mount)
    generations, renewed = (len(load.envoy.lines(text)) for text in changes)
    assert generations == len(logged_in) >= 4
    # One that took so long that the filter gave it up is in the audit log alone.
    assert 3 <= renewed <= len(renewals) <= renewed + 1
    assert 0 <= generations - stats["logins"] <= 1 and 0 <= renewed - stats["renewals"] <= 1
    moments = sorted(datetime.fromisoformat(entry["time"]) for entry in renewals)
    for earlier, later in zip(moments, moments[1:]):
        assert (later - earlier).total_seconds() >= TOKEN_TTL / 3
    assert not load.envoy.crashes()
