//! The AWS credentials that the session holds, and when it fetches new ones.

use fastrand::Rng;
use zeroize::Zeroizing;

use super::back_off::{BackOff, Failure};
use super::config::CredentialSource;
use super::exchange::Response;
use super::refusal::{Fault, RefusalRule};
use super::source::{Fetch, Need, Step};
use crate::credentials::Credentials;

/// Credentials are refreshed at most this early, in seconds.
const EARLIEST_REFRESH: u64 = 300;

/// How long Vault and STS may take with a login, in seconds.
const LOGIN: u64 = 10;

/// How long the host is left alone after it was asked for something, in milliseconds.
const ASK_AGAIN: u64 = 60_000;

/// The least time between two fetches or pushes that succeeded, in milliseconds.
const LEAST_BETWEEN: u64 = 1_000;

/// The credentials that the session uses, and the fetch of new ones.
#[derive(Default)]
pub(super) struct CredentialCache {
    credentials: Option<Credentials>,
    /// In Unix seconds; `None` where the expiry is not known.
    refresh_at: Option<u64>,
    /// A login with them was refused, so new ones are wanted.
    suspect: bool,
    /// The host was asked for an authorization token.
    asked: bool,
    fetch: Fetch,
    pace: BackOff,
}

impl CredentialCache {
    /// Returns the credentials if they outlast a login that begins at the given Unix time.
    pub(super) fn usable(&self, unix_seconds: u64) -> Option<&Credentials> {
        self.credentials.as_ref().filter(|held| {
            held.expires_at()
                .is_none_or(|end| end > unix_seconds.saturating_add(LOGIN))
        })
    }

    /// Returns every secret that it holds.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        let held = self.credentials.iter().flat_map(Credentials::secrets);
        held.chain(self.fetch.secrets())
    }

    /// Says whether new ones are wanted.
    pub(super) fn wants(&self, unix_seconds: u64) -> bool {
        self.credentials.is_none()
            || self.suspect
            || self.refresh_at.is_some_and(|at| at <= unix_seconds)
    }

    /// Says whether new ones are wanted only because a login was refused, and can be fetched. A
    /// host that pushes them is asked at once: it may have to ask a person.
    pub(super) fn is_only_suspect(&self, unix_seconds: u64, source: &CredentialSource) -> bool {
        let due = self.refresh_at.is_some_and(|at| at <= unix_seconds);
        self.usable(unix_seconds).is_some() && !due && !matches!(source, CredentialSource::Pushed)
    }

    /// Returns the seconds until the credentials are due to be refreshed.
    pub(super) fn seconds_until_refresh(&self, unix_seconds: u64) -> Option<u64> {
        self.refresh_at.map(|at| at.saturating_sub(unix_seconds))
    }

    /// Returns how long to wait before the source may be asked, in milliseconds.
    pub(super) fn wait(&self, monotonic: u64) -> u64 {
        let brought = self.asked && self.fetch.has_authorization_token();
        if brought || self.fetch.is_under_way() {
            return 0;
        }
        self.pace.not_before().saturating_sub(monotonic)
    }

    /// Returns when the source may be asked again, on the monotonic clock.
    pub(super) fn not_before(&self) -> u64 {
        self.pace.not_before()
    }

    /// Returns what is needed next, and remembers that the host was asked.
    pub(super) fn need(&mut self, source: &CredentialSource, monotonic: u64) -> Need {
        let need = self.fetch.need(source);
        match need {
            Need::Request(_) => self.asked = false,
            Need::Credentials => self.pace.hold_until(monotonic.saturating_add(ASK_AGAIN)),
            Need::AuthorizationToken => {
                self.asked = true;
                self.pace.hold_until(monotonic.saturating_add(ASK_AGAIN));
            }
        }
        need
    }

    /// Takes the host's token for one fetch.
    pub(super) fn push_authorization_token(&mut self, token: Zeroizing<String>) {
        self.fetch.push_authorization_token(token);
    }

    /// Takes credentials that expire after the given Unix time.
    pub(super) fn take(
        &mut self,
        credentials: Credentials,
        unix_seconds: u64,
        monotonic: u64,
        random: &mut Rng,
    ) -> Result<(), Fault> {
        self.fetch.reset();
        if let Some(end) = credentials.expires_at() {
            let left = end.saturating_sub(unix_seconds);
            if left == 0 {
                return Err(Fault::new(RefusalRule::CredentialsExpired));
            }
            // A fleet's credentials expire together; they are not refreshed together.
            let early = random.u64(EARLIEST_REFRESH / 2..=EARLIEST_REFRESH);
            self.refresh_at = Some(end - early.min(left / 3));
        } else {
            self.refresh_at = None;
        }
        self.credentials = Some(credentials);
        self.suspect = false;
        self.pace.succeed(monotonic, LEAST_BETWEEN);
        Ok(())
    }

    /// Reads an answer of the source.
    pub(super) fn read(
        &mut self,
        source: &CredentialSource,
        response: &Response,
    ) -> Result<Step, Fault> {
        self.fetch.read(source, response)
    }

    /// Counts a fetch that failed, or credentials that could not be taken.
    pub(super) fn fail(&mut self, monotonic: u64, failure: Failure, random: &mut Rng) {
        self.fetch.reset();
        self.pace.fail(monotonic, failure, random);
    }

    /// Notes that a login with the credentials was refused.
    pub(super) fn mark_suspect(&mut self) {
        self.suspect = true;
    }
}
