//! hvac, and what uses it: Ansible, Airflow, scripts.

use super::super::clean::EDGE;
use super::super::search::Search;
use super::super::view::squeeze;
use super::super::{Candidate, Reading, foreign};
use super::paragraph;

/// Exceptions of hvac, and the statuses that raise them.
const HVAC: [(&str, u16); 11] = [
    ("InvalidRequest", 400),
    ("Unauthorized", 401),
    ("Forbidden", 403),
    ("InvalidPath", 404),
    ("UnsupportedOperation", 405),
    ("PreconditionFailed", 412),
    ("RateLimitExceeded", 429),
    ("InternalServerError", 500),
    ("VaultNotInitialized", 501),
    ("BadGateway", 502),
    ("VaultDown", 503),
];

/// Methods with which hvac's texts end, without white space.
const ENDS: [&str; 6] = [
    ",onposthttp",
    ",onputhttp",
    ",ongethttp",
    ",onlisthttp",
    ",ondeletehttp",
    ",onpatchhttp",
];

pub(super) fn candidates(reading: &Reading<'_>, add: &mut dyn FnMut(Candidate)) {
    let view = reading.view;
    let mut last = 0;
    for start in view.squeezed.places_of(&ENDS) {
        let rest = view.squeezed.get(start..).unwrap_or_default();
        let length = ENDS.iter().find(|end| rest.starts_with(**end));
        let end = start + length.map_or(0, |end| end.len());
        let url = view.squeezed.get(end..).unwrap_or_default();
        if !url.chars().take(200).collect::<String>().has("/v1/") {
            continue;
        }
        let part = view.squeezed.get(last..start).unwrap_or_default();
        // The class, if the client prints it.
        let class = HVAC.iter().filter_map(|(name, status)| {
            let ends = [format!("{name}:"), format!("{name}(")];
            let at = ends
                .iter()
                .filter_map(|end| part.rfind(end.as_str()))
                .max()?;
            Some((last + at + name.len() + 1, *status))
        });
        let class = class.max_by_key(|(at, _)| *at);
        let from = class.map_or(last, |(at, _)| at);
        let text = view
            .text
            .get(view.position(from)..view.position(start))
            .unwrap_or_default();
        let text = match class {
            Some(_) => text,
            None => last_paragraph(text),
        };
        // Strings inside are the server's, who escapes nothing more.
        let quality = if text.contains(EDGE) { 1 } else { 3 };
        let text = text
            .trim_matches(|c: char| c.is_whitespace() || c == EDGE)
            .replace(EDGE, "");
        let text = text.trim_start_matches(['"', '\'']).trim();
        let status = class
            .map(|(_, status)| status)
            .or_else(|| reading.status(view.position(from), view.position(end)));
        if text.starts_with(['{', '<']) {
            if class.is_some() {
                add(foreign(status, text, 2));
            }
        } else if text != "None" {
            add(reading.errors(&[text], status, quality));
        }
        last = end;
    }
    // Cut off before its end.
    for (name, status) in HVAC {
        let mark = format!("hvac.exceptions.{name}:");
        for (_, end, next) in view.find_each(&mark) {
            if end > last {
                let text = paragraph(view.between(end, next));
                if text.trim_start().starts_with(['{', '<']) {
                    add(foreign(Some(status), text, 1));
                } else if !text.trim().is_empty() {
                    add(reading.errors(&[text], Some(status), 1));
                }
            }
        }
    }
}

/// Returns what a text ends with, from the last edge, quote of a value or empty line on.
fn last_paragraph(text: &str) -> &str {
    let text = text.split(EDGE).next_back().unwrap_or_default();
    if squeeze(text).has("<ErrorResponse") {
        return text;
    }
    let text = text.trim_end().rsplit("\n\n").next().unwrap_or_default();
    let value = text
        .rfind(": \"")
        .map(|at| at + 3)
        .or_else(|| text.rfind("=\"").map(|at| at + 2));
    value
        .and_then(|at| text.get(at..))
        .filter(|value| !value.has("</"))
        .unwrap_or(text)
}
