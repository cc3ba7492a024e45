"""The programs that are measured: each prints the nanoseconds of one signer, in one mode."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "tests" / "bench"
BUILT = ROOT / "target" / "bench"
PYTHON = str(ROOT / ".venv/bin/python")
RUST = str(ROOT / "target/host/vault-aws-login-bench")
EXAMPLE = json.loads((HERE / "example.json").read_text())

# Long enough for a median that repeats, short enough for many rounds.
CRITERION = "--bench --exact --noplot --quiet --warm-up-time 0.1 --measurement-time 0.3 --sample-size 10 --nresamples 1000"


@dataclass(frozen=True)
class Programs:
    """Every program, for one component to measure."""

    component: Path
    node_package: Path
    environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        own = {
            "AWS_ACCESS_KEY_ID": EXAMPLE["accessKeyId"],
            "AWS_SECRET_ACCESS_KEY": EXAMPLE["secretAccessKey"],
            # Nobody looks for credentials or a region anywhere else.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "BENCH_COMPONENT": str(self.component),
            "BENCH_CORE": str(ROOT / "dist/vault-aws-login.core.wasm"),
            "BENCH_EXAMPLE": str(HERE / "example.json"),
            "BENCH_FLOOR": str(BUILT / "sha256.wasm"),
            "BENCH_NODE_PACKAGE": str(self.node_package),
            "CRITERION_HOME": str(BUILT / "criterion"),
            # hvac asks for the time in a way that newer Pythons warn about.
            "PYTHONWARNINGS": "ignore",
        }
        kept = {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}
        object.__setattr__(self, "environment", kept | own)
        # As many as the Rust program counts, in every floor.
        self.environment["BENCH_COMPRESSIONS"] = self.run(rust("compressions")).strip()

    def run(self, command: list[str]) -> str:
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
        return done.stdout

    def criterion(self, row: str) -> float:
        """Runs one benchmark of the Rust program and returns criterion's median, in nanoseconds."""
        results = BUILT / "criterion" / row
        shutil.rmtree(results, ignore_errors=True)
        self.run([RUST, *CRITERION.split(), row])
        estimates = json.loads((results / "new" / "estimates.json").read_text())
        return float(estimates["median"]["point_estimate"])

    def compressions(self) -> int:
        """The SHA-256 compressions of one login, as the Rust program counted them."""
        return int(self.environment["BENCH_COMPRESSIONS"])


def rust(mode: str) -> list[str]:
    return [RUST, mode]


def node(mode: str, signer: str) -> list[str]:
    return ["node", str(HERE / "node/bench.mjs"), mode, signer]


def workerd(mode: str) -> list[str]:
    return ["node", str(HERE / "node/workerd.mjs"), mode]


def chromium(mode: str) -> list[str]:
    return ["node", str(HERE / "node/chromium.mjs"), mode]


def python(mode: str, signer: str) -> list[str]:
    return [PYTHON, str(HERE / "python/bench.py"), mode, signer]


def go(mode: str, signer: str) -> list[str]:
    return [str(BUILT / "go-signers"), mode, signer]


def java(mode: str, signer: str) -> list[str]:
    built = ROOT / "host-examples" / "java" / "target"
    path = [built / "vault-aws-login.jar", f"{built}/test-lib/*", BUILT / "java"]
    return ["java", "-cp", ":".join(map(str, path)), "Bench", mode, signer]


def node_package(component: Path | None) -> Path:
    """The entry of the npm package: the built one, or one made for another component."""
    package = ROOT / "host-examples" / "node"
    if component is None:
        return package / "dist" / "node.js"
    other = BUILT / "node-package"
    shutil.rmtree(other, ignore_errors=True)
    shutil.copytree(package / "dist", other)
    (other / "package.json").write_text('{"type": "module"}\n')
    options = "--name vault-aws-login --instantiation sync --base64-cutoff 0 --no-namespaced-exports --minify --quiet"
    command = [package / "node_modules/.bin/jco", "transpile", component, "--out-dir", other / "component"]
    subprocess.run([*map(str, command), *options.split()], check=True)
    return other / "node.js"
