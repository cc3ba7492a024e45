//! An upstream server says 403: is it the token, or is it just forbidden?

use vault_aws_login::session::{Action, Method, RefusalRule};

use crate::host::{Host, errors, header, login_answer};

#[test]
fn refused_token_is_asked_about() {
    let mut host = Host::logged_in(3_600);
    host.pass(1_000);
    host.session.token_refused(host.now);
    let request = host.request();
    assert_eq!(request.path_and_query, "/v1/auth/token/lookup-self");
    assert_eq!(request.method, Method::Get);
    assert_eq!(header(&request, "x-vault-token"), Some("hvs.example"));
    assert!(request.body.is_empty());
}

#[test]
fn thousand_forbidden_requests_cause_no_login_and_one_question_in_ten_seconds() {
    let mut host = Host::logged_in(3_600);
    let mut questions = Vec::new();
    for _ in 0..1_000 {
        host.pass(100);
        host.session.token_refused(host.now);
        if let Action::Send(request) = host.next() {
            assert_eq!(request.path_and_query, "/v1/auth/token/lookup-self");
            questions.push(host.now.monotonic_milliseconds);
            host.answer(&request, 200, r#"{"data":{"ttl":3000}}"#);
        }
    }
    assert_eq!(questions.len(), 10);
    assert!(questions.windows(2).all(|pair| pair[1] - pair[0] >= 10_000));
    assert!(host.session.live_lease(host.now).is_some());
}

#[test]
fn token_that_vault_does_not_know_is_dropped_and_replaced_at_once() {
    let mut host = Host::logged_in(3_600);
    host.pass(5_000);
    host.session.token_refused(host.now);
    let request = host.request();
    host.answer(&request, 403, &errors("permission denied"));
    assert!(matches!(host.next(), Action::TokenEnded(1)));
    assert!(host.session.live_lease(host.now).is_none());
    let sent = host.now;
    let request = host.request();
    assert_eq!(request.path_and_query, "/v1/auth/aws/login");
    assert_eq!(host.now, sent);
    host.answer(&request, 200, &login_answer(3_600));
    assert_eq!(host.lease().generation, 2);
}

#[test]
fn unanswered_question_keeps_the_token_and_is_asked_again_after_ten_seconds() {
    for status in [200_u16, 400, 404, 429, 500, 503] {
        let mut host = Host::logged_in(3_600);
        host.session.token_refused(host.now);
        let request = host.request();
        let asked = host.now.monotonic_milliseconds;
        host.answer(&request, status, "");
        assert!(host.session.live_lease(host.now).is_some(), "{status}");
        if status == 200 {
            assert!(matches!(host.next(), Action::WaitUntil(_)));
            continue;
        }
        let rule = host.refusal().rule;
        assert_ne!(rule, RefusalRule::PermissionDenied, "{status}");
        assert_eq!(host.request().path_and_query, "/v1/auth/token/lookup-self");
        let waited = host.now.monotonic_milliseconds - asked;
        assert!(waited >= 10_000, "{status}: {waited}");
    }
}

#[test]
fn refused_token_without_a_token_is_nothing() {
    let mut host = Host::with_credentials();
    host.session.token_refused(host.now);
    assert_eq!(host.request().path_and_query, "/v1/auth/aws/login");
}
