//! What `check_login` finds.

use core::fmt;

use serde::Serialize;

use super::rule::{Severity, fill};
use super::rules::LoginRule;
pub(super) use crate::input_error::quoted;

/// One thing that is wrong, or may be, with a login.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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

    /// Adds a finding of the rule's own severity, whose fix needs no value.
    pub(super) fn refuse(&mut self, rule: LoginRule, detail: impl fmt::Display) {
        self.add(rule, rule.text().severity, detail, None);
    }

    /// Adds a finding. The detail says what was expected and found; it is empty where the rule's
    /// title says all. `for_fix` replaces the phrase in braces of the rule's fix.
    ///
    /// What the detail repeats of a login or a profile has to be quoted before.
    pub(super) fn add(
        &mut self,
        rule: LoginRule,
        severity: Severity,
        detail: impl fmt::Display,
        for_fix: Option<&str>,
    ) {
        let text = rule.text();
        let detail = detail.to_string();
        let message = match detail.as_str() {
            "" => text.title.into(),
            detail => format!("{}: {detail}", text.title),
        };
        self.0.push(Finding {
            rule,
            severity,
            message,
            fix: fill(text.client_fix, for_fix),
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
