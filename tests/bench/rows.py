"""The rows of the tables, and the ratios that matter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from programs import Programs, chromium, go, java, node, python, rust, workerd


@dataclass(frozen=True)
class Row:
    """Something that is measured once in each round, in nanoseconds."""

    key: str
    label: str
    # Which floor it stands on: the compressions of one login alone, in the same engine. None was measured in the
    # others.
    floor: str | None = None
    command: list[str] | None = None

    def measure(self, programs: Programs) -> float:
        if self.command is None:
            return programs.criterion(self.key)
        return float(programs.run(self.command))


NATIVE = "floor/native"
IN_WASMTIME = "floor/wasmtime"
IN_V8 = "floor/v8"
IN_WAZERO = "floor/wazero"

WARM = [
    Row("warm/native", "Rust, the core natively", NATIVE),
    Row("warm/native-signer", "Rust, `aws-sigv4` alone", NATIVE),
    Row("warm/wasmtime", "**wasmtime, the component**", IN_WASMTIME),
    Row("warm/wasmtime-sign-only", "**wasmtime, the signer alone**", IN_WASMTIME),
    Row("warm/wasmtime-signer", "wasmtime, `aws-sigv4` alone", IN_WASMTIME),
    Row("node/ours", "**Node, the npm package**", IN_V8, node("warm", "vault-aws-login")),
    Row("node/sign", "**Node, its `sign` alone**", IN_V8, node("warm", "vault-aws-login-sign")),
    Row("workerd/ours", "**workerd, the npm package**", IN_V8, workerd("warm")),
    Row("chromium/ours", "**Chromium, the npm package**", IN_V8, chromium("warm")),
    Row("node/smithy", "Node, `@smithy/signature-v4`", command=node("warm", "smithy")),
    Row("node/aws4", "Node, `aws4`", command=node("warm", "aws4")),
    Row("node/aws4fetch", "Node, `aws4fetch`", command=node("warm", "aws4fetch")),
    Row("python/ours", "**Python, the package (wasmtime-py)**", IN_WASMTIME, python("warm", "vault_aws_iam_login")),
    Row("python/botocore", "Python, botocore", command=python("warm", "botocore")),
    Row("python/hvac", "Python, hvac", command=python("warm", "hvac")),
    Row("go/ours", "**Go, the package (wazero)**", IN_WAZERO, go("warm", "wazero")),
    Row("go/awsutil", "Go, `awsutil.GenerateLoginData` v0.3.0", command=go("warm", "awsutil")),
    Row("java/ours", "**Java, the jar (Endive)**", command=java("warm", "ours")),
    Row("java/sdk", "Java, `AwsV4HttpSigner`", command=java("warm", "sdk")),
]

FLOOR = [
    Row(NATIVE, "natively"),
    Row(IN_WASMTIME, "in wasmtime"),
    Row(IN_V8, "in V8 (Node)", command=node("warm", "floor")),
    Row(IN_WAZERO, "in wazero", command=go("warm", "floor")),
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
    Row("inspector/diagnose-native", "`diagnose` of a paste, natively"),
    Row("inspector/diagnose-wasmtime", "`diagnose` of a paste, in wasmtime"),
    Row("session/step", "one `next-action` of a session, natively"),
    Row("session/renewal", "one renewal of a session, with all its steps, natively"),
]

FIRST = [
    Row("first/wasmtime", "Rust, wasmtime (compiled form cached)", command=rust("first")),
    Row("first/node", "Node, the npm package", command=node("first", "vault-aws-login")),
    Row("first/sign", "Node, its `sign` alone", command=node("first", "vault-aws-login-sign")),
    Row("first/chromium", "Chromium, the npm package", command=chromium("first")),
    Row("first/smithy", "Node, `@smithy/signature-v4`", command=node("first", "smithy")),
    Row("first/aws4", "Node, `aws4`", command=node("first", "aws4")),
    Row("first/aws4fetch", "Node, `aws4fetch`", command=node("first", "aws4fetch")),
    Row("first/python", "Python, the package (compiled form cached)", command=python("first", "vault_aws_iam_login")),
    Row("first/botocore", "Python, botocore", command=python("first", "botocore")),
    Row("first/hvac", "Python, hvac", command=python("first", "hvac")),
    Row("first/go", "Go, the package (compiled form cached)", command=go("first", "wazero")),
    # Without a home there is no cache.
    Row("first/go-uncached", "Go, the package (wazero compiles)", command=["env", "-u", "HOME", *go("first", "wazero")]),
    Row("first/awsutil", "Go, `awsutil`", command=go("first", "awsutil")),
    Row("first/java", "Java, the jar", command=java("first", "ours")),
    Row("first/java-sdk", "Java, `AwsV4HttpSigner`", command=java("first", "sdk")),
]

Round = dict[str, float]


@dataclass(frozen=True)
class Ratio:
    """A ratio of two rows within a round."""

    label: str
    of: Callable[[Round], float]


def over(one: str, other: str) -> Callable[[Round], float]:
    return lambda found: found[one] / found[other]


def fastest_in_node(found: Round) -> float:
    return min(found[f"node/{signer}"] for signer in ("smithy", "aws4", "aws4fetch")) / found["node/ours"]


RATIOS = [
    Ratio("warm in wasmtime ÷ the floor", over("warm/wasmtime", "floor/wasmtime")),
    Ratio("warm in wasmtime ÷ `aws-sigv4` alone in wasmtime", over("warm/wasmtime", "warm/wasmtime-signer")),
    Ratio("the signer alone in wasmtime ÷ the floor", over("warm/wasmtime-sign-only", IN_WASMTIME)),
    Ratio("warm in Node ÷ the floor in V8", over("node/ours", IN_V8)),
    Ratio("warm in Go ÷ the floor in wazero", over("go/ours", IN_WAZERO)),
    Ratio("the core natively ÷ `aws-sigv4` alone natively", over("warm/native", "warm/native-signer")),
    Ratio("a fresh instance with one login (pooling) ÷ warm in wasmtime", over("fresh/pooling", "warm/wasmtime")),
    Ratio("botocore ÷ warm in wasmtime", over("python/botocore", "warm/wasmtime")),
    Ratio("botocore ÷ warm in Python", over("python/botocore", "python/ours")),
    Ratio("the fastest JavaScript signer ÷ warm in Node", fastest_in_node),
    Ratio("Go's `GenerateLoginData` ÷ warm in wasmtime", over("go/awsutil", "warm/wasmtime")),
    Ratio("Go's `GenerateLoginData` ÷ warm in Go", over("go/awsutil", "go/ours")),
    Ratio("from import to first login in Node: `aws4` ÷ `sign` alone", over("first/aws4", "first/sign")),
    Ratio("cold start: botocore ÷ wasmtime, precompiled", over("cold/botocore", "cold/precompiled")),
]
