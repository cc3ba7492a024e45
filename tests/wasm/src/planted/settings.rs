//! Inputs of a login, a session and the inspector: options, configurations, profiles.

use serde_json::{Value, json};

use super::dice::Dice;
use super::place::{into_json, piece};
use super::secrets::Secrets;

/// Credentials and options of `sign_login`, planted into.
pub fn sign(dice: &mut Dice, secrets: &Secrets, time: u64) -> Value {
    let mut request = json!({
        "credentials": credentials(dice, secrets),
        "options": options(dice),
        "unix-seconds": time,
    });
    for _ in 0..dice.range(1, 2) {
        let piece = piece(dice, secrets);
        let place = if dice.percent(95) {
            &mut request["options"]
        } else {
            &mut request
        };
        into_json(dice, place, &piece);
    }
    request
}

/// Credentials in their places; now and then in each other's, or with something in them.
pub fn credentials(dice: &mut Dice, secrets: &Secrets) -> Value {
    let mut credentials = json!({
        "access-key-id": Secrets::access_key_id(dice),
        "secret-access-key": secrets.secret_access_key,
        "session-token": secrets.session_token,
    });
    match dice.range(0, 19) {
        0 => {
            let swapped = credentials["access-key-id"].take();
            credentials["access-key-id"] = credentials["secret-access-key"].take();
            credentials["secret-access-key"] = swapped;
        }
        1 => credentials["access-key-id"] = secrets.session_token.clone().into(),
        2 => credentials["access-key-id"] = piece(dice, secrets).into(),
        3 => {
            let piece = piece(dice, secrets);
            into_json(dice, &mut credentials, &piece);
        }
        4 => credentials["secret-access-key"] = format!("{}\n", secrets.secret_access_key).into(),
        5 => credentials["session-token"] = format!("{} x", secrets.session_token).into(),
        _ => {}
    }
    credentials
}

pub fn options(dice: &mut Dice) -> Value {
    let mut options = json!({});
    for (name, values) in [
        ("role", ["dev", "payments-prod"]),
        ("region", ["us-east-1", "eu-west-1"]),
        ("server-id", ["vault.example.com", "a"]),
    ] {
        if dice.percent(70) {
            options[name] = dice.of(&values).into();
        }
    }
    if dice.percent(40) {
        options["sts-endpoint"] = match dice.range(0, 3) {
            0 => json!("regional"),
            _ => json!({ "url": "https://sts.eu-west-1.amazonaws.com" }),
        };
    }
    options
}

/// The configuration of a session. `planted` says whether something is planted into it.
pub fn session(dice: &mut Dice, secrets: &Secrets, planted: bool) -> Value {
    let source = match dice.range(0, 3) {
        0 => json!("pushed"),
        1 => json!({ "container-endpoint": {
            "uri": dice.of(&[
                "/v2/credentials",
                "http://169.254.170.23/v1/credentials",
                "https://credentials.example.com/",
            ]),
            "authorization": dice.of(&["none", "token"]),
        } }),
        2 => json!("instance-metadata"),
        _ => json!({ "web-identity": {
            "role-arn": "arn:aws:iam::123456789012:role/dev",
            "role-session-name": "dev",
            "region": "eu-west-1",
            "sts-endpoint": dice
                .of(&[None, Some(0)])
                .map(|_| json!({ "url": "https://sts.example.com" })),
        } }),
    };
    let mut config = json!({
        "mount": "aws",
        "namespace": dice.of(&[None, Some("team")]),
        "login": options(dice),
        "credential-source": source,
        "assume-role": dice.of(&[None, Some("partner")]).map(|external_id| json!({
            "role-arn": "arn:aws:iam::210987654321:role/dev",
            "external-id": external_id,
        })),
        "back-off-cap-milliseconds": 1000,
    });
    if planted {
        for _ in 0..dice.range(1, 2) {
            let piece = piece(dice, secrets);
            into_json(dice, &mut config, &piece);
        }
    }
    config
}

/// What a caller knows of a server.
pub fn profile(dice: &mut Dice, secrets: &Secrets) -> Value {
    let software =
        |dice: &mut Dice| json!({ "flavour": dice.of(&["vault", "openbao"]), "version": "1.18.5" });
    let mut profile = json!({});
    for part in 0..8 {
        if dice.percent(50) {
            continue;
        }
        let (name, value) = match part {
            0 => ("server-id", dice.of(&["not-required", ""]).into()),
            1 => (
                "sts-endpoint",
                json!({ "url": "https://sts.eu-west-1.amazonaws.com" }),
            ),
            2 => ("allowed-headers", json!(["X-Custom"])),
            3 => (
                "mount-config",
                dice.of(&["written", "never-written"]).into(),
            ),
            4 => ("core", software(dice)),
            5 => ("auth-plugin", software(dice)),
            6 => (
                "caller-arn",
                "arn:aws:sts::123456789012:assumed-role/dev/session".into(),
            ),
            _ => (
                "role",
                json!({ "iam": {
                "principal-arns": ["arn:aws:iam::123456789012:role/dev"],
                "unique-ids": "resolved",
                "inferred-entity": "nothing",
            } }),
            ),
        };
        profile[name] = value;
    }
    if profile["server-id"] == "" {
        profile["server-id"] = json!({ "required": "vault.example.com" });
    }
    for name in ["server-id", "sts-endpoint"] {
        if dice.percent(15) {
            let key = if name == "server-id" {
                "required"
            } else {
                dice.of(&["url", "region"])
            };
            profile[name] = json!({ key: piece(dice, secrets) });
        }
    }
    for name in ["allowed-headers", "caller-arn", "role"] {
        if profile[name].is_null() || dice.percent(60) {
            continue;
        }
        let piece = piece(dice, secrets);
        // The rest of a role are names of the contract.
        let is_role = name == "role" && dice.percent(90);
        let place = if is_role {
            &mut profile[name]["iam"]["principal-arns"]
        } else {
            &mut profile[name]
        };
        into_json(dice, place, &piece);
    }
    // Reading an absent name has put a null there, which means the same.
    profile
}
