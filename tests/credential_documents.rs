//! The documents in which AWS's tools and services hand out credentials.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests may fail, as tests do"
)]

use vault_aws_login::{LoginOptions, UnixSeconds, read_credential_document, sign_login};

/// Signs with the document's credentials; the login tells whether key and token were read.
fn headers_signed_with(document: &str) -> String {
    let credentials = read_credential_document(document).unwrap();
    let time = UnixSeconds::new(1_440_938_160).unwrap();
    let login = sign_login(&credentials, &LoginOptions::default(), time).unwrap();
    let login: serde_json::Value = serde_json::from_str(&login).unwrap();
    let headers = login["iam_request_headers"].as_str().unwrap();
    let headers = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, headers);
    String::from_utf8(headers.unwrap()).unwrap()
}

#[test]
fn every_form_that_aws_tools_print_is_read() {
    let forms = [
        // aws configure export-credentials, and a credential_process
        r#"{"Version": 1, "AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "s", "SessionToken": "t0ken", "Expiration": "2030-01-31T12:00:00+00:00"}"#,
        // aws sts assume-role
        r#"{"Credentials": {"AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "s", "SessionToken": "t0ken", "Expiration": "2030-01-31T12:00:00Z"}, "AssumedRoleUser": {"AssumedRoleId": "x", "Arn": "y"}}"#,
        // the ECS container endpoint
        r#"{"RoleArn": "arn:aws:iam::123456789012:role/dev", "AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "s", "Token": "t0ken", "Expiration": "2030-01-31T12:00:00Z"}"#,
        // the EC2 metadata service
        r#"{"Code": "Success", "LastUpdated": "2030-01-31T06:00:00Z", "Type": "AWS-HMAC", "AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "s", "Token": "t0ken", "Expiration": "2030-01-31T12:00:00Z"}"#,
    ];
    for form in forms {
        let headers = headers_signed_with(form);
        assert!(headers.contains("Credential=ASIAEXAMPLE/"), "{form}");
        assert!(
            headers.contains(r#""X-Amz-Security-Token":["t0ken"]"#),
            "{form}"
        );
        let credentials = read_credential_document(form).unwrap();
        assert_eq!(credentials.expires_at(), Some(1_896_091_200), "{form}");
    }
}

#[test]
fn long_term_key_needs_no_token_and_no_expiry() {
    for token in ["", r#","SessionToken":null"#, r#","SessionToken":"""#] {
        let document = format!(r#"{{"AccessKeyId":"AKIAEXAMPLE","SecretAccessKey":"s"{token}}}"#);
        let headers = headers_signed_with(&document);
        assert!(!headers.contains("X-Amz-Security-Token"), "{document}");
    }
}

#[test]
fn document_that_is_none_is_refused_with_what_is_missing() {
    let table = [
        (
            "",
            "invalid credential document: expected a JSON object with AccessKeyId and SecretAccessKey, found something else",
        ),
        (
            "[]",
            "invalid credential document: expected a JSON object with AccessKeyId and SecretAccessKey, found something else",
        ),
        (
            "{}",
            "invalid credential document: expected the key AccessKeyId, found none",
        ),
        (
            r#"{"AccessKeyId":"AKIA"}"#,
            "invalid credential document: expected the key SecretAccessKey, found none",
        ),
        (
            r#"{"Code":"AssumeRoleUnauthorizedAccess"}"#,
            "invalid credential document: expected the code Success, found `AssumeRoleUnauthorizedAccess`",
        ),
        (
            r#"{"AccessKeyId":"AKIA","SecretAccessKey":"s","Expiration":"tomorrow"}"#,
            "invalid credential document: expected Expiration as in 2030-01-31T12:00:00Z, found something else",
        ),
        (
            r#"{"AccessKeyId":"AKIA","SecretAccessKey":["s"]}"#,
            "invalid credential document: expected a string as SecretAccessKey, found an array",
        ),
        (
            r#"{"AccessKeyId":"AKIA","SecretAccessKey":"s"} x"#,
            "invalid credential document: expected a JSON object with AccessKeyId and SecretAccessKey, found something else",
        ),
        (
            r#"{"AccessKeyId":"AKIA","SecretAccessKey":""}"#,
            "empty secret access key: expected a value",
        ),
    ];
    for (document, message) in table {
        let error = read_credential_document(document).unwrap_err();
        assert_eq!(error.to_string(), message, "{document}");
    }
}
