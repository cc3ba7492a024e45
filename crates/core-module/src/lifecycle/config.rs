//! What a session is for.

use serde::Deserialize;

use crate::answer::Refusal;
use crate::signer::{LoginOptionsJson, StsEndpointJson};
use vault_aws_login::session::{
    ConfigError, ContainerAuthorization, ContainerEndpoint, CredentialSource, SessionConfig,
    SessionSettings, WebIdentity,
};
use vault_aws_login::{LoginOptions, Region, StsEndpoint};

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct SessionConfigJson {
    mount: String,
    namespace: Option<String>,
    #[serde(default)]
    login: LoginOptionsJson,
    credential_source: CredentialSourceJson,
    request_timeout_milliseconds: Option<u32>,
    back_off_cap_milliseconds: Option<u32>,
    start_spread_milliseconds: Option<u32>,
    clock_correction_limit_seconds: Option<u32>,
}

impl TryFrom<SessionConfigJson> for SessionConfig {
    type Error = ConfigError;

    fn try_from(json: SessionConfigJson) -> Result<Self, ConfigError> {
        let login = LoginOptions::try_from(json.login)?;
        let source = CredentialSource::try_from(json.credential_source)?;
        let settings = SessionSettings {
            namespace: json.namespace,
            request_timeout_milliseconds: json.request_timeout_milliseconds,
            back_off_cap_milliseconds: json.back_off_cap_milliseconds,
            start_spread_milliseconds: json.start_spread_milliseconds,
            clock_correction_limit_seconds: json.clock_correction_limit_seconds,
        };
        Self::new(json.mount, login, source, settings)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum CredentialSourceJson {
    Pushed,
    ContainerEndpoint(ContainerEndpointJson),
    InstanceMetadata,
    WebIdentity(WebIdentityJson),
}

impl TryFrom<CredentialSourceJson> for CredentialSource {
    type Error = ConfigError;

    fn try_from(json: CredentialSourceJson) -> Result<Self, ConfigError> {
        Ok(match json {
            CredentialSourceJson::Pushed => Self::Pushed,
            CredentialSourceJson::ContainerEndpoint(endpoint) => {
                let authorization = match endpoint.authorization {
                    ContainerAuthorizationJson::None => ContainerAuthorization::None,
                    ContainerAuthorizationJson::Token => ContainerAuthorization::Token,
                };
                Self::ContainerEndpoint(ContainerEndpoint::new(&endpoint.uri, authorization)?)
            }
            CredentialSourceJson::InstanceMetadata => Self::InstanceMetadata,
            CredentialSourceJson::WebIdentity(identity) => {
                let region = identity.region.map(Region::new).transpose()?;
                let endpoint = identity
                    .sts_endpoint
                    .map(StsEndpoint::try_from)
                    .transpose()?;
                Self::WebIdentity(WebIdentity::new(
                    identity.role_arn,
                    identity.role_session_name,
                    region.as_ref(),
                    endpoint.as_ref(),
                )?)
            }
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct ContainerEndpointJson {
    uri: String,
    authorization: ContainerAuthorizationJson,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ContainerAuthorizationJson {
    None,
    Token,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct WebIdentityJson {
    role_arn: String,
    role_session_name: String,
    region: Option<String>,
    sts_endpoint: Option<StsEndpointJson>,
}

impl From<ConfigError> for Refusal {
    fn from(error: ConfigError) -> Self {
        let field = Some(error.field().name());
        Self::new(error.rule().name(), field, error.to_string())
    }
}
