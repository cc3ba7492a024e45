//! Refusals in what people paste: the output of each client, wrapped in every way, and texts that
//! are none.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

mod assume_role;
mod cases;
mod clients;
mod generated;
mod innocent;
mod server_texts;
mod variations;
