//! One level of a text, and what is found in it.

use super::super::answer::{Answer, ReadAnswer, beginning};
use super::super::refusal_texts::STATUSES;
use super::super::rules::LoginRule;
use super::super::verdict::{MOST_JUDGED, Verdict, judge, judge_text};
use super::search::Search;
use super::status::{self, Status};
use super::view::View;
use super::wrapped::KnownTexts;
use crate::json::Json;

/// How much a candidate says. The order is that of the declaration.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Says {
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
pub(super) struct Candidate {
    pub(super) says: Says,
    /// How sure it is that the text is read as the server wrote it.
    pub(super) quality: u8,
    pub(super) answer: Answer,
}

impl Candidate {
    /// Makes a candidate of a status alone.
    pub(super) fn of_status(status: u16) -> Self {
        let answer = Answer {
            status: Some(status),
            ..Answer::default()
        };
        Self {
            says: Says::Status,
            quality: 0,
            answer,
        }
    }

    /// Returns by what one candidate is preferred to another.
    pub(super) fn rank(&self) -> (Says, u8) {
        (self.says, self.quality)
    }
}

/// One level of a text, with the statuses in it.
pub(super) struct Reading<'a> {
    pub(super) view: &'a View,
    pub(super) statuses: Vec<Status>,
    /// Whether this is the text as it stands.
    pub(super) is_outermost: bool,
    /// The status that the caller gives.
    pub(super) given: Option<u16>,
    pub(super) known: &'a KnownTexts,
}

impl Reading<'_> {
    /// Returns the status that stands beside a part of the squeezed text.
    pub(super) fn status(&self, start: usize, end: usize) -> Option<u16> {
        let (start, end) = (self.view.position(start), self.view.position(end));
        status::beside(&self.statuses, start, end)
    }

    /// Makes a candidate of the errors in an answer of Vault's.
    #[inline(never)]
    pub(super) fn errors(&self, errors: &[&str], status: Option<u16>, quality: u8) -> Candidate {
        let whole = |text: &&str| self.known.rejoin(beginning(text.trim(), MOST_JUDGED));
        let errors: Vec<String> = errors.iter().map(whole).collect();
        let text = errors.join("\n");
        let says = match judge_text(&text) {
            Some((rule, _)) if CATCH_ALL.contains(&rule) => Says::CatchAll,
            Some((rule, _)) if WIDE.contains(&rule) => Says::Wide,
            Some(_) => Says::Narrow,
            None if STATUSES.iter().any(|(known, _)| Some(*known) == status) => Says::ByStatus,
            None => Says::Vaults,
        };
        let body = serde_json::to_string(&errors).unwrap_or_default();
        Candidate {
            says,
            quality: quality.saturating_sub(u8::from(!is_whole(&text))),
            answer: Answer {
                // A status is in no text of Vault's; what Vault refuses is 400 unless it is said.
                status: status.or(Some(400)),
                body: ["{\"errors\":", &body, "}"].concat(),
                date: None,
            },
        }
    }
}

/// Says whether the values in a text stand there as Vault wrote them.
fn is_whole(text: &str) -> bool {
    let Some((_, quoted)) = text.split_once("header: expected ") else {
        return !text.has_any(&["\\n", "\\\"", "\\'", "\\t", "\\u"]);
    };
    let read = Json::read(quoted.as_bytes());
    read.is_ok_and(|(_, rest)| rest.trim_ascii_start().starts_with(b"but got "))
}

/// Makes a candidate of an answer whose body is not Vault's JSON.
pub(super) fn foreign(status: Option<u16>, body: &str, quality: u8) -> Candidate {
    let answer = Answer {
        status: status.or(Some(502)),
        body: body.trim().into(),
        date: None,
    };
    let says = match judge(&ReadAnswer::of(&answer)) {
        Verdict::Token | Verdict::Unknown => Says::Vaults,
        Verdict::Refused(LoginRule::AnswerNotVaults, _) => Says::NotVaults,
        Verdict::Refused(..) => Says::ByStatus,
    };
    Candidate {
        says,
        quality,
        answer,
    }
}
