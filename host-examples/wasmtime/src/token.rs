//! Reads the token from Vault's answer to a login.

use anyhow::{Result, bail};
use serde::Deserialize;
use serde::de::IgnoredAny;

#[derive(Deserialize)]
struct AnswerJson {
    auth: Option<Auth>,
    wrap_info: Option<WrapInfo>,
}

#[derive(Deserialize)]
struct Auth {
    #[serde(default)]
    client_token: String,
    mfa_requirement: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct WrapInfo {
    token: String,
}

/// Reads the token, or the wrapping token if wrapping was asked for.
///
/// The error holds no word of the answer, which may echo the login. The component says what may be
/// shown of it.
pub fn read(status: u16, body: &str) -> Result<String> {
    if !(200..300).contains(&status) {
        bail!("Vault refused the login with status {status}");
    }
    let Ok(answer) = serde_json::from_str::<AnswerJson>(body) else {
        bail!("expected a login's answer from Vault, found something else (status {status})");
    };
    let token = match (answer.wrap_info, answer.auth) {
        (Some(wrapping), _) => wrapping.token,
        (None, Some(auth)) if auth.mfa_requirement.is_some() => {
            bail!("expected a token from Vault, found that it asks for a second factor (MFA)")
        }
        (None, Some(auth)) => auth.client_token,
        (None, None) => String::new(),
    };
    if token.is_empty() {
        bail!("expected a token from Vault, found an answer without one (status {status})");
    }
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        bail!("expected a token of visible ASCII characters from Vault, found another");
    }
    Ok(token)
}

/// Escapes the control characters of JSON, so that a terminal shows it and does nothing else. They
/// stand in strings, where an escape means the same; line breaks and tabs stay.
pub fn printable(json: &str) -> String {
    let mut printable = String::with_capacity(json.len());
    for character in json.trim_end().chars() {
        if character.is_control() && !matches!(character, '\n' | '\r' | '\t') {
            printable.push_str(&format!("\\u{:04x}", u32::from(character)));
        } else {
            printable.push(character);
        }
    }
    printable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_is_read() {
        let body = r#"{"auth":{"client_token":"s.1","mfa_requirement":null},"wrap_info":null,"warnings":["short"]}"#;
        assert_eq!(read(200, body).unwrap(), "s.1");
    }

    #[test]
    fn wrapping_token_is_read_when_the_answer_is_wrapped() {
        let body = r#"{"auth":null,"wrap_info":{"token":"s.wrap","ttl":60},"warnings":null}"#;
        assert_eq!(read(200, body).unwrap(), "s.wrap");
    }

    #[test]
    #[rustfmt::skip]
    fn answer_without_a_token_is_an_error_without_the_answers_words() {
        let refused = |status, body| read(status, body).unwrap_err().to_string();
        assert_eq!(refused(403, r#"{"errors":["permission denied"]}"#), "Vault refused the login with status 403");
        assert_eq!(refused(502, "<p>\u{1b}[31mBad gateway"), "Vault refused the login with status 502");
        assert_eq!(refused(200, "hello"), "expected a login's answer from Vault, found something else (status 200)");
        assert_eq!(refused(204, "{}"), "expected a token from Vault, found an answer without one (status 204)");
        assert_eq!(refused(200, r#"{"auth":{"client_token":"","mfa_requirement":{"mfa_request_id":"1"}}}"#), "expected a token from Vault, found that it asks for a second factor (MFA)");
    }

    #[test]
    fn token_with_anything_but_visible_ascii_is_refused() {
        for bad in [r"s.1\n", r"s.1\u001b[2J", "s. 1", "s.é", "s.1\u{200b}"] {
            for body in [
                format!(r#"{{"auth":{{"client_token":"{bad}"}}}}"#),
                format!(r#"{{"wrap_info":{{"token":"{bad}"}}}}"#),
            ] {
                assert_eq!(
                    read(200, &body).unwrap_err().to_string(),
                    "expected a token of visible ASCII characters from Vault, found another",
                    "{body}"
                );
            }
        }
    }

    #[test]
    fn json_is_printed_without_control_characters_and_means_the_same() {
        let json = "{\n\t\"a\": \"\u{9b}31m\u{7f}é\"}\r\n";
        assert_eq!(printable(json), "{\n\t\"a\": \"\\u009b31m\\u007fé\"}");
        let meaning = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(meaning(&printable(json)), meaning(json));
    }
}
