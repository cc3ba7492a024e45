//! What is wrong with a command line, in one sentence.
//!
//! clap's own messages repeat the words that it found, and one of them may be a secret in the wrong
//! place. So only its findings are used, and foreign words are shown as `echo_value` shows them.

use std::error::Error;
use std::ffi::OsString;
use std::fmt;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use vault_aws_login::echo_value;

use super::definition;
use crate::failure::Failure;

/// Why the value of an option is refused. It is shown as it is, so it may not hold a secret.
#[derive(Debug)]
pub struct Rejected(String);

impl Rejected {
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Rejected {}

/// Says what clap found wrong.
pub fn failure(error: &clap::Error, words: &[OsString]) -> Failure {
    Failure::usage(message(error)).of_command(command_of(words))
}

/// The command that is meant, whose help the hint names.
pub fn command_of(words: &[OsString]) -> Option<String> {
    let definition = definition();
    let mut words = words.iter().skip(1).filter_map(|word| word.to_str());
    let word = words.find(|word| !word.starts_with('-'))?;
    definition
        .find_subcommand(word)
        .map(|found| found.get_name().to_owned())
}

fn message(error: &clap::Error) -> String {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.first().cloned().unwrap_or_default(),
        _ => String::new(),
    };
    let argument = context(ContextKind::InvalidArg);
    let option = option_of(&argument);
    let value = context(ContextKind::InvalidValue);
    match error.kind() {
        ErrorKind::UnknownArgument if argument.starts_with('-') => {
            format!("invalid option '{}'", echo_value(option))
        }
        ErrorKind::UnknownArgument => {
            format!("unexpected argument \"{}\"", echo_value(&argument))
        }
        ErrorKind::InvalidSubcommand => format!(
            "expected {}, found `{}`",
            commands(),
            echo_value(&context(ContextKind::InvalidSubcommand))
        ),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            "expected a command, found none".into()
        }
        ErrorKind::InvalidValue if value.is_empty() => {
            format!("missing argument for option '{option}'")
        }
        ErrorKind::InvalidValue => {
            let valid = match error.get(ContextKind::ValidValue) {
                Some(ContextValue::Strings(values)) => either(values),
                _ => "another value".into(),
            };
            // An argument without a name needs none.
            let option = format!("{option} ");
            let option = option.strip_prefix('<').map_or(&*option, |_| "");
            format!("expected {option}{valid}, found `{}`", echo_value(&value))
        }
        ErrorKind::TooManyValues => format!(
            "unexpected argument for option '{option}': \"{}\"",
            echo_value(&value)
        ),
        // Nothing excludes another option but itself.
        ErrorKind::ArgumentConflict => format!("expected {option} once, found it again"),
        ErrorKind::MissingRequiredArgument => {
            format!("expected {}, found none", argument.replace(['<', '>'], ""))
        }
        ErrorKind::InvalidUtf8 => "expected an argument in UTF-8".into(),
        ErrorKind::ValueValidation => {
            match error
                .source()
                .and_then(|source| source.downcast_ref::<Rejected>())
            {
                Some(rejected) => rejected.to_string(),
                None => format!("expected another value of {option}"),
            }
        }
        _ => "expected other arguments".into(),
    }
}

/// The option without the name of its value: `--sink` of `--sink <FILE>`.
fn option_of(argument: &str) -> &str {
    argument.split([' ', '=']).next().unwrap_or_default()
}

fn commands() -> String {
    let definition = definition();
    let names = definition
        .get_subcommands()
        .filter(|command| !command.is_hide_set());
    either(
        &names
            .map(|command| command.get_name().to_owned())
            .collect::<Vec<_>>(),
    )
}

/// Names in a row: `a, b or c`.
fn either(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} or {last}", before.join(", ")),
    }
}
