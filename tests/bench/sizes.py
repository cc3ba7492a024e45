"""What a user installs: this project's artefacts, and the usual ways."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from programs import HERE, ROOT

SITE_PACKAGES = next((ROOT / ".venv/lib").glob("python3*/site-packages"))
PACKAGES = HERE / "node/node_modules"


@dataclass(frozen=True)
class Installed:
    label: str
    paths: list[Path]

    def files(self) -> Iterator[Path]:
        for path in self.paths:
            found = sorted(path.rglob("*")) if path.is_dir() else [path]
            # Caches that Python makes are not installed.
            yield from (one for one in found if one.is_file() and one.suffix != ".pyc")

    def raw_bytes(self) -> int:
        return sum(file.stat().st_size for file in self.files())

    def gzip_bytes(self) -> int:
        """One file by itself, more of them as a tarball."""
        files = list(self.files())
        if len(files) == 1:
            return len(gzip.compress(files[0].read_bytes(), 6, mtime=0))
        counter = _Counter()
        with gzip.GzipFile(fileobj=counter, mode="wb", compresslevel=6) as zipped, tarfile.open(fileobj=zipped, mode="w|") as tarball:
            for file in files:
                tarball.add(file, str(file.relative_to(ROOT)))
        return counter.bytes


class _Counter(io.RawIOBase):
    bytes = 0

    def write(self, data: bytes) -> int:
        self.bytes += len(data)
        return len(data)


def installed(component: Path, node_package: Path) -> list[Installed]:
    artefacts = json.loads((ROOT / "tests/artefacts.json").read_text())
    ours = [(one["what"], ROOT / one["path"]) for one in artefacts if "most_bytes" in one]
    return [
        *(Installed(what, [component if what == "the component" else path]) for what, path in ours),
        Installed("the npm package", [node_package.parent]),
        Installed("the page", [ROOT / "host-examples/browser/dist/index.html"]),
        Installed("OpenBao", [SITE_PACKAGES.parents[2] / "bin/bao"]),
        Installed("HashiCorp's AWS auth method, as a plugin", [ROOT / "dist/test-bed/vault-plugin-auth-aws"]),
        Installed("botocore", [SITE_PACKAGES / "botocore"]),
        Installed("the AWS SDK's credential packages for JavaScript", [PACKAGES / "@aws-sdk", PACKAGES / "@smithy", PACKAGES / "@aws"]),
    ]
