"""Runs the test bed for people: prints the environment of a throw-away identity and stays until Ctrl-C.

$ .venv/bin/python tests/e2e/serve.py
"""

from __future__ import annotations

import shlex
import signal
import sys

from bed import GREETING_PATH, TestBed


def main() -> None:
    # As with Ctrl-C, the servers end on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print("starting OpenBao, HashiCorp's AWS auth method, IAM and STS on loopback", file=sys.stderr)
    with TestBed() as bed:
        role = bed.aws.role("dev")
        bed.vault_role("dev", role.arn)
        for name, value in bed.environment(bed.aws.session(role, "throw-away")).items():
            print(f"export {name}={shlex.quote(value)}")
        print(f"# auth/aws has the Vault role `dev`; its tokens may read {GREETING_PATH}", flush=True)
        print(f"# root token {bed.vault.root_token}; STS {bed.sts.url()}; IAM and EC2 {bed.aws.url}", flush=True)
        print("press Ctrl-C to end all of it", file=sys.stderr)
        try:
            signal.pause()
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
