//! Spring Vault.

use super::super::search::Search;
use super::super::{Candidate, Reading, foreign};
use super::paragraph;

pub(super) fn candidates(reading: &Reading<'_>, add: &mut dyn FnMut(Candidate)) {
    let view = reading.view;
    let mut say = |end: usize, next: usize, status: Option<u16>| {
        let text = view.between(end, next).inside();
        let text = paragraph(text).until(";nested");
        let text = nested(text);
        if text.trim_start().starts_with('{') {
            return;
        }
        if text.trim_start().starts_with('<') {
            add(foreign(status, text, 2));
        } else if !text.trim_start().starts_with("org.springframework") && !text.trim().is_empty() {
            add(reading.errors(&[text], status, 3));
        }
    };
    for (start, end, next) in view.find_each("Cannotloginusing") {
        let rest = view.squeezed.get(end..next).unwrap_or_default();
        if let Some(colon) = rest.find(':').filter(|colon| *colon < 40) {
            let status = reading.status(view.position(start), view.position(end + colon));
            say(
                end + colon + 1,
                next,
                status.or_else(|| first_status(reading, view.position(end))),
            );
        }
    }
    for (_, end, next) in view.find_each("Status") {
        let rest = view.squeezed.get(end..next).unwrap_or_default();
        let status = rest.get(..3).and_then(|digits| digits.parse().ok());
        let (Some(status), Some(bracket)) = (status, rest.place("]:").filter(|at| *at < 120))
        else {
            continue;
        };
        if rest.get(..bracket).is_some_and(|name| name.contains('[')) {
            say(end + bracket + 2, next, Some(status));
        }
    }
}

fn first_status(reading: &Reading<'_>, from: usize) -> Option<u16> {
    reading.status(from, from)
}

/// Returns a message without the exception that it is caused by.
fn nested(text: &str) -> &str {
    let ends = [
        "; nested",
        ";\nnested",
        "\nCaused by",
        "\n\tat ",
        "\n    at ",
    ];
    let end = ends.iter().filter_map(|end| text.find(end)).min();
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}
