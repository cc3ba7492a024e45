//! The option of a time.

use std::time::SystemTime;

use clap::Args;
use vault_aws_login::{echo_value, read_timestamp};

use crate::clock::unix_milliseconds;
use crate::failure::Failure;

#[derive(Args)]
pub struct TimeArguments {
    /// Another time than now: Unix seconds or 2030-01-31T12:00:00Z.
    #[arg(long, value_name = "TIME")]
    pub time: Option<String>,
}

impl TimeArguments {
    /// Returns the given time, or else the clock's, in Unix seconds.
    pub fn seconds(&self) -> Result<u64, Failure> {
        match &self.time {
            Some(time) => read_time(time),
            None => Ok(unix_milliseconds(SystemTime::now())? / 1000),
        }
    }
}

/// Reads Unix seconds or an RFC 3339 time.
pub fn read_time(time: &str) -> Result<u64, Failure> {
    let seconds = time
        .parse()
        .ok()
        .or_else(|| u64::try_from(read_timestamp(time)?).ok());
    seconds.ok_or_else(|| {
        Failure::here(format!(
            "invalid time: expected Unix seconds or a time such as 2030-01-31T12:00:00Z, found `{}`",
            echo_value(time)
        ))
    })
}
