//! EC2's instance metadata, version 2: a token, the role's name, the credentials.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html>

use zeroize::Zeroizing;

use super::Fault;
use crate::session::exchange::{Destination, Header, HttpMethod, Response, UnsentRequest};
use crate::session::refusal::RefusalRule;

const ROLES: &str = "/latest/meta-data/iam/security-credentials/";

/// Long enough for the two requests that follow, each fetch gets its own.
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

pub(super) fn read_token(response: &Response) -> Result<Zeroizing<String>, Fault> {
    if response.status != 200 {
        return Err(Fault::new(super::rule_of(response.status)));
    }
    let token = response.text().trim();
    if token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Fault::new(RefusalRule::CredentialsMalformed));
    }
    Ok(Zeroizing::new(token.to_owned()))
}

/// Names the rule of an answer without the role's name. 401: the metadata token has expired.
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
    // The alphabet of IAM's role names, so that it can stand in a path.
    let is_legal = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if role.is_empty() {
        return Err(Fault::new(RefusalRule::InstanceRoleMissing));
    }
    if !role.chars().all(is_legal) {
        return Err(Fault::new(RefusalRule::CredentialsMalformed));
    }
    Ok(role.to_owned())
}
