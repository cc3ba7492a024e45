"""Runs every test suite of the project and ends in one line: `N passed, N failed`.

    python3 tests/run.py            every suite
    python3 tests/run.py wasm e2e   only these

`make test` gives `--since SECONDS`, the time of its start, and the end of such a run stores how long
all of it took.

Suites that share nothing run side by side, two at a time. `e2e` runs alone at the end, because its
servers and deadlines need the whole machine. Each suite's output goes to
`target/test-logs/<suite>.log`, and the end of a failed one is printed. A suite that fails before it
counts a failure (because it does not compile, say) counts as one failure. Needs nothing but
Python's standard library.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

import plan

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "target" / "test-logs"
Counter = Callable[[str], tuple[int, int]]


def summed(pattern: str) -> Counter:
    """Adds up the groups `passed` and `failed` of a pattern for a runner's closing lines."""
    expression = re.compile(pattern, re.MULTILINE)

    def count(output: str) -> tuple[int, int]:
        passed = failed = 0
        for match in expression.finditer(output):
            groups = match.groupdict()
            passed += int(groups.get("passed") or 0)
            failed += int(groups.get("failed") or 0)
        return passed, failed

    return count


def go_tests(output: str) -> tuple[int, int]:
    passed, failed = (
        len(re.findall(rf"^\s*--- {word}", output, re.MULTILINE)) for word in ("PASS", "FAIL")
    )
    return passed, failed


def maven(output: str) -> tuple[int, int]:
    """Reads Surefire's last line: those of the classes end in a time."""
    line = r"^\[\w+\] Tests run: (\d+), Failures: (\d+), Errors: (\d+), Skipped: \d+$"
    found = re.findall(line, output, re.MULTILINE)
    ran, *wrong = map(int, found[-1]) if found else (0, 0)
    return ran - sum(wrong), sum(wrong)


cargo = summed(r"^test result: \w+\. (?P<passed>\d+) passed; (?P<failed>\d+) failed")
pytest = summed(
    r"^=*\s*(?:(?P<failed>\d+) failed,? ?)?(?:(?P<passed>\d+) passed)?[^=\n]* in [\d.]+s"
)
node = summed(r"^(?:# |ℹ )(?:pass (?P<passed>\d+)|fail (?P<failed>\d+))$")
deno = summed(r"^(?:ok|FAILED) \| (?P<passed>\d+) passed \| (?P<failed>\d+) failed")
bun = summed(r"^ (?:(?P<passed>\d+) pass|(?P<failed>\d+) fail)$")
MVN = ["mvn", "--batch-mode", "--offline", "test"]
PYTHON = ".venv/bin/python"


class Lane(Enum):
    """Where a suite runs: suites of one lane run one after the other, the lanes side by side."""

    CARGO = auto()  # cargo locks the target folder, so they would wait for each other.
    OTHER = auto()
    ALONE = auto()  # After the other lanes.


@dataclass(frozen=True)
class Suite:
    """One runner over one part of the project."""

    name: str
    what: str
    command: list[str]
    count: Counter
    folder: str = "."
    lane: Lane = Lane.OTHER


def packages(*names: str) -> list[str]:
    return [word for name in names for word in ("--package", f"vault-aws-login-{name}")]


CARGO = ["cargo", "test", "--locked", "--quiet"]
PYTEST = [PYTHON, "-m", "pytest", "-q"]
NPM = ["npm", "test", "--silent"]
NPM_RUN = ["npm", "run", "--silent"]
# Both packages at once, as `make wasmtime` builds them: one set of features, one wasmtime.
WASM = [*CARGO, "--no-fail-fast", "--profile", "host", *packages("cli", "wasm-tests")]
GO = ["go", "test", "-count=1", "-v", "./..."]
RACE = ["go", "test", "-race", *GO[2:]]

SUITES = [
    Suite("core", "the core, natively", CARGO, cargo, lane=Lane.CARGO),
    Suite("wasm", "the shipped .wasm files, in wasmtime", WASM, cargo, lane=Lane.CARGO),
    Suite(
        "envoy",
        "the Envoy filter's own rules",
        [*CARGO, *packages("envoy")],
        cargo,
        lane=Lane.CARGO,
    ),
    Suite("node", "the npm package, in Node", NPM, node, "host-examples/node"),
    Suite("deno", "the npm package, in Deno", [*NPM_RUN, "test:deno"], deno, "host-examples/node"),
    Suite("bun", "the npm package, in Bun", [*NPM_RUN, "test:bun"], bun, "host-examples/node"),
    Suite("browser", "the page, in Chromium", NPM, node, "host-examples/browser"),
    Suite("action", "GitHub's Action", NPM, node, "host-examples/action"),
    Suite("vectors", "the shared vectors, against botocore", [*PYTEST, "tests/vectors"], pytest),
    Suite("python", "the Python package", [*PYTEST, "host-examples/python/tests"], pytest),
    Suite("go", "the Go package, watched for data races", RACE, go_tests, "host-examples/go"),
    Suite("go-vault", "the Go package with HashiCorp's client", GO, go_tests, "host-examples/go/vaultauth"),
    Suite("go-openbao", "the Go package with OpenBao's client", GO, go_tests, "host-examples/go/openbaoauth"),
    Suite("go-logindata", "the Go package for awsutil's users", GO, go_tests, "host-examples/go/logindata"),
    Suite("java", "the jar", MVN, maven, "host-examples/java"),
    Suite("docs", "links, citations and lock files", [*PYTEST, "tests/docs"], pytest),
    Suite("e2e", "real servers, every host", [*PYTEST, "tests/e2e"], pytest, lane=Lane.ALONE),
]
# Each has a command of make: the first builds every artefact twice, the second publishes and installs
# every package.
ON_DEMAND = [
    Suite("release", "a release, built twice", [*PYTEST, "tests/release"], pytest),
    Suite("packages", "each package, from its registry", [*PYTEST, "tests/packages"], pytest),
]


def run(suite: Suite) -> tuple[int, int]:
    started = time.monotonic()
    log = LOGS / f"{suite.name}.log"
    with log.open("w") as sink:
        status = subprocess.run(
            suite.command,
            cwd=ROOT / suite.folder,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
        ).returncode
    output = log.read_text(errors="replace")
    passed, failed = suite.count(output)
    if status != 0 and failed == 0:
        failed = 1
    lines = []
    if failed or passed == 0:
        failed = failed or 1
        lines += output.splitlines()[-120:]
        lines.append(f"{suite.name}: the whole output is in {log.relative_to(ROOT)}")
    seconds = time.monotonic() - started
    counts = f"{passed} passed, {failed} failed, {seconds:.0f} s"
    lines.append(f"{suite.name}: {suite.what}: {counts}")
    print("\n".join(lines), flush=True)
    return passed, failed


def run_lane(suites: list[Suite]) -> list[tuple[int, int]]:
    return [run(suite) for suite in suites]


def main() -> int:
    known = {suite.name: suite for suite in SUITES + ON_DEMAND}
    parser = argparse.ArgumentParser()
    parser.add_argument("suites", nargs="*")
    parser.add_argument("--since", type=float, help="when `make test` began, in seconds since 1970")
    arguments = parser.parse_args()
    wanted = arguments.suites or [suite.name for suite in SUITES]
    unknown = set(wanted) - set(known)
    if unknown:
        print(f"no suite {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        return 2
    LOGS.mkdir(parents=True, exist_ok=True)
    lanes = {lane: [known[name] for name in wanted if known[name].lane is lane] for lane in Lane}
    alone = lanes.pop(Lane.ALONE)
    with ThreadPoolExecutor() as pool:
        results = [result for lane in pool.map(run_lane, lanes.values()) for result in lane]
    results += run_lane(alone)
    passed, failed = (sum(column) for column in zip(*results))
    if arguments.since is not None and not arguments.suites:
        plan.DURATION.write_text(str(time.time() - arguments.since))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
