//! What is asked of Vault, and how its answers are read.

use zeroize::Zeroizing;

use super::exchange::{Destination, Header, HttpMethod, Response, UnsentRequest};
use super::refusal::{Fault, RefusalRule};
use crate::inspector::{self, Healing, LoginRule, error_texts};
use crate::json::Json;

pub(super) fn login(namespace: Option<&str>, mount: &str, body: String) -> UnsentRequest {
    let path = format!("/v1/auth/{mount}/login");
    call(HttpMethod::Post, path, namespace, None, body)
}

pub(super) fn renewal(
    namespace: Option<&str>,
    token: &str,
    increment_seconds: u64,
) -> UnsentRequest {
    let path = "/v1/auth/token/renew-self".into();
    let body = format!(r#"{{"increment":{increment_seconds}}}"#);
    call(HttpMethod::Post, path, namespace, Some(token), body)
}

pub(super) fn check(namespace: Option<&str>, token: &str) -> UnsentRequest {
    let path = "/v1/auth/token/lookup-self".into();
    call(HttpMethod::Get, path, namespace, Some(token), String::new())
}

fn call(
    method: HttpMethod,
    path_and_query: String,
    namespace: Option<&str>,
    token: Option<&str>,
    body: String,
) -> UnsentRequest {
    let token_as_secret = token.map(|token| Zeroizing::new(token.to_owned()));
    UnsentRequest {
        destination: Destination::Vault,
        origin: None,
        method,
        path_and_query,
        headers: headers(namespace, token, !body.is_empty()),
        body: Zeroizing::new(body.into_bytes()),
        secrets: token_as_secret.into_iter().collect(),
    }
}

/// The headers of a request to Vault.
fn headers(namespace: Option<&str>, token: Option<&str>, has_body: bool) -> Vec<Header> {
    // A Vault Agent or Proxy in between may demand it, against requests forged by a browser.
    let mut headers = vec![Header::new("x-vault-request", "true")];
    if has_body {
        headers.push(Header::new("content-type", "application/json"));
    }
    headers.extend(namespace.map(|namespace| Header::new("x-vault-namespace", namespace)));
    headers.extend(token.map(|token| Header::new("x-vault-token", token)));
    headers
}

/// What a login or a renewal grants.
pub(super) struct Grant {
    pub token: Zeroizing<String>,
    pub accessor: Option<String>,
    pub renewable: bool,
    pub lease_seconds: u64,
}

/// Reads the answer to a login, which `explain` has the inspector read if it is a refusal.
pub(super) fn read_login(
    response: &Response,
    explain: impl FnOnce() -> inspector::Refusal,
) -> Result<Grant, Fault> {
    let unusable = match response.status {
        200..300 => match read_grant(response) {
            Ok(grant) => return Ok(grant),
            Err(fault) => Some(fault.rule),
        },
        _ => None,
    };
    let diagnosis = explain();
    let rule = unusable.unwrap_or_else(|| refused_login(response.status, &diagnosis));
    Err(Fault::diagnosed(rule, diagnosis))
}

/// Names the rule of a refused login after what the inspector makes of it. Rules of the same name
/// mean the same.
fn refused_login(status: u16, diagnosis: &inspector::Refusal) -> RefusalRule {
    match diagnosis.rule {
        Some(LoginRule::SignatureExpired | LoginRule::SignatureNotYetCurrent) => {
            RefusalRule::ClockSkewed
        }
        Some(LoginRule::RateLimited | LoginRule::LeaseQuotaExceeded | LoginRule::StsThrottled) => {
            RefusalRule::RateLimited
        }
        Some(LoginRule::PermissionDenied) => RefusalRule::PermissionDenied,
        Some(LoginRule::MountUnknown) => RefusalRule::MountUnknown,
        // Words that are not Vault's, or not known, tell nothing. The status does.
        None
        | Some(LoginRule::AnswerNotVaults | LoginRule::AnswerEmpty | LoginRule::AnswerRedirected) => {
            match status {
                400 => RefusalRule::LoginRefused,
                status => unavailable(status).unwrap_or(RefusalRule::UnexpectedStatus),
            }
        }
        Some(rule) => match rule.text().healing {
            Healing::ByItself => RefusalRule::VaultUnavailable,
            Healing::ByHand => RefusalRule::LoginRefused,
        },
    }
}

/// Reads the answer to a renewal. A status that says nothing about the token keeps its own rule.
pub(super) fn read_renewal(response: &Response) -> Result<Grant, Fault> {
    match response.status {
        200..300 => read_grant(response),
        status => Err(match unavailable(status) {
            Some(rule) => Fault::with_text(rule, &error_text(response)),
            None => Fault::with_text(RefusalRule::RenewalRefused, &error_text(response)),
        }),
    }
}

/// What `lookup-self` says about the token.
pub(super) enum LookupVerdict {
    Known,
    /// With what is announced if this happens too often.
    Unknown(Fault),
    /// The question was not answered.
    Unanswered(Fault),
}

/// Reads the answer to `lookup-self`.
pub(super) fn read_check(response: &Response) -> LookupVerdict {
    let fault = |rule| Fault::with_text(rule, &error_text(response));
    match response.status {
        200..300 => LookupVerdict::Known,
        403 if disowns(response) => LookupVerdict::Unknown(fault(RefusalRule::TokenCheckForbidden)),
        403 => LookupVerdict::Unanswered(fault(RefusalRule::TokenCheckForbidden)),
        status => LookupVerdict::Unanswered(fault(
            unavailable(status).unwrap_or(RefusalRule::UnexpectedStatus),
        )),
    }
}

/// Says whether a 403 says that the token is dead, and not that a policy forbids the question.
///
/// Both servers answer 403 to both. They differ in that a policy's refusal comes as a
/// list (of `go-multierror`), since policies are judged after the token was found:
///
/// | Server | Dead token | Policy |
/// |---|---|---|
/// | OpenBao, older Vault | `permission denied` | `1 error occurred: * permission denied` |
/// | newer Vault | `2 errors occurred: * permission denied * invalid token` | the same |
///
/// `bad token` is what the token store says of one that ends during the question. Any other text,
/// such as that of a Sentinel policy or of a proxy, says nothing about the token.
///
/// <https://github.com/openbao/openbao/blob/df6ce2ce/internal/vault/request_handling.go#L308>
/// (dead), `#L549` (policy) and `token_store.go#L3318`;
/// <https://github.com/hashicorp/vault/blob/00c3d11f/vault/request_handling.go> (older);
/// <https://developer.hashicorp.com/vault/docs/concepts/tokens#error-responses> (newer).
fn disowns(response: &Response) -> bool {
    let answer = Json::read(&response.body);
    let texts = answer.as_ref().ok().and_then(|(json, _)| error_texts(json));
    let texts = texts.unwrap_or_default();
    let mut reasons = texts
        .iter()
        .flat_map(|text| text.lines())
        .map(|line| line.trim().trim_start_matches("* "));
    matches!(texts.as_slice(), [only] if only.trim() == "permission denied")
        || reasons.any(|reason| matches!(reason, "invalid token" | "bad token"))
}

fn read_grant(response: &Response) -> Result<Grant, Fault> {
    let not_a_token = || Fault::new(RefusalRule::NotAToken);
    let (answer, _) = Json::read(&response.body).map_err(|_| not_a_token())?;
    if answer.present("wrap_info").is_some() {
        return Err(Fault::new(RefusalRule::ResponseWrapped));
    }
    let auth = answer.present("auth").ok_or_else(not_a_token)?;
    if auth.present("mfa_requirement").is_some() {
        return Err(Fault::new(RefusalRule::MfaRequired));
    }
    let number = |name| auth.present(name).map_or(Some(0), Json::as_u64);
    if number("num_uses").is_none_or(|uses| uses > 0) {
        return Err(Fault::new(RefusalRule::UseLimited));
    }
    let text = |name| {
        auth.present(name)
            .and_then(Json::as_str)
            .filter(|text| !text.is_empty())
    };
    // A token goes into a header; one without an end would never be replaced.
    let token = text("client_token").filter(|token| token.bytes().all(|b| b.is_ascii_graphic()));
    let lease_seconds = number("lease_duration").filter(|seconds| *seconds > 0);
    let (Some(token), Some(lease_seconds)) = (token, lease_seconds) else {
        return Err(not_a_token());
    };
    Ok(Grant {
        token: Zeroizing::new(token.into()),
        accessor: text("accessor").map(Into::into),
        renewable: matches!(auth.get("renewable"), Some(Json::Bool(true))),
        lease_seconds,
    })
}

/// Names the rule of those statuses that time alone heals.
///
/// 307: a standby that knows no address of the active server yet, as after a restart; 412: one
/// that has not seen the token yet; 472 and 473: standbys of disaster recovery and of performance
/// replication; 5xx: sealed, starting, or a proxy before Vault.
const fn unavailable(status: u16) -> Option<RefusalRule> {
    match status {
        429 => Some(RefusalRule::RateLimited),
        307 | 412 | 472 | 473 | 500..600 => Some(RefusalRule::VaultUnavailable),
        _ => None,
    }
}

/// Returns the server's errors in one text; nothing of an answer of any other form.
pub(super) fn error_text(response: &Response) -> Zeroizing<String> {
    let answer = Json::read(&response.body);
    let texts = answer.as_ref().ok().and_then(|(json, _)| error_texts(json));
    Zeroizing::new(texts.unwrap_or_default().join("; "))
}
