//! Reads the two clocks of this machine.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};

use crate::session;

/// Both clocks, as the session takes them.
pub struct Clock {
    start: Instant,
}

impl Clock {
    pub fn start() -> Self {
        Self {
            start: Instant::now(),
        }
    }

    /// Reads both clocks.
    pub fn now(&self) -> Result<session::Instant> {
        Ok(session::Instant {
            monotonic_milliseconds: milliseconds(self.start.elapsed()),
            unix_milliseconds: unix_milliseconds(SystemTime::now())?,
        })
    }

    /// Returns how long it is until `then`, by the monotonic clock.
    pub fn until(&self, then: session::Instant) -> Duration {
        Duration::from_millis(then.monotonic_milliseconds).saturating_sub(self.start.elapsed())
    }
}

/// Returns the milliseconds since 1970-01-01T00:00:00Z.
pub fn unix_milliseconds(time: SystemTime) -> Result<u64> {
    let since = time.duration_since(UNIX_EPOCH);
    Ok(milliseconds(since.context("the clock is before 1970")?))
}

/// 2^64 milliseconds are 580 million years.
fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
