//! What the host does next.

use serde::Serialize;

use super::exchange::Request;
use super::instant::Instant;
use super::lease::Lease;
use super::refusal::Refusal;

/// What the host does next; `action` of `wit/lifecycle.wit`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Send this request, then call `on_response` or `on_failure`.
    Send(Request),
    /// Do nothing until then, or until something is pushed.
    WaitUntil(Instant),
    /// Call `push_credentials`.
    NeedCredentials,
    /// Call `push_authorization_token`.
    NeedAuthorizationToken,
    /// Use this token from now on.
    TokenReady(Lease),
    /// Stop using the token of this generation.
    TokenEnded(u64),
    /// The host's clock is wrong, or right again.
    ClockCorrected(ClockCorrection),
    /// A try failed.
    Refused(Refusal),
}

/// By how much logins are signed for another time than the wall clock's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ClockCorrection {
    /// Added to the wall clock; 0 when the host's clock agrees with AWS's again.
    pub offset_seconds: i64,
    /// The same in one sentence.
    pub message: String,
}
