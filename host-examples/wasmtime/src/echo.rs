//! How inputs are shown in messages: a secret may have slipped into the place of any of them.

use std::ffi::OsStr;

use http::Uri;

/// The longest word that is shown, in bytes.
const LONGEST: usize = 24;

/// Returns a word in backquotes if it looks like one, else its length.
pub fn value(word: impl AsRef<OsStr>) -> String {
    let word = word.as_ref().to_string_lossy();
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_./".contains(c);
    match word.len() <= LONGEST && word.chars().all(is_plain) {
        true => format!("`{word}`"),
        false => format!("one of {} characters", word.chars().count()),
    }
}

/// Returns a URL's scheme, host and port: the host only if it looks like one, and never the path,
/// which may hold a key.
pub fn origin(url: &Uri) -> String {
    let scheme = url.scheme_str().unwrap_or_default();
    let host = url.host().unwrap_or_default();
    let is_host = |c: char| c.is_ascii_alphanumeric() || "-.:[]".contains(c);
    // A secret access key has slashes, so a URL may have the beginning of one as its host and the
    // rest as its path.
    let whole = format!("{host}{}", url.path());
    let is_shown = host.chars().all(is_host) && !may_hold_secret(host) && !may_hold_secret(&whole);
    let host = if is_shown { host } else { "…" };
    let port = url.port_u16().map(|port| format!(":{port}"));
    format!("{scheme}://{host}{}", port.unwrap_or_default())
}

/// Returns a text on one line, without the words that may hold a secret.
pub fn without_secrets(text: &str) -> String {
    let shown = |word| if may_hold_secret(word) { "…" } else { word };
    let words: Vec<&str> = text.split_whitespace().map(shown).collect();
    words.join(" ")
}

/// Recognises a run as in keys, tokens and signatures. Paths are in one case, and so are hexadecimal
/// digits, so that each word of a path is looked at.
fn may_hold_secret(word: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "+/=_".contains(c);
    // Escapes and invisible characters may hide a secret, so such words are not searched.
    let is_escaped = word.matches(['%', '\\', '&']).count() >= 3;
    is_escaped
        || !word.is_ascii()
        || word.split(|c| !is_part(c)).any(|run| {
            let is_path = run.contains('/') && !run.bytes().any(|c| c.is_ascii_uppercase());
            match is_path {
                true => run.split(['/', '_']).any(is_long),
                false => is_long(run),
            }
        })
}

/// Whether a run is as long as a secret, and of as many kinds of characters.
fn is_long(run: &str) -> bool {
    let has = |test: fn(&u8) -> bool| run.as_bytes().iter().any(test);
    let is_mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    let has_both = has(u8::is_ascii_alphabetic) && has(u8::is_ascii_digit);
    (run.len() >= 16 && has_both) || (run.len() >= 24 && is_mixed)
}

#[cfg(test)]
mod tests {
    use http::Uri;

    use super::{origin, value, without_secrets};

    #[test]
    fn text_is_shown_without_the_words_that_may_hold_a_secret() {
        for (text, shown) in [
            (
                "cannot reach https://vault.example.com:8200/v1/auth/aws2/login",
                "cannot reach https://vault.example.com:8200/v1/auth/aws2/login",
            ),
            ("a https://vawP5cLBBbwEOkzs8e1qTJ.example.com/v1 b", "a … b"),
            ("a wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY b", "a … b"),
            ("a %77%4A%61%6C%72 b", "a … b"),
            (
                "cannot write into /var/lib/billing_service_2/token",
                "cannot write into /var/lib/billing_service_2/token",
            ),
            (
                "arn:aws:iam::123456789012:user/8d6b1b54ad49aadf7c14d74f7ab08080 b",
                "… b",
            ),
        ] {
            assert_eq!(without_secrets(text), shown);
        }
    }

    #[test]
    fn address_is_shown_as_scheme_host_and_port_and_only_a_host_that_looks_like_one() {
        for (url, shown) in [
            (
                "https://vault.example.com:8200/v1/auth/aws2/login",
                "https://vault.example.com:8200",
            ),
            (
                "https://gateway.example.com/hidden-path",
                "https://gateway.example.com",
            ),
            ("http://[::1]:8200/", "http://[::1]:8200"),
            (
                "https://wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                "https://…",
            ),
            (
                "https://vault.example.com/wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                "https://…",
            ),
            (
                "http://wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY:8200",
                "http://…:8200",
            ),
            ("http://AKIAIOSFODNN7EXAMPLE", "http://…"),
            (
                "http://hvs.CAESIJaaaaaaaaaaaaaaaaaaaaaaa.example.com",
                "http://…",
            ),
        ] {
            assert_eq!(origin(&Uri::from_static(url)), shown);
        }
    }

    #[test]
    fn words_are_shown_and_what_may_be_a_secret_is_counted() {
        for (word, text) in [
            ("extra", "`extra`"),
            ("--roll", "`--roll`"),
            (
                "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                "one of 40 characters",
            ),
            ("\u{1b}[2J", "one of 4 characters"),
        ] {
            assert_eq!(value(word), text);
        }
    }
}
