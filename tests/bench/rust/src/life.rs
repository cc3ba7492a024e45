//! The session: the life of a token that is renewed for ever, in virtual time.

use criterion::Criterion;
use vault_aws_login::session::{
    Action, CredentialSource, Instant, Response, Session, SessionConfig, SessionSettings,
};
use vault_aws_login::{Credentials, LoginOptions};

use crate::example;

/// Vault's answer to a login or a renewal.
const GRANTED: &str = r#"{"request_id":"r","lease_id":"","renewable":false,"lease_duration":0,
    "data":null,"wrap_info":null,"warnings":null,"auth":{"client_token":"hvs.example",
    "accessor":"acc","policies":["default"],"token_policies":["default"],"metadata":{},
    "lease_duration":3600,"renewable":true,"entity_id":"e","token_type":"service","orphan":true,
    "mfa_requirement":null,"num_uses":0}}"#;

pub fn session(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("session");
    group.bench_function("step", |b| {
        let mut life = Life::new();
        b.iter(|| life.step());
    });
    group.bench_function("renewal", |b| {
        let mut life = Life::new();
        b.iter(|| while !life.step() {});
    });
    group.finish();
}

struct Life {
    session: Session,
    now: Instant,
}

impl Life {
    fn new() -> Self {
        let config = SessionConfig::new(
            "aws".into(),
            LoginOptions::default(),
            CredentialSource::Pushed,
            SessionSettings::default(),
        );
        let now = Instant {
            monotonic_milliseconds: 0,
            unix_milliseconds: example::UNIX_SECONDS * 1000,
        };
        let mut session = Session::new(config.unwrap(), 7);
        let credentials = Credentials::new(
            example::ACCESS_KEY_ID.into(),
            example::SECRET_ACCESS_KEY.into(),
            None,
            None,
        );
        session.push_credentials(credentials.unwrap(), now);
        Self { session, now }
    }

    /// Does what the session says, and returns whether that was to use a token from now on.
    fn step(&mut self) -> bool {
        match self.session.next_action(self.now) {
            Action::WaitUntil(then) => self.now = then,
            Action::Send(request) => {
                let response = Response {
                    status: 200,
                    headers: Vec::new(),
                    body: GRANTED.into(),
                };
                self.session.on_response(request.id, self.now, response);
            }
            Action::TokenReady(_) => return true,
            other => panic!("expected a life without trouble, found {other:?}"),
        }
        false
    }
}
