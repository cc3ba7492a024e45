//! The lease as the VMs of one Envoy share it.

use serde::{Deserialize, Serialize};
use vault_aws_login::session::{Instant, Lease};
use zeroize::Zeroizing;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LeaseJson<'a> {
    #[serde(borrow)]
    token: std::borrow::Cow<'a, str>,
    accessor: Option<String>,
    generation: u64,
    renewable: bool,
    increment_seconds: u64,
    starts_at: [u64; 2],
    ends_at: [u64; 2],
}

/// Writes a lease. All VMs have the same clocks, so its moments mean the same in each of them.
pub(crate) fn write(lease: &Lease) -> Zeroizing<Vec<u8>> {
    let json = LeaseJson {
        token: lease.token.as_str().into(),
        accessor: lease.accessor.clone(),
        generation: lease.generation,
        renewable: lease.renewable,
        increment_seconds: lease.increment_seconds,
        starts_at: pair(lease.starts_at),
        ends_at: pair(lease.ends_at),
    };
    // Serializing these types cannot fail; an empty value would mean that there is no lease.
    Zeroizing::new(serde_json::to_vec(&json).unwrap_or_default())
}

/// Reads a lease; `None` if the value is not one.
pub(crate) fn read(bytes: &[u8]) -> Option<Lease> {
    let json: LeaseJson<'_> = serde_json::from_slice(bytes).ok()?;
    Some(Lease {
        token: Zeroizing::new(json.token.into_owned()),
        accessor: json.accessor,
        generation: json.generation,
        renewable: json.renewable,
        increment_seconds: json.increment_seconds,
        starts_at: instant(json.starts_at),
        ends_at: instant(json.ends_at),
    })
}

fn pair(instant: Instant) -> [u64; 2] {
    [instant.monotonic_milliseconds, instant.unix_milliseconds]
}

fn instant([monotonic_milliseconds, unix_milliseconds]: [u64; 2]) -> Instant {
    Instant {
        monotonic_milliseconds,
        unix_milliseconds,
    }
}

#[cfg(test)]
mod tests {
    use vault_aws_login::session::{Instant, Lease};

    use super::{read, write};

    #[test]
    fn lease_reads_back_and_anything_else_is_none() {
        let lease = Lease {
            token: "hvs.a\"\\\u{e9}".to_owned().into(),
            accessor: None,
            generation: 3,
            renewable: true,
            increment_seconds: 5,
            starts_at: Instant {
                monotonic_milliseconds: 1,
                unix_milliseconds: 2,
            },
            ends_at: Instant {
                monotonic_milliseconds: 3,
                unix_milliseconds: u64::MAX,
            },
        };
        let bytes = write(&lease);
        // A lease holds a secret and cannot be compared, but what is written of it can.
        let read_back = read(&bytes).unwrap();
        assert_eq!(*read_back.token, *lease.token);
        assert_eq!(
            (read_back.generation, read_back.ends_at),
            (3, lease.ends_at)
        );
        assert_eq!(write(&read_back), bytes);
        for bytes in [&b""[..], b"{}", b"null", b"\xff"] {
            assert!(read(bytes).is_none());
        }
    }
}
