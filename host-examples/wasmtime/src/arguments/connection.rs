//! The options of the connection to Vault.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::usage::Rejected;
use crate::duration;
use crate::failure::Failure;

/// Where Vault is and how it is reached: the options and variables of Vault's own client.
#[derive(Args)]
pub struct ConnectionArguments {
    /// Address of the server, such as https://vault.example.com:8200.
    #[arg(long, value_name = "URL", env = "VAULT_ADDR")]
    pub address: Option<String>,
    /// Namespace of the mount.
    #[arg(long, value_name = "PATH", env = "VAULT_NAMESPACE")]
    pub namespace: Option<String>,
    /// PEM file of the certificate authorities to trust instead of the system's.
    #[arg(long, value_name = "FILE", env = "VAULT_CACERT")]
    pub ca_cert: Option<PathBuf>,
    /// Folder of such files; not looked at beside --ca-cert.
    #[arg(
        long,
        value_name = "FOLDER",
        env = "VAULT_CAPATH",
        hide_short_help = true
    )]
    pub ca_path: Option<PathBuf>,
    /// PEM file of the certificate that this client shows to the server, with its chain.
    #[arg(
        long,
        value_name = "FILE",
        env = "VAULT_CLIENT_CERT",
        hide_short_help = true
    )]
    pub client_cert: Option<PathBuf>,
    /// PEM file of that certificate's private key.
    #[arg(
        long,
        value_name = "FILE",
        env = "VAULT_CLIENT_KEY",
        hide_short_help = true
    )]
    pub client_key: Option<PathBuf>,
    /// Name that the server's certificate has to carry, if it is not the address's host.
    #[arg(
        long,
        value_name = "NAME",
        env = "VAULT_TLS_SERVER_NAME",
        hide_short_help = true
    )]
    pub tls_server_name: Option<String>,
    /// Proxy to Vault alone, such as http://proxy.example.com:3128; without it that of HTTPS_PROXY,
    /// HTTP_PROXY and NO_PROXY.
    #[arg(
        long,
        value_name = "URL",
        env = "VAULT_PROXY_ADDR",
        hide_short_help = true
    )]
    pub proxy_address: Option<String>,
    /// Longest wait for an answer of the server, such as 30s; a login waits 60 s without it, a
    /// request of the agent 10 s.
    #[arg(
        long,
        value_name = "DURATION",
        env = "VAULT_CLIENT_TIMEOUT",
        hide_short_help = true,
        value_parser = timeout
    )]
    timeout: Option<Duration>,
    /// Header for a gateway in front of Vault; may be given again. The variable holds a JSON object.
    #[arg(
        long,
        value_name = "NAME=VALUE",
        env = "VAULT_HEADERS",
        hide_short_help = true
    )]
    pub header: Vec<String>,
}

fn timeout(text: &str) -> Result<Duration, Rejected> {
    duration::read(text).map_err(|error| Rejected::new(format!("invalid --timeout: {error}")))
}

impl ConnectionArguments {
    /// Zero means the default, as in Vault's own client.
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout.filter(|timeout| !timeout.is_zero())
    }

    /// The certificate of this client, and its key.
    pub fn client_certificate(&self) -> Result<Option<(&Path, &Path)>, Failure> {
        match (&self.client_cert, &self.client_key) {
            (None, None) => Ok(None),
            (Some(certificate), Some(key)) => Ok(Some((certificate, key))),
            (Some(_), None) => Err(Failure::usage(
                "expected --client-key beside --client-cert, found none",
            )),
            (None, Some(_)) => Err(Failure::usage(
                "expected --client-cert beside --client-key, found none",
            )),
        }
    }
}
