//! `inspector`: the JSON of `wit/inspector.wit`.

use serde::Deserialize;

use super::answer::{Refusal, answer};
use vault_aws_login::inspector::{self, Answer, ExplainError, ServerProfile};

/// Says what the server will do with a login; the answer is the list of findings.
pub(super) fn check_login(request: &[u8]) -> Vec<u8> {
    answer(request, |request: CheckRequest| {
        let (login, server) = (&request.login_json, &request.server_profile);
        Ok(inspector::check_login(login, server, request.unix_seconds))
    })
}

/// Decodes a login for people; the answer is the explanation.
pub(super) fn explain_login(request: &[u8]) -> Vec<u8> {
    answer(request, |request: ExplainRequest| {
        Ok(inspector::explain_login(&request.login_json)?)
    })
}

/// Says who refused a login and why; the answer is the refusal.
pub(super) fn explain_refusal(request: &[u8]) -> Vec<u8> {
    answer(request, |request: RefusalRequest| {
        let (answer, login) = (&request.answer, request.login_json.as_deref());
        Ok(inspector::explain_refusal(
            answer,
            login,
            request.unix_seconds,
        ))
    })
}

/// Says who refused a login and why, from what a person copied of the answer.
pub(super) fn explain_pasted(request: &[u8]) -> Vec<u8> {
    answer(request, |request: PastedRequest| {
        let login = request.login_json.as_deref();
        let (text, status) = (&request.text, request.status);
        Ok(inspector::explain_pasted(
            text,
            status,
            login,
            request.unix_seconds,
        ))
    })
}

/// Returns the seconds to add to the host's clock; the answer is a number, or null.
pub(super) fn clock_offset(request: &[u8]) -> Vec<u8> {
    answer(request, |request: ClockRequest| {
        let answer = &request.answer;
        Ok(inspector::clock_offset(answer, request.unix_seconds))
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct CheckRequest {
    login_json: String,
    #[serde(default)]
    server_profile: ServerProfile,
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
    answer: Answer,
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
    answer: Answer,
    unix_seconds: u64,
}

impl From<ExplainError> for Refusal {
    fn from(error: ExplainError) -> Self {
        Self::new(error.rule.name(), None, error.message)
    }
}
