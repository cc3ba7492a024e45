//! What proxies, load balancers and Vault's own listener answer in place of Vault.

use super::known_texts::{ends, starts};
use super::reading::{Candidate, Reading, foreign};
use super::search::Search;
use super::search::squeeze;

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
        for place in view.find(&squeeze(text)) {
            let is_open = text.starts_with("upstream connect");
            if starts(view, place.start) && (is_open || ends(view, place.end)) {
                let status = reading.status(place.start, place.end);
                add(foreign(status, text, 2));
            }
        }
    }
    // Titles of error pages.
    for tag in ["<title>", "<h1>"] {
        for place in view.find(tag) {
            // nginx, HAProxy and ALB begin with the number; Apache and others say Error first.
            let title = view.squeezed.slice(place.end, place.end + 20);
            let title = title.strip_prefix("Error").unwrap_or(title);
            let has_reason = title.slice(3, 4).is_all(|c| c.is_ascii_uppercase());
            if let Ok(status @ 400..600) = title.slice(0, 3).parse()
                && has_reason
            {
                add(foreign(Some(status), view.part(place.start, place.next), 2));
            }
        }
    }
}
