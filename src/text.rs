//! The checks that every textual input goes through, in one order.

use crate::input_error::{InputError, InputField, InputRule, quoted};

/// Checks that a value is not empty, has no whitespace at either end and only characters of the
/// field's alphabet.
///
/// `shown` says whether a message may echo the value.
pub(crate) fn check(field: InputField, value: &str, shown: Shown) -> Result<(), InputError> {
    let (Some(first), Some(last)) = (value.chars().next(), value.chars().next_back()) else {
        return Err(InputError::empty(field));
    };
    for (end, character) in [("start", first), ("end", last)] {
        if character.is_whitespace() {
            return Err(InputError::invalid(
                InputRule::SurroundingWhitespace,
                field,
                format_args!("no whitespace at either end"),
                format_args!("{} at the {end}", kind(character)),
            ));
        }
    }
    // Every alphabet is of ASCII: no byte of another character is in it, so none is decoded.
    let has = field.row().alphabet.has;
    let mut characters = value.bytes().map(char::from).enumerate();
    let Some((index, character)) = characters.find(|(_, c)| !has(*c)) else {
        return Ok(());
    };
    Err(match shown {
        Shown::Value => InputError::illegal_character(field, format_args!("{}", quoted(value))),
        Shown::Nothing => InputError::illegal_character(
            field,
            format_args!("{} at position {}", kind(character), index + 1),
        ),
    })
}

/// Whether a message may echo a value.
#[derive(Clone, Copy)]
pub(crate) enum Shown {
    /// The value is not secret.
    Value,
    /// The value is, or may be, a secret.
    Nothing,
}

fn kind(character: char) -> &'static str {
    match character {
        '\n' | '\r' => "a line break",
        ' ' => "a space",
        '\t' => "a tab",
        c if c.is_ascii_control() => "a control character",
        c if c.is_ascii() => "a character outside that",
        _ => "a non-ASCII character",
    }
}
