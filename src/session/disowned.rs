//! How soon a new token is asked about, after Vault disowned others.

use super::back_off::BY_HAND;

/// The least time between two questions about a refused token, in milliseconds.
pub(super) const LEAST_BETWEEN_CHECKS: u64 = 10_000;

/// The bounds of the longest time for which a new token is not asked about, in milliseconds. From
/// ten minutes on, the logins of an hour are at most ten.
const LONGEST: core::ops::RangeInclusive<u64> = 600_000..=3_600_000;

/// The least age of a token that ends a row of young ones, in milliseconds. Below an hour, old
/// tokens between young ones would let more than ten logins into an hour.
const OLD: u64 = 3_600_000;

/// Counts the tokens that Vault disowned young, one after the other.
///
/// Each of them costs a login and leaves a lease at Vault, perhaps a living one: a server between,
/// or a version of Vault that is not known here, may say of a policy's refusal what others say of a
/// dead token. Whoever can make the host ask must not be able to make it log in as often.
#[derive(Default)]
pub(super) struct Disowned {
    in_a_row: u32,
}

impl Disowned {
    /// Counts one of that age and lease, and returns for how long the next one is not asked about.
    /// All in milliseconds.
    pub(super) fn count(&mut self, age: u64, lease: u64) -> u64 {
        let longest = (lease / 3).clamp(*LONGEST.start(), *LONGEST.end());
        // Longer than the wait before it could be asked about, so that waiting does not reset it.
        if age > OLD.max(2 * longest) {
            self.in_a_row = 0;
        }
        let wait = match self.in_a_row {
            0 => LEAST_BETWEEN_CHECKS,
            others => (BY_HAND << (others - 1).min(16)).min(longest),
        };
        self.in_a_row = self.in_a_row.saturating_add(1);
        wait
    }
}
