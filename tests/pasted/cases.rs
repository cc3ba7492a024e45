//! Texts that people pasted in public, and what each client prints besides Vault's errors.

use std::fs;
use std::path::Path;

use vault_aws_login::inspector::{Refusal, explain_pasted};

/// 2022-01-27T01:59:28Z.
const NOW: u64 = 1_643_248_768;

fn case(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/pasted/cases")
        .join(name);
    #[expect(clippy::disallowed_methods, reason = "the tests are not the core")]
    fs::read_to_string(path).unwrap()
}

fn pasted(text: &str, status: Option<u16>) -> Refusal {
    explain_pasted(text, status, None, NOW)
}

#[track_caller]
fn check(text: &str, status: Option<u16>, rule: &str, side: &str) -> Refusal {
    let refusal = pasted(text, status);
    assert_eq!(
        (
            refusal.rule.map(|rule| rule.name()),
            refusal.refused_by.map(|side| side.name())
        ),
        (Some(rule), Some(side)),
        "{text}"
    );
    refusal
}

#[track_caller]
fn check_unreadable(text: &str, status: Option<u16>, message: &str) {
    let refusal = pasted(text, status);
    assert_eq!(
        (refusal.rule, refusal.refused_by, refusal.message.as_str()),
        (None, None, message),
        "{text}"
    );
    assert_eq!(
        refusal.client_fix.as_deref(),
        Some(
            "send the login with `curl -sS -i -d @login.json \"$VAULT_ADDR/v1/auth/aws/login\"`, and paste all that it prints"
        )
    );
}

#[test]
#[rustfmt::skip]
fn rule_of_each_case_is_found_in_the_text_that_people_pasted() {
    for (file, status, rule, side) in [
        ("A01.log", None, "connection-broken-off", "host"),
        ("A03-cli.txt", None, "authorization-missing", "sts"),
        ("A04-cli.txt", None, "signature-differs", "sts"),
        ("A09-cli.txt", None, "method-unsupported", "vault"),
        ("A10-spring.txt", None, "role-unknown", "vault"),
        ("A10.json", None, "role-unknown", "vault"),
        ("A14-hvac.txt", None, "answer-not-vaults", "intermediary"),
        ("A18-cli.txt", None, "vault-timed-out", "host"),
        ("A20.xml", None, "access-key-unknown", "sts"),
        ("A25-tf.txt", None, "login-fields-missing", "vault"),
        ("A26-lambda.log", None, "vault-unreachable", "host"),
        ("A34-hvac.txt", None, "permission-denied", "vault"),
        ("A35-hvac.txt", None, "scope-region-differs", "sts"),
        ("A03.json", Some(400), "authorization-missing", "sts"),
        ("A04.json", Some(400), "signature-differs", "sts"),
        ("A06.json", Some(400), "instance-unverified", "vault"),
        ("A10.json", Some(400), "role-unknown", "vault"),
        ("A11.json", Some(400), "mount-unknown", "vault"),
        ("A12.json", Some(403), "permission-denied", "vault"),
        ("A14.json", Some(500), "answer-not-vaults", "intermediary"),
        ("A19.json", Some(400), "sts-region-disabled", "sts"),
        ("A25.json", Some(400), "login-fields-missing", "vault"),
        ("A30a.txt", None, "answer-not-vaults", "intermediary"),
        ("A30b.txt", None, "answer-not-vaults", "intermediary"),
        ("A30c.txt", None, "answer-not-vaults", "intermediary"),
        ("A30a.txt", Some(503), "answer-not-vaults", "intermediary"),
        ("A30b.txt", Some(503), "answer-not-vaults", "intermediary"),
        ("A30c.txt", Some(403), "answer-not-vaults", "intermediary"),
        ("A32.html", None, "answer-not-vaults", "intermediary"),
        ("A32b.html", None, "answer-not-vaults", "intermediary"),
        ("A32.html", Some(502), "answer-not-vaults", "intermediary"),
        ("A32b.html", Some(503), "answer-not-vaults", "intermediary"),
        ("A36.txt", Some(502), "answer-empty", "intermediary"),
        ("A36.txt", Some(204), "answer-empty", "intermediary"),
    ] {
        let text = case(file);
        let refusal = pasted(&text, status);
        let found = (refusal.rule.map(|rule| rule.name()), refusal.refused_by.map(|side| side.name()));
        assert_eq!(found, (Some(rule), Some(side)), "{file} {status:?}: {}", refusal.message);
    }
}

#[test]
fn status_without_a_text_is_unreadable() {
    check_unreadable(
        &case("A29.txt"),
        None,
        "the text has the status 400 and no answer of a server that can be read",
    );
    for text in [
        "AxiosError: Request failed with status code 403\n    at settle (/app/node_modules/axios/lib/core/settle.js:19:12)",
        "requests.exceptions.HTTPError: 403 Client Error: Forbidden for url: https://vault.example.com/v1/auth/aws/login",
        "urllib.error.HTTPError: HTTP Error 403: Forbidden",
        "HTTP status client error (403 Forbidden) for url (https://vault.example.com/v1/auth/aws/login)",
        "Error: Status 403\n    at client.handleVaultResponse (/app/node_modules/node-vault/src/index.js:53:21)",
        "Vault::HTTPClientError with status 403",
    ] {
        check_unreadable(
            text,
            None,
            "the text has the status 403 and no answer of a server that can be read",
        );
    }
    // The caller's status does not make a body of what a client says.
    check_unreadable(
        &case("A29.txt"),
        Some(403),
        "the text has the status 403 and no answer of a server that can be read",
    );
}

#[test]
fn text_without_an_answer_is_unreadable() {
    for text in [
        "login failed",
        "???",
        "Vault login failed with error: something went wrong",
    ] {
        check_unreadable(
            text,
            None,
            "the text has no answer of a server that can be read",
        );
    }
}

#[test]
fn nothing_at_all_is_no_answer() {
    for text in ["", " \n", "\u{feff}", "\u{1b}[0m\n"] {
        check(text, None, "vault-unreachable", "host");
    }
}

#[test]
fn given_status_overrules_the_one_in_the_text() {
    let text = "Error making API request.\n\nURL: PUT http://127.0.0.1:8200/v1/auth/aws/login\nCode: 400. Errors:\n\n* internal error";
    assert_eq!(
        pasted(text, None).message,
        "Vault refuses with a text that no rule knows"
    );
    check(text, Some(500), "vault-failed", "vault");
    check(text, Some(429), "rate-limited", "vault");
}

#[test]
fn status_of_the_text_decides_where_no_rule_knows_the_words() {
    let go = |status| {
        format!(
            "Error making API request.\n\nURL: PUT http://127.0.0.1:8200/v1/auth/aws/login\nCode: {status}. Errors:\n\n"
        )
    };
    check(&go(404), None, "mount-unknown", "vault");
    check(&go(412), None, "node-behind", "vault");
    check(&go(503), None, "vault-sealed", "vault");
    check(
        &format!("{}* internal error", go(500)),
        None,
        "vault-failed",
        "vault",
    );
    for text in [
        "hvac.exceptions.InternalServerError: internal error, on post https://vault.example.com/v1/auth/aws/login",
        "HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\n\r\n{\"errors\":[\"internal error\"]}",
        "com.bettercloud.vault.VaultException: Vault responded with HTTP status code: 500\nResponse body: {\"errors\":[\"internal error\"]}",
        "Error: failed to retrieve vault token. code: ERR_NON_2XX_3XX_RESPONSE, message: Response code 500 (Internal Server Error), vaultResponse: {\"errors\":[\"internal error\"]}",
        "VaultException: Status 500 Internal Server Error [auth/aws/login]: internal error; nested exception is x",
        "StatusCode=500 {\"errors\":[\"internal error\"]}",
        "The Vault server at `http://127.0.0.1:8200' responded with a 500.\nAny additional information the server supplied is shown below:\n\n  * internal error\n\nPlease refer to the documentation for help.",
    ] {
        check(text, None, "vault-failed", "vault");
    }
}

#[test]
fn answer_that_is_not_vaults_is_known_in_every_form() {
    let page = case("A32.html");
    for text in [
        format!("HTTP/1.1 502 Bad Gateway\r\nServer: nginx\r\nContent-Type: text/html\r\n\r\n{page}"),
        format!("Error making API request.\n\nURL: PUT http://127.0.0.1:8200/v1/auth/aws/login\nCode: 502. Raw Message:\n\n{page}"),
        format!("hvac.exceptions.BadGateway: {page}, on post https://vault.example.com/v1/auth/aws/login"),
        format!("com.bettercloud.vault.VaultException: Vault responded with HTTP status code: 502\nResponse body: {page}"),
        serde_json::json!({"level": "error", "msg": page}).to_string(),
        "< HTTP/1.1 503 Service Unavailable\n< content-length: 91\n< content-type: text/plain\n< \nupstream connect error or disconnect/reset before headers. reset reason: connection failure\n".into(),
        "Code: 503. Raw Message:\n\nno healthy upstream".into(),
        "HTTP/2 403 \nserver: istio-envoy\n\nRBAC: access denied".into(),
        "HTTP/1.1 403 Forbidden\ncontent-type: application/json\n\n{\"message\":\"Forbidden\"}".into(),
        "HTTP/1.1 200 OK\ncontent-type: text/html\n\n<html><body>Log in</body></html>".into(),
        "{\"message\":\"Internal Server Error\"}".into(),
        "upstream request timeout".into(),
        "<html><head><title>504 Gateway Time-out</title></head></html>".into(),
    ] {
        check(&text, None, "answer-not-vaults", "intermediary");
    }
}

#[test]
fn answer_with_a_head_is_read_with_its_status_and_date() {
    check(
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: https://active.example.com/v1/auth/aws/login\r\nContent-Length: 0\r\n\r\n",
        None,
        "answer-redirected",
        "intermediary",
    );
    check(
        "HTTP/1.1 473 status code 473\r\nContent-Length: 0\r\n\r\n",
        None,
        "performance-standby",
        "vault",
    );
    check(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 413 Request Entity Too Large\r\nConnection: close\r\n\r\nhttp: request body too large",
        None,
        "login-too-large",
        "vault",
    );
    let token = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"auth\":{\"client_token\":\"hvs.token\"}}";
    assert_eq!(
        pasted(token, None).message,
        "the login was accepted: the answer holds a token"
    );
    let wrapped = "{\"auth\":null,\"wrap_info\":{\"token\":\"hvs.token\",\"ttl\":60}}";
    check(wrapped, None, "response-wrapped", "vault");
    let refusal = check(
        "HTTP/1.1 400 Bad Request\r\nDate: Thu, 27 Jan 2022 02:09:28 GMT\r\n\r\n{\"errors\":[\"error making upstream request: received error code 403 from STS: <Code>RequestExpired</Code>\"]}",
        None,
        "signature-expired",
        "sts",
    );
    assert!(
        refusal.message.contains("600 seconds ahead"),
        "{}",
        refusal.message
    );
    check_unreadable(
        "HTTP/1.1 400 Bad Request\r\nContent-Length: 77\r\n\r\n",
        None,
        "the text has the status 400 and no answer of a server that can be read",
    );
}

#[test]
fn failure_of_the_transport_is_known_in_every_form() {
    for (text, rule) in [
        (
            "Error authenticating: Put \"https://vault.example.com:8200/v1/auth/aws/login\": dial tcp 10.0.0.1:8200: connect: connection refused",
            "vault-unreachable",
        ),
        (
            "Error authenticating: Put \"https://vault.example.com:8200/v1/auth/aws/login\": dial tcp: lookup vault.example.com on 10.0.0.2:53: no such host",
            "vault-unreachable",
        ),
        (
            "Error authenticating: Put \"https://vault.example.com:8200/v1/auth/aws/login\": dial tcp 10.0.0.1:8200: i/o timeout",
            "vault-unreachable",
        ),
        (
            "Error authenticating: Put \"https://vault.example.com:8200/v1/auth/aws/login\": tls: failed to verify certificate: x509: certificate signed by unknown authority",
            "vault-certificate-untrusted",
        ),
        (
            "Error authenticating: Put \"https://vault.example.com:8200/v1/auth/aws/login\": http: server gave HTTP response to HTTPS client",
            "tls-not-spoken",
        ),
        (
            "Error authenticating: Put \"https://vault.example.com:8200/v1/auth/aws/login\": EOF",
            "connection-broken-off",
        ),
        (
            "Error authenticating: Put \"https://vault.example.com:8200/v1/auth/aws/login\": remote error: tls: bad certificate",
            "vault-unreachable",
        ),
        (
            "2024-03-01T10:00:00.000Z [ERROR] agent.auth.handler: error authenticating: error=\"Put \\\"https://vault.example.com:8200/v1/auth/aws/login\\\": context deadline exceeded\" backoff=1s",
            "vault-timed-out",
        ),
        (
            "{\"level\":\"error\",\"error\":\"could not get provider client: unable to log in to auth method: unable to log in with AWS IAM auth: context deadline exceeded\"}",
            "vault-timed-out",
        ),
        (
            "curl: (7) Failed to connect to vault.example.com port 8200 after 2 ms: Connection refused",
            "vault-unreachable",
        ),
        (
            "curl: (60) SSL certificate problem: unable to get local issuer certificate\nMore details here: https://curl.se/docs/sslcerts.html\n$ curl https://vault.example.com/v1/auth/aws/login",
            "vault-certificate-untrusted",
        ),
        (
            "Error: connect ECONNREFUSED 10.0.0.1:8200\n    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1555:16)",
            "vault-unreachable",
        ),
        (
            "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='vault.example.com', port=8200): Max retries exceeded with url: /v1/auth/aws/login (Caused by NewConnectionError('<urllib3.connection.HTTPSConnection object at 0x7f>: Failed to establish a new connection: [Errno 111] Connection refused'))",
            "vault-unreachable",
        ),
        (
            "org.springframework.vault.VaultException: I/O error on POST request for \"https://vault.example.com:8200/v1/auth/aws/login\": Connection refused; nested exception is java.net.ConnectException: Connection refused",
            "vault-unreachable",
        ),
        (
            "Vault::HTTPConnectionError: The Vault server at `https://vault.example.com:8200' is not currently\naccepting connections. Please ensure that the server is running an that your\nauthentication information is correct.",
            "vault-unreachable",
        ),
        (
            "error sending request for url (https://vault.example.com:8200/v1/auth/aws/login): error trying to connect: tcp connect error: Connection refused (os error 111)",
            "vault-unreachable",
        ),
    ] {
        check(text, None, rule, "host");
        let refusal = pasted(&format!("╷\n│ {}\n╵", text.replace('\n', "\n│ ")), None);
        assert_eq!(
            refusal.rule.map(|rule| rule.name()),
            Some(rule),
            "boxed: {text}"
        );
    }
}

#[test]
fn refusal_of_sts_is_known_as_each_tool_prints_it() {
    for text in [
        "An error occurred (SignatureDoesNotMatch) when calling the GetCallerIdentity operation: Signature expired: 20220127T001427Z is now earlier than 20220127T014428Z (20220127T015928Z - 15 min.)",
        "operation error STS: GetCallerIdentity, https response error StatusCode: 403, RequestID: 1, api error SignatureDoesNotMatch: Signature expired: 20220127T001427Z is now earlier than 20220127T014428Z (20220127T015928Z - 15 min.)",
        &crate::server_texts::xml(
            "SignatureDoesNotMatch",
            "Signature expired: 20220127T001427Z is now earlier than 20220127T014428Z (20220127T015928Z - 15 min.)",
        ),
    ] {
        let refusal = check(text, None, "signature-expired", "sts");
        assert_eq!(
            refusal.aws_clock_unix_seconds,
            Some(1_643_248_768),
            "{text}"
        );
    }
}

#[test]
fn values_are_read_through_escapes_boxes_and_wraps() {
    let text = "error validating X-Vault-AWS-IAM-Server-ID header: expected \"a \\\"b\\\" c\" but got \"x\"";
    let mut pasted_text = format!("Code: 400. Errors:\n\n* {text}");
    for depth in 0..4 {
        let refusal = check(&pasted_text, None, "server-id-differs", "vault");
        assert_eq!(
            refusal.expected_server_id.as_deref(),
            Some("a \"b\" c"),
            "{depth}: {pasted_text}"
        );
        pasted_text = serde_json::json!({ "error": pasted_text }).to_string();
    }
    let refusal = check(
        "│ * error making upstream request: received error code 403 from STS: <ErrorResp\n│ onse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Code>SignatureDo\n│ esNotMatch</Code><Message>Signature expired: 20220127T0014\n│ 27Z is now earlier than 20220127T014428Z (20220127T015928Z - 15 min.)",
        None,
        "signature-expired",
        "sts",
    );
    assert_eq!(
        (refusal.aws_clock_unix_seconds, refusal.skew_seconds),
        (Some(1_643_248_768), Some(6_301))
    );
}

#[test]
fn login_that_was_sent_decides_beside_a_pasted_answer() {
    let login = |key: &str, token: &str| {
        let headers = format!(
            "{{\"Authorization\":[\"AWS4-HMAC-SHA256 Credential={key}/20220127/us-east-1/sts/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature={}\"]{token}}}",
            "a".repeat(64)
        );
        serde_json::json!({"iam_http_request_method": "POST", "iam_request_url": "aHR0cHM6Ly9zdHMuYW1hem9uYXdzLmNvbS8=", "iam_request_body": "QWN0aW9uPUdldENhbGxlcklkZW50aXR5JlZlcnNpb249MjAxMS0wNi0xNQ==", "iam_request_headers": serde_json::from_str::<serde_json::Value>(&headers).unwrap()}).to_string()
    };
    let rule = |login: &str| {
        explain_pasted(&case("A20.xml"), None, Some(login), NOW)
            .rule
            .map(|rule| rule.name())
    };
    assert_eq!(
        rule(&login("ASIAIOSFODNN7EXAMPLE", "")),
        Some("session-token-missing")
    );
    assert_eq!(
        rule(&login(
            "AKIAIOSFODNN7EXAMPLE",
            ",\"X-Amz-Security-Token\":[\"token\"]"
        )),
        Some("session-token-unexpected")
    );
    assert_eq!(
        rule(&login("AKIAIOSFODNN7EXAMPLE", "")),
        Some("access-key-unknown")
    );
}

#[test]
fn newest_of_several_refusals_is_explained_and_a_telling_one_before_a_silent_one() {
    let go = |text: &str| {
        format!(
            "2024-03-01T10:00:00.000Z [ERROR] agent.auth.handler: error authenticating: error=\"Error making API request.\\n\\nURL: PUT https://vault.example.com/v1/auth/aws/login\\nCode: 400. Errors:\\n\\n* {text}\" backoff=1s\n"
        )
    };
    check(
        &[
            go("entry for role a not found"),
            go("missing iam_request_url"),
        ]
        .concat(),
        None,
        "url-missing",
        "vault",
    );
    check(
        &[
            go("missing iam_request_url"),
            go("entry for role a not found"),
        ]
        .concat(),
        None,
        "role-unknown",
        "vault",
    );
    let silent = "Put \"https://vault.example.com:8200/v1/auth/aws/login\": dial tcp 10.0.0.1:8200: connect: connection refused\n";
    check(
        &[&go("entry for role a not found"), silent].concat(),
        None,
        "role-unknown",
        "vault",
    );
    check(
        &[silent, &go("entry for role a not found")].concat(),
        None,
        "role-unknown",
        "vault",
    );
}

#[test]
#[rustfmt::skip]
fn rule_is_found_in_logs_dumps_and_consoles_of_other_programs() {
    for (text, rule) in [
        (
            "Feb 27 08:42:30 ip-10-0-0-5 vault[812]: 2023-02-27T08:42:30.651Z [ERROR] agent.auth.handler: error authenticating: error=\"Error making API request.\\n\\nURL: PUT https://v/v1/auth/aws/login\\nCode: 400. Errors:\\n\\n* entry for role dev not found\" backoff=2s",
            "role-unknown",
        ),
        (
            "[2023-05-01, 10:00:00 UTC] {taskinstance.py:1768} ERROR - Task failed with exception\nTraceback (most recent call last):\n  File \"/x.py\", line 3, in y\n    z()\nhvac.exceptions.InvalidRequest: IAM Principal \"arn:aws:sts::123456789012:assumed-role/a/b\" does not belong to the role \"c\", on post https://v/v1/auth/aws/login",
            "principal-not-bound",
        ),
        (
            "** (RuntimeError) vault login failed: {:error, [\"missing iam_request_url\"]}",
            "url-missing",
        ),
        (
            "{:error, [\"entry for role dev not found\"]}",
            "role-unknown",
        ),
        (
            "vault error 400: entry for role dev not found",
            "role-unknown",
        ),
        (
            "Error: vault: login failed: 400 Bad Request: entry for role dev not found",
            "role-unknown",
        ),
        (
            "java.lang.RuntimeException: com.bettercloud.vault.VaultException: Vault responded with HTTP status code: 400\nResponse body: {\"errors\":[\"entry for role dev not found\"]}\n\n\tat x",
            "role-unknown",
        ),
        (
            "error=Vault returned 403: {\"errors\":[\"1 error occurred:\\n\\t* permission denied\\n\\n\"]}",
            "permission-denied",
        ),
        (
            "WARN[0003] Error logging in to vault: Error making API request.\n\nURL: PUT https://v/v1/auth/aws/login\nCode: 403. Errors:\n\n* permission denied  source=vault",
            "permission-denied",
        ),
        ("* permission denied", "permission-denied"),
        (
            "* 1 error occurred:\n\t* permission denied",
            "permission-denied",
        ),
        (
            "Code: 403. Errors:\n* permission denied",
            "permission-denied",
        ),
        (
            "nomad: failed to derive Vault token: Error making API request. URL: PUT https://v/v1/auth/aws/login Code: 400. Errors: * missing iam_request_body",
            "body-missing",
        ),
        (
            "AxiosError: Request failed with status code 400\n    at settle {\n  response: {\n    status: 400,\n    statusText: 'Bad Request',\n    data: { errors: [ 'entry for role dev not found' ] }\n  }\n}",
            "role-unknown",
        ),
        (
            "AxiosError: Request failed with status code 400\n  data: {\n    errors: [\n      \"error validating X-Vault-AWS-IAM-Server-ID header: missing header \\\"X-Vault-AWS-IAM-Server-ID\\\"\"\n    ]\n  }",
            "server-id-missing",
        ),
        (
            "&{HTTPMethod:PUT URL:https://v/v1/auth/aws/login StatusCode:400 RawError:false Errors:[entry for role dev not found]}",
            "role-unknown",
        ),
        (
            "Vault::HTTPClientError (The Vault server at `https://v' responded with a 400.\nAny additional information the server supplied is shown below:\n\n  * entry for role dev not found\n\nPlease refer to the documentation for help.\n):\n  app/models/x.rb:3",
            "role-unknown",
        ),
        (
            "┌─[✗]─[user@host]\n└──╼ $vault login -method=aws\nError authenticating: Error making API request.\n\nURL: PUT https://v/v1/auth/aws/login\nCode: 400. Errors:\n\n* missing client token",
            "mount-unknown",
        ),
        (
            "HTTP/1.1 400 Bad Request\nContent-Length: 60\n\n{\n    \"errors\": [\n        \"entry for role dev not found\"\n    ]\n}\n",
            "role-unknown",
        ),
        (
            "  HTTP/1.1 400 Bad Request\n  Content-Type: application/json\n2023-01-01 10:00:00 ERROR 400: Bad Request.\n{\"errors\":[\"missing iam_request_url\"]}",
            "url-missing",
        ),
        (
            "Invoke-RestMethod : {\"errors\":[\"entry for role dev not found\"]}\r\nAt line:1 char:1\r\n+ Invoke-RestMethod -Uri ...\r\n    + CategoryInfo          : InvalidOperation: (System.Net.HttpWebRequest:HttpWebRequest) [Invoke-RestMethod], WebExc\r\n   eption\r\n    + FullyQualifiedErrorId : WebCmdletWebResponseException,Microsoft.PowerShell.Commands.InvokeRestMethodCommand",
            "role-unknown",
        ),
        (
            "I0301 10:00:00.000000       1 provider.go:100] failed err=\"rpc error: code = Unknown desc = Vault is sealed\"",
            "vault-sealed",
        ),
        (
            "Error initializing Vault client: vault login error: IAM Principal \"arn:aws:sts::1:assumed-role/x/y\" does not belong to the role \"z\"",
            "principal-not-bound",
        ),
        (
            "I ran `vault login -method=aws` and got:\n\nError authenticating: Error making API request.\n\nURL: PUT https://v/v1/auth/aws/login\nCode: 400. Errors:\n\n* error making upstream request: received error code 403 from STS: <ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>InvalidClientTokenId</Code>",
            "access-key-unknown",
        ),
        (
            "Warning Failed 2m kubelet Error: couldn't find key password in Secret\nError syncing: vault: Put \"https://vault:8200/v1/auth/aws/login\": dial tcp 10.0.0.1:8200: connect: connection refused",
            "vault-unreachable",
        ),
        (
            "openbao-agent-1  | 2024-11-01T10:00:00.000Z [ERROR] agent.auth.handler: error authenticating:\nopenbao-agent-1  |   error=\nopenbao-agent-1  |   | Error making API request.\nopenbao-agent-1  |   | \nopenbao-agent-1  |   | URL: PUT https://bao/v1/auth/aws/login\nopenbao-agent-1  |   | Code: 400. Errors:\nopenbao-agent-1  |   | \nopenbao-agent-1  |   | * entry for role dev not found\nopenbao-agent-1  |    backoff=1s",
            "role-unknown",
        ),
        (
            "{\"@timestamp\":\"2024-03-01T10:00:00Z\",\"log\":{\"level\":\"ERROR\"},\"message\":\"Cannot login using AWS-IAM: entry for role dev not found\",\"error\":{\"stack_trace\":\"org.springframework.vault.authentication.VaultLoginException: Cannot login using AWS-IAM: entry for role dev not found\\n\\tat a\"}}",
            "role-unknown",
        ),
        (
            "2024-03-01 10:00:00.000 ERROR 1 --- [main] o.s.boot.SpringApplication : Application run failed\n\norg.springframework.vault.VaultException: Status 403 Forbidden [auth/aws/login]: permission denied; nested exception is org.springframework.web.client.HttpClientErrorException$Forbidden: 403 Forbidden: [{\"errors\":[\"permission denied\"]}\n]",
            "permission-denied",
        ),
        (
            "TASK [read] ****\nAn exception occurred during task execution. To see the full traceback, use -vvv. The error was: hvac.exceptions.Forbidden: permission denied, on post https://v/v1/auth/aws/login\nfatal: [x]: FAILED! => {\"changed\": false, \"msg\": \"Forbidden: Permission Denied to path 'secret/x'.\"}",
            "permission-denied",
        ),
        (
            "curl: (60) SSL certificate problem: self-signed certificate in certificate chain\n(url https://vault.x/v1/auth/aws/login)",
            "vault-certificate-untrusted",
        ),
        (
            "{\"errors\":[\"missing client token\"]}user@host:~$ ",
            "mount-unknown",
        ),
        (
            "$ curl -s $VAULT_ADDR/v1/auth/aws/login -d @login.json | jq\n{\n  \"errors\": [\n    \"missing iam_request_headers\"\n  ]\n}",
            "headers-missing",
        ),
        (
            "<html><body><h1>504 Gateway Time-out</h1>\nThe server didn't respond in time.\n</body></html>",
            "answer-not-vaults",
        ),
        (
            "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n</body>\r\n</html>",
            "answer-not-vaults",
        ),
        (
            "Error making API request.\n\nURL: PUT https://v/v1/auth/aws/login\nCode: 400. Raw Message:\n\nClient sent an HTTP request to an HTTPS server.",
            "tls-expected",
        ),
        (
            "Client sent an HTTP request to an HTTPS server.",
            "tls-expected",
        ),
        (
            "time=\"2024-03-01T10:00:00Z\" level=fatal msg=\"login failed: Error making API request.\\n\\nURL: PUT https://v/v1/auth/aws/login\\nCode: 404. Errors:\\n\\n* no handler for route 'auth/aws/login'\"",
            "mount-unknown",
        ),
        (
            "error: IAM Principal \\\"arn:aws:sts::1:assumed-role/x/y\\\" does not belong to the role \\\"z\\\"",
            "principal-not-bound",
        ),
    ] {
        let refusal = pasted(text, None);
        assert_eq!(refusal.rule.map(|rule| rule.name()), Some(rule), "{text}");
    }
}

#[test]
fn common_text_alone_counts_under_a_star_or_beside_a_status() {
    check("* permission denied", None, "permission-denied", "vault");
    check("permission denied", Some(403), "permission-denied", "vault");
    check("invalid request", Some(400), "post-with-query", "vault");
    check_unreadable(
        "permission denied",
        None,
        "the text has no answer of a server that can be read",
    );
}

/// Sixteen times the text takes sixteen times as long, whatever is repeated in it.
#[test]
fn megabyte_takes_linear_time() {
    let units = [
        "Code: 400. Errors:\n* x\n\n",
        "Code: 400. Errors:",
        "\"errors\":[\"",
        "\"errors\":[\"a\",",
        "{",
        "[",
        "\\",
        "\\\"",
        "\"",
        "\\u00",
        "\u{1b}[",
        "\u{1b}]",
        "hvac.exceptions.Forbidden:",
        ", on post http",
        "Status 400 [x]: ",
        "Cannot login using X: ",
        "Error: ",
        "node-vault Error: x\n at y\n",
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/\"><Code></Code>",
        "<title>502 B",
        "<h1>404 X</h1>",
        "HTTP/1.1 400 \nA: b\n\n",
        ": EOF",
        "/v1/auth/ : EOF",
        "error: missing client token\n",
        "missing client token",
        "entry for role ",
        "error parsing arn ",
        "Field validation failed: error converting input",
        "no handler for route ",
        "│ ",
        "| ",
        "> ",
        "`",
        "400 ",
        "status 400 ",
        "&",
        "&lt;",
        "a\n",
        " ",
        "\n",
        "2024-01-01T00:00:00Z ",
        "curl: (7) vault login",
        "responded with a 400.\nAny additional information the server supplied is shown below:",
        "status=400 error=\"",
        "Code: 400. Raw Message:",
        "from STS: ",
        "no healthy upstream\n",
        "An error occurred (X) when calling the GetCallerIdentity operation",
        "é",
        "1 error occurred:\n\t* ",
    ];
    #[expect(clippy::disallowed_methods, reason = "the tests are not the core")]
    let now = std::time::Instant::now;
    let mut slow = String::new();
    for unit in units {
        let time = |length: usize| {
            let text = unit.repeat(length / unit.len());
            let begin = now();
            pasted(&text, None);
            begin.elapsed()
        };
        // A busy machine is noisy; the square would be sixteen times slower every time.
        let mut measured = Vec::new();
        let is_linear = (0..5).any(|_| {
            let (short, long) = (time(1 << 16), time(1 << 20));
            measured.push((short, long));
            long.as_millis() <= 4 * 16 * short.as_millis().max(2)
        });
        if !is_linear {
            slow.push_str(&format!("\n{unit:?}: {measured:?}"));
        }
    }
    assert!(slow.is_empty(), "{slow}");
}
