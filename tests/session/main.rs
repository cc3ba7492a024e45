//! The life of a token: every answer of Vault and of each credential source, clocks, back-off.

mod clocks;
mod configuration;
mod host;
mod laws;
mod refused_token;
mod secrets;
mod sources;
mod vault_answers;
