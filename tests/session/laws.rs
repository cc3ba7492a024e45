//! Laws that hold whatever the servers answer, whenever they do, and whatever the clocks show.

use proptest::prelude::*;
use vault_aws_login::session::{
    Action, AssumeRole, ContainerAuthorization, ContainerEndpoint, CredentialSource, Destination,
    Instant, Request, SessionSettings, TransportFailure, WebIdentity,
};

use vault_aws_login::StsTarget;

use crate::host::{Host, body, credentials_until, errors, login_answer};

const STS_ANSWER: &str = "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult>\
    <Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>\
    <SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY</SecretAccessKey>\
    <SessionToken>session</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>\
    </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";

/// What the world does next.
#[derive(Clone, Debug)]
enum Event {
    Pass(u64),
    Answer(u16, String),
    LateAnswer(String),
    Fail(TransportFailure),
    StepWallClock(i64),
    /// The session is asked once with a monotonic clock that shows this.
    MistakeClock(u64),
    TokenRefused,
    PushCredentials(u64),
    PushAuthorizationToken,
}

fn event() -> impl Strategy<Value = Event> {
    let answer = prop_oneof![
        4 => (1_u64..100).prop_map(login_answer),
        1 => (1_u64..100).prop_map(|seconds| {
            login_answer(seconds).replace("\"renewable\":true", "\"renewable\":false")
        }),
        1 => Just(errors("permission denied")),
        1 => Just(errors("Signature expired: 20150830T123600Z is now earlier than \
            20150830T125130Z (20150830T130630Z - 15 min.)")),
        1 => Just(r#"{"Code":"Success","AccessKeyId":"AKIAIOSFODNN7EXAMPLE",
            "SecretAccessKey":"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "Expiration":"2015-08-30T14:36:00Z"}"#.to_owned()),
        1 => Just(STS_ANSWER.to_owned()),
        1 => Just("<ErrorResponse><Error><Code>AccessDenied</Code><Message>User: arn:aws:iam::1:user/x \
            is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::1:role/y</Message>\
            </Error></ErrorResponse>".to_owned()),
        1 => ".{0,40}",
    ];
    let status = prop_oneof![
        4 => Just(200_u16),
        2 => prop::sample::select(vec![204, 301, 400, 403, 404, 412, 429, 472, 473, 500, 503]),
        1 => any::<u16>(),
    ];
    let failure = prop::sample::select(vec![
        TransportFailure::Unreachable,
        TransportFailure::TimedOut,
        TransportFailure::Interrupted,
        TransportFailure::Untrusted,
        TransportFailure::AnswerTooLarge,
    ]);
    prop_oneof![
        6 => (0_u64..40_000).prop_map(Event::Pass),
        6 => (status, answer).prop_map(|(status, answer)| Event::Answer(status, answer)),
        1 => (1_u64..100).prop_map(|seconds| Event::LateAnswer(login_answer(seconds))),
        2 => failure.prop_map(Event::Fail),
        1 => (-7_200_000_i64..7_200_000).prop_map(Event::StepWallClock),
        1 => mistaken_clock().prop_map(Event::MistakeClock),
        1 => Just(Event::TokenRefused),
        1 => (0_u64..7_200).prop_map(Event::PushCredentials),
        1 => Just(Event::PushAuthorizationToken),
    ]
}

/// What a monotonic clock may show by a host's mistake: nothing, or a negative number.
fn mistaken_clock() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0),
        Just(u64::MAX),
        (0_u64..100_000).prop_map(|before| u64::MAX - before),
        // In nanoseconds or microseconds, divided afterwards.
        Just(u64::MAX / 1_000),
        Just(u64::MAX / 1_000_000),
        u64::MAX / 4..u64::MAX,
    ]
}

fn source() -> impl Strategy<Value = CredentialSource> {
    let container = |authorization| {
        CredentialSource::ContainerEndpoint(ContainerEndpoint::new("/x", authorization).unwrap())
    };
    let arn = "arn:aws:iam::123456789012:role/dev";
    let web_identity = WebIdentity::new(arn.into(), "pod".into(), None, None).unwrap();
    prop_oneof![
        Just(CredentialSource::WebIdentity(web_identity)),
        Just(CredentialSource::Pushed),
        Just(CredentialSource::InstanceMetadata),
        Just(container(ContainerAuthorization::None)),
        Just(container(ContainerAuthorization::Token)),
    ]
}

/// No role, or one that is assumed before each login.
fn assume_role() -> impl Strategy<Value = Option<AssumeRole>> {
    let arn = "arn:aws:iam::123456789012:role/dev";
    let target = StsTarget::resolve(None, None);
    let role = AssumeRole::new(arn.into(), None, Some("id".into()), None, target).unwrap();
    prop_oneof![Just(None), Just(Some(role))]
}

/// Follows a session and holds it to the laws.
struct Watch {
    host: Host,
    in_flight: Option<(Request, u64)>,
    old: Vec<u64>,
    /// When a request of each kind was last sent, and when one may be sent again.
    earliest: Vec<(String, u64)>,
    /// The latest end of anything that Vault has granted, by the monotonic clock. A lease begins,
    /// at the latest that is safe, when its request was sent.
    granted_until: u64,
    /// The right time, while the host's monotonic clock shows a wrong one.
    right: Option<u64>,
}

impl Watch {
    fn new(source: CredentialSource, settings: SessionSettings) -> Self {
        Self {
            host: Host::with(source, settings),
            in_flight: None,
            old: Vec::new(),
            earliest: Vec::new(),
            granted_until: 0,
            right: None,
        }
    }

    fn monotonic(&self) -> u64 {
        self.right.unwrap_or(self.host.now.monotonic_milliseconds)
    }

    /// Performs every action until the session waits.
    fn settle(&mut self) {
        // A second after its time limit the session gives a request up.
        let now = self.monotonic();
        if let Some((request, _)) = self.in_flight.take_if(|(_, end)| *end + 1_000 <= now) {
            self.old.push(request.id);
        }
        for _ in 0..20 {
            let action = self.host.next();
            self.check_lease();
            match action {
                Action::WaitUntil(until) => {
                    let told = self.host.now.monotonic_milliseconds;
                    let wait = until.monotonic_milliseconds - told;
                    let least = 1.min(u64::MAX - told);
                    assert!((least..=60_000).contains(&wait), "a wait of {wait} ms");
                    return;
                }
                Action::Send(request) => self.check_request(request),
                Action::Refused(refusal) => {
                    assert!(refusal.retry_at.monotonic_milliseconds >= self.monotonic());
                }
                Action::TokenReady(_)
                | Action::TokenEnded(_)
                | Action::NeedCredentials
                | Action::NeedAuthorizationToken
                | Action::ClockCorrected(_) => {}
            }
        }
        panic!("the session never waits");
    }

    /// Never two requests in flight, never one before its time.
    fn check_request(&mut self, request: Request) {
        assert!(self.in_flight.is_none(), "two requests in flight");
        assert!(!self.old.contains(&request.id), "an id comes twice");
        let kind = kind(&request);
        if let Some((_, earliest)) = self.earliest.iter().find(|(known, _)| *known == kind) {
            assert!(
                self.monotonic() >= *earliest,
                "{kind} is hotter than the back-off allows"
            );
        }
        let deadline = self.monotonic() + u64::from(request.timeout_milliseconds);
        self.in_flight = Some((request, deadline));
    }

    /// Never a token past its lease.
    fn check_lease(&self) {
        if let Some(lease) = self.host.session.live_lease(self.host.now) {
            let now = self.host.now;
            assert!(now.monotonic_milliseconds < lease.ends_at.monotonic_milliseconds);
            assert!(now.unix_milliseconds < lease.ends_at.unix_milliseconds);
            let end = lease.ends_at.monotonic_milliseconds;
            assert!(end <= self.granted_until, "longer than any answer grants");
        }
    }

    /// Notes what an answer grants to a request that was sent then.
    fn grant(&mut self, sent: u64, body: &str) {
        let answer = serde_json::from_str::<serde_json::Value>(body).unwrap_or_default();
        if let Some(seconds) = answer["auth"]["lease_duration"].as_u64() {
            self.granted_until = self.granted_until.max(sent + seconds * 1_000);
        }
    }

    /// What is known of the token, if it is live.
    fn held(&self) -> Option<(String, u64, Instant)> {
        let lease = self.host.session.live_lease(self.host.now)?;
        Some((lease.token.to_string(), lease.generation, lease.ends_at))
    }

    /// After a failure the next request of that kind must wait.
    fn forbid(&mut self, request: &Request, milliseconds: u64) {
        let kind = kind(request);
        self.earliest.retain(|(known, _)| *known != kind);
        self.earliest.push((kind, self.monotonic() + milliseconds));
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Pass(milliseconds) => self.host.pass(milliseconds),
            Event::Answer(status, body) => {
                if let Some((request, deadline)) = self.in_flight.take() {
                    let sent = deadline - u64::from(request.timeout_milliseconds);
                    self.grant(sent, &body);
                    // 400 and 403 heal by hand, unless they name the time, or STS's troubles.
                    match (kind(&request).as_str(), status) {
                        ("login", 403 | 404) => self.forbid(&request, 60_000),
                        ("login", 400) if !body.contains("Signature") => {
                            self.forbid(&request, 60_000);
                        }
                        ("login", 500..600 | 412 | 429 | 472 | 473) => self.forbid(&request, 500),
                        ("role", 500..600 | 429) => self.forbid(&request, 500),
                        ("role", 400 | 403) if body.contains("AccessDenied") => {
                            self.forbid(&request, 60_000);
                        }
                        ("check", _) => self.forbid(&request, 10_000),
                        _ => self.forbid(&request, 0),
                    }
                    self.host.answer(&request, status, &body);
                    self.old.push(request.id);
                }
            }
            Event::LateAnswer(body) => {
                if let Some(id) = self.old.last().copied() {
                    let before = self.held();
                    let mut request = request_with(id);
                    request.id = id;
                    self.host.answer(&request, 200, &body);
                    assert_eq!(before, self.held(), "a late answer was heard");
                }
            }
            Event::Fail(failure) => {
                if let Some((request, _)) = self.in_flight.take() {
                    let wait = match failure {
                        TransportFailure::Untrusted | TransportFailure::AnswerTooLarge => 60_000,
                        _ => 500,
                    };
                    match kind(&request).as_str() {
                        "login" | "role" => self.forbid(&request, wait),
                        "check" => self.forbid(&request, 10_000),
                        _ => self.forbid(&request, 0),
                    }
                    self.host
                        .session
                        .on_failure(request.id, self.host.now, failure);
                    self.old.push(request.id);
                }
            }
            Event::StepWallClock(by) => {
                let unix = &mut self.host.now.unix_milliseconds;
                *unix = unix.saturating_add_signed(by);
            }
            Event::MistakeClock(shown) => {
                let right = self.monotonic();
                self.right = Some(right);
                self.host.now.monotonic_milliseconds = shown;
                self.settle();
                self.host.now.monotonic_milliseconds = right;
                self.right = None;
            }
            Event::TokenRefused => self.host.session.token_refused(self.host.now),
            Event::PushCredentials(seconds) => {
                let end = self.host.now.unix_milliseconds / 1_000 + seconds;
                let credentials = credentials_until(Some(end));
                self.host
                    .session
                    .push_credentials(credentials, self.host.now);
            }
            Event::PushAuthorizationToken => {
                self.host
                    .session
                    .push_authorization_token("t".into())
                    .unwrap();
            }
        }
    }

    /// Serves everything as a healthy world does, and says after how many milliseconds there is a
    /// token.
    fn heal(&mut self) -> u64 {
        let start = self.monotonic();
        if let Some((request, _)) = self.in_flight.take() {
            self.serve(&request);
        }
        loop {
            if self.host.session.live_lease(self.host.now).is_some() {
                return self.monotonic() - start;
            }
            assert!(self.monotonic() - start < 4 * 3_600_000, "no progress");
            match self.host.wait() {
                Action::Send(request) => self.serve(&request),
                Action::NeedCredentials => self.happen(Event::PushCredentials(3_600)),
                Action::NeedAuthorizationToken => self.happen(Event::PushAuthorizationToken),
                _ => {}
            }
        }
    }

    fn serve(&mut self, request: &Request) {
        let end = self.host.now.unix_milliseconds / 1_000 + 6 * 3_600;
        let document = format!(
            r#"{{"Code":"Success","AccessKeyId":"AKIAIOSFODNN7EXAMPLE",
             "SecretAccessKey":"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY","Expiration":{end}}}"#
        );
        let answer = match (request.destination, request.path_and_query.as_str()) {
            (Destination::Vault, _) => login_answer(60),
            (Destination::Sts, _) => STS_ANSWER.to_owned(),
            (_, "/latest/api/token") => "t".to_owned(),
            (_, "/latest/meta-data/iam/security-credentials/") => "dev".to_owned(),
            _ => document,
        };
        self.grant(self.monotonic(), &answer);
        self.host.answer(request, 200, &answer);
    }
}

fn kind(request: &Request) -> String {
    match request.path_and_query.as_str() {
        "/v1/auth/aws/login" => "login".into(),
        "/v1/auth/token/lookup-self" => "check".into(),
        _ if body(request).starts_with("Action=AssumeRole&") => "role".into(),
        other => other.into(),
    }
}

fn request_with(id: u64) -> Request {
    let mut request = Host::with_credentials().request();
    request.id = id;
    request
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn random_worlds_are_survived_and_healed(
        source in source(),
        assume_role in assume_role(),
        events in prop::collection::vec(event(), 1..120),
    ) {
        let refusals = if assume_role.is_some() { 3 } else { 2 };
        let settings = SessionSettings { assume_role, ..SessionSettings::default() };
        let mut watch = Watch::new(source, settings);
        watch.settle();
        for event in events {
            watch.happen(event);
            watch.settle();
        }
        // Everything that can be in the way: a request that is given up, a refusal by hand or the
        // cap of the back-off, one of them for each kind of credentials and one for the login.
        let healed = watch.heal();
        prop_assert!(healed <= refusals * 75_000 + 11_000, "{} ms", healed);
    }

    #[test]
    fn random_bytes_are_survived(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        status in any::<u16>(),
        value in ".{0,40}",
    ) {
        let mut host = Host::with_credentials();
        let request = host.request();
        let response = vault_aws_login::session::Response {
            status,
            headers: vec![
                vault_aws_login::session::Header::new("retry-after", &value),
                vault_aws_login::session::Header::new("date", &value),
            ],
            body: bytes,
        };
        host.session.on_response(request.id, host.now, response);
        prop_assert!(matches!(host.next(), Action::Refused(_)));
    }
}
