//! Secrets that are planted in logins, answers, credential documents and settings do not come out
//! of the shipped core module.
//!
//! `PLANTED_SEED` is the seed of the first case, and `PLANTED_CASES` how many follow, each with the
//! next seed. A failure names the seed of the case.

use std::collections::BTreeMap;
use std::env;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use vault_aws_login_wasm_tests::planted::{Case, Search, Secret, Secrets, Session};
use vault_aws_login_wasm_tests::{engine, shipped_core_module};
use wasmtime::{Instance, Linker, Memory, Module, Store, TypedFunc};

const CASES: u64 = 100_000;

/// How many cases an instance lives for.
const LIFE: u64 = 1_000;

/// How many actions of a session are carried out.
const ACTIONS: u64 = 16;

/// An instance of the core module; `docs/core-abi.md` is how it is called.
struct Core {
    store: Store<()>,
    instance: Instance,
    memory: Memory,
    alloc: TypedFunc<u32, u32>,
    free: TypedFunc<(u32, u32), ()>,
}

impl Core {
    fn new(module: &Module) -> Self {
        let mut store = Store::new(module.engine(), ());
        let instance = Linker::new(module.engine())
            .instantiate(&mut store, module)
            .unwrap();
        Self {
            memory: instance.get_memory(&mut store, "memory").unwrap(),
            alloc: instance.get_typed_func(&mut store, "alloc").unwrap(),
            free: instance.get_typed_func(&mut store, "free").unwrap(),
            instance,
            store,
        }
    }

    fn call(&mut self, name: &str, request: &Value) -> Value {
        let request = request.to_string().into_bytes();
        let length = u32::try_from(request.len()).unwrap();
        let block = self.alloc.call(&mut self.store, length).unwrap();
        self.memory
            .write(&mut self.store, block as usize, &request)
            .unwrap();
        let function = self
            .instance
            .get_typed_func::<(u32, u32), u64>(&mut self.store, name);
        let packed = function
            .unwrap()
            .call(&mut self.store, (block, length))
            .unwrap();
        let (start, length) = ((packed >> 32) as u32, packed as u32);
        let answer = &self.memory.data(&self.store)[start as usize..][..length as usize];
        let answer = serde_json::from_slice(answer).unwrap();
        self.free.call(&mut self.store, (start, length)).unwrap();
        answer
    }
}

/// What is looked for, and what was found.
struct Report {
    /// A case for each place where a secret came out, and how often.
    leaks: BTreeMap<String, (u64, String)>,
    /// How often each secret was found in the requests.
    planted: BTreeMap<&'static str, u64>,
    /// How often each function answered, and refused.
    answers: BTreeMap<String, u64>,
}

struct Run<'a> {
    core: &'a mut Core,
    case: &'a Case,
    search: Search,
    report: &'a mut Report,
}

impl Run<'_> {
    fn case(mut self) {
        for (name, request) in &self.case.calls {
            self.count_planted(request);
            let answer = self.call(name, request);
            if *name != "sign_login" || answer.get("error").is_some() {
                self.look(name, &answer, request);
                continue;
            }
            // A login is for whoever asks for it; the secret access key is in none, unless it was
            // taken for something else.
            let mut others = request.clone();
            others["credentials"]["secret-access-key"].take();
            let others = others.to_string();
            let key = Search::new(&self.case.secrets.all()[..1]);
            // What stands in an ARN is not searched for.
            let is_option = others.contains("arn:") || key.find(&others).is_some();
            if !is_option && key.find(&answer.to_string()).is_some() {
                self.leak(
                    "sign_login: the secret access key in a login",
                    request,
                    &answer,
                );
            }
        }
        if let Some(session) = &self.case.session {
            self.session(session);
        }
    }

    fn call(&mut self, name: &str, request: &Value) -> Value {
        let answer = self.core.call(name, request);
        let outcome = answer["error"]["rule"].as_str().unwrap_or("ok");
        *self
            .report
            .answers
            .entry(format!("{name}: {outcome}"))
            .or_default() += 1;
        answer
    }

    fn session(&mut self, session: &Session) {
        let config = json!({ "config": session.config, "jitter-seed": self.case.seed });
        self.count_planted(&config);
        let created = self.call("session_create", &config);
        self.look("session_create", &created, &config);
        let Some(number) = created["ok"].as_u64() else {
            return;
        };
        let mut monotonic = 1_u64;
        let mut unix = 1_440_938_160_000_u64;
        let mut said = json!([]);
        if let Some(lease) = &session.adopted {
            let now = json!({ "monotonic-milliseconds": monotonic, "unix-milliseconds": unix });
            self.call(
                "session_adopt",
                &json!({ "session": number, "lease": lease, "now": now }),
            );
        }
        for turn in 0..ACTIONS {
            let now = json!({ "monotonic-milliseconds": monotonic, "unix-milliseconds": unix });
            let told = json!({ "session": number, "now": now });
            let action = self.call("session_next_action", &told)["ok"].take();
            let request = json!({ "config": session.config, "answers so far": said });
            if action == "need-credentials" {
                let push =
                    json!({ "session": number, "credentials": session.credentials, "now": now });
                self.count_planted(&push);
                let answer = self.call("session_push_credentials", &push);
                self.look("session_push_credentials", &answer, &push);
            } else if action == "need-authorization-token" {
                let push = json!({ "session": number, "token": session.authorization_token });
                let answer = self.call("session_push_authorization_token", &push);
                self.look("session_push_authorization_token", &answer, &push);
            } else if let Some(send) = action.get("send") {
                // A request has to hold secrets.
                let destination = send["destination"].as_str().unwrap();
                let path = send["path-and-query"].as_str().unwrap();
                let answer = session.answer(destination, path, turn);
                let named =
                    |(name, value): &(String, String)| json!({ "name": name, "value": value });
                let response = json!({
                    "status": answer.status,
                    "headers": answer.headers.iter().map(named).collect::<Vec<_>>(),
                    "body": STANDARD.encode(&answer.body),
                });
                self.count_planted(&response);
                said.as_array_mut()
                    .unwrap()
                    .push(json!([destination, answer]));
                self.call("session_on_response", &json!({
                    "session": number, "request-id": send["id"], "now": now, "response": response,
                }));
            } else if let Some(until) = action.get("wait-until") {
                // Past what it waits for: the host may be late.
                monotonic = until["monotonic-milliseconds"].as_u64().unwrap() + 1;
                unix = until["unix-milliseconds"].as_u64().unwrap() + 1;
                if turn % 3 == 0 {
                    self.call("session_token_refused", &told);
                }
            } else if action.get("token-ready").is_none() {
                self.look("session_next_action", &action, &request);
            }
        }
        self.call("session_drop", &json!({ "session": number }));
    }

    /// Looks for a piece of a secret in every text of an answer.
    fn look(&mut self, name: &str, answer: &Value, request: &Value) {
        let mut texts = Vec::new();
        collect(&mut texts, name.to_owned(), answer);
        for (place, text) in texts {
            if let Some((secret, piece)) = self.search.find(&text) {
                let rule = answer["error"]["rule"].as_str().unwrap_or_default();
                let found = json!({ "secret": secret, "piece": piece, "text": text });
                self.leak(&format!("{place} {rule}"), request, &found);
            }
        }
    }

    fn leak(&mut self, place: &str, request: &Value, found: &Value) {
        let seed = self.case.seed;
        let secrets = json!(self.case.secrets);
        let told =
            || format!("seed {seed}\n  found {found}\n  secrets {secrets}\n  request {request}");
        let (count, smallest) = self
            .report
            .leaks
            .entry(place.to_owned())
            .or_insert((0, String::new()));
        *count += 1;
        // The smallest case says most.
        let told = told();
        if smallest.is_empty() || told.len() < smallest.len() {
            *smallest = told;
        }
    }

    fn count_planted(&mut self, request: &Value) {
        // One in a hundred is enough, since this search takes its time.
        if !self.case.seed.is_multiple_of(100) {
            return;
        }
        let mut texts = Vec::new();
        collect(&mut texts, String::new(), request);
        for secret in &self.case.secrets.all() {
            let search = Search::new([secret]);
            let found = texts.iter().any(|(_, text)| search.find(text).is_some());
            *self.report.planted.entry(secret.name).or_default() += u64::from(found);
        }
    }
}

/// Gathers the texts of a value, keys too, and where they stand.
fn collect(texts: &mut Vec<(String, String)>, place: String, value: &Value) {
    match value {
        Value::String(text) => texts.push((place, text.clone())),
        Value::Array(values) => values
            .iter()
            .for_each(|value| collect(texts, format!("{place}[]"), value)),
        Value::Object(values) => {
            for (name, value) in values {
                texts.push((format!("{place} key"), name.clone()));
                collect(texts, format!("{place}.{name}"), value);
            }
        }
        Value::Number(number) => texts.push((place, number.to_string())),
        Value::Null | Value::Bool(_) => {}
    }
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().unwrap())
}

#[test]
fn core_module_reveals_no_planted_secret() {
    // The same in each run, so that a commit is judged by its own change.
    let first = number("PLANTED_SEED").unwrap_or(130_000_000);
    let cases = number("PLANTED_CASES").unwrap_or(CASES);
    println!("PLANTED_SEED={first} PLANTED_CASES={cases}");
    let module = Module::new(&engine(), shipped_core_module()).unwrap();
    let next = AtomicU64::new(0);
    let worker = || {
        let mut report = Report {
            leaks: BTreeMap::new(),
            planted: BTreeMap::new(),
            answers: BTreeMap::new(),
        };
        loop {
            let from = next.fetch_add(LIFE, Ordering::Relaxed);
            if from >= cases {
                return report;
            }
            let mut core = Core::new(&module);
            for index in from..cases.min(from + LIFE) {
                let case = Case::new(first.wrapping_add(index));
                let search = Search::new(&case.secrets.all());
                let (core, report) = (&mut core, &mut report);
                let case = &case;
                Run {
                    core,
                    case,
                    search,
                    report,
                }
                .case();
            }
        }
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let reports: Vec<Report> = thread::scope(|scope| {
        let running: Vec<_> = (0..workers).map(|_| scope.spawn(worker)).collect();
        running
            .into_iter()
            .map(|worker| worker.join().unwrap())
            .collect()
    });

    let mut leaks: BTreeMap<String, (u64, String)> = BTreeMap::new();
    let mut planted: BTreeMap<&str, u64> = BTreeMap::new();
    let mut answers: BTreeMap<String, u64> = BTreeMap::new();
    for report in reports {
        for (place, (count, told)) in report.leaks {
            let (all, smallest) = leaks.entry(place).or_insert((0, told.clone()));
            *all += count;
            if told.len() < smallest.len() {
                *smallest = told;
            }
        }
        report
            .planted
            .into_iter()
            .for_each(|(name, count)| *planted.entry(name).or_default() += count);
        report
            .answers
            .into_iter()
            .for_each(|(name, count)| *answers.entry(name).or_default() += count);
    }
    println!("found in the inputs of one case in a hundred: {planted:?}");
    for (name, count) in &answers {
        println!("{count:8} {name}");
    }
    for (place, (count, told)) in &leaks {
        println!("LEAK in {place}: {count} times, such as with {told}\n");
    }
    if cases >= CASES {
        // Each was really there, and each function did both what it can.
        assert!(
            planted.len() == 4 && planted.values().all(|count| *count > 100),
            "{planted:?}"
        );
        for name in [
            "sign_login: ok",
            "sign_login: role-is-arn",
            "explain_login: ok",
            "session_create: ok",
        ] {
            assert!(answers.get(name).is_some_and(|count| *count > 10), "{name}");
        }
    }
    let places: Vec<_> = leaks.keys().collect();
    assert!(leaks.is_empty(), "secrets came out in {places:#?}");
}

#[test]
fn search_finds_a_secret_however_it_is_spelt() {
    let secrets = Secrets {
        secret_access_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
        session_token: String::new(),
        signature: "f3b1c2d4".repeat(8),
        vault_token: "s.HdTAmlV7ZbqXcVbNmAsDfGhJ".into(),
    };
    let [key, _, signature, token]: [Secret; 4] = secrets.all();
    let search = Search::new([&key, &signature, &token]);
    let spelt = |text: &str| search.find(text).map(|(name, _)| name);
    for text in [
        "found `MI/K7MDE`",
        "MI%2FK7MDE",
        "MI%252fK7MDE",
        r"MI\/K7MDE",
        r"MI\u002fK7MDE",
        r"MI\\u002fK7MDE",
        r"MI\u{2f}K7MDE",
        r"MI\x2fK7MDE",
        "MI&#47;K7MDE",
        "MI&amp;#x2f;K7MDE",
        "MI&sol;K7MDE",
        "MI\u{200b}/K7\0MDE",
        r"MI/K7\u{200b}MDE",
        "a TUkvSzdNREVORw b",
        "eTUkvSzdNREVORw",
        "WVRsTVNTOUxOMDFFUlU1SEwySlE",
        "WJALRXUTNFEMI/K7",
        "wjalrxutnfemi/k7",
    ] {
        assert_eq!(spelt(text), Some("secret access key"), "{text}");
    }
    assert_eq!(spelt("HdTAmlV7"), Some("Vault token"));
    assert_eq!(spelt(&"f3b1c2d4".repeat(8)), Some("signature"));
    assert_eq!(spelt("f3b1c2d4"), Some("signature"));
    for text in [
        "arn:aws:iam::123456789012:role/wJalrXUtnFEMI/K7MDENG",
        "arn:aws:sts::123456789012:assumed-role/a/wJalrXUtnFEMI' b",
    ] {
        assert_eq!(spelt(text), None, "{text}");
    }
    for text in [
        "arn:aws:iam::123456789012:role/dev wJalrXUt",
        "arn:aws:iam::wJalrXUt:role/dev",
        "arn:aws wJalrXUt",
        "arn:aws:iam::123456789012:role/wJalrXUt0123456789012345678901234567890123456789",
    ] {
        assert_eq!(spelt(text), Some("secret access key"), "{text}");
    }
    for text in ["", "MI/K7MD", "I/K7MDE", "wjalrxut", "SGVsbG8sIHdvcmxkIQ=="] {
        assert_eq!(spelt(text), None, "{text}");
    }
}

#[test]
fn leaking_answer_is_found() {
    let case = (0..)
        .map(Case::new)
        .find(|case| case.session.is_some())
        .unwrap();
    let mut core = Core::new(&Module::new(&engine(), shipped_core_module()).unwrap());
    let mut report = Report {
        leaks: BTreeMap::new(),
        planted: BTreeMap::new(),
        answers: BTreeMap::new(),
    };
    let mut run = Run {
        core: &mut core,
        case: &case,
        search: Search::new(&case.secrets.all()),
        report: &mut report,
    };
    let leak = |secret: &str| {
        let message = format!("expected a token, found `{}`", &secret[3..11]);
        json!({ "ok": [{ "message": message }] })
    };
    for secret in case.secrets.all() {
        run.look("check_login", &leak(&secret.text), &Value::Null);
    }
    run.look(
        "check_login",
        &json!({ case.secrets.vault_token.clone(): 1 }),
        &Value::Null,
    );
    run.look(
        "check_login",
        &json!({ "ok": [{ "message": "nothing" }] }),
        &Value::Null,
    );
    let found: Vec<_> = report
        .leaks
        .iter()
        .map(|(place, (count, _))| (place.as_str(), *count))
        .collect();
    assert_eq!(
        found,
        [("check_login key ", 1), ("check_login.ok[].message ", 4)]
    );
}

#[test]
fn case_is_the_same_for_the_same_seed() {
    for seed in 0..20 {
        let told = || format!("{:?}", Case::new(seed));
        assert_eq!(told(), told());
    }
    assert_ne!(format!("{:?}", Case::new(1)), format!("{:?}", Case::new(2)));
}
