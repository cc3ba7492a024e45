//! The command `login`.

use std::time::SystemTime;

use anyhow::{Result, bail};

use crate::arguments::{Format, LoginArguments};
use crate::clock::unix_milliseconds;
use crate::component::{self, LoginComponent, Severity};
use crate::diagnosis::{Diagnosis, Words};
use crate::vault::{Unreached, Vault};
use crate::{answer, aws, inputs};

pub fn perform(arguments: LoginArguments) -> Result<()> {
    let LoginArguments { format, target } = arguments;
    let vault = Vault::from_environment()?;
    let path = format!("auth/{}/login", target.mount);
    let component = LoginComponent::load(&target.component)?;
    let credentials = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(aws::credentials())?;

    let mut instance = component.instantiate()?;
    let now = unix_seconds()?;
    let login = instance.sign_login(
        &inputs::credentials(&credentials),
        &inputs::options(target),
        now,
    )?;
    // What is certain to be refused is not sent. What depends on the server, the server says.
    let findings = instance.check_login(&login, now)?;
    let certain = |finding: &&component::Finding| finding.severity == Severity::Refused;
    if let Some(finding) = findings.iter().find(certain) {
        bail!("{}\n  on the client: {}", finding.message, finding.fix);
    }

    let answer = match vault.post(&path, &login) {
        Ok(answer) => answer,
        Err(error) => {
            if !error.is::<Unreached>() {
                return Err(error);
            }
            let none = component::Answer {
                status: None,
                body: String::new(),
                date: None,
            };
            let refusal = instance.explain_refusal(&none, &login, unix_seconds()?)?;
            bail!("{error:#}{}", Diagnosis(&refusal));
        }
    };
    let granted = answer::token(answer.status, &answer.body);
    let answer = component::Answer {
        status: Some(answer.status),
        body: answer.body,
        date: answer.date,
    };
    // Also of an answer with a token: it says what may be shown of the warnings.
    let refusal = instance.explain_refusal(&answer, &login, unix_seconds()?)?;
    let token = match granted {
        Ok(token) => token,
        Err(error) => bail!("{error}{}{}", Words(&refusal), Diagnosis(&refusal)),
    };
    if let Some(warnings) = &refusal.quoted {
        eprintln!("Vault warns: {warnings}");
    }
    match format {
        Format::Token => println!("{token}"),
        Format::Json => println!("{}", answer::printable(&answer.body)),
    }
    Ok(())
}

fn unix_seconds() -> Result<u64> {
    Ok(unix_milliseconds(SystemTime::now())? / 1000)
}
