"""Makes the OCI artefacts in `dist/packages/oci`: a layout of each, and Kubernetes manifests.

    .venv/bin/python tools/packages/oci.py

`tools/packages/publish_oci.py` pushes them to a registry. Each has two artefacts that refer to it:
its bill of materials, and its other documents.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import certifi

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import notices  # noqa: E402
import project  # noqa: E402
import sbom  # noqa: E402
from describe import DESCRIPTIONS, WASM_TOOLS  # noqa: E402
from oci_layout import (  # noqa: E402
    IMAGE_CONFIG,
    IMAGE_LAYER,
    File,
    Json,
    Layout,
    archive,
    compressed,
    digest,
    encoded,
)
from project import ROOT, VERSION  # noqa: E402

OUTPUT = project.PACKAGES / "oci"
PROGRAM = ROOT / "target/x86_64-unknown-linux-musl/host/vault-aws-login"
DEPLOY = ("host-examples/envoy/deploy", "host-examples/wasmtime/deploy")
CREATED = datetime.fromtimestamp(sbom.TIME, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
#: The user that images without a shell have in common.
NONROOT = 65532

# https://tag-runtime.cncf.io/wgs/wasm/deliverables/wasm-oci-artifact/
WASM_CONFIG = "application/vnd.wasm.config.v0+json"
WASM_LAYER = "application/wasm"
BILL = "application/vnd.cyclonedx+json"
DOCUMENTS = "application/vnd.vault-aws-login.documents.v1"


@dataclass(frozen=True)
class Artefact:
    """What gets a repository in the registry."""

    #: Of the layout, in `dist/packages/oci`.
    name: str
    #: Below the place of the registry; wkg looks for `vault-aws:login` in `vault-aws/login`.
    repository: str
    title: str
    description: str
    #: Its documentation in the project's repository.
    page: str
    #: The built files in it, each with the crate that it is built from.
    files: Mapping[Path, str] = field(default_factory=dict)
    others: tuple[sbom.Dependency, ...] = ()

    @property
    def annotations(self) -> dict[str, str]:
        texts = {
            "title": self.title,
            "description": self.description,
            "version": VERSION,
            "licenses": project.LICENCE,
            "created": CREATED,
        }
        if project.is_known():
            texts |= {"source": project.REPOSITORY, "url": project.REPOSITORY}
            texts |= {"documentation": project.link(self.page)}
        return {f"org.opencontainers.image.{name}": text for name, text in texts.items()}

    @property
    def image(self) -> str:
        return f"{project.registry()}/{self.repository}:{VERSION}"


def built(file: str) -> Path:
    return ROOT / "dist" / f"{file}.wasm"


def wasm(name: str, repository: str, file: str, crate: str, page: str) -> Artefact:
    files = {built(file): f"vault-aws-login-{crate}"}
    return Artefact(name, repository, file, DESCRIPTIONS[file], page, files)


#: Mozilla's certificate authorities, which an image without a system needs to reach Vault and AWS.
AUTHORITIES = sbom.Dependency(
    f"pkg:pypi/certifi@{metadata.version('certifi')}",
    "MPL-2.0",
    "certifi",
    metadata.version("certifi"),
)
CONTRACT = "The contract of the components vault-aws:component and vault-aws:signer, in WIT"
AGENT = (
    "Logs in to HashiCorp Vault or OpenBao with an AWS identity, and keeps a live token in a file"
)
WIT_PACKAGE = Artefact("wit", "vault-aws/login", "vault-aws:login", CONTRACT, "wit")
WASM_PACKAGES = (
    wasm("component", "vault-aws/component", "vault-aws-login", "component", "wit"),
    wasm("signer", "vault-aws/signer", "vault-aws-login-signer", "signer", "wit"),
    wasm("command", "vault-aws/command", "vault-aws-login-cli", "command", "README.md"),
)
FILTER_IMAGE = wasm(
    "envoy", "vault-aws-login/envoy", "vault-aws-login-envoy", "envoy", "host-examples/envoy"
)
AGENT_IMAGE = Artefact(
    "agent",
    "vault-aws-login/agent",
    "vault-aws-login",
    AGENT,
    "host-examples/wasmtime",
    {PROGRAM: "vault-aws-login-cli", built("vault-aws-login"): "vault-aws-login-component"},
    (AUTHORITIES,),
)
ARTEFACTS = (WIT_PACKAGE, *WASM_PACKAGES, FILTER_IMAGE, AGENT_IMAGE)


def readme() -> str:
    text = (ROOT / "tools/packages/oci-readme.md").read_text()
    host, _, path = project.registry().partition("/")
    prefix = f', namespacePrefix = "{path}/"' if path else ""
    text = text.replace(', namespacePrefix = "acme/"', prefix)
    text = text.replace("registry.example.com/acme", project.registry())
    text = text.replace("registry.example.com", host).replace("VERSION", VERSION)
    return project.with_whole_links(text, "tools/packages")


def documents(artefact: Artefact) -> dict[str, str]:
    """What every package carries, by the name of the file."""
    texts = {name: (ROOT / name).read_text() for name in ("LICENSE-APACHE", "LICENSE-MIT")}
    texts["README.md"] = readme()
    texts["CHANGELOG.md"] = project.with_whole_links((ROOT / "CHANGELOG.md").read_text(), ".")
    if artefact.files:
        texts["THIRD-PARTY-NOTICES.txt"] = notices.text(*artefact.files.values())
    if AUTHORITIES in artefact.others:
        # The Mozilla Public License asks for its notice and for where the source form is.
        version = AUTHORITIES.version
        licence = metadata.distribution("certifi").read_text("licenses/LICENSE") or ""
        texts["THIRD-PARTY-NOTICES.txt"] += (
            f"\nThe certificate authorities are those of certifi {version} (MPL-2.0), "
            f"https://pypi.org/project/certifi/{version}/\n\n{licence}"
        )
    return dict(sorted(texts.items()))


def bill(artefact: Artefact) -> str:
    name = artefact.repository.rpartition("/")[2]
    place = f"{project.registry()}/{artefact.repository}"
    purl = f"pkg:oci/{name}?repository_url={place}&tag={VERSION}"
    return sbom.document(artefact.title, purl, others=artefact.others, files=artefact.files)


def wit(*paths: Path | str) -> Json:
    """What `wasm-tools` reads in a component, or in the WIT of a package."""
    command = [WASM_TOOLS, "component", "wit", "--json", *paths]
    found: Json = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return found


def interfaces(found: Json) -> Json:
    """The imports and exports of a component as `wkg` lists them, or all that a WIT package has."""

    def qualified(package: int, name: str) -> str:
        before, at, version = found["packages"][package]["name"].partition("@")
        return f"{before}/{name}{at}{version}"

    def name(key: str, item: Json) -> str:
        if "interface" not in item:
            return key
        interface = found["interfaces"][item["interface"]["id"]]
        return qualified(interface["package"], interface["name"])

    def names(items: Mapping[str, Json]) -> list[str]:
        return sorted(name(*item) for item in items.items())

    (*_, own) = found["packages"]
    if own["name"] == "root:component":
        world = found["worlds"][own["worlds"]["root"]]
        return {"imports": names(world["imports"]), "exports": names(world["exports"])}
    package = len(found["packages"]) - 1
    exports = [qualified(package, name) for name in (*own["interfaces"], *own["worlds"])]
    return {"imports": [], "exports": sorted(exports)}


def make_package(artefact: Artefact, file: Path) -> str:
    """Makes a package as registries of WebAssembly have them: its one layer is the `.wasm` file."""
    data = file.read_bytes()
    layout = Layout(OUTPUT / artefact.name)
    config = {
        "architecture": "wasm",
        "component": interfaces(wit(file)) | {"target": None},
        "created": CREATED,
        "layerDigests": [digest(data)],
        "os": "wasip2",
    }
    described = layout.blob(WASM_CONFIG, encoded(config))
    return finish(layout, artefact, described, layout.blob(WASM_LAYER, data, file.name))


def make_image(artefact: Artefact, files: list[File], run: Json) -> str:
    """Makes an image of the files and the documents, in one layer."""
    folder = "usr/share/doc/vault-aws-login"
    texts = {**documents(artefact), "sbom.cdx.json": bill(artefact)}
    files += [File(f"{folder}/{name}", text.encode()) for name, text in sorted(texts.items())]
    tar = archive(files, sbom.TIME)
    layout = Layout(OUTPUT / artefact.name)
    config = {
        "architecture": "amd64",
        "config": run | {"Labels": artefact.annotations},
        "created": CREATED,
        "history": [{"created": CREATED, "created_by": "tools/packages/oci.py"}],
        "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": [digest(tar)]},
    }
    described = layout.blob(IMAGE_CONFIG, encoded(config))
    return finish(layout, artefact, described, layout.blob(IMAGE_LAYER, compressed(tar)))


def finish(layout: Layout, artefact: Artefact, config: Json, layer: Json) -> str:
    """Adds the manifest and the documents, and returns the digest that names the artefact."""
    made = layout.artefact(config, [layer], artefact.annotations, VERSION)
    created = {"org.opencontainers.image.created": CREATED}
    boms = [layout.blob(BILL, bill(artefact).encode(), "sbom.cdx.json")]
    layout.about(made, BILL, boms, created)
    texts = documents(artefact).items()
    files = [layout.blob("text/plain", text.encode(), name) for name, text in texts]
    layout.about(made, DOCUMENTS, files, created)
    layout.close()
    return str(made["digest"])


def make_filter_image() -> str:
    """What Istio and Envoy Gateway load: they read `plugin.wasm` in the last layer."""
    (plugin,) = FILTER_IMAGE.files
    return make_image(FILTER_IMAGE, [File("plugin.wasm", plugin.read_bytes())], {})


def make_agent_image() -> str:
    authorities = Path(certifi.where()).read_bytes()
    files = [
        File("usr/bin/vault-aws-login", PROGRAM.read_bytes(), 0o755),
        File("etc/ssl/certs/ca-certificates.crt", authorities),
    ]
    run = {
        "Entrypoint": ["/usr/bin/vault-aws-login"],
        "Env": ["PATH=/usr/bin"],
        "User": f"{NONROOT}:{NONROOT}",
    }
    return make_image(AGENT_IMAGE, files, run)


def fill_manifests(digests: Mapping[str, str]) -> None:
    """Puts the images and their digests into the manifests for Kubernetes."""
    folder = OUTPUT / "manifests"
    folder.mkdir()
    for file in sorted(file for deploy in DEPLOY for file in (ROOT / deploy).glob("*.yaml")):
        text = file.read_text()
        for artefact in (FILTER_IMAGE, AGENT_IMAGE):
            image = f"registry.example.com/acme/{artefact.repository}:VERSION"
            if image in text:
                sha256 = digests[artefact.name].removeprefix("sha256:")
                text = text.replace(image, artefact.image).replace("0" * 64, sha256)
        (folder / file.name).write_text(text)


def main() -> None:
    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir(parents=True)
    digests = {}
    for artefact in WASM_PACKAGES:
        (file,) = artefact.files
        digests[artefact.name] = make_package(artefact, file)
    contract = OUTPUT / "vault-aws-login-wit.wasm"
    command = [WASM_TOOLS, "component", "wit", ROOT / "wit", "--wasm", "--output", contract]
    subprocess.run(command, check=True)
    digests["wit"] = make_package(WIT_PACKAGE, contract)
    contract.unlink()
    digests["envoy"] = make_filter_image()
    digests["agent"] = make_agent_image()
    fill_manifests(digests)
    listed = {
        artefact.name: {
            "place": project.registry(),
            "repository": artefact.repository,
            "version": VERSION,
            "digest": digests[artefact.name],
        }
        for artefact in ARTEFACTS
    }
    (OUTPUT / "README.md").write_text(readme())
    (OUTPUT / "artefacts.json").write_text(json.dumps(listed, indent=2) + "\n")


if __name__ == "__main__":
    main()
