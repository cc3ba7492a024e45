//! Every error text of Vault, OpenBao and STS: rule, side and both fixes in full, and what the text
//! gives away.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests may fail, as tests do"
)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use vault_aws_login::inspector::{Answer, Refusal, clock_offset, explain_refusal, report};
use vault_aws_login::{Credentials, LoginOptions, UnixSeconds, sign_login};

/// 2022-01-27T01:59:28Z.
const NOW: u64 = 1_643_248_768;

fn answer(status: u16, body: &str) -> Answer {
    Answer {
        status: Some(status),
        body: body.into(),
        date: None,
    }
}

fn errors(status: u16, text: &str) -> Answer {
    answer(status, &serde_json::json!({ "errors": [text] }).to_string())
}

fn explain(answer: &Answer) -> Refusal {
    explain_refusal(answer, None, NOW)
}

/// An empty server fix stands for none.
#[track_caller]
fn check(status: u16, text: &str, rule: &str, side: &str, client_fix: &str, server_fix: &str) {
    let refusal = explain(&errors(status, text));
    assert_eq!(
        (
            refusal.rule.map(|rule| rule.name()),
            refusal.refused_by.map(|side| side.name()),
            refusal.client_fix.as_deref(),
            refusal.server_fix.as_deref().unwrap_or_default(),
        ),
        (Some(rule), Some(side), Some(client_fix), server_fix),
        "{text}"
    );
    assert!(!refusal.causes.is_empty(), "{text}");
    // Without the login there is no telling what of the text is secret.
    let quoted = None;
    let refusal = Refusal { quoted, ..refusal };
    assert!(!format!("{refusal:?}").contains("SECRET"), "{text}");
}

#[track_caller]
fn check_answer(answer: &Answer, side: Option<&str>, rule: Option<&str>, message: &str) {
    let refusal = explain(answer);
    assert_eq!(
        (
            refusal.refused_by.map(|side| side.name()),
            refusal.rule.map(|rule| rule.name()),
            refusal.message.as_str(),
        ),
        (side, rule, message)
    );
}

#[test]
#[rustfmt::skip]
fn answers_without_a_known_text_are_explained_by_their_status() {
    let none = Answer::default();
    check_answer(&none, Some("host"), Some("vault-unreachable"), "the host got no answer from Vault");
    let vault = |status| errors(status, "something else");
    check_answer(&answer(307, ""), Some("intermediary"), Some("answer-redirected"), "the answer is a redirect that was not followed");
    check_answer(&vault(400), Some("vault"), None, "Vault refuses with a text that no rule knows");
    check_answer(&answer(404, r#"{"errors":[]}"#), Some("vault"), Some("mount-unknown"), "no AWS auth method answers at this path");
    check_answer(&answer(412, ""), Some("vault"), Some("node-behind"), "this Vault node has not caught up with the state that the request asks for");
    check_answer(&answer(413, "http: request body too large"), Some("vault"), Some("login-too-large"), "the login is larger than any client makes one");
    check_answer(&vault(429), Some("vault"), Some("rate-limited"), "Vault limits the rate of requests");
    check_answer(&errors(429, "request path \"auth/aws/login\": rate limit quota exceeded"), Some("vault"), Some("rate-limited"), "Vault limits the rate of requests");
    check_answer(&answer(472, ""), Some("vault"), Some("disaster-recovery-secondary"), "this Vault is a disaster recovery secondary and takes no logins");
    check_answer(&answer(473, ""), Some("vault"), Some("performance-standby"), "this Vault node is a performance standby that did not pass the login on");
    check_answer(&vault(500), Some("vault"), Some("vault-failed"), "Vault failed without a reason that points at the login");
    check_answer(&vault(501), Some("vault"), Some("vault-not-initialized"), "this Vault server is not initialized");
    check_answer(&errors(503, "Vault is sealed"), Some("vault"), Some("vault-sealed"), "Vault is sealed or in maintenance");
    for page in [answer(200, "<html>log in</html>"), answer(502, "Bad Gateway"), answer(503, "no healthy upstream")] {
        check_answer(&page, Some("intermediary"), Some("answer-not-vaults"), "the answer is not Vault's: it is no JSON with errors or a token");
    }
}

#[test]
#[rustfmt::skip]
fn answers_of_200_without_a_token_are_no_logins() {
    let mfa = r#"{"auth":{"client_token":"","mfa_requirement":{"mfa_request_id":"d0c9eec7-6921-8cc0-be62-202b289ef163"}}}"#;
    check_answer(&answer(200, mfa), Some("vault"), Some("mfa-required"), "Vault accepts the login and wants a second factor before it gives a token");
    let wrapped = r#"{"auth":null,"wrap_info":{"token":"hvs.wrapping","ttl":60}}"#;
    check_answer(&answer(200, wrapped), Some("vault"), Some("response-wrapped"), "Vault accepts the login and wraps the token");
    let token = r#"{"auth":{"client_token":"hvs.token"},"wrap_info":null}"#;
    check_answer(&answer(200, token), None, None, "the login was accepted: the answer holds a token");
}

#[test]
fn wanted_server_id_is_read_from_the_answer() {
    let text = r#"error validating X-Vault-AWS-IAM-Server-ID header: expected "a \"b\" but got" but got "x""#;
    let refusal = explain(&errors(400, text));
    assert_eq!(
        refusal.expected_server_id.as_deref(),
        Some("a \"b\" but got")
    );
    assert_eq!(
        refusal.message,
        "the server ID is not the one that the server wants: expected `a \"b\" but got`, found another"
    );
}

const SECRET_TOKEN: &str = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTw";

/// A login whose session token and server ID are known; the token is too plain to be hidden by its
/// looks.
fn login(session_token: &str) -> String {
    let credentials = Credentials::new(
        "ASIAIOSFODNN7EXAMPLE".into(),
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
        Some(session_token.into()),
        None,
    );
    let server_id = Some("vault.example.com".into());
    let options = LoginOptions::new(None, server_id, Some("dev".into()), None);
    let now = UnixSeconds::new(NOW).unwrap();
    sign_login(&credentials.unwrap(), &options.unwrap(), now).unwrap()
}

#[test]
#[rustfmt::skip]
fn servers_words_are_quoted() {
    for (answer, quoted) in [
        (errors(400, "something else"), Some("something else")),
        (errors(403, "permission denied"), Some("permission denied")),
        (answer(400, r#"{"errors":["one\n", " two ", 3], "warnings":["three"]}"#), Some("one; two")),
        (answer(400, r#"{"errors":[]}"#), None),
        (answer(400, r#"{"errors":null}"#), Some(r#"{"errors":null}"#)),
        (answer(404, r#"{"errors":[],"warnings":["gone"]}"#), Some("gone")),
        (answer(200, r#"{"auth":{"client_token":"hvs.token"},"warnings":["Endpoint ignored these unrecognized parameters: [x]", "two"]}"#), Some("Endpoint ignored these unrecognized parameters: [x]; two")),
        (answer(200, r#"{"auth":{"client_token":"hvs.token"},"warnings":null}"#), None),
        (answer(200, r#"{"auth":{"client_token":"hvs.token"}}"#), None),
        (answer(200, r#"{"auth":null,"wrap_info":{"token":"hvs.wrapping"}}"#), None),
        (answer(502, "<html>\n<h1>Bad Gateway</h1>\u{1b}[2J</html>"), Some(r"<html>\n<h1>Bad Gateway</h1>\u{1b}[2J</html>")),
        (answer(503, "no healthy upstream"), Some("no healthy upstream")),
        (answer(400, r#"{"message":"no Route"}"#), Some(r#"{"message":"no Route"}"#)),
        (answer(403, "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"), Some("<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>")),
        (answer(307, ""), None),
        (answer(204, " "), None),
        (Answer::default(), None),
    ] {
        let refusal = explain_refusal(&answer, Some(&login(SECRET_TOKEN)), NOW);
        assert_eq!(refusal.quoted.as_deref(), quoted, "{answer:?}");
    }
    let long = "a ".repeat(400);
    let quoted = explain(&errors(400, &long)).quoted.unwrap();
    assert_eq!(quoted.chars().count(), 501, "{quoted}");
}

#[test]
fn words_that_a_server_shares_with_the_login_are_quoted() {
    for text in [
        "error validating X-Vault-AWS-IAM-Server-ID header: expected \"other.example.com\" but got \"vault.example.com\"",
        "Credential should be scoped to a valid region, not 'us-east-1'.",
        "Signature expired: 20220127T001427Z is now earlier than 20220127T014428Z (20220127T015928Z - 15 min.)",
        "'x-amz-security-token' must be a 'SignedHeader' in the AWS Authorization.",
        "didn't supply required authentication values: iam_request_headers",
        "entry for role \"dev\" not found",
        "Post \"https://sts.amazonaws.com/\": dial tcp: lookup sts.amazonaws.com: no such host",
    ] {
        let refusal = explain_refusal(&errors(400, text), Some(&login(SECRET_TOKEN)), NOW);
        assert_eq!(refusal.quoted.as_deref(), Some(text));
    }
}

#[test]
fn secrets_of_the_login_are_not_quoted() {
    // No opaque run: only who knows the login knows that it is secret.
    let token = "Plain-Session-Token-Without-Any-Run";
    let login = login(token);
    let fields: serde_json::Value = serde_json::from_str(&login).unwrap();
    let headers = fields["iam_request_headers"].as_str().unwrap();
    let decoded = String::from_utf8(STANDARD.decode(headers).unwrap()).unwrap();
    let (_, signature) = decoded.split_once("Signature=").unwrap();
    for (what, secret) in [
        ("login", login.as_str()),
        ("headers", headers),
        ("decoded headers", decoded.as_str()),
        ("token", token),
        ("piece", &token[3..14]),
        ("escaped token", "Plain\\u002dSession%2DToken&#45;Without"),
        ("split token", "Plain-Se\nssion-To\u{200b}ken-With"),
        ("signature", &signature[..64]),
        ("piece of the signature", &signature[..10]),
    ] {
        for answer in [
            errors(400, &format!("got {secret} here")),
            answer(502, &format!("got {secret} here")),
            answer(
                200,
                &serde_json::json!({"auth": {"client_token": "t"}, "warnings": [secret]})
                    .to_string(),
            ),
        ] {
            let refusal = explain_refusal(&answer, Some(&login), NOW);
            let text = format!("{refusal:?}").replace("X-Amz-Security-Token", "");
            for eight in token
                .as_bytes()
                .windows(8)
                .chain(signature.as_bytes()[..64].windows(8))
            {
                let eight = str::from_utf8(eight).unwrap();
                assert!(!text.contains(eight), "{what}: {text}");
            }
            assert!(text.contains('…'), "{what}: {text}");
        }
    }
}

#[test]
fn words_are_not_quoted_beside_a_login_that_was_not_read() {
    let login = " ".repeat(2_000_000);
    assert_eq!(
        explain_refusal(&errors(400, "a"), Some(&login), NOW).quoted,
        None
    );
}

#[test]
fn token_of_the_answer_is_not_quoted() {
    for token in ["hvs.short-token", "tok3n", "s.HdTAmlV7Zbq"] {
        let warning = format!("issued {token} to you");
        for body in [
            serde_json::json!({"auth": {"client_token": token}, "warnings": [warning]}),
            serde_json::json!({"wrap_info": {"token": token}, "warnings": [warning]}),
            serde_json::json!({"data": {"token": token}, "errors": [warning]}),
        ] {
            let refusal = explain(&answer(200, &body.to_string()));
            assert_eq!(refusal.quoted.as_deref(), Some("issued … to you"), "{body}");
        }
    }
}

#[test]
fn token_that_no_header_carries_is_none() {
    for token in ["", "hvs.a b", "hvs.a\r\nb", "hvs.\u{e9}", "\u{7f}"] {
        let body = serde_json::json!({"auth": {"client_token": token}}).to_string();
        let refusal = explain(&answer(200, &body));
        assert_eq!(
            refusal.rule.map(|rule| rule.name()),
            Some("answer-not-vaults"),
            "{token:?}"
        );
        assert_eq!(refusal.quoted, None);
    }
}

#[test]
fn report_shows_the_servers_words() {
    let refusal = explain(&errors(400, "some\\thing \u{7}else"));
    assert_eq!(
        report::refusal_text(&refusal),
        "refused by: Vault\nrule: none\nVault refuses with a text that no rule knows\nserver said: some\\\\thing \\u{7}else\n"
    );
    assert!(report::refusal_json(&refusal).contains(r#""quoted":"some\\\\thing \\u{7}else""#));
}

const EXPIRED: &str = "error making upstream request: received error code 403 from STS: <Message>Signature expired: 20220127T001427Z is now earlier than 20220127T014428Z (20220127T015928Z - 15 min.)</Message>";

#[test]
fn clocks_are_read_from_the_answer() {
    let refusal = explain_refusal(&errors(400, EXPIRED), None, NOW - 6_300);
    assert_eq!(refusal.aws_clock, Some(1_643_248_768));
    assert_eq!(refusal.skew_seconds, Some(6_301));
    assert_eq!(
        refusal.message,
        "the login was signed too long ago: AWS takes it for 15 minutes: AWS's clock is 6300 seconds ahead of this one"
    );
}

#[test]
fn region_that_was_signed_is_read_from_the_answer() {
    let text = |region| {
        format!(
            "error making upstream request: received error code 403 from STS: <Message>Credential should be scoped to a valid region, not '{region}'. </Message>"
        )
    };
    let refusal = explain(&errors(400, &text("eu-west-1")));
    assert_eq!(refusal.wanted_region.as_deref(), Some("us-east-1"));
    let refusal = explain(&errors(400, &text("us-east-1")));
    assert_eq!(refusal.wanted_region, None, "only the server knows it then");
}

#[test]
fn clock_offset_follows_aws_and_no_further_than_an_hour() {
    let expired = errors(400, EXPIRED);
    for (now, offset) in [
        (NOW, Some(0)),
        (NOW - 1_000, Some(1_000)),
        (NOW + 1_000, Some(-1_000)),
        (NOW - 3_600, Some(3_600)),
        (NOW - 3_601, None),
        (NOW + 3_601, None),
        (0, None),
        (u64::MAX, None),
    ] {
        assert_eq!(clock_offset(&expired, now), offset, "{now}");
    }
}

#[test]
fn clock_offset_takes_the_date_header_only_where_the_text_tells_no_clock() {
    let date = Some("Thu, 27 Jan 2022 02:09:28 GMT".to_owned());
    let with_date = |text| Answer {
        date: date.clone(),
        ..errors(400, text)
    };
    assert_eq!(clock_offset(&with_date(EXPIRED), NOW), Some(0));
    let bare = "error making upstream request: received error code 403 from STS: <Code>RequestExpired</Code>";
    assert_eq!(clock_offset(&with_date(bare), NOW), Some(600));
    assert_eq!(clock_offset(&errors(400, bare), NOW), None);
    assert_eq!(clock_offset(&with_date("permission denied"), NOW), None);
}

#[test]
#[rustfmt::skip]
fn errors_of_the_http_layer_are_explained() {
    // 2.1
    check(413, "http: request body too large", "login-too-large", "vault", "send one login and nothing else: a few kilobytes", "");
    check(500, "duplicate key 'role' in object", "json-duplicate-key", "vault", "send each key once", "");
    check(500, "invalid character 'x' after top-level value", "json-trailing-bytes", "vault", "end the body with the closing brace", "");
    check(500, "JSON object exceeds allowed entry count", "json-over-limits", "vault", "send the five keys of a login and nothing else", "");
    check(500, "JSON input exceeds allowed nesting depth", "json-over-limits", "vault", "send the five keys of a login and nothing else", "");
    check(400, "refused JSON input due to high complexity: exceeded maximum number of strings", "json-over-limits", "vault", "send the five keys of a login and nothing else", "");
    check(400, "error parsing JSON", "json-malformed", "vault", "send a JSON object, as `sign-login` makes it", "");
    check(500, "malformed JSON, unclosed containers", "json-malformed", "vault", "send a JSON object, as `sign-login` makes it", "");
    check(400, "error parsing JSON: failed to parse JSON input: unexpected EOF", "json-malformed", "vault", "send a JSON object, as `sign-login` makes it", "");
    check(400, "failed to decode JSON input: invalid character 'x' looking for beginning of value", "json-malformed", "vault", "send a JSON object, as `sign-login` makes it", "");
    check(400, "error parsing form data", "login-is-form", "vault", "send JSON: a form is read only with `Content-Type: application/x-www-form-urlencoded`", "");
    check(404, "no handler for route \"auth/aws2/login\". route entry not found.", "mount-unknown", "vault", "send the login to the path of the mount, `/v1/auth/aws/login` by default, with the right namespace", "enable the method: `vault auth enable aws`");
    check(405, "1 error occurred:\n\t* unsupported operation\n\n", "http-method-unsupported", "vault", "send the login with POST to the path of the mount, `/v1/auth/aws/login` by default", "");
    check(400, "missing client token", "mount-unknown", "vault", "send the login to the path of the mount, `/v1/auth/aws/login` by default, with the right namespace", "enable the method: `vault auth enable aws`");
    check(403, "permission denied", "permission-denied", "vault", "check the path of the mount and the namespace: an unknown mount is denied, too", "check `token_bound_cidrs` of the role against the address that Vault sees, and that the mount exists");
    check(403, "1 error occurred:\n\t* permission denied\n\n", "permission-denied", "vault", "check the path of the mount and the namespace: an unknown mount is denied, too", "check `token_bound_cidrs` of the role against the address that Vault sees, and that the mount exists");
}

#[test]
#[rustfmt::skip]
fn errors_of_the_field_validation_are_explained() {
    // 2.2
    check(400, "Field validation failed: error converting input for field \"iam_request_url\": '' expected type 'string', got unconvertible type 'map[string]interface {}', value: 'map[]'", "field-type-wrong", "vault", "send the field as a string", "");
    check(400, "Field validation failed: error converting input for field \"iam_request_headers\": invalid character 'e' looking for beginning of value", "headers-not-json", "vault", "send the headers as standard base64, with padding, of a JSON object", "");
    check(400, "Field validation failed: error converting input for field \"iam_request_headers\": json: cannot unmarshal array into Go value of type map[string]interface {}", "headers-not-json", "vault", "send the headers as standard base64, with padding, of a JSON object", "");
    check(400, "Field validation failed: error converting input for field \"iam_request_headers\": 'data' being decoded is nil", "headers-blank", "vault", "send the headers as base64 of a JSON object", "");
    check(400, "Field validation failed: error converting input for field \"iam_request_headers\": unrecognized type for %!s(bool=true)", "header-value-type-wrong", "vault", "send every header value as a string or a list of strings", "");
    check(400, "Field validation failed: error converting input for field \"iam_request_headers\": received non-string value for header key:Accept, val:[%!s(bool=true)]", "header-value-type-wrong", "vault", "send every header value as a string or a list of strings", "");
    check(400, "Field validation failed: error converting input for field \"iam_request_headers\": invalid key pair \"Accept\"", "header-pair-malformed", "vault", "send the headers as base64 of a JSON object", "");
    check(400, "Field validation failed: error converting input for field \"iam_request_headers\": %!s(bool=true) not provided an expected format", "header-pair-malformed", "vault", "send the headers as base64 of a JSON object", "");
    check(400, "Field validation failed: error converting input missing iam_request_url SECRET for field \"iam_request_headers\": invalid character 'm' looking for beginning of value", "headers-not-json", "vault", "send the headers as standard base64, with padding, of a JSON object", "");
}

#[test]
#[rustfmt::skip]
fn errors_of_the_method_url_body_and_headers_are_explained() {
    // 2.3
    check(400, "didn't supply required authentication values", "login-fields-missing", "vault", "send iam_http_request_method, iam_request_url, iam_request_body and iam_request_headers at the top level of the JSON", "");
    check(400, "supplied some of the auth values for the iam auth type but not all", "login-fields-missing", "vault", "send iam_http_request_method, iam_request_url, iam_request_body and iam_request_headers at the top level of the JSON", "");
    check(400, "supplied auth values for both ec2 and iam auth types", "login-flows-mixed", "vault", "send either the iam_ fields or pkcs7, identity and signature", "");
    check(400, "missing iam_http_request_method", "method-missing", "vault", "set iam_http_request_method to `POST`", "");
    check(400, "invalid iam_http_request_method; currently only 'GET' and 'POST' are supported", "method-unsupported", "vault", "sign a POST with the body `Action=GetCallerIdentity&Version=2011-06-15`, and write `POST` in upper case: renaming a presigned GET does not help", "");
    check(400, "invalid iam_http_request_method; currently only 'POST' is supported", "method-unsupported", "vault", "sign a POST with the body `Action=GetCallerIdentity&Version=2011-06-15`, and write `POST` in upper case: renaming a presigned GET does not help", "");
    check(400, "missing iam_request_url", "url-missing", "vault", "set iam_request_url to the base64 of `https://sts.amazonaws.com/`", "");
    check(400, "failed to base64 decode iam_request_url", "url-not-base64", "vault", "encode the URL with standard base64, with padding", "");
    check(400, "error parsing iam_request_url", "url-unparsable", "vault", "encode `https://<host>/` and nothing else: `printf %s` instead of `echo`", "");
    check(400, "invalid request", "post-with-query", "vault", "move the action from the query into the body, and sign that", "");
    check(400, "no action found in request", "query-action-missing", "vault", "sign a POST with the body `Action=GetCallerIdentity&Version=2011-06-15`", "");
    check(400, "found multiple actions", "query-action-repeated", "vault", "send `Action=GetCallerIdentity` once", "");
    check(400, "unexpected action parameter, GetSessionToken", "query-action-unexpected", "vault", "sign `Action=GetCallerIdentity`", "");
    check(400, "missing iam_request_body which is required for POST requests", "body-missing", "vault", "set iam_request_body to the base64 of `Action=GetCallerIdentity&Version=2011-06-15`", "");
    check(400, "missing iam_request_body", "body-missing", "vault", "set iam_request_body to the base64 of `Action=GetCallerIdentity&Version=2011-06-15`", "");
    check(400, "failed to base64 decode iam_request_body", "body-not-base64", "vault", "encode the body with standard base64, with padding", "");
    check(400, "invalid semicolon separator in query", "body-unparsable", "vault", "sign the body `Action=GetCallerIdentity&Version=2011-06-15`", "");
    check(400, "invalid URL escape \"%zz\"", "body-unparsable", "vault", "sign the body `Action=GetCallerIdentity&Version=2011-06-15`", "");
    check(400, "iam request body is invalid", "body-unexpected", "vault", "sign the body `Action=GetCallerIdentity&Version=2011-06-15`, without a line break at its end", "");
    check(400, "missing iam_request_headers", "headers-missing", "vault", "send the signed headers in iam_request_headers", "");
}

#[test]
#[rustfmt::skip]
fn errors_of_the_configuration_are_explained() {
    // 2.4 and 2.5
    check(500, "1 error occurred:\n\t* error getting configuration: context canceled\n\n", "server-config-unreadable", "vault", "send the login again", "check the storage behind Vault, and write auth/aws/config/client again");
    check(400, "error getting configuration", "server-config-unreadable", "vault", "send the login again", "check the storage behind Vault, and write auth/aws/config/client again");
    check(400, "error validating X-Vault-AWS-IAM-Server-ID header: missing header \"X-Vault-AWS-IAM-Server-ID\"", "server-id-missing", "vault", "sign with the server ID that is in the server's `iam_server_id_header_value`", "clear `iam_server_id_header_value` of auth/aws/config/client, if it is not wanted");
    check(400, "error validating X-Vault-AWS-IAM-Server-ID header: expected \"vault.example.com\" but got \"vault.example.org\"", "server-id-differs", "vault", "sign with the server ID `vault.example.com`", "set `iam_server_id_header_value` of auth/aws/config/client to what its clients send");
    check(400, "error validating X-Vault-AWS-IAM-Server-ID header: missing Authorization header", "authorization-missing", "vault", "sign the request, and send the Authorization header in iam_request_headers", "");
    check(400, "error validating X-Vault-AWS-IAM-Server-ID header: vault header wasn't signed", "server-id-not-signed", "vault", "set X-Vault-AWS-IAM-Server-ID before signing, so that `x-vault-aws-iam-server-id` is in SignedHeaders", "");
    check(400, "error validating X-Vault-AWS-IAM-Server-ID header: found multiple SignedHeaders components", "server-id-not-signed", "vault", "set X-Vault-AWS-IAM-Server-ID before signing, so that `x-vault-aws-iam-server-id` is in SignedHeaders", "");
    check(400, "invalid request header: X-Amz-Mallory-Header", "header-not-allowed", "vault", "sign without that header", "add it to `allowed_sts_header_values` of auth/aws/config/client");
    check(400, "invalid request query param: X-Amz-Expires", "query-parameter-not-allowed", "vault", "sign a POST instead of presigning a URL, or presign without that parameter", "add it to `allowed_sts_header_values` of auth/aws/config/client");
    check(400, "region missing from Authorization header", "region-missing", "vault", "sign a POST whose Authorization header is one string with single blanks: `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`", "turn off `use_sts_region_from_client`");
    check(400, "unable to get regional STS endpoint for region: mars-north-9", "region-unknown-to-server", "vault", "sign for a region that the server knows, such as us-east-1", "upgrade Vault, or turn off `use_sts_region_from_client` and set `sts_endpoint`");
}

#[test]
#[rustfmt::skip]
fn errors_of_the_upstream_request_are_explained() {
    // 2.6 and 2.7
    check(400, "error making upstream request: error making request: POST https://sts.amazonaws.com// giving up after 1 attempt(s): Post \"https://sts.amazonaws.com//\": net/http: invalid header field value for \"X-Amz-Date\"", "header-illegal", "vault", "remove the line break or the illegal character from the header, and sign again", "");
    check(400, "error making upstream request: error making request: POST https://sts.amazonaws.com// giving up after 4 attempt(s): Post \"https://sts.amazonaws.com//\": dial tcp: lookup sts.amazonaws.com: no such host", "sts-unreachable", "sts", "send the login again later", "let Vault reach the STS endpoint, or set `sts_endpoint` to one it reaches, with https:// in front");
    check(400, "error making upstream request: error making request: POST https://sts.amazonaws.com// giving up after 4 attempt(s)", "sts-unreachable", "sts", "send the login again later", "let Vault reach the STS endpoint, or set `sts_endpoint` to one it reaches, with https:// in front");
    check(400, "error making upstream request: error making request: Post \"sts.us-gov-west-1.amazonaws.com//\": unsupported protocol scheme \"\"", "sts-unreachable", "sts", "send the login again later", "let Vault reach the STS endpoint, or set `sts_endpoint` to one it reaches, with https:// in front");
    check(400, "error making upstream request: body of GetCallerIdentity is invalid", "sts-answer-not-xml", "vault", "sign without an Accept header", "check what `sts_endpoint` points at: it must answer with `Content-Type: text/xml`");
    check(400, "error making upstream request: error parsing STS response", "sts-answer-unparsable", "vault", "sign without an Accept-Encoding header", "check what `sts_endpoint` points at: it must answer GetCallerIdentity");
    check(400, "error making upstream request: received error code 418 from STS: short and stout", "sts-refused", "sts", "read the text of STS inside Vault's answer", "check what `sts_endpoint` points at");
}

#[test]
#[rustfmt::skip]
fn errors_of_the_arn_are_explained() {
    // 2.8
    check(400, "error parsing arn \"arn:aws:iam::123456789012:root\": unrecognized arn: \"root\" contains fewer than 2 slash-separated parts", "caller-is-root", "vault", "log in with the credentials of an IAM user or role", "");
    check(400, "error parsing arn \"arn:aws:sts::123456789012:federated-user/dev\": unrecognized principal type: \"federated-user\"", "caller-is-federated", "vault", "log in with the credentials of an IAM user or of AssumeRole", "");
    check(400, "error parsing arn \"arn:aws:iam\": unrecognized arn: contains 3 colon-separated parts, expected 6", "arn-malformed", "vault", "log in with the credentials of an IAM user or role", "check what `sts_endpoint` points at: AWS never answers such an ARN");
    check(400, "error parsing arn \"x:aws:iam::1:user/a\": unrecognized arn: does not begin with \"arn:\"", "arn-malformed", "vault", "log in with the credentials of an IAM user or role", "check what `sts_endpoint` points at: AWS never answers such an ARN");
    check(400, "error parsing arn \"arn:aws:s3::1:user/a\": unrecognized service: s3, not one of iam or sts", "arn-malformed", "vault", "log in with the credentials of an IAM user or role", "check what `sts_endpoint` points at: AWS never answers such an ARN");
    check(400, "error parsing arn \"arn:aws:sts::1:assumed-role/a\": unrecognized arn: \"assumed-role/a\" contains fewer than 3 slash-separated parts", "arn-malformed", "vault", "log in with the credentials of an IAM user or role", "check what `sts_endpoint` points at: AWS never answers such an ARN");
    check(400, "error parsing arn \"arn:aws:iam::1:group/a\": unrecognized principal type: \"group\"", "arn-malformed", "vault", "log in with the credentials of an IAM user or role", "check what `sts_endpoint` points at: AWS never answers such an ARN");
}

#[test]
#[rustfmt::skip]
fn errors_of_the_role_and_binding_are_explained() {
    // 2.9 and 2.10
    check(400, "entry for role dev not found", "role-unknown", "vault", "ask for a role that exists: the name that `vault list auth/aws/role` shows", "write the role: `vault write auth/aws/role/<name> auth_type=iam …`");
    check(400, "relative paths not supported", "role-name-impossible", "vault", "ask for a role name of letters, digits, '_', '-' and '.'", "");
    check(400, "auth method iam not allowed for role dev", "role-wants-ec2", "vault", "ask for a role of type iam", "write the role again with `auth_type=iam`");
    check(400, "IAM Principal \"arn:aws:sts::123456789012:assumed-role/dev/session\" does not belong to the role \"dev\"", "principal-not-bound", "vault", "ask for another role, or log in with other credentials than these", "add the caller's ARN, arn:aws:iam::<account>:role/<name> without session, to `bound_iam_principal_arn`");
    check(400, "error looking up full ARN of entity {aws 123456789012 role  dev session} when attempting login for role \"dev\": unable to resolve partition \"aws-eusc\" to a region", "principal-lookup-failed", "vault", "ask for a role that is bound to the exact ARN", "allow Vault iam:GetUser and iam:GetRole in the caller's account");
    check(400, "error looking up full ARN of entity {aws 123456789012 role  dev session} when attempting login for role \"dev\": error creating IAM client: no STS configuration found for account ID \"123456789012\"", "account-not-configured", "vault", "log in with an identity of the account that Vault's own keys belong to", "write auth/aws/config/sts/<account> with a `sts_role` of the caller's account that Vault may assume, and that allows iam:GetUser, iam:GetRole and ec2:DescribeInstances");
    check(400, "error looking up full ARN of entity {aws 123456789012 role  dev session} when attempting login for role \"dev\": error fetching role \"dev\": NoSuchEntity: The role with name dev cannot be found.", "principal-lookup-empty", "vault", "log in with an IAM user or role that still exists", "write auth/aws/config/sts/<account> if the caller is of another account than Vault's own keys");
    check(400, "error looking up full ARN of entity {aws 123456789012 role  dev session} when attempting login for role \"dev\": unrecognized entity type: instance-profile", "principal-lookup-failed", "vault", "ask for a role that is bound to the exact ARN", "allow Vault iam:GetUser and iam:GetRole in the caller's account");
    check(400, "unable to fetch client for account ID \"1\" -- default client is for account \"2\"", "account-not-configured", "vault", "log in with an identity of the account that Vault's own keys belong to", "write auth/aws/config/sts/<account> with a `sts_role` of the caller's account that Vault may assume, and that allows iam:GetUser, iam:GetRole and ec2:DescribeInstances");
    check(400, "got empty string back when looking up full ARN of entity {aws}", "principal-lookup-empty", "vault", "log in with an IAM user or role that still exists", "write auth/aws/config/sts/<account> if the caller is of another account than Vault's own keys");
}

#[test]
#[rustfmt::skip]
fn errors_of_the_inferred_instance_are_explained() {
    // 2.11
    check(400, "failed to verify i-0123456789abcdef0 as a valid EC2 instance in region us-east-1: error fetching description for instance ID \"i-0123456789abcdef0\": UnauthorizedOperation", "instance-unverified", "vault", "log in with the credentials of the instance profile, while the instance runs", "allow Vault ec2:DescribeInstances, and check `inferred_aws_region` of the role");
    check(400, "failed to verify i-0123456789abcdef0 as a valid EC2 instance in region us-east-1: nil output from describe instances", "instance-unverified", "vault", "log in with the credentials of the instance profile, while the instance runs", "allow Vault ec2:DescribeInstances, and check `inferred_aws_region` of the role");
    check(400, "failed to verify i-0123456789abcdef0 as a valid EC2 instance in region us-east-1: no reservations found in instance description", "instance-not-found", "vault", "log in on an instance in the region and account that the role infers", "set `inferred_aws_region` of the role to the instance's region, and write auth/aws/config/sts/<account> for an instance of another account");
    check(400, "failed to verify i-0123456789abcdef0 as a valid EC2 instance in region us-east-1: no instance details found in reservations", "instance-not-found", "vault", "log in on an instance in the region and account that the role infers", "set `inferred_aws_region` of the role to the instance's region, and write auth/aws/config/sts/<account> for an instance of another account");
    check(400, "failed to verify i-0123456789abcdef0 as a valid EC2 instance in region us-east-1: expected instance ID not matching the instance ID in the instance description", "instance-unverified", "vault", "log in with the credentials of the instance profile, while the instance runs", "allow Vault ec2:DescribeInstances, and check `inferred_aws_region` of the role");
    check(400, "failed to verify i-0123456789abcdef0 as a valid EC2 instance in region us-east-1: instance state in instance description is nil", "instance-unverified", "vault", "log in with the credentials of the instance profile, while the instance runs", "allow Vault ec2:DescribeInstances, and check `inferred_aws_region` of the role");
    check(400, "failed to verify i-0123456789abcdef0 as a valid EC2 instance in region us-east-1: instance is not in 'running' state", "instance-not-running", "vault", "log in while the instance runs, not while it starts or stops", "");
    check(400, "error validating instance: instance ID \"i-0123456789abcdef0\" does not belong to the role \"dev\"", "instance-not-bound", "vault", "ask for a role whose bindings fit the instance", "change the role's bound_ fields to fit the instance");
    check(400, "error validating instance: account ID \"1\" does not belong to role \"dev\"", "instance-not-bound", "vault", "ask for a role whose bindings fit the instance", "change the role's bound_ fields to fit the instance");
    check(400, "error validating instance: AMI ID \"ami-1\" does not belong to role \"dev\"", "instance-not-bound", "vault", "ask for a role whose bindings fit the instance", "change the role's bound_ fields to fit the instance");
    check(400, "error validating instance: subnet ID \"subnet-1\" does not satisfy the constraint on role \"dev\"", "instance-not-bound", "vault", "ask for a role whose bindings fit the instance", "change the role's bound_ fields to fit the instance");
    check(400, "error validating instance: VPC ID \"vpc-1\" does not satisfy the constraint on role \"dev\"", "instance-not-bound", "vault", "ask for a role whose bindings fit the instance", "change the role's bound_ fields to fit the instance");
    check(400, "error validating instance: IAM instance profile ARN \"arn\" does not satisfy the constraint role \"dev\"", "instance-not-bound", "vault", "ask for a role whose bindings fit the instance", "change the role's bound_ fields to fit the instance");
    check(400, "error validating instance: IAM role ARN \"arn\" does not satisfy the constraint role \"dev\"", "instance-not-bound", "vault", "ask for a role whose bindings fit the instance", "change the role's bound_ fields to fit the instance");
    check(500, "AMI ID in the instance description is nil", "instance-attribute-missing", "vault", "ask for a role whose bindings fit the instance", "allow Vault iam:GetInstanceProfile, and check the role's bound_ fields");
    check(500, "IAM role ARN could not be fetched: AccessDenied", "instance-attribute-missing", "vault", "ask for a role whose bindings fit the instance", "allow Vault iam:GetInstanceProfile, and check the role's bound_ fields");
}

#[test]
#[rustfmt::skip]
fn errors_of_the_sts_are_explained() {
    // 2.12
    check(400, "error making upstream request: received error code 403 from STS: <ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>SignatureDoesNotMatch</Code>\n    <Message>Credential should be scoped to a valid region, not 'eu-west-1'. </Message>\n  </Error>\n  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n</ErrorResponse>\n", "scope-region-differs", "sts", "sign for us-east-1, the region of the endpoint that the server calls unless it is configured", "set `sts_endpoint` of auth/aws/config/client to the endpoint of the clients' region, or turn on `use_sts_region_from_client`");
    check(400, "error making upstream request: received error code 403 from STS: <ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>SignatureDoesNotMatch</Code>\n    <Message>Credential should be scoped to a valid region. </Message>\n  </Error>\n  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n</ErrorResponse>\n", "scope-region-differs", "sts", "sign for the region of the endpoint that the server calls: us-east-1 unless it is configured", "set `sts_endpoint` of auth/aws/config/client to the endpoint of the clients' region, or turn on `use_sts_region_from_client`");
    check(400, "error making upstream request: received error code 403 from STS: <ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>SignatureDoesNotMatch</Code>\n    <Message>Credential should be scoped to correct service: 'sts'. </Message>\n  </Error>\n  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n</ErrorResponse>\n", "scope-service-differs", "sts", "sign for the service `sts`", "");
    check(400, "error making upstream request: received error code 403 from STS: <ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>SignatureDoesNotMatch</Code>\n    <Message>Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. </Message>\n  </Error>\n  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n</ErrorResponse>\n", "scope-terminator-differs", "sts", "end the credential scope with `aws4_request`", "");
    check(400, "error making upstream request: received error code 403 from STS: <ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>SignatureDoesNotMatch</Code>\n    <Message>Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20150830' != '20150831', from '20150831T000001Z'.</Message>\n  </Error>\n  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n</ErrorResponse>\n", "scope-date-differs", "sts", "take both from one clock reading, in UTC", "");
    check(400, "error making upstream request: received error code 403 from STS: <ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>SignatureDoesNotMatch</Code>\n    <Message>Signature expired: 20220127T001427Z is now earlier than 20220127T014428Z (20220127T015928Z - 15 min.)</Message>\n  </Error>\n  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n</ErrorResponse>\n", "signature-expired", "sts", "sign a new login right before sending it, and set this machine's clock", "set the clock of the STS emulator, if there is one");
    check(400, "error making upstream request: received error code 403 from STS: <ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>SignatureDoesNotMatch</Code>\n    <Message>Signature not yet current: 20210112T194419Z is still later than 20210112T072625Z (20210112T071125Z + 15 min.)</Message>\n  </Error>\n  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n</ErrorResponse>\n", "signature-not-yet-current", "sts", "set this machine's clock, and sign again", "set the clock of the STS emulator, if there is one");
    check(400, "error making upstream request: received error code 403 from STS: <ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>RequestExpired</Code>\n    <Message>Request has expired.</Message>\n  </Error>\n  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n</ErrorResponse>\n", "signature-expired", "sts", "sign a new login right before sending it, and set this machine's clock", "set the clock of the STS emulator, if there is one");
    check(400, "error making upstream request: received error code 403 from STS: <ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>SignatureDoesNotMatch</Code>\n    <Message>The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.</Message>\n  </Error>\n  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n</ErrorResponse>\n", "signature-differs", "sts", "check the secret access key, and send exactly what was signed", "");
    check(400, "error making upstream request: received error code 403 from STS: <ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>SignatureDoesNotMatch</Code>\n    <Message>'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.</Message>\n  </Error>\n  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n</ErrorResponse>\n", "host-not-signed", "sts", "sign the Host header", "");
    check(400, "error making upstream request: received error code 403 from STS: <ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>SignatureDoesNotMatch</Code>\n    <Message>'x-amz-security-token' must be a 'SignedHeader' in the AWS Authorization.</Message>\n  </Error>\n  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n</ErrorResponse>\n", "amz-header-not-signed", "sts", "sign the header, or leave it out", "");
    check(400, "error making upstream request: received error code 403 from STS: <ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>InvalidClientTokenId</Code>\n    <Message>The security token included in the request is invalid.</Message>\n  </Error>\n  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n</ErrorResponse>\n", "access-key-unknown", "sts", "use an access key that is active, in the partition of the endpoint that the server calls", "set `sts_endpoint` to an endpoint of the clients' partition");
    check(400, "error making upstream request: received error code 403 from STS: <ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>ExpiredToken</Code>\n    <Message>The security token included in the request is expired</Message>\n  </Error>\n  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n</ErrorResponse>\n", "session-expired", "sts", "get new credentials, and sign again", "");
    check(400, "error making upstream request: received error code 400 from STS: <ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>ExpiredTokenException</Code>\n    <Message>The security token included in the request is expired</Message>\n  </Error>\n  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n</ErrorResponse>\n", "session-expired", "sts", "get new credentials, and sign again", "");
    check(400, "error making upstream request: received error code 403 from STS: <ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>RegionDisabledException</Code>\n    <Message>STS is not activated in this region for account:123456789012.</Message>\n  </Error>\n  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n</ErrorResponse>\n", "sts-region-disabled", "sts", "sign for a region whose STS is active, such as us-east-1", "activate STS for the region in the account's IAM settings, or set `sts_endpoint` to another region");
    check(400, "error making upstream request: received error code 403 from STS: <ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>MissingAuthenticationToken</Code>\n    <Message>Request is missing Authentication Token</Message>\n  </Error>\n  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n</ErrorResponse>\n", "authorization-missing", "sts", "sign the request, and send the Authorization header in iam_request_headers", "");
    check(400, "error making upstream request: received error code 400 from STS: <ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>IncompleteSignature</Code>\n    <Message>Authorization header requires 'Signature' parameter.</Message>\n  </Error>\n  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n</ErrorResponse>\n", "signature-incomplete", "sts", "send `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…` as one string", "");
    check(400, "error making upstream request: received error code 400 from STS: <ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>IncompleteSignature</Code>\n    <Message>Date must be in ISO-8601 'basic format'. Got 'now'.</Message>\n  </Error>\n  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n</ErrorResponse>\n", "date-malformed", "sts", "send X-Amz-Date as `YYYYMMDDThhmmssZ`, in UTC", "");
    check(400, "error making upstream request: received error code 400 from STS: <ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>IncompleteSignature</Code>\n    <Message>Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.</Message>\n  </Error>\n  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n</ErrorResponse>\n", "date-missing", "sts", "send the X-Amz-Date that was signed", "");
    check(400, "error making upstream request: received error code 400 from STS: <ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>IncompleteSignature</Code>\n    <Message>Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKIAIOSFODNN7EXAMPLE'</Message>\n  </Error>\n  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n</ErrorResponse>\n", "signature-incomplete", "sts", "send `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…` as one string", "");
    check(400, "error making upstream request: received error code 400 from STS: <ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>IncompleteSignature</Code>\n    <Message>Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY/20150830/us-east-1/sts/aws4_request'</Message>\n  </Error>\n  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n</ErrorResponse>\n", "secret-as-access-key-id", "sts", "check that access key ID and secret access key are not swapped, and replace the key: it may have leaked", "");
    check(400, "error making upstream request: received error code 400 from STS: <ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>InvalidAction</Code>\n    <Message>Could not find operation GetCallerIdentity for version NO_VERSION_SPECIFIED</Message>\n  </Error>\n  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n</ErrorResponse>\n", "sts-action-invalid", "sts", "sign the body `Action=GetCallerIdentity&Version=2011-06-15`", "");
    check(400, "error making upstream request: received error code 400 from STS: <ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>MissingAction</Code>\n    <Message>The request is missing an action or a required parameter.</Message>\n  </Error>\n  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n</ErrorResponse>\n", "sts-action-invalid", "sts", "sign the body `Action=GetCallerIdentity&Version=2011-06-15`", "");
    check(400, "error making upstream request: received error code 403 from STS: <ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>AccessDenied</Code>\n    <Message>User is not authorized to perform: sts:GetCallerIdentity</Message>\n  </Error>\n  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n</ErrorResponse>\n", "sts-access-denied", "sts", "check what stands between Vault and STS: AWS itself denies this call to nobody", "check the policy of the VPC endpoint that Vault calls STS through");
    check(400, "error making upstream request: received error code 400 from STS: <ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>Throttling</Code>\n    <Message>Rate exceeded</Message>\n  </Error>\n  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n</ErrorResponse>\n", "sts-throttled", "sts", "wait, log in less often, and keep the token instead of logging in for each request", "call a regional endpoint: set `sts_endpoint`");
}
