"""Runs programs in the files of an image, as a container runtime would as far as a test needs it.

The root is read-only, the user is the image's, and nothing is in the environment but what the
image and the test put there. Processes and the network are those of the machine, so that a program
reaches the test bed. Needs root, which `sudo` gives where it asks for no password.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oci_registry import tool

#: Takes the root, a volume, the place of the volume, and the command that is run then.
MOUNTED = """
set -eu
root=$1 volume=$2 place=$3
shift 3
mount --make-rprivate /
mount --bind "$root" "$root"
mount --bind "$volume" "$root$place"
mount -o remount,bind,ro "$root"
exec "$@"
"""


#: What begins a command that only root may run.
AS_ROOT = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]


def as_root(*command: str | Path) -> str:
    ended = subprocess.run([*AS_ROOT, *command], check=True, capture_output=True, text=True)
    return ended.stdout


@dataclass(frozen=True)
class Image:
    """The unpacked files of an image, and what it says about running them."""

    root: Path
    config: Mapping[str, Any]

    @classmethod
    def pulled(cls, reference: str, folder: Path) -> Image:
        archive, root = folder / "image.tar", folder / "root"
        tool("crane", "export", "--insecure", reference, archive)
        with tarfile.open(archive) as tar:
            tar.extractall(root, filter="tar")
        return cls(root, json.loads(tool("crane", "config", "--insecure", reference))["config"])

    @property
    def files(self) -> dict[str, int]:
        """The mode of each file."""
        found = (path for path in self.root.rglob("*") if not path.is_dir())
        return {str(path.relative_to(self.root)): path.stat().st_mode & 0o7777 for path in found}

    def command(
        self,
        arguments: Sequence[str],
        variables: Mapping[str, str],
        *,
        volume: Path,
        mounted_at: str,
        entrypoint: Sequence[str] | None = None,
    ) -> list[str]:
        """The command that runs the entry point, or another program of the image, with a volume."""
        (self.root / mounted_at.lstrip("/")).mkdir(parents=True, exist_ok=True)
        environment = [
            *self.config["Env"],
            *(f"{name}={value}" for name, value in variables.items()),
        ]
        chroot = shutil.which("chroot", path=f"{os.environ['PATH']}:/usr/sbin") or "chroot"
        inside = [chroot, "--groups=", f"--userspec={self.config['User']}", str(self.root)]
        inside += [*(entrypoint or self.config["Entrypoint"]), *arguments]
        limited = [
            "setpriv",
            "--no-new-privs",
            "env",
            "--ignore-environment",
            *environment,
            *inside,
        ]
        mounted = ["sh", "-c", MOUNTED, "sh", str(self.root), str(volume), mounted_at, *limited]
        return [*AS_ROOT, "unshare", "--mount", *mounted]
