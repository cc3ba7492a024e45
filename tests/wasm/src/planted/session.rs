//! The life of a session whose servers are hostile.

use serde::Serialize;
use serde_json::{Value, json};

use super::answer;
use super::dice::Dice;
use super::login::login;
use super::place::{into_text, piece};
use super::secrets::Secrets;
use super::settings;

/// An answer of a server. The body is text here; a request of the module has it in base64.
#[derive(Clone, Debug, Serialize)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Response {
    pub fn new(status: u16, headers: Vec<(String, String)>, body: String) -> Self {
        Self {
            status,
            headers,
            body,
        }
    }
}

/// A configuration, what a host pushes, and servers that answer.
#[derive(Clone, Debug)]
pub struct Session {
    pub config: Value,
    pub credentials: Value,
    pub authorization_token: String,
    /// Vault's address as the host is configured; the module does not get it.
    pub vault_address: String,
    /// The lease of another session, which this one takes over.
    pub adopted: Option<Value>,
    seed: u64,
    login: String,
    secrets: Secrets,
    /// How many in a hundred answers give what they are asked for.
    successes: u32,
}

impl Session {
    pub fn random(dice: &mut Dice, secrets: &Secrets) -> Self {
        let planted = dice.percent(40);
        let instant = |after: u64| {
            let now = super::login::TIME * 1000;
            json!({ "monotonic-milliseconds": 1 + after, "unix-milliseconds": now + after })
        };
        let adopted = dice.percent(15).then(|| {
            json!({
                "token": secrets.vault_token,
                "accessor": piece(dice, secrets),
                "generation": 1,
                "renewable": true,
                "increment-seconds": 60,
                "starts-at": instant(0),
                "ends-at": instant(60_000),
            })
        });
        let authorization_token = if dice.percent(80) {
            secrets.session_token.clone()
        } else {
            piece(dice, secrets)
        };
        let mut vault_address = "https://vault.example.com:8200".to_owned();
        if dice.percent(15) {
            let piece = piece(dice, secrets);
            into_text(dice, &mut vault_address, &piece);
        }
        Self {
            config: settings::session(dice, secrets, planted),
            credentials: settings::credentials(dice, secrets),
            authorization_token,
            vault_address,
            adopted,
            seed: dice.seed(),
            login: login(dice, secrets),
            secrets: secrets.clone(),
            successes: dice.of(&[20, 50, 80]),
        }
    }

    /// Returns what a server answers to the request of that number, the same each time.
    pub fn answer(&self, destination: &str, path: &str, number: u64) -> Response {
        let mut dice = Dice::new(self.seed.wrapping_add(number));
        let (secrets, successes) = (&self.secrets, self.successes);
        match destination {
            "vault" => answer::vault(&mut dice, secrets, &self.login, successes),
            "container-endpoint" => answer::document(&mut dice, secrets, successes),
            "instance-metadata" => answer::metadata(&mut dice, secrets, path, successes),
            "sts" => answer::sts(&mut dice, secrets, successes),
            other => panic!("no server is called {other}"),
        }
    }
}
