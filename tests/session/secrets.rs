//! Nothing that is written for people holds a secret.

use vault_aws_login::Credentials;
use vault_aws_login::session::{Action, CredentialSource, Header, RefusalRule, Response};

use crate::host::{Host, body, login_answer};

const MARKER: &str = "s3cret";

#[test]
fn debug_of_no_value_shows_a_secret() {
    let mut host = Host::new(CredentialSource::Pushed);
    let credentials = Credentials::new(
        "ASIAIOSFODNN7EXAMPLE".into(),
        format!("{MARKER}1"),
        Some(format!("{MARKER}2")),
        None,
    );
    host.session
        .push_credentials(credentials.unwrap(), host.now);
    let request = host.request();
    let mut seen = vec![format!("{request:?}"), format!("{:?}", host.session)];
    // The login holds no secret but is one.
    assert!(!seen[0].contains(body(&request)) && !seen[0].contains("iam_request"));
    let response = Response {
        status: 200,
        headers: vec![Header::new("set-cookie", MARKER)],
        body: login_answer(60).replace("hvs.example", "hvs.s3cret").into(),
    };
    seen.push(format!("{response:?}"));
    host.session.on_response(request.id, host.now, response);
    let ready = host.next();
    assert!(matches!(&ready, Action::TokenReady(lease) if lease.token.contains(MARKER)));
    seen.push(format!("{ready:?}"));
    let renewal = host.request();
    assert!(
        renewal
            .headers
            .iter()
            .any(|header| header.value.contains(MARKER))
    );
    seen.push(format!("{renewal:?} {:?}", renewal.headers));
    for text in seen {
        assert!(!text.contains(MARKER), "{text}");
    }
}

#[test]
fn refusal_shows_nothing_of_an_answer_that_is_not_vaults() {
    for answer in [
        r#"{"auth":{"client_token":"s3cret","lease_duration":0}}"#,
        r#"{"auth":{"client_token":"s3cret","lease_duration":60,"num_uses":1}}"#,
        r#"{"wrap_info":{"token":"s3cret"}}"#,
        "s3cret",
        r#"{"errors":"s3cret"}"#,
        r#"["s3cret"]"#,
    ] {
        for status in [200, 400, 500] {
            let mut host = Host::with_credentials();
            let request = host.request();
            host.answer(&request, status, answer);
            let refusal = host.refusal();
            assert!(!refusal.message.contains(MARKER), "{}", refusal.message);
        }
    }
}

#[test]
fn refusal_that_echoes_the_token_or_the_login_does_not_show_it() {
    let mut host = Host::logged_in(600);
    let renewal = host.request();
    host.answer(&renewal, 403, r#"{"errors":["bad token hvs.example"]}"#);
    let refusal = host.refusal();
    assert_eq!(refusal.rule, RefusalRule::RenewalRefused);
    assert!(
        !refusal.message.contains("hvs.example"),
        "{}",
        refusal.message
    );

    let mut host = Host::with_credentials();
    let login = host.request();
    let echo = serde_json::json!({ "errors": [format!("cannot parse {}", body(&login))] });
    host.answer(&login, 400, &echo.to_string());
    let login: serde_json::Value = serde_json::from_str(body(&login)).unwrap();
    let signed = login["iam_request_headers"].as_str().unwrap();
    let message = host.refusal().message;
    assert!(!message.contains(signed), "{message}");
}
