//! Signing for another time than the wall clock's, after AWS said that this clock is wrong.

use aws_smithy_types::date_time::{DateTime, Format};

use super::instant::Instant;

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
    /// Makes a correction out of AWS's time at the host's moment `at`.
    pub(super) fn new(aws_unix_seconds: i64, at: Instant) -> Self {
        let host = i64::try_from(at.unix_milliseconds / 1000).unwrap_or(i64::MAX);
        Self {
            offset_seconds: aws_unix_seconds.saturating_sub(host),
            found_at: at,
        }
    }

    /// Says whether the host's own clock is good enough: within 5 minutes of AWS's.
    pub(super) fn is_none(self) -> bool {
        self.offset_seconds.unsigned_abs() * 1000 < AGREEMENT
    }

    /// Says whether the wall clock was set since, and agrees with AWS's now.
    ///
    /// AWS's time is carried forward on the monotonic clock, which nobody sets.
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

/// Says whether a refusal names the time of signing (texts: STS, as Vault wraps them).
pub(super) fn names_the_time(text: &str) -> bool {
    text.contains("Signature expired") || text.contains("Signature not yet current")
}

/// Reads AWS's clock, in Unix seconds, out of a refusal that names the time.
///
/// `Signature expired: A is now earlier than B (C - 15 min.)` and
/// `Signature not yet current: A is still later than B (C + 15 min.)`: C is AWS's clock. Where the
/// text has none, the `Date` header of the answer has to do, though nobody has authenticated it.
pub(super) fn aws_unix_seconds(text: &str, date: Option<&str>) -> Option<i64> {
    let named = text
        .split_once("Signature ")
        .and_then(|(_, rest)| rest.split_once('('))
        .and_then(|(_, rest)| compact_time(rest.split_once(' ')?.0));
    let header = || DateTime::from_str(date?, Format::HttpDate).ok();
    named.or_else(header).map(|time| time.secs())
}

/// Reads `20220127T015928Z`.
fn compact_time(text: &str) -> Option<DateTime> {
    let [year, month, day, hour, minute, second] =
        [0..4, 4..6, 6..8, 9..11, 11..13, 13..15].map(|range| text.get(range));
    let spelled = format!(
        "{}-{}-{}T{}:{}:{}Z",
        year?, month?, day?, hour?, minute?, second?
    );
    DateTime::from_str(&spelled, Format::DateTime).ok()
}
