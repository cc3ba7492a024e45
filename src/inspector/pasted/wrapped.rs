//! Puts the texts that the rules know back together where a wrap broke them.

use super::super::refusal_texts::{
    AFTER_STS, BEFORE_STS, FIELD_VALIDATION, OWN_CALL_FAULTS, OWN_CALLS, STS, UPSTREAM,
};
use super::search::{Search, squeeze};
use super::view::View;
use crate::sorted::sorted;

/// Texts besides those of the rules that decide between rules, or that values stand behind.
const MARKS: [&str; 13] = [
    "Field validation failed",
    " for field ",
    "error making upstream request",
    "received error code",
    "slash-delimited elements",
    ", got '",
    "header: expected ",
    " but got ",
    "Signature expired: ",
    "Signature not yet current: ",
    " is now earlier than ",
    " is still later than ",
    "valid region, not '",
];

/// The texts that the rules know, each with what a wrap leaves of it.
pub(super) struct KnownTexts(Vec<(&'static str, String)>);

impl KnownTexts {
    pub(super) fn new() -> Self {
        let mut known = [MARKS.as_slice(), OWN_CALLS.as_slice()].concat();
        for texts in [
            BEFORE_STS,
            FIELD_VALIDATION,
            UPSTREAM,
            STS,
            AFTER_STS,
            OWN_CALL_FAULTS,
        ] {
            known.extend(texts.iter().map(|(piece, _)| *piece));
        }
        known.retain(|piece| !piece.is_empty());
        Self(
            known
                .into_iter()
                .map(|piece| (piece, squeeze(piece)))
                .collect(),
        )
    }

    /// Returns a text in which every text of the rules stands in one piece.
    pub(super) fn rejoin(&self, text: &str) -> String {
        if !text.contains('\n') {
            return text.into();
        }
        let view = View::new(text.into());
        let mut broken = Vec::new();
        for (piece, squeezed) in &self.0 {
            if let Some(start) = view.squeezed.place(squeezed)
                && !text.has(piece)
            {
                // A piece of another one comes second.
                broken.push((start, usize::MAX - squeezed.len(), *piece));
            }
        }
        let mut whole = String::with_capacity(text.len());
        let mut done = 0;
        for (start, length, piece) in sorted(broken) {
            if start < done {
                continue;
            }
            whole.push_str(view.between(done, start).cut(|c| c == '\n'));
            let is_spaced = whole.ends_with([' ', '\t', '\n']);
            if piece.starts_with(' ') || view.before(start).ends_with([' ', '\n']) && !is_spaced {
                whole.push(' ');
            }
            whole.push_str(piece.trim_start());
            done = start + (usize::MAX - length);
        }
        let rest = view.between(done, view.squeezed.len());
        whole.push_str(rest.skip(|c| "\n\r".contains(c)));
        joined_times(&whole)
    }
}

/// Joins the two parts of a time of AWS's, which has no space inside.
fn joined_times(text: &str) -> String {
    fn is_time(c: char) -> bool {
        c.is_ascii_digit() || c == 'T' || c == 'Z'
    }
    let mut joined = String::with_capacity(text.len());
    for (index, line) in text.split('\n').enumerate() {
        let rest = line.trim_start();
        let before = joined.len() - joined.cut(is_time).len();
        let after = rest.len() - rest.skip(is_time).len();
        let is_broken = before > 0 && after > 0 && before + after == "20220127T001427Z".len();
        if index > 0 && !is_broken {
            joined.push('\n');
        }
        joined.push_str(if is_broken { rest } else { line });
    }
    joined
}
