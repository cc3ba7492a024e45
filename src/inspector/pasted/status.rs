//! HTTP statuses, as clients write them.

use super::search::{Search, is_gap, is_part_of_a_name};

/// Words that stand in front of a status, in small letters and without white space.
const BEFORE: [&str; 12] = [
    "code",
    "status",
    "statuscode",
    "http",
    "http/1.1",
    "http/1.0",
    "http/2",
    "http/2.0",
    "http/3",
    "httperror",
    "respondedwitha",
    "resultedina",
];

/// What stands behind a status.
const REASONS: [&str; 22] = [
    "Bad Request",
    "BAD_REQUEST",
    "Unauthorized",
    "Forbidden",
    "FORBIDDEN",
    "Not Found",
    "NOT_FOUND",
    "Method Not Allowed",
    "Precondition Failed",
    "Request Entity Too Large",
    "Payload Too Large",
    "Too Many Requests",
    "TOO_MANY_REQUESTS",
    "Internal Server Error",
    "INTERNAL_SERVER_ERROR",
    "Not Implemented",
    "Bad Gateway",
    "Service Unavailable",
    "SERVICE_UNAVAILABLE",
    "Service Temporarily Unavailable",
    "Gateway Time",
    "Client Error:",
];

/// A status and where it stands in a text.
#[derive(Clone, Copy)]
pub(super) struct Status {
    at: usize,
    pub(super) code: u16,
}

/// Finds every status of a text. Vault's messages also name the status of STS's answer, which does
/// not count.
pub(super) fn statuses(text: &str) -> Vec<Status> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let Some(first) = rest.find(|c: char| c.is_ascii_digit()) else {
            break;
        };
        at += first;
        let number = text.get(at..).unwrap_or_default();
        let digits = number.len() - number.skip(|c| c.is_ascii_digit()).len();
        if digits == 3
            && let Ok(code @ 100..600) = number.slice(0, 3).parse()
            && is_status(text.slice(at.saturating_sub(40), at), number.slice(3, 60))
        {
            found.push(Status { at, code });
        }
        at += digits;
    }
    found
}

/// Says whether a number is a status, by the text in front of it and behind it.
fn is_status(before: &str, after: &str) -> bool {
    let last = before.chars().next_back().unwrap_or(' ');
    if is_part_of_a_name(last)
        || matches!(last, '-' | '.')
        || after.starts_with(is_part_of_a_name)
        || after.trim_start().starts_with("from STS")
        || after.begins(&[", request id", ", RequestID"])
    {
        return false;
    }
    let reason = after.skip(|c| " ):'\"".contains(c));
    // Quotes, colons and brackets may stand in between.
    let words = before.replace(|c| is_gap(c) || "\"'`:=([,<>".contains(c), "");
    let words = words.to_ascii_lowercase();
    reason.begins(&REASONS) || words.ends(&BEFORE) && !words.ends_with("receivederrorcode")
}

/// Returns the status that a client names beside a part of a text: the last one in front of it, or
/// else the first one behind.
pub(super) fn beside(statuses: &[Status], start: usize, end: usize) -> Option<u16> {
    let split = statuses.partition_point(|status| status.at < start);
    let before = statuses.get(..split)?.last();
    let before = before.filter(|status| start - status.at < 2_000);
    let behind = || {
        let split = statuses.partition_point(|status| status.at < end);
        statuses.get(split).filter(|status| status.at - end < 500)
    };
    before.or_else(behind).map(|status| status.code)
}
