//! The commands `check`, `explain` and `diagnose`.

use std::process::ExitCode;

use vault_aws_login::inspector::{Finding, Prediction, report};

use crate::arguments::{CheckArguments, DiagnoseArguments, ExplainArguments};
use crate::component::{LoginComponent, VaultAnswer};
use crate::failure::Failure;
use crate::streams::{self, print, print_findings};

/// What the inspector reads of a login. What has more is handed on with more, for it to refuse.
const LONGEST_LOGIN: usize = 64 * 1024;

/// What the inspector reads of an answer.
const LONGEST_ANSWER: usize = 1024 * 1024;

/// Says what a server will make of the login on standard input; ends with 1 if it refuses it.
pub fn check(mut arguments: CheckArguments, json: bool) -> Result<ExitCode, Failure> {
    let profile = arguments.profile()?.into();
    let login = streams::read_beginning(LONGEST_LOGIN)?;
    let now = arguments.time.seconds()?;
    let mut instance = LoginComponent::load(arguments.component.file())?.instantiate()?;
    let findings = instance.check_login(&login, &profile, now)?;
    let findings: Vec<Finding> = findings.into_iter().map(Into::into).collect();
    let printed = match json {
        true => print(&report::findings_json(&findings)),
        false => print_findings(&report::findings_text(&findings)),
    };
    Ok(match Prediction::of(&findings) {
        Prediction::Refused => ExitCode::FAILURE,
        Prediction::Open | Prediction::Accepted => printed,
    })
}

/// Says what is in the login on standard input.
pub fn explain(arguments: &ExplainArguments, json: bool) -> Result<ExitCode, Failure> {
    let login = streams::read_beginning(LONGEST_LOGIN)?;
    let mut instance = LoginComponent::load(arguments.component.file())?.instantiate()?;
    let explanation = instance.explain_login(&login)?.into();
    Ok(match json {
        true => print(&report::explanation_json(&explanation)),
        false => print(&report::explanation_text(&explanation)),
    })
}

/// Says why the answer in the text on standard input refuses a login.
pub fn diagnose(arguments: DiagnoseArguments, json: bool) -> Result<ExitCode, Failure> {
    let DiagnoseArguments {
        status,
        date,
        login,
        time,
        component,
    } = arguments;
    let text = streams::read_beginning(LONGEST_ANSWER)?;
    let now = time.seconds()?;
    let mut instance = LoginComponent::load(component.file())?.instantiate()?;
    let refusal = match date {
        None => instance.explain_pasted(&text, status, login.as_deref(), now)?,
        // Whoever has the header by itself has the body by itself.
        Some(_) => {
            let answer = VaultAnswer {
                status,
                body: text,
                date,
            };
            instance.explain_refusal(&answer, login.as_deref(), now)?
        }
    };
    let refusal = refusal.into();
    Ok(match json {
        true => print(&report::refusal_json(&refusal)),
        false => print(&report::refusal_text(&refusal)),
    })
}
