//! Both clocks of the proxy.

use std::time::{SystemTime, UNIX_EPOCH};

use vault_aws_login::session::Instant;

/// Reads both clocks. All VMs of one Envoy read the same ones, so moments may be shared.
pub(crate) fn now() -> Instant {
    // A clock before 1970 is as wrong as one at 1970, and the session notices that.
    let unix = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Instant {
        monotonic_milliseconds: monotonic_milliseconds(),
        unix_milliseconds: u64::try_from(unix.as_millis()).unwrap_or(u64::MAX),
    }
}

/// Reads the steady clock, which only a call to the host gives as a number.
#[cfg(target_os = "wasi")]
#[allow(
    unsafe_code,
    reason = "the binding of a call that only returns a number"
)]
pub(crate) fn monotonic_milliseconds() -> u64 {
    const NANOSECONDS: u64 = 1_000_000;
    // SAFETY: no pointer goes in or out.
    let time = unsafe { wasip1::clock_time_get(wasip1::CLOCKID_MONOTONIC, NANOSECONDS) };
    time.unwrap_or_default() / NANOSECONDS
}

/// Counts from the first reading: elsewhere this crate is only tested.
#[cfg(not(target_os = "wasi"))]
pub(crate) fn monotonic_milliseconds() -> u64 {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    let start = START.get_or_init(std::time::Instant::now);
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}
