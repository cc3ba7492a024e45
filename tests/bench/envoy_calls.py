"""What each host call of an ordinary request costs in Envoy.

A filter of a few lines repeats one call within a request, and says how long that took by Envoy's own
clock. Which calls the filter makes is what `tests/e2e/test_envoy_calls.py` counts.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
import wasmtime

import sections
from envoy_process import Envoy, Listener
from sections import number, spread

#: How often a call is repeated within a request, and how many requests there are.
REPEATED, REQUESTS = 1000, 100


@dataclass(frozen=True)
class HostCall:
    """One call of the filter, and the same in WebAssembly's text format."""

    name: str
    what_for: str
    code: str
    in_response: bool = False


CALLS = [
    HostCall(
        "proxy_get_property xds.cluster_name",
        "whether the cluster gets the token",
        "(call $get_property (i32.const 0) (i32.const 16) (i32.const 512) (i32.const 516))",
    ),
    HostCall(
        "proxy_get_header_map_value :path",
        "whether the path is allowed",
        "(call $get_header (i32.const 0) (i32.const 32) (i32.const 5) (i32.const 512) (i32.const 516))",
    ),
    HostCall(
        "proxy_get_header_map_value x-vault-namespace",
        "the same: it counts as part of the path",
        "(call $get_header (i32.const 0) (i32.const 48) (i32.const 17) (i32.const 512) (i32.const 516))",
    ),
    HostCall(
        "clock_time_get realtime",
        "whether the token is live",
        "(call $clock (i32.const 0) (i64.const 1) (i32.const 512))",
    ),
    HostCall(
        "clock_time_get monotonic",
        "whether the token is live",
        "(call $clock (i32.const 1) (i64.const 1) (i32.const 512))",
    ),
    HostCall(
        "proxy_replace_header_map_value x-vault-token",
        "sets the token",
        "(call $replace_header (i32.const 0) (i32.const 80) (i32.const 13) (i32.const 96) (i32.const 26))",
    ),
    HostCall(
        "proxy_get_header_map_value :status",
        "whether the upstream refused the token",
        "(call $get_header (i32.const 2) (i32.const 128) (i32.const 7) (i32.const 512) (i32.const 516))",
        in_response=True,
    ),
]

# Whatever Envoy gives is written to the same place. The time is 16 hexadecimal digits.
MODULE = """
(module
  (import "env" "proxy_get_property" (func $get_property (param i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_get_header_map_value" (func $get_header (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_replace_header_map_value" (func $replace_header (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "xds\\00cluster_name")
  (data (i32.const 32) ":path")
  (data (i32.const 48) "x-vault-namespace")
  (data (i32.const 80) "x-vault-token")
  (data (i32.const 96) "s.0123456789abcdefghijklmn")
  (data (i32.const 128) ":status")
  (data (i32.const 144) "x-nanoseconds")
  (data (i32.const 160) "0123456789abcdef")
  (global $took (mut i64) (i64.const 0))
  (func $now (result i64)
    (drop (call $clock (i32.const 1) (i64.const 1) (i32.const 256)))
    (i64.load (i32.const 256)))
  (func $measure
    (local $left i32)
    (global.set $took (call $now))
    (local.set $left (i32.const REPEATED))
    (loop $again
      (drop CALL)
      (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (global.set $took (i64.sub (call $now) (global.get $took))))
  (func $say
    (local $place i32) (local $rest i64)
    (local.set $place (i32.const 15))
    (local.set $rest (global.get $took))
    (loop $digits
      (i32.store8 (i32.add (i32.const 320) (local.get $place))
        (i32.load8_u (i32.add (i32.const 160) (i32.wrap_i64 (i64.and (local.get $rest) (i64.const 15))))))
      (local.set $rest (i64.shr_u (local.get $rest) (i64.const 4)))
      (local.set $place (i32.sub (local.get $place) (i32.const 1)))
      (br_if $digits (i32.ge_s (local.get $place) (i32.const 0))))
    (drop (call $replace_header (i32.const 2) (i32.const 144) (i32.const 13) (i32.const 320) (i32.const 16))))
  (func (export "_initialize"))
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 1024))
  (func (export "proxy_on_vm_start") (param i32 i32) (result i32) (i32.const 1))
  (func (export "proxy_on_configure") (param i32 i32) (result i32) (i32.const 1))
  (func (export "proxy_on_context_create") (param i32 i32))
  (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32) IN_REQUEST (i32.const 0))
  (func (export "proxy_on_response_headers") (param i32 i32 i32) (result i32) IN_RESPONSE (call $say) (i32.const 0))
  (func (export "proxy_on_done") (param i32) (result i32) (i32.const 1))
  (func (export "proxy_on_delete") (param i32)))
"""


def module(call: HostCall) -> bytes:
    text = MODULE.replace("REPEATED", str(REPEATED)).replace("CALL", call.code)
    here, elsewhere = ("IN_RESPONSE", "IN_REQUEST") if call.in_response else ("IN_REQUEST", "IN_RESPONSE")
    return bytes(wasmtime.wat2wasm(text.replace(here, "(call $measure)").replace(elsewhere, "")))


@contextmanager
def listeners(folder: Path, to: str) -> Iterator[dict[str, Listener]]:
    """One for each call, in one Envoy with one worker."""
    folder.mkdir()
    envoy = Envoy(folder / "envoy")
    envoy.cluster("upstream", to)
    found = {}
    for number, call in enumerate(CALLS):
        file = folder / f"{number}.wasm"
        file.write_bytes(module(call))
        found[call.name] = envoy.listener(
            f"call-{number}", {}, to="upstream", vm_id=f"call-{number}", wasm=str(file)
        )
    with envoy:
        yield found


def measure(folder: Path, to: str) -> dict[str, list[float]]:
    """The nanoseconds of each call, one value for each request; the first ones warm V8 up."""
    found: dict[str, list[float]] = {call.name: [] for call in CALLS}
    with listeners(folder, to) as running:
        for number in range(REQUESTS + 20):
            for name, listener in running.items():
                answer = requests.get(f"{listener.url}/v1/secret/greeting", timeout=30)
                if number >= 20:
                    found[name].append(int(answer.headers["x-nanoseconds"], 16) / REPEATED)
    return found


def table(found: dict[str, list[float]]) -> str:
    lines = [(f"`{call.name}`: {call.what_for}", spread(middle(found[call.name]))) for call in CALLS]
    whole = sum(statistics.median(values) for values in found.values())
    lines.append(("all of them", number(whole)))
    return sections.table(("Host call, at most once per request", "ns"), lines)


def middle(values: list[float]) -> list[float]:
    """Without the tenth that took longest, when something else ran."""
    return sorted(values)[: len(values) * 9 // 10]
