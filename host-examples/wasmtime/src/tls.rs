//! TLS with what Vault's own client can set: authorities, a client certificate, a server name.
//!
//! ureq's own settings know no other server name than the URL's.

use std::fmt;
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use http::Uri;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use ureq::Error;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport,
    TransportAdapter,
};

use crate::echo::without_secrets;

/// Whom a client trusts, and who it says it is.
#[derive(Default)]
pub struct TlsSettings<'a> {
    /// A PEM file of certificate authorities, to trust instead of the system's.
    pub ca_cert: Option<&'a Path>,
    /// A folder of such files. Vault's own client does not look at it beside a file.
    pub ca_path: Option<&'a Path>,
    /// A certificate with its chain, and its key, both as PEM files.
    pub client_cert: Option<(&'a Path, &'a Path)>,
    /// The name that is asked for and looked for in the certificate, instead of the URL's host.
    pub server_name: Option<&'a str>,
}

/// Wraps a connection in TLS where the URL wants it.
pub struct Tls {
    config: Arc<ClientConfig>,
    server_name: Option<ServerName<'static>>,
    /// A proxy that is reached with TLS keeps its own name.
    proxy: Option<Uri>,
}

impl Tls {
    pub fn new(settings: &TlsSettings, proxy: Option<Uri>) -> Result<Self> {
        let mut authorities = RootCertStore::empty();
        authorities.add_parsable_certificates(trusted(settings)?);
        let config =
            ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()?
                .with_root_certificates(authorities);
        let config = match settings.client_cert {
            None => config.with_no_client_auth(),
            Some((certificate, key)) => config
                .with_client_auth_cert(certificates(certificate)?, private_key(key)?)
                .with_context(|| {
                    format!(
                        "expected the key of the certificate {} in {}",
                        shown(certificate),
                        shown(key)
                    )
                })?,
        };
        let server_name = match settings.server_name {
            None => None,
            Some(name) => match ServerName::try_from(name.to_owned()) {
                Ok(name) => Some(name),
                Err(_) => bail!(
                    "expected a host name or an IP address as the server name of TLS, found {}",
                    crate::echo::value(name)
                ),
            },
        };
        Ok(Self {
            config: Arc::new(config),
            server_name,
            proxy,
        })
    }

    fn name(&self, url: &Uri) -> Result<ServerName<'static>, Error> {
        let own = self.proxy.as_ref().is_some_and(|proxy| proxy == url);
        match &self.server_name {
            Some(name) if !own => Ok(name.clone()),
            _ => {
                let host = url.host().unwrap_or_default();
                let host = host.trim_start_matches('[').trim_end_matches(']');
                ServerName::try_from(host.to_owned())
                    .map_err(|_| Error::Tls("the URL's host is no server name"))
            }
        }
    }
}

fn trusted(settings: &TlsSettings) -> Result<Vec<CertificateDer<'static>>> {
    let found = match (settings.ca_cert, settings.ca_path) {
        (Some(file), _) => return certificates(file),
        // `SSL_CERT_FILE` and `SSL_CERT_DIR` move the system's.
        (None, None) => return Ok(rustls_native_certs::load_native_certs().certs),
        (None, Some(folder)) => {
            let found = rustls_native_certs::load_certs_from_paths(None, Some(folder));
            fs::read_dir(folder)
                .with_context(|| format!("cannot read the folder {}", shown(folder)))?;
            found.certs
        }
    };
    match settings.ca_path {
        Some(folder) if found.is_empty() => bail!(
            "expected PEM certificates in the files of {}, found none",
            shown(folder)
        ),
        _ => Ok(found),
    }
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let pem = fs::read(file).with_context(|| format!("cannot read {}", shown(file)))?;
    let found: Vec<_> = CertificateDer::pem_slice_iter(&pem).flatten().collect();
    if found.is_empty() {
        bail!("expected PEM certificates in {}, found none", shown(file));
    }
    Ok(found)
}

fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>> {
    let pem = fs::read(file).with_context(|| format!("cannot read {}", shown(file)))?;
    match PrivateKeyDer::from_pem_slice(&pem) {
        Ok(key) => Ok(key),
        // The reason may hold a line of the file.
        Err(_) => bail!(
            "expected a PEM private key without a passphrase in {}, found none",
            shown(file)
        ),
    }
}

fn shown(path: &Path) -> String {
    without_secrets(&path.display().to_string())
}

impl<In: Transport> Connector<In> for Tls {
    type Out = Either<In, TlsTransport>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        let Some(transport) = chained else {
            return Ok(None);
        };
        if !details.needs_tls() || transport.is_tls() {
            return Ok(Some(Either::A(transport)));
        }
        let mut connection =
            ClientConnection::new(Arc::clone(&self.config), self.name(details.uri)?)?;
        let mut socket = TransportAdapter::new(
            Box::new(transport) as Box<dyn Transport>,
            details.current_time.clone(),
        );
        socket.set_timeout(details.timeout);
        connection.complete_io(&mut socket)?;
        Ok(Some(Either::B(TlsTransport {
            buffers: LazyBuffers::new(
                details.config.input_buffer_size(),
                details.config.output_buffer_size(),
            ),
            stream: StreamOwned::new(connection, socket),
        })))
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

/// A connection in TLS.
pub struct TlsTransport {
    buffers: LazyBuffers,
    stream: StreamOwned<ClientConnection, TransportAdapter>,
}

impl TlsTransport {
    /// A server that wants a client's certificate, and gets none, says so after the handshake and
    /// hangs up. What it said counts more than that nothing can be written.
    fn reason(&mut self, error: io::Error) -> Error {
        use io::ErrorKind::{BrokenPipe, ConnectionReset};
        if matches!(error.kind(), BrokenPipe | ConnectionReset)
            && self.stream.conn.read_tls(&mut self.stream.sock).is_ok()
            && let Err(alert) = self.stream.conn.process_new_packets()
        {
            return alert.into();
        }
        error.into()
    }
}

impl Transport for TlsTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.stream.sock.set_timeout(timeout);
        let output = self.buffers.output().get(..amount).unwrap_or_default();
        let written = self.stream.write_all(output);
        written.map_err(|error| self.reason(error))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.stream.sock.set_timeout(timeout);
        let read = self.stream.read(self.buffers.input_append_buf());
        let amount = read.map_err(|error| self.reason(error))?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.sock.get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

impl fmt::Debug for TlsTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsTransport")
    }
}
