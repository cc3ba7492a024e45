"""Logins made by the clients that people use, each by its own code."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hvac
from hvac.adapters import JSONAdapter

from agreement.mounts import ROLE, Mount
from bed import Identity, Signer, TestBed

GO_LOGIN = Path(__file__).resolve().parents[1] / "go-login"
Client = Callable[[TestBed, Mount, Identity], str]


def botocore(bed: TestBed, mount: Mount, identity: Identity) -> str:
    """A user's script around AWS's library for Python, as documentation and gists show it."""
    signer = Signer(region=mount.region, server_id=mount.server_id or None)
    return json.dumps(signer.sign(identity).login(ROLE))


def python_client(bed: TestBed, mount: Mount, identity: Identity) -> str:
    """hvac, which logs in by itself: what it sent is kept."""
    sent: list[dict[str, Any]] = []

    class Recording(JSONAdapter):  # type: ignore[misc]  # hvac has no types
        def request(self, method: str, url: str, headers: Any = None, raise_exception: bool = True, **rest: Any) -> Any:
            sent.append(rest["json"])
            return super().request(method, url, headers, raise_exception, **rest)

    hvac.Client(url=bed.vault.address, adapter=Recording).auth.aws.iam_login(
        identity.access_key_id,
        identity.secret_access_key,
        identity.session_token,
        header_value=mount.server_id or None,
        role=ROLE,
        region=mount.region,
        mount_point=mount.path,
    )
    (login,) = sent
    return json.dumps(login)


def go_client(program: Path) -> Client:
    """What the Vault CLI, Vault Agent and the Go library send."""

    def sign(bed: TestBed, mount: Mount, identity: Identity) -> str:
        arguments = [ROLE, mount.region, *([mount.server_id] if mount.server_id else [])]
        ended = subprocess.run(
            [program, *arguments], env=bed.process_environment(identity), capture_output=True, text=True, timeout=60
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    return sign


def build_go_client(folder: Path) -> Path:
    """Compiles the program of `go-login`."""
    program = folder / "go-login"
    ended = subprocess.run(
        ["go", "build", "-o", str(program), "."], cwd=GO_LOGIN, capture_output=True, text=True, timeout=300
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return program
