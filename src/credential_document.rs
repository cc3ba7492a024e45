//! The JSON documents in which AWS's tools and services hand out credentials.

use aws_smithy_types::date_time::{DateTime, Format};
use thiserror::Error;

use crate::credentials::Credentials;
use crate::error::SignError;
use crate::json::Json;

/// Reads credentials from any of the forms that AWS's tools and services print:
///
/// - `aws configure export-credentials` and a `credential_process`: `AccessKeyId`,
///   `SecretAccessKey`, `SessionToken`, `Expiration` (RFC 3339);
/// - `aws sts assume-role` and its like: the same inside `Credentials`;
/// - the ECS and EC2 metadata endpoints: `Token` in place of `SessionToken`.
///
/// # Errors
/// [`CredentialDocumentError`]; it never shows a value of the document.
pub fn read_credential_document(json: &str) -> Result<Credentials, CredentialDocumentError> {
    // Not the error of `serde_json`: it can quote what it found.
    let document =
        Json::read(json.as_bytes()).map_err(|error| CredentialDocumentError::NotADocument {
            line: error.line(),
            column: error.column(),
        })?;
    if !matches!(document, Json::Object(_)) {
        return Err(CredentialDocumentError::NotADocument { line: 1, column: 1 });
    }
    if let Some(code) = document.text("Code").filter(|code| *code != "Success") {
        // EC2's metadata service answers 200 with such a code when it has no credentials.
        let shown = code.chars().take(64).collect();
        return Err(CredentialDocumentError::Refused { code: shown });
    }
    let keys = document.member("Credentials").unwrap_or(&document);
    let wanted = |name| {
        keys.text(name)
            .ok_or(CredentialDocumentError::Missing { name })
    };
    let access_key_id = wanted("AccessKeyId")?;
    let secret = wanted("SecretAccessKey")?;
    let token = keys.text("SessionToken").or_else(|| keys.text("Token"));
    let expires_at = keys.member("Expiration").map(unix_seconds).transpose()?;
    Ok(Credentials::new(
        access_key_id.to_owned(),
        secret.to_owned(),
        // Tools print an empty or null token for long-term keys.
        token.filter(|t| !t.is_empty()).map(str::to_owned),
        expires_at,
    )?)
}

/// Says why a document holds no usable credentials.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialDocumentError {
    /// The text is not JSON, or not of the expected shape.
    #[error(
        "invalid credential document: expected a JSON object with AccessKeyId and SecretAccessKey, found something else at line {line}, column {column}"
    )]
    NotADocument {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// A key is not there.
    #[error("invalid credential document: expected the key {name}, found none")]
    Missing {
        /// The name of the key.
        name: &'static str,
    },
    /// The metadata service says that it has no credentials.
    #[error("invalid credential document: expected the code Success, found `{}`", code.escape_debug())]
    Refused {
        /// The service's own code.
        code: String,
    },
    /// The expiry is not a time.
    #[error(
        "invalid credential document: expected Expiration as in 2030-01-31T12:00:00Z, found something else"
    )]
    Expiration,
    /// The credentials themselves are refused.
    #[error(transparent)]
    Credentials(#[from] SignError),
}

/// Reads a date and time; some tools write seconds since 1970, with a fraction.
fn unix_seconds(expiration: &Json) -> Result<u64, CredentialDocumentError> {
    let seconds = match expiration {
        Json::Text(text) => DateTime::from_str(text, Format::DateTimeWithOffset)
            .map_err(|_| CredentialDocumentError::Expiration)?
            .secs(),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the fraction is not needed"
        )]
        Json::Number(seconds) => *seconds as i64,
        _ => return Err(CredentialDocumentError::Expiration),
    };
    // A time before 1970 is as expired as 1970.
    Ok(u64::try_from(seconds).unwrap_or(0))
}
