//! What `check_login` finds.

use crate::error::Found;

use super::rule::{Severity, fill};
use super::rules::LoginRule;

/// Quotes a value that the caller's profile holds, escaped and at most 64 characters of it.
pub(super) fn quoted(value: &str) -> String {
    Found::value(value).to_string()
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

    /// Adds a finding of the rule's own severity; see [`Self::add`].
    pub(super) fn refuse(&mut self, rule: LoginRule, detail: &str, values: &[&str]) {
        self.add(rule, rule.text().severity, detail, values);
    }

    /// Adds a finding. Each value stands for a placeholder of the detail: `{}` quotes a foreign one, `{=}` takes words
    /// of our own as they are; with `{fix}` and `{fix=}` it fills the phrase in braces of the rule's fix, too.
    ///
    /// `format!` would do, at four times the code for each of many texts.
    pub(super) fn add(
        &mut self,
        rule: LoginRule,
        severity: Severity,
        detail: &str,
        values: &[&str],
    ) {
        let text = rule.text();
        let mut message = String::from(text.title());
        if !detail.is_empty() {
            message.push_str(": ");
        }
        let mut for_fix = None;
        let mut values = values.iter();
        for piece in detail.split('{') {
            let Some((placeholder, words)) = piece.split_once('}') else {
                message.push_str(piece);
                continue;
            };
            let value = values.next().copied().unwrap_or_default();
            let shown = match placeholder.ends_with('=') {
                true => value.into(),
                false => quoted(value),
            };
            message.push_str(&shown);
            message.push_str(words);
            if placeholder.starts_with("fix") {
                for_fix = Some(shown);
            }
        }
        self.0.push(Finding {
            rule,
            severity,
            message,
            fix: fill(text.client_fix(), for_fix.as_deref()),
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
