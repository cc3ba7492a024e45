//! The checks that every textual input goes through, in one order.

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
    let mut characters = value.chars().enumerate();
    let Some((index, character)) = characters.find(|(_, c)| !alphabet(*c)) else {
        return Ok(());
    };
    let found = match shown {
        Shown::Value => Found::value(value),
        Shown::Nothing => Found::Character {
            kind: kind(character),
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
