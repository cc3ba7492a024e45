//! AWS credentials, checked once.

use core::fmt;

use aws_credential_types::Credentials as AwsCredentials;

use crate::alphabet::is_visible;
use crate::input_error::{InputError, InputField, InputRule};
use crate::text::{self, Shown};
use crate::unix_seconds::UnixSeconds;

/// The length of each secret access key that AWS makes.
const SECRET_LENGTH: usize = 40;

/// Holds AWS credentials whose shape is known to be right.
///
/// AWS's own type holds them, and wipes its fields when it is dropped. No `Clone`: each copy is one
/// more place to forget. `Debug` shows nothing of them.
pub struct Credentials {
    aws: AwsCredentials,
    /// Apart from AWS's type, whose times end where the platform's do.
    expires_at: Option<u64>,
}

impl Credentials {
    /// Checks and takes credentials. `expires_at` is in Unix seconds.
    ///
    /// # Errors
    /// In this order, for the access key ID, the secret access key and the session token:
    /// [`InputRule::EmptyValue`], [`InputRule::SurroundingWhitespace`],
    /// [`InputRule::SecretAsAccessKeyId`], [`InputRule::IllegalCharacter`]; then
    /// [`InputRule::SessionTokenMissing`].
    pub fn new(
        access_key_id: String,
        secret_access_key: String,
        session_token: Option<String>,
        expires_at: Option<u64>,
    ) -> Result<Self, InputError> {
        // Into their wiping owner first, so that a refusal wipes them too.
        let aws = AwsCredentials::new(
            access_key_id,
            secret_access_key,
            session_token,
            None,
            "vault-aws-login",
        );
        check_access_key_id(aws.access_key_id())?;
        text::check(
            InputField::SecretAccessKey,
            aws.secret_access_key(),
            Shown::Nothing,
        )?;
        match aws.session_token() {
            Some(token) => {
                text::check(InputField::SessionToken, token, Shown::Nothing)?;
            }
            // Prefixes: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
            None if aws.access_key_id().starts_with("ASIA") => {
                return Err(InputError::new(
                    InputRule::SessionTokenMissing,
                    InputField::SessionToken,
                    "missing session token: an access key ID that begins with ASIA is one of \
                     temporary credentials, which have a session token"
                        .into(),
                ));
            }
            None => {}
        }
        Ok(Self { aws, expires_at })
    }

    /// Returns when the credentials expire, in Unix seconds, where that is known.
    pub fn expires_at(&self) -> Option<u64> {
        self.expires_at
    }

    /// Returns what of them is not to be shown.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &str> {
        core::iter::once(self.secret_access_key()).chain(self.session_token())
    }

    /// Refuses credentials that have expired at the given time.
    pub(crate) fn check_expiry(&self, now: UnixSeconds) -> Result<(), InputError> {
        match self.expires_at {
            Some(expired) if expired <= now.as_u64() => Err(InputError::new(
                InputRule::CredentialsExpired,
                InputField::ExpiresAtUnixSeconds,
                format!(
                    "expired credentials: expected an expiry after the time of signing ({}), \
                     found {expired}",
                    now.as_u64()
                ),
            )),
            _ => Ok(()),
        }
    }

    pub(crate) fn access_key_id(&self) -> &str {
        self.aws.access_key_id()
    }

    pub(crate) fn secret_access_key(&self) -> &str {
        self.aws.secret_access_key()
    }

    pub(crate) fn session_token(&self) -> Option<&str> {
        self.aws.session_token()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(** redacted **)")
    }
}

fn check_access_key_id(value: &str) -> Result<(), InputError> {
    // Said before the general rule, and never echoed.
    if looks_like_secret(value) && value.chars().all(is_visible) {
        return Err(InputError::invalid(
            InputRule::SecretAsAccessKeyId,
            InputField::AccessKeyId,
            format_args!("one such as AKIAIOSFODNN7EXAMPLE"),
            format_args!(
                "a '/', a '+' or 40 characters in both cases, as only a secret access key has; \
                 the two may be swapped"
            ),
        ));
    }
    text::check(InputField::AccessKeyId, value, Shown::Nothing)
}

/// Whether an access key ID looks like a secret access key: it has a `/` or a `+`, or it is 40
/// letters and digits in both cases. AWS's own access key IDs have no small letters.
pub(crate) fn looks_like_secret(access_key_id: &str) -> bool {
    access_key_id
        .bytes()
        .any(|byte| matches!(byte, b'/' | b'+'))
        || (access_key_id.len() == SECRET_LENGTH
            && access_key_id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric())
            && access_key_id.contains(|c: char| c.is_ascii_lowercase())
            && access_key_id.contains(|c: char| c.is_ascii_uppercase()))
}
