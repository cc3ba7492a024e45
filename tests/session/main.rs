//! The life of a token: every answer of Vault and of each credential source, clocks, back-off.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

mod assumed_role;
mod clocks;
mod configuration;
mod host;
mod laws;
mod refused_token;
mod secrets;
mod sources;
mod vault_answers;
