//! Hostile input is answered in time and memory that its length pays for: each call of the shipped
//! core module has so many instructions and so much memory for each byte of its request, whatever
//! the bytes are.
//!
//! `docs/core-abi.md` is how the module is called.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use vault_aws_login_wasm_tests::shipped_core_module;
use wasmtime::{Config, Engine, Linker, Module, Store};

/// What a call of any length may take.
const INSTRUCTIONS: u64 = 5_000_000;
const MEMORY: u64 = 2 * 1024 * 1024;

/// What a call may take more for each byte of its request.
const INSTRUCTIONS_PER_BYTE: u64 = 15_000;
const MEMORY_PER_BYTE: u64 = 130;

/// The same for a pasted text, which is searched for what dozens of clients print.
const INSTRUCTIONS_PER_PASTED_BYTE: u64 = 40_000;

/// A quadratic answer would run for days; it is stopped at five times its bound.
const PATIENCE: u64 = 5;

/// What the inspector reads of a login, and what it reads of an answer.
const LOGIN: usize = 64 * 1024;
const ANSWER: usize = 1024 * 1024;

/// Base64 makes four bytes of three, and the rest of a login takes a few hundred.
const INSIDE: usize = (LOGIN - 1024) / 4 * 3;

const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20150830/us-east-1/sts/aws4_request, SignedHeaders=host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";

fn login(method: &str, url: &str, body: &str, headers: Value) -> String {
    json!({
        "iam_http_request_method": method,
        "iam_request_url": STANDARD.encode(url),
        "iam_request_body": STANDARD.encode(body),
        "iam_request_headers": headers,
    })
    .to_string()
}

fn post(headers: Value) -> String {
    let body = "Action=GetCallerIdentity&Version=2011-06-15";
    login("POST", "https://sts.amazonaws.com/", body, headers)
}

/// A login whose headers are encoded JSON.
fn encoded(headers: &str) -> String {
    post(STANDARD.encode(headers).into())
}

/// As many different pieces as fill so many bytes.
fn filled(bytes: usize, piece: impl Fn(usize) -> String) -> String {
    let mut all = String::new();
    for number in 0.. {
        let next = piece(number);
        if all.len() + next.len() > bytes {
            break;
        }
        all += &next;
    }
    all
}

fn headers(piece: impl Fn(usize) -> String) -> String {
    let rest = json!({"Authorization": AUTHORIZATION, "X-Amz-Date": "20150830T123600Z"});
    let rest = rest.to_string();
    encoded(&format!("{{{}{}", filled(INSIDE - 400, piece), &rest[1..]))
}

fn authorized(value: &str) -> String {
    encoded(&json!({"Authorization": value, "X-Amz-Date": "20150830T123600Z", "X-Vault-AWS-IAM-Server-ID": "a"}).to_string())
}

fn signed(names: &str) -> String {
    authorized(&AUTHORIZATION.replace("host;x-amz-date", names))
}

/// A presigned URL, with more parameters in front.
fn presigned(piece: impl Fn(usize) -> String) -> String {
    let more = filled(INSIDE - 700, piece);
    let url = format!(
        "https://sts.amazonaws.com/?{more}Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE/20150830/us-east-1/sts/aws4_request&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Signature=0"
    );
    login("GET", &url, "", json!({"Host": "sts.amazonaws.com"}))
}

fn repeated(piece: &str, bytes: usize) -> String {
    piece.repeat(bytes / piece.len())
}

#[rustfmt::skip]
fn logins() -> Vec<(String, String)> {
    let mut logins = vec![
        ("no JSON".into(), "x".repeat(LOGIN)),
        ("more than is read".into(), " ".repeat(8 * LOGIN)),
        ("nesting".into(), "[".repeat(LOGIN)),
        ("nesting inside".into(), format!("{{\"a\":{}", repeated("{\"a\":", LOGIN - 5))),
        ("nesting as deep as it may be".into(), format!("[{}0]", repeated(&format!("{}{},", "[".repeat(290), "]".repeat(290)), LOGIN - 3))),
        ("duplicate keys".into(), format!("{{{}\"a\":1}}", repeated("\"a\":1,", LOGIN - 8))),
        ("different keys".into(), format!("{{{}\"a\":1}}", filled(LOGIN - 8, |number| format!("\"{number:x}\":1,")))),
        ("keys like a field's".into(), format!("{{{}\"a\":1}}", filled(LOGIN - 8, |number| format!("\"iam_request_{number:06}\":1,")))),
        ("small values".into(), format!("{{\"a\":[{}1]}}", repeated("1,", LOGIN - 9))),
        ("empty keys".into(), format!("{{\"iam_request_headers\":[{}{{}}]}}", repeated("{\"\":1},", LOGIN - 32))),
        ("escapes".into(), format!("\"{}\"", repeated("\\u00e9", LOGIN - 2))),
        ("a form".into(), repeated("a=b&", LOGIN)),
        ("many headers".into(), headers(|number| format!("\"h{number}\":\"v\","))),
        ("many X-Amz- headers".into(), headers(|number| format!("\"x-amz-{number}\":\"v\","))),
        ("headers of one letter or two".into(), headers(|number| format!("\"{}\":1,", char::from_u32(0x100 + u32::try_from(number).unwrap()).unwrap_or('a')))),
        ("headers nearly known".into(), headers(|number| format!("\"x-amz-securty-{}\":1,", cased(number, "tokens")))),
        ("headers not quite nearly known".into(), headers(|number| format!("\"{}{number:02}\":1,", ["Accexx", "Hoxx", "Content-Tyxxxx", "X-Amz-Daxxx", "Authorizatxxxx", "User-Agxxx"][number % 6]))),
        ("one header over and over".into(), headers(|_| "\"a\":\"b\",".into())),
        ("one header of many cases".into(), headers(|number| format!("\"{}\":\"v\",", cased(number, "aaaaaaaaaaaaaaaaaaaa")))),
        ("many values".into(), encoded(&format!("{{\"a\":[{}\"b\"]}}", repeated("\"b\",", INSIDE - 32)))),
        ("many values of the date".into(), encoded(&format!("{{\"X-Amz-Date\":[{}\"b\"]}}", repeated("\"b\",", INSIDE - 32)))),
        ("blanks in a value".into(), encoded(&json!({"X-Custom": repeated("a ", INSIDE - 400), "Authorization": AUTHORIZATION.replace("host;", "host;x-custom;"), "X-Amz-Date": "20150830T123600Z"}).to_string())),
        ("lines".into(), post(json!(filled(INSIDE / 2, |number| format!("h{number}:v\n")).lines().collect::<Vec<_>>()))),
        ("signed headers of one letter".into(), signed(&repeated("a;", INSIDE - 400))),
        ("different signed headers".into(), signed(&filled(INSIDE - 400, |number| format!("h{number};")))),
        ("different signed headers of X-Amz-".into(), signed(&filled(INSIDE - 400, |number| format!("x-amz-{number};")))),
        ("signed header in many cases".into(), signed(&filled(INSIDE - 400, |number| format!("{};", cased(number, "aaaaaaaaaaaaaaaaaaaa"))))),
        ("SignedHeaders= over and over".into(), authorized(&repeated("SignedHeaders=", INSIDE - 400))),
        ("SignedHeaders= with commas".into(), authorized(&repeated("SignedHeaders=,", INSIDE - 400))),
        ("SignedHeaders= in lines".into(), authorized(&repeated("SignedHeaders=\n", (INSIDE - 400) / 2))),
        ("SignedHeaders= behind a signature".into(), authorized(&format!("{AUTHORIZATION}{}", repeated("SignedHeaders=", INSIDE - 600)))),
        ("one letter for signature and key".into(), authorized(&format!("AWS4-HMAC-SHA256 Credential=a/20150830/us-east-1/sts/aws4_request, SignedHeaders={}, Signature=s", repeated("s", INSIDE - 500)))),
        ("one letter for signature and key, after all".into(), authorized(&format!("AWS4-HMAC-SHA256 Credential=a/{}/us-east-1/sts/aws4_request, SignedHeaders=h, Signature=s", repeated("s", INSIDE - 500)))),
        ("a long signature".into(), authorized(&AUTHORIZATION.replace("5d67", &repeated("5d", INSIDE - 600)))),
        ("a long region".into(), authorized(&AUTHORIZATION.replace("us-east-1", &repeated("us-", INSIDE - 600)))),
        ("a long access key ID".into(), authorized(&AUTHORIZATION.replace("AKIA", &repeated("A", INSIDE - 600)))),
        ("distinct X-Amz- parameters".into(), presigned(|number| format!("X-Amz-{number:x}=&"))),
        ("one X-Amz- parameter over and over".into(), presigned(|_| "X-Amz-=&".into())),
        ("the action over and over".into(), presigned(|_| "Action=a&".into())),
        ("small parameters".into(), presigned(|_| "a&".into())),
        ("encoded parameters".into(), presigned(|_| "a=%41&".into())),
        ("encoded letters".into(), presigned(|_| "%41".into())),
        ("percent signs".into(), presigned(|_| "%25".into())),
        ("semicolons".into(), presigned(|_| ";".into())),
        ("dots and slashes".into(), login("POST", &format!("https://sts.amazonaws.com{}", repeated("/..", INSIDE - 100)), "", json!({"Authorization": AUTHORIZATION}))),
        ("slashes".into(), login("POST", &format!("https://sts.amazonaws.com{}", repeated("/", INSIDE - 100)), "", json!({"Authorization": AUTHORIZATION}))),
        ("labels".into(), login("POST", &format!("https://{}/", repeated("a.", INSIDE - 100)), "", json!({"Authorization": AUTHORIZATION, "Host": "a"}))),
        ("colons".into(), login("POST", &format!("https://{}/", repeated(":", INSIDE - 100)), "", json!({"Authorization": AUTHORIZATION}))),
        ("a long form".into(), login("POST", "https://a/", &repeated("a=b&", INSIDE - 100), json!({"Authorization": AUTHORIZATION}))),
        ("a form of blanks".into(), login("POST", "https://a/", &repeated("+", INSIDE - 100), json!({"Authorization": AUTHORIZATION}))),
        ("SignedHeaders= in megabytes".into(), authorized(&repeated("SignedHeaders=", 550_000))),
        ("one letter for signature and key, in megabytes".into(), authorized(&format!("AWS4-HMAC-SHA256 Credential=a/20150830/us-east-1/sts/aws4_request, SignedHeaders={}, Signature=s", repeated("s", 570_000)))),
        ("a role".into(), json!({"role": repeated("a/", LOGIN - 20)}).to_string()),
    ];
    for piece in [",", " ", "\t", "/", "=", ";", "%", "\\", "&", "&#", "\n", ",=", ", ", " a=", "Credential=", "Credential=,", "Credential=/", "Signature=", "arn:aws:", "arn:aws:iam::123456789012:role/"] {
        logins.push((format!("{piece:?} in the Authorization header"), authorized(&repeated(piece, INSIDE / 2 - 400))));
        logins.push((format!("{piece:?} behind the algorithm"), authorized(&format!("AWS4-HMAC-SHA256 {}", repeated(piece, INSIDE / 2 - 400)))));
        logins.push((format!("{piece:?} in the credential"), authorized(&AUTHORIZATION.replace("AKIA", &repeated(piece, INSIDE / 2 - 600)))));
        logins.push((format!("{piece:?} in a harmless header"), encoded(&json!({"User-Agent": repeated(piece, INSIDE / 2 - 400)}).to_string())));
        logins.push((format!("{piece:?} in the body"), login("POST", "https://a/", &repeated(piece, INSIDE - 200), json!({"a": "b"}))));
        logins.push((format!("{piece:?} in the query"), login("GET", &format!("https://a/?{}", repeated(piece, INSIDE - 200)), "", json!({"a": "b"}))));
    }
    logins
}

/// Answers beside a login of the usual length; some know secrets by the thousand.
#[rustfmt::skip]
fn answers() -> Vec<(String, String)> {
    let errors = |text: String| json!({ "errors": [text] }).to_string();
    let mut answers = vec![
        ("no JSON".into(), "x".repeat(ANSWER)),
        ("more than is read".into(), "x ".repeat(ANSWER)),
        ("nesting".into(), "[".repeat(ANSWER)),
        ("many errors".into(), format!("{{\"errors\":[{}\"\"]}}", repeated("\"\",", ANSWER - 20))),
        ("many warnings".into(), format!("{{\"auth\":{{\"client_token\":\"a\"}},\"warnings\":[{}\"\"]}}", repeated("\"a\",", ANSWER - 80))),
        ("many tokens".into(), format!("{{{}\"errors\":[\"{}\"]}}", filled(ANSWER - 2 * LOGIN, |number| format!("\"token\":\"{number:x}\",")), repeated("abcd ", LOGIN))),
        ("a long token".into(), json!({"auth": {"client_token": repeated("ab", ANSWER / 2)}, "warnings": [repeated("ab", LOGIN)]}).to_string()),
        ("tokens of every length".into(), format!("{{{}\"errors\":[\"{}\"]}}", filled(LOGIN, |number| format!("\"token\":\"{}{number:x}\",", "a".repeat(number % 9))), repeated("a", LOGIN))),
        ("small values".into(), format!("[{}1]", repeated("1,", ANSWER - 3))),
        ("empty keys".into(), format!("{{{}\"\":1}}", repeated("\"\":1,", ANSWER - 6))),
    ];
    for piece in ["a", " ", "a ", "a1", "%25", "%", "\\", "\\\\u0025", "&amp;", "&", "&#38;", "\u{200b}", "é", "Signature expired", "Signature expired: (", " for field ", "Field validation failed for field ", "error making upstream request", "error making upstream request received error code", "slash-delimited elements, got '", "header: expected \"", "valid region, not '", "arn:aws:", "arn:aws:iam::123456789012:", "arn:aws:iam::123456789012:role/", "abcdefghijklmnop1 ", "AKIAIOSFODNN7EXAMPLE/"] {
        answers.push((format!("{piece:?} as an error"), errors(repeated(piece, ANSWER / 2))));
        answers.push((format!("{piece:?} as a page"), repeated(piece, ANSWER)));
        answers.push((format!("{piece:?} behind a failed validation"), errors(format!("Field validation failed {}", repeated(piece, ANSWER / 2)))));
    }
    answers
}

/// A name in one of as many spellings as it has letters to choose from.
fn cased(number: usize, name: &str) -> String {
    name.char_indices()
        .map(|(bit, letter)| match number >> bit & 1 {
            1 => letter.to_ascii_uppercase(),
            _ => letter,
        })
        .collect()
}

/// What a call took.
struct Cost {
    instructions: u64,
    memory: u64,
}

fn ask(module: &Module, name: &str, request: &Value) -> Option<Cost> {
    let request = request.to_string().into_bytes();
    let fuel = PATIENCE * most_instructions(name, request.len());
    let mut store = Store::new(module.engine(), ());
    store.set_fuel(fuel).unwrap();
    let instance = Linker::new(module.engine())
        .instantiate(&mut store, module)
        .unwrap();
    let memory = instance.get_memory(&mut store, "memory").unwrap();

    let length = u32::try_from(request.len()).unwrap();
    let alloc = instance.get_typed_func::<u32, u32>(&mut store, "alloc");
    let block = alloc.unwrap().call(&mut store, length).unwrap();
    memory.write(&mut store, block as usize, &request).unwrap();
    let function = instance.get_typed_func::<(u32, u32), u64>(&mut store, name);
    let packed = function.unwrap().call(&mut store, (block, length)).ok()?;

    let (start, length) = ((packed >> 32) as usize, (packed & 0xffff_ffff) as usize);
    let answer: Value =
        serde_json::from_slice(&memory.data(&store)[start..start + length]).unwrap();
    assert!(answer.is_object(), "{name}");
    Some(Cost {
        instructions: fuel - store.get_fuel().unwrap(),
        memory: memory.data_size(&store) as u64,
    })
}

fn most_instructions(name: &str, bytes: usize) -> u64 {
    let per_byte = match name {
        "explain_pasted" => INSTRUCTIONS_PER_PASTED_BYTE,
        _ => INSTRUCTIONS_PER_BYTE,
    };
    INSTRUCTIONS + per_byte * bytes as u64
}

fn most_memory(bytes: usize) -> u64 {
    MEMORY + MEMORY_PER_BYTE * bytes as u64
}

fn requests() -> Vec<(&'static str, String, Value)> {
    let time = 1_440_938_160;
    let mut requests = Vec::new();
    for (what, login) in logins() {
        let answer = json!({ "status": 400, "body": login, "date": login });
        let strict = json!({"server-id": {"required": "b"}, "sts-endpoint": "client-region", "allowed-headers": []});
        requests.extend([
            (
                "check_login",
                what.clone(),
                json!({ "login-json": login, "unix-seconds": time }),
            ),
            (
                "check_login",
                format!("{what}, strictly"),
                json!({ "login-json": login, "server-profile": strict, "unix-seconds": time }),
            ),
            (
                "explain_login",
                what.clone(),
                json!({ "login-json": login }),
            ),
            (
                "explain_refusal",
                what.clone(),
                json!({ "answer": answer, "login-json": login, "unix-seconds": time }),
            ),
            (
                "explain_pasted",
                what.clone(),
                json!({ "text": login, "login-json": login, "unix-seconds": time }),
            ),
            (
                "clock_offset",
                what,
                json!({ "answer": answer, "unix-seconds": time }),
            ),
        ]);
    }
    let good = headers(|_| "\"X-Vault-AWS-IAM-Server-ID\":\"a\",".repeat(400));
    for (what, body) in answers() {
        for status in [200, 400, 502] {
            let answer = json!({ "status": status, "body": body });
            requests.push((
                "explain_refusal",
                format!("{what} with {status}"),
                json!({ "answer": answer, "login-json": good, "unix-seconds": time }),
            ));
        }
        requests.push((
            "explain_pasted",
            what.clone(),
            json!({ "text": body, "login-json": good, "unix-seconds": time }),
        ));
        let answer = json!({ "status": 400, "body": body });
        requests.push((
            "clock_offset",
            what,
            json!({ "answer": answer, "unix-seconds": time }),
        ));
    }
    // What the caller knows of the server may be long, too.
    let many = headers(|number| format!("\"x-amz-{number}\":\"v\","));
    let allowed: Vec<String> = (0..5_000).map(|number| format!("X-Amz-{number}")).collect();
    let arns: Vec<String> = (0..5_000)
        .map(|number| format!("arn:aws:iam::123456789012:role/{number}"))
        .collect();
    let role = json!({"iam": {"principal-arns": arns, "unique-ids": "resolved", "inferred-entity": "nothing"}});
    let profile = json!({"allowed-headers": allowed, "caller-arn": "arn:aws:iam::123456789012:user/alice", "role": role});
    requests.push((
        "check_login",
        "a long profile".into(),
        json!({ "login-json": many, "server-profile": profile, "unix-seconds": time }),
    ));
    requests
}

#[test]
fn hostile_input_is_answered_within_what_its_length_pays_for() {
    let mut config = Config::new();
    config.consume_fuel(true);
    let module = Module::new(&Engine::new(&config).unwrap(), shipped_core_module()).unwrap();
    let mut over = Vec::new();
    let (mut dearest, mut largest) = ((0, String::new()), (0, String::new()));
    for (name, what, request) in requests() {
        let bytes = request.to_string().len();
        let Some(cost) = ask(&module, name, &request) else {
            over.push(format!("{name}: {what}: {bytes} bytes, stopped"));
            continue;
        };
        let per_byte = |cost: u64, base: u64| cost.saturating_sub(base) / bytes as u64;
        let instructions = per_byte(cost.instructions, INSTRUCTIONS);
        let memory = per_byte(cost.memory, MEMORY);
        let line = format!(
            "{name}: {what}: {bytes} bytes, {instructions} instructions and {memory} bytes of memory a byte"
        );
        if cost.instructions > most_instructions(name, bytes) || cost.memory > most_memory(bytes) {
            over.push(line.clone());
        }
        dearest = dearest.max((instructions, line.clone()));
        largest = largest.max((memory, line));
    }
    println!("{}\n{}", dearest.1, largest.1);
    assert!(over.is_empty(), "{}", over.join("\n"));
}
