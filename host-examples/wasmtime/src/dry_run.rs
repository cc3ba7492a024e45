//! What `login --dry-run` shows.

use serde::Serialize;

use crate::failure::Failure;
use crate::login::Prepared;

pub fn show(prepared: Prepared, _json: bool) -> Result<(), Failure> {
    let _ = prepared.vault.shown_login_headers();
    Err(Failure::here("--dry-run is not there yet"))
}

#[derive(Serialize)]
pub struct ShownHeader {
    pub name: String,
    /// `…` in the place of what may be a secret.
    pub value: String,
}
