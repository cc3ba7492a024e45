//! What ends the command without a result.

use core::fmt;
use std::ffi::OsStr;

use super::arguments::Format;
use super::help::Topic;
use vault_aws_login::inspector::report::error_json;
use vault_aws_login::{CredentialDocumentError, InputError, InputRule, echo_value};

/// Written to standard error; never holds a secret.
pub(super) enum Failure {
    /// The arguments are wrong.
    Usage(String),
    /// An input is refused.
    Refused {
        rule: Option<&'static str>,
        field: Option<&'static str>,
        message: String,
    },
}

/// A failure, with what it was to be told of.
pub(super) struct Report {
    pub(super) failure: Failure,
    /// Whose help shows what is right.
    pub(super) topic: Topic,
    pub(super) format: Format,
}

impl Failure {
    pub(super) fn refused(message: impl Into<String>) -> Self {
        Self::Refused {
            rule: None,
            field: None,
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

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rule, field, message) = match &self.failure {
            Failure::Usage(message) => (Some("usage"), None, message),
            Failure::Refused {
                rule,
                field,
                message,
            } => (*rule, *field, message),
        };
        match (self.format, &self.failure, rule) {
            (Format::Json, ..) => f.write_str(&error_json(rule, field, message)),
            (Format::Text, Failure::Usage(_), _) => {
                writeln!(f, "error: {message}")?;
                writeln!(f, "try: vault-aws-login {}--help", self.topic.word())
            }
            (Format::Text, _, Some(rule)) => writeln!(f, "error[{rule}]: {message}"),
            (Format::Text, _, None) => writeln!(f, "error: {message}"),
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
            field: Some(error.field.name()),
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
                field: None,
                message: error.to_string(),
            },
            error => Self::refused(error.to_string()),
        }
    }
}
