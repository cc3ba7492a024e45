//! What `check_login` finds.

use crate::error::Found;

use super::rule::{Severity, fill};
use super::rules::LoginRule;

/// Quotes a value that is no secret, escaped and at most 64 characters of it.
pub(super) fn quoted(value: &str) -> String {
    Found::value(value).to_string()
}

/// Fills each `{}` of a template with a value.
///
/// `format!` would do, at four times the code for each of many texts.
pub(super) fn say(template: &str, values: &[&str]) -> String {
    let mut text = String::new();
    let mut values = values.iter();
    let mut pieces = template.split("{}").peekable();
    while let Some(piece) = pieces.next() {
        text.push_str(piece);
        if pieces.peek().is_some() {
            text.push_str(values.next().copied().unwrap_or_default());
        }
    }
    text
}

/// One thing that is wrong, or may be, with a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which rule: for programs to branch on.
    pub rule: LoginRule,
    /// How sure it is.
    pub severity: Severity,
    /// What is wrong, in one sentence for people. Never holds a secret.
    pub message: String,
    /// The one change that mends it.
    pub fix: String,
}

/// Collects findings in the order of the checks, which is the server's.
#[derive(Default)]
pub(super) struct Findings(pub(super) Vec<Finding>);

impl Findings {
    /// Says whether a rule was found broken already.
    pub(super) fn has(&self, rule: LoginRule) -> bool {
        self.0.iter().any(|finding| finding.rule == rule)
    }

    /// Counts the findings of a rule.
    pub(super) fn count(&self, rule: LoginRule) -> usize {
        let of_rule = self.0.iter().filter(|finding| finding.rule == rule);
        of_rule.count()
    }

    /// Adds a finding of the rule's own severity.
    pub(super) fn refuse(&mut self, rule: LoginRule, detail: &str) {
        self.add(rule, rule.text().severity, detail, None);
    }

    /// Adds a finding; `value` fills the phrase in braces of the rule's fix.
    pub(super) fn add(
        &mut self,
        rule: LoginRule,
        severity: Severity,
        detail: &str,
        value: Option<&str>,
    ) {
        let text = rule.text();
        let mut message = String::from(text.title);
        if !detail.is_empty() {
            message.push_str(": ");
            message.push_str(detail);
        }
        let fix = fill(text.client_fix, value);
        self.0.push(Finding {
            rule,
            severity,
            message,
            fix,
        });
    }
}

/// What findings predict, the signature itself aside: that takes the secret access key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prediction {
    /// The server refuses.
    Refused,
    /// Something that is not known decides.
    Open,
    /// The server accepts, if the signature is right.
    Accepted,
}

impl Prediction {
    /// Predicts from the findings of one login.
    pub fn of(findings: &[Finding]) -> Self {
        let any = |severity| findings.iter().any(|finding| finding.severity == severity);
        if any(Severity::Refused) {
            Self::Refused
        } else if any(Severity::Depends) {
            Self::Open
        } else {
            Self::Accepted
        }
    }
}
