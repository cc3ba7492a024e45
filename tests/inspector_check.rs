//! Logins that break each rule, and why, with every finding: what it adds to the texts of its rule,
//! which are in `tests/inspector_texts.txt`.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests may fail, as tests do"
)]

mod inspector_rows;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::{Value, json};
use vault_aws_login::inspector::{
    CalledEndpoint, Finding, Flavour, InferredEntity, MountConfig, Prediction, RoleBindings,
    RoleProfile, ServerIdRequirement, ServerProfile, Software, UniqueIds, check_login,
};
use vault_aws_login::{Credentials, LoginOptions, UnixSeconds, sign_login};

/// 2015-08-30T12:36:00Z, the time of AWS's published examples.
const NOW: u64 = 1_440_938_160;
const SIGNATURE: &str = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const SCOPE: &str = "20150830/us-east-1/sts/aws4_request";
const NAMES: &str = "content-type;host;x-amz-date";
const SERVER_ID: &str = "X-Vault-AWS-IAM-Server-ID";
const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

/// A login in pieces; its signature is wrong, which no check here can see.
struct Login {
    method: &'static str,
    url: String,
    body: String,
    headers: Value,
    /// Sent instead of the encoded headers.
    raw_headers: Option<Value>,
    more: Value,
    without: &'static str,
}

impl Login {
    fn json(&self) -> String {
        let headers = STANDARD.encode(self.headers.to_string());
        let mut login = json!({
            "iam_http_request_method": self.method,
            "iam_request_url": STANDARD.encode(&self.url),
            "iam_request_body": STANDARD.encode(&self.body),
            "iam_request_headers": self.raw_headers.clone().unwrap_or(headers.into()),
        });
        let fields = login.as_object_mut().unwrap();
        for (name, value) in self.more.as_object().unwrap() {
            fields.insert(name.clone(), value.clone());
        }
        fields.remove(self.without);
        login.to_string()
    }
}

fn authorization(key: &str, scope: &str, names: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={names}, Signature={SIGNATURE}"
    )
}

/// The right Authorization header of `good`.
fn signature() -> String {
    authorization(KEY, SCOPE, NAMES)
}

fn good() -> Login {
    Login {
        method: "POST",
        url: "https://sts.amazonaws.com/".into(),
        body: "Action=GetCallerIdentity&Version=2011-06-15".into(),
        headers: json!({
            "Authorization": [signature()],
            "Content-Type": [FORM],
            "X-Amz-Date": ["20150830T123600Z"],
        }),
        raw_headers: None,
        more: json!({}),
        without: "",
    }
}

fn with(change: impl FnOnce(&mut Login)) -> String {
    let mut login = good();
    change(&mut login);
    login.json()
}

fn with_header(name: &str, value: impl Into<Value>) -> String {
    with(|login| login.headers[name] = value.into())
}

fn without_header(name: &str) -> String {
    with(|login| drop(login.headers.as_object_mut().unwrap().remove(name)))
}

fn signed(key: &str, scope: &str, names: &str) -> String {
    with_header("Authorization", authorization(key, scope, names))
}

/// A login that signs these headers, one of which it has besides those of `good`.
fn signing(names: &str, name: &str, value: impl Into<Value>) -> String {
    with(|login| {
        login.headers["Authorization"] = authorization(KEY, SCOPE, names).into();
        login.headers[name] = value.into();
    })
}

fn with_url(url: &str) -> String {
    with(|login| login.url = url.into())
}

fn with_body(body: &str) -> String {
    with(|login| login.body = body.into())
}

fn with_field(name: &str, value: impl Into<Value>) -> String {
    with(|login| login.more[name] = value.into())
}

fn raw_headers(value: impl Into<Value>) -> String {
    with(|login| login.raw_headers = Some(value.into()))
}

fn presigned(change: impl FnOnce(&mut Login)) -> String {
    with(|login| {
        login.method = "GET";
        login.body = String::new();
        login.url = format!(
            "https://sts.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15\
             &X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20150830%2Fus-east-1%2Fsts%2Faws4_request\
             &X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Signature={SIGNATURE}"
        );
        login.headers = json!({ "Host": ["sts.amazonaws.com"] });
        change(login);
    })
}

fn presigned_with(parameter: &str) -> String {
    presigned(|login| login.url += parameter)
}

fn software(flavour: Flavour, version: &str) -> Option<Software> {
    Some(Software {
        flavour,
        version: Some(version.into()),
    })
}

/// A server of which everything is known.
fn known() -> ServerProfile {
    ServerProfile {
        server_id: Some(ServerIdRequirement::NotRequired),
        sts_endpoint: Some(CalledEndpoint::Global),
        allowed_headers: Some(Vec::new()),
        mount_config: Some(MountConfig::Written),
        core: software(Flavour::Vault, "1.18.5"),
        ..ServerProfile::default()
    }
}

fn profile(change: impl FnOnce(&mut ServerProfile)) -> ServerProfile {
    let mut profile = known();
    change(&mut profile);
    profile
}

fn vault(version: &str) -> ServerProfile {
    profile(|profile| profile.core = software(Flavour::Vault, version))
}

fn openbao() -> ServerProfile {
    profile(|profile| profile.core = software(Flavour::OpenBao, "2.7.2"))
}

fn plugin(flavour: Flavour, version: &str) -> ServerProfile {
    profile(|profile| profile.auth_plugin = software(flavour, version))
}

fn unknown_version() -> ServerProfile {
    profile(|profile| profile.core = None)
}

fn never_configured() -> ServerProfile {
    profile(|profile| profile.mount_config = Some(MountConfig::NeverWritten))
}

fn wanting(server_id: &str) -> ServerProfile {
    profile(|profile| profile.server_id = Some(ServerIdRequirement::Required(server_id.into())))
}

fn allowing(header: &str) -> ServerProfile {
    profile(|profile| profile.allowed_headers = Some(vec![header.into()]))
}

fn calling(endpoint: CalledEndpoint) -> ServerProfile {
    profile(|profile| profile.sts_endpoint = Some(endpoint))
}

/// Returns a finding as `severity[rule] detail -> value`, without the texts of its rule.
fn line(finding: &Finding) -> String {
    let added = inspector_rows::added(finding.rule, &finding.message, &finding.fix);
    let severity = finding.severity.name();
    format!("{severity}[{}]{added}", finding.rule.name())
}

fn lines(login: &str, profile: &ServerProfile, now: u64) -> Vec<String> {
    check_login(login, profile, now).iter().map(line).collect()
}

/// Rows of a reason, a login, and the server's profile unless that is `known()`; behind each `=>`
/// one finding, as `line` writes it.
macro_rules! logins {
    ($($why:literal: $login:expr $(, $profile:expr)? $(=> $finding:literal)*;)*) => {
        $(
            let profile = [$($profile.clone(),)? known()];
            let expected: &[&str] = &[$($finding),*];
            assert_eq!(lines(&String::from($login), &profile[0], NOW), expected, $why);
        )*
    };
}

#[test]
fn login_of_the_signer_is_accepted_by_every_known_server() {
    let credentials = Credentials::new(
        "AKIAIOSFODNN7EXAMPLE".into(),
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
        None,
        None,
    )
    .unwrap();
    let options = LoginOptions::new(
        None,
        Some("vault.example.com".into()),
        Some("dev".into()),
        None,
    )
    .unwrap();
    let login = sign_login(&credentials, &options, UnixSeconds::new(NOW).unwrap()).unwrap();
    for flavour in [Flavour::Vault, Flavour::OpenBao] {
        for version in ["0.11.2", "1.18.5", "1.21.4", "2.7.2"] {
            let profile = profile(|profile| {
                profile.core = software(flavour, version);
                profile.server_id = Some(ServerIdRequirement::Required("vault.example.com".into()));
            });
            assert_eq!(
                lines(&login, &profile, NOW),
                [""; 0],
                "{flavour:?} {version}"
            );
        }
    }
}

#[test]
fn json_around_the_login_is_read_as_the_core_reads_it() {
    let plugin_alone = ServerProfile {
        core: None,
        ..plugin(Flavour::Vault, "1.18.5")
    };
    let method = r#"{"iam_http_request_method":"GET","#;
    let doubled = good().json().replacen('{', method, 1);
    logins! {
        "the last one wins before Vault 1.20.3": doubled.clone()
            => "advice[json-duplicate-key] expected each key once, found `iam_http_request_method` \
                twice";
        "Vault since 1.20.3 looks": doubled.clone(), vault("v1.20.3+ent")
            => "refused[json-duplicate-key] expected each key once, found \
                `iam_http_request_method` twice";
        "it depends on the version": doubled, plugin_alone
            => "depends[json-duplicate-key] expected each key once, found \
                `iam_http_request_method` twice";
    }
    let trailing = good().json() + "x";
    logins! {
        "ignored before Vault 1.20.3": trailing.clone()
            => "advice[json-trailing-bytes] expected nothing after the closing brace";
        "Vault since 1.20.3 looks": trailing.clone(), vault("1.21.4")
            => "refused[json-trailing-bytes] expected nothing after the closing brace";
        "OpenBao reads on, and refuses what is not JSON": trailing, openbao()
            => "depends[json-trailing-bytes] expected nothing after the closing brace";
        "spaces around are no bytes": format!("\n {}\n ", good().json());
        "cut off": good().json()[..40].to_owned()
            => "refused[json-malformed] expected JSON, found its end inside a value";
        "a list": "[]" => "refused[json-malformed] expected an object, found an array";
        "quoted once too often": json!(good().json()).to_string()
            => "refused[json-malformed] expected an object, found a string";
        "nothing at all": String::new()
            => "refused[login-fields-missing] iam_http_request_method, iam_request_url, \
                iam_request_body, iam_request_headers -> iam_http_request_method, \
                iam_request_url, iam_request_body, iam_request_headers";
        "nothing but spaces": " \n"
            => "refused[login-fields-missing] iam_http_request_method, iam_request_url, \
                iam_request_body, iam_request_headers -> iam_http_request_method, \
                iam_request_url, iam_request_body, iam_request_headers";
        "null is a body without fields": "null"
            => "refused[login-fields-missing] iam_http_request_method, iam_request_url, \
                iam_request_body, iam_request_headers -> iam_http_request_method, \
                iam_request_url, iam_request_body, iam_request_headers";
        "a form": "iam_http_request_method=POST&role=dev" => "depends[login-is-form]";
    }
    let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let nesting = |depth| with_field("x", serde_json::from_str::<Value>(&nested(depth)).unwrap());
    logins! {
        "as deep as Vault allows": nesting(100)
            => "advice[key-unknown] expected one of the fields of a login, found (1 character) -> \
                (1 character)";
    }
    let deep = format!("{{\"x\":{},", nested(300));
    let deep = good().json().replacen('{', &deep, 1);
    logins! {
        "deeper": deep.clone()
            => "depends[json-over-limits] expected at most 300 values inside each other, found \
                more; nothing further was read";
        "deeper": deep, vault("1.21.4")
            => "refused[json-over-limits] expected at most 300 values inside each other, found \
                more; nothing further was read";
        "a limit since 1.20.3": with_field("x", vec![1; 10_001]), vault("1.21.4")
            => "refused[json-over-limits] expected at most 10000 entries in an object or a list, \
                found more"
            => "advice[key-unknown] expected one of the fields of a login, found (1 character) -> \
                (1 character)";
        "OpenBao's default limit": with_field("x", vec!["x"; 1_000]), openbao()
            => "depends[json-over-limits] expected at most 1000 strings, OpenBao's default, \
                found more"
            => "advice[key-unknown] expected one of the fields of a login, found (1 character) -> \
                (1 character)";
        "past 64 KiB": with_field("x", "x".repeat(65_536))
            => "refused[login-too-large] expected at most 65536 bytes, found 66181, of which none \
                was read";
    }
}

#[test]
fn fields_are_read_as_the_framework_reads_them() {
    logins! {
        "an object for a string": with_field("iam_request_url", json!({}))
            => "refused[field-type-wrong] expected iam_request_url to be a string, found an object \
                -> iam_request_url";
        "a list for a string, in a field that is not even used": with_field("nonce", json!([]))
            => "refused[field-type-wrong] expected nonce to be a string, found an array -> nonce";
        "numbers and booleans become strings": with_field("role", 7);
        "true becomes `1`": with_field("role", true);
        "an unknown key": with_field("iam_request_header", "x")
            => "advice[key-unknown] expected one of the fields of a login, found \
                `iam_request_header` -> `iam_request_header`";
        "nothing": "{}"
            => "refused[login-fields-missing] iam_http_request_method, iam_request_url, \
                iam_request_body, iam_request_headers -> iam_http_request_method, \
                iam_request_url, iam_request_body, iam_request_headers";
    }
    for name in [
        "iam_http_request_method",
        "iam_request_url",
        "iam_request_body",
        "iam_request_headers",
    ] {
        assert_eq!(
            lines(&with(|login| login.without = name), &known(), NOW)[0],
            format!("refused[login-fields-missing] {name} -> {name}")
        );
    }
    logins! {
        "both types": with_field("pkcs7", "x")
            => "refused[login-flows-mixed]";
        "a part of the other type does not count": with_field("identity", "x");
        "the other type alone": r#"{"identity":"x","signature":"x"}"# => "depends[login-is-ec2]";
    }
}

#[test]
fn method_url_and_body_are_read_as_the_plugin_reads_them() {
    let swapped = STANDARD.encode(r#"{"X-Amz-Security-Token":"x"}"#);
    logins! {
        "empty": with_field("iam_http_request_method", "")
            => "refused[method-missing]";
        "null counts as empty": with_field("iam_http_request_method", Value::Null)
            => "refused[method-missing]";
        "lower case": with_field("iam_http_request_method", "post")
            => "refused[method-unsupported] expected `POST`, found `post`";
        "fields swapped: nothing of the headers is shown":
            with_field("iam_http_request_method", swapped)
            => "refused[method-unsupported] expected `POST`, found (40 characters)";
        "empty": with_field("iam_request_url", "")
            => "refused[url-missing]";
        "not encoded": with_field("iam_request_url", "https://sts.amazonaws.com/")
            => "refused[url-not-base64] expected letters, digits, '+', '/' and padding, found a \
                character outside that alphabet; it may not be encoded at all";
        "URL-safe": with_field("iam_request_url", URL_SAFE.encode("https://sts.amazonaws.com/?~~~"))
            => "refused[url-not-base64] expected letters, digits, '+', '/' and padding, found the \
                URL-safe alphabet ('-' or '_')";
        "no padding": with_field("iam_request_url", "aHR0cHM6Ly9zdHMuYW1hem9uYXdzLmNvbS8")
            => "refused[url-not-base64] expected letters, digits, '+', '/' and padding, found no \
                padding";
        "line breaks are skipped, and the last bits not looked at":
            with_field("iam_request_url", "aHR0cHM6Ly9zdHMu\r\nYW1hem9uYXdzLmNvbS9=\n");
    }
    for (why, url) in [
        ("a line break at the end", "https://sts.amazonaws.com/\n"),
        ("a space in the host", "https://sts.amazonaws .com/"),
        ("a bad percent sign", "https://sts.amazonaws.com/%zz"),
        (
            "a bad percent sign in the fragment",
            "https://sts.amazonaws.com/#%zz",
        ),
        ("an address without a scheme", "1.2.3.4:443/"),
        ("a malformed port", "https://sts.amazonaws.com:https/"),
        ("a scheme without a name", "://sts.amazonaws.com/"),
        ("a bracket that is not closed", "https://[::1/"),
        ("a percent sign in the host", "https://sts%2eamazonaws.com/"),
        (
            "a slash in the zone of an IPv6 address",
            "https://[fe80::1%25%2F]/",
        ),
        (
            "an escape in an IPv6 address",
            "https://[fe80::%31%25eth0]/",
        ),
        (
            "user information with a space",
            "https://a b@sts.amazonaws.com/",
        ),
    ] {
        let findings = check_login(&with(|login| login.url = url.into()), &known(), NOW);
        assert_eq!(findings[0].rule.name(), "url-unparsable", "{why}");
        assert_eq!(Prediction::of(&findings), Prediction::Refused, "{why}");
    }
    logins! {
        "a line break at the end": with_url("https://sts.amazonaws.com/\n")
            => "refused[url-unparsable] expected scheme, host and `/`, found a line break at the \
                end";
        "newer Go only": with_url("https://a:1:2/")
            => "depends[url-unparsable] expected scheme, host and `/`, found more than one colon \
                in the host, which servers built with newer versions of Go refuse"
            => "depends[host-not-sts] found (5 characters), and whether AWS takes it for the \
                endpoint's is not known";
        "no scheme at all": with_url("sts.amazonaws.com/")
            => "depends[sts-url-malformed] expected a host, found none, so that the server sends \
                that of its endpoint"
            => "depends[sts-url-not-bare] expected the path `/`, found another, which has to be \
                signed as it is";
        "a host that is taken for a scheme": with_url("sts.amazonaws.com:443/")
            => "depends[sts-url-malformed] expected `//` after the scheme, found something else";
        "what crashes the plugin": with_url("https:%zz")
            => "refused[sts-url-malformed] expected `//` after the scheme, found something else";
        "an escape in the zone of an IPv6 address": with_url("https://[fe80::1%25%65th0]/")
            => "depends[sts-url-malformed] expected a DNS name as the host, found something else"
            => "depends[host-not-sts] found (18 characters), and whether AWS takes it for the \
                endpoint's is not known";
        "a path": with_url("https://sts.amazonaws.com/x")
            => "depends[sts-url-not-bare] expected the path `/`, found another, which has to be \
                signed as it is";
        "user information and a fragment are dropped":
            with_url("https://user:password@sts.amazonaws.com/#x")
            => "advice[sts-url-not-bare] expected no user information, found some, which the \
                server drops"
            => "advice[sts-url-not-bare] expected no fragment, found one, which the server drops";
        "the scheme is not looked at": with_url("http://sts.amazonaws.com/");
        "a bare question mark": with_url("https://sts.amazonaws.com/?");
        "the default port": with_url("https://sts.amazonaws.com:443/")
            => "depends[host-not-plain] expected `sts.amazonaws.com`, found \
                `sts.amazonaws.com:443` -> `sts.amazonaws.com`";
        "upper case": with_url("https://STS.amazonaws.com/")
            => "depends[host-not-plain] expected `sts.amazonaws.com`, found `STS.amazonaws.com` -> \
                `sts.amazonaws.com`";
        "a query": with_url("https://sts.amazonaws.com/?Action=GetCallerIdentity")
            => "refused[post-with-query]";
        "empty": with_field("iam_request_body", "")
            => "refused[body-missing]";
        "not encoded": with_field("iam_request_body", "Action=GetCallerIdentity&Version=2011-06-15")
            => "refused[body-not-base64] expected letters, digits, '+', '/' and padding, found a \
                character outside that alphabet; it may not be encoded at all";
        "a semicolon": with_body("Action=GetCallerIdentity;Version=2011-06-15")
            => "refused[body-unparsable] expected pairs with '&' between them, found a ';'";
        "a bad percent sign": with_body("Action=GetCallerIdentity&Version=2011-06-15&%zz=1")
            => "refused[body-unparsable] expected two hexadecimal digits after each '%', found \
                something else";
        "a line break after the action": with_body("Version=2011-06-15&Action=GetCallerIdentity\n")
            => "refused[body-unexpected] expected the action `GetCallerIdentity`, found \
                `GetCallerIdentity\\n`";
        "a line break after the version passes Vault and not STS":
            with_body("Action=GetCallerIdentity&Version=2011-06-15\n")
            => "refused[sts-action-invalid] expected the version `2011-06-15`, found \
                `2011-06-15\\n`";
        "no action passes Vault and not STS": with_body("Version=2011-06-15")
            => "refused[sts-action-invalid] expected Action=GetCallerIdentity, found no action";
        "no version passes Vault and not STS": with_body("Action=GetCallerIdentity")
            => "refused[sts-action-invalid] expected Version=2011-06-15, found no version";
        "two versions": with_body("Action=GetCallerIdentity&Version=2011-06-15&Version=2011-06-15")
            => "depends[sts-action-invalid] expected one version, found several";
        "two actions":
            with_body("Action=GetCallerIdentity&Version=2011-06-15&Action=GetCallerIdentity")
            => "refused[body-unexpected] expected Action once, found it more often";
        "JSON": with_body(r#"{"Action":"GetCallerIdentity"}"#)
            => "refused[body-unexpected] expected Action and Version alone, found another key";
    }
}

#[test]
fn get_logins_are_read_as_the_plugin_reads_them() {
    let server_id = |value: &str| presigned(|login| login.headers = json!({ SERVER_ID: value }));
    logins! {
        "a mount without configuration allows every parameter":
            presigned_with("&X-Amz-Expires=60"), never_configured();
        "what boto3 and Go's SDK presign": presigned_with("&X-Amz-Expires=60")
            => "refused[query-parameter-not-allowed] expected one that is allowed, found \
                `X-Amz-Expires` -> `X-Amz-Expires`";
        "an administrator allowed it":
            presigned_with("&X-Amz-Expires=60"), allowing("X-Amz-Expires");
        "without it": presigned_with("");
        "no OpenBao supports GET": presigned_with(""), plugin(Flavour::OpenBao, "0.1.1")
            => "refused[method-unsupported] expected `POST`, which alone this server supports, \
                found `GET`";
        "all fields are asked for where GET is not supported":
            presigned(|login| login.without = "iam_request_body"), vault("1.14.10")
            => "refused[login-fields-missing] iam_request_body -> \
                iam_request_body"
            => "refused[method-unsupported] expected `POST`, which alone this server supports, \
                found `GET`";
        "where it is, a GET needs no body":
            presigned(|login| login.without = "iam_request_body"), vault("1.15.0");
        "the version is not known": presigned_with(""), unknown_version()
            => "depends[method-get]";
        "the region is taken from a header that a GET has not":
            presigned_with(""), calling(CalledEndpoint::ClientRegion)
            => "refused[region-missing] expected a field that begins with Credential= after a \
                space, found none";
        "a key in lower case":
            presigned(|login| login.url = login.url.replace("Action=", "action="))
            => "refused[query-action-missing]";
        "twice": presigned_with("&Action=GetCallerIdentity")
            => "refused[query-action-repeated] expected one, found 2";
        "another one":
            presigned(|login| login.url = login.url.replace("GetCallerIdentity", "GetSessionToken"))
            => "refused[query-action-unexpected] expected `GetCallerIdentity`, found \
                `GetSessionToken`";
        "a body is sent along": presigned(|login| login.body = "Action=GetCallerIdentity".into())
            => "depends[get-with-body] expected no body, found 24 bytes";
        "the query is not signed for the ID": server_id("a");
        "the query is not signed for the ID": server_id("a"), wanting("a")
            => "refused[server-id-not-signed] expected `x-vault-aws-iam-server-id` in \
                SignedHeaders, as it is and up to a ',', found none";
    }
}

#[test]
fn headers_are_read_in_every_form() {
    let plain = good().headers;
    logins! {
        "a JSON object": raw_headers(plain.clone());
        "a string of JSON": raw_headers(plain.to_string());
        "bytes after the JSON are ignored": raw_headers(STANDARD.encode(format!("{plain} x")));
    }
    let pair = |(name, value): (&String, &Value)| format!("{name}:{}", value[0].as_str().unwrap());
    let pairs: Vec<String> = plain.as_object().unwrap().iter().map(pair).collect();
    let lower_case = json!({
        "authorization": plain["Authorization"][0],
        "content-type": FORM,
        "x-amz-date": "20150830T123600Z",
    });
    let doubled = plain.to_string().replacen('{', "{\"X-Amz-Date\":\"x\",", 1);
    logins! {
        "a list of pairs": raw_headers(pairs);
        "a list of objects": raw_headers(json!([plain]));
        "names in lower case, single values": raw_headers(lower_case);
        "a number is its text": with_header("Content-Length", 43);
        "empty": raw_headers("") => "refused[headers-blank]";
        "base64 of nothing": raw_headers("\n")
            => "refused[headers-blank]";
        "no headers inside": raw_headers("{}")
            => "refused[headers-missing]";
        "null": raw_headers(Value::Null) => "refused[headers-missing]";
        "an empty list": raw_headers(json!([]))
            => "refused[headers-missing]";
        "URL-safe base64 is taken for JSON": raw_headers(URL_SAFE.encode("{\"a\":\"???~~~\"}"))
            => "refused[headers-not-json] expected JSON, found something else at byte 1 in the \
                text, which is not standard base64";
        "base64 of something else": raw_headers(STANDARD.encode("Authorization: x"))
            => "refused[headers-not-json] expected JSON, found something else at byte 1 inside the \
                base64";
        "base64 of a list": raw_headers(STANDARD.encode("[]"))
            => "refused[headers-not-json] expected an object, found an array";
        "base64 of what may be gzip": raw_headers(STANDARD.encode(b"G\x1f\x8b\x08"))
            => "depends[headers-not-json] expected an object, found what may be compressed";
        "cut off": raw_headers("{\"a\":")
            => "refused[headers-not-json] expected JSON, found its end inside a value in the text, \
                which is not standard base64";
        "a boolean": with_header("Accept", true)
            => "refused[header-value-type-wrong] expected strings for `Accept`, found a boolean";
        "null in a list": with_header("Accept", json!([null]))
            => "refused[header-value-type-wrong] expected strings for `Accept`, found null";
        "a pair without a colon": raw_headers(json!(["Authorization"]))
            => "refused[header-pair-malformed] expected strings with a colon after the name, found \
                something else";
        "a pair without a name": raw_headers(json!([":x"]))
            => "refused[header-pair-malformed] expected strings with a colon after the name, found \
                something else";
        "a number in place of headers": raw_headers(7)
            => "refused[header-pair-malformed] expected headers, found a number";
        "a key twice inside the base64": raw_headers(STANDARD.encode(doubled))
            => "advice[json-duplicate-key] expected each header once, found `X-Amz-Date` twice, of \
                which the server takes the last";
        "two spellings are joined in random order": with_header("x-amz-date", "20150830T123601Z")
            => "depends[header-repeated] expected `X-Amz-Date` once, found 2 values -> `X-Amz-Date`"
            => "depends[date-malformed] found `20150830T123600Z,20150830T123601Z`";
    }
}

#[test]
fn server_id_is_compared_as_the_plugin_compares_it() {
    let wanted = wanting("vault.example.com");
    let names = "content-type;host;x-amz-date;x-vault-aws-iam-server-id";
    let scope = SCOPE;
    let sent = |value: &str, signed: &str| {
        with(|login| {
            login.headers[SERVER_ID] = value.into();
            login.headers["Authorization"] = authorization(KEY, scope, signed).into();
        })
    };
    logins! {
        "right": sent("vault.example.com", names), wanted;
        "missing": good().json(), wanted
            => "refused[server-id-missing] expected `vault.example.com` -> \
                `vault.example.com`";
        "empty is missing": sent("", names), wanted
            => "refused[server-id-missing] expected `vault.example.com` -> \
                `vault.example.com`";
        "upper case": sent("Vault.example.com", names), wanted
            => "refused[server-id-differs] expected `vault.example.com`, found `Vault.example.com` \
                -> `vault.example.com`";
        "a space at the end": sent("vault.example.com ", names), wanted
            => "refused[server-id-differs] expected `vault.example.com`, found `vault.example.com \
                ` -> `vault.example.com`";
        "two values are joined":
            with_header(SERVER_ID, json!(["vault.example.com", "vault.example.com"])), wanted
            => "refused[server-id-differs] expected `vault.example.com`, found \
                `vault.example.com,vault.example.com` -> `vault.example.com`"
            => "refused[server-id-not-signed] expected `x-vault-aws-iam-server-id` in \
                SignedHeaders, as it is and up to a ',', found none";
        "not signed": sent("vault.example.com", NAMES), wanted
            => "refused[server-id-not-signed] expected `x-vault-aws-iam-server-id` in \
                SignedHeaders, as it is and up to a ',', found none";
        "a space before the comma": sent("vault.example.com", &format!("{names} ")), wanted
            => "refused[server-id-not-signed] expected `x-vault-aws-iam-server-id` in \
                SignedHeaders, as it is and up to a ',', found none";
        "spaces in place of commas": with(|login| {
        login.headers[SERVER_ID] = "vault.example.com".into();
        login.headers["Authorization"] = authorization(KEY, scope, names).replace(',', "").into();
    }), wanted
            => "refused[server-id-not-signed] expected `x-vault-aws-iam-server-id` in \
                SignedHeaders, as it is and up to a ',', found none"
            => "depends[signature-incomplete] found a space where a comma belongs, which AWS may \
                refuse";
        "no signature":
            with(|login| login.headers = json!({SERVER_ID: "vault.example.com"})), wanted
            => "refused[authorization-missing]"
            => "depends[content-type-not-form] expected `application/x-www-form-urlencoded`, found \
                none";
        "not wanted, and harmless": sent("vault.example.com", names);
    }
    let unknown = profile(|p| p.server_id = None);
    let never = ServerProfile {
        server_id: None,
        ..never_configured()
    };
    logins! {
        "who knows": good().json(), unknown
            => "depends[server-id-missing] whether the server wants one is not known";
        "who knows": sent("vault.example.com", names), unknown
            => "depends[server-id-differs] found `vault.example.com`, and which one the server \
                wants is not known";
        "never configured": good().json(), never;
    }
}

#[test]
fn misspelt_name_is_named_beside_the_right_one() {
    let called = |name: &str| with_header(name, "vault.example.com");
    let renamed = |from: &str, to: &str| {
        with(|login| {
            let headers = login.headers.as_object_mut().unwrap();
            let value = headers.remove(from).unwrap();
            headers.insert(to.into(), value);
        })
    };
    let field = |from: &'static str, to: &str| {
        with(|login| {
            login.without = from;
            login.more[to] = "x".into();
        })
    };
    logins! {
        "three edits": called("X-Vault-AWSIAM-Server-Id"), wanting("vault.example.com")
            => "refused[server-id-missing] expected X-Vault-AWS-IAM-Server-ID, found \
                `X-Vault-AWSIAM-Server-Id` -> `vault.example.com` under the name \
                X-Vault-AWS-IAM-Server-ID";
        "punctuation, whose name is not shown":
            called("X_Vault_AWS_IAM_Server_ID"), wanting("vault.example.com")
            => "refused[server-id-missing] expected X-Vault-AWS-IAM-Server-ID, found (25 \
                characters) -> `vault.example.com` under the name X-Vault-AWS-IAM-Server-ID";
        "another client's": called("x-consul-iam-serverid"), wanting("vault.example.com")
            => "refused[server-id-missing] expected X-Vault-AWS-IAM-Server-ID, found \
                `X-Consul-IAM-ServerID` -> `vault.example.com` under the name \
                X-Vault-AWS-IAM-Server-ID";
        "the option's": called("iam_server_id_header_value"), profile(|p| p.server_id = None)
            => "depends[server-id-missing] expected X-Vault-AWS-IAM-Server-ID, found \
                `iam_server_id_header_value`; whether the server wants one is not known";
        "nothing like it": called("X-Other"), wanting("vault.example.com")
            => "refused[server-id-missing] expected `vault.example.com` -> `vault.example.com`";
        "the signature": renamed("Authorization", "Authorisation")
            => "refused[authorization-missing] expected Authorization, found `Authorisation`";
        "the date": renamed("X-Amz-Date", "X-Amzn-Date")
            => "refused[date-missing] expected X-Amz-Date, found `X-Amzn-Date`"
            => "refused[signed-header-missing] expected `x-amz-date`, found none -> `x-amz-date`";
        "a field": field("iam_request_body", "iam_request_bdy")
            => "refused[login-fields-missing] iam_request_body (found `iam_request_bdy`) -> \
                iam_request_body"
            => "advice[key-unknown] expected one of the fields of a login, found \
                `iam_request_bdy` -> `iam_request_bdy`";
        "a field in another client's case":
            field("iam_http_request_method", "iamHttpRequestMethod")
            => "refused[login-fields-missing] iam_http_request_method (found \
                `iamHttpRequestMethod`) -> iam_http_request_method"
            => "advice[key-unknown] expected one of the fields of a login, found \
                `iamHttpRequestMethod` -> `iamHttpRequestMethod`";
    }
}

#[test]
fn host_of_the_url_is_one_of_sts_or_of_the_server() {
    let at = |host: &str| with_url(&format!("https://{host}/"));
    let private = calling(CalledEndpoint::Url("https://sts.example.com".into()));
    let region = calling(CalledEndpoint::Region("us-east-1".into()));
    logins! {
        "a region's": at("sts.eu-west-1.amazonaws.com");
        "FIPS": at("sts-fips.us-east-2.amazonaws.com");
        "another partition's": at("sts.cn-north-1.amazonaws.com.cn");
        "a VPC endpoint's": at("vpce-1-2.sts.us-east-1.vpce.amazonaws.com");
        "another service's": at("iam.amazonaws.com")
            => "depends[host-not-sts] found `iam.amazonaws.com`, and whether AWS takes it for the \
                endpoint's is not known";
        "somebody's": at("sts.example.com")
            => "depends[host-not-sts] found `sts.example.com`, and whether AWS takes it for the \
                endpoint's is not known";
        "an address": with_url("http://127.0.0.1:8080/")
            => "depends[host-not-sts] found `127.0.0.1:8080`, and whether AWS takes it for the \
                endpoint's is not known";
        "never configured": at("sts.example.com"), never_configured()
            => "depends[host-not-sts] found `sts.example.com`, and whether AWS takes it for the \
                endpoint's is not known";
        "the server's own": at("sts.example.com"), private
            => "depends[scope-region-differs] found `us-east-1`, and which endpoint the server \
                calls is not known";
        "a region under whatever name": at("sts.example.com"), region;
    }
}

#[test]
fn amz_headers_are_allowed_as_the_plugin_allows_them() {
    let extra = |name: &str| {
        with(|login| {
            login.headers[name] = "x".into();
            let names = format!("{NAMES};{}", name.to_lowercase());
            login.headers["Authorization"] = authorization(KEY, SCOPE, &names).into();
        })
    };
    logins! {
        "not on the list": extra("x-amz-mallory-header")
            => "refused[header-not-allowed] expected one that is allowed, found `X-Amz-(14 \
                characters)` -> `X-Amz-(14 characters)`";
        "allowed by an administrator":
            extra("x-amz-mallory-header"), allowing("X-Amz-Mallory-Header");
        "who knows": extra("x-amz-mallory-header"), profile(|p| p.allowed_headers = None)
            => "depends[header-not-allowed] found `X-Amz-(14 characters)`, and whether the server \
                allows it is not known -> `X-Amz-(14 characters)`";
        "never configured": extra("x-amz-mallory-header"), never_configured();
        "on the list": extra("X-Amz-User-Agent");
        "not on OpenBao's": extra("X-Amz-User-Agent"), openbao()
            => "refused[header-not-allowed] expected one that is allowed, found `X-Amz-User-Agent` \
                -> `X-Amz-User-Agent`";
        "not on an old one": extra("X-Amz-User-Agent"), vault("1.14.0")
            => "refused[header-not-allowed] expected one that is allowed, found `X-Amz-User-Agent` \
                -> `X-Amz-User-Agent`";
        "who knows": extra("X-Amz-User-Agent"), unknown_version()
            => "depends[header-not-allowed] found `X-Amz-User-Agent`, and whether the server \
                allows it is not known -> `X-Amz-User-Agent`";
        "a special case": extra("X-Amz-Signedheaders");
        "which Vault got with GET logins": extra("X-Amz-SignedHeaders"), vault("1.14.10")
            => "refused[header-not-allowed] expected one that is allowed, found \
                `X-Amz-Signedheaders` -> `X-Amz-Signedheaders`";
        "which OpenBao lacks": extra("X-Amz-Signedheaders"), openbao()
            => "refused[header-not-allowed] expected one that is allowed, found \
                `X-Amz-Signedheaders` -> `X-Amz-Signedheaders`";
        "added later": extra("X-Amz-Zzz-Content-Sha256")
            => "refused[header-not-allowed] expected one that is allowed, found `X-Amz-(18 \
                characters)` -> `X-Amz-(18 characters)`";
        "another prefix": with_header("X-Amzn-Trace-Id", "x");
    }
}

#[test]
fn plugin_that_panics_without_a_configuration_is_known_by_its_version() {
    let never = |flavour, version: &str| ServerProfile {
        core: software(flavour, version),
        ..never_configured()
    };
    let maybe = |profile| ServerProfile {
        server_id: Some(ServerIdRequirement::NotRequired),
        mount_config: None,
        ..profile
    };
    let plugin = |version| ServerProfile {
        auth_plugin: software(Flavour::OpenBao, version),
        ..never_configured()
    };
    logins! {
        "Vault 1.15.0": good().json(), never(Flavour::Vault, "1.15.0") => "refused[plugin-panics]";
        "mended": good().json(), never(Flavour::Vault, "1.15.1");
        "not there yet": good().json(), never(Flavour::Vault, "1.14.10");
        "OpenBao": good().json(), never(Flavour::OpenBao, "2.7.2") => "refused[plugin-panics]";
        "OpenBao's plugin": good().json(), plugin("0.0.1") => "refused[plugin-panics]";
        "a later one": good().json(), plugin("0.1.1")
            => "depends[plugin-panics] whether this version does is not known";
        "an unknown one": good().json(), ServerProfile { core: None, ..never_configured() }
            => "depends[plugin-panics] whether this version does is not known";
        "perhaps configured": good().json(), maybe(never(Flavour::Vault, "1.15.0"))
            => "depends[plugin-panics] whether that was written is not known";
        "perhaps configured, and mended": good().json(), maybe(never(Flavour::Vault, "1.15.1"));
        "configured": good().json(), vault("1.15.0");
    }
}

#[test]
fn region_is_held_against_the_endpoint_that_is_called() {
    let of = |region: &str| signed(KEY, &format!("20150830/{region}/sts/aws4_request"), NAMES);
    let at = |url: &str| calling(CalledEndpoint::Url(url.into()));
    logins! {
        "the global endpoint takes us-east-1 only": of("eu-west-1")
            => "refused[scope-region-differs] expected `us-east-1`, found `eu-west-1` -> \
                `us-east-1`";
        "the region of an endpoint": of("eu-west-1"), at("https://sts.eu-west-1.amazonaws.com");
        "another region": good().json(), at("https://sts.eu-west-1.amazonaws.com")
            => "refused[scope-region-differs] expected `eu-west-1`, found `us-east-1` -> \
                `eu-west-1`";
        "a name that tells no region": good().json(), at("https://127.0.0.1:8443")
            => "depends[scope-region-differs] found `us-east-1`, and which endpoint the server \
                calls is not known";
        "a region under whatever name":
            good().json(), calling(CalledEndpoint::Region("us-east-1".into()));
        "not known": good().json(), profile(|p| p.sts_endpoint = None)
            => "depends[scope-region-differs] found `us-east-1`, and which endpoint the server \
                calls is not known";
    }
    let client = calling(CalledEndpoint::ClientRegion);
    let newer = ServerProfile {
        core: None,
        ..client.clone()
    };
    let older = |version: &str| ServerProfile {
        core: software(Flavour::Vault, version),
        ..client.clone()
    };
    logins! {
        "the client's own": of("eu-west-1"), client;
        "not in the server's table": of("mars-north-9"), client
            => "refused[region-unknown-to-server] expected a region of its table, found \
                `mars-north-9`";
        "younger than the server's table": of("ca-west-1"), older("1.15.4")
            => "refused[region-unknown-to-server] expected a region of its table, found \
                `ca-west-1`";
        "in the server's table": of("ca-west-1"), older("1.15.5");
        "newer servers may know it": of("mx-central-1"), newer
            => "depends[region-unknown-to-server] found `mx-central-1`, and which regions the \
                server knows is not known";
        "a pseudo-region is called and not taken": of("aws-global"), client
            => "refused[scope-region-differs] expected `us-east-1`, found `aws-global` -> \
                `us-east-1`";
        "a list whose first value has no credential":
            with_header("Authorization", json!(["AWS4-HMAC-SHA256", "Credential=x/y/z"])), client
            => "refused[region-missing] expected a field that begins with Credential= after a \
                space, found none"
            => "depends[header-repeated] expected `Authorization` once, found 2 values -> \
                `Authorization`"
            => "depends[signature-incomplete] found another algorithm than AWS4-HMAC-SHA256, which \
                AWS may refuse";
        "no space before it": with(|login| {
        let text = signature();
        login.headers["Authorization"] = text.replace(" Credential", "\tCredential").into();
    }), client
            => "refused[region-missing] expected a field that begins with Credential= after a \
                space, found none"
            => "depends[signature-incomplete] found a tab after the algorithm, which AWS may \
                refuse";
    }
}

#[test]
fn request_is_sent_on_as_go_sends_it() {
    logins! {
        "a line break in a value": with_header("X-Amz-Date", "20150830T123600Z\n")
            => "refused[header-illegal] expected no control character in the value of \
                `X-Amz-Date`, found one -> `X-Amz-Date`"
            => "refused[date-malformed] found `20150830T123600Z\\n`";
        "a space in a name": with_header("X Y", "z")
            => "refused[header-illegal] expected a header name, found (3 characters) -> (3 \
                characters)";
        "two dates": with_header("X-Amz-Date", json!(["20150830T123600Z", "20150830T123600Z"]))
            => "depends[header-repeated] expected `X-Amz-Date` once, found 2 values -> `X-Amz-Date`"
            => "depends[date-malformed] found `20150830T123600Z,20150830T123600Z`";
        "about the connection": with_header("Connection", "keep-alive")
            => "depends[header-hop-by-hop] found `Connection` -> Connection";
        "another host, which may have been signed":
            with_header("Host", "sts.eu-west-1.amazonaws.com")
            => "depends[host-differs] expected `sts.amazonaws.com`, found \
                `sts.eu-west-1.amazonaws.com`; if that was signed, the signature does not match -> \
                `sts.amazonaws.com`";
        "the same host": with_header("Host", "sts.amazonaws.com");
        "another length, which may have been signed":
            signing("content-length;content-type;host;x-amz-date", "Content-Length", "44")
            => "depends[content-length-differs] expected 43, found `44`; if that was signed, the \
                signature does not match -> 43";
        "another length, which was not signed and is not sent": with_header("Content-Length", "44");
        "JSON, which Vault cannot read": with_header("Accept", "application/json")
            => "refused[accept-json]";
        "JSON among others": with_header("Accept", "application/json, text/plain, */*")
            => "depends[accept-json] found JSON among other types";
        "anything": with_header("Accept", "*/*");
        "compressed, which Vault cannot read": with_header("Accept-Encoding", "gzip, deflate")
            => "depends[accept-encoding] found `gzip, deflate`";
        "not compressed": with_header("Accept-Encoding", "identity");
        "another type": with_header("Content-Type", "application/json")
            => "depends[content-type-not-form] expected `application/x-www-form-urlencoded`, found \
                `application/json`";
        "no type": without_header("Content-Type")
            => "depends[content-type-not-form] expected `application/x-www-form-urlencoded`, found \
                none"
            => "refused[signed-header-missing] expected `content-type`, found none -> \
                `content-type`";
    }
}

#[test]
fn signature_is_read_as_aws_reads_it() {
    let header = |text: String| with_header("Authorization", text);
    let right = signature;
    let credential = format!("AWS4-HMAC-SHA256 Credential={KEY}/{SCOPE}");
    let names = format!("SignedHeaders={NAMES}, Signature={SIGNATURE}");
    logins! {
        "none": without_header("Authorization")
            => "refused[authorization-missing]";
        "another scheme": header("Bearer secret".into())
            => "refused[signature-incomplete] expected it to begin with AWS4-HMAC-SHA256";
        "another algorithm": header(right().replace("HMAC", "ECDSA-P256"))
            => "depends[signature-incomplete] found another algorithm than AWS4-HMAC-SHA256, which \
                AWS may refuse";
        "no signature": header(right().replace("Signature=", "Sig="))
            => "refused[signature-incomplete] expected Signature=, found none";
        "an empty part": header(right().replace("host;x-amz-date", "").replace("content-type;", ""))
            => "refused[signature-incomplete] expected a value of SignedHeaders, found none";
        "a part without a value": header(right().replace("Signature=", "Signature"))
            => "refused[signature-incomplete] expected key=value pairs after the algorithm";
        "spaces in place of commas": header(right().replace(',', ""))
            => "depends[signature-incomplete] found a space where a comma belongs, which AWS may \
                refuse";
        "a list": with_header("Authorization", json!([credential, names]))
            => "depends[header-repeated] expected `Authorization` once, found 2 values -> \
                `Authorization`"
            => "depends[signature-incomplete] found a list of several values in the Authorization \
                header, which AWS may refuse";
        "four parts": signed(KEY, "20150830/us-east-1/sts", NAMES)
            => "refused[signature-incomplete] expected five parts with slashes between them in \
                Credential, found 4";
        "the secret in place of the key":
            signed("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", SCOPE, NAMES)
            => "refused[secret-as-access-key-id]";
        "a plus": signed("wJalrXUtnFEMI+K7MDENG", SCOPE, NAMES)
            => "refused[secret-as-access-key-id]";
        "neither a slash nor a plus":
            signed("wJalrXUtnFEMIxK7MDENGxbPxRfiCYEXAMPLEKEY", SCOPE, NAMES)
            => "refused[secret-as-access-key-id]";
        "cut off": header(right().replace("b5d7", ""))
            => "refused[signature-malformed] found 60 characters";
        "upper case": header(right().replace(SIGNATURE, &SIGNATURE.to_uppercase()))
            => "refused[signature-malformed] found 64 characters";
    }
    let http_date = with(|login| {
        let headers = login.headers.as_object_mut().unwrap();
        headers.remove("X-Amz-Date");
        headers.insert("Date".into(), "Sun, 30 Aug 2015 12:36:00 GMT".into());
    });
    let of = |scope: &str| signed(KEY, scope, NAMES);
    logins! {
        "another service": of("20150830/us-east-1/iam/aws4_request")
            => "refused[scope-service-differs] expected `sts`, found `iam`";
        "another end": of("20150830/us-east-1/sts/aws5_request")
            => "refused[scope-terminator-differs] found `aws5_request`";
        "another day": of("20150829/us-east-1/sts/aws4_request")
            => "refused[scope-date-differs] expected the day of 20150830T123600Z, found `20150829`";
        "no date": without_header("X-Amz-Date")
            => "refused[date-missing]"
            => "refused[signed-header-missing] expected `x-amz-date`, found none -> `x-amz-date`";
        "a Date header in its place": http_date
            => "depends[date-missing]"
            => "refused[signed-header-missing] expected `x-amz-date`, found none -> `x-amz-date`";
        "no such day": with_header("X-Amz-Date", "20150230T123600Z")
            => "refused[date-malformed] found `20150230T123600Z`";
        "another format": with_header("X-Amz-Date", "2015-08-30T12:36:00Z")
            => "refused[date-malformed] found `2015-08-30T12:36:00Z`";
    }
    let names = |names: &str| signed(KEY, SCOPE, names);
    let chunked = NAMES.replace("x-amz", "transfer-encoding;x-amz");
    logins! {
        "no host": names("content-type;x-amz-date")
            => "refused[host-not-signed]";
        "not sorted": names("host;content-type;x-amz-date")
            => "depends[signed-headers-unsorted]";
        "upper case": names("Content-Type;Host;X-Amz-Date")
            => "depends[signed-headers-unsorted]";
        "the date is not signed": names("content-type;host")
            => "depends[amz-header-not-signed] found `X-Amz-Date`, which AWS asks to be signed -> \
                `X-Amz-Date`";
        "signed and not sent": names("content-type;host;x-amz-date;x-custom")
            => "refused[signed-header-missing] expected (8 characters), found none -> (8 \
                characters)";
        "signed and dropped by Go":
            signing(&chunked, "Transfer-Encoding", "chunked")
            => "refused[signed-header-missing] expected `transfer-encoding`, found none, since the \
                server drops it -> `transfer-encoding`";
        "signed, and Go sends its own": names("content-type;host;user-agent;x-amz-date")
            => "depends[signed-header-missing] expected `user-agent`, found none, so that the \
                server sends its own -> `user-agent`";
        "the length is counted by the server": names("content-length;content-type;host;x-amz-date");
    }
    let token = |key: &str, token: Value| {
        with(|login| {
            let names = format!("{NAMES};x-amz-security-token");
            login.headers["Authorization"] = authorization(key, SCOPE, &names).into();
            login.headers["X-Amz-Security-Token"] = token;
        })
    };
    logins! {
        "a session": token("ASIAIOSFODNN7EXAMPLE", json!("token"));
        "a session without its token": signed("ASIAIOSFODNN7EXAMPLE", SCOPE, NAMES)
            => "refused[session-token-missing]";
        "a session with an empty token": token("ASIAIOSFODNN7EXAMPLE", json!(""))
            => "refused[session-token-missing]";
        "a token too many": token("AKIAIOSFODNN7EXAMPLE", json!("token"))
            => "refused[session-token-unexpected]";
    }
}

#[test]
fn time_is_held_against_the_fifteen_minutes_of_aws() {
    let expected = |seconds: i64| match seconds {
        -900..=-301 => "advice[signature-not-yet-current]",
        ..=-901 => "refused[signature-not-yet-current]",
        901.. => "refused[signature-expired]",
        871..=900 => "depends[signature-expired]",
        301..=870 => "advice[signature-expired]",
        -300..=300 => "",
    };
    for seconds in [
        -100_000, -901, -900, -301, -300, 0, 300, 301, 870, 871, 900, 901, 100_000,
    ] {
        let lines = lines(&good().json(), &known(), NOW.strict_add_signed(seconds));
        let names: Vec<&str> = lines
            .iter()
            .filter_map(|line| line.split(' ').next())
            .collect();
        assert_eq!(names.join(""), expected(seconds), "{seconds}");
    }
    assert_eq!(
        lines(&good().json(), &known(), NOW + 901),
        ["refused[signature-expired] expected at most 900 seconds, found 901 seconds ago"]
    );
}

#[test]
fn caller_and_role_are_compared_as_the_plugin_compares_them() {
    logins! {
        "an ARN": with_field("role", "arn:aws:iam::123456789012:role/dev")
            => "refused[role-is-arn] found `arn:aws:iam::123456789012:role/dev`";
        "a line break": with_field("role", "dev\n")
            => "refused[role-name-impossible] expected letters, digits, '_', and '-' or '.' \
                inside, found `dev\\n`";
        "empty: the server takes the IAM name": with_field("role", "");
    }
    let arn = |arn: &str| profile(|p| p.caller_arn = Some(arn.into()));
    logins! {
        "root": good().json(), arn("arn:aws:iam::123456789012:root")
            => "refused[caller-is-root] found `arn:aws:iam::123456789012:root`";
        "federated": good().json(), arn("arn:aws:sts::123456789012:federated-user/dev")
            => "refused[caller-is-federated] found `arn:aws:sts::123456789012:federated-user/dev`";
        "none": good().json(), arn("arn:aws:s3:::bucket")
            => "refused[arn-malformed] found `arn:aws:s3:::bucket`";
        "missing": good().json(), profile(|p| p.role = Some(RoleProfile::Missing))
            => "refused[role-unknown]";
        "of type ec2": good().json(), profile(|p| p.role = Some(RoleProfile::Ec2))
            => "refused[role-wants-ec2]";
    }
    // A role that is bound to one principal, and a caller whose ARN is known.
    let bound = |principal: &str, unique_ids| {
        let bindings = RoleBindings {
            principal_arns: vec![format!("arn:aws:{principal}")],
            unique_ids,
            inferred_entity: InferredEntity::Nothing,
        };
        profile(|p| {
            p.caller_arn = Some("arn:aws:sts::123456789012:assumed-role/App/session".into());
            p.role = Some(RoleProfile::Iam(bindings));
        })
    };
    let caller_unknown = ServerProfile {
        caller_arn: None,
        ..bound("iam::123456789012:role/App", UniqueIds::Resolved)
    };
    // A role that infers an instance, and the name of the caller's session.
    let inferring = |session: &str| {
        let bindings = RoleBindings {
            principal_arns: Vec::new(),
            unique_ids: UniqueIds::Resolved,
            inferred_entity: InferredEntity::Ec2Instance,
        };
        let caller = format!("arn:aws:sts::123456789012:assumed-role/App/{session}");
        profile(|p| {
            p.caller_arn = Some(caller);
            p.role = Some(RoleProfile::Iam(bindings));
        })
    };
    let (resolved, literal) = (UniqueIds::Resolved, UniqueIds::NotResolved);
    logins! {
        "bound": good().json(), bound("iam::123456789012:role/App", literal);
        "a path that never matches":
            good().json(), bound("iam::123456789012:role/team/App", literal)
            => "advice[binding-never-matches] found `arn:aws:iam::123456789012:role/team/App`"
            => "refused[principal-not-bound] expected one that is bound, found \
                `arn:aws:iam::123456789012:role/App` -> `arn:aws:iam::123456789012:role/App`";
        "a path that was resolved to an ID":
            good().json(), bound("iam::123456789012:role/team/App", resolved);
        "assumed-role never matches":
            good().json(), bound("sts::123456789012:assumed-role/App/*", resolved)
            => "advice[binding-never-matches] found `arn:aws:sts::123456789012:assumed-role/App/*`"
            => "refused[principal-not-bound] expected one that is bound, found \
                `arn:aws:iam::123456789012:role/App` -> `arn:aws:iam::123456789012:role/App`";
        "a wildcard": good().json(), bound("iam::123456789012:role/*", resolved)
            => "depends[principal-not-bound] found `arn:aws:iam::123456789012:role/App`, and what \
                a binding with `*` matches is decided by the path that IAM knows -> \
                `arn:aws:iam::123456789012:role/App`";
        "the caller is not known": good().json(), caller_unknown
            => "depends[principal-not-bound] the caller's ARN is not known";
        "no binding but an inference": good().json(), inferring("i-0123456789abcdef0");
        "not the session of an instance": good().json(), inferring("session")
            => "refused[session-not-instance] expected a session such as i-0123456789abcdef0, \
                found `session`";
    }
}

#[test]
fn numbers_are_read_as_core_and_plugin_read_them() {
    let huge = || with_field("nonce", 1).replace("\"nonce\":1", "\"nonce\":1e400");
    logins! {
        "Vault keeps it as it is written": huge();
        "OpenBao reads a float": huge(), openbao()
            => "depends[json-malformed] found a number with an exponent or hundreds of digits, \
                which OpenBao reads as a float and may find too large";
    }
    let number = || {
        let mut headers = good().headers;
        headers["X-Amz-Date"] = "20150830T123600Z".into();
        headers["Content-Type"] = FORM.into();
        headers["Age"] = json!([7]);
        raw_headers(headers)
    };
    logins! {
        "a header for the plugin inside Vault": number();
        "a header for a plugin in a process of its own": number(), openbao()
            => "refused[header-value-type-wrong] expected strings for (3 characters), found a \
                number, which a plugin in its own process does not accept";
        "a header for a plugin anywhere": number(), plugin(Flavour::Vault, "1.18.5")
            => "depends[header-value-type-wrong] expected strings for (3 characters), found a \
                number, which a plugin in its own process does not accept";
        "a header inside the base64": with_header("Age", 7), openbao();
    }
}

#[test]
fn signed_headers_that_change_on_their_way_are_left_open() {
    logins! {
        "no ASCII": signing("content-type;host;x-amz-date;x-custom", "X-Custom", "\u{fc}")
            => "depends[header-illegal] expected ASCII in (8 characters), found another character, \
                of which AWS may sign other bytes -> (8 characters)";
        "no ASCII and not signed": with_header("X-Custom", "\u{fc}");
        "Go sends no empty user agent":
            signing("content-type;host;user-agent;x-amz-date", "User-Agent", "")
            => "depends[signed-header-missing] expected `user-agent`, found an empty one, which \
                the server does not send -> `user-agent`";
    }
}

#[test]
fn key_of_another_partition_is_unknown_to_aws() {
    let of = |region| signed(KEY, &format!("20150830/{region}/sts/aws4_request"), NAMES);
    let client = |arn: &str| {
        profile(|profile| {
            profile.sts_endpoint = Some(CalledEndpoint::ClientRegion);
            profile.caller_arn = Some(arn.into());
        })
    };
    logins! {
        "China": of("cn-north-1"), client("arn:aws:iam::123456789012:user/dev")
            => "refused[access-key-unknown] expected a key of the partition aws-cn, found one of \
                `aws`";
        "China's own": of("cn-north-1"), client("arn:aws-cn:iam::123456789012:user/dev");
    }
}
