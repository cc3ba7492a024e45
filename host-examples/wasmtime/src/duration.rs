//! Reads durations as Vault's own clients do.

use std::time::Duration;

use anyhow::{Result, bail};

use crate::echo::value;

const DAY: u64 = 24 * 60 * 60;

/// Go counts durations in an `i64` of nanoseconds.
const LONGEST: Duration = Duration::from_nanos(i64::MAX as u64);

/// Reads seconds (`90`), days (`3d`), or numbers with units (`1m30s`, `1.5h`).
///
/// Vault's clients read them with `parseutil.ParseDurationSecond` of go-secure-stdlib, which ends in
/// Go's `time.ParseDuration`. No crate reads exactly these: each takes more, such as spaces. A
/// negative one, which Go takes too, is no time to wait.
pub fn read(text: &str) -> Result<Duration> {
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    let read = match unsigned.strip_suffix('d') {
        _ if is_digits(unsigned) => seconds(unsigned, 1),
        Some(days) => seconds(days, DAY),
        None => compound(unsigned),
    };
    match read.filter(|read| *read <= LONGEST) {
        Some(read) => Ok(read),
        None => bail!(
            "expected a duration such as 90, 1m30s or 3d, found {}",
            value(text)
        ),
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn seconds(count: &str, each: u64) -> Option<Duration> {
    if !is_digits(count) {
        return None;
    }
    let count: u64 = count.parse().ok()?;
    Some(Duration::from_secs(count.checked_mul(each)?))
}

/// Adds up numbers with units, in any order.
fn compound(text: &str) -> Option<Duration> {
    let mut sum = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let (number, behind) = split(rest, |c| c.is_ascii_digit() || c == '.');
        let (unit, behind) = split(behind, |c| !c.is_ascii_digit() && c != '.');
        sum = sum.checked_add(amount(number, nanoseconds(unit)?)?)?;
        rest = behind;
    }
    Some(sum).filter(|_| !text.is_empty())
}

fn split(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    text.split_at(end)
}

fn nanoseconds(unit: &str) -> Option<u64> {
    Some(match unit {
        "ns" => 1,
        // The micro sign and the Greek letter.
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    })
}

/// Returns a decimal number of units; less than a nanosecond is dropped, as in Go.
fn amount(number: &str, unit: u64) -> Option<Duration> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if !is_digits(&format!("{whole}{fraction}")) {
        return None;
    }
    let whole: u64 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    let mut sum = u128::from(whole.checked_mul(unit)?);
    let mut place = u128::from(unit);
    // So that no digit that matters is lost by the divisions.
    const FINER: u128 = 1_000_000_000_000;
    place *= FINER;
    let mut part = 0;
    for digit in fraction.chars().filter_map(|c| c.to_digit(10)) {
        place /= 10;
        part += place * u128::from(digit);
    }
    sum += part / FINER;
    Some(Duration::from_nanos(u64::try_from(sum).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_those_of_vaults_own_client() {
        let table = include_str!("duration.tsv");
        let mut rows = 0;
        for row in table.lines() {
            let (text, expected) = row.split_once('\t').unwrap();
            let text: String = serde_json::from_str(text).unwrap();
            let expected = match expected {
                "refused" => None,
                // Go's are signed.
                negative if negative.starts_with('-') => None,
                nanoseconds => Some(Duration::from_nanos(nanoseconds.parse().unwrap())),
            };
            assert_eq!(read(&text).ok(), expected, "{text:?}");
            rows += 1;
        }
        assert!(rows > 100);
    }

    #[test]
    fn duration_of_another_form_is_refused_in_one_sentence() {
        for (text, found) in [
            ("", "``"),
            ("soon", "`soon`"),
            ("1m 30s", "one of 6 characters"),
            ("-1s", "`-1s`"),
        ] {
            assert_eq!(
                read(text).unwrap_err().to_string(),
                format!("expected a duration such as 90, 1m30s or 3d, found {found}")
            );
        }
    }
}
