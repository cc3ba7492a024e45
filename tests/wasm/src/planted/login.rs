//! Logins as clients make them, and as they make them badly.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use serde_json::{Map, Value, json};

use super::dice::Dice;
use super::place::{damage, into_json, into_text, misread, piece};
use super::secrets::Secrets;

/// 2015-08-30T12:36:00Z, the time of AWS's own examples.
pub const TIME: u64 = 1_440_938_160;
const DATE: &str = "20150830T123600Z";

/// Returns the JSON of a login that holds the session token and the signature at least.
pub fn login(dice: &mut Dice, secrets: &Secrets) -> String {
    let presigned = dice.percent(20);
    let mut headers = headers(dice, secrets, presigned);
    let mut url = url(dice, secrets, presigned);
    let mut body = "Action=GetCallerIdentity&Version=2011-06-15".to_owned();
    if presigned {
        body.clear();
    }
    let mut role = dice.pick(&["dev", "", "payments-prod"]).to_owned();
    for _ in 0..dice.range(0, 3) {
        let piece = piece(dice, secrets);
        match dice.range(0, 9) {
            0..5 => into_json(dice, &mut headers, &piece),
            5..7 => into_text(dice, &mut url, &piece),
            7 => into_text(dice, &mut body, &piece),
            _ => into_text(dice, &mut role, &piece),
        }
    }
    for text in [&mut url, &mut body] {
        if dice.percent(8) {
            damage(dice, text);
        }
    }
    let headers = encoded_headers(dice, headers);
    let mut login = json!({
        "iam_http_request_method": if presigned { "GET" } else { "POST" },
        "iam_request_url": encoded(dice, url),
        "iam_request_body": encoded(dice, body),
        "iam_request_headers": headers,
    });
    if !role.is_empty() {
        login["role"] = role.into();
    }
    if dice.percent(30) {
        let piece = piece(dice, secrets);
        into_json(dice, &mut login, &piece);
    }
    let mut text = match dice.range(0, 39) {
        0 => form(&login),
        1 => format!("{login}{}", piece(dice, secrets)),
        2 => json!([login]).to_string(),
        3 => json!(login.to_string()).to_string(),
        _ => login.to_string(),
    };
    if dice.percent(5) {
        damage(dice, &mut text);
    }
    if dice.percent(3) {
        text = misread(dice, &text);
    }
    text
}

/// The headers in one of the forms that clients write, right or wrong.
fn headers(dice: &mut Dice, secrets: &Secrets, presigned: bool) -> Value {
    let mut headers = vec![
        (
            "Content-Type",
            "application/x-www-form-urlencoded; charset=utf-8".to_owned(),
        ),
        ("Host", "sts.amazonaws.com".to_owned()),
    ];
    if !presigned {
        headers.extend([
            ("X-Amz-Date", DATE.to_owned()),
            ("X-Amz-Security-Token", secrets.session_token.clone()),
            ("Authorization", authorization(dice, secrets)),
        ]);
    }
    if dice.percent(50) {
        headers.push(("X-Vault-AWS-IAM-Server-ID", "vault.example.com".into()));
    }
    if dice.percent(20) {
        headers.push((
            dice.pick(&[
                "User-Agent",
                "X-Vault-Token",
                "Cookie",
                "Accept",
                "X-Forwarded-For",
                "Content-Length",
                "Accept-Encoding",
            ]),
            piece(dice, secrets),
        ));
    }
    let line = |(name, value): &(&str, String)| format!("{name}: {value}");
    let object = |value: &dyn Fn(&str) -> Value| -> Value {
        let pairs = headers
            .iter()
            .map(|(name, text)| ((*name).to_owned(), value(text)));
        pairs.collect::<Map<_, _>>().into()
    };
    let block = || headers.iter().map(line).collect::<Vec<_>>().join("\r\n");
    match dice.range(0, 19) {
        0..10 => object(&|text| json!([text])),
        10..13 => object(&|text| text.into()),
        13 => headers.iter().map(line).collect(),
        14 => json!([block()]),
        15 => json!({ "Content-Type": block() }),
        16 => block().into(),
        17 => headers
            .iter()
            .map(|header| (line(header), "".into()))
            .collect::<Map<_, _>>()
            .into(),
        18 => json!({ block(): "" }),
        _ => headers
            .iter()
            .map(|(name, text)| json!([name, text]))
            .collect(),
    }
}

/// An Authorization header, or what a user may mistake for one.
fn authorization(dice: &mut Dice, secrets: &Secrets) -> String {
    let mut parts = vec![
        format!("Credential={}", credential(dice, secrets)),
        "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token".to_owned(),
        format!("Signature={}", secrets.signature),
    ];
    match dice.range(0, 19) {
        0 => parts[2] = secrets.signature.clone(),
        1 => parts[2] = secrets.signature.to_uppercase(),
        2 => parts[2].push_str(&secrets.session_token),
        3 => parts.reverse(),
        4 => parts.push(piece(dice, secrets)),
        5 => drop(parts.remove(1)),
        _ => {}
    }
    let separator = dice.of(&[", ", ", ", ", ", ",", " ", ""]);
    let mut text = format!("AWS4-HMAC-SHA256 {}", parts.join(separator));
    if dice.percent(5) {
        damage(dice, &mut text);
    }
    text
}

/// Access key ID and scope, with the secret access key in the wrong place now and then.
fn credential(dice: &mut Dice, secrets: &Secrets) -> String {
    let mut parts = vec![
        Secrets::access_key_id(dice),
        DATE[..8].into(),
        "us-east-1".into(),
        "sts".into(),
        "aws4_request".into(),
    ];
    if dice.percent(25) {
        let secret = &secrets.all()[dice.of(&[0, 0, 0, 1, 3])].text;
        let at = dice.of(&[0, 0, 0, 1, 2, 3, 4]);
        parts[at] = secret.clone();
    }
    if dice.percent(10) {
        parts.remove(dice.range(0, 4));
    }
    parts.join("/")
}

fn url(dice: &mut Dice, secrets: &Secrets, presigned: bool) -> String {
    let host = dice.of(&[
        "sts.amazonaws.com",
        "sts.amazonaws.com",
        "sts.eu-west-1.amazonaws.com",
        "sts.example.com:8443",
    ]);
    if !presigned {
        return format!("https://{host}/");
    }
    let escape = |text: &str| {
        text.replace('/', "%2F")
            .replace('+', "%2B")
            .replace('=', "%3D")
    };
    let mut pairs = vec![
        "Action=GetCallerIdentity".to_owned(),
        "Version=2011-06-15".to_owned(),
        "X-Amz-Algorithm=AWS4-HMAC-SHA256".to_owned(),
        format!("X-Amz-Credential={}", escape(&credential(dice, secrets))),
        format!("X-Amz-Date={DATE}"),
        "X-Amz-Expires=60".to_owned(),
        format!("X-Amz-Security-Token={}", escape(&secrets.session_token)),
        "X-Amz-SignedHeaders=host".to_owned(),
        format!("X-Amz-Signature={}", secrets.signature),
    ];
    if dice.percent(30) {
        let at = dice.range(0, pairs.len());
        pairs.insert(at, piece(dice, secrets));
    }
    if dice.percent(10) {
        pairs.remove(dice.range(0, pairs.len() - 1));
    }
    let mut query = pairs.join("&");
    // A delimiter that was forgotten.
    if dice.percent(20) {
        let ampersands: Vec<usize> = query.match_indices("&X-").map(|(at, _)| at).collect();
        query.remove(dice.of(&ampersands));
    }
    format!("https://{host}/?{query}")
}

fn encoded_headers(dice: &mut Dice, headers: Value) -> Value {
    // Headers may be there without an encoding.
    if dice.percent(8) {
        return headers;
    }
    let mut text = match headers {
        Value::String(text) => text,
        headers => headers.to_string(),
    };
    if dice.percent(10) {
        damage(dice, &mut text);
    }
    if dice.percent(3) {
        text = misread(dice, &text);
    }
    encoded(dice, text)
}

/// In base64 as a rule, and otherwise in another or none.
fn encoded(dice: &mut Dice, text: String) -> Value {
    let encoded = match dice.range(0, 29) {
        0 => text,
        1 => STANDARD_NO_PAD.encode(text),
        2 => URL_SAFE.encode(text),
        3 => STANDARD.encode(STANDARD.encode(text)),
        4 => STANDARD.encode(text) + dice.pick(&["=", "!", "\n", " x"]),
        _ => STANDARD.encode(text),
    };
    encoded.into()
}

/// The login as a form, which `curl --data-urlencode` would send.
fn form(login: &Value) -> String {
    let pairs = login
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), ToOwned::to_owned);
            format!(
                "{name}={}",
                text.replace('+', "%2B")
                    .replace('/', "%2F")
                    .replace('=', "%3D")
            )
        });
    pairs.collect::<Vec<_>>().join("&")
}
