//! What the core's inspector makes of a login that Vault refused.

use vault_aws_login::inspector::{Answer, explain_refusal};
use vault_aws_login::session::{Destination, Request, Response};

use crate::clock::now;

/// Returns one line for the log: what is wrong, and what to change where. `None` for anything else than a refused
/// login, and where no rule knows the answer.
pub(crate) fn diagnosis(request: &Request, response: &Response) -> Option<String> {
    let is_login =
        request.destination == Destination::Vault && request.path_and_query.ends_with("/login");
    if !is_login || response.status == 200 {
        return None;
    }
    let date = response
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("date"));
    let answer = Answer {
        status: Some(response.status),
        body: String::from_utf8_lossy(&response.body).into_owned(),
        date: date.map(|header| header.value.to_string()),
    };
    let login = std::str::from_utf8(&request.body).ok();
    let refusal = explain_refusal(&answer, login, now().unix_milliseconds / 1000);
    refusal.rule?;
    let mut line = refusal.message;
    for (place, fix) in [
        ("on this proxy", refusal.client_fix),
        ("on the server", refusal.server_fix),
    ] {
        if let Some(fix) = fix {
            line += &format!("; {place}: {fix}");
        }
    }
    Some(line)
}
