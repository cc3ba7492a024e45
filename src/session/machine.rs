//! The state machine: what is done next, and why.

mod outcome;
mod work;

use core::fmt;

use fastrand::Rng;
use zeroize::Zeroizing;

use super::action::{Action, ClockCorrection};
use super::back_off::BackOff;
use super::clock::Correction;
use super::config::SessionConfig;
use super::credential_cache::CredentialCache;
use super::disowned::Disowned;
use super::exchange::{Destination, RequestPurpose, Response, TransportFailure};
use super::held_credentials::HeldCredentials;
use super::instant::Instant;
use super::lease::Lease;
use super::refusal::{Fault, Refusal, RefusalRule};
use crate::credentials::Credentials;
use crate::input_error::{InputError, InputField};
use crate::text::{self, Shown};

/// The life of one token; `session` of `wit/lifecycle.wit`. `Debug` shows nothing of it.
pub struct Session {
    config: SessionConfig,
    random: Rng,
    /// The latest moment on the monotonic clock, which is kept from going back.
    latest: u64,
    /// What the host's monotonic clock showed last, credible or not.
    last_shown: u64,
    /// When the first login may begin, on the monotonic clock; `None` before the first action.
    start_at: Option<u64>,
    lease: Option<Lease>,
    /// When the login for the token began, on the monotonic clock; a renewal keeps it.
    logged_in_at: u64,
    generation: u64,
    /// Those of the source.
    credentials: CredentialCache,
    /// Those of the role that is assumed with them; none where no role is.
    assumed: HeldCredentials,
    login_pace: BackOff,
    renewal_pace: BackOff,
    check_pace: BackOff,
    check_wanted: bool,
    /// The host was told that the token's check is forbidden.
    check_forbidden: bool,
    disowned: Disowned,
    correction: Option<Correction>,
    /// Login refusals in a row that named the time.
    time_refusals: u32,
    /// The same of `AssumeRole`.
    role_time_refusals: u32,
    sent: Option<Sent>,
    requests: u64,
    pending: Pending,
}

/// The one request that is in flight.
struct Sent {
    id: u64,
    at: Instant,
    /// When it is given up, on the monotonic clock.
    deadline: u64,
    task: Task,
    destination: Destination,
    /// What the request holds that is not to be shown; not the login, which is signed again where
    /// that is needed.
    secrets: Vec<Zeroizing<String>>,
    /// For which Unix time the login was signed; `None` where the credentials are others since.
    signed_at: Option<u64>,
}

/// What a request is for. Hosts are told the same of both kinds of credentials.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Task {
    Login,
    Renewal,
    TokenCheck,
    /// Credentials of the source.
    Source,
    /// Credentials of the role that is assumed with them.
    AssumeRole,
}

impl Task {
    const fn purpose(self) -> RequestPurpose {
        match self {
            Self::Login => RequestPurpose::Login,
            Self::Renewal => RequestPurpose::Renewal,
            Self::TokenCheck => RequestPurpose::TokenCheck,
            Self::Source | Self::AssumeRole => RequestPurpose::Credentials,
        }
    }
}

/// What the host has still to be told: the latest of each kind, so that it cannot grow.
#[derive(Default)]
struct Pending {
    ended: Option<u64>,
    ready: bool,
    clock: Option<ClockCorrection>,
    refusal: Option<Refusal>,
}

/// The longest time, in milliseconds, that may pass between two calls: 100 years.
const LONGEST_JUMP: u64 = 100 * 366 * 24 * 3_600 * 1_000;

impl Session {
    /// Makes a session. `jitter_seed` has to differ from host to host.
    pub fn new(config: SessionConfig, jitter_seed: u64) -> Self {
        Self {
            config,
            random: Rng::with_seed(jitter_seed),
            latest: 0,
            last_shown: 0,
            start_at: None,
            lease: None,
            logged_in_at: 0,
            generation: 0,
            credentials: CredentialCache::default(),
            assumed: HeldCredentials::default(),
            login_pace: BackOff::default(),
            renewal_pace: BackOff::default(),
            check_pace: BackOff::default(),
            check_wanted: false,
            check_forbidden: false,
            disowned: Disowned::default(),
            correction: None,
            time_refusals: 0,
            role_time_refusals: 0,
            sent: None,
            requests: 0,
            pending: Pending::default(),
        }
    }

    /// Returns what to do now; each thing once.
    pub fn next_action(&mut self, now: Instant) -> Action {
        let now = self.advance(now);
        self.end_what_is_over(now);
        if let Some(notice) = self.next_pending() {
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

    /// Notes that a request got no answer. One for an old request is ignored.
    pub fn on_failure(&mut self, request_id: u64, now: Instant, failure: TransportFailure) {
        let now = self.advance(now);
        if let Some(sent) = self.sent.take_if(|sent| sent.id == request_id) {
            self.fail(&sent, now, Fault::new(failure.into()), None);
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
    /// [`InputRule::EmptyValue`](crate::InputRule), `SurroundingWhitespace`,
    /// `IllegalCharacter`; none holds anything of it.
    pub fn push_authorization_token(&mut self, token: String) -> Result<(), InputError> {
        let token = Zeroizing::new(token);
        let text = token.trim_end_matches(['\r', '\n']);
        text::check(InputField::AuthorizationToken, text, Shown::Nothing)?;
        self.credentials
            .push_authorization_token(Zeroizing::new(text.to_owned()));
        Ok(())
    }

    /// Takes over the lease of another session of the same host, whose clocks are the same. One
    /// that has ended, or is older than this session's, is ignored. It is not announced.
    pub fn adopt(&mut self, mut lease: Lease, now: Instant) {
        let now = self.advance(now);
        let newer = self
            .lease
            .as_ref()
            .is_none_or(|own| own.generation <= lease.generation);
        if !newer || !lease.is_live(now) {
            return;
        }
        // A lease cannot last longer from now on than its whole length.
        let latest = now.plus(lease.length());
        let end = &mut lease.ends_at;
        end.monotonic_milliseconds = end
            .monotonic_milliseconds
            .min(latest.monotonic_milliseconds);
        end.unix_milliseconds = end.unix_milliseconds.min(latest.unix_milliseconds);
        if self.generation < lease.generation {
            self.logged_in_at = lease.starts_at.monotonic_milliseconds;
        }
        self.generation = self.generation.max(lease.generation);
        self.pending.ready = false;
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

    /// Keeps the monotonic clock from going back or jumping by more than 100 years, and sets the
    /// start.
    ///
    /// A wrong time, such as a negative one read as unsigned, would else be kept: close to the
    /// largest number every wait and every time limit is over.
    fn advance(&mut self, now: Instant) -> Instant {
        self.last_shown = now.monotonic_milliseconds;
        let credible = match self.start_at {
            None => u64::MAX / 2,
            Some(_) => self.latest.saturating_add(LONGEST_JUMP),
        };
        if self.last_shown <= credible {
            self.latest = self.latest.max(self.last_shown);
        }
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
            self.fail(&sent, now, Fault::new(RefusalRule::TimedOut), None);
        }
    }

    fn next_pending(&mut self) -> Option<Action> {
        if let Some(generation) = self.pending.ended.take() {
            return Some(Action::TokenEnded(generation));
        }
        if core::mem::take(&mut self.pending.ready)
            && let Some(lease) = &self.lease
        {
            return Some(Action::TokenReady(lease.clone()));
        }
        if let Some(correction) = self.pending.clock.take() {
            return Some(Action::ClockCorrected(correction));
        }
        self.pending.refusal.take().map(Action::Refused)
    }

    /// Returns every secret that it knows, those of a request included.
    fn secrets<'a>(&'a self, sent: &'a Sent) -> impl Iterator<Item = &'a str> {
        let token = self.lease.iter().map(|lease| lease.token.as_str());
        let sent = sent.secrets.iter().map(|secret| secret.as_str());
        let held = self.credentials.secrets().chain(self.assumed.secrets());
        token.chain(held).chain(sent)
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
