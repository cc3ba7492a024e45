//! Why a setting was refused: `config-error` of `wit/lifecycle.wit`.

use thiserror::Error;

use crate::error::{Found, InputField, SignError, SignRule};

/// Names the setting that a refusal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigField {
    /// The path of Vault's AWS auth method.
    Mount,
    /// Vault's namespace.
    Namespace,
    /// The region.
    Region,
    /// The server ID.
    ServerId,
    /// The Vault role.
    Role,
    /// The STS endpoint.
    StsEndpoint,
    /// The URI of the container endpoint.
    ContainerUri,
    /// The authorization token, or the web-identity token.
    AuthorizationToken,
    /// The ARN of the IAM role of a web identity.
    RoleArn,
    /// The name of a web identity's session.
    RoleSessionName,
    /// The time for a request.
    RequestTimeoutMilliseconds,
    /// The longest wait between two tries.
    BackOffCapMilliseconds,
    /// The time over which a fleet spreads its logins.
    StartSpreadMilliseconds,
    /// The limit of the clock correction.
    ClockCorrectionLimitSeconds,
}

impl ConfigField {
    /// Returns the name of the field in `wit/lifecycle.wit`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mount => "mount",
            Self::Namespace => "namespace",
            Self::Region => "region",
            Self::ServerId => "server-id",
            Self::Role => "role",
            Self::StsEndpoint => "sts-endpoint",
            Self::ContainerUri => "container-uri",
            Self::AuthorizationToken => "authorization-token",
            Self::RoleArn => "role-arn",
            Self::RoleSessionName => "role-session-name",
            Self::RequestTimeoutMilliseconds => "request-timeout-milliseconds",
            Self::BackOffCapMilliseconds => "back-off-cap-milliseconds",
            Self::StartSpreadMilliseconds => "start-spread-milliseconds",
            Self::ClockCorrectionLimitSeconds => "clock-correction-limit-seconds",
        }
    }
}

/// Names the rule that a setting broke. The list is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigRule {
    /// The value is empty.
    EmptyValue,
    /// The value begins or ends with a blank or a line break.
    SurroundingBlank,
    /// The value has a character that it cannot carry.
    IllegalCharacter,
    /// The value is longer than DNS or AWS allow.
    TooLong,
    /// The Vault role is an ARN.
    RoleIsArn,
    /// The STS endpoint is not a URL with a host.
    StsUrlMalformed,
    /// The STS URL has more than a scheme, a host and a port.
    StsUrlNotBare,
    /// The STS URL of a web identity is `http://` with a host elsewhere.
    StsUrlNotLocal,
    /// The container URI is neither a path nor a URL.
    ContainerUriMalformed,
    /// The container URI is `http://` with a host elsewhere.
    ContainerUriNotLocal,
    /// The role of the web identity is not the ARN of an IAM role.
    RoleArnMalformed,
    /// The mount has a slash at an end, an empty part, or a part `.` or `..`.
    MountMalformed,
    /// The number is outside its bounds.
    OutOfRange,
}

impl ConfigRule {
    /// Returns the name of the rule in `wit/lifecycle.wit`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EmptyValue => "empty-value",
            Self::SurroundingBlank => "surrounding-blank",
            Self::IllegalCharacter => "illegal-character",
            Self::TooLong => "too-long",
            Self::RoleIsArn => "role-is-arn",
            Self::StsUrlMalformed => "sts-url-malformed",
            Self::StsUrlNotBare => "sts-url-not-bare",
            Self::StsUrlNotLocal => "sts-url-not-local",
            Self::ContainerUriMalformed => "container-uri-malformed",
            Self::ContainerUriNotLocal => "container-uri-not-local",
            Self::RoleArnMalformed => "role-arn-malformed",
            Self::MountMalformed => "mount-malformed",
            Self::OutOfRange => "out-of-range",
        }
    }
}

/// Says why a setting was refused and what is expected instead. Never holds a secret.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// One of the login's options, or a web identity's region or STS endpoint.
    #[error(transparent)]
    Login(#[from] SignError),
    /// The value is empty: give it, or leave an optional one out.
    #[error("empty {}: expected a value", field.name())]
    EmptyValue {
        /// The setting.
        field: ConfigField,
    },
    /// The value has a character outside its alphabet: remove it.
    #[error("invalid {}: expected {alphabet}, found something else at position {position}", field.name())]
    IllegalCharacter {
        /// The setting.
        field: ConfigField,
        /// What is expected.
        alphabet: &'static str,
        /// Of the first wrong character, counted in characters from 1.
        position: usize,
    },
    /// The mount has a slash at an end, an empty part, or a part `.` or `..`.
    #[error("invalid mount: expected a path such as aws or team/aws, found {found}")]
    MountMalformed {
        /// The mount as given.
        found: Found,
    },
    /// The container URI is neither a path nor a URL.
    #[error(
        "invalid container-uri: expected a path or a URL such as http://169.254.170.23/v1/credentials, found {found}"
    )]
    ContainerUriMalformed {
        /// The URI as given; not its value if it may hold a password.
        found: Found,
    },
    /// The container URI is `http://` with a host elsewhere: use `https://`.
    #[error(
        "invalid container-uri: expected https, or a loopback or link-local host, found http and the host {found}"
    )]
    ContainerUriNotLocal {
        /// The host.
        found: Found,
    },
    /// The STS URL of a web identity is `http://` with a host elsewhere: use `https://`.
    #[error(
        "invalid sts-endpoint: expected https, or a loopback host, found http and the host {found}"
    )]
    StsUrlNotLocal {
        /// The host.
        found: Found,
    },
    /// The role of the web identity is not the ARN of an IAM role.
    #[error(
        "invalid role-arn: expected an ARN such as arn:aws:iam::123456789012:role/dev, found {found}"
    )]
    RoleArnMalformed {
        /// The ARN as given.
        found: Found,
    },
    /// The value is shorter or longer than AWS allows.
    #[error("invalid {}: expected {least} to {most} characters, found {length}", field.name())]
    Length {
        /// The setting.
        field: ConfigField,
        /// The least that AWS takes.
        least: usize,
        /// The most that AWS takes.
        most: usize,
        /// What was given.
        length: usize,
    },
    /// The number is outside its bounds.
    #[error("invalid {}: expected {least} to {most}, found {found}", field.name())]
    OutOfRange {
        /// The setting.
        field: ConfigField,
        /// The least.
        least: u32,
        /// The most.
        most: u32,
        /// What was given.
        found: u32,
    },
}

impl ConfigError {
    /// Returns the rule that was broken.
    pub const fn rule(&self) -> ConfigRule {
        match self {
            Self::Login(error) => match error.rule() {
                SignRule::EmptyValue => ConfigRule::EmptyValue,
                SignRule::SurroundingBlank => ConfigRule::SurroundingBlank,
                SignRule::TooLong => ConfigRule::TooLong,
                SignRule::RoleIsArn => ConfigRule::RoleIsArn,
                SignRule::StsUrlMalformed => ConfigRule::StsUrlMalformed,
                SignRule::StsUrlNotBare => ConfigRule::StsUrlNotBare,
                // The last four are about credentials and times, which no setting holds.
                SignRule::IllegalCharacter
                | SignRule::SecretAsAccessKeyId
                | SignRule::SessionTokenMissing
                | SignRule::CredentialsExpired
                | SignRule::TimeOutOfRange => ConfigRule::IllegalCharacter,
            },
            Self::EmptyValue { .. } => ConfigRule::EmptyValue,
            Self::IllegalCharacter { .. } => ConfigRule::IllegalCharacter,
            Self::MountMalformed { .. } => ConfigRule::MountMalformed,
            Self::ContainerUriMalformed { .. } => ConfigRule::ContainerUriMalformed,
            Self::ContainerUriNotLocal { .. } => ConfigRule::ContainerUriNotLocal,
            Self::StsUrlNotLocal { .. } => ConfigRule::StsUrlNotLocal,
            Self::RoleArnMalformed { .. } => ConfigRule::RoleArnMalformed,
            Self::Length { .. } | Self::OutOfRange { .. } => ConfigRule::OutOfRange,
        }
    }

    /// Returns the setting that broke it.
    pub const fn field(&self) -> ConfigField {
        match self {
            Self::Login(error) => match error.field() {
                InputField::Region => ConfigField::Region,
                InputField::ServerId => ConfigField::ServerId,
                InputField::Role => ConfigField::Role,
                // The last four are no options of a login.
                InputField::StsEndpoint
                | InputField::AccessKeyId
                | InputField::SecretAccessKey
                | InputField::SessionToken
                | InputField::ExpiresAtUnixSeconds
                | InputField::UnixSeconds => ConfigField::StsEndpoint,
            },
            Self::EmptyValue { field }
            | Self::IllegalCharacter { field, .. }
            | Self::Length { field, .. }
            | Self::OutOfRange { field, .. } => *field,
            Self::MountMalformed { .. } => ConfigField::Mount,
            Self::ContainerUriMalformed { .. } | Self::ContainerUriNotLocal { .. } => {
                ConfigField::ContainerUri
            }
            Self::StsUrlNotLocal { .. } => ConfigField::StsEndpoint,
            Self::RoleArnMalformed { .. } => ConfigField::RoleArn,
        }
    }
}
