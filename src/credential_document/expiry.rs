//! When the credentials of a document expire.

use super::CredentialDocumentError;
use crate::date::read_timestamp;
use crate::json::Json;
use crate::unix_seconds::UnixSeconds;

/// Reads a date and time, or the number that some tools write, as Unix seconds.
pub(super) fn read(
    expiration: &Json<'_>,
    in_milliseconds: bool,
) -> Result<u64, CredentialDocumentError> {
    let wrong = |found| CredentialDocumentError::Expiration { found };
    let seconds = match expiration {
        Json::Number(number) => whole_seconds(number, in_milliseconds),
        Json::String(text) => match read_timestamp(text) {
            // A time before 1970 is as expired as 1970.
            Some(seconds) => Some(u64::try_from(seconds).unwrap_or(0)),
            None if text.is_empty() => return Err(wrong("an empty string")),
            None if read_timestamp(&format!("{text}Z")).is_some() => {
                return Err(wrong("a time without its zone"));
            }
            // A variable has no type.
            None => whole_seconds(text, in_milliseconds),
        },
        other => return Err(wrong(other.kind())),
    };
    let seconds = seconds.ok_or_else(|| wrong("something else"))?;
    match UnixSeconds::new(seconds) {
        Ok(_) => Ok(seconds),
        Err(_) => Err(CredentialDocumentError::ExpirationOutOfRange),
    }
}

/// Reads a number such as `2.065869445E9`, without its fraction of a second. By moving the decimal
/// point: a parser of floating-point numbers would add 10 kB to the component.
fn whole_seconds(number: &str, in_milliseconds: bool) -> Option<u64> {
    let (digits, exponent) = match number.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
        None => (number, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let digits = || whole.bytes().chain(fraction.bytes());
    if whole.is_empty() || !digits().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let point = i32::try_from(whole.len()).ok()?;
    let point = point.saturating_add(exponent) - if in_milliseconds { 3 } else { 0 };
    let point = usize::try_from(point).unwrap_or(0);
    let mut seconds = 0_u64;
    // Past 20 digits nothing but zeros in front is still in range.
    for digit in digits()
        .chain(core::iter::repeat(b'0'))
        .take(point.min(400))
    {
        seconds = seconds
            .saturating_mul(10)
            .saturating_add(u64::from(digit - b'0'));
    }
    Some(seconds)
}
