//! The component `vault-aws-login.wasm`, embedded in the program that links this crate.
//!
//! The component signs logins to HashiCorp Vault and OpenBao with AWS credentials, explains why one
//! is refused, and runs the life of a token. It imports nothing, so that any runtime of the component
//! model runs it: `wasmtime::component::Component::new(&engine, COMPONENT)`.

/// The bytes of the component; its contract is the WIT package `vault-aws:login`.
///
/// In the repository, `make component` puts the file there.
pub const COMPONENT: &[u8] = include_bytes!("../vault-aws-login.wasm");
