//! What is due, and the requests for it.

use super::{Sent, Session};
use crate::login::sign_login;
use crate::session::action::Action;
use crate::session::exchange::{
    ANSWER_LIMIT_BYTES, Destination, Request, RequestPurpose, UnsentRequest,
};
use crate::session::instant::Instant;
use crate::session::source::Need;
use crate::session::vault;
use crate::unix_seconds::UnixSeconds;

/// How long after its time limit a request is given up without the host, in milliseconds.
const GRACE: u64 = 1_000;

/// The least time limit of a request, in milliseconds, however soon something else is due.
const LEAST_TIMEOUT: u64 = 1_000;

/// The time limit of requests to the machine's own endpoints, in milliseconds.
const LOCAL_TIMEOUT: u64 = 5_000;

/// How long before the next login refused credentials are fetched again, in milliseconds: right
/// after the refusal the source would only return the same ones.
const REFETCH_BEFORE_LOGIN: u64 = 10_000;

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
        } else if purpose == RequestPurpose::Renewal {
            return self.renew(now);
        } else if self.credentials.usable(unix_seconds).is_some() {
            return self.log_in(now);
        }

        if self.check_wanted {
            let due_in = self.check_pace.not_before().saturating_sub(monotonic);
            if due_in == 0 {
                return self.check(now);
            }
            wait = wait.min(due_in);
        }

        if self.credentials.wants(unix_seconds) {
            let early = if self
                .credentials
                .is_only_suspect(unix_seconds, &self.config.source)
            {
                due_in.saturating_sub(REFETCH_BEFORE_LOGIN)
            } else {
                0
            };
            match self.credentials.wait(monotonic).max(early) {
                // Nothing else is due, or it is due and needs credentials.
                0 if due_in == 0 => return self.fetch(now, u64::MAX),
                // Bounded, so that it cannot delay the login that is due.
                0 if due_in > LEAST_TIMEOUT => return self.fetch(now, due_in),
                0 => {}
                fetch_in => wait = wait.min(fetch_in),
            }
        } else if let Some(seconds) = self.credentials.seconds_until_refresh(unix_seconds) {
            wait = wait.min(seconds.saturating_mul(1000));
        }
        self.wait(now, wait)
    }

    /// Returns what the token needs next, and in how many milliseconds.
    fn token_work(&self, now: Instant) -> (RequestPurpose, u64) {
        let monotonic = now.monotonic_milliseconds;
        let login_in = self.login_pace.not_before().saturating_sub(monotonic);
        match &self.lease {
            None => {
                let start = self.start_at.unwrap_or(0).saturating_sub(monotonic);
                (RequestPurpose::Login, start.max(login_in))
            }
            Some(lease) => {
                let due_in = now.left_until(lease.two_thirds());
                if lease.renewable {
                    let renewal_in = self.renewal_pace.not_before().saturating_sub(monotonic);
                    (RequestPurpose::Renewal, due_in.max(renewal_in))
                } else {
                    (RequestPurpose::Login, due_in.max(login_in))
                }
            }
        }
    }

    fn renew(&mut self, now: Instant) -> Action {
        let Some(lease) = &self.lease else {
            return self.wait(now, 1);
        };
        // An answer after the lease has expired would be useless.
        let timeout = now.left_until(lease.ends_at).max(LEAST_TIMEOUT);
        let call = vault::renewal(self.namespace(), &lease.token, lease.increment_seconds);
        self.send(now, RequestPurpose::Renewal, call, timeout)
    }

    fn check(&mut self, now: Instant) -> Action {
        let Some(lease) = &self.lease else {
            self.check_wanted = false;
            return self.wait(now, 1);
        };
        let call = vault::check(self.namespace(), &lease.token);
        let (_, timeout) = self.token_work(now);
        let timeout = timeout.max(LEAST_TIMEOUT);
        self.send(now, RequestPurpose::TokenCheck, call, timeout)
    }

    fn log_in(&mut self, now: Instant) -> Action {
        let seconds = self.signing_seconds(now);
        let Some(login) = self.sign(seconds) else {
            self.fail_to_sign(now);
            return self.next_pending().unwrap_or_else(|| self.wait(now, 1));
        };
        let call = vault::login(self.namespace(), &self.config.mount, login);
        let action = self.send(now, RequestPurpose::Login, call, u64::MAX);
        if let Some(sent) = &mut self.sent {
            sent.signed_at = Some(seconds);
        }
        action
    }

    /// Signs a login. The same credentials and time give the same one.
    pub(super) fn sign(&self, unix_seconds: u64) -> Option<String> {
        let credentials = self.credentials.usable(unix_seconds)?;
        let time = UnixSeconds::new(unix_seconds).ok()?;
        sign_login(credentials, &self.config.login, time).ok()
    }

    fn namespace(&self) -> Option<&str> {
        self.config.namespace.as_deref()
    }

    fn fetch(&mut self, now: Instant, most: u64) -> Action {
        match self
            .credentials
            .need(&self.config.source, now.monotonic_milliseconds)
        {
            Need::Credentials => Action::NeedCredentials,
            Need::AuthorizationToken => Action::NeedAuthorizationToken,
            Need::Request(call) => {
                let timeout = match call.destination {
                    Destination::Sts | Destination::Vault => u64::MAX,
                    Destination::ContainerEndpoint | Destination::InstanceMetadata => LOCAL_TIMEOUT,
                };
                self.send(now, RequestPurpose::Credentials, call, timeout.min(most))
            }
        }
    }

    fn send(
        &mut self,
        now: Instant,
        purpose: RequestPurpose,
        call: UnsentRequest,
        most: u64,
    ) -> Action {
        let timeout = u32::try_from(most)
            .unwrap_or(u32::MAX)
            .min(self.config.request_timeout);
        self.requests += 1;
        self.sent = Some(Sent {
            id: self.requests,
            at: now,
            deadline: now.plus(u64::from(timeout) + GRACE).monotonic_milliseconds,
            purpose,
            destination: call.destination,
            secrets: call.secrets,
            signed_at: None,
        });
        Action::Send(Request {
            id: self.requests,
            purpose,
            destination: call.destination,
            origin: call.origin,
            method: call.method,
            path_and_query: call.path_and_query,
            headers: call.headers,
            body: call.body,
            timeout_milliseconds: timeout,
            answer_limit_bytes: ANSWER_LIMIT_BYTES,
        })
    }

    /// Returns a wait, which ends with the lease at the latest and is never long.
    pub(super) fn wait(&self, now: Instant, milliseconds: u64) -> Action {
        let end = self
            .lease
            .as_ref()
            .map_or(u64::MAX, |lease| now.left_until(lease.ends_at));
        // By the clock that the host will wait on, also where the session does not believe it.
        let told = Instant {
            monotonic_milliseconds: self.last_shown,
            ..now
        };
        Action::WaitUntil(told.plus(milliseconds.min(end).clamp(1, LONGEST_WAIT)))
    }
}
