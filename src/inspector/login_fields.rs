//! The fields of a login (`docs/login-contract.md#s1-1`).

use crate::json::Json;

/// The fields of type iam that a login has to have.
pub(super) const IAM_FIELDS: [&str; 4] = [
    "iam_http_request_method",
    "iam_request_url",
    "iam_request_body",
    "iam_request_headers",
];

/// The other fields that the login path knows.
const OTHER_FIELDS: [&str; 5] = ["role", "nonce", "pkcs7", "identity", "signature"];

/// Returns the name of every field that the login path knows.
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    IAM_FIELDS.into_iter().chain(OTHER_FIELDS)
}

/// Says whether the login path knows a field.
pub(super) fn is_known(name: &str) -> bool {
    all().any(|field| field == name)
}

/// Reads a string field: numbers and booleans become strings, null the empty one.
///
/// Fails with the kind of a value that cannot become a string.
pub(super) fn text(value: &Json<'_>) -> Result<String, &'static str> {
    match value {
        Json::String(text) => Ok(text.clone().into_owned()),
        Json::Number(text) => Ok((*text).into()),
        Json::Bool(true) => Ok("1".into()),
        Json::Bool(false) => Ok("0".into()),
        Json::Null => Ok(String::new()),
        Json::Array(_) | Json::Object(_) => Err(value.kind()),
    }
}
