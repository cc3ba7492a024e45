//! Both clocks of the proxy.

use std::sync::OnceLock;
use std::time::{Instant as Monotonic, SystemTime, UNIX_EPOCH};

use vault_aws_login::session::Instant;

/// Reads both clocks; the monotonic one counts from its first reading.
pub(crate) fn now() -> Instant {
    static START: OnceLock<Monotonic> = OnceLock::new();
    let monotonic = START.get_or_init(Monotonic::now).elapsed();
    // A clock before 1970 is as wrong as one at 1970, and the session notices that.
    let unix = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Instant {
        monotonic_milliseconds: u64::try_from(monotonic.as_millis()).unwrap_or(u64::MAX),
        unix_milliseconds: u64::try_from(unix.as_millis()).unwrap_or(u64::MAX),
    }
}
