//! SigV4's canonical request and string to sign, made from what the server sends on.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};

use super::authorization::{ALGORITHM, Authorization, Place};
use super::check::Login;
use super::go_header::canonical;
use super::go_url::{GoUrl, Plus, unescape};
use super::headers::Headers;
use super::redact::{self, Redacted, Shown, header_value, query_value};

/// What `UriEncode` encodes.
const ALL: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// The same in a path, whose slashes stay.
const PATH: &AsciiSet = &ALL.remove(b'/');

/// The canonical request; what is secret is hidden or not, as the caller says.
pub(super) fn canonical_request(
    authorization: &Authorization,
    login: &Login,
    url: &GoUrl,
    headers: &Headers,
    shown: Shown,
) -> String {
    let body = login.body.as_deref().unwrap_or_default();
    let signed = authorization.signed_headers.to_ascii_lowercase();
    let mut names: Vec<&str> = signed.split(';').collect();
    names.sort_unstable();
    names.dedup();
    let hides = shown == Shown::Harmless;
    let shown_method = redact::method(&login.method_text);
    let shown_path = redact::path(&url.path);
    let mut request = format!(
        "{}\n{}\n{}\n",
        if hides {
            shown_method.to_string()
        } else {
            login.method_text.clone()
        },
        match shown_path {
            Redacted::Length(_) if hides => shown_path.to_string(),
            _ => path(&url.path),
        },
        query(&url.query, authorization.place, shown)
    );
    for name in &names {
        match hides {
            true => request.push_str(&redact::name(name).to_string()),
            false => request.push_str(name),
        }
        request.push(':');
        match *name {
            "host" if hides => request.push_str(&redact::host(&url.host).to_string()),
            "host" => request.push_str(&url.host),
            "content-length" => request.push_str(&body.len().to_string()),
            _ => request.push_str(&value(name, headers, body, shown)),
        }
        request.push('\n');
    }
    request.push('\n');
    let names = names.join(";");
    request.push_str(&if hides { redact::names(&names) } else { names });
    request.push('\n');
    request.push_str(&hex_sha256(body));
    request
}

/// The string to sign, whose hash alone is of what is hidden.
pub(super) fn string_to_sign(
    authorization: &Authorization,
    timestamp: &str,
    canonical_request: &str,
) -> String {
    let hash = hex_sha256(canonical_request.as_bytes());
    let timestamp = redact::time(timestamp);
    let scope = redact::scope(authorization);
    format!("{ALGORITHM}\n{timestamp}\n{scope}\n{hash}")
}

pub(super) fn hex_sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The server puts a slash of its own before the path, and AWS folds the two into one.
fn path(path: &str) -> String {
    let mut folded = String::from("/");
    for character in path.chars() {
        if character != '/' || !folded.ends_with('/') {
            folded.push(character);
        }
    }
    utf8_percent_encode(&folded, PATH).to_string()
}

fn query(query: &str, place: Place, shown: Shown) -> String {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let mut pairs: Vec<String> = pairs
        .filter_map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = unescape(name, Plus::Plus);
            let value = unescape(value, Plus::Plus);
            if place == Place::Query && name == "X-Amz-Signature" {
                return None;
            }
            let value = match query_value(&name, &value, shown) {
                Some(hidden) => hidden,
                None => encode(&value),
            };
            let name = match redact::name(&name) {
                known if shown == Shown::Harmless => known.to_string(),
                _ => encode(&name),
            };
            Some(format!("{name}={value}"))
        })
        .collect();
    pairs.sort_unstable();
    pairs.join("&")
}

fn value(name: &str, headers: &Headers, body: &[u8], shown: Shown) -> String {
    let Some(header) = headers.get(&canonical(name)) else {
        return String::new();
    };
    if let Some(hidden) = header_value(header, body, shown) {
        return hidden;
    }
    // The server sends one User-Agent only.
    let count = if name == "user-agent" { 1 } else { usize::MAX };
    let values = header.values.iter().take(count);
    let trimmed: Vec<String> = values.map(|value| fold_blanks(value)).collect();
    trimmed.join(",")
}

fn fold_blanks(value: &str) -> String {
    let words: Vec<&str> = value
        .split([' ', '\t'])
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

/// AWS's `UriEncode`.
fn encode(text: &str) -> String {
    utf8_percent_encode(text, ALL).to_string()
}
