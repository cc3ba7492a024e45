//! The command `login`.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};

use crate::arguments::{self, Format, LoginArguments, Target};
use crate::component::{self, LoginComponent};
use crate::vault::Vault;
use crate::{answer, aws, environment};

pub fn perform(arguments: LoginArguments) -> Result<()> {
    let LoginArguments { format, target } = arguments;
    let vault = Vault::from_environment()?;
    let path = format!("auth/{}/login", target.mount);
    let component = LoginComponent::load(&target.component)?;
    let credentials = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(aws::credentials())?;
    let login = component.sign_login(
        &credentials_record(&credentials),
        &options_record(target),
        unix_seconds(SystemTime::now())?,
    )?;
    let answer = vault.post(&path, login)?;
    let granted = answer::read(answer.status, &answer.body)?;
    for warning in &granted.warnings {
        eprintln!("Vault warns: {warning}");
    }
    match format {
        Format::Token => println!("{}", granted.token),
        Format::Json => println!("{}", answer.body.trim_end()),
    }
    Ok(())
}

fn credentials_record(credentials: &aws_credential_types::Credentials) -> component::Credentials {
    component::Credentials {
        access_key_id: credentials.access_key_id().into(),
        secret_access_key: credentials.secret_access_key().into(),
        session_token: credentials.session_token().map(Into::into),
        // An end before 1970 is in the past whatever it is; 0 says so.
        expires_at_unix_seconds: credentials
            .expiry()
            .map(|end| unix_seconds(end).unwrap_or_default()),
    }
}

fn options_record(target: Target) -> component::LoginOptions {
    let region = match target.region.as_deref() {
        Some("auto") => environment::variable("AWS_REGION")
            .or_else(|| environment::variable("AWS_DEFAULT_REGION")),
        _ => target.region,
    };
    component::LoginOptions {
        region,
        server_id: target.server_id,
        role: target.role,
        sts_endpoint: target.sts_endpoint.map(|endpoint| match endpoint {
            arguments::StsEndpoint::Regional => component::StsEndpoint::Regional,
            arguments::StsEndpoint::Fips => component::StsEndpoint::Fips,
            arguments::StsEndpoint::DualStack => component::StsEndpoint::DualStack,
            arguments::StsEndpoint::FipsDualStack => component::StsEndpoint::FipsDualStack,
            arguments::StsEndpoint::Url(url) => component::StsEndpoint::Url(url),
        }),
    }
}

fn unix_seconds(time: SystemTime) -> Result<u64> {
    Ok(time
        .duration_since(UNIX_EPOCH)
        .context("the clock is before 1970")?
        .as_secs())
}
