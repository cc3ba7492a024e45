"""Values for `wasmtime`'s C API that are laid out once and filled in at each call.

`wasmtime.component` asks for the type of every value anew at each call, which takes several times as long as a signing.
These structures are Python's own memory; the C API copies what it is given, and neither keeps nor frees it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from wasmtime import _ffi as ffi

Value = ffi.wasmtime_component_val_t
_Entry = ffi.wasmtime_component_valrecord_entry_t


class Slot(Protocol):
    """A place for a value of one type."""

    def set(self, value: Any) -> None: ...
    def clear(self) -> None:
        """Lets go of the value: it may be a secret."""


class Number:
    """A `u64`."""

    def __init__(self, slot: Value) -> None:
        slot.kind = ffi.WASMTIME_COMPONENT_U64
        self._number = slot.of

    def set(self, value: int) -> None:
        self._number.u64 = value

    def clear(self) -> None:
        self._number.u64 = 0


class Text:
    """A `string`."""

    def __init__(self, slot: Value) -> None:
        slot.kind = ffi.WASMTIME_COMPONENT_STRING
        self._bytes = _Bytes.from_buffer(slot.of.string)

    def set(self, value: str) -> None:
        self._bytes.set(value.encode())

    def clear(self) -> None:
        self._bytes.set(b"")


class Option:
    """An `option`, of what `payload` makes; `None` where there is nothing."""

    def __init__(self, payload: Callable[[Value], Slot], slot: Value) -> None:
        slot.kind = ffi.WASMTIME_COMPONENT_OPTION
        self._pointer = _Pointer(slot.of)
        self._payload = payload(self._pointer.target)

    def set(self, value: Any) -> None:
        self._pointer.set(value is not None)
        if value is not None:
            self._payload.set(value)

    def clear(self) -> None:
        self._payload.clear()


class Variant:
    """A `variant` whose payloads are strings: a case's name, and its payload or `None`."""

    def __init__(self, slot: Value) -> None:
        slot.kind = ffi.WASMTIME_COMPONENT_VARIANT
        self._case = _Bytes.from_buffer(slot.of.variant.discriminant)
        self._pointer = _Pointer(slot.of.variant, type(slot.of.variant).val.offset)
        self._payload = Text(self._pointer.target)

    def set(self, value: tuple[str, str | None]) -> None:
        case, payload = value
        self._case.set(case.encode())
        self._pointer.set(payload is not None)
        if payload is not None:
            self._payload.set(payload)

    def clear(self) -> None:
        self._payload.clear()


class Record:
    """A `record`, of fields in their order."""

    def __init__(self, fields: dict[str, Callable[[Value], Slot]], slot: Value) -> None:
        self._entries = (_Entry * len(fields))()
        self._names = [_Bytes.from_buffer(entry.name) for entry in self._entries]
        for name, wanted in zip(self._names, fields):
            name.set(wanted.encode())
        self._slots = [field(entry.val) for field, entry in zip(fields.values(), self._entries)]
        slot.kind = ffi.WASMTIME_COMPONENT_RECORD
        slot.of.record.size = len(fields)
        slot.of.record.data = self._entries

    def set(self, values: Iterable[Any]) -> None:
        for slot, value in zip(self._slots, values, strict=True):
            slot.set(value)

    def clear(self) -> None:
        for slot in self._slots:
            slot.clear()


class _Bytes(ctypes.Structure):
    """A `wasm_byte_vec_t` that points to Python's bytes, and keeps them while it does."""

    _fields_ = [("size", ctypes.c_size_t), ("data", ctypes.c_char_p)]

    def set(self, content: bytes) -> None:
        self.size = len(content)
        self.data = content


class _Pointer:
    """A pointer at `offset` of a structure, to a value of its own or to nothing."""

    def __init__(self, within: Any, offset: int = 0) -> None:
        self.target = Value()
        self._address = ctypes.addressof(self.target)
        self._pointer = ctypes.c_void_p.from_buffer(within, offset)

    def set(self, present: bool) -> None:
        self._pointer.value = self._address if present else None
