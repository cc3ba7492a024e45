//! Whatever a server answers, its refusal is explained, and no signature in the answer comes back.

#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use vault_aws_login::inspector::{Answer, clock_offset, explain_refusal, report};

/// Stands at the end of each answer; some servers echo the login.
const ECHO: &str = "AWS4-HMAC-SHA256 Credential=EXAMPLE, Signature=fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024";

const MOST_BYTES: usize = 16 * 1024;

#[derive(Arbitrary, Debug)]
struct Input {
    status: Option<u16>,
    body: Body,
    date: Option<String>,
    login: Option<String>,
    unix_seconds: u64,
}

#[derive(Arbitrary, Debug)]
enum Body {
    Text(String),
    /// As Vault words what it refuses.
    Errors(Vec<String>),
    /// As Vault words what STS refused.
    Sts(String),
}

fuzz_target!(|input: Input| {
    let body = match &input.body {
        Body::Text(text) => format!("{text}{ECHO}"),
        Body::Errors(errors) => serde_json::json!({ "errors": errors, "echo": ECHO }).to_string(),
        Body::Sts(text) => {
            let text = format!(
                "error making upstream request: received error code 403 from STS: <Message>{text}</Message>{ECHO}"
            );
            serde_json::json!({ "errors": [text] }).to_string()
        }
    };
    let answer = Answer {
        status: input.status,
        body,
        date: input.date,
    };
    let refusal = explain_refusal(&answer, input.login.as_deref(), input.unix_seconds);
    let text = report::refusal_text(&refusal);
    assert!(text.len() <= MOST_BYTES);
    assert!(!text.contains("fe5f80f7"));
    let _ = clock_offset(&answer, input.unix_seconds);
});
