//! Requests to STS that the host sends, and the credentials in their answers.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use super::credential_answer::read_document;
use super::exchange::{Destination, Header, HttpMethod, Response, UnsentRequest};
use super::refusal::{Fault, RefusalRule};
use crate::credentials::Credentials;
use crate::inspector::{Healing, LoginRule};
use crate::signing::CONTENT_TYPE;

/// What a value of a form cannot carry unescaped.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

/// Writes a form that asks for an action.
pub(super) fn form(action: &str, fields: &[(&str, &str)]) -> Zeroizing<String> {
    let mut body = Zeroizing::new(String::new());
    // Room for every escape, so that the text is not copied while it grows.
    let lengths = fields.iter().map(|(name, value)| name.len() + value.len());
    body.reserve(3 * (lengths.sum::<usize>() + 128));
    body.push_str("Action=");
    body.push_str(action);
    body.push_str("&Version=2011-06-15");
    for (name, value) in fields {
        body.push('&');
        body.push_str(name);
        body.push('=');
        body.extend(utf8_percent_encode(value, ESCAPED));
    }
    body
}

/// Makes the request that posts a form, with more headers than its type.
pub(super) fn call(
    origin: &str,
    more: Vec<Header>,
    mut body: Zeroizing<String>,
    secrets: Vec<Zeroizing<String>>,
) -> UnsentRequest {
    let mut headers = vec![Header::new("content-type", CONTENT_TYPE)];
    headers.extend(more);
    UnsentRequest {
        destination: Destination::Sts,
        origin: Some(origin.to_owned()),
        method: HttpMethod::Post,
        path_and_query: "/".into(),
        headers,
        body: Zeroizing::new(core::mem::take(&mut *body).into_bytes()),
        secrets,
    }
}

/// Names the rule of a refused `AssumeRole` after what the inspector makes of it.
pub(super) const fn refused_role(rule: LoginRule) -> RefusalRule {
    match rule {
        LoginRule::SignatureExpired | LoginRule::SignatureNotYetCurrent => RefusalRule::ClockSkewed,
        LoginRule::StsThrottled => RefusalRule::RateLimited,
        rule => match rule.text().healing {
            Healing::ByItself => RefusalRule::CredentialsUnavailable,
            Healing::ByHand => RefusalRule::AssumeRoleRefused,
        },
    }
}

/// Reads credentials that STS made, which have a token and an expiry.
pub(super) fn read(response: &Response) -> Result<Credentials, Fault> {
    let credentials = read_document(response)?;
    if credentials.session_token().is_none() || credentials.expires_at().is_none() {
        return Err(Fault::new(RefusalRule::CredentialsMalformed));
    }
    Ok(credentials)
}
