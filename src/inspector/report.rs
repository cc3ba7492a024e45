//! What the inspector says, as text for people and as JSON for machines.

use serde::Serialize;

use super::explain::Explanation;
use super::finding::{Finding, Prediction};
use super::refusal::Refusal;
use super::rule::{Refuser, Severity};
use super::rules::LoginRule;
use crate::date::write_rfc3339;
use crate::echo::OneLine;

/// Writes findings for people: what to expect, then each finding with its fix.
pub fn findings_text(findings: &[Finding]) -> String {
    let mut text = String::from(match Prediction::of(findings) {
        Prediction::Refused => "refused: the server reports the first `refused` below",
        Prediction::Open => "open: it depends on what is not known of the server",
        Prediction::Accepted => "accepted, if the signature is right: that alone was not checked",
    });
    text.push('\n');
    for finding in findings {
        let severity = finding.severity.name();
        let name = finding.rule.name();
        let Finding { message, fix, .. } = finding;
        text.push_str(&format!("\n{severity}[{name}]: {message}\n  fix: {fix}\n"));
    }
    text
}

/// Writes findings for machines: `{"prediction": …, "findings": […]}`.
pub fn findings_json(findings: &[Finding]) -> String {
    #[derive(Serialize)]
    struct Report<'a> {
        prediction: &'static str,
        findings: &'a [Finding],
    }
    json(&Report {
        prediction: match Prediction::of(findings) {
            Prediction::Refused => Severity::Refused.name(),
            Prediction::Open => Severity::Depends.name(),
            Prediction::Accepted => "accepted",
        },
        findings,
    })
}

/// Writes an explanation for people.
pub fn explanation_text(explanation: &Explanation) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        // Escaped, so that a line break in the login is no line break here.
        text.push_str(&format!("{name:<15} {}\n", OneLine(value)));
    };
    line("method", &explanation.method);
    line("url", &explanation.url);
    line("host", &explanation.host);
    line("body", &explanation.body);
    line(
        "role",
        explanation
            .role
            .as_deref()
            .unwrap_or("none: the server takes the IAM name"),
    );
    line(
        "access key ID",
        explanation
            .access_key_id
            .as_deref()
            .unwrap_or("none that can be shown"),
    );
    if let Some(scope) = &explanation.scope {
        line(
            "scope",
            &format!("{}/{}/{}", scope.date, scope.region, scope.service),
        );
    }
    line("signed headers", &explanation.signed_headers.join(";"));
    let time = |seconds: Option<i64>| seconds.map_or("not known".into(), utc);
    line("signed at", &time(explanation.signed_at_unix_seconds));
    line(
        "accepted until",
        &time(explanation.accepted_until_unix_seconds),
    );
    text.push_str("\nheaders\n");
    for header in &explanation.headers {
        let value = OneLine(&header.value);
        text.push_str(&format!("  {}: {value}\n", OneLine(&header.name)));
    }
    let blocks = [
        ("canonical request", &explanation.canonical_request),
        ("string to sign", &explanation.string_to_sign),
    ];
    for (name, block) in blocks {
        if let Some(block) = block {
            text.push_str(&format!("\n{name}\n"));
            for line in block.split('\n') {
                text.push_str(&format!("  {}\n", OneLine(line)));
            }
        }
    }
    text
}

/// Writes an explanation for machines.
pub fn explanation_json(explanation: &Explanation) -> String {
    json(explanation)
}

/// Writes a refusal for people: who and what, the causes, the fixes, the facts.
pub fn refusal_text(refusal: &Refusal) -> String {
    let who = match refusal.refused_by {
        None => "nobody",
        Some(Refuser::Host) => "this host",
        Some(Refuser::Intermediary) => "something between this host and Vault",
        Some(Refuser::Vault) => "Vault",
        Some(Refuser::Sts) if refusal.rule.is_some_and(LoginRule::is_about_assume_role) => {
            "AWS STS, asked to let a role be assumed"
        }
        Some(Refuser::Sts) => "AWS STS, asked by Vault",
    };
    let rule = refusal.rule.map_or("none", |rule| rule.name());
    let mut text = format!("refused by: {who}\nrule: {rule}\n{}\n", refusal.message);
    if let Some(quoted) = &refusal.quoted {
        text.push_str(&format!("server said: {quoted}\n"));
    }
    if !refusal.causes.is_empty() {
        text.push_str("\nlikely causes, the likeliest first\n");
        for (index, cause) in refusal.causes.iter().enumerate() {
            text.push_str(&format!("  {}. {cause}\n", index + 1));
        }
    }
    let fixes = [
        ("on the client", &refusal.client_fix),
        ("on the server", &refusal.server_fix),
    ];
    if fixes.iter().any(|(_, fix)| fix.is_some()) {
        text.push_str("\nfix, one of\n");
    }
    for (place, fix) in fixes {
        if let Some(fix) = fix {
            text.push_str(&format!("  {place}: {fix}\n"));
        }
    }
    let facts = [
        (
            "server ID that the server wants",
            refusal.expected_server_id.clone(),
        ),
        ("AWS's clock", refusal.aws_clock_unix_seconds.map(utc)),
        (
            "AWS's clock minus the time that was signed",
            refusal
                .skew_seconds
                .map(|seconds| format!("{seconds} seconds")),
        ),
        ("region to sign for", refusal.wanted_region.clone()),
    ];
    if facts.iter().any(|(_, fact)| fact.is_some()) {
        text.push_str("\nthe answer tells\n");
    }
    for (name, fact) in facts {
        if let Some(fact) = fact {
            text.push_str(&format!("  {name}: {}\n", OneLine(&fact)));
        }
    }
    text
}

/// Writes a refusal for machines.
pub fn refusal_json(refusal: &Refusal) -> String {
    json(refusal)
}

/// Writes what ended a command without a result, for machines: `{"error": {…}}`.
pub fn error_json(rule: Option<&str>, field: Option<&str>, message: &str) -> String {
    #[derive(Serialize)]
    struct Report<'a> {
        error: Error<'a>,
    }
    #[derive(Serialize)]
    struct Error<'a> {
        rule: Option<&'a str>,
        field: Option<&'a str>,
        message: &'a str,
    }
    json(&Report {
        error: Error {
            rule,
            field,
            message,
        },
    })
}

/// A time as people read it; the bare seconds where the year has not four digits.
fn utc(unix_seconds: i64) -> String {
    write_rfc3339(unix_seconds).unwrap_or_else(|| unix_seconds.to_string())
}

fn json(value: &impl Serialize) -> String {
    #[expect(
        clippy::expect_used,
        reason = "structs of strings and numbers have nothing that JSON cannot carry"
    )]
    let mut json = serde_json::to_string(value).expect("strings and numbers are JSON");
    json.push('\n');
    json
}
