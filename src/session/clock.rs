//! Signing for another time than the wall clock's, after AWS said that this clock is wrong.

use super::exchange::Response;
use super::instant::Instant;
use crate::inspector::{assume_role_clock_offset, clock_offset};

/// A difference that AWS still accepts with room to spare, in milliseconds: it allows 15 minutes.
const AGREEMENT: u64 = 5 * 60 * 1000;

/// What AWS's clock said about the host's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Correction {
    /// AWS's time minus the host's, in seconds.
    pub offset_seconds: i64,
    /// When that was found, by the host's clocks.
    found_at: Instant,
}

impl Correction {
    /// Reads AWS's time out of Vault's refusal of a login that was signed at the host's moment `at`.
    pub(super) fn of_login(response: &Response, at: Instant) -> Option<Self> {
        let offset = clock_offset(&response.to_answer(), at.unix_milliseconds / 1000);
        Some(Self {
            offset_seconds: offset?,
            found_at: at,
        })
    }

    /// Reads the same out of STS's refusal of an `AssumeRole`.
    pub(super) fn of_role(response: &Response, at: Instant) -> Option<Self> {
        let offset = assume_role_clock_offset(&response.to_answer(), at.unix_milliseconds / 1000);
        Some(Self {
            offset_seconds: offset?,
            found_at: at,
        })
    }

    /// Says whether the host's own clock is good enough: within 5 minutes of AWS's.
    pub(super) fn is_negligible(self) -> bool {
        self.offset_seconds.unsigned_abs() * 1000 < AGREEMENT
    }

    /// Says whether the wall clock was set since, and agrees with AWS's now.
    ///
    /// AWS's time is carried forward on the monotonic clock, which is never set.
    pub(super) fn is_over(self, now: Instant) -> bool {
        let passed = now
            .monotonic_milliseconds
            .saturating_sub(self.found_at.monotonic_milliseconds);
        let expected = self.found_at.plus(passed).unix_milliseconds;
        let offset_milliseconds = self.offset_seconds.saturating_mul(1000);
        let expected = expected.saturating_add_signed(offset_milliseconds);
        now.unix_milliseconds.abs_diff(expected) < AGREEMENT
    }
}
