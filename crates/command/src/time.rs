//! Times on the command line and from the clock.

use wasi::clocks::wall_clock;

use super::failure::Failure;
use vault_aws_login::{echo_value, read_timestamp};

/// Returns the given time, or else the clock's, in Unix seconds.
pub(super) fn seconds(given: Option<String>) -> Result<u64, Failure> {
    match given {
        Some(time) => read(&time),
        None => Ok(wall_clock::now().seconds),
    }
}

/// Reads Unix seconds or an RFC 3339 time.
pub(super) fn read(time: &str) -> Result<u64, Failure> {
    let seconds = time
        .parse()
        .ok()
        .or_else(|| u64::try_from(read_timestamp(time)?).ok());
    seconds.ok_or_else(|| {
        let found = echo_value(time);
        Failure::refused(format!(
            "invalid time: expected Unix seconds or a time such as 2030-01-31T12:00:00Z, found `{found}`"
        ))
    })
}
