//! What the VMs of one Envoy share: Envoy's key-value store, which every plugin with the same
//! `vm_id` reads.

use proxy_wasm::hostcalls::{get_shared_data, set_shared_data};
use sha2::{Digest, Sha256};

/// Counts the writes of one record; Envoy calls it `cas`.
pub(crate) type Version = u32;

/// The three records of one configuration.
pub(crate) struct SharedData {
    /// The lease, or nothing.
    pub lease: Record,
    /// Which VM holds the session.
    pub holder: Record,
    /// The version of the lease that an upstream refused, or nothing.
    pub refused: Record,
}

impl SharedData {
    /// Names the records of this configuration with these credentials.
    pub fn new(configuration: &[u8], access_key_id: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(configuration);
        hash.update([0]);
        hash.update(access_key_id);
        let hash = hex::encode(hash.finalize());
        let record = |name| Record(format!("vault-aws-login/{hash}/{name}"));
        Self {
            lease: record("lease"),
            holder: record("holder"),
            refused: record("refused"),
        }
    }
}

/// One record.
pub(crate) struct Record(String);

impl Record {
    /// Reads the record. Empty if there is none; no version if there never was one.
    pub fn read(&self) -> (Vec<u8>, Option<Version>) {
        let (bytes, version) = get_shared_data(&self.0).unwrap_or_default();
        (bytes.unwrap_or_default(), version)
    }

    /// Writes the record and says whether it did: not if somebody wrote it since that version.
    /// Without a version it always does.
    pub fn write(&self, bytes: &[u8], version: Option<Version>) -> bool {
        set_shared_data(&self.0, Some(bytes), version).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::SharedData;

    #[test]
    fn records_of_two_configurations_and_of_two_identities_are_apart() {
        let name = |configuration: &[u8], id| SharedData::new(configuration, id).lease.0;
        assert_eq!(name(b"{}", "A"), name(b"{}", "A"));
        assert_ne!(name(b"{}", "A"), name(b"{ }", "A"));
        assert_ne!(name(b"{}", "A"), name(b"{}", "B"));
        // SHA-256 of `{}`, a zero byte and `A`.
        assert_eq!(
            name(b"{}", "A"),
            "vault-aws-login/1e61c905a9d1a7292e6459c18935e60ee0bdf3972fb4119703904d7b47b60740/lease"
        );
    }
}
