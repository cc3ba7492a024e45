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

const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 \
    Credential=AKIAIOSFODNN7EXAMPLE/20150830/us-east-1/sts/aws4_request, \
    SignedHeaders=host;x-amz-date, \
    Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";

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
    let headers = json!({
        "Authorization": value,
        "X-Amz-Date": "20150830T123600Z",
        "X-Vault-AWS-IAM-Server-ID": "a",
    });
    encoded(&headers.to_string())
}

fn signed(names: &str) -> String {
    authorized(&AUTHORIZATION.replace("host;x-amz-date", names))
}

/// A presigned URL, with more parameters in front.
fn presigned(piece: impl Fn(usize) -> String) -> String {
    let more = filled(INSIDE - 700, piece);
    let url = format!(
        "https://sts.amazonaws.com/?{more}Action=GetCallerIdentity&Version=2011-06-15\
         &X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE/20150830/us-east-1/sts/aws4_request\
         &X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Signature=0"
    );
    login("GET", &url, "", json!({"Host": "sts.amazonaws.com"}))
}

fn repeated(piece: &str, bytes: usize) -> String {
    piece.repeat(bytes / piece.len())
}

/// A login for a host and a path.
fn at(rest: &str) -> String {
    let headers = json!({"Authorization": AUTHORIZATION, "Host": "a"});
    login("POST", &format!("https://{rest}"), "", headers)
}

fn form(body: &str) -> String {
    let headers = json!({"Authorization": AUTHORIZATION});
    login("POST", "https://a/", body, headers)
}

/// A signature whose key and value are one letter.
fn letters(date: &str, names: &str) -> String {
    authorized(&format!(
        "AWS4-HMAC-SHA256 Credential=a/{date}/us-east-1/sts/aws4_request, \
         SignedHeaders={names}, Signature=s"
    ))
}

/// Names that are nearly those of headers.
const MISSPELT: [&str; 6] = [
    "Accexx",
    "Hoxx",
    "Content-Tyxxxx",
    "X-Amz-Daxxx",
    "Authorizatxxxx",
    "User-Agxxx",
];

/// What is repeated in every part of a login.
const PIECES_OF_LOGINS: [&str; 20] = [
    ",",
    " ",
    "\t",
    "/",
    "=",
    ";",
    "%",
    "\\",
    "&",
    "&#",
    "\n",
    ",=",
    ", ",
    " a=",
    "Credential=",
    "Credential=,",
    "Credential=/",
    "Signature=",
    "arn:aws:",
    "arn:aws:iam::123456789012:role/",
];

/// Rows of a name and a text.
macro_rules! inputs {
    ($($name:literal => $text:expr;)*) => {
        vec![$((String::from($name), String::from($text))),*]
    };
}

fn logins() -> Vec<(String, String)> {
    let nested = format!("{}{},", "[".repeat(290), "]".repeat(290));
    let like_a_field = |number| format!("\"iam_request_{number:06}\":1,");
    let letter = |number| char::from_u32(0x100 + u32::try_from(number).unwrap()).unwrap_or('a');
    let a = "a".repeat(20);
    let spaces = json!({
        "X-Custom": repeated("a ", INSIDE - 400),
        "Authorization": AUTHORIZATION.replace("host;", "host;x-custom;"),
        "X-Amz-Date": "20150830T123600Z",
    });
    let lines = filled(INSIDE / 2, |number| format!("h{number}:v\n"));
    let mut logins = inputs! {
        "no JSON" => "x".repeat(LOGIN);
        "more than is read" => " ".repeat(8 * LOGIN);
        "nesting" => "[".repeat(LOGIN);
        "nesting inside" => format!("{{\"a\":{}", repeated("{\"a\":", LOGIN - 5));
        "nesting as deep as it may be"
            => format!("[{}0]", repeated(&nested, LOGIN - 3));
        "duplicate keys" => format!("{{{}\"a\":1}}", repeated("\"a\":1,", LOGIN - 8));
        "different keys"
            => format!("{{{}\"a\":1}}", filled(LOGIN - 8, |number| format!("\"{number:x}\":1,")));
        "keys like a field's"
            => format!("{{{}\"a\":1}}", filled(LOGIN - 8, like_a_field));
        "small values" => format!("{{\"a\":[{}1]}}", repeated("1,", LOGIN - 9));
        "empty keys"
            => format!("{{\"iam_request_headers\":[{}{{}}]}}", repeated("{\"\":1},", LOGIN - 32));
        "escapes" => format!("\"{}\"", repeated("\\u00e9", LOGIN - 2));
        "a form" => repeated("a=b&", LOGIN);
        "many headers" => headers(|number| format!("\"h{number}\":\"v\","));
        "many X-Amz- headers" => headers(|number| format!("\"x-amz-{number}\":\"v\","));
        "headers of one letter or two"
            => headers(|number| format!("\"{}\":1,", letter(number)));
        "headers nearly known"
            => headers(|number| format!("\"x-amz-securty-{}\":1,", cased(number, "tokens")));
        "headers not quite nearly known"
            => headers(|number| format!("\"{}{number:02}\":1,", MISSPELT[number % 6]));
        "one header over and over" => headers(|_| "\"a\":\"b\",".into());
        "one header of many cases"
            => headers(|number| format!("\"{}\":\"v\",", cased(number, &a)));
        "many values" => encoded(&format!("{{\"a\":[{}\"b\"]}}", repeated("\"b\",", INSIDE - 32)));
        "many values of the date"
            => encoded(&format!("{{\"X-Amz-Date\":[{}\"b\"]}}", repeated("\"b\",", INSIDE - 32)));
        "spaces in a value"
            => encoded(&spaces.to_string());
        "lines"
            => post(lines.lines().collect());
        "signed headers of one letter" => signed(&repeated("a;", INSIDE - 400));
        "different signed headers" => signed(&filled(INSIDE - 400, |number| format!("h{number};")));
        "different signed headers of X-Amz-"
            => signed(&filled(INSIDE - 400, |number| format!("x-amz-{number};")));
        "signed header in many cases"
            => signed(&filled(INSIDE - 400, |number| format!("{};", cased(number, &a))));
        "SignedHeaders= over and over" => authorized(&repeated("SignedHeaders=", INSIDE - 400));
        "SignedHeaders= with commas" => authorized(&repeated("SignedHeaders=,", INSIDE - 400));
        "SignedHeaders= in lines" => authorized(&repeated("SignedHeaders=\n", (INSIDE - 400) / 2));
        "SignedHeaders= behind a signature"
            => authorized(&format!("{AUTHORIZATION}{}", repeated("SignedHeaders=", INSIDE - 600)));
        "one letter for signature and key"
            => letters("20150830", &repeated("s", INSIDE - 500));
        "one letter for signature and key, after all"
            => letters(&repeated("s", INSIDE - 500), "h");
        "a long signature"
            => authorized(&AUTHORIZATION.replace("5d67", &repeated("5d", INSIDE - 600)));
        "a long region"
            => authorized(&AUTHORIZATION.replace("us-east-1", &repeated("us-", INSIDE - 600)));
        "a long access key ID"
            => authorized(&AUTHORIZATION.replace("AKIA", &repeated("A", INSIDE - 600)));
        "distinct X-Amz- parameters" => presigned(|number| format!("X-Amz-{number:x}=&"));
        "one X-Amz- parameter over and over" => presigned(|_| "X-Amz-=&".into());
        "the action over and over" => presigned(|_| "Action=a&".into());
        "small parameters" => presigned(|_| "a&".into());
        "encoded parameters" => presigned(|_| "a=%41&".into());
        "encoded letters" => presigned(|_| "%41".into());
        "percent signs" => presigned(|_| "%25".into());
        "semicolons" => presigned(|_| ";".into());
        "dots and slashes"
            => at(&format!("sts.amazonaws.com{}", repeated("/..", INSIDE - 100)));
        "slashes"
            => at(&format!("sts.amazonaws.com{}", repeated("/", INSIDE - 100)));
        "labels"
            => at(&format!("{}/", repeated("a.", INSIDE - 100)));
        "colons"
            => at(&format!("{}/", repeated(":", INSIDE - 100)));
        "a long form"
            => form(&repeated("a=b&", INSIDE - 100));
        "a form of spaces"
            => form(&repeated("+", INSIDE - 100));
        "SignedHeaders= in megabytes" => authorized(&repeated("SignedHeaders=", 550_000));
        "one letter for signature and key, in megabytes"
            => letters("20150830", &repeated("s", 570_000));
        "a role" => json!({"role": repeated("a/", LOGIN - 20)}).to_string();
    };
    for piece in PIECES_OF_LOGINS {
        let (half, whole) = (
            repeated(piece, INSIDE / 2 - 600),
            repeated(piece, INSIDE - 200),
        );
        let agent = json!({"User-Agent": half}).to_string();
        let behind = format!("AWS4-HMAC-SHA256 {half}");
        let query = format!("https://a/?{whole}");
        let header = || json!({"a": "b"});
        for (place, login) in [
            ("the Authorization header", authorized(&half)),
            (
                "front of the credential",
                authorized(&AUTHORIZATION.replace("AKIA", &half)),
            ),
            ("the rest behind the algorithm", authorized(&behind)),
            ("a harmless header", encoded(&agent)),
            ("the body", login("POST", "https://a/", &whole, header())),
            ("the query", login("GET", &query, "", header())),
        ] {
            logins.push((format!("{piece:?} in {place}"), login));
        }
    }
    logins
}

/// What is repeated in answers.
const PIECES_OF_ANSWERS: [&str; 27] = [
    "a",
    " ",
    "a ",
    "a1",
    "%25",
    "%",
    "\\",
    "\\\\u0025",
    "&amp;",
    "&",
    "&#38;",
    "\u{200b}",
    "é",
    "Signature expired",
    "Signature expired: (",
    " for field ",
    "Field validation failed for field ",
    "error making upstream request",
    "error making upstream request received error code",
    "slash-delimited elements, got '",
    "header: expected \"",
    "valid region, not '",
    "arn:aws:",
    "arn:aws:iam::123456789012:",
    "arn:aws:iam::123456789012:role/",
    "abcdefghijklmnop1 ",
    "AKIAIOSFODNN7EXAMPLE/",
];

/// Answers that are explained with a login of the usual length; some hold thousands of tokens.
fn answers() -> Vec<(String, String)> {
    let errors = |text: String| json!({ "errors": [text] }).to_string();
    let token = r#""auth":{"client_token":"a"}"#;
    let many = filled(ANSWER - 2 * LOGIN, |number| {
        format!("\"token\":\"{number:x}\",")
    });
    let every = filled(LOGIN, |number| {
        format!("\"token\":\"{}{number:x}\",", "a".repeat(number % 9))
    });
    let long = json!({
        "auth": {"client_token": repeated("ab", ANSWER / 2)},
        "warnings": [repeated("ab", LOGIN)],
    });
    let mut answers = inputs! {
        "no JSON" => "x".repeat(ANSWER);
        "more than is read" => "x ".repeat(ANSWER);
        "nesting" => "[".repeat(ANSWER);
        "many errors" => format!("{{\"errors\":[{}\"\"]}}", repeated("\"\",", ANSWER - 20));
        "many warnings"
            => format!("{{{token},\"warnings\":[{}\"\"]}}", repeated("\"a\",", ANSWER - 80));
        "many tokens"
            => format!("{{{many}\"errors\":[\"{}\"]}}", repeated("abcd ", LOGIN));
        "a long token"
            => long.to_string();
        "tokens of every length"
            => format!("{{{every}\"errors\":[\"{}\"]}}", repeated("a", LOGIN));
        "small values" => format!("[{}1]", repeated("1,", ANSWER - 3));
        "empty keys" => format!("{{{}\"\":1}}", repeated("\"\":1,", ANSWER - 6));
    };
    for piece in PIECES_OF_ANSWERS {
        answers.push((
            format!("{piece:?} as an error"),
            errors(repeated(piece, ANSWER / 2)),
        ));
        answers.push((format!("{piece:?} as a page"), repeated(piece, ANSWER)));
        let failed = format!("Field validation failed {}", repeated(piece, ANSWER / 2));
        answers.push((
            format!("{piece:?} behind a failed validation"),
            errors(failed),
        ));
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
        let strict = json!({
            "server-id": {"required": "b"},
            "sts-endpoint": "client-region",
            "allowed-headers": [],
        });
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
    let bindings = json!({
        "principal-arns": arns,
        "unique-ids": "resolved",
        "inferred-entity": "nothing",
    });
    let profile = json!({
        "allowed-headers": allowed,
        "caller-arn": "arn:aws:iam::123456789012:user/alice",
        "role": {"iam": bindings},
    });
    requests.push((
        "check_login",
        "a long profile".into(),
        json!({ "login-json": many, "server-profile": profile, "unix-seconds": time }),
    ));
    requests
}

#[test]
fn time_and_memory_are_in_proportion_to_hostile_input() {
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
            "{name}: {what}: {bytes} bytes, {instructions} instructions and {memory} bytes of \
             memory a byte"
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
