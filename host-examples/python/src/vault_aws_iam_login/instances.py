"""Running instances of the core module, by its JSON interface (`docs/core-abi.md`).

Not the component's interface: `wasmtime` looks up the type of every value of a component in each
call, and converts with a cache that is not thread-safe. Text in and text out takes a third of the
time, and calls run side by side.
"""

from __future__ import annotations

import json
from collections import deque
from typing import Any

import wasmtime

MOST_IDLE = 16
#: Memory never shrinks. Most calls need less than this; an instance that a long input made larger
#: is not kept.
MOST_KEPT_BYTES = 4 * 1024 * 1024


class Instance:
    """One instance, for one call at a time. It imports nothing, so it can reach nothing."""

    def __init__(self, engine: wasmtime.Engine, module: wasmtime.Module) -> None:
        self._store = wasmtime.Store(engine)
        self._exports: Any = wasmtime.Instance(self._store, module, []).exports(self._store)
        self._functions: dict[str, Any] = {}
        self._memory: Any = self._exports["memory"]
        self._alloc: Any = self._exports["alloc"]
        self._free: Any = self._exports["free"]

    def call(self, function: str, request: dict[str, Any]) -> dict[str, Any]:
        """Calls a function; the answer has either `ok` or `error`."""
        store = self._store
        found = self._functions.get(function)
        if found is None:
            found = self._functions[function] = self._exports[function]
        written = json.dumps(request).encode()
        block = self._alloc(store, len(written))
        self._memory.write(store, written, block)
        # wasmtime gives an i64 its sign; both halves have none.
        packed = found(store, block, len(written))
        start, length = packed >> 32 & 0xFFFF_FFFF, packed & 0xFFFF_FFFF
        answer: dict[str, Any] = json.loads(self._memory.read(store, start, start + length))
        self._free(store, start, length)
        return answer

    @property
    def is_large(self) -> bool:
        return bool(self._memory.data_len(self._store) > MOST_KEPT_BYTES)


class Instances:
    """Gives each call an instance of its own, from any thread."""

    def __init__(self, engine: wasmtime.Engine, module: wasmtime.Module) -> None:
        self._engine = engine
        self._module = module
        self._idle: deque[Instance] = deque(maxlen=MOST_IDLE)

    def fresh(self) -> Instance:
        return Instance(self._engine, self._module)

    def call(self, function: str, request: dict[str, Any]) -> dict[str, Any]:
        try:
            instance = self._idle.pop()
        except IndexError:
            instance = self.fresh()
        # One that trapped is not put back: it cannot be entered again.
        answer = instance.call(function, request)
        if not instance.is_large:
            self._idle.append(instance)
        return answer
