//! Each answer of Vault to a login, a renewal and a question.

use vault_aws_login::inspector::{Answer, LoginRule, explain_refusal};
use vault_aws_login::session::{
    Action, Destination, Healing, HttpMethod, RefusalRule, RequestPurpose, TransportFailure,
};

use crate::host::{Host, body, errors, header, login_answer};

#[test]
fn login_is_posted_to_the_mount() {
    let mut host = Host::with_credentials();
    let request = host.request();
    assert_eq!(request.destination, Destination::Vault);
    assert_eq!(request.purpose, RequestPurpose::Login);
    assert_eq!(request.method, HttpMethod::Post);
    assert_eq!(request.path_and_query, "/v1/auth/aws/login");
    assert_eq!(request.origin, None);
    assert_eq!(header(&request, "content-type"), Some("application/json"));
    assert_eq!(header(&request, "x-vault-request"), Some("true"));
    assert_eq!(header(&request, "x-vault-token"), None);
    assert!(body(&request).starts_with(r#"{"iam_http_request_method":"POST","#));
}

#[test]
fn token_is_ready_with_the_lease_counted_from_the_request() {
    let mut host = Host::with_credentials();
    let request = host.request();
    let sent = host.now;
    host.pass(700);
    host.answer(&request, 200, &login_answer(60));
    let lease = host.lease();
    assert_eq!(*lease.token, "hvs.example");
    assert_eq!(lease.accessor.as_deref(), Some("acc"));
    assert_eq!((lease.generation, lease.renewable), (1, true));
    assert_eq!(lease.starts_at, sent);
    assert_eq!(
        lease.ends_at.monotonic_milliseconds,
        sent.monotonic_milliseconds + 60_000
    );
    assert_eq!(
        lease.ends_at.unix_milliseconds,
        sent.unix_milliseconds + 60_000
    );
}

#[test]
fn refused_login_names_its_rule_and_what_heals_it() {
    let sts = |code, text: &str| {
        errors(&format!(
            "error making upstream request: received error code {code} from STS: \
             <Error>{text}</Error>"
        ))
    };
    let mfa = login_answer(60).replace(
        r#""mfa_requirement":null"#,
        r#""mfa_requirement":{"mfa_request_id":"x"}"#,
    );
    let wrapped = r#"{"wrap_info":{"token":"hvs.wrapping","ttl":60},"auth":null}"#.to_owned();
    let limited = login_answer(60).replace(r#""num_uses":0"#, r#""num_uses":5"#);
    let tokenless = login_answer(60).replace("hvs.example", "");
    let broken = login_answer(60).replace("hvs.example", r"hvs.\r\nx: y");
    let long = format!(r#"{{"errors":["{}"]}}"#, "x".repeat(10 * 1024 * 1024));
    let by_hand = Healing::ByHand;
    let by_itself = Healing::ByItself;
    let table: &[(u16, String, RefusalRule, Healing)] = &[
        // answers that are no token
        (200, mfa, RefusalRule::MfaRequired, by_hand),
        (200, wrapped, RefusalRule::ResponseWrapped, by_hand),
        (200, limited, RefusalRule::UseLimited, by_hand),
        (200, tokenless, RefusalRule::NotAToken, by_hand),
        (200, broken, RefusalRule::NotAToken, by_hand),
        (200, login_answer(0), RefusalRule::NotAToken, by_hand),
        (200, "{}".into(), RefusalRule::NotAToken, by_hand),
        (200, "<html>".into(), RefusalRule::NotAToken, by_hand),
        (204, String::new(), RefusalRule::NotAToken, by_hand),
        (200, long.clone(), RefusalRule::AnswerTooLarge, by_hand),
        (500, long, RefusalRule::AnswerTooLarge, by_hand),
        // refusals
        (
            400,
            errors("entry for role dev not found"),
            RefusalRule::LoginRefused,
            by_hand,
        ),
        (400, String::new(), RefusalRule::LoginRefused, by_hand),
        (
            400,
            sts(403, "InvalidClientTokenId"),
            RefusalRule::LoginRefused,
            by_hand,
        ),
        (
            403,
            errors("permission denied"),
            RefusalRule::PermissionDenied,
            by_hand,
        ),
        (
            404,
            errors("no handler for route"),
            RefusalRule::MountUnknown,
            by_hand,
        ),
        (
            413,
            "http: request body too large".into(),
            RefusalRule::LoginRefused,
            by_hand,
        ),
        (403, "<html>".into(), RefusalRule::UnexpectedStatus, by_hand),
        (404, "<html>".into(), RefusalRule::UnexpectedStatus, by_hand),
        (
            500,
            errors("AMI ID in the instance description is nil"),
            RefusalRule::LoginRefused,
            by_hand,
        ),
        (301, String::new(), RefusalRule::UnexpectedStatus, by_hand),
        (418, String::new(), RefusalRule::UnexpectedStatus, by_hand),
        // what time heals
        (307, String::new(), RefusalRule::VaultUnavailable, by_itself),
        (
            400,
            sts(400, "Throttling: Rate exceeded"),
            RefusalRule::RateLimited,
            by_itself,
        ),
        (
            400,
            sts(503, "Unavailable"),
            RefusalRule::VaultUnavailable,
            by_itself,
        ),
        (
            400,
            errors(
                "error making upstream request: error making request: POST \
                 https://sts.amazonaws.com/ giving up after 4 attempt(s)",
            ),
            RefusalRule::VaultUnavailable,
            by_itself,
        ),
        (
            429,
            errors("request path \"auth/aws/login\": rate limit quota exceeded"),
            RefusalRule::RateLimited,
            by_itself,
        ),
        (400, sts(429, "<html>"), RefusalRule::RateLimited, by_itself),
        (
            400,
            errors("error getting configuration: storage"),
            RefusalRule::VaultUnavailable,
            by_itself,
        ),
        (
            502,
            "<html>".into(),
            RefusalRule::VaultUnavailable,
            by_itself,
        ),
        (412, String::new(), RefusalRule::VaultUnavailable, by_itself),
        (472, String::new(), RefusalRule::VaultUnavailable, by_itself),
        (473, String::new(), RefusalRule::VaultUnavailable, by_itself),
        (
            500,
            errors("internal error"),
            RefusalRule::VaultUnavailable,
            by_itself,
        ),
        (
            503,
            errors("Vault is sealed"),
            RefusalRule::VaultUnavailable,
            by_itself,
        ),
    ];
    for (status, answer, rule, healing) in table {
        let shown: String = answer.chars().take(100).collect();
        let mut host = Host::with_credentials();
        let request = host.request();
        host.answer(&request, *status, answer);
        let refusal = host.refusal();
        assert_eq!(
            (refusal.rule, refusal.healing),
            (*rule, *healing),
            "{status} {shown}"
        );
        assert_eq!(refusal.status, Some(*status));
        // Rules that share a name mean the same.
        let diagnosed = refusal.diagnosis.and_then(|diagnosis| diagnosis.rule);
        if let Some(name) = diagnosed.map(LoginRule::name)
            && RefusalRule::ALL.iter().any(|rule| rule.name() == name)
        {
            assert_eq!(refusal.rule.name(), name, "{status} {shown}");
        }
        assert_eq!(refusal.destination, Some(Destination::Vault));
        // It is tried again when the refusal says, and by hand not within a minute.
        let refused_at = host.now.monotonic_milliseconds;
        let retry = loop {
            match host.wait() {
                Action::Send(request) => break request,
                Action::NeedCredentials => {}
                other => panic!("expected a request, found {other:?}"),
            }
        };
        assert_eq!(retry.path_and_query, "/v1/auth/aws/login");
        assert_eq!(
            host.now.monotonic_milliseconds, refusal.retry_at.monotonic_milliseconds,
            "{status} {shown}"
        );
        let waited = host.now.monotonic_milliseconds - refused_at;
        let bounds = match healing {
            Healing::ByHand => 60_000..=75_000,
            Healing::ByItself => 500..=1_000,
        };
        assert!(bounds.contains(&waited), "{status} {shown}: {waited} ms");
        // And once Vault is well, there is a token.
        host.answer(&retry, 200, &login_answer(60));
        assert_eq!(host.lease().token.as_str(), "hvs.example");
    }
}

#[test]
fn refused_login_has_the_inspectors_diagnosis_and_vaults_words() {
    let table = [
        (
            400,
            errors("entry for role dev not found"),
            "the mount has no such role",
            Some("entry for role dev not found"),
        ),
        (
            503,
            errors("Vault is sealed"),
            "Vault is sealed or in maintenance",
            Some("Vault is sealed"),
        ),
        (
            404,
            "not JSON".into(),
            "the answer is not Vault's: it is not JSON with errors or a token",
            None,
        ),
        (
            403,
            errors("1 error occurred:\n\t* permission denied\n\n"),
            "Vault denies the request without a reason",
            Some(r"1 error occurred:\n\t* permission denied"),
        ),
        (
            400,
            errors("something else"),
            "Vault refuses with a text that no rule knows",
            Some("something else"),
        ),
        (
            200,
            "{}".into(),
            "the answer is not Vault's: it is not JSON with errors or a token",
            None,
        ),
    ];
    for (status, answer, message, quoted) in table {
        let mut host = Host::with_credentials();
        let request = host.request();
        host.answer(&request, status, &answer);
        let refusal = host.refusal();
        assert_eq!(refusal.message, message);
        let diagnosis = refusal.diagnosis.unwrap();
        assert_eq!(diagnosis.message, message);
        assert_eq!(diagnosis.quoted.as_deref(), quoted);
    }
}

#[test]
fn diagnosis_is_the_inspectors_for_the_login_that_was_sent() {
    let answers = [
        errors(
            "error validating X-Vault-AWS-IAM-Server-ID header: missing header \
             \"X-Vault-AWS-IAM-Server-ID\"",
        ),
        errors(
            "error making upstream request: received error code 403 from STS: \
             <Code>InvalidClientTokenId</Code>",
        ),
    ];
    for answer in answers {
        let mut host = Host::with_credentials();
        let request = host.request();
        host.answer(&request, 400, &answer);
        let explained = explain_refusal(
            &Answer {
                status: Some(400),
                body: answer,
                date: None,
            },
            Some(body(&request)),
            host.now.unix_milliseconds / 1000,
        );
        assert!(explained.client_fix.is_some());
        assert_eq!(host.refusal().diagnosis, Some(explained));
    }
}

#[test]
fn token_that_is_of_no_use_has_no_diagnosis() {
    for answer in [
        login_answer(0),
        login_answer(60).replace(r#""num_uses":0"#, r#""num_uses":5"#),
    ] {
        let mut host = Host::with_credentials();
        let request = host.request();
        host.answer(&request, 200, &answer);
        let refusal = host.refusal();
        assert_eq!(refusal.diagnosis, None);
        assert!(
            refusal
                .message
                .starts_with("no token from Vault: expected one, found a"),
            "{}",
            refusal.message
        );
    }
}

#[test]
fn diagnosis_is_of_a_login_alone() {
    let mut host = Host::logged_in(3_600);
    let request = host.request();
    host.answer(&request, 403, &errors("permission denied"));
    let refusal = host.refusal();
    assert_eq!(refusal.rule, RefusalRule::RenewalRefused);
    assert_eq!(refusal.diagnosis, None);
    assert_eq!(
        refusal.message,
        "no renewal from Vault: expected one, found a refusal to renew the token (status 403): \
         permission denied"
    );
}

#[test]
fn missing_answer_names_its_rule_and_is_tried_again() {
    let table = [
        (
            TransportFailure::Unreachable,
            RefusalRule::Unreachable,
            Healing::ByItself,
            "no connection",
        ),
        (
            TransportFailure::TimedOut,
            RefusalRule::TimedOut,
            Healing::ByItself,
            "no answer in time",
        ),
        (
            TransportFailure::Interrupted,
            RefusalRule::Interrupted,
            Healing::ByItself,
            "a connection that ended too early",
        ),
        (
            TransportFailure::Untrusted,
            RefusalRule::Untrusted,
            Healing::ByHand,
            "a certificate that is not trusted",
        ),
        (
            TransportFailure::AnswerTooLarge,
            RefusalRule::AnswerTooLarge,
            Healing::ByHand,
            "an answer that is too long",
        ),
    ];
    for (failure, rule, healing, found) in table {
        let mut host = Host::with_credentials();
        let request = host.request();
        host.session.on_failure(request.id, host.now, failure);
        let refusal = host.refusal();
        assert_eq!(
            (refusal.rule, refusal.healing, refusal.status),
            (rule, healing, None)
        );
        let message = format!("no token from Vault: expected one, found {found}");
        assert_eq!(refusal.message, message);
        assert_eq!(host.request().path_and_query, "/v1/auth/aws/login");
    }
}

#[test]
fn retry_after_is_honoured_as_seconds_and_as_a_date() {
    // The host's time at the answer is 2015-08-30T12:36:00Z.
    let table = [
        ("30", 30_000),
        ("0", 0),
        ("Sun, 30 Aug 2015 12:36:45 GMT", 45_000),
        ("Sun, 30 Aug 2015 12:00:00 GMT", 0),
        ("soon", 0),
        // A server's mistake delays a host by at most an hour.
        ("99999999999999", 3_600_000),
        ("Sun, 30 Aug 2116 12:00:00 GMT", 3_600_000),
    ];
    for (value, least) in table {
        let mut host = Host::with_credentials();
        let request = host.request();
        host.answer_with(&request, 503, &[("Retry-After", value)], "");
        let start = host.now.monotonic_milliseconds;
        host.refusal();
        host.request();
        let waited = host.now.monotonic_milliseconds - start;
        assert!(
            (least..=least + 1_000).contains(&waited),
            "{value}: {waited}"
        );
    }
}

#[test]
fn back_off_doubles_up_to_its_cap_with_half_of_it_jitter() {
    let mut host = Host::with_credentials();
    let mut request = host.request();
    for step in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
        let start = host.now.monotonic_milliseconds;
        host.answer(&request, 500, "");
        host.refusal();
        request = host.request();
        let waited = host.now.monotonic_milliseconds - start;
        assert!(
            (step * 500..=step * 1_000).contains(&waited),
            "{step} s: {waited} ms"
        );
    }
}

#[test]
fn token_is_renewed_at_two_thirds_of_its_lease() {
    let mut host = Host::logged_in(60);
    let start = host.now.monotonic_milliseconds;
    for _ in 0..10 {
        let sent = host.now.monotonic_milliseconds;
        let request = host.request();
        assert_eq!(host.now.monotonic_milliseconds - sent, 40_000);
        assert_eq!(request.path_and_query, "/v1/auth/token/renew-self");
        assert_eq!(request.purpose, RequestPurpose::Renewal);
        assert_eq!(request.method, HttpMethod::Post);
        assert_eq!(header(&request, "x-vault-token"), Some("hvs.example"));
        assert_eq!(body(&request), r#"{"increment":60}"#);
        host.answer(&request, 200, &login_answer(60));
        let lease = host.lease();
        assert_eq!((lease.generation, lease.renewable), (1, true));
    }
    assert_eq!(host.now.monotonic_milliseconds - start, 400_000);
}

#[test]
fn capped_renewal_is_followed_by_a_login_at_two_thirds_of_what_is_left() {
    let mut host = Host::logged_in(60);
    let request = host.request();
    host.answer(&request, 200, &login_answer(30));
    let lease = host.lease();
    assert_eq!((lease.generation, lease.renewable), (1, false));
    let sent = host.now.monotonic_milliseconds;
    let request = host.request();
    assert_eq!(request.path_and_query, "/v1/auth/aws/login");
    assert_eq!(host.now.monotonic_milliseconds - sent, 20_000);
    host.answer(&request, 200, &login_answer(60));
    assert_eq!(host.lease().generation, 2);
}

#[test]
fn batch_token_is_replaced_by_a_login_at_two_thirds() {
    let batch = login_answer(60)
        .replace(r#""renewable":true"#, r#""renewable":false"#)
        .replace("\"accessor\":\"acc\"", "\"accessor\":\"\"");
    let mut host = Host::with_credentials();
    let request = host.request();
    host.answer(&request, 200, &batch);
    let lease = host.lease();
    assert_eq!((lease.renewable, lease.accessor), (false, None));
    let sent = host.now.monotonic_milliseconds;
    assert_eq!(host.request().path_and_query, "/v1/auth/aws/login");
    assert_eq!(host.now.monotonic_milliseconds - sent, 40_000);
}

#[test]
fn refused_renewal_is_followed_by_a_login_at_once_while_the_token_lasts() {
    for (status, answer) in [
        (403, errors("permission denied")),
        (400, errors("lease is not renewable")),
        (404, String::new()),
        (200, login_answer(0)),
        (200, "{}".into()),
    ] {
        let mut host = Host::logged_in(600);
        let request = host.request();
        host.answer(&request, status, &answer);
        host.refusal();
        let sent = host.now.monotonic_milliseconds;
        let request = host.request();
        assert_eq!(
            request.path_and_query, "/v1/auth/aws/login",
            "{status} {answer}"
        );
        assert_eq!(host.now.monotonic_milliseconds, sent, "{status} {answer}");
        assert!(host.session.live_lease(host.now).is_some());
        host.answer(&request, 200, &login_answer(600));
        assert_eq!(host.lease().generation, 2);
    }
}

#[test]
fn unanswered_renewal_of_a_long_lease_is_tried_again() {
    let mut host = Host::logged_in(3_600);
    for _ in 0..8 {
        let request = host.request();
        assert_eq!(request.path_and_query, "/v1/auth/token/renew-self");
        host.answer(&request, 503, "");
        assert_eq!(host.refusal().rule, RefusalRule::VaultUnavailable);
    }
}

#[test]
fn unanswered_renewal_of_a_short_lease_is_followed_by_a_login() {
    let mut host = Host::logged_in(5);
    let request = host.request();
    assert_eq!(request.path_and_query, "/v1/auth/token/renew-self");
    // The answer would be useless once the lease has expired.
    assert!(request.timeout_milliseconds <= 1_700);
    host.session
        .on_failure(request.id, host.now, TransportFailure::Unreachable);
    host.refusal();
    assert_eq!(host.request().path_and_query, "/v1/auth/aws/login");
}

#[test]
fn expired_lease_is_reported_and_the_login_continues() {
    let mut host = Host::logged_in(60);
    let request = host.request();
    host.answer(&request, 500, "");
    host.refusal();
    let mut ended = None;
    for _ in 0..100 {
        match host.wait() {
            Action::Send(request) => host.answer(&request, 500, ""),
            Action::TokenEnded(generation) => {
                ended = Some((generation, host.now.monotonic_milliseconds));
                break;
            }
            Action::Refused(_) => {}
            other => panic!("unexpected {other:?}"),
        }
    }
    assert_eq!(ended, Some((1, 61_000)));
    assert!(host.session.live_lease(host.now).is_none());
}

#[test]
fn late_answer_to_an_old_request_is_ignored() {
    let mut host = Host::with_credentials();
    let old = host.request();
    // The host never answers; the session gives up on its own.
    assert!(
        matches!(host.wait(), Action::Refused(refusal) if refusal.rule == RefusalRule::TimedOut)
    );
    let new = host.request();
    assert_ne!(old.id, new.id);
    host.answer(&old, 200, &login_answer(60));
    assert!(matches!(host.next(), Action::WaitUntil(_)));
    assert!(host.session.live_lease(host.now).is_none());
    host.session
        .on_failure(old.id, host.now, TransportFailure::Unreachable);
    assert!(matches!(host.next(), Action::WaitUntil(_)));
    host.answer(&new, 200, &login_answer(60));
    assert_eq!(host.lease().generation, 1);
    // And an answer that comes twice.
    host.answer(&new, 200, &login_answer(60));
    assert!(matches!(host.next(), Action::WaitUntil(_)));
}

#[test]
fn answer_that_took_longer_than_its_lease_gives_no_token() {
    let mut host = Host::with_credentials();
    let request = host.request();
    host.pass(5_000);
    host.answer(&request, 200, &login_answer(5));
    assert_eq!(host.refusal().rule, RefusalRule::TimedOut);
    assert!(host.session.live_lease(host.now).is_none());
}
