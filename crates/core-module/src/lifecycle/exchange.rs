//! Requests and their answers. Bodies are in base64, since they need not be text.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::answer::Refusal;
use vault_aws_login::session::{Destination, Header, Request, Response, TransportFailure};

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct HeaderJson {
    name: String,
    value: String,
}

impl From<HeaderJson> for Header {
    fn from(json: HeaderJson) -> Self {
        Self {
            name: json.name,
            value: Zeroizing::new(json.value),
        }
    }
}

impl From<Header> for HeaderJson {
    fn from(mut header: Header) -> Self {
        Self {
            name: header.name,
            value: core::mem::take(&mut *header.value),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct ResponseJson {
    status: u16,
    headers: Vec<HeaderJson>,
    body: String,
}

impl TryFrom<ResponseJson> for Response {
    type Error = Refusal;

    fn try_from(json: ResponseJson) -> Result<Self, Refusal> {
        let body = STANDARD.decode(json.body).map_err(|_| {
            let message = "malformed request: expected a body in base64, found something else";
            Refusal::new("request-malformed", None, message.into())
        })?;
        Ok(Self {
            status: json.status,
            headers: json.headers.into_iter().map(Into::into).collect(),
            body,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum TransportFailureJson {
    Unreachable,
    TimedOut,
    Interrupted,
    Untrusted,
    AnswerTooLarge,
}

impl From<TransportFailureJson> for TransportFailure {
    fn from(json: TransportFailureJson) -> Self {
        match json {
            TransportFailureJson::Unreachable => Self::Unreachable,
            TransportFailureJson::TimedOut => Self::TimedOut,
            TransportFailureJson::Interrupted => Self::Interrupted,
            TransportFailureJson::Untrusted => Self::Untrusted,
            TransportFailureJson::AnswerTooLarge => Self::AnswerTooLarge,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct RequestJson {
    id: u64,
    purpose: &'static str,
    destination: DestinationJson,
    origin: Option<String>,
    /// In lower case, as in the WIT.
    method: String,
    path_and_query: String,
    headers: Vec<HeaderJson>,
    body: String,
    timeout_milliseconds: u32,
    answer_limit_bytes: u32,
}

impl From<Request> for RequestJson {
    fn from(request: Request) -> Self {
        Self {
            id: request.id,
            purpose: request.purpose.name(),
            destination: request.destination.into(),
            origin: request.origin,
            method: request.method.as_str().to_ascii_lowercase(),
            path_and_query: request.path_and_query,
            headers: request.headers.into_iter().map(Into::into).collect(),
            body: STANDARD.encode(&*request.body),
            timeout_milliseconds: request.timeout_milliseconds,
            answer_limit_bytes: request.answer_limit_bytes,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum DestinationJson {
    Vault,
    ContainerEndpoint,
    InstanceMetadata,
    Sts,
}

impl From<Destination> for DestinationJson {
    fn from(destination: Destination) -> Self {
        match destination {
            Destination::Vault => Self::Vault,
            Destination::ContainerEndpoint => Self::ContainerEndpoint,
            Destination::InstanceMetadata => Self::InstanceMetadata,
            Destination::Sts => Self::Sts,
        }
    }
}
