//! The manifests and the example hold configurations that the filter takes.

use serde_json::Value;

use crate::config::FilterConfig;
use crate::credentials::Environment;
use crate::shared_secret::PLUGIN;

/// AWS's published example key.
fn environment() -> Environment {
    Environment::from_pairs(&[
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        (
            "AWS_SECRET_ACCESS_KEY",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        ),
    ])
}

/// Reads the first YAML document of a file.
fn document(yaml: &str) -> Value {
    let first = yaml.split("\n---\n").next().unwrap();
    serde_norway::from_str(first).unwrap()
}

fn assert_taken(json: &str) {
    let config = FilterConfig::read(json.as_bytes()).unwrap();
    assert!(config.allowed_path_prefixes.is_some());
    config.session(&environment()).unwrap();
}

fn wasm_filters(value: &Value, found: &mut Vec<Value>) {
    let wasm = "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm";
    if value.get("@type").is_some_and(|kind| kind == wasm) {
        found.push(value.clone());
    }
    let children: Box<dyn Iterator<Item = &Value>> = match value {
        Value::Array(items) => Box::new(items.iter()),
        Value::Object(map) => Box::new(map.values()),
        _ => Box::new(std::iter::empty()),
    };
    children.for_each(|child| wasm_filters(child, found));
}

#[test]
fn filters_of_envoy_and_istio_are_taken_and_have_a_vm_id() {
    for yaml in [
        include_str!("../envoy.yaml"),
        include_str!("../deploy/istio.yaml"),
    ] {
        let mut filters = Vec::new();
        wasm_filters(&document(yaml), &mut filters);
        assert_eq!(filters.len(), 1);
        let config = &filters[0]["config"];
        assert_taken(config["configuration"]["value"].as_str().unwrap());
        assert_ne!(config["vm_config"]["vm_id"].as_str().unwrap(), "");
        assert_eq!(config["failure_policy"], "FAIL_RELOAD");
        for setting in [
            "normalize_path: true",
            "merge_slashes: true",
            "path_with_escaped_slashes_action: REJECT_REQUEST",
        ] {
            assert!(yaml.contains(setting), "{setting}");
        }
    }
}

#[test]
fn wasm_plugin_of_istio_is_taken_and_names_its_secret_and_itself() {
    let yaml = include_str!("../deploy/istio-wasmplugin.yaml");
    let plugin = document(yaml);
    assert_eq!(plugin["kind"], "WasmPlugin");
    let spec = &plugin["spec"];
    assert_eq!(spec["failStrategy"], "FAIL_RELOAD");
    assert_taken(&spec["pluginConfig"].to_string());
    let variables = spec["vmConfig"]["env"].as_array().unwrap();
    let named = |name: &str| variables.iter().find(|variable| variable["name"] == name);
    let secret = spec["pluginConfig"]["shared_secret_variable"].as_str();
    assert_eq!(named(secret.unwrap()).unwrap()["valueFrom"], "HOST");
    let metadata = &plugin["metadata"];
    let own = [&metadata["namespace"], &metadata["name"]].map(|part| part.as_str().unwrap());
    assert_eq!(named(PLUGIN).unwrap()["value"], own.join("."));
}

#[test]
fn extension_of_envoy_gateway_is_taken_and_fails_closed() {
    let policy = document(include_str!("../deploy/envoy-gateway.yaml"));
    assert_eq!(policy["kind"], "EnvoyExtensionPolicy");
    let wasm = &policy["spec"]["wasm"][0];
    assert_eq!(wasm["failOpen"], false);
    assert_taken(&wasm["config"].to_string());
}
