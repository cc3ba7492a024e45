//! `AssumeRoleWithWebIdentity` at STS, which needs no signature.
//!
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>

use zeroize::Zeroizing;

use crate::session::config::WebIdentity;
use crate::session::exchange::UnsentRequest;
use crate::session::sts;

pub(super) fn call(identity: &WebIdentity, token: &str) -> UnsentRequest {
    let body = sts::form(
        "AssumeRoleWithWebIdentity",
        &[
            ("RoleArn", &identity.role_arn),
            ("RoleSessionName", &identity.role_session_name),
            ("WebIdentityToken", token),
        ],
    );
    let secrets = vec![Zeroizing::new(token.to_owned())];
    sts::call(&identity.origin, Vec::new(), body, secrets)
}
