//! Clocks that step, stop or are wrong.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use vault_aws_login::LoginOptions;
use vault_aws_login::session::{
    Action, CredentialSource, Healing, Refusal, RefusalRule, Request, SessionSettings,
};

use crate::host::{EPOCH, Host, body, credentials, errors, login_answer};

/// Reads the time of signing, such as `20150830T123600Z`.
fn signed_at(request: &Request) -> String {
    let login: serde_json::Value = serde_json::from_str(body(request)).unwrap();
    let headers = STANDARD
        .decode(login["iam_request_headers"].as_str().unwrap())
        .unwrap();
    let headers: serde_json::Value = serde_json::from_slice(&headers).unwrap();
    headers["X-Amz-Date"][0].as_str().unwrap().to_owned()
}

/// A host whose clock may be corrected by an hour.
fn host() -> Host {
    host_with(SessionSettings::default())
}

fn host_with(settings: SessionSettings) -> Host {
    let login = LoginOptions::new(None, Some("vault.example.com".into()), None, None);
    let mut host = Host::of(login.unwrap(), CredentialSource::Pushed, settings);
    host.session.push_credentials(credentials(), host.now);
    host
}

fn time_refusal(text: &str) -> String {
    let error = format!(
        "<Error>\n    <Type>Sender</Type>\n    <Code>SignatureDoesNotMatch</Code>\n    \
         <Message>{text}</Message>\n  </Error>"
    );
    errors(&format!(
        "error making upstream request: received error code 403 from STS: \
         <ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  {error}\n\
         </ErrorResponse>"
    ))
}

const BEHIND: &str = "Signature expired: 20150830T123600Z is now earlier than 20150830T125130Z \
    (20150830T130630Z - 15 min.)";
const AHEAD: &str = "Signature not yet current: 20150830T123600Z is still later than \
    20150830T122000Z (20150830T120500Z + 15 min.)";

/// Collects every action until the next request.
fn until_request(host: &mut Host) -> (Vec<Refusal>, Vec<i64>, Request) {
    let (mut refusals, mut offsets) = (Vec::new(), Vec::new());
    loop {
        match host.wait() {
            Action::Refused(refusal) => refusals.push(refusal),
            Action::ClockCorrected(correction) => offsets.push(correction.offset_seconds),
            Action::Send(request) => return (refusals, offsets, request),
            Action::NeedCredentials | Action::TokenReady(_) | Action::TokenEnded(_) => {}
            Action::WaitUntil(_) | Action::NeedAuthorizationToken => unreachable!(),
        }
    }
}

#[test]
fn login_is_signed_for_awss_time_after_a_refusal_that_names_it() {
    for (text, offset, minute) in [
        (BEHIND, 1830, "20150830T1306"),
        (AHEAD, -1860, "20150830T1205"),
    ] {
        let mut host = host();
        let request = host.request();
        assert_eq!(signed_at(&request), "20150830T123600Z");
        // An unauthenticated `Date` does not win over AWS's own clock.
        let date = [("Date", "Tue, 30 Aug 2016 12:36:00 GMT")];
        host.answer_with(&request, 400, &date, &time_refusal(text));
        let (refusals, offsets, request) = until_request(&mut host);
        assert_eq!(refusals[0].rule, RefusalRule::ClockSkewed);
        assert_eq!(refusals[0].healing, Healing::ByItself);
        assert_eq!(offsets, [offset]);
        assert!(
            signed_at(&request).starts_with(minute),
            "{}",
            signed_at(&request)
        );
        host.answer(&request, 200, &login_answer(60));
        assert_eq!(host.lease().generation, 1);
    }
}

#[test]
fn date_header_serves_only_where_the_text_has_no_time() {
    let mut host = host();
    let request = host.request();
    let date = [("date", "Sun, 30 Aug 2015 13:00:00 GMT")];
    host.answer_with(&request, 400, &date, &time_refusal("Signature expired"));
    let (_, offsets, _) = until_request(&mut host);
    assert_eq!(offsets, [1_440]);
}

/// The refusal of a login that was signed for 12:36 by a server whose clock is ahead.
fn behind_by(seconds: u64) -> String {
    let time = |seconds: u64| {
        let (hour, minute) = (seconds / 3_600, seconds / 60 % 60);
        format!("20150830T{hour:02}{minute:02}{:02}Z", seconds % 60)
    };
    let now = 12 * 3_600 + 36 * 60 + seconds;
    format!(
        "Signature expired: 20150830T123600Z is now earlier than {} ({} - 15 min.)",
        time(now - 900),
        time(now)
    )
}

#[test]
fn clock_is_corrected_by_an_hour_with_a_server_id_and_by_20_minutes_without() {
    for (server_id, limit, most) in [
        (None, None, 1_200),
        (Some("vault.example.com"), None, 3_600),
        (None, Some(3_600), 3_600),
        (Some("vault.example.com"), Some(1_000), 1_000),
    ] {
        for (seconds, corrected) in [(most, true), (most + 1, false)] {
            let login = LoginOptions::new(None, server_id.map(Into::into), None, None);
            let settings = SessionSettings {
                clock_correction_limit_seconds: limit,
                ..SessionSettings::default()
            };
            let mut host = Host::of(login.unwrap(), CredentialSource::Pushed, settings);
            host.session.push_credentials(credentials(), host.now);
            let request = host.request();
            host.answer(&request, 400, &time_refusal(&behind_by(seconds)));
            let (refusals, offsets, _) = until_request(&mut host);
            let healing = if corrected {
                Healing::ByItself
            } else {
                Healing::ByHand
            };
            assert_eq!(refusals[0].healing, healing, "{server_id:?} {limit:?}");
            let expected: &[i64] = if corrected { &[seconds as i64] } else { &[] };
            assert_eq!(offsets, expected, "{server_id:?} {limit:?}");
        }
    }
}

#[test]
fn login_is_never_signed_for_a_time_past_the_limit() {
    let year_ahead = "Tue, 30 Aug 2016 12:36:00 GMT";
    let far = "Signature expired: 20150830T123600Z is now earlier than 20150830T140000Z \
        (20150830T141500Z - 15 min.)";
    let table = [
        (None, far, "Sun, 30 Aug 2015 14:15:00 GMT"),
        (None, "Signature expired", year_ahead),
        (Some(0), BEHIND, "Sun, 30 Aug 2015 13:06:30 GMT"),
        (Some(1_000), BEHIND, "Sun, 30 Aug 2015 13:06:30 GMT"),
    ];
    for (limit, text, date) in table {
        let settings = SessionSettings {
            clock_correction_limit_seconds: limit,
            ..SessionSettings::default()
        };
        let mut host = host_with(settings);
        let request = host.request();
        let sent = host.now.monotonic_milliseconds;
        host.answer_with(&request, 400, &[("Date", date)], &time_refusal(text));
        let (refusals, offsets, request) = until_request(&mut host);
        assert_eq!(refusals[0].rule, RefusalRule::ClockSkewed, "{text}");
        assert_eq!(refusals[0].healing, Healing::ByHand, "{text}");
        assert!(offsets.is_empty(), "{text}");
        assert!(signed_at(&request).starts_with("20150830T1237"), "{text}");
        assert!(host.now.monotonic_milliseconds - sent >= 60_000, "{text}");
    }
}

#[test]
fn date_a_year_ahead_alone_changes_nothing() {
    let date = [("Date", "Tue, 30 Aug 2016 12:36:00 GMT")];
    for (status, answer) in [
        (400, errors("entry for role dev not found")),
        (500, String::new()),
    ] {
        let mut host = Host::with_credentials();
        let request = host.request();
        host.answer_with(&request, status, &date, &answer);
        let (_, offsets, request) = until_request(&mut host);
        assert!(offsets.is_empty());
        assert!(signed_at(&request).starts_with("20150830T123"));
    }
}

#[test]
fn correction_that_does_not_help_is_tried_once_a_minute() {
    let mut host = host();
    let mut request = host.request();
    let mut refused = Vec::new();
    for text in [BEHIND, AHEAD, BEHIND, AHEAD] {
        refused.push(host.now.monotonic_milliseconds);
        host.answer(&request, 400, &time_refusal(text));
        (_, _, request) = until_request(&mut host);
    }
    assert!(refused[1] - refused[0] < 2_000);
    assert!(refused[2] - refused[1] >= 60_000);
    assert!(refused[3] - refused[2] >= 60_000);
}

#[test]
fn correction_is_dropped_when_the_hosts_clock_is_set() {
    let mut host = host();
    let request = host.request();
    host.answer(&request, 400, &time_refusal(BEHIND));
    let (_, _, request) = until_request(&mut host);
    host.answer(&request, 503, "");
    host.refusal();
    assert!(matches!(host.next(), Action::WaitUntil(_)));
    host.now.unix_milliseconds += 1_830_000;
    let (_, offsets, request) = until_request(&mut host);
    assert_eq!(offsets, [0]);
    assert!(signed_at(&request).starts_with("20150830T1306"));
}

#[test]
fn wall_clock_set_back_does_not_lengthen_the_lease() {
    let mut host = Host::logged_in(60);
    host.now.unix_milliseconds -= 3_600_000;
    host.pass(59_999);
    assert!(host.session.live_lease(host.now).is_some());
    host.pass(1);
    assert!(host.session.live_lease(host.now).is_none());
    assert!(matches!(host.next(), Action::TokenEnded(1)));
}

#[test]
fn monotonic_clock_that_stood_still_does_not_lengthen_the_lease() {
    let mut host = Host::logged_in(60);
    host.now.unix_milliseconds += 60_000;
    assert!(host.session.live_lease(host.now).is_none());
    assert!(matches!(host.next(), Action::TokenEnded(1)));
    assert_eq!(host.request().path_and_query, "/v1/auth/aws/login");
}

#[test]
fn monotonic_clock_that_goes_back_does_not_lengthen_the_lease() {
    let mut host = Host::logged_in(60);
    host.pass(30_000);
    assert!(matches!(host.next(), Action::WaitUntil(_)));
    host.now.monotonic_milliseconds = 0;
    host.now.unix_milliseconds += 30_000;
    assert!(matches!(host.next(), Action::TokenEnded(1)));
}

#[test]
fn monotonic_clock_at_its_end_causes_no_requests_without_a_wait() {
    for shown in [u64::MAX, u64::MAX - 30_000, u64::MAX / 2 + 1] {
        let mut host = Host::with_credentials();
        host.now.monotonic_milliseconds = shown;
        let Action::Send(request) = host.next() else {
            panic!("expected a login");
        };
        host.answer(&request, 500, "");
        assert_eq!(host.refusal().rule, RefusalRule::VaultUnavailable);
        for _ in 0..100 {
            assert!(matches!(host.next(), Action::WaitUntil(_)), "{shown}");
        }
        // As soon as the clock is right, so is the session.
        host.now.monotonic_milliseconds = 1_000;
        let request = host.request();
        host.answer(&request, 200, &login_answer(60));
        assert_eq!(host.lease().generation, 1);
    }
}

#[test]
fn monotonic_clock_that_jumps_once_does_not_stop_the_session() {
    for shown in [u64::MAX, u64::MAX / 1_000_000] {
        let mut host = Host::logged_in(60);
        let right = core::mem::replace(&mut host.now.monotonic_milliseconds, shown);
        assert!(matches!(host.next(), Action::WaitUntil(_)));
        host.now.monotonic_milliseconds = right;
        assert_eq!(host.request().path_and_query, "/v1/auth/token/renew-self");
        assert_eq!(host.now.monotonic_milliseconds, right + 40_000, "{shown}");
    }
}

#[test]
fn wall_clock_past_the_year_9999_is_refused_by_its_rule() {
    let mut host = Host::with_credentials();
    host.now.unix_milliseconds = 253_402_300_800_000;
    let refusal = host.refusal();
    assert_eq!(refusal.rule, RefusalRule::TimeOutOfRange);
    assert_eq!(
        refusal.message,
        "no token from the host: expected one, found a wall clock past the year 9999"
    );
    host.now.unix_milliseconds = EPOCH;
    assert_eq!(signed_at(&host.request())[..11], *"20150830T12");
}
