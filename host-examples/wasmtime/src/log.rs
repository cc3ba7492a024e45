//! What the agent says on standard error: lines for people, or one JSON object a line.

use std::time::SystemTime;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use clap::ValueEnum;
use serde::Serialize;

use crate::component::LoginRefusal;
use crate::diagnosis::Advice;
use crate::rules;
use crate::session::{Healing, SessionRefusal};

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

/// Something that happened to the token. It holds no secret.
#[derive(Debug, Serialize)]
#[serde(
    tag = "event",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case"
)]
pub enum Event<'a> {
    LoggedIn {
        token: u64,
        seconds: u64,
    },
    Renewed {
        token: u64,
        seconds: u64,
    },
    TokenEnded {
        token: u64,
    },
    ClockCorrected {
        offset_seconds: i64,
    },
    Refused {
        rule: Option<&'a str>,
        /// Whether waiting mends it.
        heals_by_itself: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        #[serde(flatten)]
        diagnosis: Option<Diagnosis<'a>>,
    },
}

/// The component's, as far as it explains a refusal.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Diagnosis<'a> {
    /// Of `inspector.login-rule`.
    login_rule: Option<&'static str>,
    quoted: Option<&'a str>,
    causes: &'a [String],
    client_fix: Option<&'a str>,
    server_fix: Option<&'a str>,
}

impl<'a> From<&'a LoginRefusal> for Diagnosis<'a> {
    fn from(refusal: &'a LoginRefusal) -> Self {
        Self {
            login_rule: refusal.rule.map(|rule| rules::login(rule).name()),
            quoted: refusal.quoted.as_deref(),
            causes: &refusal.causes,
            client_fix: refusal.client_fix.as_deref(),
            server_fix: refusal.server_fix.as_deref(),
        }
    }
}

#[derive(Clone, Copy)]
pub struct Log {
    format: LogFormat,
}

impl Log {
    pub const fn new(format: LogFormat) -> Self {
        Self { format }
    }

    /// Says what happened, each event in one write, so that no other line comes in between.
    ///
    /// `text` is the event for people; its first line is the message for machines.
    pub fn say(self, event: &Event, text: &str) {
        match self.format {
            LogFormat::Text => eprintln!("{text}"),
            LogFormat::Json => eprintln!("{}", json(event, text, SystemTime::now())),
        }
    }

    pub fn refusal(self, refusal: &SessionRefusal) {
        let outlook = match refusal.healing {
            Healing::ByItself => "trying again",
            Healing::ByHand => "something has to be changed; trying again once a minute",
        };
        let rule = rules::session(refusal.rule).name();
        let event = Event::Refused {
            rule: Some(rule),
            heals_by_itself: Some(refusal.healing == Healing::ByItself),
            status: refusal.status,
            diagnosis: refusal.diagnosis.as_ref().map(Diagnosis::from),
        };
        let mut text = format!("refused: {} ({rule}: {outlook})", refusal.message);
        if let Some(diagnosis) = &refusal.diagnosis {
            if let Some(words) = &diagnosis.quoted {
                text += &format!("\n  the server said: {words}");
            }
            text += &Advice(diagnosis).to_string();
        }
        self.say(&event, &text);
    }

    /// Something on this machine stands in the way of a login; the session tries again.
    pub fn refused_here(self, message: &str) {
        let event = Event::Refused {
            rule: None,
            heals_by_itself: None,
            status: None,
            diagnosis: None,
        };
        self.say(&event, &format!("refused: {message}"));
    }
}

fn json(event: &Event, text: &str, now: SystemTime) -> String {
    #[derive(Serialize)]
    struct Line<'a> {
        time: String,
        #[serde(flatten)]
        event: &'a Event<'a>,
        message: &'a str,
    }
    // Whole seconds, as a log's reader sorts them; what is not a date cannot be a clock's.
    let now = DateTime::from_secs(DateTime::from(now).secs());
    let line = Line {
        time: now.fmt(Format::DateTime).unwrap_or_default(),
        event,
        message: text.lines().next().unwrap_or_default(),
    };
    // Strings and numbers are always JSON.
    serde_json::to_string(&line).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn event_is_one_json_object_on_one_line() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_900);
        for (event, text, expected) in [
            (
                Event::LoggedIn {
                    token: 1,
                    seconds: 60,
                },
                "logged in: token 1 is good for 60 s",
                r#"{"time":"2023-11-14T22:13:20Z","event":"logged-in","token":1,"seconds":60,"message":"logged in: token 1 is good for 60 s"}"#,
            ),
            (
                Event::Refused {
                    rule: Some("login-refused"),
                    heals_by_itself: Some(false),
                    status: Some(400),
                    diagnosis: Some(Diagnosis {
                        login_rule: Some("server-id-differs"),
                        quoted: Some("no"),
                        causes: &["a".into()],
                        client_fix: Some("b"),
                        server_fix: None,
                    }),
                },
                "refused: denied\n  likely cause: a",
                r#"{"time":"2023-11-14T22:13:20Z","event":"refused","rule":"login-refused","heals-by-itself":false,"status":400,"login-rule":"server-id-differs","quoted":"no","causes":["a"],"client-fix":"b","server-fix":null,"message":"refused: denied"}"#,
            ),
        ] {
            assert_eq!(json(&event, text, now), expected);
        }
    }
}
