//! `callbacks.json` lists the callbacks that the filter has, and no others.
//!
//! `wasm-metadce` removes every export that the file does not list. So Envoy would never call a
//! callback that is missing there, and would call one that does nothing on each request.

#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics fails"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

/// What the SDK itself needs: memory, the start, and the contexts that it makes and drops.
const NEEDED_BY_SDK: [&str; 6] = [
    "_initialize",
    "memory",
    "proxy_abi_version_0_2_1",
    "proxy_on_context_create",
    "proxy_on_delete",
    "proxy_on_memory_allocate",
];

/// Returns the exports through which Envoy calls the callbacks that `source` overrides. It is
/// formatted by `cargo fmt`, so the impl of a trait ends with the first `}` of a line.
fn overridden(source: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut in_callbacks = false;
    for line in source.lines() {
        if let Some(implemented) = line.strip_prefix("impl ") {
            let traits = ["Context for ", "RootContext for ", "HttpContext for "];
            in_callbacks = traits.iter().any(|name| implemented.starts_with(name));
        } else if line == "}" {
            in_callbacks = false;
        }
        let method = line.strip_prefix("    fn on_").filter(|_| in_callbacks);
        if let Some((name, _)) = method.and_then(|method| method.split_once('(')) {
            found.insert(export(name));
        }
    }
    found
}

/// Returns the export of `on_{name}`. The SDK's `on_http_request_headers` is `on_request_headers`
/// in proxy-wasm's ABI, but `on_http_call_response` keeps its name.
fn export(name: &str) -> String {
    let stream = name.strip_prefix("http_");
    let stream =
        stream.filter(|part| part.starts_with("request_") || part.starts_with("response_"));
    format!("proxy_on_{}", stream.unwrap_or(name))
}

fn sources() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    files
        .map(|file| fs::read_to_string(file).unwrap())
        .collect()
}

fn names(values: &[Value]) -> BTreeSet<String> {
    let name = |value: &Value| value.as_str().unwrap().to_owned();
    values.iter().map(name).collect()
}

#[test]
fn listed_callbacks_are_those_that_the_filter_overrides() {
    let graph: Vec<Value> = serde_json::from_str(include_str!("../callbacks.json")).unwrap();
    let (envoy, exports) = graph.split_first().unwrap();
    let reached = names(envoy["reaches"].as_array().unwrap());
    for key in ["name", "export"] {
        let listed: Vec<Value> = exports.iter().map(|entry| entry[key].clone()).collect();
        assert_eq!(
            names(&listed),
            reached,
            "`{key}` of each entry, and `reaches`"
        );
    }
    let mut wanted: BTreeSet<String> = NEEDED_BY_SDK.map(str::to_owned).into();
    sources()
        .iter()
        .for_each(|source| wanted.extend(overridden(source)));
    assert_eq!(reached, wanted, "callbacks.json, and the callbacks of src/");
}

#[test]
fn overridden_callbacks_are_read_from_the_impls_of_the_sdks_traits() {
    let source = "\
impl HttpContext for Filter {
    fn on_http_request_headers(&mut self, _: usize, _: bool) -> Action {}
    fn get_type(&self) -> Option<ContextType> {}
}

impl Context for Filter {
    fn on_http_call_response(
        &mut self,
    ) {}
}

impl Filter {
    fn on_its_own(&self) {}
}
";
    let expected = ["proxy_on_http_call_response", "proxy_on_request_headers"];
    assert_eq!(overridden(source), expected.map(str::to_owned).into());
}
