//! What a login and its answer hold that no quotation of the answer may show: servers and proxies
//! echo the login, and a token may be refused for another reason than its absence.
//!
//! Whatever is not known to be harmless counts, as words: a server's own text shares many words with
//! a header, and none with a token.

use zeroize::Zeroizing;

use super::check::{Login, MOST_BYTES};
use super::go_base64;
use super::go_url::{GoUrl, Query};
use super::login_fields;
use super::redact;
use crate::echo::Secrets;
use crate::json::Json;

/// How much is searched for, in bytes: several times what a login and an answer hold.
const MOST_SECRETS: usize = 32 * 1024;

/// The shortest word that counts, in bytes. A token as a whole may be shorter.
const SHORTEST_WORD: usize = 8;

/// Words of a signature that are not its secrets.
const HARMLESS_WORDS: [&str; 5] = [
    "AWS4-HMAC-SHA256",
    "Credential",
    "GetCallerIdentity",
    "SignedHeaders",
    "Signature",
];

/// Gathers secrets.
#[derive(Default)]
struct Words {
    words: Vec<Zeroizing<String>>,
    bytes: usize,
}

/// Returns what is secret in a login and in an answer, and what the caller knows to be secret;
/// `None` if that is too much to be searched for.
pub(super) fn known_secrets(
    login_json: Option<&str>,
    login: Option<&Login>,
    answer: Option<&Json<'_>>,
    others: &mut dyn Iterator<Item = &str>,
) -> Option<Secrets> {
    let mut words = Words::default();
    for secret in others {
        words.add_whole(secret);
    }
    if let Some(text) = login_json {
        if text.len() > MOST_BYTES {
            return None;
        }
        words.add_written(text, login);
    }
    if let Some(login) = login {
        words.add_decoded(login);
    }
    if let Some(answer) = answer {
        words.add_tokens(answer);
    }
    let secrets = words.words.iter().map(|word| word.as_str());
    (words.bytes <= MOST_SECRETS).then(|| Secrets::new(secrets))
}

impl Words {
    fn add_whole(&mut self, secret: &str) {
        self.bytes += secret.len();
        self.words.push(Zeroizing::new(secret.into()));
    }

    /// Adds the words of a text that may be secret.
    fn add(&mut self, text: &str) {
        let ends_word = |c: char| c.is_whitespace() || ",;:=&?\"'{}[]()<>".contains(c);
        for word in text.split(ends_word) {
            if word.len() >= SHORTEST_WORD
                && !HARMLESS_WORDS.contains(&word)
                && !login_fields::is_known(word)
                && !redact::is_known_name(word)
                && !redact::is_scope(word)
            {
                self.add_whole(word);
            }
        }
    }

    /// Adds the fields of a login as they were sent.
    fn add_written(&mut self, login_json: &str, login: Option<&Login>) {
        let Ok((json, rest)) = Json::read(login_json.as_bytes()) else {
            self.add(login_json);
            return;
        };
        self.add(&String::from_utf8_lossy(rest));
        let Json::Object(entries) = &json else {
            self.add_strings(&json);
            return;
        };
        for (name, value) in entries {
            self.add(name);
            // What was decoded is taken apart by its own rules.
            let is_decoded = login.is_some_and(|login| match &**name {
                "iam_request_url" => login.url.is_some(),
                "iam_request_body" => login.body.is_some(),
                "iam_request_headers" => login.headers.is_some(),
                _ => false,
            });
            match value {
                Json::String(text) if &**name == "role" && redact::is_role(text) => {}
                _ if !is_decoded => self.add_strings(value),
                Json::String(text) => {
                    self.add(text);
                    let bytes = go_base64::decode(text).unwrap_or_else(|| text.as_bytes().into());
                    if let Ok((value, _)) = Json::read(&bytes) {
                        self.add_names(&value);
                    } else if let Some(url) = login.and_then(|login| login.url.as_ref())
                        && name == "iam_request_url"
                    {
                        self.add_url(&String::from_utf8_lossy(&bytes), url);
                    }
                }
                _ => self.add_names(value),
            }
        }
    }

    /// Adds the names of headers as written; they are decoded in another case.
    fn add_names(&mut self, json: &Json<'_>) {
        match json {
            Json::String(text) => self.add(text.split(':').next().unwrap_or_default()),
            Json::Array(entries) => entries.iter().for_each(|entry| self.add_names(entry)),
            Json::Object(entries) => entries.iter().for_each(|(name, _)| self.add(name)),
            _ => {}
        }
    }

    /// Adds the strings inside a value, keys included, and what is under their base64.
    fn add_strings(&mut self, json: &Json<'_>) {
        match json {
            Json::String(text) => {
                self.add(text);
                if let Some(bytes) = go_base64::decode(text) {
                    self.add(&String::from_utf8_lossy(&bytes));
                }
            }
            Json::Number(text) => self.add(text),
            Json::Array(values) => values.iter().for_each(|value| self.add_strings(value)),
            Json::Object(entries) => entries.iter().for_each(|(name, value)| {
                self.add(name);
                self.add_strings(value);
            }),
            Json::Null | Json::Bool(_) => {}
        }
    }

    /// Adds what is under the base64 of a login.
    fn add_decoded(&mut self, login: &Login) {
        let body = login.body.as_deref().unwrap_or_default();
        for header in login.headers.iter().flat_map(|headers| &headers.0) {
            self.add(&header.name);
            for value in &header.values {
                if !redact::is_harmless_header(&header.name, value, body) {
                    self.add(value);
                }
            }
        }
        self.add_form(&String::from_utf8_lossy(body));
    }

    /// Adds what stands around the host and the path of a URL, and these if they are not shown.
    fn add_url(&mut self, written: &str, url: &GoUrl) {
        let front = redact::url_without_query(url);
        let rest = written.strip_prefix(&front).unwrap_or(written);
        self.add(rest.strip_suffix(&url.query).unwrap_or(rest));
        self.add_form(&url.query);
    }

    fn add_form(&mut self, text: &str) {
        let form = Query::parse(text);
        if form.fault.is_some() {
            self.add(text);
        }
        for (name, value) in &form.pairs {
            self.add(name);
            if !redact::is_harmless_parameter(name, value) {
                self.add(value);
            }
        }
    }

    /// Adds the tokens inside an answer, whole: they may be short.
    fn add_tokens(&mut self, json: &Json<'_>) {
        match json {
            Json::Array(values) => values.iter().for_each(|value| self.add_tokens(value)),
            Json::Object(entries) => {
                for (name, value) in entries {
                    match (&**name, value) {
                        ("client_token" | "token", Json::String(token)) => self.add_whole(token),
                        _ => self.add_tokens(value),
                    }
                }
            }
            _ => {}
        }
    }
}
