//! Bodies: Vault's JSON, and STS's XML where a person asked STS.

use super::super::answer::Answer;
use super::forms::server_text;
use super::reading::{Candidate, Reading, Says};
use super::search::{EDGE, Search, is_gap, is_part_of_a_name};
use super::view::unescape;
use crate::json::Json;

pub(super) fn candidates(reading: &Reading<'_>, add: &mut dyn FnMut(Candidate)) {
    for key in ["errors", "Errors"] {
        lists_of_errors(reading, key, add);
    }
    sts(reading, add);
    if reading.is_outermost {
        granted(&reading.view.text, add);
    }
}

/// Finds `"errors": […]` as JSON, Python, Ruby, Rust and Go print it.
fn lists_of_errors(reading: &Reading<'_>, key: &str, add: &mut dyn FnMut(Candidate)) {
    let view = reading.view;
    for place in view.find(key) {
        let before = view.before(place.start);
        let list = opened(view.between(place.end, place.next)).and_then(items);
        let Some((errors, is_exact)) = list.filter(|_| !before.ends_with(is_part_of_a_name)) else {
            continue;
        };
        let is_quoted = before.cut(is_gap).ends_with(['"', '\'']);
        let is_object = before
            .cut(|c| is_gap(c) || "\"'".contains(c))
            .ends_with('{')
            && is_quoted;
        if errors.is_empty() && !is_object {
            continue;
        }
        let texts: Vec<&str> = errors.iter().map(String::as_str).collect();
        let status = reading.status(place.start, place.next);
        let candidate = reading.errors(&texts, status, if is_exact { 4 } else { 2 });
        // Others have lists of errors, too; what no rule knows is Vault's only if all of it is there.
        if candidate.says > Says::ByStatus || is_object && !is_placeholder(&texts) {
            add(candidate);
        }
    }
}

fn is_placeholder(texts: &[&str]) -> bool {
    texts.iter().any(|text| {
        text.contains('…') || text.has("...") || (text.starts_with('<') && text.ends_with('>'))
    })
}

/// Returns what is inside the bracket behind a key.
fn opened(rest: &str) -> Option<&str> {
    let rest = rest.skip(|c| is_gap(c) || "\"'".contains(c));
    let rest = rest.strip_prefix(['=', ':'])?;
    // Ruby points with an arrow.
    let rest = rest.skip(|c| is_gap(c) || c == '>');
    rest.strip_prefix('[')
}

/// Reads the strings of a list, and says whether it is written exactly as JSON prescribes.
fn items(list: &str) -> Option<(Vec<String>, bool)> {
    let mut rest = list.skip(is_gap);
    let (mut read, mut is_exact) = (Vec::new(), true);
    if rest.starts_with(']') {
        return Some((read, true));
    }
    let quote = rest.chars().next().filter(|c| "\"'".contains(*c))?;
    loop {
        let (content, after, is_first) = string(rest.slice(1, rest.len()), quote);
        is_exact &= is_first && !content.contains('\n');
        read.push(unescape(content, false));
        let next = after.strip_prefix(',').unwrap_or_default().skip(is_gap);
        if !next.starts_with(quote) {
            return Some((read, is_exact && after.starts_with(']')));
        }
        rest = next;
    }
}

/// Returns a string's content, what follows its closing quote, and whether the first quote that is
/// not escaped closes it. A quote that nothing of a list follows is part of the content.
fn string(inside: &str, quote: char) -> (&str, &str, bool) {
    let mut is_first = true;
    let mut is_escaped = false;
    for (at, character) in inside.char_indices() {
        if character == quote && !is_escaped {
            let after = inside.slice(at + 1, inside.len()).skip(is_gap);
            let next = after.strip_prefix(',').unwrap_or_default();
            if after.starts_with(']') || next.skip(is_gap).starts_with(quote) {
                return (inside.slice(0, at), after, is_first);
            }
            is_first = false;
        }
        // Neither a wrap nor an edge parts a backslash from its letter.
        if !(character == '\n' || character == EDGE) {
            is_escaped = character == '\\' && !is_escaped;
        }
    }
    // Cut off: the rest of the line, or all of it where it was wrapped.
    (inside, "", false)
}

/// What tools print in front of a refusal by STS, without white space.
const STS: [(&str, &str); 3] = [
    // STS's answer, which curl shows.
    ("<ErrorResponse", "sts.amazonaws.com/doc/"),
    // AWS's CLI and botocore.
    (
        "Anerroroccurred(",
        ")whencallingtheGetCallerIdentityoperation",
    ),
    // AWS's SDK for Go.
    ("operationerrorSTS:GetCallerIdentity,", "apierror"),
];

/// Finds refusals of STS: Vault passes them on, and curl and AWS's tools print them.
fn sts(reading: &Reading<'_>, add: &mut dyn FnMut(Candidate)) {
    let view = reading.view;
    for (before, near) in STS {
        for place in view.find(before) {
            if view.squeezed.slice(place.start, place.end + 120).has(near) {
                let refusal = server_text(reading, place.start, place.next);
                let text = [BY_STS, refusal].concat();
                add(reading.errors(&[&text], Some(400), 2));
            }
        }
    }
}

/// What Vault puts in front of a refusal by STS.
const BY_STS: &str = "error making upstream request: received error code 403 from STS: ";

/// Finds an answer that grants, which is all of the text.
fn granted(text: &str, add: &mut dyn FnMut(Candidate)) {
    let Some(start) = text.find('{') else { return };
    let body = text.get(start..).unwrap_or_default();
    let Ok((json, _)) = Json::read(body.as_bytes()) else {
        return;
    };
    let is_object = |key| matches!(json.get(key), Some(Json::Object(_)));
    if is_object("auth") || is_object("wrap_info") {
        add(Candidate {
            says: Says::Vaults,
            quality: 4,
            answer: Answer {
                status: Some(200),
                body: body.trim_end().into(),
                date: None,
            },
        });
    }
}
