//! Says who refused a login and why.

use std::borrow::Cow;

use serde::Serialize;

use crate::echo::{self, OneLine, Secrets, quote};

use super::check::{Login, decode};
use super::claim::{Claim, session_token};
use super::clock::clock_offset;
use super::finding::Findings;
use super::known_secrets::known_secrets;
use super::profile::ServerProfile;
use super::redact;
use super::refusal_texts::{AFTER_STS, BEFORE_STS, FIELD_VALIDATION, STATUSES, STS, UPSTREAM};
use super::rule::{Refuser, fill};
use super::rules::LoginRule;
use crate::date::read_amz_date;
use crate::json::Json;
use crate::text::is_visible;

/// How much of an answer's body is read. Answers are larger than logins: a token comes with all its
/// policies, and a proxy's page with its style sheet.
const MOST_BYTES: usize = 1024 * 1024;

/// The longest server ID that is told, in characters.
const LONGEST_SERVER_ID: usize = 128;

/// What came back from Vault.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The HTTP status; absent if no answer came.
    pub status: Option<u16>,
    /// The body. At most 1 MiB is read.
    pub body: String,
    /// The `Date` header.
    pub date: Option<String>,
}

/// Why a login was refused. Of the answer's text it holds `quoted` alone, made safe: some servers
/// echo the login.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Who refused; absent if nobody did.
    pub refused_by: Option<Refuser>,
    /// Which rule; absent if nobody refused, or if no rule knows the answer.
    pub rule: Option<LoginRule>,
    /// What is wrong, in one sentence for people.
    pub message: String,
    /// The server's words, safe to print: the errors, the warnings beside a token, or the text of an
    /// answer that is not Vault's.
    pub quoted: Option<String>,
    /// The likely causes, the likeliest first.
    pub causes: Vec<&'static str>,
    /// What to change on the client.
    pub client_fix: Option<String>,
    /// What to change on the server.
    pub server_fix: Option<String>,
    /// The server ID that the server wants, as it is; absent if it is longer than 128 characters, or
    /// holds a control character or what is or may be a secret.
    pub expected_server_id: Option<String>,
    /// AWS's clock when it refused, in Unix seconds.
    #[serde(rename = "aws_clock_unix_seconds")]
    pub aws_clock: Option<i64>,
    /// How far AWS's clock is ahead of the one that signed, in seconds.
    pub skew_seconds: Option<i64>,
    /// The region to sign for.
    pub wanted_region: Option<String>,
}

/// Says who refused a login, why, and what to change.
///
/// `login_json` is the login that was sent, where it is still at hand; `unix_seconds` is the host's
/// clock when the answer came. The answer's own text is in `quoted` alone, without what is or may
/// be a secret.
pub fn explain_refusal(answer: &Answer, login_json: Option<&str>, unix_seconds: u64) -> Refusal {
    let body = beginning(&answer.body);
    let json = Json::read(body.as_bytes()).ok().map(|(json, _)| json);
    let text = json.as_ref().and_then(error_text);
    let mut findings = Findings::default();
    let login = login_json.and_then(|json| decode(json, &ServerProfile::default(), &mut findings));
    let secrets = known_secrets(login_json, login.as_ref(), json.as_ref());
    let quoted = secrets
        .as_ref()
        .and_then(|secrets| quote(&words(json.as_ref(), body), secrets));
    let (rule, refuser) = match judge(answer.status, json.as_ref(), text.as_deref(), body) {
        Verdict::Token => {
            let message = "nobody refused: the answer holds a token";
            return silent(None, message, quoted);
        }
        Verdict::Unknown => {
            let message = "Vault refuses with a text that no rule knows";
            return silent(Some(Refuser::Vault), message, quoted);
        }
        Verdict::Refused(rule, refuser) => (rule, refuser),
    };
    let rule = sharpen(rule, text.as_deref().unwrap_or_default(), login.as_ref());
    let mut facts = Facts::default();
    let text = text.as_deref().unwrap_or_default();
    facts.read(rule, text, login.as_ref(), secrets.as_ref(), unix_seconds);
    if facts.detail.is_none() {
        // By the `Date` header, where the text has no clock.
        let offset = clock_offset(answer, unix_seconds);
        facts.detail = offset.map(|ahead| apart("Vault's clock", ahead));
    }
    let entry = rule.text();
    let mut message = String::from(entry.title());
    if let Some(detail) = &facts.detail {
        message.push_str(": ");
        message.push_str(detail);
    }
    Refusal {
        refused_by: Some(refuser),
        rule: Some(rule),
        message,
        quoted,
        causes: entry.causes().collect(),
        client_fix: Some(fill(entry.client_fix(), facts.wanted.as_deref())),
        server_fix: Some(entry.server_fix())
            .filter(|fix| !fix.is_empty())
            .map(|fix| fill(fix, None)),
        expected_server_id: facts.server_id,
        aws_clock: facts.aws_clock,
        skew_seconds: facts.skew_seconds,
        wanted_region: facts.region,
    }
}

/// A refusal without a rule.
pub(super) fn silent(
    refused_by: Option<Refuser>,
    message: &str,
    quoted: Option<String>,
) -> Refusal {
    Refusal {
        refused_by,
        rule: None,
        message: message.into(),
        quoted,
        causes: Vec::new(),
        client_fix: None,
        server_fix: None,
        expected_server_id: None,
        aws_clock: None,
        skew_seconds: None,
        wanted_region: None,
    }
}

enum Verdict {
    Token,
    Refused(LoginRule, Refuser),
    Unknown,
}

fn judge(status: Option<u16>, json: Option<&Json<'_>>, text: Option<&str>, body: &str) -> Verdict {
    let by = |rule: LoginRule| Verdict::Refused(rule, rule.text().refuser);
    let Some(status) = status else {
        return by(LoginRule::VaultUnreachable);
    };
    if (300..400).contains(&status) {
        return by(LoginRule::AnswerRedirected);
    }
    if status < 300 {
        let is_there = |value: Option<&Json<'_>>| matches!(value, Some(Json::Object(_)));
        let auth = json.and_then(|json| json.get("auth"));
        let token = auth
            .and_then(|auth| auth.get("client_token"))
            .and_then(Json::as_str);
        return if is_there(auth.and_then(|auth| auth.get("mfa_requirement"))) {
            by(LoginRule::MfaRequired)
        } else if is_there(json.and_then(|json| json.get("wrap_info"))) {
            by(LoginRule::ResponseWrapped)
        } else if token.is_some_and(is_token) {
            Verdict::Token
        } else {
            by(LoginRule::AnswerNotVaults)
        };
    }
    // Vault's own words for a body that is too large are no JSON.
    let text = text.or_else(|| body.contains("request body too large").then_some(body));
    let known = text.and_then(judge_text);
    let by_status = STATUSES.iter().find(|(known, _)| *known == status);
    // These three are nobody's but Vault's.
    let is_vaults = text.is_some() || matches!(status, 412 | 472 | 473);
    match (known, by_status) {
        (Some((rule, refuser)), _) => Verdict::Refused(rule, refuser),
        (None, Some((_, rule))) if is_vaults => by(*rule),
        (None, _) if is_vaults => Verdict::Unknown,
        (None, _) => by(LoginRule::AnswerNotVaults),
    }
}

/// Says whether a text can be a token: a header has to carry it.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_visible)
}

pub(super) fn judge_text(text: &str) -> Option<(LoginRule, Refuser)> {
    let by_vault = |rule| (rule, Refuser::Vault);
    // Some versions put the value that was sent between these two, so what is before does not count.
    if text.contains("Field validation failed") {
        let rest = text.split(" for field ").skip(1).last()?;
        return FIELD_VALIDATION.find(rest).map(by_vault);
    }
    if let Some((_, upstream)) = text.split_once("error making upstream request") {
        let rule = match upstream.split_once("received error code") {
            Some((_, answer)) => STS.find(answer),
            None => UPSTREAM.find(upstream),
        };
        return rule.map(|rule| (rule, rule.text().refuser));
    }
    let rule = AFTER_STS.find(text).or_else(|| BEFORE_STS.find(text));
    rule.map(by_vault)
}

/// Tells apart what one text stands for, with the help of the login.
fn sharpen(rule: LoginRule, text: &str, login: Option<&Login>) -> LoginRule {
    if rule == LoginRule::SignatureIncomplete {
        // AWS repeats the credential; a secret in front of it has slashes of its own.
        let echoed = text
            .split_once("slash-delimited elements")
            .map_or("", |(_, rest)| rest);
        let quoted = echoed.split_once("got '").map_or("", |(_, rest)| rest);
        let slashes = quoted
            .split('\'')
            .next()
            .unwrap_or_default()
            .matches('/')
            .count();
        return if slashes > 4 {
            LoginRule::SecretAsAccessKeyId
        } else {
            rule
        };
    }
    let Some((login, claim)) = login.and_then(|login| {
        let headers = login.headers.as_ref()?;
        let claim = Claim::read(headers, &login.query).ok()?;
        let token = session_token(claim.place, headers, &login.query);
        Some((token.is_some_and(|token| !token.is_empty()), claim))
    }) else {
        return rule;
    };
    match (rule, login, &claim.access_key_id) {
        (LoginRule::AccessKeyUnknown, false, key) if key.starts_with("ASIA") => {
            LoginRule::SessionTokenMissing
        }
        (LoginRule::AccessKeyUnknown, true, key) if key.starts_with("AKIA") => {
            LoginRule::SessionTokenUnexpected
        }
        _ => rule,
    }
}

/// What an answer gives away.
#[derive(Default)]
struct Facts {
    server_id: Option<String>,
    aws_clock: Option<i64>,
    skew_seconds: Option<i64>,
    region: Option<String>,
    /// The value for the rule's fix.
    wanted: Option<String>,
    detail: Option<String>,
}

/// Says how far a clock is ahead of the host's, in seconds.
fn apart(clock: &str, seconds: i64) -> String {
    match seconds {
        0 => format!("{clock} and this one agree"),
        ahead @ 1.. => format!("{clock} is {ahead} seconds ahead of this one"),
        behind => format!(
            "{clock} is {} seconds behind this one",
            behind.saturating_neg()
        ),
    }
}

impl Facts {
    fn read(
        &mut self,
        rule: LoginRule,
        text: &str,
        login: Option<&Login>,
        secrets: Option<&Secrets>,
        unix_seconds: u64,
    ) {
        match rule {
            LoginRule::ServerIdDiffers => {
                self.server_id = expected_server_id(text, secrets);
                let id = self.server_id.as_deref();
                let shown = id.map(|id| format!("`{}`", OneLine(id)));
                self.detail = shown
                    .as_ref()
                    .map(|shown| format!("expected {shown}, found another"));
                self.wanted = shown;
            }
            LoginRule::SignatureExpired | LoginRule::SignatureNotYetCurrent => {
                self.aws_clock = aws_clock(text);
                let signed = signed_time(text);
                self.skew_seconds = self.aws_clock.zip(signed).map(|(aws, signed)| aws - signed);
                let now = i64::try_from(unix_seconds).unwrap_or(i64::MAX);
                let clock = self.aws_clock;
                self.detail = clock.map(|clock| apart("AWS's clock", clock.saturating_sub(now)));
            }
            LoginRule::ScopeRegionDiffers => {
                let signed = signed_region(text, login);
                // A server that nobody told otherwise calls the global endpoint.
                if signed
                    .as_deref()
                    .is_some_and(|signed| signed != "us-east-1")
                {
                    self.region = Some("us-east-1".into());
                }
                self.detail =
                    signed.map(|signed| format!("found {}", redact::region(&signed).quoted()));
                self.wanted = self.region.as_ref().map(|region| format!("{region}, the region of the endpoint that the server calls unless it is configured"));
            }
            _ => {}
        }
    }
}

/// The errors of an answer in one text; `None` if it is not an answer of Vault's with errors.
fn error_text(json: &Json<'_>) -> Option<String> {
    match json.get("errors") {
        Some(Json::Array(errors)) => {
            let errors: Vec<&str> = errors.iter().filter_map(Json::as_str).collect();
            Some(errors.join("\n"))
        }
        _ => None,
    }
}

/// The server's own words.
fn words<'a>(json: Option<&'a Json<'a>>, body: &'a str) -> Cow<'a, str> {
    let list = |name| match json.and_then(|json| json.get(name)) {
        Some(Json::Array(texts)) => {
            let texts = texts.iter().filter_map(Json::as_str).map(str::trim);
            Some(texts.collect::<Vec<_>>().join("; "))
        }
        _ => None,
    };
    let is_vaults = |name| json.is_some_and(|json| json.present(name).is_some());
    match (list("errors"), list("warnings")) {
        (Some(errors), _) if !errors.is_empty() => errors.into(),
        (_, Some(warnings)) => warnings.into(),
        _ if is_vaults("errors") || is_vaults("auth") || is_vaults("wrap_info") => "".into(),
        _ => body.into(),
    }
}

/// AWS's clock, which stands in parentheses behind the two times.
pub(super) fn aws_clock(text: &str) -> Option<i64> {
    let start = text
        .find("Signature expired")
        .or_else(|| text.find("Signature not yet current"))?;
    let (_, inside) = text.get(start..)?.split_once('(')?;
    read_amz_date(inside.get(..16)?)
}

/// The time that was signed, which stands first.
fn signed_time(text: &str) -> Option<i64> {
    let start = text
        .find("Signature expired")
        .or_else(|| text.find("Signature not yet current"))?;
    let (_, after) = text.get(start..)?.split_once(": ")?;
    read_amz_date(after.get(..16)?)
}

/// The value in `expected "…" but got "…"`, which Go has quoted.
fn expected_server_id(text: &str, secrets: Option<&Secrets>) -> Option<String> {
    let (_, quoted) = text.split_once("header: expected ")?;
    let (value, _) = Json::read(quoted.as_bytes()).ok()?;
    let id = value.as_str()?;
    let is_shown = id.chars().nth(LONGEST_SERVER_ID).is_none() && echo::is_harmless(id, secrets?);
    is_shown.then(|| id.into())
}

/// The region that was signed for: some texts name it, and the login does.
fn signed_region(text: &str, login: Option<&Login>) -> Option<String> {
    let named = text
        .split_once("valid region, not '")
        .and_then(|(_, rest)| rest.split_once('\''));
    if let Some((region, _)) = named {
        return Some(region.into());
    }
    let login = login?;
    let claim = Claim::read(login.headers.as_ref()?, &login.query).ok()?;
    Some(claim.region)
}

/// The first 1 MiB of a text.
pub(super) fn beginning(text: &str) -> &str {
    let mut end = text.len().min(MOST_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// What a refusal says about the time; `None` if it is about something else.
pub(super) struct TimeRefusal {
    /// AWS's clock, where the text tells.
    pub(super) aws_clock: Option<i64>,
}

impl TimeRefusal {
    pub(super) fn read(answer: &Answer) -> Option<Self> {
        let body = beginning(&answer.body);
        let (json, _) = Json::read(body.as_bytes()).ok()?;
        let text = error_text(&json)?;
        match judge(answer.status, Some(&json), Some(&text), body) {
            Verdict::Refused(
                LoginRule::SignatureExpired | LoginRule::SignatureNotYetCurrent,
                _,
            ) => Some(Self {
                aws_clock: aws_clock(&text),
            }),
            _ => None,
        }
    }
}
