//! Logins, byte for byte as AWS's own Python library signs them, and inputs that are refused; see
//! `tests/vectors`.

#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests may read files and fail, as tests do"
)]

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use vault_aws_login::inspector::{Explanation, explain_login};
use vault_aws_login::{
    Credentials, InputError, LoginOptions, StsEndpoint, StsUrl, UnixSeconds, sign_login,
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
        let found = [error.rule.name(), error.field.name(), &error.to_string()];
        let wanted = ["rule", "field", "message"].map(|key| refusal[key].as_str().unwrap());
        assert_eq!(found, wanted, "{}", refusal["why"]);
    }
}

#[test]
fn each_step_of_a_case_equals_botocores() {
    let cases = cases();
    assert!(cases.len() >= 60, "{} cases", cases.len());
    for case in cases {
        let name = case.file_name().unwrap().to_string_lossy();
        let text = |file: &str| read(&case.join(file));
        let input: Value = serde_json::from_str(&text("input.json")).unwrap();
        let login = sign(&input).unwrap_or_else(|error| panic!("{name}: {error}"));

        // The first step that differs is the one that broke.
        let explanation = explain_login(&login).unwrap_or_else(|error| panic!("{name}: {error}"));
        let Explanation {
            canonical_request,
            string_to_sign,
            ..
        } = explanation;
        let expected = as_explained(&text("canonical-request.txt"), &input);
        assert_eq!(canonical_request.unwrap(), expected, "{name}");
        assert_eq!(
            string_to_sign.unwrap(),
            as_explained(&text("string-to-sign.txt"), &input),
            "{name}"
        );
        assert_eq!(signature(&login), text("signature.txt"), "{name}");
        assert_eq!(login, text("login.json"), "{name}");
    }
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/cases");
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// A file of a case without the line break that ends it.
fn read(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    text.strip_suffix('\n').unwrap().to_owned()
}

/// The inspector shows a session token by its length, and so what has not the shape of its kind.
fn as_explained(step: &str, input: &Value) -> String {
    let hidden = [
        (input["credentials"]["session-token"].as_str(), 0),
        (input["options"]["region"].as_str(), 32),
        (input["options"]["server-id"].as_str(), 128),
    ];
    let mut step = step.to_owned();
    for (value, longest) in hidden {
        if let Some(value) = value.filter(|value| value.len() > longest) {
            let plural = if value.len() == 1 { "" } else { "s" };
            // Not in the host, whose syntax is narrower.
            for end in ["\n", "/"] {
                let shown = format!("({} character{plural}){end}", value.len());
                step = step.replace(&format!("{value}{end}"), &shown);
            }
        }
    }
    step
}

fn signature(login: &str) -> String {
    let login: Value = serde_json::from_str(login).unwrap();
    let headers = STANDARD.decode(login["iam_request_headers"].as_str().unwrap());
    let headers: Value = serde_json::from_slice(&headers.unwrap()).unwrap();
    let authorization = headers["Authorization"][0].as_str().unwrap();
    let (_, signature) = authorization.split_once("Signature=").unwrap();
    signature.to_owned()
}

fn sign(vector: &Value) -> Result<String, InputError> {
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

fn sts_endpoint(value: &Value) -> Result<Option<StsEndpoint>, InputError> {
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
