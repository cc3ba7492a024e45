//! What proxies, load balancers and Vault's own listener answer in place of Vault.

use super::error_line::{ends, starts};
use super::{Candidate, Reading, foreign};

/// Texts of Envoy, HAProxy, Go's listener and AWS's API Gateway, which are the whole of an answer.
const TEXTS: [&str; 11] = [
    "upstream connect error or disconnect/reset before headers",
    "no healthy upstream",
    "RBAC: access denied",
    "upstream request timeout",
    "Client sent an HTTP request to an HTTPS server.",
    "No server is available to handle this request.",
    "{\"message\":\"Internal Server Error\"}",
    "{\"message\":\"Forbidden\"}",
    "{\"message\":\"Missing Authentication Token\"}",
    "{\"message\":\"Service Unavailable\"}",
    "{\"message\": \"Endpoint request timed out\"}",
];

pub(super) fn candidates(reading: &Reading<'_>, add: &mut dyn FnMut(Candidate)) {
    let view = reading.view;
    for text in TEXTS {
        let squeezed = super::view::squeeze(text);
        for (start, end) in view.find(&squeezed) {
            let is_open = text.starts_with("upstream connect");
            if starts(view, start) && (is_open || ends(view, end)) {
                let status = reading.status(view.position(start), view.position(end));
                add(foreign(status, text, 2));
            }
        }
    }
    page(reading, add);
}

/// Finds the title of an error page.
fn page(reading: &Reading<'_>, add: &mut dyn FnMut(Candidate)) {
    let view = reading.view;
    for tag in ["<title>", "<h1>"] {
        for (start, end, next) in view.find_each(tag) {
            let rest = view.squeezed.get(end..).unwrap_or_default();
            // nginx, HAProxy and ALB begin with the number; Apache and others say Error first.
            let rest = rest.strip_prefix("Error").unwrap_or(rest);
            let status = rest.get(..3).and_then(|digits| digits.parse::<u16>().ok());
            if let Some(status @ 400..600) = status
                && rest
                    .get(3..)
                    .is_some_and(|reason| reason.starts_with(|c: char| c.is_ascii_uppercase()))
            {
                add(foreign(Some(status), view.part(start, next), 2));
            }
        }
    }
}
