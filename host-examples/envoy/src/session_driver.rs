//! What only the leader does: it drives the session and publishes the lease.

use vault_aws_login::session::{
    Action, Lease, Refusal, Request, Session, SessionConfig, TransportFailure,
};

use crate::clock::now;
use crate::credentials::Environment;
use crate::diagnosis::advice;
use crate::exchange::{self, NotSent};
use crate::log;
use crate::worker::Worker;

/// The session while this VM leads.
pub(crate) struct SessionDriver {
    session: Session,
    /// The request in flight, with Envoy's number of it.
    in_flight: Option<(u32, Request)>,
    /// The last token's, to tell a renewal from a login.
    generation: u64,
}

/// Whether this VM still leads.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leadership {
    Kept,
    /// Another VM published: it has become the leader.
    Lost,
}

impl SessionDriver {
    /// Starts with the published lease if it is live, so that a new leader does not log in.
    pub fn start(config: &SessionConfig, jitter_seed: u64, worker: &Worker) -> Self {
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
            in_flight: None,
            generation,
        }
    }

    /// Does what the session asks for until it asks to wait.
    pub fn drive(
        &mut self,
        worker: &Worker,
        environment: &Environment,
        missing: &mut Option<String>,
    ) -> Leadership {
        if worker.was_refused() {
            self.session.token_refused(now());
        }
        loop {
            match self.session.next_action(now()) {
                Action::WaitUntil(_) => return Leadership::Kept,
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
                    if !self.publish(&lease, worker) {
                        return Leadership::Lost;
                    }
                }
                Action::TokenEnded(generation) => {
                    log::warn(&format!("token {generation} has ended"));
                    if !worker.publish(None) {
                        return Leadership::Lost;
                    }
                }
                Action::ClockCorrected(correction) => log::warn(&correction.message),
                Action::Refused(refusal) => report(&refusal, worker, missing.is_some()),
            }
        }
    }

    /// Hands Envoy's answer to the session, if it answers the request in flight.
    pub fn on_answer(&mut self, call: u32, body_size: usize) {
        // The session has given up on every earlier request.
        let Some((_, request)) = self.in_flight.take_if(|(number, _)| *number == call) else {
            return;
        };
        match exchange::response(body_size, request.answer_limit_bytes) {
            Ok(response) => self.session.on_response(request.id, now(), response),
            Err(failure) => self.session.on_failure(request.id, now(), failure),
        }
    }

    /// Publishes a lease and logs it; false if another VM has become the leader.
    fn publish(&mut self, lease: &Lease, worker: &Worker) -> bool {
        let is_renewal = lease.generation == self.generation;
        self.generation = lease.generation;
        let is_published = worker.publish(Some(lease));
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
        is_published
    }

    fn send(&mut self, request: Request, worker: &Worker, missing: &mut Option<String>) {
        match exchange::send(&worker.config, &request) {
            Ok(call) => {
                *missing = None;
                worker.metrics.missing_cluster(false);
                self.in_flight = Some((call, request));
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

/// Counts a refusal and logs it, unless its cause is a missing cluster, which is logged already.
fn report(refusal: &Refusal, worker: &Worker, is_logged: bool) {
    worker.metrics.refusal(refusal.rule.name());
    if is_logged {
        return;
    }
    log::warn(&format!("{}: {}", refusal.rule.name(), refusal.message));
    if let Some(line) = refusal.diagnosis.as_ref().and_then(advice) {
        log::warn(&line);
    }
}
