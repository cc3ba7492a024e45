//! Settings that are refused, with every message in full.

use vault_aws_login::session::{
    ContainerAuthorization, ContainerEndpoint, CredentialSource, SessionConfig, SessionSettings,
    WebIdentity,
};
use vault_aws_login::{InputError, LoginOptions, StsEndpoint, StsUrl};

use crate::host::Host;

#[track_caller]
fn refused(error: &InputError, field: &str, rule: &str, message: &str) {
    assert_eq!(error.to_string(), message);
    assert_eq!((error.field.name(), error.rule.name()), (field, rule));
}

fn config(mount: &str, settings: SessionSettings) -> Result<SessionConfig, InputError> {
    SessionConfig::new(
        mount.into(),
        LoginOptions::default(),
        CredentialSource::Pushed,
        settings,
    )
}

#[test]
fn mount_that_no_path_can_carry_is_refused() {
    let malformed =
        |mount| format!("invalid mount: expected a path such as aws or team/aws, found `{mount}`");
    let found = |found| {
        format!("invalid mount: expected letters, digits and '-_.~/', found {found} at position 2")
    };
    let table = [
        ("", "empty-value", "empty mount: expected a value".into()),
        ("/aws", "mount-malformed", malformed("/aws")),
        ("aws/", "mount-malformed", malformed("aws/")),
        ("a//b", "mount-malformed", malformed("a//b")),
        ("a/../b", "mount-malformed", malformed("a/../b")),
        (
            "aws\n",
            "surrounding-whitespace",
            "invalid mount: expected no whitespace at either end, found a line break at the end"
                .into(),
        ),
        ("a b", "illegal-character", found("a space")),
        (
            "a?b",
            "illegal-character",
            found("a character outside that"),
        ),
        ("aä", "illegal-character", found("a non-ASCII character")),
    ];
    for (mount, rule, message) in table {
        let error = config(mount, SessionSettings::default()).unwrap_err();
        refused(&error, "mount", rule, &message);
    }
    for mount in ["aws", "team/aws", "aws-1_a.b~c"] {
        config(mount, SessionSettings::default()).unwrap();
    }
}

#[test]
fn numbers_outside_their_bounds_are_refused() {
    let settings = SessionSettings::default;
    let table = [
        (
            SessionSettings {
                request_timeout_milliseconds: Some(99),
                ..settings()
            },
            "request-timeout-milliseconds",
            "request timeout in milliseconds",
            "expected 100 to 600000, found 99",
        ),
        (
            SessionSettings {
                back_off_cap_milliseconds: Some(999),
                ..settings()
            },
            "back-off-cap-milliseconds",
            "back-off cap in milliseconds",
            "expected 1000 to 3600000, found 999",
        ),
        (
            SessionSettings {
                start_spread_milliseconds: Some(3_600_001),
                ..settings()
            },
            "start-spread-milliseconds",
            "start spread in milliseconds",
            "expected 0 to 3600000, found 3600001",
        ),
        (
            SessionSettings {
                clock_correction_limit_seconds: Some(3_601),
                ..settings()
            },
            "clock-correction-limit-seconds",
            "clock correction limit in seconds",
            "expected 0 to 3600, found 3601",
        ),
    ];
    for (settings, field, title, end) in table {
        let error = config("aws", settings).unwrap_err();
        refused(
            &error,
            field,
            "out-of-range",
            &format!("invalid {title}: {end}"),
        );
    }
}

#[test]
fn namespace_that_no_header_can_carry_is_refused() {
    for (namespace, rule, message) in [
        (
            "",
            "empty-value",
            "empty namespace: expected a value or none",
        ),
        (
            "a\r\nx",
            "illegal-character",
            "invalid namespace: expected printable ASCII without spaces, found a line break at \
             position 2",
        ),
    ] {
        let settings = SessionSettings {
            namespace: Some(namespace.into()),
            ..SessionSettings::default()
        };
        refused(
            &config("aws", settings).unwrap_err(),
            "namespace",
            rule,
            message,
        );
    }
}

#[test]
fn container_uri_is_a_path_or_a_url_that_keeps_the_secret() {
    let malformed = |found| {
        format!(
            "invalid container URI: expected a path or a URL such as \
             http://169.254.170.23/v1/credentials, found {found}"
        )
    };
    let elsewhere = |host| {
        format!(
            "invalid container URI: expected https, or a loopback or link-local host, found http \
             and the host `{host}`"
        )
    };
    let table = [
        (
            "",
            "empty-value",
            "empty container URI: expected a value".into(),
        ),
        (
            "v2/credentials",
            "container-uri-malformed",
            malformed("`v2/credentials`"),
        ),
        (
            "ftp://localhost/",
            "container-uri-malformed",
            malformed("`ftp://localhost/`"),
        ),
        (
            "http://user:secret@localhost/",
            "container-uri-malformed",
            malformed("user information"),
        ),
        (
            "http://10.0.0.1/x",
            "container-uri-not-local",
            elsewhere("10.0.0.1"),
        ),
        (
            "http://127.evil.example/x",
            "container-uri-not-local",
            elsewhere("127.evil.example"),
        ),
        (
            "http://169.254.170.22/x",
            "container-uri-not-local",
            elsewhere("169.254.170.22"),
        ),
    ];
    for (uri, rule, message) in table {
        let error = ContainerEndpoint::new(uri, ContainerAuthorization::None).unwrap_err();
        refused(&error, "container-uri", rule, &message);
    }
    for uri in [
        "/v2/credentials/1",
        "http://169.254.170.2/v2",
        "http://169.254.170.23/v1/credentials",
        "http://[fd00:ec2::23]/v1/credentials",
        "http://[::1]:9911/",
        "http://127.0.0.1:9911/x?y=z",
        "http://localhost:9911/",
        "https://credentials.example/x",
    ] {
        ContainerEndpoint::new(uri, ContainerAuthorization::Token).unwrap();
    }
}

#[test]
fn web_identity_without_a_role_or_a_name_is_refused() {
    let identity =
        |arn: &str, name: &str| WebIdentity::new(arn.into(), name.into(), None, None).unwrap_err();
    let arn = "arn:aws:iam::123456789012:role/dev";
    for wrong in [
        "dev",
        "arn:aws:iam::123456789012:user/dev",
        "arn:aws:sts::1:assumed-role/a/b",
    ] {
        let message = format!("invalid role ARN: expected an ARN such as {arn}, found `{wrong}`");
        refused(
            &identity(wrong, "pod"),
            "role-arn",
            "role-arn-malformed",
            &message,
        );
    }
    refused(
        &identity(arn, ""),
        "role-session-name",
        "empty-value",
        "empty role session name: expected a value",
    );
    refused(
        &identity(arn, "a/b"),
        "role-session-name",
        "illegal-character",
        "invalid role session name: expected letters, digits and '_+=,.@-', found a character \
         outside that at position 2",
    );
    refused(
        &identity(arn, "a"),
        "role-session-name",
        "out-of-range",
        "invalid role session name: expected 2 to 64 characters, found 1",
    );
}

#[test]
fn web_identity_goes_to_sts_by_https_or_stays_on_the_machine() {
    let identity = |url| {
        let endpoint = StsEndpoint::Url(StsUrl::new(url).unwrap());
        let arn = "arn:aws:iam::123456789012:role/dev";
        WebIdentity::new(arn.into(), "pod".into(), None, Some(&endpoint))
    };
    for (url, host) in [
        ("http://sts.amazonaws.com", "sts.amazonaws.com"),
        ("http://10.0.0.1:8080/", "10.0.0.1:8080"),
        ("http://127.evil.example", "127.evil.example"),
        ("http://localhost.example:80", "localhost.example"),
        ("http://169.254.170.2", "169.254.170.2"),
        ("http://[fd00:ec2::23]:1", "[fd00:ec2::23]:1"),
    ] {
        let message = format!(
            "invalid STS endpoint: expected https, or a loopback host, found http and the host \
             `{host}`"
        );
        let error = identity(url).unwrap_err();
        refused(&error, "sts-endpoint", "sts-url-not-local", &message);
    }
    for url in [
        "https://sts.example.com",
        "http://127.0.0.1:5000",
        "http://LOCALHOST:5000",
        "http://localhost",
        "http://[::1]:5000",
        "http://[::1]",
    ] {
        identity(url).unwrap();
    }
}

#[test]
fn authorization_token_that_no_header_can_carry_is_refused_and_not_shown() {
    let mut host = Host::new(CredentialSource::Pushed);
    let error = host
        .session
        .push_authorization_token("\n".into())
        .unwrap_err();
    refused(
        &error,
        "authorization-token",
        "empty-value",
        "empty authorization token: expected a value",
    );
    let error = host
        .session
        .push_authorization_token("t0ken\r\nx: y".into())
        .unwrap_err();
    refused(
        &error,
        "authorization-token",
        "illegal-character",
        "invalid authorization token: expected printable ASCII, found a line break at position 6",
    );
}

#[test]
fn error_of_the_login_options_keeps_its_names() {
    let error =
        LoginOptions::new(None, None, Some("arn:aws:iam::1:role/x".into()), None).unwrap_err();
    let message = error.to_string();
    refused(&error, "role", "role-is-arn", &message);
}
