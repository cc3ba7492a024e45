//! Each text of the contract as each client prints it, in every variation.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use vault_aws_login::inspector::explain_pasted;

use crate::clients::CLIENTS;
use crate::server_texts::server_texts;
use crate::variations::{Random, VARIATIONS};

/// 2022-01-27T01:59:28Z.
const NOW: u64 = 1_643_248_768;

/// The same in each run, so that a commit is judged by its own change; `PASTED_SEED` tries others.
fn seed() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "the tests are not the core")]
    let given = std::env::var("PASTED_SEED").ok();
    given.and_then(|seed| seed.parse().ok()).unwrap_or(1)
}

#[test]
fn rule_of_each_server_text_is_found_in_what_each_client_prints() {
    let seed = seed();
    let mut random = Random(seed);
    let mut wrong: BTreeMap<String, usize> = BTreeMap::new();
    let mut examples = String::new();
    let mut tried = 0;
    for server in server_texts() {
        for client in CLIENTS {
            let printed = (client.print)(server.status, &server.text);
            for (name, vary) in [
                VARIATIONS[0],
                VARIATIONS[1 + random.below(VARIATIONS.len() - 1)],
            ] {
                let pasted = vary(&printed, &mut random);
                tried += 1;
                let refusal = explain_pasted(&pasted, None, None, NOW);
                let rule = refusal.rule.map(|rule| rule.name());
                if rule != Some(server.rule) {
                    *wrong
                        .entry(format!("{} / {name}", client.name))
                        .or_default() += 1;
                    if wrong.values().sum::<usize>() <= 12 {
                        let _ = write!(
                            examples,
                            "\n--- {} / {name} (form: {}): expected {}, found {rule:?}\n{pasted}\n",
                            client.name, client.source, server.rule
                        );
                    }
                }
            }
        }
    }
    assert!(tried >= 1_500, "{tried}");
    assert!(
        wrong.is_empty(),
        "PASTED_SEED={seed}: of {tried}, {wrong:#?}{examples}"
    );
}
