"""Runs programs with the jar, as a user's class path has it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from command import ROOT

PACKAGE = ROOT / "host-examples" / "java"
TARGET = PACKAGE / "target"
JAR = TARGET / "vault-aws-login.jar"
#: The jar alone, with what it needs at run time.
PLAIN = f"{JAR}:{TARGET}/lib/*"
#: And with the AWS SDK and Spring Vault beside it.
WHOLE = f"{JAR}:{TARGET}/test-lib/*"
#: A short process ends before the compiler of the hottest code has paid for itself.
JAVA = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]


@pytest.fixture(scope="session")
def java_classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The classes of Login.java, compiled without a warning."""
    folder = tmp_path_factory.mktemp("java")
    source = PACKAGE / "Login.java"
    words = ["javac", "-Xlint:all", "-Werror", "--release", "17", "-cp", WHOLE, "-d", str(folder), str(source)]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    return folder


def example_words(classes: Path) -> list[str]:
    return [*JAVA, "-cp", f"{WHOLE}:{classes}", "Login"]


def program_words(name: str) -> list[str]:
    """One of the programs of the package's tests."""
    return [*JAVA, "-cp", f"{WHOLE}:{TARGET}/test-classes", f"vaultawslogin.programs.{name}"]


def inherited() -> dict[str, str]:
    """This process's environment without the user's own variables of AWS and Vault."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "VAULT_", "BAO_"))}
