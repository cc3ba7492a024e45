//! An upstream server says 403: is it the token, or is it just forbidden?

use proptest::prelude::*;
use vault_aws_login::session::{Action, Healing, HttpMethod, Refusal, RefusalRule, RequestPurpose};

use crate::host::{Host, errors, header, login_answer};

/// What the servers answer to a question that a policy forbids.
const POLICY: &str = "1 error occurred:\n\t* permission denied\n\n";

/// What OpenBao answers to a question with a token that it does not know.
const DEAD: &str = "permission denied";

/// What Vault answers to one.
const INVALID: &str = "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n";

/// What a host did that reported refusals.
#[derive(Default)]
struct Record {
    /// When, in seconds.
    logins: Vec<u64>,
    questions: Vec<u64>,
    refusals: Vec<Refusal>,
}

/// Reports a refusal after each of these waits, in milliseconds, where each login is
/// granted and each question has this answer.
fn nag(lease: u64, waits: impl IntoIterator<Item = u64>, answer: (u16, &str)) -> Record {
    let mut host = Host::with_credentials();
    let mut record = Record::default();
    for wait in waits {
        let until = host.now.monotonic_milliseconds + wait;
        loop {
            match host.next() {
                Action::Send(request) => {
                    let second = host.now.monotonic_milliseconds / 1_000;
                    match request.path_and_query.as_str() {
                        "/v1/auth/token/lookup-self" => {
                            record.questions.push(second);
                            host.answer(&request, answer.0, answer.1);
                        }
                        "/v1/auth/aws/login" => {
                            record.logins.push(second);
                            host.answer(&request, 200, &login_answer(lease));
                        }
                        _ => host.answer(&request, 200, &login_answer(lease)),
                    }
                }
                Action::Refused(refusal) => record.refusals.push(refusal),
                Action::WaitUntil(then) => {
                    let now = host.now.monotonic_milliseconds;
                    if now == until {
                        break;
                    }
                    host.pass(then.monotonic_milliseconds.min(until) - now);
                }
                Action::TokenReady(_) | Action::TokenEnded(_) => {}
                other => panic!("unexpected {other:?}"),
            }
        }
        host.session.token_refused(host.now);
    }
    record
}

#[test]
fn refused_token_is_asked_about() {
    let mut host = Host::logged_in(3_600);
    host.pass(1_000);
    host.session.token_refused(host.now);
    let request = host.request();
    assert_eq!(request.path_and_query, "/v1/auth/token/lookup-self");
    assert_eq!(request.purpose, RequestPurpose::TokenCheck);
    assert_eq!(request.method, HttpMethod::Get);
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
fn token_that_vault_calls_invalid_is_dropped_and_replaced_at_once() {
    for answer in [
        errors(DEAD),
        errors(INVALID),
        errors("invalid token"),
        errors("bad token"),
        r#"{"errors":["permission denied","invalid token"]}"#.into(),
    ] {
        let mut host = Host::logged_in(3_600);
        host.pass(5_000);
        host.session.token_refused(host.now);
        let request = host.request();
        host.answer(&request, 403, &answer);
        assert!(matches!(host.next(), Action::TokenEnded(1)), "{answer}");
        assert!(host.session.live_lease(host.now).is_none());
        let sent = host.now;
        let request = host.request();
        assert_eq!(request.path_and_query, "/v1/auth/aws/login");
        assert_eq!(host.now, sent);
        host.answer(&request, 200, &login_answer(3_600));
        assert_eq!(host.lease().generation, 2);
    }
}

#[test]
fn token_stays_if_a_403_does_not_say_that_it_is_invalid() {
    for answer in [
        errors(POLICY),
        // Vault before 1.0
        errors("1 error occurred:\n\n* permission denied"),
        // A Sentinel policy of Vault Enterprise.
        errors(
            "2 errors occurred:\n\t* egp standard policy \"root/x\" evaluation resulted in \
             denial.\n\t* permission denied\n\n",
        ),
        errors("the invalid token policy of this proxy says: permission denied"),
        errors("namespaces feature not enabled"),
        r#"{"errors":["permission denied","permission denied"]}"#.into(),
        r#"{"errors":[]}"#.into(),
        "<html>403 Forbidden: invalid token</html>".into(),
        String::new(),
    ] {
        let mut host = Host::logged_in(3_600);
        host.session.token_refused(host.now);
        let request = host.request();
        host.answer(&request, 403, &answer);
        let refusal = host.refusal();
        assert_eq!(refusal.rule, RefusalRule::TokenCheckForbidden, "{answer}");
        assert_eq!(refusal.healing, Healing::ByHand);
        assert!(host.session.live_lease(host.now).is_some(), "{answer}");
        // Not asked again before a server refuses the token again.
        assert_eq!(host.request().path_and_query, "/v1/auth/token/renew-self");
    }
}

#[test]
fn forbidden_question_names_what_the_roles_tokens_need() {
    let mut host = Host::logged_in(3_600);
    host.session.token_refused(host.now);
    let request = host.request();
    host.answer(&request, 403, &errors(POLICY));
    assert_eq!(
        host.refusal().message,
        "no word about the token from Vault: expected one, found a refusal to look it up, for \
         which a token needs read on auth/token/lookup-self (status 403): 1 error \
         occurred:\\n\\t* permission denied"
    );
}

#[test]
fn client_of_forbidden_paths_causes_no_login_where_a_policy_forbids_the_question() {
    let record = nag(86_400, [1_000; 3_600], (403, &errors(POLICY)));
    assert_eq!(record.logins, [1]);
    assert!(record.questions.len() <= 60, "{:?}", record.questions);
    // Said once, however often it is so.
    assert_eq!(record.refusals.len(), 1);
}

#[test]
fn client_of_forbidden_paths_causes_nine_logins_an_hour_if_each_token_is_called_invalid() {
    for (lease, logins) in [
        (
            3_600,
            [1, 2, 12, 72, 192, 432, 912, 1_872, 3_072].as_slice(),
        ),
        (86_400, &[1, 2, 12, 72, 192, 432, 912, 1_872]),
    ] {
        for text in [DEAD, INVALID] {
            let record = nag(lease, [1_000; 3_600], (403, &errors(text)));
            assert_eq!(record.logins, logins, "{text}");
            let rules: Vec<_> = record.refusals.iter().map(|refusal| refusal.rule).collect();
            assert_eq!(rules, [RefusalRule::TokenCheckForbidden]);
            assert_eq!(record.refusals[0].healing, Healing::ByHand);
        }
    }
    // A day's worth: one in an hour from then on.
    let record = nag(86_400, [1_000; 86_400], (403, &errors(DEAD)));
    assert_eq!(record.logins.len(), 8 + 23);
}

#[test]
fn token_that_lived_long_is_asked_about_at_once_again() {
    let young = [1_000; 300];
    let long = [3 * 3_600_000];
    let waits = young.into_iter().chain(long).chain(young);
    let record = nag(86_400, waits, (403, &errors(DEAD)));
    // The last refusal of the young ones is asked about as soon as that is allowed.
    let start = 301 + 3 * 3_600;
    let again = [0, 10, 70, 190].map(|second| start + second);
    assert_eq!(record.logins[..6], [1, 2, 12, 72, 192, 432]);
    assert_eq!(record.logins[6..], again);
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
fn token_refused_without_a_token_is_ignored() {
    let mut host = Host::with_credentials();
    host.session.token_refused(host.now);
    assert_eq!(host.request().path_and_query, "/v1/auth/aws/login");
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_pattern_of_refusals_causes_more_than_ten_logins_in_an_hour(
        lease in 600_u64..3_000_000,
        waits in prop::collection::vec(prop_oneof![
            3 => Just(1_000_u64),
            2 => 1_000_u64..120_000,
            1 => 1_000_u64..9_000_000,
        ], 1..400),
        text in prop::sample::select(vec![DEAD, INVALID]),
    ) {
        let record = nag(lease, waits, (403, &errors(text)));
        for window in record.logins.windows(11) {
            prop_assert!(window[10] - window[0] >= 3_600, "{:?}", window);
        }
    }
}
