//! Reads and writes dates, in Unix seconds.
//!
//! The calendar comes from the crate `time`, which `aws-sigv4` already uses. The formats are parsed
//! here, because `aws_smithy_types::DateTime` would add 4 kB to the gzipped component; a property
//! test compares the two.

use time::{Date, Month, OffsetDateTime};

use crate::unix_seconds::UnixSeconds;

/// Reads a date such as `20300131T120000Z`, the format of `X-Amz-Date`.
pub(crate) fn read_amz_date(text: &str) -> Option<i64> {
    let (parts, "") = read_parts("YYYYMMDDThhmmssZ", text)? else {
        return None;
    };
    seconds(parts)
}

/// Writes a date such as `20300131T120000Z`.
pub(crate) fn write_amz_date(time: UnixSeconds) -> String {
    let date = OffsetDateTime::from(time.as_system_time());
    let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
    let (hour, minute, second) = date.to_hms();
    // Two numbers, not six: each is padded at its own cost.
    let day = year * 10_000 + i32::from(month) * 100 + i32::from(day);
    let time = u32::from(hour) * 10_000 + u32::from(minute) * 100 + u32::from(second);
    format!("{day:08}T{time:06}Z")
}

/// Reads an HTTP date such as `Thu, 31 Jan 2030 12:00:00 GMT` (RFC 9110, section 5.6.7,
/// IMF-fixdate).
pub(crate) fn read_http_date(text: &str) -> Option<i64> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let (mut parts, " GMT") = read_parts("???, DD ??? YYYY hh:mm:ss", text.trim())? else {
        return None;
    };
    let name = text.trim().get(8..11)?;
    let month = (0..12).find(|month| MONTHS.get(month * 3..month * 3 + 3) == Some(name))?;
    parts[1] = i32::try_from(month).ok()? + 1;
    seconds(parts)
}

/// Reads a date and time with its zone as Unix seconds, and drops the fraction: RFC 3339, such as
/// `2030-01-31T12:00:00Z`, and what tools write in its place. Botocore writes `UTC` for the zone,
/// `date` and Java write an offset without a colon, Go writes `2030-01-31 12:00:00 +0000 UTC`.
pub fn read_timestamp(text: &str) -> Option<i64> {
    let (parts, rest) = read_parts("YYYY-MM-DD?hh:mm:ss", text)?;
    if !matches!(text.as_bytes().get(10), Some(b'T' | b't' | b' ')) {
        return None;
    }
    let zone = match rest.strip_prefix('.') {
        None => rest,
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            if zone.len() == fraction.len() {
                return None;
            }
            zone
        }
    };
    Some(seconds(parts)? - i64::from(seconds_ahead(zone)?))
}

/// Reads how far a zone is ahead of UTC.
fn seconds_ahead(zone: &str) -> Option<i32> {
    let zone = zone.strip_prefix(' ').unwrap_or(zone);
    if ["Z", "UTC", "GMT"]
        .iter()
        .any(|utc| zone.eq_ignore_ascii_case(utc))
    {
        return Some(0);
    }
    // Go names the zone after its offset.
    let offset = match zone.split_once(' ') {
        Some((offset, name)) if name.bytes().all(|b| b.is_ascii_alphabetic()) => offset,
        _ => zone,
    };
    let sign = match offset.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let parts = read_parts("?hh:mm", offset).or_else(|| read_parts("?hhmm", offset));
    let ([.., hours @ 0..24, minutes @ 0..60, _], "") = parts? else {
        return None;
    };
    Some(sign * (hours * 60 + minutes) * 60)
}

/// Writes a date such as `2030-01-31T12:00:00Z`; `None` if the year has not four digits.
pub(crate) fn write_rfc3339(unix_seconds: i64) -> Option<String> {
    let date = OffsetDateTime::from_unix_timestamp(unix_seconds).ok()?;
    let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
    let (hour, minute, second) = date.to_hms();
    (1..=9999)
        .contains(&year)
        .then(|| format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"))
}

/// Year, month, day, hour, minute and second.
type Parts = [i32; 6];

/// Matches the beginning of `text` against `form`: a letter of `YMDhms` stands for a digit of that
/// part, `?` for any byte, everything else for itself. Returns the parts and the rest.
fn read_parts<'t>(form: &str, text: &'t str) -> Option<(Parts, &'t str)> {
    let mut parts = Parts::default();
    let (read, rest) = text.split_at_checked(form.len())?;
    for (wanted, found) in form.bytes().zip(read.bytes()) {
        let part = b"YMDhms".iter().position(|letter| *letter == wanted);
        match part.and_then(|part| parts.get_mut(part)) {
            Some(part) if found.is_ascii_digit() => *part = *part * 10 + i32::from(found - b'0'),
            None if wanted == found || wanted == b'?' => {}
            _ => return None,
        }
    }
    Some((parts, rest))
}

/// Converts to Unix seconds; `None` if the date does not exist.
fn seconds(parts: Parts) -> Option<i64> {
    let [year, month, day, hour, minute, second] = parts;
    let small = |part: i32| u8::try_from(part).ok();
    let month = Month::try_from(small(month)?).ok()?;
    let date = Date::from_calendar_date(year, month, small(day)?).ok()?;
    let date = date.with_hms(small(hour)?, small(minute)?, small(second)?);
    Some(date.ok()?.assume_utc().unix_timestamp())
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::date_time::{DateTime, Format};
    use proptest::prelude::*;

    use super::{read_amz_date, read_http_date, read_timestamp, write_rfc3339};

    /// The first second of year 1 and the last one of year 9999.
    const YEARS: core::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

    proptest! {
        #[test]
        fn dates_are_written_and_read_as_aws_sdk_does(seconds in YEARS) {
            let date = DateTime::from_secs(seconds);
            let written = date.fmt(Format::DateTime).unwrap();
            prop_assert_eq!(read_timestamp(&written), Some(seconds));
            prop_assert_eq!(read_http_date(&date.fmt(Format::HttpDate).unwrap()), Some(seconds));
            prop_assert_eq!(read_amz_date(&written.replace(['-', ':'], "")), Some(seconds));
            prop_assert_eq!(write_rfc3339(seconds), Some(written));
        }

        #[test]
        fn whatever_looks_like_rfc_3339_is_read_as_aws_sdk_does(
            text in "[0-3][0-9]{3}-[01][0-9]-[0-3][0-9][Tt][0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{0,9})?([Zz]|[+-][0-2][0-9]:[0-6][0-9]|)",
        ) {
            let expected = DateTime::from_str(&text, Format::DateTimeWithOffset);
            prop_assert_eq!(read_timestamp(&text), expected.ok().map(|date| date.secs()));
        }

        #[test]
        fn whatever_looks_like_an_http_date_is_read_as_aws_sdk_does(
            text in "(Sun|Mon), [0-3][0-9] (Jan|Feb|Apr|Sep|Dec|dec|Foo) [12][0-9]{3} [0-2][0-9]:[0-5][0-9]:[0-5][0-9] (GMT|UTC)",
        ) {
            let expected = DateTime::from_str(&text, Format::HttpDate);
            prop_assert_eq!(read_http_date(&text), expected.ok().map(|date| date.secs()));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            read_amz_date(&text);
            read_http_date(&text);
            read_timestamp(&text);
        }
    }
}
