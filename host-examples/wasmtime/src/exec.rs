//! The command `exec`.

use std::io::ErrorKind;
use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::arguments::ExecArguments;
use crate::echo::value;
use crate::environment;
use crate::failure::{Failure, Kind};
use crate::login::{Prepared, Way};

/// Where AWS's tools find credentials in the environment, or what lets them fetch some.
const AWS_CREDENTIALS: [&str; 10] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
];

/// Logs in, and becomes the command: signals and its status are the command's own.
pub fn perform(arguments: ExecArguments) -> Result<(), Failure> {
    let ExecArguments {
        without_aws_credentials,
        target,
        connection,
        aws,
        assume_role,
        command,
    } = arguments;
    let [program, words @ ..] = command.as_slice() else {
        return Err(Failure::usage("expected a command behind --, found none"));
    };
    let way = Way {
        target: &target,
        connection: &connection,
        aws: &aws,
        // The command wants a token that it can use.
        wrap_ttl: None,
    };
    let granted = Prepared::new(&way, assume_role)?.post()?;

    let mut command = Command::new(program);
    command.args(words);
    for (name, value) in environment::with_token(&granted.token, &connection) {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    if without_aws_credentials {
        for name in AWS_CREDENTIALS {
            command.env_remove(name);
        }
    }
    let error = command.exec();
    let kind = match error.kind() {
        ErrorKind::NotFound => Kind::CommandNotFound,
        _ => Kind::CommandNotRun,
    };
    let message = format!("cannot run the command {}: {error}", value(program));
    Err(Failure::new(kind, message))
}
