//! Sends requests to Vault or OpenBao.

use std::fmt;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use http::header::{CONTENT_TYPE, DATE, LOCATION};
use http::uri::Scheme;
use http::{HeaderName, HeaderValue, Request, StatusCode, Uri};
use ureq::{Agent, Proxy};

use crate::arguments::connection::ConnectionArguments;
use crate::component::VaultAnswer;
use crate::dry_run::ShownHeader;
use crate::echo::{origin, value, without_secrets};
use crate::exchange::{client, exchange};
use crate::failure::Failure;
use crate::headers;
use crate::session::{Destination, HttpResponse, SessionRequest, TransportFailure};
use crate::tls::TlsSettings;

const JSON: &str = "application/json";

/// Vault's own client waits as long.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

/// A login's answer has a few thousand bytes, with many policies a few ten thousand.
const LONGEST_ANSWER: u64 = 1024 * 1024;

/// A server, and how to talk to it.
pub struct Vault {
    address: Uri,
    /// For logins; a session brings its own.
    headers: Vec<(HeaderName, HeaderValue)>,
    /// For whatever stands in front of the server.
    gateway_headers: Vec<(HeaderName, HeaderValue)>,
    agent: Agent,
}

/// The context of an error where no answer came.
#[derive(Debug)]
pub enum Unreached {
    /// From the server of this URL.
    Vault(Uri),
    /// From where the server of this URL redirects to. The server chose that place, so it is not
    /// shown.
    Target(Uri),
}

impl fmt::Display for Unreached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vault(url) => write!(f, "cannot reach {}", origin(url)),
            Self::Target(url) => write!(f, "cannot reach where {} redirects to", origin(url)),
        }
    }
}

impl Vault {
    /// Takes the server's address and the rest as the options and their variables say.
    ///
    /// There is no way to skip the check of the certificate: an impostor would receive a login that
    /// is good for 15 minutes.
    pub fn new(given: &ConnectionArguments, wrap_ttl: Option<&str>) -> Result<Self, Failure> {
        let address = given.address.as_deref().context(
            "missing server: expected its address in --address, VAULT_ADDR or BAO_ADDR, found none",
        )?;
        let address = read_address(address)
            .context("invalid --address")
            .map_err(usage)?;
        let mut headers = vec![
            // Vault Agent and proxies want it, as a browser tricked into a request cannot send it.
            header("x-vault-request", "true")?,
        ];
        if let Some(namespace) = &given.namespace {
            let pair = header("x-vault-namespace", namespace).context("invalid --namespace");
            headers.push(pair.map_err(usage)?);
        }
        if let Some(time) = wrap_ttl {
            let pair = header("x-vault-wrap-ttl", time).context("invalid --wrap-ttl");
            headers.push(pair.map_err(usage)?);
        }
        let proxy = match given.proxy_address.as_deref().map(Proxy::new) {
            None => None,
            Some(Ok(proxy)) => Some(proxy),
            // Not echoed, because it may hold a password.
            Some(Err(_)) => {
                return Err(Failure::usage(
                    "invalid --proxy-address: expected a URL such as http://proxy.example.com:3128",
                ));
            }
        };
        let settings = TlsSettings {
            ca_cert: given.ca_cert.as_deref(),
            ca_path: given.ca_path.as_deref(),
            client_cert: given.client_certificate()?,
            server_name: given.tls_server_name.as_deref(),
        };
        Ok(Self {
            address,
            headers,
            gateway_headers: headers::read(&given.header)
                .context("invalid --header")
                .map_err(usage)?,
            agent: client(
                &settings,
                proxy,
                Some(given.timeout().unwrap_or(DEFAULT_TIMEOUT)),
            )?,
        })
    }

    /// The URL that a request to `/v1/<path>` goes to.
    pub fn url_of(&self, path: &str) -> Result<Uri> {
        self.url(&format!("/v1/{path}")).with_context(|| {
            format!(
                "expected a path that a URL can carry, found {}",
                value(path)
            )
        })
    }

    /// The headers of a login for people, without those that HTTP itself needs.
    pub fn shown_login_headers(&self) -> Vec<ShownHeader> {
        let json = (CONTENT_TYPE, HeaderValue::from_static(JSON));
        let headers = [&json].into_iter().chain(&self.headers);
        let shown = headers.chain(&self.gateway_headers).map(|(name, value)| {
            let value = match value.to_str() {
                Ok(text) if !value.is_sensitive() => without_secrets(text),
                _ => "…".into(),
            };
            ShownHeader {
                name: name.as_str().into(),
                value,
            }
        });
        shown.collect()
    }

    /// Posts JSON to `/v1/<path>`. Follows one redirect, as a standby server sends it.
    pub fn post(&self, path: &str, json: &str) -> Result<VaultAnswer> {
        let url = self.url_of(path)?;
        let mut response = self.post_json(&url, json)?.map_err(|error| {
            // It may name the host, as a certificate does.
            let why = without_secrets(&error.to_string());
            anyhow!(why).context(Unreached::Vault(url.clone()))
        })?;
        if response.status() == StatusCode::TEMPORARY_REDIRECT {
            let target = redirect_target(&url, response.headers().get(LOCATION))?;
            // The reason may name the place, too, so it is not shown either.
            response = self
                .post_json(&target, json)?
                .map_err(|_| anyhow!(Unreached::Target(url.clone())))?;
            if response.status() == StatusCode::TEMPORARY_REDIRECT {
                bail!(
                    "expected an answer from where {} redirects to, found a second redirect",
                    origin(&url)
                );
            }
        }
        let status = Some(response.status().as_u16());
        let date = response.headers().get(DATE);
        let date = date.and_then(|date| date.to_str().ok()).map(Into::into);
        let body = response
            .body_mut()
            .with_config()
            .limit(LONGEST_ANSWER)
            .lossy_utf8(true)
            .read_to_string()
            .with_context(|| format!("cannot read the answer of {}", origin(&url)))?;
        Ok(VaultAnswer { status, body, date })
    }

    /// Sends a request of a session. Follows no redirect.
    pub fn send(&self, request: &SessionRequest) -> Result<HttpResponse, TransportFailure> {
        // STS has another client: certificates, proxy and headers are Vault's alone.
        let (Destination::Vault, Some(url)) =
            (request.destination, self.url(&request.path_and_query))
        else {
            return Err(TransportFailure::Unreachable);
        };
        exchange(&self.agent, url, request, &self.gateway_headers)
    }

    fn url(&self, path: &str) -> Option<Uri> {
        let base = self.address.to_string();
        format!("{}{path}", base.trim_end_matches('/')).parse().ok()
    }

    /// The inner result fails if there is no answer.
    fn post_json(
        &self,
        url: &Uri,
        json: &str,
    ) -> Result<Result<http::Response<ureq::Body>, ureq::Error>> {
        let mut request = Request::post(url).header(CONTENT_TYPE, JSON);
        // Where a redirect leads to another host, there may be another gateway, which a password is
        // not meant for.
        let is_ours = url.authority() == self.address.authority();
        let gateway = self.gateway_headers.iter().filter(|_| is_ours);
        for (name, value) in self.headers.iter().chain(gateway) {
            request = request.header(name, value);
        }
        Ok(self.agent.run(request.body(json)?))
    }
}

fn usage(error: anyhow::Error) -> Failure {
    Failure::usage(format!("{error:#}"))
}

fn read_address(text: &str) -> Result<Uri> {
    let uri: Uri = text
        .parse()
        .context("expected a URL such as https://vault.example.com:8200")?;
    match uri.scheme_str() {
        // Not echoed, because it may hold a password.
        _ if text.contains('@') => bail!("expected a URL without user information, found some"),
        Some("http" | "https") if uri.query().is_none() => Ok(uri),
        _ => bail!(
            "expected a URL such as https://vault.example.com:8200, found {}",
            value(text)
        ),
    }
}

fn header(name: &'static str, value: &str) -> Result<(HeaderName, HeaderValue)> {
    let value = HeaderValue::from_str(value)
        .map_err(|_| anyhow!("expected a value that a header can carry"))?;
    Ok((HeaderName::from_static(name), value))
}

/// Returns where a redirect leads. The login is sent there, so never from https to http.
fn redirect_target(from: &Uri, location: Option<&HeaderValue>) -> Result<Uri> {
    let location = location
        .and_then(|location| location.to_str().ok())
        .with_context(|| {
            format!(
                "expected a Location with the redirect of {}, found none",
                origin(from)
            )
        })?;
    // Not shown, because a server may put the login into it.
    let target: Uri = location.parse().map_err(|_| {
        anyhow!(
            "expected a URL with the redirect of {}, found something else",
            origin(from)
        )
    })?;
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
        bail!(
            "expected a redirect from {} to stay on https, found one that does not",
            origin(from)
        );
    }
    Ok(target)
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
            "expected a redirect from https://standby:8200 to stay on https, found one that does not"
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
