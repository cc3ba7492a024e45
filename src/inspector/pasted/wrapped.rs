//! Puts the texts that the rules know back together where a wrap broke them.

use super::super::refusal_texts::{
    AFTER_STS, BEFORE_STS, FIELD_VALIDATION, OWN_CALL_FAULTS, OWN_CALLS, STS, UPSTREAM,
};
use super::view::{View, squeeze};

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
        let known = [
            BEFORE_STS,
            FIELD_VALIDATION,
            UPSTREAM,
            STS,
            AFTER_STS,
            OWN_CALL_FAULTS,
        ];
        let pieces = known.into_iter().flatten().map(|(piece, _)| *piece);
        let pieces = pieces
            .chain(OWN_CALLS)
            .chain(MARKS)
            .filter(|piece| !piece.is_empty());
        Self(pieces.map(|piece| (piece, squeeze(piece))).collect())
    }

    /// Returns a text in which every text of the rules stands in one piece.
    pub(super) fn rejoin(&self, text: &str) -> String {
        if !text.contains('\n') {
            return text.into();
        }
        let view = View::new(text.into());
        let mut broken: Vec<(usize, usize, &str)> = Vec::new();
        for (piece, squeezed) in &self.0 {
            if let Some((start, end)) = view.find(squeezed).first().copied()
                && !text.contains(piece)
            {
                broken.push((start, end, piece));
            }
        }
        let mut whole = String::with_capacity(text.len());
        let mut done = 0;
        // A piece of another one comes second.
        let first = |done: usize| {
            let left = broken.iter().filter(move |(start, ..)| *start >= done);
            left.min_by_key(|(start, end, _)| (*start, usize::MAX - end))
        };
        while let Some((start, end, piece)) = first(done) {
            whole.push_str(view.part(done, *start).trim_end_matches('\n'));
            if piece.starts_with(' ')
                || view.before(*start).ends_with(char::is_whitespace)
                    && !whole.ends_with(char::is_whitespace)
            {
                whole.push(' ');
            }
            whole.push_str(piece.trim_start());
            done = *end;
        }
        whole.push_str(view.behind(done).trim_start_matches(['\n', '\r']));
        joined_times(&whole)
    }
}

/// Joins the two parts of a time of AWS's, which has no space inside.
fn joined_times(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for (index, line) in text.split('\n').enumerate() {
        let is_time = |c: char| c.is_ascii_digit() || c == 'T' || c == 'Z';
        let before: usize = joined.chars().rev().take_while(|c| is_time(*c)).count();
        let after: usize = line
            .trim_start()
            .chars()
            .take_while(|c| is_time(*c))
            .count();
        let is_broken = before > 0 && after > 0 && before + after == "20220127T001427Z".len();
        if index > 0 && !is_broken {
            joined.push('\n');
        }
        joined.push_str(if is_broken { line.trim_start() } else { line });
    }
    joined
}
