//! A token and the time it lives.

use core::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::instant::Instant;

/// A Vault token and how long it lives; `lease` of `wit/lifecycle.wit`.
///
/// `Debug` shows nothing of the token. No `PartialEq`: secrets are not compared.
#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Lease {
    /// The token, for `X-Vault-Token`.
    pub token: Zeroizing<String>,
    /// The token's accessor; batch tokens have none.
    pub accessor: Option<String>,
    /// Counts logins from 1.
    pub generation: u64,
    /// Whether the token can be renewed further.
    pub renewable: bool,
    /// What a renewal asks for: the lease that the login was granted, in seconds.
    pub increment_seconds: u64,
    /// When the lease began: not later than at the server.
    pub starts_at: Instant,
    /// When the lease ends: as soon as either clock is there.
    pub ends_at: Instant,
}

impl Lease {
    /// Says whether the token may be used: neither clock has reached the end.
    pub fn is_live(&self, now: Instant) -> bool {
        now.left_until(self.ends_at) > 0
    }

    /// Returns the whole length, in milliseconds.
    pub(super) fn length(&self) -> u64 {
        self.starts_at.left_until(self.ends_at)
    }

    /// Returns when the token has to be renewed or replaced: at two thirds of the lease.
    pub(super) fn two_thirds(&self) -> Instant {
        self.starts_at.plus(self.length() / 3 * 2)
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease")
            .field("generation", &self.generation)
            .field("renewable", &self.renewable)
            .field("starts_at", &self.starts_at)
            .field("ends_at", &self.ends_at)
            .finish_non_exhaustive()
    }
}
