//! Steps 2 and 3: the hash of the canonical request, and the string to sign.

use sha2::{Digest, Sha256};

/// The one algorithm that logins are signed with.
pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Writes the string to sign:
///
/// ```text
/// Algorithm \n
/// RequestDateTime \n
/// CredentialScope \n
/// HashedCanonicalRequest
/// ```
///
/// The scope is `date/region/service/aws4_request`.
pub(crate) fn string_to_sign(timestamp: &str, scope: &str, canonical_request: &str) -> String {
    let hash = hex_sha256(canonical_request.as_bytes());
    [ALGORITHM, timestamp, scope, &hash].join("\n")
}

/// The SHA-256 in lower-case hexadecimal digits.
pub(crate) fn hex_sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
