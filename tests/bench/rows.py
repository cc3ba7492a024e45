"""The rows of the tables, and the ratios that matter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from programs import Programs, go, node, python, rust


@dataclass(frozen=True)
class Row:
    """Something that is measured once in each round, in nanoseconds."""

    key: str
    label: str
    # Which floor it stands on: the compressions of one login alone, in the same engine.
    floor: str = "floor/native"
    command: list[str] | None = None

    def measure(self, programs: Programs) -> float:
        if self.command is None:
            return programs.criterion(self.key)
        return float(programs.run(self.command))


IN_WASMTIME = "floor/wasmtime"

WARM = [
    Row("warm/native", "Rust, the core natively"),
    Row("warm/native-signer", "Rust, `aws-sigv4` alone"),
    Row("warm/wasmtime", "**wasmtime, the component**", IN_WASMTIME),
    Row("warm/wasmtime-signer", "wasmtime, `aws-sigv4` alone", IN_WASMTIME),
    Row("node/ours", "**Node, the npm package**", command=node("warm", "vault-aws-login")),
    Row("node/sign", "**Node, its `sign` alone**", command=node("warm", "vault-aws-login-sign")),
    Row("node/smithy", "Node, `@smithy/signature-v4`", command=node("warm", "smithy")),
    Row("node/aws4", "Node, `aws4`", command=node("warm", "aws4")),
    Row("node/aws4fetch", "Node, `aws4fetch`", command=node("warm", "aws4fetch")),
    Row("python/ours", "**Python, the package (wasmtime-py)**", command=python("warm", "vault_aws_login")),
    Row("python/botocore", "Python, botocore", command=python("warm", "botocore")),
    Row("python/hvac", "Python, hvac", command=python("warm", "hvac")),
    Row("go/ours", "**Go, the package (wazero)**", command=go("warm", "wazero")),
    Row("go/awsutil", "Go, `awsutil.GenerateLoginData` v0.3.0", command=go("warm", "awsutil")),
]

FLOOR = [
    Row("floor/native", "natively"),
    Row("floor/wasmtime", "in wasmtime", IN_WASMTIME),
]

FRESH = [
    Row("fresh/on-demand", "on demand: instance, login, end"),
    Row("fresh/on-demand-empty", "on demand: an empty component with as much memory"),
    Row("fresh/pooling", "pooling: instance, login, end"),
    Row("fresh/pooling-empty", "pooling: an empty component with as much memory"),
    Row("fresh/on-demand-threads", "on demand, all cores at once"),
    Row("fresh/pooling-threads", "pooling, all cores at once"),
]

OTHERS = [
    Row("inspector/native", "`check-login`, natively"),
    Row("inspector/wasmtime", "`check-login`, in wasmtime"),
    Row("session/step", "one `next-action` of a session, natively"),
    Row("session/renewal", "one renewal of a session, with all its steps, natively"),
]

FIRST = [
    Row("first/wasmtime", "Rust, wasmtime (compiled form cached)", command=rust("first")),
    Row("first/node", "Node, the npm package", command=node("first", "vault-aws-login")),
    Row("first/sign", "Node, its `sign` alone", command=node("first", "vault-aws-login-sign")),
    Row("first/smithy", "Node, `@smithy/signature-v4`", command=node("first", "smithy")),
    Row("first/aws4", "Node, `aws4`", command=node("first", "aws4")),
    Row("first/aws4fetch", "Node, `aws4fetch`", command=node("first", "aws4fetch")),
    Row("first/python", "Python, the package (compiled form cached)", command=python("first", "vault_aws_login")),
    Row("first/botocore", "Python, botocore", command=python("first", "botocore")),
    Row("first/hvac", "Python, hvac", command=python("first", "hvac")),
    Row("first/go", "Go, the package (wazero compiles)", command=go("first", "wazero")),
    Row("first/awsutil", "Go, `awsutil`", command=go("first", "awsutil")),
]

Round = dict[str, float]


@dataclass(frozen=True)
class Aim:
    """A ratio within a round, and what it should be."""

    label: str
    ratio: Callable[[Round], float]
    least: float | None = None
    most: float | None = None

    def is_met(self, median: float) -> bool:
        return (self.least is None or median >= self.least) and (self.most is None or median <= self.most)

    def wanted(self) -> str:
        return f"at least {self.least:g}" if self.least is not None else f"at most {self.most:g}"


def over(one: str, other: str) -> Callable[[Round], float]:
    return lambda found: found[one] / found[other]


def fresh_over_empty(allocator: str) -> Callable[[Round], float]:
    key = f"fresh/{allocator}"
    return lambda found: (found[key] - found["warm/wasmtime"]) / found[f"{key}-empty"]


def fastest_in_node(found: Round) -> float:
    return min(found[f"node/{signer}"] for signer in ("smithy", "aws4", "aws4fetch")) / found["node/ours"]


AIMS = [
    Aim("warm in wasmtime ÷ `aws-sigv4` alone in wasmtime", over("warm/wasmtime", "warm/wasmtime-signer"), most=1.4),
    Aim("Go's `GenerateLoginData` ÷ warm in wasmtime", over("go/awsutil", "warm/wasmtime"), least=150),
    Aim("botocore ÷ warm in wasmtime", over("python/botocore", "warm/wasmtime"), least=4),
    Aim("the fastest JavaScript signer ÷ warm in Node", fastest_in_node, least=1),
    Aim("botocore ÷ warm in Python", over("python/botocore", "python/ours"), least=1),
    Aim("Go's `GenerateLoginData` ÷ warm in Go", over("go/awsutil", "go/ours"), least=100),
    Aim("(fresh − warm) ÷ an empty component, on demand", fresh_over_empty("on-demand"), most=1.5),
    Aim("(fresh − warm) ÷ an empty component, pooling", fresh_over_empty("pooling"), most=1.5),
    Aim("cold start: botocore ÷ wasmtime, precompiled", over("cold/botocore", "cold/precompiled"), least=20),
]
