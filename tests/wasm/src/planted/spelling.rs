//! The spellings in which a secret may stand in a text, and what may stand around it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use super::dice::Dice;

/// Returns a secret as some text may hold it, and what the spelling is called.
pub fn spell(dice: &mut Dice, secret: &str) -> (&'static str, String) {
    let every = dice.percent(50);
    let escaped = |escape: fn(u8) -> String| -> String {
        let plain = |byte: u8| !every && byte.is_ascii_alphanumeric();
        secret
            .bytes()
            .map(|byte| {
                if plain(byte) {
                    char::from(byte).into()
                } else {
                    escape(byte)
                }
            })
            .collect()
    };
    let base64 = |dice: &mut Dice, text: &str| match dice.range(0, 3) {
        0 => STANDARD.encode(text),
        1 => STANDARD_NO_PAD.encode(text),
        2 => URL_SAFE.encode(text),
        _ => URL_SAFE_NO_PAD.encode(text),
    };
    match dice.range(0, 23) {
        0 => ("JSON escapes", escaped(|b| format!("\\u{b:04x}"))),
        1 => ("JSON escapes", escaped(|b| format!("\\u{b:04X}"))),
        2 => ("JSON escapes", secret.replace('/', "\\/")),
        3 => ("percent escapes", escaped(|b| format!("%{b:02X}"))),
        4 => ("percent escapes", escaped(|b| format!("%{b:02x}"))),
        5 => ("HTML escapes", escaped(|b| format!("&#x{b:x};"))),
        6 => ("HTML escapes", escaped(|b| format!("&#{b};"))),
        7 => {
            let named = [
                ("+", "&plus;"),
                ("/", "&sol;"),
                ("=", "&equals;"),
                ("_", "&lowbar;"),
            ];
            let html = named
                .iter()
                .fold(secret.to_owned(), |text, (from, to)| text.replace(from, to));
            ("HTML escapes", html)
        }
        8 => ("doubled escapes", escaped(|b| format!("%25{b:02X}"))),
        9 => ("doubled escapes", escaped(|b| format!("\\\\u{b:04x}"))),
        10 => ("doubled escapes", escaped(|b| format!("&amp;#{b};"))),
        11 => ("doubled escapes", escaped(|b| format!("%5Cu{b:04x}"))),
        12 => ("base64", base64(dice, secret)),
        13 => {
            let before = dice.pick(&["a", "ab", "user:", "{\"token\":\""]);
            ("base64", base64(dice, &format!("{before}{secret}\"}}")))
        }
        14 => {
            let inner = base64(dice, secret);
            ("base64 twice", base64(dice, &inner))
        }
        15 => (
            "hidden characters",
            secret.chars().flat_map(|c| [c, '\u{200b}']).collect(),
        ),
        _ => ("plain", secret.to_owned()),
    }
}

/// What people and programs write around a secret, `{}`.
const AROUND: &[&str] = &[
    "X-Amz-Security-Token: {}",
    "x-amz-security-token:{}",
    "X-Amz-Security-Token={}",
    "&X-Amz-Signature={}",
    "?X-Amz-Security-Token={}&x=1",
    "Authorization: AWS4-HMAC-SHA256 \
     Credential=AKIAIOSFODNN7EXAMPLE/20150830/us-east-1/sts/aws4_request, SignedHeaders=host, \
     Signature={}",
    "Content-Type: application/x-www-form-urlencoded\r\nX-Amz-Security-Token: {}\r\nHost: \
     sts.amazonaws.com",
    "text/plain\r\nX-Amz-Security-Token: {}",
    "Signature={}",
    ", Signature={}",
    "Credential={}/20150830/us-east-1/sts/aws4_request",
    "Credential=AKIAIOSFODNN7EXAMPLE/{}/us-east-1/sts/aws4_request",
    "SignedHeaders={}",
    "Bearer {}",
    "Basic {}",
    "token={}",
    "X-Vault-Token: {}",
    "\"{}\"",
    "'{}'",
    "<{}>",
    "({})",
    "[{}]",
    "a {} b",
    "a.{}.b",
    "a-{}-b",
    "a:{}:b",
    "a;{};b",
    "a,{},b",
    "a\t{}\nb",
    "{}\r\n",
    " {} ",
    "\u{feff}{}",
    "{}\0",
    "é{}é",
    "https://{}@sts.amazonaws.com/",
    "https://user:{}@sts.amazonaws.com/",
    "https://{}/",
    "https://{}.example.com/",
    "https://sts.{}.amazonaws.com/",
    "https://sts.amazonaws.com:{}/",
    "https://sts.amazonaws.com/{}",
    "https://sts.amazonaws.com/?{}",
    "https://sts.amazonaws.com/?Action=GetCallerIdentity&X-Amz-Security-Token={}",
    "https://sts.amazonaws.com/#{}",
    "{}://sts.amazonaws.com/",
    "http://127.0.0.1/{}",
    "/v2/credentials/{}",
    "arn:aws:iam::123456789012:role/{}",
    "arn:aws:iam::{}:role/dev",
    "arn:aws:sts::123456789012:assumed-role/dev/{}",
    "arn:aws:sts::123456789012:assumed-role/{}/i-0123456789abcdef0",
    "arn:{}:iam::123456789012:role/dev",
    "20150830T123600Z{}",
    "{}20150830T123600Z",
    "us-east-1/{}",
    "sts.{}.amazonaws.com",
    "vault.example.com/{}",
    "vault.{}.example.com",
    "X-Vault-AWS-IAM-Server-ID: {}",
    "{}/{}",
    "role/{}",
    "team/{}/aws",
];

/// Puts a spelt secret into what may stand around it; three in eight stand alone.
pub fn dress(dice: &mut Dice, spelt: &str) -> String {
    if dice.percent(38) {
        return spelt.to_owned();
    }
    dice.of(AROUND).replace("{}", spelt)
}
