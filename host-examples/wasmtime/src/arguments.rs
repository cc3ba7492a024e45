//! The command line: each command has its options in a file, and `definition` has them all.

pub mod agent;
pub mod assume_role;
pub mod aws;
pub mod check;
pub mod connection;
pub mod diagnose;
pub mod exec;
pub mod explain;
pub mod login;
pub mod manual;
pub mod sign;
pub mod time;
mod usage;
mod variables;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::builder::Styles;
use clap::builder::styling::AnsiColor;
use clap::error::ErrorKind;
use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand};

pub use self::agent::AgentArguments;
pub use self::assume_role::RoleArguments;
pub use self::check::CheckArguments;
pub use self::diagnose::DiagnoseArguments;
pub use self::exec::ExecArguments;
pub use self::explain::ExplainArguments;
pub use self::login::{Format, LoginArguments};
pub use self::manual::{CompletionsArguments, ManArguments};
pub use self::sign::{SignArguments, SigningArguments};
pub use self::usage::command_of;
use crate::failure::Failure;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Logs in to HashiCorp Vault or OpenBao with an AWS identity, and says why a login is refused.
#[derive(Parser)]
#[command(
    name = "vault-aws-login",
    bin_name = "vault-aws-login",
    version,
    styles = STYLES,
    max_term_width = 100,
    disable_help_flag = true,
    disable_version_flag = true,
    disable_help_subcommand = true,
    after_help = AFTER_HELP,
)]
pub struct Program {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub output: OutputArguments,
    /// Print the version.
    #[arg(short = 'V', long, display_order = 1002, action = ArgAction::Version)]
    version: Option<bool>,
}

const AFTER_HELP: &str = "\
Each command has its own help, and a page of the manual with all of its options:
  vault-aws-login login --help
  vault-aws-login man login | man -l -

Exit status: 0 done, 1 refused here (check: the server refuses the login), 2 wrong usage,
3 refused by the server or by AWS STS, 4 not reached.";

/// What every command takes.
#[derive(Args)]
pub struct OutputArguments {
    /// Print JSON, errors on standard error too.
    #[arg(long, global = true, display_order = 1000)]
    pub json: bool,
    /// Print this help.
    #[arg(short, long, global = true, display_order = 1001, action = ArgAction::HelpShort)]
    help: Option<bool>,
}

#[derive(Subcommand)]
pub enum Command {
    Login(LoginArguments),
    Exec(ExecArguments),
    Agent(AgentArguments),
    Sign(SignArguments),
    Check(CheckArguments),
    Explain(ExplainArguments),
    Diagnose(DiagnoseArguments),
    Completions(CompletionsArguments),
    Man(ManArguments),
}

/// Which component runs.
#[derive(Args)]
pub struct ComponentArguments {
    /// A file to run instead of the component inside this program.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub component: Option<PathBuf>,
}

impl ComponentArguments {
    pub fn file(&self) -> Option<&Path> {
        self.component.as_deref()
    }
}

/// Which login to make, and for which mount.
#[derive(Args)]
pub struct Target {
    #[command(flatten)]
    pub signing: SigningArguments,
    /// Mount of the AWS auth method.
    #[arg(
        long,
        value_name = "PATH",
        env = "VAULT_AUTH_PROVIDER",
        default_value = "aws",
        value_parser = mount
    )]
    pub mount: String,
    #[command(flatten)]
    pub component: ComponentArguments,
}

fn mount(path: &str) -> Result<String, usage::Rejected> {
    match path.trim_matches('/') {
        "" => Err(usage::Rejected::new(
            "expected --mount with a path such as aws, found an empty one",
        )),
        path => Ok(path.into()),
    }
}

/// Every command and option, each with its variable.
pub fn definition() -> clap::Command {
    variables::name_all(Program::command())
}

/// Reads the arguments, the program's name first.
///
/// # Errors
/// What is wrong with the command line, or the help and the version where they are asked for.
pub fn read(words: &[OsString]) -> Result<Program, Stop> {
    let command = variables::fill(definition(), words);
    let matches = command.try_get_matches_from(words);
    let program = matches.and_then(|matches| Program::from_arg_matches(&matches));
    program.map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Stop::Text(error),
        _ => Stop::Failure(usage::failure(&error, words)),
    })
}

/// What there is to do instead of a command.
pub enum Stop {
    /// Print the help or the version.
    Text(clap::Error),
    Failure(Failure),
}

/// Whether the command line, or its variable, asks for JSON; also where it is wrong otherwise.
pub fn wants_json(words: &[OsString]) -> bool {
    let mut options = words.iter().take_while(|word| *word != "--");
    options.any(|word| word == "--json") || variables::is_on("VAULT_AWS_LOGIN_JSON")
}

#[cfg(test)]
mod tests;
