//! An STS URL of the user's own.

use http::Uri;
use http::uri::Scheme;

use crate::input_error::{InputError, InputField, InputRule, quoted};
use crate::text::{self, Shown};

/// The longest DNS name, in characters.
const LONGEST_NAME: usize = 253;

/// A scheme, a lower-case host, and a port where it is not the scheme's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StsUrl {
    scheme: &'static str,
    host: String,
}

impl StsUrl {
    /// Checks and takes a URL. A path of `/` is allowed, as is a default port, which is dropped.
    ///
    /// # Errors
    /// [`InputRule::EmptyValue`], [`InputRule::SurroundingWhitespace`],
    /// [`InputRule::IllegalCharacter`], [`InputRule::StsUrlNotBare`],
    /// [`InputRule::StsUrlMalformed`], [`InputRule::TooLong`].
    pub fn new(url: &str) -> Result<Self, InputError> {
        // Never echoed before user information is ruled out: it may be a password.
        text::check(InputField::StsEndpoint, url, Shown::Nothing)?;
        let field = InputField::StsEndpoint;
        let not_bare = |part| {
            Err(InputError::invalid(
                InputRule::StsUrlNotBare,
                field,
                format_args!("scheme and host only"),
                format_args!("{part}"),
            ))
        };
        if url.contains('@') {
            return not_bare("user information");
        }
        if url.contains('#') {
            return not_bare("a fragment");
        }
        if url.contains('?') {
            return not_bare("a query");
        }
        let malformed = || {
            InputError::invalid(
                InputRule::StsUrlMalformed,
                field,
                format_args!("a URL such as https://sts.eu-west-1.amazonaws.com"),
                format_args!("{}", quoted(url)),
            )
        };
        let uri: Uri = url.parse().map_err(|_| malformed())?;
        let (scheme, default_port) = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => ("https", 443),
            Some(scheme) if *scheme == Scheme::HTTP => ("http", 80),
            _ => return Err(malformed()),
        };
        if !matches!(uri.path(), "" | "/") {
            return not_bare("a path");
        }
        let authority = uri.authority().ok_or_else(malformed)?;
        let mut host = authority.host().to_ascii_lowercase();
        if !is_host(&host) {
            return Err(malformed());
        }
        if host.len() > LONGEST_NAME {
            return Err(InputError::invalid(
                InputRule::TooLong,
                field,
                format_args!("at most {LONGEST_NAME} characters"),
                format_args!("{}", host.len()),
            ));
        }
        if authority.as_str().len() > host.len() {
            let port = authority.port_u16().filter(|port| *port != 0);
            let port = port.ok_or_else(malformed)?;
            if port != default_port {
                host = format!("{host}:{port}");
            }
        }
        Ok(Self { scheme, host })
    }

    /// Returns the host, with the port where it is not the default one: the `Host` header.
    pub fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn scheme(&self) -> &'static str {
        self.scheme
    }
}

/// Says whether a host is a DNS name, an IPv4 address or a bracketed IPv6 address.
fn is_host(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    match address {
        Some(address) => address.parse::<core::net::Ipv6Addr>().is_ok(),
        None => host.split('.').all(|label| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        }),
    }
}
