//! What may be shown of a login. What is not known to be harmless is shown by its length.

use super::claim::{Claim, ClaimFault};
use super::go_url::{GoUrl, Query};
use super::login_fields::Header;
use crate::echo;

/// Whether values that may be secret are hidden.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// Everything, for hashing only.
    Everything,
    /// What is harmless.
    Harmless,
}

/// Headers that hold nothing secret.
const HARMLESS_HEADERS: [&str; 14] = [
    "Accept",
    "Accept-Encoding",
    "Amz-Sdk-Invocation-Id",
    "Amz-Sdk-Request",
    "Connection",
    "Content-Length",
    "Content-Type",
    "Date",
    "Host",
    "User-Agent",
    "X-Amz-Content-Sha256",
    "X-Amz-Date",
    "X-Amz-User-Agent",
    "X-Vault-Aws-Iam-Server-Id",
];

/// Parameters of a query or a form that hold nothing secret.
const HARMLESS_PARAMETERS: [&str; 6] = [
    "Action",
    "Version",
    "X-Amz-Algorithm",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
];

/// Says whether a header's value is known to be no secret.
pub(super) fn is_harmless_header(name: &str, value: &str) -> bool {
    HARMLESS_HEADERS.contains(&name) && is_plain(value)
}

/// Says whether the value of a parameter of a query or a form is known to be no secret.
pub(super) fn is_harmless_parameter(name: &str, value: &str) -> bool {
    HARMLESS_PARAMETERS.contains(&name) && is_plain(value)
}

/// Says whether a text is one line that holds no run that may be a piece of a secret.
fn is_plain(text: &str) -> bool {
    text.len() <= 128 && echo::is_harmless(text)
}

/// Says whether a word is the name of a header or of a parameter that logins have.
pub(super) fn is_known_name(word: &str) -> bool {
    let mut known = HARMLESS_HEADERS
        .iter()
        .chain(&HARMLESS_PARAMETERS)
        .chain(&SECRET_NAMES);
    known.any(|name| name.eq_ignore_ascii_case(word))
}

/// Says whether a word is a credential scope, whole or a part of it, with an access key ID in front
/// or without.
pub(super) fn is_scope(word: &str) -> bool {
    word.len() <= 128
        && word.split('/').all(|part| {
            let is_id = part.len() <= 32 && is_access_key_id(part);
            let is_name =
                |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
            is_id || part.len() < 16 && part.chars().all(is_name)
        })
}

/// Names of headers and parameters whose values are secret, or tell nothing.
const SECRET_NAMES: [&str; 4] = [
    "Authorization",
    "X-Amz-Credential",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
];

/// Returns what stands for a header's value, if that is not the value itself.
pub(super) fn header_value(header: &Header, shown: Shown) -> Option<String> {
    let plain = shown == Shown::Everything || HARMLESS_HEADERS.contains(&header.name.as_str());
    (!plain).then(|| by_length(&header.joined()))
}

/// Returns what stands for a parameter's value, if that is not the value itself.
pub(super) fn query_value(name: &str, value: &str, shown: Shown) -> Option<String> {
    let plain = shown == Shown::Everything || HARMLESS_PARAMETERS.contains(&name);
    (!plain).then(|| by_length(value))
}

/// Returns the Authorization header without its signature; by its length if it is not one that is
/// understood in every part.
pub(super) fn authorization(text: &str, claim: &Result<Claim, ClaimFault>) -> String {
    match claim {
        Ok(claim) if claim.unusual.is_none() => text
            .replace(&claim.signature, &by_length(&claim.signature))
            .replace(&claim.access_key_id, &access_key_id(&claim.access_key_id)),
        _ => by_length(text),
    }
}

/// Returns an access key ID; by its length if it has not the look of one, and so may be a secret.
pub(super) fn access_key_id(id: &str) -> String {
    match is_access_key_id(id) {
        true => id.into(),
        false => by_length(id),
    }
}

fn is_access_key_id(id: &str) -> bool {
    let looks_right = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    id.chars().all(looks_right)
}

/// Returns the method; by its length if it is no word, and so may be another field.
pub(super) fn method(method: &str) -> String {
    let is_word = method.len() <= 16 && method.bytes().all(|byte| byte.is_ascii_alphabetic());
    if is_word {
        method.into()
    } else {
        by_length(method)
    }
}

/// Returns the role; by its length if neither a role nor an ARN looks so, and it may be another
/// field.
pub(super) fn role(role: &str) -> String {
    if is_role(role) {
        role.into()
    } else {
        by_length(role)
    }
}

pub(super) fn is_role(role: &str) -> bool {
    let fits =
        |c: char| c.is_ascii_alphanumeric() || c.is_ascii_whitespace() || "_-.:/@*".contains(c);
    role.len() <= 128 && role.chars().all(fits)
}

/// Returns the URL without user information, and its query without secrets.
pub(super) fn url(url: &GoUrl) -> String {
    let mut shown = url.scheme.clone();
    if !url.opaque.is_empty() {
        return shown + ":" + &by_length(&url.opaque);
    }
    if !shown.is_empty() {
        shown.push(':');
    }
    if !url.host.is_empty() {
        shown.push_str("//");
        shown.push_str(&url.host);
        shown.push_str(&url.path);
    } else {
        // What is no URL at all looks like a path.
        shown.push_str(&by_length(&url.path));
    }
    if !url.query.is_empty() {
        shown.push('?');
        shown.push_str(&form(&url.query));
    }
    shown
}

/// Returns a form or a query without secrets, its pairs in their own order.
pub(super) fn form(text: &str) -> String {
    let query = Query::parse(text);
    if query.fault.is_some() {
        return by_length(text);
    }
    let pairs = query.pairs.iter().map(|(name, value)| {
        let known = HARMLESS_PARAMETERS.contains(&name.as_str()) || name.starts_with("X-Amz-");
        match query_value(name, value, Shown::Harmless) {
            None => format!("{name}={value}"),
            Some(hidden) if known => format!("{name}={hidden}"),
            // Something that is no form at all looks like one long name.
            Some(_) => by_length(name) + "=" + &by_length(value),
        }
    });
    pairs.collect::<Vec<String>>().join("&")
}

/// Stands for a value that is not shown.
fn by_length(value: &str) -> String {
    format!("({} characters)", value.chars().count())
}
