//! What ends the command without a result.

use core::fmt;
use std::ffi::OsStr;

use vault_aws_login::{CredentialDocumentError, InputError, InputRule, echo_value};

/// Written to standard error; never holds a secret.
pub(super) enum Failure {
    /// The arguments are wrong.
    Usage(String),
    /// An input is refused.
    Refused {
        rule: Option<&'static str>,
        message: String,
    },
}

impl Failure {
    pub(super) fn refused(message: impl Into<String>) -> Self {
        Self::Refused {
            rule: None,
            message: message.into(),
        }
    }

    pub(super) const fn exit_code(&self) -> u8 {
        match self {
            Self::Refused { .. } => 1,
            Self::Usage(_) => 2,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) => {
                writeln!(f, "error: {message}")?;
                writeln!(f, "try: vault-aws-login --help")
            }
            Self::Refused {
                rule: Some(rule),
                message,
            } => writeln!(f, "error[{rule}]: {message}"),
            Self::Refused {
                rule: None,
                message,
            } => writeln!(f, "error: {message}"),
        }
    }
}

impl From<lexopt::Error> for Failure {
    /// In the words of `lexopt`, but for what was found: it may be a secret in the wrong place.
    fn from(error: lexopt::Error) -> Self {
        let shown = |found: &OsStr| echo_value(&found.to_string_lossy());
        Self::Usage(match error {
            lexopt::Error::UnexpectedOption(option) => {
                format!("invalid option '{}'", echo_value(&option))
            }
            lexopt::Error::UnexpectedArgument(value) => {
                format!("unexpected argument \"{}\"", shown(&value))
            }
            lexopt::Error::UnexpectedValue { option, value } => format!(
                "unexpected argument for option '{}': \"{}\"",
                echo_value(&option),
                shown(&value)
            ),
            lexopt::Error::NonUnicodeValue(value) => {
                format!("argument is invalid unicode: \"{}\"", shown(&value))
            }
            lexopt::Error::ParsingFailed { value, .. } => {
                format!("cannot parse argument \"{}\"", echo_value(&value))
            }
            error @ (lexopt::Error::MissingValue { .. } | lexopt::Error::Custom(_)) => {
                error.to_string()
            }
        })
    }
}

impl From<InputError> for Failure {
    fn from(error: InputError) -> Self {
        Self::Refused {
            rule: Some(error.rule.name()),
            message: error.message,
        }
    }
}

impl From<CredentialDocumentError> for Failure {
    fn from(error: CredentialDocumentError) -> Self {
        match error {
            CredentialDocumentError::Credentials(error) => error.into(),
            CredentialDocumentError::ExpirationOutOfRange => Self::Refused {
                rule: Some(InputRule::TimeOutOfRange.name()),
                message: error.to_string(),
            },
            error => Self::refused(error.to_string()),
        }
    }
}
