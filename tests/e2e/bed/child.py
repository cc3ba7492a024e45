"""Child processes that never outlive the test bed."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
LOG_TAIL_LINES = 30

_libc = ctypes.CDLL(None, use_errno=True)


def _end_with_parent() -> None:
    # The signal arrives when the *thread* that started the child ends, so children are started from the main thread.
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """A server process that leads a process group, with its output in a file."""

    def __init__(self, command: Sequence[str], *, log: Path, env: Mapping[str, str]) -> None:
        self.name = Path(command[0]).name
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(env),
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def log_tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:])

    def wait_until(self, ready: Callable[[], bool], *, what: str, seconds: float = 30) -> None:
        """Polls `ready` until it holds; fails early when the process ends, and always with the log's last lines."""
        deadline = time.monotonic() + seconds
        while not ready():
            status = self._process.poll()
            if status is not None:
                raise RuntimeError(
                    f"{self.name} ended with status {status} before {what}; its log ends:\n{self.log_tail()}"
                )
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f"{self.name} ran for {seconds:g} s, but not so far that {what}; its log ends:\n{self.log_tail()}"
                )
            time.sleep(0.02)

    def wait(self, seconds: float = 5) -> int:
        """Waits for the process to end by itself and returns its status."""
        return self._process.wait(seconds)

    def stop(self, seconds: float = 5) -> None:
        """Asks the process to end, and ends what is left of its group."""
        self._process.terminate()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
        self.kill()

    def kill(self) -> None:
        """Ends the whole group at once: a server's plugin is a separate process."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()
