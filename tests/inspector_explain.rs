//! What `explain_login` shows, and what nothing of the inspector ever shows.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests may fail, as tests do"
)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use vault_aws_login::inspector::{
    Answer, ServerProfile, check_login, explain_login, explain_refusal, report,
};
use vault_aws_login::{Credentials, LoginOptions, UnixSeconds, sign_login};

/// 2015-08-30T12:36:00Z, the time of AWS's published examples.
const NOW: u64 = 1_440_938_160;
const TOKEN: &str = "\
    AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfp\
    SPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQ\
    DYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+s\
    cqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";

fn session_login() -> String {
    let credentials = Credentials::new(
        "ASIAIOSFODNN7EXAMPLE".into(),
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
        Some(TOKEN.into()),
        None,
    );
    let options = LoginOptions::new(
        None,
        Some("vault.example.com".into()),
        Some("dev".into()),
        None,
    );
    sign_login(
        &credentials.unwrap(),
        &options.unwrap(),
        UnixSeconds::new(NOW).unwrap(),
    )
    .unwrap()
}

/// The signature inside a login's Authorization header.
fn signature(login: &str) -> String {
    let login: Value = serde_json::from_str(login).unwrap();
    let headers = STANDARD
        .decode(login["iam_request_headers"].as_str().unwrap())
        .unwrap();
    let headers: Value = serde_json::from_slice(&headers).unwrap();
    let authorization = headers["Authorization"][0].as_str().unwrap();
    authorization.rsplit_once("Signature=").unwrap().1.into()
}

#[test]
fn explanation_of_a_signers_login_shows_everything_but_its_secrets() {
    assert_eq!(
        report::explanation_text(&explain_login(&session_login()).unwrap()),
        "\
method          POST
url             https://sts.amazonaws.com/
host            sts.amazonaws.com
body            Action=GetCallerIdentity&Version=2011-06-15
role            dev
access key ID   ASIAIOSFODNN7EXAMPLE
scope           20150830/us-east-1/sts
signed headers  content-type;host;x-amz-date;x-amz-security-token;x-vault-aws-iam-server-id
signed at       2015-08-30T12:36:00Z
accepted until  2015-08-30T12:51:00Z

headers
  Authorization: AWS4-HMAC-SHA256 \
Credential=ASIAIOSFODNN7EXAMPLE/20150830/us-east-1/sts/aws4_request, \
SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-vault-aws-iam-server-id, \
Signature=(64 characters)
  Content-Type: application/x-www-form-urlencoded; charset=utf-8
  X-Amz-Date: 20150830T123600Z
  X-Amz-Security-Token: (336 characters)
  X-Vault-Aws-Iam-Server-Id: vault.example.com

canonical request
  POST
  /
  
  content-type:application/x-www-form-urlencoded; charset=utf-8
  host:sts.amazonaws.com
  x-amz-date:20150830T123600Z
  x-amz-security-token:(336 characters)
  x-vault-aws-iam-server-id:vault.example.com
  
  content-type;host;x-amz-date;x-amz-security-token;x-vault-aws-iam-server-id
  ab821ae955788b0e33ebd34c208442ccfc2d406e2edc5e7a39bd6458fbb4f843

string to sign
  AWS4-HMAC-SHA256
  20150830T123600Z
  20150830/us-east-1/sts/aws4_request
  7ec64787f31725db6595c73727d1db3405c2c2466456d1445385e07028faed74
"
    );
}

#[test]
fn secrets_are_never_shown() {
    let login = session_login();
    let secrets = [TOKEN.to_owned(), signature(&login)];
    let echoed = format!(
        "Field validation failed: error converting input {login} for field \
         \"iam_request_headers\": {login}"
    );
    let echoed = json!({ "errors": [echoed] });
    let answer = Answer {
        status: Some(400),
        body: echoed.to_string(),
        date: None,
    };
    // Each field with the value of every other field, plain and encoded once more.
    let fields: Value = serde_json::from_str(&login).unwrap();
    let mut logins = vec![login.clone(), STANDARD.encode(&login)];
    for (name, _) in fields.as_object().unwrap() {
        for (_, value) in fields.as_object().unwrap() {
            let plain = STANDARD
                .decode(value.as_str().unwrap())
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok());
            for value in [Some(value.clone()), plain.map(Value::from)]
                .into_iter()
                .flatten()
            {
                let mut swapped = fields.clone();
                swapped[name] = value;
                logins.push(swapped.to_string());
            }
        }
    }
    for login in logins {
        let mut shown = report::findings_text(&check_login(&login, &ServerProfile::default(), NOW));
        match explain_login(&login) {
            Ok(explanation) => {
                shown += &report::explanation_text(&explanation);
                shown += &report::explanation_json(&explanation);
            }
            Err(error) => shown += &error.message,
        }
        shown += &report::refusal_text(&explain_refusal(&answer, Some(&login), NOW));
        for secret in &secrets {
            // A quarter of a secret is a secret, too.
            let piece = &secret[..secret.len().min(24)];
            assert!(!shown.contains(piece), "{login}\n{shown}");
        }
    }
}

#[test]
fn presigned_url_is_explained_without_its_signature_and_token() {
    let url = format!(
        "https://user:password@sts.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15\
         &X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=ASIAIOSFODNN7EXAMPLE%2F20150830%2Fus-east-1%2Fsts%2Faws4_request\
         &X-Amz-Date=20150830T123600Z&X-Amz-Security-Token=secret%2Btoken\
         &X-Amz-SignedHeaders=host&X-Amz-Signature={}",
        "5d".repeat(32)
    );
    let login = json!({
        "iam_http_request_method": "GET",
        "iam_request_url": STANDARD.encode(url),
        "iam_request_headers": {"Host": "sts.amazonaws.com"},
    });
    let explanation = explain_login(&login.to_string()).unwrap();
    let query = "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256\
        &X-Amz-Credential=(56 characters)&X-Amz-Date=20150830T123600Z\
        &X-Amz-Security-Token=(12 characters)&X-Amz-SignedHeaders=host";
    assert_eq!(
        explanation.url,
        format!("https://sts.amazonaws.com/?{query}&X-Amz-Signature=(64 characters)")
    );
    assert_eq!(
        explanation.access_key_id.as_deref(),
        Some("ASIAIOSFODNN7EXAMPLE")
    );
    let canonical_request = format!(
        "GET\n/\n{query}\nhost:sts.amazonaws.com\n\nhost\n\
         e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    assert_eq!(
        explanation.canonical_request.as_deref(),
        Some(canonical_request.as_str())
    );
}

#[test]
fn login_that_cannot_be_decoded_is_refused_with_the_rule_of_the_check() {
    let decoded = json!({
        "iam_http_request_method": "POST",
        "iam_request_url": STANDARD.encode("https://sts.amazonaws.com/\n"),
        "iam_request_body": STANDARD.encode("Action=GetCallerIdentity"),
        "iam_request_headers": {"Host": "x"},
    });
    for (login, rule, message) in [
        (
            "[]".to_owned(),
            "json-malformed",
            "the login is not a JSON object: expected an object, found an array",
        ),
        (
            "{}".to_owned(),
            "login-fields-missing",
            "the login lacks a field: iam_http_request_method, iam_request_url, \
             iam_request_body, iam_request_headers",
        ),
        (
            decoded.to_string(),
            "url-unparsable",
            "the URL in iam_request_url cannot be parsed: expected scheme, host and `/`, found a \
             line break at the end",
        ),
        (
            " ".repeat(65_537),
            "login-too-large",
            "the login is larger than any client makes one: expected at most 65536 bytes, found \
             65537, of which none was read",
        ),
    ] {
        let error = explain_login(&login).unwrap_err();
        assert_eq!((error.rule.name(), error.message.as_str()), (rule, message));
    }
}

#[test]
fn login_without_a_signature_is_explained_as_far_as_it_goes() {
    let login = json!({
        "iam_http_request_method": "POST",
        "iam_request_url": STANDARD.encode("https://sts.amazonaws.com"),
        "iam_request_body": STANDARD.encode("{\"token\":\"secret\"}"),
        "iam_request_headers": {"Authorization": "Bearer secret", "X-Vault-Token": "secret"},
    });
    let explanation = explain_login(&login.to_string()).unwrap();
    let values: Vec<&str> = explanation
        .headers
        .iter()
        .map(|header| header.value.as_str())
        .collect();
    assert_eq!(values, ["(13 characters)", "(6 characters)"]);
    assert_eq!(explanation.body, "(18 characters)=(0 characters)");
    assert_eq!(
        (explanation.canonical_request, explanation.scope),
        (None, None)
    );
}

/// A presigned login whose URL ends in `path_and_query`.
fn presigned(path_and_query: &str) -> Value {
    json!({
        "iam_http_request_method": "GET",
        "iam_request_url": STANDARD.encode(format!("https://sts.amazonaws.com{path_and_query}")),
        "iam_request_body": "",
        "iam_request_headers": STANDARD.encode(json!({ "Authorization": "AWS4-HMAC-SHA256 \
            Credential=AKIAIOSFODNN7EXAMPLE/20150830/us-east-1/sts/aws4_request, \
            SignedHeaders=host;x-amz-date, Signature=a", "X-Amz-Date": "20150830T123600Z" }).to_string()),
    })
}

/// The path and the query of the canonical request.
fn canonical(path_and_query: &str) -> (String, String) {
    let login = presigned(path_and_query).to_string();
    let request = explain_login(&login).unwrap().canonical_request.unwrap();
    let mut lines = request.lines().skip(1).map(String::from);
    (lines.next().unwrap(), lines.next().unwrap())
}

#[test]
fn query_is_sorted_by_name_and_then_by_value() {
    // Names that are shown, of which one begins another: `=` comes behind `-` and the digits.
    for (query, sorted) in [
        (
            "Version.1=x&Version=2011-06-15&Action=GetCallerIdentity",
            "Action=GetCallerIdentity&Version=2011-06-15&Version.1=(1 character)",
        ),
        ("Version=b&Version=a", "Version=a&Version=b"),
        (
            "X-Amz-Date2=b&X-Amz-Date=20150830T123600Z",
            "X-Amz-Date=20150830T123600Z&X-Amz-Date2=(1 character)",
        ),
    ] {
        assert_eq!(canonical(&format!("/?{query}")).1, sorted);
    }
}

#[test]
fn hash_of_the_string_to_sign_is_that_of_awss_vector_for_the_order_of_a_query() {
    // get-vanilla-query-order-key-case and -encoded of AWS's suite, with this login's headers.
    let login = presigned("/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1").to_string();
    let found = explain_login(&login).unwrap().string_to_sign.unwrap();
    let request = "GET\n/\n%E1%88%B4=Value1&Param=Value2&Param-3=Value3\nhost:sts.amazonaws.com\n\
        x-amz-date:20150830T123600Z\n\nhost;x-amz-date\n\
        e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let digest: String = Sha256::digest(request)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(found.lines().last().unwrap(), digest);
}

#[test]
fn dot_segments_leave_the_path() {
    for (path, hash_of) in [
        ("/", "/"),
        ("//", "/"),
        ("/./", "/"),
        ("/a/../", "/"),
        ("/a/..", "/"),
        ("/a/b/../..", "/"),
        ("/./a", "/a"),
        ("/a/", "/a/"),
        ("//a//b/.", "/a/b/"),
        ("/../a", "/a"),
    ] {
        // Another path than `/` is shown by its length; the hash of what is signed tells.
        let of = |path: &str| {
            explain_login(&presigned(path).to_string())
                .unwrap()
                .string_to_sign
        };
        assert_eq!(of(path), of(hash_of), "{path}");
    }
    assert_eq!(canonical("/").0, "/");
}

#[test]
fn role_that_is_null_or_empty_is_none() {
    for role in [json!(null), json!("")] {
        let mut login: Value = serde_json::from_str(&session_login()).unwrap();
        login["role"] = role;
        assert_eq!(explain_login(&login.to_string()).unwrap().role, None);
    }
}

#[test]
fn reason_that_a_login_cannot_be_explained_is_what_is_missing_in_it() {
    let mut login = presigned("/?Action=GetCallerIdentity");
    login["iam_http_request_method"] = "POST".into();
    let error = explain_login(&login.to_string()).unwrap_err();
    assert_eq!(error.rule.name(), "body-missing");
}
