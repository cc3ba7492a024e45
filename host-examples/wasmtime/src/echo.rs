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
    use super::shown;

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
