//! SigV4's canonical request and string to sign, made from what the server sends on.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};

use super::check::Login;
use super::claim::{ALGORITHM, Claim, Place};
use super::go_header::canonical;
use super::go_url::{GoUrl, Plus, unescape};
use super::login_fields::Headers;
use super::shown::{self, Shown, header_value, query_value};
use crate::order::sorted;

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
    claim: &Claim,
    login: &Login,
    url: &GoUrl,
    headers: &Headers,
    shown: Shown,
) -> String {
    let body = login.body.as_deref().unwrap_or_default();
    let signed = claim.signed_headers.to_ascii_lowercase();
    let sorted_names = sorted(signed.split(';')).into_iter().map(|(name, _)| name);
    let mut names: Vec<&str> = sorted_names.collect();
    names.dedup();
    let mut request = format!(
        "{}\n{}\n{}\n",
        shown::method(&login.method_text),
        path(&url.path),
        query(&url.query, claim.place, shown)
    );
    for name in &names {
        request.push_str(name);
        request.push(':');
        match *name {
            "host" => request.push_str(&url.host),
            "content-length" => request.push_str(&body.len().to_string()),
            _ => request.push_str(&value(name, headers, shown)),
        }
        request.push('\n');
    }
    request.push('\n');
    request.push_str(&names.join(";"));
    request.push('\n');
    request.push_str(&hex_sha256(body));
    request
}

/// The string to sign; `timestamp` as it was written.
pub(super) fn string_to_sign(claim: &Claim, timestamp: &str, canonical_request: &str) -> String {
    let Claim {
        date,
        region,
        service,
        terminator,
        ..
    } = claim;
    let hash = hex_sha256(canonical_request.as_bytes());
    format!("{ALGORITHM}\n{timestamp}\n{date}/{region}/{service}/{terminator}\n{hash}")
}

fn hex_sha256(bytes: &[u8]) -> String {
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
    let pairs: Vec<String> = pairs
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
            Some(format!("{}={value}", encode(&name)))
        })
        .collect();
    let sorted_pairs = sorted(pairs.iter().map(String::as_str)).into_iter();
    sorted_pairs
        .map(|(pair, _)| pair)
        .collect::<Vec<&str>>()
        .join("&")
}

fn value(name: &str, headers: &Headers, shown: Shown) -> String {
    let Some(header) = headers.get(&canonical(name)) else {
        return String::new();
    };
    if let Some(hidden) = header_value(header, shown) {
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
