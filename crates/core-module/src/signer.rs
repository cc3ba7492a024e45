//! `signer`: the JSON of `wit/login.wit`.

use serde::Deserialize;

use super::answer::{Refusal, answer};
use vault_aws_login::{Credentials, LoginOptions, SignError, StsEndpoint, StsUrl, UnixSeconds};

/// Signs a login; the answer is the login, as a string.
pub(super) fn sign_login(request: &[u8]) -> Vec<u8> {
    answer(request, |request: SignRequest| {
        let credentials = Credentials::try_from(request.credentials)?;
        let options = LoginOptions::try_from(request.options)?;
        let time = UnixSeconds::new(request.unix_seconds)?;
        vault_aws_login::sign_login(&credentials, &options, time).map_err(Refusal::from)
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct SignRequest {
    credentials: CredentialsJson,
    #[serde(default)]
    options: LoginOptionsJson,
    unix_seconds: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct CredentialsJson {
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
    expires_at_unix_seconds: Option<u64>,
}

impl TryFrom<CredentialsJson> for Credentials {
    type Error = SignError;

    fn try_from(json: CredentialsJson) -> Result<Self, SignError> {
        Self::new(
            json.access_key_id,
            json.secret_access_key,
            json.session_token,
            json.expires_at_unix_seconds,
        )
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct LoginOptionsJson {
    region: Option<String>,
    server_id: Option<String>,
    role: Option<String>,
    sts_endpoint: Option<StsEndpointJson>,
}

impl TryFrom<LoginOptionsJson> for LoginOptions {
    type Error = SignError;

    fn try_from(json: LoginOptionsJson) -> Result<Self, SignError> {
        let sts_endpoint = json.sts_endpoint.map(StsEndpoint::try_from).transpose()?;
        Self::new(json.region, json.server_id, json.role, sts_endpoint)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum StsEndpointJson {
    Regional,
    Fips,
    DualStack,
    FipsDualStack,
    Url(String),
}

impl TryFrom<StsEndpointJson> for StsEndpoint {
    type Error = SignError;

    fn try_from(json: StsEndpointJson) -> Result<Self, SignError> {
        Ok(match json {
            StsEndpointJson::Regional => Self::Regional,
            StsEndpointJson::Fips => Self::Fips,
            StsEndpointJson::DualStack => Self::DualStack,
            StsEndpointJson::FipsDualStack => Self::FipsDualStack,
            StsEndpointJson::Url(url) => Self::Url(StsUrl::new(&url)?),
        })
    }
}
