//! The JSON documents in which AWS's tools and services hand out credentials.

use aws_smithy_types::date_time::{DateTime, Format};
use serde::Deserialize;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::credentials::Credentials;
use crate::error::SignError;

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
    let document: Document =
        serde_json::from_str(json).map_err(|error| CredentialDocumentError::NotADocument {
            line: error.line(),
            column: error.column(),
        })?;
    if let Some(code) = document.code.filter(|code| code != "Success") {
        // EC2's metadata service answers 200 with such a code when it has no credentials.
        let shown = code.chars().take(64).collect();
        return Err(CredentialDocumentError::Refused { code: shown });
    }
    let keys = document.credentials.unwrap_or(document.keys);
    let missing = |name| CredentialDocumentError::Missing { name };
    let access_key_id = keys.access_key_id.ok_or(missing("AccessKeyId"))?;
    let secret = keys.secret_access_key.ok_or(missing("SecretAccessKey"))?;
    let token = keys.session_token.or(keys.token);
    let expires_at = keys.expiration.map(unix_seconds).transpose()?;
    Ok(Credentials::new(
        access_key_id,
        secret.to_string(),
        // Tools print an empty or null token for long-term keys.
        token.filter(|t| !t.is_empty()).map(|t| t.to_string()),
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

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    code: Option<String>,
    credentials: Option<Keys>,
    #[serde(flatten)]
    keys: Keys,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Keys {
    access_key_id: Option<String>,
    secret_access_key: Option<Zeroizing<String>>,
    session_token: Option<Zeroizing<String>>,
    token: Option<Zeroizing<String>>,
    expiration: Option<Expiration>,
}

/// A date and time; seconds or fractions of seconds since 1970 in some tools' output.
#[derive(Deserialize)]
#[serde(untagged)]
enum Expiration {
    Text(String),
    Seconds(f64),
}

fn unix_seconds(expiration: Expiration) -> Result<u64, CredentialDocumentError> {
    let seconds = match expiration {
        Expiration::Text(text) => DateTime::from_str(&text, Format::DateTimeWithOffset)
            .map_err(|_| CredentialDocumentError::Expiration)?
            .secs(),
        Expiration::Seconds(seconds) => DateTime::from_secs_f64(seconds).secs(),
    };
    // A time before 1970 is as expired as 1970.
    Ok(u64::try_from(seconds).unwrap_or(0))
}
