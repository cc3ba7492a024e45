//! The documents in which AWS's tools and services hand out credentials.
//!
//! Each form is read into one tree of names and values ([`Json`]), and one walk over the tree finds
//! the credentials: by their names in any spelling, in whichever object they stand. What could be
//! read in two ways is refused.

mod expiry;
mod lines;
mod text;
mod xml;

use thiserror::Error;

use crate::credentials::Credentials;
use crate::echo::{self, Secrets};
use crate::input_error::InputError;
use crate::json::Json;

/// How deep the walk goes. STS's XML as JSON has four levels; no tool wraps it in a dozen more.
const DEEPEST: usize = 16;

/// Reads credentials from whatever AWS's tools and services, and tools around them, print:
///
/// - JSON: `aws configure export-credentials` and every `credential_process`, STS, SSO, Cognito and
///   IoT, the metadata endpoints of ECS, EKS and EC2, the caches of AWS's CLI, Vault's AWS secrets
///   engine;
/// - XML: STS;
/// - lines: variables as the shells set them, `.env` and INI files, properties, YAML, the console's
///   CSV, the text and table output of the CLIs.
///
/// Names count in any case, with `_`, `-` and `AWS_` or without, and at any depth. The text may be
/// UTF-8 or UTF-16, with a byte order mark or without.
///
/// # Errors
/// [`CredentialDocumentError`]; it never shows a value that may be a secret.
pub fn read_credential_document(document: &[u8]) -> Result<Credentials, CredentialDocumentError> {
    let text = text::decode(document)?;
    read(&text, |text| Ok((lines::read(text)?, lines::kind(text))))
}

/// Reads the answer of a service: JSON or XML in UTF-8. Of any other text only the code of a refusal
/// counts.
pub(crate) fn read_service_answer(answer: &[u8]) -> Result<Credentials, CredentialDocumentError> {
    let text =
        core::str::from_utf8(answer).map_err(|_| not_a_document("bytes that are not UTF-8"))?;
    read(text, |_| Ok((Json::Null, "text without them")))
}

/// Reads a text; `read_lines` reads what is neither JSON nor XML, and says what it is.
fn read<'t>(
    text: &'t str,
    read_lines: impl FnOnce(&'t str) -> Result<(Json<'t>, &'static str), CredentialDocumentError>,
) -> Result<Credentials, CredentialDocumentError> {
    let mut search = Search::default();
    let (tree, found) = match text.trim_start().as_bytes() {
        [] => return Err(not_a_document("nothing")),
        [b'{' | b'"', ..] => (json(text)?, "JSON without them"),
        // A list, or the first section of an INI file.
        [b'[', ..] if let Ok(list) = json(text) => (list, "JSON without them"),
        [b'<', ..] => (xml::read(text)?, "XML or HTML without them"),
        _ => {
            search.code = lines::code(text);
            read_lines(text)?
        }
    };
    search.walk(&tree, Above::default(), 0);
    search.finish(found)
}

fn json(text: &str) -> Result<Json<'_>, CredentialDocumentError> {
    match Json::read(text.as_bytes()) {
        Ok((document, [])) => Ok(document),
        Ok(_) => Err(not_a_document("JSON with more text after it")),
        Err(_) => Err(not_a_document("text that begins like JSON and is not JSON")),
    }
}

/// Says why a document holds no usable credentials.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialDocumentError {
    /// The text is not a form that is read, or has no credentials in it.
    #[error(
        "invalid credential document: expected AccessKeyId and SecretAccessKey in JSON, in XML or in lines such as export AWS_ACCESS_KEY_ID=…, found {found}"
    )]
    NotADocument {
        /// What it is instead.
        found: &'static str,
    },
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
    /// A key is there twice, in one spelling or in two, with different values.
    #[error("invalid credential document: expected one {name}, found two that differ")]
    Conflict {
        /// The name of the key.
        name: &'static str,
    },
    /// More than one object or section has credentials, and they differ.
    #[error(
        "invalid credential document: expected the credentials of one identity, found those of several"
    )]
    Ambiguous,
    /// The document of a `credential_process` has a version that no SDK reads.
    #[error("invalid credential document: expected Version 1, found {found}")]
    Version {
        /// The number, or the kind of the value; safe to print.
        found: String,
    },
    /// The service says that it has no credentials.
    #[error("invalid credential document: expected the code Success, found `{code}`")]
    Refused {
        /// The service's own code, safe to print.
        code: String,
    },
    /// The expiry is not a time.
    #[error(
        "invalid credential document: expected Expiration as in 2030-01-31T12:00:00Z, found {found}"
    )]
    Expiration {
        /// What it is instead.
        found: &'static str,
    },
    /// The expiry is past the year 9999, as milliseconds are where seconds are meant.
    #[error(
        "invalid credential document: expected Expiration in seconds up to 253402300799 (year 9999), found a larger number, perhaps milliseconds"
    )]
    ExpirationOutOfRange,
    /// The credentials themselves are refused.
    #[error(transparent)]
    Credentials(#[from] InputError),
}

const fn not_a_document(found: &'static str) -> CredentialDocumentError {
    CredentialDocumentError::NotADocument { found }
}

/// A part of credentials.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    AccessKeyId,
    SecretAccessKey,
    SessionToken,
    Expiration,
}

impl Part {
    const ALL: [Self; 4] = [
        Self::AccessKeyId,
        Self::SecretAccessKey,
        Self::SessionToken,
        Self::Expiration,
    ];

    /// Returns the part that a [`bare`] name stands for, if it stands for one.
    fn of(bare: &str) -> Option<Self> {
        Some(match bare {
            // The second is that of Vault and of Java's properties.
            "accesskeyid" | "accesskey" => Self::AccessKeyId,
            // The second is that of Vault, of Java's properties and of Cognito.
            "secretaccesskey" | "secretkey" => Self::SecretAccessKey,
            // `Token` at the metadata endpoints; `security_token` is the older name.
            "sessiontoken" | "securitytoken" | "token" => Self::SessionToken,
            // Of variables, of aws-okta, of saml2aws in ~/.aws/credentials, of `aws login`. Not
            // AWSUME_EXPIRATION: awsume writes it without a zone.
            "expiration"
            | "credentialexpiration"
            | "sessionexpiration"
            | "oktasessionexpiration"
            | "xsecuritytokenexpires"
            | "expiresat"
            | "expires" => Self::Expiration,
            _ => return None,
        })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::AccessKeyId => "AccessKeyId",
            Self::SecretAccessKey => "SecretAccessKey",
            Self::SessionToken => "SessionToken",
            Self::Expiration => "Expiration",
        }
    }
}

/// Returns a name's letters and digits, small and without `aws` before them.
fn bare(name: &str) -> String {
    // No known name is longer.
    let letters = name.chars().filter(char::is_ascii_alphanumeric).take(40);
    let bare: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
    match bare.strip_prefix("aws") {
        Some(rest) => rest.to_owned(),
        None => bare,
    }
}

/// What holds for an object and for those inside it.
#[derive(Clone, Copy, Default)]
struct Above<'t> {
    code: Option<&'t Json<'t>>,
    version: Option<&'t Json<'t>>,
    /// SSO alone writes its expiry in milliseconds.
    in_milliseconds: bool,
}

/// The parts that one object has.
#[derive(Clone, Copy, Default)]
struct Found<'t> {
    values: [Option<&'t Json<'t>>; 4],
    conflict: Option<Part>,
    above: Above<'t>,
}

impl<'t> Found<'t> {
    fn value(&self, part: Part) -> Option<&'t Json<'t>> {
        self.values.get(part as usize).copied().flatten()
    }

    fn has(&self, part: Part) -> bool {
        self.value(part).is_some()
    }

    fn add(&mut self, part: Part, value: &'t Json<'t>) {
        // Tools print an empty token for long-term keys.
        if part == Part::SessionToken && value.as_str() == Some("") {
            return;
        }
        match self.values.get_mut(part as usize) {
            Some(held @ None) => *held = Some(value),
            Some(Some(held)) if !is_same(held, value) => self.conflict = Some(part),
            _ => {}
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        Part::ALL
            .iter()
            .all(|part| match (self.value(*part), other.value(*part)) {
                (None, None) => true,
                (Some(one), Some(other)) => is_same(one, other),
                _ => false,
            })
    }

    fn text(&self, part: Part) -> Result<Option<&'t str>, CredentialDocumentError> {
        let name = part.name();
        let Some(value) = self.value(part) else {
            return Ok(None);
        };
        let kind = value.kind();
        let text = value.as_str();
        text.map(Some)
            .ok_or(CredentialDocumentError::NotAString { name, kind })
    }

    fn credentials(&self) -> Result<Credentials, CredentialDocumentError> {
        match self.above.version {
            None | Some(Json::Number("1")) => {}
            Some(other) => {
                let found = match other {
                    Json::Number(number) => format!("`{}`", echo::value(number)),
                    other => other.kind().to_owned(),
                };
                return Err(CredentialDocumentError::Version { found });
            }
        }
        if let Some(part) = self.conflict {
            return Err(CredentialDocumentError::Conflict { name: part.name() });
        }
        let required = |part: Part| {
            self.text(part)?
                .ok_or(CredentialDocumentError::Missing { name: part.name() })
        };
        let access_key_id = required(Part::AccessKeyId)?;
        let secret_access_key = required(Part::SecretAccessKey)?;
        let session_token = self.text(Part::SessionToken)?;
        let expires_at = self
            .value(Part::Expiration)
            .map(|value| expiry::read(value, self.above.in_milliseconds))
            .transpose()?;
        Ok(Credentials::new(
            access_key_id.into(),
            secret_access_key.into(),
            session_token.map(Into::into),
            expires_at,
        )?)
    }
}

/// Returns the code of a refusal.
fn refusal<'t>(code: Option<&'t Json<'t>>) -> Option<&'t str> {
    match code? {
        Json::String(code) if code.eq_ignore_ascii_case("Success") => None,
        Json::String(code) => Some(code),
        Json::Number(code) => Some(code),
        _ => None,
    }
}

/// Returns a code, safe to print; `…` for a text that is not a code: escapes in it could hide a piece
/// of a secret.
fn shown(code: &str, secrets: &Secrets) -> String {
    let is_legal = |c: char| c.is_ascii_alphanumeric() || "._-:#".contains(c);
    // Some services put their namespace before it.
    let name = code
        .rsplit('#')
        .next()
        .filter(|_| code.chars().all(is_legal));
    let shown = name.and_then(|name| echo::quote(name, secrets));
    shown.unwrap_or_else(|| "…".to_owned())
}

fn is_same(one: &Json<'_>, other: &Json<'_>) -> bool {
    match (one, other) {
        (Json::String(one), Json::String(other)) => one == other,
        (Json::Number(one), Json::Number(other)) => one == other,
        _ => false,
    }
}

/// What a walk over a document found.
#[derive(Default)]
struct Search<'t> {
    /// The first object with both keys.
    complete: Option<Found<'t>>,
    /// Another object has both keys, and they differ.
    is_ambiguous: bool,
    /// The first object with one of the keys alone.
    incomplete: Option<Found<'t>>,
    /// The first code of a refusal.
    code: Option<&'t str>,
    /// What no message may show.
    secrets: Vec<&'t str>,
    has_list: bool,
    /// A token of SSO or OAuth stands there.
    has_access_token: bool,
}

impl<'t> Search<'t> {
    fn walk(&mut self, tree: &'t Json<'t>, mut above: Above<'t>, depth: usize) {
        let entries = match tree {
            Json::Object(entries) if depth < DEEPEST => entries,
            Json::Array(values) => {
                self.has_list |= values.iter().any(|value| matches!(value, Json::Object(_)));
                return;
            }
            _ => return,
        };
        let mut found = Found::default();
        for (name, value) in entries {
            if matches!(value, Json::Null | Json::Object(_)) {
                continue;
            }
            let bare = bare(name);
            match Part::of(&bare) {
                Some(part) => {
                    found.add(part, value);
                    self.secrets.extend(value.as_str());
                }
                None if bare == "code" || name == "__type" => above.code = Some(value),
                None if bare == "version" => above.version = Some(value),
                None if bare == "accesstoken" => self.has_access_token = true,
                None => {}
            }
        }
        found.above = above;
        self.add(found);
        for (name, value) in entries {
            if matches!(value, Json::Object(_) | Json::Array(_)) {
                let in_milliseconds = above.in_milliseconds || bare(name) == "rolecredentials";
                let above = Above {
                    in_milliseconds,
                    ..above
                };
                self.walk(value, above, depth + 1);
            }
        }
    }

    fn add(&mut self, found: Found<'t>) {
        if self.code.is_none() {
            self.code = refusal(found.above.code);
        }
        match (
            found.has(Part::AccessKeyId),
            found.has(Part::SecretAccessKey),
        ) {
            (true, true) => match &self.complete {
                None => self.complete = Some(found),
                Some(first) => self.is_ambiguous |= !first.is_same(&found),
            },
            (false, false) => {}
            _ if self.incomplete.is_none() => self.incomplete = Some(found),
            _ => {}
        }
    }

    /// Returns the credentials; `found` is what a document without any is.
    fn finish(self, found: &'static str) -> Result<Credentials, CredentialDocumentError> {
        if self.is_ambiguous {
            return Err(CredentialDocumentError::Ambiguous);
        }
        let code = match &self.complete {
            // EC2's metadata service answers 200 with such a code when it has no credentials.
            Some(complete) => refusal(complete.above.code),
            None => self.code,
        };
        if let Some(code) = code {
            let code = shown(code, &Secrets::new(self.secrets));
            return Err(CredentialDocumentError::Refused { code });
        }
        match self.complete.or(self.incomplete) {
            Some(parts) => parts.credentials(),
            None if self.has_list => Err(not_a_document("a list")),
            None if self.has_access_token => Err(not_a_document(
                "an access token of SSO, which aws configure export-credentials exchanges for them",
            )),
            None => Err(not_a_document(found)),
        }
    }
}
