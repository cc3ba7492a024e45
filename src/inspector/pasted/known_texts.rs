//! Texts of Vault where no form of a client is known: in a line of a log, an exception, a message.
//!
//! A text has to stand there from its first word to its last, behind a mark such as `: `, and under a
//! word such as `error` or beside what a client of Vault prints. In prose, in a table or in source
//! code it does not.

use super::forms::{BEHIND, server_text};
use super::reading::{Candidate, Reading, Says};
use super::search::{EDGE, Search, is_gap, squeeze};
use super::view::{Place, View};

/// As many different texts are a list of them, and no refusal.
const TOO_MANY: usize = 4;

pub(super) fn candidates(reading: &Reading<'_>, add: &mut dyn FnMut(Candidate)) {
    let view = reading.view;
    let context = Context::new(view);
    let mut found = Vec::new();
    let mut different = 0;
    for (texts, is_common) in [(VAULTS.as_slice(), false), (COMMON.as_slice(), true)] {
        for pattern in texts {
            let is_open = pattern.ends_with('*');
            let mut is_listed = false;
            for place in places(view, pattern) {
                if !starts(view, place.start) || !is_open && !ends(view, place.end) {
                    continue;
                }
                let is_marked = near(&context.clients, place, 300, 150);
                let is_said = is_marked
                    || match is_common {
                        true => is_beside_a_login(reading, place) || is_the_whole(reading, place),
                        false => context.is_error(view, place),
                    };
                is_listed |= is_said && !is_marked;
                if is_said {
                    found.push((place, is_open, is_marked));
                }
            }
            different += usize::from(is_listed);
        }
    }
    for (place, is_open, is_marked) in found {
        if different >= TOO_MANY && !is_marked {
            continue;
        }
        let text = match is_open {
            true => server_text(reading, place.start, place.next.max(place.end)),
            false => view.part(place.start, place.end).cut(is_gap),
        };
        let status = reading.status(place.start, place.end);
        let candidate = reading.errors(&[text], status, 2);
        if candidate.says > Says::ByStatus {
            add(candidate);
        }
    }
}

/// Finds a text with gaps.
fn places(view: &View, pattern: &str) -> Vec<Place> {
    const WIDEST_GAP: usize = 400;
    let mut parts = pattern.split('*').map(squeeze);
    let mut places = view.find(&parts.next().unwrap_or_default());
    for part in parts {
        places.retain_mut(|place| {
            let limit = place.end + WIDEST_GAP + part.len();
            let found = view.squeezed.slice(place.end, limit).place(&part);
            place.end += found.unwrap_or_default() + part.len();
            found.is_some()
        });
    }
    places
}

/// Says whether a text begins here, as servers and clients put one behind a mark.
#[inline(never)]
pub(super) fn starts(view: &View, start: usize) -> bool {
    let before = view.before(start).cut(|c| c == EDGE);
    let trimmed = before.trim_ascii_end();
    let gap = before.slice(trimmed.len(), before.len());
    if trimmed.is_empty() || gap.contains('\n') {
        return true;
    }
    let value = trimmed.cut(|c| c == EDGE);
    if let Some(key) = value.strip_suffix(['"', '\'']) {
        let key = key.cut(is_gap).cut(|c| c == '\\' || c == 'b');
        // Elixir's pair: `{:error, ["text"]}`.
        return key.ends(&[":error,["])
            || key.ends(&[":error, ["])
            || key.is_empty()
            || gap.is_empty() && key.ends(&[":", "=", ">", "(", "\n"]);
    }
    let word = trimmed.slice(
        trimmed.cut(|c| c.is_ascii_alphabetic()).len(),
        trimmed.len(),
    );
    trimmed.ends(&[":", "="])
        || !gap.is_empty() && trimmed.ends(&["]", "*", ">", " -"])
        || ["ERROR", "ERR", "WARN", "FATAL", "error", "SEVERE"].contains(&word)
}

/// Says whether a text is over here: prose goes on.
#[inline(never)]
pub(super) fn ends(view: &View, end: usize) -> bool {
    let rest = view.between(end, end + 200).skip(|c| c == EDGE);
    let trimmed = rest.skip(|c| " \t\r".contains(c));
    let word = trimmed.split_ascii_whitespace().next().unwrap_or_default();
    if view.squeezed.slice(end, end + 40).begins(&BEHIND) {
        return true;
    }
    if trimmed.is_empty() || trimmed.begins(&["\n", "]", "}", ")", "|", "<", ";", "\\", "[0m"]) {
        return true;
    }
    if trimmed.len() < rest.len() {
        // The next pair of a log line, a status, a name of a place in a program.
        return word.contains('=')
            || word.begins(&["{", "[", "<", "(status", "(code", "(4", "(HTTP"]);
    }
    let behind = trimmed.slice(1, trimmed.len()).skip(|c| c == EDGE);
    match trimmed.slice(0, 1) {
        "\"" | "'" => {
            let word = behind.split_ascii_whitespace().next().unwrap_or_default();
            word.is_empty()
                || word.contains('=')
                || behind.starts_with(|c| "\n\r,;:)]}\\\"'|<".contains(c))
        }
        "," => behind.begins(&[" \"", " status", "\"", "\n"]),
        "." => {
            let behind = behind.skip(|c| c == '"' || c == '\'');
            behind.is_empty() || behind.begins(&["\n", "\r"])
        }
        _ => false,
    }
}

/// What stands around a text that was said.
struct Context {
    /// Where words of an error stand in the text.
    errors: Vec<usize>,
    /// Where words of clients of Vault stand in the squeezed text.
    clients: Vec<usize>,
}

impl Context {
    fn new(view: &View) -> Self {
        Self {
            errors: view.text.to_ascii_lowercase().places_of(&ERROR_WORDS),
            clients: view.squeezed.places_of(&CLIENT_WORDS),
        }
    }

    /// Says whether a text stands under a word of an error, or is all that there is.
    fn is_error(&self, view: &View, place: Place) -> bool {
        let before = view.squeezed.slice(0, place.start);
        if view.squeezed.len() < place.end + 200
            && before.is_all(|c| "*\"'.-$".contains(c))
            && view.text.trim().lines().count() < 12
        {
            return true;
        }
        // In the same paragraph.
        let start = view.position(place.start);
        let split = self.errors.partition_point(|at| *at < start);
        let last = self.errors.get(..split).and_then(<[usize]>::last);
        last.is_some_and(|at| start - at < 400 && !view.text.slice(*at, start).has("\n\n"))
    }
}

/// Says whether something is so near to a place of the squeezed text.
pub(super) fn near(places: &[usize], place: Place, before: usize, behind: usize) -> bool {
    let first = places.partition_point(|at| *at + before < place.start);
    places.get(first).is_some_and(|at| *at < place.end + behind)
}

/// Says whether a text stands beside the path of a login and a status that refuses.
fn is_beside_a_login(reading: &Reading<'_>, place: Place) -> bool {
    let squeezed = &reading.view.squeezed;
    let around = squeezed.slice(place.start.saturating_sub(300), place.end + 150);
    let status = reading.status(place.start, place.end);
    around.has("auth/") && around.has("/login") && status.is_some_and(|status| status >= 400)
}

/// Says whether a text is all that was pasted: under the star that Vault's CLI prints, or beside a
/// status that the caller gives.
fn is_the_whole(reading: &Reading<'_>, place: Place) -> bool {
    let squeezed = &reading.view.squeezed;
    let before = squeezed.slice(0, place.start);
    before.is_all(|c| c == '*')
        && squeezed.len() <= place.end + 2
        && (!before.is_empty() || reading.given.is_some_and(|status| status >= 400))
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

/// What clients print beside a server's text, without white space.
const CLIENT_WORDS: [&str; 8] = [
    ",onposthttp",
    "hvac.exceptions.",
    "Cannotloginusing",
    "/login]:",
    "atclient.handleVaultResponse(",
    "node-vault",
    "ApiResponseError:",
    "respondedwitha",
];

/// Texts that only Vault says, or STS of `AssumeRole`, in one piece; a star stands for what varies.
const VAULTS: [&str; 50] = [
    "User: * is not authorized to perform: sts:AssumeRole on resource: *",
    "Roles may not be assumed by root accounts*",
    "The requested DurationSeconds exceeds the MaxSessionDuration set for this role*",
    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by*",
    "no handler for route * route entry not found.",
    "no handler for route * backend is nil.",
    "missing client token",
    "Vault is sealed",
    "Vault is not initialized",
    "request path * quota exceeded",
    "Field validation failed: error converting input*",
    "supplied auth values for both ec2 and iam auth types",
    "didn't supply required authentication values",
    "supplied some of the auth values for the iam auth type but not all",
    "missing iam_http_request_method",
    "invalid iam_http_request_method; currently only * supported",
    "missing iam_request_url",
    "failed to base64 decode iam_request_url",
    "error parsing iam_request_url",
    "missing iam_request_body which is required for POST requests",
    "missing iam_request_body",
    "failed to base64 decode iam_request_body",
    "iam request body is invalid",
    "missing iam_request_headers",
    "error validating X-Vault-AWS-IAM-Server-ID header: missing*",
    "error validating X-Vault-AWS-IAM-Server-ID header: expected*",
    "error validating X-Vault-AWS-IAM-Server-ID header: vault header wasn't signed",
    "error validating X-Vault-AWS-IAM-Server-ID header: found multiple SignedHeaders components",
    "invalid request header: X-Amz-*",
    "invalid request query param: X-Amz-*",
    "region missing from Authorization header",
    "unable to get regional STS endpoint for region: *",
    "error making upstream request: error making request*",
    "error making upstream request: error parsing STS response",
    "error making upstream request: body of GetCallerIdentity is invalid",
    "error parsing arn * unrecognized*",
    "entry for role * not found",
    "auth method iam not allowed for role *",
    "error validating instance: *",
    "failed to verify * as a valid EC2 instance in region *",
    "IAM Principal * does not belong to the role *",
    "error looking up full ARN of entity*",
    "got empty string back when looking up full ARN*",
    "unable to fetch client for account ID*",
    "refused JSON input due to high complexity*",
    "1 error occurred: * permission denied",
    "1 error occurred: * error getting configuration*",
    "AMI ID in the instance description is nil",
    "IAM role ARN could not be fetched*",
    "error making upstream request: received error code * from STS: *",
];

/// Texts that others say, too: they count beside a login's path and a status.
const COMMON: [&str; 20] = [
    "permission denied",
    "invalid request",
    "unsupported operation",
    "unsupported path",
    "http: request body too large",
    "no action found in request",
    "found multiple actions",
    "unexpected action parameter, *",
    "relative paths not supported",
    "error parsing JSON",
    "error parsing JSON: *",
    "malformed JSON, *",
    "failed to decode JSON input: *",
    "duplicate key * in object",
    "invalid character * after top-level value",
    "JSON * exceeds allowed *",
    "error parsing form data",
    "invalid semicolon separator in query",
    "invalid URL escape *",
    "error getting configuration",
];
