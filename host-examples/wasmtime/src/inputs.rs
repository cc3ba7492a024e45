//! Translates what the host knows into the component's records.

use crate::arguments::Target;
use crate::clock::unix_milliseconds;
use crate::session::{AssumeRole, CredentialSource, SessionConfig};
use crate::{component, environment};

/// Translates what AWS's chain found.
pub fn credentials(credentials: &aws_credential_types::Credentials) -> component::Credentials {
    component::Credentials {
        access_key_id: credentials.access_key_id().into(),
        secret_access_key: credentials.secret_access_key().into(),
        session_token: credentials.session_token().map(Into::into),
        // An expiry before 1970 has passed, as 0 has.
        expires_at_unix_seconds: credentials
            .expiry()
            .map(|expiry| unix_milliseconds(expiry).unwrap_or_default() / 1000),
    }
}

/// Says what a session is for.
pub fn session(
    target: Target,
    assume_role: Option<AssumeRole>,
    clock_correction_limit_seconds: Option<u32>,
) -> SessionConfig {
    SessionConfig {
        mount: target.mount.clone(),
        namespace: environment::vault_variable("NAMESPACE"),
        login: options(target),
        // AWS's own chain knows every source, so the program hands what that finds to the session.
        credential_source: CredentialSource::Pushed,
        assume_role,
        request_timeout_milliseconds: None,
        back_off_cap_milliseconds: None,
        start_spread_milliseconds: None,
        clock_correction_limit_seconds,
    }
}

/// Translates the command line.
pub fn options(target: Target) -> component::LoginOptions {
    let region = match target.region.as_deref() {
        Some("auto") => environment::variable("AWS_REGION")
            .or_else(|| environment::variable("AWS_DEFAULT_REGION")),
        _ => target.region,
    };
    component::LoginOptions {
        region,
        server_id: target.server_id,
        role: target.role,
        sts_endpoint: target.sts_endpoint,
    }
}
