//! One random case.

use serde_json::{Value, json};

use super::answer;
use super::dice::Dice;
use super::login::{TIME, login};
use super::place::{into_json, piece};
use super::secrets::Secrets;
use super::session::Session;
use super::settings;

/// Inputs with secrets in them.
#[derive(Clone, Debug)]
pub struct Case {
    pub seed: u64,
    pub secrets: Secrets,
    /// Functions of the core module with their requests.
    pub calls: Vec<(&'static str, Value)>,
    pub session: Option<Session>,
}

impl Case {
    /// The case of a seed. Two in ten sign, five inspect, three run a session.
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let secrets = Secrets::random(&mut dice);
        let dice = &mut dice;
        let (calls, session) = match dice.range(0, 9) {
            0..2 => (
                vec![("sign_login", settings::sign(dice, &secrets, TIME))],
                None,
            ),
            2..7 => (inspect(dice, &secrets), None),
            _ => (Vec::new(), Some(Session::random(dice, &secrets))),
        };
        Self {
            seed,
            secrets,
            calls,
            session,
        }
    }
}

/// A login, and what a server answers to it.
fn inspect(dice: &mut Dice, secrets: &Secrets) -> Vec<(&'static str, Value)> {
    let login = login(dice, secrets);
    let answer = answer::vault(dice, secrets, &login, 10);
    let date = answer.headers.iter().find(|(name, _)| name == "Date");
    let answer = json!({
        "status": dice.percent(95).then_some(answer.status),
        "body": answer.body,
        "date": date.map(|(_, date)| date),
    });
    let time = TIME + dice.of(&[0, 0, 60, 3_000, 100_000]);
    let mut calls = vec![
        (
            "check_login",
            json!({ "login-json": login, "server-profile": settings::profile(dice, secrets), "unix-seconds": time }),
        ),
        ("explain_login", json!({ "login-json": login })),
        (
            "explain_refusal",
            json!({ "answer": answer, "login-json": dice.percent(60).then_some(login), "unix-seconds": time }),
        ),
        (
            "clock_offset",
            json!({ "answer": answer, "unix-seconds": time }),
        ),
    ];
    // A request that is not what docs/core-abi.md describes.
    if dice.percent(5) {
        let (_, request) = &mut calls[dice.range(0, 3)];
        let piece = piece(dice, secrets);
        into_json(dice, request, &piece);
    }
    calls
}
