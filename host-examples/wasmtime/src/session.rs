//! The component's session: the life of a token, without its I/O.

use wasmtime::component::ResourceAny;
use wasmtime::{Result, Store};

use crate::component::{Credentials, Instance, Login};
use crate::failure::{Failure, Kind};
use crate::rules;

pub use crate::component::lifecycle::{
    Action, AssumeRole, CredentialSource, Destination, Header, Healing, HttpMethod, HttpResponse,
    Instant, Lease, Refusal as SessionRefusal, RefusalRule as SessionRefusalRule,
    Request as SessionRequest, SessionConfig, TransportFailure,
};

/// Ends the program with a session's refusal.
pub fn failure(refusal: &SessionRefusal) -> Failure {
    let kind = match (refusal.destination, refusal.status) {
        // What the host pushed, or its clock.
        (None, _) => Kind::Here,
        (Some(_), None) => Kind::Unreached,
        (Some(_), Some(_)) => Kind::Refused,
    };
    let failure =
        Failure::new(kind, &refusal.message).with_rule(rules::session(refusal.rule).name());
    match &refusal.diagnosis {
        Some(diagnosis) => failure.explained(diagnosis),
        None => failure,
    }
}

/// One session, and the instance that holds it alone.
pub struct Session {
    store: Store<()>,
    login: Login,
    session: ResourceAny,
}

impl Session {
    /// Makes a session. The seed spreads the requests of a fleet.
    pub fn create(
        instance: Instance,
        config: &SessionConfig,
        jitter_seed: u64,
    ) -> Result<Self, Failure> {
        let Instance { mut store, login } = instance;
        let created = login.vault_aws_login_lifecycle().session().call_create(
            &mut store,
            config,
            jitter_seed,
        )?;
        match created {
            Ok(session) => Ok(Self {
                store,
                login,
                session,
            }),
            Err(refused) => Err(refused.into()),
        }
    }

    pub fn next_action(&mut self, now: Instant) -> Result<Action> {
        self.login
            .vault_aws_login_lifecycle()
            .session()
            .call_next_action(&mut self.store, self.session, now)
    }

    /// Hands the answer to a request to the session, or why there is none.
    pub fn on_answer(
        &mut self,
        request_id: u64,
        now: Instant,
        answer: Result<HttpResponse, TransportFailure>,
    ) -> Result<()> {
        let interface = self.login.vault_aws_login_lifecycle();
        let session = interface.session();
        match answer {
            Ok(response) => {
                session.call_on_response(&mut self.store, self.session, request_id, now, &response)
            }
            Err(failure) => {
                session.call_on_failure(&mut self.store, self.session, request_id, now, failure)
            }
        }
    }

    /// Returns why the component refuses the credentials, if it does.
    pub fn push_credentials(
        &mut self,
        credentials: &Credentials,
        now: Instant,
    ) -> Result<Option<String>> {
        let pushed = self
            .login
            .vault_aws_login_lifecycle()
            .session()
            .call_push_credentials(&mut self.store, self.session, credentials, now)?;
        Ok(pushed.err().map(|refused| refused.message))
    }
}
