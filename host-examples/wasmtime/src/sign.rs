//! The command `sign`.

use std::process::ExitCode;

use vault_aws_login::read_credential_document;
use vault_aws_login::unchecked;

use crate::arguments::SignArguments;
use crate::arguments::time::read_time;
use crate::component::{Credentials, LoginComponent};
use crate::environment::variable;
use crate::failure::Failure;
use crate::streams::{self, print};
use crate::{aws, inputs};

/// In bytes; more than any tool prints. A session token has a few thousand.
const LONGEST_DOCUMENT: usize = 64 * 1024;

pub fn perform(arguments: &SignArguments) -> Result<ExitCode, Failure> {
    let options = inputs::options(&arguments.signing)?;
    let credentials = match (&arguments.credentials, &arguments.aws.profile) {
        (Some(_), _) => document()?,
        (None, Some(profile)) => chain(Some(profile))?,
        (None, None) => match environment()? {
            Some(credentials) => credentials,
            None => chain(None)?,
        },
    };
    let now = arguments.time.seconds()?;
    let mut instance = LoginComponent::load(arguments.component.file())?.instantiate()?;
    let login = instance.sign_login(&credentials, &options, now)?;
    Ok(print(&format!("{login}\n")))
}

/// Reads what a tool printed.
fn document() -> Result<Credentials, Failure> {
    let document = streams::read(LONGEST_DOCUMENT)?;
    let read = unchecked::Credentials::from(read_credential_document(&document)?);
    Ok(Credentials {
        access_key_id: read.access_key_id,
        secret_access_key: read.secret_access_key,
        session_token: read.session_token,
        expires_at_unix_seconds: read.expires_at_unix_seconds,
    })
}

/// Reads the variables as the Wasm command does: AWS's chain knows neither half a key nor an expiry.
fn environment() -> Result<Option<Credentials>, Failure> {
    let missing = |found| {
        Failure::here(format!(
            "missing credentials: expected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the \
             environment or --credentials -, found {found}"
        ))
    };
    let (access_key_id, secret_access_key) = match (
        variable("AWS_ACCESS_KEY_ID"),
        variable("AWS_SECRET_ACCESS_KEY"),
    ) {
        (Some(id), Some(secret)) => (id, secret),
        (Some(_), None) => return Err(missing("the first only")),
        (None, Some(_)) => return Err(missing("the second only")),
        (None, None) => return Ok(None),
    };
    // The older name of the same thing, which some tools still set.
    let session_token = variable("AWS_SESSION_TOKEN").or_else(|| variable("AWS_SECURITY_TOKEN"));
    let expiry = variable("AWS_CREDENTIAL_EXPIRATION");
    Ok(Some(Credentials {
        access_key_id,
        secret_access_key,
        session_token,
        expires_at_unix_seconds: expiry.map(|time| read_time(&time)).transpose()?,
    }))
}

/// Asks AWS's own chain.
fn chain(profile: Option<&str>) -> Result<Credentials, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(inputs::credentials(
        &runtime.block_on(aws::credentials(profile))?,
    ))
}
