//! Each built file imports what `tests/artefacts.json` lists, and nothing else.

use std::collections::BTreeSet;

use vault_aws_login_wasm_tests::{artefacts, engine, repository};
use wasmtime::component::Component;
use wasmtime::{Engine, Module};

/// The places of built files.
const FOLDERS: [&str; 6] = [
    "dist",
    "crates/wasm",
    "host-examples/go",
    "host-examples/node/dist/component",
    "host-examples/node/dist/signer",
    "host-examples/python/src/vault_aws_iam_login",
];

/// The contract as a file, which only a release needs, and which has no code.
const CONTRACT: &str = "vault-aws-login-wit.wasm";

#[test]
fn files_import_what_is_listed() {
    let engine = engine();
    for artefact in artefacts() {
        let found = imports(&engine, &artefact.bytes());
        assert_eq!(found, artefact.imports, "{}", artefact.path);
    }
}

#[test]
fn each_file_that_is_built_is_listed() {
    let built: BTreeSet<String> = FOLDERS.into_iter().flat_map(wasm_files).collect();
    let listed: BTreeSet<String> = artefacts().into_iter().map(|one| one.path).collect();
    assert_eq!(built, listed);
}

#[test]
fn components_and_core_module_are_listed_without_imports() {
    let listed = artefacts();
    for path in [
        "dist/vault-aws-login.wasm",
        "dist/vault-aws-login-signer.wasm",
        "dist/vault-aws-login.core.wasm",
    ] {
        let artefact = listed.iter().find(|artefact| artefact.path == path);
        assert!(artefact.unwrap().imports.is_empty(), "{path}");
    }
}

/// The imports of a component, without versions, or of a module.
fn imports(engine: &Engine, bytes: &[u8]) -> BTreeSet<String> {
    if let Ok(module) = Module::new(engine, bytes) {
        let imports = module.imports();
        return imports
            .map(|import| format!("{}: {}", import.module(), import.name()))
            .collect();
    }
    let component = Component::new(engine, bytes).unwrap();
    let imports = component.component_type();
    imports
        .imports(engine)
        .map(|(name, _)| name.split('@').next().unwrap_or(name).to_owned())
        .collect()
}

fn wasm_files(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(repository().join(folder))
        .unwrap_or_else(|error| panic!("{folder}: {error}; `make test` builds it first"));
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".wasm") && name != CONTRACT)
        .map(|name| format!("{folder}/{name}"))
        .collect()
}
