//! The variable of each option.
//!
//! An option whose variable Vault's and HashiCorp's own tools know says so by clap's `env`. Each
//! other one has `VAULT_AWS_LOGIN_` and its name. `BAO_` may stand in the place of `VAULT_`, and then
//! wins, as in OpenBao's client. An empty variable counts as absent.

use std::ffi::OsString;

use clap::builder::FalseyValueParser;
use clap::{Arg, ArgAction, Command};

use crate::environment::variable;

const PREFIX: &str = "VAULT_AWS_LOGIN_";

/// The options that exclude each other, each group without those that do not. What the command line
/// says counts more than a variable, so an option that is given hides the variables of the others.
const OPPOSITES: &[(&str, &[&str])] = &[
    (
        "sts-endpoint",
        &["fips", "dual-stack", "server-uses-client-region"],
    ),
    ("fips", &["sts-endpoint"]),
    ("dual-stack", &["sts-endpoint"]),
    ("server-uses-client-region", &["sts-endpoint"]),
    ("server-id", &["no-server-id", "no-config"]),
    ("allowed-header", &["no-allowed-headers", "no-config"]),
    ("no-server-id", &["server-id"]),
    ("no-allowed-headers", &["allowed-header"]),
];

/// Gives each option the name of its variable.
pub fn name_all(command: Command) -> Command {
    let command = command.mut_args(name_one);
    command.mut_subcommands(name_all)
}

fn name_one(arg: Arg) -> Arg {
    let Some(long) = arg.get_long().map(str::to_owned) else {
        return arg;
    };
    match arg.get_action() {
        // Neither help nor version sets anything.
        ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version => arg,
        ArgAction::SetTrue => named(arg, &long)
            .value_parser(FalseyValueParser::new())
            // Giving it twice means no more than giving it once.
            .overrides_with(long),
        // As a value may begin with a hyphen in every other tool of Vault's and AWS's.
        _ => named(arg, &long).allow_hyphen_values(true),
    }
}

fn named(arg: Arg, long: &str) -> Arg {
    let arg = match arg.get_env() {
        Some(_) => arg,
        None => {
            let name = long.to_ascii_uppercase().replace('-', "_");
            arg.env(format!("{PREFIX}{name}")).hide_env(true)
        }
    };
    // The value may be a secret.
    arg.hide_env_values(true)
}

/// Has each option take the value of its variable, unless the command line says otherwise.
pub fn fill(command: Command, words: &[OsString]) -> Command {
    let command = command.mut_args(|arg| fill_one(arg, words));
    command.mut_subcommands(|subcommand| fill(subcommand, words))
}

fn fill_one(arg: Arg, words: &[OsString]) -> Arg {
    let name = arg.get_env().and_then(|name| name.to_str());
    let Some(name) = name.map(str::to_owned) else {
        return arg;
    };
    let is_hidden = arg.get_long().is_some_and(|long| {
        let opposites = OPPOSITES.iter().find(|(option, _)| *option == long);
        opposites.is_some_and(|(_, others)| others.iter().any(|other| is_given(other, words)))
    });
    match set_name(&name).filter(|_| !is_hidden) {
        Some(name) => arg.env(name),
        None => arg.env(None::<&str>),
    }
}

/// Whether an option is on the command line.
fn is_given(option: &str, words: &[OsString]) -> bool {
    let mut options = words.iter().take_while(|word| *word != "--");
    options.any(|word| {
        let word = word.to_string_lossy();
        let rest = word
            .strip_prefix("--")
            .and_then(|word| word.strip_prefix(option));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
    })
}

/// The name under which a variable is set, if it is.
fn set_name(name: &str) -> Option<String> {
    let twin = name
        .strip_prefix("VAULT_")
        .map(|rest| format!("BAO_{rest}"));
    let mut names = twin.into_iter().chain([name.to_owned()]);
    names.find(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Whether a variable of a flag is set and says so.
pub fn is_on(name: &str) -> bool {
    let value = set_name(name).and_then(|name| variable(&name));
    value.is_some_and(|value| {
        !["0", "f", "false", "n", "no", "off"].contains(&value.to_ascii_lowercase().as_str())
    })
}
