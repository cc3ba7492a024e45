//! Secrets that look like AWS's and Vault's.

use serde::Serialize;

use super::dice::Dice;

const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_URL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const HEX: &[u8] = b"0123456789abcdef";

#[derive(Clone, Debug, Serialize)]
pub struct Secret {
    pub name: &'static str,
    pub text: String,
}

/// One of each kind.
#[derive(Clone, Debug, Serialize)]
pub struct Secrets {
    pub secret_access_key: String,
    pub session_token: String,
    pub signature: String,
    pub vault_token: String,
}

impl Secrets {
    pub fn random(dice: &mut Dice) -> Self {
        // A token of 300 to 800 characters ends as base64 does.
        let length = dice.range(75, 199);
        let session_token = match dice.range(0, 2) {
            0 => dice.text(BASE64, length * 4),
            1 => dice.text(BASE64, length * 4 + 3) + "=",
            _ => dice.text(BASE64, length * 4 + 2) + "==",
        };
        let vault_token = match dice.range(0, 5) {
            0 => format!("s.{}", dice.text(LETTERS, 24)),
            1 => format!("s.{}.{}", dice.text(LETTERS, 24), dice.text(LETTERS, 5)),
            2 => format!("hvb.{}", dice.text(BASE64_URL, 138)),
            3 => format!(
                "hvs.{}.{}",
                dice.text(BASE64_URL, 90),
                dice.text(LETTERS, 5)
            ),
            _ => format!("hvs.{}", dice.text(BASE64_URL, 90)),
        };
        Self {
            secret_access_key: dice.text(BASE64, 40),
            session_token,
            signature: dice.text(HEX, 64),
            vault_token,
        }
    }

    pub fn all(&self) -> [Secret; 4] {
        [
            ("secret access key", &self.secret_access_key),
            ("session token", &self.session_token),
            ("signature", &self.signature),
            ("Vault token", &self.vault_token),
        ]
        .map(|(name, text)| Secret {
            name,
            text: text.clone(),
        })
    }

    /// An access key ID that fits the session token.
    pub fn access_key_id(dice: &mut Dice) -> String {
        const CAPITALS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let prefix = if dice.percent(70) { "ASIA" } else { "AKIA" };
        format!("{prefix}{}", dice.text(CAPITALS, 16))
    }
}
