//! The component and the crate say the same, byte for byte.

use vault_aws_login_wasm_tests::{Input, Instance, Sts};

/// Signs natively and through the component, and demands the same.
#[track_caller]
fn same(instance: &mut Instance, input: &Input<'_>) -> String {
    let login = instance.sign_login(input).unwrap();
    assert_eq!(
        Ok(login.as_str()),
        input.sign_natively().as_deref(),
        "{input:?}"
    );
    login
}

#[test]
fn login_is_the_same_for_each_region_and_endpoint() {
    let mut instance = Instance::new();
    let regions = [
        None,
        // One of each partition, and an unknown one.
        Some("us-east-1"),
        Some("eu-west-1"),
        Some("cn-north-1"),
        Some("us-gov-west-1"),
        Some("us-iso-east-1"),
        Some("us-isob-east-1"),
        Some("eu-isoe-west-1"),
        Some("us-isof-south-1"),
        Some("eusc-de-east-1"),
        Some("mars-north-9"),
        // Names with a meaning of their own.
        Some("aws-global"),
        Some("us-east-2-fips"),
        Some("fips-us-west-2"),
    ];
    let endpoints = [
        None,
        Some(Sts::Regional),
        Some(Sts::Fips),
        Some(Sts::DualStack),
        Some(Sts::FipsDualStack),
        Some(Sts::Url("https://sts.eu-west-1.amazonaws.com:443/")),
        Some(Sts::Url("http://127.0.0.1:4566")),
    ];
    let mut logins = std::collections::BTreeSet::new();
    for region in regions {
        for sts_endpoint in endpoints {
            let input = Input {
                region,
                sts_endpoint,
                ..Input::EXAMPLE
            };
            logins.insert(same(&mut instance, &input));
        }
    }
    // Some coincide (no region is us-east-1); a component that ignored its input would make one.
    assert!(logins.len() > 60, "{} different logins", logins.len());
}

#[test]
fn login_is_the_same_with_and_without_each_option() {
    let mut instance = Instance::new();
    let long_token = "FwoGZXIvYXdzE".repeat(300);
    for session_token in [None, Some("AQoDYXdzEJr+/="), Some(&long_token)] {
        for server_id in [None, Some("vault.example.com"), Some("a  b\"\\ c~")] {
            for role in [None, Some("dev"), Some("team/\"dev\"&<x>")] {
                for unix_seconds in [0, 1_440_938_160, 253_402_300_799] {
                    let input = Input {
                        session_token,
                        server_id,
                        role,
                        unix_seconds,
                        ..Input::EXAMPLE
                    };
                    same(&mut instance, &input);
                }
            }
        }
    }
}

#[test]
fn login_is_the_same_in_a_fresh_instance_and_in_a_used_one() {
    let mut used = Instance::new();
    let first = same(&mut used, &Input::EXAMPLE);
    let other = Input {
        secret_access_key: "another",
        role: Some("ops"),
        ..Input::EXAMPLE
    };
    assert_ne!(same(&mut used, &other), first);
    assert_eq!(same(&mut used, &Input::EXAMPLE), first);
    assert_eq!(same(&mut Instance::new(), &Input::EXAMPLE), first);
}

/// Rows of what differs from the example, and the rule and field of its refusal.
macro_rules! refusals {
    ($instance:ident, $example:ident;
        $($name:ident: $value:expr => $rule:literal $field:literal;)*) => {$(
        let input = Input { $name: $value, ..$example };
        let refusal = $instance.sign_login(&input).unwrap_err();
        let found = (refusal.rule.as_str(), refusal.field.as_str());
        assert_eq!(found, ($rule, $field), "{refusal:?}");
        assert_eq!(Err(refusal), input.sign_natively());
    )*};
}

#[test]
fn refusal_is_the_same_for_each_rule() {
    let mut instance = Instance::new();
    let example = Input::EXAMPLE;
    let long = "a".repeat(64);
    let long_host = format!("https://{}com", "a.".repeat(130));
    refusals! { instance, example;
        access_key_id: "" => "empty-value" "access-key-id";
        secret_access_key: "abc\n" => "surrounding-whitespace" "secret-access-key";
        session_token: Some("a b") => "illegal-character" "session-token";
        session_token: Some("\u{a0}x") => "surrounding-whitespace" "session-token";
        region: Some(&long) => "too-long" "region";
        access_key_id: "abc/def" => "secret-as-access-key-id" "access-key-id";
        access_key_id: "ASIAIOSFODNN7EXAMPLE" => "session-token-missing" "session-token";
        expires_at_unix_seconds: Some(1) => "credentials-expired" "expires-at-unix-seconds";
        role: Some("arn:aws:iam::123456789012:role/dev") => "role-is-arn" "role";
        server_id: Some("tresor.exämple") => "illegal-character" "server-id";
        sts_endpoint: Some(Sts::Url("sts.amazonaws.com")) => "sts-url-malformed" "sts-endpoint";
        sts_endpoint: Some(Sts::Url("https://sts.amazonaws.com/x"))
            => "sts-url-not-bare" "sts-endpoint";
        sts_endpoint: Some(Sts::Url(&long_host)) => "too-long" "sts-endpoint";
        unix_seconds: 253_402_300_800 => "time-out-of-range" "unix-seconds";
    }
}
