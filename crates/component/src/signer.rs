//! Interface `signer`.

use super::Component;
use super::bindings::exports::vault_aws::login::signer as wit;
use vault_aws_login::{
    Credentials, InputField, LoginOptions, SignError, SignRule, StsEndpoint, StsUrl, UnixSeconds,
    sign_login,
};
use vault_aws_login_wiping::{Depth, with_clean_stack};

impl wit::Guest for Component {
    fn sign_login(
        credentials: wit::Credentials,
        options: wit::LoginOptions,
        unix_seconds: u64,
    ) -> Result<String, wit::SignError> {
        with_clean_stack(Depth::Signing, || {
            let credentials = Credentials::try_from(credentials)?;
            let options = LoginOptions::try_from(options)?;
            Ok(sign_login(
                &credentials,
                &options,
                UnixSeconds::new(unix_seconds)?,
            )?)
        })
    }
}

impl TryFrom<wit::Credentials> for Credentials {
    type Error = SignError;

    fn try_from(credentials: wit::Credentials) -> Result<Self, SignError> {
        Self::new(
            credentials.access_key_id,
            credentials.secret_access_key,
            credentials.session_token,
            credentials.expires_at_unix_seconds,
        )
    }
}

impl TryFrom<wit::LoginOptions> for LoginOptions {
    type Error = SignError;

    fn try_from(options: wit::LoginOptions) -> Result<Self, SignError> {
        let sts_endpoint = options.sts_endpoint.map(StsEndpoint::try_from);
        Self::new(
            options.region,
            options.server_id,
            options.role,
            sts_endpoint.transpose()?,
        )
    }
}

impl TryFrom<wit::StsEndpoint> for StsEndpoint {
    type Error = SignError;

    fn try_from(endpoint: wit::StsEndpoint) -> Result<Self, SignError> {
        Ok(match endpoint {
            wit::StsEndpoint::Regional => Self::Regional,
            wit::StsEndpoint::Fips => Self::Fips,
            wit::StsEndpoint::DualStack => Self::DualStack,
            wit::StsEndpoint::FipsDualStack => Self::FipsDualStack,
            wit::StsEndpoint::Url(url) => Self::Url(StsUrl::new(&url)?),
        })
    }
}

impl From<SignError> for wit::SignError {
    fn from(error: SignError) -> Self {
        Self {
            rule: error.rule().into(),
            field: error.field().into(),
            message: error.to_string(),
        }
    }
}

impl From<SignRule> for wit::SignRule {
    fn from(rule: SignRule) -> Self {
        match rule {
            SignRule::EmptyValue => Self::EmptyValue,
            SignRule::SurroundingBlank => Self::SurroundingBlank,
            SignRule::IllegalCharacter => Self::IllegalCharacter,
            SignRule::TooLong => Self::TooLong,
            SignRule::SecretAsAccessKeyId => Self::SecretAsAccessKeyId,
            SignRule::SessionTokenMissing => Self::SessionTokenMissing,
            SignRule::CredentialsExpired => Self::CredentialsExpired,
            SignRule::RoleIsArn => Self::RoleIsArn,
            SignRule::StsUrlMalformed => Self::StsUrlMalformed,
            SignRule::StsUrlNotBare => Self::StsUrlNotBare,
            SignRule::TimeOutOfRange => Self::TimeOutOfRange,
        }
    }
}

impl From<InputField> for wit::InputField {
    fn from(field: InputField) -> Self {
        match field {
            InputField::AccessKeyId => Self::AccessKeyId,
            InputField::SecretAccessKey => Self::SecretAccessKey,
            InputField::SessionToken => Self::SessionToken,
            InputField::ExpiresAtUnixSeconds => Self::ExpiresAtUnixSeconds,
            InputField::Region => Self::Region,
            InputField::ServerId => Self::ServerId,
            InputField::Role => Self::Role,
            InputField::StsEndpoint => Self::StsEndpoint,
            InputField::UnixSeconds => Self::UnixSeconds,
        }
    }
}
