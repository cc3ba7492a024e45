//! Translates what the host knows into the component's records.

use crate::arguments::connection::ConnectionArguments;
use crate::arguments::{SigningArguments, Target};
use crate::clock::unix_milliseconds;
use crate::failure::Failure;
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
    target: &Target,
    connection: &ConnectionArguments,
    assume_role: Option<AssumeRole>,
    clock_correction_limit_seconds: Option<u32>,
) -> Result<SessionConfig, Failure> {
    Ok(SessionConfig {
        mount: target.mount.clone(),
        namespace: connection.namespace.clone(),
        login: options(&target.signing)?,
        // AWS's own chain knows every source, so the program hands what that finds to the session.
        credential_source: CredentialSource::Pushed,
        assume_role,
        // One that is too long is the session's to refuse.
        request_timeout_milliseconds: connection
            .timeout()
            .map(|timeout| u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX)),
        back_off_cap_milliseconds: None,
        start_spread_milliseconds: None,
        clock_correction_limit_seconds,
    })
}

/// Translates the command line.
pub fn options(signing: &SigningArguments) -> Result<component::LoginOptions, Failure> {
    let region = match signing.region.as_deref() {
        Some("auto") => environment::variable("AWS_REGION")
            .or_else(|| environment::variable("AWS_DEFAULT_REGION")),
        region => region.map(str::to_owned),
    };
    Ok(component::LoginOptions {
        region,
        server_id: signing.server_id.clone(),
        role: signing.role.clone(),
        sts_endpoint: signing.endpoint()?,
    })
}
