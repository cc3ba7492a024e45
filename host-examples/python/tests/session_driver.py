"""The session driver of the shared scenarios: `tests/e2e/scenarios/README.md` has its protocol.

python session_driver.py [MODULE]
"""

from __future__ import annotations

import hashlib
import json
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from vault_aws_iam_login import (  # noqa: E402
    AssumeRole,
    ContainerEndpoint,
    Credentials,
    InstanceMetadata,
    Lease,
    Module,
    Session,
    SessionRefusal,
    WebIdentity,
)


class Pushed:
    """What an application's supplier would return: it waits for the first credentials."""

    def __init__(self) -> None:
        self._credentials: Credentials | None = None
        self._known = threading.Event()

    def __call__(self) -> Credentials | None:
        self._known.wait()
        return self._credentials

    def set(self, order: dict[str, Any]) -> None:
        names = ("access_key_id", "secret_access_key", "session_token", "expires_at")
        self._credentials = Credentials(*(order.get(name) for name in names))
        self._known.set()


def say(event: str, **news: Any) -> None:
    # One call, because listeners and orders have different threads.
    sys.stdout.write(json.dumps({"event": event} | news) + "\n")
    sys.stdout.flush()


def on_token(lease: Lease) -> None:
    digest = hashlib.sha256(lease.token.encode()).hexdigest()
    say("token", generation=lease.generation, renewable=lease.renewable, token_sha256=digest)


def on_refusal(refusal: SessionRefusal) -> None:
    explained = vars(refusal.diagnosis).values() if refusal.diagnosis else ()
    print(refusal.message, *explained, sep="\n", file=sys.stderr, flush=True)
    say(
        "refused",
        rule=refusal.rule,
        healing=refusal.healing,
        destination=refusal.destination,
        diagnosis=refusal.diagnosis and refusal.diagnosis.rule,
    )


def source(told: dict[str, Any], pushed: Pushed) -> Any:
    match told["from"]:
        case "pushed":
            return pushed
        case "container":
            token = told.get("authorization_token")
            return ContainerEndpoint(told["uri"], None if token is None else lambda: token)
        case "instance-metadata":
            return InstanceMetadata(told.get("endpoint"))
        case "web-identity":
            return WebIdentity(
                told["role_arn"],
                told["session_name"],
                lambda: told["token"],
                sts_endpoint=told.get("sts_endpoint"),
            )
    raise ValueError("unknown source of credentials")


def assumed(told: dict[str, Any] | None) -> AssumeRole | None:
    return told and AssumeRole(
        told["role_arn"],
        told.get("session_name"),
        told.get("external_id"),
        told.get("duration_seconds"),
        told.get("region"),
        told.get("sts_endpoint"),
    )


def seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000


def clock(offset: float) -> Callable[[], float]:
    return lambda: time.time() + offset


def printed(lease: Lease | None) -> dict[str, Any] | None:
    return lease and vars(lease) | {
        "starts_at": lease.starts_at.isoformat(),
        "ends_at": lease.ends_at.isoformat(),
    }


def adopted(told: dict[str, Any] | None) -> Lease | None:
    if told is None:
        return None
    starts, ends = (datetime.fromisoformat(told[name]) for name in ("starts_at", "ends_at"))
    return Lease(**told | {"starts_at": starts, "ends_at": ends})


def main() -> int:
    told = json.loads(sys.stdin.readline())
    pushed = Pushed()
    session = Session(
        told["vault_addr"],
        source(told["credentials"], pushed),
        role=told.get("role"),
        server_id=told.get("server_id"),
        region=told.get("region"),
        sts_endpoint=told.get("sts_endpoint"),
        mount=told["mount"],
        namespace=told.get("namespace"),
        assume_role=assumed(told.get("assume_role")),
        request_timeout=seconds(told.get("request_timeout_ms")),
        back_off_cap=seconds(told.get("back_off_cap_ms")),
        start_spread=seconds(told.get("start_spread_ms")),
        clock_correction_limit=told.get("clock_correction_limit_s"),
        adopt=adopted(told.get("adopt")),
        on_token=on_token,
        on_token_ended=lambda generation: say("token-ended", generation=generation),
        on_refusal=on_refusal,
        on_clock_correction=lambda offset, message: say("clock-corrected", offset_seconds=offset),
        on_credential_error=lambda error: print(error, file=sys.stderr),
        wall_clock=clock(told.get("clock_offset_s") or 0),
        module=Module.load(sys.argv[1]) if sys.argv[1:] else None,
    )
    for line in sys.stdin:
        order = json.loads(line)
        match order["do"]:
            case "credentials":
                pushed.set(order)
            case "token-refused":
                session.token_refused()
            case "lease":
                say("lease", lease=printed(session.lease()))
            case "close":
                break
    session.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
