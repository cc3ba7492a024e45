//! How clients print an answer of Vault's. Each form is taken from the client's own source.

use serde_json::json;

const URL: &str = "https://vault.example.com:8200/v1/auth/aws/login";

/// A client, where its form stands, and the form.
pub struct Client {
    pub name: &'static str,
    /// Repository and file, or the thread that shows the output.
    pub source: &'static str,
    pub print: fn(u16, &str) -> String,
}

fn reason(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        413 => "Request Entity Too Large",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}

fn body(text: &str) -> String {
    json!({ "errors": [text] }).to_string()
}

/// The error of `github.com/hashicorp/vault/api`.
fn go(status: u16, text: &str) -> String {
    format!("Error making API request.\n\nURL: PUT {URL}\nCode: {status}. Errors:\n\n* {text}")
}

/// hclog writes a value of several lines behind bars.
fn hclog(value: &str) -> String {
    let lines: Vec<String> = value
        .split('\n')
        .map(|line| format!("  | {line}"))
        .collect();
    format!("error=\n{}\n  ", lines.join("\n"))
}

fn hvac_class(status: u16) -> &'static str {
    match status {
        400 => "InvalidRequest",
        403 => "Forbidden",
        404 => "InvalidPath",
        405 => "UnsupportedOperation",
        429 => "RateLimitExceeded",
        503 => "VaultDown",
        500 => "InternalServerError",
        _ => "UnexpectedError",
    }
}

pub const CLIENTS: &[Client] = &[
    Client {
        name: "vault login",
        source: "hashicorp/vault api/response.go (ResponseError.Error), command/login.go",
        print: |status, text| format!("Error authenticating: {}\n", go(status, text)),
    },
    Client {
        name: "vault write",
        source: "hashicorp/vault api/response.go, command/write.go",
        print: |status, text| {
            format!(
                "Error writing data to auth/aws/login: {}\n",
                go(status, text)
            )
        },
    },
    Client {
        name: "a Go program",
        source: "hashicorp/vault api/auth.go (Auth.Login), api/auth/aws/aws.go",
        print: |status, text| {
            format!(
                "2024/03/01 10:00:00 unable to log in to auth method: unable to log in with AWS auth: {}\nexit status 1",
                go(status, text)
            )
        },
    },
    Client {
        name: "vault agent",
        source: "hashicorp/vault internal: command/agentproxyshared/auth/auth.go; hashicorp/go-hclog intlogger.go",
        print: |status, text| {
            format!(
                "2024-03-01T10:00:00.000Z [ERROR] agent.auth.handler: error authenticating:\n  {} backoff=1.5s",
                hclog(&go(status, text))
            )
        },
    },
    Client {
        name: "vault agent before Vault 1.10, and in one line",
        source: "hashicorp/vault command/agent/auth/auth.go; the thread hashicorp/vault#23481",
        print: |status, text| {
            format!(
                "2024-03-01T10:00:00.000Z [ERROR] agent.auth.handler: error authenticating: error={} backoff=1s",
                json!(go(status, text))
            )
        },
    },
    Client {
        name: "vault agent, -log-format=json",
        source: "hashicorp/go-hclog intlogger.go (logJSON)",
        print: |status, text| {
            json!({"@level": "error", "@message": "error authenticating", "@module": "agent.auth.handler", "@timestamp": "2024-03-01T10:00:00.000000Z", "backoff": "1.5s", "error": go(status, text)}).to_string()
        },
    },
    Client {
        name: "terraform, plain",
        source: "hashicorp/terraform-provider-vault vault/provider.go; hashicorp/terraform command/format/diagnostic.go",
        print: |status, text| {
            format!(
                "\nError: {}\n\n  on providers.tf line 1, in provider \"vault\":\n   1: provider \"vault\" {{\n\n",
                go(status, text)
            )
        },
    },
    Client {
        name: "terraform, in a box",
        source: "hashicorp/terraform internal/command/format/diagnostic.go",
        print: |status, text| {
            let inside = format!(
                "Error: {}\n\n  with provider[\"registry.terraform.io/hashicorp/vault\"],\n  on main.tf line 7, in provider \"vault\":\n   7: provider \"vault\" {{\n",
                go(status, text)
            );
            let lines: Vec<String> = inside.lines().map(|line| format!("│ {line}")).collect();
            format!("╷\n{}\n╵\n", lines.join("\n"))
        },
    },
    Client {
        name: "terraform, as JSON",
        source: "hashicorp/terraform internal/command/views/json_view.go",
        print: |status, text| {
            json!({"@level": "error", "@message": format!("Error: {}", go(status, text)), "@module": "terraform.ui", "@timestamp": "2024-03-01T10:00:00.000000Z", "type": "diagnostic"}).to_string()
        },
    },
    Client {
        name: "hvac",
        source: "hvac/hvac hvac/exceptions.py (VaultError.__str__), hvac/utils.py",
        print: |status, text| {
            format!(
                "Traceback (most recent call last):\n  File \"/app/login.py\", line 12, in <module>\n    client.auth.aws.iam_login(key, secret)\n  File \"/usr/lib/python3/site-packages/hvac/utils.py\", line 47, in raise_for_error\n    raise exceptions.{class}(message, errors=errors)\nhvac.exceptions.{class}: {text}, on post {URL}\n",
                class = hvac_class(status)
            )
        },
    },
    Client {
        name: "a Python program that catches hvac's exception",
        source: "hvac/hvac hvac/exceptions.py; str() leaves the class away",
        print: |_, text| {
            format!("2024-03-01 10:00:00,123 ERROR app.vault login failed: {text}, on post {URL}")
        },
    },
    Client {
        name: "ansible, community.hashi_vault",
        source: "ansible-collections/community.hashi_vault plugins/module_utils/_auth_method_aws_iam.py; the thread #160",
        print: |_, text| {
            format!(
                "fatal: [localhost]: FAILED! => {}",
                json!({"changed": false, "msg": format!("{text}, on post {URL}")})
            )
        },
    },
    Client {
        name: "spring vault, in a log",
        source: "spring-projects/spring-vault VaultLoginException.create, VaultResponses.getError",
        print: |status, text| {
            format!(
                "[RequestedSecret [path='kv/dev/config', mode=ROTATE]] Lease [leaseId='null', leaseDuration=PT0S, renewable=false] Cannot login using AWS-IAM: {text}; nested exception is org.springframework.web.client.HttpClientErrorException: {status} {}: \"{}<EOL>\"",
                reason(status),
                body(text)
            )
        },
    },
    Client {
        name: "spring vault, without the body",
        source: "spring-projects/spring-vault VaultLoginException.create",
        print: |_, text| {
            format!(
                "org.springframework.vault.authentication.VaultLoginException: Cannot login using AWS-IAM: {text}\n\tat org.springframework.vault.authentication.VaultLoginException.create(VaultLoginException.java:66)\n\tat org.springframework.vault.authentication.AwsIamAuthentication.createTokenUsingAwsIam(AwsIamAuthentication.java:151)\n"
            )
        },
    },
    Client {
        name: "spring vault, a template's exception",
        source: "spring-projects/spring-vault VaultResponses.buildException",
        print: |status, text| {
            format!(
                "Caused by: org.springframework.vault.VaultException: Status {status} {} [auth/aws/login]: {text}; nested exception is org.springframework.web.client.HttpClientErrorException\n\tat org.springframework.vault.client.VaultResponses.buildException(VaultResponses.java:89)\n",
                reason(status)
            )
        },
    },
    Client {
        name: "VaultSharp",
        source: "rajanadar/VaultSharp src/VaultSharp/Core/Polymath.cs, VaultApiException.cs",
        print: |_, text| {
            format!(
                "Unhandled exception. VaultSharp.Core.VaultApiException: {}\n\n   at VaultSharp.Core.Polymath.MakeRequestAsync[TResponse](String resourcePath, HttpMethod httpMethod)\n   at VaultSharp.V1.AuthMethods.AWS.IAMAWSAuthMethodLoginProvider.GetVaultTokenAsync()\n",
                body(text)
            )
        },
    },
    Client {
        name: "node-vault, with its stack",
        source: "nodevault/node-vault src/index.js (handleVaultResponse)",
        print: |_, text| {
            format!(
                "Error: {text}\n    at client.handleVaultResponse (/app/node_modules/node-vault/src/index.js:53:21)\n    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)\n"
            )
        },
    },
    Client {
        name: "node-vault, inspected",
        source: "nodevault/node-vault src/index.js (ApiResponseError)",
        print: |status, text| {
            format!(
                "ApiResponseError: {text}\n    at client.handleVaultResponse (/app/node_modules/node-vault/src/index.js:53:21) {{\n  response: {{ statusCode: {status}, body: {{ errors: [Array] }} }}\n}}\n"
            )
        },
    },
    Client {
        name: "vaultrs, debugged",
        source: "jmgilman/vaultrs src/error.rs (ClientError::APIError)",
        print: |status, text| format!("Error: APIError {{ code: {status}, errors: [{text:?}] }}"),
    },
    Client {
        name: "vault-ruby",
        source: "hashicorp/vault-ruby lib/vault/errors.rb (HTTPError)",
        print: |status, text| {
            format!(
                "Vault::HTTPClientError: The Vault server at `https://vault.example.com:8200' responded with a {status}.\nAny additional information the server supplied is shown below:\n\n  * {text}\n\nPlease refer to the documentation for help.\n"
            )
        },
    },
    Client {
        name: "vault-action",
        source: "hashicorp/vault-action src/auth.js (getClientToken)",
        print: |status, text| {
            format!(
                "Error: failed to retrieve vault token. code: ERR_NON_2XX_3XX_RESPONSE, message: Response code {status} ({}), vaultResponse: {}",
                reason(status),
                body(text)
            )
        },
    },
    Client {
        name: "vault-secrets-operator",
        source: "hashicorp/vault-secrets-operator controllers (controller-runtime's zap encoder); the thread #290",
        print: |status, text| {
            json!({"level": "error", "ts": "2024-03-01T10:00:00Z", "msg": "Reconciler error", "controller": "vaultstaticsecret", "namespace": "default", "reconcileID": "b48b0c8d-4ad1-4b20-8fe2-ecbca8506149", "error": go(status, text), "stacktrace": "sigs.k8s.io/controller-runtime/pkg/internal/controller.(*Controller).reconcileHandler\n\t/go/pkg/mod/controller.go:329"}).to_string()
        },
    },
    Client {
        name: "external-secrets",
        source: "external-secrets/external-secrets pkg/provider/vault/auth_iam.go; hashicorp/vault api/auth.go",
        print: |status, text| {
            json!({"level": "error", "ts": 1_709_287_200.1, "msg": "Reconciler error", "controller": "clustersecretstore", "error": format!("could not get provider client: unable to log in to auth method: unable to log in with AWS IAM auth: {}", go(status, text))}).to_string()
        },
    },
    Client {
        name: "external-secrets, an event",
        source: "external-secrets/external-secrets; kubectl describe",
        print: |status, text| {
            format!(
                "Events:\n  Type     Reason                 Age                  From          Message\n  ----     ------                 ----                 ----          -------\n  Warning  InvalidProviderConfig  15s (x3 over 2m15s)  secret-store  unable to log in to auth method: unable to log in with AWS IAM auth: {}\n",
                go(status, text)
            )
        },
    },
    Client {
        name: "vault-csi-provider",
        source: "hashicorp/vault-csi-provider internal/provider/provider.go, internal/auth",
        print: |status, text| {
            format!(
                "  Warning  FailedMount  4s (x5 over 12s)  kubelet  MountVolume.SetUp failed for volume \"secrets\" : rpc error: code = Unknown desc = failed to mount secrets store objects for pod default/app, err: rpc error: code = Unknown desc = error making mount request: failed to login: {}\n",
                go(status, text)
            )
        },
    },
    Client {
        name: "argocd-vault-plugin",
        source: "argoproj-labs/argocd-vault-plugin pkg/auth/vault; Argo CD's repo-server",
        print: |status, text| {
            format!(
                "rpc error: code = Unknown desc = plugin sidecar failed. error generating manifests in cmp: rpc error: code = Unknown desc = error generating manifests: `bash -c \"argocd-vault-plugin generate ./\"` failed exit status 1: Error: {}\nUsage:\n  argocd-vault-plugin generate <path> [flags]",
                go(status, text)
            )
        },
    },
    Client {
        name: "bank-vaults' vault-env",
        source: "bank-vaults/vault-env main.go (log/slog's text handler)",
        print: |status, text| {
            format!(
                "time=2024-03-01T10:00:00.000Z level=ERROR msg=\"failed to create vault client\" app=vault-env err={}",
                json!(go(status, text))
            )
        },
    },
    Client {
        name: "bank-vaults' vault-env, as JSON",
        source: "bank-vaults/vault-env main.go (log/slog's JSON handler)",
        print: |status, text| {
            json!({"time": "2024-03-01T10:00:00Z", "level": "ERROR", "msg": format!("failed to request new Vault token: {}", go(status, text)), "app": "vault-env"}).to_string()
        },
    },
    Client {
        name: "the Lambda extension",
        source: "hashicorp/vault-lambda-extension internal/proxy/proxy.go (error logging in to Vault), main.go",
        print: |status, text| {
            format!(
                "2024-03-01T10:00:00.000Z [ERROR] Fatal error, exiting: error={}",
                json!(format!("error logging in to Vault: {}", go(status, text)))
            )
        },
    },
    Client {
        name: "vault-java-driver and Jenkins",
        source: "BetterCloud/vault-java-driver api/Auth.java; jenkinsci/hashicorp-vault-plugin",
        print: |status, text| {
            format!(
                "com.bettercloud.vault.VaultException: Vault responded with HTTP status code: {status}\nResponse body: {}\n\tat com.bettercloud.vault.api.Auth.loginByAwsIam(Auth.java:589)\n",
                body(text)
            )
        },
    },
    Client {
        name: "vault-cli of Python",
        source: "peopledoc/vault-cli vault_cli/client.py (VaultAPIException.__str__)",
        print: |status, text| format!("Error: status={status} error=\"{text}\"\n"),
    },
    Client {
        name: "PHP's Guzzle",
        source: "guzzle/guzzle src/Exception/RequestException.php (create)",
        print: |status, text| {
            format!(
                "PHP Fatal error:  Uncaught GuzzleHttp\\Exception\\ClientException: Client error: `POST {URL}` resulted in a `{status} {}` response:\n{}\n in /app/vendor/guzzlehttp/guzzle/src/Exception/RequestException.php:113",
                reason(status),
                body(text)
            )
        },
    },
    Client {
        name: "PowerShell",
        source: "Invoke-RestMethod of PowerShell 7, which prints the body",
        print: |_, text| {
            format!(
                "Invoke-RestMethod: \n{}\n     | \nLine |\n   1 |  Invoke-RestMethod -Method Post -Uri $env:VAULT_ADDR/v1/auth/aws/login",
                body(text)
            )
        },
    },
    Client {
        name: "Python's requests, the bytes shown",
        source: "psf/requests Response.content; CPython's repr of bytes",
        print: |status, text| {
            let body = body(text).replace('\\', "\\\\").replace('\'', "\\'");
            format!("login answered {status} b'{body}\\n'")
        },
    },
    Client {
        name: "Python's dict",
        source: "CPython's repr of a dict",
        print: |status, text| {
            let shown = text
                .replace('\\', "\\\\")
                .replace('\'', "\\'")
                .replace('\n', "\\n")
                .replace('\t', "\\t");
            format!("ERROR:root:vault said {status}: {{'errors': ['{shown}']}}")
        },
    },
    Client {
        name: "Ruby's hash",
        source: "Ruby's Hash#inspect",
        print: |status, text| format!("vault: HTTP {status} {{\"errors\"=>[{}]}}", json!(text)),
    },
    Client {
        name: "the body alone",
        source: "hashicorp/vault http/handler.go",
        print: |_, text| body(text),
    },
    Client {
        name: "the body through jq",
        source: "jqlang/jq",
        print: |_, text| serde_json::to_string_pretty(&json!({ "errors": [text] })).unwrap(),
    },
    Client {
        name: "curl -i",
        source: "curl's manual, --include",
        print: |status, text| {
            format!(
                "HTTP/2 {status} \ncache-control: no-store\ncontent-type: application/json\nstrict-transport-security: max-age=31536000; includeSubDomains\ncontent-length: 80\ndate: Fri, 01 Mar 2024 10:00:00 GMT\n\n{}\n",
                body(text)
            )
        },
    },
    Client {
        name: "curl -v",
        source: "curl's manual, --verbose",
        print: |status, text| {
            format!(
                "*   Trying 10.0.0.1:8200...\n* Connected to vault.example.com (10.0.0.1) port 8200 (#0)\n> POST /v1/auth/aws/login HTTP/1.1\r\n> Host: vault.example.com:8200\r\n> Content-Length: 1200\r\n> \n}} [1200 bytes data]\n< HTTP/1.1 {status} {}\r\n< Cache-Control: no-store\r\n< Content-Type: application/json\r\n< Date: Fri, 01 Mar 2024 10:00:00 GMT\r\n< \n{{ [80 bytes data]\n{}\n* Connection #0 to host vault.example.com left intact\n",
                reason(status),
                body(text)
            )
        },
    },
    Client {
        name: "a log in CloudWatch that holds a log",
        source: "AWS Lambda's JSON log format around a client's JSON line",
        print: |status, text| {
            let inner = json!({"level": "error", "err": format!("login: {}", go(status, text))})
                .to_string();
            json!({"timestamp": "2024-03-01T10:00:00Z", "level": "ERROR", "message": inner})
                .to_string()
        },
    },
    Client {
        name: "Kubernetes' status of a resource",
        source: "kubectl get -o yaml, which quotes a text of several lines",
        print: |status, text| {
            format!(
                "status:\n  conditions:\n  - lastTransitionTime: \"2024-03-01T10:00:00Z\"\n    message: {}\n    reason: InvalidProviderConfig\n    status: \"False\"\n    type: Ready\n",
                json!(format!("unable to validate store: {}", go(status, text)))
            )
        },
    },
    Client {
        name: "Vault's audit log",
        source: "hashicorp/vault audit/entry_formatter.go",
        print: |_, text| {
            json!({"time": "2024-03-01T10:00:00Z", "type": "response", "request": {"operation": "update", "path": "auth/aws/login"}, "response": {"data": {"error": text}}, "error": go(400, text)}).to_string()
        },
    },
];
