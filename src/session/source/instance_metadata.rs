//! EC2's instance metadata, version 2: a token, the role's name, the credentials.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html>

use zeroize::Zeroizing;

use super::Fault;
use crate::session::exchange::{Destination, Header, HttpMethod, Response, UnsentRequest};
use crate::session::refusal::RefusalRule;

const ROLES: &str = "/latest/meta-data/iam/security-credentials/";

/// In seconds; enough for the two requests that follow. Each fetch gets a token.
const TOKEN_SECONDS: &str = "60";

pub(super) fn call(token: Option<&str>, role: Option<&str>) -> UnsentRequest {
    let (method, path, header) = match (token, role) {
        (None, _) => (
            HttpMethod::Put,
            "/latest/api/token".to_owned(),
            Header::new("x-aws-ec2-metadata-token-ttl-seconds", TOKEN_SECONDS),
        ),
        (Some(token), role) => (
            HttpMethod::Get,
            format!("{ROLES}{}", role.unwrap_or_default()),
            Header::new("x-aws-ec2-metadata-token", token),
        ),
    };
    UnsentRequest {
        destination: Destination::InstanceMetadata,
        origin: Some("http://169.254.169.254".into()),
        method,
        path_and_query: path,
        headers: vec![header],
        body: Zeroizing::default(),
        secrets: token
            .map(|token| Zeroizing::new(token.to_owned()))
            .into_iter()
            .collect(),
    }
}

/// Reads the token that IMDSv2 begins with.
///
/// What answers without one is an instance with its metadata switched off (403), or speaks IMDSv1
/// alone: a proxy for pods such as kube2iam, which forwards the request with `X-Forwarded-For`, so
/// that EC2 refuses it (403); another proxy or an imitation that does not know the path (404) or the
/// method (400, 405, 501), or that answers whatever it is asked (empty).
/// No fallback to IMDSv1: its answers are open to server-side request forgery.
pub(super) fn read_token(response: &Response) -> Result<Zeroizing<String>, Fault> {
    let token = response.text().trim();
    match response.status {
        200 | 204 if response.body.trim_ascii().is_empty() => {
            Err(Fault::new(RefusalRule::InstanceMetadataV1))
        }
        200 if !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic()) => {
            Ok(Zeroizing::new(token.to_owned()))
        }
        200 => Err(Fault::new(RefusalRule::CredentialsMalformed)),
        400 | 403 | 404 | 405 | 501 => Err(Fault::new(RefusalRule::InstanceMetadataV1)),
        status => Err(Fault::new(super::rule_of(status))),
    }
}

/// Returns the rule of an answer without the role's name. 401: the metadata token has expired.
pub(super) const fn rule_of(status: u16) -> RefusalRule {
    match status {
        401 => RefusalRule::CredentialsUnavailable,
        404 => RefusalRule::InstanceRoleMissing,
        status => super::rule_of(status),
    }
}

/// Reads the first line of the list of roles; an instance has at most one.
pub(super) fn read_role(response: &Response) -> Result<String, Fault> {
    if response.status != 200 {
        return Err(Fault::new(rule_of(response.status)));
    }
    let role = response.text().lines().next().unwrap_or_default().trim();
    if role.is_empty() {
        return Err(Fault::new(RefusalRule::InstanceRoleMissing));
    }
    // The alphabet of IAM's role names and of their ARNs, which kube2iam lists, so that it can stand
    // in a path.
    let is_legal = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-:/".contains(c);
    let is_step = |part: &str| matches!(part, "" | "." | "..");
    if !role.chars().all(is_legal) || role.split('/').any(is_step) {
        return Err(Fault::new(RefusalRule::CredentialsMalformed));
    }
    Ok(role.to_owned())
}
