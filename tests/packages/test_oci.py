"""The OCI artefacts: pushed to a registry, and used from there in empty folders."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import shlex
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import bills
import project
from bed import GREETING, Identity, TestBed
from bed.child import Child
from command import WASMTIME, wave
from conftest import SERVER_ID
from container import Image, as_root
from envoy_process import KEYS, Envoy
from oci_registry import ROOT, TOOLS, Registry, publish, registry, tool
from test_envoy_kubernetes import documents, faults

MADE = ROOT / "dist" / "packages" / "oci"
WASM_TOOLS = ROOT / ".venv" / "bin" / "wasm-tools"
OCI = "org.opencontainers.image"
NAMES = ["wit", "component", "signer", "command", "envoy", "agent"]
FILES = {
    "component": "vault-aws-login.wasm",
    "signer": "vault-aws-login-signer.wasm",
    "command": "vault-aws-login-cli.wasm",
}
#: For a registry without TLS.
PLAIN = "--plain-http"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with registry(tmp_path_factory.mktemp("registry")) as running:
        ended = publish(running.place)
        assert ended.returncode == 0, ended.stderr
        yield running


@pytest.fixture(scope="module")
def artefacts() -> dict[str, dict[str, str]]:
    made: dict[str, dict[str, str]] = json.loads((MADE / "artefacts.json").read_text())
    return made


@pytest.fixture(scope="module")
def user(bed: TestBed) -> Identity:
    return bed.aws.user()


@pytest.fixture(scope="module")
def mount(bed: TestBed, user: Identity) -> str:
    """A mount that demands a server ID."""
    path = bed.mount_aws("oci", iam_server_id_header_value=SERVER_ID)
    bed.vault_role("oci", user.arn, mount=path)
    return path


def reference(registry: Registry, artefact: dict[str, str]) -> str:
    return f"{registry.place}/{artefact['repository']}:{artefact['version']}"


def manifest(registry: Registry, artefact: dict[str, str]) -> dict[str, Any]:
    shown = tool("oras", "manifest", "fetch", PLAIN, reference(registry, artefact))
    found: dict[str, Any] = json.loads(shown)
    return found


def wkg(registry: Registry, folder: Path, *arguments: str) -> None:
    """Runs wkg with the configuration that the README shows, for a registry without TLS."""
    readme = (MADE / "README.md").read_text()
    (shown,) = re.findall(r"```toml\n(.*?)```", readme, re.DOTALL)
    host, _, path = project.registry().partition("/")
    assert f'namespacePrefix = "{path}/"' in shown
    shown = shown.replace(f'"{host}"', f'"{registry.host}"').replace(f'"{path}/"', '"acme/"')
    without_tls = f'[registry."{registry.host}".oci]\nprotocol = "http"\n'
    config = folder / "config.toml"
    config.write_text(shown + without_tls)
    shared = ["--config", str(config), "--cache", str(folder / "cache")]
    tool("wkg", *arguments, *shared, cwd=folder)


# What is in the registry


@pytest.mark.parametrize("name", NAMES)
def test_artefact_tells_what_it_is(published: Registry, artefacts: Any, name: str) -> None:
    told = manifest(published, artefacts[name])["annotations"]
    assert told[f"{OCI}.version"] == project.VERSION
    assert told[f"{OCI}.licenses"] == project.LICENCE
    assert datetime.fromisoformat(told[f"{OCI}.created"]).tzinfo
    assert told[f"{OCI}.title"] and told[f"{OCI}.description"]
    places = [told.get(f"{OCI}.{place}") for place in ("source", "url", "documentation")]
    if project.is_known():
        assert places[:2] == [project.REPOSITORY] * 2
        assert places[2].startswith(f"{project.REPOSITORY}/")
    else:
        assert places == [None, None, None]


@pytest.mark.parametrize("name", NAMES)
def test_documents_refer_to_the_artefact(
    published: Registry, artefacts: Any, empty: Path, name: str
) -> None:
    image = reference(published, artefacts[name])
    found = json.loads(tool("oras", "discover", PLAIN, "--format", "json", image))
    kinds = {one["artifactType"]: one["digest"] for one in found["referrers"]}
    assert set(kinds) == {
        "application/vnd.cyclonedx+json",
        "application/vnd.vault-aws-login.documents.v1",
    }
    for digest in kinds.values():
        tool("oras", "pull", PLAIN, f"{image.rpartition(':')[0]}@{digest}", cwd=empty)
    names = {path.name for path in empty.iterdir()}
    expected = {"CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "README.md", "sbom.cdx.json"}
    assert names == expected | ({"THIRD-PARTY-NOTICES.txt"} if name != "wit" else set())
    bill = json.loads((empty / "sbom.cdx.json").read_text())
    assert bills.faults([empty / "sbom.cdx.json"]) == ""
    assert bill["metadata"]["component"]["purl"].startswith("pkg:oci/")
    readme = (empty / "README.md").read_text()
    assert "VERSION" not in readme and not re.search(r"\]\((?!https://|#)", readme)


@pytest.mark.parametrize(
    "file", [*FILES.values(), "vault-aws-login.core.wasm", "vault-aws-login-envoy.wasm"]
)
def test_wasm_file_tells_what_it_is(file: str) -> None:
    command = [WASM_TOOLS, "metadata", "show", "--json", ROOT / "dist" / file]
    shown = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    told = shown.get("module") or shown["component"]["metadata"]
    assert told["name"] == file.removesuffix(".wasm")
    assert (told["version"], told["licenses"]) == (project.VERSION, project.LICENCE)
    assert told["description"]
    address = project.setting("repository")
    assert told["source"] == told["homepage"] == (address if project.is_known(address) else None)


def test_version_is_published_once(tmp_path: Path, artefacts: Any) -> None:
    with registry(tmp_path) as other:
        assert publish(other.place).returncode == 0
        again = publish(other.place)
        assert again.returncode == 0 and len(again.stdout.splitlines()) == len(artefacts)
        signer, component = (reference(other, artefacts[name]) for name in ("signer", "component"))
        tool(
            "oras",
            "tag",
            PLAIN,
            f"{other.place}/vault-aws/signer@{artefacts['signer']['digest']}",
            "x",
        )
        tool("oras", "copy", "--from-plain-http", "--to-plain-http", signer, component)
        refused = publish(other.place)
        assert refused.returncode != 0
        expected, found = (artefacts[name]["digest"] for name in ("component", "signer"))
        assert f"{component} is there already: expected {expected}, found {found}" in refused.stderr


# The component, the signer, the command and their contract


def signed(component: Path, user: Identity, server_id: str) -> str:
    """The login that `sign-login` of a component returns."""
    credentials = f"{{access-key-id: {wave(user.access_key_id)}, "
    credentials += f"secret-access-key: {wave(user.secret_access_key)}}}"
    options = f"{{server-id: some({wave(server_id)}), role: some({wave('oci')})}}"
    call = f"sign-login({credentials}, {options}, {int(time.time())})"
    command = [WASMTIME, "run", "--invoke", call, component.name]
    printed = output(*command, cwd=component.parent)
    login: str = json.loads(printed.strip().removeprefix("ok(").removesuffix(")"))
    return login


def output(*command: str, cwd: Path, env: dict[str, str] | None = None) -> str:
    ended = subprocess.run(
        command,
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_component_of_the_registry_logs_in_and_explains_a_wrong_server_id(
    bed: TestBed, published: Registry, user: Identity, mount: str, empty: Path
) -> None:
    wkg(published, empty, "get", f"vault-aws:component@{project.VERSION}")
    component = empty / f"vault-aws_component@{project.VERSION}.wasm"
    token = bed.login(signed(component, user, SERVER_ID), mount=mount).token
    assert bed.read_greeting(token) == GREETING
    refused = bed.login(signed(component, user, "other.example.com"), mount=mount)
    call = f"explain-pasted({wave(refused.error)}, some({refused.status}), none, 0)"
    explained = output(WASMTIME, "run", "--invoke", call, component.name, cwd=empty)
    assert "server-id-differs" in explained
    assert "the server ID is not the one that the server wants" in explained


def test_signer_of_the_registry_logs_in(
    bed: TestBed, published: Registry, user: Identity, mount: str, empty: Path
) -> None:
    wkg(published, empty, "get", f"vault-aws:signer@{project.VERSION}")
    signer = empty / f"vault-aws_signer@{project.VERSION}.wasm"
    token = bed.login(signed(signer, user, SERVER_ID), mount=mount).token
    assert bed.read_greeting(token) == GREETING


def test_command_of_the_registry_logs_in_and_explains_a_wrong_server_id(
    bed: TestBed, published: Registry, user: Identity, mount: str, empty: Path
) -> None:
    wkg(published, empty, "get", "vault-aws:command")
    run = [WASMTIME, "run", *(f"--env={name}" for name in user.environment())]
    run.append(f"vault-aws_command@{project.VERSION}.wasm")

    def sign(server_id: str) -> str:
        environment = user.environment()
        options = ("--role", "oci", "--server-id", server_id)
        return output(*run, "sign", *options, cwd=empty, env=environment)

    assert bed.read_greeting(bed.login(sign(SERVER_ID), mount=mount).token) == GREETING
    refused = bed.login(sign("other.example.com"), mount=mount)
    (empty / "answer").write_text(json.dumps({"errors": [refused.error]}))
    with (empty / "answer").open() as answer:
        explained = subprocess.run(
            [*run, "diagnose"], stdin=answer, cwd=empty, capture_output=True, text=True, timeout=120
        )
    assert "the server ID is not the one that the server wants" in explained.stdout


def test_contract_of_the_registry_is_the_repositorys(published: Registry, empty: Path) -> None:
    wkg(published, empty, "get", f"vault-aws:login@{project.VERSION}", "--format", "wasm")
    package = f"vault-aws_login@{project.VERSION}.wasm"
    found = output(str(WASM_TOOLS), "component", "wit", package, cwd=empty)
    assert found == output(str(WASM_TOOLS), "component", "wit", str(ROOT / "wit"), cwd=empty)


def test_world_that_names_the_contract_gets_it_from_the_registry(
    published: Registry, empty: Path
) -> None:
    (empty / "wit").mkdir()
    (empty / "wit" / "world.wit").write_text(
        "package example:host;\n"
        f"world host {{ import vault-aws:login/signer@{project.VERSION}; }}\n"
    )
    wkg(published, empty, "fetch")
    embed = ("component", "embed", "--dummy", "--world", "host", "wit", "--output", "host.wasm")
    output(str(WASM_TOOLS), *embed, cwd=empty)
    output(str(WASM_TOOLS), "component", "new", "host.wasm", "--output", "built.wasm", cwd=empty)
    world = output(str(WASM_TOOLS), "component", "wit", "built.wasm", cwd=empty)
    assert f"import vault-aws:login/signer@{project.VERSION};" in world


def test_commands_of_the_readme_work_in_their_order(published: Registry, empty: Path) -> None:
    readme = (MADE / "README.md").read_text().replace(project.registry(), published.place)
    commands = [shlex.split(line[2:]) for line in readme.splitlines() if line.startswith("$ ")]
    assert {name for name, *_ in commands} == {"wkg", "wasmtime", "oras"}
    for name, *arguments in commands:
        match name:
            case "wkg":
                wkg(published, empty, *arguments)
            case "wasmtime":
                assert output(WASMTIME, *arguments, cwd=empty)
            case "oras":
                assert tool("oras", *arguments, PLAIN, cwd=empty)


@pytest.mark.parametrize("name", FILES)
def test_digest_names_the_very_bytes_that_were_built(
    published: Registry, artefacts: Any, empty: Path, name: str
) -> None:
    artefact = artefacts[name]
    by_digest = f"{published.place}/{artefact['repository']}@{artefact['digest']}"
    tool("oras", "pull", PLAIN, by_digest, cwd=empty)
    pulled = (empty / FILES[name]).read_bytes()
    assert pulled == (ROOT / "dist" / FILES[name]).read_bytes()
    (layer,) = manifest(published, artefact)["layers"]
    assert layer["digest"] == f"sha256:{hashlib.sha256(pulled).hexdigest()}"


def test_tampered_file_is_refused_by_its_digest(
    tmp_path: Path, artefacts: Any, empty: Path
) -> None:
    with registry(tmp_path) as tampering:
        assert publish(tampering.place).returncode == 0
        artefact = artefacts["component"]
        (layer,) = manifest(tampering, artefact)["layers"]
        stored = tampering.blob(layer["digest"])
        content = bytearray(stored.read_bytes())
        content[1000] ^= 1
        stored.write_bytes(content)
        for refused in (
            lambda: wkg(tampering, empty, "get", f"vault-aws:component@{project.VERSION}"),
            lambda: tool("oras", "pull", PLAIN, reference(tampering, artefact), cwd=empty),
        ):
            with pytest.raises(AssertionError, match="(?i)digest|mismatch"):
                refused()
        assert not list(empty.glob("*.wasm"))


# The filter


def plugin(registry: Registry, artefact: dict[str, str]) -> bytes:
    """The plugin of an image, read as Istio and Envoy Gateway read it.

    istio/istio at 01348d9, pkg/wasm/imagefetcher.go; envoyproxy/gateway at v1.9.1,
    internal/wasm/imagefetcher.go. Both use the library that crane is made of.
    """
    image = reference(registry, artefact)
    found = json.loads(tool("crane", "manifest", "--insecure", image))
    assert found["mediaType"] != "application/vnd.docker.distribution.manifest.v2+json"
    last = found["layers"][-1]
    assert last["mediaType"] == "application/vnd.oci.image.layer.v1.tar+gzip"
    blob = f"{image.rpartition(':')[0]}@{last['digest']}"
    command = [str(TOOLS / "crane"), "blob", "--insecure", blob]
    layer = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(layer))) as tar:
        for entry in tar:
            if Path(entry.name).name == "plugin.wasm":
                content = tar.extractfile(entry)
                assert content
                return content.read()
    raise AssertionError("plugin.wasm not found in the archive")


@pytest.mark.parametrize("name", ["envoy", "agent"])
def test_image_is_whole(published: Registry, artefacts: Any, name: str) -> None:
    image = reference(published, artefacts[name])
    assert "PASS" in tool("crane", "validate", "--insecure", "--remote", image)
    assert tool("crane", "digest", "--insecure", image).strip() == artefacts[name]["digest"]


def test_image_of_the_filter_holds_the_file_that_was_built(
    published: Registry, artefacts: Any
) -> None:
    built = (ROOT / "dist" / "vault-aws-login-envoy.wasm").read_bytes()
    assert plugin(published, artefacts["envoy"]) == built


def test_filter_of_the_registry_logs_in_and_explains_a_wrong_server_id(
    bed: TestBed, published: Registry, artefacts: Any, user: Identity, mount: str, empty: Path
) -> None:
    (empty / "plugin.wasm").write_bytes(plugin(published, artefacts["envoy"]))
    own = {"vault_cluster": "vault", "role": "oci", "mount": mount, "upstream_clusters": ["vault"]}
    envoy = Envoy(empty / "envoy", environment=user.environment())
    envoy.cluster("vault", bed.vault.address)
    right, wrong = (
        envoy.listener(
            name,
            own | {"server_id": server_id},
            to="vault",
            vm_id=name,
            wasm=str(empty / "plugin.wasm"),
            host_variables=KEYS,
        )
        for name, server_id in (("right", SERVER_ID), ("wrong", "other.example.com"))
    )
    with envoy:
        assert right.reads_the_greeting()
        assert wrong.status() == 503
        expected = "login-refused: the server ID is not the one that the server wants"
        envoy.wait_until(lambda: envoy.lines(expected), what="it explained the refusal")
        assert not envoy.crashes()


# The manifests


def manifests() -> list[Path]:
    return sorted((MADE / "manifests").glob("*.yaml"))


def test_each_manifest_is_filled() -> None:
    names = {path.name for folder in ("envoy", "wasmtime") for path in deployed(folder)}
    assert {path.name for path in manifests()} == names
    for path in manifests():
        text = path.read_text()
        assert "VERSION" not in text and "0" * 64 not in text
        assert ("registry.example.com/acme" in text) <= (not project.is_known())


def deployed(host: str) -> list[Path]:
    return sorted((ROOT / "host-examples" / host / "deploy").glob("*.yaml"))


def test_manifests_name_the_images_by_their_digests(artefacts: Any) -> None:
    def image(name: str) -> str:
        artefact = artefacts[name]
        return f"{project.registry()}/{artefact['repository']}:{artefact['version']}"

    sha256 = artefacts["envoy"]["digest"].removeprefix("sha256:")
    (plugin, *_) = documents(MADE / "manifests" / "istio-wasmplugin.yaml")
    assert plugin["spec"]["url"] == f"oci://{image('envoy')}"
    assert plugin["spec"]["sha256"] == sha256
    (policy, *_) = documents(MADE / "manifests" / "envoy-gateway.yaml")
    code = policy["spec"]["wasm"][0]["code"]
    assert code == {"type": "Image", "image": {"url": image("envoy"), "sha256": sha256}}
    (deployment,) = documents(MADE / "manifests" / "sidecar.yaml")
    (agent,) = deployment["spec"]["template"]["spec"]["initContainers"]
    assert agent["image"] == f"{image('agent')}@{artefacts['agent']['digest']}"


@pytest.mark.parametrize("file", [path.name for path in deployed("envoy")])
def test_filled_manifest_is_right_for_its_crds(file: str) -> None:
    found = documents(MADE / "manifests" / file)
    assert found
    for document in found:
        assert faults(document) == [], document["kind"]


def kubernetes_faults(file: Path) -> str:
    """What the API server's schema of each kind says, where every unknown field is one too."""
    program = ROOT / ".make" / "packages-venv" / "bin" / "kubernetes-validate"
    command = [program, "--strict", "--quiet", "--no-warn", file]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120)
    return ended.stdout + ended.stderr if ended.returncode else ""


def test_sidecar_is_right_for_kubernetes(tmp_path: Path) -> None:
    (filled,) = (path for path in manifests() if path.name == "sidecar.yaml")
    assert kubernetes_faults(filled) == ""
    wrong = tmp_path / "sidecar.yaml"
    wrong.write_text(filled.read_text().replace("readOnlyRootFilesystem", "readonlyRootFilesystem"))
    assert "readonlyRootFilesystem" in kubernetes_faults(wrong)


# The agent


@dataclass(frozen=True)
class Sidecar:
    """The agent's image as the manifest runs it, with the memory-backed volume of the pod."""

    image: Image
    container: Mapping[str, Any]
    volume: Path

    def command(
        self, bed: TestBed, user: Identity, arguments: Sequence[str], *program: str, **changed: str
    ) -> list[str]:
        variables = {one["name"]: one["value"] for one in self.container["env"]}
        assert set(variables) == {"VAULT_ADDR", "VAULT_AUTH_ROLE", "VAULT_IAM_SERVER_ID"}
        variables |= bed.environment(user) | {"VAULT_AUTH_ROLE": "oci"} | changed
        (mounted,) = self.container["volumeMounts"]
        return self.image.command(
            arguments,
            variables,
            volume=self.volume,
            mounted_at=mounted["mountPath"],
            entrypoint=program or None,
        )

    def probe(self, bed: TestBed, user: Identity, name: str) -> int:
        """The status of a probe's command."""
        program, *arguments = self.container[name]["exec"]["command"]
        command = self.command(bed, user, arguments, program)
        return subprocess.run(command, capture_output=True, timeout=60).returncode


@pytest.fixture
def sidecar(published: Registry, artefacts: Any, tmp_path: Path) -> Iterator[Sidecar]:
    (deployment,) = documents(MADE / "manifests" / "sidecar.yaml")
    (container,) = deployment["spec"]["template"]["spec"]["initContainers"]
    by_digest = container["image"].partition("@")[2]
    image = f"{published.place}/{artefacts['agent']['repository']}@{by_digest}"
    # As the kubelet makes an emptyDir with `medium: Memory`: root's, and writable by everyone.
    volume = Path(tempfile.mkdtemp(dir="/dev/shm"))
    as_root("chown", "0:0", volume)
    as_root("chmod", "0777", volume)
    yield Sidecar(Image.pulled(image, tmp_path), container, volume)
    as_root("rm", "-r", volume)


def test_image_of_the_agent_holds_the_program_and_nothing_to_break_in_with(
    sidecar: Sidecar,
) -> None:
    documents = "usr/share/doc/vault-aws-login/"
    names = {name for name in sidecar.image.files if not name.startswith(documents)}
    assert names == {"usr/bin/vault-aws-login", "etc/ssl/certs/ca-certificates.crt"}
    assert sidecar.image.config["User"] == "65532:65532"
    assert all(mode in (0o644, 0o755) for mode in sidecar.image.files.values())
    kept = {name.removeprefix(documents) for name in sidecar.image.files} - names
    assert {"LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY-NOTICES.txt", "sbom.cdx.json"} <= kept


def test_sidecar_keeps_a_token_in_memory_where_its_user_alone_reads_it(
    bed: TestBed, sidecar: Sidecar, user: Identity, mount: str, tmp_path: Path
) -> None:
    options = {"VAULT_AUTH_PROVIDER": mount, "VAULT_IAM_SERVER_ID": SERVER_ID}
    command = sidecar.command(bed, user, sidecar.container["args"], **options)
    assert sidecar.probe(bed, user, "startupProbe") == 1
    agent = Child(command, log=tmp_path / "agent.log", env=dict(os.environ))
    try:
        agent.wait_until(
            lambda: sidecar.probe(bed, user, "startupProbe") == 0, what="the token was there"
        )
        token = sidecar.volume / "agent" / "token"
        assert bed.read_greeting(as_root("cat", token)) == GREETING
        found = as_root("stat", "--format=%u %a", token.parent, token)
        assert found.splitlines() == ["65532 700", "65532 600"]
        assert sidecar.probe(bed, user, "readinessProbe") == 0
        assert all(json.loads(line) for line in agent.log.read_text().splitlines())
    finally:
        agent.stop()
    assert sidecar.probe(bed, user, "readinessProbe") == 1


def test_agent_of_the_image_explains_a_wrong_server_id(
    bed: TestBed, sidecar: Sidecar, user: Identity, mount: str
) -> None:
    options = {"VAULT_AUTH_PROVIDER": mount, "VAULT_IAM_SERVER_ID": "other.example.com"}
    command = sidecar.command(bed, user, ["login"], **options)
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout) == (3, "")
    assert "the server ID is not the one that the server wants" in ended.stderr
