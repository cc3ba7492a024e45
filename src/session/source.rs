//! Where the AWS credentials come from, step by step.

mod container;
mod instance_metadata;
mod web_identity;

use zeroize::Zeroizing;

use super::config::{ContainerAuthorization, CredentialSource};
use super::credential_answer::{read_document, rule_of};
use super::exchange::{Response, UnsentRequest};
use super::refusal::Fault;
use super::sts;
use crate::credentials::Credentials;

/// What a source needs next.
pub(super) enum Need {
    Credentials,
    AuthorizationToken,
    Request(UnsentRequest),
}

/// What an answer of a source brought.
pub(super) enum Step {
    /// Another request follows at once.
    Further,
    Done(Credentials),
}

/// How far a fetch has come.
#[derive(Default)]
pub(super) struct Fetch {
    authorization_token: Option<Zeroizing<String>>,
    metadata_token: Option<Zeroizing<String>>,
    instance_role: Option<String>,
}

impl Fetch {
    /// Keeps a token for one fetch.
    pub(super) fn push_authorization_token(&mut self, token: Zeroizing<String>) {
        self.authorization_token = Some(token);
    }

    /// Returns the tokens that it holds.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        let held = self.authorization_token.iter().chain(&self.metadata_token);
        held.map(|token| token.as_str())
    }

    /// Whether the host has brought what it was asked for.
    pub(super) fn has_authorization_token(&self) -> bool {
        self.authorization_token.is_some()
    }

    /// Whether a fetch of several requests has begun.
    pub(super) fn is_under_way(&self) -> bool {
        self.metadata_token.is_some()
    }

    /// Returns what is needed next. An authorization token is used up.
    pub(super) fn need(&mut self, source: &CredentialSource) -> Need {
        match source {
            CredentialSource::Pushed => Need::Credentials,
            CredentialSource::ContainerEndpoint(endpoint) => match endpoint.authorization {
                ContainerAuthorization::None => Need::Request(container::call(endpoint, None)),
                ContainerAuthorization::Token => match self.authorization_token.take() {
                    None => Need::AuthorizationToken,
                    Some(token) => Need::Request(container::call(endpoint, Some(&token))),
                },
            },
            CredentialSource::InstanceMetadata => Need::Request(instance_metadata::call(
                self.metadata_token.as_ref().map(|token| token.as_str()),
                self.instance_role.as_deref(),
            )),
            CredentialSource::WebIdentity(identity) => match self.authorization_token.take() {
                None => Need::AuthorizationToken,
                Some(token) => Need::Request(web_identity::call(identity, &token)),
            },
        }
    }

    /// Reads an answer.
    pub(super) fn read(
        &mut self,
        source: &CredentialSource,
        response: &Response,
    ) -> Result<Step, Fault> {
        match source {
            // The host pushes them, and no request is sent.
            CredentialSource::Pushed => Ok(Step::Further),
            CredentialSource::ContainerEndpoint(_) => read_document(response).map(Step::Done),
            CredentialSource::InstanceMetadata => self.read_metadata(response),
            CredentialSource::WebIdentity(_) => sts::read(response).map(Step::Done),
        }
    }

    /// Forgets a fetch that is over; the next one starts from its first request.
    pub(super) fn reset(&mut self) {
        self.metadata_token = None;
        self.instance_role = None;
    }

    fn read_metadata(&mut self, response: &Response) -> Result<Step, Fault> {
        if self.metadata_token.is_none() {
            self.metadata_token = Some(instance_metadata::read_token(response)?);
            return Ok(Step::Further);
        }
        if self.instance_role.is_none() {
            self.instance_role = Some(instance_metadata::read_role(response)?);
            return Ok(Step::Further);
        }
        if response.status == 401 {
            return Err(Fault::new(instance_metadata::rule_of(response.status)));
        }
        read_document(response).map(Step::Done)
    }
}
