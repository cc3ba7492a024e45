//! An HTTP answer with its head, as `curl -i` and `curl -v` print it.

use super::super::answer::Answer;
use super::reading::{Candidate, Reading, Says, foreign};
use super::search::Search;
use crate::json::Json;

pub(super) fn candidates(reading: &Reading<'_>, add: &mut dyn FnMut(Candidate)) {
    if !reading.is_outermost {
        return;
    }
    let Some((answer, length)) = read(&reading.view.text) else {
        return;
    };
    let status = answer.status.unwrap_or_default();
    let json = Json::read(answer.body.trim().as_bytes()).ok();
    let is_object = json.is_some_and(|(json, _)| matches!(json, Json::Object(_)));
    let is_cut_off = answer.body.trim().is_empty() && length > 0;
    if is_object {
        // What is in it is found by itself.
        return;
    }
    let mut candidate = match is_cut_off {
        true => Candidate {
            says: Says::Status,
            quality: 3,
            answer: Answer::default(),
        },
        false => foreign(Some(status), &answer.body, 3),
    };
    candidate.answer = answer;
    add(candidate);
}

/// Returns the `Date` of the last answer in a text.
pub(super) fn date(text: &str) -> Option<String> {
    read(text)?.0.date
}

/// Reads the last answer of a text, and how long its body was; the answers of proxies and redirects
/// come before it.
#[inline(never)]
fn read(text: &str) -> Option<(Answer, u64)> {
    let mut last = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len();
        let status = status_line(line).filter(|status| *status != 100);
        if status.is_some() && !line.has("onnection established") {
            last = status.zip(Some(at));
        }
    }
    let (status, start) = last?;
    let mut answer = Answer {
        status: Some(status),
        ..Answer::default()
    };
    let mut length = 0;
    let mut has_head = false;
    let mut lines = text.slice(start, text.len()).lines();
    for line in lines.by_ref() {
        let line = line.skip(|c| c == '<' || c == ' ').trim_ascii_end();
        let (name, value) = line.split_once(':').unwrap_or_default();
        has_head |= line.is_empty() || !name.is_empty();
        if name.is_empty() || !name.is_all(|c| c.is_ascii_alphanumeric() || c == '-') {
            break;
        }
        if name.eq_ignore_ascii_case("date") {
            answer.date = Some(value.trim().into());
        } else if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap_or_default();
        }
    }
    for line in lines {
        // Lines of `curl -v` about the connection.
        if !line.begins(&["* ", "< ", "> ", "} [", "{ ["]) {
            answer.body.push_str(line);
            answer.body.push('\n');
        }
    }
    has_head.then_some((answer, length))
}

fn status_line(line: &str) -> Option<u16> {
    let line = line.skip(|c| c == '<' || c == ' ');
    let (version, rest) = line.strip_prefix("HTTP/")?.split_once(' ')?;
    let is_version = version.is_all(|c| c.is_ascii_digit() || c == '.');
    rest.slice(0, 3).parse().ok().filter(|_| is_version)
}
