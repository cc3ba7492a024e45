//! What may be shown of a login, so that whoever asks for help can paste it into a ticket.
//!
//! People explain logins because they are badly built, so the place where something stands does not
//! tell what it is. A value is shown only if it has the shape of its kind, and a name only if it is
//! a known one or nearly so. Everything else is shown by its length.

use core::fmt;
use core::net::Ipv6Addr;
use std::borrow::Cow;

use super::authorization::{Authorization, AuthorizationFault};
use super::go_url::{GoUrl, Query};
use super::login_fields;
use crate::echo::{self, Secrets};
use crate::input_error::quoted;
use crate::signing::hex_sha256;

/// What is left out of a login.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Redaction {
    /// The text is hashed, and is not printed.
    Nothing,
    /// Everything that is not known to be harmless.
    Secrets,
}

/// A piece of a login as it may be shown.
pub(super) enum Redacted<'a> {
    Value(Cow<'a, str>),
    /// In characters.
    Length(usize),
}

impl<'a> Redacted<'a> {
    fn new(value: &'a str, is_harmless: bool) -> Self {
        match is_harmless {
            true => Self::Value(value.into()),
            false => Self::length_only(value),
        }
    }

    fn length_only(value: &str) -> Self {
        Self::Length(value.chars().count())
    }

    /// Returns it for a sentence: a value in backquotes, on one line and cut.
    pub(super) fn quoted(&self) -> String {
        match self {
            Self::Value(value) => quoted(value),
            Self::Length(_) => self.to_string(),
        }
    }
}

impl fmt::Display for Redacted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => f.write_str(value),
            Self::Length(1) => f.write_str("(1 character)"),
            Self::Length(characters) => write!(f, "({characters} characters)"),
        }
    }
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

/// Other names that clients send, right or wrong.
const OTHER_NAMES: [&str; 33] = [
    "Accept-Charset",
    "Accept-Language",
    "Authorization",
    "Cache-Control",
    "Content-Encoding",
    "Content-MD5",
    "Cookie",
    "Expect",
    "Forwarded",
    "Keep-Alive",
    "Origin",
    "Pragma",
    "Proxy-Authorization",
    "Proxy-Connection",
    "Referer",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Via",
    "X-Amz-Credential",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Amz-Target",
    "X-Amzn-Trace-Id",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Request-Id",
    "X-Vault-Namespace",
    "X-Vault-Request",
    "X-Vault-Token",
    "iam_server_id_header_value",
    "traceparent",
];

/// The prefix by which AWS and Vault know a header as AWS's own.
const AMZ: &str = "X-Amz-";

/// The longest value that is shown, in characters.
const LONGEST_VALUE: usize = 128;

/// The longest name that is shown, in characters.
const LONGEST_NAME: usize = 64;

/// Returns the name of a header, of a parameter or of a key of the JSON.
pub(super) fn name(name: &str) -> Redacted<'_> {
    if is_nearly_known(name) {
        return Redacted::Value(name.into());
    }
    let Some((amz, rest)) = name.split_at_checked(AMZ.len()) else {
        return Redacted::length_only(name);
    };
    match amz.eq_ignore_ascii_case(AMZ) && !rest.is_empty() {
        true => Redacted::Value(format!("{amz}{}", Redacted::length_only(rest)).into()),
        false => Redacted::length_only(name),
    }
}

/// Returns names with `;` between them.
pub(super) fn names(list: &str) -> String {
    let shown: Vec<String> = list.split(';').map(|one| name(one).to_string()).collect();
    shown.join(";")
}

/// Says whether a word is the name of a header, of a parameter or of a field of a login.
pub(super) fn is_known_name(word: &str) -> bool {
    is_any_known(|known| known.eq_ignore_ascii_case(word))
}

fn is_any_known(test: impl Fn(&str) -> bool) -> bool {
    let lists: [&[&str]; 3] = [&HARMLESS_HEADERS, &HARMLESS_PARAMETERS, &OTHER_NAMES];
    let known = |list: &&[&str]| list.iter().any(|known| test(known));
    lists.iter().any(known) || login_fields::all().any(&test)
}

/// A misspelt name is what an explanation is asked for. What is left of the name has to be known
/// all the same, so that a short name admits less of a foreign text.
fn is_nearly_known(name: &str) -> bool {
    if name.is_empty() || name.len() > LONGEST_NAME {
        return false;
    }
    let name = Name::new(name);
    is_any_known(|known| {
        let edits = (known.len() / 3).min(3);
        known.len().abs_diff(name.length) <= edits && name.edits_from(known) <= edits
    })
}

/// Says whether a name differs from a known one in at most three edits, or in punctuation alone.
pub(super) fn is_misspelt(name: &str, known: &str) -> bool {
    let same_letters = || {
        let letters = |text| str::bytes(text).filter(u8::is_ascii_alphanumeric);
        letters(name)
            .map(|byte| byte.to_ascii_lowercase())
            .eq(letters(known).map(|byte| byte.to_ascii_lowercase()))
    };
    let is_close =
        || name.len().abs_diff(known.len()) <= 3 && Name::new(name).edits_from(known) <= 3;
    (1..=LONGEST_NAME).contains(&name.len())
        && !name.eq_ignore_ascii_case(known)
        && (is_close() || same_letters())
}

/// A name to which others are compared: for each character the places where it stands.
struct Name {
    places: [u64; 38],
    length: usize,
}

impl Name {
    /// Takes a name of 1 to 64 bytes.
    fn new(name: &str) -> Self {
        let mut places = [0; 38];
        for (index, byte) in name.bytes().enumerate() {
            if let Some(places) = character(byte).and_then(|number| places.get_mut(number)) {
                *places |= 1 << index;
            }
        }
        let length = name.len();
        Self { places, length }
    }

    /// Counts the edits (Levenshtein) that make this name of another one, all places at once: of
    /// neighbours in a column of the usual table it is enough to know which is greater by one. A
    /// table for each pair of names would make a login of ten thousand names cost seconds.
    ///
    /// Myers, "A fast bit-vector algorithm for approximate string matching", with Hyyrö's changes.
    fn edits_from(&self, other: &str) -> usize {
        let last = 1 << (self.length - 1);
        let (mut greater, mut less) = (u64::MAX, 0_u64);
        let mut edits = self.length;
        for byte in other.bytes() {
            let places = character(byte).and_then(|number| self.places.get(number));
            let same = places.copied().unwrap_or_default();
            let diagonal = ((same & greater).wrapping_add(greater) ^ greater) | same | less;
            let right = less | !(diagonal | greater);
            let left = greater & diagonal;
            if right & last != 0 {
                edits += 1;
            }
            if left & last != 0 {
                edits -= 1;
            }
            let right = right << 1 | 1;
            greater = left << 1 | !(diagonal | right);
            less = right & diagonal;
        }
        edits
    }
}

/// Numbers the characters that known names consist of; both cases are one.
fn character(byte: u8) -> Option<usize> {
    let number = match byte {
        b'a'..=b'z' => byte - b'a',
        b'A'..=b'Z' => byte - b'A',
        b'0'..=b'9' => byte - b'0' + 26,
        b'-' => 36,
        b'_' => 37,
        _ => return None,
    };
    Some(number.into())
}

/// Returns what stands for a header's value, if that is not the value itself.
pub(super) fn header_value(
    name: &str,
    value: &str,
    body: &[u8],
    redaction: Redaction,
) -> Option<String> {
    if redaction == Redaction::Nothing {
        return None;
    }
    if name == "Host" {
        return Some(host(value).to_string());
    }
    let is_harmless = is_harmless_header(name, value, body);
    (!is_harmless).then(|| Redacted::length_only(value).to_string())
}

/// Says whether a header's value has the shape of a harmless kind.
pub(super) fn is_harmless_header(name: &str, value: &str, body: &[u8]) -> bool {
    let bare = value.trim_matches([' ', '\t']);
    match name {
        "Amz-Sdk-Invocation-Id" if is_uuid(bare) => true,
        "Host" => matches!(host(value), Redacted::Value(shown) if shown == value),
        // A signature has the same shape.
        "X-Amz-Content-Sha256" => bare == "UNSIGNED-PAYLOAD" || bare == hex_sha256(body),
        "X-Amz-Date" => is_time(value),
        name => HARMLESS_HEADERS.contains(&name) && is_plain(value),
    }
}

/// Returns what stands for a parameter's value, if that is not the value itself.
pub(super) fn query_value(name: &str, value: &str, redaction: Redaction) -> Option<String> {
    match name {
        _ if redaction == Redaction::Nothing => None,
        "X-Amz-SignedHeaders" => Some(names(value)),
        name if is_harmless_parameter(name, value) => None,
        _ => Some(Redacted::length_only(value).to_string()),
    }
}

/// Says whether the value of a parameter of a query or a form has the shape of a harmless kind.
pub(super) fn is_harmless_parameter(name: &str, value: &str) -> bool {
    match name {
        "X-Amz-Date" => is_time(value),
        name => HARMLESS_PARAMETERS.contains(&name) && is_plain(value),
    }
}

/// Returns a value that should be harmless, if it looks so.
pub(super) fn text(value: &str) -> Redacted<'_> {
    Redacted::new(value, is_plain(value))
}

/// Returns the time that was signed, as written.
pub(super) fn time(written: &str) -> Redacted<'_> {
    Redacted::new(written, is_time(written))
}

/// Returns the method, or its length if it is not a word and so may be another field.
pub(super) fn method(method: &str) -> Redacted<'_> {
    let is_word = method.len() <= 16 && method.bytes().all(|byte| byte.is_ascii_alphabetic());
    Redacted::new(method, is_word && self::is_word(method))
}

/// Returns the role; by its length if neither a role nor an ARN looks so, and it may be another
/// field.
pub(super) fn role(role: &str) -> Redacted<'_> {
    Redacted::new(role, is_role(role))
}

pub(super) fn is_role(role: &str) -> bool {
    let fits =
        |c: char| c.is_ascii_alphanumeric() || c.is_ascii_whitespace() || "_-.:/@*".contains(c);
    role.chars().all(fits) && is_plain(role)
}

/// Returns a host and its port: each label of the host is judged by itself.
pub(super) fn host(host: &str) -> Redacted<'_> {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if port.len() <= 5 && port.bytes().all(|b| b.is_ascii_digit()) => {
            (name, host.get(name.len()..).unwrap_or_default())
        }
        _ => (host, ""),
    };
    let address = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'));
    if address.is_some_and(|address| address.parse::<Ipv6Addr>().is_ok()) {
        return Redacted::Value(host.into());
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if host.len() > 253 || !name.chars().all(fits) {
        return Redacted::length_only(host);
    }
    // Hosts are written in one case, and a secret may be glued to one.
    let is_mixed = |label: &str| {
        let has = |test: fn(&u8) -> bool| label.as_bytes().iter().any(test);
        has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase)
    };
    let labels: Vec<String> = name
        .split('.')
        .map(|label| Redacted::new(label, is_plain(label) && !is_mixed(label)).to_string())
        .collect();
    Redacted::Value((labels.join(".") + port).into())
}

/// Returns what signers make of a host; in lower case everything looks more like a word.
pub(super) fn plain_host<'a>(plain: &'a str, written: &str) -> Redacted<'a> {
    match host(written) {
        Redacted::Value(shown) if shown == written => host(plain),
        _ => Redacted::length_only(plain),
    }
}

/// Returns the path of a URL: no login has another one than `/`, and a secret with a slash in the
/// place of the host reaches into it.
pub(super) fn path(path: &str) -> Redacted<'_> {
    Redacted::new(path, path.bytes().all(|byte| byte == b'/'))
}

/// Returns the URL without user information, and its query without secrets.
pub(super) fn url(url: &GoUrl) -> String {
    let mut shown = url_without_query(url);
    if !url.query.is_empty() {
        shown.push('?');
        shown.push_str(&form(&url.query));
    }
    shown
}

pub(super) fn url_without_query(url: &GoUrl) -> String {
    let scheme = match url.scheme.as_str() {
        "" => String::new(),
        // It comes in lower case, in which everything looks more like a word.
        scheme @ ("http" | "https") => format!("{scheme}:"),
        scheme => format!("{}:", Redacted::length_only(scheme)),
    };
    if !url.opaque.is_empty() {
        format!("{scheme}{}", Redacted::length_only(&url.opaque))
    } else if !url.host.is_empty() {
        format!("{scheme}//{}{}", host(&url.host), path(&url.path))
    } else {
        // A text that is not a URL looks like a path.
        format!("{scheme}{}", Redacted::length_only(&url.path))
    }
}

/// Returns a form or a query without secrets, its pairs in their own order.
pub(super) fn form(text: &str) -> String {
    let query = Query::parse(text);
    if query.fault.is_some() {
        return Redacted::length_only(text).to_string();
    }
    let pairs = query.pairs.iter().map(|(name, value)| {
        let name_shown = self::name(name);
        match query_value(name, value, Redaction::Secrets) {
            None => format!("{name_shown}={value}"),
            Some(hidden) => format!("{name_shown}={hidden}"),
        }
    });
    pairs.collect::<Vec<String>>().join("&")
}

/// Returns the Authorization header without its signature; by its length if it is not one that is
/// understood in every part.
pub(super) fn authorization(
    text: &str,
    authorization: &Result<Authorization, AuthorizationFault>,
) -> String {
    let authorization = match authorization {
        Ok(authorization) if authorization.unusual.is_none() => authorization,
        _ => return Redacted::length_only(text).to_string(),
    };
    let mut shown = String::with_capacity(text.len());
    // Such a header is one word and, with commas between them, three more.
    for (index, piece) in text.split_inclusive([' ', '\t', ',']).enumerate() {
        let (word, end) = match piece.strip_suffix([' ', '\t', ',']) {
            Some(word) => piece.split_at(word.len()),
            None => (piece, ""),
        };
        match word.split_once('=') {
            Some(("Credential", _)) => {
                let id = access_key_id(&authorization.access_key_id);
                shown.push_str(&format!("Credential={id}/{}", scope(authorization)));
            }
            Some(("SignedHeaders", _)) => {
                shown.push_str(&format!(
                    "SignedHeaders={}",
                    names(&authorization.signed_headers)
                ));
            }
            Some(("Signature", _)) => {
                let length = Redacted::length_only(&authorization.signature);
                shown.push_str(&format!("Signature={length}"));
            }
            _ if index == 0 || word.is_empty() => shown.push_str(word),
            _ => shown.push_str(&Redacted::length_only(word).to_string()),
        }
        shown.push_str(end);
    }
    shown
}

/// Returns an access key ID; by its length if it has not the look of one, and so may be a secret.
pub(super) fn access_key_id(id: &str) -> Redacted<'_> {
    Redacted::new(id, is_access_key_id(id))
}

fn is_access_key_id(id: &str) -> bool {
    let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    id.len() <= LONGEST_VALUE && id.chars().all(fits)
}

/// A credential scope as it may be shown.
pub(super) struct Scope<'a> {
    pub(super) date: Redacted<'a>,
    pub(super) region: Redacted<'a>,
    pub(super) service: Redacted<'a>,
    pub(super) terminator: Redacted<'a>,
}

impl fmt::Display for Scope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            date,
            region,
            service,
            terminator,
        } = self;
        write!(f, "{date}/{region}/{service}/{terminator}")
    }
}

/// Returns the scope of a signature. Where a part of it is left out, and a secret access key with
/// slashes stands before it, five parts are there all the same: so none is shown unless the day,
/// the service and the end are what they should be.
pub(super) fn scope(authorization: &Authorization) -> Scope<'_> {
    let has_end = authorization.terminator == "aws4_request";
    let has_day = authorization.date.len() == 8
        && authorization.date.bytes().all(|byte| byte.is_ascii_digit());
    let fits = has_day && is_region(&authorization.service);
    let all_fit = fits && is_region(&authorization.region);
    Scope {
        date: Redacted::new(&authorization.date, fits && has_end),
        region: Redacted::new(&authorization.region, all_fit && has_end),
        service: Redacted::new(&authorization.service, fits && has_end),
        // The only mistake in it.
        terminator: Redacted::new(
            &authorization.terminator,
            has_end || all_fit && is_plain(&authorization.terminator),
        ),
    }
}

/// Returns the name of a region or of a service.
pub(super) fn region(region: &str) -> Redacted<'_> {
    Redacted::new(region, is_region(region))
}

fn is_region(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=32).contains(&name.len()) && name.bytes().all(fits) && is_plain(name)
}

/// Says whether a word is a credential scope, with an access key ID in front or not.
pub(super) fn is_scope(word: &str) -> bool {
    let Some(rest) = word.strip_suffix("/aws4_request") else {
        return false;
    };
    let parts: Vec<&str> = rest.splitn(5, '/').collect();
    match parts[..] {
        [id, date, region, service] => {
            is_access_key_id(id) && is_digits(date) && is_region(region) && is_region(service)
        }
        [date, region, service] => is_digits(date) && is_region(region) && is_region(service),
        _ => false,
    }
}

fn is_digits(text: &str) -> bool {
    text.len() <= 8 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Says whether a text is a time in some form, or several with commas between them.
fn is_time(text: &str) -> bool {
    let is_amz = |time: &str| {
        let form = "00000000T000000Z".bytes();
        time.len() == form.len()
            && time.bytes().zip(form).all(|(byte, form)| match form {
                b'0' => byte.is_ascii_digit(),
                letter => byte == letter,
            })
    };
    text.len() <= LONGEST_VALUE
        && (text.split(',').all(|time| is_amz(time.trim())) || is_plain(text))
}

fn is_uuid(text: &str) -> bool {
    let is_group = |(group, length): (&str, usize)| {
        group.len() == length && group.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    text.split('-').count() == 5 && text.split('-').zip([8, 4, 4, 4, 12]).all(is_group)
}

/// Says whether a text is one line of words, as people and programs choose them: nothing in it may
/// be a piece of a secret, not under its escapes either.
fn is_plain(text: &str) -> bool {
    // A line break at the end is the mistake that is looked for.
    let bare = text.trim();
    bare.len() <= LONGEST_VALUE
        && echo::is_harmless(bare, &Secrets::default())
        && echo::is_in_every_reading(bare, |text| {
            text.split(|c: char| !c.is_ascii_alphanumeric())
                .all(is_word)
        })
}

/// Says whether letters and digits look like a word: one case, capitals at the beginning of its
/// parts, or a number with some letters. Random text of a dozen characters hardly ever does.
fn is_word(piece: &str) -> bool {
    let has = |test: fn(&u8) -> bool| piece.as_bytes().iter().any(test);
    let changes = piece.as_bytes().windows(2).filter(
        |pair| matches!(pair, [one, other] if one.is_ascii_digit() != other.is_ascii_digit()),
    );
    let changes = changes.count();
    if !has(u8::is_ascii_uppercase) || !has(u8::is_ascii_lowercase) {
        return changes <= if piece.len() <= 8 { 2 } else { 1 };
    }
    let letters = piece.trim_end_matches(|c: char| c.is_ascii_digit());
    let parts = letters
        .as_bytes()
        .chunk_by(|_, next| !next.is_ascii_uppercase());
    // A capital and two small letters, which can be spoken; `My` and `v` may come before.
    let is_part = |(index, part): (usize, &[u8])| match part {
        [_] | [_, _] => index == 0,
        _ => part.iter().any(|byte| b"aeiouyAEIOUY".contains(byte)),
    };
    !letters.contains(|c: char| c.is_ascii_digit()) && parts.enumerate().all(is_part)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Name, name};

    /// The usual table.
    fn levenshtein(one: &str, other: &str) -> usize {
        let (one, other) = (one.to_ascii_lowercase(), other.to_ascii_lowercase());
        let mut row: Vec<usize> = (0..=other.len()).collect();
        for (index, byte) in one.bytes().enumerate() {
            let mut next = vec![index + 1];
            for (at, same) in other.bytes().enumerate() {
                let changed = row[at] + usize::from(byte != same);
                next.push(changed.min(row[at + 1] + 1).min(next[at] + 1));
            }
            row = next;
        }
        row[other.len()]
    }

    proptest! {
        #[test]
        fn edits_are_those_of_the_usual_table(one in "[ab-]{1,64}", other in "[AB-]{0,70}") {
            prop_assert_eq!(Name::new(&one).edits_from(&other), levenshtein(&one, &other));
        }
    }

    #[test]
    fn names_are_shown_that_are_known_or_nearly_so() {
        for (text, shown) in [
            ("Authorization", "Authorization"),
            ("authorisation", "authorisation"),
            ("Autorizaton", "Autorizaton"),
            ("X-Amz-Security-Token", "X-Amz-Security-Token"),
            ("X_Amz_Security_Tokens", "(21 characters)"),
            ("x-amz-dat", "x-amz-dat"),
            ("X-Amz-Unheard-Of", "X-Amz-(10 characters)"),
            ("X-Amz-", "(6 characters)"),
            ("Hosts", "Hosts"),
            ("Ghosts", "(6 characters)"),
            ("role", "role"),
            ("rules", "(5 characters)"),
            ("iam_http_request_mehtod", "iam_http_request_mehtod"),
            ("Via", "Via"),
            ("Tea", "(3 characters)"),
            ("", "(0 characters)"),
            ("é", "(1 character)"),
        ] {
            assert_eq!(name(text).to_string(), shown, "{text}");
        }
    }
}
