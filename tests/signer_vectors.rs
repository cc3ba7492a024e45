//! 200 logins, byte for byte as AWS's own Python library signs them, and inputs that are refused; see `tests/vectors`.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests may fail, as tests do"
)]

use serde_json::Value;
use vault_aws_login::{
    Credentials, LoginOptions, SignError, StsEndpoint, StsUrl, UnixSeconds, sign_login,
};

const VECTORS: &str = include_str!("vectors/hosts.json");
const REFUSALS: &str = include_str!("vectors/refusals.json");

#[test]
fn logins_equal_those_that_botocore_signs() {
    let vectors: Vec<Value> = serde_json::from_str(VECTORS).unwrap();
    assert_eq!(vectors.len(), 200);
    for vector in &vectors {
        let login = sign(vector).unwrap_or_else(|error| panic!("{}: {error}", vector["why"]));
        assert_eq!(
            login,
            vector["login"].as_str().unwrap(),
            "{}",
            vector["why"]
        );
    }
}

#[test]
fn refused_inputs_have_the_rule_the_field_and_the_sentence_of_every_host() {
    let refusals: Vec<Value> = serde_json::from_str(REFUSALS).unwrap();
    assert_eq!(refusals.len(), 14);
    for refusal in &refusals {
        let error = sign(refusal).unwrap_err();
        let found = [
            error.rule().name(),
            error.field().name(),
            &error.to_string(),
        ];
        let wanted = ["rule", "field", "message"].map(|key| refusal[key].as_str().unwrap());
        assert_eq!(found, wanted, "{}", refusal["why"]);
    }
}

fn sign(vector: &Value) -> Result<String, SignError> {
    let (credentials, options) = (&vector["credentials"], &vector["options"]);
    let text = |value: &Value| value.as_str().map(str::to_owned);
    sign_login(
        &Credentials::new(
            text(&credentials["access-key-id"]).unwrap(),
            text(&credentials["secret-access-key"]).unwrap(),
            text(&credentials["session-token"]),
            credentials["expires-at-unix-seconds"].as_u64(),
        )?,
        &LoginOptions::new(
            text(&options["region"]),
            text(&options["server-id"]),
            text(&options["role"]),
            sts_endpoint(&options["sts-endpoint"])?,
        )?,
        UnixSeconds::new(vector["unix-seconds"].as_u64().unwrap())?,
    )
}

fn sts_endpoint(value: &Value) -> Result<Option<StsEndpoint>, SignError> {
    Ok(Some(match (value.as_str(), value["url"].as_str()) {
        (Some("regional"), _) => StsEndpoint::Regional,
        (Some("fips"), _) => StsEndpoint::Fips,
        (Some("dual-stack"), _) => StsEndpoint::DualStack,
        (Some("fips-dual-stack"), _) => StsEndpoint::FipsDualStack,
        (None, Some(url)) => StsEndpoint::Url(StsUrl::new(url)?),
        (None, None) => return Ok(None),
        (Some(other), _) => panic!("no STS endpoint is called {other}"),
    }))
}
