//! The credentials of the source, and the fetch of new ones.

use fastrand::Rng;
use zeroize::Zeroizing;

use super::back_off::Failure;
use super::config::CredentialSource;
use super::exchange::Response;
use super::held_credentials::{HeldCredentials, Taken};
use super::refusal::Fault;
use super::source::{Fetch, Need, Step};
use crate::credentials::Credentials;

/// How long the host is left alone after it was asked for something, in milliseconds.
const ASK_AGAIN: u64 = 60_000;

/// The credentials of the source, and how far the fetch of new ones has come.
#[derive(Default)]
pub(super) struct CredentialCache {
    pub(super) held: HeldCredentials,
    /// The host was asked for an authorization token.
    asked: bool,
    fetch: Fetch,
}

impl CredentialCache {
    /// Returns every secret that it holds.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        self.held.secrets().chain(self.fetch.secrets())
    }

    /// Says whether new ones are wanted only because these are suspect, and can be fetched. A host
    /// that pushes them is asked at once: it may have to ask a person.
    pub(super) fn can_wait(&self, unix_seconds: u64, source: &CredentialSource) -> bool {
        self.held.is_only_suspect(unix_seconds) && !matches!(source, CredentialSource::Pushed)
    }

    /// Returns how long to wait before the source may be asked, in milliseconds.
    pub(super) fn wait(&self, monotonic: u64) -> u64 {
        let brought = self.asked && self.fetch.has_authorization_token();
        if brought || self.fetch.is_under_way() {
            return 0;
        }
        self.held.pace.not_before().saturating_sub(monotonic)
    }

    /// Returns what is needed next, and remembers that the host was asked.
    pub(super) fn need(&mut self, source: &CredentialSource, monotonic: u64) -> Need {
        let need = self.fetch.need(source);
        let again = monotonic.saturating_add(ASK_AGAIN);
        match need {
            Need::Request(_) => self.asked = false,
            Need::Credentials => self.held.pace.hold_until(again),
            Need::AuthorizationToken => {
                self.asked = true;
                self.held.pace.hold_until(again);
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
    ) -> Result<Taken, Fault> {
        self.fetch.reset();
        self.held.take(credentials, unix_seconds, monotonic, random)
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
        self.held.fail(monotonic, failure, random);
    }
}
