"""Measures signing in each host and in the signers of today, and writes `BENCHMARKS.md`.

    make bench                                  everything; BENCH="--rounds 3 warm" passes arguments
    tests/bench/run.py --component PATH warm    the warm calls of another build of the component
    tests/bench/run.py --rounds 3 warm fresh    some of the tables, quickly; keeps BENCHMARKS.md

Each round measures every row once, in another order, and ratios are taken within a round, so that
other work of the machine affects all rows. Each number is the median of the rounds, with the least
and the most.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

import machine
import processes
import report
import rows
from programs import ROOT, Programs, chromium, go, java, node, node_package, python, rust, workerd
from proof import prove

TABLES = {"warm": rows.WARM, "fresh": rows.FRESH, "others": rows.OTHERS, "first": rows.FIRST}
SIGNERS = [
    rust("login"),
    *(node("login", signer) for signer in ("vault-aws-login", "vault-aws-login-sign", "smithy", "aws4", "aws4fetch")),
    workerd("login"),
    chromium("login"),
    *(python("login", signer) for signer in ("vault_aws_iam_login", "botocore", "hvac")),
    *(go("login", signer) for signer in ("wazero", "awsutil")),
    *(java("login", signer) for signer in ("ours", "sdk")),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=f"of {', '.join(TABLES)} and cold; default: all")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--component", type=Path, help="measure this one, in wasmtime and Node")
    options = parser.parse_args()
    unknown = set(options.tables) - {*TABLES, "cold"}
    if unknown:
        parser.error(f"expected tables of {', '.join(TABLES)} and cold, found {', '.join(sorted(unknown))}")
    wanted = options.tables or [*TABLES, "cold"]

    component = (options.component or ROOT / "dist/vault-aws-login.wasm").resolve()
    programs = Programs(component, node_package(options.component and component))
    processes.prepare()
    for command in [*SIGNERS, *(process.command for process in processes.PROCESSES)]:
        prove(programs, command)
    measured = measure(programs, wanted, options.rounds)
    memory = {}
    if "cold" in wanted:
        memory = {process.key: processes.peak_megabytes(programs, process) for process in processes.PROCESSES}

    found = report.Report(measured, memory, programs, machine.described(programs, options.rounds))
    is_whole = not options.tables and options.component is None
    print(found.write() if is_whole else found.text(wanted))


def measure(programs: Programs, wanted: list[str], rounds: int) -> list[rows.Round]:
    every = rows.FLOOR + [row for name in wanted if name in TABLES for row in TABLES[name]]
    started = time.monotonic()
    done = []
    for number in range(rounds):
        found = {row.key: row.measure(programs) for row in random.sample(every, len(every))}
        if "cold" in wanted:
            found |= processes.cold_starts(programs)
        done.append(found)
        print(f"round {number + 1} of {rounds}, {time.monotonic() - started:.0f} s", file=sys.stderr)
    return done


if __name__ == "__main__":
    main()
