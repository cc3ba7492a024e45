//! The JSON around a login (`docs/login-contract.md#s2-1`).

use crate::inspector::finding::Findings;
use crate::inspector::profile::{Flavour, ServerProfile};
use crate::inspector::redact;
use crate::inspector::rule::Severity;
use crate::inspector::rules::LoginRule;
use crate::json::{Json, JsonError};

/// A login takes two or three kilobytes, of which the session token is the most.
pub(in crate::inspector) const MOST_BYTES: usize = 64 * 1024;

/// Vault's limit on the entries of an object and of an array.
const MOST_ENTRIES: usize = 10_000;

/// OpenBao's limit on the strings of a request.
const MOST_STRINGS: usize = 1_000;

/// Reads the JSON, if it is small enough and an object.
pub(super) fn read<'a>(
    text: &'a str,
    profile: &ServerProfile,
    findings: &mut Findings,
) -> Option<Json<'a>> {
    if text.len() > MOST_BYTES {
        findings.refuse(
            LoginRule::LoginTooLarge,
            format_args!(
                "expected at most {MOST_BYTES} bytes, found {}, of which none was read",
                text.len()
            ),
        );
        return None;
    }
    let core = profile.core.as_ref();
    // Since 1.20.3, Vault looks at the JSON before it routes the request; OpenBao counts strings.
    let strict = core.and_then(|core| core.is_vault_since([1, 20, 3]));
    let by_strictness = |lenient| match strict {
        Some(true) => Severity::Refused,
        Some(false) => lenient,
        None => Severity::Depends,
    };
    let (json, rest) = match Json::read(text.as_bytes()) {
        Ok(read) => read,
        Err(JsonError::TooDeep) => {
            findings.add(
                LoginRule::JsonOverLimits,
                by_strictness(Severity::Depends),
                "expected at most 300 values inside each other, found more; nothing \
                 further was read",
                None,
            );
            return None;
        }
        Err(fault) => {
            let start = text.trim_start_matches([' ', '\t', '\r', '\n']);
            if start.is_empty() {
                // An absent body to Go, as `null` is.
                return Some(Json::Object(Vec::new()));
            }
            if start.starts_with(|c: char| c.is_ascii_alphabetic()) && start.contains('=') {
                findings.add(LoginRule::LoginIsForm, Severity::Depends, "", None);
            } else {
                findings.refuse(
                    LoginRule::JsonMalformed,
                    format_args!("{}", describe(fault)),
                );
            }
            return None;
        }
    };
    if core.is_none_or(|core| core.flavour == Flavour::OpenBao) && json.has_huge_number() {
        findings.add(
            LoginRule::JsonMalformed,
            Severity::Depends,
            "found a number with an exponent or hundreds of digits, which OpenBao \
             reads as a float and may find too large",
            None,
        );
    }
    if json.widest() > MOST_ENTRIES {
        findings.add(
            LoginRule::JsonOverLimits,
            by_strictness(Severity::Depends),
            "expected at most 10000 entries in an object or a list, found more",
            None,
        );
    } else if core.is_none_or(|core| core.flavour == Flavour::OpenBao)
        && json.count_strings() > MOST_STRINGS
    {
        findings.add(
            LoginRule::JsonOverLimits,
            Severity::Depends,
            "expected at most 1000 strings, OpenBao's default, found more",
            None,
        );
    }
    if let Some(key) = json.duplicate_key() {
        findings.add(
            LoginRule::JsonDuplicateKey,
            by_strictness(Severity::Advice),
            format_args!(
                "expected each key once, found {} twice",
                redact::name(key).quoted()
            ),
            None,
        );
    }
    if !rest.is_empty() {
        let lenient = match core.map(|core| core.flavour) {
            Some(Flavour::Vault) => Severity::Advice,
            // OpenBao parses the rest too, and refuses it if it is not JSON.
            _ => Severity::Depends,
        };
        findings.add(
            LoginRule::JsonTrailingBytes,
            by_strictness(lenient),
            "expected nothing after the closing brace",
            None,
        );
    }
    match json {
        Json::Object(_) => Some(json),
        // An absent body to Go, in which every field is missing.
        Json::Null => Some(Json::Object(Vec::new())),
        other => {
            findings.refuse(
                LoginRule::JsonMalformed,
                format_args!("expected an object, found {}", other.kind()),
            );
            None
        }
    }
}

/// Describes where JSON goes wrong.
pub(super) fn describe(fault: JsonError) -> String {
    match fault {
        JsonError::Unexpected(offset) => {
            format!("expected JSON, found something else at byte {}", offset + 1)
        }
        JsonError::Unclosed => "expected JSON, found its end inside a value".into(),
        JsonError::TooDeep => "expected at most 300 values inside each other, found more".into(),
    }
}
