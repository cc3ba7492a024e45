//! An Envoy filter that logs in to Vault or OpenBao with an AWS identity and puts the token on
//! requests.
//!
//! The session of `vault-aws-login` decides everything about the token; this filter translates
//! between it and Envoy. It uses only those host calls that return a `Result`: a panic would take
//! the whole VM with it, and every request in it.

pub mod config;

mod clock;
mod request;
mod root;
mod vault;

#[allow(
    missing_docs,
    reason = "the macro exports the function by which Envoy starts the module"
)]
mod start {
    use proxy_wasm::traits::RootContext;

    use crate::root::Root;

    proxy_wasm::main! {{
        proxy_wasm::set_root_context(|_| -> Box<dyn RootContext> { Box::new(Root::default()) });
    }}
}
