//! SigV4's canonical request and string to sign, made from what the server sends on.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::authorization::{Authorization, Place};
use super::check::Login;
use super::go_header::canonical;
use super::go_url::{GoUrl, Plus, unescape};
use super::headers::Headers;
use super::redact::{self, Redacted, Shown, header_value, query_value};
use crate::signing::{self, CanonicalRequest, hex_sha256, signed_names, trimmed};

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
    let headers: Vec<(String, String)> = names
        .into_iter()
        .map(|name| {
            let value = match name {
                "host" if hides => redact::host(&url.host).to_string(),
                "host" => url.host.clone(),
                "content-length" => body.len().to_string(),
                _ => value(name, headers, body, shown),
            };
            match hides {
                true => (redact::name(name).to_string(), value),
                false => (name.to_owned(), value),
            }
        })
        .collect();
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let shown_method = redact::method(&login.method_text).to_string();
    let request = CanonicalRequest {
        method: if hides {
            &shown_method
        } else {
            &login.method_text
        },
        path: &match redact::path(&url.path) {
            hidden @ Redacted::Length(_) if hides => hidden.to_string(),
            _ => path(&url.path),
        },
        query: &query(&url.query, authorization.place, shown),
        headers: &headers,
        signed_names: &signed_names(&headers),
        body_sha256: &hex_sha256(body),
    };
    request.write()
}

/// The string to sign, whose hash alone is of what is hidden.
pub(super) fn string_to_sign(
    authorization: &Authorization,
    timestamp: &str,
    canonical_request: &str,
) -> String {
    let timestamp = redact::time(timestamp).to_string();
    let scope = redact::scope(authorization).to_string();
    signing::string_to_sign(&timestamp, &scope, canonical_request)
}

/// Normalizes a path as AWS does for all services but S3: no empty segment, `.` or `..` is left. The
/// server puts another slash before the path.
fn path(path: &str) -> String {
    let mut kept = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            other => kept.push(other),
        }
    }
    let mut normal = String::from("/");
    normal.push_str(&kept.join("/"));
    if !kept.is_empty() && ["/", "/.", "/.."].iter().any(|end| path.ends_with(end)) {
        normal.push('/');
    }
    utf8_percent_encode(&normal, PATH).to_string()
}

fn query(query: &str, place: Place, shown: Shown) -> String {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let mut pairs: Vec<(String, String, String)> = pairs
        .filter_map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = unescape(name, Plus::Plus);
            let value = unescape(value, Plus::Plus);
            if place == Place::Query && name == "X-Amz-Signature" {
                return None;
            }
            let (sent_name, sent_value) = (encode(&name), encode(&value));
            let value = query_value(&name, &value, shown);
            let value = value.as_ref().unwrap_or(&sent_value);
            let pair = match redact::name(&name) {
                known if shown == Shown::Harmless => format!("{known}={value}"),
                _ => format!("{sent_name}={value}"),
            };
            Some((sent_name, sent_value, pair))
        })
        .collect();
    // By name and then by value: as `name=value`, `a-b` would come before `a`.
    pairs.sort_unstable();
    let pairs: Vec<String> = pairs.into_iter().map(|(_, _, pair)| pair).collect();
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
    let trimmed: Vec<String> = values.map(|value| trimmed(value)).collect();
    trimmed.join(",")
}

/// AWS's `UriEncode`.
fn encode(text: &str) -> String {
    utf8_percent_encode(text, ALL).to_string()
}
