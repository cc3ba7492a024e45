//! The time of signing.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::input_error::{InputError, InputField, InputRule};

/// The last second of the year 9999: `X-Amz-Date` has four digits for the year.
const LAST: u64 = 253_402_300_799;

/// Seconds since 1970-01-01T00:00:00Z, up to the end of the year 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnixSeconds(u64);

impl UnixSeconds {
    /// Takes a time in seconds.
    ///
    /// # Errors
    /// [`InputRule::TimeOutOfRange`] past the year 9999, as a time in milliseconds is.
    pub fn new(seconds: u64) -> Result<Self, InputError> {
        if seconds > LAST {
            return Err(InputError::invalid(
                InputRule::TimeOutOfRange,
                InputField::UnixSeconds,
                format_args!("Unix seconds up to {LAST} (year 9999)"),
                format_args!("{seconds}"),
            ));
        }
        Ok(Self(seconds))
    }

    /// Returns the seconds since 1970.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    pub(crate) fn as_system_time(self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.0)
    }
}
