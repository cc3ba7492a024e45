//! What the VMs of one Envoy share: Envoy's key-value store, which every plugin with the same
//! `vm_id` reads.

use proxy_wasm::hostcalls::{get_shared_data, set_shared_data};
use sha2::{Digest, Sha256};

/// Counts the writes of one value; Envoy calls it `cas`.
pub(crate) type Version = u32;

/// The shared values of one configuration with one identity.
pub(crate) struct SharedData {
    /// The lease, or nothing.
    pub lease: SharedValue,
    /// Which VM leads.
    pub leader: SharedValue,
    /// The version of the lease that an upstream refused, or nothing.
    pub refused: SharedValue,
    /// Which VMs run the configuration.
    pub present: SharedValue,
}

impl SharedData {
    /// Names the values of this configuration and of the identity that these texts tell apart.
    pub fn new(configuration: &[u8], identity: [&str; 4]) -> Self {
        let mut hash = Sha256::new();
        let mut add = |part: &[u8]| {
            // Its length keeps the beginning of one part from passing for a piece of another.
            hash.update(part.len().to_string());
            hash.update(b":");
            hash.update(part);
        };
        add(configuration);
        identity.iter().for_each(|part| add(part.as_bytes()));
        let hash = hex::encode(hash.finalize());
        let value = |name| SharedValue(format!("vault-aws-login/{hash}/{name}"));
        Self {
            lease: value("lease"),
            leader: value("leader"),
            refused: value("refused"),
            present: value("present"),
        }
    }
}

/// One value, under a key that no other configuration or identity has.
pub(crate) struct SharedValue(String);

impl SharedValue {
    /// Reads the value. Empty if there is none; without a version if there never was one.
    pub fn read(&self) -> (Vec<u8>, Option<Version>) {
        let (bytes, version) = get_shared_data(&self.0).unwrap_or_default();
        (bytes.unwrap_or_default(), version)
    }

    /// Writes the value; false if another VM wrote it after `version`. Without a version it always
    /// writes.
    pub fn write(&self, bytes: &[u8], version: Option<Version>) -> bool {
        set_shared_data(&self.0, Some(bytes), version).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::SharedData;

    #[test]
    fn values_of_two_configurations_and_of_two_identities_are_apart() {
        let name =
            |configuration: &[u8], identity| SharedData::new(configuration, identity).lease.0;
        let all = [
            name(b"{}", ["", "", "", ""]),
            name(b"{ }", ["", "", "", ""]),
            name(b"{}", ["A", "", "", ""]),
            name(b"{}", ["AB", "", "", ""]),
            name(b"{}", ["A", "B", "", ""]),
            name(b"{}", ["", "A", "", ""]),
            name(b"{}", ["", "", "A", ""]),
            name(b"{}", ["", "", "", "A"]),
            name(b"{}0:", ["", "", "", ""]),
        ];
        for (index, one) in all.iter().enumerate() {
            assert!(all[index + 1..].iter().all(|other| other != one), "{one}");
        }
        // SHA-256 of `2:{}1:A0:2:/b0:`.
        assert_eq!(
            name(b"{}", ["A", "", "/b", ""]),
            "vault-aws-login/9f905f2c27dde5057e033925cc7a81692dbc0f0cac5846c3d9d3f7f24d9d9e2b/lease"
        );
    }
}
