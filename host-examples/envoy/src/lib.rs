//! An Envoy filter that logs in to Vault or OpenBao with an AWS identity and puts the token on
//! requests.
//!
//! The session of `vault-aws-login` decides everything about the token; this filter translates
//! between it and Envoy. Every worker has its own VM. One of them, the leader, runs the session and
//! publishes the token in Envoy's shared data. The others read it there, and one of them becomes
//! the leader when the leader goes.
//!
//! Envoy calls only the callbacks that `callbacks.json` lists; `tests/callbacks.rs` compares it with
//! those that are overridden here.
//!
//! Host calls are those of `proxy_wasm::hostcalls`, since the methods of its traits unwrap, and a
//! panic takes the whole VM with it, and every request in it. In proxy-wasm 0.2.5 they too panic,
//! at a status that the call does not list, and `get_map_bytes` at a header name that is not UTF-8.
//! Envoy 1.40 gives neither; should another version do so, the failure policy `FAIL_RELOAD` starts
//! the VM again.

mod assume_role;
mod clock;
mod config;
mod credentials;
mod diagnosis;
mod exchange;
mod filter;
mod guarded_path;
mod leader;
mod lease_json;
mod log;
#[cfg(test)]
mod manifests;
mod metrics;
mod path_prefix;
mod presence;
mod root;
mod seal;
mod session_driver;
mod shared_data;
mod shared_secret;
mod waiting_requests;
mod worker;

use vault_aws_login_wiping::WipingAllocator;

#[global_allocator]
static ALLOCATOR: WipingAllocator = WipingAllocator;

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
