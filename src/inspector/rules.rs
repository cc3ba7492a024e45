//! Every rule: its row of the login contract, who refuses, what is wrong, how to mend it.
//!
//! Not decidable from a login, and so found by `explain_refusal` alone or not at all:
//!
//! - `docs/login-contract.md#row-5`: the mount and the namespace are not in the login;
//! - `docs/login-contract.md#s2-4`: whether Vault can read its own storage;
//! - `docs/login-contract.md#row-25`: the choice of the endpoint is not a condition; the profile's
//!   `sts-endpoint` tells it;
//! - `docs/login-contract.md#row-28`, `docs/login-contract.md#row-30` and
//!   `docs/login-contract.md#row-31`: what STS, or a proxy before it, answers to Vault;
//! - `docs/login-contract.md#row-32`: the plugin crashes on an emulator's answer, and the
//!   connection ends;
//! - `docs/login-contract.md#s2-8`, the malformed ARNs: AWS never sends one, an emulator might;
//! - `docs/login-contract.md#row-34`: the address that Vault sees, and the role's
//!   `token_bound_cidrs`;
//! - `docs/login-contract.md#row-37` and `docs/login-contract.md#row-38`: Vault's own IAM
//!   permissions;
//! - `docs/login-contract.md#s2-11`: EC2's description of the instance; the session name alone is
//!   decidable;
//! - `docs/login-contract.md#s2-12`: the signature itself, which takes the secret access key;
//!   whether AWS knows the key, the session has expired, or STS is off in the region.

use super::rule::{Healing, Refuser, RuleText, Severity};
use crate::vocabulary::vocabulary;

/// Writes the enum, the names and the texts from one list, so that none can be forgotten.
macro_rules! rules {
    ($($variant:ident $name:literal {
        contract: [$($anchor:literal),+],
        refused_by: $refuser:ident,
        severity: $severity:ident,
        healing: $healing:ident,
        title: $title:literal,
        client: $client:literal,
        $(server: $server:literal,)?
        causes: [$($cause:literal),* $(,)?],
    })*) => {
        vocabulary! {
            /// Names a rule that a login or an answer breaks: `login-rule` of `wit/inspector.wit`.
            pub enum LoginRule {
                $(
                    #[doc = concat!("`", $name, "`: ", $title, ".")]
                    $(#[doc = concat!("\n\n`docs/login-contract.md#", $anchor, "`")])+
                    $variant = $name,
                )*
            }
        }

        impl LoginRule {
            /// Returns the rule's texts.
            pub const fn text(self) -> &'static RuleText {
                match self {
                    $(Self::$variant => &RuleText {
                        refuser: Refuser::$refuser,
                        severity: Severity::$severity,
                        healing: Healing::$healing,
                        title: $title,
                        client_fix: $client,
                        server_fix: optional!($($server)?),
                        causes: &[$($cause),*],
                    },)*
                }
            }
        }

        /// The anchors of each rule in `docs/login-contract.md`.
        #[cfg(test)]
        const CITATIONS: &[(LoginRule, &[&str])] =
            &[$((LoginRule::$variant, &[$($anchor),+])),*];
    };
}

macro_rules! optional {
    () => {
        None
    };
    ($text:literal) => {
        Some($text)
    };
}

rules! {
    // The host, and what stands between it and Vault.
    VaultUnreachable "vault-unreachable" {
        contract: ["s2-13"], refused_by: Host, severity: Refused, healing: ByItself,
        title: "the host got no answer from Vault",
        client: "check Vault's address, port, DNS name, proxy settings and certificate on this \
            machine",
        causes: [
            "the address or the port is wrong",
            "a firewall or a proxy stands in the way",
            "the host does not trust Vault's certificate",
            "the AWS plugin crashed on this login, which ends the connection",
        ],
    }
    ConnectionBrokenOff "connection-broken-off" {
        contract: ["s2-13", "row-17c"], refused_by: Host, severity: Refused, healing: ByItself,
        title: "the peer took the connection and ended it without an answer",
        client: "send the login again; if every login ends so, the fault is on the server",
        server: "look for `panic` in the server's log: if it is there, write \
            auth/aws/config/client, or upgrade: Vault 1.15.0 and OpenBao's plugin v0.0.1 panic \
            while it was never written",
        causes: [
            "the plugin panicked: Vault 1.15.0 and OpenBao's plugin v0.0.1 do while \
                auth/aws/config/client was never written",
            "a proxy or load balancer ended the connection",
            "Vault was restarted",
        ],
    }
    VaultTimedOut "vault-timed-out" {
        contract: ["s2-13"], refused_by: Host, severity: Refused, healing: ByItself,
        title: "the client gave up before an answer came",
        client: "ask Vault for /v1/sys/health: if that answers at once, raise the client's timeout \
            (VAULT_CLIENT_TIMEOUT of Vault's CLI), else check the address and the firewall",
        server: "let Vault reach its STS, IAM and EC2 endpoints, or set `sts_endpoint` and \
            `iam_endpoint` of auth/aws/config/client to ones that it reaches",
        causes: [
            "Vault waits for STS or IAM longer than the client's timeout",
            "a firewall drops the packets to Vault",
            "the address or the port is wrong",
        ],
    }
    VaultCertificateUntrusted "vault-certificate-untrusted" {
        contract: ["s2-13"], refused_by: Host, severity: Refused, healing: ByHand,
        title: "the host does not trust the certificate of the server that answered",
        client: "give the client the CA of Vault's certificate (VAULT_CACERT of Vault's CLI), and \
            use a host name that is in the certificate",
        server: "serve the certificate with its intermediates, and renew it if it has expired",
        causes: [
            "the CA is not among those that the host trusts",
            "the certificate is for another name, or has expired",
            "a proxy on the way answers with its own certificate",
        ],
    }
    AnswerNotVaults "answer-not-vaults" {
        contract: ["s2-14"], refused_by: Intermediary, severity: Refused, healing: ByHand,
        title: "the answer is not Vault's: it is not JSON with errors or a token",
        client: "send the login to Vault's own address, and check what answers there",
        server: "let the proxy or load balancer in front pass Vault's answers through unchanged",
        causes: [
            "a proxy, load balancer or login page answered",
            "the address is not that of Vault",
        ],
    }
    AnswerEmpty "answer-empty" {
        contract: ["s2-13"], refused_by: Intermediary, severity: Refused, healing: ByItself,
        title: "the answer has a status and no body",
        client: "send the login to the active node itself, to see what it answers",
        server: "look for `panic` in the log of the active node: if it is there, write \
            auth/aws/config/client, or upgrade the server",
        causes: [
            "a proxy or load balancer answered in place of Vault",
            "the plugin panicked, so that the node that forwards the login has no answer",
        ],
    }
    TlsExpected "tls-expected" {
        contract: ["row-38l"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "plain HTTP was sent to a port that expects TLS",
        client: "write https:// in front of Vault's address",
        causes: [
            "the address begins with http:// or with nothing",
            "a proxy in front of Vault ends TLS and sends plain HTTP on",
        ],
    }
    TlsNotSpoken "tls-not-spoken" {
        contract: ["row-38p"], refused_by: Host, severity: Refused, healing: ByHand,
        title: "the server answers in plain HTTP, and the address begins with https://",
        client: "check the port: Vault's API is on 8200 by default; write http:// only for a Vault \
            on this machine, since the network could read login and token",
        server: "turn on TLS for the listener (`tls_cert_file`, `tls_key_file`)",
        causes: [
            "the listener has `tls_disable`",
            "another service answers at this port",
        ],
    }
    AnswerRedirected "answer-redirected" {
        contract: ["row-38k"], refused_by: Intermediary, severity: Refused, healing: ByHand,
        title: "the answer is a redirect that was not followed",
        client: "follow the redirect with the same method and body, or use the address of the \
            active node",
        server: "let standby nodes forward requests, or set `api_addr` to an address that clients \
            reach",
        causes: [
            "a standby node sent the client to the active one",
            "plain HTTP is redirected to HTTPS",
        ],
    }

    // Vault before it looks at the login.
    VaultSealed "vault-sealed" {
        contract: ["row-38a"], refused_by: Vault, severity: Refused, healing: ByItself,
        title: "Vault is sealed or in maintenance",
        client: "try again later",
        server: "unseal Vault",
        causes: [
            "Vault restarted and waits to be unsealed",
            "a load balancer found no healthy node behind it",
        ],
    }
    VaultNotInitialized "vault-not-initialized" {
        contract: ["row-38b"], refused_by: Vault, severity: Refused, healing: ByItself,
        title: "this Vault server is not initialized",
        client: "check that this is the right Vault server",
        server: "initialize Vault: `vault operator init`",
        causes: ["the server is new", "the storage behind Vault is empty or another one"],
    }
    NoActiveNode "no-active-node" {
        contract: ["row-38q"], refused_by: Vault, severity: Refused, healing: ByItself,
        title: "the Vault cluster has no active node at the moment",
        client: "send the login again in some seconds",
        server: "unseal enough nodes for a quorum, and check that they reach each other on port \
            8201 and the storage behind Vault",
        causes: [
            "the cluster is electing a new active node",
            "too few nodes run for a quorum",
            "the lock in the storage behind Vault is held by a node that is gone",
        ],
    }
    NodeBehind "node-behind" {
        contract: ["row-38c"], refused_by: Vault, severity: Refused, healing: ByItself,
        title: "this Vault node has not caught up with the state that the request asks for",
        client: "send the login again",
        causes: ["an eventually consistent node was asked right after a write"],
    }
    VaultOverloaded "vault-overloaded" {
        contract: ["row-38r"], refused_by: Vault, severity: Refused, healing: ByItself,
        title: "Vault is overloaded and turns requests away",
        client: "wait, and log in less often: keep the token instead of logging in for each \
            request",
        server: "give Vault more capacity, or limit its clients with a rate limit quota",
        causes: ["many clients log in at once", "the storage behind Vault is slow"],
    }
    RateLimited "rate-limited" {
        contract: ["row-38d"], refused_by: Vault, severity: Refused, healing: ByItself,
        title: "Vault limits the rate of requests",
        client: "wait, log in less often, and keep the token instead of logging in for each \
            request",
        server: "raise the rate limit quota, or exempt `auth/aws/login` from it",
        causes: [
            "a rate limit quota covers the mount",
            "one login is made for each request",
            "many clients log in at once",
        ],
    }
    LeaseQuotaExceeded "lease-quota-exceeded" {
        contract: ["row-38e"], refused_by: Vault, severity: Refused, healing: ByItself,
        title: "too many leases are alive: a lease count quota is exceeded",
        client: "keep the token and log in less often: to wait a second does not help",
        server: "revoke leases under auth/aws/login, give the role a shorter `token_ttl` or batch \
            tokens, or raise the lease count quota",
        causes: [
            "one login is made for each request, and every token lives for its whole TTL",
            "tokens are not revoked when they are no longer needed",
        ],
    }
    DisasterRecoverySecondary "disaster-recovery-secondary" {
        contract: ["row-38f"], refused_by: Vault, severity: Refused, healing: ByItself,
        title: "this Vault is a disaster recovery secondary and takes no logins",
        client: "send the login to the primary cluster",
        causes: ["the address points at the standby cluster"],
    }
    PerformanceStandby "performance-standby" {
        contract: ["row-38g"], refused_by: Vault, severity: Refused, healing: ByItself,
        title: "this Vault node is a performance standby that did not pass the login on",
        client: "send the login to the active node",
        server: "let the load balancer prefer the active node",
        causes: ["the load balancer picked a standby node"],
    }
    MountUnknown "mount-unknown" {
        contract: ["row-5", "row-38i"],
        refused_by: Vault, severity: Refused, healing: ByHand,
        title: "no AWS auth method answers at this path",
        client: "send the login to the path of the mount, `/v1/auth/aws/login` by default, with \
            the right namespace",
        server: "enable the method: `vault auth enable aws`",
        causes: [
            "the mount has another path",
            "the namespace is missing or another one",
            "the AWS auth method is not enabled",
        ],
    }
    PluginNotRunning "plugin-not-running" {
        contract: ["row-38o"], refused_by: Vault, severity: Refused, healing: ByItself,
        title: "the mount exists, and its plugin did not start",
        client: "try again once the plugin runs: the path is right",
        server: "register the plugin `aws` with the SHA-256 of its binary, and restart the server; \
            its log has the reason",
        causes: [
            "the catalog lacks the plugin, as after a move from Vault to OpenBao",
            "the plugin's binary is missing, or has another SHA-256 than the catalog",
            "a replication filter excludes the mount from this cluster",
        ],
    }
    HttpMethodUnsupported "http-method-unsupported" {
        contract: ["row-38j"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "Vault does not take this HTTP method at this path",
        client: "send the login with POST to the path of the mount, `/v1/auth/aws/login` by \
            default",
        causes: [
            "GET in place of POST, as after a redirect that was followed",
            "the path is another one of the mount, such as a role's",
        ],
    }
    PermissionDenied "permission-denied" {
        contract: ["row-5", "row-34"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "Vault denies the request without a reason",
        client: "check the path of the mount and the namespace: an unknown mount is denied, too",
        server: "check `token_bound_cidrs` of the role against the address that Vault sees, and \
            that the mount exists",
        causes: [
            "the mount or the namespace does not exist",
            "the client's address is outside the role's `token_bound_cidrs`",
        ],
    }
    LoginTooLarge "login-too-large" {
        contract: ["row-1"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the login is larger than any client makes one",
        client: "send one login and nothing else: a few kilobytes",
        causes: ["the wrong document was sent", "a header of the request is huge"],
    }
    JsonOverLimits "json-over-limits" {
        contract: ["row-2"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the JSON is over the server's limits",
        client: "send the five keys of a login and nothing else",
        causes: ["the wrong document was sent", "a list or an object has thousands of entries"],
    }
    JsonDuplicateKey "json-duplicate-key" {
        contract: ["row-2"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the JSON has a key twice",
        client: "send each key once",
        causes: ["the body is put together from strings", "a header is given in two places"],
    }
    JsonTrailingBytes "json-trailing-bytes" {
        contract: ["row-2"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "bytes follow the JSON",
        client: "end the body with the closing brace",
        causes: ["two bodies were joined", "a template added something"],
    }
    JsonMalformed "json-malformed" {
        contract: ["row-3"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the login is not a JSON object",
        client: "send a JSON object, as `sign-login` makes it",
        causes: [
            "the body was cut off or quoted once too often",
            "a shell ate the quotes",
            "a form was sent as JSON",
        ],
    }
    LoginIsForm "login-is-form" {
        contract: ["row-4"], refused_by: Vault, severity: Depends, healing: ByHand,
        title: "the login is a form and not JSON",
        client: "send JSON: a form is read only with `Content-Type: \
            application/x-www-form-urlencoded`",
        causes: ["the HTTP client encodes forms by default"],
    }
    VaultFailed "vault-failed" {
        contract: ["s2-13"], refused_by: Vault, severity: Refused, healing: ByItself,
        title: "Vault failed without a reason that points at the login",
        client: "send the login again",
        server: "read the server's log at the time of the request",
        causes: ["the storage behind Vault fails", "the plugin crashed"],
    }

    // The framework's validation of fields.
    FieldTypeWrong "field-type-wrong" {
        contract: ["row-6"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "a field that holds a string has another type",
        client: "send {the field} as a string",
        causes: ["method, URL or body was sent as an object or a list"],
    }
    HeadersNotJson "headers-not-json" {
        contract: ["row-7"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "iam_request_headers is not JSON",
        client: "send the headers as standard base64, with padding, of a JSON object",
        causes: [
            "URL-safe or unpadded base64",
            "two of the fields were swapped",
            "the headers were sent as lines of text",
            "the base64 was applied twice",
        ],
    }
    HeadersBlank "headers-blank" {
        contract: ["row-8"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "iam_request_headers is an empty string",
        client: "send the headers as base64 of a JSON object",
        causes: ["the request was never signed", "a variable was empty"],
    }
    HeaderValueTypeWrong "header-value-type-wrong" {
        contract: ["row-9"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "a header's value is neither a string nor a number nor a list of them",
        client: "send every header value as a string or a list of strings",
        causes: ["a boolean, null or an object among the headers"],
    }
    HeaderPairMalformed "header-pair-malformed" {
        contract: ["row-10"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "a header in the list is not `Name:value`",
        client: "send the headers as base64 of a JSON object",
        causes: [
            "a list entry has no colon or no name",
            "iam_request_headers is a number or a boolean",
        ],
    }
    KeyUnknown "key-unknown" {
        contract: ["s1-1"], refused_by: Vault, severity: Advice, healing: ByHand,
        title: "the server ignores a key of the login",
        client: "remove {the key}, or correct its spelling",
        causes: ["a misspelt key", "an option of the client sent as a field"],
    }
    LoginFieldsMissing "login-fields-missing" {
        contract: ["row-11", "row-17a"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the login lacks a field",
        client: "send {iam_http_request_method, iam_request_url, iam_request_body and \
            iam_request_headers} at the top level of the JSON",
        causes: [
            "a key is missing or misspelt",
            "the body arrived empty",
            "the fields are nested inside another object",
        ],
    }
    LoginFlowsMixed "login-flows-mixed" {
        contract: ["row-11"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the login has the fields of type iam and of type ec2",
        client: "send either the iam_ fields or pkcs7, identity and signature",
        causes: ["the client was switched from ec2 to iam and kept the old fields"],
    }
    LoginIsEc2 "login-is-ec2" {
        contract: ["s1-3"], refused_by: Vault, severity: Depends, healing: ByHand,
        title: "the login is of type ec2, which is not inspected",
        client: "send the iam_ fields to log in with a signature",
        causes: ["the client uses the ec2 type"],
    }

    // Method, URL, body, headers.
    MethodMissing "method-missing" {
        contract: ["row-12"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "iam_http_request_method is empty",
        client: "set iam_http_request_method to `POST`",
        causes: ["an empty variable", "null was sent"],
    }
    MethodUnsupported "method-unsupported" {
        contract: ["row-13", "row-17b"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "iam_http_request_method is not one that the server supports",
        client: "sign a POST with the body `Action=GetCallerIdentity&Version=2011-06-15`, and \
            write `POST` in upper case: renaming a presigned GET does not help",
        causes: [
            "the client presigned a GET, which OpenBao and Vault before 1.15 do not take",
            "the method is in lower case",
        ],
    }
    MethodGet "method-get" {
        contract: ["row-13", "row-17b", "s3-2"],
        refused_by: Vault, severity: Depends, healing: ByHand,
        title: "GET logins are supported by Vault since 1.15 and by no OpenBao",
        client: "sign a POST with the body `Action=GetCallerIdentity&Version=2011-06-15`",
        server: "use Vault 1.15 or later",
        causes: ["a presigned URL was sent"],
    }
    UrlMissing "url-missing" {
        contract: ["row-14a"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "iam_request_url is empty",
        client: "set iam_request_url to the base64 of `https://sts.amazonaws.com/`",
        causes: ["an empty variable", "null was sent"],
    }
    UrlNotBase64 "url-not-base64" {
        contract: ["row-14b"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "iam_request_url is not standard base64",
        client: "encode the URL with standard base64, with padding",
        causes: [
            "the URL was sent as it is",
            "URL-safe or unpadded base64",
            "a space inside the base64",
        ],
    }
    UrlUnparsable "url-unparsable" {
        contract: ["row-14c"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the URL in iam_request_url cannot be parsed",
        client: "encode `https://<host>/` and nothing else: `printf %s` instead of `echo`",
        causes: [
            "a line break after the URL that was encoded",
            "a space or a control character",
            "a bad percent sign",
            "no scheme before host and port",
        ],
    }
    StsUrlMalformed "sts-url-malformed" {
        contract: ["s2-3", "s2-6"], refused_by: Vault, severity: Depends, healing: ByHand,
        title: "the URL in iam_request_url is not https:// and a host",
        client: "sign and send `https://<host>/`, such as https://sts.amazonaws.com/",
        causes: ["the scheme is missing", "the host is not a DNS name"],
    }
    StsUrlNotBare "sts-url-not-bare" {
        contract: ["s2-3", "s2-6"], refused_by: Sts, severity: Depends, healing: ByHand,
        title: "the URL in iam_request_url has more than a scheme, a host and `/`",
        client: "sign and send scheme, host and `/` only",
        causes: ["a path was added", "credentials of a proxy are in the URL"],
    }
    PostWithQuery "post-with-query" {
        contract: ["row-15a"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "a POST login has a query in its URL",
        client: "move the action from the query into the body, and sign that",
        causes: ["a presigned URL was sent as POST"],
    }
    QueryActionMissing "query-action-missing" {
        contract: ["row-15b"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "a GET login has no `Action` in the query of its URL",
        client: "sign a POST with the body `Action=GetCallerIdentity&Version=2011-06-15`",
        causes: [
            "the action is in the body",
            "the key is not written `Action`",
            "the pair has a ';' or a bad percent sign and is dropped",
        ],
    }
    QueryActionRepeated "query-action-repeated" {
        contract: ["row-15c"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "a GET login has `Action` more than once in the query of its URL",
        client: "send `Action=GetCallerIdentity` once",
        causes: ["the query was put together twice"],
    }
    QueryActionUnexpected "query-action-unexpected" {
        contract: ["row-15d"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "a GET login asks for another action than GetCallerIdentity",
        client: "sign `Action=GetCallerIdentity`",
        causes: ["another call was presigned"],
    }
    BodyMissing "body-missing" {
        contract: ["row-16a"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "iam_request_body is empty in a POST login",
        client: "set iam_request_body to the base64 of \
            `Action=GetCallerIdentity&Version=2011-06-15`",
        causes: ["a presigned GET was sent as POST", "an empty variable"],
    }
    BodyNotBase64 "body-not-base64" {
        contract: ["row-16b"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "iam_request_body is not standard base64",
        client: "encode the body with standard base64, with padding",
        causes: ["the form was sent as it is", "URL-safe or unpadded base64"],
    }
    BodyUnparsable "body-unparsable" {
        contract: ["row-16c"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the body in iam_request_body is not a form",
        client: "sign the body `Action=GetCallerIdentity&Version=2011-06-15`",
        causes: ["a ';' between the pairs", "a bad percent sign"],
    }
    BodyUnexpected "body-unexpected" {
        contract: ["row-16d"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the body in iam_request_body asks for something else than GetCallerIdentity",
        client: "sign the body `Action=GetCallerIdentity&Version=2011-06-15`, without a line \
            break at its end",
        causes: [
            "a line break after the action",
            "another key, or keys in lower case",
            "a JSON body",
            "another action",
        ],
    }
    HeadersMissing "headers-missing" {
        contract: ["row-17"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "iam_request_headers has no headers",
        client: "send the signed headers in iam_request_headers",
        causes: ["the request was never signed", "null, {} or [] was sent"],
    }

    // What the mount's configuration decides.
    ServerConfigUnreadable "server-config-unreadable" {
        contract: ["s2-4"], refused_by: Vault, severity: Refused, healing: ByItself,
        title: "Vault cannot read the configuration of the mount",
        client: "send the login again",
        server: "check the storage behind Vault, and write auth/aws/config/client again",
        causes: ["the storage behind Vault fails"],
    }
    PluginPanics "plugin-panics" {
        contract: ["row-17c"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the plugin panics on every login while auth/aws/config/client was never written",
        client: "nothing on the client mends this: the login is not the cause",
        server: "write it (`vault write -f auth/aws/config/client` is enough), or upgrade Vault \
            1.15.0 or OpenBao's plugin v0.0.1",
        causes: ["Vault 1.15.0 and OpenBao's plugin v0.0.1 read a configuration that is not there"],
    }
    ServerIdMissing "server-id-missing" {
        contract: ["row-18"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the server ID is missing among the signed headers",
        client: "sign with the server ID {that is in the server's `iam_server_id_header_value`}",
        server: "clear `iam_server_id_header_value` of auth/aws/config/client only if this is the \
            callers' one Vault: without it a login for one Vault opens every other that trusts \
            them",
        causes: [
            "the client was not told the server ID",
            "it was sent as a header to Vault and not inside iam_request_headers",
            "the header's name is misspelt",
        ],
    }
    ServerIdDiffers "server-id-differs" {
        contract: ["row-19"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the server ID is not the one that the server wants",
        client: "sign with the server ID {that is in the server's `iam_server_id_header_value`}",
        server: "set `iam_server_id_header_value` of auth/aws/config/client to what its clients \
            send",
        causes: [
            "the login was made for another Vault",
            "upper and lower case differ",
            "a space at the end",
            "the header is sent twice",
        ],
    }
    AuthorizationMissing "authorization-missing" {
        contract: ["row-20", "row-30j"], refused_by: Sts, severity: Refused, healing: ByHand,
        title: "the login carries no signature: the Authorization header is missing",
        client: "sign the request, and send the Authorization header in iam_request_headers",
        causes: [
            "the client found no credentials and sent the request unsigned",
            "the headers were copied before signing",
        ],
    }
    ServerIdNotSigned "server-id-not-signed" {
        contract: ["row-21", "row-22"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the server ID header is not among the signed headers",
        client: "set X-Vault-AWS-IAM-Server-ID before signing, so that \
            `x-vault-aws-iam-server-id` is in SignedHeaders",
        causes: [
            "the header was added after signing",
            "a space stands before the comma after SignedHeaders",
            "SignedHeaders is in upper case",
        ],
    }
    HeaderNotAllowed "header-not-allowed" {
        contract: ["row-23", "row-27a"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the server does not allow one of the X-Amz- headers",
        client: "sign without {that header}",
        server: "add it to `allowed_sts_header_values` of auth/aws/config/client",
        causes: [
            "a tracing or SDK header was signed along",
            "X-Amz-User-Agent, which OpenBao does not allow",
        ],
    }
    QueryParameterNotAllowed "query-parameter-not-allowed" {
        contract: ["row-24"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the server does not allow one of the X-Amz- parameters in the query",
        client: "sign a POST instead of presigning a URL, or presign without {that parameter}",
        server: "add it to `allowed_sts_header_values` of auth/aws/config/client",
        causes: ["X-Amz-Expires, which most clients add when they presign"],
    }
    RegionMissing "region-missing" {
        contract: ["row-26"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the server takes the region from the login and finds none in the Authorization \
            header",
        client: "sign a POST whose Authorization header is one string with single spaces: \
            `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`",
        server: "turn off `use_sts_region_from_client`",
        causes: [
            "a GET login",
            "the Authorization header is split into a list",
            "no space before Credential=",
        ],
    }
    RegionUnknownToServer "region-unknown-to-server" {
        contract: ["row-27"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the server takes the region from the login and does not know that region",
        client: "sign for a region that the server knows, such as us-east-1",
        server: "upgrade Vault, or turn off `use_sts_region_from_client` and set `sts_endpoint`",
        causes: ["a region that is younger than the server", "a misspelt region"],
    }

    // The request as the server sends it on.
    HeaderIllegal "header-illegal" {
        contract: ["s2-6"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "a header has a name or a value that HTTP cannot carry",
        client: "remove the line break or the illegal character from {the header}, and sign again",
        causes: [
            "a line break at the end of a key, token or header value",
            "a space in a header's name",
        ],
    }
    HeaderRepeated "header-repeated" {
        contract: ["s1-2"], refused_by: Vault, severity: Depends, healing: ByHand,
        title: "a header is there more than once",
        client: "send {the header} once",
        causes: [
            "two spellings of one name, which the server joins in random order",
            "a list with several values",
        ],
    }
    HeaderHopByHop "header-hop-by-hop" {
        contract: ["s2-6"], refused_by: Vault, severity: Depends, healing: ByHand,
        title: "a header is about one connection, and the server sends on another",
        client: "sign without {the header}",
        causes: ["the headers of a finished request were copied"],
    }
    HostDiffers "host-differs" {
        contract: ["s2-6"], refused_by: Sts, severity: Depends, healing: ByHand,
        title: "the Host header is not the host of the URL, which is what the server sends",
        client: "sign for the host of iam_request_url: {that host}",
        causes: ["the signer's host and the URL were configured separately"],
    }
    HostNotPlain "host-not-plain" {
        contract: ["s2-6"], refused_by: Sts, severity: Depends, healing: ByHand,
        title: "the host of the URL is written in a way that signers change before they sign",
        client: "write the host in lower case and without the default port: {the plain host}",
        causes: [":443 in the URL", "upper case in the URL"],
    }
    HostNotSts "host-not-sts" {
        contract: ["s2-6", "s5-2"], refused_by: Sts, severity: Depends, healing: ByHand,
        title: "the host of the URL is not one of AWS STS",
        client: "sign for the host of the STS endpoint that the server calls, such as \
            sts.amazonaws.com",
        causes: [
            "a proxy's or another service's host was signed",
            "a misspelt host",
        ],
    }
    ContentLengthDiffers "content-length-differs" {
        contract: ["s2-6"], refused_by: Sts, severity: Depends, healing: ByHand,
        title: "the signed Content-Length is not the length of the body, which is what the server \
            sends",
        client: "sign the length of the body that is sent: {its length}",
        causes: ["the body was changed after signing"],
    }
    AcceptJson "accept-json" {
        contract: ["row-29"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the Accept header asks STS for JSON, and Vault reads XML only",
        client: "sign without the Accept header",
        causes: ["the HTTP client adds Accept: application/json"],
    }
    AcceptEncoding "accept-encoding" {
        contract: ["row-31"], refused_by: Vault, severity: Depends, healing: ByHand,
        title: "the Accept-Encoding header may make STS compress its answer, which Vault then \
            cannot read",
        client: "sign without the Accept-Encoding header",
        causes: ["the HTTP client adds Accept-Encoding"],
    }
    ContentTypeNotForm "content-type-not-form" {
        contract: ["s0"], refused_by: Sts, severity: Depends, healing: ByHand,
        title: "the Content-Type header does not say that the body is a form",
        client: "sign `Content-Type: application/x-www-form-urlencoded; charset=utf-8`",
        causes: ["the HTTP client sets JSON by default", "the header was left out"],
    }
    GetWithBody "get-with-body" {
        contract: ["s1-1"], refused_by: Sts, severity: Depends, healing: ByHand,
        title: "a GET login has a body, which the server sends along",
        client: "leave iam_request_body empty, or sign a POST",
        causes: ["a POST was turned into a GET"],
    }

    // What STS checks, and what becomes of its answer.
    StsUnreachable "sts-unreachable" {
        contract: ["row-28"], refused_by: Sts, severity: Refused, healing: ByItself,
        title: "Vault cannot reach STS",
        client: "send the login again later",
        server: "let Vault reach the STS endpoint, or set `sts_endpoint` to one that it reaches",
        causes: [
            "a private subnet without a route or VPC endpoint to STS",
            "Vault's own proxy settings (HTTPS_PROXY, NO_PROXY)",
            "STS failed on every attempt",
        ],
    }
    StsEndpointMalformed "sts-endpoint-malformed" {
        contract: ["row-28a"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the server's `sts_endpoint` has no scheme",
        client: "nothing on the client mends this: the login is not the cause",
        server: "write `sts_endpoint` of auth/aws/config/client with https:// in front",
        causes: ["`sts_endpoint` was written as a host name"],
    }
    StsCertificateUntrusted "sts-certificate-untrusted" {
        contract: ["row-28b"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "Vault does not trust the certificate of what answers as STS",
        client: "nothing on the client mends this: the login is not the cause",
        server: "install AWS's root CAs where Vault runs (the package ca-certificates), or the CA \
            of the proxy that opens TLS on the way",
        causes: [
            "Vault's image or machine has no root CAs",
            "a proxy on the way to STS answers with its own certificate",
            "`sts_endpoint` is a name that the certificate does not have",
        ],
    }
    StsHostUnknown "sts-host-unknown" {
        contract: ["row-28c"], refused_by: Vault, severity: Refused, healing: ByItself,
        title: "Vault's DNS does not know the host of the STS endpoint",
        client: "send the login again later; sign for a region that exists, if the server takes it \
            from the login",
        server: "correct the host of `sts_endpoint`, or Vault's DNS",
        causes: ["a misspelt host or region in `sts_endpoint`", "Vault's DNS server fails"],
    }
    StsAnswerNotXml "sts-answer-not-xml" {
        contract: ["row-29"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "what answered Vault in place of STS sent no plain XML",
        client: "sign without an Accept header",
        server: "check what `sts_endpoint` points at: it must answer with `Content-Type: text/xml`",
        causes: [
            "the login asks for JSON with an Accept header",
            "a proxy or an emulator answers in place of STS",
            "STS answered with a redirect",
        ],
    }
    StsAnswerUnparsable "sts-answer-unparsable" {
        contract: ["row-31"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "Vault cannot read the answer of STS",
        client: "sign without an Accept-Encoding header",
        server: "check what `sts_endpoint` points at: it must answer GetCallerIdentity",
        causes: [
            "a proxy or an emulator answers in place of STS",
            "the login sends Accept-Encoding, and the answer is compressed",
        ],
    }
    SignatureIncomplete "signature-incomplete" {
        contract: ["row-30k"], refused_by: Sts, severity: Refused, healing: ByHand,
        title: "the Authorization header is not a complete AWS4-HMAC-SHA256 signature",
        client: "send `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…` as one string",
        causes: [
            "a part is missing or misspelt",
            "the header was cut off",
            "a space or a slash in the access key ID",
        ],
    }
    SignatureTwice "signature-twice" {
        contract: ["row-30t"], refused_by: Sts, severity: Depends, healing: ByHand,
        title: "the login carries a signature in its headers and one in its URL",
        client: "send one signature",
        causes: ["a signed request was presigned, too"],
    }
    SecretAsAccessKeyId "secret-as-access-key-id" {
        contract: ["row-30v"], refused_by: Sts, severity: Refused, healing: ByHand,
        title: "the access key ID has a '/', a '+' or 40 characters in both cases, as only a \
            secret access key has",
        client: "check that access key ID and secret access key are not swapped, and replace the \
            key: it may have leaked",
        causes: ["access key ID and secret access key were swapped"],
    }
    DateMissing "date-missing" {
        contract: ["row-30o"], refused_by: Sts, severity: Refused, healing: ByHand,
        title: "the login has no X-Amz-Date",
        client: "send the X-Amz-Date that was signed",
        causes: ["the header was left out of iam_request_headers"],
    }
    DateMalformed "date-malformed" {
        contract: ["row-30p"], refused_by: Sts, severity: Refused, healing: ByHand,
        title: "X-Amz-Date is not a time such as 20300131T120000Z",
        client: "send X-Amz-Date as `YYYYMMDDThhmmssZ`, in UTC",
        causes: ["another date format"],
    }
    SignatureMalformed "signature-malformed" {
        contract: ["row-30u"], refused_by: Sts, severity: Refused, healing: ByHand,
        title: "the signature is not 64 hexadecimal digits in lower case",
        client: "send the signature as the signer made it",
        causes: ["the header was cut off or changed after signing"],
    }
    HostNotSigned "host-not-signed" {
        contract: ["row-30q"], refused_by: Sts, severity: Refused, healing: ByHand,
        title: "`host` is not among the signed headers",
        client: "sign the Host header",
        causes: ["a signer that was given no URL"],
    }
    SignedHeaderMissing "signed-header-missing" {
        contract: ["s2-6", "row-30d"], refused_by: Sts, severity: Refused, healing: ByHand,
        title: "a header was signed and is not sent",
        client: "send {the header} in iam_request_headers, or do not sign it",
        causes: [
            "the header was dropped after signing",
            "Transfer-Encoding or Trailer, which the server drops",
        ],
    }
    SignedHeadersUnsorted "signed-headers-unsorted" {
        contract: ["row-30s"], refused_by: Sts, severity: Depends, healing: ByHand,
        title: "SignedHeaders is not a sorted list of different names in lower case",
        client: "list the signed headers in lower case, sorted and each once",
        causes: ["a hand-written signer"],
    }
    AmzHeaderNotSigned "amz-header-not-signed" {
        contract: ["row-30r"], refused_by: Sts, severity: Depends, healing: ByHand,
        title: "an X-Amz- header is sent and not signed",
        client: "sign {the header}, or leave it out",
        causes: ["the header was added after signing"],
    }
    ScopeRegionDiffers "scope-region-differs" {
        contract: ["row-30a"], refused_by: Sts, severity: Refused, healing: ByHand,
        title: "the login is not signed for the region of the STS endpoint that the server calls",
        client: "sign for {the region of the endpoint that the server calls: us-east-1 unless it \
            is configured}",
        server: "set `sts_endpoint` of auth/aws/config/client to the endpoint of the clients' \
            region, or turn on `use_sts_region_from_client`",
        causes: [
            "the client signs for its own region, the server calls the global endpoint",
            "the server calls a regional endpoint, the client signs for us-east-1",
        ],
    }
    ScopeServiceDiffers "scope-service-differs" {
        contract: ["row-30f"], refused_by: Sts, severity: Refused, healing: ByHand,
        title: "the login is not signed for the service `sts`",
        client: "sign for the service `sts`",
        causes: ["the signer was set up for another service"],
    }
    ScopeTerminatorDiffers "scope-terminator-differs" {
        contract: ["row-30f"], refused_by: Sts, severity: Refused, healing: ByHand,
        title: "the credential scope does not end in `aws4_request`",
        client: "end the credential scope with `aws4_request`",
        causes: ["a hand-written signer"],
    }
    ScopeDateDiffers "scope-date-differs" {
        contract: ["row-30e"], refused_by: Sts, severity: Refused, healing: ByHand,
        title: "the day of the credential scope is not that of X-Amz-Date",
        client: "take both from one clock reading, in UTC",
        causes: ["a signing key was kept past midnight UTC", "local time in place of UTC"],
    }
    SignatureExpired "signature-expired" {
        contract: ["row-30b", "s7"], refused_by: Sts, severity: Refused, healing: ByHand,
        title: "the login was signed too long ago: AWS accepts it for 15 minutes",
        client: "sign a new login right before sending it, and set this machine's clock",
        server: "set the clock of the STS emulator, if there is one",
        causes: ["this machine's clock is slow", "the login was stored and sent later"],
    }
    SignatureNotYetCurrent "signature-not-yet-current" {
        contract: ["row-30c", "s7"], refused_by: Sts, severity: Refused, healing: ByHand,
        title: "the login is signed for a time in the future",
        client: "set this machine's clock, and sign again",
        server: "set the clock of the STS emulator, if there is one",
        causes: ["this machine's clock is fast", "local time in place of UTC"],
    }
    SignatureDiffers "signature-differs" {
        contract: ["row-30d"], refused_by: Sts, severity: Refused, healing: ByHand,
        title: "AWS computes another signature from what Vault sent",
        client: "check the secret access key, and send exactly what was signed",
        causes: [
            "the secret access key is not that of the access key ID",
            "the secret ends in a line break or a space",
            "the host, the body or a header was changed after signing",
            "a signed Content-Length that is not the body's length",
        ],
    }
    SessionTokenMissing "session-token-missing" {
        contract: ["row-30g"], refused_by: Sts, severity: Refused, healing: ByHand,
        title: "the access key ID begins with ASIA, and the session token is missing",
        client: "sign with the session token that came with the access key",
        causes: ["the session token was dropped on the way to the signer"],
    }
    SessionTokenUnexpected "session-token-unexpected" {
        contract: ["row-30g"], refused_by: Sts, severity: Refused, healing: ByHand,
        title: "the access key ID begins with AKIA, and a session token is sent",
        client: "sign without a session token",
        causes: ["an AWS_SESSION_TOKEN was left over in the environment"],
    }
    AccessKeyUnknown "access-key-unknown" {
        contract: ["row-30g"], refused_by: Sts, severity: Refused, healing: ByHand,
        title: "AWS does not know the access key ID or its session token",
        client: "use an active key with its own session token, from a regional STS endpoint \
            (AWS_STS_REGIONAL_ENDPOINTS=regional), and sign for a region of its partition that is \
            enabled for the account",
        server: "set `sts_endpoint` to an endpoint of the clients' partition",
        causes: [
            "the access key was deleted or deactivated",
            "the session token is missing or belongs to another key",
            "the session token is of version 1, from the global endpoint, and opt-in regions \
                refuse it",
            "the region of the endpoint is not enabled for the account",
            "the key is of another partition (China, GovCloud)",
        ],
    }
    SessionExpired "session-expired" {
        contract: ["row-30h"], refused_by: Sts, severity: Refused, healing: ByHand,
        title: "the temporary credentials have expired",
        client: "get new credentials, and sign again",
        causes: [
            "the credentials were read once and never again",
            "a long-running process kept them",
        ],
    }
    StsRegionDisabled "sts-region-disabled" {
        contract: ["row-30i"], refused_by: Sts, severity: Refused, healing: ByHand,
        title: "STS is not activated in this region for the caller's account",
        client: "sign for a region whose STS is active, such as us-east-1",
        server: "activate STS for the region in the account's IAM settings, or set `sts_endpoint` \
            to another region",
        causes: ["an opt-in region that was never activated"],
    }
    StsActionInvalid "sts-action-invalid" {
        contract: ["row-30l"], refused_by: Sts, severity: Refused, healing: ByHand,
        title: "STS finds no GetCallerIdentity of version 2011-06-15 in the request",
        client: "sign the body `Action=GetCallerIdentity&Version=2011-06-15`",
        causes: ["Action or Version is missing", "a line break after the version"],
    }
    StsAccessDenied "sts-access-denied" {
        contract: ["row-30n"], refused_by: Sts, severity: Refused, healing: ByHand,
        title: "STS denies the call",
        client: "check what stands between Vault and STS: AWS itself denies this call to no caller",
        server: "check the policy of the VPC endpoint that Vault calls STS through",
        causes: ["the policy of a VPC endpoint", "an emulator"],
    }
    StsThrottled "sts-throttled" {
        contract: ["row-30m"], refused_by: Sts, severity: Refused, healing: ByItself,
        title: "STS limits the rate of calls",
        client: "wait, log in less often, and keep the token instead of logging in for each \
            request",
        server: "call a regional endpoint: set `sts_endpoint`",
        causes: ["one login is made for each request", "many clients log in at once"],
    }
    StsRefused "sts-refused" {
        contract: ["row-30"], refused_by: Sts, severity: Refused, healing: ByHand,
        title: "STS refuses the call with a text that is not known",
        client: "read the text of STS inside Vault's answer",
        server: "check what `sts_endpoint` points at",
        causes: ["an emulator or a proxy answers in place of STS"],
    }

    // The caller, the role, its bindings.
    ArnMalformed "arn-malformed" {
        contract: ["s2-8"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the ARN of the caller is not one of an IAM user or role",
        client: "log in with the credentials of an IAM user or role",
        server: "check what `sts_endpoint` points at: AWS never answers such an ARN",
        causes: ["an emulator answers in place of STS"],
    }
    CallerIsRoot "caller-is-root" {
        contract: ["s2-8"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the credentials are those of an account's root user, who cannot log in",
        client: "log in with the credentials of an IAM user or role",
        causes: ["root credentials are configured"],
    }
    CallerIsFederated "caller-is-federated" {
        contract: ["s2-8"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the credentials come from GetFederationToken, whose users cannot log in",
        client: "log in with the credentials of an IAM user or of AssumeRole",
        causes: ["GetFederationToken made the credentials"],
    }
    RoleUnknown "role-unknown" {
        contract: ["row-33"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the mount has no such role",
        client: "ask for a role that exists: {the name that `vault list auth/aws/role` shows}",
        server: "write the role: `vault write auth/aws/role/<name> auth_type=iam …`",
        causes: [
            "a misspelt role",
            "no role was sent, and none is named after the IAM user or role",
            "the role is in another mount or namespace",
        ],
    }
    RoleIsArn "role-is-arn" {
        contract: ["row-33"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the role is an ARN, and Vault wants the name of a Vault role",
        client: "ask for the name of a Vault role",
        causes: ["the IAM role was given in place of the Vault role"],
    }
    RoleNameImpossible "role-name-impossible" {
        contract: ["row-33"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "no Vault role can have this name",
        client: "ask for a role name of letters, digits, '_', '-' and '.'",
        causes: ["a space or a line break around the name", "a path before the name"],
    }
    RoleWantsEc2 "role-wants-ec2" {
        contract: ["row-35"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the role is of type ec2",
        client: "ask for a role of type iam",
        server: "write the role again with `auth_type=iam`",
        causes: ["the role was written for the ec2 type"],
    }
    PrincipalNotBound "principal-not-bound" {
        contract: ["row-36"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the caller is not among the principals of the role",
        client: "ask for another role, or log in with other credentials than {these}",
        server: "add the caller's ARN, arn:aws:iam::<account>:role/<name> without session, to \
            `bound_iam_principal_arn`",
        causes: [
            "the role is bound to another IAM user or role",
            "the binding has a path although unique IDs are not resolved",
            "the binding is written as assumed-role",
            "the IAM role was deleted and made again",
        ],
    }
    NodeRoleNotBound "node-role-not-bound" {
        contract: ["row-36a"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the caller is not among the principals of the role, and its session is an EC2 \
            instance",
        client: "give the workload a role of its own: on EKS by IRSA (a service account with \
            `eks.amazonaws.com/role-arn`) or by Pod Identity, and check that its SDK supports that",
        server: "do not bind the role of a Kubernetes node: every pod on the node could log in; \
            bind the role of the workload; only for an instance that runs nothing else, add its \
            role to `bound_iam_principal_arn`",
        causes: [
            "a pod used its node's role, since it has no role or its SDK did not find it",
            "the role is bound to another IAM role than that of the instance",
        ],
    }
    BindingNeverMatches "binding-never-matches" {
        contract: ["s2-10"], refused_by: Vault, severity: Advice, healing: ByHand,
        title: "a binding of the role matches no caller",
        client: "ask for a role whose binding is right",
        server: "write the binding as {arn:aws:iam::<account>:role/<name>}",
        causes: [
            "assumed-role in the binding",
            "a path in the binding although unique IDs are not resolved",
            "`*` alone",
        ],
    }
    PrincipalLookupFailed "principal-lookup-failed" {
        contract: ["row-37"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "Vault cannot look up the caller in IAM",
        client: "ask for a role that is bound to the exact ARN",
        server: "allow Vault iam:GetUser and iam:GetRole in the caller's account",
        causes: [
            "Vault lacks iam:GetUser or iam:GetRole",
            "a partition that the server does not know",
        ],
    }
    VaultKeysRefused "vault-keys-refused" {
        contract: ["row-37a", "row-37e"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "AWS refuses the keys with which Vault itself calls AWS",
        client: "nothing on the client mends this: the login is not the cause",
        server: "write the `access_key` and `secret_key` of an active key to \
            auth/aws/config/client, or leave both out so that Vault uses its instance's role; \
            check Vault's clock",
        causes: [
            "auth/aws/config/client holds a wrong secret key, or keys that were deleted",
            "Vault's own session has expired",
        ],
    }
    VaultKeysMissing "vault-keys-missing" {
        contract: ["row-37b"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "Vault has no AWS credentials with which to look up the caller",
        client: "ask for a role that is bound to exact ARNs, with `resolve_aws_unique_ids=false`",
        server: "write `access_key` and `secret_key` to auth/aws/config/client, or give Vault's \
            instance or pod an IAM role",
        causes: ["auth/aws/config/client has no keys, and Vault's machine has no IAM role"],
    }
    AccountNotConfigured "account-not-configured" {
        contract: ["row-37c"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "Vault has no role in the caller's AWS account",
        client: "log in with an identity of the account that Vault's own keys belong to",
        server: "write auth/aws/config/sts/<account> with a `sts_role` of the caller's account \
            that Vault may assume, and that allows iam:GetUser, iam:GetRole and \
            ec2:DescribeInstances",
        causes: [
            "the caller is of another account than Vault's own keys, and no auth/aws/config/sts \
                entry covers it",
        ],
    }
    VaultCallsThrottled "vault-calls-throttled" {
        contract: ["row-37d"], refused_by: Vault, severity: Refused, healing: ByItself,
        title: "AWS limits the rate of Vault's own calls to IAM or EC2",
        client: "wait, log in less often, and keep the token instead of logging in for each \
            request",
        server: "bind exact ARNs without `*`, which needs no lookup, and let clients keep their \
            tokens",
        causes: [
            "many clients log in at once to a role with a `*` in its binding",
            "other programs of the account use up the limit",
        ],
    }
    PrincipalLookupEmpty "principal-lookup-empty" {
        contract: ["row-38"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "Vault looked up the caller in IAM and found nothing",
        client: "log in with an IAM user or role that still exists",
        server: "write auth/aws/config/sts/<account> if the caller is of another account than \
            Vault's own keys",
        causes: [
            "Vault asked its own account, and the caller is of another one",
            "the IAM user or role was deleted",
        ],
    }
    SessionNotInstance "session-not-instance" {
        contract: ["s2-11"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the role infers an EC2 instance, and the session is not named after one",
        client: "log in with the credentials of the instance profile, from the instance's \
            metadata service",
        server: "write the role without `inferred_entity_type`, if every session of its principals \
            may log in: the bindings to an instance then fall away",
        causes: [
            "AssumeRole made the credentials, with another name for the session",
            "the credentials are a user's, or those of a task, a pod or a function",
        ],
    }
    InstanceUnverified "instance-unverified" {
        contract: ["s2-11"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "Vault cannot verify the EC2 instance that the role infers",
        client: "log in with the credentials of the instance profile, while the instance runs",
        server: "allow Vault ec2:DescribeInstances, and check `inferred_aws_region` of the role",
        causes: [
            "Vault lacks ec2:DescribeInstances",
            "the instance is in another region than `inferred_aws_region`",
        ],
    }
    InstanceNotFound "instance-not-found" {
        contract: ["s2-11"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "EC2 does not find the instance in the region and account that Vault asks",
        client: "log in on an instance in the region and account that the role infers",
        server: "set `inferred_aws_region` of the role to the instance's region, and write \
            auth/aws/config/sts/<account> for an instance of another account",
        causes: [
            "the instance is in another region than `inferred_aws_region`",
            "the instance is in another account, for which Vault has no role",
            "the instance was started seconds ago or is gone",
        ],
    }
    InstanceNotRunning "instance-not-running" {
        contract: ["s2-11"], refused_by: Vault, severity: Refused, healing: ByItself,
        title: "the EC2 instance is not running",
        client: "log in while the instance runs, not while it starts or stops",
        causes: ["the instance is starting or stopping", "the credentials were taken elsewhere"],
    }
    InstanceNotBound "instance-not-bound" {
        contract: ["s2-11"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the EC2 instance does not meet a binding of the role",
        client: "ask for a role whose bindings fit the instance",
        server: "change the role's bound_ fields to fit the instance",
        causes: ["the instance has another image, subnet, VPC, account or profile"],
    }
    InstanceAttributeMissing "instance-attribute-missing" {
        contract: ["s2-11"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "the description of the EC2 instance lacks something that the role is bound to",
        client: "ask for a role whose bindings fit the instance",
        server: "allow Vault iam:GetInstanceProfile, and check the role's bound_ fields",
        causes: ["the instance has no instance profile", "Vault lacks iam:GetInstanceProfile"],
    }

    // 200 responses without a token.
    MfaRequired "mfa-required" {
        contract: ["row-38m"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "Vault accepts the login and wants a second factor before it gives a token",
        client: "validate the factor at /v1/sys/mfa/validate with the mfa_request_id of the answer",
        server: "exempt the mount from login MFA enforcement only if machines alone log in there: \
            its logins then need no second factor",
        causes: ["a login MFA enforcement covers the mount"],
    }
    ResponseWrapped "response-wrapped" {
        contract: ["row-38n"], refused_by: Vault, severity: Refused, healing: ByHand,
        title: "Vault accepts the login and wraps the token",
        client: "unwrap it at /v1/sys/wrapping/unwrap, or log in without X-Vault-Wrap-TTL",
        causes: ["X-Vault-Wrap-TTL was sent along"],
    }

    // AssumeRole, which comes before the login.
    AssumeRoleDenied "assume-role-denied" {
        contract: ["row-38s"], refused_by: Sts, severity: Refused, healing: ByHand,
        title: "AWS does not let the caller assume the IAM role, or there is no such role",
        client: "check the ARN of the role and the external ID, and call with the principal that \
            the role trusts",
        server: "in IAM, name the caller as Principal of the role's trust policy, compare its \
            sts:ExternalId condition, and across accounts also allow the caller sts:AssumeRole \
            on the role",
        causes: [
            "the role's trust policy does not name the caller, or named one that was deleted",
            "the trust policy demands an external ID (sts:ExternalId), and another one or none was \
                sent",
            "the caller's own policies do not allow sts:AssumeRole on the role, which they must \
                across accounts and where the trust policy names the whole account",
            "no role has this ARN: AWS says the same of a role that does not exist",
            "another condition of the trust policy, or a service control policy",
        ],
    }
    AssumeRoleByRoot "assume-role-by-root" {
        contract: ["row-38t"], refused_by: Sts, severity: Refused, healing: ByHand,
        title: "the credentials are those of an account's root user, who cannot assume a role",
        client: "use the credentials of an IAM user or role",
        causes: ["root credentials are configured"],
    }
    AssumeRoleTooLong "assume-role-too-long" {
        contract: ["row-38u"], refused_by: Sts, severity: Refused, healing: ByHand,
        title: "the duration is longer than the IAM role's MaxSessionDuration",
        client: "ask for at most the role's MaxSessionDuration, or for no duration: AWS then takes \
            3600 seconds",
        server: "in IAM, raise the role's MaxSessionDuration, which is 3600 seconds unless it was \
            set and may be 43200",
        causes: ["the role's MaxSessionDuration was never raised above 3600 seconds"],
    }
    AssumeRoleChainedTooLong "assume-role-chained-too-long" {
        contract: ["row-38v"], refused_by: Sts, severity: Refused, healing: ByHand,
        title: "the duration is longer than one hour, and the caller has assumed a role itself",
        client: "ask for at most 3600 seconds, or for no duration: AWS allows role chaining no \
            more, whatever the role's MaxSessionDuration is",
        causes: [
            "the credentials come from AssumeRole, a web identity, SAML or IAM Identity Center",
            "the credentials come from GetSessionToken",
        ],
    }
}

impl LoginRule {
    /// Says whether a rule is about `AssumeRole`, and not about a login.
    pub(super) const fn is_about_assume_role(self) -> bool {
        matches!(
            self,
            Self::AssumeRoleDenied
                | Self::AssumeRoleByRoot
                | Self::AssumeRoleTooLong
                | Self::AssumeRoleChainedTooLong
        )
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::CITATIONS;

    #[test]
    fn every_rule_cites_anchors_of_the_login_contract() {
        let contract = include_str!("../../docs/login-contract.md");
        for (rule, anchors) in CITATIONS {
            for anchor in *anchors {
                let found = contract
                    .matches(&format!("<a id=\"{anchor}\"></a>"))
                    .count();
                assert_eq!(found, 1, "{} cites #{anchor}", rule.name());
            }
        }
    }

    /// Every text of every rule, one a line.
    fn snapshot() -> String {
        let mut lines = String::new();
        for (rule, anchors) in CITATIONS {
            let text = rule.text();
            let (severity, refuser) = (text.severity.name(), text.refuser.name());
            let healing = text.healing.name();
            writeln!(
                lines,
                "{severity}[{}] by {refuser}, healing {healing}",
                rule.name()
            )
            .unwrap();
            writeln!(lines, "  contract: {}", anchors.join(", ")).unwrap();
            writeln!(lines, "  title: {}", text.title).unwrap();
            writeln!(lines, "  client: {}", text.client_fix).unwrap();
            if let Some(fix) = text.server_fix {
                writeln!(lines, "  server: {fix}").unwrap();
            }
            for cause in text.causes {
                writeln!(lines, "  cause: {cause}").unwrap();
            }
            lines.push('\n');
        }
        lines
    }

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "the test rewrites its snapshot if it is told to"
    )]
    fn texts_of_the_rules_are_those_of_the_snapshot() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/inspector_texts.txt");
        if std::env::var("WRITE_TEXTS").is_ok() {
            std::fs::write(path, snapshot()).unwrap();
        }
        let expected = std::fs::read_to_string(path).unwrap();
        let (found, expected) = (snapshot(), expected.replace("\r\n", "\n"));
        let differs = found
            .lines()
            .zip(expected.lines())
            .find(|(found, expected)| found != expected);
        assert!(
            found == expected,
            "the texts of the rules are not those of tests/inspector_texts.txt, first in \
             {differs:?}; to write the file: WRITE_TEXTS=1 cargo test --lib snapshot"
        );
    }
}
