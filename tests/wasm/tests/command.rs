//! What the `wasi:cli` command may touch.

use std::collections::BTreeSet;

use vault_aws_login_wasm_tests::{command, engine, machine_paths};
use wasmtime::component::Component;

#[test]
fn command_imports_environment_stdio_exit_and_the_wall_clock_alone() {
    let engine = engine();
    let component = Component::new(&engine, command()).unwrap();
    let ty = component.component_type();
    let imports: BTreeSet<&str> = ty
        .imports(&engine)
        .map(|(name, _)| name.split('@').next().unwrap_or(name))
        .collect();
    // No files, no sockets, no randomness.
    let allowed = BTreeSet::from([
        "wasi:cli/environment",
        "wasi:cli/exit",
        "wasi:cli/stderr",
        "wasi:cli/stdin",
        "wasi:cli/stdout",
        "wasi:clocks/wall-clock",
        "wasi:io/error",
        "wasi:io/streams",
    ]);
    assert_eq!(imports, allowed);
}

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
