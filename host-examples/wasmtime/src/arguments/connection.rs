//! The options of the connection to Vault.

use clap::Args;

/// Where Vault is.
#[derive(Args)]
pub struct ConnectionArguments {
    /// Address of the server, such as https://vault.example.com:8200.
    #[arg(long, value_name = "URL", env = "VAULT_ADDR")]
    pub address: Option<String>,
}
