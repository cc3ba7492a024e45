//! What the host does next.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::exchange::{DestinationJson, RequestJson};
use vault_aws_login::inspector::Refusal as DiagnosisJson;
use vault_aws_login::session::{Action, ClockCorrection, Healing, Instant, Lease, Refusal};

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ActionJson {
    Send(RequestJson),
    WaitUntil(InstantJson),
    NeedCredentials,
    NeedAuthorizationToken,
    TokenReady(LeaseJson),
    TokenEnded(u64),
    ClockCorrected(ClockCorrectionJson),
    Refused(RefusalJson),
}

impl From<Action> for ActionJson {
    fn from(action: Action) -> Self {
        match action {
            Action::Send(request) => Self::Send(request.into()),
            Action::WaitUntil(instant) => Self::WaitUntil(instant.into()),
            Action::NeedCredentials => Self::NeedCredentials,
            Action::NeedAuthorizationToken => Self::NeedAuthorizationToken,
            Action::TokenReady(lease) => Self::TokenReady(lease.into()),
            Action::TokenEnded(generation) => Self::TokenEnded(generation),
            Action::ClockCorrected(correction) => Self::ClockCorrected(correction.into()),
            Action::Refused(refusal) => Self::Refused(refusal.into()),
        }
    }
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct InstantJson {
    monotonic_milliseconds: u64,
    unix_milliseconds: u64,
}

impl From<InstantJson> for Instant {
    fn from(json: InstantJson) -> Self {
        Self {
            monotonic_milliseconds: json.monotonic_milliseconds,
            unix_milliseconds: json.unix_milliseconds,
        }
    }
}

impl From<Instant> for InstantJson {
    fn from(instant: Instant) -> Self {
        Self {
            monotonic_milliseconds: instant.monotonic_milliseconds,
            unix_milliseconds: instant.unix_milliseconds,
        }
    }
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct LeaseJson {
    token: String,
    accessor: Option<String>,
    generation: u64,
    renewable: bool,
    increment_seconds: u64,
    starts_at: InstantJson,
    ends_at: InstantJson,
}

impl From<LeaseJson> for Lease {
    fn from(json: LeaseJson) -> Self {
        Self {
            token: Zeroizing::new(json.token),
            accessor: json.accessor,
            generation: json.generation,
            renewable: json.renewable,
            increment_seconds: json.increment_seconds,
            starts_at: json.starts_at.into(),
            ends_at: json.ends_at.into(),
        }
    }
}

impl From<Lease> for LeaseJson {
    fn from(mut lease: Lease) -> Self {
        Self {
            token: core::mem::take(&mut *lease.token),
            accessor: lease.accessor,
            generation: lease.generation,
            renewable: lease.renewable,
            increment_seconds: lease.increment_seconds,
            starts_at: lease.starts_at.into(),
            ends_at: lease.ends_at.into(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct ClockCorrectionJson {
    offset_seconds: i64,
    message: String,
}

impl From<ClockCorrection> for ClockCorrectionJson {
    fn from(correction: ClockCorrection) -> Self {
        Self {
            offset_seconds: correction.offset_seconds,
            message: correction.message,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct RefusalJson {
    rule: &'static str,
    healing: &'static str,
    destination: Option<DestinationJson>,
    status: Option<u16>,
    message: String,
    diagnosis: Option<DiagnosisJson>,
    retry_at: InstantJson,
}

impl From<Refusal> for RefusalJson {
    fn from(refusal: Refusal) -> Self {
        Self {
            rule: refusal.rule.name(),
            healing: match refusal.healing {
                Healing::ByItself => "by-itself",
                Healing::ByHand => "by-hand",
            },
            destination: refusal.destination.map(Into::into),
            status: refusal.status,
            message: refusal.message,
            diagnosis: refusal.diagnosis,
            retry_at: refusal.retry_at.into(),
        }
    }
}
