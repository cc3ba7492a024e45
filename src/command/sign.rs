//! The command `sign`.

use aws_smithy_types::date_time::{DateTime, Format};
use wasi::cli::stdin::get_stdin;
use wasi::clocks::wall_clock;

use super::arguments::{CredentialSource, SignArguments};
use super::failure::Failure;
use super::streams;
use crate::{
    Credentials, LoginOptions, StsEndpoint, StsUrl, UnixSeconds, read_credential_document,
    sign_login,
};

/// More than any tool prints; a session token is a few thousand bytes.
const LONGEST_DOCUMENT: usize = 64 * 1024;

pub(super) fn perform(
    arguments: SignArguments,
    environment: &[(String, String)],
) -> Result<String, Failure> {
    let credentials = match arguments.credentials {
        CredentialSource::Environment => credentials_of(environment)?,
        CredentialSource::StandardInput => {
            let document = streams::read(&get_stdin(), LONGEST_DOCUMENT)?;
            read_credential_document(&document)?
        }
    };
    let region = match arguments.region.as_deref() {
        Some("auto") => automatic_region(environment),
        _ => arguments.region,
    };
    let sts_endpoint = match (arguments.sts_endpoint, arguments.fips, arguments.dual_stack) {
        (Some(word), _, _) if word == "regional" => Some(StsEndpoint::Regional),
        (Some(url), _, _) => Some(StsEndpoint::Url(StsUrl::new(&url)?)),
        (None, true, true) => Some(StsEndpoint::FipsDualStack),
        (None, true, false) => Some(StsEndpoint::Fips),
        (None, false, true) => Some(StsEndpoint::DualStack),
        (None, false, false) => None,
    };
    let options = LoginOptions::new(region, arguments.server_id, arguments.role, sts_endpoint)?;
    let seconds = match arguments.time {
        Some(time) => read_time(&time)?,
        None => wall_clock::now().seconds,
    };
    let mut login = sign_login(&credentials, &options, UnixSeconds::new(seconds)?)?;
    login.push('\n');
    Ok(login)
}

fn credentials_of(environment: &[(String, String)]) -> Result<Credentials, Failure> {
    let owned = |name| variable(environment, name).map(str::to_owned);
    let (Some(access_key_id), Some(secret_access_key)) =
        (owned("AWS_ACCESS_KEY_ID"), owned("AWS_SECRET_ACCESS_KEY"))
    else {
        return Err(Failure::refused(
            "missing credentials: expected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the \
             environment (wasmtime passes each by --env NAME) or --credentials -, found neither",
        ));
    };
    // The older name of the same thing, which some tools still set.
    let session_token = owned("AWS_SESSION_TOKEN").or_else(|| owned("AWS_SECURITY_TOKEN"));
    let expires_at = variable(environment, "AWS_CREDENTIAL_EXPIRATION")
        .map(read_time)
        .transpose()?;
    Ok(Credentials::new(
        access_key_id,
        secret_access_key,
        session_token,
        expires_at,
    )?)
}

fn automatic_region(environment: &[(String, String)]) -> Option<String> {
    variable(environment, "AWS_REGION")
        .or_else(|| variable(environment, "AWS_DEFAULT_REGION"))
        .map(str::to_owned)
}

/// Reads a variable; an empty one is an absent one, as AWS's tools have it.
fn variable<'a>(environment: &'a [(String, String)], name: &str) -> Option<&'a str> {
    environment
        .iter()
        .find(|(candidate, value)| candidate == name && !value.is_empty())
        .map(|(_, value)| value.as_str())
}

/// Reads Unix seconds or an RFC 3339 time.
fn read_time(time: &str) -> Result<u64, Failure> {
    let seconds = time.parse().ok().or_else(|| {
        let time = DateTime::from_str(time, Format::DateTimeWithOffset).ok()?;
        u64::try_from(time.secs()).ok()
    });
    seconds.ok_or_else(|| {
        let found: String = time.chars().take(64).collect();
        let found = found.escape_debug();
        Failure::refused(format!(
            "invalid time: expected Unix seconds or a time such as 2030-01-31T12:00:00Z, found `{found}`"
        ))
    })
}
