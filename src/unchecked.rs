//! Inputs as a host gives them: the records of `wit/` with nothing checked yet.
//!
//! The component and the core module take these in, and make the checked types of the same names
//! from them. A Rust host can use the checked types at once.

use core::fmt;

use serde::Deserialize;

use crate::input_error::InputError;
use crate::region::Region;
use crate::session::{self, ContainerAuthorization, SessionSettings};
use crate::sts::StsTarget;
use crate::sts_url::StsUrl;

/// `credentials` of `wit/login.wit`. No `Debug`: it holds secrets, and does not wipe them.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Credentials {
    /// The access key ID.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: String,
    /// The session token of temporary credentials.
    pub session_token: Option<String>,
    /// When the credentials expire, in Unix seconds.
    pub expires_at_unix_seconds: Option<u64>,
}

impl TryFrom<Credentials> for crate::Credentials {
    type Error = InputError;

    fn try_from(given: Credentials) -> Result<Self, InputError> {
        Self::new(
            given.access_key_id,
            given.secret_access_key,
            given.session_token,
            given.expires_at_unix_seconds,
        )
    }
}

impl From<crate::Credentials> for Credentials {
    /// For a host that reads a document of credentials and hands them to the component.
    fn from(checked: crate::Credentials) -> Self {
        Self {
            access_key_id: checked.access_key_id().into(),
            secret_access_key: checked.secret_access_key().into(),
            session_token: checked.session_token().map(Into::into),
            expires_at_unix_seconds: checked.expires_at(),
        }
    }
}

/// `sts-endpoint` of `wit/login.wit`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StsEndpoint {
    /// `sts.<region>.<suffix>`.
    Regional,
    /// `sts-fips.<region>.<suffix>`; the regional host in GovCloud.
    Fips,
    /// `sts.<region>.<dual-stack suffix>`.
    DualStack,
    /// `sts-fips.<region>.<dual-stack suffix>`.
    FipsDualStack,
    /// A URL.
    Url(String),
}

impl TryFrom<StsEndpoint> for crate::StsEndpoint {
    type Error = InputError;

    fn try_from(given: StsEndpoint) -> Result<Self, InputError> {
        Ok(match given {
            StsEndpoint::Regional => Self::Regional,
            StsEndpoint::Fips => Self::Fips,
            StsEndpoint::DualStack => Self::DualStack,
            StsEndpoint::FipsDualStack => Self::FipsDualStack,
            StsEndpoint::Url(url) => Self::Url(StsUrl::new(&url)?),
        })
    }
}

/// `login-options` of `wit/login.wit`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LoginOptions {
    /// The AWS region.
    pub region: Option<String>,
    /// The value of `X-Vault-AWS-IAM-Server-ID`.
    pub server_id: Option<String>,
    /// The Vault role.
    pub role: Option<String>,
    /// The STS endpoint.
    pub sts_endpoint: Option<StsEndpoint>,
}

impl TryFrom<LoginOptions> for crate::LoginOptions {
    type Error = InputError;

    fn try_from(given: LoginOptions) -> Result<Self, InputError> {
        let sts_endpoint = given.sts_endpoint.map(TryInto::try_into).transpose()?;
        Self::new(given.region, given.server_id, given.role, sts_endpoint)
    }
}

/// `container-endpoint` of `wit/lifecycle.wit`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ContainerEndpoint {
    /// A path, or a URL.
    pub uri: String,
    /// Whether the endpoint wants an authorization token.
    pub authorization: ContainerAuthorization,
}

/// `web-identity` of `wit/lifecycle.wit`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WebIdentity {
    /// The ARN of the IAM role.
    pub role_arn: String,
    /// The name of the session.
    pub role_session_name: String,
    /// The region of the STS endpoint that the host calls.
    pub region: Option<String>,
    /// The STS endpoint that the host calls.
    pub sts_endpoint: Option<StsEndpoint>,
}

/// `assume-role` of `wit/lifecycle.wit`. `Debug` does not show the external ID.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AssumeRole {
    /// The ARN of the IAM role.
    pub role_arn: String,
    /// The name of the session.
    pub role_session_name: Option<String>,
    /// The external ID that the role's trust policy demands.
    pub external_id: Option<String>,
    /// How long the credentials of the role last.
    pub duration_seconds: Option<u32>,
    /// The region of the STS endpoint that the host calls.
    pub region: Option<String>,
    /// The STS endpoint that the host calls.
    pub sts_endpoint: Option<StsEndpoint>,
}

impl fmt::Debug for AssumeRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssumeRole")
            .field("role_arn", &self.role_arn)
            .field("role_session_name", &self.role_session_name)
            .field("duration_seconds", &self.duration_seconds)
            .field("region", &self.region)
            .field("sts_endpoint", &self.sts_endpoint)
            .finish_non_exhaustive()
    }
}

impl TryFrom<AssumeRole> for session::AssumeRole {
    type Error = InputError;

    fn try_from(given: AssumeRole) -> Result<Self, InputError> {
        let region = given.region.map(Region::new).transpose()?;
        let endpoint = given.sts_endpoint.map(TryInto::try_into).transpose()?;
        Self::new(
            given.role_arn,
            given.role_session_name,
            given.external_id,
            given.duration_seconds,
            StsTarget::resolve(region.as_ref(), endpoint.as_ref()),
        )
    }
}

/// `credential-source` of `wit/lifecycle.wit`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialSource {
    /// The host pushes them.
    Pushed,
    /// They are fetched from a container endpoint.
    ContainerEndpoint(ContainerEndpoint),
    /// They are fetched from EC2's instance metadata, version 2.
    InstanceMetadata,
    /// They are exchanged for a web-identity token at STS.
    WebIdentity(WebIdentity),
}

impl TryFrom<CredentialSource> for session::CredentialSource {
    type Error = InputError;

    fn try_from(given: CredentialSource) -> Result<Self, InputError> {
        Ok(match given {
            CredentialSource::Pushed => Self::Pushed,
            CredentialSource::InstanceMetadata => Self::InstanceMetadata,
            CredentialSource::ContainerEndpoint(ContainerEndpoint { uri, authorization }) => {
                Self::ContainerEndpoint(session::ContainerEndpoint::new(&uri, authorization)?)
            }
            CredentialSource::WebIdentity(identity) => {
                let region = identity.region.map(Region::new).transpose()?;
                let endpoint = identity.sts_endpoint.map(TryInto::try_into).transpose()?;
                Self::WebIdentity(session::WebIdentity::new(
                    identity.role_arn,
                    identity.role_session_name,
                    region.as_ref(),
                    endpoint.as_ref(),
                )?)
            }
        })
    }
}

/// `session-config` of `wit/lifecycle.wit`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SessionConfig {
    /// The path of Vault's AWS auth method.
    pub mount: String,
    /// Vault's namespace.
    pub namespace: Option<String>,
    /// What the logins are for.
    #[serde(default)]
    pub login: LoginOptions,
    /// Where the AWS credentials come from.
    pub credential_source: CredentialSource,
    /// The role that is assumed with them.
    pub assume_role: Option<AssumeRole>,
    /// How long a request may take.
    pub request_timeout_milliseconds: Option<u32>,
    /// The longest wait between two tries.
    pub back_off_cap_milliseconds: Option<u32>,
    /// Spreads the logins of a fleet.
    pub start_spread_milliseconds: Option<u32>,
    /// How far signing may depart from the wall clock.
    pub clock_correction_limit_seconds: Option<u32>,
}

impl TryFrom<SessionConfig> for session::SessionConfig {
    type Error = InputError;

    fn try_from(given: SessionConfig) -> Result<Self, InputError> {
        let login = given.login.try_into()?;
        let source = given.credential_source.try_into()?;
        let settings = SessionSettings {
            assume_role: given.assume_role.map(TryInto::try_into).transpose()?,
            namespace: given.namespace,
            request_timeout_milliseconds: given.request_timeout_milliseconds,
            back_off_cap_milliseconds: given.back_off_cap_milliseconds,
            start_spread_milliseconds: given.start_spread_milliseconds,
            clock_correction_limit_seconds: given.clock_correction_limit_seconds,
        };
        Self::new(given.mount, login, source, settings)
    }
}
