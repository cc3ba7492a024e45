//! Signs a Vault login with the AWS credentials in the environment, and prints it.

use std::env::var;
use std::time::{SystemTime, UNIX_EPOCH};

use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Result, Store};

use self::exports::vault_aws::login::signer::{Credentials, LoginOptions};

// The component's contract.
wasmtime::component::bindgen!({ path: "vault-aws-login-wit.wasm", world: "login" });

fn main() -> Result<()> {
    let engine = Engine::default();
    let component = Component::from_file(&engine, "vault-aws-login.wasm")?;
    // Empty, because the component imports nothing.
    let linker = Linker::new(&engine);
    let mut store = Store::new(&engine, ());
    let instance = Login::instantiate(&mut store, &component, &linker)?;

    let credentials = Credentials {
        access_key_id: var("AWS_ACCESS_KEY_ID")?,
        secret_access_key: var("AWS_SECRET_ACCESS_KEY")?,
        session_token: var("AWS_SESSION_TOKEN").ok(),
        expires_at_unix_seconds: None,
    };
    let options = LoginOptions {
        region: None,
        server_id: None,
        role: Some("dev".into()),
        sts_endpoint: None,
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let signer = instance.vault_aws_login_signer();
    let signed = signer.call_sign_login(&mut store, &credentials, &options, now)?;
    let login = signed.map_err(|error| wasmtime::Error::msg(error.message))?;
    println!("{login}");
    Ok(())
}
