//! The commands `completions` and `man`.

use std::process::ExitCode;

use clap::Command;
use clap_mangen::Man;
use vault_aws_login::echo_value;

use crate::arguments::{self, CompletionsArguments, ManArguments};
use crate::failure::Failure;
use crate::streams::print;

const NAME: &str = "vault-aws-login";

/// Prints a script that completes the command line.
pub fn completions(arguments: &CompletionsArguments) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut arguments::definition(),
        NAME,
        &mut script,
    );
    let script = String::from_utf8_lossy(&script);
    // For Bash clap spells a name with hyphens in two ways, so that no command's options are found:
    // https://github.com/clap-rs/clap/issues/6421
    let [wrong, right] = ["__subcmd__", "__"].map(|hyphen| NAME.replace('-', hyphen));
    Ok(print(&script.replace(&wrong, &right)))
}

/// Prints the page of the program, or of one of its commands.
pub fn page(arguments: &ManArguments) -> Result<ExitCode, Failure> {
    let mut page = Vec::new();
    let about = page_of(arguments.command.as_deref())?;
    Man::new(about)
        .source(format!("{NAME} {}", env!("CARGO_PKG_VERSION")))
        .render(&mut page)?;
    Ok(print(&String::from_utf8_lossy(&page)))
}

fn page_of(command: Option<&str>) -> Result<Command, Failure> {
    let mut definition = whole(arguments::definition());
    definition.build();
    let Some(name) = command else {
        return Ok(definition);
    };
    match definition.find_subcommand(name) {
        Some(found) => Ok(found.clone()),
        None => Err(Failure::usage(format!(
            "expected the name of a command, found `{}`",
            echo_value(name)
        ))),
    }
}

/// A page tells what the help leaves out.
fn whole(command: Command) -> Command {
    let command = command.mut_args(|arg| arg.hide_short_help(false).hide_env(false));
    command.mut_subcommands(whole)
}
