//! Headers for whatever stands in front of Vault, such as a gateway that wants to be passed.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, TRANSFER_ENCODING};
use http::{HeaderName, HeaderValue};

use crate::echo::value;

/// What this program sets itself.
const OWN: [HeaderName; 5] = [
    CONNECTION,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    HOST,
    TRANSFER_ENCODING,
];

/// Reads `NAME=VALUE`, or the JSON object of `VAULT_HEADERS`.
///
/// No message holds a value, which may be a password.
pub fn read(texts: &[String]) -> Result<Vec<(HeaderName, HeaderValue)>> {
    let mut headers = Vec::new();
    for text in texts {
        if text.trim_start().starts_with('{') {
            // As Vault's own client takes it: the values are strings.
            let Ok(object) = serde_json::from_str::<BTreeMap<String, String>>(text) else {
                bail!("expected headers as a JSON object of strings, found something else");
            };
            for (name, value) in object {
                headers.push(pair(&name, &value)?);
            }
        } else {
            match text.split_once('=') {
                Some((name, value)) => headers.push(pair(name.trim_end(), value)?),
                None => bail!(
                    "expected a header as NAME=VALUE, found {} without `=`",
                    match text.chars().count() {
                        1 => "one character".to_owned(),
                        count => format!("{count} characters"),
                    }
                ),
            }
        }
    }
    Ok(headers)
}

fn pair(name: &str, content: &str) -> Result<(HeaderName, HeaderValue)> {
    let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else {
        bail!("expected the name of a header, found {}", value(name));
    };
    if name.as_str().starts_with("x-vault-") {
        bail!("expected a header whose name does not begin with X-Vault-, which are Vault's own");
    }
    if OWN.contains(&name) {
        bail!("expected a header beside those of each request, found {name}");
    }
    let Ok(mut content) = HeaderValue::from_str(content) else {
        bail!("expected a value that a header can carry as that of a header");
    };
    content.set_sensitive(true);
    Ok((name, content))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(texts: &[&str]) -> Result<Vec<String>, String> {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let headers = read(&texts).map_err(|error| error.to_string())?;
        let line = |(name, value): &(HeaderName, HeaderValue)| {
            format!("{name}: {}", value.to_str().unwrap())
        };
        Ok(headers.iter().map(line).collect())
    }

    #[test]
    fn headers_are_pairs_or_the_json_of_vaults_client() {
        for (texts, expected) in [
            (
                &["X-Team=a=b", "x-team=c"][..],
                &["x-team: a=b", "x-team: c"][..],
            ),
            (
                &[r#"{"CF-Id": "1", "CF-Secret": "2"}"#],
                &["cf-id: 1", "cf-secret: 2"],
            ),
            (&["Empty="], &["empty: "]),
            (&["{}"], &[]),
        ] {
            assert_eq!(shown(texts).unwrap(), expected);
        }
    }

    #[test]
    #[rustfmt::skip]
    fn header_of_another_form_is_refused_without_its_value() {
        for (text, expected) in [
            ("secret", "expected a header as NAME=VALUE, found 6 characters without `=`"),
            ("a b=secret", "expected the name of a header, found one of 3 characters"),
            ("=secret", "expected the name of a header, found ``"),
            ("X-Vault-Token=secret", "expected a header whose name does not begin with X-Vault-, which are Vault's own"),
            ("x-vault-request=secret", "expected a header whose name does not begin with X-Vault-, which are Vault's own"),
            ("Content-Type=secret", "expected a header beside those of each request, found content-type"),
            ("a=sec\nret", "expected a value that a header can carry as that of a header"),
            (r#"{"a": 1}"#, "expected headers as a JSON object of strings, found something else"),
            (r#"{"a": "secret""#, "expected headers as a JSON object of strings, found something else"),
        ] {
            assert_eq!(shown(&[text]).unwrap_err(), expected);
        }
    }
}
