//! The JSON of the module, natively.

use serde_json::{Value, json};

use super::signer::sign_login;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

#[track_caller]
fn signed(request: &Value) -> Value {
    let answer = sign_login(request.to_string().as_bytes());
    serde_json::from_slice(&answer).unwrap()
}

fn request() -> Value {
    json!({
        "credentials": {"access-key-id": "AKIAIOSFODNN7EXAMPLE", "secret-access-key": SECRET},
        "unix-seconds": 1_440_938_160,
    })
}

#[test]
fn answers_are_the_logins_of_the_shared_vectors() {
    let vectors: Vec<Value> =
        serde_json::from_str(include_str!("../../tests/vectors/hosts.json")).unwrap();
    assert_eq!(vectors.len(), 200);
    for vector in &vectors {
        let mut request = vector.clone();
        let login = request["login"].take();
        let fields = request.as_object_mut().unwrap();
        fields.retain(|name, _| !matches!(name.as_str(), "login" | "why"));
        assert_eq!(
            signed(&request),
            json!({ "ok": login }),
            "{}",
            vector["why"]
        );
    }
}

#[test]
fn options_may_be_null_or_left_out() {
    let plain = signed(&request());
    let mut with_nulls = request();
    with_nulls["credentials"]["session-token"] = Value::Null;
    with_nulls["options"] = json!({"region": null, "sts-endpoint": null});
    assert!(plain["ok"].is_string(), "{plain}");
    assert_eq!(signed(&with_nulls), plain);
}

#[test]
fn refusal_has_rule_field_and_message() {
    let mut request = request();
    request["options"] = json!({"role": "arn:aws:iam::123456789012:role/dev"});
    let message = "invalid role: expected the name of a Vault role, found the ARN \
                   `arn:aws:iam::123456789012:role/dev`";
    assert_eq!(
        signed(&request),
        json!({"error": {"rule": "role-is-arn", "field": "role", "message": message}})
    );
}

#[test]
fn request_of_another_shape_is_refused_without_its_values() {
    let mut wrong_type = request();
    wrong_type["unix-seconds"] = json!(SECRET);
    let mut unknown_key = request();
    unknown_key["credentials"]["session_token"] = json!(SECRET);
    let mut unknown_case = request();
    unknown_case["options"] = json!({"sts-endpoint": SECRET});
    let mut time_missing = request();
    time_missing.as_object_mut().unwrap().remove("unix-seconds");
    for malformed in [
        wrong_type,
        unknown_key,
        unknown_case,
        time_missing,
        json!([]),
    ] {
        let answer = signed(&malformed);
        assert_eq!(answer["error"]["rule"], "request-malformed", "{answer}");
        assert_eq!(answer["error"].get("field"), None);
        assert!(!answer.to_string().contains(SECRET), "{answer}");
    }
    let answer: Value = serde_json::from_slice(&sign_login(b"{\n\"credentials\"")).unwrap();
    assert_eq!(
        answer["error"]["message"],
        "malformed request: expected the JSON that ABI.md describes, found something else at line 2, column 13"
    );
}
