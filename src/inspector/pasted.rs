//! Finds a server's answer in what a person copied: the output of any client, a log, a page.
//!
//! Every client wraps the answer in its own words, and terminals, collectors and consoles wrap it
//! again. So a text is read in levels: as it stands, and then with one level of escapes less, up to
//! five. At each level the forms that clients print give candidates; each is judged as the
//! server's answer that it is, and the one that says most is explained.
//!
//! A text that the rules know does not prove a refusal: documentation and source code hold them
//! all. It counts where a client prints it or an error is reported. Every step takes linear time.

mod body;
mod clean;
mod forms;
mod http;
mod intermediary;
mod known_texts;
mod reading;
mod search;
mod source_code;
mod status;
mod transport;
mod view;
mod wrapped;

use super::answer::{Answer, MOST_BYTES, beginning};
use super::refusal::{Refusal, explain_refusal, without_rule};

use self::clean::{clean, plain};
use self::reading::{Candidate, Reading, Says};
use self::search::Search;
use self::source_code::is_program;
use self::status::statuses;
use self::view::View;
use self::wrapped::KnownTexts;

/// How many levels are read; no client prints deeper escapes.
const LEVELS: usize = 6;

/// Says who refused a login and why, from whatever a person copied of the answer.
///
/// `text` may be the output of any client, with escapes, colours, time stamps, boxes and wraps. The
/// status is read from it; `status` overrules that. `login_json` and `unix_seconds` are those of
/// [`explain_refusal`], which takes exact answers. What cannot be read is said to be unreadable.
/// At most 1 MiB is read.
pub fn explain_pasted(
    text: &str,
    status: Option<u16>,
    login_json: Option<&str>,
    unix_seconds: u64,
) -> Refusal {
    let explain = |answer: &Answer| explain_refusal(answer, login_json, unix_seconds);
    let text = beginning(text, MOST_BYTES);
    let plain = plain(text);
    let exact = |status| Answer {
        status,
        body: text.into(),
        date: None,
    };
    if plain.trim().is_empty() {
        return explain(&exact(status));
    }
    let found = match is_program(&plain) {
        true => None,
        false => best(clean(&plain), status),
    };
    match found {
        Some(candidate) if candidate.says > Says::Status => {
            let mut answer = candidate.answer;
            answer.status = status.or(answer.status);
            explain(&answer)
        }
        Some(candidate) => unreadable(status.or(candidate.answer.status)),
        // The body of an answer, whose status the caller knows.
        None if status.is_some() && !is_a_clients(text) => explain(&exact(status)),
        None => unreadable(status),
    }
}

/// Returns the candidate that says most.
fn best(cleaned: String, given: Option<u16>) -> Option<Candidate> {
    let date = http::date(&cleaned);
    let known = KnownTexts::new();
    let mut level = Some(View::new(cleaned));
    let mut best: Option<Candidate> = None;
    for depth in 0..LEVELS {
        let Some(view) = level else { break };
        let reading = Reading {
            statuses: statuses(&view.text),
            view: &view,
            is_outermost: depth == 0,
            given,
            known: &known,
        };
        let mut here: Option<Candidate> = None;
        let mut add = |candidate: Candidate| {
            // Of two that say as much, a log has the newer one last.
            if here
                .as_ref()
                .is_none_or(|other| candidate.rank() >= other.rank())
            {
                here = Some(candidate);
            }
        };
        for candidates in [
            intermediary::candidates,
            transport::candidates,
            http::candidates,
            body::candidates,
            forms::candidates,
            known_texts::candidates,
        ] {
            candidates(&reading, &mut add);
        }
        if let Some(status) = reading.statuses.last() {
            add(Candidate::of_status(status.code));
        }
        // A deeper level reads escapes that the server wrote, so it has to say more.
        if let Some(here) = here
            && best.as_ref().is_none_or(|best| here.rank() > best.rank())
        {
            best = Some(here);
        }
        level = view.unescaped();
    }
    let mut best = best?;
    best.answer.date = best.answer.date.or(date);
    Some(best)
}

/// Says whether a text is what a client says, and so not the body of an answer.
fn is_a_clients(text: &str) -> bool {
    let words = [
        "error",
        "exception",
        "fail",
        "fatal",
        "unable to",
        "traceback",
    ];
    text.to_ascii_lowercase().has_any(&words)
        && !text.trim_start().starts_with(['<', '{'])
        && text.trim().lines().count() < 400
        && text.contains([':', '='])
}

/// Says that a text holds no answer, and how to get one.
fn unreadable(status: Option<u16>) -> Refusal {
    let message = match status {
        Some(status) => {
            format!("the text has the status {status} and no answer of a server that can be read")
        }
        None => "the text has no answer of a server that can be read".into(),
    };
    Refusal {
        client_fix: Some(HOW_TO_GET_THE_TEXT.into()),
        ..without_rule(None, &message, None)
    }
}

/// Prints status, headers and body of Vault's answer.
const HOW_TO_GET_THE_TEXT: &str = "send the login with `curl -sS -i -d @login.json \
    \"$VAULT_ADDR/v1/auth/aws/login\"`, and paste all that it prints";
