//! Every refusal of the signer: rule, field and sentence in full, and never a secret.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests may fail, as tests do"
)]

use vault_aws_login::{
    Credentials, InputError, LoginOptions, Region, UnixSeconds, read_credential_document,
    sign_login,
};

const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

fn credentials(key: &str, secret: &str, token: Option<&str>) -> Result<Credentials, InputError> {
    Credentials::new(key.into(), secret.into(), token.map(Into::into), None)
}

fn options(
    region: Option<&str>,
    id: Option<&str>,
    role: Option<&str>,
) -> Result<LoginOptions, InputError> {
    let owned = |value: Option<&str>| value.map(str::to_owned);
    LoginOptions::new(owned(region), owned(id), owned(role), None)
}

#[track_caller]
fn check(error: InputError, rule: &str, field: &str, message: &str) {
    assert_eq!(
        (
            error.rule.name(),
            error.field.name(),
            error.message.as_str()
        ),
        (rule, field, message)
    );
}

/// Rows of what is refused for a field, the rule, and the sentence.
macro_rules! refusals {
    ($refused:expr, $field:literal; $(($($given:expr),*) => $rule:literal $message:literal;)*) => {
        $(check($refused($($given),*), $rule, $field, $message);)*
    };
}

#[test]
fn access_key_id_of_a_wrong_shape_is_refused() {
    let refused = |key| credentials(key, SECRET, None).unwrap_err();
    refusals! { refused, "access-key-id";
        ("") => "empty-value" "empty access key ID: expected a value";
        (" AKIA") => "surrounding-whitespace"
            "invalid access key ID: expected no whitespace at either end, \
                found a space at the start";
        ("AKIA\r\n") => "surrounding-whitespace"
            "invalid access key ID: expected no whitespace at either end, \
                found a line break at the end";
        ("AKIA\u{a0}") => "surrounding-whitespace"
            "invalid access key ID: expected no whitespace at either end, \
                found a non-ASCII character at the end";
        ("AK IA") => "illegal-character"
            "invalid access key ID: expected letters, digits and '_', found a space at position 3";
        ("AK\tIA") => "illegal-character"
            "invalid access key ID: expected letters, digits and '_', found a tab at position 3";
        ("AK\u{7}IA") => "illegal-character"
            "invalid access key ID: expected letters, digits and '_', found a control character at \
                position 3";
        ("AKÏA") => "illegal-character"
            "invalid access key ID: expected letters, digits and '_', found a non-ASCII character \
                at position 3";
        ("AK,IA") => "illegal-character"
            "invalid access key ID: expected letters, digits and '_', found a character outside \
                that at position 3";
    }
    let without_slashes = SECRET.replace('/', "x");
    for swapped in [SECRET, "abc+def", &without_slashes] {
        let message = "invalid access key ID: expected one such as AKIAIOSFODNN7EXAMPLE, found a \
            '/', a '+' or 40 characters in both cases, as only a secret access key has; the two \
            may be swapped";
        check(
            refused(swapped),
            "secret-as-access-key-id",
            "access-key-id",
            message,
        );
    }
}

#[test]
fn secret_access_key_of_a_wrong_shape_is_refused() {
    let refused = |secret| credentials(KEY, secret, None).unwrap_err();
    refusals! { refused, "secret-access-key";
        ("") => "empty-value" "empty secret access key: expected a value";
        ("abc\n") => "surrounding-whitespace"
            "invalid secret access key: expected no whitespace at either end, \
                found a line break at the end";
        ("a\nc") => "illegal-character"
            "invalid secret access key: expected printable ASCII without spaces, found a line \
                break at position 2";
        ("aé") => "illegal-character"
            "invalid secret access key: expected printable ASCII without spaces, found a non-ASCII \
                character at position 2";
    }
}

#[test]
fn session_token_of_a_wrong_shape_or_missing_is_refused() {
    let refused = |key, token| credentials(key, SECRET, token).unwrap_err();
    refusals! { refused, "session-token";
        (KEY, Some("")) => "empty-value" "empty session token: expected a value or none";
        (KEY, Some("\tx")) => "surrounding-whitespace"
            "invalid session token: expected no whitespace at either end, found a tab at the start";
        (KEY, Some("a b")) => "illegal-character"
            "invalid session token: expected printable ASCII without spaces, found a space at \
                position 2";
        ("ASIAIOSFODNN7EXAMPLE", None) => "session-token-missing"
            "missing session token: an access key ID that begins with ASIA is one of \
                 temporary credentials, which have a session token";
    }
}

#[test]
fn region_of_a_wrong_shape_is_refused() {
    let refused = |region| options(Some(region), None, None).unwrap_err();
    refusals! { refused, "region";
        ("") => "empty-value" "empty region: expected a value or none";
        ("eu-west-1 ") => "surrounding-whitespace"
            "invalid region: expected no whitespace at either end, found a space at the end";
        ("US EAST") => "illegal-character"
            "invalid region: expected lower-case letters, digits and '-', found `US EAST`";
        ("eu_west_1") => "illegal-character"
            "invalid region: expected lower-case letters, digits and '-', found `eu_west_1`";
        ("eu\nwest") => "illegal-character"
            "invalid region: expected lower-case letters, digits and '-', found `eu\\nwest`";
        (&"a".repeat(64)) => "too-long" "invalid region: expected at most 63 characters, found 64";
    }
    assert!(Region::new("a".repeat(63)).is_ok());
}

#[test]
fn server_id_that_no_header_carries_is_refused() {
    let refused = |id| options(None, Some(id), None).unwrap_err();
    refusals! { refused, "server-id";
        ("") => "empty-value" "empty server ID: expected a value or none";
        ("vault.example.com ") => "surrounding-whitespace"
            "invalid server ID: expected no whitespace at either end, found a space at the end";
        ("vault\texample") => "illegal-character"
            "invalid server ID: expected printable ASCII, found `vault\\texample`";
        ("tresor.exämple") => "illegal-character"
            "invalid server ID: expected printable ASCII, found `tresor.exämple`";
    }
    assert!(
        options(None, Some("a b  c"), None).is_ok(),
        "spaces inside are carried"
    );
}

#[test]
fn role_that_is_not_a_role_name_is_refused() {
    let refused = |role| options(None, None, Some(role)).unwrap_err();
    refusals! { refused, "role";
        ("") => "empty-value" "empty role: expected a value or none";
        ("\ndev") => "surrounding-whitespace"
            "invalid role: expected no whitespace at either end, found a line break at the start";
        ("a b") => "illegal-character"
            "invalid role: expected printable ASCII without spaces, found `a b`";
        ("arn:aws:iam::123456789012:role/dev") => "role-is-arn"
            "invalid role: expected the name of a Vault role, found the ARN \
                `arn:aws:iam::123456789012:role/dev`";
    }
    let long = "é".repeat(65);
    refusals! { refused, "role";
    }
    let shown = "é".repeat(64);
    let message =
        format!("invalid role: expected printable ASCII without spaces, found `{shown}…`");
    check(refused(&long), "illegal-character", "role", &message);
}

#[test]
fn time_past_the_year_9999_is_refused() {
    assert!(UnixSeconds::new(253_402_300_799).is_ok());
    for milliseconds in [253_402_300_800, 1_440_938_160_000, u64::MAX] {
        let error = UnixSeconds::new(milliseconds).unwrap_err();
        let message = format!(
            "invalid time: expected Unix seconds up to 253402300799 (year 9999), found \
             {milliseconds}"
        );
        check(error, "time-out-of-range", "unix-seconds", &message);
    }
}

#[test]
fn first_and_last_second_can_be_signed() {
    let credentials = credentials(KEY, SECRET, None).unwrap();
    for seconds in [0, 253_402_300_799] {
        let time = UnixSeconds::new(seconds).unwrap();
        assert!(sign_login(&credentials, &LoginOptions::default(), time).is_ok());
    }
}

#[test]
fn credentials_that_have_ended_are_refused() {
    let made = |expires| Credentials::new(KEY.into(), SECRET.into(), None, Some(expires)).unwrap();
    let at = |expires, seconds| {
        sign_login(
            &made(expires),
            &LoginOptions::default(),
            UnixSeconds::new(seconds).unwrap(),
        )
    };
    let message =
        "expired credentials: expected an expiry after the time of signing (1000), found 1000";
    check(
        at(1000, 1000).unwrap_err(),
        "credentials-expired",
        "expires-at-unix-seconds",
        message,
    );
    assert!(at(1001, 1000).is_ok());
}

#[test]
fn debug_of_credentials_is_redacted() {
    let credentials = credentials(KEY, SECRET, Some("marked-token")).unwrap();
    assert_eq!(format!("{credentials:?}"), "Credentials(** redacted **)");
}

#[test]
fn refusals_never_hold_a_secret() {
    // Each has a marker instead of the secret, and something that is refused.
    let marker = "MARKER7SECRET";
    let texts = [
        credentials(&format!("{marker}/x"), SECRET, None)
            .unwrap_err()
            .to_string(),
        credentials(&format!("{marker} x"), SECRET, None)
            .unwrap_err()
            .to_string(),
        credentials(KEY, &format!("{marker} x"), None)
            .unwrap_err()
            .to_string(),
        credentials(KEY, &format!("{marker}\n"), None)
            .unwrap_err()
            .to_string(),
        credentials(KEY, SECRET, Some(&format!("{marker} x")))
            .unwrap_err()
            .to_string(),
        format!(
            "{:?}",
            credentials(KEY, &format!("{marker} x"), None).unwrap_err()
        ),
        read_credential_document(format!(r#"{{"SecretAccessKey": {marker}}}"#).as_bytes())
            .unwrap_err()
            .to_string(),
        read_credential_document(
            format!(r#"{{"AccessKeyId":"A","SecretAccessKey":["{marker}"]}}"#).as_bytes(),
        )
        .unwrap_err()
        .to_string(),
        format!(
            "{:?}",
            read_credential_document(format!(r#""{marker}""#).as_bytes()).unwrap_err()
        ),
    ];
    for text in texts {
        assert!(!text.contains(marker), "{text}");
    }
}
