"""Runs a session driver until its session knows something; Go's is in `host-examples/go/e2e/sessiondriver`."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from command import ROOT

DRIVERS = ROOT / "host-examples" / "go" / "e2e"
#: After one of these a session has said what it has to say for now.
LAST = ('"event":"token"', '"event":"refused"', "credentials: ", "Exception: ")


@dataclass
class Told:
    """What a driver printed, and the lease that it was asked for."""

    lines: list[str] = field(default_factory=list)
    lease: str = ""

    @property
    def has_token(self) -> bool:
        return any('"event":"token"' in line for line in self.lines)

    @property
    def token(self) -> str:
        return json.loads(self.lease)["lease"]["token"] if self.lease else ""


def build(folder: Path) -> list[str]:
    """Builds the driver, and returns the words that start it."""
    program = folder / "sessiondriver"
    subprocess.run(["go", "build", "-o", program, "./sessiondriver"], cwd=DRIVERS, check=True, timeout=300)
    return [str(program)]


def drive(driver: Sequence[str], settings: Mapping[str, Any], variables: Mapping[str, str]) -> Told:
    """Starts a session with the credentials of the variables, until it knows something, and ends it."""
    names = {"access_key_id": "AWS_ACCESS_KEY_ID", "secret_access_key": "AWS_SECRET_ACCESS_KEY"}
    keys = {name: variables[variable] for name, variable in names.items()}
    keys["session_token"] = variables.get("AWS_SESSION_TOKEN") or None
    orders = [{"credentials": {"from": "pushed"}, **settings}, {"do": "credentials", **keys}]
    process = subprocess.Popen(
        driver, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    deadline = threading.Timer(30, process.kill)
    deadline.start()
    told = Told()
    try:
        give(process, *orders)
        for line in process.stdout:
            if line.startswith('{"event":"lease"'):
                told.lease = line
                give(process, {"do": "close"})
                continue
            told.lines.append(line)
            if any(word in line for word in LAST):
                give(process, {"do": "lease"} if told.has_token and not told.lease else {"do": "close"})
    finally:
        process.kill()
        process.wait()
        deadline.cancel()
    return told


def give(process: subprocess.Popen[str], *orders: Mapping[str, Any]) -> None:
    """Writes lines, unless the program has ended."""
    try:
        for order in orders:
            process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
    except BrokenPipeError:
        pass
