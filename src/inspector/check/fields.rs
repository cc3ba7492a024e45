//! The fields of a login: types, presence, method, URL, body and headers
//! (`docs/login-contract.md#s2-2` and `docs/login-contract.md#s2-3`).

use super::{Login, Method, envelope};
use crate::inspector::finding::Findings;
use crate::inspector::go_base64;
use crate::inspector::go_url::{GoUrl, Query, QueryFault};
use crate::inspector::headers::{self, Encoding, Headers, HeadersFault};
use crate::inspector::login_fields::{self, IAM_FIELDS};
use crate::inspector::profile::{Flavour, ServerProfile};
use crate::inspector::redact;
use crate::inspector::rule::Severity;
use crate::inspector::rules::LoginRule;
use crate::json::Json;

const ACTION: &str = "GetCallerIdentity";

/// Caps the findings about unknown keys.
const MOST_UNKNOWN_KEYS: usize = 5;

/// Decodes the fields; `None` if the login is not one of type iam.
pub(super) fn decode(
    json: &Json<'_>,
    profile: &ServerProfile,
    findings: &mut Findings,
) -> Option<Login> {
    for name in login_fields::all().filter(|name| *name != "iam_request_headers") {
        if let Some(Err(kind)) = json.get(name).map(login_fields::text) {
            findings.add(
                LoginRule::FieldTypeWrong,
                Severity::Refused,
                format_args!("expected {name} to be a string, found {kind}"),
                Some(name),
            );
        }
    }
    let headers = json.get("iam_request_headers").map(headers::read);
    let headers = match headers {
        None => None,
        Some(Err(fault)) => {
            report_headers(&fault, findings);
            None
        }
        Some(Ok(read)) => {
            if let Some(key) = &read.duplicate_key {
                findings.add(
                    LoginRule::JsonDuplicateKey,
                    Severity::Advice,
                    format_args!(
                        "expected each header once, found {} twice, of which the server takes the \
                         last",
                        redact::name(key).quoted()
                    ),
                    None,
                );
            }
            if let Some(name) = &read.bare_number {
                report_bare_number(name, profile, findings);
            }
            Some(read.headers)
        }
    };
    check_flow(json, profile, findings)?;
    report_unknown_keys(json, findings);

    let field = |name| {
        json.get(name)
            .and_then(|value| login_fields::text(value).ok())
    };
    let method_text = field("iam_http_request_method");
    let method = method_text.as_ref().map_or(Method::Post, |method| {
        check_method(method, profile, findings)
    });
    let url = field("iam_request_url").and_then(|encoded| check_url(&encoded, findings));
    let query = url
        .as_ref()
        .map(|url| Query::parse(&url.query))
        .unwrap_or_default();
    if let Some(url) = &url {
        check_action(method, url, &query, findings);
    }
    let body = match field("iam_request_body") {
        Some(encoded) => check_body(&encoded, method, findings),
        None => (method == Method::Get).then(Vec::new),
    };
    let headers = headers.filter(|headers: &Headers| {
        if headers.0.is_empty() {
            findings.refuse(LoginRule::HeadersMissing, "");
        }
        !headers.0.is_empty()
    });
    Some(Login {
        method_text: method_text.unwrap_or_default(),
        method,
        url,
        query,
        body,
        headers,
        role: field("role"),
    })
}

/// Decides which flow the server takes (`docs/login-contract.md#s1-3`); `None` if it is type ec2's.
fn check_flow(json: &Json<'_>, profile: &ServerProfile, findings: &mut Findings) -> Option<()> {
    let has = |name| json.get(name).is_some();
    let is_get = json.get("iam_http_request_method").and_then(Json::as_str) == Some("GET");
    // Who takes no GET asks for all fields: docs/login-contract.md#row-17a
    let takes_no_get = profile
        .plugin()
        .is_some_and(|plugin| plugin.is_vault_since([1, 15, 0]) == Some(false));
    let body_needed = takes_no_get || !is_get;
    let missing: Vec<_> = IAM_FIELDS
        .into_iter()
        .filter(|name| !has(name) && (*name != "iam_request_body" || body_needed))
        .collect();
    let ec2 = has("pkcs7") || (has("identity") && has("signature"));
    match (missing.is_empty(), ec2) {
        (true, false) => {}
        (true, true) => findings.refuse(LoginRule::LoginFlowsMixed, ""),
        (false, true) => {
            findings.add(LoginRule::LoginIsEc2, Severity::Depends, "", None);
            return None;
        }
        (false, false) => {
            let named: Vec<String> = missing
                .iter()
                .map(|name| match misspelt(json, name) {
                    Some(found) => format!("{name} (found {found})"),
                    None => (*name).into(),
                })
                .collect();
            findings.add(
                LoginRule::LoginFieldsMissing,
                Severity::Refused,
                named.join(", "),
                Some(&missing.join(", ")),
            );
        }
    }
    Some(())
}

/// Returns the key that stands in the place of a field, as it may be shown.
fn misspelt(json: &Json<'_>, field: &str) -> Option<String> {
    let Json::Object(entries) = json else {
        return None;
    };
    let mut entries = entries.iter();
    let (name, _) = entries.find(|(name, _)| redact::is_misspelt(name, field))?;
    Some(redact::name(name).quoted())
}

fn report_unknown_keys(json: &Json<'_>, findings: &mut Findings) {
    let Json::Object(entries) = json else {
        return;
    };
    let unknown = entries
        .iter()
        .filter(|(name, _)| !login_fields::is_known(name));
    for (name, _) in unknown.take(MOST_UNKNOWN_KEYS) {
        let found = redact::name(name).quoted();
        findings.add(
            LoginRule::KeyUnknown,
            Severity::Advice,
            format_args!("expected one of the fields of a login, found {found}"),
            Some(&found),
        );
    }
}

fn report_headers(fault: &HeadersFault, findings: &mut Findings) {
    match fault {
        HeadersFault::Blank => findings.refuse(LoginRule::HeadersBlank, ""),
        HeadersFault::NotJson(fault, encoding) => {
            let taken_for = match encoding {
                Encoding::Base64 => "inside the base64",
                Encoding::Plain => "in the text, which is not standard base64",
            };
            findings.refuse(
                LoginRule::HeadersNotJson,
                format_args!("{} {taken_for}", envelope::describe(*fault)),
            );
        }
        HeadersFault::NotAnObject(kind) => {
            findings.refuse(
                LoginRule::HeadersNotJson,
                format_args!("expected an object, found {kind}"),
            );
        }
        HeadersFault::Compressed => {
            findings.add(
                LoginRule::HeadersNotJson,
                Severity::Depends,
                "expected an object, found what may be compressed",
                None,
            );
        }
        HeadersFault::ValueType(name, kind) => {
            findings.refuse(
                LoginRule::HeaderValueTypeWrong,
                format_args!(
                    "expected strings for {}, found {kind}",
                    redact::name(name).quoted()
                ),
            );
        }
        HeadersFault::Pair => findings.refuse(
            LoginRule::HeaderPairMalformed,
            "expected strings with a colon after the name, found something else",
        ),
        HeadersFault::Kind(kind) => findings.refuse(
            LoginRule::HeaderPairMalformed,
            format_args!("expected headers, found {kind}"),
        ),
    }
}

/// A plugin in its own process, as all of OpenBao's are, gets numbers as floats and does not accept
/// these as headers. Inside Vault's process they stay as they are written.
fn report_bare_number(name: &str, profile: &ServerProfile, findings: &mut Findings) {
    let severity = match (&profile.core, &profile.auth_plugin) {
        (Some(core), _) if core.flavour == Flavour::OpenBao => Severity::Refused,
        (Some(_), None) => return,
        _ => Severity::Depends,
    };
    findings.add(
        LoginRule::HeaderValueTypeWrong,
        severity,
        format_args!(
            "expected strings for {}, found a number, which a plugin in its own \
             process does not accept",
            redact::name(name).quoted()
        ),
        None,
    );
}

fn check_method(method: &str, profile: &ServerProfile, findings: &mut Findings) -> Method {
    match method {
        "" => findings.refuse(LoginRule::MethodMissing, ""),
        "POST" => {}
        "GET" => {
            match profile
                .plugin()
                .and_then(|plugin| plugin.is_vault_since([1, 15, 0]))
            {
                Some(true) => {}
                Some(false) => findings.refuse(
                    LoginRule::MethodUnsupported,
                    "expected `POST`, which alone this server supports, found `GET`",
                ),
                None => findings.add(LoginRule::MethodGet, Severity::Depends, "", None),
            }
            return Method::Get;
        }
        other => findings.refuse(
            LoginRule::MethodUnsupported,
            format_args!("expected `POST`, found {}", redact::method(other).quoted()),
        ),
    }
    Method::Post
}

fn check_url(encoded: &str, findings: &mut Findings) -> Option<GoUrl> {
    if encoded.is_empty() {
        findings.refuse(LoginRule::UrlMissing, "");
        return None;
    }
    let Some(bytes) = go_base64::decode(encoded) else {
        report_base64(LoginRule::UrlNotBase64, encoded, findings);
        return None;
    };
    match GoUrl::parse(&String::from_utf8_lossy(&bytes)) {
        Err(fault) => {
            findings.refuse(
                LoginRule::UrlUnparsable,
                format_args!("expected scheme, host and `/`, found {fault}"),
            );
            None
        }
        Ok(url) => {
            if let Some(fault) = url.newly_refused {
                findings.add(
                    LoginRule::UrlUnparsable,
                    Severity::Depends,
                    format_args!(
                        "expected scheme, host and `/`, found {fault}, which servers built with \
                         newer versions of Go refuse"
                    ),
                    None,
                );
            }
            Some(url)
        }
    }
}

fn report_base64(rule: LoginRule, encoded: &str, findings: &mut Findings) {
    findings.refuse(
        rule,
        format_args!(
            "expected letters, digits, '+', '/' and padding, found {}",
            go_base64::fault(encoded)
        ),
    );
}

fn check_action(method: Method, url: &GoUrl, query: &Query, findings: &mut Findings) {
    if method == Method::Post {
        if !url.query.is_empty() {
            findings.refuse(LoginRule::PostWithQuery, "");
        }
        return;
    }
    let actions: Vec<&str> = query.all("Action").collect();
    match actions[..] {
        [ACTION] => {}
        [] => findings.refuse(LoginRule::QueryActionMissing, ""),
        [other] => findings.refuse(
            LoginRule::QueryActionUnexpected,
            format_args!(
                "expected `{ACTION}`, found {}",
                redact::text(other).quoted()
            ),
        ),
        _ => findings.refuse(
            LoginRule::QueryActionRepeated,
            format_args!("expected one, found {}", actions.len()),
        ),
    }
}

fn check_body(encoded: &str, method: Method, findings: &mut Findings) -> Option<Vec<u8>> {
    if encoded.is_empty() && method == Method::Post {
        findings.refuse(LoginRule::BodyMissing, "");
        return None;
    }
    let Some(body) = go_base64::decode(encoded) else {
        report_base64(LoginRule::BodyNotBase64, encoded, findings);
        return None;
    };
    let form = Query::parse(&String::from_utf8_lossy(&body));
    match form.fault {
        Some(QueryFault::Semicolon) => findings.refuse(
            LoginRule::BodyUnparsable,
            "expected pairs with '&' between them, found a ';'",
        ),
        Some(QueryFault::Escape) => findings.refuse(
            LoginRule::BodyUnparsable,
            "expected two hexadecimal digits after each '%', found something else",
        ),
        None => {
            let actions = form.all("Action").count();
            let strange = form.pairs.iter().find(|(name, value)| match name.as_str() {
                "Action" => actions > 1 || value != ACTION,
                "Version" => false,
                _ => true,
            });
            if let Some((name, value)) = strange {
                let detail = match name.as_str() {
                    "Action" if actions > 1 => "expected Action once, found it more often".into(),
                    "Action" => format!(
                        "expected the action `{ACTION}`, found {}",
                        redact::text(value).quoted()
                    ),
                    // The name may be a whole document.
                    _ => "expected Action and Version alone, found another key".into(),
                };
                findings.refuse(LoginRule::BodyUnexpected, detail);
            }
        }
    }
    Some(body)
}
