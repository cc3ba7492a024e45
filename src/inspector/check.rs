//! Predicts what the server does with a login, in the order in which the server does it.

mod caller;
mod config;
mod envelope;
mod fields;
mod request;
mod signature;

pub(super) use self::config::misnamed_server_id;
pub(super) use self::envelope::MOST_BYTES;
pub(super) use self::signature::WINDOW_SECONDS;
use super::finding::{Finding, Findings};
use super::go_url::{GoUrl, Query};
use super::headers::Headers;
use super::profile::ServerProfile;

/// Checks a login as the server will, and AWS behind it.
///
/// The order is the server's, so that the first [`Severity::Refused`](super::Severity::Refused)
/// finding is what the server reports. `unix_seconds` is the time of sending. At most 64 KiB
/// are read. The signature itself is not checked: that takes the secret access key.
pub fn check_login(login_json: &str, profile: &ServerProfile, unix_seconds: u64) -> Vec<Finding> {
    let mut findings = Findings::default();
    if let Some(login) = decode(login_json, profile, &mut findings) {
        check_decoded(&login, profile, unix_seconds, &mut findings);
    }
    findings.0
}

/// Checks what decoding a login does not.
pub(super) fn check_decoded(
    login: &Login,
    profile: &ServerProfile,
    unix_seconds: u64,
    findings: &mut Findings,
) {
    if let Some(headers) = &login.headers {
        let called_region = config::check_configuration(login, headers, profile, findings);
        let called_region = called_region.as_ref();
        request::check_request(login, headers, profile, findings);
        let authorization =
            signature::check_signature(login, headers, called_region, unix_seconds, findings);
        caller::check_partition(called_region, profile, findings);
        if let Some(authorization) = &authorization {
            signature::check_shape(authorization, findings);
        }
    }
    caller::check_caller(login.role.as_deref(), profile, findings);
}

/// Decodes a login as far as it can be, and reports what the server says to that.
pub(super) fn decode(
    login_json: &str,
    profile: &ServerProfile,
    findings: &mut Findings,
) -> Option<Login> {
    let json = envelope::read(login_json, profile, findings)?;
    fields::decode(&json, profile, findings)
}

/// What could be decoded of a login.
pub(super) struct Login {
    /// The method as written.
    pub(super) method_text: String,
    pub(super) method: Method,
    pub(super) url: Option<GoUrl>,
    pub(super) query: Query,
    pub(super) body: Option<Vec<u8>>,
    pub(super) headers: Option<Headers>,
    pub(super) role: Option<String>,
}

/// The method of the request to STS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    /// `POST`, and every method that the server refuses.
    Post,
}

/// The region of the endpoint that the server calls.
pub(super) struct CalledRegion(pub(super) String);
