//! The shared vectors through the component, in wasmtime.

use std::thread;

use serde_json::Value;
use vault_aws_login_wasm_tests::{Input, Instance, component, engine, repository, signer};
use wasmtime::component::Component;

fn read(name: &str) -> Vec<Value> {
    let text = std::fs::read(repository().join("tests/vectors").join(name)).unwrap();
    serde_json::from_slice(&text).unwrap()
}

#[test]
fn eight_threads_at_once_give_the_same_200_logins_as_every_other_host() {
    let vectors = read("hosts.json");
    assert_eq!(vectors.len(), 200);
    let component = Component::new(&engine(), component()).unwrap();
    thread::scope(|threads| {
        for _ in 0..8 {
            threads.spawn(|| {
                let mut instance = Instance::of(&component);
                for vector in &vectors {
                    let login = instance.sign_login(&Input::of(vector)).unwrap();
                    assert_eq!(vector["login"], login, "{}", vector["why"]);
                }
            });
        }
    });
}

#[test]
fn signer_alone_gives_the_same_200_logins() {
    let component = Component::new(&engine(), signer()).unwrap();
    let mut instance = Instance::of(&component);
    for vector in &read("hosts.json") {
        let login = instance.sign_login(&Input::of(vector)).unwrap();
        assert_eq!(vector["login"], login, "{}", vector["why"]);
    }
}

#[test]
fn refused_inputs_have_the_rule_the_field_and_the_sentence_of_every_host() {
    let refusals = read("refusals.json");
    assert_eq!(refusals.len(), 14);
    let mut instance = Instance::new();
    for refusal in &refusals {
        let found = instance.sign_login(&Input::of(refusal)).unwrap_err();
        let wanted = ["rule", "field", "message"].map(|key| refusal[key].as_str().unwrap());
        assert_eq!([found.rule, found.field, found.message], wanted);
    }
}
