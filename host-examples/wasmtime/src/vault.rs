//! Sends requests to Vault or OpenBao.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use http::header::{CONTENT_TYPE, DATE, LOCATION};
use http::uri::Scheme;
use http::{HeaderName, HeaderValue, Method, Request, StatusCode, Uri};
use ureq::Agent;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use crate::echo::{shown, words};
use crate::environment::{duration, vault_variable};
use crate::session::{self, Destination, Header, HttpMethod, HttpResponse, TransportFailure};

/// Vault's own client waits as long.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

/// A login's answer has a few thousand bytes, with many policies a few ten thousand.
const LONGEST_ANSWER: u64 = 1024 * 1024;

/// A server, and how to talk to it.
pub struct Vault {
    address: Uri,
    /// For logins; a session brings its own.
    headers: Vec<(HeaderName, HeaderValue)>,
    agent: Agent,
}

pub struct Answer {
    pub status: u16,
    pub body: String,
    /// The header `Date`.
    pub date: Option<String>,
}

/// The context of an error where no answer came.
#[derive(Debug)]
pub enum Unreached {
    /// From where a request was sent to first.
    Vault(Uri),
    /// From where this URL redirects to. That place is the server's word, and so is not shown.
    Target(Uri),
}

impl fmt::Display for Unreached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vault(url) => write!(f, "cannot reach {}", words(&url.to_string())),
            Self::Target(url) => {
                let url = words(&url.to_string());
                write!(f, "cannot reach where {url} redirects to")
            }
        }
    }
}

impl Vault {
    /// Reads the server's address and the rest from `VAULT_*` or `BAO_*`.
    ///
    /// `VAULT_SKIP_VERIFY` is not among them: whoever poses as the server receives a login that is
    /// good for 15 minutes.
    pub fn from_environment() -> Result<Self> {
        let address = vault_variable("ADDR").context(
            "missing server: expected its address in VAULT_ADDR or BAO_ADDR, found neither",
        )?;
        let address = read_address(&address).context("invalid VAULT_ADDR")?;
        let mut headers = vec![
            // Vault Agent and proxies want it, as a browser tricked into a request cannot send it.
            header("x-vault-request", "true")?,
        ];
        if let Some(namespace) = vault_variable("NAMESPACE") {
            let pair = header("x-vault-namespace", &namespace);
            headers.push(pair.context("invalid VAULT_NAMESPACE")?);
        }
        if let Some(time) = vault_variable("WRAP_TTL") {
            headers.push(header("x-vault-wrap-ttl", &time).context("invalid VAULT_WRAP_TTL")?);
        }
        let timeout = match vault_variable("CLIENT_TIMEOUT") {
            Some(text) => duration(&text).context("invalid VAULT_CLIENT_TIMEOUT")?,
            None => DEFAULT_TIMEOUT,
        };
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::from(trusted_certificates()?))
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let agent = Agent::config_builder()
            .tls_config(tls)
            .timeout_global(Some(timeout))
            // A refusal is an answer, and a redirect is followed by the rules below.
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("vault-aws-login/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        Ok(Self {
            address,
            headers,
            agent,
        })
    }

    /// Posts JSON to `/v1/<path>`. Follows one redirect, as a standby server sends it.
    pub fn post(&self, path: &str, json: &str) -> Result<Answer> {
        let url = self.url(&format!("/v1/{path}")).with_context(|| {
            format!(
                "expected a path that a URL can carry, found {}",
                shown(path)
            )
        })?;
        let mut response = self
            .send(&url, json)?
            .with_context(|| Unreached::Vault(url.clone()))?;
        if response.status() == StatusCode::TEMPORARY_REDIRECT {
            let target = redirect_target(&url, response.headers().get(LOCATION))?;
            // Why there is no answer may name the place, too.
            response = self
                .send(&target, json)?
                .map_err(|_| anyhow!(Unreached::Target(url.clone())))?;
            if response.status() == StatusCode::TEMPORARY_REDIRECT {
                bail!("expected an answer from where {url} redirects to, found a second redirect");
            }
        }
        let status = response.status().as_u16();
        let date = response.headers().get(DATE);
        let date = date.and_then(|date| date.to_str().ok()).map(Into::into);
        let body = response
            .body_mut()
            .with_config()
            .limit(LONGEST_ANSWER)
            .lossy_utf8(true)
            .read_to_string()
            .with_context(|| format!("cannot read the answer of {url}"))?;
        Ok(Answer { status, body, date })
    }

    /// Sends a request of a session. Follows no redirect, as the session wants it.
    pub fn answer(&self, request: &session::Request) -> Result<HttpResponse, TransportFailure> {
        let method = match request.method {
            HttpMethod::Get => Method::GET,
            HttpMethod::Post => Method::POST,
            HttpMethod::Put => Method::PUT,
        };
        // With pushed credentials a session talks to Vault alone.
        let (Destination::Vault, Some(url)) =
            (request.destination, self.url(&request.path_and_query))
        else {
            return Err(TransportFailure::Unreachable);
        };
        let mut outgoing = Request::builder().method(method).uri(url);
        for header in &request.headers {
            outgoing = outgoing.header(&header.name, &header.value);
        }
        let outgoing = outgoing
            .body(request.body.as_slice())
            .map_err(|_| TransportFailure::Unreachable)?;
        let timeout = Duration::from_millis(request.timeout_milliseconds.into());
        let outgoing = self
            .agent
            .configure_request(outgoing)
            .timeout_global(Some(timeout))
            .build();
        let mut response = self.agent.run(outgoing).map_err(failure)?;
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

    fn url(&self, path: &str) -> Option<Uri> {
        let base = self.address.to_string();
        format!("{}{path}", base.trim_end_matches('/')).parse().ok()
    }

    /// Fails within for the want of an answer.
    fn send(
        &self,
        url: &Uri,
        json: &str,
    ) -> Result<Result<http::Response<ureq::Body>, ureq::Error>> {
        let mut request = Request::post(url).header(CONTENT_TYPE, "application/json");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        Ok(self.agent.run(request.body(json)?))
    }
}

/// Says in the session's words why there is no answer.
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

fn read_address(text: &str) -> Result<Uri> {
    let uri: Uri = text
        .parse()
        .context("expected a URL such as https://vault.example.com:8200")?;
    match uri.scheme_str() {
        // Nothing is echoed that may hold a password.
        _ if text.contains('@') => bail!("expected a URL without user information, found some"),
        Some("http" | "https") if uri.query().is_none() => Ok(uri),
        _ => bail!(
            "expected a URL such as https://vault.example.com:8200, found {}",
            shown(text)
        ),
    }
}

fn header(name: &'static str, value: &str) -> Result<(HeaderName, HeaderValue)> {
    let value = HeaderValue::from_str(value)
        .map_err(|_| anyhow!("expected a value that a header can carry"))?;
    Ok((HeaderName::from_static(name), value))
}

/// Says where a redirect leads. The login goes with it, so never from https to http.
fn redirect_target(from: &Uri, location: Option<&HeaderValue>) -> Result<Uri> {
    let location = location
        .and_then(|location| location.to_str().ok())
        .with_context(|| format!("expected a Location with the redirect of {from}, found none"))?;
    // Not shown: a server may put the login into it.
    let target: Uri = location
        .parse()
        .map_err(|_| anyhow!("expected a URL with the redirect of {from}, found something else"))?;
    // Without a host it is a path on the same server.
    let target = if target.host().is_none() {
        let mut parts = target.into_parts();
        parts.scheme = from.scheme().cloned();
        parts.authority = from.authority().cloned();
        Uri::from_parts(parts)?
    } else {
        target
    };
    if from.scheme() == Some(&Scheme::HTTPS) && target.scheme() != Some(&Scheme::HTTPS) {
        bail!("expected a redirect from {from} to stay on https, found one that does not");
    }
    Ok(target)
}

/// Returns the certificates of `VAULT_CACERT`, or the system's (`SSL_CERT_FILE` moves those).
fn trusted_certificates() -> Result<Vec<Certificate<'static>>> {
    let Some(path) = vault_variable("CACERT") else {
        let found = rustls_native_certs::load_native_certs().certs;
        return Ok(found
            .iter()
            .map(|certificate| Certificate::from_der(certificate).to_owned())
            .collect());
    };
    let pem = std::fs::read(&path).with_context(|| format!("cannot read VAULT_CACERT {path}"))?;
    let certificates: Vec<_> = parse_pem(&pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        bail!("expected PEM certificates in VAULT_CACERT {path}, found none");
    }
    Ok(certificates)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(from: &'static str, location: &'static str) -> Result<String> {
        let location = HeaderValue::from_static(location);
        redirect_target(&Uri::from_static(from), Some(&location)).map(|target| target.to_string())
    }

    #[test]
    fn redirect_leads_to_another_host_or_another_path() {
        let from = "https://standby:8200/v1/auth/aws/login";
        for (location, target) in [
            (
                "https://active:8200/v1/auth/aws/login",
                "https://active:8200/v1/auth/aws/login",
            ),
            (
                "/v1/auth/aws/login?x=1",
                "https://standby:8200/v1/auth/aws/login?x=1",
            ),
        ] {
            assert_eq!(follow(from, location).unwrap(), target);
        }
    }

    #[test]
    fn redirect_from_https_to_http_is_refused() {
        let from = "https://standby:8200/v1/auth/aws/login";
        assert_eq!(
            follow(from, "http://active:8200/").unwrap_err().to_string(),
            format!("expected a redirect from {from} to stay on https, found one that does not")
        );
        assert!(follow("http://standby/", "https://active/").is_ok());
        assert!(redirect_target(&Uri::from_static(from), None).is_err());
    }

    #[test]
    fn address_is_a_url_with_a_scheme() {
        for good in [
            "http://127.0.0.1:8200",
            "https://vault.example.com/",
            "https://[::1]:8200",
        ] {
            assert!(read_address(good).is_ok(), "{good}");
        }
        for bad in [
            "vault.example.com:8200",
            "vault",
            "ftp://vault",
            "https://vault?x",
            "http://a b",
        ] {
            assert!(read_address(bad).is_err(), "{bad}");
        }
    }
}
