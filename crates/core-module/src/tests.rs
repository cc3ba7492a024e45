//! The JSON of the module, natively.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::signer::sign_login;
use super::{inspector, lifecycle};

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
        serde_json::from_str(include_str!("../../../tests/vectors/hosts.json")).unwrap();
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
        "malformed request: expected the JSON that docs/core-abi.md describes, found something else at line 2, column 13"
    );
}

#[track_caller]
fn asked(function: fn(&[u8]) -> Vec<u8>, request: &Value) -> Value {
    serde_json::from_slice(&function(request.to_string().as_bytes())).unwrap()
}

fn login() -> Value {
    signed(&request())["ok"].take()
}

#[test]
fn findings_are_those_of_the_profile() {
    let mut request = json!({
        "login-json": login(),
        "server-profile": {
            "server-id": {"required": "vault.example.com"},
            "sts-endpoint": "global",
            "allowed-headers": [],
            "mount-config": "written",
            "core": {"flavour": "openbao", "version": "2.7.2"},
            "auth-plugin": {"flavour": "vault", "version": null},
            "caller-arn": "arn:aws:iam::123456789012:user/alice",
            "role": {"iam": {
                "principal-arns": ["arn:aws:iam::123456789012:user/alice"],
                "unique-ids": "resolved",
                "inferred-entity": "nothing",
            }},
        },
        "unix-seconds": 1_440_938_160,
    });
    let findings = asked(inspector::check_login, &request)["ok"].take();
    assert_eq!(findings[0]["rule"], "server-id-missing", "{findings}");
    assert_eq!(findings[0]["severity"], "refused");
    assert!(
        findings[0]["fix"]
            .as_str()
            .unwrap()
            .contains("vault.example.com")
    );
    request["server-profile"]["server-id"] = json!("not-required");
    assert_eq!(asked(inspector::check_login, &request), json!({"ok": []}));
    for (sts_endpoint, role) in [
        (json!("client-region"), json!("missing")),
        (
            json!({"url": "https://sts.eu-west-1.amazonaws.com"}),
            json!("ec2"),
        ),
        (json!({"region": "eu-west-1"}), Value::Null),
    ] {
        request["server-profile"]["sts-endpoint"] = sts_endpoint;
        request["server-profile"]["role"] = role;
        assert_ne!(asked(inspector::check_login, &request), json!({"ok": []}));
    }
}

#[test]
fn explanation_has_the_names_of_the_wit() {
    let explained = asked(inspector::explain_login, &json!({"login-json": login()}));
    let explanation = &explained["ok"];
    assert_eq!(explanation["host"], "sts.amazonaws.com", "{explained}");
    assert_eq!(explanation["access-key-id"], "AKIAIOSFODNN7EXAMPLE");
    assert_eq!(
        explanation["scope"],
        json!({"date": "20150830", "region": "us-east-1", "service": "sts"})
    );
    assert_eq!(explanation["signed-at-unix-seconds"], 1_440_938_160);
    assert_eq!(explanation["accepted-until-unix-seconds"], 1_440_939_060);
    assert!(explanation["canonical-request"].is_string());
    assert!(explanation["string-to-sign"].is_string());
    let refused = asked(inspector::explain_login, &json!({"login-json": "{"}));
    assert_eq!(refused["error"]["rule"], "json-malformed", "{refused}");
    assert_eq!(refused["error"].get("field"), None);
}

#[test]
fn refusal_is_explained_and_the_clock_offset_told() {
    let body = json!({"errors": ["error making upstream request: received error code 403 from STS: \
        <ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>Signature expired: 20150830T123600Z \
        is now earlier than 20150830T124000Z (20150830T125500Z - 15 min.)</Message></Error></ErrorResponse>"]});
    let answer = json!({"status": 400, "body": body.to_string(), "date": null});
    let request = json!({"answer": answer, "login-json": login(), "unix-seconds": 1_440_938_160});
    let refusal = asked(inspector::explain_refusal, &request)["ok"].take();
    assert_eq!(refusal["rule"], "signature-expired", "{refusal}");
    assert_eq!(refusal["refused-by"], "sts");
    assert_eq!(refusal["aws-clock-unix-seconds"], 1_440_939_300);
    assert_eq!(refusal["quoted"], body["errors"][0]);
    let clock = json!({"answer": answer, "unix-seconds": 1_440_938_160});
    assert_eq!(asked(inspector::clock_offset, &clock), json!({"ok": 1140}));
    let granted = json!({"answer": {"status": 200, "body": "{}"}, "unix-seconds": 0});
    assert_eq!(
        asked(inspector::clock_offset, &granted),
        json!({"ok": null})
    );
}

#[test]
fn pasted_text_is_explained_with_and_without_a_status() {
    let text = "Code: 400. Errors:\n\n* entry for role dev not found";
    let request = json!({"text": text, "login-json": login(), "unix-seconds": 1_440_938_160});
    let refusal = asked(inspector::explain_pasted, &request)["ok"].take();
    assert_eq!(refusal["rule"], "role-unknown", "{refusal}");
    assert_eq!(refusal["quoted"], "entry for role dev not found");
    let request = json!({"text": "<html></html>", "status": 502, "unix-seconds": 0});
    let refusal = asked(inspector::explain_pasted, &request)["ok"].take();
    assert_eq!(refusal["rule"], "answer-not-vaults", "{refusal}");
}

fn now(milliseconds: u64) -> Value {
    json!({"monotonic-milliseconds": milliseconds, "unix-milliseconds": 1_440_938_160_000 + milliseconds})
}

#[track_caller]
fn created(config: Value) -> Value {
    asked(
        lifecycle::session_create,
        &json!({"config": config, "jitter-seed": 7}),
    )
}

#[test]
fn session_logs_in_and_ends() {
    let session = &created(json!({"mount": "aws", "credential-source": "pushed"}))["ok"];
    let next = |at| {
        asked(
            lifecycle::session_next_action,
            &json!({"session": session, "now": now(at)}),
        )
    };
    assert_eq!(next(0), json!({"ok": "need-credentials"}));
    let credentials = request()["credentials"].take();
    let pushed = json!({"session": session, "credentials": credentials, "now": now(1)});
    assert_eq!(
        asked(lifecycle::session_push_credentials, &pushed),
        json!({"ok": null})
    );
    let sent = next(1)["ok"]["send"].take();
    assert_eq!(sent["destination"], "vault", "{sent}");
    assert_eq!(sent["method"], "post");
    assert_eq!(sent["path-and-query"], "/v1/auth/aws/login");
    let body = STANDARD.decode(sent["body"].as_str().unwrap()).unwrap();
    assert_eq!(String::from_utf8(body).unwrap(), login());

    let granted =
        json!({"auth": {"client_token": "token", "lease_duration": 60, "renewable": true}});
    let response =
        json!({"status": 200, "headers": [], "body": STANDARD.encode(granted.to_string())});
    let answered =
        json!({"session": session, "request-id": sent["id"], "now": now(2), "response": response});
    assert_eq!(
        asked(lifecycle::session_on_response, &answered),
        json!({"ok": null})
    );
    let lease = next(2)["ok"]["token-ready"].take();
    assert_eq!(
        (&lease["token"], &lease["generation"]),
        (&json!("token"), &json!(1))
    );
    assert!(next(2)["ok"]["wait-until"]["monotonic-milliseconds"].is_u64());
    let live = |at| {
        asked(
            lifecycle::session_live_lease,
            &json!({"session": session, "now": now(at)}),
        )
    };
    assert_eq!(live(3), json!({"ok": lease}));
    assert_eq!(live(61_000), json!({"ok": null}));

    // What another session hands over is used without a login.
    let heir = &created(json!({"mount": "aws", "credential-source": "pushed"}))["ok"];
    let adopted = json!({"session": heir, "lease": lease, "now": now(3)});
    assert_eq!(
        asked(lifecycle::session_adopt, &adopted),
        json!({"ok": null})
    );
    let heirs = asked(
        lifecycle::session_live_lease,
        &json!({"session": heir, "now": now(3)}),
    );
    assert_eq!(heirs["ok"]["token"], "token");
    let refused = json!({"session": heir, "now": now(4)});
    assert_eq!(
        asked(lifecycle::session_token_refused, &refused),
        json!({"ok": null})
    );

    let dropped = json!({"session": session});
    assert_eq!(
        asked(lifecycle::session_drop, &dropped),
        json!({"ok": null})
    );
    assert_eq!(next(4)["error"]["rule"], "session-unknown");
}

#[test]
fn session_says_why_a_request_failed() {
    let endpoint = json!({"uri": "/role", "authorization": "token"});
    let session = &created(
        json!({"mount": "aws", "credential-source": {"container-endpoint": endpoint}}),
    )["ok"];
    let next = || {
        asked(
            lifecycle::session_next_action,
            &json!({"session": session, "now": now(0)}),
        )
    };
    assert_eq!(next(), json!({"ok": "need-authorization-token"}));
    let token = |token| json!({"session": session, "token": token});
    let refused = asked(
        lifecycle::session_push_authorization_token,
        &token("a\u{7}b"),
    );
    assert_eq!(
        refused["error"]["field"], "authorization-token",
        "{refused}"
    );
    let taken = asked(
        lifecycle::session_push_authorization_token,
        &token("secret"),
    );
    assert_eq!(taken, json!({"ok": null}));
    let sent = next()["ok"]["send"].take();
    assert_eq!(sent["origin"], "http://169.254.170.2", "{sent}");
    let failed = json!({"session": session, "request-id": sent["id"], "now": now(0), "failure": "timed-out"});
    assert_eq!(
        asked(lifecycle::session_on_failure, &failed),
        json!({"ok": null})
    );
    let refusal = next()["ok"]["refused"].take();
    assert_eq!(refusal["rule"], "timed-out", "{refusal}");
    assert_eq!(refusal["healing"], "by-itself");
    assert_eq!(refusal["destination"], "container-endpoint");
}

#[test]
fn setting_that_is_refused_has_rule_and_field() {
    let refused = created(json!({"mount": "/aws", "credential-source": "instance-metadata"}));
    assert_eq!(refused["error"]["rule"], "mount-malformed", "{refused}");
    assert_eq!(refused["error"]["field"], "mount");
    let identity = json!({"role-arn": "dev", "role-session-name": "web", "region": "eu-west-1", "sts-endpoint": "regional"});
    let refused = created(json!({"mount": "aws", "credential-source": {"web-identity": identity}}));
    assert_eq!(refused["error"]["rule"], "role-arn-malformed", "{refused}");
}

#[test]
fn body_that_is_not_base64_is_refused_without_it() {
    let response = json!({"status": 200, "headers": [], "body": SECRET.to_owned() + "!"});
    let request = json!({"session": 1, "request-id": 1, "now": now(0), "response": response});
    let refused = asked(lifecycle::session_on_response, &request);
    assert_eq!(refused["error"]["rule"], "request-malformed");
    assert!(!refused.to_string().contains(SECRET));
}
