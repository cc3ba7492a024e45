//! The command `sign`.

use wasi::cli::stdin::get_stdin;

use super::arguments::{CredentialSource, SignArguments};
use super::failure::Failure;
use super::{streams, time};
use vault_aws_login::{
    Credentials, LoginOptions, StsEndpoint, StsUrl, UnixSeconds, read_credential_document,
    sign_login,
};

/// In bytes; more than any tool prints. A session token has a few thousand.
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
    let time = UnixSeconds::new(time::seconds(arguments.time)?)?;
    let mut login = sign_login(&credentials, &options, time)?;
    login.push('\n');
    Ok(login)
}

fn credentials_of(environment: &[(String, String)]) -> Result<Credentials, Failure> {
    let owned = |name| variable(environment, name).map(str::to_owned);
    let missing = |found| {
        Failure::refused(format!(
            "missing credentials: expected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the \
             environment (wasmtime passes each by --env NAME) or --credentials -, found {found}"
        ))
    };
    let (access_key_id, secret_access_key) =
        match (owned("AWS_ACCESS_KEY_ID"), owned("AWS_SECRET_ACCESS_KEY")) {
            (Some(id), Some(secret)) => (id, secret),
            (Some(_), None) => return Err(missing("the first only")),
            (None, Some(_)) => return Err(missing("the second only")),
            (None, None) => return Err(missing("neither")),
        };
    // The older name of the same thing, which some tools still set.
    let session_token = owned("AWS_SESSION_TOKEN").or_else(|| owned("AWS_SECURITY_TOKEN"));
    let expires_at = variable(environment, "AWS_CREDENTIAL_EXPIRATION")
        .map(|time| Ok::<_, Failure>(UnixSeconds::new(time::read(time)?)?.as_u64()))
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

/// Reads a variable. AWS's tools take an empty one for an absent one, too.
fn variable<'a>(environment: &'a [(String, String)], name: &str) -> Option<&'a str> {
    environment
        .iter()
        .find(|(candidate, value)| candidate == name && !value.is_empty())
        .map(|(_, value)| value.as_str())
}
