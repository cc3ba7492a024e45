"""Compares Envoy without and with the filter, and `bao proxy` with a forced token.

The least filter, which does next to nothing, shows how much of the difference is Envoy's own. All
proxies have one worker and stand before one fast server. Then each host call of an ordinary request
is timed by itself, as `envoy_calls.py` says.

    make bench-envoy

prints the result and writes it into `BENCHMARKS.md`.

Each round measures every proxy, in another order, and ratios are taken within a round, so that other
work of the machine affects all of them. A range of ratios that includes 1 shows no significant
difference.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

import requests  # noqa: E402
import wasmtime  # noqa: E402

from bed import TestBed  # noqa: E402
from bed.child import Child  # noqa: E402
from bed.loopback import LOOPBACK, free_ports  # noqa: E402
import envoy_calls  # noqa: E402
from envoy_process import FILTER, Envoy  # noqa: E402
from sections import number, replace, spread, table  # noqa: E402

LOAD = ROOT / "target" / "bench-load"
BARE, LEAST, FILTERED, BAO = "Envoy", "Envoy with the least filter", "Envoy with the filter", "bao proxy"
CLIENTS = 16


@dataclass(frozen=True)
class Target:
    """A proxy that is measured."""

    name: str
    url: str
    pid: int

    def cpu_seconds(self) -> float:
        """What the process has used so far: it does not depend on what else the machine does."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_megabytes(self) -> float:
        status = Path(f"/proc/{self.pid}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith("VmRSS:")]
        return int(line.split()[1]) / 1024


@dataclass(frozen=True)
class Round:
    requests_per_second: float
    p50_microseconds: float
    p99_microseconds: float
    requests: int
    failed: int
    without_token: int
    cpu_microseconds: float


def measure(target: Target, seconds: float) -> Round:
    command = [str(LOAD), "run", f"{target.url}/v1/secret/greeting", str(seconds), str(CLIENTS)]
    before = target.cpu_seconds()
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    said = json.loads(done.stdout)
    cpu = (target.cpu_seconds() - before) / said["requests"] * 1_000_000
    return Round(**said, cpu_microseconds=cpu)


@contextmanager
def upstream(bed: TestBed, folder: Path) -> Iterator[str]:
    child = Child([str(LOAD), "serve", bed.vault.address], log=folder / "upstream.log", env={})
    try:
        child.wait_until(lambda: child.log.read_text().endswith("\n"), what="it said its address")
        yield f"http://{child.log.read_text().strip()}"
    finally:
        child.stop()


@contextmanager
def bao_proxy(bed: TestBed, folder: Path, to: str) -> Iterator[Target]:
    """OpenBao's own proxy; it logs in by AppRole, because OpenBao's has no AWS method."""
    vault = bed.vault.client
    vault.sys.enable_auth_method("approle")
    vault.write_data("auth/approle/role/bench", data={"token_policies": "read-greeting"})
    (folder / "role-id").write_text(vault.read("auth/approle/role/bench/role-id")["data"]["role_id"])
    (folder / "secret-id").write_text(vault.write_data("auth/approle/role/bench/secret-id")["data"]["secret_id"])
    (port,) = free_ports(1)
    config = folder / "proxy.hcl"
    config.write_text(
        f"""
        vault {{ address = "{to}" }}
        auto_auth {{
          method "approle" {{
            config = {{
              role_id_file_path = "{folder}/role-id"
              secret_id_file_path = "{folder}/secret-id"
            }}
          }}
        }}
        api_proxy {{ use_auto_auth_token = "force" }}
        listener "tcp" {{
          address = "{LOOPBACK}:{port}"
          tls_disable = true
        }}
        log_level = "warn"
        """
    )
    env = {"GOMAXPROCS": "1", "HOME": str(folder), "PATH": os.environ["PATH"]}
    command = [str(ROOT / ".venv/bin/bao"), "proxy", f"-config={config}"]
    child = Child(command, log=folder / "proxy.log", env=env)
    target = Target(BAO, f"http://{LOOPBACK}:{port}", child.pid)
    try:
        child.wait_until(lambda: has_token(target), what="it had a token")
        yield target
    finally:
        child.stop()


def has_token(target: Target) -> bool:
    try:
        answer = requests.get(f"{target.url}/v1/secret/greeting", timeout=10)
    except requests.ConnectionError:
        return False
    return answer.status_code == 200 and "X-No-Token" not in answer.headers


@contextmanager
def targets(folder: Path) -> Iterator[tuple[list[Target], str]]:
    """The proxies, and the upstream behind them."""
    with ExitStack() as stack:
        bed = stack.enter_context(TestBed())
        to = stack.enter_context(upstream(bed, folder))
        user = bed.aws.user()
        bed.vault_role("bench", user.arn)
        found = []
        least = folder / "least-filter.wasm"
        least.write_bytes(wasmtime.wat2wasm(Path(__file__).with_name("least-filter.wat").read_text()))
        for name, wasm in ((BARE, None), (LEAST, str(least)), (FILTERED, FILTER)):
            envoy = Envoy(folder / name.replace(" ", "-"), environment=user.environment())
            envoy.cluster("vault", bed.vault.address)
            envoy.cluster("upstream", to)
            own = {"vault_cluster": "vault", "upstream_clusters": ["upstream"], "role": "bench"}
            own["allowed_path_prefixes"] = ["/v1/secret/"]
            listener = envoy.listener("bench", own if wasm else None, to="upstream", wasm=wasm or FILTER)
            stack.enter_context(envoy)
            found.append(Target(name, listener.url, envoy.pid))
        envoy.wait_until(lambda: has_token(found[2]), what="it had a token")
        found.append(stack.enter_context(bao_proxy(bed, folder, to)))
        yield found, to


def verdict(ratios: list[float]) -> str:
    if min(ratios) > 1:
        return "more"
    if max(ratios) < 1:
        return "less"
    return "no significant difference"


def rates(rounds: dict[str, list[Round]], memory: dict[str, float]) -> str:
    def line(name: str) -> tuple[str, ...]:
        done = rounds[name]
        return (
            name,
            spread([one.requests_per_second for one in done]),
            spread([one.p50_microseconds / 1000 for one in done]),
            spread([one.p99_microseconds / 1000 for one in done]),
            spread([one.cpu_microseconds for one in done]),
            number(memory[name]),
        )

    head = ("", "requests/s", "p50 in ms", "p99 in ms", "CPU µs/request", "memory in MB")
    return table(head, map(line, rounds))


def ratios(rounds: dict[str, list[Round]]) -> str:
    def cell(name: str, other: str, what: str) -> str:
        found = [getattr(one, what) / getattr(two, what) for one, two in zip(rounds[name], rounds[other])]
        return f"{spread(found)}: {verdict(found)}"

    def line(name: str, other: str) -> tuple[str, ...]:
        return f"{name} / {other}", cell(name, other, "requests_per_second"), cell(name, other, "cpu_microseconds")

    compared = ((LEAST, BARE), (FILTERED, LEAST), (FILTERED, BARE), (FILTERED, BAO))
    return table(("Ratio within a round", "requests/s", "CPU µs/request"), (line(*pair) for pair in compared))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--print", action="store_true", help="print the result alone; keeps BENCHMARKS.md")
    options = parser.parse_args()
    (before, *_) = os.getloadavg()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, targets(Path(folder)) as (proxies, to):
        rounds: dict[str, list[Round]] = {proxy.name: [] for proxy in proxies}
        for proxy in proxies:
            measure(proxy, 1)
        for done in range(options.rounds):
            for proxy in random.sample(proxies, len(proxies)):
                rounds[proxy.name].append(measure(proxy, options.seconds))
            print(f"round {done + 1} of {options.rounds}", file=sys.stderr)
        memory = {proxy.name: proxy.memory_megabytes() for proxy in proxies}
        calls = envoy_calls.measure(Path(folder) / "calls", to)

    for name in (FILTERED, BAO):
        assert not any(one.without_token for one in rounds[name]), f"{name} sent requests without a token"
    assert not any(one.failed for done in rounds.values() for one in done), "requests failed"
    load = (
        f"{options.rounds} rounds of {options.seconds:g} s, {CLIENTS} clients, one worker; median (least to most).\n"
        f"The machine's load average before was {before:.1f} on {os.cpu_count()} cores.\n"
    )
    text = "\n".join((load, rates(rounds, memory), ratios(rounds), envoy_calls.table(calls)))
    print(text)
    if not options.print:
        replace("Envoy", text)


if __name__ == "__main__":
    main()
