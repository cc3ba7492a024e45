"""Writes into a built `.wasm` file what it is: its name, version, licence and address.

    python3 tools/describe.py FILE

Removes every other custom section, such as the names of the compiler. The address is that of
`Cargo.toml`, never the variable REPOSITORY, so that the bytes follow from the sources alone; as
long as it is not known, the file names none. Needs wasm-tools in `.venv`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools" / "packages"))

import project  # noqa: E402

WASM_TOOLS = ROOT / ".venv" / "bin" / "wasm-tools"
SERVERS = "HashiCorp Vault and OpenBao"
#: What each file is, for whoever finds it without its package.
DESCRIPTIONS = {
    "vault-aws-login": f"Signs and explains AWS logins to {SERVERS}, and keeps their token alive",
    "vault-aws-login-signer": f"Signs AWS logins to {SERVERS}",
    "vault-aws-login-cli": f"A command that signs and explains AWS logins to {SERVERS}",
    "vault-aws-login.core": f"Signs and explains AWS logins to {SERVERS}: JSON in, JSON out",
    "vault-aws-login-envoy": f"An Envoy filter that logs in to {SERVERS} with an AWS identity",
}


def metadata(name: str) -> list[str]:
    """The arguments of `wasm-tools metadata add` for a file."""
    values = {
        "name": name,
        "version": project.VERSION,
        "description": DESCRIPTIONS[name],
        "licenses": project.LICENCE,
    }
    address = project.setting("repository")
    if project.is_known(address):
        values |= {"source": address, "homepage": address}
    return [f"--{name}={value}" for name, value in values.items()]


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: python3 tools/describe.py FILE", file=sys.stderr)
        return 2
    file = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        stripped = Path(folder) / file.name
        subprocess.run([WASM_TOOLS, "strip", "--all", file, "--output", stripped], check=True)
        command: list[str | Path] = [
            WASM_TOOLS,
            "metadata",
            "add",
            *metadata(file.stem),
            stripped,
            "--output",
            file,
        ]
        subprocess.run(command, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
