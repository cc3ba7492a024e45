//! Texts of Vault in a line that no client's own form is known of.
//!
//! A line of a log, an exception, a message of a program that somebody wrote: the text has to stand
//! there from its first word to its last, behind a mark such as `: ` and under a word such as
//! `error`. In prose, in a table or in source code it does not.

use super::clean::EDGE;
use super::error_texts::{COMMON, VAULTS};
use super::search::Search;
use super::view::{View, squeeze};
use super::{Candidate, Reading, Says};

/// As many different texts are a list of them, and no refusal.
const TOO_MANY: usize = 4;

pub(super) fn candidates(reading: &Reading<'_>, add: &mut dyn FnMut(Candidate)) {
    let view = reading.view;
    let mut found = Vec::new();
    let mut different = 0;
    let mut errors = None;
    for (pattern, is_common) in VAULTS
        .iter()
        .map(|text| (text, false))
        .chain(COMMON.iter().map(|text| (text, true)))
    {
        let parts: Vec<String> = pattern.split('*').map(squeeze).collect();
        let mut is_new = true;
        for (start, end, next) in places(view, &parts) {
            if !starts(view, start) || !(pattern.ends_with('*') || ends(view, end)) {
                continue;
            }
            let said = match is_common {
                true => is_beside_a_login(reading, start, end) || is_the_whole(reading, start, end),
                false => is_error(
                    view,
                    errors.get_or_insert_with(|| {
                        view.text.to_ascii_lowercase().places_of(&ERROR_WORDS)
                    }),
                    start,
                    end,
                ),
            };
            if said {
                found.push((start, end, next, pattern.ends_with('*')));
                different += usize::from(is_new);
                is_new = false;
            }
        }
    }
    if different >= TOO_MANY {
        return;
    }
    for (start, end, next, is_open) in found {
        let text = match is_open {
            true => rest_of_paragraph(view.part(start, next.max(end))),
            false => view
                .part(start, end)
                .trim_end_matches(|c: char| c == EDGE || c.is_whitespace()),
        };
        let status = reading.status(view.position(start), view.position(end));
        let candidate = reading.errors(&[text], status, 2);
        if candidate.says > Says::ByStatus {
            add(candidate);
        }
    }
}

/// Finds a text with gaps, each place as its start, its end and where the next one starts.
fn places(view: &View, parts: &[String]) -> Vec<(usize, usize, usize)> {
    const WIDEST_GAP: usize = 400;
    let Some((first, rest)) = parts.split_first() else {
        return Vec::new();
    };
    let mut places = view.find_each(first);
    places.retain_mut(|(_, end, _)| {
        rest.iter().all(|part| {
            let mut limit = (*end + WIDEST_GAP + part.len()).min(view.squeezed.len());
            while !view.squeezed.is_char_boundary(limit) {
                limit -= 1;
            }
            let behind = view.squeezed.get(*end..limit).unwrap_or_default();
            let found = behind.place(part);
            *end += found.unwrap_or_default() + part.len();
            found.is_some()
        })
    });
    places
}

/// Says whether a text begins here, as servers and clients put one behind a mark.
pub(super) fn starts(view: &View, start: usize) -> bool {
    let before = view.before(start);
    let before = before.trim_end_matches(EDGE);
    let trimmed = before.trim_end();
    let gap = before.get(trimmed.len()..).unwrap_or_default();
    if trimmed.is_empty() || gap.contains('\n') {
        return true;
    }
    let value = trimmed.trim_end_matches(EDGE);
    if let Some(key) = value
        .strip_suffix(['"', '\''])
        .map(|key| key.trim_end_matches(EDGE))
    {
        let key = key.trim_end().trim_end_matches(['\\', 'b']);
        // Elixir's pair: `{:error, ["text"]}`.
        if key
            .strip_suffix('[')
            .is_some_and(|pair| pair.trim_end().ends_with(":error,"))
        {
            return true;
        }
        return key.is_empty() || key.ends_with([':', '=', '>', '(', '\n']) && gap.is_empty();
    }
    let level = |level: &&str| {
        trimmed
            .strip_suffix(*level)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with(char::is_whitespace))
    };
    trimmed.ends_with([':', '='])
        || !gap.is_empty() && (trimmed.ends_with([']', '*', '>']) || trimmed.ends_with(" -"))
        || ["ERROR", "ERR", "WARN", "FATAL", "error", "SEVERE"]
            .iter()
            .any(level)
}

/// Says whether a text is over here: prose goes on.
pub(super) fn ends(view: &View, end: usize) -> bool {
    let rest = view.behind(end).trim_start_matches(EDGE);
    let trimmed = rest.trim_start_matches([' ', '\t', '\r']);
    let spaced = trimmed.len() < rest.len();
    let Some(next) = trimmed.chars().next() else {
        return true;
    };
    if next == '\n' || "]})|<;\\".contains(next) || trimmed.starts_with("[0m") {
        return true;
    }
    if spaced {
        // The next pair of a log line, a status, a name of a place in a program.
        let word = trimmed.split_whitespace().next().unwrap_or_default();
        return word.contains('=')
            || word.starts_with(['{', '[', '<'])
            || word.starts_with("(status")
            || word.starts_with("(code")
            || word.starts_with("(4")
            || word.starts_with("(HTTP");
    }
    let behind = trimmed
        .get(next.len_utf8()..)
        .unwrap_or_default()
        .trim_start_matches(EDGE);
    match next {
        '"' | '\'' => {
            let after = behind.chars().next();
            after.is_none_or(|c| "\n\r,;:)]}\\\"'|<".contains(c))
                || behind
                    .split_whitespace()
                    .next()
                    .is_none_or(|word| word.contains('='))
        }
        ',' => {
            behind.starts_with(" on ")
                || behind.starts_with(" \"")
                || behind.starts_with(" status")
                || behind.starts_with('"')
                || behind.starts_with('\n')
        }
        '.' => behind
            .trim_start_matches(['"', '\''])
            .chars()
            .next()
            .is_none_or(|c| "\n\r".contains(c)),
        _ => false,
    }
}

/// Says whether a text stands under a word of an error, or is all that there is.
fn is_error(view: &View, errors: &[usize], start: usize, end: usize) -> bool {
    let is_all = |text: &str| {
        text.trim_matches(['*', '"', '\'', '.', '-', '$'])
            .is_empty()
    };
    let before = view.squeezed.get(..start).unwrap_or_default();
    let after = view.squeezed.get(end..).unwrap_or_default();
    if after.len() < 200 && is_all(before) && view.text.trim().lines().count() < 12 {
        return true;
    }
    // In the same paragraph.
    let start = view.position(start);
    let split = errors.partition_point(|at| *at < start);
    let last = errors.get(..split).and_then(<[usize]>::last);
    last.is_some_and(|at| {
        start - at < 400
            && view
                .text
                .get(*at..start)
                .is_some_and(|between| !between.has("\n\n"))
    })
}

/// Words that errors are printed under.
const ERROR_WORDS: [&str; 15] = [
    "error",
    "err=",
    "err:",
    "\"err\"",
    "exception",
    "fail",
    "fatal",
    "unable to",
    "cannot",
    "could not",
    "refused",
    "denied",
    "status",
    "code",
    "warn",
];

/// Says whether a text stands beside the path of a login and a status that refuses.
fn is_beside_a_login(reading: &Reading<'_>, start: usize, end: usize) -> bool {
    let view = reading.view;
    let mut from = start.saturating_sub(300);
    while !view.squeezed.is_char_boundary(from) {
        from += 1;
    }
    let mut to = (end + 150).min(view.squeezed.len());
    while !view.squeezed.is_char_boundary(to) {
        to -= 1;
    }
    let around = view.squeezed.get(from..to).unwrap_or_default();
    let status = reading.status(view.position(start), view.position(end));
    around.has("auth/") && around.has("/login") && status.is_some_and(|status| status >= 400)
}

/// Says whether a text is all that was pasted: under the star that Vault's CLI prints, or beside a
/// status that the caller gives.
fn is_the_whole(reading: &Reading<'_>, start: usize, end: usize) -> bool {
    let squeezed = &reading.view.squeezed;
    let before = squeezed.get(..start).unwrap_or_default();
    let is_certain = before.contains('*') || reading.given.is_some_and(|status| status >= 400);
    let is_all = before.trim_start_matches('*').is_empty();
    is_certain && is_all && squeezed.len() <= end + 2
}

/// Returns a text up to the end of its paragraph.
fn rest_of_paragraph(text: &str) -> &str {
    let text = text.inside();
    text.until("\n\n")
}
