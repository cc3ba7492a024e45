//! What came back from Vault, and what it says.

use std::borrow::Cow;

use serde::Deserialize;

use crate::json::Json;

/// How much of an answer's body is read. Answers are larger than logins: a token comes with all its
/// policies, and a proxy's page with its style sheet.
pub(super) const MOST_BYTES: usize = 1024 * 1024;

/// What came back from Vault.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Answer {
    /// The HTTP status; absent if no answer came.
    pub status: Option<u16>,
    /// The body; if no answer came, what the HTTP client says of that. At most 1 MiB is read.
    pub body: String,
    /// The `Date` header.
    pub date: Option<String>,
}

/// An answer, parsed once.
pub(super) struct ReadAnswer<'a> {
    pub(super) status: Option<u16>,
    pub(super) date: Option<&'a str>,
    pub(super) body: &'a str,
    pub(super) json: Option<Json<'a>>,
    /// The errors in one text; `None` if this is not an answer of Vault's with errors.
    pub(super) errors: Option<String>,
}

impl<'a> ReadAnswer<'a> {
    pub(super) fn of(answer: &'a Answer) -> Self {
        let body = beginning(&answer.body, MOST_BYTES);
        let json = Json::read(body.as_bytes()).ok().map(|(json, _)| json);
        Self {
            status: answer.status,
            date: answer.date.as_deref(),
            body,
            errors: json
                .as_ref()
                .and_then(error_texts)
                .map(|texts| texts.join("\n")),
            json,
        }
    }

    /// Returns the server's own words.
    pub(super) fn words(&self) -> Cow<'_, str> {
        let json = self.json.as_ref();
        let list = |name| {
            let texts = json.and_then(|json| texts(json, name))?;
            let texts: Vec<&str> = texts.into_iter().map(str::trim).collect();
            Some(texts.join("; "))
        };
        let is_vaults = |name| json.is_some_and(|json| json.present(name).is_some());
        match (list("errors"), list("warnings")) {
            (Some(errors), _) if !errors.is_empty() => errors.into(),
            (_, Some(warnings)) => warnings.into(),
            // The host's own words.
            _ if self.status.is_none() => "".into(),
            _ if is_vaults("errors") || is_vaults("auth") || is_vaults("wrap_info") => "".into(),
            _ => self.body.into(),
        }
    }
}

/// Returns the texts of `{"errors":[…]}`; `None` for an answer of any other form.
pub(crate) fn error_texts<'j>(answer: &'j Json<'_>) -> Option<Vec<&'j str>> {
    texts(answer, "errors")
}

fn texts<'j>(answer: &'j Json<'_>, name: &str) -> Option<Vec<&'j str>> {
    match answer.get(name) {
        Some(Json::Array(texts)) => Some(texts.iter().filter_map(Json::as_str).collect()),
        _ => None,
    }
}

/// The first so many bytes of a text.
pub(super) fn beginning(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}
