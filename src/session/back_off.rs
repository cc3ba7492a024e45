//! When the next try is allowed.

use fastrand::Rng;

use super::instant::Instant;
use crate::date::read_http_date;

/// The first wait after a failure, in milliseconds, before jitter.
const FIRST: u64 = 1_000;

/// The least time between two tries that only a person's change can make succeed.
pub(super) const BY_HAND: u64 = 60_000;

/// The longest `Retry-After` that is honoured: a server's mistake must not stop a host for good.
const LONGEST_RETRY_AFTER: u64 = 3_600_000;

/// What follows from a failure for the next try, in milliseconds.
#[derive(Clone, Copy)]
pub(super) struct Failure {
    /// Nothing but a person's change can help.
    pub by_hand: bool,
    /// The server's own wish.
    pub retry_after: Option<u64>,
    /// The longest wait of the exponential back-off.
    pub cap: u64,
    /// The time over which a fleet spreads its tries; 0 for none.
    pub spread: u64,
}

/// The pace of one kind of request: exponential back-off with jitter.
#[derive(Debug, Default)]
pub(super) struct BackOff {
    failures: u32,
    /// On the monotonic clock.
    not_before: u64,
}

impl BackOff {
    /// Returns the monotonic time before which nothing is tried.
    pub(super) const fn not_before(&self) -> u64 {
        self.not_before
    }

    /// Forbids tries before a monotonic time.
    pub(super) fn hold_until(&mut self, monotonic: u64) {
        self.not_before = self.not_before.max(monotonic);
    }

    /// Forgets the failures; the next try may follow `least` milliseconds after `now`.
    pub(super) fn succeed(&mut self, now: u64, least: u64) {
        self.failures = 0;
        self.not_before = now.saturating_add(least);
    }

    /// Counts a failure at the monotonic time `now`.
    pub(super) fn fail(&mut self, now: u64, failure: Failure, random: &mut Rng) {
        let step = FIRST
            .checked_shl(self.failures.min(32))
            .unwrap_or(failure.cap)
            .min(failure.cap);
        self.failures = self.failures.saturating_add(1);
        // Half of it fixed, so that a host is never hot; half of it random, so that hosts which
        // failed together do not return together.
        let mut wait = random.u64(step / 2..=step);
        if failure.by_hand {
            wait = wait.max(random.u64(BY_HAND..=BY_HAND / 4 * 5));
        }
        if let Some(asked) = failure.retry_after {
            let asked = asked.min(LONGEST_RETRY_AFTER);
            wait = wait.max(asked.saturating_add(random.u64(0..=step.max(failure.spread))));
        }
        if failure.spread > 0 {
            // The first tries of a fleet fill `spread` evenly. Second ones that follow after 3/4
            // to 5/4 of it add at most half of that density while first ones still come, and the
            // sum over all later ones stays below twice the even density; shorter waits would not.
            wait = wait.max(random.u64(failure.spread / 4 * 3..=failure.spread / 4 * 5));
        }
        self.not_before = now.saturating_add(wait);
    }
}

/// Reads `Retry-After`: seconds, or an HTTP date by the wall clock. In milliseconds from now.
pub(super) fn retry_after(value: &str, now: Instant) -> Option<u64> {
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(seconds.saturating_mul(1000));
    }
    let date = u64::try_from(read_http_date(value)?).ok()?;
    let date = date.saturating_mul(1000);
    Some(date.saturating_sub(now.unix_milliseconds))
}
