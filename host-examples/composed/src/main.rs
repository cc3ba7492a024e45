//! Prints a Vault login, and why Vault refused one, through the component that is composed in as
//! `vault-aws:login`.

use std::env::{args, var};
use std::io::{read_to_string, stdin};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use self::vault_aws::login::inspector::{Answer, explain_refusal};
use self::vault_aws::login::signer::{Credentials, LoginOptions, sign_login};

wit_bindgen::generate!({ world: "example:plugin/plugin", path: ["../../wit", "wit"], generate_all });

fn main() -> ExitCode {
    let mut words = args().skip(1);
    let outcome = match words.next().as_deref() {
        Some("sign") => sign(words.next(), words.next()),
        Some("explain") => explain(words.next().and_then(|status| status.parse().ok())),
        _ => Err("expected `sign [ROLE [SERVER-ID]]` or `explain STATUS < ANSWER`".to_owned()),
    };
    match outcome {
        Ok(text) => println!("{text}"),
        Err(message) => {
            eprintln!("error: {message}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn sign(role: Option<String>, server_id: Option<String>) -> Result<String, String> {
    let credentials = Credentials {
        access_key_id: var("AWS_ACCESS_KEY_ID").unwrap_or_default(),
        secret_access_key: var("AWS_SECRET_ACCESS_KEY").unwrap_or_default(),
        session_token: var("AWS_SESSION_TOKEN").ok(),
        expires_at_unix_seconds: None,
    };
    let options = LoginOptions {
        region: None,
        server_id,
        role,
        sts_endpoint: None,
    };
    sign_login(&credentials, &options, now()).map_err(|refused| refused.message)
}

fn explain(status: Option<u16>) -> Result<String, String> {
    let body =
        read_to_string(stdin()).map_err(|error| format!("cannot read the answer: {error}"))?;
    let answer = Answer {
        status,
        body,
        date: None,
    };
    // Servers and proxies echo the login. Its secrets are recognised only if it is known, so without
    // it nothing is quoted.
    let login = var("LOGIN").ok();
    let refusal = explain_refusal(&answer, login.as_deref(), now());
    let quoted = refusal.quoted.filter(|_| login.is_some());
    let mut text = refusal.message;
    for (what, line) in [
        ("the server said", quoted),
        ("on the client", refusal.client_fix),
        ("on the server", refusal.server_fix),
    ] {
        if let Some(line) = line {
            text += &format!("\n  {what}: {line}");
        }
    }
    Ok(text)
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
