"""The tables of `BENCHMARKS.md`."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable
from dataclasses import dataclass

import processes
import rows
import sections
from programs import HERE, Programs, rust
from sizes import installed
from sections import number, spread, table

MICRO, MILLI = 1e3, 1e6


@dataclass(frozen=True)
class Report:
    rounds: list[rows.Round]
    memory: dict[str, float]
    programs: Programs
    machine: str

    def write(self) -> str:
        """Writes every section into `BENCHMARKS.md` and returns them."""
        for heading, text in self._sections():
            sections.replace(heading, text())
        return sections.FILE.read_text()

    def text(self, wanted: list[str]) -> str:
        """The tables that were measured."""
        of = {"warm": ["Warm call", "Floor", "Instructions"], "fresh": ["Fresh instance"], "others": ["Inspector and session"]}
        of |= {"first": ["First login"], "cold": ["Cold start and memory", "Memory of an instance"]}
        headings = {heading for name in wanted for heading in of[name]} | {"Ratios"}
        return "\n".join(f"## {heading}\n\n{text()}" for heading, text in self._sections() if heading in headings)

    def _sections(self) -> list[tuple[str, Callable[[], str]]]:
        return [
            ("Ratios", self._compared),
            ("Warm call", self._warm),
            ("Floor", self._floor),
            ("Instructions", self._instructions),
            ("Fresh instance", self._fresh),
            ("First login", self._first),
            ("Cold start and memory", self._cold),
            ("Memory of an instance", self._memory),
            ("Inspector and session", self._others),
            ("Sizes", self._sizes),
            ("Machine", lambda: self.machine),
        ]

    def _values(self, key: str, unit: float = 1) -> list[float]:
        return [found[key] / unit for found in self.rounds]

    def _ratios(self, ratio: Callable[[rows.Round], float]) -> list[float]:
        return [ratio(found) for found in self.rounds]

    def _compared(self) -> str:
        lines = []
        for ratio in rows.RATIOS:
            try:
                lines.append((ratio.label, spread(self._ratios(ratio.of))))
            except KeyError:  # A row of it was not asked for.
                continue
        return table(("Ratio within a round", "found"), lines)

    def _warm(self) -> str:
        def line(row: rows.Row) -> tuple[str, ...]:
            times = self._ratios(rows.over(row.key, "warm/wasmtime"))
            floor = "–" if row.floor is None else number(statistics.median(self._ratios(rows.over(row.key, row.floor))))
            return row.label, spread(self._values(row.key, MICRO)), number(statistics.median(times)), floor

        head = ("One login, warm", "µs", "× the component in wasmtime", "× its floor")
        return table(head, map(line, rows.WARM))

    def _floor(self) -> str:
        lines = ((row.label, spread(self._values(row.key, MICRO))) for row in rows.FLOOR)
        head = f"The {self.programs.compressions()} SHA-256 compressions of one login, alone"
        return table((head, "µs"), lines)

    def _instructions(self) -> str:
        login, alone, signer, sha256 = map(int, self.programs.run(rust("instructions")).split())
        rows = (("the component", login), ("the signer alone", alone), ("`aws-sigv4` alone", signer), ("the compressions alone", sha256))
        lines = ((label, f"{count:,}", number(count / signer), number(count / sha256)) for label, count in rows)
        return table(("Executed in wasmtime by one warm call", "instructions", "× `aws-sigv4`", "× the floor"), lines)

    def _fresh(self) -> str:
        lines = ((row.label, spread(self._values(row.key, MICRO))) for row in rows.FRESH)
        per_second = [
            f"{name}: {spread([1e9 / value for value in self._values(f'fresh/{key}-threads')])} logins a second"
            for name, key in (("on demand", "on-demand"), ("pooling", "pooling"))
        ]
        return (
            table(("An instance for each login, in wasmtime", "µs"), lines)
            + f"\nOn {os.cpu_count()} cores, each login in its own instance: {'; '.join(per_second)}.\n"
        )

    def _first(self) -> str:
        lines = ((row.label, spread(self._values(row.key, MILLI))) for row in rows.FIRST)
        return table(("From the import to the first login, in a running process", "ms"), lines)

    def _cold(self) -> str:
        def line(process: processes.Process) -> tuple[str, ...]:
            times = self._ratios(rows.over(process.key, "cold/precompiled"))
            return (
                process.label,
                spread(self._values(process.key, MILLI)),
                number(statistics.median(times)),
                number(self.memory[process.key]),
            )

        head = ("From the start of the process to the login", "ms", "× precompiled", "peak memory in MiB")
        return table(head, map(line, processes.PROCESSES))

    def _memory(self) -> str:
        component, alone, resident = map(int, self.programs.run(rust("memory")).split())
        in_node = float(self.programs.run(["node", str(HERE / "node/memory.mjs")]))
        rows = (
            ("linear memory of the component", component),
            ("linear memory of the signer alone", alone),
            ("resident, one more component in wasmtime", resident),
            ("resident, one more npm package in Node", in_node),
        )
        lines = ((label, number(count / 1024)) for label, count in rows)
        return table(("An instance that has signed a login", "KiB"), lines)

    def _others(self) -> str:
        return table(("", "µs"), ((row.label, spread(self._values(row.key, MICRO))) for row in rows.OTHERS))

    def _sizes(self) -> str:
        lines = (
            (one.label, number(one.raw_bytes() / 1024), number(one.gzip_bytes() / 1024))
            for one in installed(self.programs.component, self.programs.node_package)
        )
        return table(("", "KiB", "KiB, gzip"), lines)
