//! Why an input was refused: `input-error` of `wit/login.wit`.

use core::fmt;

use serde::Serialize;

use crate::alphabet::{
    Alphabet, DIGITS, EXTERNAL_ID, PATH, PRINTABLE, REGION, SESSION_NAME, VISIBLE, WORD,
};
use crate::echo;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Names the input that a refusal is about.
    pub enum InputField: Words {
        /// The access key ID.
        AccessKeyId = "access-key-id" {
            title: "access key ID",
            alphabet: WORD,
            presence: Presence::Required,
        },
        /// The secret access key.
        SecretAccessKey = "secret-access-key" {
            title: "secret access key", alphabet: VISIBLE, presence: Presence::Required,
        },
        /// The session token.
        SessionToken = "session-token" {
            title: "session token", alphabet: VISIBLE, presence: Presence::Optional,
        },
        /// When the credentials expire.
        ExpiresAtUnixSeconds = "expires-at-unix-seconds" {
            title: "expiry", alphabet: DIGITS, presence: Presence::Optional,
        },
        /// The region.
        Region = "region" {
            title: "region",
            alphabet: REGION,
            presence: Presence::Optional,
        },
        /// The server ID.
        ServerId = "server-id" {
            title: "server ID", alphabet: PRINTABLE, presence: Presence::Optional,
        },
        /// The Vault role.
        Role = "role" { title: "role", alphabet: VISIBLE, presence: Presence::Optional },
        /// The STS endpoint.
        StsEndpoint = "sts-endpoint" {
            title: "STS endpoint", alphabet: VISIBLE, presence: Presence::Optional,
        },
        /// The time of signing.
        UnixSeconds = "unix-seconds" {
            title: "time", alphabet: DIGITS, presence: Presence::Required,
        },
        /// The path of Vault's AWS auth method.
        Mount = "mount" {
            title: "mount",
            alphabet: PATH,
            presence: Presence::Required,
        },
        /// Vault's namespace.
        Namespace = "namespace" {
            title: "namespace", alphabet: VISIBLE, presence: Presence::Optional,
        },
        /// The URI of the container endpoint.
        ContainerUri = "container-uri" {
            title: "container URI", alphabet: VISIBLE, presence: Presence::Required,
        },
        /// The authorization token, or the web-identity token.
        AuthorizationToken = "authorization-token" {
            title: "authorization token",
            alphabet: PRINTABLE,
            presence: Presence::Required,
        },
        /// The ARN of the IAM role of a web identity, or of the role to assume.
        RoleArn = "role-arn" {
            title: "role ARN", alphabet: VISIBLE, presence: Presence::Required,
        },
        /// The name of that role's session.
        RoleSessionName = "role-session-name" {
            title: "role session name",
            alphabet: SESSION_NAME,
            presence: Presence::Required,
        },
        /// The external ID that a role's trust policy demands.
        ExternalId = "external-id" {
            title: "external ID", alphabet: EXTERNAL_ID, presence: Presence::Optional,
        },
        /// How long the credentials of an assumed role last.
        DurationSeconds = "duration-seconds" {
            title: "duration in seconds", alphabet: DIGITS, presence: Presence::Optional,
        },
        /// The time for a request.
        RequestTimeoutMilliseconds = "request-timeout-milliseconds" {
            title: "request timeout in milliseconds",
            alphabet: DIGITS,
            presence: Presence::Optional,
        },
        /// The longest wait between two tries.
        BackOffCapMilliseconds = "back-off-cap-milliseconds" {
            title: "back-off cap in milliseconds",
            alphabet: DIGITS,
            presence: Presence::Optional,
        },
        /// The time over which a fleet spreads its logins.
        StartSpreadMilliseconds = "start-spread-milliseconds" {
            title: "start spread in milliseconds",
            alphabet: DIGITS,
            presence: Presence::Optional,
        },
        /// The limit of the clock correction.
        ClockCorrectionLimitSeconds = "clock-correction-limit-seconds" {
            title: "clock correction limit in seconds",
            alphabet: DIGITS,
            presence: Presence::Optional,
        },
    }
}

/// How messages speak of a field.
pub(crate) struct Words {
    /// The name, as people say it.
    title: &'static str,
    pub(crate) alphabet: Alphabet,
    presence: Presence,
}

/// Whether a field may be left out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    Required,
    Optional,
}

vocabulary! {
    /// Names the rule that an input broke. The list is complete.
    pub enum InputRule {
        /// The value is empty: give it, or leave an optional one out.
        EmptyValue = "empty-value",
        /// The value begins or ends with whitespace: remove it.
        SurroundingWhitespace = "surrounding-whitespace",
        /// The value has a character outside its alphabet.
        IllegalCharacter = "illegal-character",
        /// The region or the host is longer than DNS allows.
        TooLong = "too-long",
        /// The access key ID looks like a secret access key.
        SecretAsAccessKeyId = "secret-as-access-key-id",
        /// An `ASIA…` key came without its session token.
        SessionTokenMissing = "session-token-missing",
        /// The credentials have expired at the given time.
        CredentialsExpired = "credentials-expired",
        /// The role is an ARN.
        RoleIsArn = "role-is-arn",
        /// The STS endpoint is not a URL with a host.
        StsUrlMalformed = "sts-url-malformed",
        /// The STS URL has more than a scheme, a host and a port.
        StsUrlNotBare = "sts-url-not-bare",
        /// The STS URL that the host calls is `http://` with a host elsewhere.
        StsUrlNotLocal = "sts-url-not-local",
        /// The time is past the year 9999.
        TimeOutOfRange = "time-out-of-range",
        /// The mount has a slash at an end, an empty part, or a part `.` or `..`.
        MountMalformed = "mount-malformed",
        /// The container URI is neither a path nor a URL.
        ContainerUriMalformed = "container-uri-malformed",
        /// The container URI is `http://` with a host elsewhere.
        ContainerUriNotLocal = "container-uri-not-local",
        /// The role to assume is not the ARN of an IAM role.
        RoleArnMalformed = "role-arn-malformed",
        /// The number, or the length of the name, is outside its bounds.
        OutOfRange = "out-of-range",
    }
}

/// Says why an input was refused and what is expected instead. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize)]
#[error("{message}")]
pub struct InputError {
    /// Why: for programs to branch on.
    pub rule: InputRule,
    /// Which input.
    pub field: InputField,
    /// What was expected and what was found, in one sentence for people.
    pub message: String,
}

impl InputError {
    pub(crate) fn new(rule: InputRule, field: InputField, message: String) -> Self {
        Self {
            rule,
            field,
            message,
        }
    }

    /// The field's value is not what is expected. `found` must hold no secret.
    pub(crate) fn invalid(
        rule: InputRule,
        field: InputField,
        expected: fmt::Arguments<'_>,
        found: fmt::Arguments<'_>,
    ) -> Self {
        let title = field.row().title;
        let message = format!("invalid {title}: expected {expected}, found {found}");
        Self::new(rule, field, message)
    }

    pub(crate) fn empty(field: InputField) -> Self {
        let Words {
            title, presence, ..
        } = field.row();
        let or_none = match presence {
            Presence::Required => "",
            Presence::Optional => " or none",
        };
        let message = format!("empty {title}: expected a value{or_none}");
        Self::new(InputRule::EmptyValue, field, message)
    }

    /// The value has a character outside the field's alphabet.
    pub(crate) fn illegal_character(field: InputField, found: fmt::Arguments<'_>) -> Self {
        let expected = format_args!("{}", field.row().alphabet.words);
        Self::invalid(InputRule::IllegalCharacter, field, expected, found)
    }
}

/// Quotes the beginning of a value that should not be secret, without what may be one all the same.
pub(crate) fn quoted(value: &str) -> String {
    format!("`{}`", echo::value(value))
}
