//! What the tests of the built `.wasm` files share.

use std::path::{Path, PathBuf};

use wasmtime::{Cache, Config, Engine};

mod artefacts;
pub mod planted;
mod signing;

pub use artefacts::{Artefact, artefacts};
pub use signing::{Input, Instance, Refusal, Sts};

/// `dist/vault-aws-login.wasm`.
pub fn component() -> Vec<u8> {
    read("dist/vault-aws-login.wasm", "make component")
}

/// `dist/vault-aws-login-signer.wasm`.
pub fn signer() -> Vec<u8> {
    read("dist/vault-aws-login-signer.wasm", "make signer")
}

/// `dist/vault-aws-login-cli.wasm`.
pub fn command() -> Vec<u8> {
    read("dist/vault-aws-login-cli.wasm", "make command")
}

/// `dist/vault-aws-login.core.wasm`.
pub fn shipped_core_module() -> Vec<u8> {
    read("dist/vault-aws-login.core.wasm", "make core")
}

/// The core module inside the component, which exports its memory.
pub fn core_module() -> Vec<u8> {
    read("target/optimised/component.wasm", "make component")
}

/// The top folder of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str, made_by: &str) -> Vec<u8> {
    std::fs::read(repository().join(path))
        .unwrap_or_else(|error| panic!("{path}: {error}; `{made_by}` builds it"))
}

/// An engine that compiles each file once and keeps the result in the user's cache.
pub fn engine() -> Engine {
    let mut config = Config::new();
    config.cache(Cache::from_file(None).ok());
    Engine::new(&config).unwrap()
}

/// Returns the folders of this machine that occur in the bytes: the repository, the user's home,
/// Cargo's caches and the place of temporary files.
pub fn machine_paths(bytes: &[u8]) -> Vec<String> {
    let here = repository().canonicalize().unwrap();
    let home = std::env::home_dir().unwrap();
    let folders = [here, home, std::env::temp_dir(), "/.cargo".into()];
    folders
        .into_iter()
        .map(|folder| format!("{}/", folder.display()))
        .filter(|path| bytes.windows(path.len()).any(|w| w == path.as_bytes()))
        .collect()
}
