//! The options of `diagnose`.

use clap::Args;

use super::ComponentArguments;
use super::time::TimeArguments;
use super::usage::Rejected;

/// Say who refused a login, why, and what to change.
///
/// What a client printed of Vault's answer, or the answer itself, is read from standard input. Nothing on standard input means that Vault never answered.
#[derive(Args)]
#[command(after_help = "\
Example:
  vault login -method=aws role=dev 2>&1 | vault-aws-login diagnose")]
pub struct DiagnoseArguments {
    /// HTTP status; left out, it is read from the text.
    #[arg(long, value_name = "CODE", value_parser = status)]
    pub status: Option<u16>,
    /// The answer's Date header; standard input is the exact body then.
    #[arg(long, value_name = "DATE")]
    pub date: Option<String>,
    /// The login that was sent, --login "$(cat login.json)"; process lists show it.
    #[arg(long, value_name = "JSON")]
    pub login: Option<String>,
    #[command(flatten)]
    pub time: TimeArguments,
    #[command(flatten)]
    pub component: ComponentArguments,
}

fn status(text: &str) -> Result<u16, Rejected> {
    match text.parse() {
        Ok(status @ 100..=999) => Ok(status),
        _ => Err(Rejected::new(
            "expected an HTTP status as --status, found something else",
        )),
    }
}
