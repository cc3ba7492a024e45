"""The one call that has to be fast."""

from __future__ import annotations

import ctypes
from functools import partial
from typing import Any

from wasmtime import Store, WasmtimeError
from wasmtime import _ffi as ffi
from wasmtime.component import Func

from vault_aws_login.layout import Number, Option, Record, Text, Value, Variant

_OPTIONAL_TEXT = partial(Option, Text)
_CREDENTIALS = {
    "access-key-id": Text,
    "secret-access-key": Text,
    "session-token": _OPTIONAL_TEXT,
    "expires-at-unix-seconds": partial(Option, Number),
}
_OPTIONS = {
    "region": _OPTIONAL_TEXT,
    "server-id": _OPTIONAL_TEXT,
    "role": _OPTIONAL_TEXT,
    "sts-endpoint": partial(Option, Variant),
}


class SignLogin:
    """A call of `sign-login`. One at a time: there is one place for its arguments."""

    def __init__(self) -> None:
        self._arguments = (Value * 3)()
        credentials, options, unix_seconds = self._arguments
        self._credentials = Record(_CREDENTIALS, credentials)
        self._options = Record(_OPTIONS, options)
        self._unix_seconds = Number(unix_seconds)

    def __call__(
        self, func: Func, store: Store, credentials: tuple[Any, ...], options: tuple[Any, ...], unix_seconds: int
    ) -> Any:
        """Returns the login, or the record of the error; the values come in the order of the WIT."""
        result = Value()
        try:
            self._credentials.set(credentials)
            self._options.set(options)
            self._unix_seconds.set(unix_seconds)
            error = ffi.wasmtime_component_func_call(
                ctypes.byref(func._func), store._context(), self._arguments, 3, ctypes.byref(result), 1
            )
        finally:
            self._credentials.clear()
        if error:
            raise WasmtimeError._from_ptr(error)
        if not result.of.result.is_ok:
            # Seldom, so by the slow way. It frees the result.
            return func.type(store).result.convert_from_c(result)
        login = result.of.result.val.contents.of.string
        text = ctypes.string_at(login.data, login.size).decode()
        ffi.wasmtime_component_val_delete(ctypes.byref(result))
        return text
