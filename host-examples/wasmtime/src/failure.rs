//! What ends the program without a result: one error, with the exit status that it means.

use std::fmt;
use std::process::ExitCode;

use anstream::eprintln;
use clap::builder::styling::AnsiColor;
use serde::Serialize;
use vault_aws_login::{CredentialDocumentError, InputRule};

use crate::component::{ExplainError, LoginRefusal};
use crate::rules;

/// Who or what stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An input is refused here, or something on this machine failed.
    Here,
    /// The command line is wrong.
    Usage,
    /// Vault refused, or AWS STS did.
    Refused,
    /// Vault, or AWS STS, was not reached or did not answer.
    Unreached,
    /// The command of `exec` is there and cannot be run.
    CommandNotRun,
    /// The command of `exec` is not there.
    CommandNotFound,
}

impl Kind {
    pub const fn status(self) -> u8 {
        match self {
            Self::Here => 1,
            Self::Usage => 2,
            Self::Refused => 3,
            Self::Unreached => 4,
            // As shells and env(1) end.
            Self::CommandNotRun => 126,
            Self::CommandNotFound => 127,
        }
    }
}

/// What ends the program without a result. It may hold no secret: all of it is printed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Failure {
    #[serde(skip)]
    kind: Kind,
    /// The rule's name in `wit/`; `usage` for a wrong command line.
    rule: Option<String>,
    /// The name in `wit/` of the input that is refused.
    field: Option<String>,
    message: String,
    #[serde(flatten)]
    /// In a box, because results are moved around often and fail rarely.
    diagnosis: Option<Box<Diagnosis>>,
    /// The command whose help shows what is right.
    #[serde(skip)]
    command: Option<String>,
}

/// What the inspector says of a refusal.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Diagnosis {
    /// What is wrong, in one sentence.
    explanation: String,
    /// The server's words.
    quoted: Option<String>,
    causes: Vec<String>,
    client_fix: Option<String>,
    server_fix: Option<String>,
}

impl Failure {
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            rule: None,
            field: None,
            message: message.into(),
            diagnosis: None,
            command: None,
        }
    }

    /// The command line is wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message).with_rule("usage")
    }

    /// An input is refused here.
    pub fn here(message: impl Into<String>) -> Self {
        Self::new(Kind::Here, message)
    }

    pub fn with_rule(mut self, rule: impl Into<String>) -> Self {
        self.rule = Some(rule.into());
        self
    }

    /// Adds the one change on this side that mends it.
    pub fn with_fix(mut self, fix: impl Into<String>) -> Self {
        let diagnosis = self.diagnosis.get_or_insert_default();
        diagnosis.client_fix = Some(fix.into());
        self
    }

    /// Names the command whose help shows what is right.
    pub fn of_command(mut self, command: Option<String>) -> Self {
        self.command = command;
        self
    }

    /// Adds what the component says of a refused login.
    ///
    /// The message says what failed. Under it stand the server's words and the diagnosis, as far as
    /// the message does not have them already, then causes and fixes.
    pub fn explained(mut self, refusal: &LoginRefusal) -> Self {
        let rule = refusal.rule.map(|rule| rules::login(rule).name().into());
        self.rule = rule.or(self.rule);
        self.diagnosis = Some(Box::new(Diagnosis {
            explanation: refusal.message.clone(),
            quoted: refusal.quoted.clone(),
            causes: refusal.causes.clone(),
            client_fix: refusal.client_fix.clone(),
            server_fix: refusal.server_fix.clone(),
        }));
        self
    }

    /// Prints the failure on standard error, and returns the status to end with.
    pub fn report(&self, json: bool) -> ExitCode {
        match json {
            true => eprintln!("{}", self.json()),
            false => eprintln!("{self}"),
        }
        ExitCode::from(self.kind.status())
    }

    /// `{"error":{"rule":…,"field":…,"message":…}}`.
    fn json(&self) -> String {
        #[derive(Serialize)]
        struct Report<'a> {
            error: &'a Failure,
        }
        // Strings are always JSON.
        serde_json::to_string(&Report { error: self }).unwrap_or_default()
    }
}

impl fmt::Display for Failure {
    /// The first line, then each part of the diagnosis on a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let red = AnsiColor::Red.on_default().bold();
        match &self.rule {
            Some(rule) if self.kind == Kind::Here => write!(f, "{red}error[{rule}]{red:#}: ")?,
            _ => write!(f, "{red}error{red:#}: ")?,
        }
        f.write_str(&self.message)?;
        if let Some(diagnosis) = &self.diagnosis {
            diagnosis.write(&self.message, f)?;
        }
        if self.kind == Kind::Usage {
            let command = self.command.iter().map(|name| format!("{name} "));
            let command = command.collect::<String>();
            write!(f, "\ntry: vault-aws-login {command}--help")?;
        }
        Ok(())
    }
}

impl Diagnosis {
    /// Writes what stands under the message.
    fn write(&self, message: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_new = |text: &str| !text.is_empty() && !message.contains(text);
        if let Some(words) = self.quoted.as_deref().filter(|words| is_new(words)) {
            write!(f, "\n  the server said: {words}")?;
        }
        if is_new(&self.explanation) {
            write!(f, "\n  {}", self.explanation)?;
        }
        for cause in &self.causes {
            write!(f, "\n  likely cause: {cause}")?;
        }
        if let Some(fix) = &self.client_fix {
            write!(f, "\n  on the client: {fix}")?;
        }
        if let Some(fix) = &self.server_fix {
            write!(f, "\n  on the server: {fix}")?;
        }
        Ok(())
    }
}

impl From<anyhow::Error> for Failure {
    /// What fails without saying who is to blame failed here. The chain, outermost first: what
    /// failed, then why.
    fn from(error: anyhow::Error) -> Self {
        Self::here(format!("{error:#}"))
    }
}

impl From<wasmtime::Error> for Failure {
    fn from(error: wasmtime::Error) -> Self {
        Self::here(format!("{error:#}"))
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::here(error.to_string())
    }
}

impl From<getrandom::Error> for Failure {
    fn from(error: getrandom::Error) -> Self {
        Self::here(error.to_string())
    }
}

impl From<CredentialDocumentError> for Failure {
    /// A document without usable credentials.
    fn from(error: CredentialDocumentError) -> Self {
        match error {
            CredentialDocumentError::Credentials(error) => Self {
                rule: Some(error.rule.name().into()),
                field: Some(error.field.name().into()),
                ..Self::here(error.message)
            },
            CredentialDocumentError::ExpirationOutOfRange => {
                Self::here(error.to_string()).with_rule(InputRule::TimeOutOfRange.name())
            }
            error => Self::here(error.to_string()),
        }
    }
}

impl From<ExplainError> for Failure {
    /// A login that cannot be read.
    fn from(error: ExplainError) -> Self {
        Self::here(error.message).with_rule(rules::login(error.rule).name())
    }
}

impl From<crate::component::InputError> for Failure {
    /// An input that the component refuses.
    fn from(error: crate::component::InputError) -> Self {
        Self {
            rule: Some(rules::input(error.rule).name().to_owned()),
            field: Some(rules::field(error.field).name().to_owned()),
            ..Self::here(error.message)
        }
    }
}
