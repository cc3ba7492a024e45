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
            json!({
                "login-json": login,
                "server-profile": settings::profile(dice, secrets),
                "unix-seconds": time,
            }),
        ),
        ("explain_login", json!({ "login-json": login })),
        (
            "explain_refusal",
            json!({
                "answer": answer,
                "login-json": dice.percent(60).then_some(&login),
                "unix-seconds": time,
            }),
        ),
        (
            "clock_offset",
            json!({ "answer": answer, "unix-seconds": time }),
        ),
    ];
    let status = calls[2].1["answer"]["status"].clone();
    let text = pasted(dice, &calls[2].1["answer"]);
    calls.push((
        "explain_pasted",
        json!({
            "text": text,
            "status": status,
            "login-json": dice.percent(50).then_some(login),
            "unix-seconds": time,
        }),
    ));
    // A request that is not what docs/core-abi.md describes.
    if dice.percent(5) {
        let (_, request) = &mut calls[dice.range(0, 4)];
        let piece = piece(dice, secrets);
        into_json(dice, request, &piece);
    }
    calls
}

/// The answer as a person copies it, with what programs print around it.
fn pasted(dice: &mut Dice, answer: &Value) -> String {
    let (status, date) = (
        &answer["status"],
        answer["date"].as_str().unwrap_or_default(),
    );
    let body = answer["body"].as_str().unwrap_or_default();
    match dice.range(0, 4) {
        0 => format!(
            "HTTP/1.1 {status} Bad Request\r\nContent-Type: application/json\r\nDate: \
             {date}\r\n\r\n{body}"
        ),
        1 => format!(
            "Error writing data to auth/aws/login: Error making API request.\n\nURL: PUT \
             https://vault.example.com/v1/auth/aws/login\nCode: {status}. Errors:\n\n* {body}"
        ),
        2 => format!(
            "2015-08-30T12:36:00Z [ERROR] agent.auth.handler: error authenticating: \
             error=\"{body}\" backoff=1s"
        ),
        _ => body.to_owned(),
    }
}
