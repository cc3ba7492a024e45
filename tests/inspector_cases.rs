//! Answers and logins that people posted in public, and the cause and both fixes of each.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests may fail, as tests do"
)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use vault_aws_login::inspector::{Answer, Refusal, explain_refusal};

/// 2015-08-30T12:36:00Z, the time of AWS's published examples.
const NOW: u64 = 1_440_938_160;
const SIGNATURE: &str = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
const FORM: &str = "Action=GetCallerIdentity&Version=2011-06-15";

fn errors(status: u16, text: &str) -> Answer {
    Answer {
        status: Some(status),
        body: json!({ "errors": [text] }).to_string(),
        date: None,
    }
}

fn rule(refusal: &Refusal) -> &'static str {
    refusal.rule.map_or("none", |rule| rule.name())
}

/// A login for `region`, whose headers are `more` besides the signed ones.
fn login(access_key_id: &str, region: &str, more: &Value) -> Value {
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={access_key_id}/20150830/{region}/sts/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature={SIGNATURE}"
    );
    let mut headers = json!({
        "Authorization": [authorization],
        "Content-Type": ["application/x-www-form-urlencoded; charset=utf-8"],
        "X-Amz-Date": ["20150830T123600Z"],
    });
    for (name, value) in more.as_object().unwrap() {
        headers[name] = value.clone();
    }
    json!({
        "iam_http_request_method": "POST",
        "iam_request_url": STANDARD.encode("https://sts.amazonaws.com/"),
        "iam_request_body": STANDARD.encode(FORM),
        "iam_request_headers": STANDARD.encode(headers.to_string()),
    })
}

fn sts(code: &str, message: &str) -> Answer {
    errors(
        400,
        &format!(
            "error making upstream request: received error code 403 from STS: <ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
        ),
    )
}

fn explain(answer: &Answer, login: &Value) -> Refusal {
    explain_refusal(answer, Some(&login.to_string()), NOW)
}

#[test]
fn login_shows_the_cause_that_the_text_does_not() {
    let key = "AKIAIOSFODNN7EXAMPLE";
    let plain = login(key, "us-east-1", &json!({}));
    let differs = sts(
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided.",
    );
    let unknown = sts(
        "InvalidClientTokenId",
        "The security token included in the request is invalid",
    );
    let not_found = errors(400, "entry for role x not found");
    let with_host = login(
        key,
        "us-east-1",
        &json!({ "Host": ["sts.eu-west-1.amazonaws.com"] }),
    );
    let temporary = login("ASIAIOSFODNN7EXAMPLE", "us-east-1", &json!({}));
    let mut of_arn = plain.clone();
    of_arn["role"] = "arn:aws:iam::123456789012:role/dev".into();
    for (answer, login, expected, message) in [
        (
            &differs,
            &plain,
            "signature-differs",
            "AWS computes another signature from what Vault sent",
        ),
        (
            &differs,
            &with_host,
            "host-differs",
            "the Host header is not the host of the URL, which is what the server sends: expected `sts.amazonaws.com`, found `sts.eu-west-1.amazonaws.com`; if that was signed, the signature does not match",
        ),
        (
            &unknown,
            &plain,
            "access-key-unknown",
            "AWS does not know the access key ID",
        ),
        (
            &unknown,
            &temporary,
            "session-token-missing",
            "the access key ID begins with ASIA, and the session token is missing",
        ),
        (
            &not_found,
            &plain,
            "role-unknown",
            "the mount has no such role",
        ),
        (
            &not_found,
            &of_arn,
            "role-is-arn",
            "the role is an ARN, and Vault wants the name of a role of its own: found `arn:aws:iam::123456789012:role/dev`",
        ),
    ] {
        let refusal = explain(answer, login);
        assert_eq!(rule(&refusal), expected, "{login}");
        assert!(refusal.message.starts_with(message), "{}", refusal.message);
    }
}

#[test]
fn login_shows_what_exactly_breaks_the_rule() {
    let mut login = login("AKIAIOSFODNN7EXAMPLE", "us-east-1", &json!({}));
    login.as_object_mut().unwrap().remove("iam_request_body");
    let refusal = explain(
        &errors(400, "didn't supply required authentication values"),
        &login,
    );
    assert_eq!(
        (
            rule(&refusal),
            refusal.message.as_str(),
            refusal.client_fix.as_deref()
        ),
        (
            "login-fields-missing",
            "the login lacks a field: expected iam_request_body, found none",
            Some("send iam_request_body at the top level of the JSON"),
        )
    );
}

fn answer(status: Option<u16>, body: &str) -> Answer {
    Answer {
        status,
        body: body.into(),
        date: None,
    }
}

/// An answer whose text says which cause it is.
struct Case {
    answer: Answer,
    rule: &'static str,
    side: &'static str,
    cause: &'static str,
    client: &'static str,
    server: &'static str,
}

#[track_caller]
fn check(case: &Case) {
    let refusal = explain_refusal(&case.answer, None, NOW);
    assert_eq!(
        (
            rule(&refusal),
            refusal.refused_by.map_or("none", |side| side.name()),
            refusal.causes.first().copied().unwrap_or_default(),
            refusal.client_fix.as_deref().unwrap_or_default(),
            refusal.server_fix.as_deref().unwrap_or_default(),
        ),
        (case.rule, case.side, case.cause, case.client, case.server),
        "{}",
        case.answer.body
    );
}

#[test]
fn plain_http_sent_to_a_tls_port_is_known() {
    for body in [
        "Client sent an HTTP request to an HTTPS server.\n",
        "<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>",
    ] {
        check(&Case {
            answer: answer(Some(400), body),
            rule: "tls-expected",
            side: "vault",
            cause: "the address begins with http:// or with nothing",
            client: "write https:// in front of Vault's address",
            server: "",
        });
    }
}

#[test]
fn mount_whose_plugin_did_not_start_is_not_an_unknown_mount() {
    check(&Case {
        answer: errors(
            404,
            "no handler for route \"auth/aws/login\". route entry found, but backend is nil.",
        ),
        rule: "plugin-not-running",
        side: "vault",
        cause: "the catalog lacks the plugin, as after a move from Vault to OpenBao",
        client: "try again once the plugin runs: the path is right",
        server: "register the plugin `aws` with the SHA-256 of its binary, and restart the server; its log has the reason",
    });
}

#[test]
fn lease_count_quota_is_not_a_rate_limit() {
    check(&Case {
        answer: errors(
            429,
            "1 error occurred:\n\t* request path \"auth/aws/login\": lease count quota exceeded\n\n",
        ),
        rule: "lease-quota-exceeded",
        side: "vault",
        cause: "one login is made for each request, and every token lives for its whole TTL",
        client: "keep the token and log in less often: to wait a second does not help",
        server: "revoke leases under auth/aws/login, give the role a shorter `token_ttl` or batch tokens, or raise the lease count quota",
    });
    check(&Case {
        answer: errors(
            429,
            "request path \"auth/aws/login\": rate limit quota exceeded",
        ),
        rule: "rate-limited",
        side: "vault",
        cause: "a rate limit quota covers the mount",
        client: "wait, log in less often, and keep the token instead of logging in for each request",
        server: "raise the rate limit quota, or exempt `auth/aws/login` from it",
    });
}

#[test]
fn empty_answer_may_be_a_panic_behind_a_standby() {
    check(&Case {
        answer: answer(Some(502), ""),
        rule: "answer-empty",
        side: "intermediary",
        cause: "a proxy or load balancer answered in place of Vault",
        client: "send the login to the active node itself, to see what it answers",
        server: "look for `panic` in the log of the active node: if it is there, write auth/aws/config/client, or upgrade the server",
    });
    check(&Case {
        answer: answer(Some(204), " \n"),
        rule: "answer-empty",
        side: "intermediary",
        cause: "a proxy or load balancer answered in place of Vault",
        client: "send the login to the active node itself, to see what it answers",
        server: "look for `panic` in the log of the active node: if it is there, write auth/aws/config/client, or upgrade the server",
    });
    check(&Case {
        answer: answer(Some(200), ""),
        rule: "answer-empty",
        side: "intermediary",
        cause: "a proxy or load balancer answered in place of Vault",
        client: "send the login to the active node itself, to see what it answers",
        server: "look for `panic` in the log of the active node: if it is there, write auth/aws/config/client, or upgrade the server",
    });
    check(&Case {
        answer: answer(Some(503), ""),
        rule: "answer-empty",
        side: "intermediary",
        cause: "a proxy or load balancer answered in place of Vault",
        client: "send the login to the active node itself, to see what it answers",
        server: "look for `panic` in the log of the active node: if it is there, write auth/aws/config/client, or upgrade the server",
    });
}

#[test]
fn connection_that_the_peer_broke_off_may_be_a_panic() {
    check(&Case {
        answer: answer(
            None,
            "stream error: stream ID 3; INTERNAL_ERROR; received from peer",
        ),
        rule: "connection-broken-off",
        side: "host",
        cause: "the plugin panicked: Vault 1.15.0 and OpenBao's plugin v0.0.1 do while auth/aws/config/client was never written",
        client: "send the login again; if every login ends so, the fault is on the server",
        server: "look for `panic` in the server's log: if it is there, write auth/aws/config/client, or upgrade: Vault 1.15.0 and OpenBao's plugin v0.0.1 panic while it was never written",
    });
    check(&Case {
        answer: answer(None, "Put \"https://vault:8200/v1/auth/aws/login\": EOF"),
        rule: "connection-broken-off",
        side: "host",
        cause: "the plugin panicked: Vault 1.15.0 and OpenBao's plugin v0.0.1 do while auth/aws/config/client was never written",
        client: "send the login again; if every login ends so, the fault is on the server",
        server: "look for `panic` in the server's log: if it is there, write auth/aws/config/client, or upgrade: Vault 1.15.0 and OpenBao's plugin v0.0.1 panic while it was never written",
    });
    check(&Case {
        answer: answer(None, "curl: (52) Empty reply from server"),
        rule: "connection-broken-off",
        side: "host",
        cause: "the plugin panicked: Vault 1.15.0 and OpenBao's plugin v0.0.1 do while auth/aws/config/client was never written",
        client: "send the login again; if every login ends so, the fault is on the server",
        server: "look for `panic` in the server's log: if it is there, write auth/aws/config/client, or upgrade: Vault 1.15.0 and OpenBao's plugin v0.0.1 panic while it was never written",
    });
}

#[test]
fn client_that_gave_up_may_have_waited_for_aws() {
    check(&Case {
        answer: answer(None, "Error authenticating: context deadline exceeded"),
        rule: "vault-timed-out",
        side: "host",
        cause: "Vault waits for STS or IAM longer than the client's timeout",
        client: "ask Vault for /v1/sys/health: if that answers at once, raise the client's timeout (VAULT_CLIENT_TIMEOUT of Vault's CLI), else check the address and the firewall",
        server: "let Vault reach its STS, IAM and EC2 endpoints, or set `sts_endpoint` and `iam_endpoint` of auth/aws/config/client to ones that it reaches",
    });
    check(&Case {
        answer: answer(
            None,
            "net/http: request canceled (Client.Timeout exceeded while awaiting headers)",
        ),
        rule: "vault-timed-out",
        side: "host",
        cause: "Vault waits for STS or IAM longer than the client's timeout",
        client: "ask Vault for /v1/sys/health: if that answers at once, raise the client's timeout (VAULT_CLIENT_TIMEOUT of Vault's CLI), else check the address and the firewall",
        server: "let Vault reach its STS, IAM and EC2 endpoints, or set `sts_endpoint` and `iam_endpoint` of auth/aws/config/client to ones that it reaches",
    });
    check(&Case {
        answer: answer(None, "read tcp 10.0.0.1:5->10.0.0.2:8200: i/o timeout"),
        rule: "vault-timed-out",
        side: "host",
        cause: "Vault waits for STS or IAM longer than the client's timeout",
        client: "ask Vault for /v1/sys/health: if that answers at once, raise the client's timeout (VAULT_CLIENT_TIMEOUT of Vault's CLI), else check the address and the firewall",
        server: "let Vault reach its STS, IAM and EC2 endpoints, or set `sts_endpoint` and `iam_endpoint` of auth/aws/config/client to ones that it reaches",
    });
}

#[test]
fn certificate_that_the_host_does_not_trust_is_known() {
    check(&Case {
        answer: answer(
            None,
            "tls: failed to verify certificate: x509: certificate signed by unknown authority",
        ),
        rule: "vault-certificate-untrusted",
        side: "host",
        cause: "the CA is not among those that the host trusts",
        client: "give the client the CA of Vault's certificate (VAULT_CACERT of Vault's CLI), and use a host name that is in the certificate",
        server: "serve the certificate with its intermediates, and renew it if it has expired",
    });
    check(&Case {
        answer: answer(
            None,
            "curl: (60) SSL certificate problem: unable to get local issuer certificate",
        ),
        rule: "vault-certificate-untrusted",
        side: "host",
        cause: "the CA is not among those that the host trusts",
        client: "give the client the CA of Vault's certificate (VAULT_CACERT of Vault's CLI), and use a host name that is in the certificate",
        server: "serve the certificate with its intermediates, and renew it if it has expired",
    });
    check(&Case {
        answer: answer(
            None,
            "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self signed certificate",
        ),
        rule: "vault-certificate-untrusted",
        side: "host",
        cause: "the CA is not among those that the host trusts",
        client: "give the client the CA of Vault's certificate (VAULT_CACERT of Vault's CLI), and use a host name that is in the certificate",
        server: "serve the certificate with its intermediates, and renew it if it has expired",
    });
}

#[test]
fn plain_http_answered_to_tls_is_known() {
    check(&Case {
        answer: answer(None, "http: server gave HTTP response to HTTPS client"),
        rule: "tls-not-spoken",
        side: "host",
        cause: "the listener has `tls_disable`",
        client: "check the port: Vault's API is on 8200 by default; write http:// only for a Vault on this machine, since the network could read login and token",
        server: "turn on TLS for the listener (`tls_cert_file`, `tls_key_file`)",
    });
    check(&Case {
        answer: answer(None, "[SSL: WRONG_VERSION_NUMBER] wrong version number"),
        rule: "tls-not-spoken",
        side: "host",
        cause: "the listener has `tls_disable`",
        client: "check the port: Vault's API is on 8200 by default; write http:// only for a Vault on this machine, since the network could read login and token",
        server: "turn on TLS for the listener (`tls_cert_file`, `tls_key_file`)",
    });
}

#[test]
fn cluster_without_an_active_node_is_known() {
    check(&Case {
        answer: errors(
            500,
            "local node not active but active cluster node not found",
        ),
        rule: "no-active-node",
        side: "vault",
        cause: "the cluster is electing a new active node",
        client: "send the login again in some seconds",
        server: "unseal enough nodes for a quorum, and check that they reach each other on port 8201 and the storage behind Vault",
    });
}

#[test]
fn overloaded_server_is_not_a_sealed_one() {
    check(&Case {
        answer: errors(503, "overloaded, try again later"),
        rule: "vault-overloaded",
        side: "vault",
        cause: "many clients log in at once",
        client: "wait, and log in less often: keep the token instead of logging in for each request",
        server: "give Vault more capacity, or limit its clients with a rate limit quota",
    });
}

#[test]
fn presigned_get_has_to_be_signed_as_a_post() {
    check(&Case {
        answer: errors(
            400,
            "invalid iam_http_request_method; currently only 'POST' is supported",
        ),
        rule: "method-unsupported",
        side: "vault",
        cause: "the client presigned a GET, which OpenBao and Vault before 1.15 do not take",
        client: "sign a POST with the body `Action=GetCallerIdentity&Version=2011-06-15`, and write `POST` in upper case: renaming a presigned GET does not help",
        server: "",
    });
}

#[test]
fn role_of_a_node_is_not_to_be_bound() {
    check(&Case {
        answer: errors(
            400,
            "IAM Principal \"arn:aws:sts::123456789012:assumed-role/eks-node-group-NodeInstanceRole-1ABC/i-0a30b1eaaeee4b7f1\" does not belong to the role \"eks-cluster-irsa-dev\"",
        ),
        rule: "node-role-not-bound",
        side: "vault",
        cause: "a pod used its node's role, since it has no role or its SDK did not find it",
        client: "give the workload a role of its own: on EKS by IRSA (a service account with `eks.amazonaws.com/role-arn`) or by Pod Identity, and check that its SDK supports that",
        server: "do not bind the role of a Kubernetes node: every pod on the node could log in; bind the role of the workload; only for an instance that runs nothing else, add its role to `bound_iam_principal_arn`",
    });
}

#[test]
fn session_that_is_not_named_after_an_instance_is_known_by_its_name() {
    check(&Case {
        answer: errors(
            400,
            "failed to verify 1680789783208943468 as a valid EC2 instance in region us-east-1: error fetching description for instance ID \"1680789783208943468\": InvalidInstanceID.Malformed: Invalid id: \"1680789783208943468\"",
        ),
        rule: "session-not-instance",
        side: "vault",
        cause: "AssumeRole made the credentials, with another name for the session",
        client: "log in with the credentials of the instance profile, from the instance's metadata service",
        server: "write the role without `inferred_entity_type`, if every session of its principals may log in: the bindings to an instance then fall away",
    });
    check(&Case {
        answer: errors(
            400,
            "failed to verify  as a valid EC2 instance in region us-east-1",
        ),
        rule: "session-not-instance",
        side: "vault",
        cause: "AssumeRole made the credentials, with another name for the session",
        client: "log in with the credentials of the instance profile, from the instance's metadata service",
        server: "write the role without `inferred_entity_type`, if every session of its principals may log in: the bindings to an instance then fall away",
    });
    check(&Case {
        answer: errors(
            400,
            "failed to verify i-0fbd3abcc4163c826 as a valid EC2 instance in region ap-southeast-1",
        ),
        rule: "instance-unverified",
        side: "vault",
        cause: "Vault lacks ec2:DescribeInstances",
        client: "log in with the credentials of the instance profile, while the instance runs",
        server: "allow Vault ec2:DescribeInstances, and check `inferred_aws_region` of the role",
    });
}

#[test]
fn instance_that_ec2_does_not_find_or_that_does_not_run_is_known() {
    check(&Case {
        answer: errors(
            400,
            "failed to verify i-0123456789abcdef0 as a valid EC2 instance in region us-east-1: error fetching description for instance ID \"i-0123456789abcdef0\": InvalidInstanceID.NotFound: The instance ID 'i-0123456789abcdef0' does not exist",
        ),
        rule: "instance-not-found",
        side: "vault",
        cause: "the instance is in another region than `inferred_aws_region`",
        client: "log in on an instance in the region and account that the role infers",
        server: "set `inferred_aws_region` of the role to the instance's region, and write auth/aws/config/sts/<account> for an instance of another account",
    });
    check(&Case {
        answer: errors(
            400,
            "failed to verify i-0123456789abcdef0 as a valid EC2 instance in region us-east-1: instance is not in 'running' state",
        ),
        rule: "instance-not-running",
        side: "vault",
        cause: "the instance is starting or stopping",
        client: "log in while the instance runs, not while it starts or stops",
        server: "",
    });
}

#[test]
fn keys_of_vault_that_aws_refuses_are_known() {
    check(&Case {
        answer: errors(
            400,
            "unable to resolve ARN \"arn:aws:iam::123456789012:user/app\" to internal ID: unable to fetch current caller: SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided.\n\tstatus code: 403, request id: 2a092bb3-e400-4374-8c93-82aa283b455c",
        ),
        rule: "vault-keys-refused",
        side: "vault",
        cause: "auth/aws/config/client holds a wrong secret key, or keys that were deleted",
        client: "nothing on the client mends this: the login is not the cause",
        server: "write the `access_key` and `secret_key` of an active key to auth/aws/config/client, or leave both out so that Vault uses its instance's role; check Vault's clock",
    });
    check(&Case {
        answer: errors(
            400,
            "error looking up full ARN of entity &{aws} when attempting login for role \"dev\": error fetching role \"app\": SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided.\n\tstatus code: 403, request id: 2a092bb3-e400-4374-8c93-82aa283b455c",
        ),
        rule: "vault-keys-refused",
        side: "vault",
        cause: "auth/aws/config/client holds a wrong secret key, or keys that were deleted",
        client: "nothing on the client mends this: the login is not the cause",
        server: "write the `access_key` and `secret_key` of an active key to auth/aws/config/client, or leave both out so that Vault uses its instance's role; check Vault's clock",
    });
}

#[test]
fn answer_to_the_writing_of_a_role_is_said_to_be_none_to_a_login() {
    for (inner, expected) in [
        (
            "unable to fetch current caller: SignatureDoesNotMatch: x",
            "vault-keys-refused",
        ),
        ("AccessDenied: x", "principal-lookup-failed"),
    ] {
        let text = format!(
            "unable to resolve ARN \"arn:aws:iam::123456789012:user/app\" to internal ID: {inner}"
        );
        let refusal = explain_refusal(&errors(400, &text), None, NOW);
        assert_eq!(rule(&refusal), expected);
        let detail = ": this answers the writing of a role, not a login";
        assert!(refusal.message.ends_with(detail), "{}", refusal.message);
    }
}

#[test]
fn vault_without_credentials_is_known() {
    check(&Case {
        answer: errors(
            400,
            "error looking up full ARN of entity &{aws} when attempting login for role \"dev\": error fetching role \"app\": NoCredentialProviders: no valid providers in chain. Deprecated.",
        ),
        rule: "vault-keys-missing",
        side: "vault",
        cause: "auth/aws/config/client has no keys, and Vault's machine has no IAM role",
        client: "ask for a role that is bound to exact ARNs, with `resolve_aws_unique_ids=false`",
        server: "write `access_key` and `secret_key` to auth/aws/config/client, or give Vault's instance or pod an IAM role",
    });
}

#[test]
fn account_without_a_role_of_vaults_is_known() {
    check(&Case {
        answer: errors(
            400,
            "error looking up full ARN of entity &{aws} when attempting login for role \"dev\": unable to fetch client for account ID \"111111111111\" -- default client is for account \"222222222222\"",
        ),
        rule: "account-not-configured",
        side: "vault",
        cause: "the caller is of another account than Vault's own keys, and no auth/aws/config/sts entry covers it",
        client: "log in with an identity of the account that Vault's own keys belong to",
        server: "write auth/aws/config/sts/<account> with a `sts_role` of the caller's account that Vault may assume, and that allows iam:GetUser, iam:GetRole and ec2:DescribeInstances",
    });
}

#[test]
fn calls_of_vault_that_aws_throttles_are_known() {
    check(&Case {
        answer: errors(
            400,
            "error looking up full ARN of entity &{aws} when attempting login for role \"dev\": error fetching role \"app\": Throttling: Rate exceeded",
        ),
        rule: "vault-calls-throttled",
        side: "vault",
        cause: "many clients log in at once to a role with a `*` in its binding",
        client: "wait, log in less often, and keep the token instead of logging in for each request",
        server: "bind exact ARNs without `*`, which needs no lookup, and let clients keep their tokens",
    });
    check(&Case {
        answer: errors(
            400,
            "failed to verify i-0123456789abcdef0 as a valid EC2 instance in region us-east-1: error fetching description for instance ID \"i-0123456789abcdef0\": RequestLimitExceeded: Request limit exceeded.",
        ),
        rule: "vault-calls-throttled",
        side: "vault",
        cause: "many clients log in at once to a role with a `*` in its binding",
        client: "wait, log in less often, and keep the token instead of logging in for each request",
        server: "bind exact ARNs without `*`, which needs no lookup, and let clients keep their tokens",
    });
}

#[test]
fn entity_that_iam_does_not_know_is_no_missing_permission() {
    check(&Case {
        answer: errors(
            400,
            "error looking up full ARN of entity &{aws 123456789012 assumed-role  my-role some-session}: error fetching role \"my-role\": NoSuchEntity: The role with name my-role cannot be found.",
        ),
        rule: "principal-lookup-empty",
        side: "vault",
        cause: "Vault asked its own account, and the caller is of another one",
        client: "log in with an IAM user or role that still exists",
        server: "write auth/aws/config/sts/<account> if the caller is of another account than Vault's own keys",
    });
}
