//! The checks that every textual input goes through, in one order; and how a foreign text is shown.

use core::fmt::{self, Write};

use crate::error::{Found, InputField, SignError};

/// Checks that a value is not empty, has no blank at either end and only characters of `alphabet`.
///
/// `shown` says whether a message may echo the value.
pub(crate) fn check(
    field: InputField,
    value: &str,
    shown: Shown,
    alphabet: fn(char) -> bool,
) -> Result<(), SignError> {
    let (Some(first), Some(last)) = (value.chars().next(), value.chars().next_back()) else {
        return Err(SignError::EmptyValue { field });
    };
    for (end, character) in [("start", first), ("end", last)] {
        if character.is_whitespace() {
            let found = Found::Kind(kind(character));
            return Err(SignError::SurroundingBlank { field, found, end });
        }
    }
    let Some(index) = value.chars().position(|c| !alphabet(c)) else {
        return Ok(());
    };
    let found = match shown {
        Shown::Value => Found::value(value),
        Shown::Nothing => Found::Character {
            kind: value.chars().nth(index).map_or("nothing", kind),
            position: index + 1,
        },
    };
    Err(SignError::IllegalCharacter { field, found })
}

/// Whether a message may echo a value.
#[derive(Clone, Copy)]
pub(crate) enum Shown {
    /// The value is no secret.
    Value,
    /// The value is, or may be, a secret.
    Nothing,
}

/// Visible ASCII: what every HTTP header carries unchanged.
pub(crate) fn is_visible(character: char) -> bool {
    character.is_ascii_graphic()
}

fn kind(character: char) -> &'static str {
    match character {
        '\n' | '\r' => "a line break",
        ' ' => "a blank",
        '\t' => "a tab",
        c if c.is_ascii_control() => "a control character",
        c if c.is_ascii() => "a character outside that",
        _ => "a non-ASCII character",
    }
}

/// Writes a foreign text on one line: what would break a line of a log, or hide or reorder what
/// stands there, is escaped as in a string of Rust, and so is the backslash.
pub(crate) struct OneLine<'a>(pub(crate) &'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '\\' => f.write_str("\\\\")?,
                c if c.is_control() || is_invisible(c) => write!(f, "{}", c.escape_default())?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// Unicode's line and paragraph separators, and the characters without width or that set the direction
/// of writing.
const fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::OneLine;

    #[test]
    fn foreign_text_stays_on_one_line_and_is_shown_as_it_is() {
        for (text, shown) in [
            ("expected \"a\" but got 'b'", "expected \"a\" but got 'b'"),
            ("Zürich, 東京", "Zürich, 東京"),
            ("a\r\n\tb\u{7f}", r"a\r\n\tb\u{7f}"),
            (r"a\n", r"a\\n"),
            (
                "a\u{202e}b\u{2028}c\u{feff}",
                r"a\u{202e}b\u{2028}c\u{feff}",
            ),
        ] {
            assert_eq!(OneLine(text).to_string(), shown);
        }
    }
}
