//! What clients print around a server's text. `tests/pasted/clients.rs` names the source of each.

use super::reading::{Candidate, Reading, foreign};
use super::search::{Search, squeeze};

/// Which status goes with a text.
enum Status {
    /// The one that the client's words stand for.
    Is(u16),
    /// The one that is printed behind this, in front of the client's words.
    Behind(&'static str),
}

use Status::{Behind, Is};

/// What a client prints in front of a server's text, without white space.
const FORMS: [(&str, Status); 17] = [
    // Vault's and OpenBao's Go clients: the CLI, the agent, Terraform, controllers of Kubernetes.
    (".Errors:", Behind("Code:")),
    (".RawMessage:", Behind("Code:")),
    // The error as Go prints a structure.
    ("Errors:[", Behind("StatusCode:")),
    // Vault's Ruby client: Chef, Puppet, Rails.
    ("theserversuppliedisshownbelow:", Behind("respondedwitha")),
    // Spring Vault.
    ("/login]:", Behind("Status")),
    // vault-cli of Python.
    ("error=\"", Behind("status=")),
    // hvac and what uses it: its exceptions, and the statuses that raise them.
    ("hvac.exceptions.InvalidRequest:", Is(400)),
    ("hvac.exceptions.Unauthorized:", Is(401)),
    ("hvac.exceptions.Forbidden:", Is(403)),
    ("hvac.exceptions.InvalidPath:", Is(404)),
    ("hvac.exceptions.UnsupportedOperation:", Is(405)),
    ("hvac.exceptions.PreconditionFailed:", Is(412)),
    ("hvac.exceptions.RateLimitExceeded:", Is(429)),
    ("hvac.exceptions.InternalServerError:", Is(500)),
    ("hvac.exceptions.VaultNotInitialized:", Is(501)),
    ("hvac.exceptions.BadGateway:", Is(502)),
    ("hvac.exceptions.VaultDown:", Is(503)),
];

/// What clients print behind a server's text, without white space.
pub(super) const BEHIND: [&str; 7] = [
    ",onposthttp",
    ",onputhttp",
    ",ongethttp",
    ";nested",
    "Pleaserefertothedocumentation",
    "atclient.handleVaultResponse(",
    "Causedby",
];

pub(super) fn candidates(reading: &Reading<'_>, add: &mut dyn FnMut(Candidate)) {
    let view = reading.view;
    for (before, status) in FORMS {
        for place in view.find(before) {
            let status = match status {
                Is(status) => Some(status),
                Behind(mark) => {
                    let before = view
                        .squeezed
                        .slice(place.start.saturating_sub(80), place.start);
                    let number = before.places(mark).last().map(|at| at + mark.len());
                    number.and_then(|at| before.slice(at, at + 3).parse().ok())
                }
            };
            let Some(status) = status else { continue };
            let text = server_text(reading, place.end, place.next);
            let text = match before {
                "Errors:[" => text.until("]"),
                _ => text,
            };
            // The client writes errors behind one another, with a star before each.
            let text = text.trim().skip(|c| c == '*').trim_start();
            if text.starts_with(['{', '<']) || before == ".RawMessage:" {
                add(foreign(Some(status), text, 2));
            } else if text != "None" {
                add(reading.errors(&[text], Some(status), 3));
            }
        }
    }
}

/// Returns the server's text that begins at a place: up to what a client prints behind it, the end of
/// the string that it stands in, or the end of the paragraph.
pub(super) fn server_text<'a>(reading: &Reading<'a>, start: usize, next: usize) -> &'a str {
    let view = reading.view;
    let squeezed = view.squeezed.slice(start, next);
    let ends = BEHIND.iter().filter_map(|behind| squeezed.place(behind));
    let end = ends.min().map_or(next, |end| start + end);
    paragraph(view.between(start, end))
}

/// Returns the first paragraph of a text; Vault introduces a list of errors with a line
/// that belongs to it.
#[inline(never)]
fn paragraph(text: &str) -> &str {
    let inside = text.inside();
    let mut length = 0;
    let (mut is_begun, mut is_in_xml, mut before) = (false, false, "");
    for line in inside.split_inclusive('\n') {
        let is_empty = line.trim().is_empty();
        // A wrap may break a tag.
        let around = squeeze(&[before, line].concat());
        is_in_xml |= around.has("<ErrorResponse");
        if is_empty && is_begun && !is_in_xml {
            break;
        }
        is_in_xml &= !around.has("</ErrorResponse");
        before = line;
        is_begun |= !is_empty && !line.has_any(&["error occurred:", "errors occurred:"]);
        length += line.len();
    }
    inside.slice(0, length)
}
