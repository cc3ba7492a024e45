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
mod echo;
mod environment;
mod exchange;
mod folder;
mod help;
mod inputs;
mod login;
mod role;
mod session;
mod sink;
mod token;
mod vault;

use std::process::ExitCode;

use crate::arguments::Invocation;

fn main() -> ExitCode {
    let invocation = match arguments::read(std::env::args_os()) {
        Ok(invocation) => invocation,
        Err(error) => {
            eprintln!("error: {error:#}\n\nTry --help.");
            return ExitCode::from(2);
        }
    };
    let result = match invocation {
        Invocation::Help => {
            print!("{}", help::TEXT);
            Ok(())
        }
        Invocation::Version => {
            println!("vault-aws-login {}", env!("CARGO_PKG_VERSION"));
            Ok(())
        }
        Invocation::Login(arguments) => login::perform(arguments),
        Invocation::Agent(arguments) => agent::perform(arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The chain, outermost first: what failed, then why.
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
