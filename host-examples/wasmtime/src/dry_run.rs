//! What `login --dry-run` shows.

use crate::failure::Failure;
use crate::login::Prepared;

pub fn show(_prepared: Prepared, _json: bool) -> Result<(), Failure> {
    Err(Failure::here("--dry-run is not there yet"))
}
