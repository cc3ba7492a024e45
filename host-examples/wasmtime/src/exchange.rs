//! Sends requests of a session, and translates answers and failures into its terms.

use std::io;
use std::time::Duration;

use anyhow::Result as Anyhow;
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{
    ConnectProxyConnector, Connector, SocksConnector, TcpConnector,
};
use ureq::{Agent, Proxy};

use crate::session::{Header, HttpMethod, HttpResponse, SessionRequest, TransportFailure};
use crate::tls::{Tls, TlsSettings};

/// Makes a client. Without a proxy here it takes that of `HTTPS_PROXY` and its like.
pub fn client(
    settings: &TlsSettings,
    proxy: Option<Proxy>,
    timeout: Option<Duration>,
) -> Anyhow<Agent> {
    let proxy = proxy.or_else(Proxy::try_from_env);
    let tls = Tls::new(settings, proxy.as_ref().map(|proxy| proxy.uri().clone()))?;
    let config = Agent::config_builder()
        .proxy(proxy)
        .timeout_global(timeout)
        // A refusal is an answer, and whoever sends decides which redirect to follow.
        .http_status_as_error(false)
        .max_redirects(0)
        .user_agent(concat!("vault-aws-login/", env!("CARGO_PKG_VERSION")))
        .build();
    let connector =
        ().chain(SocksConnector::default())
            .chain(ConnectProxyConnector::default())
            .chain(TcpConnector::default())
            .chain(tls);
    Ok(Agent::with_parts(
        config,
        connector,
        DefaultResolver::default(),
    ))
}

/// Sends a request of a session to a URL. Follows no redirect.
pub fn exchange(
    agent: &Agent,
    url: Uri,
    request: &SessionRequest,
    more_headers: &[(HeaderName, HeaderValue)],
) -> Result<HttpResponse, TransportFailure> {
    let method = match request.method {
        HttpMethod::Get => Method::GET,
        HttpMethod::Post => Method::POST,
        HttpMethod::Put => Method::PUT,
    };
    let mut outgoing = Request::builder().method(method).uri(url);
    for header in &request.headers {
        outgoing = outgoing.header(&header.name, &header.value);
    }
    for (name, value) in more_headers {
        outgoing = outgoing.header(name, value);
    }
    let outgoing = outgoing
        .body(request.body.as_slice())
        .map_err(|_| TransportFailure::Unreachable)?;
    let timeout = Duration::from_millis(request.timeout_milliseconds.into());
    let outgoing = agent
        .configure_request(outgoing)
        .timeout_global(Some(timeout))
        .build();
    let mut response = agent.run(outgoing).map_err(failure)?;
    let body = response
        .body_mut()
        .with_config()
        .limit(request.answer_limit_bytes.into())
        .read_to_vec()
        .map_err(failure)?;
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| Header {
            name: name.as_str().into(),
            value: String::from_utf8_lossy(value.as_bytes()).into(),
        })
        .collect();
    Ok(HttpResponse {
        status: response.status().as_u16(),
        headers,
        body,
    })
}

/// Translates why there is no answer into the session's terms.
fn failure(error: ureq::Error) -> TransportFailure {
    match error {
        ureq::Error::Timeout(_) => TransportFailure::TimedOut,
        ureq::Error::BodyExceedsLimit(_) => TransportFailure::AnswerTooLarge,
        ureq::Error::Rustls(rustls::Error::InvalidCertificate(_)) => TransportFailure::Untrusted,
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => TransportFailure::Unreachable,
        ureq::Error::Io(error) => io_failure(&error),
        _ => TransportFailure::Interrupted,
    }
}

fn io_failure(error: &io::Error) -> TransportFailure {
    let tls = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    if let Some(rustls::Error::InvalidCertificate(_)) = tls {
        return TransportFailure::Untrusted;
    }
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => TransportFailure::TimedOut,
        io::ErrorKind::ConnectionRefused
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::AddrNotAvailable => TransportFailure::Unreachable,
        _ => TransportFailure::Interrupted,
    }
}
