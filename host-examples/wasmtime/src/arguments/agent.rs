//! The options of `agent`.

use std::path::PathBuf;

use clap::Args;
use vault_aws_login::echo_value;

use super::aws::AwsArguments;
use super::connection::ConnectionArguments;
use super::usage::Rejected;
use super::{RoleArguments, Target};
use crate::log::LogFormat;
use crate::sink::Mode;

/// Keep a live token in files until SIGTERM or SIGINT.
#[derive(Args)]
#[command(after_help = "\
Example:
  vault-aws-login agent --role dev --server-id vault.example.com --sink /run/app/vault-token")]
pub struct AgentArguments {
    /// File for the token, replaced as a whole; may be given again.
    #[arg(long, value_name = "FILE", required_unless_present = "probe")]
    pub sink: Vec<PathBuf>,
    /// Mode of these files: 0400, 0440, 0600 or 0640.
    #[arg(long, value_name = "MODE", default_value = "0600", value_parser = mode)]
    pub mode: Mode,
    /// End with status 0 as soon as there is a token, and with 3 where only a person can help.
    #[arg(long)]
    pub once: bool,
    /// File that is there while the token is good.
    #[arg(long, value_name = "FILE")]
    pub health_file: Option<PathBuf>,
    /// End at once: with status 0 if the agent of --health-file has a good token, else with 1.
    #[arg(long)]
    pub probe: bool,
    /// What the agent says on standard error: lines for people, or an object a line.
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    pub log_format: LogFormat,
    /// How far a login may be signed for another time than this machine's, after AWS said that its
    /// clock is wrong: 0 to 3600 seconds; default 3600 with --server-id, 1200 without.
    #[arg(long, value_name = "SECONDS", value_parser = limit, hide_short_help = true)]
    pub clock_correction_limit: Option<u32>,
    #[command(flatten)]
    pub target: Target,
    #[command(flatten)]
    pub connection: ConnectionArguments,
    #[command(flatten)]
    pub aws: AwsArguments,
    #[command(flatten)]
    pub assume_role: RoleArguments,
}

fn mode(text: &str) -> Result<Mode, Rejected> {
    Mode::read(text).map_err(|error| Rejected::new(format!("invalid --mode: {error}")))
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
