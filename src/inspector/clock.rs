//! How wrong the host's clock is, after a refusal that is about the time.

use super::refusal::{Answer, TimeRefusal};
use crate::date::read_http_date;

/// A clock that is further off is not corrected: somebody has to look at it.
const MOST_SECONDS: i64 = 60 * 60;

/// Returns the seconds to add to the host's clock so that AWS accepts the next login.
///
/// `unix_seconds` is the host's clock when the answer came. AWS's clock in the text counts; the
/// `Date` header, which nobody has authenticated, only where the text has none. `None` if the
/// refusal is about something else, or the clocks are more than an hour apart.
pub fn clock_offset(answer: &Answer, unix_seconds: u64) -> Option<i64> {
    let refusal = TimeRefusal::read(answer)?;
    let dated = || read_http_date(answer.date.as_deref()?);
    let clock = refusal.aws_clock.or_else(dated)?;
    let offset = clock.checked_sub(i64::try_from(unix_seconds).ok()?)?;
    (-MOST_SECONDS..=MOST_SECONDS)
        .contains(&offset)
        .then_some(offset)
}
