//! HTTP statuses, as clients write them.

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

/// Finds every status of a text. What Vault passes on of AWS's answers is none.
pub(super) fn statuses(text: &str) -> Vec<Status> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let digits = bytes
            .iter()
            .skip(at)
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        if digits == 3
            && let (Some(before), Some(after)) = (text.get(..at), text.get(at + 3..))
            && let Ok(code @ 100..600) = text.get(at..at + 3).unwrap_or_default().parse()
            && is_status(before, after)
        {
            found.push(Status { at, code });
        }
        at += digits.max(1);
    }
    found
}

fn is_status(before: &str, after: &str) -> bool {
    let part_of_a_word = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    let aws_says = after.trim_start().starts_with("from STS")
        || after.starts_with(", request id")
        || after.starts_with(", RequestID");
    if before.ends_with(part_of_a_word)
        || after.starts_with(|c: char| c.is_alphanumeric())
        || aws_says
    {
        return false;
    }
    let after = after.trim_start_matches([' ', ')', ':', '\'', '"']);
    if REASONS.iter().any(|reason| after.starts_with(reason)) {
        return true;
    }
    let mut last: Vec<char> = before
        .chars()
        .rev()
        .take(24)
        .filter(|c| !c.is_whitespace() && !"\"'`:=([,<>".contains(*c))
        .collect();
    last.reverse();
    let last = last.into_iter().collect::<String>().to_ascii_lowercase();
    BEFORE.iter().any(|word| last.ends_with(word)) && !last.ends_with("receivederrorcode")
}

/// Returns the status that a client names beside a part of a text: the last one in front of it, or
/// else the first one behind.
pub(super) fn beside(statuses: &[Status], start: usize, end: usize) -> Option<u16> {
    let split = statuses.partition_point(|status| status.at < start);
    let before = statuses
        .get(..split)
        .and_then(<[Status]>::last)
        .filter(|status| start - status.at < 2_000);
    let after = || {
        let split = statuses.partition_point(|status| status.at < end);
        statuses.get(split).filter(|status| status.at - end < 500)
    };
    before.or_else(after).map(|status| status.code)
}
