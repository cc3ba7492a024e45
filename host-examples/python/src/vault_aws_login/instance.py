"""One running instance of the component, safe to call from many threads."""

from __future__ import annotations

import threading
from typing import Any

from wasmtime import Engine, Store
from wasmtime.component import Component, Func, Linker

# One call at a time in the whole process: `wasmtime` converts variants and options with a module-wide cache that is not
# thread-safe. Little is lost, because that work holds Python's own lock anyway.
_CALLS = threading.Lock()


class Instance:
    """Runs the component with an empty linker: it imports nothing, so it can reach nothing."""

    def __init__(self, engine: Engine, component: Component) -> None:
        self._engine = engine
        self._component = component
        self._linker = Linker(engine)
        self._store: Store | None = None
        self._functions: dict[tuple[str, str], Func] = {}

    def call(self, interface: str, function: str, *arguments: Any) -> Any:
        """Calls `function` of the versioned `interface`; the values are those of `wasmtime.component`."""
        with _CALLS:
            store = self._store = self._store or Store(self._engine)
            try:
                func = self._function(store, interface, function)
                result = func(store, *arguments)
                func.post_return(store)
                return result
            except BaseException:
                # An instance that trapped cannot be entered again.
                self._store = None
                self._functions.clear()
                raise

    def _function(self, store: Store, interface: str, function: str) -> Func:
        if not self._functions:
            self._instance = self._linker.instantiate(store, self._component)
        found = self._functions.get((interface, function))
        if found is None:
            within = self._instance.get_export_index(store, interface)
            index = within and self._instance.get_export_index(store, function, within)
            found = index and self._instance.get_func(store, index)
            if not found:
                raise LookupError(f"this component has no {function} in {interface}")
            self._functions[interface, function] = found
        return found
