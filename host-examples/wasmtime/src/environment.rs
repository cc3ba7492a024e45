//! Reads Vault's environment variables and their OpenBao twins.

use std::time::Duration;

use anyhow::{Result, bail};

use crate::echo::value;

/// Reads `BAO_<name>`, then `VAULT_<name>`, in the order of OpenBao's own client. An empty variable
/// counts as absent.
pub fn vault_variable(name: &str) -> Option<String> {
    ["BAO_", "VAULT_"]
        .iter()
        .find_map(|prefix| variable(&format!("{prefix}{name}")))
}

/// Reads a variable. An empty one counts as absent, as in AWS's and Vault's tools.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Reads a duration as Vault's tools take it: seconds, or a number with `ms`, `s`, `m` or `h`.
pub fn duration(text: &str) -> Result<Duration> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let unit = text.strip_prefix(digits).unwrap_or_default();
    let Ok(number) = digits.parse::<u32>() else {
        bail!(
            "expected a duration such as 30s or 1m, found {}",
            value(text)
        );
    };
    let number = u64::from(number);
    Ok(match unit {
        "ms" => Duration::from_millis(number),
        "" | "s" => Duration::from_secs(number),
        "m" => Duration::from_secs(number * 60),
        "h" => Duration::from_secs(number * 3600),
        _ => bail!(
            "expected a duration in ms, s, m or h, found {}",
            value(text)
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duration_is_seconds_or_a_number_with_a_unit() {
        for (text, milliseconds) in [
            ("60", 60_000),
            ("60s", 60_000),
            ("500ms", 500),
            ("2m", 120_000),
            ("1h", 3_600_000),
        ] {
            assert_eq!(duration(text).unwrap(), Duration::from_millis(milliseconds));
        }
    }

    #[test]
    fn duration_of_another_form_is_refused() {
        for (text, message) in [
            ("", "expected a duration such as 30s or 1m, found ``"),
            (
                "soon",
                "expected a duration such as 30s or 1m, found `soon`",
            ),
            (
                "1m30s",
                "expected a duration such as 30s or 1m, found `1m30s`",
            ),
            ("-1s", "expected a duration such as 30s or 1m, found `-1s`"),
            ("3d", "expected a duration in ms, s, m or h, found `3d`"),
        ] {
            assert_eq!(duration(text).unwrap_err().to_string(), message);
        }
    }
}
