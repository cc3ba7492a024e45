//! The commands `check`, `explain` and `diagnose`.

use wasi::cli::stdin::get_stdin;

use super::Outcome;
use super::arguments::{CheckArguments, DiagnoseArguments, Format};
use super::failure::Failure;
use super::streams;
use super::time::seconds;
use vault_aws_login::inspector::{
    Answer, Prediction, check_login, explain_login, explain_pasted, explain_refusal, report,
};

/// What the inspector reads of a login. What has more is handed on with more, for it to refuse.
const LONGEST_LOGIN: usize = 64 * 1024;

/// What the inspector reads of an answer.
const LONGEST_ANSWER: usize = 1024 * 1024;

/// Says what a server will make of the login on standard input; ends with 1 if it refuses it.
pub(super) fn check(arguments: CheckArguments) -> Result<Outcome, Failure> {
    let login = streams::read_beginning(&get_stdin(), LONGEST_LOGIN)?;
    let findings = check_login(&login, &arguments.profile, seconds(arguments.time)?);
    Ok(Outcome {
        text: match arguments.format {
            Format::Text => report::findings_text(&findings),
            Format::Json => report::findings_json(&findings),
        },
        exit_code: u8::from(Prediction::of(&findings) == Prediction::Refused),
    })
}

/// Says what is in the login on standard input.
pub(super) fn explain(format: Format) -> Result<Outcome, Failure> {
    let login = streams::read_beginning(&get_stdin(), LONGEST_LOGIN)?;
    let explanation = explain_login(&login).map_err(|error| Failure::Refused {
        rule: Some(error.rule.name()),
        field: None,
        message: error.message,
    })?;
    Ok(match format {
        Format::Text => report::explanation_text(&explanation),
        Format::Json => report::explanation_json(&explanation),
    }
    .into())
}

/// Says why the answer in the text on standard input refuses a login.
pub(super) fn diagnose(arguments: DiagnoseArguments) -> Result<Outcome, Failure> {
    let status = arguments.status.map(|status| match status.parse() {
        Ok(status @ 100..=999) => Ok(status),
        _ => Err(Failure::Usage(
            "expected an HTTP status as --status, found something else".into(),
        )),
    });
    let status = status.transpose()?;
    let text = streams::read_beginning(&get_stdin(), LONGEST_ANSWER)?.to_string();
    let login = arguments.login.as_deref();
    let seconds = seconds(arguments.time)?;
    let refusal = match arguments.date {
        None => explain_pasted(&text, status, login, seconds),
        // Whoever has the header by itself has the body by itself.
        Some(_) => {
            let answer = Answer {
                status,
                body: text,
                date: arguments.date,
            };
            explain_refusal(&answer, login, seconds)
        }
    };
    Ok(match arguments.format {
        Format::Text => report::refusal_text(&refusal),
        Format::Json => report::refusal_json(&refusal),
    }
    .into())
}
