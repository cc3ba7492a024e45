//! AWS credentials that the session holds, and when it wants new ones in their place.

use fastrand::Rng;

use super::back_off::{BackOff, Failure};
use super::refusal::{Fault, RefusalRule};
use crate::credentials::Credentials;

/// Credentials are refreshed at most this early, in seconds.
const EARLIEST_REFRESH: u64 = 300;

/// How long Vault and STS may take with a login, in seconds.
const LOGIN: u64 = 10;

/// The least time between two fetches or pushes that succeeded, in milliseconds.
const LEAST_BETWEEN: u64 = 1_000;

/// Credentials, and the pace at which new ones may be fetched.
#[derive(Default)]
pub(super) struct HeldCredentials {
    credentials: Option<Credentials>,
    /// In Unix seconds; `None` where the expiry is not known.
    refresh_at: Option<u64>,
    /// What they were used for was refused, or what they were made from is gone, so new ones are
    /// wanted.
    suspect: bool,
    pub(super) pace: BackOff,
}

impl HeldCredentials {
    /// Returns the credentials if they outlast a login that begins at the given Unix time.
    pub(super) fn usable(&self, unix_seconds: u64) -> Option<&Credentials> {
        self.credentials.as_ref().filter(|held| {
            held.expires_at()
                .is_none_or(|end| end > unix_seconds.saturating_add(LOGIN))
        })
    }

    /// Returns every secret that they hold.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        self.credentials.iter().flat_map(Credentials::secrets)
    }

    /// Says whether new ones are wanted.
    pub(super) fn wants(&self, unix_seconds: u64) -> bool {
        self.credentials.is_none() || self.suspect || self.is_due(unix_seconds)
    }

    /// Says whether new ones are wanted only because these are suspect.
    pub(super) fn is_only_suspect(&self, unix_seconds: u64) -> bool {
        self.usable(unix_seconds).is_some() && !self.is_due(unix_seconds)
    }

    fn is_due(&self, unix_seconds: u64) -> bool {
        self.refresh_at.is_some_and(|at| at <= unix_seconds)
    }

    /// Returns the seconds until the credentials are due to be refreshed.
    pub(super) fn seconds_until_refresh(&self, unix_seconds: u64) -> Option<u64> {
        self.refresh_at.map(|at| at.saturating_sub(unix_seconds))
    }

    /// Takes credentials that expire after the given Unix time, and says whether they are others
    /// than before.
    pub(super) fn take(
        &mut self,
        credentials: Credentials,
        unix_seconds: u64,
        monotonic: u64,
        random: &mut Rng,
    ) -> Result<Taken, Fault> {
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
        let id = |held: &Credentials| held.access_key_id() == credentials.access_key_id();
        let taken = match self.credentials.as_ref().is_none_or(id) {
            true => Taken::Same,
            false => Taken::Others,
        };
        self.credentials = Some(credentials);
        self.suspect = false;
        self.pace.succeed(monotonic, LEAST_BETWEEN);
        Ok(taken)
    }

    /// Notes that new ones are wanted.
    pub(super) fn mark_suspect(&mut self) {
        self.suspect = true;
    }

    /// Counts new ones that did not come, or could not be taken.
    pub(super) fn fail(&mut self, monotonic: u64, failure: Failure, random: &mut Rng) {
        self.pace.fail(monotonic, failure, random);
    }
}

/// How credentials compare with those before them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// The first ones, or the same again.
    Same,
    Others,
}
