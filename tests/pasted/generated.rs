//! Each text of the contract as each client prints it, in every variation.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use vault_aws_login::inspector::explain_pasted;

use crate::clients::CLIENTS;
use crate::server_texts::{STS, server_texts, xml};
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

type Tool = (&'static str, fn(u16, &str, &str) -> String);

/// What prints an answer of STS's without Vault, and where its form stands.
const TOOLS: &[Tool] = &[
    (
        "curl, of STS's XML: AWS's reference, Common error types",
        |_, code, message| xml(code, message),
    ),
    (
        "AWS's CLI: boto/botocore botocore/exceptions.py (ClientError)",
        |_, code, message| {
            format!(
                "\nAn error occurred ({code}) when calling the GetCallerIdentity operation: {message}\n"
            )
        },
    ),
    (
        "a Go program: aws/smithy-go errors.go (GenericAPIError), aws/aws-sdk-go-v2 aws/transport/http",
        |status, code, message| {
            format!(
                "operation error STS: GetCallerIdentity, https response error StatusCode: {status}, RequestID: c6104cbe-af31-11e0-8154-cbc7ccf896c7, api error {code}: {message}\n"
            )
        },
    ),
];

#[test]
fn rule_of_each_text_of_sts_is_found_in_what_each_tool_prints() {
    let mut random = Random(seed());
    let mut wrong = String::new();
    for (status, code, message, rule) in STS {
        for (tool, print) in TOOLS {
            let printed = print(*status, code, message);
            for (name, vary) in VARIATIONS {
                let pasted = vary(&printed, &mut random);
                let found = explain_pasted(&pasted, None, None, NOW).rule;
                let found = found.map(|rule| rule.name());
                if found != Some(rule) {
                    let _ = write!(
                        wrong,
                        "\n--- {tool} / {name}: {rule}, {found:?}\n{pasted}\n"
                    );
                }
            }
        }
    }
    assert!(wrong.is_empty(), "PASTED_SEED={}: {wrong}", seed());
}
