"""The built `.wasm` files, each called as its own hosts call it."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wasmtime import Engine, Instance, Module, Store
from wasmtime.component import Component, Linker, Record, Variant

from reference import Input

ROOT = Path(__file__).resolve().parents[2]
WASMTIME = str(ROOT / ".venv" / "bin" / "wasmtime")


@dataclass(frozen=True)
class Explained:
    """What the inspector says of the steps of a signature."""

    canonical_request: str
    string_to_sign: str


class ComponentFile:
    """`dist/vault-aws-login.wasm`, with an empty linker."""

    def __init__(self) -> None:
        engine = Engine()
        self._store = Store(engine)
        component = Component.from_file(engine, str(ROOT / "dist" / "vault-aws-login.wasm"))
        self._instance = Linker(engine).instantiate(self._store, component)

    def sign(self, given: Input) -> str:
        credentials, options = given["credentials"], given.get("options", {})
        endpoint = options.get("sts-endpoint")
        if isinstance(endpoint, dict):
            endpoint = Variant("url", endpoint["url"])
        elif endpoint is not None:
            endpoint = Variant(endpoint)
        names = ("access-key-id", "secret-access-key", "session-token", "expires-at-unix-seconds")
        signed = self._call(
            "signer",
            "sign-login",
            record({name: credentials.get(name) for name in names}),
            record({name: options.get(name) for name in ("region", "server-id", "role")} | {"sts-endpoint": endpoint}),
            given["unix-seconds"],
        )
        assert isinstance(signed, str), signed.message
        return signed

    def explain(self, login: str) -> Explained:
        result = self._call("inspector", "explain-login", login)
        assert result.tag == "ok", vars(result.payload)
        explanation = vars(result.payload)
        return Explained(explanation["canonical-request"], explanation["string-to-sign"])

    def _call(self, interface: str, name: str, *arguments: Any) -> Any:
        within = self._instance.get_export_index(self._store, f"vault-aws:login/{interface}@0.1.0")
        function = self._instance.get_func(self._store, self._instance.get_export_index(self._store, name, within))
        result = function(self._store, *arguments)
        function.post_return(self._store)
        return result


def record(fields: dict[str, Any]) -> Record:
    """Makes a record; its attributes have the names of the WIT, with hyphens."""
    made = Record()
    for name, value in fields.items():
        setattr(made, name, value)
    return made


class CoreFile:
    """`dist/vault-aws-login.core.wasm`, by the calls of `docs/core-abi.md` and without imports."""

    def __init__(self) -> None:
        engine = Engine()
        self._store = Store(engine)
        module = Module.from_file(engine, str(ROOT / "dist" / "vault-aws-login.core.wasm"))
        self._exports = Instance(self._store, module, []).exports(self._store)

    def sign(self, given: Input) -> str:
        return self.call("sign_login", given)

    def explain(self, login: str) -> Explained:
        explanation = self.call("explain_login", {"login-json": login})
        return Explained(explanation["canonical-request"], explanation["string-to-sign"])

    def call(self, function: str, request: Any) -> Any:
        """Sends a request as JSON and returns what the answer holds."""
        store, exports = self._store, self._exports
        written = json.dumps(request).encode()
        block = exports["alloc"](store, len(written))
        exports["memory"].write(store, written, block)
        packed = exports[function](store, block, len(written)) & (1 << 64) - 1
        start, length = packed >> 32, packed & 0xFFFF_FFFF
        answer = json.loads(exports["memory"].read(store, start, start + length))
        exports["free"](store, start, length)
        assert "ok" in answer, answer
        return answer["ok"]


END_OF_9999 = 253_402_300_799


class CommandFile:
    """`dist/vault-aws-login-cli.wasm`, in the wasmtime CLI; compiled once, into the given folder."""

    def __init__(self, folder: Path) -> None:
        self._compiled = folder / "command.cwasm"
        source = ROOT / "dist" / "vault-aws-login-cli.wasm"
        subprocess.run([WASMTIME, "compile", "-o", self._compiled, source], check=True)

    def sign(self, given: Input) -> str:
        credentials, options = given["credentials"], given.get("options", {})
        expiry = credentials.get("expires-at-unix-seconds")
        if expiry is not None and expiry > END_OF_9999:
            # The command takes such a number for milliseconds and refuses it; see test_command.py.
            expiry = None
        environment = {
            "AWS_ACCESS_KEY_ID": credentials["access-key-id"],
            "AWS_SECRET_ACCESS_KEY": credentials["secret-access-key"],
            "AWS_SESSION_TOKEN": credentials.get("session-token"),
            "AWS_CREDENTIAL_EXPIRATION": expiry,
        }
        endpoint = options.get("sts-endpoint")
        flags = {
            "fips": ["--fips"],
            "dual-stack": ["--dual-stack"],
            "fips-dual-stack": ["--fips", "--dual-stack"],
            "regional": ["--sts-endpoint", "regional"],
        }
        arguments = ["sign", "--time", str(given["unix-seconds"])]
        for option in ("region", "server-id", "role"):
            if option in options:
                arguments += [f"--{option}", options[option]]
        if isinstance(endpoint, dict):
            arguments += ["--sts-endpoint", endpoint["url"]]
        elif endpoint:
            arguments += flags[endpoint]
        variables = {name: str(value) for name, value in environment.items() if value is not None}
        return self._run(arguments, variables).removesuffix("\n")

    def explain(self, login: str) -> Explained:
        explanation = json.loads(self._run(["explain", "--json"], {}, login))
        return Explained(explanation["canonical-request"], explanation["string-to-sign"])

    def _run(self, arguments: list[str], variables: dict[str, str], stdin: str = "") -> str:
        passed = [word for name in variables for word in ("--env", name)]
        ended = subprocess.run(
            [WASMTIME, "run", "--allow-precompiled", *passed, self._compiled, *arguments],
            env={"HOME": os.environ["HOME"]} | variables,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (ended.returncode, ended.stderr) == (0, "")
        return ended.stdout


Artefact = ComponentFile | CommandFile | CoreFile
