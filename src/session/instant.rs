//! One moment on both clocks.

use serde::{Deserialize, Serialize};

/// One moment, as read from both clocks of the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Instant {
    /// A clock that never steps, in milliseconds since any fixed moment.
    pub monotonic_milliseconds: u64,
    /// The wall clock, in milliseconds since 1970-01-01T00:00:00Z.
    pub unix_milliseconds: u64,
}

impl Instant {
    /// Returns the moment that many milliseconds later.
    pub(super) const fn plus(self, milliseconds: u64) -> Self {
        Self {
            monotonic_milliseconds: self.monotonic_milliseconds.saturating_add(milliseconds),
            unix_milliseconds: self.unix_milliseconds.saturating_add(milliseconds),
        }
    }

    /// Returns the milliseconds left until `end`, by the clock that has fewer.
    pub(super) fn left_until(self, end: Self) -> u64 {
        let monotonic = end
            .monotonic_milliseconds
            .saturating_sub(self.monotonic_milliseconds);
        let unix = end.unix_milliseconds.saturating_sub(self.unix_milliseconds);
        monotonic.min(unix)
    }
}
