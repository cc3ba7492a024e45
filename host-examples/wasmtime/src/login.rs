//! The command `login`.

use std::time::SystemTime;

use anyhow::Result;

use crate::arguments::{Format, LoginArguments};
use crate::clock::unix_milliseconds;
use crate::component::LoginComponent;
use crate::vault::Vault;
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
    let login = component.sign_login(
        &inputs::credentials(&credentials),
        &inputs::options(target),
        unix_milliseconds(SystemTime::now())? / 1000,
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
