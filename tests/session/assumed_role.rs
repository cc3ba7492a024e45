//! `AssumeRole` between the source and the login: what is sent, when, and what each refusal says.

use vault_aws_login::inspector::{LoginRule, Refuser};
use vault_aws_login::session::{
    Action, AssumeRole, CredentialSource, Destination, Healing, HttpMethod, RefusalRule, Request,
    RequestPurpose, Session, SessionSettings, WebIdentity,
};
use vault_aws_login::{Credentials, StsTarget};

use crate::host::{EPOCH, Host, body, credentials, credentials_until, header, login_answer};

const SECONDS: u64 = EPOCH / 1_000;
const ROLE: &str = "arn:aws:iam::210987654321:role/team/vault-login";
const EXTERNAL_ID: &str = "partner/7f3c:2026";

fn role(external_id: Option<&str>, duration: Option<u32>) -> AssumeRole {
    AssumeRole::new(
        ROLE.into(),
        None,
        external_id.map(str::to_owned),
        duration,
        StsTarget::resolve(None, None),
    )
    .unwrap()
}

fn host_of(source: CredentialSource, role: AssumeRole) -> Host {
    let settings = SessionSettings {
        assume_role: Some(role),
        ..SessionSettings::default()
    };
    Host::with(source, settings)
}

/// A host that pushed its credentials, and has yet to assume the role.
fn host() -> Host {
    let mut host = host_of(CredentialSource::Pushed, role(Some(EXTERNAL_ID), None));
    host.session.push_credentials(credentials(), host.now);
    host
}

/// STS's answer: credentials that last so many seconds from the given Unix time.
fn answer_until(key: &str, end: u64) -> String {
    let end = end - SECONDS + 12 * 3_600 + 36 * 60;
    let (day, end) = (30 + end / 86_400, end % 86_400);
    let time = format!(
        "2015-08-{day:02}T{:02}:{:02}:{:02}Z",
        end / 3_600,
        end / 60 % 60,
        end % 60
    );
    format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
         <AssumedRoleUser><AssumedRoleId>AROAEXAMPLE:vault-aws-login</AssumedRoleId>\
         <Arn>arn:aws:sts::210987654321:assumed-role/vault-login/vault-aws-login</Arn>\
         </AssumedRoleUser><Credentials><AccessKeyId>{key}</AccessKeyId>\
         <SecretAccessKey>roLeSecretKEY/K7MDENG/bPxRfiCYEXAMPLEKEY</SecretAccessKey>\
         <SessionToken>role-session</SessionToken><Expiration>{time}</Expiration></Credentials>\
         </AssumeRoleResult></AssumeRoleResponse>"
    )
}

/// Lets STS give a role session of so many seconds; returns the login that follows.
fn assume(host: &mut Host, seconds: u64) -> Request {
    let request = host.request();
    let answer = answer_until("ASIAROLEEXAMPLE00001", SECONDS + seconds);
    host.answer(&request, 200, &answer);
    host.request()
}

/// Vault's answer with a token that no one can renew.
fn not_renewable(seconds: u64) -> String {
    login_answer(seconds).replace("\"renewable\":true", "\"renewable\":false")
}

fn sts_error(code: &str, message: &str) -> String {
    format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>\
         <Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
         <RequestId>c0ffee</RequestId></ErrorResponse>"
    )
}

const DENIED: &str = "User: arn:aws:iam::123456789012:user/dev is not authorized to perform: \
    sts:AssumeRole on resource: arn:aws:iam::210987654321:role/team/vault-login";

fn is_login(request: &Request) -> bool {
    request.purpose == RequestPurpose::Login
}

fn is_role(request: &Request) -> bool {
    body(request).starts_with("Action=AssumeRole&")
}

/// The access key ID that a login is signed with.
fn key_of(login: &Request) -> String {
    let explanation = vault_aws_login::inspector::explain_login(body(login)).unwrap();
    explanation.access_key_id.unwrap()
}

#[test]
fn role_is_assumed_with_the_sources_credentials_before_the_login() {
    let mut host = host();
    let request = host.request();
    assert_eq!(request.destination, Destination::Sts);
    assert_eq!(request.purpose, RequestPurpose::Credentials);
    assert_eq!(request.method, HttpMethod::Post);
    assert_eq!(request.origin.as_deref(), Some("https://sts.amazonaws.com"));
    assert_eq!(request.path_and_query, "/");
    assert_eq!(
        body(&request),
        "Action=AssumeRole&Version=2011-06-15\
         &RoleArn=arn%3Aaws%3Aiam%3A%3A210987654321%3Arole%2Fteam%2Fvault-login\
         &RoleSessionName=vault-aws-login&ExternalId=partner%2F7f3c%3A2026"
    );
    // Computed by botocore 1.44.5 (SigV4Auth) for this body, key and time.
    let authorization = header(&request, "authorization").unwrap();
    assert_eq!(
        authorization,
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20150830/us-east-1/sts/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date, \
         Signature=622aaf8a04b55484eff5cf524f879e743bc9880fb89ce72172a8c9708c6169ae"
    );
    assert_eq!(header(&request, "x-amz-date"), Some("20150830T123600Z"));
    assert_eq!(header(&request, "x-amz-security-token"), None);

    host.answer(
        &request,
        200,
        &answer_until("ASIAROLEEXAMPLE00001", SECONDS + 3_600),
    );
    let login = host.request();
    assert!(is_login(&login));
    assert_eq!(key_of(&login), "ASIAROLEEXAMPLE00001");
    host.answer(&login, 200, &login_answer(3_600));
    host.lease();
}

#[test]
fn session_token_of_the_source_is_signed_and_sent() {
    let mut host = host_of(CredentialSource::Pushed, role(None, Some(900)));
    let temporary = Credentials::new(
        "ASIAIOSFODNN7EXAMPLE".into(),
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
        Some("source-session".into()),
        None,
    );
    host.session.push_credentials(temporary.unwrap(), host.now);
    let request = host.request();
    assert!(body(&request).ends_with("&RoleSessionName=vault-aws-login&DurationSeconds=900"));
    assert_eq!(
        header(&request, "x-amz-security-token"),
        Some("source-session")
    );
    let authorization = header(&request, "authorization").unwrap();
    let signed = "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token,";
    assert!(authorization.contains(signed), "{authorization}");
}

#[test]
fn role_is_assumed_again_before_its_credentials_expire() {
    for (lives, earliest, latest) in [(900, 600, 750), (3_600, 3_300, 3_450)] {
        let mut host = host();
        let login = assume(&mut host, lives);
        host.answer(&login, 200, &login_answer(86_400));
        host.lease();
        let request = host.request();
        assert!(is_role(&request));
        let after = host.now.unix_milliseconds / 1_000 - SECONDS;
        assert!((earliest..=latest).contains(&after), "{lives}: {after}");
    }
}

#[test]
fn source_is_refreshed_by_itself_and_others_lead_to_another_role_session() {
    let mut host = host_of(CredentialSource::Pushed, role(None, Some(43_200)));
    let end = Some(SECONDS + 3_600);
    host.session
        .push_credentials(credentials_until(end), host.now);
    let login = assume(&mut host, 43_200);
    host.answer(&login, 200, &not_renewable(7_200));
    host.lease();

    // The source's credentials are near their end; the role's are not.
    assert!(matches!(host.wait(), Action::NeedCredentials));
    let others = Credentials::new(
        "AKIAI44QH8DHBEXAMPLE".into(),
        "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY".into(),
        None,
        None,
    );
    host.session.push_credentials(others.unwrap(), host.now);
    let request = host.request();
    assert!(is_role(&request));
    let authorization = header(&request, "authorization").unwrap();
    assert!(authorization.contains("Credential=AKIAI44QH8DHBEXAMPLE/"));
    // Ten seconds before the login that is due, not at once.
    assert_eq!(host.now.unix_milliseconds / 1_000 - SECONDS, 4_790);
    let end = SECONDS + 4_790 + 43_200;
    host.answer(&request, 200, &answer_until("ASIAROLEEXAMPLE00002", end));
    assert_eq!(key_of(&host.request()), "ASIAROLEEXAMPLE00002");
}

#[test]
fn same_credentials_again_do_not_end_a_role_session() {
    let mut host = host();
    let login = assume(&mut host, 43_200);
    host.answer(&login, 200, &login_answer(3_600));
    host.lease();
    host.session.push_credentials(credentials(), host.now);
    let renewal = host.request();
    assert_eq!(renewal.purpose, RequestPurpose::Renewal);
}

#[test]
fn refused_role_session_is_used_while_others_fail() {
    let mut host = host_of(CredentialSource::Pushed, role(None, None));
    host.session.push_credentials(credentials(), host.now);
    let login = assume(&mut host, 3_600);
    host.answer(&login, 200, &not_renewable(1_200));
    host.lease();
    let others = Credentials::new("AKIAI44QH8DHBEXAMPLE".into(), "b".repeat(40), None, None);
    host.session.push_credentials(others.unwrap(), host.now);
    let request = host.request();
    assert!(is_role(&request));
    host.answer(&request, 403, &sts_error("AccessDenied", DENIED));
    assert_eq!(host.refusal().rule, RefusalRule::AssumeRoleRefused);
    let login = loop {
        match host.wait() {
            Action::NeedCredentials => {}
            Action::Send(request) => break request,
            other => panic!("expected a login, found {other:?}"),
        }
    };
    assert_eq!(key_of(&login), "ASIAROLEEXAMPLE00001");
}

#[test]
fn four_usual_refusals_are_explained_with_the_role_that_they_are_about() {
    let duration = |what| format!("The requested DurationSeconds exceeds {what}");
    let table = [
        (
            403,
            "AccessDenied",
            DENIED.to_owned(),
            LoginRule::AssumeRoleDenied,
            "AWS does not let the caller assume the IAM role, or there is no such role: the caller is \
             `arn:aws:iam::123456789012:user/dev`, the role \
             `arn:aws:iam::210987654321:role/team/vault-login` in another account; an external ID \
             was sent",
        ),
        (
            403,
            "AccessDenied",
            "Roles may not be assumed by root accounts.".to_owned(),
            LoginRule::AssumeRoleByRoot,
            "the credentials are those of an account's root user, who cannot assume a role",
        ),
        (
            400,
            "ValidationError",
            duration("the MaxSessionDuration set for this role."),
            LoginRule::AssumeRoleTooLong,
            "the duration is longer than the IAM role's MaxSessionDuration",
        ),
        (
            400,
            "ValidationError",
            duration("the 1 hour session limit for roles assumed by role chaining."),
            LoginRule::AssumeRoleChainedTooLong,
            "the duration is longer than one hour, and the caller has assumed a role itself",
        ),
        (
            403,
            "InvalidClientTokenId",
            "The security token included in the request is invalid.".to_owned(),
            LoginRule::AccessKeyUnknown,
            "AWS does not know the access key ID or its session token",
        ),
        (
            403,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided."
                .to_owned(),
            LoginRule::SignatureDiffers,
            "AWS computes another signature from what it received",
        ),
        (
            400,
            "ValidationError",
            "1 validation error detected".to_owned(),
            LoginRule::StsRefused,
            "STS refuses the call with a text that is not known",
        ),
    ];
    for (status, code, message, rule, why) in table {
        let mut host = host();
        let request = host.request();
        host.answer(&request, status, &sts_error(code, &message));
        let refusal = host.refusal();
        assert_eq!(refusal.rule, RefusalRule::AssumeRoleRefused, "{message}");
        assert_eq!(refusal.healing, Healing::ByHand);
        assert_eq!(refusal.destination, Some(Destination::Sts));
        assert_eq!(refusal.status, Some(status));
        assert_eq!(
            refusal.message,
            format!("STS refuses AssumeRole for `{ROLE}`, so no login was sent: {why}")
        );
        let diagnosis = refusal.diagnosis.unwrap();
        assert_eq!(diagnosis.rule, Some(rule));
        assert_eq!(diagnosis.refused_by, Some(Refuser::Sts));
        assert_eq!(diagnosis.quoted.as_deref(), Some(message.as_str()));
        assert!(diagnosis.client_fix.is_some());
        // Nothing goes to Vault, and STS is asked again a minute later at the earliest.
        let start = host.now.monotonic_milliseconds;
        assert!(matches!(host.wait(), Action::NeedCredentials));
        host.session.push_credentials(credentials(), host.now);
        assert!(is_role(&host.request()));
        assert!(host.now.monotonic_milliseconds - start >= 60_000);
    }
}

#[test]
fn denial_says_that_no_external_id_was_sent() {
    let mut host = host_of(CredentialSource::Pushed, role(None, None));
    host.session.push_credentials(credentials(), host.now);
    let request = host.request();
    host.answer(&request, 403, &sts_error("AccessDenied", DENIED));
    assert!(
        host.refusal()
            .message
            .ends_with("; no external ID was sent")
    );
}

#[test]
fn external_id_is_in_no_refusal_and_in_no_debug_output() {
    let mut host = host();
    let request = host.request();
    let echoed = format!("Value '{EXTERNAL_ID}' at 'externalId' failed to satisfy constraint");
    host.answer(&request, 400, &sts_error("ValidationError", &echoed));
    let refusal = format!("{:?}", host.refusal());
    assert!(!refusal.contains(EXTERNAL_ID), "{refusal}");
    assert!(!format!("{:?}", role(Some(EXTERNAL_ID), None)).contains(EXTERNAL_ID));
}

#[test]
fn sts_that_is_busy_or_down_is_asked_again_by_itself() {
    for (status, code, rule) in [
        (400, "Throttling", RefusalRule::RateLimited),
        (
            503,
            "ServiceUnavailable",
            RefusalRule::CredentialsUnavailable,
        ),
        (500, "InternalFailure", RefusalRule::CredentialsUnavailable),
    ] {
        let mut host = host();
        let request = host.request();
        host.answer(
            &request,
            status,
            &sts_error(code, "Rate exceeded").replace(
                "Rate exceeded",
                if code == "Throttling" {
                    "Rate exceeded"
                } else {
                    "try later"
                },
            ),
        );
        let refusal = host.refusal();
        assert_eq!((refusal.rule, refusal.healing), (rule, Healing::ByItself));
        let start = host.now.monotonic_milliseconds;
        assert!(is_role(&host.request()));
        assert!(host.now.monotonic_milliseconds - start <= 1_000);
    }
}

#[test]
fn answer_without_the_roles_credentials_is_refused() {
    let mut host = host();
    let request = host.request();
    host.answer(&request, 200, "<AssumeRoleResponse/>");
    let refusal = host.refusal();
    assert_eq!(refusal.rule, RefusalRule::CredentialsMalformed);
    assert!(
        refusal
            .message
            .starts_with("no credentials of the role from STS: expected them, found")
    );
}

#[test]
fn clock_is_corrected_by_a_refusal_of_the_role_within_the_limit() {
    let expired = |clock: &str| {
        let text = format!(
            "Signature expired: 20150830T123600Z is now earlier than 20150830T124100Z \
             ({clock} - 15 min.)"
        );
        sts_error("SignatureDoesNotMatch", &text)
    };
    let mut host = host();
    let request = host.request();
    host.answer(&request, 403, &expired("20150830T125600Z"));
    match host.next() {
        Action::ClockCorrected(correction) => assert_eq!(correction.offset_seconds, 1_200),
        other => panic!("expected a correction, found {other:?}"),
    }
    let refusal = host.refusal();
    assert_eq!(
        (refusal.rule, refusal.healing),
        (RefusalRule::ClockSkewed, Healing::ByItself)
    );
    assert!(
        refusal
            .message
            .contains("so no login was sent: the request was signed too long ago")
    );
    let request = host.request();
    assert!(
        header(&request, "x-amz-date")
            .unwrap()
            .starts_with("20150830T1256")
    );
    host.answer(
        &request,
        200,
        &answer_until("ASIAROLEEXAMPLE00001", SECONDS + 4_800),
    );
    let login = host.request();
    let signed = vault_aws_login::inspector::explain_login(body(&login)).unwrap();
    let signed = signed.signed_at_unix_seconds.unwrap();
    assert!((1_200..1_210).contains(&(signed - i64::try_from(SECONDS).unwrap())));

    // Further off than may be corrected.
    let mut host = host_of(CredentialSource::Pushed, role(None, None));
    host.session.push_credentials(credentials(), host.now);
    let request = host.request();
    host.answer(&request, 403, &expired("20150830T143600Z"));
    let refusal = host.refusal();
    assert_eq!(
        (refusal.rule, refusal.healing),
        (RefusalRule::ClockSkewed, Healing::ByHand)
    );
}

#[test]
fn second_refusal_in_a_row_for_the_time_is_left_to_a_person() {
    let mut host = host();
    for (clock, healing) in [
        ("20150830T125600Z", Healing::ByItself),
        ("20150830T121600Z", Healing::ByHand),
    ] {
        let request = host.request();
        let text = format!(
            "Signature expired: 20150830T123600Z is now earlier than x ({clock} - 15 min.)"
        );
        host.answer(&request, 403, &sts_error("SignatureDoesNotMatch", &text));
        assert!(matches!(host.next(), Action::ClockCorrected(_)));
        assert_eq!(host.refusal().healing, healing);
    }
}

#[test]
fn web_identity_and_role_are_a_chain() {
    let identity = WebIdentity::new(
        "arn:aws:iam::123456789012:role/pod".into(),
        "pod".into(),
        None,
        None,
    );
    let mut host = host_of(
        CredentialSource::WebIdentity(identity.unwrap()),
        role(None, None),
    );
    assert!(matches!(host.next(), Action::NeedAuthorizationToken));
    host.session
        .push_authorization_token("web-token".into())
        .unwrap();
    let exchange = host.request();
    assert!(body(&exchange).starts_with("Action=AssumeRoleWithWebIdentity&"));
    let answer = answer_until("ASIAPODEXAMPLE000001", SECONDS + 3_600);
    host.answer(&exchange, 200, &answer);
    let request = host.request();
    assert!(is_role(&request));
    let authorization = header(&request, "authorization").unwrap();
    assert!(authorization.contains("Credential=ASIAPODEXAMPLE000001/"));
    assert_eq!(
        header(&request, "x-amz-security-token"),
        Some("role-session")
    );
    host.answer(
        &request,
        200,
        &answer_until("ASIAROLEEXAMPLE00001", SECONDS + 3_600),
    );
    assert_eq!(key_of(&host.request()), "ASIAROLEEXAMPLE00001");
}

#[test]
fn login_that_vault_refuses_leads_to_another_role_session_and_not_to_the_source() {
    let mut host = host();
    let login = assume(&mut host, 3_600);
    host.answer(
        &login,
        400,
        r#"{"errors":["received error code 403 from STS: <Code>InvalidClientTokenId</Code>"]}"#,
    );
    assert_eq!(host.refusal().rule, RefusalRule::LoginRefused);
    assert!(is_role(&host.request()));
}

#[test]
fn settings_of_the_role_are_checked() {
    let make = |arn: &str, name: Option<&str>, id: Option<&str>, duration, url: Option<&str>| {
        let endpoint = url.map(|url| {
            vault_aws_login::StsEndpoint::Url(vault_aws_login::StsUrl::new(url).unwrap())
        });
        AssumeRole::new(
            arn.into(),
            name.map(str::to_owned),
            id.map(str::to_owned),
            duration,
            StsTarget::resolve(None, endpoint.as_ref()),
        )
    };
    let long = "x".repeat(1_225);
    let table: [(Result<AssumeRole, _>, &str, &str, &str); 10] = [
        (
            make("vault-login", None, None, None, None),
            "role-arn",
            "role-arn-malformed",
            "invalid role ARN: expected an ARN such as arn:aws:iam::123456789012:role/dev, found \
             `vault-login`",
        ),
        (
            make(ROLE, Some("a"), None, None, None),
            "role-session-name",
            "out-of-range",
            "invalid role session name: expected 2 to 64 characters, found 1",
        ),
        (
            make(ROLE, None, Some(""), None, None),
            "external-id",
            "empty-value",
            "empty external ID: expected a value or none",
        ),
        (
            make(ROLE, None, Some("x"), None, None),
            "external-id",
            "out-of-range",
            "invalid external ID: expected 2 to 1224 characters, found 1",
        ),
        (
            make(ROLE, None, Some(&long), None, None),
            "external-id",
            "out-of-range",
            "invalid external ID: expected 2 to 1224 characters, found 1225",
        ),
        (
            make(ROLE, None, Some("secret id"), None, None),
            "external-id",
            "illegal-character",
            "invalid external ID: expected letters, digits and '_+=,.@:/-', found a space at \
             position 7",
        ),
        (
            make(ROLE, None, None, Some(899), None),
            "duration-seconds",
            "out-of-range",
            "invalid duration in seconds: expected 900 to 43200, found 899",
        ),
        (
            make(ROLE, None, None, Some(43_201), None),
            "duration-seconds",
            "out-of-range",
            "invalid duration in seconds: expected 900 to 43200, found 43201",
        ),
        (
            make(ROLE, None, None, None, Some("http://sts.example.com")),
            "sts-endpoint",
            "sts-url-not-local",
            "invalid STS endpoint: expected https, or a loopback host, found http and the host \
             `sts.example.com`",
        ),
        (
            make("", None, None, None, None),
            "role-arn",
            "empty-value",
            "empty role ARN: expected a value",
        ),
    ];
    for (made, field, rule, message) in table {
        let error = made.unwrap_err();
        assert_eq!(
            (
                error.field.name(),
                error.rule.name(),
                error.message.as_str()
            ),
            (field, rule, message)
        );
    }
    for duration in [900, 43_200] {
        make(
            ROLE,
            Some("ci@1"),
            Some("ab"),
            Some(duration),
            Some("http://127.0.0.1:5000"),
        )
        .unwrap();
    }
}

#[test]
fn time_past_the_year_9999_is_said_and_nothing_is_sent() {
    let mut host = host();
    host.now.unix_milliseconds = u64::MAX / 2;
    assert!(matches!(host.next(), Action::Refused(refusal)
        if refusal.rule == RefusalRule::TimeOutOfRange));
    let _: &Session = &host.session;
}
