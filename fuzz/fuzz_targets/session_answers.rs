//! Whatever is answered, and whenever, a session has one request in flight and no token past its lease.

#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use vault_aws_login::session::{
    Action, AssumeRole, ContainerAuthorization, ContainerEndpoint, CredentialSource, Header, Instant,
    Request, Response, Session, SessionConfig, SessionSettings, TransportFailure, WebIdentity,
};
use vault_aws_login::{Credentials, LoginOptions, StsTarget};

/// 2015-08-30T12:36:00Z, in milliseconds.
const EPOCH: u64 = 1_440_938_160_000;

/// No moment brings more actions than this before the session waits.
const MOST_ACTIONS: usize = 20;

#[derive(Arbitrary, Debug)]
struct Input {
    source: Source,
    assumes_role: bool,
    seed: u64,
    events: Vec<Event>,
}

#[derive(Arbitrary, Debug)]
enum Source {
    Pushed,
    Container { token: bool },
    InstanceMetadata,
    WebIdentity,
}

#[derive(Arbitrary, Debug)]
enum Event {
    Pass(u32),
    StepWallClock(i32),
    Answer(u16, Vec<(String, String)>, Vec<u8>),
    Grant { seconds: u32, renewable: bool },
    LateAnswer(u8, Vec<u8>),
    Unreachable,
    TokenRefused,
    PushCredentials(Option<u16>),
    PushAuthorizationToken(String),
}

fuzz_target!(|input: Input| {
    let source = match input.source {
        Source::Pushed => CredentialSource::Pushed,
        Source::InstanceMetadata => CredentialSource::InstanceMetadata,
        Source::Container { token } => {
            let authorization = match token {
                true => ContainerAuthorization::Token,
                false => ContainerAuthorization::None,
            };
            CredentialSource::ContainerEndpoint(
                ContainerEndpoint::new("/credentials", authorization).expect("a path of its own"),
            )
        }
        Source::WebIdentity => CredentialSource::WebIdentity(
            WebIdentity::new(
                "arn:aws:iam::123456789012:role/dev".into(),
                "pod".into(),
                None,
                None,
            )
            .expect("the ARN of a role"),
        ),
    };
    let role = AssumeRole::new(
        "arn:aws:iam::123456789012:role/dev".into(),
        None,
        Some("partner".into()),
        None,
        StsTarget::resolve(None, None),
    );
    let settings = SessionSettings {
        assume_role: input.assumes_role.then(|| role.expect("the ARN of a role")),
        ..SessionSettings::default()
    };
    let config = SessionConfig::new("aws".into(), LoginOptions::default(), source, settings);
    let mut world = World {
        session: Session::new(config.expect("settings of their own"), input.seed),
        now: Instant {
            monotonic_milliseconds: 0,
            unix_milliseconds: EPOCH,
        },
        in_flight: None,
    };
    world.settle();
    for event in input.events {
        world.take(event);
        world.settle();
    }
});

struct World {
    session: Session,
    now: Instant,
    in_flight: Option<Request>,
}

impl World {
    fn settle(&mut self) {
        for _ in 0..MOST_ACTIONS {
            match self.session.next_action(self.now) {
                Action::WaitUntil(until) => {
                    assert!(until.monotonic_milliseconds > self.now.monotonic_milliseconds);
                    return;
                }
                Action::Send(request) => {
                    if let Some(before) = self.in_flight.replace(request) {
                        // Given up by the session, or else two would be in flight.
                        let id = before.id;
                        assert!(self.in_flight.as_ref().is_some_and(|next| next.id > id));
                    }
                }
                Action::TokenReady(lease) => assert!(lease.is_live(self.now)),
                _ => {}
            }
            if let Some(lease) = self.session.live_lease(self.now) {
                assert!(lease.is_live(self.now));
            }
        }
        panic!("more than {MOST_ACTIONS} actions at one moment");
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Pass(milliseconds) => {
                let milliseconds = u64::from(milliseconds);
                self.now.monotonic_milliseconds += milliseconds;
                self.now.unix_milliseconds =
                    self.now.unix_milliseconds.saturating_add(milliseconds);
            }
            Event::StepWallClock(milliseconds) => {
                let stepped = self
                    .now
                    .unix_milliseconds
                    .checked_add_signed(milliseconds.into());
                self.now.unix_milliseconds = stepped.unwrap_or(0);
            }
            Event::Answer(status, headers, body) => {
                let headers = headers.iter().map(|(name, value)| Header::new(name, value));
                self.answer(Response {
                    status,
                    headers: headers.collect(),
                    body,
                });
            }
            Event::Grant { seconds, renewable } => {
                let auth = serde_json::json!({ "auth": {
                    "client_token": "hvs.EXAMPLE", "accessor": "EXAMPLE",
                    "lease_duration": seconds, "renewable": renewable,
                } });
                self.answer(Response {
                    status: 200,
                    headers: Vec::new(),
                    body: auth.to_string().into_bytes(),
                });
            }
            Event::LateAnswer(id, body) => {
                let id = u64::from(id);
                let current = self.in_flight.as_ref().map(|request| request.id);
                if current != Some(id) {
                    let response = Response {
                        status: 200,
                        headers: Vec::new(),
                        body,
                    };
                    self.session.on_response(id, self.now, response);
                }
            }
            Event::Unreachable => {
                if let Some(request) = self.in_flight.take() {
                    let failure = TransportFailure::Unreachable;
                    self.session.on_failure(request.id, self.now, failure);
                }
            }
            Event::TokenRefused => self.session.token_refused(self.now),
            Event::PushCredentials(seconds) => {
                let end = seconds.map(|seconds| EPOCH / 1_000 + u64::from(seconds));
                let credentials = Credentials::new(
                    "AKIAIOSFODNN7EXAMPLE".into(),
                    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
                    None,
                    end,
                );
                let credentials = credentials.expect("AWS's example keys");
                self.session.push_credentials(credentials, self.now);
            }
            Event::PushAuthorizationToken(token) => {
                let _ = self.session.push_authorization_token(token);
            }
        }
    }

    fn answer(&mut self, response: Response) {
        if let Some(request) = self.in_flight.take() {
            self.session.on_response(request.id, self.now, response);
        }
    }
}
