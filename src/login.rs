//! The JSON body of a login.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::credentials::Credentials;
use crate::input_error::InputError;
use crate::options::{LoginOptions, Role, ServerId};
use crate::signing::{BODY, CONTENT_TYPE, sign_request};
use crate::sts::StsTarget;
use crate::unix_seconds::UnixSeconds;

/// Signs a login and returns the JSON body for `POST /v1/auth/<mount>/login`.
///
/// AWS accepts it from 15 minutes before to 15 minutes after `time`. The same arguments give the
/// same bytes.
///
/// # Errors
/// [`CredentialsExpired`](crate::InputRule::CredentialsExpired) if the credentials have expired at
/// `time`. Everything else was checked when the arguments were made.
pub fn sign_login(
    credentials: &Credentials,
    options: &LoginOptions,
    time: UnixSeconds,
) -> Result<String, InputError> {
    credentials.check_expiry(time)?;
    let target = StsTarget::resolve(options.region.as_ref(), options.sts_endpoint.as_ref());
    let server_id = options.server_id.as_ref().map(ServerId::as_str);

    let signed = sign_request(credentials, &target, server_id, time);
    let headers = SignedHeaders {
        authorization: [&signed.authorization],
        content_type: [CONTENT_TYPE],
        date: [&signed.timestamp],
        security_token: credentials.session_token().map(|token| [token]),
        server_id: server_id.map(|id| [id]),
    };
    Ok(envelope(
        &target.url,
        &json(&headers),
        options.role.as_ref(),
    ))
}

/// Writes the envelope that every known server accepts. What is base64 needs no escapes, so none
/// are looked for: that would take longer than the rest of the JSON.
fn envelope(url: &str, headers: &str, role: Option<&Role>) -> String {
    let mut login = String::with_capacity(512 + headers.len() / 3 * 4);
    login.push_str(r#"{"iam_http_request_method":"POST","iam_request_url":""#);
    STANDARD.encode_string(url, &mut login);
    login.push_str(r#"","iam_request_body":""#);
    STANDARD.encode_string(BODY, &mut login);
    login.push_str(r#"","iam_request_headers":""#);
    STANDARD.encode_string(headers, &mut login);
    login.push('"');
    // Left out when not given: an empty one means something else to some clients.
    if let Some(role) = role {
        login.push_str(r#","role":"#);
        login.push_str(&json(&role.as_str()));
    }
    login.push('}');
    login
}

/// The headers, each a list of strings: what Go's clients send, so the oldest servers accept it.
///
/// No `Host` (Vault takes it from the URL) and no `Content-Length` (Vault counts for itself).
#[derive(Serialize)]
struct SignedHeaders<'a> {
    #[serde(rename = "Authorization")]
    authorization: [&'a str; 1],
    #[serde(rename = "Content-Type")]
    content_type: [&'a str; 1],
    #[serde(rename = "X-Amz-Date")]
    date: [&'a str; 1],
    #[serde(
        rename = "X-Amz-Security-Token",
        skip_serializing_if = "Option::is_none"
    )]
    security_token: Option<[&'a str; 1]>,
    #[serde(
        rename = "X-Vault-AWS-IAM-Server-ID",
        skip_serializing_if = "Option::is_none"
    )]
    server_id: Option<[&'a str; 1]>,
}

fn json(value: &impl Serialize) -> String {
    // Not `expect`, which would bring the texts of every error of `serde_json`.
    let Ok(json) = serde_json::to_string(value) else {
        unreachable!("structs of strings have no key or value that JSON cannot carry");
    };
    json
}
