//! Explains who refused a login and why.

use serde::Serialize;

use super::answer::{Answer, ReadAnswer};
use super::authorization::Authorization;
use super::check::{Login, check_decoded, decode, misnamed_server_id};
use super::clock::{self, aws_clock, signed_time};
use super::finding::{Finding, Findings};
use super::known_secrets::known_secrets;
use super::profile::ServerProfile;
use super::redact;
use super::rule::{Refuser, Severity, fill};
use super::rules::LoginRule;
use super::verdict::{Verdict, judge, judge_assume_role};
use crate::alphabet::is_visible;
use crate::echo::{self, OneLine, Secrets, quote};
use crate::json::Json;
use crate::region::Region;

/// The longest server ID that is told, in characters.
const LONGEST_SERVER_ID: usize = 128;

/// The longest ARN of a role's session, in characters: role path and name, session name.
const LONGEST_ARN: usize = 700;

/// Why a login was refused. Of the answer's text it holds `quoted` alone, made safe: some servers
/// echo the login.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Refusal {
    /// Who refused; absent if the login was not refused.
    pub refused_by: Option<Refuser>,
    /// Which rule; absent if the login was not refused, or if no rule knows the answer.
    pub rule: Option<LoginRule>,
    /// What is wrong, in one sentence for people.
    pub message: String,
    /// The server's words, safe to print: the errors, the warnings beside a token, or the text of
    /// an answer that is not Vault's.
    pub quoted: Option<String>,
    /// The likely causes, the likeliest first.
    pub causes: Vec<String>,
    /// What to change on the client.
    pub client_fix: Option<String>,
    /// What to change on the server.
    pub server_fix: Option<String>,
    /// The server ID that the server wants, as it is; absent if it has more than 128 characters, a
    /// control character, or what is or may be a secret.
    pub expected_server_id: Option<String>,
    /// AWS's clock when it refused, in Unix seconds.
    pub aws_clock_unix_seconds: Option<i64>,
    /// How far AWS's clock is ahead of the one that signed, in seconds.
    pub skew_seconds: Option<i64>,
    /// The region to sign for.
    pub wanted_region: Option<String>,
}

/// Explains who refused a login, why, and what to change.
///
/// `login_json` is the login that was sent, where it is still at hand; `unix_seconds` is the host's
/// clock when the answer came. The answer's own text is in `quoted` alone, without what is or may
/// be a secret.
pub fn explain_refusal(answer: &Answer, login_json: Option<&str>, unix_seconds: u64) -> Refusal {
    let secrets = Some(&mut core::iter::empty());
    explain_refusal_to(secrets, answer, login_json, unix_seconds)
}

/// The same for a caller that knows of more secrets, which are not shown either; `None` where it
/// does not know all of them, so that nothing is quoted.
pub(crate) fn explain_refusal_to<'s>(
    secrets: Option<&mut impl Iterator<Item = &'s str>>,
    answer: &Answer,
    login_json: Option<&str>,
    unix_seconds: u64,
) -> Refusal {
    let answer = ReadAnswer::of(answer);
    let profile = ServerProfile::default();
    let mut findings = Findings::default();
    let login = login_json.and_then(|json| decode(json, &profile, &mut findings));
    let secrets = secrets
        .and_then(|more| known_secrets(login_json, login.as_ref(), answer.json.as_ref(), more));
    let quoted = secrets
        .as_ref()
        .and_then(|secrets| quote(&answer.words(), secrets));
    let (rule, refuser) = match judge(&answer) {
        Verdict::Token => {
            let message = "the login was accepted: the answer holds a token";
            return without_rule(None, message, quoted);
        }
        Verdict::Unknown => {
            let message = "Vault refuses with a text that no rule knows";
            return without_rule(Some(Refuser::Vault), message, quoted);
        }
        Verdict::Refused(rule, refuser) => (rule, refuser),
    };
    if let Some(login) = &login {
        check_decoded(login, &profile, unix_seconds, &mut findings);
    }
    let text = match &answer.errors {
        Some(errors) => errors,
        // STS's own answer.
        None if rule.is_about_assume_role() => answer.body,
        None => "",
    };
    let found = finding_of(rule, &findings.0);
    let rule = match found {
        Some(finding) => finding.rule,
        None if holds_secret(rule, text) => LoginRule::SecretAsAccessKeyId,
        None => rule,
    };
    let mut facts = Facts::default();
    facts.read(rule, text, login.as_ref(), secrets.as_ref(), unix_seconds);
    if facts.detail.is_none() {
        // By the `Date` header, where the text has no clock.
        let offset = clock::offset(&answer, rule, unix_seconds);
        facts.detail = offset.map(|ahead| clock_difference("Vault's clock", ahead));
    }
    let texts = rule.text();
    let (message, client_fix) = match (&facts.detail, found) {
        (None, Some(finding)) => (finding.message.clone(), finding.fix.clone()),
        (detail, _) => {
            let message = match detail {
                Some(detail) => format!("{}: {detail}", texts.title),
                None => texts.title.into(),
            };
            (message, fill(texts.client_fix, facts.wanted.as_deref()))
        }
    };
    Refusal {
        refused_by: Some(refuser),
        rule: Some(rule),
        message,
        quoted,
        causes: texts.causes.iter().copied().map(String::from).collect(),
        client_fix: Some(client_fix),
        server_fix: texts.server_fix.map(|fix| fill(fix, None)),
        expected_server_id: facts.server_id,
        aws_clock_unix_seconds: facts.aws_clock,
        skew_seconds: facts.skew_seconds,
        wanted_region: facts.region,
    }
}

/// Explains why STS refused the host's `AssumeRole`; `None` where the answer is not a refusal of
/// AWS's. `secrets` are not shown; `asked` is what was asked for.
pub(crate) fn explain_assume_role<'s>(
    secrets: &mut impl Iterator<Item = &'s str>,
    answer: &Answer,
    asked: AskedRole<'_>,
    unix_seconds: u64,
) -> Option<(LoginRule, Refusal)> {
    let text = answer.body.as_str();
    let rule = judge_assume_role(text).filter(|_| answer.status.is_some_and(|code| code >= 400))?;
    // An answer of 5xx with a code that is not known says nothing of the role.
    if rule == LoginRule::StsRefused && answer.status.is_some_and(|code| code >= 500) {
        return None;
    }
    let secrets = Secrets::new(secrets);
    let mut facts = Facts::default();
    facts.read(rule, text, None, Some(&secrets), unix_seconds);
    let texts = rule.text();
    // Where the rule's own texts speak of a login.
    let (title, causes, client_fix): (_, &[&str], _) = match rule {
        LoginRule::SignatureExpired => (
            "the request was signed too long ago: AWS accepts it for 15 minutes",
            &["this machine's clock is slow"],
            "set this machine's clock",
        ),
        LoginRule::SignatureNotYetCurrent => (
            "the request is signed for a time in the future",
            texts.causes,
            "set this machine's clock",
        ),
        LoginRule::SignatureDiffers => (
            "AWS computes another signature from what it received",
            texts.causes,
            texts.client_fix,
        ),
        LoginRule::StsThrottled => (
            texts.title,
            &["many clients assume roles at once"],
            "wait, or assume the role less often",
        ),
        LoginRule::StsRefused => (texts.title, texts.causes, "read what the server said"),
        _ => (texts.title, texts.causes, texts.client_fix),
    };
    let sent = match (rule, asked.with_external_id) {
        (LoginRule::AssumeRoleDenied, true) => "; an external ID was sent",
        (LoginRule::AssumeRoleDenied, false) => "; no external ID was sent",
        _ => "",
    };
    let detail = facts.detail.map(|detail| format!(": {detail}"));
    let message = format!(
        "STS refuses AssumeRole for `{}`, so no login was sent: {title}{}{sent}",
        if echo::is_harmless(asked.arn, &secrets) {
            asked.arn
        } else {
            "…"
        },
        detail.unwrap_or_default(),
    );
    let words = message_of(text).unwrap_or(text);
    let refusal = Refusal {
        quoted: quote(words, &secrets),
        causes: causes.iter().copied().map(String::from).collect(),
        client_fix: Some(fill(client_fix, None)),
        // The other rules advise on the endpoint that Vault calls.
        server_fix: texts
            .server_fix
            .filter(|_| rule.is_about_assume_role())
            .map(String::from),
        aws_clock_unix_seconds: facts.aws_clock,
        skew_seconds: facts.skew_seconds,
        rule: Some(rule),
        ..without_rule(Some(Refuser::Sts), &message, None)
    };
    Some((rule, refusal))
}

/// What was asked of `AssumeRole`.
#[derive(Clone, Copy)]
pub(crate) struct AskedRole<'a> {
    /// The role's ARN.
    pub(crate) arn: &'a str,
    /// Whether an external ID was sent.
    pub(crate) with_external_id: bool,
}

/// The message in an error of STS's.
fn message_of(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("<Message>")?;
    Some(rest.split_once("</Message>")?.0)
}

/// A refusal without a rule.
pub(super) fn without_rule(
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
        aws_clock_unix_seconds: None,
        skew_seconds: None,
        wanted_region: None,
    }
}

/// The causes that a login shows and the server's text does not.
const VISIBLE_CAUSES: &[(LoginRule, &[LoginRule])] = &[
    (
        LoginRule::AccessKeyUnknown,
        &[
            LoginRule::SessionTokenMissing,
            LoginRule::SessionTokenUnexpected,
            LoginRule::SecretAsAccessKeyId,
        ],
    ),
    (
        LoginRule::SignatureDiffers,
        &[
            LoginRule::SignatureMalformed,
            LoginRule::SignedHeaderMissing,
            LoginRule::ContentLengthDiffers,
            LoginRule::HostDiffers,
            LoginRule::HostNotPlain,
            LoginRule::SignedHeadersUnsorted,
            LoginRule::StsUrlNotBare,
        ],
    ),
    (
        LoginRule::SignatureIncomplete,
        &[LoginRule::SecretAsAccessKeyId],
    ),
    (LoginRule::StsAnswerNotXml, &[LoginRule::AcceptJson]),
    (LoginRule::StsAnswerUnparsable, &[LoginRule::AcceptEncoding]),
    (
        LoginRule::RoleUnknown,
        &[LoginRule::RoleIsArn, LoginRule::RoleNameImpossible],
    ),
];

/// Returns what the login itself shows of a refusal: a cause that has a rule, or what exactly
/// breaks the rule.
fn finding_of(rule: LoginRule, findings: &[Finding]) -> Option<&Finding> {
    let causes = VISIBLE_CAUSES.iter().find(|(text, _)| *text == rule);
    let is_cause =
        |finding: &&Finding| causes.is_some_and(|(_, causes)| causes.contains(&finding.rule));
    let is_firm = |finding: &&Finding| finding.severity == Severity::Refused;
    let mut firm = findings.iter().filter(is_firm);
    firm.find(|finding| finding.rule == rule || is_cause(finding))
        .or_else(|| findings.iter().find(is_cause))
}

/// Returns whether AWS repeats a credential that begins with a secret: that may hold slashes.
fn holds_secret(rule: LoginRule, text: &str) -> bool {
    let echoed = || {
        let (_, rest) = text.split_once("slash-delimited elements")?;
        let (_, quoted) = rest.split_once("got '")?;
        quoted.split('\'').next()
    };
    rule == LoginRule::SignatureIncomplete
        && echoed().is_some_and(|credential| credential.matches('/').count() > 4)
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

/// Describes how far a clock is ahead of the host's, in seconds.
fn clock_difference(clock: &str, seconds: i64) -> String {
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
            LoginRule::AccessKeyUnknown => {
                let region = signed_region("", login).filter(|region| is_opt_in(region));
                self.detail = region.map(|region| {
                    format!(
                        "{} is an opt-in region, which has to be enabled for the account and \
                         refuses version 1 tokens of the global endpoint",
                        redact::region(&region).quoted()
                    )
                });
            }
            LoginRule::AssumeRoleDenied => self.detail = who_and_which(text, secrets),
            LoginRule::ServerIdMissing => {
                let headers = login.and_then(|login| login.headers.as_ref());
                self.detail = headers.and_then(misnamed_server_id);
            }
            LoginRule::SignatureExpired | LoginRule::SignatureNotYetCurrent => {
                self.aws_clock = aws_clock(text);
                let signed = signed_time(text);
                self.skew_seconds = self.aws_clock.zip(signed).map(|(aws, signed)| aws - signed);
                let now = i64::try_from(unix_seconds).unwrap_or(i64::MAX);
                let clock = self.aws_clock;
                self.detail =
                    clock.map(|clock| clock_difference("AWS's clock", clock.saturating_sub(now)));
            }
            LoginRule::ScopeRegionDiffers => {
                let signed = signed_region(text, login);
                // By default Vault calls the global endpoint.
                if signed
                    .as_deref()
                    .is_some_and(|signed| signed != "us-east-1")
                {
                    self.region = Some("us-east-1".into());
                }
                self.detail =
                    signed.map(|signed| format!("found {}", redact::region(&signed).quoted()));
                self.wanted = self.region.as_ref().map(|region| {
                    format!(
                        "{region}, the region of the endpoint that the server calls unless it is \
                         configured"
                    )
                });
            }
            _ if text.contains("to internal ID") => {
                self.detail = Some("this answers the writing of a role, not a login".into());
            }
            _ => {}
        }
    }
}

/// The regions of the partition `aws` that every account has; all that came later are opt-in.
const ENABLED_BY_DEFAULT: &str = "us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 sa-east-1 \
    eu-central-1 eu-north-1 eu-west-1 eu-west-2 eu-west-3 ap-south-1 ap-northeast-1 \
    ap-northeast-2 ap-northeast-3 ap-southeast-1 ap-southeast-2";

/// Returns whether an account has to enable a region before STS accepts its keys there.
fn is_opt_in(region: &str) -> bool {
    Region::new(region.into()).is_ok_and(|region| region.partition().name == "aws")
        && region != "aws-global"
        && !ENABLED_BY_DEFAULT.split(' ').any(|known| known == region)
}

/// The value in `expected "…" but got "…"`, which Go has quoted.
fn expected_server_id(text: &str, secrets: Option<&Secrets>) -> Option<String> {
    let (_, quoted) = text.split_once("header: expected ")?;
    let (value, _) = Json::read(quoted.as_bytes()).ok()?;
    let id = value.as_str()?;
    let is_shown = id.chars().nth(LONGEST_SERVER_ID).is_none() && echo::is_harmless(id, secrets?);
    is_shown.then(|| id.into())
}

/// Names the caller and the role in a denial of `AssumeRole`, and says whether they are in one
/// account. Both are ARNs, which are not secret; anything else is not shown.
fn who_and_which(text: &str, secrets: Option<&Secrets>) -> Option<String> {
    let (before, after) =
        text.split_once(" is not authorized to perform: sts:AssumeRole on resource: ")?;
    let (_, caller) = before.rsplit_once("User: ")?;
    let end = |c: char| c.is_whitespace() || "<\"'),;".contains(c);
    let role = after.split(end).next()?;
    let account = |arn: &str| arn.split(':').nth(4).map(str::to_owned);
    let is_shown = |arn: &str| {
        arn.starts_with("arn:")
            && arn.len() <= LONGEST_ARN
            && arn.chars().all(is_visible)
            && secrets.is_some_and(|secrets| echo::is_harmless(arn, secrets))
    };
    if !is_shown(caller) || !is_shown(role) {
        return None;
    }
    let place = match account(caller) == account(role) {
        true => "in the same account",
        false => "in another account",
    };
    Some(format!(
        "the caller is `{caller}`, the role `{role}` {place}"
    ))
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
    let authorization = Authorization::read(login.headers.as_ref()?, &login.query).ok()?;
    Some(authorization.region)
}
