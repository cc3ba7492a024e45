//! Every rule: name, section and row of the login contract, who refuses, how surely, what is wrong, how to mend it.
//!
//! Not decidable from the outside, and so known to `explain_refusal` alone or to nobody:
//!
//! - 2.1 row 5: which mount and namespace the login is sent to is not in the login;
//! - 2.4: whether Vault can read its own storage;
//! - 2.5 row 25: no condition, but the choice of the endpoint; `sts-endpoint` of the profile tells it;
//! - 2.7 rows 28, 30 and 31: what STS, or whatever stands before it, answers to Vault;
//! - 2.7 row 32: the plugin crashes on an answer of an emulator, and the connection ends;
//! - 2.8, the malformed ARNs: AWS never sends one, an emulator might;
//! - 2.9 row 34: the address that Vault sees, and the role's `token_bound_cidrs`;
//! - 2.10 rows 37 and 38: Vault's own IAM permissions;
//! - 2.11: EC2's description of the instance; the session name alone is decidable;
//! - 2.12: the signature itself, which takes the secret access key; whether AWS knows the key, the
//!   session has ended, or STS is off in the region.

use super::rule::{Refuser, RuleText, Severity};

/// Writes the enum, the names and the texts from one list, so that none can be forgotten.
macro_rules! rules {
    ($($variant:ident = $name:literal, $row:literal, $refuser:ident, $severity:ident,
        $title:literal, $client_fix:literal, $server_fix:literal, [$($cause:literal),* $(,)?];)*) => {
        /// Names a rule that a login or an answer breaks: `login-rule` of `wit/inspector.wit`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum LoginRule {
            $(#[doc = concat!("`", $name, "`: ", $title, ".")] $variant,)*
        }

        impl LoginRule {
            /// Every rule, in the order in which the server comes to them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Returns the name of the rule in `wit/inspector.wit`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Returns section and row of the login contract that the rule comes from.
            pub const fn row(self) -> &'static str {
                match self {
                    $(Self::$variant => $row,)*
                }
            }

            /// Returns the rule's texts.
            pub const fn text(self) -> RuleText {
                match self {
                    $(Self::$variant => RuleText {
                        refuser: Refuser::$refuser,
                        severity: Severity::$severity,
                        lines: concat!($title, "\n", $client_fix, "\n", $server_fix $(, "\n", $cause)*),
                    },)*
                }
            }
        }
    };
}

rules! {
    // The host and the way to Vault.
    VaultUnreachable = "vault-unreachable", "2.13", Host, Refused,
        "the host got no answer from Vault",
        "check Vault's address, port, DNS name, proxy settings and certificate on this machine",
        "", ["the address or the port is wrong", "a firewall or a proxy stands in the way",
            "the host does not trust Vault's certificate", "the AWS plugin crashed on this login, which ends the connection"];
    AnswerNotVaults = "answer-not-vaults", "2.13", Way, Refused,
        "the answer is not Vault's: it is no JSON with errors or a token",
        "send the login to Vault's own address, and check what answers there",
        "let the proxy or load balancer in front pass Vault's answers through unchanged",
        ["a proxy, load balancer or login page answered", "the address is not that of Vault"];
    AnswerRedirected = "answer-redirected", "2.13", Way, Refused,
        "the answer is a redirect that was not followed",
        "follow the redirect with the same method and body, or use the address of the active node",
        "let standby nodes forward requests, or set `api_addr` to an address that clients reach",
        ["a standby node sent the client to the active one", "plain HTTP is redirected to HTTPS"];

    // Vault before it looks at the login.
    VaultSealed = "vault-sealed", "2.13", Vault, Refused,
        "Vault is sealed or in maintenance",
        "try again later", "unseal Vault",
        ["Vault restarted and waits to be unsealed", "a load balancer found no healthy node behind it"];
    VaultNotInitialized = "vault-not-initialized", "2.13", Vault, Refused,
        "Vault is not initialized",
        "check that this is the right Vault server", "initialize Vault: `vault operator init`",
        ["the server is new", "the storage behind Vault is empty or another one"];
    NodeBehind = "node-behind", "2.13", Vault, Refused,
        "this Vault node has not caught up with the state that the request asks for",
        "send the login again", "",
        ["an eventually consistent node was asked right after a write"];
    RateLimited = "rate-limited", "2.13", Vault, Refused,
        "Vault limits the rate of requests",
        "wait, log in less often, and keep the token instead of logging in for each request",
        "raise the rate limit quota, or exempt `auth/aws/login` from it",
        ["a rate limit quota covers the mount", "one login is made for each request", "many clients log in at once"];
    DisasterRecoverySecondary = "disaster-recovery-secondary", "2.13", Vault, Refused,
        "this Vault is a disaster recovery secondary and takes no logins",
        "send the login to the primary cluster", "",
        ["the address points at the standby cluster"];
    PerformanceStandby = "performance-standby", "2.13", Vault, Refused,
        "this Vault node is a performance standby that did not pass the login on",
        "send the login to the active node", "let the load balancer prefer the active node",
        ["the load balancer picked a standby node"];
    MountUnknown = "mount-unknown", "2.1/5", Vault, Refused,
        "no AWS auth method answers at this path",
        "send the login to the path of the mount, `/v1/auth/aws/login` by default, with the right namespace",
        "enable the method: `vault auth enable aws`",
        ["the mount has another path", "the namespace is missing or another one", "the AWS auth method is not enabled"];
    PermissionDenied = "permission-denied", "2.1/5, 2.9/34", Vault, Refused,
        "Vault denies the request without a reason",
        "check the path of the mount and the namespace: an unknown mount is denied, too",
        "check `token_bound_cidrs` of the role against the address that Vault sees, and that the mount exists",
        ["the mount or the namespace does not exist", "the client's address is outside the role's `token_bound_cidrs`"];
    LoginTooLarge = "login-too-large", "2.1/1", Vault, Refused,
        "the login is larger than any client makes one",
        "send one login and nothing else: a few kilobytes", "",
        ["the wrong document was sent", "a header of the request is huge"];
    JsonOverLimits = "json-over-limits", "2.1/2", Vault, Refused,
        "the JSON is over the server's limits",
        "send the five keys of a login and nothing else",
        "", ["the wrong document was sent", "a list or an object has thousands of entries"];
    JsonDuplicateKey = "json-duplicate-key", "2.1/2", Vault, Refused,
        "the JSON has a key twice",
        "send each key once",
        "", ["the body is put together from strings", "a header is given in two places"];
    JsonTrailingBytes = "json-trailing-bytes", "2.1/2", Vault, Refused,
        "bytes follow the JSON",
        "end the body with the closing brace",
        "", ["two bodies were joined", "a template added something"];
    JsonMalformed = "json-malformed", "2.1/3", Vault, Refused,
        "the login is not a JSON object",
        "send a JSON object, as `sign-login` makes it",
        "", ["the body was cut off or quoted once too often", "a shell ate the quotes", "a form was sent as JSON"];
    LoginIsForm = "login-is-form", "2.1/4", Vault, Depends,
        "the login is a form and not JSON",
        "send JSON: a form is read only with `Content-Type: application/x-www-form-urlencoded`", "",
        ["the HTTP client encodes forms by default"];
    VaultFailed = "vault-failed", "2.13", Vault, Refused,
        "Vault failed without a reason that points at the login",
        "send the login again", "read the server's log at the time of the request",
        ["the storage behind Vault fails", "the plugin crashed"];

    // The framework's validation of fields.
    FieldTypeWrong = "field-type-wrong", "2.2/6", Vault, Refused,
        "a field that holds a string has another type",
        "send {the field} as a string", "",
        ["method, URL or body was sent as an object or a list"];
    HeadersNotJson = "headers-not-json", "2.2/7", Vault, Refused,
        "iam_request_headers is not JSON",
        "send the headers as standard base64, with padding, of a JSON object", "",
        ["URL-safe or unpadded base64", "two of the fields were swapped", "the headers were sent as lines of text", "the base64 was applied twice"];
    HeadersBlank = "headers-blank", "2.2/8", Vault, Refused,
        "iam_request_headers is an empty string",
        "send the headers as base64 of a JSON object", "",
        ["the request was never signed", "a variable was empty"];
    HeaderValueTypeWrong = "header-value-type-wrong", "2.2/9", Vault, Refused,
        "a header's value is neither a string nor a number nor a list of them",
        "send every header value as a string or a list of strings", "",
        ["a boolean, null or an object among the headers"];
    HeaderPairMalformed = "header-pair-malformed", "2.2/10", Vault, Refused,
        "a header in the list is not `Name:value`",
        "send the headers as base64 of a JSON object", "",
        ["a list entry has no colon or no name", "iam_request_headers is a number or a boolean"];
    KeyUnknown = "key-unknown", "1.1", Vault, Advice,
        "the server ignores a key of the login",
        "remove {the key}, or correct its spelling", "",
        ["a misspelt key", "an option of the client sent as a field"];
    LoginFieldsMissing = "login-fields-missing", "2.3/11", Vault, Refused,
        "the login lacks a field",
        "send {iam_http_request_method, iam_request_url, iam_request_body and iam_request_headers} at the top level of the JSON", "",
        ["a key is missing or misspelt", "the body arrived empty", "the fields are nested inside another object"];
    LoginFlowsMixed = "login-flows-mixed", "2.3/11", Vault, Refused,
        "the login has the fields of type iam and of type ec2",
        "send either the iam_ fields or pkcs7, identity and signature", "",
        ["the client was switched from ec2 to iam and kept the old fields"];
    LoginIsEc2 = "login-is-ec2", "1.3", Vault, Depends,
        "the login is of type ec2, which is not inspected",
        "send the iam_ fields to log in with a signature", "", ["the client uses the ec2 type"];

    // Method, URL, body, headers.
    MethodMissing = "method-missing", "2.3/12", Vault, Refused,
        "iam_http_request_method is empty",
        "set iam_http_request_method to `POST`", "", ["an empty variable", "null was sent"];
    MethodUnsupported = "method-unsupported", "2.3/13", Vault, Refused,
        "iam_http_request_method is not one that the server supports",
        "set iam_http_request_method to `POST`, in upper case", "",
        ["lower case", "a GET login sent to OpenBao or to Vault before 1.15"];
    MethodGet = "method-get", "2.3/13, 3.2", Vault, Depends,
        "GET logins are supported by Vault since 1.15 and by no OpenBao",
        "sign a POST with the body `Action=GetCallerIdentity&Version=2011-06-15`", "use Vault 1.15 or later",
        ["a presigned URL was sent"];
    UrlMissing = "url-missing", "2.3/14", Vault, Refused,
        "iam_request_url is empty",
        "set iam_request_url to the base64 of `https://sts.amazonaws.com/`", "", ["an empty variable", "null was sent"];
    UrlNotBase64 = "url-not-base64", "2.3/14", Vault, Refused,
        "iam_request_url is not standard base64",
        "encode the URL with standard base64, with padding", "",
        ["the URL was sent as it is", "URL-safe or unpadded base64", "a blank inside the base64"];
    UrlUnparsable = "url-unparsable", "2.3/14", Vault, Refused,
        "the URL in iam_request_url cannot be parsed",
        "encode `https://<host>/` and nothing else: `printf %s` instead of `echo`", "",
        ["a line break at the end of the encoded URL", "a blank or a control character", "a bad percent sign", "no scheme before host and port"];
    StsUrlMalformed = "sts-url-malformed", "2.3, 2.6", Vault, Depends,
        "the URL in iam_request_url is not https:// and a host",
        "sign and send `https://<host>/`, such as https://sts.amazonaws.com/", "",
        ["the scheme is missing", "the host is not a DNS name"];
    StsUrlNotBare = "sts-url-not-bare", "2.3, 2.6", Sts, Depends,
        "the URL in iam_request_url has more than a scheme, a host and `/`",
        "sign and send scheme, host and `/` only", "",
        ["a path was added", "credentials of a proxy are in the URL"];
    PostWithQuery = "post-with-query", "2.3/15", Vault, Refused,
        "a POST login has a query in its URL",
        "move the action from the query into the body, and sign that", "",
        ["a presigned URL was sent as POST"];
    QueryActionMissing = "query-action-missing", "2.3/15", Vault, Refused,
        "a GET login has no `Action` in the query of its URL",
        "sign a POST with the body `Action=GetCallerIdentity&Version=2011-06-15`", "",
        ["the action is in the body", "the key is not written `Action`", "the pair has a ';' or a bad percent sign and is dropped"];
    QueryActionRepeated = "query-action-repeated", "2.3/15", Vault, Refused,
        "a GET login has `Action` more than once in the query of its URL",
        "send `Action=GetCallerIdentity` once", "", ["the query was put together twice"];
    QueryActionUnexpected = "query-action-unexpected", "2.3/15", Vault, Refused,
        "a GET login asks for another action than GetCallerIdentity",
        "sign `Action=GetCallerIdentity`", "", ["another call was presigned"];
    BodyMissing = "body-missing", "2.3/16", Vault, Refused,
        "iam_request_body is empty in a POST login",
        "set iam_request_body to the base64 of `Action=GetCallerIdentity&Version=2011-06-15`", "",
        ["a presigned GET was sent as POST", "an empty variable"];
    BodyNotBase64 = "body-not-base64", "2.3/16", Vault, Refused,
        "iam_request_body is not standard base64",
        "encode the body with standard base64, with padding", "",
        ["the form was sent as it is", "URL-safe or unpadded base64"];
    BodyUnparsable = "body-unparsable", "2.3/16", Vault, Refused,
        "the body in iam_request_body is not a form",
        "sign the body `Action=GetCallerIdentity&Version=2011-06-15`", "",
        ["a ';' between the pairs", "a bad percent sign"];
    BodyUnexpected = "body-unexpected", "2.3/16", Vault, Refused,
        "the body in iam_request_body asks for something else than GetCallerIdentity",
        "sign the body `Action=GetCallerIdentity&Version=2011-06-15`, without a line break at its end", "",
        ["a line break after the action", "another key, or keys in lower case", "a JSON body", "another action"];
    HeadersMissing = "headers-missing", "2.3/17", Vault, Refused,
        "iam_request_headers has no headers",
        "send the signed headers in iam_request_headers", "", ["the request was never signed", "null, {} or [] was sent"];

    // What the mount's configuration decides.
    ServerConfigUnreadable = "server-config-unreadable", "2.4", Vault, Refused,
        "Vault cannot read the configuration of the mount",
        "send the login again", "check the storage behind Vault, and write auth/aws/config/client again",
        ["the storage behind Vault fails"];
    ServerIdMissing = "server-id-missing", "2.5/18", Vault, Refused,
        "the server ID is missing among the signed headers",
        "sign with the server ID {that is in the server's `iam_server_id_header_value`}",
        "clear `iam_server_id_header_value` of auth/aws/config/client, if it is not wanted",
        ["the client was not told the server ID", "it was sent as a header to Vault and not inside iam_request_headers", "the header's name is misspelt"];
    ServerIdDiffers = "server-id-differs", "2.5/19", Vault, Refused,
        "the server ID is not the one that the server wants",
        "sign with the server ID {that is in the server's `iam_server_id_header_value`}",
        "set `iam_server_id_header_value` of auth/aws/config/client to what its clients send",
        ["the login was made for another Vault", "upper and lower case differ", "a blank at the end", "the header is sent twice"];
    AuthorizationMissing = "authorization-missing", "2.5/20, 2.12", Sts, Refused,
        "the login carries no signature: the Authorization header is missing",
        "sign the request, and send the Authorization header in iam_request_headers", "",
        ["the client found no credentials and sent the request unsigned", "the headers were copied before signing"];
    ServerIdNotSigned = "server-id-not-signed", "2.5/21-22", Vault, Refused,
        "the server ID header is not among the signed headers",
        "set X-Vault-AWS-IAM-Server-ID before signing, so that `x-vault-aws-iam-server-id` is in SignedHeaders", "",
        ["the header was added after signing", "a blank stands before the comma after SignedHeaders", "SignedHeaders is in upper case"];
    HeaderNotAllowed = "header-not-allowed", "2.5/23", Vault, Refused,
        "the server does not allow one of the X-Amz- headers",
        "sign without {that header}",
        "add it to `allowed_sts_header_values` of auth/aws/config/client",
        ["a tracing or SDK header was signed along", "X-Amz-User-Agent, which OpenBao does not allow"];
    QueryParameterNotAllowed = "query-parameter-not-allowed", "2.5/24", Vault, Refused,
        "the server does not allow one of the X-Amz- parameters in the query",
        "sign a POST instead of presigning a URL, or presign without {that parameter}",
        "add it to `allowed_sts_header_values` of auth/aws/config/client",
        ["X-Amz-Expires, which most clients add when they presign"];
    RegionMissing = "region-missing", "2.5/26", Vault, Refused,
        "the server takes the region from the login and finds none in the Authorization header",
        "sign a POST whose Authorization header is one string with single blanks: `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`",
        "turn off `use_sts_region_from_client`",
        ["a GET login", "the Authorization header is split into a list", "no blank before Credential="];
    RegionUnknownToServer = "region-unknown-to-server", "2.5/27", Vault, Refused,
        "the server takes the region from the login and does not know that region",
        "sign for a region that the server knows, such as us-east-1",
        "upgrade Vault, or turn off `use_sts_region_from_client` and set `sts_endpoint`",
        ["a region that is younger than the server", "a misspelt region"];

    // The request as the server sends it on.
    HeaderIllegal = "header-illegal", "2.6", Vault, Refused,
        "a header has a name or a value that HTTP cannot carry",
        "remove the line break or the illegal character from {the header}, and sign again", "",
        ["a line break at the end of a key, token or header value", "a blank in a header's name"];
    HeaderRepeated = "header-repeated", "1.2", Vault, Depends,
        "a header is there more than once",
        "send {the header} once", "",
        ["two spellings of one name, which the server joins in random order", "a list with several values"];
    HeaderHopByHop = "header-hop-by-hop", "2.6", Vault, Depends,
        "a header is about a connection, and the server has a connection of its own",
        "sign without {the header}", "", ["the headers of a finished request were copied"];
    HostDiffers = "host-differs", "2.6", Sts, Depends,
        "the Host header is not the host of the URL, which is what the server sends",
        "sign for the host of iam_request_url: {that host}", "",
        ["the signer's host and the URL were configured apart"];
    HostNotPlain = "host-not-plain", "2.6", Sts, Depends,
        "the host of the URL is written in a way that signers change before they sign",
        "write the host in lower case and without the default port: {the plain host}", "",
        [":443 in the URL", "upper case in the URL"];
    ContentLengthDiffers = "content-length-differs", "2.6", Sts, Depends,
        "the signed Content-Length is not the length of the body, which is what the server sends",
        "sign the length of the body that is sent: {its length}", "",
        ["the body was changed after signing"];
    AcceptJson = "accept-json", "2.7/29", Vault, Refused,
        "the Accept header asks STS for JSON, and Vault reads XML only",
        "sign without the Accept header", "", ["the HTTP client adds Accept: application/json"];
    AcceptEncoding = "accept-encoding", "2.7/31", Vault, Depends,
        "the Accept-Encoding header may make STS compress its answer, which Vault then cannot read",
        "sign without the Accept-Encoding header", "", ["the HTTP client adds Accept-Encoding"];
    ContentTypeNotForm = "content-type-not-form", "2.12", Sts, Depends,
        "the Content-Type header does not say that the body is a form",
        "sign `Content-Type: application/x-www-form-urlencoded; charset=utf-8`", "",
        ["the HTTP client sets JSON by default", "the header was left out"];
    GetWithBody = "get-with-body", "1.1", Sts, Depends,
        "a GET login has a body, which the server sends along",
        "leave iam_request_body empty, or sign a POST", "", ["a POST was turned into a GET"];

    // What STS checks, and what becomes of its answer.
    StsUnreachable = "sts-unreachable", "2.7/28", Sts, Refused,
        "Vault cannot reach STS",
        "send the login again later",
        "let Vault reach the STS endpoint, or set `sts_endpoint` to one it reaches, with https:// in front",
        ["a private subnet without a route or VPC endpoint to STS", "`sts_endpoint` is written without https://", "a DNS name that does not exist", "STS failed on every attempt"];
    StsAnswerNotXml = "sts-answer-not-xml", "2.7/29", Vault, Refused,
        "what answered Vault in place of STS sent no plain XML",
        "sign without an Accept header",
        "check what `sts_endpoint` points at: it must answer with `Content-Type: text/xml`",
        ["the login asks for JSON with an Accept header", "a proxy or an emulator answers in place of STS", "STS answered with a redirect"];
    StsAnswerUnparsable = "sts-answer-unparsable", "2.7/31", Vault, Refused,
        "Vault cannot read the answer of STS",
        "sign without an Accept-Encoding header",
        "check what `sts_endpoint` points at: it must answer GetCallerIdentity",
        ["a proxy or an emulator answers in place of STS", "the login sends Accept-Encoding, and the answer is compressed"];
    SignatureIncomplete = "signature-incomplete", "2.12", Sts, Refused,
        "the Authorization header is not a complete AWS4-HMAC-SHA256 signature",
        "send `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…` as one string", "",
        ["a part is missing or misspelt", "the header was cut off", "a blank or a slash in the access key ID"];
    SignatureTwice = "signature-twice", "2.12", Sts, Depends,
        "the login carries a signature in its headers and one in its URL",
        "send one signature", "", ["a signed request was presigned, too"];
    SecretAsAccessKeyId = "secret-as-access-key-id", "2.12", Sts, Refused,
        "the access key ID has a '/', a '+' or 40 characters in both cases, as only a secret access key has",
        "check that access key ID and secret access key are not swapped, and replace the key: it may have leaked", "",
        ["access key ID and secret access key were swapped"];
    DateMissing = "date-missing", "2.12", Sts, Refused,
        "the login has no X-Amz-Date",
        "send the X-Amz-Date that was signed", "", ["the header was left out of iam_request_headers"];
    DateMalformed = "date-malformed", "2.12", Sts, Refused,
        "X-Amz-Date is not a time such as 20300131T120000Z",
        "send X-Amz-Date as `YYYYMMDDThhmmssZ`, in UTC", "", ["another date format"];
    SignatureMalformed = "signature-malformed", "2.12", Sts, Refused,
        "the signature is not 64 hexadecimal digits in lower case",
        "send the signature as the signer made it", "", ["the header was cut off or changed after signing"];
    HostNotSigned = "host-not-signed", "2.12", Sts, Refused,
        "`host` is not among the signed headers",
        "sign the Host header", "", ["a signer that was given no URL"];
    SignedHeaderMissing = "signed-header-missing", "2.6, 2.12", Sts, Refused,
        "a header was signed and is not sent",
        "send {the header} in iam_request_headers, or do not sign it", "",
        ["the header was dropped after signing", "Transfer-Encoding or Trailer, which the server drops"];
    SignedHeadersUnsorted = "signed-headers-unsorted", "2.12", Sts, Depends,
        "SignedHeaders is not a sorted list of different names in lower case",
        "list the signed headers in lower case, sorted and each once", "", ["a signer of one's own"];
    AmzHeaderNotSigned = "amz-header-not-signed", "2.12", Sts, Depends,
        "an X-Amz- header is sent and not signed",
        "sign {the header}, or leave it out", "", ["the header was added after signing"];
    ScopeRegionDiffers = "scope-region-differs", "2.12", Sts, Refused,
        "the login is not signed for the region of the STS endpoint that the server calls",
        "sign for {the region of the endpoint that the server calls: us-east-1 unless it is configured}",
        "set `sts_endpoint` of auth/aws/config/client to the endpoint of the clients' region, or turn on `use_sts_region_from_client`",
        ["the client signs for its own region, the server calls the global endpoint", "the server calls a regional endpoint, the client signs for us-east-1"];
    ScopeServiceDiffers = "scope-service-differs", "2.12", Sts, Refused,
        "the login is not signed for the service `sts`",
        "sign for the service `sts`", "", ["the signer was set up for another service"];
    ScopeTerminatorDiffers = "scope-terminator-differs", "2.12", Sts, Refused,
        "the credential scope does not end in `aws4_request`",
        "end the credential scope with `aws4_request`", "", ["a signer of one's own"];
    ScopeDateDiffers = "scope-date-differs", "2.12", Sts, Refused,
        "the day of the credential scope is not that of X-Amz-Date",
        "take both from one clock reading, in UTC", "", ["a signing key was kept past midnight UTC", "local time in place of UTC"];
    SignatureExpired = "signature-expired", "2.12, 7", Sts, Refused,
        "the login was signed too long ago: AWS takes it for 15 minutes",
        "sign a new login right before sending it, and set this machine's clock",
        "set the clock of the STS emulator, if there is one",
        ["this machine's clock is slow", "the login was stored and sent later"];
    SignatureNotYetCurrent = "signature-not-yet-current", "2.12, 7", Sts, Refused,
        "the login is signed for a time that is still to come",
        "set this machine's clock, and sign again",
        "set the clock of the STS emulator, if there is one",
        ["this machine's clock is fast", "local time in place of UTC"];
    SignatureDiffers = "signature-differs", "2.12", Sts, Refused,
        "AWS computes another signature from what Vault sent",
        "check the secret access key, and send exactly what was signed", "",
        ["the secret access key is not that of the access key ID", "the secret has a line break or a blank at its end", "the host, the body or a header was changed after signing", "a signed Content-Length that is not the body's length"];
    SessionTokenMissing = "session-token-missing", "2.12", Sts, Refused,
        "the access key ID begins with ASIA, and the session token is missing",
        "sign with the session token that came with the access key", "",
        ["the session token was dropped on the way to the signer"];
    SessionTokenUnexpected = "session-token-unexpected", "2.12", Sts, Refused,
        "the access key ID begins with AKIA, and a session token is sent",
        "sign without a session token", "", ["an AWS_SESSION_TOKEN was left over in the environment"];
    AccessKeyUnknown = "access-key-unknown", "2.12", Sts, Refused,
        "AWS does not know the access key ID",
        "use an access key that is active, in the partition of the endpoint that the server calls",
        "set `sts_endpoint` to an endpoint of the clients' partition",
        ["the access key was deleted or deactivated", "the session token is missing or belongs to another key", "the key is of another partition (China, GovCloud)"];
    SessionExpired = "session-expired", "2.12", Sts, Refused,
        "the temporary credentials have ended",
        "get new credentials, and sign again", "",
        ["the credentials were read once and never again", "a long-running process kept them"];
    StsRegionDisabled = "sts-region-disabled", "2.12", Sts, Refused,
        "STS is not activated in this region for the caller's account",
        "sign for a region whose STS is active, such as us-east-1",
        "activate STS for the region in the account's IAM settings, or set `sts_endpoint` to another region",
        ["an opt-in region that was never activated"];
    StsActionInvalid = "sts-action-invalid", "2.12", Sts, Refused,
        "STS finds no GetCallerIdentity of version 2011-06-15 in the request",
        "sign the body `Action=GetCallerIdentity&Version=2011-06-15`", "",
        ["Action or Version is missing", "a line break after the version"];
    StsAccessDenied = "sts-access-denied", "2.12", Sts, Refused,
        "STS denies the call",
        "check what stands between Vault and STS: AWS itself denies this call to nobody",
        "check the policy of the VPC endpoint that Vault calls STS through",
        ["the policy of a VPC endpoint", "an emulator"];
    StsThrottled = "sts-throttled", "2.12", Sts, Refused,
        "STS limits the rate of calls",
        "wait, log in less often, and keep the token instead of logging in for each request",
        "call a regional endpoint: set `sts_endpoint`",
        ["one login is made for each request", "many clients log in at once"];
    StsRefused = "sts-refused", "2.7/30", Sts, Refused,
        "STS refuses the call with a text that is not known",
        "read the text of STS inside Vault's answer", "check what `sts_endpoint` points at",
        ["an emulator or a proxy answers in place of STS"];

    // The caller, the role, its bindings.
    ArnMalformed = "arn-malformed", "2.8", Vault, Refused,
        "the ARN of the caller is not one of an IAM user or role",
        "log in with the credentials of an IAM user or role",
        "check what `sts_endpoint` points at: AWS never answers such an ARN",
        ["an emulator answers in place of STS"];
    CallerIsRoot = "caller-is-root", "2.8", Vault, Refused,
        "the credentials are those of an account's root user, who cannot log in",
        "log in with the credentials of an IAM user or role", "", ["root credentials are configured"];
    CallerIsFederated = "caller-is-federated", "2.8", Vault, Refused,
        "the credentials come from GetFederationToken, whose users cannot log in",
        "log in with the credentials of an IAM user or of AssumeRole", "", ["GetFederationToken made the credentials"];
    RoleUnknown = "role-unknown", "2.9/33", Vault, Refused,
        "the mount has no such role",
        "ask for a role that exists: {the name that `vault list auth/aws/role` shows}",
        "write the role: `vault write auth/aws/role/<name> auth_type=iam …`",
        ["a misspelt role", "no role was sent, and none is named after the IAM user or role", "the role is in another mount or namespace"];
    RoleIsArn = "role-is-arn", "2.9/33", Vault, Refused,
        "the role is an ARN, and Vault wants the name of a role of its own",
        "ask for the name of a Vault role", "", ["the IAM role was given in place of the Vault role"];
    RoleNameImpossible = "role-name-impossible", "2.9/33", Vault, Refused,
        "no Vault role can have this name",
        "ask for a role name of letters, digits, '_', '-' and '.'", "", ["a blank or a line break around the name", "a path before the name"];
    RoleWantsEc2 = "role-wants-ec2", "2.9/35", Vault, Refused,
        "the role is of type ec2",
        "ask for a role of type iam", "write the role again with `auth_type=iam`",
        ["the role was written for the ec2 type"];
    PrincipalNotBound = "principal-not-bound", "2.10/36", Vault, Refused,
        "the caller is not among the principals of the role",
        "ask for another role, or log in with other credentials than {these}",
        "add the caller's ARN, arn:aws:iam::<account>:role/<name> without session, to `bound_iam_principal_arn`",
        ["the role is bound to another IAM user or role", "the binding has a path although unique IDs are not resolved", "the binding is written as assumed-role", "the IAM role was deleted and made again"];
    BindingNeverMatches = "binding-never-matches", "2.10", Vault, Advice,
        "a binding of the role matches nobody",
        "ask for a role whose binding is right",
        "write the binding as {arn:aws:iam::<account>:role/<name>}",
        ["assumed-role in the binding", "a path in the binding although unique IDs are not resolved", "`*` alone"];
    PrincipalLookupFailed = "principal-lookup-failed", "2.10/37", Vault, Refused,
        "Vault cannot look up the caller in IAM",
        "ask for a role that is bound to the exact ARN",
        "allow Vault iam:GetUser and iam:GetRole in the caller's account, with auth/aws/config/sts/<account> for other accounts",
        ["Vault lacks iam:GetUser or iam:GetRole", "no auth/aws/config/sts entry for the caller's account", "a partition that the server does not know"];
    PrincipalLookupEmpty = "principal-lookup-empty", "2.10/38", Vault, Refused,
        "Vault looked up the caller in IAM and found nothing",
        "log in with an IAM user or role that still exists", "check which account Vault's own credentials belong to",
        ["the IAM user or role was deleted"];
    SessionNotInstance = "session-not-instance", "2.11", Vault, Refused,
        "the role infers an EC2 instance, and the session is not named after one",
        "log in with the credentials of the instance profile, from the instance's metadata service",
        "write the role without `inferred_entity_type`",
        ["AssumeRole made the credentials, with a session name of its own"];
    InstanceUnverified = "instance-unverified", "2.11", Vault, Refused,
        "Vault cannot verify the EC2 instance that the role infers",
        "log in with the credentials of the instance profile, while the instance runs",
        "allow Vault ec2:DescribeInstances, and check `inferred_aws_region` of the role",
        ["the session name is no instance ID", "the instance is in another region than `inferred_aws_region`", "Vault lacks ec2:DescribeInstances", "the instance is not running"];
    InstanceNotBound = "instance-not-bound", "2.11", Vault, Refused,
        "the EC2 instance does not meet a binding of the role",
        "ask for a role whose bindings fit the instance",
        "change the role's bound_ fields to fit the instance",
        ["the instance has another image, subnet, VPC, account or profile"];
    InstanceAttributeMissing = "instance-attribute-missing", "2.11", Vault, Refused,
        "the description of the EC2 instance lacks something that the role is bound to",
        "ask for a role whose bindings fit the instance",
        "allow Vault iam:GetInstanceProfile, and check the role's bound_ fields",
        ["the instance has no instance profile", "Vault lacks iam:GetInstanceProfile"];

    // Answers that are 200 and yet no token.
    MfaRequired = "mfa-required", "2.13", Vault, Refused,
        "Vault accepts the login and wants a second factor before it gives a token",
        "validate the factor at /v1/sys/mfa/validate with the mfa_request_id of the answer",
        "exempt the mount from login MFA enforcement: machines have no second factor",
        ["a login MFA enforcement covers the mount"];
    ResponseWrapped = "response-wrapped", "2.13", Vault, Refused,
        "Vault accepts the login and wraps the token",
        "unwrap it at /v1/sys/wrapping/unwrap, or log in without X-Vault-Wrap-TTL", "",
        ["X-Vault-Wrap-TTL was sent along"];
}
