"""A shell on a terminal, as a person types into it."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

SECONDS = 30
# Colours, the places of the cursor, and what sets the title of a window.
CONTROL = re.compile(r"\x1b\[[0-9;?=>]*[A-Za-z]|\x1b\][^\x07]*\x07|\x1b[=>()].?|[\x07\r]")


class Terminal:
    def __init__(self, process: subprocess.Popen[bytes], end: int) -> None:
        self._process, self._end, self._read = process, end, ""

    def type(self, text: str) -> None:
        os.write(self._end, text.encode())

    def wait_for(self, text: str) -> str:
        """Waits until the screen shows a text after what was waited for before; returns what it showed."""
        deadline = time.monotonic() + SECONDS
        while text not in self._read:
            ready, _, _ = select.select([self._end], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"expected `{text}` on the terminal, found `{self._read}`"
            self._read = CONTROL.sub("", self._read + os.read(self._end, 65536).decode(errors="replace"))
        shown, found, self._read = self._read.partition(text)
        return shown + found


@contextmanager
def terminal(command: Sequence[str | Path], environment: Mapping[str, str]) -> Iterator[Terminal]:
    end, inner = pty.openpty()
    process = subprocess.Popen(
        command, stdin=inner, stdout=inner, stderr=inner, env=dict(environment), start_new_session=True
    )
    os.close(inner)
    try:
        yield Terminal(process, end)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        os.close(end)
