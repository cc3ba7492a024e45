//! Every error text of Vault, OpenBao and STS: its rule, whose texts are in
//! `tests/inspector_texts.txt`, and what the text gives away.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests may fail, as tests do"
)]

mod inspector_rows;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use vault_aws_login::inspector::{Answer, Refusal, Refuser, clock_offset, explain_refusal, report};
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

/// The core's words around an error of the framework's validation.
fn field(name: &str, error: &str) -> String {
    format!("Field validation failed: error converting input for field \"{name}\": {error}")
}

fn server_id(error: &str) -> String {
    format!("error validating X-Vault-AWS-IAM-Server-ID header: {error}")
}

fn upstream(error: &str) -> String {
    format!("error making upstream request: {error}")
}

fn giving_up(attempts: u8, error: &str) -> String {
    upstream(&format!(
        "error making request: POST https://sts.amazonaws.com// giving up after {attempts} \
         attempt(s){error}"
    ))
}

/// The answer of STS, as the plugin repeats it.
fn sts(status: u16, code: &str, message: &str) -> String {
    upstream(&format!(
        "received error code {status} from STS: \
         <ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  \
         <Error>\n    <Type>Sender</Type>\n    <Code>{code}</Code>\n    \
         <Message>{message}</Message>\n  </Error>\n  \
         <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n</ErrorResponse>\n"
    ))
}

fn arn(arn: &str, error: &str) -> String {
    format!("error parsing arn \"{arn}\": unrecognized {error}")
}

fn principal(error: &str) -> String {
    let entity = "{aws 123456789012 role  dev session}";
    format!(
        "error looking up full ARN of entity {entity} when attempting login for role \"dev\": \
         {error}"
    )
}

fn instance(error: &str) -> String {
    format!(
        "failed to verify i-0123456789abcdef0 as a valid EC2 instance in region us-east-1: {error}"
    )
}

fn binding(error: &str) -> String {
    format!("error validating instance: {error}")
}

fn explain(answer: &Answer) -> Refusal {
    explain_refusal(answer, None, NOW)
}

/// Returns a refusal as `rule by refuser detail -> value`: without the texts of its rule, which it
/// checks, and with the refuser only where that is not the rule's.
fn line(refusal: Refusal) -> String {
    let rule = refusal.rule.unwrap();
    let text = rule.text();
    let refuser = refusal.refused_by.unwrap();
    let by = match refuser == text.refuser {
        true => String::new(),
        false => format!(" by {}", refuser.name()),
    };
    let server_fix = text.server_fix.map(|fix| fix.replace(['{', '}'], ""));
    assert_eq!(refusal.server_fix, server_fix);
    assert_eq!(refusal.causes, text.causes);
    assert!(!text.causes.is_empty());
    let client_fix = refusal.client_fix.as_deref().unwrap();
    let added = inspector_rows::added(rule, &refusal.message, client_fix);
    // Without the login the core cannot know which part of the text is secret.
    let quoted = None;
    let refusal = Refusal { quoted, ..refusal };
    assert!(!format!("{refusal:?}").contains("SECRET"));
    format!("{}{by}{added}", rule.name())
}

/// Rows of an answer and its rule, with what the message and the fix add to the rule's texts.
macro_rules! answers {
    ($($answer:expr => $rule:literal;)*) => {
        $(
            let answer: Answer = $answer;
            assert_eq!(line(explain(&answer)), $rule, "{answer:?}");
        )*
    };
}

/// The same with the status and the error text of Vault's answer.
macro_rules! refusals {
    ($($status:literal $text:expr => $rule:literal;)*) => {
        answers! { $(errors($status, &String::from($text)) => $rule;)* }
    };
}

/// Rows of an answer and the words that are quoted of it.
macro_rules! quotes {
    ($($answer:expr => $quoted:expr;)*) => {
        $(
            let answer: Answer = $answer;
            let refusal = explain_refusal(&answer, Some(&login(SECRET_TOKEN)), NOW);
            assert_eq!(refusal.quoted.as_deref(), $quoted, "{answer:?}");
        )*
    };
}

#[track_caller]
fn check_without_rule(answer: &Answer, refuser: Option<Refuser>, message: &str) {
    let refusal = explain(answer);
    assert_eq!(
        (refusal.refused_by, refusal.rule, refusal.message.as_str()),
        (refuser, None, message)
    );
}

#[test]
fn answers_without_a_known_text_are_explained_by_their_status() {
    let other = |status| errors(status, "something else");
    answers! {
        Answer::default() => "vault-unreachable";
        answer(307, "") => "answer-redirected";
        answer(404, r#"{"errors":[]}"#) => "mount-unknown";
        answer(412, "") => "node-behind";
        answer(413, "http: request body too large") => "login-too-large";
        other(429) => "rate-limited";
        errors(429, "request path \"auth/aws/login\": rate limit quota exceeded") => "rate-limited";
        answer(472, "") => "disaster-recovery-secondary";
        answer(473, "") => "performance-standby";
        other(500) => "vault-failed";
        other(501) => "vault-not-initialized";
        errors(503, "Vault is sealed") => "vault-sealed";
        answer(200, "<html>log in</html>") => "answer-not-vaults";
        answer(502, "Bad Gateway") => "answer-not-vaults";
        answer(503, "no healthy upstream") => "answer-not-vaults";
        answer(204, "") => "answer-empty";
        answer(200, " \n") => "answer-empty";
        answer(400, "Client sent an HTTP request to an HTTPS server.\n") => "tls-expected";
        answer(400, "<title>400 The plain HTTP request was sent to HTTPS port</title>")
            => "tls-expected";
    }
    let message = "Vault refuses with a text that no rule knows";
    check_without_rule(&other(400), Some(Refuser::Vault), message);
}

#[test]
fn words_of_the_hosts_http_client_say_why_no_answer_came() {
    let silence = |body: &str| Answer {
        status: None,
        ..answer(0, body)
    };
    answers! {
        silence("stream error: stream ID 3; INTERNAL_ERROR; received from peer")
            => "connection-broken-off";
        silence("Put \"https://vault:8200/v1/auth/aws/login\": EOF") => "connection-broken-off";
        silence("curl: (52) Empty reply from server") => "connection-broken-off";
        silence("Error authenticating: context deadline exceeded") => "vault-timed-out";
        silence("net/http: request canceled (Client.Timeout exceeded while awaiting headers)")
            => "vault-timed-out";
        silence("read tcp 10.0.0.1:5->10.0.0.2:8200: i/o timeout") => "vault-timed-out";
        silence("dial tcp 10.0.0.2:8200: i/o timeout") => "vault-unreachable";
        silence("tls: failed to verify certificate: x509: certificate signed by unknown authority")
            => "vault-certificate-untrusted";
        silence("curl: (60) SSL certificate problem: unable to get local issuer certificate")
            => "vault-certificate-untrusted";
        silence("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self signed")
            => "vault-certificate-untrusted";
        silence("http: server gave HTTP response to HTTPS client") => "tls-not-spoken";
        silence("[SSL: WRONG_VERSION_NUMBER] wrong version number") => "tls-not-spoken";
        silence("something else") => "vault-unreachable";
    }
    assert_eq!(explain(&silence("its own words")).quoted, None);
}

#[test]
fn answers_of_200_without_a_token_are_not_logins() {
    let mfa = r#"{"mfa_request_id":"d0c9eec7-6921-8cc0-be62-202b289ef163"}"#;
    let mfa = format!(r#"{{"auth":{{"client_token":"","mfa_requirement":{mfa}}}}}"#);
    let wrapped = r#"{"auth":null,"wrap_info":{"token":"hvs.wrapping","ttl":60}}"#;
    answers! {
        answer(200, &mfa) => "mfa-required";
        answer(200, wrapped) => "response-wrapped";
    }
    let token = r#"{"auth":{"client_token":"hvs.token"},"wrap_info":null}"#;
    let message = "the login was accepted: the answer holds a token";
    check_without_rule(&answer(200, token), None, message);
}

#[test]
fn wanted_server_id_is_read_from_the_answer() {
    let text = server_id(r#"expected "a \"b\" but got" but got "x""#);
    let refusal = explain(&errors(400, &text));
    assert_eq!(
        refusal.expected_server_id.as_deref(),
        Some("a \"b\" but got")
    );
    assert_eq!(
        refusal.message,
        "the server ID is not the one that the server wants: expected `a \"b\" but got`, \
         found another"
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
fn servers_words_are_quoted() {
    let ignored = "Endpoint ignored these unrecognized parameters: [x]";
    let warned =
        format!(r#"{{"auth":{{"client_token":"hvs.token"}},"warnings":["{ignored}","two"]}}"#);
    let ignored = format!("{ignored}; two");
    let page = "<html>\n<h1>Bad Gateway</h1>\u{1b}[2J</html>";
    let escaped_page = r"<html>\n<h1>Bad Gateway</h1>\u{1b}[2J</html>";
    let mixed = r#"{"errors":["one\n", " two ", 3], "warnings":["three"]}"#;
    let denied = "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>";
    let wrapped = r#"{"auth":null,"wrap_info":{"token":"hvs.wrapping"}}"#;
    quotes! {
        errors(400, "something else") => Some("something else");
        errors(403, "permission denied") => Some("permission denied");
        answer(400, mixed) => Some("one; two");
        answer(400, r#"{"errors":[]}"#) => None;
        answer(400, r#"{"errors":null}"#) => Some(r#"{"errors":null}"#);
        answer(404, r#"{"errors":[],"warnings":["gone"]}"#) => Some("gone");
        answer(200, &warned) => Some(ignored.as_str());
        answer(200, r#"{"auth":{"client_token":"hvs.token"},"warnings":null}"#) => None;
        answer(200, r#"{"auth":{"client_token":"hvs.token"}}"#) => None;
        answer(200, wrapped) => None;
        answer(502, page) => Some(escaped_page);
        answer(503, "no healthy upstream") => Some("no healthy upstream");
        answer(400, r#"{"message":"no Route"}"#) => Some(r#"{"message":"no Route"}"#);
        answer(403, denied) => Some(denied);
        answer(307, "") => None;
        answer(204, " ") => None;
        Answer::default() => None;
    }
    let long = "a ".repeat(400);
    let quoted = explain(&errors(400, &long)).quoted.unwrap();
    assert_eq!(quoted.chars().count(), 501, "{quoted}");
}

#[test]
fn words_that_a_server_shares_with_the_login_are_quoted() {
    for text in [
        &server_id("expected \"other.example.com\" but got \"vault.example.com\""),
        "Credential should be scoped to a valid region, not 'us-east-1'.",
        "Signature expired: 20220127T001427Z is now earlier than 20220127T014428Z \
         (20220127T015928Z - 15 min.)",
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
fn words_are_not_quoted_if_the_login_could_not_be_read() {
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
fn token_that_no_header_can_carry_is_not_accepted() {
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
        "refused by: Vault\nrule: none\nVault refuses with a text that no rule knows\n\
         server said: some\\\\thing \\u{7}else\n"
    );
    assert!(report::refusal_json(&refusal).contains(r#""quoted":"some\\\\thing \\u{7}else""#));
}

const EXPIRED: &str = "error making upstream request: received error code 403 from STS: \
    <Message>Signature expired: 20220127T001427Z is now earlier than 20220127T014428Z \
    (20220127T015928Z - 15 min.)</Message>";

#[test]
fn clocks_are_read_from_the_answer() {
    let refusal = explain_refusal(&errors(400, EXPIRED), None, NOW - 6_300);
    assert_eq!(refusal.aws_clock_unix_seconds, Some(1_643_248_768));
    assert_eq!(refusal.skew_seconds, Some(6_301));
    assert_eq!(
        refusal.message,
        "the login was signed too long ago: AWS accepts it for 15 minutes: AWS's clock is 6300 \
         seconds ahead of this one"
    );
}

#[test]
fn region_that_was_signed_is_read_from_the_answer() {
    let text = |region| {
        let message = format!("Credential should be scoped to a valid region, not '{region}'. ");
        sts(403, "SignatureDoesNotMatch", &message)
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
fn clock_offset_uses_the_date_header_only_if_the_text_has_no_clock() {
    let date = Some("Thu, 27 Jan 2022 02:09:28 GMT".to_owned());
    let with_date = |text: &str| Answer {
        date: date.clone(),
        ..errors(400, text)
    };
    assert_eq!(clock_offset(&with_date(EXPIRED), NOW), Some(0));
    let bare = sts(403, "RequestExpired", "Request has expired.");
    assert_eq!(clock_offset(&with_date(&bare), NOW), Some(600));
    assert_eq!(clock_offset(&errors(400, &bare), NOW), None);
    assert_eq!(clock_offset(&with_date("permission denied"), NOW), None);
}

#[test]
fn errors_of_the_http_layer_are_explained() {
    // docs/login-contract.md#s2-1
    refusals! {
        413 "http: request body too large" => "login-too-large";
        500 "duplicate key 'role' in object" => "json-duplicate-key";
        500 "invalid character 'x' after top-level value" => "json-trailing-bytes";
        500 "JSON object exceeds allowed entry count" => "json-over-limits";
        500 "JSON input exceeds allowed nesting depth" => "json-over-limits";
        400 "refused JSON input due to high complexity: exceeded maximum number of strings"
            => "json-over-limits";
        400 "error parsing JSON" => "json-malformed";
        500 "malformed JSON, unclosed containers" => "json-malformed";
        400 "error parsing JSON: failed to parse JSON input: unexpected EOF" => "json-malformed";
        400 "failed to decode JSON input: invalid character 'x' looking for beginning of value"
            => "json-malformed";
        400 "error parsing form data" => "login-is-form";
        404 "no handler for route \"auth/aws2/login\". route entry not found." => "mount-unknown";
        405 "1 error occurred:\n\t* unsupported operation\n\n" => "http-method-unsupported";
        404 "no handler for route \"auth/aws/login\". route entry found, but backend is nil."
            => "plugin-not-running";
        429 "1 error occurred:\n\t* request path \"auth/aws/login\": lease count quota \
            exceeded\n\n" => "lease-quota-exceeded";
        500 "local node not active but active cluster node not found" => "no-active-node";
        503 "overloaded, try again later" => "vault-overloaded";
        400 "missing client token" => "mount-unknown";
        403 "permission denied" => "permission-denied";
        403 "1 error occurred:\n\t* permission denied\n\n" => "permission-denied";
    }
}

#[test]
fn errors_of_the_field_validation_are_explained() {
    // docs/login-contract.md#s2-2
    refusals! {
        400 field("iam_request_url", "'' expected type 'string', got unconvertible type \
            'map[string]interface {}', value: 'map[]'") => "field-type-wrong";
        400 field("iam_request_headers", "invalid character 'e' looking for beginning of value")
            => "headers-not-json";
        400 field("iam_request_headers", "json: cannot unmarshal array into Go value of type \
            map[string]interface {}") => "headers-not-json";
        400 field("iam_request_headers", "'data' being decoded is nil") => "headers-blank";
        400 field("iam_request_headers", "unrecognized type for %!s(bool=true)")
            => "header-value-type-wrong";
        400 field("iam_request_headers", "received non-string value for header key:Accept, \
            val:[%!s(bool=true)]") => "header-value-type-wrong";
        400 field("iam_request_headers", "invalid key pair \"Accept\"") => "header-pair-malformed";
        400 field("iam_request_headers", "%!s(bool=true) not provided an expected format")
            => "header-pair-malformed";
        400 "Field validation failed: error converting input missing iam_request_url SECRET for \
            field \"iam_request_headers\": invalid character 'm' looking for beginning of value"
            => "headers-not-json";
    }
}

#[test]
fn errors_of_the_method_url_body_and_headers_are_explained() {
    // docs/login-contract.md#s2-3
    refusals! {
        400 "didn't supply required authentication values" => "login-fields-missing";
        400 "supplied some of the auth values for the iam auth type but not all"
            => "login-fields-missing";
        400 "supplied auth values for both ec2 and iam auth types" => "login-flows-mixed";
        400 "missing iam_http_request_method" => "method-missing";
        400 "invalid iam_http_request_method; currently only 'GET' and 'POST' are supported"
            => "method-unsupported";
        400 "invalid iam_http_request_method; currently only 'POST' is supported"
            => "method-unsupported";
        400 "missing iam_request_url" => "url-missing";
        400 "failed to base64 decode iam_request_url" => "url-not-base64";
        400 "error parsing iam_request_url" => "url-unparsable";
        400 "invalid request" => "post-with-query";
        400 "no action found in request" => "query-action-missing";
        400 "found multiple actions" => "query-action-repeated";
        400 "unexpected action parameter, GetSessionToken" => "query-action-unexpected";
        400 "missing iam_request_body which is required for POST requests" => "body-missing";
        400 "missing iam_request_body" => "body-missing";
        400 "failed to base64 decode iam_request_body" => "body-not-base64";
        400 "invalid semicolon separator in query" => "body-unparsable";
        400 "invalid URL escape \"%zz\"" => "body-unparsable";
        400 "iam request body is invalid" => "body-unexpected";
        400 "missing iam_request_headers" => "headers-missing";
    }
}

#[test]
fn errors_of_the_configuration_are_explained() {
    // docs/login-contract.md#s2-4 and docs/login-contract.md#s2-5
    refusals! {
        500 "1 error occurred:\n\t* error getting configuration: context canceled\n\n"
            => "server-config-unreadable";
        400 "error getting configuration" => "server-config-unreadable";
        400 server_id("missing header \"X-Vault-AWS-IAM-Server-ID\"") => "server-id-missing";
        400 server_id("expected \"vault.example.com\" but got \"vault.example.org\"")
            => "server-id-differs expected `vault.example.com`, found another -> \
                `vault.example.com`";
        400 server_id("missing Authorization header") => "authorization-missing by vault";
        400 server_id("vault header wasn't signed") => "server-id-not-signed";
        400 server_id("found multiple SignedHeaders components") => "server-id-not-signed";
        400 "invalid request header: X-Amz-Mallory-Header" => "header-not-allowed";
        400 "invalid request query param: X-Amz-Expires" => "query-parameter-not-allowed";
        400 "region missing from Authorization header" => "region-missing";
        400 "unable to get regional STS endpoint for region: mars-north-9"
            => "region-unknown-to-server";
    }
}

#[test]
fn errors_of_the_upstream_request_are_explained() {
    // docs/login-contract.md#s2-6 and docs/login-contract.md#s2-7
    refusals! {
        400 giving_up(1, ": Post \"https://sts.amazonaws.com//\": net/http: invalid header field \
            value for \"X-Amz-Date\"") => "header-illegal";
        400 giving_up(4, ": Post \"https://sts.amazonaws.com//\": dial tcp: lookup \
            sts.amazonaws.com: no such host") => "sts-host-unknown";
        400 giving_up(1, ": Post \"https://sts.amazonaws.com//\": x509: certificate signed by \
            unknown authority") => "sts-certificate-untrusted";
        400 giving_up(4, "") => "sts-unreachable";
        400 upstream("error making request: Post \"sts.us-gov-west-1.amazonaws.com//\": \
            unsupported protocol scheme \"\"") => "sts-endpoint-malformed";
        400 upstream("body of GetCallerIdentity is invalid") => "sts-answer-not-xml";
        400 upstream("error parsing STS response") => "sts-answer-unparsable";
        400 upstream("received error code 418 from STS: short and stout") => "sts-refused";
    }
}

#[test]
fn errors_of_the_arn_are_explained() {
    // docs/login-contract.md#s2-8
    refusals! {
        400 arn("arn:aws:iam::123456789012:root", "arn: \"root\" contains fewer than 2 \
            slash-separated parts") => "caller-is-root";
        400 arn("arn:aws:sts::123456789012:federated-user/dev", "principal type: \
            \"federated-user\"") => "caller-is-federated";
        400 arn("arn:aws:iam", "arn: contains 3 colon-separated parts, expected 6")
            => "arn-malformed";
        400 arn("x:aws:iam::1:user/a", "arn: does not begin with \"arn:\"") => "arn-malformed";
        400 arn("arn:aws:s3::1:user/a", "service: s3, not one of iam or sts") => "arn-malformed";
        400 arn("arn:aws:sts::1:assumed-role/a", "arn: \"assumed-role/a\" contains fewer than 3 \
            slash-separated parts") => "arn-malformed";
        400 arn("arn:aws:iam::1:group/a", "principal type: \"group\"") => "arn-malformed";
    }
}

#[test]
fn errors_of_the_role_and_binding_are_explained() {
    // docs/login-contract.md#s2-9 and docs/login-contract.md#s2-10
    refusals! {
        400 "entry for role dev not found" => "role-unknown";
        400 "relative paths not supported" => "role-name-impossible";
        400 "auth method iam not allowed for role dev" => "role-wants-ec2";
        400 "IAM Principal \"arn:aws:sts::123456789012:assumed-role/dev/session\" does not belong \
            to the role \"dev\"" => "principal-not-bound";
        400 principal("unable to resolve partition \"aws-eusc\" to a region")
            => "principal-lookup-failed";
        400 principal("error creating IAM client: no STS configuration found for account ID \
            \"123456789012\"") => "account-not-configured";
        400 principal("error fetching role \"dev\": NoSuchEntity: The role with name dev cannot be \
            found.") => "principal-lookup-empty";
        400 principal("error fetching role \"dev\": AccessDenied: not authorized")
            => "principal-lookup-failed";
        400 principal("error fetching role \"dev\": InvalidClientTokenId: invalid")
            => "vault-keys-refused";
        400 principal("error fetching role \"dev\": NoCredentialProviders: no valid providers")
            => "vault-keys-missing";
        400 principal("error fetching role \"dev\": Throttling: Rate exceeded")
            => "vault-calls-throttled";
        400 principal("unrecognized entity type: instance-profile") => "principal-lookup-failed";
        400 "unable to fetch client for account ID \"1\" -- default client is for account \"2\""
            => "account-not-configured";
        400 "unable to resolve ARN \"arn:aws:iam::123456789012:user/app\" to internal ID: unable \
            to fetch current caller: SignatureDoesNotMatch: x"
            => "vault-keys-refused this answers the writing of a role, not a login";
        400 "unable to resolve ARN \"arn:aws:iam::123456789012:user/app\" to internal ID: \
            AccessDenied: x"
            => "principal-lookup-failed this answers the writing of a role, not a login";
        400 "IAM Principal \"arn:aws:sts::123456789012:assumed-role/node/i-0a30b1eaaeee4b7f1\" \
            does not belong to the role \"dev\"" => "node-role-not-bound";
        400 "got empty string back when looking up full ARN of entity {aws}"
            => "principal-lookup-empty";
    }
}

#[test]
fn errors_of_the_inferred_instance_are_explained() {
    // docs/login-contract.md#s2-11
    refusals! {
        400 instance("error fetching description for instance ID \"i-0123456789abcdef0\": \
            UnauthorizedOperation") => "instance-unverified";
        400 instance("nil output from describe instances") => "instance-unverified";
        400 instance("no reservations found in instance description") => "instance-not-found";
        400 instance("no instance details found in reservations") => "instance-not-found";
        400 instance("expected instance ID not matching the instance ID in the instance \
            description") => "instance-unverified";
        400 instance("instance state in instance description is nil") => "instance-unverified";
        400 instance("instance is not in 'running' state") => "instance-not-running";
        400 instance("error fetching description for instance ID \"i-0123456789abcdef0\": \
            InvalidInstanceID.NotFound: it does not exist") => "instance-not-found";
        400 instance("error fetching description for instance ID \"i-0123456789abcdef0\": \
            RequestLimitExceeded: Request limit exceeded.") => "vault-calls-throttled";
        400 "failed to verify 1680789783208943468 as a valid EC2 instance in region us-east-1: \
            error fetching description" => "session-not-instance";
        400 "failed to verify  as a valid EC2 instance in region us-east-1"
            => "session-not-instance";
        400 binding("instance ID \"i-0123456789abcdef0\" does not belong to the role \"dev\"")
            => "instance-not-bound";
        400 binding("account ID \"1\" does not belong to role \"dev\"") => "instance-not-bound";
        400 binding("AMI ID \"ami-1\" does not belong to role \"dev\"") => "instance-not-bound";
        400 binding("subnet ID \"subnet-1\" does not satisfy the constraint on role \"dev\"")
            => "instance-not-bound";
        400 binding("VPC ID \"vpc-1\" does not satisfy the constraint on role \"dev\"")
            => "instance-not-bound";
        400 binding("IAM instance profile ARN \"arn\" does not satisfy the constraint role \"dev\"")
            => "instance-not-bound";
        400 binding("IAM role ARN \"arn\" does not satisfy the constraint role \"dev\"")
            => "instance-not-bound";
        500 "AMI ID in the instance description is nil" => "instance-attribute-missing";
        500 "IAM role ARN could not be fetched: AccessDenied" => "instance-attribute-missing";
    }
}

#[test]
fn errors_of_the_sts_are_explained() {
    // docs/login-contract.md#s2-12
    refusals! {
        400 sts(403, "SignatureDoesNotMatch", "Credential should be scoped to a valid region, not \
            'eu-west-1'. ")
            => "scope-region-differs found `eu-west-1` -> us-east-1, the region of the endpoint \
                that the server calls unless it is configured";
        400 sts(403, "SignatureDoesNotMatch", "Credential should be scoped to a valid region. ")
            => "scope-region-differs";
        400 sts(403, "SignatureDoesNotMatch", "Credential should be scoped to correct service: \
            'sts'. ") => "scope-service-differs";
        400 sts(403, "SignatureDoesNotMatch", "Credential should be scoped with a valid \
            terminator: 'aws4_request', not 'aws5'. ") => "scope-terminator-differs";
        400 sts(403, "SignatureDoesNotMatch", "Date in Credential scope does not match YYYYMMDD \
            from ISO-8601 version of date from HTTP: '20150830' != '20150831', from \
            '20150831T000001Z'.") => "scope-date-differs";
        400 sts(403, "SignatureDoesNotMatch", "Signature expired: 20220127T001427Z is now earlier \
            than 20220127T014428Z (20220127T015928Z - 15 min.)")
            => "signature-expired AWS's clock and this one agree";
        400 sts(403, "SignatureDoesNotMatch", "Signature not yet current: 20210112T194419Z is \
            still later than 20210112T072625Z (20210112T071125Z + 15 min.)")
            => "signature-not-yet-current AWS's clock is 32813283 seconds behind this one";
        400 sts(403, "RequestExpired", "Request has expired.") => "signature-expired";
        400 sts(403, "SignatureDoesNotMatch", "The request signature we calculated does not match \
            the signature you provided. Check your AWS Secret Access Key and signing method. \
            Consult the service documentation for details.") => "signature-differs";
        400 sts(403, "SignatureDoesNotMatch", "'Host' or ':authority' must be a 'SignedHeader' in \
            the AWS Authorization.") => "host-not-signed";
        400 sts(403, "SignatureDoesNotMatch", "'x-amz-security-token' must be a 'SignedHeader' in \
            the AWS Authorization.") => "amz-header-not-signed";
        400 sts(403, "InvalidClientTokenId", "The security token included in the request is \
            invalid.") => "access-key-unknown";
        400 sts(403, "ExpiredToken", "The security token included in the request is expired")
            => "session-expired";
        400 sts(400, "ExpiredTokenException", "The security token included in the request is \
            expired") => "session-expired";
        400 sts(403, "RegionDisabledException", "STS is not activated in this region for \
            account:123456789012.") => "sts-region-disabled";
        400 sts(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
            => "authorization-missing";
        400 sts(400, "IncompleteSignature", "Authorization header requires 'Signature' parameter.")
            => "signature-incomplete";
        400 sts(400, "IncompleteSignature", "Date must be in ISO-8601 'basic format'. Got 'now'.")
            => "date-malformed";
        400 sts(400, "IncompleteSignature", "Authorization header requires existence of either a \
            'X-Amz-Date' or a 'Date' header.") => "date-missing";
        400 sts(400, "IncompleteSignature", "Credential must have exactly 5 slash-delimited \
            elements, e.g. keyid/date/region/service/term, got 'AKIAIOSFODNN7EXAMPLE'")
            => "signature-incomplete";
        400 sts(400, "IncompleteSignature", "Credential must have exactly 5 slash-delimited \
            elements, e.g. keyid/date/region/service/term, got \
            'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY/20150830/us-east-1/sts/aws4_request'")
            => "secret-as-access-key-id";
        400 sts(400, "InvalidAction", "Could not find operation GetCallerIdentity for version \
            NO_VERSION_SPECIFIED") => "sts-action-invalid";
        400 sts(400, "MissingAction", "The request is missing an action or a required parameter.")
            => "sts-action-invalid";
        400 sts(403, "AccessDenied", "User is not authorized to perform: sts:GetCallerIdentity")
            => "sts-access-denied";
        400 sts(400, "Throttling", "Rate exceeded") => "sts-throttled";
    }
}
