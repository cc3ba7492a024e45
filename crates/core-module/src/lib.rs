//! The plain core module, for hosts without the component model: JSON in, JSON out.
//!
//! `docs/core-abi.md` is the contract. The names and values are those of `wit/`.

#![cfg_attr(
    not(target_family = "wasm"),
    allow(dead_code, reason = "the exports are those of a WebAssembly module")
)]

mod answer;
mod inspector;
mod lifecycle;
mod signer;

#[cfg(target_family = "wasm")]
mod exports;
#[cfg(test)]
mod tests;

use vault_aws_login_wiping::WipingAllocator;

#[global_allocator]
static ALLOCATOR: WipingAllocator = WipingAllocator;
