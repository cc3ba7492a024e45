//! Finds the rule that an answer to a login is about, and who refused.

use super::answer::{ReadAnswer, beginning};
use super::arn::is_instance_id;
use super::refusal_texts::{
    AFTER_STS, ASSUME_ROLE, BARE, BEFORE_STS, FIELD_VALIDATION, OWN_CALL_FAULTS, OWN_CALLS,
    STATUSES, STS, TRANSPORT, UPSTREAM, find,
};
use super::rule::Refuser;
use super::rules::LoginRule;
use crate::alphabet::is_visible;
use crate::json::Json;

/// How much of an answer's errors is judged, in bytes. Some versions of Vault put the value of a
/// field into the middle of a text, and a login may be half as long.
pub(super) const MOST_JUDGED: usize = 128 * 1024;

/// What became of a login.
pub(super) enum Verdict {
    /// The answer holds a token.
    Token,
    Refused(LoginRule, Refuser),
    /// Vault refuses with a text that no rule knows.
    Unknown,
}

pub(super) fn judge(answer: &ReadAnswer<'_>) -> Verdict {
    let json = answer.json.as_ref();
    let by = |rule: LoginRule| Verdict::Refused(rule, rule.text().refuser);
    let Some(status) = answer.status else {
        return by(find(TRANSPORT, answer.body).unwrap_or(LoginRule::VaultUnreachable));
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
            by(not_vaults(answer))
        };
    }
    if answer.errors.is_none()
        && let Some(rule) = find(BARE, answer.body)
    {
        return by(rule);
    }
    let text = answer.errors.as_deref();
    let known = text.and_then(judge_text);
    let by_status = STATUSES.iter().find(|(known, _)| *known == status);
    // Only Vault uses 412, 472 and 473.
    let is_vaults = text.is_some() || matches!(status, 412 | 472 | 473);
    match (known, by_status) {
        (Some((rule, refuser)), _) => Verdict::Refused(rule, refuser),
        (None, Some((_, rule))) if is_vaults => by(*rule),
        (None, _) if is_vaults => Verdict::Unknown,
        (None, _) => by(not_vaults(answer)),
    }
}

fn not_vaults(answer: &ReadAnswer<'_>) -> LoginRule {
    match answer.body.trim() {
        "" => LoginRule::AnswerEmpty,
        _ => LoginRule::AnswerNotVaults,
    }
}

/// Returns whether a text can be a token, which a header has to carry.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_visible)
}

pub(super) fn judge_text(text: &str) -> Option<(LoginRule, Refuser)> {
    let text = beginning(text, MOST_JUDGED);
    let by_vault = |rule| (rule, Refuser::Vault);
    // Some versions echo the value before "for field", so only what follows counts.
    if text.contains("Field validation failed") {
        let rest = text.split(" for field ").skip(1).last()?;
        return find(FIELD_VALIDATION, rest).map(by_vault);
    }
    if let Some((_, upstream)) = text.split_once("error making upstream request") {
        let rule = match upstream.split_once("received error code") {
            Some((_, answer)) => judge_sts(answer),
            None => find(UPSTREAM, upstream),
        };
        return rule.map(|rule| (rule, rule.text().refuser));
    }
    if OWN_CALLS.iter().any(|call| text.contains(call))
        && let Some(rule) = find(OWN_CALL_FAULTS, text)
    {
        return Some(by_vault(rule));
    }
    if let Some(rule) = find(AFTER_STS, text).or_else(|| find(BEFORE_STS, text)) {
        return Some(by_vault(refine_by_session(rule, text)));
    }
    // Copied from another client of AWS: Vault passes no such text on without its own words.
    find(ASSUME_ROLE, text).map(|rule| (rule, rule.text().refuser))
}

/// Refines a rule by the name of the caller's session, which is in the text.
fn refine_by_session(rule: LoginRule, text: &str) -> LoginRule {
    let between = |start: &str, end: &str| {
        let (_, rest) = text.split_once(start)?;
        let (value, _) = rest.split_once(end)?;
        // A terminal may have wrapped it.
        Some(value.split_whitespace().collect::<String>())
    };
    match rule {
        LoginRule::PrincipalNotBound => {
            let arn = between("IAM Principal \"", "\"");
            let session = arn.as_ref().and_then(|arn| arn.rsplit_once('/'));
            match session.is_some_and(|(_, session)| is_instance_id(session)) {
                true => LoginRule::NodeRoleNotBound,
                false => rule,
            }
        }
        LoginRule::InstanceUnverified => {
            let session = between("failed to verify ", " as a valid EC2 instance");
            match session.is_some_and(|session| !session.starts_with("i-")) {
                true => LoginRule::SessionNotInstance,
                false => rule,
            }
        }
        _ => rule,
    }
}

/// Judges what STS answered to the host's `AssumeRole`; `None` where that is not an answer of AWS's.
pub(super) fn judge_assume_role(answer: &str) -> Option<LoginRule> {
    let answer = beginning(answer, MOST_JUDGED);
    if !answer.contains("<Code>") {
        return None;
    }
    Some(match find_sts(answer)? {
        LoginRule::StsAccessDenied => LoginRule::AssumeRoleDenied,
        rule => rule,
    })
}

/// Judges what stands behind `received error code`: the status, `from STS:` and the body.
fn judge_sts(answer: &str) -> Option<LoginRule> {
    let rule = find_sts(answer)?;
    let is_status = |digit| answer.trim_start().starts_with(digit);
    Some(match rule {
        // An answer that is not AWS's, such as a proxy's: the status tells whether time heals it.
        LoginRule::StsRefused if is_status("5") => LoginRule::StsUnreachable,
        LoginRule::StsRefused if is_status("429") => LoginRule::StsThrottled,
        rule => rule,
    })
}

/// Finds the rule of an answer of STS. Vault asks it for nothing but GetCallerIdentity; a person asks
/// it for AssumeRole, too.
fn find_sts(answer: &str) -> Option<LoginRule> {
    find(ASSUME_ROLE, answer).or_else(|| find(STS, answer))
}
