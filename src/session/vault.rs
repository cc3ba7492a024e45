//! What is asked of Vault, and how its answers are read.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::exchange::{Header, Method, Response};
use super::refusal::{Fault, RefusalRule};
use crate::json::Json;

/// A request to Vault before it has an id and a deadline.
pub(super) struct Call {
    pub method: Method,
    pub path: String,
    pub body: Zeroizing<Vec<u8>>,
}

impl Call {
    pub(super) fn login(mount: &str, body: String) -> Self {
        Self {
            method: Method::Post,
            path: format!("/v1/auth/{mount}/login"),
            body: Zeroizing::new(body.into_bytes()),
        }
    }

    pub(super) fn renewal(increment_seconds: u64) -> Self {
        Self {
            method: Method::Post,
            path: "/v1/auth/token/renew-self".into(),
            body: Zeroizing::new(format!(r#"{{"increment":{increment_seconds}}}"#).into_bytes()),
        }
    }

    pub(super) fn check() -> Self {
        Self {
            method: Method::Get,
            path: "/v1/auth/token/lookup-self".into(),
            body: Zeroizing::default(),
        }
    }
}

/// Returns what of a login is not to be shown: its base64 fields as they are, since servers echo
/// them so, the signature and the session token.
pub(super) fn secrets_of_login(login: &str) -> Vec<Zeroizing<String>> {
    let mut secrets = Vec::new();
    let mut add = |secret: &str| secrets.push(Zeroizing::new(secret.to_owned()));
    let Ok((login, _)) = Json::read(login.as_bytes()) else {
        return secrets;
    };
    for name in ["iam_request_url", "iam_request_body", "iam_request_headers"] {
        login.get(name).and_then(Json::as_str).map(&mut add);
    }
    let headers = login.get("iam_request_headers").and_then(Json::as_str);
    let headers = STANDARD.decode(headers.unwrap_or_default());
    let headers = Zeroizing::new(headers.unwrap_or_default());
    let Ok((headers, _)) = Json::read(&headers) else {
        return secrets;
    };
    let header = |name| match headers.get(name) {
        Some(Json::Array(values)) => values.first().and_then(Json::as_str),
        _ => None,
    };
    let signature = header("Authorization").and_then(|value| value.rsplit_once("Signature="));
    let signature = signature.map(|(_, signature)| signature);
    for secret in [signature, header("X-Amz-Security-Token")] {
        secret.map(&mut add);
    }
    secrets
}

/// The headers of a request to Vault.
pub(super) fn headers(namespace: Option<&str>, token: Option<&str>, has_body: bool) -> Vec<Header> {
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

/// Reads the answer to a login.
pub(super) fn read_login(response: &Response) -> Result<Grant, Fault> {
    if !(200..300).contains(&response.status) {
        return Err(login_fault(response));
    }
    read_grant(response)
}

/// Reads the answer to a renewal. A status that tells nothing about the token stays its own fault.
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
pub(super) enum Verdict {
    Known,
    /// With what is announced if this happens too often.
    Unknown(Fault),
    /// The question was not answered.
    Unanswered(Fault),
}

/// Reads the answer to `lookup-self`.
pub(super) fn read_check(response: &Response) -> Verdict {
    let fault = |rule| Fault::with_text(rule, &error_text(response));
    match response.status {
        200..300 => Verdict::Known,
        403 if disowns(response) => Verdict::Unknown(fault(RefusalRule::TokenCheckForbidden)),
        403 => Verdict::Unanswered(fault(RefusalRule::TokenCheckForbidden)),
        status => Verdict::Unanswered(fault(
            unavailable(status).unwrap_or(RefusalRule::UnexpectedStatus),
        )),
    }
}

/// Says whether a 403 says that the token is dead, and not that a policy forbids the question.
///
/// Both servers answer 403 to both. What tells them apart is that a policy's refusal comes as a
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
    let texts = error_texts(response);
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

/// Says what a login's answer other than 2xx means.
///
/// Vault answers 400 to nearly everything, so its text decides what time can heal.
fn login_fault(response: &Response) -> Fault {
    let text = error_text(response);
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let rule = match response.status {
        400 if has(&["Throttling", "Rate exceeded", "received error code 429"]) => {
            RefusalRule::RateLimited
        }
        400 if has(&["error making request", "received error code 5"]) => {
            RefusalRule::VaultUnavailable
        }
        400 => RefusalRule::LoginRefused,
        403 => RefusalRule::PermissionDenied,
        404 => RefusalRule::MountUnknown,
        status => unavailable(status).unwrap_or(RefusalRule::UnexpectedStatus),
    };
    Fault::with_text(rule, &text)
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

/// Returns the texts of `{"errors":[…]}`, joined; nothing of an answer of any other form.
pub(super) fn error_text(response: &Response) -> Zeroizing<String> {
    Zeroizing::new(error_texts(response).join("; "))
}

fn error_texts(response: &Response) -> Zeroizing<Vec<String>> {
    let mut texts = Zeroizing::default();
    if let Ok((answer, _)) = Json::read(&response.body)
        && let Some(Json::Array(errors)) = answer.get("errors")
    {
        let found = errors.iter().filter_map(Json::as_str).map(str::to_owned);
        *texts = Vec::from_iter(found);
    }
    texts
}
