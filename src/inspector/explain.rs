//! Decodes a login for people.

use serde::Serialize;

use super::authorization::{Authorization, Place, timestamp};
use super::canonical::{canonical_request, string_to_sign};
use super::check::{Login, WINDOW_SECONDS, decode};
use super::finding::{Finding, Findings};
use super::go_url::GoUrl;
use super::headers::Headers;
use super::profile::ServerProfile;
use super::redact::{self, Shown, header_value};
use super::rule::Severity;
use super::rules::LoginRule;
use crate::date::read_amz_date;

/// What is in a login. Secrets are shown by their lengths, so that it can be pasted into a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Explanation {
    /// The method as written.
    pub method: String,
    /// The URL, without user information and without secrets in its query.
    pub url: String,
    /// The `Host` header that the server sends to STS.
    pub host: String,
    /// The body, without secrets.
    pub body: String,
    /// The headers, sorted by name.
    pub headers: Vec<ShownHeader>,
    /// The Vault role, if one was sent.
    pub role: Option<String>,
    /// The access key ID, if there is a signature that can be read.
    pub access_key_id: Option<String>,
    /// The credential scope, if there is a signature that can be read.
    pub scope: Option<CredentialScope>,
    /// The names of the signed headers, as written.
    pub signed_headers: Vec<String>,
    /// When the login was signed, in Unix seconds.
    pub signed_at_unix_seconds: Option<i64>,
    /// The last second at which AWS takes the login, in Unix seconds.
    pub accepted_until_unix_seconds: Option<i64>,
    /// The canonical request, without secrets.
    pub canonical_request: Option<String>,
    /// The string to sign; its hash is that of the whole canonical request.
    pub string_to_sign: Option<String>,
}

/// A header of the request to STS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownHeader {
    /// The name as the server sends it.
    pub name: String,
    /// The value; a secret one by its length.
    pub value: String,
}

/// The credential scope of a signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CredentialScope {
    /// The day, as in `20300131`.
    pub date: String,
    /// The region.
    pub region: String,
    /// The service.
    pub service: String,
}

/// Why a login cannot be explained.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize)]
#[error("{message}")]
pub struct ExplainError {
    /// Which rule.
    pub rule: LoginRule,
    /// What was expected and what was found. Never holds a secret.
    pub message: String,
}

/// Decodes a login. At most 64 KiB are read.
///
/// # Errors
/// [`ExplainError`] if the JSON, the URL, the body or the headers cannot be decoded.
pub fn explain_login(login_json: &str) -> Result<Explanation, ExplainError> {
    let mut findings = Findings::default();
    let login = decode(login_json, &ServerProfile::default(), &mut findings);
    if let Some(login) = &login
        && let Some(url) = &login.url
        && let Some(headers) = &login.headers
        && login.body.is_some()
    {
        return Ok(explain(login, url, headers));
    }
    // A server's first reason may be one that explains well.
    let is_obstacle = |finding: &Finding| {
        finding.severity == Severity::Refused && !EXPLICABLE.contains(&finding.rule)
    };
    let obstacle = findings.0.iter().position(is_obstacle);
    let finding = findings.0.into_iter().nth(obstacle.unwrap_or(0));
    Err(finding.map_or_else(
        || ExplainError {
            rule: LoginRule::JsonMalformed,
            message: LoginRule::JsonMalformed.text().title.into(),
        },
        |finding| ExplainError {
            rule: finding.rule,
            message: finding.message,
        },
    ))
}

/// What `decode` finds of logins that can be explained.
const EXPLICABLE: [LoginRule; 9] = [
    LoginRule::LoginFlowsMixed,
    LoginRule::MethodMissing,
    LoginRule::MethodUnsupported,
    LoginRule::PostWithQuery,
    LoginRule::QueryActionMissing,
    LoginRule::QueryActionRepeated,
    LoginRule::QueryActionUnexpected,
    LoginRule::BodyUnparsable,
    LoginRule::BodyUnexpected,
];

fn explain(login: &Login, url: &GoUrl, headers: &Headers) -> Explanation {
    let body = login.body.as_deref().unwrap_or_default();
    let authorization = Authorization::read(headers, &login.query);
    let shown_headers = headers.0.iter().map(|header| ShownHeader {
        name: redact::name(&header.name).to_string(),
        value: match header.name.as_str() {
            "Authorization" => redact::authorization(&header.joined(), &authorization),
            _ => header_value(header, body, Shown::Harmless).unwrap_or_else(|| header.joined()),
        },
    });
    let mut explanation = Explanation {
        method: redact::method(&login.method_text).to_string(),
        url: redact::url(url),
        host: redact::host(&url.host).to_string(),
        body: redact::form(&String::from_utf8_lossy(body)),
        headers: shown_headers.collect(),
        role: login
            .role
            .as_deref()
            // The server takes the IAM name then, as without the field.
            .filter(|role| !role.is_empty())
            .map(|role| redact::role(role).to_string()),
        access_key_id: None,
        scope: None,
        signed_headers: Vec::new(),
        signed_at_unix_seconds: None,
        accepted_until_unix_seconds: None,
        canonical_request: None,
        string_to_sign: None,
    };
    let place = authorization
        .as_ref()
        .map_or(Place::Header, |authorization| authorization.place);
    let written = timestamp(place, headers, &login.query).unwrap_or_default();
    let signed_at = read_amz_date(&written);
    explanation.signed_at_unix_seconds = signed_at;
    explanation.accepted_until_unix_seconds = signed_at.map(|time| time + WINDOW_SECONDS);
    if let Ok(authorization) = authorization {
        let request = |shown| canonical_request(&authorization, login, url, headers, shown);
        explanation.string_to_sign = Some(string_to_sign(
            &authorization,
            &written,
            &request(Shown::Everything),
        ));
        explanation.canonical_request = Some(request(Shown::Harmless));
        explanation.signed_headers = authorization
            .signed_names()
            .map(|name| redact::name(name).to_string())
            .collect();
        explanation.access_key_id =
            Some(redact::access_key_id(&authorization.access_key_id).to_string());
        let scope = redact::scope(&authorization);
        explanation.scope = Some(CredentialScope {
            date: scope.date.to_string(),
            region: scope.region.to_string(),
            service: scope.service.to_string(),
        });
    }
    explanation
}
