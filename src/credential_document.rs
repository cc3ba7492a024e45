//! The JSON documents in which AWS's tools and services hand out credentials.

use thiserror::Error;

use crate::credentials::Credentials;
use crate::date::read_rfc3339;
use crate::echo;
use crate::input_error::InputError;
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
    let document = match Json::read(json.as_bytes()) {
        Ok((document @ Json::Object(_), [])) => document,
        _ => return Err(CredentialDocumentError::NotADocument),
    };
    if let Some(code) = text(&document, "Code")?.filter(|code| *code != "Success") {
        // EC2's metadata service answers 200 with such a code when it has no credentials.
        return Err(CredentialDocumentError::Refused {
            code: echo::value(code),
        });
    }
    let keys = document.present("Credentials").unwrap_or(&document);
    let required = |name| text(keys, name)?.ok_or(CredentialDocumentError::Missing { name });
    let access_key_id = required("AccessKeyId")?;
    let secret_access_key = required("SecretAccessKey")?;
    let session_token = match text(keys, "SessionToken")? {
        Some(token) => Some(token),
        None => text(keys, "Token")?,
    };
    let expires_at = keys.present("Expiration").map(unix_seconds).transpose()?;
    Ok(Credentials::new(
        access_key_id.into(),
        secret_access_key.into(),
        // Tools print an empty or null token for long-term keys.
        session_token.filter(|t| !t.is_empty()).map(Into::into),
        expires_at,
    )?)
}

/// Says why a document holds no usable credentials.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialDocumentError {
    /// The text is not a JSON object.
    #[error(
        "invalid credential document: expected a JSON object with AccessKeyId and SecretAccessKey, found something else"
    )]
    NotADocument,
    /// The value of a key is not a string.
    #[error("invalid credential document: expected a string as {name}, found {kind}")]
    NotAString {
        /// The name of the key.
        name: &'static str,
        /// The kind of the value, with its article.
        kind: &'static str,
    },
    /// A key is not there.
    #[error("invalid credential document: expected the key {name}, found none")]
    Missing {
        /// The name of the key.
        name: &'static str,
    },
    /// The metadata service says that it has no credentials.
    #[error("invalid credential document: expected the code Success, found `{code}`")]
    Refused {
        /// The service's own code, safe to print.
        code: String,
    },
    /// The expiry is not a time.
    #[error(
        "invalid credential document: expected Expiration as in 2030-01-31T12:00:00Z, found something else"
    )]
    Expiration,
    /// The credentials themselves are refused.
    #[error(transparent)]
    Credentials(#[from] InputError),
}

/// Returns the text of a key that is neither absent nor `null`.
fn text<'a>(
    object: &'a Json<'_>,
    name: &'static str,
) -> Result<Option<&'a str>, CredentialDocumentError> {
    let Some(value) = object.present(name) else {
        return Ok(None);
    };
    let kind = value.kind();
    let text = value.as_str();
    text.map(Some)
        .ok_or(CredentialDocumentError::NotAString { name, kind })
}

/// Reads a date and time, or the seconds since 1970 that some tools write.
fn unix_seconds(expiration: &Json<'_>) -> Result<u64, CredentialDocumentError> {
    if let Json::Number(written) = expiration {
        let (seconds, _) = written.split_once('.').unwrap_or((written, ""));
        return seconds
            .parse()
            .map_err(|_| CredentialDocumentError::Expiration);
    }
    let seconds = expiration
        .as_str()
        .and_then(read_rfc3339)
        .ok_or(CredentialDocumentError::Expiration)?;
    // A time before 1970 is as expired as 1970.
    Ok(u64::try_from(seconds).unwrap_or(0))
}
