//! Each source of AWS credentials, and each of its answers.

use vault_aws_login::inspector::explain_login;
use vault_aws_login::session::{
    Action, ContainerAuthorization, ContainerEndpoint, CredentialSource, Destination, Healing,
    HttpMethod, RefusalRule, RequestPurpose, TransportFailure, WebIdentity,
};

use crate::host::{EPOCH, Host, body, credentials, credentials_until, header, login_answer};

const SECONDS: u64 = EPOCH / 1_000;

fn container(authorization: ContainerAuthorization) -> Host {
    let uri = "http://169.254.170.23/v1/credentials?a=b";
    Host::new(CredentialSource::ContainerEndpoint(
        ContainerEndpoint::new(uri, authorization).unwrap(),
    ))
}

fn web_identity() -> Host {
    Host::new(CredentialSource::WebIdentity(
        WebIdentity::new(
            "arn:aws:iam::123456789012:role/team/dev".into(),
            "pod@1".into(),
            None,
            None,
        )
        .unwrap(),
    ))
}

/// A document as the metadata endpoints write it, that ends at 14:36:00.
const DOCUMENT: &str = r#"{"Code":"Success","AccessKeyId":"ASIAIOSFODNN7EXAMPLE",
    "SecretAccessKey":"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY","Token":"session",
    "Expiration":"2015-08-30T14:36:00Z"}"#;

const STS_ANSWER: &str = "<AssumeRoleWithWebIdentityResponse \
    xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <AssumeRoleWithWebIdentityResult>\n    \
    <Audience>sts.amazonaws.com</Audience>\n    <Credentials>\n      \
    <AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>\n      \
    <SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY</SecretAccessKey>\n      \
    <SessionToken>session</SessionToken>\n      <Expiration>2015-08-30T13:36:00Z</Expiration>\n    \
    </Credentials>\n  </AssumeRoleWithWebIdentityResult>\n</AssumeRoleWithWebIdentityResponse>";

#[test]
fn pushed_credentials_are_asked_for_once_a_minute() {
    let mut host = Host::new(CredentialSource::Pushed);
    assert!(matches!(host.next(), Action::NeedCredentials));
    assert!(matches!(host.next(), Action::WaitUntil(_)));
    let start = host.now.monotonic_milliseconds;
    assert!(matches!(host.wait(), Action::NeedCredentials));
    assert_eq!(host.now.monotonic_milliseconds - start, 60_000);
    host.session.push_credentials(credentials(), host.now);
    assert_eq!(host.request().path_and_query, "/v1/auth/aws/login");
}

#[test]
fn credentials_are_asked_for_at_most_five_minutes_before_they_end() {
    for (lives, earliest, latest) in [(3_600, 3_300, 3_450), (600, 400, 450), (60, 40, 40)] {
        let mut host = Host::new(CredentialSource::Pushed);
        let end = Some(SECONDS + lives);
        host.session
            .push_credentials(credentials_until(end), host.now);
        let request = host.request();
        host.answer(&request, 200, &login_answer(86_400));
        host.lease();
        let start = host.now.unix_milliseconds;
        assert!(matches!(host.wait(), Action::NeedCredentials));
        let asked = (host.now.unix_milliseconds - start) / 1_000;
        assert!((earliest..=latest).contains(&asked), "{lives}: {asked}");
    }
}

#[test]
fn pushed_credentials_that_have_ended_are_refused_and_asked_for_after_a_while() {
    let mut host = Host::new(CredentialSource::Pushed);
    assert!(matches!(host.next(), Action::NeedCredentials));
    host.session
        .push_credentials(credentials_until(Some(SECONDS)), host.now);
    let refusal = host.refusal();
    assert_eq!(refusal.rule, RefusalRule::CredentialsExpired);
    assert_eq!((refusal.destination, refusal.status), (None, None));
    assert_eq!(
        refusal.message,
        "no credentials from the host: expected them, found credentials that have expired"
    );
    let start = host.now.monotonic_milliseconds;
    assert!(matches!(host.wait(), Action::NeedCredentials));
    assert!(host.now.monotonic_milliseconds - start >= 500);
}

#[test]
fn wrong_credentials_are_asked_for_again_and_tried_a_minute_later() {
    let mut host = Host::with_credentials();
    let request = host.request();
    host.answer(
        &request,
        400,
        r#"{"errors":["received error code 403 from STS: <Code>InvalidClientTokenId</Code>"]}"#,
    );
    let start = host.now.monotonic_milliseconds;
    assert_eq!(host.refusal().healing, Healing::ByHand);
    assert!(matches!(host.wait(), Action::NeedCredentials));
    assert!(host.now.monotonic_milliseconds - start <= 1_000);
    host.session.push_credentials(credentials(), host.now);
    assert_eq!(host.request().path_and_query, "/v1/auth/aws/login");
    assert!(host.now.monotonic_milliseconds - start >= 60_000);
}

#[test]
fn container_endpoint_without_a_token_is_asked_at_once() {
    let mut host = container(ContainerAuthorization::None);
    let request = host.request();
    assert_eq!(request.destination, Destination::ContainerEndpoint);
    assert_eq!(request.method, HttpMethod::Get);
    assert_eq!(request.origin.as_deref(), Some("http://169.254.170.23"));
    assert_eq!(request.path_and_query, "/v1/credentials?a=b");
    assert_eq!(header(&request, "authorization"), None);
    host.answer(&request, 200, DOCUMENT);
    assert_eq!(host.request().path_and_query, "/v1/auth/aws/login");
}

#[test]
fn refused_credentials_are_fetched_again_right_before_the_next_login() {
    let mut host = container(ContainerAuthorization::None);
    let fetch = host.request();
    host.answer(&fetch, 200, DOCUMENT);
    let login = host.request();
    host.answer(
        &login,
        400,
        r#"{"errors":["received error code 403 from STS: <Code>InvalidClientTokenId</Code>"]}"#,
    );
    let refused = host.now.monotonic_milliseconds;
    let retry_at = host.refusal().retry_at.monotonic_milliseconds;
    assert!(retry_at - refused >= 60_000);

    // So a change within the minute is in the next login.
    let fetch = host.request();
    assert_eq!(fetch.destination, Destination::ContainerEndpoint);
    assert_eq!(host.now.monotonic_milliseconds, retry_at - 10_000);
    let mended = DOCUMENT.replace("ASIAIOSFODNN7EXAMPLE", "ASIAI44QH8DHBEXAMPLE");
    host.answer(&fetch, 200, &mended);
    let login = host.request();
    assert_eq!(host.now.monotonic_milliseconds, retry_at);
    let signer = explain_login(body(&login)).unwrap().access_key_id.unwrap();
    assert_eq!(signer, "ASIAI44QH8DHBEXAMPLE");
}

#[test]
fn container_token_is_asked_for_before_each_fetch() {
    let mut host = container(ContainerAuthorization::Token);
    for token in ["first", "second\n"] {
        assert!(matches!(host.wait(), Action::NeedAuthorizationToken));
        assert!(matches!(host.next(), Action::WaitUntil(_)));
        host.session.push_authorization_token(token.into()).unwrap();
        let request = host.request();
        assert_eq!(header(&request, "authorization"), Some(token.trim_end()));
        host.answer(&request, 500, "");
        assert_eq!(host.refusal().rule, RefusalRule::CredentialsUnavailable);
    }
}

#[test]
fn unasked_container_tokens_do_not_hasten_the_next_fetch() {
    let mut host = container(ContainerAuthorization::Token);
    assert!(matches!(host.wait(), Action::NeedAuthorizationToken));
    host.session.push_authorization_token("t".into()).unwrap();
    let request = host.request();
    host.answer(&request, 403, "");
    let refused = host.now.monotonic_milliseconds;
    assert_eq!(host.refusal().rule, RefusalRule::CredentialsRefused);
    host.session.push_authorization_token("t".into()).unwrap();
    host.request();
    assert!(host.now.monotonic_milliseconds - refused >= 60_000);
}

#[test]
fn answers_of_the_container_endpoint_have_their_rules() {
    let expired = DOCUMENT.replace("14:36", "12:36");
    let table = [
        (200, "{}", RefusalRule::CredentialsMalformed),
        (200, "<html>", RefusalRule::CredentialsMalformed),
        (
            200,
            r#"{"Code":"AccessDenied"}"#,
            RefusalRule::CredentialsRefused,
        ),
        (200, expired.as_str(), RefusalRule::CredentialsExpired),
        (400, "", RefusalRule::CredentialsRefused),
        (401, "", RefusalRule::CredentialsRefused),
        (404, "", RefusalRule::CredentialsRefused),
        (302, "", RefusalRule::CredentialsRefused),
        (429, "", RefusalRule::CredentialsUnavailable),
        (500, "", RefusalRule::CredentialsUnavailable),
        (503, "", RefusalRule::CredentialsUnavailable),
    ];
    for (status, answer, rule) in table {
        let mut host = container(ContainerAuthorization::None);
        let request = host.request();
        host.answer(&request, status, answer);
        let start = host.now.monotonic_milliseconds;
        let refusal = host.refusal();
        assert_eq!(refusal.rule, rule, "{status} {answer}");
        assert_eq!(refusal.destination, Some(Destination::ContainerEndpoint));
        let request = host.request();
        let waited = host.now.monotonic_milliseconds - start;
        let least = if refusal.healing == Healing::ByHand {
            60_000
        } else {
            500
        };
        assert!(waited >= least, "{status} {answer}: {waited}");
        host.answer(&request, 200, DOCUMENT);
        assert_eq!(host.request().path_and_query, "/v1/auth/aws/login");
    }
}

#[test]
fn instance_metadata_is_asked_for_a_token_the_role_and_its_credentials() {
    let mut host = Host::new(CredentialSource::InstanceMetadata);
    let request = host.request();
    assert_eq!(request.destination, Destination::InstanceMetadata);
    assert_eq!(request.origin.as_deref(), Some("http://169.254.169.254"));
    assert_eq!(request.timeout_milliseconds, 5_000);
    assert_eq!(
        (request.method, request.path_and_query.as_str()),
        (HttpMethod::Put, "/latest/api/token")
    );
    assert_eq!(request.purpose, RequestPurpose::Credentials);
    assert_eq!(
        header(&request, "x-aws-ec2-metadata-token-ttl-seconds"),
        Some("60")
    );
    host.answer(&request, 200, "metadata-token");
    let request = host.request();
    assert_eq!(request.method, HttpMethod::Get);
    assert_eq!(
        request.path_and_query,
        "/latest/meta-data/iam/security-credentials/"
    );
    assert_eq!(
        header(&request, "x-aws-ec2-metadata-token"),
        Some("metadata-token")
    );
    host.answer(&request, 200, "dev\n");
    let request = host.request();
    assert_eq!(
        request.path_and_query,
        "/latest/meta-data/iam/security-credentials/dev"
    );
    assert_eq!(
        header(&request, "x-aws-ec2-metadata-token"),
        Some("metadata-token")
    );
    host.answer(&request, 200, DOCUMENT);
    assert_eq!(host.request().path_and_query, "/v1/auth/aws/login");
    assert_eq!(host.now.monotonic_milliseconds, 1_000, "no step waits");
}

#[test]
fn failed_step_of_instance_metadata_starts_over() {
    let table: &[(&[&str], u16, &str, RefusalRule)] = &[
        (&[], 302, "", RefusalRule::CredentialsRefused),
        (&[], 200, "a\r\nb", RefusalRule::CredentialsMalformed),
        (&[], 503, "", RefusalRule::CredentialsUnavailable),
        (&["t"], 404, "", RefusalRule::InstanceRoleMissing),
        (&["t"], 200, "", RefusalRule::InstanceRoleMissing),
        (&["t"], 200, "../x", RefusalRule::CredentialsMalformed),
        (&["t"], 200, "a/../x", RefusalRule::CredentialsMalformed),
        (&["t"], 200, "a//x", RefusalRule::CredentialsMalformed),
        (&["t"], 200, "a/", RefusalRule::CredentialsMalformed),
        (&["t"], 200, "a?x", RefusalRule::CredentialsMalformed),
        (&["t"], 401, "", RefusalRule::CredentialsUnavailable),
        (
            &["t", "dev"],
            200,
            r#"{"Code":"AssumeRoleUnauthorizedAccess"}"#,
            RefusalRule::CredentialsRefused,
        ),
        (&["t", "dev"], 401, "", RefusalRule::CredentialsUnavailable),
        (&["t", "dev"], 500, "", RefusalRule::CredentialsUnavailable),
    ];
    for (steps, status, answer, rule) in table {
        let mut host = Host::new(CredentialSource::InstanceMetadata);
        for step in *steps {
            let request = host.request();
            host.answer(&request, 200, step);
        }
        let request = host.request();
        host.answer(&request, *status, answer);
        assert_eq!(host.refusal().rule, *rule, "{steps:?} {status} {answer}");
        assert_eq!(host.request().path_and_query, "/latest/api/token");
    }
}

#[test]
fn metadata_without_a_token_is_refused_with_imdsv1_and_what_to_do() {
    for (status, answer) in [
        (400, "<Error><Code>InvalidHttpVerb</Code></Error>"),
        (403, ""),
        (404, "404 page not found"),
        (405, "Method Not Allowed"),
        (501, "Unsupported method ('PUT')"),
        (200, ""),
        (200, " \r\n"),
        (204, ""),
    ] {
        let mut host = Host::new(CredentialSource::InstanceMetadata);
        let request = host.request();
        host.answer(&request, status, answer);
        let refusal = host.refusal();
        assert_eq!(refusal.rule, RefusalRule::InstanceMetadataV1, "{status}");
        assert_eq!(refusal.healing, Healing::ByHand);
        assert_eq!(
            refusal.message,
            format!(
                "no credentials from the instance metadata: expected them, found no token of IMDSv2: \
                 what answers there speaks IMDSv1 alone, as older releases of kube2iam and kiam do, \
                 or is switched off (status {status}); let it pass on PUT /latest/api/token without \
                 X-Forwarded-For, or take the credentials from a web identity (IRSA) or EKS Pod \
                 Identity"
            )
        );
        // Never a request of IMDSv1.
        assert_eq!(host.request().path_and_query, "/latest/api/token");
    }
}

#[test]
fn role_that_is_an_arn_is_asked_for_by_its_arn() {
    let mut host = Host::new(CredentialSource::InstanceMetadata);
    for step in ["t", "arn:aws:iam::123456789012:role/team/dev"] {
        let request = host.request();
        host.answer(&request, 200, step);
    }
    assert_eq!(
        host.request().path_and_query,
        "/latest/meta-data/iam/security-credentials/arn:aws:iam::123456789012:role/team/dev"
    );
}

#[test]
fn refusal_of_a_metadata_service_shows_its_code() {
    let table = [
        (
            400,
            r#"{"code":"InvalidIdInRequest",
             "message":"CredentialsV2Request: Credentials not found","HTTPErrorCode":400}"#,
            RefusalRule::CredentialsRefused,
            "found a refusal to give credentials (status 400): InvalidIdInRequest",
        ),
        (
            400,
            "[0d1f9b5c-3a3f-4b43-9d1c-5d1d7d3d9d10]: (AccessDeniedException): Unauthorized \
             Exception! EKS does not have permissions to assume the associated role., fault: \
             client\n",
            RefusalRule::CredentialsRefused,
            "found a refusal to give credentials (status 400): AccessDeniedException",
        ),
        (
            200,
            r#"{"Code":"Failed","Message":"timed out while calling AWS Security Token Service"}"#,
            RefusalRule::CredentialsRefused,
            "found a refusal to give credentials (status 200): Failed",
        ),
        (
            500,
            r#"{"code":"CredentialRetrievalError"}"#,
            RefusalRule::CredentialsUnavailable,
            "found a server that cannot answer now (status 500): CredentialRetrievalError",
        ),
        (
            400,
            r#"{"code":"ThrottlingException"}"#,
            RefusalRule::CredentialsUnavailable,
            "found a server that cannot answer now (status 400): ThrottlingException",
        ),
        (
            400,
            r#"{"code":"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}"#,
            RefusalRule::CredentialsRefused,
            "found a refusal to give credentials (status 400): …",
        ),
        (
            200,
            r#"[{"AccessKeyId":"ASIAIOSFODNN7EXAMPLE"}]"#,
            RefusalRule::CredentialsMalformed,
            "found a list",
        ),
    ];
    for (status, answer, rule, end) in table {
        let mut host = container(ContainerAuthorization::None);
        let request = host.request();
        host.answer(&request, status, answer);
        let refusal = host.refusal();
        assert_eq!(refusal.rule, rule, "{answer}");
        assert!(refusal.message.ends_with(end), "{}", refusal.message);
    }
}

#[test]
fn metadata_answer_in_milliseconds_is_refused_rather_than_never_fetched_again() {
    let milliseconds = DOCUMENT.replace(r#""2015-08-30T14:36:00Z""#, "1440945360000");
    let mut host = container(ContainerAuthorization::None);
    let request = host.request();
    host.answer(&request, 200, &milliseconds);
    assert_eq!(host.refusal().rule, RefusalRule::CredentialsMalformed);
}

#[test]
fn endpoint_that_is_gone_is_tried_again_and_the_token_lives_on() {
    let mut host = Host::new(CredentialSource::InstanceMetadata);
    for step in ["t", "dev", DOCUMENT] {
        let request = host.request();
        host.answer(&request, 200, step);
    }
    let request = host.request();
    host.answer(&request, 200, &login_answer(3_600));
    host.lease();
    let mut renewals = 0;
    while host.now.monotonic_milliseconds < 4 * 3_600_000 {
        match host.wait() {
            Action::Send(request) if request.destination == Destination::Vault => {
                assert_eq!(request.path_and_query, "/v1/auth/token/renew-self");
                host.answer(&request, 200, &login_answer(3_600));
                renewals += 1;
            }
            Action::Send(request) => {
                let failure = TransportFailure::Unreachable;
                host.session.on_failure(request.id, host.now, failure);
            }
            Action::Refused(refusal) => assert_eq!(refusal.rule, RefusalRule::Unreachable),
            Action::TokenReady(_) => {}
            other => panic!("unexpected {other:?}"),
        }
    }
    assert_eq!(renewals, 6);
}

#[test]
fn web_identity_is_exchanged_without_a_signature() {
    let mut host = web_identity();
    assert!(matches!(host.wait(), Action::NeedAuthorizationToken));
    host.session
        .push_authorization_token("a.b-c_d=/+\n".into())
        .unwrap();
    let request = host.request();
    assert_eq!(request.destination, Destination::Sts);
    assert_eq!(request.origin.as_deref(), Some("https://sts.amazonaws.com"));
    assert_eq!(
        (request.method, request.path_and_query.as_str()),
        (HttpMethod::Post, "/")
    );
    assert_eq!(
        body(&request),
        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15\
         &RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fteam%2Fdev&RoleSessionName=pod%401\
         &WebIdentityToken=a.b-c_d%3D%2F%2B"
    );
    assert_eq!(header(&request, "authorization"), None);
    host.answer(&request, 200, STS_ANSWER);
    assert_eq!(host.request().path_and_query, "/v1/auth/aws/login");
}

#[test]
fn refused_exchange_has_its_rule_and_stss_code() {
    let refusal = |code| {
        format!(
            "<ErrorResponse><Error><Code>{code}</Code><Message>secret</Message></Error>\
             </ErrorResponse>"
        )
    };
    let table = [
        (
            400,
            refusal("ExpiredTokenException"),
            RefusalRule::CredentialsRefused,
            ": ExpiredTokenException",
        ),
        (
            403,
            refusal("AccessDenied"),
            RefusalRule::CredentialsRefused,
            ": AccessDenied",
        ),
        (
            400,
            refusal("IDPCommunicationError"),
            RefusalRule::CredentialsUnavailable,
            ": IDPCommunicationError",
        ),
        (
            400,
            refusal("Throttling"),
            RefusalRule::CredentialsUnavailable,
            ": Throttling",
        ),
        (
            503,
            String::new(),
            RefusalRule::CredentialsUnavailable,
            "(status 503)",
        ),
        (
            200,
            String::new(),
            RefusalRule::CredentialsMalformed,
            "found nothing",
        ),
        (
            200,
            STS_ANSWER.replace("<Expiration>2015-08-30T13:36:00Z</Expiration>", ""),
            RefusalRule::CredentialsMalformed,
            "(status 200)",
        ),
        (
            200,
            STS_ANSWER.replace("</AssumeRoleWithWebIdentityResponse>", ""),
            RefusalRule::CredentialsMalformed,
            "found XML or HTML that was cut off",
        ),
        (
            200,
            STS_ANSWER.replace("13:36", "12:36"),
            RefusalRule::CredentialsExpired,
            "(status 200)",
        ),
    ];
    for (status, answer, rule, end) in table {
        let mut host = web_identity();
        host.wait();
        host.session.push_authorization_token("t".into()).unwrap();
        let request = host.request();
        host.answer(&request, status, &answer);
        let refusal = host.refusal();
        assert_eq!(refusal.rule, rule, "{status} {answer}");
        assert!(refusal.message.ends_with(end), "{}", refusal.message);
        assert!(matches!(host.wait(), Action::NeedAuthorizationToken));
    }
}
