//! The options of `login`.

use clap::{Args, ValueEnum};

use super::connection::ConnectionArguments;
use super::{RoleArguments, Target};

/// Log in and print the token.
#[derive(Args)]
pub struct LoginArguments {
    #[command(flatten)]
    pub target: Target,
    #[command(flatten)]
    pub connection: ConnectionArguments,
    #[command(flatten)]
    pub assume_role: RoleArguments,
    /// Print the token alone, or Vault's whole answer.
    #[arg(long, value_enum, default_value = "token")]
    pub format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Format {
    Token,
    Json,
}
