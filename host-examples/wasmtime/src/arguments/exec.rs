//! The options of `exec`.

use std::ffi::OsString;

use clap::Args;

use super::connection::ConnectionArguments;
use super::{RoleArguments, Target};

/// Log in and run a command with the token in VAULT_TOKEN.
#[derive(Args)]
pub struct ExecArguments {
    #[command(flatten)]
    pub target: Target,
    #[command(flatten)]
    pub connection: ConnectionArguments,
    #[command(flatten)]
    pub assume_role: RoleArguments,
    /// The command and its arguments.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}
