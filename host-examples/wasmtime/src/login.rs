//! The command `login`.

use std::time::SystemTime;

use anyhow::{Result, bail};

use crate::arguments::{Format, LoginArguments};
use crate::clock::unix_milliseconds;
use crate::component::{Finding, LoginComponent, Severity, VaultAnswer};
use crate::diagnosis::{Diagnosis, ServerWords};
use crate::vault::{Unreached, Vault};
use crate::{aws, inputs, role, token};

pub fn perform(arguments: LoginArguments) -> Result<()> {
    let LoginArguments {
        format,
        assume_role,
        target,
    } = arguments;
    let vault = Vault::from_environment()?;
    let path = format!("auth/{}/login", target.mount);
    let component = LoginComponent::load(&target.component)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let credentials = inputs::credentials(&runtime.block_on(aws::credentials())?);

    let mut instance = component.instantiate()?;
    let (login, now) = match assume_role {
        None => {
            let now = unix_seconds()?;
            let options = inputs::options(target);
            (instance.sign_login(&credentials, &options, now)?, now)
        }
        Some(given) => {
            let setting = role::setting(given, runtime.block_on(aws::region()));
            let config = inputs::session(target, Some(setting), None);
            let signed = role::sign_login(component.instantiate()?, &config, &credentials)?;
            let now = unix_seconds()?.saturating_add_signed(signed.offset_seconds);
            (signed.login, now)
        }
    };
    // A login that is certain to be refused is not sent. The server decides the rest.
    let findings = instance.check_login(&login, now)?;
    let certain = |finding: &&Finding| finding.severity == Severity::Refused;
    if let Some(finding) = findings.iter().find(certain) {
        bail!("{}\n  on the client: {}", finding.message, finding.fix);
    }

    let answer = match vault.post(&path, &login) {
        Ok(answer) => answer,
        Err(error) => {
            if !error.is::<Unreached>() {
                return Err(error);
            }
            let none = VaultAnswer {
                status: None,
                body: String::new(),
                date: None,
            };
            let refusal = instance.explain_refusal(&none, &login, unix_seconds()?)?;
            bail!("{error:#}{}", Diagnosis(&refusal));
        }
    };
    let granted = token::read(answer.status.unwrap_or_default(), &answer.body);
    // Also for an answer with a token, because it says what may be shown of the warnings.
    let refusal = instance.explain_refusal(&answer, &login, unix_seconds()?)?;
    let token = match granted {
        Ok(token) => token,
        Err(error) => bail!("{error}{}{}", ServerWords(&refusal), Diagnosis(&refusal)),
    };
    if let Some(warnings) = &refusal.quoted {
        eprintln!("Vault warns: {warnings}");
    }
    match format {
        Format::Token => println!("{token}"),
        Format::Json => println!("{}", token::printable(&answer.body)),
    }
    Ok(())
}

fn unix_seconds() -> Result<u64> {
    Ok(unix_milliseconds(SystemTime::now())? / 1000)
}
