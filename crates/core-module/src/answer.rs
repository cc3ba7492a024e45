//! What every function of the module answers: `{"ok": …}` or `{"error": …}`.

use serde::{Deserialize, Serialize};

use vault_aws_login::InputError;

/// The answer to a request.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Answer<T> {
    /// What the function returns.
    Ok(T),
    /// Why it does not.
    Error(Refusal),
}

/// A refused request. Never holds a secret.
#[derive(Serialize)]
pub(super) struct Refusal {
    rule: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
    message: String,
}

impl Refusal {
    pub(super) const fn new(
        rule: &'static str,
        field: Option<&'static str>,
        message: String,
    ) -> Self {
        Self {
            rule,
            field,
            message,
        }
    }
}

impl From<InputError> for Refusal {
    fn from(error: InputError) -> Self {
        Self::new(error.rule.name(), Some(error.field.name()), error.message)
    }
}

/// Reads the request, calls `function` and writes its answer.
pub(super) fn answer<'a, Q: Deserialize<'a>, T: Serialize>(
    request: &'a [u8],
    function: impl FnOnce(Q) -> Result<T, Refusal>,
) -> Vec<u8> {
    let answer = match serde_json::from_slice(request)
        .map_err(|error| malformed(&error))
        .and_then(function)
    {
        Ok(value) => Answer::Ok(value),
        Err(refusal) => Answer::Error(refusal),
    };
    #[expect(
        clippy::expect_used,
        reason = "structs of strings and numbers have no key or value that JSON cannot carry"
    )]
    serde_json::to_vec(&answer).expect("answers are JSON")
}

/// The host's own mistake. `serde_json` would quote the value, which may be a secret.
fn malformed(error: &serde_json::Error) -> Refusal {
    let message = format!(
        "malformed request: expected the JSON that docs/core-abi.md describes, found something else at line {}, column {}",
        error.line(),
        error.column()
    );
    Refusal::new("request-malformed", None, message)
}
