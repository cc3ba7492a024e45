//! Whatever comes in, an answer goes out.

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
    Answer, LoginRule, ServerProfile, check_login, clock_offset, explain_login, explain_refusal,
    report,
};
use vault_aws_login::{Credentials, InputRule, LoginOptions, UnixSeconds, sign_login};

const NOW: u64 = 1_440_938_160;

/// Asks everything about a text, as a login and as an answer; returns the rules of the check.
fn ask(text: &str) -> Vec<&'static str> {
    let findings = check_login(text, &ServerProfile::default(), NOW);
    report::findings_text(&findings);
    report::findings_json(&findings);
    if let Ok(explanation) = explain_login(text) {
        report::explanation_text(&explanation);
        report::explanation_json(&explanation);
    }
    for status in [Some(200), Some(400)] {
        let answer = Answer {
            status,
            body: text.into(),
            date: Some(text.into()),
        };
        let refusal = explain_refusal(&answer, Some(text), NOW);
        report::refusal_text(&refusal);
        report::refusal_json(&refusal);
        clock_offset(&answer, NOW);
    }
    findings.iter().map(|finding| finding.rule.name()).collect()
}

/// The rules of the check alone, for texts that take a while without optimisation.
fn rules(text: &str) -> Vec<&'static str> {
    let findings = check_login(text, &ServerProfile::default(), NOW);
    findings.iter().map(|finding| finding.rule.name()).collect()
}

fn login_with_headers(headers: &[u8]) -> String {
    json!({
        "iam_http_request_method": "POST",
        "iam_request_url": STANDARD.encode("https://sts.amazonaws.com/"),
        "iam_request_body": STANDARD.encode("Action=GetCallerIdentity&Version=2011-06-15"),
        "iam_request_headers": STANDARD.encode(headers),
    })
    .to_string()
}

fn good_login() -> String {
    let credentials = Credentials::new(
        "ASIAIOSFODNN7EXAMPLE".into(),
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
        Some("token".into()),
        None,
    );
    let options = LoginOptions::new(None, Some("vault.example.com".into()), None, None);
    sign_login(
        &credentials.unwrap(),
        &options.unwrap(),
        UnixSeconds::new(NOW).unwrap(),
    )
    .unwrap()
}

#[test]
fn login_past_64_kibibytes_is_not_read() {
    for text in [
        "x".repeat(65_537),
        " ".repeat(32_000_000),
        "[".repeat(8_000_000),
    ] {
        assert_eq!(ask(&text), ["login-too-large"]);
    }
}

#[test]
fn nesting_past_three_hundred_levels_is_not_followed() {
    for opening in ["[", "{\"a\":", "[{\"a\":"] {
        let deep = opening.repeat(65_000 / opening.len());
        assert_eq!(ask(&deep), ["json-over-limits"]);
        let inside = login_with_headers(opening.repeat(40_000 / opening.len()).as_bytes());
        assert_eq!(ask(&inside)[0], "headers-not-json");
    }
}

#[test]
fn thousands_of_headers_get_a_few_findings() {
    let headers: String = (0..4_000)
        .map(|index| format!(",\"x\n{index}\":1").replace('\n', " "))
        .collect();
    let fields = r#""iam_http_request_method":"POST","iam_request_url":"","iam_request_body":"""#;
    let text = format!(r#"{{{fields},"iam_request_headers":{{"a":1{headers}}}}}"#);
    let found = rules(&text);
    assert!(
        found.contains(&"json-over-limits") && found.contains(&"header-illegal"),
        "{found:?}"
    );
    assert!(found.len() < 40, "{}", found.len());
    let amz: Vec<String> = (0..3_000)
        .map(|index| format!("\"x-amz-{index}\":1"))
        .collect();
    let found = rules(&login_with_headers(
        format!("{{{}}}", amz.join(",")).as_bytes(),
    ));
    assert!(
        found.contains(&"header-not-allowed") && found.len() < 40,
        "{}",
        found.len()
    );
    let equal = format!(
        "{{\"iam_request_headers\":{{{}}}}}",
        vec!["\"a\":1"; 9_000].join(",")
    );
    assert!(rules(&equal).contains(&"json-duplicate-key"));
    let unknown: Vec<String> = (0..5_000).map(|index| format!("\"k{index}\":1")).collect();
    assert!(rules(&format!("{{{}}}", unknown.join(","))).len() < 40);
}

#[test]
fn long_lists_inside_one_value_are_read_once() {
    let signed = "a;".repeat(20_000);
    let authorization =
        format!("AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders={signed}, Signature=x");
    let headers = json!({"Authorization": authorization, "X-Amz-Date": "20150830T123600Z"});
    let rules = ask(&login_with_headers(headers.to_string().as_bytes()));
    assert!(
        rules.contains(&"signed-header-missing") && rules.len() < 40,
        "{rules:?}"
    );
    for piece in [
        ",",
        " ",
        "/",
        "Credential=,",
        "SignedHeaders=",
        ";",
        "%",
        "&a",
        "\n",
    ] {
        let value = piece.repeat(40_000 / piece.len());
        let headers = json!({
            "Authorization": format!("AWS4-HMAC-SHA256 {value}"),
            "X-Vault-AWS-IAM-Server-ID": "a",
        });
        ask(&login_with_headers(headers.to_string().as_bytes()));
        let mut login: Value = serde_json::from_str(&good_login()).unwrap();
        login["iam_request_body"] = STANDARD.encode(&value).into();
        ask(&login.to_string());
        login["iam_http_request_method"] = "GET".into();
        login["iam_request_url"] = STANDARD.encode(format!("https://a/?{value}")).into();
        ask(&login.to_string());
    }
}

#[test]
fn bytes_that_are_not_utf8_are_replaced_as_go_does() {
    let rules = ask(&login_with_headers(
        b"{\"a\xff\":\"\xc3\x28\",\"b\":\"\\ud800\"}",
    ));
    assert!(rules.contains(&"header-illegal"), "{rules:?}");
    assert_eq!(
        ask(&login_with_headers(b"\xff\xfe{}"))[0],
        "headers-not-json"
    );
}

/// A law, for 4,000 damaged logins from a fixed seed: nothing panics, and no text grows large.
#[test]
fn damaged_logins_are_answered() {
    let login = good_login().into_bytes();
    let decoded = {
        let login: Value = serde_json::from_slice(&login).unwrap();
        STANDARD
            .decode(login["iam_request_headers"].as_str().unwrap())
            .unwrap()
    };
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below as u64) as usize
    };
    let mut damage = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        for _ in 0..=random(3) {
            let at = random(bytes.len());
            match random(5) {
                0 => drop(bytes.remove(at)),
                1 => bytes[at] = random(256) as u8,
                2 => bytes.insert(at, b"{}[]\",:;/=&%\\\n\0 \xff"[random(17)]),
                3 => bytes.truncate(at + 1),
                _ => bytes.extend_from_within(at..),
            }
        }
        bytes
    };
    for _ in 0..2_000 {
        let outside = damage(&login);
        ask(&String::from_utf8_lossy(&outside));
        ask(&login_with_headers(&damage(&decoded)));
    }
}

#[test]
fn wit_describes_each_rule_by_its_title() {
    let contract = include_str!("../wit/inspector.wit");
    let (_, list) = contract.split_once("enum login-rule {").unwrap();
    let mut sentence = String::new();
    let mut rules = LoginRule::ALL.iter();
    for line in list.lines().map(str::trim).skip(1) {
        match line.strip_prefix("///") {
            Some(words) => sentence.push_str(words),
            None if line == "}" => break,
            None => {
                let title = rules.next().unwrap().text().title;
                assert!(
                    sentence.trim().eq_ignore_ascii_case(&format!("{title}.")),
                    "{line}{sentence}"
                );
                sentence.clear();
            }
        }
    }
    assert!(rules.next().is_none());
}

#[test]
fn rules_are_complete_and_share_names_with_the_signer_on_purpose_only() {
    let signer: Vec<&str> = InputRule::ALL.iter().map(|rule| rule.name()).collect();
    let mut names = Vec::new();
    let mut shared = Vec::new();
    for rule in LoginRule::ALL {
        let text = rule.text();
        assert!(
            !text.title.is_empty() && !text.client_fix.is_empty() && !text.causes.is_empty(),
            "{}",
            rule.name()
        );
        assert!(
            !text.title.ends_with('.') && !text.client_fix.ends_with('.'),
            "{}",
            rule.name()
        );
        if signer.contains(&rule.name()) {
            shared.push(rule.name());
        }
        names.push(rule.name());
    }
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
    assert_eq!(
        shared,
        [
            "sts-url-malformed",
            "sts-url-not-bare",
            "secret-as-access-key-id",
            "session-token-missing",
            "role-is-arn"
        ]
    );
}
