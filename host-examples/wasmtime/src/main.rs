//! Logs in to Vault or OpenBao with an AWS identity, through `vault-aws-login.wasm`.
//!
//! The component decides what is sent. The program finds credentials, reads the clock and sends the
//! requests.

mod agent;
mod arguments;
mod aws;
mod cache;
mod clock;
mod component;
mod diagnosis;
mod dry_run;
mod duration;
mod echo;
mod environment;
mod exchange;
mod exec;
mod failure;
mod folder;
mod headers;
mod health;
mod inputs;
mod inspect;
mod log;
mod login;
mod manual;
mod notify;
mod records;
mod role;
mod rules;
mod session;
mod sign;
mod sink;
mod streams;
mod tls;
mod token;
mod vault;

use std::ffi::OsString;
use std::process::ExitCode;

use crate::arguments::{Command, Stop};

fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    let json = arguments::wants_json(&words);
    let program = match arguments::read(&words) {
        Ok(program) => program,
        Err(Stop::Failure(failure)) => return failure.report(json),
        Err(Stop::Text(text)) => {
            // The reader of standard output may be gone.
            return match text.print() {
                Ok(()) => ExitCode::SUCCESS,
                Err(_) => ExitCode::FAILURE,
            };
        }
    };
    let command = arguments::command_of(&words);
    let done = |()| ExitCode::SUCCESS;
    let result = match program.command {
        Command::Login(arguments) => login::perform(arguments, json),
        Command::Exec(arguments) => exec::perform(arguments).map(done),
        Command::Agent(arguments) => agent::perform(arguments, json).map(done),
        Command::Sign(arguments) => sign::perform(&arguments),
        Command::Check(arguments) => inspect::check(arguments, json),
        Command::Explain(arguments) => inspect::explain(&arguments, json),
        Command::Diagnose(arguments) => inspect::diagnose(arguments, json),
        Command::Completions(arguments) => manual::completions(&arguments),
        Command::Man(arguments) => manual::page(&arguments),
    };
    result.unwrap_or_else(|failure| failure.of_command(command).report(json))
}
