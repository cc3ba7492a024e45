//! Why an input was refused: `sign-error` of `wit/login.wit`.

use core::fmt;

use thiserror::Error;

use crate::echo;

/// Names the input that a refusal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputField {
    /// The access key ID.
    AccessKeyId,
    /// The secret access key.
    SecretAccessKey,
    /// The session token.
    SessionToken,
    /// The end of the credentials.
    ExpiresAtUnixSeconds,
    /// The region.
    Region,
    /// The server ID.
    ServerId,
    /// The Vault role.
    Role,
    /// The STS endpoint.
    StsEndpoint,
    /// The time of signing.
    UnixSeconds,
}

impl InputField {
    /// Returns the name of the field in `wit/login.wit`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AccessKeyId => "access-key-id",
            Self::SecretAccessKey => "secret-access-key",
            Self::SessionToken => "session-token",
            Self::ExpiresAtUnixSeconds => "expires-at-unix-seconds",
            Self::Region => "region",
            Self::ServerId => "server-id",
            Self::Role => "role",
            Self::StsEndpoint => "sts-endpoint",
            Self::UnixSeconds => "unix-seconds",
        }
    }

    /// Returns what the alphabet of the field is, for "expected …".
    const fn alphabet(self) -> &'static str {
        match self {
            Self::AccessKeyId => "letters, digits and '_'",
            Self::Region => "lower-case letters, digits and '-'",
            Self::ServerId => "printable ASCII",
            _ => "printable ASCII without blanks",
        }
    }
}

impl fmt::Display for InputField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AccessKeyId => "access key ID",
            Self::SecretAccessKey => "secret access key",
            Self::SessionToken => "session token",
            Self::ExpiresAtUnixSeconds => "expiry",
            Self::Region => "region",
            Self::ServerId => "server ID",
            Self::Role => "role",
            Self::StsEndpoint => "STS endpoint",
            Self::UnixSeconds => "time",
        })
    }
}

/// Names the rule that an input broke. The list is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignRule {
    /// The value is empty.
    EmptyValue,
    /// The value begins or ends with a blank or a line break.
    SurroundingBlank,
    /// The value has a character that it cannot carry.
    IllegalCharacter,
    /// The region or the host is longer than DNS allows.
    TooLong,
    /// The access key ID looks like a secret access key.
    SecretAsAccessKeyId,
    /// An `ASIA…` key came without its session token.
    SessionTokenMissing,
    /// The credentials have ended at the given time.
    CredentialsExpired,
    /// The role is an ARN.
    RoleIsArn,
    /// The STS endpoint is not a URL with a host.
    StsUrlMalformed,
    /// The STS URL has more than a scheme, a host and a port.
    StsUrlNotBare,
    /// The time is past the year 9999.
    TimeOutOfRange,
}

impl SignRule {
    /// Returns the name of the rule in `wit/login.wit`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EmptyValue => "empty-value",
            Self::SurroundingBlank => "surrounding-blank",
            Self::IllegalCharacter => "illegal-character",
            Self::TooLong => "too-long",
            Self::SecretAsAccessKeyId => "secret-as-access-key-id",
            Self::SessionTokenMissing => "session-token-missing",
            Self::CredentialsExpired => "credentials-expired",
            Self::RoleIsArn => "role-is-arn",
            Self::StsUrlMalformed => "sts-url-malformed",
            Self::StsUrlNotBare => "sts-url-not-bare",
            Self::TimeOutOfRange => "time-out-of-range",
        }
    }
}

/// Says why an input was refused and what is expected instead. Never holds a secret.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignError {
    /// The value is empty: give it, or leave an optional one out.
    #[error("empty {field}: expected a value{}", or_none(*field))]
    EmptyValue {
        /// The input.
        field: InputField,
    },
    /// The value begins or ends with a blank or a line break: remove it.
    #[error("invalid {field}: expected no blank at either end, found {found} at the {end}")]
    SurroundingBlank {
        /// The input.
        field: InputField,
        /// The offending character.
        found: Found,
        /// `start` or `end`.
        end: &'static str,
    },
    /// The value has a character outside its alphabet.
    #[error("invalid {field}: expected {}, found {found}", field.alphabet())]
    IllegalCharacter {
        /// The input.
        field: InputField,
        /// The offending character, or the whole value where that is no secret.
        found: Found,
    },
    /// The value is longer than DNS allows.
    #[error("invalid {field}: expected at most {limit} characters, found {length}")]
    TooLong {
        /// The input.
        field: InputField,
        /// The most that DNS carries.
        limit: usize,
        /// What was given.
        length: usize,
    },
    /// The access key ID and the secret access key may be swapped.
    #[error(
        "invalid access key ID: expected one such as AKIAIOSFODNN7EXAMPLE, found a '/', a '+' or 40 characters in both cases, as only a secret access key has; the two may be swapped"
    )]
    SecretAsAccessKeyId,
    /// Temporary credentials came without their session token.
    #[error(
        "missing session token: expected one, found none beside an access key ID that begins with ASIA (temporary credentials)"
    )]
    SessionTokenMissing,
    /// The credentials have ended.
    #[error(
        "expired credentials: expected an end after the time of signing ({now}), found {expired}"
    )]
    CredentialsExpired {
        /// When they ended, in Unix seconds.
        expired: u64,
        /// The time of signing, in Unix seconds.
        now: u64,
    },
    /// The role is an ARN.
    #[error("invalid role: expected the name of a Vault role, found the ARN {found}")]
    RoleIsArn {
        /// The role as given.
        found: Found,
    },
    /// The STS endpoint is not a URL with a host.
    #[error(
        "invalid STS endpoint: expected a URL such as https://sts.eu-west-1.amazonaws.com, found {found}"
    )]
    StsUrlMalformed {
        /// The URL as given.
        found: Found,
    },
    /// The STS URL has more than a scheme, a host and a port.
    #[error("invalid STS endpoint: expected scheme and host only, found {part}")]
    StsUrlNotBare {
        /// The part that is too much, with its article. Not echoed: user information is a secret.
        part: &'static str,
    },
    /// The time is past the year 9999.
    #[error("invalid time: expected Unix seconds up to 253402300799 (year 9999), found {found}")]
    TimeOutOfRange {
        /// The time as given.
        found: u64,
    },
}

impl SignError {
    /// Returns the rule that was broken.
    pub const fn rule(&self) -> SignRule {
        match self {
            Self::EmptyValue { .. } => SignRule::EmptyValue,
            Self::SurroundingBlank { .. } => SignRule::SurroundingBlank,
            Self::IllegalCharacter { .. } => SignRule::IllegalCharacter,
            Self::TooLong { .. } => SignRule::TooLong,
            Self::SecretAsAccessKeyId => SignRule::SecretAsAccessKeyId,
            Self::SessionTokenMissing => SignRule::SessionTokenMissing,
            Self::CredentialsExpired { .. } => SignRule::CredentialsExpired,
            Self::RoleIsArn { .. } => SignRule::RoleIsArn,
            Self::StsUrlMalformed { .. } => SignRule::StsUrlMalformed,
            Self::StsUrlNotBare { .. } => SignRule::StsUrlNotBare,
            Self::TimeOutOfRange { .. } => SignRule::TimeOutOfRange,
        }
    }

    /// Returns the input that broke it.
    pub const fn field(&self) -> InputField {
        match self {
            Self::EmptyValue { field }
            | Self::SurroundingBlank { field, .. }
            | Self::IllegalCharacter { field, .. }
            | Self::TooLong { field, .. } => *field,
            Self::SecretAsAccessKeyId => InputField::AccessKeyId,
            Self::SessionTokenMissing => InputField::SessionToken,
            Self::CredentialsExpired { .. } => InputField::ExpiresAtUnixSeconds,
            Self::RoleIsArn { .. } => InputField::Role,
            Self::StsUrlMalformed { .. } | Self::StsUrlNotBare { .. } => InputField::StsEndpoint,
            Self::TimeOutOfRange { .. } => InputField::UnixSeconds,
        }
    }
}

/// What a message says was found: a value that is no secret, or the kind and place of a character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A value that may be shown, as `echo::value` makes it safe to print.
    Value(String),
    /// A character of a secret: only its kind, and its position counted from 1.
    Character {
        /// The kind, with its article.
        kind: &'static str,
        /// Counted in characters, from 1.
        position: usize,
    },
    /// A character whose place the message tells already.
    Kind(&'static str),
}

impl Found {
    /// Keeps the beginning of a value that should be no secret, without what may be one all the same.
    pub(crate) fn value(value: &str) -> Self {
        Self::Value(echo::value(value))
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => write!(f, "`{value}`"),
            Self::Character { kind, position } => write!(f, "{kind} at position {position}"),
            Self::Kind(kind) => f.write_str(kind),
        }
    }
}

const fn or_none(field: InputField) -> &'static str {
    match field {
        InputField::AccessKeyId | InputField::SecretAccessKey => "",
        _ => " or none",
    }
}
