//! The options of `exec`.

use std::ffi::OsString;

use clap::Args;

use super::aws::AwsArguments;
use super::connection::ConnectionArguments;
use super::{RoleArguments, Target};

/// Log in and run a command with the token in VAULT_TOKEN.
#[derive(Args)]
#[command(after_help = "\
The command has VAULT_TOKEN, VAULT_ADDR and VAULT_NAMESPACE in its environment, and its status is
that of this program; 127 if it is not found, 126 if it cannot be run.

Example:
  vault-aws-login exec --role dev -- vault kv get secret/app")]
pub struct ExecArguments {
    /// Take the AWS credentials out of the command's environment.
    #[arg(long)]
    pub without_aws_credentials: bool,
    #[command(flatten)]
    pub target: Target,
    #[command(flatten)]
    pub connection: ConnectionArguments,
    #[command(flatten)]
    pub aws: AwsArguments,
    #[command(flatten)]
    pub assume_role: RoleArguments,
    /// The command and its arguments.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}
