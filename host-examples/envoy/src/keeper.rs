//! What only the holder does: drives the session and publishes what comes of it.

use vault_aws_login::session::{
    Action, Lease, Refusal, Request, Session, SessionConfig, TransportFailure,
};

use crate::clock::now;
use crate::credentials::Environment;
use crate::diagnosis::advice;
use crate::exchange::{self, NotSent};
use crate::log;
use crate::worker::Worker;

/// The session while this VM holds it.
pub(crate) struct Keeper {
    session: Session,
    /// The request that is under way, with Envoy's number of it.
    under_way: Option<(u32, Request)>,
    /// The last token's, to tell a renewal from a login.
    generation: u64,
}

/// Whether this VM goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Holding,
    /// Another VM published: it has become the holder.
    Superseded,
}

impl Keeper {
    /// Begins with the published lease, if it lives: a take-over needs no login.
    pub fn begin(config: &SessionConfig, jitter_seed: u64, worker: &Worker) -> Self {
        let mut session = Session::new(config.clone(), jitter_seed);
        let mut generation = 0;
        if let Some(lease) = &worker.published().lease
            && lease.is_live(now())
        {
            generation = lease.generation;
            session.adopt(lease.clone(), now());
        }
        Self {
            session,
            under_way: None,
            generation,
        }
    }

    /// Does what the session says until it says to wait.
    pub fn act(
        &mut self,
        worker: &Worker,
        environment: &Environment,
        missing: &mut Option<String>,
    ) -> Outcome {
        if worker.was_refused() {
            self.session.token_refused(now());
        }
        loop {
            match self.session.next_action(now()) {
                Action::WaitUntil(_) => return Outcome::Holding,
                Action::Send(request) => self.send(request, worker, missing),
                Action::NeedCredentials => match environment.credentials() {
                    Ok(credentials) => self.session.push_credentials(credentials, now()),
                    Err(error) => log::error(&error.to_string()),
                },
                Action::NeedAuthorizationToken => {
                    let token = environment.authorization_token().unwrap_or_default();
                    if let Err(error) = self.session.push_authorization_token(token.to_owned()) {
                        log::error(&error.to_string());
                    }
                }
                Action::TokenReady(lease) => {
                    if !self.announce(&lease, worker) {
                        return Outcome::Superseded;
                    }
                }
                Action::TokenEnded(generation) => {
                    log::warn(&format!("token {generation} has ended"));
                    if !worker.publish(None) {
                        return Outcome::Superseded;
                    }
                }
                Action::ClockCorrected(correction) => log::warn(&correction.message),
                Action::Refused(refusal) => report(&refusal, worker, missing.is_some()),
            }
        }
    }

    /// Takes Envoy's answer, if it is the one to the last request.
    pub fn take_answer(&mut self, call: u32, body_size: usize) {
        // The session has given up on any other.
        let Some((_, request)) = self.under_way.take_if(|(number, _)| *number == call) else {
            return;
        };
        match exchange::answer(body_size, request.answer_limit_bytes) {
            Ok(response) => self.session.on_response(request.id, now(), response),
            Err(failure) => self.session.on_failure(request.id, now(), failure),
        }
    }

    fn announce(&mut self, lease: &Lease, worker: &Worker) -> bool {
        let is_renewal = lease.generation == self.generation;
        self.generation = lease.generation;
        let published = worker.publish(Some(lease));
        let seconds = worker.published().seconds_left(now());
        if is_renewal {
            worker.metrics.renewal();
            log::info(&format!(
                "token {} renewed, good for {seconds} s",
                lease.generation
            ));
        } else {
            worker.metrics.login();
            log::info(&format!(
                "token {} is there, good for {seconds} s",
                lease.generation
            ));
        }
        published
    }

    fn send(&mut self, request: Request, worker: &Worker, missing: &mut Option<String>) {
        match exchange::send(&worker.config, &request) {
            Ok(call) => {
                *missing = None;
                worker.metrics.missing_cluster(false);
                self.under_way = Some((call, request));
                return;
            }
            Err(NotSent::NoCluster(name)) => {
                if missing.as_deref() != Some(name) {
                    log::error(&format!("expected a cluster named `{name}`, found none"));
                    worker.metrics.missing_cluster(true);
                    *missing = Some(name.to_owned());
                }
            }
            Err(NotSent::Unreachable) => {}
        }
        let failure = TransportFailure::Unreachable;
        self.session.on_failure(request.id, now(), failure);
    }
}

/// Counts a refusal and says it, unless a cluster is missing, which has been said.
fn report(refusal: &Refusal, worker: &Worker, is_said: bool) {
    worker.metrics.refusal(refusal.rule.name());
    if is_said {
        return;
    }
    log::warn(&format!("{}: {}", refusal.rule.name(), refusal.message));
    if let Some(line) = refusal.diagnosis.as_ref().and_then(advice) {
        log::warn(&line);
    }
}
