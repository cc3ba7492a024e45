//! What the `wasi:cli` command is from outside; what it may touch is in `imports.rs`.

use vault_aws_login_wasm_tests::{command, engine, machine_paths};
use wasmtime::component::Component;

#[test]
fn command_exports_run_alone() {
    let engine = engine();
    let component = Component::new(&engine, command()).unwrap();
    let ty = component.component_type();
    let exports: Vec<_> = ty
        .exports(&engine)
        .map(|(name, _)| name.split('@').next().unwrap_or(name))
        .collect();
    assert_eq!(exports, ["wasi:cli/run"]);
}

#[test]
fn command_names_no_path_of_the_machine_that_built_it() {
    assert_eq!(machine_paths(&command()), Vec::<String>::new());
}
