//! The options of `login`.

use clap::{Args, ValueEnum};

use super::aws::AwsArguments;
use super::connection::ConnectionArguments;
use super::usage::Rejected;
use super::{RoleArguments, Target};
use crate::duration;
use crate::token::Field;

/// Log in and print the token.
#[derive(Args)]
#[command(after_help = "\
Example:
  vault-aws-login login --role dev --server-id vault.example.com")]
pub struct LoginArguments {
    /// Print the token alone, Vault's whole answer, or lines that a shell evaluates.
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Print one field of the answer, such as token_accessor or token_duration.
    #[arg(long, value_name = "NAME", value_enum, hide_possible_values = true)]
    pub field: Option<Field>,
    /// Keep the token in ~/.vault-token for vault and bao, and print it only if --format or --field
    /// asks for it.
    #[arg(long)]
    pub store: bool,
    /// Show what would be sent, without a usable login, and what the server is expected to do.
    #[arg(long)]
    pub dry_run: bool,
    /// Ask for a wrapping token with this lifetime, such as 5m.
    #[arg(long, value_name = "DURATION", env = "VAULT_WRAP_TTL", value_parser = wrap_ttl)]
    pub wrap_ttl: Option<String>,
    #[command(flatten)]
    pub target: Target,
    #[command(flatten)]
    pub connection: ConnectionArguments,
    #[command(flatten)]
    pub aws: AwsArguments,
    #[command(flatten)]
    pub assume_role: RoleArguments,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Token,
    Json,
    Env,
}

/// The server reads it as Vault's clients do, so it is sent as it is given.
fn wrap_ttl(text: &str) -> Result<String, Rejected> {
    match duration::read(text) {
        Ok(_) => Ok(text.into()),
        Err(error) => Err(Rejected::new(format!("invalid --wrap-ttl: {error}"))),
    }
}
