//! Prints a Vault login, signed by whatever component is plugged in as `vault-aws:login/signer`.

use std::env::{args, var};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use self::vault_aws::login::signer::{Credentials, LoginOptions, sign_login};

wit_bindgen::generate!({ world: "example:plugin/plugin", path: ["../../wit", "wit"], generate_all });

fn main() -> ExitCode {
    let credentials = Credentials {
        access_key_id: var("AWS_ACCESS_KEY_ID").unwrap_or_default(),
        secret_access_key: var("AWS_SECRET_ACCESS_KEY").unwrap_or_default(),
        session_token: var("AWS_SESSION_TOKEN").ok(),
        expires_at_unix_seconds: None,
    };
    let (role, server_id) = (args().nth(1), args().nth(2));
    let options = LoginOptions {
        region: None,
        server_id,
        role,
        sts_endpoint: None,
    };
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    match sign_login(&credentials, &options, now) {
        Ok(login) => println!("{login}"),
        Err(refused) => {
            eprintln!("error: {}", refused.message);
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
