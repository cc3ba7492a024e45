//! Answers and logins that people posted in public, and the cause and both fixes of each.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests may fail, as tests do"
)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use vault_aws_login::inspector::{
    Answer, Flavour, Refusal, ServerIdRequirement, ServerProfile, Software, check_login,
    explain_pasted, explain_refusal, report,
};

/// 2015-08-30T12:36:00Z, the time of AWS's published examples.
const NOW: u64 = 1_440_938_160;
const SIGNATURE: &str = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
const FORM: &str = "Action=GetCallerIdentity&Version=2011-06-15";

fn errors(status: u16, text: &str) -> Answer {
    Answer {
        status: Some(status),
        body: json!({ "errors": [text] }).to_string(),
        date: None,
    }
}

fn rule(refusal: &Refusal) -> &'static str {
    refusal.rule.map_or("none", |rule| rule.name())
}

/// A login for `region`, whose headers are `more` besides the signed ones.
fn login(access_key_id: &str, region: &str, more: &Value) -> Value {
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={access_key_id}/20150830/{region}/sts/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date, Signature={SIGNATURE}"
    );
    let mut headers = json!({
        "Authorization": [authorization],
        "Content-Type": ["application/x-www-form-urlencoded; charset=utf-8"],
        "X-Amz-Date": ["20150830T123600Z"],
    });
    for (name, value) in more.as_object().unwrap() {
        headers[name] = value.clone();
    }
    json!({
        "iam_http_request_method": "POST",
        "iam_request_url": STANDARD.encode("https://sts.amazonaws.com/"),
        "iam_request_body": STANDARD.encode(FORM),
        "iam_request_headers": STANDARD.encode(headers.to_string()),
    })
}

fn sts(code: &str, message: &str) -> Answer {
    errors(
        400,
        &format!(
            "error making upstream request: received error code 403 from STS: \
             <ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error>\
             </ErrorResponse>"
        ),
    )
}

fn explain(answer: &Answer, login: &Value) -> Refusal {
    explain_refusal(answer, Some(&login.to_string()), NOW)
}

#[test]
fn login_shows_the_cause_that_the_text_does_not() {
    let key = "AKIAIOSFODNN7EXAMPLE";
    let plain = login(key, "us-east-1", &json!({}));
    let differs = sts(
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided.",
    );
    let unknown = sts(
        "InvalidClientTokenId",
        "The security token included in the request is invalid",
    );
    let not_found = errors(400, "entry for role x not found");
    let with_host = login(
        key,
        "us-east-1",
        &json!({ "Host": ["sts.eu-west-1.amazonaws.com"] }),
    );
    let opt_in = login(key, "ap-east-1", &json!({}));
    let temporary = login("ASIAIOSFODNN7EXAMPLE", "us-east-1", &json!({}));
    let mut of_arn = plain.clone();
    of_arn["role"] = "arn:aws:iam::123456789012:role/dev".into();
    for (answer, login, expected, message) in [
        (
            &differs,
            &plain,
            "signature-differs",
            "AWS computes another signature from what Vault sent",
        ),
        (
            &differs,
            &with_host,
            "host-differs",
            "the Host header is not the host of the URL, which is what the server sends: expected \
             `sts.amazonaws.com`, found `sts.eu-west-1.amazonaws.com`; if that was signed, the \
             signature does not match",
        ),
        (
            &unknown,
            &plain,
            "access-key-unknown",
            "AWS does not know the access key ID",
        ),
        (
            &unknown,
            &opt_in,
            "access-key-unknown",
            "AWS does not know the access key ID or its session token: `ap-east-1` is \
             an opt-in region",
        ),
        (
            &unknown,
            &temporary,
            "session-token-missing",
            "the access key ID begins with ASIA, and the session token is missing",
        ),
        (
            &not_found,
            &plain,
            "role-unknown",
            "the mount has no such role",
        ),
        (
            &not_found,
            &of_arn,
            "role-is-arn",
            "the role is an ARN, and Vault wants the name of a Vault role: found \
             `arn:aws:iam::123456789012:role/dev`",
        ),
    ] {
        let refusal = explain(answer, login);
        assert_eq!(rule(&refusal), expected, "{login}");
        assert!(refusal.message.starts_with(message), "{}", refusal.message);
    }
}

#[test]
fn login_shows_what_exactly_breaks_the_rule() {
    let mut login = login("AKIAIOSFODNN7EXAMPLE", "us-east-1", &json!({}));
    login.as_object_mut().unwrap().remove("iam_request_body");
    let refusal = explain(
        &errors(400, "didn't supply required authentication values"),
        &login,
    );
    assert_eq!(
        (
            rule(&refusal),
            refusal.message.as_str(),
            refusal.client_fix.as_deref()
        ),
        (
            "login-fields-missing",
            "the login lacks a field: iam_request_body",
            Some("send iam_request_body at the top level of the JSON"),
        )
    );
}

/// Reads a text that somebody pasted in public, from `tests/pasted/cases`.
fn pasted(file: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pasted/cases/");
    #[expect(clippy::disallowed_methods, reason = "the tests are not the core")]
    std::fs::read_to_string([folder, file].concat()).unwrap()
}

#[test]
fn cause_and_fixes_of_each_public_case_are_those_at_hand() {
    // The texts of each rule are in `tests/inspector_texts.txt`; here stand the words that matter.
    for (file, status, expected, words) in [
        (
            "A01.log",
            None,
            "connection-broken-off",
            "the plugin panicked: Vault 1.15.0 and OpenBao's",
        ),
        (
            "A01.log",
            None,
            "connection-broken-off",
            "write auth/aws/config/client, or upgrade",
        ),
        (
            "A05-cli.txt",
            None,
            "session-not-instance",
            "instance's metadata service",
        ),
        (
            "A08.json",
            None,
            "plugin-not-running",
            "register the plugin",
        ),
        (
            "A09-cli.txt",
            None,
            "method-unsupported",
            "sign a POST with the body",
        ),
        ("A15.txt", None, "tls-expected", "write https:// in front"),
        (
            "A16.json",
            None,
            "lease-quota-exceeded",
            "raise the lease count quota",
        ),
        (
            "A28.json",
            None,
            "vault-keys-refused",
            "to auth/aws/config/client",
        ),
        (
            "A33.json",
            None,
            "node-role-not-bound",
            "every pod on the node could log in",
        ),
        (
            "A05.json",
            Some(400),
            "session-not-instance",
            "without `inferred_entity_type`",
        ),
        (
            "A08.json",
            Some(404),
            "plugin-not-running",
            "register the plugin",
        ),
        (
            "A09.json",
            Some(400),
            "method-unsupported",
            "sign a POST with the body",
        ),
        (
            "A15.txt",
            Some(400),
            "tls-expected",
            "write https:// in front",
        ),
        (
            "A16.json",
            Some(429),
            "lease-quota-exceeded",
            "raise the lease count quota",
        ),
        (
            "A16b.json",
            Some(429),
            "rate-limited",
            "raise the rate limit quota",
        ),
        (
            "A18-cli.txt",
            None,
            "vault-timed-out",
            "Vault waits for STS or IAM longer",
        ),
        (
            "A20.json",
            Some(400),
            "access-key-unknown",
            "global endpoint",
        ),
        ("A20.json", Some(400), "access-key-unknown", "not enabled"),
        (
            "A28.json",
            Some(400),
            "vault-keys-refused",
            "answers the writing of a role",
        ),
        (
            "A28.json",
            Some(400),
            "vault-keys-refused",
            "to auth/aws/config/client",
        ),
        (
            "A33.json",
            Some(400),
            "node-role-not-bound",
            "every pod on the node could log in",
        ),
        ("A33.json", Some(400), "node-role-not-bound", "IRSA"),
        ("A33.json", Some(400), "node-role-not-bound", "Pod Identity"),
        ("A36.txt", Some(502), "answer-empty", "the plugin panicked"),
        ("A36.txt", Some(204), "answer-empty", "the plugin panicked"),
    ] {
        let refusal = explain_pasted(&pasted(file), status, None, NOW);
        assert_eq!(rule(&refusal), expected, "{file}");
        let text = report::refusal_text(&refusal);
        assert!(
            text.contains(words),
            "{file}: expected `{words}`, found {text}"
        );
    }
}

#[test]
fn near_miss_of_each_public_login_is_named_with_its_fix() {
    let wanting = ServerProfile {
        server_id: Some(ServerIdRequirement::Required("vault.example.com".into())),
        ..ServerProfile::default()
    };
    let openbao = ServerProfile {
        core: Some(Software {
            flavour: Flavour::OpenBao,
            version: None,
        }),
        ..ServerProfile::default()
    };
    for (file, profile, expected, message, fix) in [
        (
            "B02.json",
            wanting,
            "server-id-missing",
            "expected X-Vault-AWS-IAM-Server-ID, found `X-Vault-AWSIAM-Server-Id`",
            "under the name X-Vault-AWS-IAM-Server-ID",
        ),
        (
            "B04.json",
            openbao,
            "method-unsupported",
            "found `GET`",
            "sign a POST with the body",
        ),
    ] {
        let findings = check_login(&pasted(file), &profile, NOW);
        let finding = findings.first().unwrap();
        assert_eq!(finding.rule.name(), expected, "{file}");
        assert!(finding.message.ends_with(message), "{}", finding.message);
        assert!(finding.fix.contains(fix), "{}", finding.fix);
    }
}
