"""The manifests for Kubernetes: right for their CRDs, and in Envoy as Istio and Envoy Gateway pass them on."""

from __future__ import annotations

import functools
import json
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from bed import CredentialSource, InstanceMetadata, TestBed
from command import ROOT
from envoy_process import FILTER, TYPE, Envoy

DEPLOY = ROOT / "host-examples" / "envoy" / "deploy"
FIXTURES = Path(__file__).with_name("kubernetes")

#: Modules with the CRDs, and the hash that a `go.sum` would have.
ISTIO = ("istio.io/api@v1.32.0", "h1:37mJvg9I0biYZAEQF+MATs4FNeCpXEIVO3LFpVb6iNM=")
GATEWAY = ("github.com/envoyproxy/gateway@v1.9.1", "h1:vAVp6/AlBXJ1aOhp1mxL7fNEzVEfjADUguUhm2wzxQY=")


#: What Istio appends to a WasmPlugin's name when it makes a TrafficExtension of it.
TRANSLATED = "~istio-translated-wasmplugin"


@functools.cache
def module(name: str, digest: str) -> Path:
    """Has Go put a module into its cache, where it stays."""
    done = subprocess.run(["go", "mod", "download", "-json", name], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout)
    assert said["Sum"] == digest
    return Path(said["Dir"])


@functools.cache
def schemas() -> dict[tuple[str, str], dict[str, Any]]:
    """The schema of each kind with its version, as a cluster's API server has it."""
    files = [module(*ISTIO) / "kubernetes" / "customresourcedefinitions.gen.yaml"]
    files += (module(*GATEWAY) / "charts/gateway-helm/charts/crds/crds/generated").glob("*.yaml")
    found = {}
    for file in files:
        for crd in filter(None, yaml.load_all(file.read_text(), yaml.CSafeLoader)):
            spec = crd["spec"]
            for version in spec["versions"]:
                key = f"{spec['group']}/{version['name']}", spec["names"]["kind"]
                found[key] = version["schema"]["openAPIV3Schema"]
    return found


def documents(file: Path) -> list[dict[str, Any]]:
    return [document for document in yaml.safe_load_all(file.read_text()) if document]


def unknown_fields(value: Any, schema: dict[str, Any], path: str = "") -> Iterator[str]:
    """The fields that an API server would drop, which `kubectl` refuses."""
    if schema.get("x-kubernetes-preserve-unknown-fields"):
        return
    if isinstance(value, list):
        for item in value:
            yield from unknown_fields(item, schema.get("items", {}), f"{path}[]")
    elif isinstance(value, dict):
        known = schema.get("properties", {})
        for name, item in value.items():
            inner = known.get(name, schema.get("additionalProperties"))
            # These have the API server's own schema.
            if not path and name in ("apiVersion", "kind", "metadata"):
                continue
            if inner is None:
                yield f"{path}.{name}"
            elif isinstance(inner, dict):
                yield from unknown_fields(item, inner, f"{path}.{name}")


def faults(document: dict[str, Any]) -> list[str]:
    schema = schemas()[document["apiVersion"], document["kind"]]
    wrong = [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(document)]
    return wrong + list(unknown_fields(document, schema))


@pytest.mark.parametrize("file", sorted(DEPLOY.glob("*.yaml")), ids=lambda file: file.stem)
def test_manifest_is_right_for_its_crds(file: Path) -> None:
    found = documents(file)
    assert found
    assert {document["kind"]: faults(document) for document in found} == {document["kind"]: [] for document in found}


def test_wrong_manifests_are_noticed() -> None:
    (plugin, *_) = documents(DEPLOY / "istio-wasmplugin.yaml")
    plugin["spec"]["vmConfig"]["vmId"] = "own"
    assert faults(plugin) == [".spec.vmConfig.vmId"]
    (policy, *_) = documents(DEPLOY / "envoy-gateway.yaml")
    policy["spec"]["wasm"][0]["failOpen"] = "no"
    assert faults(policy) == ["'no' is not of type 'boolean'"]


def fixture(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FIXTURES / f"{name}.yaml").read_text())
    return found


def test_istios_fixture_is_of_the_manifest() -> None:
    (plugin, entry) = documents(DEPLOY / "istio-wasmplugin.yaml")
    fixed = fixture("istio-wasmplugin")
    passed = fixed["extension_config"]["typed_config"]["config"]
    spec, metadata = plugin["spec"], plugin["metadata"]
    assert passed["name"] == f"{metadata['namespace']}.{metadata['name']}{TRANSLATED}"
    assert fixed["http_filter"]["name"] == fixed["extension_config"]["name"]
    assert fixed["extension_config"]["name"].endswith(f"/{passed['name']}")
    # Istio's marshaller sorts the keys.
    assert passed["configuration"]["value"] == json.dumps(spec["pluginConfig"], sort_keys=True, separators=(",", ":"))
    assert passed["failure_policy"] == spec["failStrategy"]
    variables = spec["vmConfig"]["env"]
    assert passed["vm_config"]["environment_variables"] == {
        "host_env_keys": [variable["name"] for variable in variables if variable.get("valueFrom") == "HOST"],
        "key_values": {variable["name"]: variable["value"] for variable in variables if "value" in variable},
    }
    assert "vm_id" not in passed["vm_config"] and "root_id" not in passed and "pluginName" not in spec
    (port,), (host,) = entry["spec"]["ports"], entry["spec"]["hosts"]
    assert spec["pluginConfig"]["credentials"]["cluster"] == f"outbound|{port['number']}||{host}"


def test_envoy_gateways_fixture_is_of_the_manifest() -> None:
    (policy, *_) = documents(DEPLOY / "envoy-gateway.yaml")
    fixed = fixture("envoy-gateway")
    passed = fixed["http_filter"]["typed_config"]["config"]
    (wasm,) = policy["spec"]["wasm"]
    name = f"envoyextensionpolicy/{policy['metadata']['namespace']}/{policy['metadata']['name']}/wasm/0"
    assert passed["vm_config"]["vm_id"] == name
    assert fixed["http_filter"]["name"] == f"envoy.filters.http.wasm/{name}"
    assert list(fixed["route"]["typed_per_filter_config"]) == [fixed["http_filter"]["name"]]
    assert (passed["name"], passed["root_id"]) == (wasm["name"], wasm["rootID"])
    # The API server's marshaller sorts the keys, too.
    assert passed["configuration"]["value"] == json.dumps(wasm["config"], sort_keys=True, separators=(",", ":"))
    assert passed["vm_config"]["environment_variables"]["host_env_keys"] == wasm["env"]["hostKeys"]
    # Envoy Gateway fetches the image by itself, and serves what is in it under the file's own hash.
    assert wasm["code"]["type"] == "Image" and "remote" in passed["vm_config"]["code"]


@pytest.mark.parametrize("suffix", [TRANSLATED, ""], ids=["as-traffic-extension", "as-older-istio"])
def test_istios_configuration_of_the_wasm_plugin_puts_the_token_on_requests(
    bed: TestBed, tmp_path: Path, suffix: str
) -> None:
    role = bed.aws.role()
    fixed = fixture("istio-wasmplugin")
    passed = fixed["extension_config"]["typed_config"]["config"]
    passed["name"] = passed["name"].removesuffix(TRANSLATED) + suffix
    own = json.loads(passed["configuration"]["value"])
    mount = bed.mount_aws(bed.aws.fresh_name("istio"), iam_server_id_header_value=own["server_id"])
    bed.vault_role(own["role"], role.arn, mount=mount)
    # The one setting that the test bed needs and a cluster does not: its mounts are apart.
    passed["configuration"]["value"] = json.dumps(own | {"mount": mount})
    passed["vm_config"]["code"]["local"]["filename"] = str(ROOT / FILTER)
    discovered = tmp_path / "ecds.json"
    discovered.write_text(json.dumps({"version_info": "1", "resources": [fixed["extension_config"]]}))
    source = {"path_config_source": {"path": str(discovered)}, "resource_api_version": "V3"}
    fixed["http_filter"]["config_discovery"]["config_source"] = source
    shared = secrets.token_hex(32)
    session = CredentialSource(lambda: bed.aws.session(role))
    with InstanceMetadata(session, role_name="gateway", instance_id="i-0123456789abcdef0") as imds:
        envoy = Envoy(tmp_path / "envoy", workers=2, environment={"VAULT_AWS_LOGIN_SHARED_SECRET": shared})
        envoy.cluster(own["vault_cluster"], bed.vault.address)
        envoy.cluster(own["credentials"]["cluster"], imds.url)
        listener = envoy.listener("istio", None, to=own["vault_cluster"], http_filter=fixed["http_filter"])
        with envoy:
            for _ in range(8):
                assert listener.reads_the_greeting()
            assert listener.status("auth/token/lookup-self") == 403
            assert envoy.stats("istio-ingress_vault-aws-login")["logins"] == 1
            assert shared not in envoy.admin("config_dump?include_eds") + envoy.log
            assert not envoy.crashes()


def test_envoy_gateways_configuration_of_the_policy_puts_the_token_on_requests(bed: TestBed, tmp_path: Path) -> None:
    user = bed.aws.user()
    fixed = fixture("envoy-gateway")
    passed = fixed["http_filter"]["typed_config"]["config"]
    own = json.loads(passed["configuration"]["value"])
    mount = bed.mount_aws("envoy-gateway", iam_server_id_header_value=own["server_id"])
    bed.vault_role(own["role"], user.arn, mount=mount)
    passed["configuration"]["value"] = json.dumps(own | {"mount": mount})
    passed["vm_config"]["code"] = {"local": {"filename": str(ROOT / FILTER)}}
    assert fixed["http_filter"]["typed_config"]["@type"] == f"{TYPE}.extensions.filters.http.wasm.v3.Wasm"
    envoy = Envoy(tmp_path, workers=2, environment=user.environment())
    envoy.cluster(own["vault_cluster"], bed.vault.address)
    listener = envoy.listener(
        "gateway", None, to=own["vault_cluster"], http_filter=fixed["http_filter"], route=fixed["route"]
    )
    with envoy:
        for _ in range(8):
            assert listener.reads_the_greeting()
        assert listener.status("auth/token/lookup-self") == 403
        assert envoy.stats("vault-aws-login")["logins"] == 1
        assert not envoy.crashes()
