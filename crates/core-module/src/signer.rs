//! `signer`: the JSON of `wit/login.wit`.

use serde::Deserialize;

use super::answer::{Refusal, answer};
use vault_aws_login::{Credentials, LoginOptions, UnixSeconds, unchecked};

/// Signs a login; the answer is the login, as a string.
pub(super) fn sign_login(request: &[u8]) -> Vec<u8> {
    answer(request, |request: SignRequest| {
        let credentials = Credentials::try_from(request.credentials)?;
        let options = LoginOptions::try_from(request.options)?;
        let time = UnixSeconds::new(request.unix_seconds)?;
        vault_aws_login::sign_login(&credentials, &options, time).map_err(Refusal::from)
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct SignRequest {
    credentials: unchecked::Credentials,
    #[serde(default)]
    options: unchecked::LoginOptions,
    unix_seconds: u64,
}
