//! An Envoy filter that logs in to Vault or OpenBao with an AWS identity and puts the token on
//! requests.
//!
//! The session of `vault-aws-login` decides everything about the token; this filter translates
//! between it and Envoy. Every worker has a VM of its own. One of them holds the session and
//! publishes the token in Envoy's shared data; the others read it there, and one of them takes
//! over when the holder goes.
//!
//! Envoy calls only what `callbacks.json` lists: a callback that is new here has to be added there.
//!
//! Host calls are those of `proxy_wasm::hostcalls` that return a `Result`: the methods of its
//! traits unwrap, and a panic takes the whole VM with it, and every request in it.

mod clock;
mod config;
mod credentials;
mod diagnosis;
mod exchange;
mod filter;
mod holder;
mod keeper;
mod log;
#[cfg(test)]
mod manifests;
mod metrics;
mod record;
mod root;
mod shared_data;
mod token_path;
mod waiting;
mod worker;

#[allow(
    missing_docs,
    unsafe_code,
    reason = "the macro exports the function by which Envoy starts the module"
)]
mod start {
    use proxy_wasm::traits::RootContext;

    use crate::root::Root;

    proxy_wasm::main! {{
        proxy_wasm::set_root_context(|id| -> Box<dyn RootContext> { Box::new(Root::new(id)) });
    }}
}
