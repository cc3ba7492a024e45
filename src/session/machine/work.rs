//! What is due, and the requests for it.

use super::{Sent, Session, Task};
use crate::credentials::Credentials;
use crate::login::sign_login;
use crate::session::action::Action;
use crate::session::assumed_role;
use crate::session::exchange::{ANSWER_LIMIT_BYTES, Destination, Request, UnsentRequest};
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

/// How long before their next use refused credentials are fetched again, in milliseconds: right
/// after the refusal the source would only return the same ones.
const REFETCH_BEFORE_USE: u64 = 10_000;

/// The longest wait that a host is told, in milliseconds, so that it notices a stepped wall clock.
const LONGEST_WAIT: u64 = 60_000;

impl Session {
    /// Sends what is due, the token's own work first, or says how long nothing is.
    pub(super) fn work(&mut self, now: Instant) -> Action {
        let monotonic = now.monotonic_milliseconds;
        let unix_seconds = self.signing_seconds(now);
        let (task, due_in) = self.token_work(now);
        let mut wait = LONGEST_WAIT;

        if due_in > 0 {
            wait = wait.min(due_in);
        } else if task == Task::Renewal {
            return self.renew(now);
        } else if self.for_login(unix_seconds).is_some() {
            return self.log_in(now);
        }

        if self.check_wanted {
            let due_in = self.check_pace.not_before().saturating_sub(monotonic);
            if due_in == 0 {
                return self.check(now);
            }
            wait = wait.min(due_in);
        }

        // Bounded, so that it cannot delay what is due soon; not where that waits for credentials.
        let most = match due_in {
            0 => Some(u64::MAX),
            1..=LEAST_TIMEOUT => None,
            _ => Some(due_in),
        };
        let mut source_use_in = due_in;
        if self.config.assume_role.is_some() {
            let role_in = self.role_due_in(monotonic, unix_seconds, due_in);
            if role_in == 0
                && let Some(most) = most
                && self.credentials.held.usable(unix_seconds).is_some()
            {
                return self.assume_role(now, most);
            }
            if role_in > 0 {
                wait = wait.min(role_in);
            }
            source_use_in = role_in;
        }
        let source_in = self.source_due_in(monotonic, unix_seconds, source_use_in);
        match (source_in, most) {
            (0, Some(most)) => return self.fetch(now, most),
            (0, None) => {}
            (fetch_in, _) => wait = wait.min(fetch_in),
        }
        self.wait(now, wait)
    }

    /// Returns in how many milliseconds the role is to be assumed for a login that is due then.
    fn role_due_in(&self, monotonic: u64, unix_seconds: u64, login_in: u64) -> u64 {
        let held = &self.assumed;
        if !held.wants(unix_seconds) {
            return until_refresh(held.seconds_until_refresh(unix_seconds));
        }
        let early = match held.is_only_suspect(unix_seconds) {
            true => login_in.saturating_sub(REFETCH_BEFORE_USE),
            false => 0,
        };
        held.pace.not_before().saturating_sub(monotonic).max(early)
    }

    /// Returns in how many milliseconds the source is to be asked for credentials that are used
    /// then.
    fn source_due_in(&self, monotonic: u64, unix_seconds: u64, use_in: u64) -> u64 {
        let cache = &self.credentials;
        if !cache.held.wants(unix_seconds) {
            return until_refresh(cache.held.seconds_until_refresh(unix_seconds));
        }
        let early = match cache.can_wait(unix_seconds, &self.config.source) {
            true => use_in.saturating_sub(REFETCH_BEFORE_USE),
            false => 0,
        };
        cache.wait(monotonic).max(early)
    }

    /// Returns the credentials that logins are signed with, if they outlast one.
    pub(super) fn for_login(&self, unix_seconds: u64) -> Option<&Credentials> {
        match &self.config.assume_role {
            None => self.credentials.held.usable(unix_seconds),
            Some(_) => self.assumed.usable(unix_seconds),
        }
    }

    /// Returns what the token needs next, and in how many milliseconds.
    fn token_work(&self, now: Instant) -> (Task, u64) {
        let monotonic = now.monotonic_milliseconds;
        let login_in = self.login_pace.not_before().saturating_sub(monotonic);
        match &self.lease {
            None => {
                let start = self.start_at.unwrap_or(0).saturating_sub(monotonic);
                (Task::Login, start.max(login_in))
            }
            Some(lease) => {
                let due_in = now.left_until(lease.two_thirds());
                if lease.renewable {
                    let renewal_in = self.renewal_pace.not_before().saturating_sub(monotonic);
                    (Task::Renewal, due_in.max(renewal_in))
                } else {
                    (Task::Login, due_in.max(login_in))
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
        self.send(now, Task::Renewal, call, timeout)
    }

    fn check(&mut self, now: Instant) -> Action {
        let Some(lease) = &self.lease else {
            self.check_wanted = false;
            return self.wait(now, 1);
        };
        let call = vault::check(self.namespace(), &lease.token);
        let (_, timeout) = self.token_work(now);
        let timeout = timeout.max(LEAST_TIMEOUT);
        self.send(now, Task::TokenCheck, call, timeout)
    }

    fn log_in(&mut self, now: Instant) -> Action {
        let seconds = self.signing_seconds(now);
        let Some(login) = self.sign(seconds) else {
            self.fail_to_sign(Task::Login, now);
            return self.next_pending().unwrap_or_else(|| self.wait(now, 1));
        };
        let call = vault::login(self.namespace(), &self.config.mount, login);
        let action = self.send(now, Task::Login, call, u64::MAX);
        if let Some(sent) = &mut self.sent {
            sent.signed_at = Some(seconds);
        }
        action
    }

    /// Signs a login. The same credentials and time give the same one.
    pub(super) fn sign(&self, unix_seconds: u64) -> Option<String> {
        let credentials = self.for_login(unix_seconds)?;
        let time = UnixSeconds::new(unix_seconds).ok()?;
        sign_login(credentials, &self.config.login, time).ok()
    }

    fn namespace(&self) -> Option<&str> {
        self.config.namespace.as_deref()
    }

    fn assume_role(&mut self, now: Instant, most: u64) -> Action {
        let seconds = self.signing_seconds(now);
        let source = self.credentials.held.usable(seconds);
        let call = match (&self.config.assume_role, source, UnixSeconds::new(seconds)) {
            (Some(role), Some(source), Ok(time)) => assumed_role::call(role, source, time),
            _ => {
                self.fail_to_sign(Task::AssumeRole, now);
                return self.next_pending().unwrap_or_else(|| self.wait(now, 1));
            }
        };
        self.send(now, Task::AssumeRole, call, most)
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
                self.send(now, Task::Source, call, timeout.min(most))
            }
        }
    }

    fn send(&mut self, now: Instant, task: Task, call: UnsentRequest, most: u64) -> Action {
        let timeout = u32::try_from(most)
            .unwrap_or(u32::MAX)
            .min(self.config.request_timeout);
        self.requests += 1;
        self.sent = Some(Sent {
            id: self.requests,
            at: now,
            deadline: now.plus(u64::from(timeout) + GRACE).monotonic_milliseconds,
            task,
            destination: call.destination,
            secrets: call.secrets,
            signed_at: None,
        });
        Action::Send(Request {
            id: self.requests,
            purpose: task.purpose(),
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

/// Returns the milliseconds until credentials are to be refreshed; for ever where that is not known.
fn until_refresh(seconds: Option<u64>) -> u64 {
    seconds.map_or(u64::MAX, |seconds| seconds.saturating_mul(1000))
}
