//! What STS checks of the signature: scope, time, signed headers and key
//! (`docs/login-contract.md#s2-12` and `docs/login-contract.md#s7`).

use super::{CalledRegion, Login, Method};
use crate::date::read_amz_date;
use crate::inspector::authorization::{
    Authorization, AuthorizationFault, Place, session_token, timestamp,
};
use crate::inspector::finding::{Findings, quoted};
use crate::inspector::go_header::canonical;
use crate::inspector::headers::Headers;
use crate::inspector::redact;
use crate::inspector::rule::Severity;
use crate::inspector::rules::LoginRule;

/// How long AWS accepts a signature, before and after its own clock.
pub(in crate::inspector) const WINDOW_SECONDS: i64 = 15 * 60;

/// A login in use is seconds old; an age beyond this suggests a wrong clock.
const NOTABLE_SECONDS: i64 = 5 * 60;

/// What sending, retries and the server's second call may take.
const SLACK_SECONDS: i64 = 30;

const MOST_FINDINGS: usize = 8;

/// Checks scope, time, signed headers and key; returns the signature for the later checks.
pub(super) fn check_signature(
    login: &Login,
    headers: &Headers,
    called_region: Option<&CalledRegion>,
    unix_seconds: u64,
    findings: &mut Findings,
) -> Option<Authorization> {
    let authorization = match Authorization::read(headers, &login.query) {
        Ok(authorization) => authorization,
        Err(fault) => {
            report_fault(&fault, headers, findings);
            return None;
        }
    };
    if let Some(unusual) = authorization.unusual {
        findings.add(
            LoginRule::SignatureIncomplete,
            Severity::Depends,
            format_args!("found {unusual}, which AWS may refuse"),
            None,
        );
    }
    if authorization.place == Place::Header && login.query.first("X-Amz-Signature").is_some() {
        findings.add(LoginRule::SignatureTwice, Severity::Depends, "", None);
    }
    // Without a time a signature is incomplete to AWS, which comes before all that it says.
    let signed_at = check_timestamp(&authorization, login, headers, findings);
    check_signed_headers(&authorization, login, headers, findings);
    check_scope(&authorization, called_region, findings);
    if let Some((written, signed_at)) = &signed_at {
        check_time(&authorization, written, *signed_at, unix_seconds, findings);
    }
    check_key(&authorization, login, headers, findings);
    Some(authorization)
}

/// Checks the form of the signature, which AWS compares last.
pub(super) fn check_shape(authorization: &Authorization, findings: &mut Findings) {
    let signature = authorization.signature.as_bytes();
    if signature.len() != 64
        || !signature
            .iter()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    {
        findings.refuse(
            LoginRule::SignatureMalformed,
            format_args!("found {} characters", signature.len()),
        );
    }
}

fn report_fault(fault: &AuthorizationFault, headers: &Headers, findings: &mut Findings) {
    match fault {
        AuthorizationFault::Missing if findings.has(LoginRule::AuthorizationMissing) => {}
        AuthorizationFault::Missing => {
            let misspelt = headers.misspelt("Authorization").unwrap_or_default();
            findings.refuse(LoginRule::AuthorizationMissing, misspelt);
        }
        AuthorizationFault::Incomplete(detail) => {
            findings.refuse(LoginRule::SignatureIncomplete, format_args!("{detail}"))
        }
        AuthorizationFault::Secret => findings.refuse(LoginRule::SecretAsAccessKeyId, ""),
        AuthorizationFault::Unusual(what) => findings.add(
            LoginRule::SignatureIncomplete,
            Severity::Depends,
            format_args!("found {what}, which AWS may refuse"),
            None,
        ),
    }
}

fn check_signed_headers(
    authorization: &Authorization,
    login: &Login,
    headers: &Headers,
    findings: &mut Findings,
) {
    let names: Vec<&str> = authorization.signed_names().collect();
    let ascending = names
        .windows(2)
        .all(|pair| matches!(pair, [one, other] if one < other));
    if !ascending
        || names
            .iter()
            .any(|name| name.bytes().any(|byte| byte.is_ascii_uppercase()))
    {
        findings.add(
            LoginRule::SignedHeadersUnsorted,
            Severity::Depends,
            "",
            None,
        );
    }
    if !names.iter().any(|name| name.eq_ignore_ascii_case("host")) {
        findings.refuse(LoginRule::HostNotSigned, "");
    }
    if names.contains(&"content-length") {
        check_length(login, headers, findings);
    }
    let mut reported = 0;
    for name in &names {
        let Some((severity, why)) = absence(name, login, headers) else {
            continue;
        };
        let name = redact::name(name).quoted();
        findings.add(
            LoginRule::SignedHeaderMissing,
            severity,
            format_args!("expected {name}, found {why}"),
            Some(&name),
        );
        reported += 1;
        if reported == MOST_FINDINGS {
            break;
        }
    }
    let lower = authorization.signed_headers.to_ascii_lowercase();
    let mut signed: Vec<&str> = lower.split(';').collect();
    signed.sort_unstable();
    let is_signed = |name: &str| {
        let name = name.to_ascii_lowercase();
        signed.binary_search(&name.as_str()).is_ok()
    };
    let not_ascii = headers.0.iter().filter(|header| {
        !header.values.iter().all(|value| value.is_ascii()) && is_signed(&header.name)
    });
    for header in not_ascii.take(MOST_FINDINGS) {
        let name = redact::name(&header.name).quoted();
        findings.add(
            LoginRule::HeaderIllegal,
            Severity::Depends,
            format_args!(
                "expected ASCII in {name}, found another character, of which AWS may sign \
                 other bytes"
            ),
            Some(&name),
        );
    }
    let unsigned = headers
        .0
        .iter()
        .filter(|header| header.name.starts_with("X-Amz-") && !is_signed(&header.name));
    for header in unsigned.take(MOST_FINDINGS) {
        let name = redact::name(&header.name).quoted();
        findings.add(
            LoginRule::AmzHeaderNotSigned,
            Severity::Depends,
            format_args!("found {name}, which AWS asks to be signed"),
            Some(&name),
        );
    }
}

/// The server counts for itself, whatever the header says.
fn check_length(login: &Login, headers: &Headers, findings: &mut Findings) {
    let sent = login.body.as_ref().map_or(0, Vec::len).to_string();
    let length = headers.first("Content-Length").unwrap_or(&sent);
    let length = length.trim_matches([' ', '\t']);
    if length != sent {
        findings.add(
            LoginRule::ContentLengthDiffers,
            Severity::Depends,
            format_args!(
                "expected {sent}, found {}; if that was signed, the signature does not match",
                redact::text(length).quoted()
            ),
            Some(&sent),
        );
    }
}

/// Returns why a signed header does not reach AWS as it was signed; `None` if it does.
fn absence(name: &str, login: &Login, headers: &Headers) -> Option<(Severity, &'static str)> {
    let value = headers.first(&canonical(name));
    match name.to_ascii_lowercase().as_str() {
        "host" => None,
        "content-length" if login.method == Method::Post => None,
        "content-length" => Some((
            Severity::Depends,
            "a GET, with which the server sends no length",
        )),
        "transfer-encoding" | "trailer" => {
            Some((Severity::Refused, "none, since the server drops it"))
        }
        "user-agent" if value == Some("") => Some((
            Severity::Depends,
            "an empty one, which the server does not send",
        )),
        _ if value.is_some() => None,
        "user-agent" | "accept-encoding" | "connection" => {
            Some((Severity::Depends, "none, so that the server sends its own"))
        }
        _ => Some((Severity::Refused, "none")),
    }
}

fn check_scope(
    authorization: &Authorization,
    called_region: Option<&CalledRegion>,
    findings: &mut Findings,
) {
    let scope = redact::scope(authorization);
    match called_region {
        Some(CalledRegion(wanted)) if *wanted != authorization.region => {
            let wanted = quoted(wanted);
            findings.add(
                LoginRule::ScopeRegionDiffers,
                Severity::Refused,
                format_args!("expected {wanted}, found {}", scope.region.quoted()),
                Some(&wanted),
            );
        }
        Some(_) => {}
        None if findings.has(LoginRule::RegionMissing) => {}
        None => {
            findings.add(
                LoginRule::ScopeRegionDiffers,
                Severity::Depends,
                format_args!(
                    "found {}, and which endpoint the server calls is not known",
                    scope.region.quoted()
                ),
                None,
            );
        }
    }
    if authorization.service != "sts" {
        findings.refuse(
            LoginRule::ScopeServiceDiffers,
            format_args!("expected `sts`, found {}", scope.service.quoted()),
        );
    }
    if authorization.terminator != "aws4_request" {
        findings.refuse(
            LoginRule::ScopeTerminatorDiffers,
            format_args!("found {}", scope.terminator.quoted()),
        );
    }
}

/// Returns the time that was signed, as written and in Unix seconds.
fn check_timestamp(
    authorization: &Authorization,
    login: &Login,
    headers: &Headers,
    findings: &mut Findings,
) -> Option<(String, i64)> {
    let Some(written) =
        timestamp(authorization.place, headers, &login.query).filter(|text| !text.is_empty())
    else {
        let severity = match headers.get("Date") {
            Some(_) if authorization.place == Place::Header => Severity::Depends,
            _ => Severity::Refused,
        };
        findings.add(
            LoginRule::DateMissing,
            severity,
            headers.misspelt("X-Amz-Date").unwrap_or_default(),
            None,
        );
        return None;
    };
    let Some(signed_at) = read_amz_date(&written) else {
        let severity = match headers.get("X-Amz-Date") {
            Some(header) if authorization.place == Place::Header && header.values.len() > 1 => {
                Severity::Depends
            }
            _ => Severity::Refused,
        };
        let found = redact::time(&written).quoted();
        findings.add(
            LoginRule::DateMalformed,
            severity,
            format_args!("found {found}"),
            None,
        );
        return None;
    };
    Some((written, signed_at))
}

fn check_time(
    authorization: &Authorization,
    written: &str,
    signed_at: i64,
    unix_seconds: u64,
    findings: &mut Findings,
) {
    if !written.starts_with(&authorization.date) || authorization.date.len() != 8 {
        findings.refuse(
            LoginRule::ScopeDateDiffers,
            format_args!(
                "expected the day of {written}, found {}",
                redact::scope(authorization).date.quoted()
            ),
        );
    }
    let age = i64::try_from(unix_seconds)
        .unwrap_or(i64::MAX)
        .saturating_sub(signed_at);
    if age > 0 {
        report_age(LoginRule::SignatureExpired, age, "ago", findings);
    } else {
        report_age(
            LoginRule::SignatureNotYetCurrent,
            age.saturating_neg(),
            "ahead",
            findings,
        );
    }
}

fn report_age(rule: LoginRule, seconds: i64, direction: &str, findings: &mut Findings) {
    let severity = match seconds {
        ..=NOTABLE_SECONDS => return,
        seconds if seconds > WINDOW_SECONDS => Severity::Refused,
        seconds
            if seconds > WINDOW_SECONDS - SLACK_SECONDS && rule == LoginRule::SignatureExpired =>
        {
            Severity::Depends
        }
        _ => Severity::Advice,
    };
    findings.add(
        rule,
        severity,
        format_args!(
            "expected at most {WINDOW_SECONDS} seconds, found {seconds} seconds {direction}"
        ),
        None,
    );
}

fn check_key(
    authorization: &Authorization,
    login: &Login,
    headers: &Headers,
    findings: &mut Findings,
) {
    let token = session_token(authorization.place, headers, &login.query);
    let has_token = token.as_ref().is_some_and(|token| !token.is_empty());
    if authorization.access_key_id.starts_with("ASIA") && !has_token {
        // A presigned URL whose token is in a header: AWS's reading of that is not known.
        let severity = match authorization.place {
            Place::Query if headers.get("X-Amz-Security-Token").is_some() => Severity::Depends,
            _ => Severity::Refused,
        };
        findings.add(
            LoginRule::SessionTokenMissing,
            severity,
            headers.misspelt("X-Amz-Security-Token").unwrap_or_default(),
            None,
        );
    } else if authorization.access_key_id.starts_with("AKIA") && token.is_some() {
        let severity = if has_token {
            Severity::Refused
        } else {
            Severity::Depends
        };
        findings.add(LoginRule::SessionTokenUnexpected, severity, "", None);
    }
}
