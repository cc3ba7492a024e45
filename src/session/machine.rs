//! The state machine: what is done next, and why.

mod outcome;

use core::fmt;

use fastrand::Rng;
use zeroize::Zeroizing;

use super::action::{Action, ClockCorrection};
use super::back_off::BackOff;
use super::clock::Correction;
use super::config::{SessionConfig, check_text};
use super::config_error::{ConfigError, ConfigField};
use super::exchange::{ANSWER_LIMIT_BYTES, Destination, Request, Response, TransportFailure};
use super::instant::Instant;
use super::lease::Lease;
use super::refusal::{Fault, Refusal, RefusalRule};
use super::source::{self, Need};
use super::supply::Supply;
use super::vault;
use crate::credentials::Credentials;
use crate::login::sign_login;
use crate::text::is_visible;
use crate::unix_seconds::UnixSeconds;

/// The longest wait that a host is told, in milliseconds, so that it notices a stepped wall clock.
const LONGEST_WAIT: u64 = 60_000;

/// How long after its time limit a request is given up without the host, in milliseconds.
const GRACE: u64 = 1_000;

/// The least time limit of a request, in milliseconds, however soon something else is due.
const LEAST_TIMEOUT: u64 = 1_000;

/// The time limit of requests to the machine's own endpoints, in milliseconds.
const LOCAL_TIMEOUT: u64 = 5_000;

/// The life of one token; `session` of `wit/lifecycle.wit`. `Debug` shows nothing of it.
pub struct Session {
    config: SessionConfig,
    random: Rng,
    /// The latest moment that was told, on the monotonic clock, which is not let back.
    latest: u64,
    /// When the first login may begin, on the monotonic clock; `None` before the first action.
    start_at: Option<u64>,
    lease: Option<Lease>,
    generation: u64,
    supply: Supply,
    login_pace: BackOff,
    renewal_pace: BackOff,
    check_pace: BackOff,
    check_wanted: bool,
    correction: Option<Correction>,
    /// Login refusals in a row that named the time.
    time_refusals: u32,
    sent: Option<Sent>,
    requests: u64,
    notices: Notices,
}

/// The one request that is in flight.
struct Sent {
    id: u64,
    at: Instant,
    /// When it is given up, on the monotonic clock.
    deadline: u64,
    purpose: Purpose,
    /// `None` where no request was made after all.
    destination: Option<Destination>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Login,
    Renewal,
    Check,
    Fetch,
}

/// What the host has not been told yet. The latest of each kind, so that it cannot grow.
#[derive(Default)]
struct Notices {
    ended: Option<u64>,
    ready: bool,
    clock: Option<ClockCorrection>,
    refusal: Option<Refusal>,
}

impl Session {
    /// Makes a session. `jitter_seed` has to differ from host to host.
    pub fn new(config: SessionConfig, jitter_seed: u64) -> Self {
        Self {
            config,
            random: Rng::with_seed(jitter_seed),
            latest: 0,
            start_at: None,
            lease: None,
            generation: 0,
            supply: Supply::default(),
            login_pace: BackOff::default(),
            renewal_pace: BackOff::default(),
            check_pace: BackOff::default(),
            check_wanted: false,
            correction: None,
            time_refusals: 0,
            sent: None,
            requests: 0,
            notices: Notices::default(),
        }
    }

    /// Returns what to do now; each thing once.
    pub fn next_action(&mut self, now: Instant) -> Action {
        let now = self.advance(now);
        self.end_what_is_over(now);
        if let Some(notice) = self.notice() {
            return notice;
        }
        if let Some(sent) = &self.sent {
            let left = sent.deadline.saturating_sub(now.monotonic_milliseconds);
            return self.wait(now, left);
        }
        self.work(now)
    }

    /// Takes the answer to a request. One to an old request is ignored.
    pub fn on_response(&mut self, request_id: u64, now: Instant, response: Response) {
        let now = self.advance(now);
        if let Some(sent) = self.sent.take_if(|sent| sent.id == request_id) {
            self.read_answer(&sent, now, &response);
        }
    }

    /// Takes notice that a request has no answer. An old request's is ignored.
    pub fn on_failure(&mut self, request_id: u64, now: Instant, failure: TransportFailure) {
        let now = self.advance(now);
        if let Some(sent) = self.sent.take_if(|sent| sent.id == request_id) {
            self.fail(&sent, now, &Fault::new(failure.into()), None);
        }
    }

    /// Takes credentials, asked for or not.
    pub fn push_credentials(&mut self, credentials: Credentials, now: Instant) {
        let now = self.advance(now);
        self.take_credentials(credentials, now, None, None);
    }

    /// Takes the authorization token of the container endpoint, or the web-identity token, for
    /// one fetch. A line break at its end is dropped.
    ///
    /// # Errors
    /// [`ConfigError::EmptyValue`], [`ConfigError::IllegalCharacter`]; both hold nothing of it.
    pub fn push_authorization_token(&mut self, token: String) -> Result<(), ConfigError> {
        let token = Zeroizing::new(token);
        let text = token.trim_end_matches(['\r', '\n']);
        let field = ConfigField::AuthorizationToken;
        check_text(field, text, "printable ASCII", |c| {
            is_visible(c) || c == ' '
        })?;
        self.supply
            .push_authorization_token(Zeroizing::new(text.to_owned()));
        Ok(())
    }

    /// Takes over the lease of another session of the same host, whose clocks are the same. One
    /// that has ended, or is older than this session's own, is ignored. It is not announced.
    pub fn adopt(&mut self, mut lease: Lease, now: Instant) {
        let now = self.advance(now);
        let newer = self
            .lease
            .as_ref()
            .is_none_or(|own| own.generation <= lease.generation);
        if !newer || !lease.is_live(now) {
            return;
        }
        // Whatever the instants say, no lease lasts longer than from now on.
        let latest = now.plus(lease.length());
        let end = &mut lease.ends_at;
        end.monotonic_milliseconds = end
            .monotonic_milliseconds
            .min(latest.monotonic_milliseconds);
        end.unix_milliseconds = end.unix_milliseconds.min(latest.unix_milliseconds);
        self.generation = self.generation.max(lease.generation);
        self.notices.ready = false;
        self.lease = Some(lease);
    }

    /// Says that a server refused the token (403).
    pub fn token_refused(&mut self, now: Instant) {
        self.advance(now);
        self.check_wanted = self.lease.is_some();
    }

    /// Returns the lease if it is live at that moment.
    pub fn live_lease(&self, now: Instant) -> Option<&Lease> {
        self.lease.as_ref().filter(|lease| lease.is_live(now))
    }

    /// Does not let the monotonic clock back, and sets the start.
    fn advance(&mut self, now: Instant) -> Instant {
        self.latest = self.latest.max(now.monotonic_milliseconds);
        if self.start_at.is_none() {
            let delay = self.random.u64(0..=self.config.start_spread);
            self.start_at = Some(self.latest.saturating_add(delay));
        }
        Instant {
            monotonic_milliseconds: self.latest,
            ..now
        }
    }

    fn end_what_is_over(&mut self, now: Instant) {
        if let Some(lease) = self.lease.take_if(|lease| !lease.is_live(now)) {
            self.forget(&lease);
        }
        if self.correction.take_if(|held| held.is_over(now)).is_some() {
            self.announce_clock(0);
        }
        let over = |sent: &mut Sent| sent.deadline <= now.monotonic_milliseconds;
        if let Some(sent) = self.sent.take_if(over) {
            self.fail(&sent, now, &Fault::new(RefusalRule::TimedOut), None);
        }
    }

    fn notice(&mut self) -> Option<Action> {
        if let Some(generation) = self.notices.ended.take() {
            return Some(Action::TokenEnded(generation));
        }
        if core::mem::take(&mut self.notices.ready)
            && let Some(lease) = &self.lease
        {
            return Some(Action::TokenReady(lease.clone()));
        }
        if let Some(correction) = self.notices.clock.take() {
            return Some(Action::ClockCorrected(correction));
        }
        self.notices.refusal.take().map(Action::Refused)
    }

    /// Sends what is due, the token's own work first, or says how long nothing is.
    fn work(&mut self, now: Instant) -> Action {
        let monotonic = now.monotonic_milliseconds;
        let unix_seconds = self.signing_seconds(now);
        let (purpose, due_in) = self.token_work(now);
        let mut wait = LONGEST_WAIT;

        if due_in > 0 {
            wait = wait.min(due_in);
        } else if purpose == Purpose::Renewal {
            return self.renew(now);
        } else if self.supply.wants(unix_seconds) && self.supply.wait(monotonic) == 0 {
            return self.fetch(now);
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
            match self.supply.wait(monotonic) {
                // Not so late that the fetch could hold up the token.
                0 if due_in > LOCAL_TIMEOUT.max(self.config.request_timeout.into())
                    || self.lease.is_none() =>
                {
                    return self.fetch(now);
                }
                due_in => wait = wait.min(due_in.max(1)),
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
        let signed = match (self.supply.usable(seconds), UnixSeconds::new(seconds)) {
            (Some(credentials), Ok(time)) => sign_login(credentials, &self.config.login, time).ok(),
            _ => None,
        };
        let Some(body) = signed else {
            let fault = Fault::new(RefusalRule::TimeOutOfRange);
            let sent = self.sent(now, 0, Purpose::Login, None);
            self.fail(&sent, now, &fault, None);
            return self.notice().unwrap_or_else(|| self.wait(now, 1));
        };
        let call = vault::Call::login(&self.config.mount, body);
        self.ask_vault(now, Purpose::Login, call, None, u64::MAX)
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
        };
        self.send(now, purpose, call, timeout)
    }

    fn fetch(&mut self, now: Instant) -> Action {
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
                self.send(now, Purpose::Fetch, call, timeout)
            }
        }
    }

    fn send(&mut self, now: Instant, purpose: Purpose, call: source::Call, most: u64) -> Action {
        let timeout = u32::try_from(most)
            .unwrap_or(u32::MAX)
            .min(self.config.request_timeout);
        let sent = self.sent(now, timeout, purpose, Some(call.destination));
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
            destination,
        }
    }

    /// Says to wait, but not past the end of the lease and not for long.
    fn wait(&self, now: Instant, milliseconds: u64) -> Action {
        let end = self
            .lease
            .as_ref()
            .map_or(u64::MAX, |lease| now.left_until(lease.ends_at));
        Action::WaitUntil(now.plus(milliseconds.min(end).clamp(1, LONGEST_WAIT)))
    }

    /// Returns the time of signing: the wall clock's, corrected.
    fn signing_seconds(&self, now: Instant) -> u64 {
        let offset = self.correction.map_or(0, |held| held.offset_seconds);
        (now.unix_milliseconds / 1000).saturating_add_signed(offset)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}
