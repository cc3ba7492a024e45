//! The size of the stack of each `.wasm`.
//!
//! The linker's default of a megabyte would be most of an instance's memory; 34 KiB is the most
//! that is used, as `tests/wasm/tests/secrets_in_memory.rs` checks.

#![expect(
    clippy::disallowed_macros,
    reason = "a build script speaks to cargo by its standard output"
)]

fn main() {
    println!("cargo::rerun-if-changed=../build.rs");
    if std::env::var_os("CARGO_CFG_TARGET_FAMILY").is_some_and(|family| family == "wasm") {
        println!("cargo::rustc-link-arg-cdylib=-zstack-size=262144");
    }
}
