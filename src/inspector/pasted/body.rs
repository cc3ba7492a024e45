//! Bodies: Vault's JSON, and STS's XML where a person asked STS.

use crate::json::Json;

use super::super::answer::Answer;
use super::clean::EDGE;
use super::search::Search;
use super::view::unescape;
use super::{Candidate, Reading, Says};

pub(super) fn candidates(reading: &Reading<'_>, add: &mut dyn FnMut(Candidate)) {
    lists_of_errors(reading, add);
    sts(reading, add);
    if reading.outermost {
        granted(&reading.view.text, add);
    }
}

/// Finds `"errors": […]` as JSON, Python, Ruby, Rust and Go print it.
fn lists_of_errors(reading: &Reading<'_>, add: &mut dyn FnMut(Candidate)) {
    let view = reading.view;
    for (start, end, next) in view.find_each("rrors") {
        let name = view.before(start).trim_end_matches(is_gap);
        let Some(before) = name.strip_suffix(['e', 'E']) else {
            continue;
        };
        if before.ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let is_quoted = before.trim_end_matches(is_gap).ends_with(['"', '\'']);
        let Some(list) = opened(view.between(end, next)) else {
            continue;
        };
        let opens_object = before
            .trim_end_matches(['"', '\'', ' ', '\n', EDGE])
            .ends_with('{');
        let Some((errors, is_exact)) = items(list) else {
            continue;
        };
        if errors.is_empty() && !(is_quoted && opens_object) {
            continue;
        }
        let texts: Vec<&str> = errors.iter().map(String::as_str).collect();
        let quality = if is_exact { 4 } else { 1 };
        let candidate = reading.errors(
            &texts,
            reading.status(view.position(start), view.position(next)),
            quality,
        );
        // Others have lists of errors, too; what no rule knows is Vault's only if all of it is there.
        if candidate.says > Says::ByStatus || is_quoted && opens_object && !is_placeholder(&texts) {
            add(candidate);
        }
    }
}

/// Says whether a character is none that a server wrote.
fn is_gap(character: char) -> bool {
    character.is_whitespace() || character == EDGE
}

fn is_placeholder(texts: &[&str]) -> bool {
    texts.iter().any(|text| {
        text.contains('…') || text.has("...") || (text.starts_with('<') && text.ends_with('>'))
    })
}

/// Returns what is inside the bracket behind a key.
fn opened(rest: &str) -> Option<&str> {
    let rest = rest.trim_start_matches(|c| is_gap(c) || "\"'".contains(c));
    let rest = rest.strip_prefix(['=', ':'])?;
    // Ruby points with an arrow.
    let rest = rest.trim_start_matches(|c| is_gap(c) || c == '>');
    rest.strip_prefix('[')
}

/// Reads the strings of a list, and says whether it is written exactly as JSON has it.
fn items(list: &str) -> Option<(Vec<String>, bool)> {
    let mut rest = list.trim_start_matches(is_gap);
    let (mut read, mut is_exact) = (Vec::new(), true);
    if rest.starts_with(']') {
        return Some((read, true));
    }
    loop {
        let quote = rest.chars().next().filter(|c| "\"'".contains(*c))?;
        let inside = rest.get(1..)?;
        let (content, after, is_first) = string(inside, quote);
        is_exact &= is_first && !content.contains('\n');
        read.push(unescape(content, false));
        let after = after.trim_start_matches(is_gap);
        match after.strip_prefix(',') {
            Some(next) if next.trim_start_matches(is_gap).starts_with(quote) => {
                rest = next.trim_start_matches(is_gap);
            }
            _ => return Some((read, is_exact && after.starts_with(']'))),
        }
    }
}

/// Returns a string's content, what is behind its closing quote, and whether the first quote that is
/// not escaped closes it. A quote that nothing of a list follows is part of the content.
fn string(inside: &str, quote: char) -> (&str, &str, bool) {
    let mut is_first = true;
    let mut escaped = false;
    for (at, character) in inside.char_indices() {
        if character == quote && !escaped {
            let after = inside.get(at + 1..).unwrap_or_default();
            let next = after.trim_start_matches(is_gap);
            let closes = next.starts_with(']')
                || next
                    .strip_prefix(',')
                    .is_some_and(|next| next.trim_start().starts_with(quote));
            if closes {
                return (inside.get(..at).unwrap_or_default(), after, is_first);
            }
            is_first = false;
        }
        // Neither a wrap nor an edge parts a backslash from its letter.
        if !(character == '\n' || character == EDGE) {
            escaped = character == '\\' && !escaped;
        }
    }
    // Cut off: the rest of the line, or all of it where it was wrapped.
    (inside, "", false)
}

/// Finds refusals of STS: Vault passes them on, and curl and AWS's tools print them.
fn sts(reading: &Reading<'_>, add: &mut dyn FnMut(Candidate)) {
    let view = reading.view;
    let mut say = |refusal: &str| {
        let text =
            format!("error making upstream request: received error code 403 from STS: {refusal}");
        let candidate = reading.errors(&[&text], Some(400), 2);
        add(candidate);
    };
    for (start, _, next) in view.find_each("<ErrorResponse") {
        let xml = view.squeezed.get(start..next).unwrap_or_default();
        let is_sts = xml
            .place("sts.amazonaws.com/doc/")
            .is_some_and(|at| at < 80);
        if is_sts && let Some(end) = xml.place("</Code>") {
            let end = xml
                .place("</ErrorResponse>")
                .map_or(end + 1_000, |end| end + "</ErrorResponse>".len());
            let mut end = end.min(xml.len());
            while !xml.is_char_boundary(end) {
                end -= 1;
            }
            say(view.part(start, start + end));
        }
    }
    // AWS's CLI and botocore.
    const OPERATION: &str = ")whencallingtheGetCallerIdentityoperation";
    for (start, end, next) in view.find_each("Anerroroccurred(") {
        let rest = view.squeezed.get(end..next).unwrap_or_default();
        if let Some((code, _)) = rest.split_once(OPERATION)
            && code.len() < 60
        {
            let line = view.part(start, next).until("\n\n");
            say(&format!("<Code>{code}</Code> {line}"));
        }
    }
    // AWS's SDK for Go.
    for (_, end, next) in view.find_each("operationerrorSTS:GetCallerIdentity,") {
        let line = view.part(end, next).inside();
        if let Some((_, error)) = line.split_once("api error ") {
            say(error);
        }
    }
}

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
