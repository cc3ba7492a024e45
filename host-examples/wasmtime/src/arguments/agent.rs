//! The options of `agent`.

use std::path::PathBuf;

use clap::Args;
use vault_aws_login::echo_value;

use super::connection::ConnectionArguments;
use super::usage::Rejected;
use super::{RoleArguments, Target};

/// Keep a live token in a file until SIGTERM or SIGINT.
#[derive(Args)]
pub struct AgentArguments {
    /// The file for the token, replaced as a whole, mode 0600.
    #[arg(long, value_name = "FILE")]
    pub sink: PathBuf,
    /// How far a login may be signed for another time than this machine's: 0 to 3600 seconds.
    #[arg(long, value_name = "SECONDS", value_parser = limit)]
    pub clock_correction_limit: Option<u32>,
    #[command(flatten)]
    pub target: Target,
    #[command(flatten)]
    pub connection: ConnectionArguments,
    #[command(flatten)]
    pub assume_role: RoleArguments,
}

/// Its bounds are the session's.
fn limit(text: &str) -> Result<u32, Rejected> {
    text.parse().map_err(|_| {
        Rejected::new(format!(
            "expected --clock-correction-limit with a number of seconds, found `{}`",
            echo_value(text)
        ))
    })
}
