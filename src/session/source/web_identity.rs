//! `AssumeRoleWithWebIdentity` at STS, which needs no signature.
//!
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use super::{Fault, read_document};
use crate::credentials::Credentials;
use crate::session::config::WebIdentity;
use crate::session::exchange::{Destination, Header, HttpMethod, Response, UnsentRequest};
use crate::session::refusal::RefusalRule;

/// What a value of a form cannot carry unescaped.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

pub(super) fn call(identity: &WebIdentity, token: &str) -> UnsentRequest {
    let mut body = Zeroizing::new(String::from(
        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15",
    ));
    // Room for every escape, so that the text is not copied while it grows.
    body.reserve(3 * (token.len() + identity.role_arn.len() + 128));
    for (name, value) in [
        ("&RoleArn=", identity.role_arn.as_str()),
        ("&RoleSessionName=", identity.role_session_name.as_str()),
        ("&WebIdentityToken=", token),
    ] {
        body.push_str(name);
        body.extend(utf8_percent_encode(value, ESCAPED));
    }
    UnsentRequest {
        destination: Destination::Sts,
        origin: Some(identity.origin.clone()),
        method: HttpMethod::Post,
        path_and_query: "/".into(),
        headers: vec![Header::new(
            "content-type",
            "application/x-www-form-urlencoded; charset=utf-8",
        )],
        body: Zeroizing::new(core::mem::take(&mut *body).into_bytes()),
        secrets: vec![Zeroizing::new(token.to_owned())],
    }
}

/// Reads STS's answer, which has a token and an expiry.
pub(super) fn read(response: &Response) -> Result<Credentials, Fault> {
    let credentials = read_document(response)?;
    if credentials.session_token().is_none() || credentials.expires_at().is_none() {
        return Err(Fault::new(RefusalRule::CredentialsMalformed));
    }
    Ok(credentials)
}
