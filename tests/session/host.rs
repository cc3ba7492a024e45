//! A host in virtual time, and the answers that servers give.

use vault_aws_login::session::{
    Action, CredentialSource, Header, Instant, Lease, Refusal, Request, Response, Session,
    SessionConfig, SessionSettings,
};
use vault_aws_login::{Credentials, LoginOptions};

/// 2015-08-30T12:36:00Z, in milliseconds.
pub const EPOCH: u64 = 1_440_938_160_000;

/// A session, the time, and what the session asked for.
pub struct Host {
    pub session: Session,
    pub now: Instant,
}

impl Host {
    pub fn new(source: CredentialSource) -> Self {
        Self::with(source, SessionSettings::default())
    }

    pub fn with(source: CredentialSource, settings: SessionSettings) -> Self {
        Self::of(LoginOptions::default(), source, settings)
    }

    pub fn of(login: LoginOptions, source: CredentialSource, settings: SessionSettings) -> Self {
        let config = SessionConfig::new("aws".into(), login, source, settings).unwrap();
        Self {
            session: Session::new(config, 7),
            now: Instant {
                monotonic_milliseconds: 1_000,
                unix_milliseconds: EPOCH,
            },
        }
    }

    /// A host whose session has its credentials.
    pub fn with_credentials() -> Self {
        let mut host = Self::new(CredentialSource::Pushed);
        host.session.push_credentials(credentials(), host.now);
        host
    }

    /// A host whose session holds a token of so many seconds.
    pub fn logged_in(seconds: u64) -> Self {
        let mut host = Self::with_credentials();
        let request = host.request();
        host.answer(&request, 200, &login_answer(seconds));
        assert!(matches!(host.next(), Action::TokenReady(_)));
        host
    }

    pub fn next(&mut self) -> Action {
        self.session.next_action(self.now)
    }

    /// Advances both clocks.
    pub fn pass(&mut self, milliseconds: u64) {
        self.now.monotonic_milliseconds += milliseconds;
        self.now.unix_milliseconds += milliseconds;
    }

    /// Waits as the session asks until there is something to do, for at most a day.
    pub fn wait(&mut self) -> Action {
        let start = self.now.monotonic_milliseconds;
        while self.now.monotonic_milliseconds < start + 24 * 3_600_000 {
            match self.next() {
                Action::WaitUntil(until) => {
                    let left = until.monotonic_milliseconds - self.now.monotonic_milliseconds;
                    assert!((1..=60_000).contains(&left), "a wait of {left} ms");
                    self.pass(left);
                }
                action => return action,
            }
        }
        panic!("nothing to do for a day");
    }

    /// Waits for the next request.
    #[track_caller]
    pub fn request(&mut self) -> Request {
        match self.wait() {
            Action::Send(request) => request,
            other => panic!("expected a request, found {other:?}"),
        }
    }

    /// Waits for the next refusal.
    #[track_caller]
    pub fn refusal(&mut self) -> Refusal {
        match self.next() {
            Action::Refused(refusal) => refusal,
            other => panic!("expected a refusal, found {other:?}"),
        }
    }

    /// Waits for the next lease.
    #[track_caller]
    pub fn lease(&mut self) -> Lease {
        match self.next() {
            Action::TokenReady(lease) => lease,
            other => panic!("expected a token, found {other:?}"),
        }
    }

    pub fn answer(&mut self, request: &Request, status: u16, body: &str) {
        self.answer_with(request, status, &[], body);
    }

    pub fn answer_with(
        &mut self,
        request: &Request,
        status: u16,
        headers: &[(&str, &str)],
        body: &str,
    ) {
        let response = Response {
            status,
            headers: headers.iter().map(|(n, v)| Header::new(n, v)).collect(),
            body: body.into(),
        };
        self.session.on_response(request.id, self.now, response);
    }
}

/// AWS's published example key.
pub fn credentials() -> Credentials {
    credentials_until(None)
}

pub fn credentials_until(expires_at: Option<u64>) -> Credentials {
    Credentials::new(
        "AKIAIOSFODNN7EXAMPLE".into(),
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
        None,
        expires_at,
    )
    .unwrap()
}

/// Vault's answer to a login.
pub fn login_answer(seconds: u64) -> String {
    format!(
        r#"{{"request_id":"r","lease_id":"","renewable":false,"lease_duration":0,"data":null,
         "wrap_info":null,"warnings":null,"auth":{{"client_token":"hvs.example","accessor":"acc",
         "policies":["default"],"token_policies":["default"],"metadata":{{}},
         "lease_duration":{seconds},"renewable":true,"entity_id":"e","token_type":"service",
         "orphan":true,"mfa_requirement":null,"num_uses":0}}}}"#
    )
}

/// Vault's answer to anything that it refuses.
pub fn errors(text: &str) -> String {
    serde_json::json!({ "errors": [text] }).to_string()
}

pub fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request
        .headers
        .iter()
        .find(|header| header.name == name)
        .map(|header| header.value.as_str())
}

pub fn body(request: &Request) -> &str {
    core::str::from_utf8(&request.body).unwrap()
}
