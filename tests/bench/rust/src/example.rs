//! The login that every row signs: AWS's published example key, a server ID and a role.

use std::hint::black_box;

use vault_aws_login::inspector::explain_login;
use vault_aws_login::{Credentials, LoginOptions, UnixSeconds, sign_login};

pub const ACCESS_KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
pub const SECRET_ACCESS_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
pub const SERVER_ID: &str = "vault.example.com";
pub const ROLE: &str = "dev";
pub const UNIX_SECONDS: u64 = 1_440_938_160;

/// What `vault write` prints when the server wants another server ID, with the line of the shell.
pub const PASTE: &str = "\
$ vault write auth/aws/login role=dev @login.json
Error writing data to auth/aws/login: Error making API request.

URL: PUT https://vault.example.com:8200/v1/auth/aws/login
Code: 400. Errors:

* error validating X-Vault-AWS-IAM-Server-ID header: expected \"other.example.com\" but got \"vault.example.com\"
";

/// Signs the login with the core, from the strings that a host passes.
pub fn login() -> String {
    let credentials = Credentials::new(
        black_box(ACCESS_KEY_ID).into(),
        black_box(SECRET_ACCESS_KEY).into(),
        None,
        None,
    );
    let options = LoginOptions::new(
        None,
        Some(black_box(SERVER_ID).into()),
        Some(black_box(ROLE).into()),
        None,
    );
    let time = UnixSeconds::new(black_box(UNIX_SECONDS));
    sign_login(&credentials.unwrap(), &options.unwrap(), time.unwrap()).unwrap()
}

/// Counts the SHA-256 compressions that the signature of the login takes, by the formula of
/// Signature Version 4. The hash of the body is left out: it is always the same.
pub fn compressions() -> u32 {
    let explanation = explain_login(&login()).unwrap();
    let scope = explanation.scope.unwrap();
    let canonical_request = hash(explanation.canonical_request.unwrap().len());
    let signing_key = [&scope.date, &scope.region, &scope.service, "aws4_request"];
    let signing_key: usize = signing_key.iter().map(|text| hmac(text.len())).sum();
    let signature = hmac(explanation.string_to_sign.unwrap().len());
    u32::try_from(canonical_request + signing_key + signature).unwrap()
}

/// The message, one byte 0x80 and its length in eight bytes, in blocks of 64 bytes.
fn hash(bytes: usize) -> usize {
    (bytes + 9).div_ceil(64)
}

/// H(key ⊕ opad, H(key ⊕ ipad, message)), with the key padded to a block.
fn hmac(message: usize) -> usize {
    hash(64 + message) + hash(64 + 32)
}
