"""What an ordinary request costs: the calls between Envoy and the filter, as Envoy itself logs them."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

import requests

from bed import GREETING_PATH, TestBed
from command import ROOT
from envoy_process import Envoy

sys.path.insert(0, str(ROOT / "tests" / "bench"))

from envoy_calls import CALLS  # noqa: E402

LINE = re.compile(r"\]\[(\d+)\]\[trace\]\[wasm\] .*\[(host->vm|vm->host|host<-vm)\] (?:\w+\.)?(\w+)(?:\(([\d, ]*)\))?")
REQUESTS = 300
#: A busy worker looks at the status of so many responses between two ticks.
MOST_LOOKED_AT = 32

#: The calls whose first argument says more than their name: a map of headers, a clock.
REQUEST_HEADERS, RESPONSE_HEADERS, REALTIME, MONOTONIC = "0", "2", "0", "1"
IN_REQUEST = [
    "proxy_get_property",
    f"proxy_get_header_map_value {REQUEST_HEADERS}",
    f"proxy_get_header_map_value {REQUEST_HEADERS}",
    f"clock_time_get {REALTIME}",
    f"clock_time_get {MONOTONIC}",
    f"proxy_replace_header_map_value {REQUEST_HEADERS}",
]
STATUS = f"proxy_get_header_map_value {RESPONSE_HEADERS}"


@dataclass
class Traced:
    """One request, or the time in which there was none."""

    callbacks: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    allocations: int = 0


def traced(log: str) -> list[Traced | None]:
    """The requests in the order of their responses; `None` for each tick of their worker between them."""
    found: list[Traced | None] = []
    open_requests: dict[str, Traced] = {}
    current: Traced | None = None
    lines = LINE.findall(log)
    # Envoy's main thread has a VM, too, which ticks.
    (worker,) = {thread for thread, _, name, _ in lines if name == "proxy_on_request_headers"}
    for direction, name, arguments in [line[1:] for line in lines if line[0] == worker]:
        context = arguments.split(", ")[0]
        if direction == "host->vm" and name == "proxy_on_memory_allocate":
            if current:
                current.allocations += 1
        elif direction == "host->vm":
            if name == "proxy_on_tick":
                found.append(None)
            if name == "proxy_on_context_create":
                open_requests[context] = Traced()
            current = open_requests.get(context)
            if current:
                current.callbacks.append(name)
                if name == "proxy_on_response_headers":
                    found.append(current)
        elif direction == "vm->host" and current:
            says_more = name in ("proxy_get_header_map_value", "proxy_replace_header_map_value", "clock_time_get")
            current.calls.append(f"{name} {context}" if says_more else name)
        elif direction == "host<-vm" and name != "proxy_on_memory_allocate":
            current = None
    return found


def test_ordinary_request_makes_six_calls_and_looks_at_the_status_unless_the_worker_is_busy(bed: TestBed, tmp_path: Path) -> None:
    user = bed.aws.user()
    bed.vault_role("envoy-calls", user.arn)
    envoy = Envoy(tmp_path, environment=user.environment(), traces_calls=True)
    envoy.cluster("vault", bed.vault.address)
    own = {"vault_cluster": "vault", "upstream_clusters": ["vault"], "role": "envoy-calls"}
    own["allowed_path_prefixes"] = ["/v1/secret/"]
    listener = envoy.listener("calls", own, to="vault")
    with envoy, requests.Session() as client:
        assert listener.reads_the_greeting()
        before = len(envoy.log)
        for _ in range(REQUESTS):
            assert client.get(f"{listener.url}/v1/{GREETING_PATH}", timeout=10).status_code == 200
        deleted = "[host<-vm] proxy_on_delete return"
        envoy.wait_until(lambda: envoy.log[before:].count(deleted) >= REQUESTS, what="the requests were over")
        seen = traced(envoy.log[before:])
    assert len([one for one in seen if one]) == REQUESTS
    # Of the first tick only the end is in the log.
    responses_in_tick = None
    for one in seen:
        if one is None:
            responses_in_tick = 0
            continue
        assert one.callbacks == [
            "proxy_on_context_create",
            "proxy_on_request_headers",
            "proxy_on_response_headers",
            "proxy_on_done",
            "proxy_on_delete",
        ]
        looked_at_status = one.calls[len(IN_REQUEST) :]
        assert one.calls[: len(IN_REQUEST)] == IN_REQUEST
        assert looked_at_status in ([], [STATUS])
        # Envoy asks for memory for each value that it gives: the cluster's name, the path, the status.
        assert one.allocations == 2 + len(looked_at_status)
        if responses_in_tick is not None:
            assert (looked_at_status == [STATUS]) == (responses_in_tick < MOST_LOOKED_AT)
            responses_in_tick += 1
    assert responses_in_tick is not None


def test_benchmark_measures_the_calls_that_a_request_makes() -> None:
    measured = [call.name.split()[0] for call in CALLS]
    assert measured == [call.split()[0] for call in [*IN_REQUEST, STATUS]]
