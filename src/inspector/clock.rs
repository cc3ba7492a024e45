//! What a refusal for the time tells about the clocks.

use super::answer::{Answer, ReadAnswer};
use super::rules::LoginRule;
use super::verdict::{Verdict, judge, judge_assume_role};
use crate::date::{read_amz_date, read_http_date};

/// A clock that is further off is not corrected: a person has to look at it.
const MOST_SECONDS: i64 = 60 * 60;

/// Returns the seconds to add to the host's clock so that AWS accepts the next login.
///
/// `unix_seconds` is the host's clock when the answer came. AWS's clock in the text counts; the
/// `Date` header, which is not authenticated, only where the text has none. `None` if the refusal
/// is about something else, or the clocks are more than an hour apart.
pub fn clock_offset(answer: &Answer, unix_seconds: u64) -> Option<i64> {
    let answer = ReadAnswer::of(answer);
    match judge(&answer) {
        Verdict::Refused(rule, _) => offset(&answer, rule, unix_seconds),
        Verdict::Token | Verdict::Unknown => None,
    }
}

/// The same for an answer that was judged.
pub(super) fn offset(answer: &ReadAnswer<'_>, rule: LoginRule, unix_seconds: u64) -> Option<i64> {
    offset_in(answer.errors.as_deref()?, answer.date, rule, unix_seconds)
}

/// The same for STS's own answer to the host's `AssumeRole`.
pub(crate) fn assume_role_clock_offset(answer: &Answer, unix_seconds: u64) -> Option<i64> {
    let rule = judge_assume_role(&answer.body)?;
    offset_in(&answer.body, answer.date.as_deref(), rule, unix_seconds)
}

fn offset_in(text: &str, date: Option<&str>, rule: LoginRule, unix_seconds: u64) -> Option<i64> {
    if !is_about_time(rule) {
        return None;
    }
    let dated = || read_http_date(date?);
    let clock = aws_clock(text).or_else(dated)?;
    let offset = clock.checked_sub(i64::try_from(unix_seconds).ok()?)?;
    (-MOST_SECONDS..=MOST_SECONDS)
        .contains(&offset)
        .then_some(offset)
}

/// Says whether a rule is about the time of signing.
pub(crate) const fn is_about_time(rule: LoginRule) -> bool {
    matches!(
        rule,
        LoginRule::SignatureExpired | LoginRule::SignatureNotYetCurrent
    )
}

/// AWS's clock, which stands in parentheses behind the two times.
pub(super) fn aws_clock(text: &str) -> Option<i64> {
    let start = text
        .find("Signature expired")
        .or_else(|| text.find("Signature not yet current"))?;
    let (_, inside) = text.get(start..)?.split_once('(')?;
    read_amz_date(inside.get(..16)?)
}

/// The time that was signed, which stands first.
pub(super) fn signed_time(text: &str) -> Option<i64> {
    let start = text
        .find("Signature expired")
        .or_else(|| text.find("Signature not yet current"))?;
    let (_, after) = text.get(start..)?.split_once(": ")?;
    read_amz_date(after.get(..16)?)
}
