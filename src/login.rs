//! The JSON body of a login.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::credentials::Credentials;
use crate::input_error::InputError;
use crate::options::{LoginOptions, Role, ServerId};
use crate::signing::{BODY, CONTENT_TYPE, sign_identity};
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

    let signed = sign_identity(credentials, &target, server_id, time);
    let headers = signed_headers(&[
        ("Authorization", Some(&signed.authorization)),
        ("Content-Type", Some(CONTENT_TYPE)),
        ("X-Amz-Date", Some(&signed.timestamp)),
        ("X-Amz-Security-Token", credentials.session_token()),
        ("X-Vault-AWS-IAM-Server-ID", server_id),
    ]);
    Ok(envelope(&target.url, &headers, options.role.as_ref()))
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
        push_string(role.as_str(), &mut login);
    }
    login.push('}');
    login
}

/// Writes the headers that are there, each as a list of strings: what Go's clients send, so the
/// oldest servers accept it.
///
/// No `Host` (Vault takes it from the URL) and no `Content-Length` (Vault counts for itself).
fn signed_headers(headers: &[(&str, Option<&str>)]) -> String {
    let values = headers.iter().filter_map(|(_, value)| *value);
    let mut json = String::with_capacity(256 + values.map(str::len).sum::<usize>());
    for (name, value) in headers {
        let Some(value) = value else { continue };
        json.push(if json.is_empty() { '{' } else { ',' });
        push_string(name, &mut json);
        json.push_str(":[");
        push_string(value, &mut json);
        json.push(']');
    }
    json.push('}');
    json
}

/// Writes a JSON string. Hardly any value has a character to escape, and without one it is copied
/// whole: `serde_json` would take longer over a session token than everything but the hashing.
fn push_string(value: &str, json: &mut String) {
    // No control character is in the alphabet of any input.
    if !value.contains('"') && !value.contains('\\') {
        json.push('"');
        json.push_str(value);
        json.push('"');
    } else {
        // Not `expect`, which would bring the texts of every error of `serde_json`.
        let Ok(escaped) = serde_json::to_string(value) else {
            unreachable!("JSON carries every string");
        };
        json.push_str(&escaped);
    }
}
