"""Checks bills of materials: `faults` in tests, or by hand with the Python of the packages:

.make/packages-venv/bin/python tests/packages/bills.py FILE…
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".make" / "packages-venv" / "bin" / "python"


def faults(files: Iterable[Path]) -> str:
    """What the schema of CycloneDX 1.6 refuses in the files."""
    command = [str(PYTHON), __file__, *map(str, files)]
    ended = subprocess.run(command, capture_output=True, text=True)
    return "" if ended.returncode == 0 else ended.stdout + ended.stderr


def main() -> int:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    wrong = False
    for name in sys.argv[1:]:
        found = JsonStrictValidator(SchemaVersion.V1_6).validate_str(Path(name).read_text())
        if found:
            print(f"{name}: {found}")
            wrong = True
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
