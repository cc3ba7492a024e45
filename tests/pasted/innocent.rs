//! Texts that hold words of refusals and are not refusals: they get no rule.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use vault_aws_login::inspector::explain_pasted;

use crate::server_texts::server_texts;
use crate::variations::{Random, VARIATIONS};

const NOW: u64 = 1_643_248_768;

/// Files of this repository: code and documents that hold every text of the contract.
fn files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut folders = vec![
        root.join("src"),
        root.join("docs"),
        root.join("wit"),
        root.join("crates"),
        root.join("tests/session"),
        root.join("tests/e2e"),
    ];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(folder).into_iter().flatten();
        for entry in entries {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !["target", "node_modules", "__pycache__"].contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if [".rs", ".md", ".wit", ".py", ".toml", ".yaml", ".hcl"]
                .iter()
                .any(|end| name.ends_with(end))
            {
                files.push(path);
            }
        }
    }
    files.push(root.join("README.md"));
    files.push(root.join("SECURITY.md"));
    files.push(root.join("CHANGELOG.md"));
    files.push(root.join("Makefile"));
    files.push(root.join("tests/inspector_refusals.rs"));
    files.push(root.join("tests/inspector_check.rs"));
    files.sort();
    files
}

/// What is a refusal although it stands in a document: an answer of a server in full.
fn is_an_answer(text: &str) -> bool {
    let holds = |part: &str| text.contains(part);
    holds("{\"errors\":[\"")
        || holds("{\"errors\": [\"")
        || holds("Errors:\n\n* ")
        || holds("Errors: * ")
}

#[test]
fn code_and_documents_of_this_repository_get_no_rule() {
    let mut tried = 0;
    let mut wrong = String::new();
    for file in files() {
        #[expect(clippy::disallowed_methods, reason = "the tests are not the core")]
        let Ok(whole) = fs::read_to_string(&file) else {
            continue;
        };
        let parts = whole.split("\n\n").chain([whole.as_str()]);
        for part in parts.filter(|part| !part.trim().is_empty() && !is_an_answer(part)) {
            tried += 1;
            let refusal = explain_pasted(part, None, None, NOW);
            if let Some(rule) = refusal.rule {
                let shown: String = part.chars().take(700).collect();
                let _ = write!(
                    wrong,
                    "\n--- {}: {}\n{shown}\n",
                    file.display(),
                    rule.name()
                );
            }
        }
    }
    assert!(tried >= 500, "{tried}");
    assert!(
        wrong.is_empty(),
        "{} of {tried}{wrong}",
        wrong.matches("\n--- ").count()
    );
}

type Frame = (&'static str, fn(&str) -> String);

/// Ways in which documents and programs write a text that no server says here.
const FRAMES: &[Frame] = &[
    ("Go that answers it", |text| {
        format!("\tif len(values) == 0 {{\n\t\treturn logical.ErrorResponse({text:?}), nil\n\t}}\n")
    }),
    ("Go that wraps it", |text| {
        format!("return nil, fmt.Errorf(\"{{}}: %w\", errors.New({text:?}))")
    }),
    ("a Go test's table", |text| {
        format!("\t\t{{\n\t\t\tname: \"refused\",\n\t\t\terr:  errors.New({text:?}),\n\t\t}},\n")
    }),
    ("a Rust table", |text| format!("    {text:?} => Refused,\n")),
    ("a Rust test", |text| {
        format!("    check(400, {text:?}, \"rule\", \"vault\");\n")
    }),
    ("a Rust test of several lines", |text| {
        format!(
            "    assert_eq!(\n        refusal.message,\n        {text:?}\n    );\n    let other = 1;\n    drop(other);\n    done();\n"
        )
    }),
    ("Python that raises it", |text| {
        format!("        raise VaultError({text:?})\n")
    }),
    ("Python that looks for it", |text| {
        format!("    if {text:?} in str(error):\n        retry()\n")
    }),
    ("JavaScript that looks for it", |text| {
        format!("if (error.message.includes({text:?})) {{\n  login();\n}}\n")
    }),
    ("Java that throws it", |text| {
        format!("throw new VaultException({text:?});")
    }),
    ("a comment", |text| {
        format!("// The server says {text} when the field is absent.\nfn check() {{}}\n")
    }),
    ("prose with backticks", |text| {
        format!(
            "Vault refuses such a login with `{text}`, whatever the role is. Check the client first."
        )
    }),
    ("prose with quotes", |text| {
        format!(
            "When the field is absent, Vault says \"{text}\" and the login ends. Older versions do the same."
        )
    }),
    ("a table of Markdown", |text| {
        format!(
            "| Status | Text | Meaning |\n|---|---|---|\n| 400 | `{text}` | the field is absent |\n"
        )
    }),
    ("a list of Markdown", |text| {
        format!(
            "Texts of the plugin:\n\n- `{text}`: the field is absent\n- `another text`: it is empty\n"
        )
    }),
    ("a heading of documentation", |text| {
        format!("## {text}\n\nThis happens when the client sends no such field. Send it.\n")
    }),
    ("an HTML page", |text| {
        format!(
            "<!doctype html>\n<html><head><title>Troubleshooting - Docs</title></head><body>\n<h2>Logins</h2>\n<p>The message <code>{text}</code> means that a field is absent.</p>\n</body></html>"
        )
    }),
    ("a changelog", |text| {
        format!(
            "## 1.15.1\n\nBUG FIXES:\n\n* auth/aws: Fixes the text \"{text}\" that named the wrong field [GH-23555]\n* core: Better logs [GH-23556]\n"
        )
    }),
    ("a git log", |text| {
        format!(
            "commit 1f2e3d4c5b6a79881f2e3d4c5b6a79881f2e3d4c\nAuthor: Dev <dev@example.com>\nDate:   Fri Mar 1 10:00:00 2024 +0000\n\n    Explain \"{text}\" in the docs\n\n    It confused many.\n"
        )
    }),
    ("a difference", |text| {
        format!(
            "diff --git a/path_login.go b/path_login.go\n--- a/path_login.go\n+++ b/path_login.go\n@@ -10,7 +10,7 @@ func login() {{\n-\t\treturn logical.ErrorResponse({text:?}), nil\n+\t\treturn logical.ErrorResponse(\"other\"), nil\n"
        )
    }),
    ("a search's output", |text| {
        format!(
            "builtin/credential/aws/path_login.go:412:\t\treturn \"\", logical.ErrorResponse({text:?}), nil\nbuiltin/credential/aws/path_login.go:413:\t}}\n"
        )
    }),
    ("a question in a chat", |text| {
        format!("does anybody know what {text} means and where it comes from")
    }),
];

#[test]
fn text_that_a_document_or_a_program_quotes_gets_no_rule() {
    let mut tried = 0;
    let mut wrong = String::new();
    for server in server_texts() {
        for (name, frame) in FRAMES {
            let text = frame(server.text.trim());
            // All of an answer of STS is one, wherever it stands.
            if text.contains("<ErrorResponse xmlns=\"") {
                continue;
            }
            tried += 1;
            if let Some(rule) = explain_pasted(&text, None, None, NOW).rule {
                let _ = write!(wrong, "\n--- {name}: {}\n{text}\n", rule.name());
            }
        }
    }
    assert!(tried >= 500, "{tried}");
    assert!(
        wrong.is_empty(),
        "{} of {tried}{}",
        wrong.matches("\n--- ").count(),
        wrong.chars().take(6_000).collect::<String>()
    );
}

/// Logs, pages and outputs of programs that Vault did not refuse.
const OTHERS: &[&str] = &[
    "2024-03-01T10:00:00Z [INFO]  core: vault is unsealed\n2024-03-01T10:00:00Z [INFO]  core: entering standby mode\n",
    "2024-03-01 10:00:00 UTC [123] FATAL:  password authentication failed for user \"app\"\n",
    "dial tcp 10.0.0.5:5432: connect: connection refused",
    "Error: connect ECONNREFUSED 127.0.0.1:6379\n    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1555:16)",
    "ERROR: permission denied for table users",
    "bash: /usr/local/bin/vault: Permission denied",
    "rsync: mkstemp \"/backup/.x\" failed: Permission denied (13)",
    "Got permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get \"http://%2Fvar%2Frun%2Fdocker.sock/v1.24/containers/json\": dial unix /var/run/docker.sock: connect: permission denied",
    "open /etc/vault.d/vault.hcl: permission denied",
    "psycopg2.errors.UniqueViolation: duplicate key value violates unique constraint \"users_pkey\"\nDETAIL:  Key (id)=(1) already exists.\n",
    "error: failed to push some refs to 'github.com:example/app.git'\nhint: Updates were rejected because the remote contains work that you do\n",
    "fatal: repository 'https://github.com/example/none.git/' not found",
    "npm ERR! code E404\nnpm ERR! 404 Not Found - GET https://registry.example.com/none - Not found\n",
    "Error from server (Forbidden): pods is forbidden: User \"dev\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\"",
    "Warning  FailedScheduling  30s  default-scheduler  0/3 nodes are available: exceeded quota: compute, requested: cpu=2, used: cpu=10, limited: cpu=10",
    "Error creating: pods \"app-1\" is forbidden: exceeded quota: object-counts, requested: pods=1, used: pods=10, limited: pods=10",
    "An error occurred (AccessDenied) when calling the PutObject operation: Access Denied",
    "An error occurred (ThrottlingException) when calling the DescribeInstances operation: Rate exceeded",
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>1</RequestId></Error>",
    "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>InvalidClientTokenId</Code>\n  </Error>\n</ErrorResponse>",
    "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest unknown\"}]}",
    "{\"errors\":[{\"message\":\"Cannot query field\",\"locations\":[{\"line\":1,\"column\":2}]}],\"data\":null}",
    "{\"level\":\"info\",\"ts\":1709287200,\"msg\":\"login ok\",\"errors\":[]}",
    "{\"time\":\"2024-03-01T10:00:00Z\",\"level\":\"ERROR\",\"msg\":\"query failed\",\"error\":\"context deadline exceeded\"}",
    "{\"time\":\"2024-03-01T10:00:00Z\",\"level\":\"ERROR\",\"msg\":\"publish failed\",\"error\":\"Post \\\"https://api.example.com/v1/events\\\": EOF\"}",
    "Terraform will perform the following actions:\n\n  # vault_aws_auth_backend_role.dev will be created\n  + resource \"vault_aws_auth_backend_role\" \"dev\" {\n      + auth_type                = \"iam\"\n      + backend                  = \"aws\"\n      + bound_iam_principal_arns = [\n          + \"arn:aws:iam::123456789012:role/dev\",\n        ]\n      + id                       = (known after apply)\n    }\n\nPlan: 1 to add, 0 to change, 0 to destroy.\n",
    "apiVersion: secrets.hashicorp.com/v1beta1\nkind: VaultAuth\nmetadata:\n  name: aws\nspec:\n  method: aws\n  mount: aws\n  aws:\n    role: dev\n    region: us-east-1\n    headerValue: vault.example.com\n",
    "path \"auth/aws/login\" {\n  capabilities = [\"create\", \"update\"]\n}\n\npath \"secret/*\" {\n  capabilities = [\"deny\"]\n}\n",
    "vault {\n  address = \"https://vault.example.com:8200\"\n  retry {\n    num_retries = 5\n  }\n}\n\nauto_auth {\n  method \"aws\" {\n    config = {\n      type = \"iam\"\n      role = \"dev\"\n    }\n  }\n}\n",
    "Traceback (most recent call last):\n  File \"app.py\", line 3, in <module>\n    import hvac\nModuleNotFoundError: No module named 'hvac'\n",
    "Exception in thread \"main\" java.lang.NullPointerException: Cannot invoke \"String.length()\" because \"s\" is null\n\tat com.example.Main.main(Main.java:5)\n",
    "panic: runtime error: index out of range [0] with length 0\n\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:7 +0x1d\nexit status 2\n",
    "thread 'main' panicked at src/main.rs:3:5:\nindex out of bounds: the len is 0 but the index is 0\n",
    "10.0.0.1 - - [01/Mar/2024:10:00:00 +0000] \"POST /v1/auth/aws/login HTTP/1.1\" 400 123 \"-\" \"Go-http-client/1.1\"\n",
    "10.0.0.1 - - [01/Mar/2024:10:00:00 +0000] \"GET /favicon.ico HTTP/1.1\" 404 153 \"-\" \"Mozilla/5.0\"\n",
    "[2024-03-01T10:00:00.000Z] \"POST /v1/auth/aws/login HTTP/1.1\" 503 UH no_healthy_upstream - \"-\" 1200 19 0 - \"-\" \"curl/8.5.0\"\n",
    "Key                  Value\n---                  -----\ntoken                hvs.example\ntoken_accessor       abc\ntoken_duration       768h\ntoken_renewable      true\ntoken_policies       [\"default\"]\n",
    "Key             Value\n---             -----\nSeal Type       shamir\nInitialized     true\nSealed          false\nVersion         1.15.2\n",
    "Success! Enabled aws auth method at: aws/",
    "Success! Data written to: auth/aws/role/dev",
    "Usage: vault login [options] [AUTH K=V...]\n\n  Authenticates users or machines to Vault using the provided arguments. A\n  successful authentication results in a Vault token.\n",
    "<!doctype html><html><head><title>Sign in</title></head><body><form action=\"/login\" method=\"post\"><input name=\"user\"></form></body></html>",
    "<html><head><title>AWS auth method | Vault</title></head><body><h1>AWS auth method</h1><p>The aws auth method provides an automated mechanism to retrieve a Vault token for IAM principals and AWS EC2 instances. Permission denied errors are explained below.</p></body></html>",
    "<h1>404 ways to cook an egg</h1><p>A blog.</p>",
    "If Vault login fails with connection refused, check the firewall; if it fails with x509 errors, check the certificate.",
    "The AWS auth method has two types: iam and ec2. With the iam type, a client signs a request to GetCallerIdentity, and Vault sends it to STS. A role that is bound to another principal refuses the login.",
    "Vault is sealed after each restart. Unseal it with three of the five key shares, or use auto-unseal.",
    "Once upon a time there was a vault that nobody could open, since the keys had been lost at sea. The sailors asked the permission of the king, and he denied it.",
    "Dear team,\n\nthe maintenance of the vault cluster takes place on Saturday. During that time logins are refused with status 503, and clients have to try again.\n\nRegards\n",
    "make: *** [Makefile:12: test] Error 1",
    "error[E0308]: mismatched types\n --> src/main.rs:2:18\n  |\n2 |     let x: u32 = \"missing client\";\n  |            ---   ^^^^^^^^^^^^^^^^ expected `u32`, found `&str`\n",
    "FAILED tests/test_login.py::test_role - AssertionError: assert 'entry for role' in 'ok'\n=== 1 failed, 12 passed in 0.52s ===\n",
    "--- FAIL: TestLogin (0.00s)\n    login_test.go:12: expected error \"missing iam_request_url\", got nil\nFAIL\nexit status 1\n",
    "ok  \tgithub.com/hashicorp/vault/builtin/credential/aws\t0.412s\n",
    "CREATE TABLE logins (id serial PRIMARY KEY, role text NOT NULL, error text);\nINSERT INTO logins VALUES (1, 'dev', 'permission denied');\n",
    "kubelet: Readiness probe failed: HTTP probe failed with statuscode: 503",
    "E0301 10:00:00.000000       1 leaderelection.go:330] error retrieving resource lock kube-system/x: Get \"https://10.96.0.1:443/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/x\": context deadline exceeded",
    "level=warn ts=2024-03-01T10:00:00Z msg=\"Notify attempt failed\" err=\"Post \\\"https://hooks.example.com/\\\": dial tcp: lookup hooks.example.com: no such host\"",
    "x509: certificate signed by unknown authority",
    "curl: (7) Failed to connect to localhost port 3000: Connection refused",
    "ssh: connect to host example.com port 22: Connection refused",
    "git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.\n",
    "sudo: a password is required",
    "Segmentation fault (core dumped)",
    "{\"auth\":\"none\",\"status\":\"ok\"}",
    "{\"initialized\":true,\"sealed\":false,\"standby\":false,\"version\":\"1.15.2\"}",
    "{\"request_id\":\"1\",\"lease_id\":\"\",\"renewable\":false,\"data\":{\"keys\":[\"dev\"]},\"wrap_info\":null,\"warnings\":null,\"auth\":null}",
    "export VAULT_ADDR=https://vault.example.com:8200\nexport VAULT_NAMESPACE=admin\nvault login -method=aws role=dev\n",
    "$ vault write auth/aws/login role=dev iam_http_request_method=POST iam_request_url=aHR0cHM6Ly9zdHMuYW1hem9uYXdzLmNvbS8=",
    "1, 2, 3, 400, 403, 404, 500, 502, 503",
    "400",
    "The answer was 403 Forbidden.",
    "lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore magna aliqua",
    "\u{1b}[32mPASS\u{1b}[0m src/login.test.ts\n  \u{2713} refuses a login without a role (12 ms)\n",
    "{{ with secret \"auth/aws/login\" }}{{ .Data.errors }}{{ end }}",
    "- name: Log in to Vault\n  community.hashi_vault.vault_login:\n    url: https://vault.example.com:8200\n    auth_method: aws_iam\n    role_id: dev\n",
    "   0: rust_begin_unwind\n             at /rustc/1/library/std/src/panicking.rs:645:5\n   1: core::panicking::panic_fmt\n",
    "Troubleshooting\n\nIf you get `permission denied` (403), the policy of the token does not cover the path.\nIf you get missing client token, set VAULT_TOKEN.",
    "func (b *backend) pathLogin(ctx context.Context) (*logical.Response, error) {\n\tif anyEc2 && allIam {\n\t\treturn logical.ErrorResponse(\"supplied auth values for both ec2 and iam auth types\"), nil\n\t}\n\treturn nil, logical.ErrPermissionDenied\n}",
    "### Error: entry for role not found\n\nThe role does not exist. Create it with `vault write auth/aws/role/dev`.",
    "Q: What does 'entry for role dev not found' mean?\nA: The role does not exist.",
    "- [ ] handle \"missing iam_request_url\"\n- [x] handle \"entry for role x not found\"",
    "    tests:\n      - name: no url\n        want: missing iam_request_url\n      - name: no body\n        want: missing iam_request_body\n",
    "Release notes: Vault now returns a 400 with \"missing iam_request_body\" instead of a 500.",
    "2024-03-01T10:00:00Z [DEBUG] core: handling request: path=auth/aws/login operation=update",
    "2024-03-01T10:00:00.000Z [INFO]  agent.auth.handler: authentication successful, sending token to sinks",
    "E0301 10:00:00 1 reflector.go:138] Failed to watch *v1.Pod: Get \"https://10.0.0.1:443/api\": x509: certificate signed by unknown authority",
    "ERROR  [auth] login failed for user bob: permission denied",
    "nginx: [emerg] open() \"/etc/nginx/nginx.conf\" failed (13: Permission denied)",
    "{\"errors\":[\"Name can't be blank\",\"Email is invalid\"]}",
    "{\"status\":422,\"errors\":[\"Name can't be blank\"]}",
    "vault_1 | ==> Vault server configuration:\nvault_1 | \nvault_1 |              Api Address: http://0.0.0.0:8200\nvault_1 |                      Cgo: disabled\n",
    "WARNING! dev mode is enabled! In this mode, Vault runs entirely in-memory\nand starts unsealed with a single unseal key.",
    "mysql> ERROR 1045 (28000): Access denied for user 'root'@'localhost' (using password: YES)",
    "<html><head><title>Error 101: a podcast</title></head><body><h1>500 days of summer</h1></body></html>",
    "The quota exceeded alert of the vault storage account fired at 10:00; error budget is at 40%.",
    "const errors = ['missing client token', 'permission denied'];\nexport default errors;\n",
    "errors: ['a', 'b']",
    "    errors = [\"missing client token\"]\n",
    "expected: 'missing client token'\nactual: 'ok'\n",
];

#[test]
fn other_logs_pages_and_outputs_get_no_rule_in_any_variation() {
    let mut random = Random(1);
    let mut tried = 0;
    let mut wrong = String::new();
    for text in OTHERS {
        // Some say themselves that what they hold is an error or a login's.
        let says_nothing = |name: &&str| {
            ["JSON", "HTML", "prompt", "issue"]
                .iter()
                .all(|word| !name.contains(word))
        };
        for (name, vary) in VARIATIONS.iter().filter(|(name, _)| says_nothing(name)) {
            tried += 1;
            let text = vary(text, &mut random);
            if let Some(rule) = explain_pasted(&text, None, None, NOW).rule {
                let _ = write!(wrong, "\n--- {name}: {}\n{text}\n", rule.name());
            }
        }
    }
    assert!(tried >= 500, "{tried}");
    assert!(wrong.is_empty(), "of {tried}: {wrong}");
}
