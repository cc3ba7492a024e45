//! Reads the token, and what else is asked for, from Vault's answer to a login.

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::failure::Failure;

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

/// A field of the answer, as `vault login -field` names it; or as the answer itself does.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Field {
    #[value(alias = "client_token")]
    Token,
    #[value(alias = "accessor")]
    TokenAccessor,
    #[value(alias = "lease_duration")]
    TokenDuration,
    #[value(alias = "renewable")]
    TokenRenewable,
    TokenPolicies,
    IdentityPolicies,
    Policies,
    EntityId,
    TokenType,
    WrappingToken,
    WrappingAccessor,
    WrappingTokenTtl,
    WrappingTokenCreationTime,
    WrappingTokenCreationPath,
    WrappedAccessor,
}

impl Field {
    /// The object of the answer that has it, and its name there.
    const fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::Token => ("auth", "client_token"),
            Self::TokenAccessor => ("auth", "accessor"),
            Self::TokenDuration => ("auth", "lease_duration"),
            Self::TokenRenewable => ("auth", "renewable"),
            Self::TokenPolicies => ("auth", "token_policies"),
            Self::IdentityPolicies => ("auth", "identity_policies"),
            Self::Policies => ("auth", "policies"),
            Self::EntityId => ("auth", "entity_id"),
            Self::TokenType => ("auth", "token_type"),
            Self::WrappingToken => ("wrap_info", "token"),
            Self::WrappingAccessor => ("wrap_info", "accessor"),
            Self::WrappingTokenTtl => ("wrap_info", "ttl"),
            Self::WrappingTokenCreationTime => ("wrap_info", "creation_time"),
            Self::WrappingTokenCreationPath => ("wrap_info", "creation_path"),
            Self::WrappedAccessor => ("wrap_info", "wrapped_accessor"),
        }
    }

    /// Refuses a field that the answer cannot have, before there is one.
    pub fn expect_in_answer(self, wrapped: bool) -> Result<(), Failure> {
        match (self.place(), wrapped) {
            (("wrap_info", _), false) => Err(Failure::usage(
                "expected --wrap-ttl (VAULT_WRAP_TTL) beside a --field of a wrapping token, found none",
            )),
            (("auth", _), true) => Err(Failure::usage(
                "expected a --field of a wrapping token beside --wrap-ttl (VAULT_WRAP_TTL), found another",
            )),
            _ => Ok(()),
        }
    }
}

/// What a login was granted.
pub struct Granted {
    pub token: String,
    /// Vault's whole answer.
    pub body: String,
}

impl Granted {
    /// Returns a field as Vault's own client prints it: a list as `[a b]`.
    pub fn field(&self, field: Field, as_json: bool) -> Result<String> {
        let (object, name) = field.place();
        let answer: Value = serde_json::from_str(&self.body)
            .context("expected a login's answer from Vault, found something else")?;
        let value = answer.get(object).and_then(|object| object.get(name));
        let value = value.unwrap_or(&Value::Null);
        if as_json {
            return Ok(printable(&value.to_string()));
        }
        Ok(match value {
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(plain).collect();
                format!("[{}]", items.join(" "))
            }
            other => plain(other),
        })
    }
}

/// A text without quotes; control characters are escaped, so that a terminal does nothing.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text
            .chars()
            .flat_map(|c| match c.is_control() {
                true => c.escape_unicode().collect::<Vec<_>>(),
                false => vec![c],
            })
            .collect(),
        other => printable(&other.to_string()),
    }
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

    #[test]
    fn fields_are_printed_as_vaults_own_client_prints_them() {
        let granted = Granted {
            token: "s.1".into(),
            body: r#"{"auth":{"client_token":"s.1","accessor":"a\u001b[2J\n","lease_duration":60,"renewable":true,
                "policies":["default","dev"],"token_policies":[],"identity_policies":null}}"#
                .into(),
        };
        for (field, text, json) in [
            (Field::Token, "s.1", r#""s.1""#),
            (
                Field::TokenAccessor,
                r"a\u{1b}[2J\u{a}",
                r#""a\u001b[2J\n""#,
            ),
            (Field::TokenDuration, "60", "60"),
            (Field::TokenRenewable, "true", "true"),
            (Field::Policies, "[default dev]", r#"["default","dev"]"#),
            (Field::TokenPolicies, "[]", "[]"),
            (Field::IdentityPolicies, "", "null"),
            (Field::EntityId, "", "null"),
        ] {
            assert_eq!(granted.field(field, false).unwrap(), text);
            assert_eq!(granted.field(field, true).unwrap(), json);
        }
    }

    #[test]
    fn field_that_the_answer_cannot_have_is_refused_before_the_login() {
        assert!(Field::Token.expect_in_answer(false).is_ok());
        assert!(Field::Token.expect_in_answer(true).is_err());
        assert!(Field::WrappingToken.expect_in_answer(true).is_ok());
        assert!(Field::WrappingToken.expect_in_answer(false).is_err());
    }
}
