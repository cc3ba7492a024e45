//! The command `login`.

use std::time::SystemTime;

use crate::arguments::{Format, LoginArguments};
use crate::clock::unix_milliseconds;
use crate::component::{Finding, LoginComponent, NOTHING_KNOWN, Severity, VaultAnswer};
use crate::diagnosis::ServerWords;
use crate::failure::{Failure, Kind};
use crate::vault::{Unreached, Vault};
use crate::{aws, inputs, role, rules, token};

pub fn perform(arguments: LoginArguments) -> Result<(), Failure> {
    let LoginArguments {
        format,
        assume_role,
        target,
        connection: _,
    } = arguments;
    let assume_role = assume_role.role()?;
    let vault = Vault::from_environment()?;
    let path = format!("auth/{}/login", target.mount);
    let component = LoginComponent::load(target.component.component.as_deref())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let credentials = inputs::credentials(&runtime.block_on(aws::credentials())?);

    let mut instance = component.instantiate()?;
    let (login, now) = match assume_role {
        None => {
            let now = unix_seconds()?;
            let options = inputs::options(&target.signing)?;
            (instance.sign_login(&credentials, &options, now)?, now)
        }
        Some(given) => {
            let setting = role::setting(given, runtime.block_on(aws::region()));
            let config = inputs::session(&target, Some(setting), None)?;
            let signed = role::sign_login(component.instantiate()?, &config, &credentials)?;
            let now = unix_seconds()?.saturating_add_signed(signed.offset_seconds);
            (signed.login, now)
        }
    };
    // A login that is certain to be refused is not sent. The server decides the rest.
    let findings = instance.check_login(&login, &NOTHING_KNOWN, now)?;
    let certain = |finding: &&Finding| finding.severity == Severity::Refused;
    if let Some(finding) = findings.iter().find(certain) {
        return Err(Failure::here(&finding.message)
            .with_rule(rules::login(finding.rule).name())
            .with_fix(&finding.fix));
    }

    let answer = match vault.post(&path, &login) {
        Ok(answer) => answer,
        Err(error) => {
            if !error.is::<Unreached>() {
                return Err(error.into());
            }
            let none = VaultAnswer {
                status: None,
                body: String::new(),
                date: None,
            };
            let refusal = instance.explain_refusal(&none, Some(&login), unix_seconds()?)?;
            return Err(Failure::new(Kind::Unreached, format!("{error:#}")).explained(&refusal));
        }
    };
    let granted = token::read(answer.status.unwrap_or_default(), &answer.body);
    // Also for an answer with a token, because it says what may be shown of the warnings.
    let refusal = instance.explain_refusal(&answer, Some(&login), unix_seconds()?)?;
    let token = match granted {
        Ok(token) => token,
        Err(error) => {
            let message = format!("{error}{}", ServerWords(&refusal));
            return Err(Failure::new(Kind::Refused, message).explained(&refusal));
        }
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

fn unix_seconds() -> anyhow::Result<u64> {
    Ok(unix_milliseconds(SystemTime::now())? / 1000)
}
