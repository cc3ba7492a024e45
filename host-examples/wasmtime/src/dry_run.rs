//! What `login --dry-run` shows: the request that would be sent, without what makes it usable.

use std::process::ExitCode;

use serde::Serialize;
use vault_aws_login::inspector::{Explanation, Finding, Prediction, report};

use crate::component::NOTHING_KNOWN;
use crate::echo::{origin, without_secrets};
use crate::failure::Failure;
use crate::login::Prepared;
use crate::streams::{print, print_findings};

/// Explains the login instead of sending it; ends with 1 if the server is certain to refuse it.
pub fn show(prepared: Prepared, json: bool) -> Result<ExitCode, Failure> {
    let Prepared {
        vault,
        path,
        login,
        unix_seconds,
        mut instance,
    } = prepared;
    let url = vault.url_of(&path)?;
    let request = Request {
        method: "POST",
        url: format!("{}{}", origin(&url), without_secrets(url.path())),
        headers: vault.shown_login_headers(),
    };
    let explanation: Explanation = instance.explain_login(&login)?.into();
    let findings = instance.check_login(&login, &NOTHING_KNOWN, unix_seconds)?;
    let findings: Vec<Finding> = findings.into_iter().map(Into::into).collect();
    let printed = match json {
        true => print(&format!(
            "{{\"request\":{},\"login\":{},\"check\":{}}}\n",
            serde_json::to_string(&request).unwrap_or_default(),
            report::explanation_json(&explanation).trim_end(),
            report::findings_json(&findings).trim_end(),
        )),
        false => {
            let explained = report::explanation_text(&explanation);
            match print(&format!("{}\n{explained}\n", request.text())) {
                ExitCode::SUCCESS => print_findings(&report::findings_text(&findings)),
                failed => failed,
            }
        }
    };
    Ok(match Prediction::of(&findings) {
        Prediction::Refused => ExitCode::FAILURE,
        Prediction::Open | Prediction::Accepted => printed,
    })
}

#[derive(Serialize)]
struct Request {
    method: &'static str,
    url: String,
    headers: Vec<ShownHeader>,
}

impl Request {
    fn text(&self) -> String {
        let mut text = format!("{} {}\n", self.method, self.url);
        for ShownHeader { name, value } in &self.headers {
            text += &format!("  {name}: {value}\n");
        }
        text
    }
}

#[derive(Serialize)]
pub struct ShownHeader {
    pub name: String,
    /// `…` in the place of what may be a secret.
    pub value: String,
}
