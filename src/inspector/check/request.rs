//! The request as the server sends it on to STS (`docs/login-contract.md#s2-6`,
//! `docs/login-contract.md#s2-7` and `docs/login-contract.md#s1-2`).

use super::{Login, Method};
use crate::inspector::finding::Findings;
use crate::inspector::go_header::{is_name, is_value};
use crate::inspector::go_url::{GoUrl, Query, escapes_are_valid};
use crate::inspector::headers::Headers;
use crate::inspector::profile::ServerProfile;
use crate::inspector::redact;
use crate::inspector::rule::Severity;
use crate::inspector::rules::LoginRule;
use crate::sts::region_of_host;

const VERSION: &str = "2011-06-15";
const FORM: &str = "application/x-www-form-urlencoded";

/// Headers of which AWS wants one value.
const SINGLE: [&str; 5] = [
    "Authorization",
    "Content-Type",
    "User-Agent",
    "X-Amz-Date",
    "X-Amz-Security-Token",
];

/// Headers about one connection.
const HOP_BY_HOP: [&str; 6] = [
    "Connection",
    "Expect",
    "Keep-Alive",
    "Proxy-Connection",
    "Te",
    "Upgrade",
];

/// The most findings of one kind.
const MOST_FINDINGS: usize = 8;

pub(super) fn check_request(
    login: &Login,
    headers: &Headers,
    profile: &ServerProfile,
    findings: &mut Findings,
) {
    let illegal = headers.0.iter().filter(|header| {
        !is_name(&header.name) || !header.values.iter().all(|value| is_value(value))
    });
    for header in illegal.take(MOST_FINDINGS) {
        let found = redact::name(&header.name).quoted();
        let detail = match is_name(&header.name) {
            true => format!("expected no control character in the value of {found}, found one"),
            false => format!("expected a header name, found {found}"),
        };
        findings.add(
            LoginRule::HeaderIllegal,
            Severity::Refused,
            detail,
            Some(&found),
        );
    }
    let repeated = headers.0.iter().filter(|header| {
        let differ = header
            .values
            .windows(2)
            .any(|pair| matches!(pair, [one, other] if one != other));
        header.spelt_twice && differ
            || header.values.len() > 1 && SINGLE.contains(&header.name.as_str())
    });
    for header in repeated.take(MOST_FINDINGS) {
        let name = redact::name(&header.name).quoted();
        findings.add(
            LoginRule::HeaderRepeated,
            Severity::Depends,
            format_args!("expected {name} once, found {} values", header.values.len()),
            Some(&name),
        );
    }
    for name in HOP_BY_HOP.iter().filter(|name| headers.get(name).is_some()) {
        findings.add(
            LoginRule::HeaderHopByHop,
            Severity::Depends,
            format_args!("found `{name}`"),
            Some(name),
        );
    }
    if let Some(url) = &login.url {
        check_url(url, findings);
        check_host(url, headers, profile, findings);
    }
    check_accept(headers, findings);
    check_body(login, headers, findings);
}

fn check_url(url: &GoUrl, findings: &mut Findings) {
    let malformed = |severity, detail: &str, findings: &mut Findings| {
        findings.add(LoginRule::StsUrlMalformed, severity, detail, None);
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_:[]".contains(c);
    if !url.opaque.is_empty() {
        // `http.NewRequest` returns nil here, and the plugin dereferences it.
        let severity = match escapes_are_valid(&url.opaque) {
            true => Severity::Depends,
            false => Severity::Refused,
        };
        malformed(
            severity,
            "expected `//` after the scheme, found something else",
            findings,
        );
    } else if url.host.is_empty() {
        malformed(
            Severity::Depends,
            "expected a host, found none, so that the server sends that of its endpoint",
            findings,
        );
    } else if !matches!(url.scheme.as_str(), "" | "http" | "https") {
        malformed(
            Severity::Advice,
            "expected the scheme https, found another, which the server does not look at",
            findings,
        );
    } else if !url.host.chars().all(plain) {
        malformed(
            Severity::Depends,
            "expected a DNS name as the host, found something else",
            findings,
        );
    }
    let not_bare = |severity, detail: &str, findings: &mut Findings| {
        findings.add(LoginRule::StsUrlNotBare, severity, detail, None);
    };
    if url.opaque.is_empty() && !matches!(url.path.as_str(), "" | "/") {
        not_bare(
            Severity::Depends,
            "expected the path `/`, found another, which has to be signed as it is",
            findings,
        );
    }
    if url.user_info {
        not_bare(
            Severity::Advice,
            "expected no user information, found some, which the server drops",
            findings,
        );
    }
    if url.fragment {
        not_bare(
            Severity::Advice,
            "expected no fragment, found one, which the server drops",
            findings,
        );
    }
}

fn check_host(url: &GoUrl, headers: &Headers, profile: &ServerProfile, findings: &mut Findings) {
    if url.host.is_empty() {
        return;
    }
    let default_port = match url.scheme.as_str() {
        "http" => ":80",
        _ => ":443",
    };
    let lower = url.host.to_ascii_lowercase();
    let bare = lower
        .strip_suffix(default_port)
        .unwrap_or(&lower)
        .trim_end_matches(':');
    if bare != url.host {
        let plain = redact::plain_host(bare, &url.host).quoted();
        findings.add(
            LoginRule::HostNotPlain,
            Severity::Depends,
            format_args!(
                "expected {plain}, found {}",
                redact::host(&url.host).quoted()
            ),
            Some(&plain),
        );
    }
    let is_sts = bare == "sts.amazonaws.com" || region_of_host(bare).is_some();
    if !bare.is_empty() && !is_sts && !profile.calls_host(bare) {
        findings.add(
            LoginRule::HostNotSts,
            Severity::Depends,
            format_args!(
                "found {}, and whether AWS takes it for the endpoint's is not known",
                redact::host(&url.host).quoted()
            ),
            None,
        );
    }
    if let Some(host) = headers
        .first("Host")
        .map(|host| host.trim_matches([' ', '\t']))
        && host != url.host
    {
        let expected = redact::host(&url.host).quoted();
        findings.add(
            LoginRule::HostDiffers,
            Severity::Depends,
            format_args!(
                "expected {expected}, found {}; if that was signed, the signature does not match",
                redact::host(host).quoted()
            ),
            Some(&expected),
        );
    }
}

fn check_accept(headers: &Headers, findings: &mut Findings) {
    if let Some(accept) = headers.get("Accept") {
        let accept = accept.joined();
        let accept = accept.trim_matches([' ', '\t']);
        if accept == "application/json" {
            findings.refuse(LoginRule::AcceptJson, "");
        } else if accept.to_ascii_lowercase().contains("json") {
            findings.add(
                LoginRule::AcceptJson,
                Severity::Depends,
                "found JSON among other types",
                None,
            );
        }
    }
    if let Some(encoding) = headers.get("Accept-Encoding") {
        let encoding = encoding.joined();
        if !matches!(encoding.trim_matches([' ', '\t']), "" | "identity") {
            findings.add(
                LoginRule::AcceptEncoding,
                Severity::Depends,
                format_args!("found {}", redact::text(&encoding).quoted()),
                None,
            );
        }
    }
}

fn check_body(login: &Login, headers: &Headers, findings: &mut Findings) {
    let Some(body) = &login.body else {
        return;
    };
    if login.method == Method::Get && !body.is_empty() {
        findings.add(
            LoginRule::GetWithBody,
            Severity::Depends,
            format_args!("expected no body, found {} bytes", body.len()),
            None,
        );
    }
    if login.method == Method::Get {
        check_call(&login.query, findings);
        return;
    }
    let content_type = headers.first("Content-Type").unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default();
    if !media_type
        .trim_matches([' ', '\t'])
        .eq_ignore_ascii_case(FORM)
    {
        let found = match content_type {
            "" => "none".into(),
            other => redact::text(other).quoted(),
        };
        findings.add(
            LoginRule::ContentTypeNotForm,
            Severity::Depends,
            format_args!("expected `{FORM}`, found {found}"),
            None,
        );
    }
    check_call(&Query::parse(&String::from_utf8_lossy(body)), findings);
}

/// Checks action and version, where STS is stricter than the server.
fn check_call(form: &Query, findings: &mut Findings) {
    if findings.has(LoginRule::BodyUnexpected) || findings.has(LoginRule::BodyUnparsable) {
        return;
    }
    if form.first("Action").is_none() && !findings.has(LoginRule::QueryActionMissing) {
        findings.refuse(
            LoginRule::StsActionInvalid,
            "expected Action=GetCallerIdentity, found no action",
        );
    }
    let versions: Vec<&str> = form.all("Version").collect();
    match versions[..] {
        [VERSION] => {}
        [] => findings.refuse(
            LoginRule::StsActionInvalid,
            "expected Version=2011-06-15, found no version",
        ),
        [other] => findings.refuse(
            LoginRule::StsActionInvalid,
            format_args!(
                "expected the version `{VERSION}`, found {}",
                redact::text(other).quoted()
            ),
        ),
        _ => findings.add(
            LoginRule::StsActionInvalid,
            Severity::Depends,
            "expected one version, found several",
            None,
        ),
    }
}
