//! `AssumeRole` at STS, signed with the credentials of the source.
//!
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>

use zeroize::Zeroizing;

use super::config::AssumeRole;
use super::exchange::{Header, UnsentRequest};
use super::sts;
use crate::credentials::Credentials;
use crate::signing::sign_form;
use crate::unix_seconds::UnixSeconds;

pub(super) fn call(role: &AssumeRole, source: &Credentials, time: UnixSeconds) -> UnsentRequest {
    let duration = role.duration_seconds.map(|seconds| seconds.to_string());
    let mut fields = vec![
        ("RoleArn", role.role_arn.as_str()),
        ("RoleSessionName", role.role_session_name.as_str()),
    ];
    fields.extend(duration.as_deref().map(|value| ("DurationSeconds", value)));
    let external_id = role.external_id.as_ref();
    fields.extend(external_id.map(|value| ("ExternalId", value.as_str())));
    let body = sts::form("AssumeRole", &fields);

    let signed = sign_form(source, &role.target, &body, time);
    let mut headers = vec![Header::new("x-amz-date", &signed.timestamp)];
    let token = source.session_token();
    headers.extend(token.map(|token| Header::new("x-amz-security-token", token)));
    headers.push(Header::new("authorization", &signed.authorization));

    // An answer may repeat what was sent; the source's own secrets the session knows.
    let signature = signed.authorization.rsplit('=').next().unwrap_or_default();
    let signature = Zeroizing::new(signature.to_owned());
    let secrets = external_id
        .cloned()
        .into_iter()
        .chain([signature])
        .collect();
    sts::call(&role.origin, headers, body, secrets)
}
