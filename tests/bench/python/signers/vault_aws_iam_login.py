"""The package in `host-examples/python`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[4] / "host-examples" / "python" / "src"))

from example import EXAMPLE  # noqa: E402
from vault_aws_iam_login import Credentials, Module  # noqa: E402

MODULE = Module.load(os.environ["BENCH_CORE"])
CREDENTIALS = Credentials(EXAMPLE["accessKeyId"], EXAMPLE["secretAccessKey"])


def sign() -> str:
    return MODULE.sign_login(CREDENTIALS, role=EXAMPLE["role"], server_id=EXAMPLE["serverId"])
