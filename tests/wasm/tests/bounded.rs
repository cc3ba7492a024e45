//! Hostile input is answered in bounded time and memory: the shipped core module is given so many
//! instructions and so much memory for each call, and traps on more.
//!
//! `docs/core-abi.md` is how the module is called.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use vault_aws_login_wasm_tests::shipped_core_module;
use wasmtime::{Config, Engine, Linker, Module, Store, StoreLimits, StoreLimitsBuilder};

/// A second or two on any machine.
const MOST_INSTRUCTIONS: u64 = 5_000_000_000;
/// What the request takes in it, in JSON and decoded, is in this.
const MOST_MEMORY: usize = 64 * 1024 * 1024;
/// What the inspector reads of a login.
const LONGEST: usize = 1024 * 1024;

fn login(headers: &str) -> String {
    json!({
        "iam_http_request_method": "POST",
        "iam_request_url": STANDARD.encode("https://sts.amazonaws.com/"),
        "iam_request_body": STANDARD.encode("Action=GetCallerIdentity&Version=2011-06-15"),
        "iam_request_headers": STANDARD.encode(headers),
    })
    .to_string()
}

/// As many repetitions as make a login of the greatest length that is read.
fn headers(of: impl Fn(usize) -> String) -> String {
    let mut all = String::from("{");
    for number in 0.. {
        let next = of(number);
        // Base64 makes four bytes of three, and the rest of the login takes 300.
        if (all.len() + next.len()) * 4 / 3 + 300 > LONGEST {
            break;
        }
        all += &next;
    }
    login(&(all + r#""z":"z"}"#))
}

fn hostile() -> Vec<(&'static str, String)> {
    let signed = |names: &str| {
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20150830/us-east-1/sts/aws4_request, SignedHeaders={names}, Signature=0"
        );
        login(&json!({ "Authorization": authorization }).to_string())
    };
    vec![
        ("no JSON", "x".repeat(LONGEST)),
        ("megabytes", " ".repeat(8 * LONGEST)),
        ("nesting", "[".repeat(LONGEST)),
        ("nesting inside", format!("{{\"a\":{}", "{\"a\":".repeat(LONGEST / 5))),
        ("duplicate keys", format!("{{{}\"a\":1}}", "\"a\":1,".repeat(LONGEST / 6 - 2))),
        ("escapes", format!("\"{}\"", "\\u00e9".repeat(LONGEST / 6 - 1))),
        ("many headers", headers(|number| format!("\"h{number}\":\"v\","))),
        ("one header over and over", headers(|_| "\"a\":\"b\",".into())),
        ("one header of many cases", headers(|number| format!("\"{}\":\"v\",", cased(number)))),
        ("many values", login(&format!("{{\"a\":[{}\"b\"]}}", "\"b\",".repeat(180_000)))),
        ("many signed headers", signed(&"a;".repeat(300_000))),
        ("commas", signed(&",=".repeat(300_000))),
        ("slashes", login(&json!({ "Authorization": "/".repeat(700_000) }).to_string())),
        ("a long URL", json!({
            "iam_http_request_method": "GET",
            "iam_request_url": STANDARD.encode(format!("https://sts.amazonaws.com/?{}", "a=%41&".repeat(120_000))),
            "iam_request_body": "",
            "iam_request_headers": "",
        }).to_string()),
        ("dots and slashes", json!({
            "iam_http_request_method": "POST",
            "iam_request_url": STANDARD.encode(format!("https://sts.amazonaws.com{}", "/..".repeat(200_000))),
            "iam_request_body": "",
            "iam_request_headers": "",
        }).to_string()),
    ]
}

/// A name of 20 letters in one of a million spellings.
fn cased(number: usize) -> String {
    (0..20)
        .map(|bit| if number >> bit & 1 == 1 { 'A' } else { 'a' })
        .collect()
}

fn ask(module: &Module, name: &str, request: &Value) -> Value {
    let limits = StoreLimitsBuilder::new()
        .memory_size(MOST_MEMORY)
        .trap_on_grow_failure(true);
    let mut store: Store<StoreLimits> = Store::new(module.engine(), limits.build());
    store.limiter(|limits| limits);
    store.set_fuel(MOST_INSTRUCTIONS).unwrap();
    let instance = Linker::new(module.engine())
        .instantiate(&mut store, module)
        .unwrap();
    let memory = instance.get_memory(&mut store, "memory").unwrap();

    let request = request.to_string().into_bytes();
    let length = u32::try_from(request.len()).unwrap();
    let alloc = instance.get_typed_func::<u32, u32>(&mut store, "alloc");
    let block = alloc.unwrap().call(&mut store, length).unwrap();
    memory.write(&mut store, block as usize, &request).unwrap();
    let function = instance.get_typed_func::<(u32, u32), u64>(&mut store, name);
    let packed = function.unwrap().call(&mut store, (block, length)).unwrap();

    let (start, length) = ((packed >> 32) as usize, (packed & 0xffff_ffff) as usize);
    serde_json::from_slice(&memory.data(&store)[start..start + length]).unwrap()
}

#[test]
fn hostile_input_is_answered_within_its_instructions_and_memory() {
    let mut config = Config::new();
    config.consume_fuel(true);
    let module = Module::new(&Engine::new(&config).unwrap(), shipped_core_module()).unwrap();
    for (what, text) in hostile() {
        let answer = json!({ "status": 400, "body": text, "date": text });
        for (name, request) in [
            (
                "check_login",
                json!({ "login-json": text, "unix-seconds": 1_440_938_160 }),
            ),
            ("explain_login", json!({ "login-json": text })),
            (
                "explain_refusal",
                json!({ "answer": answer, "login-json": text, "unix-seconds": 1_440_938_160 }),
            ),
            (
                "explain_pasted",
                json!({ "text": text, "login-json": text, "unix-seconds": 1_440_938_160 }),
            ),
            (
                "clock_offset",
                json!({ "answer": answer, "unix-seconds": 1_440_938_160 }),
            ),
        ] {
            let answer = ask(&module, name, &request);
            assert!(answer.is_object(), "{name}: {what}");
        }
    }
}
