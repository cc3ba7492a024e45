//! Logins that break each rule, and why, with every finding in full.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests may fail, as tests do"
)]

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::{Value, json};
use vault_aws_login::inspector::{
    CalledEndpoint, Flavour, InferredEntity, MountConfig, Prediction, RoleBindings, RoleProfile,
    ServerIdRequirement, ServerProfile, Software, UniqueIds, check_login,
};
use vault_aws_login::{Credentials, LoginOptions, UnixSeconds, sign_login};

/// 2015-08-30T12:36:00Z, the time of AWS's published examples.
const NOW: u64 = 1_440_938_160;
const SIGNATURE: &str = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

/// A login in pieces; the signature is checked by nobody here.
struct Login {
    method: &'static str,
    url: String,
    body: String,
    headers: Value,
    /// Sent in place of the encoded headers.
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

fn authorization(key: &str, scope: &str, signed: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={signed}, Signature={SIGNATURE}"
    )
}

fn good() -> Login {
    Login {
        method: "POST",
        url: "https://sts.amazonaws.com/".into(),
        body: "Action=GetCallerIdentity&Version=2011-06-15".into(),
        headers: json!({
            "Authorization": [authorization("AKIAIOSFODNN7EXAMPLE", "20150830/us-east-1/sts/aws4_request", "content-type;host;x-amz-date")],
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

fn signed(key: &str, scope: &str, signed: &str) -> String {
    with_header("Authorization", authorization(key, scope, signed))
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
            "https://sts.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20150830%2Fus-east-1%2Fsts%2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Signature={SIGNATURE}"
        );
        login.headers = json!({ "Host": ["sts.amazonaws.com"] });
        change(login);
    })
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

fn openbao() -> ServerProfile {
    profile(|profile| profile.core = software(Flavour::OpenBao, "2.7.2"))
}

fn lines(login: &str, profile: &ServerProfile, now: u64) -> Vec<String> {
    let findings = check_login(login, profile, now).into_iter();
    findings
        .map(|finding| {
            format!(
                "{}[{}]: {} => {}",
                finding.severity.name(),
                finding.rule.name(),
                finding.message,
                finding.fix
            )
        })
        .collect()
}

#[track_caller]
fn check(why: &str, login: String, profile: &ServerProfile, expected: &[&str]) {
    let found = lines(&login, profile, NOW);
    assert_eq!(found, expected, "{why}");
}

#[track_caller]
fn check_known(why: &str, login: String, expected: &[&str]) {
    check(why, login, &known(), expected);
}

#[test]
fn login_of_our_own_is_accepted_by_every_server_that_is_known() {
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
#[rustfmt::skip]
fn json_around_the_login_is_read_as_the_core_reads_it() {
    let doubled = good().json().replace("{\"iam_http_request_method\":\"POST\",", "{\"iam_http_request_method\":\"GET\",\"iam_http_request_method\":\"POST\",");
    check_known("the last one wins before Vault 1.20.3", doubled.clone(), &["advice[json-duplicate-key]: the JSON has a key twice: expected each key once, found `iam_http_request_method` twice => send each key once"]);
    check("Vault since 1.20.3 looks", doubled.clone(), &profile(|p| p.core = software(Flavour::Vault, "v1.20.3+ent")), &["refused[json-duplicate-key]: the JSON has a key twice: expected each key once, found `iam_http_request_method` twice => send each key once"]);
    check("it depends on the version", doubled, &profile(|p| { p.core = None; p.auth_plugin = software(Flavour::Vault, "1.18.5") }), &["depends[json-duplicate-key]: the JSON has a key twice: expected each key once, found `iam_http_request_method` twice => send each key once"]);
    let trailing = good().json() + "x";
    check_known("ignored before Vault 1.20.3", trailing.clone(), &["advice[json-trailing-bytes]: bytes follow the JSON: expected nothing after the closing brace => end the body with the closing brace"]);
    check("Vault since 1.20.3 looks", trailing.clone(), &profile(|p| p.core = software(Flavour::Vault, "1.21.4")), &["refused[json-trailing-bytes]: bytes follow the JSON: expected nothing after the closing brace => end the body with the closing brace"]);
    check("OpenBao reads on, and refuses what is no JSON", trailing, &profile(|p| p.core = software(Flavour::OpenBao, "2.7.2")), &["depends[json-trailing-bytes]: bytes follow the JSON: expected nothing after the closing brace => end the body with the closing brace"]);
    check_known("blanks around are no bytes", format!("\n {}\n ", good().json()), &[]);
    check_known("cut off", good().json()[..40].to_owned(), &["refused[json-malformed]: the login is not a JSON object: expected JSON, found its end inside a value => send a JSON object, as `sign-login` makes it"]);
    check_known("a list", "[]".into(), &["refused[json-malformed]: the login is not a JSON object: expected an object, found an array => send a JSON object, as `sign-login` makes it"]);
    check_known("quoted once too often", json!(good().json()).to_string(), &["refused[json-malformed]: the login is not a JSON object: expected an object, found a string => send a JSON object, as `sign-login` makes it"]);
    check_known("nothing at all", String::new(), &["refused[login-fields-missing]: the login lacks a field: expected iam_http_request_method, iam_request_url, iam_request_body, iam_request_headers, found none => send iam_http_request_method, iam_request_url, iam_request_body, iam_request_headers at the top level of the JSON"]);
    check_known("nothing but blanks", " \n".into(), &["refused[login-fields-missing]: the login lacks a field: expected iam_http_request_method, iam_request_url, iam_request_body, iam_request_headers, found none => send iam_http_request_method, iam_request_url, iam_request_body, iam_request_headers at the top level of the JSON"]);
    check_known("null is a body without fields", "null".into(), &["refused[login-fields-missing]: the login lacks a field: expected iam_http_request_method, iam_request_url, iam_request_body, iam_request_headers, found none => send iam_http_request_method, iam_request_url, iam_request_body, iam_request_headers at the top level of the JSON"]);
    check_known("a form", "iam_http_request_method=POST&role=dev".into(), &["depends[login-is-form]: the login is a form and not JSON => send JSON: a form is read only with `Content-Type: application/x-www-form-urlencoded`"]);
    let nested = |depth| with_field("x", serde_json::from_str::<Value>(&format!("{}{}", "[".repeat(depth), "]".repeat(depth))).unwrap());
    check("as deep as Vault allows", nested(100), &known(), &["advice[key-unknown]: the server ignores a key of the login: expected one of the fields of a login, found (1 character) => remove (1 character), or correct its spelling"]);
    let deep = good().json().replacen('{', &format!("{{\"x\":{}{},", "[".repeat(300), "]".repeat(300)), 1);
    check("deeper", deep.clone(), &known(), &["depends[json-over-limits]: the JSON is over the server's limits: expected at most 300 values inside each other, found more; nothing further was read => send the five keys of a login and nothing else"]);
    check("deeper", deep, &profile(|p| p.core = software(Flavour::Vault, "1.21.4")), &["refused[json-over-limits]: the JSON is over the server's limits: expected at most 300 values inside each other, found more; nothing further was read => send the five keys of a login and nothing else"]);
    check("a limit since 1.20.3", with_field("x", vec![1; 10_001]), &profile(|p| p.core = software(Flavour::Vault, "1.21.4")), &["refused[json-over-limits]: the JSON is over the server's limits: expected at most 10000 entries in an object or a list, found more => send the five keys of a login and nothing else", "advice[key-unknown]: the server ignores a key of the login: expected one of the fields of a login, found (1 character) => remove (1 character), or correct its spelling"]);
    check("OpenBao's default limit", with_field("x", vec!["x"; 1_000]), &profile(|p| p.core = software(Flavour::OpenBao, "2.7.2")), &["depends[json-over-limits]: the JSON is over the server's limits: expected at most 1000 strings, as OpenBao has it by default, found more => send the five keys of a login and nothing else", "advice[key-unknown]: the server ignores a key of the login: expected one of the fields of a login, found (1 character) => remove (1 character), or correct its spelling"]);
    check_known("past 64 KiB", with_field("x", "x".repeat(65_536)), &["refused[login-too-large]: the login is larger than any client makes one: expected at most 65536 bytes, found 66181, of which none was read => send one login and nothing else: a few kilobytes"]);
}

#[test]
#[rustfmt::skip]
fn fields_are_read_as_the_framework_reads_them() {
    check_known("an object for a string", with_field("iam_request_url", json!({})), &["refused[field-type-wrong]: a field that holds a string has another type: expected iam_request_url to be a string, found an object => send iam_request_url as a string"]);
    check_known("a list for a string, in a field that is not even used", with_field("nonce", json!([])), &["refused[field-type-wrong]: a field that holds a string has another type: expected nonce to be a string, found an array => send nonce as a string"]);
    check_known("numbers and booleans become strings", with_field("role", 7), &[]);
    check_known("true becomes `1`", with_field("role", true), &[]);
    check_known("a key that is none", with_field("iam_request_header", "x"), &["advice[key-unknown]: the server ignores a key of the login: expected one of the fields of a login, found `iam_request_header` => remove `iam_request_header`, or correct its spelling"]);
    check_known("nothing", "{}".into(), &["refused[login-fields-missing]: the login lacks a field: expected iam_http_request_method, iam_request_url, iam_request_body, iam_request_headers, found none => send iam_http_request_method, iam_request_url, iam_request_body, iam_request_headers at the top level of the JSON"]);
    for name in ["iam_http_request_method", "iam_request_url", "iam_request_body", "iam_request_headers"] {
        assert_eq!(lines(&with(|login| login.without = name), &known(), NOW)[0], format!("refused[login-fields-missing]: the login lacks a field: expected {name}, found none => send {name} at the top level of the JSON"));
    }
    check_known("both types", with_field("pkcs7", "x"), &["refused[login-flows-mixed]: the login has the fields of type iam and of type ec2: expected one type, found both => send either the iam_ fields or pkcs7, identity and signature"]);
    check_known("a part of the other type does not count", with_field("identity", "x"), &[]);
    check_known("the other type alone", r#"{"identity":"x","signature":"x"}"#.into(), &["depends[login-is-ec2]: the login is of type ec2, which is not inspected => send the iam_ fields to log in with a signature"]);
}

#[test]
#[rustfmt::skip]
fn method_url_and_body_are_read_as_the_plugin_reads_them() {
    check_known("empty", with_field("iam_http_request_method", ""), &["refused[method-missing]: iam_http_request_method is empty: expected `POST`, found nothing => set iam_http_request_method to `POST`"]);
    check_known("null counts as empty", with_field("iam_http_request_method", Value::Null), &["refused[method-missing]: iam_http_request_method is empty: expected `POST`, found nothing => set iam_http_request_method to `POST`"]);
    check_known("lower case", with_field("iam_http_request_method", "post"), &["refused[method-unsupported]: iam_http_request_method is not one that the server supports: expected `POST`, found `post` => sign a POST with the body `Action=GetCallerIdentity&Version=2011-06-15`, and write `POST` in upper case: renaming a presigned GET does not help"]);
    check_known("fields swapped: nothing of the headers is shown", with_field("iam_http_request_method", STANDARD.encode(r#"{"X-Amz-Security-Token":"x"}"#)), &["refused[method-unsupported]: iam_http_request_method is not one that the server supports: expected `POST`, found (40 characters) => sign a POST with the body `Action=GetCallerIdentity&Version=2011-06-15`, and write `POST` in upper case: renaming a presigned GET does not help"]);
    check_known("empty", with_field("iam_request_url", ""), &["refused[url-missing]: iam_request_url is empty: expected base64 of a URL, found nothing => set iam_request_url to the base64 of `https://sts.amazonaws.com/`"]);
    check_known("not encoded", with_field("iam_request_url", "https://sts.amazonaws.com/"), &["refused[url-not-base64]: iam_request_url is not standard base64: expected letters, digits, '+', '/' and padding, found a character outside that alphabet; it may not be encoded at all => encode the URL with standard base64, with padding"]);
    check_known("URL-safe", with_field("iam_request_url", URL_SAFE.encode("https://sts.amazonaws.com/?~~~")), &["refused[url-not-base64]: iam_request_url is not standard base64: expected letters, digits, '+', '/' and padding, found the URL-safe alphabet ('-' or '_') => encode the URL with standard base64, with padding"]);
    check_known("no padding", with_field("iam_request_url", "aHR0cHM6Ly9zdHMuYW1hem9uYXdzLmNvbS8"), &["refused[url-not-base64]: iam_request_url is not standard base64: expected letters, digits, '+', '/' and padding, found no padding => encode the URL with standard base64, with padding"]);
    check_known("line breaks are skipped, and the last bits not looked at", with_field("iam_request_url", "aHR0cHM6Ly9zdHMu\r\nYW1hem9uYXdzLmNvbS9=\n"), &[]);
    for (why, url) in [
        ("a line break at the end", "https://sts.amazonaws.com/\n"),
        ("a blank in the host", "https://sts.amazonaws .com/"),
        ("a bad percent sign", "https://sts.amazonaws.com/%zz"),
        ("a bad percent sign in the fragment", "https://sts.amazonaws.com/#%zz"),
        ("an address without a scheme", "1.2.3.4:443/"),
        ("a port that is none", "https://sts.amazonaws.com:https/"),
        ("a scheme without a name", "://sts.amazonaws.com/"),
        ("a bracket that is not closed", "https://[::1/"),
        ("a percent sign in the host", "https://sts%2eamazonaws.com/"),
        ("user information with a blank", "https://a b@sts.amazonaws.com/"),
    ] {
        let findings = check_login(&with(|login| login.url = url.into()), &known(), NOW);
        assert_eq!(findings[0].rule.name(), "url-unparsable", "{why}");
        assert_eq!(Prediction::of(&findings), Prediction::Refused, "{why}");
    }
    check_known("a line break at the end", with(|login| login.url += "\n"), &["refused[url-unparsable]: the URL in iam_request_url cannot be parsed: expected scheme, host and `/`, found a line break at the end => encode `https://<host>/` and nothing else: `printf %s` instead of `echo`"]);
    check_known("newer Go only", with(|login| login.url = "https://a:1:2/".into()), &["depends[url-unparsable]: the URL in iam_request_url cannot be parsed: expected scheme, host and `/`, found more than one colon in the host, which servers built with newer versions of Go refuse => encode `https://<host>/` and nothing else: `printf %s` instead of `echo`"]);
    check_known("no scheme at all", with(|login| login.url = "sts.amazonaws.com/".into()), &["depends[sts-url-malformed]: the URL in iam_request_url is not https:// and a host: expected a host, found none, so that the server sends that of its endpoint => sign and send `https://<host>/`, such as https://sts.amazonaws.com/", "depends[sts-url-not-bare]: the URL in iam_request_url has more than a scheme, a host and `/`: expected the path `/`, found another, which has to be signed as it is => sign and send scheme, host and `/` only"]);
    check_known("a host that is taken for a scheme", with(|login| login.url = "sts.amazonaws.com:443/".into()), &["depends[sts-url-malformed]: the URL in iam_request_url is not https:// and a host: expected `//` after the scheme, found something else => sign and send `https://<host>/`, such as https://sts.amazonaws.com/"]);
    check_known("what crashes the plugin", with(|login| login.url = "https:%zz".into()), &["refused[sts-url-malformed]: the URL in iam_request_url is not https:// and a host: expected `//` after the scheme, found something else => sign and send `https://<host>/`, such as https://sts.amazonaws.com/"]);
    check_known("a path", with(|login| login.url += "x"), &["depends[sts-url-not-bare]: the URL in iam_request_url has more than a scheme, a host and `/`: expected the path `/`, found another, which has to be signed as it is => sign and send scheme, host and `/` only"]);
    check_known("user information and a fragment are dropped", with(|login| login.url = "https://user:password@sts.amazonaws.com/#x".into()), &["advice[sts-url-not-bare]: the URL in iam_request_url has more than a scheme, a host and `/`: expected no user information, found some, which the server drops => sign and send scheme, host and `/` only", "advice[sts-url-not-bare]: the URL in iam_request_url has more than a scheme, a host and `/`: expected no fragment, found one, which the server drops => sign and send scheme, host and `/` only"]);
    check_known("the scheme is not looked at", with(|login| login.url = "http://sts.amazonaws.com/".into()), &[]);
    check_known("a bare question mark", with(|login| login.url += "?"), &[]);
    check_known("the default port", with(|login| login.url = "https://sts.amazonaws.com:443/".into()), &["depends[host-not-plain]: the host of the URL is written in a way that signers change before they sign: expected `sts.amazonaws.com`, found `sts.amazonaws.com:443` => write the host in lower case and without the default port: `sts.amazonaws.com`"]);
    check_known("upper case", with(|login| login.url = "https://STS.amazonaws.com/".into()), &["depends[host-not-plain]: the host of the URL is written in a way that signers change before they sign: expected `sts.amazonaws.com`, found `STS.amazonaws.com` => write the host in lower case and without the default port: `sts.amazonaws.com`"]);
    check_known("a query", with(|login| login.url += "?Action=GetCallerIdentity"), &["refused[post-with-query]: a POST login has a query in its URL: expected none, found one => move the action from the query into the body, and sign that"]);
    check_known("empty", with_field("iam_request_body", ""), &["refused[body-missing]: iam_request_body is empty in a POST login: expected base64 of a form, found nothing => set iam_request_body to the base64 of `Action=GetCallerIdentity&Version=2011-06-15`"]);
    check_known("not encoded", with_field("iam_request_body", "Action=GetCallerIdentity&Version=2011-06-15"), &["refused[body-not-base64]: iam_request_body is not standard base64: expected letters, digits, '+', '/' and padding, found a character outside that alphabet; it may not be encoded at all => encode the body with standard base64, with padding"]);
    check_known("a semicolon", with(|login| login.body = "Action=GetCallerIdentity;Version=2011-06-15".into()), &["refused[body-unparsable]: the body in iam_request_body is not a form: expected pairs with '&' between them, found a ';' => sign the body `Action=GetCallerIdentity&Version=2011-06-15`"]);
    check_known("a bad percent sign", with(|login| login.body += "&%zz=1"), &["refused[body-unparsable]: the body in iam_request_body is not a form: expected two hexadecimal digits after each '%', found something else => sign the body `Action=GetCallerIdentity&Version=2011-06-15`"]);
    check_known("a line break after the action", with(|login| login.body = "Version=2011-06-15&Action=GetCallerIdentity\n".into()), &["refused[body-unexpected]: the body in iam_request_body asks for something else than GetCallerIdentity: expected the action `GetCallerIdentity`, found `GetCallerIdentity\\n` => sign the body `Action=GetCallerIdentity&Version=2011-06-15`, without a line break at its end"]);
    check_known("a line break after the version passes Vault and not STS", with(|login| login.body += "\n"), &["refused[sts-action-invalid]: STS finds no GetCallerIdentity of version 2011-06-15 in the request: expected the version `2011-06-15`, found `2011-06-15\\n` => sign the body `Action=GetCallerIdentity&Version=2011-06-15`"]);
    check_known("no action passes Vault and not STS", with(|login| login.body = "Version=2011-06-15".into()), &["refused[sts-action-invalid]: STS finds no GetCallerIdentity of version 2011-06-15 in the request: expected Action=GetCallerIdentity, found no action => sign the body `Action=GetCallerIdentity&Version=2011-06-15`"]);
    check_known("no version passes Vault and not STS", with(|login| login.body = "Action=GetCallerIdentity".into()), &["refused[sts-action-invalid]: STS finds no GetCallerIdentity of version 2011-06-15 in the request: expected Version=2011-06-15, found no version => sign the body `Action=GetCallerIdentity&Version=2011-06-15`"]);
    check_known("two versions", with(|login| login.body += "&Version=2011-06-15"), &["depends[sts-action-invalid]: STS finds no GetCallerIdentity of version 2011-06-15 in the request: expected one version, found several => sign the body `Action=GetCallerIdentity&Version=2011-06-15`"]);
    check_known("two actions", with(|login| login.body += "&Action=GetCallerIdentity"), &["refused[body-unexpected]: the body in iam_request_body asks for something else than GetCallerIdentity: expected Action once, found it more often => sign the body `Action=GetCallerIdentity&Version=2011-06-15`, without a line break at its end"]);
    check_known("JSON", with(|login| login.body = r#"{"Action":"GetCallerIdentity"}"#.into()), &["refused[body-unexpected]: the body in iam_request_body asks for something else than GetCallerIdentity: expected Action and Version alone, found another key => sign the body `Action=GetCallerIdentity&Version=2011-06-15`, without a line break at its end"]);
}

#[test]
#[rustfmt::skip]
fn get_logins_are_read_as_the_plugin_reads_them() {
    let never = profile(|p| p.mount_config = Some(MountConfig::NeverWritten));
    check("a mount without configuration allows every parameter", presigned(|login| login.url += "&X-Amz-Expires=60"), &never, &[]);
    check_known("what boto3 and Go's SDK presign", presigned(|login| login.url += "&X-Amz-Expires=60"), &["refused[query-parameter-not-allowed]: the server does not allow one of the X-Amz- parameters in the query: expected one that is allowed, found `X-Amz-Expires` => sign a POST instead of presigning a URL, or presign without `X-Amz-Expires`"]);
    check("an administrator allowed it", presigned(|login| login.url += "&X-Amz-Expires=60"), &profile(|p| p.allowed_headers = Some(vec!["X-Amz-Expires".into()])), &[]);
    check_known("without it", presigned(|_| ()), &[]);
    check("no OpenBao supports GET", presigned(|_| ()), &profile(|p| p.auth_plugin = software(Flavour::OpenBao, "0.1.1")), &["refused[method-unsupported]: iam_http_request_method is not one that the server supports: expected `POST`, which alone this server supports, found `GET` => sign a POST with the body `Action=GetCallerIdentity&Version=2011-06-15`, and write `POST` in upper case: renaming a presigned GET does not help"]);
    check("the version is not known", presigned(|_| ()), &profile(|p| p.core = None), &["depends[method-get]: GET logins are supported by Vault since 1.15 and by no OpenBao: expected `POST`, found `GET` => sign a POST with the body `Action=GetCallerIdentity&Version=2011-06-15`"]);
    check("the region is taken from a header that a GET has not", presigned(|_| ()), &profile(|p| p.sts_endpoint = Some(CalledEndpoint::ClientRegion)), &["refused[region-missing]: the server takes the region from the login and finds none in the Authorization header: expected a field that begins with Credential= after a blank, found none => sign a POST whose Authorization header is one string with single blanks: `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`"]);
    check_known("a key in lower case", presigned(|login| login.url = login.url.replace("Action=", "action=")), &["refused[query-action-missing]: a GET login has no `Action` in the query of its URL: expected Action=GetCallerIdentity, found none => sign a POST with the body `Action=GetCallerIdentity&Version=2011-06-15`"]);
    check_known("twice", presigned(|login| login.url += "&Action=GetCallerIdentity"), &["refused[query-action-repeated]: a GET login has `Action` more than once in the query of its URL: expected one, found 2 => send `Action=GetCallerIdentity` once"]);
    check_known("another one", presigned(|login| login.url = login.url.replace("GetCallerIdentity", "GetSessionToken")), &["refused[query-action-unexpected]: a GET login asks for another action than GetCallerIdentity: expected `GetCallerIdentity`, found `GetSessionToken` => sign `Action=GetCallerIdentity`"]);
    check_known("a body is sent along", presigned(|login| login.body = "Action=GetCallerIdentity".into()), &["depends[get-with-body]: a GET login has a body, which the server sends along: expected no body, found 24 bytes => leave iam_request_body empty, or sign a POST"]);
    check_known("the query is not signed for the ID", presigned(|login| login.headers = json!({"X-Vault-AWS-IAM-Server-ID": "a"})), &[]);
    check("the query is not signed for the ID", presigned(|login| login.headers = json!({"X-Vault-AWS-IAM-Server-ID": "a"})), &profile(|p| p.server_id = Some(ServerIdRequirement::Required("a".into()))), &["refused[server-id-not-signed]: the server ID header is not among the signed headers: expected `x-vault-aws-iam-server-id` in SignedHeaders, as it is and up to a ',', found none => set X-Vault-AWS-IAM-Server-ID before signing, so that `x-vault-aws-iam-server-id` is in SignedHeaders"]);
}

#[test]
#[rustfmt::skip]
fn headers_are_read_in_every_form() {
    let plain = good().headers;
    check_known("a JSON object", raw_headers(plain.clone()), &[]);
    check_known("a string of JSON", raw_headers(plain.to_string()), &[]);
    check_known("bytes after the JSON are ignored", raw_headers(STANDARD.encode(format!("{plain} x"))), &[]);
    let pairs: Vec<String> = plain.as_object().unwrap().iter().map(|(name, value)| format!("{name}:{}", value[0].as_str().unwrap())).collect();
    check_known("a list of pairs", raw_headers(pairs), &[]);
    check_known("a list of objects", raw_headers(json!([plain])), &[]);
    check_known("names in lower case, single values", raw_headers(json!({"authorization": plain["Authorization"][0], "content-type": FORM, "x-amz-date": "20150830T123600Z"})), &[]);
    check_known("a number is its text", with_header("Content-Length", 43), &[]);
    check_known("empty", raw_headers(""), &["refused[headers-blank]: iam_request_headers is an empty string: expected headers, found nothing => send the headers as base64 of a JSON object"]);
    check_known("base64 of nothing", raw_headers("\n"), &["refused[headers-blank]: iam_request_headers is an empty string: expected headers, found nothing => send the headers as base64 of a JSON object"]);
    check_known("no headers inside", raw_headers("{}"), &["refused[headers-missing]: iam_request_headers has no headers: expected headers, found none => send the signed headers in iam_request_headers"]);
    check_known("null", raw_headers(Value::Null), &["refused[headers-missing]: iam_request_headers has no headers: expected headers, found none => send the signed headers in iam_request_headers"]);
    check_known("an empty list", raw_headers(json!([])), &["refused[headers-missing]: iam_request_headers has no headers: expected headers, found none => send the signed headers in iam_request_headers"]);
    check_known("URL-safe base64 is taken for JSON", raw_headers(URL_SAFE.encode("{\"a\":\"???~~~\"}")), &["refused[headers-not-json]: iam_request_headers is not JSON: expected JSON, found something else at byte 1 in the text, which is not standard base64 => send the headers as standard base64, with padding, of a JSON object"]);
    check_known("base64 of something else", raw_headers(STANDARD.encode("Authorization: x")), &["refused[headers-not-json]: iam_request_headers is not JSON: expected JSON, found something else at byte 1 inside the base64 => send the headers as standard base64, with padding, of a JSON object"]);
    check_known("base64 of a list", raw_headers(STANDARD.encode("[]")), &["refused[headers-not-json]: iam_request_headers is not JSON: expected an object, found an array => send the headers as standard base64, with padding, of a JSON object"]);
    check_known("base64 of what may be gzip", raw_headers(STANDARD.encode(b"G\x1f\x8b\x08")), &["depends[headers-not-json]: iam_request_headers is not JSON: expected an object, found what may be compressed => send the headers as standard base64, with padding, of a JSON object"]);
    check_known("cut off", raw_headers("{\"a\":"), &["refused[headers-not-json]: iam_request_headers is not JSON: expected JSON, found its end inside a value in the text, which is not standard base64 => send the headers as standard base64, with padding, of a JSON object"]);
    check_known("a boolean", with_header("Accept", true), &["refused[header-value-type-wrong]: a header's value is neither a string nor a number nor a list of them: expected strings for `Accept`, found a boolean => send every header value as a string or a list of strings"]);
    check_known("null in a list", with_header("Accept", json!([null])), &["refused[header-value-type-wrong]: a header's value is neither a string nor a number nor a list of them: expected strings for `Accept`, found null => send every header value as a string or a list of strings"]);
    check_known("a pair without a colon", raw_headers(json!(["Authorization"])), &["refused[header-pair-malformed]: a header in the list is not `Name:value`: expected strings with a colon after the name, found something else => send the headers as base64 of a JSON object"]);
    check_known("a pair without a name", raw_headers(json!([":x"])), &["refused[header-pair-malformed]: a header in the list is not `Name:value`: expected strings with a colon after the name, found something else => send the headers as base64 of a JSON object"]);
    check_known("a number in place of headers", raw_headers(7), &["refused[header-pair-malformed]: a header in the list is not `Name:value`: expected headers, found a number => send the headers as base64 of a JSON object"]);
    check_known("a key twice inside the base64", raw_headers(STANDARD.encode(plain.to_string().replacen('{', "{\"X-Amz-Date\":\"x\",", 1))), &["advice[json-duplicate-key]: the JSON has a key twice: expected each header once, found `X-Amz-Date` twice, of which the server takes the last => send each key once"]);
    check_known("two spellings are joined in random order", with_header("x-amz-date", "20150830T123601Z"), &["depends[header-repeated]: a header is there more than once: expected `X-Amz-Date` once, found 2 values => send `X-Amz-Date` once", "depends[date-malformed]: X-Amz-Date is not a time such as 20300131T120000Z: found `20150830T123600Z,20150830T123601Z` => send X-Amz-Date as `YYYYMMDDThhmmssZ`, in UTC"]);
}

#[test]
#[rustfmt::skip]
fn server_id_is_compared_as_the_plugin_compares_it() {
    let wanted = profile(|p| p.server_id = Some(ServerIdRequirement::Required("vault.example.com".into())));
    let names = "content-type;host;x-amz-date;x-vault-aws-iam-server-id";
    let scope = "20150830/us-east-1/sts/aws4_request";
    let sent = |value: &str, signed: &str| with(|login| {
        login.headers["X-Vault-AWS-IAM-Server-ID"] = value.into();
        login.headers["Authorization"] = authorization("AKIAIOSFODNN7EXAMPLE", scope, signed).into();
    });
    check("right", sent("vault.example.com", names), &wanted, &[]);
    check("missing", good().json(), &wanted, &["refused[server-id-missing]: the server ID is missing among the signed headers: expected `vault.example.com`, found none => sign with the server ID `vault.example.com`"]);
    check("empty is missing", sent("", names), &wanted, &["refused[server-id-missing]: the server ID is missing among the signed headers: expected `vault.example.com`, found none => sign with the server ID `vault.example.com`"]);
    check("upper case", sent("Vault.example.com", names), &wanted, &["refused[server-id-differs]: the server ID is not the one that the server wants: expected `vault.example.com`, found `Vault.example.com` => sign with the server ID `vault.example.com`"]);
    check("a blank at the end", sent("vault.example.com ", names), &wanted, &["refused[server-id-differs]: the server ID is not the one that the server wants: expected `vault.example.com`, found `vault.example.com ` => sign with the server ID `vault.example.com`"]);
    check("two values are joined", with(|login| login.headers["X-Vault-AWS-IAM-Server-ID"] = json!(["vault.example.com", "vault.example.com"])), &wanted, &["refused[server-id-differs]: the server ID is not the one that the server wants: expected `vault.example.com`, found `vault.example.com,vault.example.com` => sign with the server ID `vault.example.com`", "refused[server-id-not-signed]: the server ID header is not among the signed headers: expected `x-vault-aws-iam-server-id` in SignedHeaders, as it is and up to a ',', found none => set X-Vault-AWS-IAM-Server-ID before signing, so that `x-vault-aws-iam-server-id` is in SignedHeaders"]);
    check("not signed", sent("vault.example.com", "content-type;host;x-amz-date"), &wanted, &["refused[server-id-not-signed]: the server ID header is not among the signed headers: expected `x-vault-aws-iam-server-id` in SignedHeaders, as it is and up to a ',', found none => set X-Vault-AWS-IAM-Server-ID before signing, so that `x-vault-aws-iam-server-id` is in SignedHeaders"]);
    check("a blank before the comma", sent("vault.example.com", &format!("{names} ")), &wanted, &["refused[server-id-not-signed]: the server ID header is not among the signed headers: expected `x-vault-aws-iam-server-id` in SignedHeaders, as it is and up to a ',', found none => set X-Vault-AWS-IAM-Server-ID before signing, so that `x-vault-aws-iam-server-id` is in SignedHeaders"]);
    check("blanks in place of commas", with(|login| {
        login.headers["X-Vault-AWS-IAM-Server-ID"] = "vault.example.com".into();
        login.headers["Authorization"] = authorization("AKIAIOSFODNN7EXAMPLE", scope, names).replace(',', "").into();
    }), &wanted, &["refused[server-id-not-signed]: the server ID header is not among the signed headers: expected `x-vault-aws-iam-server-id` in SignedHeaders, as it is and up to a ',', found none => set X-Vault-AWS-IAM-Server-ID before signing, so that `x-vault-aws-iam-server-id` is in SignedHeaders", "depends[signature-incomplete]: the Authorization header is not a complete AWS4-HMAC-SHA256 signature: found a blank where a comma belongs, which AWS may refuse => send `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…` as one string"]);
    check("no signature", with(|login| login.headers = json!({"X-Vault-AWS-IAM-Server-ID": "vault.example.com"})), &wanted, &["refused[authorization-missing]: the login carries no signature: the Authorization header is missing: expected one, found none => sign the request, and send the Authorization header in iam_request_headers", "depends[content-type-not-form]: the Content-Type header does not say that the body is a form: expected `application/x-www-form-urlencoded`, found none => sign `Content-Type: application/x-www-form-urlencoded; charset=utf-8`"]);
    check("not wanted, and harmless", sent("vault.example.com", names), &known(), &[]);
    let unknown = profile(|p| p.server_id = None);
    check("who knows", good().json(), &unknown, &["depends[server-id-missing]: the server ID is missing among the signed headers: found none, and whether the server wants one is not known => sign with the server ID that is in the server's `iam_server_id_header_value`"]);
    check("who knows", sent("vault.example.com", names), &unknown, &["depends[server-id-differs]: the server ID is not the one that the server wants: found `vault.example.com`, and which one the server wants is not known => sign with the server ID that is in the server's `iam_server_id_header_value`"]);
    check("never configured", good().json(), &profile(|p| { p.server_id = None; p.mount_config = Some(MountConfig::NeverWritten) }), &[]);
}

#[test]
#[rustfmt::skip]
fn amz_headers_are_allowed_as_the_plugin_allows_them() {
    let extra = |name: &str| with(|login| {
        login.headers[name] = "x".into();
        login.headers["Authorization"] = authorization("AKIAIOSFODNN7EXAMPLE", "20150830/us-east-1/sts/aws4_request", &format!("content-type;host;x-amz-date;{}", name.to_lowercase())).into();
    });
    check_known("not on the list", extra("x-amz-mallory-header"), &["refused[header-not-allowed]: the server does not allow one of the X-Amz- headers: expected one that is allowed, found `X-Amz-(14 characters)` => sign without `X-Amz-(14 characters)`"]);
    check("allowed by an administrator", extra("x-amz-mallory-header"), &profile(|p| p.allowed_headers = Some(vec!["X-Amz-Mallory-Header".into()])), &[]);
    check("who knows", extra("x-amz-mallory-header"), &profile(|p| p.allowed_headers = None), &["depends[header-not-allowed]: the server does not allow one of the X-Amz- headers: found `X-Amz-(14 characters)`, and whether the server allows it is not known => sign without `X-Amz-(14 characters)`"]);
    check("never configured", extra("x-amz-mallory-header"), &profile(|p| p.mount_config = Some(MountConfig::NeverWritten)), &[]);
    check_known("on the list", extra("X-Amz-User-Agent"), &[]);
    check("not on OpenBao's", extra("X-Amz-User-Agent"), &profile(|p| p.core = software(Flavour::OpenBao, "2.7.2")), &["refused[header-not-allowed]: the server does not allow one of the X-Amz- headers: expected one that is allowed, found `X-Amz-User-Agent` => sign without `X-Amz-User-Agent`"]);
    check("not on an old one", extra("X-Amz-User-Agent"), &profile(|p| p.core = software(Flavour::Vault, "1.14.0")), &["refused[header-not-allowed]: the server does not allow one of the X-Amz- headers: expected one that is allowed, found `X-Amz-User-Agent` => sign without `X-Amz-User-Agent`"]);
    check("who knows", extra("X-Amz-User-Agent"), &profile(|p| p.core = None), &["depends[header-not-allowed]: the server does not allow one of the X-Amz- headers: found `X-Amz-User-Agent`, and whether the server allows it is not known => sign without `X-Amz-User-Agent`"]);
    check("a special case", extra("X-Amz-Signedheaders"), &known(), &[]);
    check("which OpenBao lacks", extra("X-Amz-Signedheaders"), &profile(|p| p.core = software(Flavour::OpenBao, "2.7.2")), &["refused[header-not-allowed]: the server does not allow one of the X-Amz- headers: expected one that is allowed, found `X-Amz-Signedheaders` => sign without `X-Amz-Signedheaders`"]);
    check("added later", extra("X-Amz-Zzz-Content-Sha256"), &known(), &["refused[header-not-allowed]: the server does not allow one of the X-Amz- headers: expected one that is allowed, found `X-Amz-(18 characters)` => sign without `X-Amz-(18 characters)`"]);
    check_known("another prefix", with_header("X-Amzn-Trace-Id", "x"), &[]);
}

#[test]
#[rustfmt::skip]
fn region_is_held_against_the_endpoint_that_is_called() {
    let of = |region: &str| signed("AKIAIOSFODNN7EXAMPLE", &format!("20150830/{region}/sts/aws4_request"), "content-type;host;x-amz-date");
    let calling = |endpoint| profile(|p| p.sts_endpoint = Some(endpoint));
    check_known("the global endpoint takes us-east-1 only", of("eu-west-1"), &["refused[scope-region-differs]: the login is not signed for the region of the STS endpoint that the server calls: expected `us-east-1`, found `eu-west-1` => sign for `us-east-1`"]);
    check("the region of an endpoint", of("eu-west-1"), &calling(CalledEndpoint::Url("https://sts.eu-west-1.amazonaws.com".into())), &[]);
    check("another region", good().json(), &calling(CalledEndpoint::Url("https://sts.eu-west-1.amazonaws.com".into())), &["refused[scope-region-differs]: the login is not signed for the region of the STS endpoint that the server calls: expected `eu-west-1`, found `us-east-1` => sign for `eu-west-1`"]);
    check("a name that tells no region", good().json(), &calling(CalledEndpoint::Url("https://127.0.0.1:8443".into())), &["depends[scope-region-differs]: the login is not signed for the region of the STS endpoint that the server calls: found `us-east-1`, and which endpoint the server calls is not known => sign for the region of the endpoint that the server calls: us-east-1 unless it is configured"]);
    check("a region under whatever name", good().json(), &calling(CalledEndpoint::Region("us-east-1".into())), &[]);
    check("not known", good().json(), &profile(|p| p.sts_endpoint = None), &["depends[scope-region-differs]: the login is not signed for the region of the STS endpoint that the server calls: found `us-east-1`, and which endpoint the server calls is not known => sign for the region of the endpoint that the server calls: us-east-1 unless it is configured"]);
    let client = calling(CalledEndpoint::ClientRegion);
    check("the client's own", of("eu-west-1"), &client, &[]);
    check("not in the server's table", of("mars-north-9"), &client, &["refused[region-unknown-to-server]: the server takes the region from the login and does not know that region: expected a region of its table, found `mars-north-9` => sign for a region that the server knows, such as us-east-1"]);
    check("newer servers may know it", of("mx-central-1"), &profile(|p| { p.sts_endpoint = Some(CalledEndpoint::ClientRegion); p.core = None }), &["depends[region-unknown-to-server]: the server takes the region from the login and does not know that region: found `mx-central-1`, and which regions the server knows is not known => sign for a region that the server knows, such as us-east-1"]);
    check("a pseudo-region is called and not taken", of("aws-global"), &client, &["refused[scope-region-differs]: the login is not signed for the region of the STS endpoint that the server calls: expected `us-east-1`, found `aws-global` => sign for `us-east-1`"]);
    check("a list whose first value has no credential", with_header("Authorization", json!(["AWS4-HMAC-SHA256", "Credential=x/y/z"])), &client, &["refused[region-missing]: the server takes the region from the login and finds none in the Authorization header: expected a field that begins with Credential= after a blank, found none => sign a POST whose Authorization header is one string with single blanks: `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`", "depends[header-repeated]: a header is there more than once: expected `Authorization` once, found 2 values => send `Authorization` once", "depends[signature-incomplete]: the Authorization header is not a complete AWS4-HMAC-SHA256 signature: found another algorithm than AWS4-HMAC-SHA256, which AWS may refuse => send `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…` as one string"]);
    check("no blank before it", with(|login| {
        let text = authorization("AKIAIOSFODNN7EXAMPLE", "20150830/us-east-1/sts/aws4_request", "content-type;host;x-amz-date");
        login.headers["Authorization"] = text.replace(" Credential", "\tCredential").into();
    }), &client, &["refused[region-missing]: the server takes the region from the login and finds none in the Authorization header: expected a field that begins with Credential= after a blank, found none => sign a POST whose Authorization header is one string with single blanks: `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`", "depends[signature-incomplete]: the Authorization header is not a complete AWS4-HMAC-SHA256 signature: found a tab after the algorithm, which AWS may refuse => send `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…` as one string"]);
}

#[test]
#[rustfmt::skip]
fn request_is_sent_on_as_go_sends_it() {
    check_known("a line break in a value", with_header("X-Amz-Date", "20150830T123600Z\n"), &["refused[header-illegal]: a header has a name or a value that HTTP cannot carry: expected no control character in the value of `X-Amz-Date`, found one => remove the line break or the illegal character from `X-Amz-Date`, and sign again", "refused[date-malformed]: X-Amz-Date is not a time such as 20300131T120000Z: found `20150830T123600Z\\n` => send X-Amz-Date as `YYYYMMDDThhmmssZ`, in UTC"]);
    check_known("a blank in a name", with_header("X Y", "z"), &["refused[header-illegal]: a header has a name or a value that HTTP cannot carry: expected a header name, found (3 characters) => remove the line break or the illegal character from (3 characters), and sign again"]);
    check_known("two dates", with_header("X-Amz-Date", json!(["20150830T123600Z", "20150830T123600Z"])), &["depends[header-repeated]: a header is there more than once: expected `X-Amz-Date` once, found 2 values => send `X-Amz-Date` once", "depends[date-malformed]: X-Amz-Date is not a time such as 20300131T120000Z: found `20150830T123600Z,20150830T123600Z` => send X-Amz-Date as `YYYYMMDDThhmmssZ`, in UTC"]);
    check_known("about the connection", with_header("Connection", "keep-alive"), &["depends[header-hop-by-hop]: a header is about a connection, and the server has a connection of its own: found `Connection` => sign without Connection"]);
    check_known("another host, which may have been signed", with_header("Host", "sts.eu-west-1.amazonaws.com"), &["depends[host-differs]: the Host header is not the host of the URL, which is what the server sends: expected `sts.amazonaws.com`, found `sts.eu-west-1.amazonaws.com`; if that was signed, the signature does not match => sign for the host of iam_request_url: `sts.amazonaws.com`"]);
    check_known("the same host", with_header("Host", "sts.amazonaws.com"), &[]);
    check_known("another length, which may have been signed", with(|login| { login.headers["Content-Length"] = "44".into(); login.headers["Authorization"] = authorization("AKIAIOSFODNN7EXAMPLE", "20150830/us-east-1/sts/aws4_request", "content-length;content-type;host;x-amz-date").into(); }), &["depends[content-length-differs]: the signed Content-Length is not the length of the body, which is what the server sends: expected 43, found `44`; if that was signed, the signature does not match => sign the length of the body that is sent: 43"]);
    check_known("another length, which was not signed and is not sent", with_header("Content-Length", "44"), &[]);
    check_known("JSON, which Vault cannot read", with_header("Accept", "application/json"), &["refused[accept-json]: the Accept header asks STS for JSON, and Vault reads XML only: expected none, found `application/json` => sign without the Accept header"]);
    check_known("JSON among others", with_header("Accept", "application/json, text/plain, */*"), &["depends[accept-json]: the Accept header asks STS for JSON, and Vault reads XML only: found JSON among other types => sign without the Accept header"]);
    check_known("anything", with_header("Accept", "*/*"), &[]);
    check_known("compressed, which Vault cannot read", with_header("Accept-Encoding", "gzip, deflate"), &["depends[accept-encoding]: the Accept-Encoding header may make STS compress its answer, which Vault then cannot read: found `gzip, deflate` => sign without the Accept-Encoding header"]);
    check_known("not compressed", with_header("Accept-Encoding", "identity"), &[]);
    check_known("another type", with_header("Content-Type", "application/json"), &["depends[content-type-not-form]: the Content-Type header does not say that the body is a form: expected `application/x-www-form-urlencoded`, found `application/json` => sign `Content-Type: application/x-www-form-urlencoded; charset=utf-8`"]);
    check_known("no type", without_header("Content-Type"), &["depends[content-type-not-form]: the Content-Type header does not say that the body is a form: expected `application/x-www-form-urlencoded`, found none => sign `Content-Type: application/x-www-form-urlencoded; charset=utf-8`", "refused[signed-header-missing]: a header was signed and is not sent: expected `content-type`, found none => send `content-type` in iam_request_headers, or do not sign it"]);
}

#[test]
#[rustfmt::skip]
fn signature_is_read_as_aws_reads_it() {
    let header = |text: String| with_header("Authorization", text);
    let right = || authorization("AKIAIOSFODNN7EXAMPLE", "20150830/us-east-1/sts/aws4_request", "content-type;host;x-amz-date");
    check_known("none", without_header("Authorization"), &["refused[authorization-missing]: the login carries no signature: the Authorization header is missing: expected one, found none => sign the request, and send the Authorization header in iam_request_headers"]);
    check_known("another scheme", header("Bearer secret".into()), &["refused[signature-incomplete]: the Authorization header is not a complete AWS4-HMAC-SHA256 signature: expected it to begin with AWS4-HMAC-SHA256 => send `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…` as one string"]);
    check_known("another algorithm", header(right().replace("HMAC", "ECDSA-P256")), &["depends[signature-incomplete]: the Authorization header is not a complete AWS4-HMAC-SHA256 signature: found another algorithm than AWS4-HMAC-SHA256, which AWS may refuse => send `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…` as one string"]);
    check_known("no signature", header(right().replace("Signature=", "Sig=")), &["refused[signature-incomplete]: the Authorization header is not a complete AWS4-HMAC-SHA256 signature: expected Signature=, found none => send `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…` as one string"]);
    check_known("an empty part", header(right().replace("host;x-amz-date", "").replace("content-type;", "")), &["refused[signature-incomplete]: the Authorization header is not a complete AWS4-HMAC-SHA256 signature: expected a value of SignedHeaders, found none => send `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…` as one string"]);
    check_known("a part without a value", header(right().replace("Signature=", "Signature")), &["refused[signature-incomplete]: the Authorization header is not a complete AWS4-HMAC-SHA256 signature: expected key=value pairs after the algorithm => send `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…` as one string"]);
    check_known("blanks in place of commas", header(right().replace(',', "")), &["depends[signature-incomplete]: the Authorization header is not a complete AWS4-HMAC-SHA256 signature: found a blank where a comma belongs, which AWS may refuse => send `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…` as one string"]);
    check_known("a list", with_header("Authorization", json!([right().replace(", SignedHeaders", "|").split('|').next().unwrap(), "SignedHeaders=content-type;host;x-amz-date, Signature=".to_owned() + SIGNATURE])), &["depends[header-repeated]: a header is there more than once: expected `Authorization` once, found 2 values => send `Authorization` once", "depends[signature-incomplete]: the Authorization header is not a complete AWS4-HMAC-SHA256 signature: found a list of several values in the Authorization header, which AWS may refuse => send `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…` as one string"]);
    check_known("four parts", signed("AKIAIOSFODNN7EXAMPLE", "20150830/us-east-1/sts", "content-type;host;x-amz-date"), &["refused[signature-incomplete]: the Authorization header is not a complete AWS4-HMAC-SHA256 signature: expected five parts with slashes between them in Credential, found 4 => send `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…` as one string"]);
    check_known("the secret in place of the key", signed("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "20150830/us-east-1/sts/aws4_request", "content-type;host;x-amz-date"), &["refused[secret-as-access-key-id]: the access key ID has a '/', a '+' or 40 characters in both cases, as only a secret access key has => check that access key ID and secret access key are not swapped, and replace the key: it may have leaked"]);
    check_known("a plus", signed("wJalrXUtnFEMI+K7MDENG", "20150830/us-east-1/sts/aws4_request", "content-type;host;x-amz-date"), &["refused[secret-as-access-key-id]: the access key ID has a '/', a '+' or 40 characters in both cases, as only a secret access key has => check that access key ID and secret access key are not swapped, and replace the key: it may have leaked"]);
    check_known("neither a slash nor a plus", signed("wJalrXUtnFEMIxK7MDENGxbPxRfiCYEXAMPLEKEY", "20150830/us-east-1/sts/aws4_request", "content-type;host;x-amz-date"), &["refused[secret-as-access-key-id]: the access key ID has a '/', a '+' or 40 characters in both cases, as only a secret access key has => check that access key ID and secret access key are not swapped, and replace the key: it may have leaked"]);
    check_known("cut off", header(right().replace("b5d7", "")), &["refused[signature-malformed]: the signature is not 64 hexadecimal digits in lower case: found 60 characters => send the signature as the signer made it"]);
    check_known("upper case", header(right().to_uppercase().replace("CREDENTIAL", "Credential").replace("SIGNEDHEADERS", "SignedHeaders").replace("SIGNATURE", "Signature").replace("US-EAST-1/STS/AWS4_REQUEST", "us-east-1/sts/aws4_request").replace("CONTENT-TYPE;HOST;X-AMZ-DATE", "content-type;host;x-amz-date")), &["refused[signature-malformed]: the signature is not 64 hexadecimal digits in lower case: found 64 characters => send the signature as the signer made it"]);
    let of = |scope: &str| signed("AKIAIOSFODNN7EXAMPLE", scope, "content-type;host;x-amz-date");
    check_known("another service", of("20150830/us-east-1/iam/aws4_request"), &["refused[scope-service-differs]: the login is not signed for the service `sts`: expected `sts`, found `iam` => sign for the service `sts`"]);
    check_known("another end", of("20150830/us-east-1/sts/aws5_request"), &["refused[scope-terminator-differs]: the credential scope does not end in `aws4_request`: found `aws5_request` => end the credential scope with `aws4_request`"]);
    check_known("another day", of("20150829/us-east-1/sts/aws4_request"), &["refused[scope-date-differs]: the day of the credential scope is not that of X-Amz-Date: expected the day of 20150830T123600Z, found `20150829` => take both from one clock reading, in UTC"]);
    check_known("no date", without_header("X-Amz-Date"), &["refused[date-missing]: the login has no X-Amz-Date: expected one, found none => send the X-Amz-Date that was signed", "refused[signed-header-missing]: a header was signed and is not sent: expected `x-amz-date`, found none => send `x-amz-date` in iam_request_headers, or do not sign it"]);
    check_known("a Date header in its place", with(|login| { login.headers["Date"] = "Sun, 30 Aug 2015 12:36:00 GMT".into(); login.headers.as_object_mut().unwrap().remove("X-Amz-Date"); }), &["depends[date-missing]: the login has no X-Amz-Date: expected one, found none => send the X-Amz-Date that was signed", "refused[signed-header-missing]: a header was signed and is not sent: expected `x-amz-date`, found none => send `x-amz-date` in iam_request_headers, or do not sign it"]);
    check_known("no such day", with_header("X-Amz-Date", "20150230T123600Z"), &["refused[date-malformed]: X-Amz-Date is not a time such as 20300131T120000Z: found `20150230T123600Z` => send X-Amz-Date as `YYYYMMDDThhmmssZ`, in UTC"]);
    check_known("another format", with_header("X-Amz-Date", "2015-08-30T12:36:00Z"), &["refused[date-malformed]: X-Amz-Date is not a time such as 20300131T120000Z: found `2015-08-30T12:36:00Z` => send X-Amz-Date as `YYYYMMDDThhmmssZ`, in UTC"]);
    let names = |names: &str| signed("AKIAIOSFODNN7EXAMPLE", "20150830/us-east-1/sts/aws4_request", names);
    check_known("no host", names("content-type;x-amz-date"), &["refused[host-not-signed]: `host` is not among the signed headers: expected `host` in SignedHeaders, found none => sign the Host header"]);
    check_known("not sorted", names("host;content-type;x-amz-date"), &["depends[signed-headers-unsorted]: SignedHeaders is not a sorted list of different names in lower case: expected lower case, sorted, each name once, found something else => list the signed headers in lower case, sorted and each once"]);
    check_known("upper case", names("Content-Type;Host;X-Amz-Date"), &["depends[signed-headers-unsorted]: SignedHeaders is not a sorted list of different names in lower case: expected lower case, sorted, each name once, found something else => list the signed headers in lower case, sorted and each once"]);
    check_known("the date is not signed", names("content-type;host"), &["depends[amz-header-not-signed]: an X-Amz- header is sent and not signed: found `X-Amz-Date`, which AWS asks to be signed => sign `X-Amz-Date`, or leave it out"]);
    check_known("signed and not sent", names("content-type;host;x-amz-date;x-custom"), &["refused[signed-header-missing]: a header was signed and is not sent: expected (8 characters), found none => send (8 characters) in iam_request_headers, or do not sign it"]);
    check_known("signed and dropped by Go", with(|login| { login.headers["Transfer-Encoding"] = "chunked".into(); login.headers["Authorization"] = authorization("AKIAIOSFODNN7EXAMPLE", "20150830/us-east-1/sts/aws4_request", "content-type;host;transfer-encoding;x-amz-date").into(); }), &["refused[signed-header-missing]: a header was signed and is not sent: expected `transfer-encoding`, found none, since the server drops it => send `transfer-encoding` in iam_request_headers, or do not sign it"]);
    check_known("signed, and Go sends its own", names("content-type;host;user-agent;x-amz-date"), &["depends[signed-header-missing]: a header was signed and is not sent: expected `user-agent`, found none, so that the server sends its own => send `user-agent` in iam_request_headers, or do not sign it"]);
    check_known("the length is counted by the server", names("content-length;content-type;host;x-amz-date"), &[]);
    let token = |key: &str, token: Value| with(|login| {
        login.headers["Authorization"] = authorization(key, "20150830/us-east-1/sts/aws4_request", "content-type;host;x-amz-date;x-amz-security-token").into();
        login.headers["X-Amz-Security-Token"] = token;
    });
    check_known("a session", token("ASIAIOSFODNN7EXAMPLE", json!("token")), &[]);
    check_known("a session without its token", signed("ASIAIOSFODNN7EXAMPLE", "20150830/us-east-1/sts/aws4_request", "content-type;host;x-amz-date"), &["refused[session-token-missing]: the access key ID begins with ASIA, and the session token is missing: expected one, found none => sign with the session token that came with the access key"]);
    check_known("a session with an empty token", token("ASIAIOSFODNN7EXAMPLE", json!("")), &["refused[session-token-missing]: the access key ID begins with ASIA, and the session token is missing: expected one, found none => sign with the session token that came with the access key"]);
    check_known("a token too many", token("AKIAIOSFODNN7EXAMPLE", json!("token")), &["refused[session-token-unexpected]: the access key ID begins with AKIA, and a session token is sent: expected none, found one => sign without a session token"]);
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
            .filter_map(|line| line.split(':').next())
            .collect();
        assert_eq!(names.join(""), expected(seconds), "{seconds}");
    }
    assert_eq!(
        lines(&good().json(), &known(), NOW + 901),
        [
            "refused[signature-expired]: the login was signed too long ago: AWS takes it for 15 minutes: expected at most 900 seconds, found 901 seconds ago => sign a new login right before sending it, and set this machine's clock"
        ]
    );
}

#[test]
#[rustfmt::skip]
fn caller_and_role_are_compared_as_the_plugin_compares_them() {
    check_known("an ARN", with_field("role", "arn:aws:iam::123456789012:role/dev"), &["refused[role-is-arn]: the role is an ARN, and Vault wants the name of a role of its own: found `arn:aws:iam::123456789012:role/dev` => ask for the name of a Vault role"]);
    check_known("a line break", with_field("role", "dev\n"), &["refused[role-name-impossible]: no Vault role can have this name: expected letters, digits, '_', and '-' or '.' inside, found `dev\\n` => ask for a role name of letters, digits, '_', '-' and '.'"]);
    check_known("empty: the server takes the IAM name", with_field("role", ""), &[]);
    let arn = |arn: &str| profile(|p| p.caller_arn = Some(arn.into()));
    check("root", good().json(), &arn("arn:aws:iam::123456789012:root"), &["refused[caller-is-root]: the credentials are those of an account's root user, who cannot log in: found `arn:aws:iam::123456789012:root` => log in with the credentials of an IAM user or role"]);
    check("federated", good().json(), &arn("arn:aws:sts::123456789012:federated-user/dev"), &["refused[caller-is-federated]: the credentials come from GetFederationToken, whose users cannot log in: found `arn:aws:sts::123456789012:federated-user/dev` => log in with the credentials of an IAM user or of AssumeRole"]);
    check("none", good().json(), &arn("arn:aws:s3:::bucket"), &["refused[arn-malformed]: the ARN of the caller is not one of an IAM user or role: found `arn:aws:s3:::bucket` => log in with the credentials of an IAM user or role"]);
    check("missing", good().json(), &profile(|p| p.role = Some(RoleProfile::Missing)), &["refused[role-unknown]: the mount has no such role => ask for a role that exists: the name that `vault list auth/aws/role` shows"]);
    check("of type ec2", good().json(), &profile(|p| p.role = Some(RoleProfile::Ec2)), &["refused[role-wants-ec2]: the role is of type ec2 => ask for a role of type iam"]);
    let bound = |caller: &str, entries: &[&str], unique_ids, inferred_entity| profile(|p| {
        p.caller_arn = (!caller.is_empty()).then(|| caller.into());
        p.role = Some(RoleProfile::Iam(RoleBindings { principal_arns: entries.iter().map(|entry| (*entry).into()).collect(), unique_ids, inferred_entity }));
    });
    let (resolved, literal, nothing) = (UniqueIds::Resolved, UniqueIds::NotResolved, InferredEntity::Nothing);
    let session = "arn:aws:sts::123456789012:assumed-role/App/session";
    check("bound", good().json(), &bound(session, &["arn:aws:iam::123456789012:role/App"], literal, nothing), &[]);
    check("a path that never matches", good().json(), &bound(session, &["arn:aws:iam::123456789012:role/team/App"], literal, nothing), &["advice[binding-never-matches]: a binding of the role matches nobody: found `arn:aws:iam::123456789012:role/team/App` => ask for a role whose binding is right", "refused[principal-not-bound]: the caller is not among the principals of the role: expected one that is bound, found `arn:aws:iam::123456789012:role/App` => ask for another role, or log in with other credentials than `arn:aws:iam::123456789012:role/App`"]);
    check("a path that was resolved to an ID", good().json(), &bound(session, &["arn:aws:iam::123456789012:role/team/App"], resolved, nothing), &[]);
    check("assumed-role never matches", good().json(), &bound(session, &["arn:aws:sts::123456789012:assumed-role/App/*"], resolved, nothing), &["advice[binding-never-matches]: a binding of the role matches nobody: found `arn:aws:sts::123456789012:assumed-role/App/*` => ask for a role whose binding is right", "refused[principal-not-bound]: the caller is not among the principals of the role: expected one that is bound, found `arn:aws:iam::123456789012:role/App` => ask for another role, or log in with other credentials than `arn:aws:iam::123456789012:role/App`"]);
    check("a wildcard", good().json(), &bound(session, &["arn:aws:iam::123456789012:role/*"], resolved, nothing), &["depends[principal-not-bound]: the caller is not among the principals of the role: found `arn:aws:iam::123456789012:role/App`, and what a binding with `*` matches is decided by the path that IAM knows => ask for another role, or log in with other credentials than `arn:aws:iam::123456789012:role/App`"]);
    check("the caller is not known", good().json(), &bound("", &["arn:aws:iam::123456789012:role/App"], resolved, nothing), &["depends[principal-not-bound]: the caller is not among the principals of the role: the caller's ARN is not known => ask for another role, or log in with other credentials than these"]);
    check("no binding but an inference", good().json(), &bound("arn:aws:sts::123456789012:assumed-role/App/i-0123456789abcdef0", &[], resolved, InferredEntity::Ec2Instance), &[]);
    check("not the session of an instance", good().json(), &bound(session, &[], resolved, InferredEntity::Ec2Instance), &["refused[session-not-instance]: the role infers an EC2 instance, and the session is not named after one: expected a session such as i-0123456789abcdef0, found `session` => log in with the credentials of the instance profile, from the instance's metadata service"]);
}

#[test]
#[rustfmt::skip]
fn numbers_are_read_as_core_and_plugin_read_them() {
    let huge = || with_field("nonce", 1).replace("\"nonce\":1", "\"nonce\":1e400");
    check_known("Vault keeps it as it is written", huge(), &[]);
    check("OpenBao reads a float", huge(), &openbao(), &["depends[json-malformed]: the login is not a JSON object: found a number with an exponent or hundreds of digits, which OpenBao reads as a float and may find too large => send a JSON object, as `sign-login` makes it"]);
    let number = || raw_headers(json!({ "Authorization": good().headers["Authorization"], "Content-Type": FORM, "X-Amz-Date": "20150830T123600Z", "Age": [7] }));
    check_known("a header for the plugin inside Vault", number(), &[]);
    check("a header for a plugin in a process of its own", number(), &openbao(), &["refused[header-value-type-wrong]: a header's value is neither a string nor a number nor a list of them: expected strings for (3 characters), found a number, which a plugin in a process of its own does not take => send every header value as a string or a list of strings"]);
    check("a header for a plugin anywhere", number(), &profile(|profile| profile.auth_plugin = software(Flavour::Vault, "1.18.5")), &["depends[header-value-type-wrong]: a header's value is neither a string nor a number nor a list of them: expected strings for (3 characters), found a number, which a plugin in a process of its own does not take => send every header value as a string or a list of strings"]);
    check("a header inside the base64", with_header("Age", 7), &openbao(), &[]);
}

#[test]
#[rustfmt::skip]
fn signed_headers_that_change_on_their_way_are_left_open() {
    let signing = |names, name: &str, value: &str| with(|login| {
        login.headers["Authorization"] = authorization("AKIAIOSFODNN7EXAMPLE", "20150830/us-east-1/sts/aws4_request", names).into();
        login.headers[name] = value.into();
    });
    check_known("no ASCII", signing("content-type;host;x-amz-date;x-custom", "X-Custom", "\u{fc}"), &["depends[header-illegal]: a header has a name or a value that HTTP cannot carry: expected ASCII in (8 characters), found another character, of which AWS may sign other bytes => remove the line break or the illegal character from (8 characters), and sign again"]);
    check_known("no ASCII and not signed", with_header("X-Custom", "\u{fc}"), &[]);
    check_known("Go sends no empty user agent", signing("content-type;host;user-agent;x-amz-date", "User-Agent", ""), &["depends[signed-header-missing]: a header was signed and is not sent: expected `user-agent`, found an empty one, which the server does not send => send `user-agent` in iam_request_headers, or do not sign it"]);
}

#[test]
#[rustfmt::skip]
fn key_of_another_partition_is_unknown_to_aws() {
    let of = |region| signed("AKIAIOSFODNN7EXAMPLE", &format!("20150830/{region}/sts/aws4_request"), "content-type;host;x-amz-date");
    let client = |arn: &str| profile(|profile| {
        profile.sts_endpoint = Some(CalledEndpoint::ClientRegion);
        profile.caller_arn = Some(arn.into());
    });
    check("China", of("cn-north-1"), &client("arn:aws:iam::123456789012:user/dev"), &["refused[access-key-unknown]: AWS does not know the access key ID: expected a key of the partition aws-cn, found one of `aws` => use an access key that is active, in the partition of the endpoint that the server calls"]);
    check("China's own", of("cn-north-1"), &client("arn:aws-cn:iam::123456789012:user/dev"), &[]);
}
