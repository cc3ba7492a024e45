//! Laws: what is not a credential document is refused, in linear time; no refusal shows a secret.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use vault_aws_login::read_credential_document;

use super::{ID, SECRET, TOKEN, filled};

/// Without words that stand in messages too.
const OPAQUE: &str = "AQoDYXdzEPT4q8vB2nZk0Xy7Lm3Rt5Wd9Hf1Gc6Jb/Ns+U=";

/// JSON of any shape, with names of credentials among its keys.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<f64>()
            .prop_filter("JSON has no NaN", |value| value.is_finite())
            .prop_map(|value| format!("{value:e}")),
        "[ -~]{0,20}".prop_map(|text| serde_json::to_string(&text).unwrap()),
    ];
    let name = prop_oneof![
        "[A-Za-z_]{0,10}",
        Just("SessionToken".to_owned()),
        Just("Expiration".to_owned()),
        Just("AccessKeyId".to_owned()),
        Just("Version".to_owned()),
        Just("Code".to_owned()),
        Just("roleCredentials".to_owned()),
    ];
    leaf.prop_recursive(6, 60, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6)
                .prop_map(|values| format!("[{}]", values.join(","))),
            proptest::collection::vec((name.clone(), inner), 0..6).prop_map(|entries| {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(name, value)| format!("\"{name}\":{value}"))
                    .collect();
                format!("{{{}}}", entries.join(","))
            }),
        ]
    })
}

fn xml() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "</?[A-Za-z:]{0,8}( [a-z]=\"[^\"<]{0,4}\")?/?>",
        "<(AccessKeyId|Expiration|Code)>[ -~]{0,10}</(AccessKeyId|Expiration|Code)>",
        "<!--[ -~]{0,6}-->",
        "[ -~]{0,10}",
    ];
    proptest::collection::vec(piece, 0..20).prop_map(|pieces| format!("<{}", pieces.concat()))
}

fn lines() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "(export|set|setenv|\\$env:|-e|\\|)? ?[A-Z_]{0,12} ?[=: ]{0,2}[ -~]{0,12}",
        "(AWS_ACCESS_KEY_ID|AWS_SESSION_TOKEN|expiration)[=: \t]{1,3}[ -~]{0,12}",
        "\\[[a-z ]{0,6}\\]",
        "CREDENTIALS(\t[ -~]{0,4}){0,6}",
        "\\PC{0,20}",
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    // None of these has a name of a secret access key.
    #[test]
    fn json_without_a_secret_access_key_is_refused(document in json()) {
        prop_assert!(read_credential_document(document.as_bytes()).is_err());
    }

    #[test]
    fn xml_without_a_secret_access_key_is_refused(document in xml()) {
        prop_assert!(read_credential_document(document.as_bytes()).is_err());
    }

    #[test]
    fn lines_without_a_secret_access_key_are_refused(document in lines()) {
        prop_assert!(read_credential_document(document.as_bytes()).is_err());
    }

    #[test]
    fn any_bytes_are_read_or_refused(document in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(read_credential_document(&document).is_err());
    }

    #[test]
    fn document_with_a_piece_changed_shows_no_secret(
        form in prop_oneof![
            Just(r#"{"Version":1,"AccessKeyId":"{id}","SecretAccessKey":"{secret}","SessionToken":"{token}","Expiration":"2035-01-01T00:00:00Z"}"#),
            Just(r#"{"Code":"{secret}","AccessKeyId":"{secret}","SecretAccessKey":"{id}","SessionToken":"{token}","Expiration":"{token}"}"#),
            Just(r#"{"Version":"{secret}","AccessKeyId":["{secret}"],"SecretAccessKey":"{id}"}"#),
            Just("export AWS_ACCESS_KEY_ID={id}\nexport AWS_SECRET_ACCESS_KEY={secret}\nexport AWS_SESSION_TOKEN={token}\n"),
            Just("[a]\naws_access_key_id = {secret}\naws_secret_access_key = {token}\naws_session_token = {id}\nexpiration = {secret}\n"),
            Just("CREDENTIALS\t{id}\t{secret}\t2035-01-01T00:00:00Z\t{token}\n"),
            Just("<R><AccessKeyId>{secret}</AccessKeyId><SecretAccessKey>{id}</SecretAccessKey><Expiration>{token}</Expiration><Code>{token}</Code></R>"),
        ],
        at in any::<prop::sample::Index>(),
        length in 0..30_usize,
        piece in "[ -~\n\t]{0,6}",
    ) {
        let mut document = filled(form).replace(TOKEN, OPAQUE);
        let start = at.index(document.len());
        let end = (start + length).min(document.len());
        document.replace_range(start..end, &piece);
        if let Err(error) = read_credential_document(document.as_bytes()) {
            let said = format!("{error} {error:?}");
            for secret in [SECRET, OPAQUE] {
                let grams = secret.as_bytes().windows(8);
                for gram in grams.map(|gram| core::str::from_utf8(gram).unwrap()) {
                    prop_assert!(!said.contains(gram), "{}: {}", document, said);
                }
            }
        }
    }
}

/// Texts of a megabyte that make a careless reader look at the same bytes again and again.
#[test]
#[expect(clippy::disallowed_methods, reason = "the test measures time")]
fn hostile_megabyte_is_refused_in_linear_time() {
    const LENGTH: usize = 1_000_000;
    let pieces = [
        "{\"a\":",
        "[",
        "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\",",
        "<a",
        "<a>",
        "<a></a>",
        "<!--",
        "<a><",
        "(",
        "(a",
        "(a)",
        "AWS_ACCESS_KEY_ID=",
        "AWS_ACCESS_KEY_ID= ",
        "x=1 ",
        "x=1  ",
        "export ",
        "-e ",
        "a\t",
        "|",
        ";",
        "&",
        "\"",
        "'",
        "'\"",
        "[a]\n",
        "a,",
        "Access key ID,Secret access key,",
        "Access key ID,Secret access key\n",
        "\n",
        " ",
        "$env:",
        " #",
        "CREDENTIALS\t",
        "aws",
        "\0",
        "\u{feff}",
    ];
    for piece in pieces {
        for begin in ["", "x", "AWS_SESSION_TOKEN=1 ", "{\"a\":\"", "<a>"] {
            let document = begin.to_owned() + &piece.repeat(LENGTH / piece.len());
            let start = Instant::now();
            let result = read_credential_document(document.as_bytes());
            assert!(result.is_err(), "{begin:?} {piece:?}");
            let taken = start.elapsed();
            assert!(
                taken < Duration::from_secs(2),
                "{begin:?} {piece:?}: {taken:?}"
            );
        }
    }
    // Many sets of credentials.
    let set = format!(r#"{{"AccessKeyId":"{ID}","SecretAccessKey":"{SECRET}"}}"#);
    let sets: Vec<String> = (0..10_000).map(|at| format!("\"{at}\":{set}")).collect();
    let document = format!("{{{}}}", sets.join(","));
    let start = Instant::now();
    assert!(read_credential_document(document.as_bytes()).is_err());
    assert!(start.elapsed() < Duration::from_secs(2));
}
