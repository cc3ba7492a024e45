//! The positions of an input, and how a text is put there.

use serde_json::{Map, Value};

use super::dice::Dice;
use super::secrets::Secrets;
use super::spelling::{dress, spell};

/// Makes what is planted: a random secret in a random spelling, with a random text around it.
pub fn piece(dice: &mut Dice, secrets: &Secrets) -> String {
    let all = secrets.all();
    let secret = &all[dice.range(0, all.len() - 1)];
    let (_, spelt) = spell(dice, &secret.text);
    dress(dice, &spelt)
}

/// Puts a piece into a text: in its place, before, behind or within it.
pub fn into_text(dice: &mut Dice, text: &mut String, piece: &str) {
    match dice.range(0, 9) {
        0..4 => *text = piece.to_owned(),
        4..6 => text.push_str(piece),
        6 => text.insert_str(0, piece),
        _ => {
            let at = boundary(dice, text);
            text.insert_str(at, piece);
        }
    }
}

/// Returns where a delimiter may be, which is in no secret, however it is spelt: what is planted
/// stays whole.
fn delimiters(text: &str) -> Vec<usize> {
    text.match_indices([
        '"', '{', '}', '[', ']', ',', ':', '?', ' ', '<', '>', '=', '&', '\r',
    ])
    // An escape of HTML.
    .filter(|(at, found)| *found != "&" || text[at + 1..].starts_with(['X', 'A', 'V']))
    .map(|(at, _)| at)
    .collect()
}

/// Returns a place between two characters, next to a delimiter where a secret may be in the text.
fn boundary(dice: &mut Dice, text: &str) -> usize {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "+/=_-.%&#;\\\u{200b}".contains(c);
    let may_hold_secret = text.split(|c| !is_part(c)).any(|word| word.len() > 20);
    if !may_hold_secret {
        return dice.boundary(text);
    }
    let beside = delimiters(text).into_iter().flat_map(|at| [at, at + 1]);
    dice.of(&beside.chain([0, text.len()]).collect::<Vec<_>>())
}

/// Puts a piece somewhere into a JSON value: usually into a string, otherwise instead of a
/// value, as a key, as the value of a new key, as an element of a list or of a new one.
pub fn into_json(dice: &mut Dice, value: &mut Value, piece: &str) {
    let strings = count(value, Value::is_string);
    if strings > 0 && dice.percent(75) {
        let chosen = dice.range(0, strings - 1);
        visit(value, Value::is_string, &mut { chosen }, &mut |value| {
            if let Value::String(text) = value {
                into_text(dice, text, piece);
            }
        });
        return;
    }
    let any = |_: &Value| true;
    let chosen = dice.range(0, count(value, any) - 1);
    visit(value, any, &mut { chosen }, &mut |value| {
        change(dice, value, piece)
    });
}

/// How many values of a kind there are in a value, itself among them.
fn count(value: &Value, kind: fn(&Value) -> bool) -> usize {
    let within = match value {
        Value::Array(values) => values.iter().map(|value| count(value, kind)).sum(),
        Value::Object(values) => values.values().map(|value| count(value, kind)).sum(),
        _ => 0,
    };
    usize::from(kind(value)) + within
}

/// Changes the chosen value of a kind, and returns whether it was in this one.
fn visit(
    value: &mut Value,
    kind: fn(&Value) -> bool,
    left: &mut usize,
    change: &mut dyn FnMut(&mut Value),
) -> bool {
    if kind(value) {
        if *left == 0 {
            change(value);
            return true;
        }
        *left -= 1;
    }
    match value {
        Value::Array(values) => values.iter_mut().any(|v| visit(v, kind, left, change)),
        Value::Object(values) => values.values_mut().any(|v| visit(v, kind, left, change)),
        _ => false,
    }
}

fn change(dice: &mut Dice, value: &mut Value, piece: &str) {
    match value {
        Value::String(text) => match dice.range(0, 19) {
            0 => *value = Value::Array(vec![text.clone().into(), piece.into()]),
            1 => {
                *value = [(piece.to_owned(), Value::from(text.clone()))]
                    .into_iter()
                    .collect::<Map<_, _>>()
                    .into()
            }
            2 => {
                *value = [("a".to_owned(), Value::from(piece))]
                    .into_iter()
                    .collect::<Map<_, _>>()
                    .into()
            }
            _ => into_text(dice, text, piece),
        },
        Value::Array(values) => {
            let at = dice.range(0, values.len());
            values.insert(at, piece.into());
        }
        Value::Object(values) => {
            let names: Vec<String> = values.keys().cloned().collect();
            match dice.range(0, 3) {
                0 => _ = values.insert("unknown".into(), piece.into()),
                1 => _ = values.insert(piece.to_owned(), "1".into()),
                // Another name for a value that is there.
                _ if !names.is_empty() => {
                    let mut name = names[dice.range(0, names.len() - 1)].clone();
                    let held = values.remove(&name).unwrap_or_default();
                    into_text(dice, &mut name, piece);
                    values.insert(name, held);
                }
                _ => _ = values.insert(piece.to_owned(), Value::Null),
            }
        }
        _ => *value = piece.into(),
    }
}

/// Damages a text as people do: a delimiter is forgotten, the end or the beginning is cut off, a
/// delimiter stands there twice.
pub fn damage(dice: &mut Dice, text: &mut String) {
    let delimiters = delimiters(text);
    if delimiters.is_empty() {
        return;
    }
    let at = dice.of(&delimiters);
    match dice.range(0, 5) {
        0 => text.truncate(at),
        1 => drop(text.drain(..at)),
        2 => {
            let delimiter = text[at..].chars().next().unwrap();
            text.insert(at, delimiter);
        }
        _ => drop(text.remove(at)),
    }
}

/// Writes a text as another encoding would be read.
pub fn misread(dice: &mut Dice, text: &str) -> String {
    match dice.range(0, 2) {
        0 => format!("\u{feff}{text}"),
        // UTF-16, read byte by byte.
        1 => text.chars().flat_map(|c| [c, '\0']).collect(),
        _ => text.chars().flat_map(|c| ['\0', c]).collect(),
    }
}
