"""Random cases with planted secrets, servers that answer with them, and the search for them in output.

`tests/wasm/src/planted.rs` makes the cases and searches, also for the core module's own test.
`PLANTED_SEED` is the seed of the first case, a fixed one by default, and `PLANTED_CASES` the number
of cases for each host.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bed.loopback import Handler, Service
from command import ROOT

PROGRAM = ROOT / "target" / "host" / "planted"
COUNT = int(os.environ.get("PLANTED_CASES", "1000"))
SEED = int(os.environ.get("PLANTED_SEED") or 5000)

Said = dict[str, str]


@dataclass(frozen=True)
class Case:
    """One case as the program prints it."""

    seed: int
    secrets: dict[str, str]
    calls: list[tuple[str, dict[str, Any]]]
    session: dict[str, Any] | None

    @property
    def function(self) -> str:
        """What it calls: `sign_login`, or `check_login` and the rest of the inspector."""
        return self.calls[0][0] if self.calls else ""


def program(*words: str, given: str = "") -> list[Any]:
    assert PROGRAM.exists(), f"no {PROGRAM}: run `cargo build --profile host --package vault-aws-login-wasm-tests`"
    ended = subprocess.run([PROGRAM, *words], input=given, capture_output=True, text=True, timeout=300, check=True)
    return [json.loads(line) for line in ended.stdout.splitlines()]


def cases(wanted: Callable[[Case], bool] = lambda case: True, count: int = COUNT) -> list[Case]:
    """The first so many cases of a kind."""
    print(f"PLANTED_SEED={SEED} PLANTED_CASES={count}")
    found: list[Case] = []
    for first in itertools.count(SEED, 500):
        made = [Case(**case) for case in program("cases", str(first), "500")]
        found += filter(wanted, made)
        if len(found) >= count:
            return found[:count]
    raise AssertionError


def as_lines(some: Iterable[Case]) -> str:
    """The cases as the programs in `planted/` read them."""
    return "".join(json.dumps(vars(case)) + "\n" for case in some)


def leaks(said: Mapping[int, Said] | Mapping[tuple[int, ...], Said]) -> list[str]:
    """Returns where a part of a secret came out, of the cases of those seeds, in their texts."""
    lines = []
    for seeds, texts in said.items():
        told = {"seeds": [seeds] if isinstance(seeds, int) else list(seeds), "texts": texts}
        lines.append(json.dumps(told) + "\n")
    found = program("search", given="".join(lines))
    places = Counter(leak["place"] for leak in found)
    shown = {}
    for leak in sorted(found, key=lambda leak: len(leak["text"])):
        seeds = leak["seeds"] if len(leak["seeds"]) == 1 else f"one of {len(leak['seeds'])}"
        shown.setdefault(leak["place"], f"seed {seeds}: `{leak['piece']}` of a {leak['secret']} in {leak['text'][:2000]!r}")
    return [f"{place}, {count} times, such as {shown[place]}" for place, count in places.items()]


def plain(text: str) -> str:
    """The text as an argument or a variable can carry it."""
    return text.replace("\0", "")


class HostileServer(Service):
    """A server in the place of Vault, of STS and of the metadata services.

    `chosen` returns the case whose answers are given, by the request's host and path. Of a hundred
    refusals, `passing_percent` have a status that time alone heals.
    """

    def __init__(self, chosen: Callable[[str, str], Case], *, passing_percent: int = 0) -> None:
        super().__init__()
        self.chosen, self.passing_percent = chosen, passing_percent
        self.answered: Counter[str] = Counter()
        self.seeds: set[int] = set()
        self._random = random.Random(SEED)

    def respond(self, request: Handler) -> None:
        request.body()
        path = request.target()
        if "/v1/" in path:
            server = "vault"
        elif path.endswith("/api/token"):
            server = "metadata-token"
        elif path.endswith("/security-credentials/"):
            server = "metadata-role"
        else:
            server = "sts" if request.command == "POST" else "documents"
        case = self.chosen(request.headers.get("Host", ""), path)
        assert case.session is not None
        self.seeds.add(case.seed)
        number = self.answered[f"{server} of {case.seed}"]
        self.answered[f"{server} of {case.seed}"] += 1
        answers = case.session["answers"][server]
        answer = answers[number % len(answers)]
        status = answer["status"]
        if status != 200 and self._random.randrange(100) < self.passing_percent:
            status = self._random.choice([429, 500, 502, 503])
        # What no HTTP message can carry is left out.
        headers = {
            name: value
            for name, value in answer["headers"]
            if re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) and re.fullmatch(r"[\t -~]*", value)
        }
        body = b"" if status == 204 else answer["body"].encode("utf-8", "surrogatepass")
        request.answer(status, {name: value for name, value in headers.items() if name != "Date"}, body)
