//! `inspector`: the JSON of `wit/inspector.wit`.

mod profile;

use serde::{Deserialize, Serialize};

use self::profile::ServerProfileJson;
use super::answer::{Refusal as Refused, answer};
use vault_aws_login::inspector::{
    self, Answer, CredentialScope, ExplainError, Explanation, Finding, LoginRule, Refusal, Refuser,
    ShownHeader,
};

/// Says what the server will do with a login; the answer is the list of findings.
pub(super) fn check_login(request: &[u8]) -> Vec<u8> {
    answer(request, |request: CheckRequest| {
        let profile = request.server_profile.into();
        let found = inspector::check_login(&request.login_json, &profile, request.unix_seconds);
        Ok(found.into_iter().map(FindingJson::from).collect::<Vec<_>>())
    })
}

/// Decodes a login for people; the answer is the explanation.
pub(super) fn explain_login(request: &[u8]) -> Vec<u8> {
    answer(request, |request: ExplainRequest| {
        let explanation = inspector::explain_login(&request.login_json)?;
        Ok(ExplanationJson::from(explanation))
    })
}

/// Says who refused a login and why; the answer is the refusal.
pub(super) fn explain_refusal(request: &[u8]) -> Vec<u8> {
    answer(request, |request: RefusalRequest| {
        let (answer, login) = (request.answer.into(), request.login_json.as_deref());
        let refusal = inspector::explain_refusal(&answer, login, request.unix_seconds);
        Ok(RefusalJson::from(refusal))
    })
}

/// Says who refused a login and why, from whatever a person copied of the answer.
pub(super) fn explain_pasted(request: &[u8]) -> Vec<u8> {
    answer(request, |request: PastedRequest| {
        let login = request.login_json.as_deref();
        let (text, status) = (&request.text, request.status);
        let refusal = inspector::explain_pasted(text, status, login, request.unix_seconds);
        Ok(RefusalJson::from(refusal))
    })
}

/// Returns the seconds to add to the host's clock; the answer is a number, or null.
pub(super) fn clock_offset(request: &[u8]) -> Vec<u8> {
    answer(request, |request: ClockRequest| {
        let answer = request.answer.into();
        Ok(inspector::clock_offset(&answer, request.unix_seconds))
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct CheckRequest {
    login_json: String,
    #[serde(default)]
    server_profile: ServerProfileJson,
    unix_seconds: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct ExplainRequest {
    login_json: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RefusalRequest {
    answer: AnswerJson,
    login_json: Option<String>,
    unix_seconds: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct PastedRequest {
    text: String,
    status: Option<u16>,
    login_json: Option<String>,
    unix_seconds: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct ClockRequest {
    answer: AnswerJson,
    unix_seconds: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct AnswerJson {
    status: Option<u16>,
    body: String,
    date: Option<String>,
}

impl From<AnswerJson> for Answer {
    fn from(json: AnswerJson) -> Self {
        Self {
            status: json.status,
            body: json.body,
            date: json.date,
        }
    }
}

#[derive(Serialize)]
struct FindingJson {
    rule: &'static str,
    severity: &'static str,
    message: String,
    fix: String,
}

impl From<Finding> for FindingJson {
    fn from(finding: Finding) -> Self {
        Self {
            rule: finding.rule.name(),
            severity: finding.severity.name(),
            message: finding.message,
            fix: finding.fix,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct ExplanationJson {
    method: String,
    url: String,
    host: String,
    body: String,
    headers: Vec<ShownHeaderJson>,
    role: Option<String>,
    access_key_id: Option<String>,
    scope: Option<CredentialScopeJson>,
    signed_headers: Vec<String>,
    signed_at_unix_seconds: Option<i64>,
    accepted_until_unix_seconds: Option<i64>,
    canonical_request: Option<String>,
    string_to_sign: Option<String>,
}

impl From<Explanation> for ExplanationJson {
    fn from(explanation: Explanation) -> Self {
        Self {
            method: explanation.method,
            url: explanation.url,
            host: explanation.host,
            body: explanation.body,
            headers: explanation.headers.into_iter().map(Into::into).collect(),
            role: explanation.role,
            access_key_id: explanation.access_key_id,
            scope: explanation.scope.map(Into::into),
            signed_headers: explanation.signed_headers,
            signed_at_unix_seconds: explanation.signed_at,
            accepted_until_unix_seconds: explanation.accepted_until,
            canonical_request: explanation.canonical_request,
            string_to_sign: explanation.string_to_sign,
        }
    }
}

#[derive(Serialize)]
struct ShownHeaderJson {
    name: String,
    value: String,
}

impl From<ShownHeader> for ShownHeaderJson {
    fn from(header: ShownHeader) -> Self {
        Self {
            name: header.name,
            value: header.value,
        }
    }
}

#[derive(Serialize)]
struct CredentialScopeJson {
    date: String,
    region: String,
    service: String,
}

impl From<CredentialScope> for CredentialScopeJson {
    fn from(scope: CredentialScope) -> Self {
        Self {
            date: scope.date,
            region: scope.region,
            service: scope.service,
        }
    }
}

impl From<ExplainError> for Refused {
    fn from(error: ExplainError) -> Self {
        Self::new(error.rule.name(), None, error.message)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct RefusalJson {
    refused_by: Option<&'static str>,
    rule: Option<&'static str>,
    message: String,
    quoted: Option<String>,
    causes: Vec<&'static str>,
    client_fix: Option<String>,
    server_fix: Option<String>,
    expected_server_id: Option<String>,
    aws_clock_unix_seconds: Option<i64>,
    skew_seconds: Option<i64>,
    wanted_region: Option<String>,
}

impl From<Refusal> for RefusalJson {
    fn from(refusal: Refusal) -> Self {
        Self {
            refused_by: refusal.refused_by.map(Refuser::name),
            rule: refusal.rule.map(LoginRule::name),
            message: refusal.message,
            quoted: refusal.quoted,
            causes: refusal.causes,
            client_fix: refusal.client_fix,
            server_fix: refusal.server_fix,
            expected_server_id: refusal.expected_server_id,
            aws_clock_unix_seconds: refusal.aws_clock,
            skew_seconds: refusal.skew_seconds,
            wanted_region: refusal.wanted_region,
        }
    }
}
