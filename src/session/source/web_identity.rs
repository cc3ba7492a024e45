//! `AssumeRoleWithWebIdentity` at STS, which needs no signature.
//!
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use super::{Fault, rule_of};
use crate::credentials::Credentials;
use crate::date::read_rfc3339;
use crate::session::config::WebIdentity;
use crate::session::exchange::{Destination, Header, HttpMethod, Response, UnsentRequest};
use crate::session::refusal::RefusalRule;

/// What a form value cannot carry as it is.
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

pub(super) fn read(response: &Response) -> Result<Credentials, Fault> {
    let text = response.text();
    if response.status != 200 {
        let code = element(text, "Code").unwrap_or_default();
        let rule = match code {
            "Throttling" | "IDPCommunicationError" => RefusalRule::CredentialsUnavailable,
            _ => rule_of(response.status),
        };
        return Err(Fault::with_text(rule, code));
    }
    let malformed = || Fault::new(RefusalRule::CredentialsMalformed);
    let wanted = |name| element(text, name).ok_or_else(malformed);
    let expires_at = read_rfc3339(wanted("Expiration")?).ok_or_else(malformed)?;
    Credentials::new(
        wanted("AccessKeyId")?.to_owned(),
        wanted("SecretAccessKey")?.to_owned(),
        Some(wanted("SessionToken")?.to_owned()),
        // A time before 1970 is as expired as 1970.
        Some(u64::try_from(expires_at).unwrap_or(0)),
    )
    .map_err(|_| malformed())
}

/// Returns the text of the first element of that name.
///
/// No XML parser: STS writes these elements without attributes, and values without entities.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    Some(rest.split_once("</")?.0.trim())
}
