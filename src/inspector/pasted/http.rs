//! An HTTP answer with its head, as `curl -i` and `curl -v` print it.

use crate::json::Json;

use super::super::answer::Answer;
use super::search::Search;
use super::{Candidate, Reading, Says, foreign};

pub(super) fn candidates(reading: &Reading<'_>, add: &mut dyn FnMut(Candidate)) {
    let Some(http) = reading
        .outermost
        .then(|| Http::read(&reading.view.text))
        .flatten()
    else {
        return;
    };
    let answer = Answer {
        status: Some(http.status),
        body: http.body.clone(),
        date: http.date.clone(),
    };
    let body = http.body.trim();
    let json = Json::read(body.as_bytes()).ok().map(|(json, _)| json);
    let is_cut_off = body.is_empty() && http.length.is_some_and(|length| length > 0);
    let says = match (http.status, &json) {
        (300..400, _) => Says::ByStatus,
        _ if is_cut_off => Says::Status,
        // A list of errors is found by itself.
        (_, Some(json)) if json.get("errors").is_some() => return,
        (..300, Some(json)) => match json.get("auth").or(json.get("wrap_info")) {
            Some(Json::Object(_)) => Says::Vaults,
            _ => return,
        },
        _ => {
            let mut candidate = foreign(Some(http.status), body, 3);
            candidate.answer.date = http.date;
            return add(candidate);
        }
    };
    add(Candidate {
        says,
        quality: 3,
        answer,
    });
}

/// Returns the `Date` of the last answer in a text.
pub(super) fn date(text: &str) -> Option<String> {
    Http::read(text)?.date
}

struct Http {
    status: u16,
    date: Option<String>,
    length: Option<u64>,
    body: String,
}

impl Http {
    /// Reads the last answer of a text; those of proxies and redirects come before it.
    fn read(text: &str) -> Option<Self> {
        let mut last = None;
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            at += line.len();
            if let Some(status) = status_line(line)
                && status != 100
                && !line.has("onnection established")
            {
                last = Some((status, at));
            }
        }
        let (status, start) = last?;
        let mut http = Self {
            status,
            date: None,
            length: None,
            body: String::new(),
        };
        let mut lines = text.get(start..)?.lines();
        let mut has_head = false;
        for line in lines.by_ref() {
            let line = line.trim_start_matches(['<', ' ']).trim_end();
            let Some((name, value)) = line.split_once(':').filter(|(name, _)| is_name(name)) else {
                has_head |= line.is_empty();
                break;
            };
            has_head = true;
            if name.eq_ignore_ascii_case("date") {
                http.date = Some(value.trim().into());
            } else if name.eq_ignore_ascii_case("content-length") {
                http.length = value.trim().parse().ok();
            }
        }
        if !has_head {
            return None;
        }
        // Lines of `curl -v` about the connection.
        let is_about = |line: &&str| {
            ["* ", "< ", "> ", "} [", "{ ["]
                .iter()
                .any(|mark| line.starts_with(mark))
        };
        let body: Vec<&str> = lines.filter(|line| !is_about(line)).collect();
        http.body = body.join("\n");
        Some(http)
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

fn status_line(line: &str) -> Option<u16> {
    let line = line.trim_start_matches(['<', ' ']);
    let rest = line.strip_prefix("HTTP/")?;
    let (version, rest) = rest.split_once(' ')?;
    let status = rest.get(..3)?;
    let is_version = version.chars().all(|c| c.is_ascii_digit() || c == '.');
    if is_version {
        status.parse().ok()
    } else {
        None
    }
}
