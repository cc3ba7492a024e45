//! Requests that the host sends, and what comes back.

use core::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::{Zeroize, Zeroizing};

use crate::inspector::Answer;
use crate::vocabulary::vocabulary;

/// The longest answer that is read, in bytes. A token with a thousand policies has a tenth of it.
pub(super) const ANSWER_LIMIT_BYTES: u32 = 256 * 1024;

vocabulary! {
    /// The server that a request is for.
    pub enum Destination {
        /// Vault, whose address only the host knows.
        Vault = "vault",
        /// The container endpoint.
        ContainerEndpoint = "container-endpoint",
        /// EC2's instance metadata.
        InstanceMetadata = "instance-metadata",
        /// STS, for the exchange of a web identity.
        Sts = "sts",
    }
}

vocabulary! {
    /// What a request is for.
    pub enum RequestPurpose {
        /// A login at Vault.
        Login = "login",
        /// A renewal of the token.
        Renewal = "renewal",
        /// The question whether Vault knows the token.
        TokenCheck = "token-check",
        /// AWS credentials, or a step towards them.
        Credentials = "credentials",
    }
}

impl Destination {
    /// Returns the server as messages name it.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Vault => "Vault",
            Self::ContainerEndpoint => "the container endpoint",
            Self::InstanceMetadata => "the instance metadata",
            Self::Sts => "STS",
        }
    }
}

vocabulary! {
    /// The method of a request.
    pub enum HttpMethod {
        /// `GET`.
        Get = "get",
        /// `POST`.
        Post = "post",
        /// `PUT`.
        Put = "put",
    }
}

impl HttpMethod {
    /// Returns the method as HTTP writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }
}

/// A header; its value may be a secret, so `Debug` shows only the name.
#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Header {
    /// In lower case in requests, in any case in answers.
    pub name: String,
    /// The value.
    pub value: Zeroizing<String>,
}

impl Header {
    /// Makes a header.
    pub fn new(name: &str, value: &str) -> Self {
        Self {
            name: name.to_owned(),
            value: Zeroizing::new(value.to_owned()),
        }
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ** redacted **", self.name)
    }
}

/// A request that the host sends. `Debug` shows neither header values nor the body.
#[derive(Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Request {
    /// Brings the answer back to its request.
    pub id: u64,
    /// What the request is for.
    pub purpose: RequestPurpose,
    /// The server.
    pub destination: Destination,
    /// Scheme, host and perhaps port; `None` for Vault.
    pub origin: Option<String>,
    /// The method.
    pub method: HttpMethod,
    /// The path, percent-encoded, with the query if there is one.
    pub path_and_query: String,
    /// Every header that is needed beside `Host` and `Content-Length`.
    pub headers: Vec<Header>,
    /// The body; empty for none.
    #[serde(serialize_with = "in_base64")]
    pub body: Zeroizing<Vec<u8>>,
    /// How long the host waits for the whole answer.
    pub timeout_milliseconds: u32,
    /// The longest answer that the session reads.
    pub answer_limit_bytes: u32,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("id", &self.id)
            .field("purpose", &self.purpose)
            .field("destination", &self.destination)
            .field("method", &self.method)
            .field("path_and_query", &self.path_and_query)
            .finish_non_exhaustive()
    }
}

/// Bodies need not be text, so that JSON carries them in base64.
fn in_base64<S: Serializer>(body: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&Zeroizing::new(STANDARD.encode(body)))
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = Zeroizing::new(String::deserialize(deserializer)?);
    // Without base64's own error, which holds a byte of the body.
    let decoded = STANDARD.decode(text.as_bytes());
    decoded.map_err(|_| serde::de::Error::custom("expected base64"))
}

/// A request before it has an id and a deadline.
pub(super) struct UnsentRequest {
    pub destination: Destination,
    /// `None` for Vault.
    pub origin: Option<String>,
    pub method: HttpMethod,
    pub path_and_query: String,
    pub headers: Vec<Header>,
    pub body: Zeroizing<Vec<u8>>,
    /// What in it is not to be shown.
    pub secrets: Vec<Zeroizing<String>>,
}

/// An answer with any status. `Debug` shows only the status.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: Vec<Header>,
    /// The body.
    #[serde(deserialize_with = "from_base64")]
    pub body: Vec<u8>,
}

impl Response {
    /// Returns the first header of that name, given in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case(name))
            .map(|header| header.value.trim())
    }

    /// Returns the answer as the inspector reads it.
    pub(super) fn to_answer(&self) -> Answer {
        Answer {
            status: Some(self.status),
            body: String::from_utf8_lossy(&self.body).into_owned(),
            date: self.header("date").map(str::to_owned),
        }
    }

    /// Returns the body as text; nothing where it is not UTF-8.
    pub(super) fn text(&self) -> &str {
        core::str::from_utf8(&self.body).unwrap_or_default()
    }
}

impl Drop for Response {
    fn drop(&mut self) {
        self.body.zeroize();
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

vocabulary! {
    /// Why there is no answer.
    pub enum TransportFailure {
        /// The server is not known, or does not accept connections.
        Unreachable = "unreachable",
        /// The time for the request is over.
        TimedOut = "timed-out",
        /// The connection ended before the answer did.
        Interrupted = "interrupted",
        /// The server's certificate is not trusted.
        Untrusted = "untrusted",
        /// The answer is longer than the limit.
        AnswerTooLarge = "answer-too-large",
    }
}
