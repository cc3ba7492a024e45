//! After a call, linear memory holds no secret.
//!
//! A component does not export its memory, so this runs the core module inside it and speaks the
//! canonical ABI by hand:
//! <https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md>.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use vault_aws_login_wasm_tests::{core_module, engine};
use wasmtime::{Instance, Linker, Memory, Module, Store, WasmParams, WasmResults};

const SIGN_LOGIN: &str = "vault-aws:login/signer@0.1.0#sign-login";

const CHECK_LOGIN: &str = "vault-aws:login/inspector@0.1.0#check-login";
const EXPLAIN_LOGIN: &str = "vault-aws:login/inspector@0.1.0#explain-login";
const EXPLAIN_REFUSAL: &str = "vault-aws:login/inspector@0.1.0#explain-refusal";

const CREATE: &str = "vault-aws:login/lifecycle@0.1.0#[static]session.create";
const PUSH_CREDENTIALS: &str = "vault-aws:login/lifecycle@0.1.0#[method]session.push-credentials";
const NEXT_ACTION: &str = "vault-aws:login/lifecycle@0.1.0#[method]session.next-action";
const ON_RESPONSE: &str = "vault-aws:login/lifecycle@0.1.0#[method]session.on-response";
const END: &str = "vault-aws:login/lifecycle@0.1.0#[dtor]session";
const HANDLES: &str = "[export]vault-aws:login/lifecycle@0.1.0";

const ACCESS_KEY_ID: &str = "ASIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "AQoDYXdzEJr1K5vvd1k0Qm2uXz0Ffa7mG0e3PjJh9Zz8Y6t5WqLsRkNcXbVgTh";
const VAULT_TOKEN: &str = "hvs.CAESIJ7pQx2kYw0vT4mNcR8uZb6LhDgS1eFa3jKo";
const SERVER_ID: &str = "vault.example.com";
/// 2015-08-30T12:36:00Z, the time of AWS's own examples.
const TIME: u64 = 1_440_938_160;

/// Where the stack begins, which grows towards 0: `-zstack-size` in `crates/build.rs`.
const STACK_START: usize = 256 * 1024;

/// The shortest piece of a secret that counts as one.
const PIECE: usize = 12;

/// The core module, with what the canonical ABI needs.
struct Core {
    store: Store<()>,
    memory: Memory,
    instance: Instance,
}

impl Core {
    fn new() -> Self {
        let engine = engine();
        let module = Module::new(&engine, core_module()).unwrap();
        let mut store = Store::new(&engine, ());
        let mut linker = Linker::new(&engine);
        // What the canonical ABI gives a component that exports a resource: a table of handles.
        // Here a handle is the place that it stands for.
        linker
            .func_wrap(HANDLES, "[resource-new]session", |place: u32| place)
            .unwrap();
        linker
            .func_wrap(HANDLES, "[resource-drop]session", |_: u32| {})
            .unwrap();
        let instance = linker.instantiate(&mut store, &module).unwrap();
        Self {
            memory: instance.get_memory(&mut store, "memory").unwrap(),
            instance,
            store,
        }
    }

    fn call<Params: WasmParams, Results: WasmResults>(
        &mut self,
        name: &str,
        parameters: Params,
    ) -> Results {
        let function = self.instance.get_typed_func(&mut self.store, name).unwrap();
        function.call(&mut self.store, parameters).unwrap()
    }

    /// Gives back what a function returned in memory, as a host does once it has read it.
    fn post_return(&mut self, name: &str, result: u32) {
        self.call::<_, ()>(&format!("cabi_post_{name}"), result);
    }

    fn allocate(&mut self, align: u32, size: u32) -> u32 {
        self.call("cabi_realloc", (0_u32, 0_u32, align, size))
    }

    fn write(&mut self, at: u32, bytes: &[u8]) {
        self.memory
            .write(&mut self.store, at as usize, bytes)
            .unwrap();
    }

    fn byte(&self, at: u32) -> u8 {
        self.memory.data(&self.store)[at as usize]
    }

    fn word(&self, at: u32) -> u32 {
        let mut word = [0; 4];
        self.memory
            .read(&self.store, at as usize, &mut word)
            .unwrap();
        u32::from_le_bytes(word)
    }

    fn text(&self, at: u32) -> String {
        let (start, length) = (self.word(at) as usize, self.word(at + 4) as usize);
        let bytes = self.memory.data(&self.store)[start..start + length].to_vec();
        String::from_utf8(bytes).unwrap()
    }

    /// Puts a string into memory, and returns its place and length.
    fn string(&mut self, text: &str) -> (u32, u32) {
        let length = u32::try_from(text.len()).unwrap();
        let start = self.allocate(1, length);
        self.write(start, text.as_bytes());
        (start, length)
    }

    /// Puts a string into memory, and its place and length at `at`.
    fn put(&mut self, at: u32, text: &str) {
        let (start, length) = self.string(text);
        self.write(at, &start.to_le_bytes());
        self.write(at + 4, &length.to_le_bytes());
    }

    /// Lays out the parameters, more than 16 when flattened and so passed in memory:
    /// `credentials` at 0, `options` at 48, `unix-seconds` at 104.
    fn parameters(&mut self, role: &str) -> u32 {
        let at = self.allocate(8, 112);
        self.write(at, &[0; 112]);
        self.put(at, ACCESS_KEY_ID);
        self.put(at + 8, SECRET);
        self.write(at + 16, &[1]);
        self.put(at + 20, TOKEN);
        self.write(at + 60, &[1]);
        self.put(at + 64, SERVER_ID);
        self.write(at + 72, &[1]);
        self.put(at + 76, role);
        self.write(at + 104, &TIME.to_le_bytes());
        at
    }

    /// Returns how many bytes of the stack are not as they were written before.
    fn stack_depth(&self) -> usize {
        let memory = self.memory.data(&self.store);
        let used = memory.iter().position(|byte| *byte != 0xaa);
        STACK_START - used.unwrap()
    }

    /// Returns the names of the secrets that memory holds.
    fn found(&self, secrets: &[(String, Vec<u8>)]) -> Vec<String> {
        let memory = self.memory.data(&self.store);
        let pieces: std::collections::HashMap<&[u8], &str> = secrets
            .iter()
            .flat_map(|(name, secret)| secret.windows(PIECE).map(move |piece| (piece, &**name)))
            .collect();
        let found: std::collections::BTreeSet<&str> = memory
            .windows(PIECE)
            .filter_map(|window| pieces.get(window).copied())
            .collect();
        found.into_iter().map(str::to_owned).collect()
    }
}

fn hmac(key: &[u8], data: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(data.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// Base64 at each of the three alignments a secret can have inside a longer text, less the
/// characters that depend on its neighbours.
fn base64_forms(secret: &[u8]) -> [Vec<u8>; 3] {
    [0, 1, 2].map(|offset| {
        let padded = [vec![0; offset], secret.to_vec()].concat();
        let text = STANDARD_NO_PAD.encode(padded);
        text.as_bytes()[4..text.len() - 4].to_vec()
    })
}

/// The key block of HMAC, as its inner and outer rounds begin with it.
fn pads(key: &[u8]) -> [Vec<u8>; 2] {
    [0x36, 0x5c].map(|pad| key.iter().map(|byte| byte ^ pad).collect())
}

/// The values that the signer derives from the credentials.
fn secrets() -> Vec<(String, Vec<u8>)> {
    let prefixed = format!("AWS4{SECRET}").into_bytes();
    let date = hmac(&prefixed, "20150830");
    let region = hmac(&date, "us-east-1");
    let service = hmac(&region, "sts");
    let signing = hmac(&service, "aws4_request");
    let mut all = vec![
        ("secret access key".to_owned(), prefixed.clone()),
        ("session token".to_owned(), TOKEN.into()),
    ];
    for (name, key) in [
        ("date key", &date),
        ("region key", &region),
        ("service key", &service),
        ("signing key", &signing),
    ] {
        all.push((name.to_owned(), key.clone()));
    }
    for (name, key) in [
        ("secret access key", &prefixed),
        ("date key", &date),
        ("region key", &region),
        ("service key", &service),
        ("signing key", &signing),
    ] {
        all.extend(pads(key).map(|block| (format!("HMAC block of the {name}"), block)));
    }
    for (name, text) in [("secret access key", SECRET), ("session token", TOKEN)] {
        all.extend(
            base64_forms(text.as_bytes()).map(|form| (format!("base64 of the {name}"), form)),
        );
    }
    all
}

/// The signature of a login, as text and in base64.
fn signature(login: &str) -> Vec<(String, Vec<u8>)> {
    let login: serde_json::Value = serde_json::from_str(login).unwrap();
    let headers = STANDARD
        .decode(login["iam_request_headers"].as_str().unwrap())
        .unwrap();
    let headers: serde_json::Value = serde_json::from_slice(&headers).unwrap();
    let authorization = headers["Authorization"][0].as_str().unwrap();
    let (_, signature) = authorization.split_once("Signature=").unwrap();
    let mut all = vec![("signature".to_owned(), signature.into())];
    all.extend(
        base64_forms(signature.as_bytes()).map(|form| ("base64 of the signature".into(), form)),
    );
    all
}

#[test]
fn memory_holds_no_secret_after_a_login() {
    let mut core = Core::new();
    let mut secrets = secrets();

    let parameters = core.parameters("dev");
    assert_eq!(
        core.found(&secrets),
        ["secret access key", "session token"],
        "the search finds what is there"
    );

    let result = core.call::<_, u32>(SIGN_LOGIN, parameters);
    assert_eq!(core.byte(result), 0, "the login is refused");
    let login = core.text(result + 4);
    secrets.extend(signature(&login));
    assert_eq!(
        core.found(&secrets),
        ["base64 of the session token", "base64 of the signature"],
        "until the host has taken the login, memory holds that and no more"
    );

    core.post_return(SIGN_LOGIN, result);
    assert_eq!(core.found(&secrets), Vec::<String>::new());
}

#[test]
fn memory_holds_no_secret_after_a_refusal() {
    let mut core = Core::new();
    let secrets = secrets();
    let parameters = core.parameters("arn:aws:iam::123456789012:role/dev");
    let result = core.call::<_, u32>(SIGN_LOGIN, parameters);
    assert_eq!(core.byte(result), 1, "the login is not refused");
    assert!(core.text(result + 8).starts_with("invalid role: "));
    assert_eq!(core.found(&secrets), Vec::<String>::new());
    core.post_return(SIGN_LOGIN, result);
    assert_eq!(core.found(&secrets), Vec::<String>::new());
}

#[test]
fn memory_holds_no_secret_after_a_hundred_logins() {
    let mut core = Core::new();
    let mut secrets = secrets();
    for turn in 0..100 {
        // Growing requests make the allocator split and join its blocks again.
        let parameters = core.parameters(&"r".repeat(1 + turn * 7));
        let result = core.call::<_, u32>(SIGN_LOGIN, parameters);
        if turn == 0 {
            let login = core.text(result + 4);
            secrets.extend(signature(&login));
        }
        core.post_return(SIGN_LOGIN, result);
    }
    assert_eq!(core.found(&secrets), Vec::<String>::new());
}

#[test]
fn memory_holds_no_secret_after_a_session_has_ended() {
    let mut core = Core::new();
    let mut secrets = secrets();

    // `config` at 0, of which the mount alone is given, and `jitter-seed` at 224.
    let parameters = core.allocate(8, 232);
    core.write(parameters, &[0; 232]);
    core.put(parameters, "aws");
    let result: u32 = core.call(CREATE, parameters);
    assert_eq!(core.byte(result), 0, "the session is refused");
    let session = core.word(result + 4);
    core.post_return(CREATE, result);

    let (monotonic, unix) = (1_u64, TIME * 1000);
    let (key, key_length) = core.string(ACCESS_KEY_ID);
    let (secret, secret_length) = core.string(SECRET);
    let (token, token_length) = core.string(TOKEN);
    // Twelve when flattened, and so passed as they are: the session, its credentials with a token
    // and without an end, the time.
    let result: u32 = core.call(
        PUSH_CREDENTIALS,
        (
            session,
            key,
            key_length,
            secret,
            secret_length,
            1_u32,
            token,
            token_length,
            0_u32,
            0_u64,
            monotonic,
            unix,
        ),
    );
    assert_eq!(core.byte(result), 0, "the credentials are refused");
    core.post_return(PUSH_CREDENTIALS, result);

    let result: u32 = core.call(NEXT_ACTION, (session, monotonic, unix));
    assert_eq!(core.byte(result), 0, "the session does not send its login");
    let request_id = u64::from(core.word(result + 8));
    secrets.extend(signature(&core.text(result + 52)));
    core.post_return(NEXT_ACTION, result);
    assert_eq!(
        core.found(&secrets),
        ["secret access key", "session token"],
        "a session keeps its credentials and nothing made of them"
    );

    secrets.push(("Vault token".into(), VAULT_TOKEN.into()));
    let (body, body_length) = core.string(&format!(
        r#"{{"auth":{{"client_token":"{VAULT_TOKEN}","lease_duration":3600,"renewable":true}}}}"#
    ));
    // No headers.
    let (status, headers, header_count) = (200_u32, 4_u32, 0_u32);
    core.call::<_, ()>(
        ON_RESPONSE,
        (
            session,
            request_id,
            monotonic,
            unix,
            status,
            headers,
            header_count,
            body,
            body_length,
        ),
    );
    let result: u32 = core.call(NEXT_ACTION, (session, monotonic, unix));
    assert_eq!(
        core.text(result + 8),
        VAULT_TOKEN,
        "the session has no token"
    );
    core.post_return(NEXT_ACTION, result);
    assert_eq!(
        core.found(&secrets),
        ["Vault token", "secret access key", "session token"],
    );

    core.call::<_, ()>(END, session);
    assert_eq!(core.found(&secrets), Vec::<String>::new());
}

#[test]
fn memory_holds_nothing_of_a_login_after_it_was_inspected() {
    let mut signer = Core::new();
    let parameters = signer.parameters("dev");
    let result = signer.call::<_, u32>(SIGN_LOGIN, parameters);
    let login = signer.text(result + 4);
    let mut secrets = secrets();
    secrets.extend(signature(&login));

    let mut core = Core::new();
    let given = core.string(&login);
    assert_eq!(
        core.found(&secrets),
        ["base64 of the session token", "base64 of the signature"]
    );
    let result: u32 = core.call(EXPLAIN_LOGIN, given);
    assert_eq!(core.byte(result), 0, "the login is not understood");
    core.post_return(EXPLAIN_LOGIN, result);
    assert_eq!(core.found(&secrets), Vec::<String>::new());

    // `login-json` at 0, `server-profile` at 8, of which nothing is given, `unix-seconds` at 128.
    let parameters = core.allocate(8, 136);
    core.write(parameters, &[0; 136]);
    core.put(parameters, &login);
    core.write(parameters + 128, &TIME.to_le_bytes());
    let result: u32 = core.call(CHECK_LOGIN, parameters);
    assert_ne!(core.word(result + 4), 0, "nothing depends on the server");
    core.post_return(CHECK_LOGIN, result);
    assert_eq!(core.found(&secrets), Vec::<String>::new());

    // An answer that repeats the login, without a date.
    let (body, body_length) = core.string(&login);
    let (login, login_length) = core.string(&login);
    let result: u32 = core.call(
        EXPLAIN_REFUSAL,
        (
            1_u32,
            400_u32,
            body,
            body_length,
            0_u32,
            0_u32,
            0_u32,
            1_u32,
            login,
            login_length,
            TIME,
        ),
    );
    core.post_return(EXPLAIN_REFUSAL, result);
    assert_eq!(core.found(&secrets), Vec::<String>::new());
}

#[test]
fn stack_is_wiped_as_deep_as_it_is_used() {
    let mut core = Core::new();
    let unused = [0xaa; STACK_START];

    core.write(0, &unused);
    let parameters = core.parameters("dev");
    core.call::<_, u32>(SIGN_LOGIN, parameters);
    // What is wiped, as `crates/wiping` says, and the frames above that.
    assert_eq!(core.stack_depth().div_ceil(1024), 13);

    core.write(0, &unused);
    // Deeper than JSON is read.
    let nested = core.string(&"[".repeat(200));
    let result = core.call::<_, u32>(EXPLAIN_LOGIN, nested);
    assert_eq!(core.byte(result), 1, "the login is not refused");
    assert_eq!(core.stack_depth().div_ceil(1024), 41);
}
