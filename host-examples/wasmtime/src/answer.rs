//! Reads Vault's answer to a login.

use anyhow::{Result, bail};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// What Vault gave.
#[derive(Debug, PartialEq, Eq)]
pub struct Granted {
    /// The token, or the wrapping token if wrapping was asked for.
    pub token: String,
    /// Vault's remarks, for people.
    pub warnings: Vec<String>,
}

#[derive(Deserialize)]
struct Answer {
    auth: Option<Auth>,
    wrap_info: Option<Wrapping>,
    #[serde(default)]
    warnings: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Auth {
    #[serde(default)]
    client_token: String,
    mfa_requirement: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Wrapping {
    token: String,
}

#[derive(Deserialize)]
struct Refusal {
    errors: Vec<String>,
}

/// Reads the token from an answer, or makes an error with Vault's own words in it.
pub fn read(status: u16, body: &str) -> Result<Granted> {
    if !(200..300).contains(&status) {
        bail!(
            "Vault refused the login with status {status}: {}",
            refusal(body)
        );
    }
    let Ok(answer) = serde_json::from_str::<Answer>(body) else {
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
    Ok(Granted {
        token,
        warnings: answer.warnings.unwrap_or_default(),
    })
}

/// Returns Vault's words, without characters that would steer a terminal.
fn refusal(body: &str) -> String {
    let words: String = match serde_json::from_str::<Refusal>(body) {
        Ok(refusal) if !refusal.errors.is_empty() => refusal.errors.join("; ").trim_end().into(),
        // A proxy or another server answered: its page is of little use, its beginning is.
        _ if body.trim().is_empty() => "no reason given".into(),
        _ => body.trim().chars().take(256).collect(),
    };
    words
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_is_read_with_the_warnings() {
        let body = r#"{"auth":{"client_token":"s.1","mfa_requirement":null},"wrap_info":null,"warnings":["short"]}"#;
        let granted = read(200, body).unwrap();
        assert_eq!(
            (granted.token.as_str(), granted.warnings),
            ("s.1", vec!["short".to_owned()])
        );
    }

    #[test]
    fn wrapping_token_is_read_when_the_answer_is_wrapped() {
        let body = r#"{"auth":null,"wrap_info":{"token":"s.wrap","ttl":60},"warnings":null}"#;
        assert_eq!(read(200, body).unwrap().token, "s.wrap");
    }

    #[test]
    #[rustfmt::skip]
    fn answer_without_a_token_is_an_error_with_the_words_of_vault() {
        let refused = |status, body| read(status, body).unwrap_err().to_string();
        assert_eq!(refused(403, r#"{"errors":["permission denied"]}"#), "Vault refused the login with status 403: permission denied");
        assert_eq!(refused(400, r#"{"errors":["a","b\n\n"]}"#), "Vault refused the login with status 400: a; b");
        assert_eq!(refused(503, r#"{"errors":[]}"#), r#"Vault refused the login with status 503: {"errors":[]}"#);
        assert_eq!(refused(502, " \n"), "Vault refused the login with status 502: no reason given");
        assert_eq!(refused(502, "<p>\u{1b}[31mBad gateway"), "Vault refused the login with status 502: <p>[31mBad gateway");
        assert_eq!(refused(200, "hello"), "expected a login's answer from Vault, found something else (status 200)");
        assert_eq!(refused(204, "{}"), "expected a token from Vault, found an answer without one (status 204)");
        assert_eq!(refused(200, r#"{"auth":{"client_token":"","mfa_requirement":{"mfa_request_id":"1"}}}"#), "expected a token from Vault, found that it asks for a second factor (MFA)");
    }
}
