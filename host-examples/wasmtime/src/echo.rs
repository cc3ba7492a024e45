//! How a word that was not understood is shown: a secret may have slipped into its place.

use std::ffi::OsStr;

/// The longest word that is shown, in bytes.
const LONGEST: usize = 24;

/// Returns a word in backquotes if it looks like one, else its length.
pub fn shown(word: impl AsRef<OsStr>) -> String {
    let word = word.as_ref().to_string_lossy();
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_./".contains(c);
    match word.len() <= LONGEST && word.chars().all(is_plain) {
        true => format!("`{word}`"),
        false => format!("one of {} characters", word.chars().count()),
    }
}

/// Returns a text without the words that may hold a secret, such as a URL that was put together wrongly.
pub fn words(text: &str) -> String {
    let shown = |word| if may_hold_secret(word) { "…" } else { word };
    let words: Vec<&str> = text.split_whitespace().map(shown).collect();
    words.join(" ")
}

/// Says whether a word has a run as keys, tokens and signatures are. Paths are in one case.
fn may_hold_secret(word: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "+/=_".contains(c);
    // What is written in escapes, or has invisible characters in it, is not looked into.
    let is_escaped = word.matches(['%', '\\', '&']).count() >= 3;
    is_escaped
        || !word.is_ascii()
        || word.split(|c| !is_part(c)).any(|run| {
            let has = |test: fn(&u8) -> bool| run.as_bytes().iter().any(test);
            let is_mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
            let is_path = run.contains('/') && !has(u8::is_ascii_uppercase);
            let has_both = has(u8::is_ascii_alphabetic) && has(u8::is_ascii_digit);
            (run.len() >= 16 && has_both && !is_path) || (run.len() >= 24 && is_mixed)
        })
}

/// Says what is wrong with the command line.
pub fn usage(error: lexopt::Error) -> anyhow::Error {
    use lexopt::Error;
    match error {
        Error::UnexpectedOption(option) => anyhow::anyhow!("invalid option {}", shown(option)),
        Error::UnexpectedArgument(word) => anyhow::anyhow!("unexpected argument {}", shown(word)),
        Error::UnexpectedValue { option, .. } => {
            anyhow::anyhow!("option {} takes no value", shown(option))
        }
        Error::NonUnicodeValue(_) => anyhow::anyhow!("expected an argument in UTF-8"),
        // What is missing is all that it names.
        error => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::{shown, words};

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
        ] {
            assert_eq!(words(text), shown);
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
            assert_eq!(shown(word), text);
        }
    }
}
