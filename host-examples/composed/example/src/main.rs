//! Signs a Vault login with the AWS credentials in the environment, and prints it.

use std::env::var;
use std::time::{SystemTime, UNIX_EPOCH};

use self::vault_aws::login::signer::{Credentials, LoginOptions, sign_login};

wit_bindgen::generate!({
    inline: "package example:plugin; world plugin { import vault-aws:login/signer@0.1.0; }",
    path: "vault-aws-login-wit.wasm",
    generate_all,
});

fn main() -> Result<(), String> {
    let credentials = Credentials {
        access_key_id: var("AWS_ACCESS_KEY_ID").unwrap_or_default(),
        secret_access_key: var("AWS_SECRET_ACCESS_KEY").unwrap_or_default(),
        session_token: var("AWS_SESSION_TOKEN").ok(),
        expires_at_unix_seconds: None,
    };
    let options = LoginOptions {
        region: None,
        server_id: None,
        role: Some("dev".into()),
        sts_endpoint: None,
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |since| since.as_secs());
    let login = sign_login(&credentials, &options, now).map_err(|error| error.message)?;
    println!("{login}");
    Ok(())
}
