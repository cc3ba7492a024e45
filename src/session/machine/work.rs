//! What is due, and the requests for it.

use zeroize::Zeroizing;

use super::{Purpose, Sent, Session};
use crate::login::sign_login;
use crate::session::action::Action;
use crate::session::exchange::{ANSWER_LIMIT_BYTES, Destination, Request};
use crate::session::instant::Instant;
use crate::session::refusal::{Fault, RefusalRule};
use crate::session::source::{self, Need};
use crate::session::vault;
use crate::unix_seconds::UnixSeconds;

/// How long after its time limit a request is given up without the host, in milliseconds.
const GRACE: u64 = 1_000;

/// The least time limit of a request, in milliseconds, however soon something else is due.
const LEAST_TIMEOUT: u64 = 1_000;

/// The time limit of requests to the machine's own endpoints, in milliseconds.
const LOCAL_TIMEOUT: u64 = 5_000;

/// How long before the next login credentials are fetched again that were refused, in
/// milliseconds: right after the refusal the source would only bring the same ones.
const SECOND_OPINION: u64 = 10_000;

/// The longest wait that a host is told, in milliseconds, so that it notices a stepped wall clock.
const LONGEST_WAIT: u64 = 60_000;

impl Session {
    /// Sends what is due, the token's own work first, or says how long nothing is.
    pub(super) fn work(&mut self, now: Instant) -> Action {
        let monotonic = now.monotonic_milliseconds;
        let unix_seconds = self.signing_seconds(now);
        let (purpose, due_in) = self.token_work(now);
        let mut wait = LONGEST_WAIT;

        if due_in > 0 {
            wait = wait.min(due_in);
        } else if purpose == Purpose::Renewal {
            return self.renew(now);
        } else if self.supply.usable(unix_seconds).is_some() {
            return self.log_in(now);
        }

        if self.check_wanted {
            let due_in = self.check_pace.not_before().saturating_sub(monotonic);
            if due_in == 0 {
                return self.check(now);
            }
            wait = wait.min(due_in);
        }

        if self.supply.wants(unix_seconds) {
            let early = if self
                .supply
                .is_only_doubted(unix_seconds, &self.config.source)
            {
                due_in.saturating_sub(SECOND_OPINION)
            } else {
                0
            };
            match self.supply.wait(monotonic).max(early) {
                // Where nothing else is due, or cannot be done without.
                0 if due_in == 0 => return self.fetch(now, u64::MAX),
                // Not so slowly that it holds up the token.
                0 if due_in > LEAST_TIMEOUT => return self.fetch(now, due_in),
                0 => {}
                fetch_in => wait = wait.min(fetch_in),
            }
        } else if let Some(seconds) = self.supply.seconds_until_refresh(unix_seconds) {
            wait = wait.min(seconds.saturating_mul(1000));
        }
        self.wait(now, wait)
    }

    /// Returns what the token needs next, and in how many milliseconds.
    fn token_work(&self, now: Instant) -> (Purpose, u64) {
        let monotonic = now.monotonic_milliseconds;
        let login_in = self.login_pace.not_before().saturating_sub(monotonic);
        match &self.lease {
            None => {
                let start = self.start_at.unwrap_or(0).saturating_sub(monotonic);
                (Purpose::Login, start.max(login_in))
            }
            Some(lease) => {
                let due_in = now.left_until(lease.two_thirds());
                if lease.renewable {
                    let renewal_in = self.renewal_pace.not_before().saturating_sub(monotonic);
                    (Purpose::Renewal, due_in.max(renewal_in))
                } else {
                    (Purpose::Login, due_in.max(login_in))
                }
            }
        }
    }

    fn renew(&mut self, now: Instant) -> Action {
        let Some(lease) = &self.lease else {
            return self.wait(now, 1);
        };
        // After the end of the lease the answer would help nobody.
        let timeout = now.left_until(lease.ends_at);
        let call = vault::Call::renewal(lease.increment_seconds);
        let token = lease.token.clone();
        self.ask_vault(now, Purpose::Renewal, call, Some(&token), timeout)
    }

    fn check(&mut self, now: Instant) -> Action {
        let Some(lease) = &self.lease else {
            self.check_wanted = false;
            return self.wait(now, 1);
        };
        let token = lease.token.clone();
        let (_, timeout) = self.token_work(now);
        self.ask_vault(
            now,
            Purpose::Check,
            vault::Call::check(),
            Some(&token),
            timeout,
        )
    }

    fn log_in(&mut self, now: Instant) -> Action {
        let seconds = self.signing_seconds(now);
        let Some(body) = self.sign(seconds) else {
            let fault = Fault::new(RefusalRule::TimeOutOfRange);
            let sent = self.sent(now, 0, Purpose::Login, None);
            self.fail(&sent, now, &fault, None);
            return self.notice().unwrap_or_else(|| self.wait(now, 1));
        };
        let call = vault::Call::login(&self.config.mount, body);
        let action = self.ask_vault(now, Purpose::Login, call, None, u64::MAX);
        if let Some(sent) = &mut self.sent {
            sent.signed_at = Some(seconds);
        }
        action
    }

    /// Signs a login. The same credentials and time give the same one.
    pub(super) fn sign(&self, unix_seconds: u64) -> Option<String> {
        let credentials = self.supply.usable(unix_seconds)?;
        let time = UnixSeconds::new(unix_seconds).ok()?;
        sign_login(credentials, &self.config.login, time).ok()
    }

    fn ask_vault(
        &mut self,
        now: Instant,
        purpose: Purpose,
        call: vault::Call,
        token: Option<&str>,
        timeout: u64,
    ) -> Action {
        let timeout = timeout.max(LEAST_TIMEOUT);
        let namespace = self.config.namespace.as_deref();
        let call = source::Call {
            destination: Destination::Vault,
            origin: None,
            method: call.method,
            path_and_query: call.path,
            headers: vault::headers(namespace, token, !call.body.is_empty()),
            body: call.body,
            secrets: token
                .map(|token| Zeroizing::new(token.to_owned()))
                .into_iter()
                .collect(),
        };
        self.send(now, purpose, call, timeout)
    }

    fn fetch(&mut self, now: Instant, most: u64) -> Action {
        match self
            .supply
            .need(&self.config.source, now.monotonic_milliseconds)
        {
            Need::Credentials => Action::NeedCredentials,
            Need::AuthorizationToken => Action::NeedAuthorizationToken,
            Need::Request(call) => {
                let timeout = match call.destination {
                    Destination::Sts | Destination::Vault => u64::MAX,
                    Destination::ContainerEndpoint | Destination::InstanceMetadata => LOCAL_TIMEOUT,
                };
                self.send(now, Purpose::Fetch, call, timeout.min(most))
            }
        }
    }

    fn send(&mut self, now: Instant, purpose: Purpose, call: source::Call, most: u64) -> Action {
        let timeout = u32::try_from(most)
            .unwrap_or(u32::MAX)
            .min(self.config.request_timeout);
        let mut sent = self.sent(now, timeout, purpose, Some(call.destination));
        sent.secrets = call.secrets;
        let request = Request {
            id: sent.id,
            destination: call.destination,
            origin: call.origin,
            method: call.method,
            path_and_query: call.path_and_query,
            headers: call.headers,
            body: call.body,
            timeout_milliseconds: timeout,
            answer_limit_bytes: ANSWER_LIMIT_BYTES,
        };
        self.sent = Some(sent);
        Action::Send(request)
    }

    fn sent(
        &mut self,
        now: Instant,
        timeout: u32,
        purpose: Purpose,
        destination: Option<Destination>,
    ) -> Sent {
        self.requests += 1;
        Sent {
            id: self.requests,
            at: now,
            deadline: now.plus(u64::from(timeout) + GRACE).monotonic_milliseconds,
            purpose,
            secrets: Vec::new(),
            signed_at: None,
            destination,
        }
    }

    /// Says to wait, but not past the end of the lease and not for long.
    pub(super) fn wait(&self, now: Instant, milliseconds: u64) -> Action {
        let end = self
            .lease
            .as_ref()
            .map_or(u64::MAX, |lease| now.left_until(lease.ends_at));
        // By the clock that the host will wait on, also where the session does not believe it.
        let told = Instant {
            monotonic_milliseconds: self.told,
            ..now
        };
        Action::WaitUntil(told.plus(milliseconds.min(end).clamp(1, LONGEST_WAIT)))
    }
}
