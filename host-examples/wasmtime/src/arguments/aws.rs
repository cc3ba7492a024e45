//! The option of AWS's own credential chain.

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};

const PROFILE: &str = "profile";

/// Which profile of AWS's files is meant.
#[derive(Default)]
pub struct AwsArguments {
    /// The profile of the command line, whose credentials alone are wanted. That of the variable is
    /// one place among those where AWS's chain looks: there, as in every tool of AWS's, credentials
    /// in the environment come first.
    pub profile: Option<String>,
}

impl Args for AwsArguments {
    fn augment_args(command: Command) -> Command {
        command.arg(
            Arg::new(PROFILE)
                .long(PROFILE)
                .value_name("NAME")
                .env("AWS_PROFILE")
                .hide_short_help(true)
                .help("Profile of AWS's files whose credentials are used"),
        )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for AwsArguments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut arguments = Self::default();
        arguments.update_from_arg_matches(matches)?;
        Ok(arguments)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        if matches.value_source(PROFILE) == Some(ValueSource::CommandLine) {
            self.profile = matches.get_one::<String>(PROFILE).cloned();
        }
        Ok(())
    }
}
