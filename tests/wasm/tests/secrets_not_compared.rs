//! Nothing is decided by comparing secrets or signatures: the shipped core module runs the same
//! number of instructions whatever they are.
//!
//! One place looks for a secret on purpose: a warning of Vault's that holds the token is not
//! quoted.
//! `docs/core-abi.md` is how the module is called.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use vault_aws_login_wasm_tests::shipped_core_module;
use wasmtime::{Config, Engine, Instance, Linker, Memory, Module, Store};

const FUEL: u64 = 1 << 60;

/// 40 characters: a secret, and others that differ from it at once, at last and throughout.
const SECRETS: [&str; 4] = [
    "wJalrXUtnFEMIxK7MDENGxbPxRfiCYEXAMPLEKEY",
    "xJalrXUtnFEMIxK7MDENGxbPxRfiCYEXAMPLEKEY",
    "wJalrXUtnFEMIxK7MDENGxbPxRfiCYEXAMPLEKEZ",
    "0123456789abcdefghijklmnopqrstuvwxyzABCD",
];

/// The core module, whose instructions are counted.
struct Counted {
    store: Store<()>,
    instance: Instance,
    memory: Memory,
}

impl Counted {
    fn new(module: &Module) -> Self {
        let mut store = Store::new(module.engine(), ());
        store.set_fuel(FUEL).unwrap();
        let instance = Linker::new(module.engine())
            .instantiate(&mut store, module)
            .unwrap();
        let memory = instance.get_memory(&mut store, "memory").unwrap();
        Self {
            store,
            instance,
            memory,
        }
    }

    /// Calls a function; returns what it answers and how many instructions that took.
    fn call(&mut self, name: &str, request: &Value) -> (Value, u64) {
        let request = request.to_string().into_bytes();
        let length = u32::try_from(request.len()).unwrap();
        let alloc = self
            .instance
            .get_typed_func::<u32, u32>(&mut self.store, "alloc");
        let block = alloc.unwrap().call(&mut self.store, length).unwrap();
        self.memory
            .write(&mut self.store, block as usize, &request)
            .unwrap();

        let function = self
            .instance
            .get_typed_func::<(u32, u32), u64>(&mut self.store, name);
        let before = self.store.get_fuel().unwrap();
        let packed = function
            .unwrap()
            .call(&mut self.store, (block, length))
            .unwrap();
        let used = before - self.store.get_fuel().unwrap();

        let (start, length) = ((packed >> 32) as usize, (packed & 0xffff_ffff) as usize);
        let answer = &self.memory.data(&self.store)[start..start + length];
        let mut answer: Value = serde_json::from_slice(answer).unwrap();
        (answer["ok"].take(), used)
    }
}

fn counting_module() -> Module {
    let mut config = Config::new();
    config.consume_fuel(true);
    Module::new(&Engine::new(&config).unwrap(), shipped_core_module()).unwrap()
}

fn credentials(secret: &str, token: &str) -> Value {
    json!({
        "access-key-id": "ASIAIOSFODNN7EXAMPLE",
        "secret-access-key": secret,
        "session-token": token,
    })
}

/// Counts the instructions for each secret, and demands one number.
#[track_caller]
fn same_for_each(secrets: &[String], count: impl Fn(&str) -> u64) {
    let counts: Vec<u64> = secrets.iter().map(|secret| count(secret)).collect();
    assert!(counts[0] > 1000, "{counts:?}: the call does nothing");
    assert!(counts.iter().all(|each| *each == counts[0]), "{counts:?}");
}

fn texts() -> Vec<String> {
    SECRETS.map(str::to_owned).to_vec()
}

#[test]
fn signing_takes_the_same_instructions_for_each_secret_and_token() {
    let module = counting_module();
    let count = |secret: &str, token: &str| {
        let request = json!({
            "credentials": credentials(secret, token),
            "options": {"server-id": SECRETS[0], "role": SECRETS[0]},
            "unix-seconds": 1_440_938_160,
        });
        let (login, used) = Counted::new(&module).call("sign_login", &request);
        assert!(login.is_string());
        used
    };
    same_for_each(&texts(), |secret| count(secret, SECRETS[0]));
    same_for_each(&texts(), |token| count(SECRETS[0], token));
}

#[test]
fn checking_takes_the_same_instructions_for_each_signature() {
    let module = counting_module();
    let request =
        json!({"credentials": credentials(SECRETS[0], SECRETS[0]), "unix-seconds": 1_440_938_160});
    let (login, _) = Counted::new(&module).call("sign_login", &request);
    let login: Value = serde_json::from_str(login.as_str().unwrap()).unwrap();

    let count = |signature: &str| {
        let login = with_signature(login.clone(), signature).to_string();
        let request = json!({"login-json": login, "unix-seconds": 1_440_938_160});
        let (findings, used) = Counted::new(&module).call("check_login", &request);
        assert!(findings.is_array());
        used
    };
    // Digits alone: telling them from letters takes more instructions.
    let digits = ["0", "1", "5", "9"].map(|digit| digit.repeat(64));
    same_for_each(&digits, count);
}

#[test]
fn session_takes_the_same_instructions_for_credentials_that_it_holds_and_for_others() {
    let module = counting_module();
    same_for_each(&texts(), |secret| {
        let mut core = Counted::new(&module);
        let session = session(&mut core);
        let now = json!({"monotonic-milliseconds": 1, "unix-milliseconds": 1_440_938_160_000_u64});
        let push = |secret| {
            let credentials = credentials(secret, secret);
            json!({"session": session, "credentials": credentials, "now": now})
        };
        core.call("session_push_credentials", &push(SECRETS[0]));
        core.call("session_push_credentials", &push(secret)).1
    });
}

#[test]
fn session_takes_the_same_instructions_for_a_lease_that_it_holds_and_for_others() {
    let module = counting_module();
    same_for_each(&texts(), |token| {
        let mut core = Counted::new(&module);
        let session = session(&mut core);
        let at = |milliseconds: u64| {
            json!({
                "monotonic-milliseconds": milliseconds,
                "unix-milliseconds": 1_440_938_160_000 + milliseconds,
            })
        };
        let adopt = |token| {
            let lease = json!({
                "token": token,
                "generation": 1,
                "renewable": true,
                "increment-seconds": 3600,
                "starts-at": at(0),
                "ends-at": at(3_600_000),
            });
            json!({"session": session, "lease": lease, "now": at(1)})
        };
        core.call("session_adopt", &adopt(SECRETS[0]));
        let (_, used) = core.call("session_adopt", &adopt(token));
        let live = core.call(
            "session_live_lease",
            &json!({"session": session, "now": at(1)}),
        );
        assert_eq!(live.0["token"], token);
        used
    });
}

fn session(core: &mut Counted) -> Value {
    let config = json!({"mount": "aws", "credential-source": "pushed"});
    core.call(
        "session_create",
        &json!({"config": config, "jitter-seed": 1}),
    )
    .0
}

fn with_signature(mut login: Value, signature: &str) -> Value {
    let headers = STANDARD.decode(login["iam_request_headers"].as_str().unwrap());
    let mut headers: Value = serde_json::from_slice(&headers.unwrap()).unwrap();
    let authorization = headers["Authorization"][0].as_str().unwrap();
    let (claims, _) = authorization.split_once("Signature=").unwrap();
    headers["Authorization"][0] = json!(format!("{claims}Signature={signature}"));
    login["iam_request_headers"] = json!(STANDARD.encode(headers.to_string()));
    login
}
