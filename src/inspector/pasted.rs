//! Finds a server's answer in what a person copied: the output of any client, a log, a page.
//!
//! Every client wraps the answer in its own words, and terminals, collectors and consoles wrap it
//! again. So a text is read in levels: as it stands, and then with one level of escapes less, up to
//! five. At each level the forms that clients print give candidates; each is judged as the
//! server's answer that it is, and the one that says most is explained.
//!
//! A text that the rules know is no refusal by itself: documentation and source code hold them all.
//! It counts where a client's or a server's form stands around it. Every step takes linear time.

mod body;
mod clean;
mod client;
mod error_line;
mod error_texts;
mod http;
mod intermediary;
mod search;
mod source_code;
mod status;
mod transport;
mod view;
mod wrapped;

use std::cell::RefCell;

use super::answer::{Answer, MOST_BYTES, beginning};
use super::refusal::{Refusal, explain_refusal, without_rule};
use super::refusal_texts::STATUSES;
use super::rules::LoginRule;
use super::verdict::judge_text;

use self::clean::{clean, plain};
use self::search::Search;
use self::source_code::is_program;
use self::status::{Status, statuses};
use self::view::View;
use self::wrapped::KnownTexts;

/// Deeper escapes than these are printed by nothing.
const LEVELS: usize = 6;

/// How much a candidate says. The order is that of the declaration.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Says {
    /// A status and nothing else: the client kept the text to itself.
    Status,
    /// The host got no answer.
    Silence,
    /// Something in front of Vault answered.
    NotVaults,
    /// Vault answered with a token, or with a text that no rule knows.
    Vaults,
    /// Vault's status names the rule.
    ByStatus,
    /// A text names a rule that stands for all texts that no other rule of its kind knows.
    CatchAll,
    /// A text names a rule that stands for several causes, some of which have rules of their own.
    Wide,
    /// A text names the rule.
    Narrow,
}

const CATCH_ALL: [LoginRule; 6] = [
    LoginRule::PermissionDenied,
    LoginRule::PostWithQuery,
    LoginRule::FieldTypeWrong,
    LoginRule::StsUnreachable,
    LoginRule::StsRefused,
    LoginRule::ArnMalformed,
];

const WIDE: [LoginRule; 2] = [LoginRule::SignatureDiffers, LoginRule::SignatureIncomplete];

/// A part of a text that may be a server's answer.
#[derive(Clone)]
struct Candidate {
    says: Says,
    /// How sure it is that the text is read as the server wrote it.
    quality: u8,
    answer: Answer,
}

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
        None if status.is_some() && !client::speaks(text) => explain(&exact(status)),
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
            outermost: depth == 0,
            given,
            known: &known,
            last: RefCell::default(),
        };
        let mut here: Option<Candidate> = None;
        let mut add = |candidate: Candidate| {
            let key = |other: &Candidate| (other.says, other.quality);
            // Of two that say as much, a log has the newer one last.
            if here
                .as_ref()
                .is_none_or(|other| key(&candidate) >= key(other))
            {
                here = Some(candidate);
            }
        };
        intermediary::candidates(&reading, &mut add);
        transport::candidates(&reading, &mut add);
        http::candidates(&reading, &mut add);
        body::candidates(&reading, &mut add);
        client::candidates(&reading, &mut add);
        error_line::candidates(&reading, &mut add);
        // A deeper level reads escapes that the server wrote, so it has to say more.
        best = match (best, here) {
            (Some(best), Some(here)) if (here.says, here.quality) <= (best.says, best.quality) => {
                Some(best)
            }
            (best, here) => here.or(best),
        };
        level = view.unescaped();
    }
    if let Some(best) = &mut best
        && best.answer.date.is_none()
    {
        best.answer.date = date;
    }
    best
}

/// One level of a text, with the statuses in it.
struct Reading<'a> {
    view: &'a View,
    statuses: Vec<Status>,
    /// Whether this is the text as it stands.
    outermost: bool,
    /// The status that the caller gives.
    given: Option<u16>,
    known: &'a KnownTexts,
    /// What was read last: a log says the same a thousand times.
    last: RefCell<Option<(Vec<String>, Candidate)>>,
}

impl Reading<'_> {
    /// Returns the status that stands beside a part of the text.
    fn status(&self, start: usize, end: usize) -> Option<u16> {
        status::beside(&self.statuses, start, end)
    }

    /// Makes a candidate of the errors in an answer of Vault's.
    fn errors(&self, errors: &[&str], status: Option<u16>, quality: u8) -> Candidate {
        let mut last = self.last.borrow_mut();
        if let Some((read, candidate)) = &*last
            && read == errors
            && candidate.quality == quality
            && candidate.answer.status == status
        {
            return candidate.clone();
        }
        let candidate = vaults_errors(self.known, errors, status, quality);
        let errors = errors.iter().map(|text| String::from(*text)).collect();
        *last = Some((errors, candidate.clone()));
        candidate
    }
}

fn vaults_errors(
    known: &KnownTexts,
    errors: &[&str],
    status: Option<u16>,
    quality: u8,
) -> Candidate {
    let errors: Vec<String> = errors
        .iter()
        .map(|text| known.rejoin(text.trim()))
        .collect();
    let text = errors.join("\n");
    let says = match judge_text(&text) {
        Some((rule, _)) if CATCH_ALL.contains(&rule) => Says::CatchAll,
        Some((rule, _)) if WIDE.contains(&rule) => Says::Wide,
        Some(_) => Says::Narrow,
        None if STATUSES.iter().any(|(known, _)| Some(*known) == status) => Says::ByStatus,
        None => Says::Vaults,
    };
    Candidate {
        says,
        quality: quality.saturating_sub(u8::from(!is_whole(&text))),
        answer: Answer {
            // A status is in no text of Vault's; what Vault refuses is 400 unless it is said.
            status: status.or(Some(400)),
            body: serde_json::json!({ "errors": errors }).to_string(),
            date: None,
        },
    }
}

/// Says whether the values in a text stand there as Vault wrote them.
fn is_whole(text: &str) -> bool {
    let Some((_, quoted)) = text.split_once("header: expected ") else {
        return !["\\n", "\\\"", "\\t", "\\u"]
            .iter()
            .any(|escape| text.has(escape));
    };
    let read = crate::json::Json::read(quoted.as_bytes());
    read.is_ok_and(|(_, rest)| rest.starts_with(b"but got ") || rest.starts_with(b" but got "))
}

/// Makes a candidate of an answer whose body is not Vault's JSON.
fn foreign(status: Option<u16>, body: &str, quality: u8) -> Candidate {
    let answer = Answer {
        status: status.or(Some(502)),
        body: body.trim().into(),
        date: None,
    };
    let rule = explain_refusal(&answer, None, 0).rule;
    Candidate {
        says: match rule {
            None => Says::Vaults,
            Some(LoginRule::AnswerNotVaults) => Says::NotVaults,
            Some(_) => Says::ByStatus,
        },
        quality,
        answer,
    }
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
