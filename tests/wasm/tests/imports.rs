//! What each built file may touch is what the README lists, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use vault_aws_login_wasm_tests::{engine, repository};
use wasmtime::component::Component;
use wasmtime::{Engine, Module};

/// The places of built files.
const FOLDERS: [&str; 2] = ["dist", "host-examples/node/dist/component"];

type Imports = BTreeSet<String>;

#[test]
fn files_import_what_the_readme_lists() {
    let engine = engine();
    let promised = promised();
    for (path, promised) in &promised {
        let bytes = std::fs::read(repository().join(path))
            .unwrap_or_else(|error| panic!("{path}: {error}; `make test` builds it first"));
        assert_eq!(&imports(&engine, &bytes), promised, "{path}");
    }
}

#[test]
fn readme_lists_each_file_that_is_built() {
    let built: BTreeSet<String> = FOLDERS.into_iter().flat_map(wasm_files).collect();
    let listed: BTreeSet<String> = promised().into_keys().collect();
    assert_eq!(built, listed);
}

#[test]
fn component_and_core_module_are_promised_to_import_nothing() {
    let promised = promised();
    for path in [
        "dist/vault-aws-login.wasm",
        "dist/vault-aws-login.core.wasm",
    ] {
        assert_eq!(promised[path], Imports::new(), "{path}");
    }
}

/// The rows of the README's table, such as ``| `dist/a.wasm` | `env`: `f`, `g`; `wasi:io/error` |``.
fn promised() -> BTreeMap<String, Imports> {
    let readme = std::fs::read_to_string(repository().join("README.md")).unwrap();
    let (_, security) = readme.split_once("\n## Security\n").unwrap();
    let (security, _) = security.split_once("\n## ").unwrap();
    let rows = security.lines().filter_map(|line| {
        let (path, imports) = line.strip_prefix("| `")?.split_once("` | ")?;
        Some((path.to_owned(), row(imports.strip_suffix(" |")?)))
    });
    let rows: BTreeMap<_, _> = rows.collect();
    assert!(!rows.is_empty(), "the README has no list of imports");
    rows
}

/// Imports of modules have two names, the first of which is written once.
fn row(cell: &str) -> Imports {
    let mut imports = Imports::new();
    for group in cell.split("; ").filter(|cell| *cell != "none") {
        let (module, names) = match group.split_once("`: ") {
            Some((module, names)) => (Some(module.trim_start_matches('`')), names),
            None => (None, group),
        };
        for name in names.split(", ") {
            let name = name
                .strip_prefix('`')
                .and_then(|name| name.strip_suffix('`'));
            let name = name.unwrap_or_else(|| panic!("expected `imports`, found {cell}"));
            imports.insert(match module {
                Some(module) => format!("{module}: {name}"),
                None => name.to_owned(),
            });
        }
    }
    imports
}

/// The imports of a component, without versions, or of a module.
fn imports(engine: &Engine, bytes: &[u8]) -> Imports {
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
        .filter(|name| name.ends_with(".wasm"))
        .map(|name| format!("{folder}/{name}"))
        .collect()
}
