//! Gives the hosts' tests their cases, and searches what the hosts said.
//!
//! `planted cases SEED COUNT` prints a case a line, as JSON. `planted search` reads lines of
//! `{"seeds": […], "texts": {place: text, …}}` and prints a line for each text that holds a piece
//! of a secret of those cases: `{"seeds", "place", "secret", "piece", "text"}`.

use std::collections::BTreeMap;
use std::env;
use std::io::{self, BufRead};

use serde::Deserialize;
use serde_json::json;
use vault_aws_login_wasm_tests::planted::{Case, Search};

/// How many answers of each server a case comes with.
const ANSWERS: u64 = 12;

/// Where an instance's metadata service lists its role.
const ROLES: &str = "/latest/meta-data/iam/security-credentials/";

#[derive(Deserialize)]
struct Said {
    seeds: Vec<u64>,
    texts: BTreeMap<String, String>,
}

fn main() {
    let words: Vec<String> = env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["cases", seed, count] => print_cases(seed.parse().unwrap(), count.parse().unwrap()),
        ["search"] => search(),
        _ => panic!("expected `cases SEED COUNT` or `search`, found {words:?}"),
    }
}

fn print_cases(first: u64, count: u64) {
    for seed in (0..count).map(|index| first.wrapping_add(index)) {
        let case = Case::new(seed);
        let session = case.session.map(|session| {
            let answers = |destination, path| -> Vec<_> {
                (0..ANSWERS)
                    .map(|number| session.answer(destination, path, number))
                    .collect()
            };
            json!({
                "config": session.config,
                "credentials": session.credentials,
                "authorization-token": session.authorization_token,
                "vault-address": session.vault_address,
                "adopted": session.adopted,
                "answers": {
                    "vault": answers("vault", "/"),
                    "documents": answers("container-endpoint", "/"),
                    "metadata-token": answers("instance-metadata", "/latest/api/token"),
                    "metadata-role": answers("instance-metadata", ROLES),
                    "sts": answers("sts", "/"),
                },
            })
        });
        let line = json!({
            "seed": seed,
            "secrets": case.secrets,
            "calls": case.calls,
            "session": session,
        });
        println!("{line}");
    }
}

fn search() {
    for line in io::stdin().lock().lines() {
        let Said { seeds, texts } = serde_json::from_str(&line.unwrap()).unwrap();
        let secrets: Vec<_> = seeds
            .iter()
            .flat_map(|seed| Case::new(*seed).secrets.all())
            .collect();
        let search = Search::new(&secrets);
        for (place, text) in texts {
            // Line by line, so that what is found can be shown.
            for text in text.lines() {
                if let Some((secret, piece)) = search.find(text) {
                    let found = json!({
                        "seeds": seeds,
                        "place": place,
                        "secret": secret,
                        "piece": piece,
                        "text": text,
                    });
                    println!("{found}");
                }
            }
        }
    }
}
