"""Whole processes, from their start to the login on standard output: how long, and how much memory."""

from __future__ import annotations

import json
import shlex
import subprocess
from dataclasses import dataclass

from programs import BUILT, EXAMPLE, HERE, PYTHON, ROOT, Programs, go, java, node, python, rust

WASMTIME = str(ROOT / ".venv/bin/wasmtime")
COMMAND = ROOT / "dist/vault-aws-login-cli.wasm"
COMPOSED = ROOT / "dist/vault-aws-login-composed.wasm"
PRECOMPILED = BUILT / "vault-aws-login-cli.cwasm"
RUNS = 3


@dataclass(frozen=True)
class Process:
    key: str
    label: str
    command: list[str]


SIGN = ["sign", "--role", EXAMPLE["role"], "--server-id", EXAMPLE["serverId"]]


def wasmtime_run(*arguments: str) -> list[str]:
    keys = ["--env", "AWS_ACCESS_KEY_ID", "--env", "AWS_SECRET_ACCESS_KEY"]
    return [WASMTIME, "run", *keys, *arguments]


PROCESSES = [
    Process("cold/precompiled", "**`wasmtime run`, precompiled**", wasmtime_run("--allow-precompiled", str(PRECOMPILED), *SIGN)),
    Process("cold/cached", "**`wasmtime run`, compiled form cached**", wasmtime_run("-C", "cache=y", str(COMMAND), *SIGN)),
    Process(
        "cold/composed",
        "`wasmtime run` of a component that contains ours, compiled form cached",
        wasmtime_run("-C", "cache=y", str(COMPOSED), "sign", EXAMPLE["role"], EXAMPLE["serverId"]),
    ),
    Process("cold/rust", "Rust, the component in wasmtime, compiled form cached", rust("login")),
    Process("cold/node", "Node, the npm package", node("login", "vault-aws-login")),
    Process("cold/python", "Python, the package, compiled form cached", python("login", "vault_aws_iam_login")),
    Process("cold/go", "Go, the package, compiled form cached", go("login", "wazero")),
    Process("cold/java", "Java, the jar", java("login", "ours")),
    Process("cold/botocore", "Python, botocore with its chain of credentials", [PYTHON, str(HERE / "python/sdk.py")]),
    Process("cold/node-sdk", "Node, the AWS SDK with its chain of credentials", ["node", str(HERE / "node/sdk.mjs")]),
    Process(
        "cold/go-awsutil",
        "Go, `awsutil` with its chain of credentials",
        [str(BUILT / "go-login"), EXAMPLE["role"], EXAMPLE["region"], EXAMPLE["serverId"]],
    ),
    Process("cold/java-sdk", "Java, the AWS SDK's `AwsV4HttpSigner`", java("login", "sdk")),
]


def prepare() -> None:
    subprocess.run([WASMTIME, "compile", str(COMMAND), "-o", str(PRECOMPILED)], check=True)


def cold_starts(programs: Programs) -> dict[str, float]:
    """Starts each process a few times, with hyperfine, and returns the medians in nanoseconds."""
    results = BUILT / "hyperfine.json"
    options = ["--shell=none", "--style=none", "--warmup=1", f"--runs={RUNS}", f"--export-json={results}"]
    programs.run(["hyperfine", *options, *(shlex.join(process.command) for process in PROCESSES)])
    found = json.loads(results.read_text())["results"]
    return {process.key: one["median"] * 1e9 for process, one in zip(PROCESSES, found, strict=True)}


def peak_megabytes(programs: Programs, process: Process) -> float:
    return int(programs.run([str(BUILT / "peak"), *process.command])) / 1024
