"""Starts a test bed, runs a login command against it, and reports what happened.

    $ .venv/bin/python tests/e2e/demo.py -- COMMAND...

The command finds `VAULT_ADDR` and `AWS_*` in its environment, logs in as the Vault role `demo`, and prints the token.
"""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
import time

from bed import GREETING_PATH, TestBed


def main() -> int:
    command = sys.argv[2:]
    if sys.argv[1:2] != ["--"] or not command:
        print("usage: demo.py -- COMMAND...", file=sys.stderr)
        return 2
    # As with Ctrl-C, the servers end on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    _say("Starting", "OpenBao with HashiCorp's AWS auth method, IAM (moto) and a strict STS, on loopback")
    start = time.monotonic()
    with TestBed() as bed:
        _say("Started", f"{bed.vault.address} in {time.monotonic() - start:.1f} s")
        role = bed.aws.role("demo")
        bed.vault_role("demo", role.arn)
        identity = bed.aws.session(role, "throw-away")
        _say("Identity", identity.arn)
        return _log_in(bed, command, bed.process_environment(identity))


def _log_in(bed: TestBed, command: list[str], environment: dict[str, str]) -> int:
    _say("Command", shlex.join(command))
    start, calls_before = time.monotonic(), len(bed.sts.calls)
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False
    )
    seconds = time.monotonic() - start
    if done.returncode != 0:
        _say("Failed", f"the command ended with status {done.returncode}")
        return 1
    token = done.stdout.strip()
    if not token or len(token.split()) != 1:
        _say("Failed", "the command printed no token, which is one word on standard output")
        return 1
    owner = bed.vault.client_for(token).auth.token.lookup_self()["data"]
    for call in bed.sts.calls[calls_before:][:1]:
        _say(
            "Verified",
            f"OpenBao asked STS {call.action} for {call.host} in {call.region}; the answer was {call.status}",
        )
    _say("Logged in", f"as {owner['display_name']} with policies {', '.join(owner['policies'])}, in {seconds:.2f} s")
    read = f'curl --silent --header "X-Vault-Token: $VAULT_TOKEN" $VAULT_ADDR/v1/{GREETING_PATH}'
    _say("Command", read)
    answer = subprocess.run(
        ["bash", "-c", read], env=environment | {"VAULT_TOKEN": token}, stdout=subprocess.PIPE, check=True
    )
    _say("Secret", f"{GREETING_PATH}: {json.loads(answer.stdout)['data']['message']}")
    return 0


def _say(what: str, text: str) -> None:
    print(f"{what:<10} {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
