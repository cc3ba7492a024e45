//! The forms in which clients of Vault print an answer. `tests/pasted/clients.rs` names the source of
//! each.

mod hvac;
mod spring;

use super::super::answer::Answer;
use super::search::Search;
use super::view::squeeze;
use super::{Candidate, Reading, Says, foreign};

pub(super) fn candidates(reading: &Reading<'_>, add: &mut dyn FnMut(Candidate)) {
    go(reading, add);
    hvac::candidates(reading, add);
    ruby(reading, add);
    spring::candidates(reading, add);
    node(reading, add);
    python_cli(reading, add);
    if let Some(status) = reading.statuses.last() {
        add(Candidate {
            says: Says::Status,
            quality: 0,
            answer: Answer {
                status: Some(status.code),
                ..Answer::default()
            },
        });
    }
}

/// Says whether a text is what a client says, and so no body of an answer.
pub(super) fn speaks(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    [
        "error",
        "exception",
        "fail",
        "fatal",
        "unable to",
        "traceback",
    ]
    .iter()
    .any(|word| text.has(word))
        && !text.trim_start().starts_with(['<', '{'])
        && text.trim().lines().count() < 400
        && text.contains([':', '='])
}

/// Returns the status whose three digits a squeezed text ends with, behind a mark.
fn status_behind(before: &str, mark: &str) -> Option<u16> {
    let digits = before.get(before.len().checked_sub(3)?..)?;
    let mark_is_there = before.get(..before.len() - 3)?.ends_with(mark);
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    if mark_is_there && is_number {
        digits.parse().ok()
    } else {
        None
    }
}

/// Vault's and OpenBao's Go clients: the CLI, the agent, Terraform, controllers of Kubernetes.
fn go(reading: &Reading<'_>, add: &mut dyn FnMut(Candidate)) {
    let view = reading.view;
    for (start, end, next) in view.find_each(".Errors:") {
        let before = view.squeezed.get(..start).unwrap_or_default();
        let Some(status) = status_behind(before, "Code:") else {
            continue;
        };
        let block = paragraph(view.between(end, next));
        // The client writes errors behind one another, with a star before each.
        let list = block
            .trim()
            .trim_start_matches("* ")
            .trim_start_matches('*');
        add(reading.errors(&[list], Some(status), 3));
    }
    // The error as Go prints a structure.
    for (_, end, next) in view.find_each("StatusCode:") {
        let fields = view.squeezed.get(end..next).unwrap_or_default();
        let status = fields.get(..3).and_then(|digits| digits.parse().ok());
        if let (Some(status), Some(list)) = (status, fields.place("Errors:[")) {
            let list = view.between(end + list + "Errors:[".len(), next);
            let text = list.until("]");
            add(reading.errors(&[text], Some(status), 2));
        }
    }
    for (start, end, next) in view.find_each(".RawMessage:") {
        let before = view.squeezed.get(..start).unwrap_or_default();
        let Some(status) = status_behind(before, "Code:") else {
            continue;
        };
        let body = view.between(end, next).inside();
        add(foreign(
            Some(status),
            body.trim().trim_start_matches("* "),
            3,
        ));
    }
}

/// Returns the first paragraph of a text; a list that Vault opens has one line of its own.
fn paragraph(text: &str) -> &str {
    let inside = text.inside();
    let mut length = 0;
    let (mut is_begun, mut is_in_xml, mut before) = (false, false, "");
    for line in inside.split_inclusive('\n') {
        let is_empty = line.trim().is_empty();
        // A wrap may break a tag.
        let around = squeeze(&format!("{before}{line}"));
        is_in_xml |= around.has("<ErrorResponse");
        if is_empty && is_begun && !is_in_xml {
            break;
        }
        is_in_xml &= !around.has("</ErrorResponse");
        before = line;
        is_begun |= !is_empty && !line.has("error occurred:") && !line.has("errors occurred:");
        length += line.len();
    }
    inside.get(..length).unwrap_or_default()
}

/// Vault's Ruby client: Chef, Puppet, Rails.
fn ruby(reading: &Reading<'_>, add: &mut dyn FnMut(Candidate)) {
    let view = reading.view;
    let mark = ".Anyadditionalinformationtheserversuppliedisshownbelow:";
    for (start, end, next) in view.find_each(mark) {
        let before = view.squeezed.get(..start).unwrap_or_default();
        if let Some(status) = status_behind(before, "respondedwitha") {
            let text = view.between(end, next).inside();
            let text = text.until("Please refer");
            add(reading.errors(
                &[paragraph(text).trim().trim_start_matches('*')],
                Some(status),
                3,
            ));
        }
    }
}

/// node-vault: the message is the first error, and the stack names the client.
fn node(reading: &Reading<'_>, add: &mut dyn FnMut(Candidate)) {
    let view = reading.view;
    let is_node_vault = ["node-vault", "ApiResponseError"]
        .iter()
        .any(|mark| view.squeezed.has(mark));
    if !is_node_vault {
        return;
    }
    for (start, end, next) in view.find_each("Error:") {
        let text = view.between(end, next).inside();
        let mut message = String::new();
        let squeezed = view.squeezed.get(end..next).unwrap_or_default();
        if let Some(stack) = squeezed.place("atclient.handleVaultResponse(") {
            message.push_str(view.part(end, end + stack));
        } else {
            let mut lines = text.lines();
            let has_stack = lines.any(|line| {
                let line_start = line.trim_start();
                let is_stack = line_start.starts_with("at ") || line_start == "at";
                if !is_stack {
                    message.push_str(line);
                    message.push('\n');
                }
                is_stack
            });
            if !has_stack {
                continue;
            }
        }
        let status = reading.status(view.position(start), view.position(end));
        let candidate = reading.errors(&[message.as_str()], status, 3);
        if candidate.says > Says::ByStatus {
            add(candidate);
        }
    }
}

/// vault-cli: `status=403 error="permission denied"`.
fn python_cli(reading: &Reading<'_>, add: &mut dyn FnMut(Candidate)) {
    let view = reading.view;
    for (start, end, next) in view.find_each("error=\"") {
        let before = view.squeezed.get(..start).unwrap_or_default();
        if let Some(status) = status_behind(before, "status=") {
            let text = view.between(end, next);
            let text = text.until("\"\n");
            add(reading.errors(&[text.trim_end_matches('"')], Some(status), 2));
        }
    }
}
