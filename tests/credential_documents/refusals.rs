//! Documents that are refused, and what is said of them.

use super::{filled, read};
use vault_aws_login::read_credential_document;

const EXPECTED: &str = "expected AccessKeyId and SecretAccessKey in JSON, in XML or in lines such as export AWS_ACCESS_KEY_ID=…, found";

#[test]
fn document_without_credentials_is_refused_with_what_it_is() {
    let table = [
        ("", "nothing"),
        (" \r\n\t", "nothing"),
        ("{}", "JSON without them"),
        ("null", "text without them"),
        (r#""text""#, "JSON without them"),
        (r#"{"data":{"value":"x"}}"#, "JSON without them"),
        ("[]", "JSON without them"),
        ("[{}]", "a list"),
        (
            r#"[{"AccessKeyId":"{id}","SecretAccessKey":"{secret}","SessionToken":"{token}"}]"#,
            "a list",
        ),
        (
            r#"{"Credentials":[{"AccessKeyId":"{id}","SecretAccessKey":"{secret}","SessionToken":"{token}"}]}"#,
            "a list",
        ),
        (
            r#"{"AccessKeyId":"{id}","SecretAccessKey":"{secret}","SessionToken":"{token}"} x"#,
            "JSON with more text after it",
        ),
        (
            r#"{"AccessKeyId":"{id}","SecretAccessKey":"{secret}","SessionToken":"{tok"#,
            "text that begins like JSON and is not JSON",
        ),
        (
            "{'AccessKeyId': '{id}', 'SecretAccessKey': '{secret}'}",
            "text that begins like JSON and is not JSON",
        ),
        (
            "<html><body>It works!</body></html>",
            "XML or HTML without them",
        ),
        (
            "<R><Credentials><AccessKeyId>{id}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey><SessionToken>{token}</SessionToken></Credentials>",
            "XML or HTML that was cut off",
        ),
        (
            "The security token included in the request is expired",
            "text without them",
        ),
        ("AWS_PROFILE=dev\n", "text without them"),
        // --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' --output text
        (
            "{id}\t{secret}\t{token}\n",
            "columns without them; --output json and -format=json print a form that is read",
        ),
        // ~/.aws/sso/cache
        (
            r#"{"startUrl":"https://example.awsapps.com/start","region":"us-east-1","accessToken":"x","expiresAt":"2035-01-01T00:00:00Z"}"#,
            "an access token of SSO, which aws configure export-credentials exchanges for them",
        ),
    ];
    for (document, found) in table {
        let error = read(filled(document)).unwrap_err();
        let message = format!("invalid credential document: {EXPECTED} {found}");
        assert_eq!(error.to_string(), message, "{document}");
    }
    let bytes: [(&[u8], &str); 3] = [
        (b"{\"\xff\"}", "bytes that are neither UTF-8 nor UTF-16"),
        (b"\xff\xfe{\0}", "UTF-16 with half a character in it"),
        (b"{\0\x00\xd8", "UTF-16 with half a character in it"),
    ];
    for (document, found) in bytes {
        let error = read(document).unwrap_err();
        let message = format!("invalid credential document: {EXPECTED} {found}");
        assert_eq!(error.to_string(), message, "{document:?}");
    }
}

#[test]
fn document_that_is_wrong_is_refused_with_what_is_wrong() {
    let table = [
        (
            r#"{"AccessKeyId":"AKIA"}"#,
            "expected the key SecretAccessKey, found none",
        ),
        (
            r#"{"SecretAccessKey":"s"}"#,
            "expected the key AccessKeyId, found none",
        ),
        (
            "[default]\naws_secret_access_key = {secret}\n",
            "expected the key AccessKeyId, found none",
        ),
        (
            r#"{"AccessKeyId":7,"SecretAccessKey":"s"}"#,
            "expected a string as AccessKeyId, found a number",
        ),
        (
            r#"{"AccessKeyId":"AKIA","SecretAccessKey":["s"]}"#,
            "expected a string as SecretAccessKey, found an array",
        ),
        (
            "export AWS_ACCESS_KEY_ID={id}\nexport AWS_SECRET_ACCESS_KEY=$(pass aws)\n",
            "expected a string as SecretAccessKey, found what a shell would expand",
        ),
        (
            "AWS_ACCESS_KEY_ID={id}\nAWS_SECRET_ACCESS_KEY=\"{secret}\n",
            "expected a string as SecretAccessKey, found what a shell would expand",
        ),
        (
            r#"{"Version":2,"AccessKeyId":"{id}","SecretAccessKey":"{secret}","SessionToken":"{token}"}"#,
            "expected Version 1, found `2`",
        ),
        (
            r#"{"Version":"1","AccessKeyId":"{id}","SecretAccessKey":"{secret}","SessionToken":"{token}"}"#,
            "expected Version 1, found a string",
        ),
        (
            r#"{"Version":1.5,"Credentials":{"AccessKeyId":"{id}","SecretAccessKey":"{secret}","SessionToken":"{token}"}}"#,
            "expected Version 1, found `1.5`",
        ),
        (
            r#"{"AccessKeyId":"{id}","SecretAccessKey":"{secret}","SessionToken":"{token}","Token":"other"}"#,
            "expected one SessionToken, found two that differ",
        ),
        (
            r#"{"AccessKeyId":"{id}","AccessKeyId":"AKIAIOSFODNN7EXAMPLE","SecretAccessKey":"{secret}","SessionToken":"{token}"}"#,
            "expected one AccessKeyId, found two that differ",
        ),
        (
            "AWS_ACCESS_KEY_ID={id}\nAWS_SECRET_ACCESS_KEY=a\nAWS_SECRET_ACCESS_KEY=b\nAWS_SESSION_TOKEN={token}",
            "expected one SecretAccessKey, found two that differ",
        ),
        (
            "AWS_ACCESS_KEY_ID={id}\nAWS_SECRET_ACCESS_KEY={secret}\nAWS_SESSION_TOKEN={token}\nAWS_SESSION_EXPIRATION=2035-01-01T00:00:00Z\nAWS_CREDENTIAL_EXPIRATION=2036-01-01T00:00:00Z",
            "expected one Expiration, found two that differ",
        ),
        (
            r#"{"a":{"AccessKeyId":"{id}","SecretAccessKey":"{secret}","SessionToken":"{token}"},"b":{"AccessKeyId":"AKIAIOSFODNN7EXAMPLE","SecretAccessKey":"{secret}"}}"#,
            "expected the credentials of one identity, found those of several",
        ),
        (
            "[default]\naws_access_key_id=AKIAIOSFODNN7EXAMPLE\naws_secret_access_key={secret}\n[dev]\naws_access_key_id=AKIAI44QH8DHBEXAMPLE\naws_secret_access_key={secret}\n",
            "expected the credentials of one identity, found those of several",
        ),
        (
            "Access key ID,Secret access key\nAKIAIOSFODNN7EXAMPLE,{secret}\nAKIAI44QH8DHBEXAMPLE,{secret}\n",
            "expected the credentials of one identity, found those of several",
        ),
    ];
    for (document, wrong) in table {
        let error = read(filled(document)).unwrap_err();
        let message = format!("invalid credential document: {wrong}");
        assert_eq!(error.to_string(), message, "{document}");
    }
    let document = r#"{"AccessKeyId":"AKIA","SecretAccessKey":""}"#;
    let message = "empty secret access key: expected a value";
    assert_eq!(read(document).unwrap_err().to_string(), message);
}

#[test]
fn same_credentials_twice_are_read() {
    let object = r#"{"AccessKeyId":"{id}","SecretAccessKey":"{secret}","SessionToken":"{token}"}"#;
    let twice = filled(&format!(r#"{{"a":{object},"b":{object}}}"#));
    assert_eq!(read(twice), Ok(None));
}

#[test]
fn expiry_that_is_not_a_time_is_refused() {
    const FORM: &str = "expected Expiration as in 2030-01-31T12:00:00Z, found ";
    let table = [
        (r#""""#, "an empty string"),
        (r#""tomorrow""#, "something else"),
        (r#""2035-13-01T00:00:00Z""#, "something else"),
        (r#""2035-01-01T00:00:00""#, "a time without its zone"),
        (r#""2035-01-01 00:00:00.5""#, "a time without its zone"),
        (r#""2035-01-01T00:00:00 CET""#, "something else"),
        ("true", "a boolean"),
        ("[2051222400]", "an array"),
        ("-1", "something else"),
        ("1e99999999999", "something else"),
    ];
    for (time, found) in table {
        let error = read(document_until(time)).unwrap_err();
        let message = format!("invalid credential document: {FORM}{found}");
        assert_eq!(error.to_string(), message, "{time}");
    }
    for time in [
        "2051222400000",
        "2.0512224E12",
        "253402300800",
        "1e999",
        "\"2051222400000\"",
    ] {
        let error = read(document_until(time)).unwrap_err();
        let message = "invalid credential document: expected Expiration in seconds up to 253402300799 (year 9999), found a larger number, perhaps milliseconds";
        assert_eq!(error.to_string(), message, "{time}");
    }
    // Before 1970, and so expired.
    for time in [
        "0",
        "1e-3",
        "\"1969-12-31T23:59:59Z\"",
        "\"0001-01-01T00:00:00Z\"",
    ] {
        let credentials = read_credential_document(document_until(time).as_bytes());
        assert_eq!(credentials.unwrap().expires_at(), Some(0), "{time}");
    }
}

fn document_until(time: &str) -> String {
    filled(&format!(
        r#"{{"AccessKeyId":"{{id}}","SecretAccessKey":"{{secret}}","SessionToken":"{{token}}","Expiration":{time}}}"#
    ))
}

#[test]
fn refusal_of_a_service_is_shown_by_its_code() {
    let table = [
        (
            r#"{"Code":"AssumeRoleUnauthorizedAccess","Message":"m"}"#,
            "AssumeRoleUnauthorizedAccess",
        ),
        (
            r#"{"code":"NoIdInRequest","message":"m","HTTPErrorCode":400}"#,
            "NoIdInRequest",
        ),
        (
            r#"{"Error":{"Code":"AccessDenied","Message":"m"}}"#,
            "AccessDenied",
        ),
        // SSO, Cognito
        (
            r#"{"__type":"UnauthorizedException","message":"m"}"#,
            "UnauthorizedException",
        ),
        (
            r#"{"__type":"com.amazonaws.switchboard.portal#UnauthorizedException"}"#,
            "UnauthorizedException",
        ),
        // STS
        (
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>ExpiredTokenException</Code><Message>m</Message></Error></ErrorResponse>",
            "ExpiredTokenException",
        ),
        (
            "\nAn error occurred (AccessDenied) when calling the AssumeRole operation: m\n",
            "AccessDenied",
        ),
        (r#"{"Code":500}"#, "500"),
        // Even beside credentials.
        (
            r#"{"Code":"Expired","AccessKeyId":"{id}","SecretAccessKey":"{secret}","Token":"{token}"}"#,
            "Expired",
        ),
    ];
    for (document, code) in table {
        let error = read(filled(document)).unwrap_err();
        let message =
            format!("invalid credential document: expected the code Success, found `{code}`");
        assert_eq!(error.to_string(), message, "{document}");
    }
}

#[test]
fn code_that_may_be_a_secret_is_not_shown() {
    for document in [
        r#"{"Code":"{secret}"}"#,
        r#"{"__type":"x#{token}"}"#,
        r#"{"Code":""}"#,
        r#"{"Code":"timed out"}"#,
        r#"{"Code":"x&#43;pryw3P4p"}"#,
        r#"{"Code":"x%2Bpryw3P4p#pryw3P4p"}"#,
        "<Error><Code>{secret}</Code></Error>",
        "({id}): m",
    ] {
        let message = read(filled(document)).unwrap_err().to_string();
        assert!(message.ends_with("found `…`"), "{document}: {message}");
    }
}
