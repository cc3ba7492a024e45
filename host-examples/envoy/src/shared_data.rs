//! What the VMs of one Envoy share: Envoy's key-value store, which every plugin with the same
//! `vm_id` reads, so that each record is sealed.

use std::rc::Rc;

use proxy_wasm::hostcalls::{get_shared_data, set_shared_data};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::seal::Seal;
use crate::shared_secret::SharedSecret;

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
    /// Names and seals the values of this configuration and of the identity that these texts tell
    /// apart. Without a secret, name and key follow from what others may know, and the `vm_id`
    /// alone keeps other plugins away.
    pub fn new(configuration: &[u8], identity: [&str; 4], secret: Option<&SharedSecret>) -> Self {
        let mut hash = Sha256::new();
        let mut add = |part: &[u8]| {
            // Its length keeps the beginning of one part from passing for a piece of another.
            hash.update(part.len().to_string());
            hash.update(b":");
            hash.update(part);
        };
        add(configuration);
        identity.iter().for_each(|part| add(part.as_bytes()));
        let secret = secret.map(SharedSecret::as_bytes).unwrap_or_default();
        let (seal, owner) = Seal::derive(secret, &hash.finalize());
        let seal = Rc::new(seal);
        let value = |kind| SharedValue {
            name: format!("vault-aws-login/{owner}/{kind}"),
            seal: Rc::clone(&seal),
        };
        Self {
            lease: value("lease"),
            leader: value("leader"),
            refused: value("refused"),
            present: value("present"),
        }
    }
}

/// One value, under a name that no other configuration or identity has.
pub(crate) struct SharedValue {
    name: String,
    seal: Rc<Seal>,
}

impl SharedValue {
    /// Reads the value. Empty if there is none, or one that does not open; without a version if
    /// there never was one.
    pub fn read(&self) -> (Zeroizing<Vec<u8>>, Option<Version>) {
        let (bytes, version) = get_shared_data(&self.name).unwrap_or_default();
        let opened = bytes.and_then(|sealed| self.seal.open(&self.name, &sealed));
        (opened.unwrap_or_default(), version)
    }

    /// Writes the value; false if another VM wrote it after `version`. Without a version it always
    /// writes.
    pub fn write(&self, bytes: &[u8], version: Option<Version>) -> bool {
        let sealed = match bytes {
            // Nothing to hide, and not to be forged: a record that does not open is absent, too.
            [] => Some(Vec::new()),
            bytes => self.seal.seal(&self.name, bytes),
        };
        sealed.is_some_and(|sealed| set_shared_data(&self.name, Some(&sealed), version).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::SharedData;
    use crate::shared_secret::SharedSecret;

    #[test]
    fn values_of_two_configurations_identities_and_secrets_are_apart() {
        let name = |configuration: &[u8], identity, key| {
            let secret = SharedSecret::find(None, key).unwrap();
            let data = SharedData::new(configuration, identity, secret.as_ref());
            data.lease.name
        };
        let key = Some("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        let other_key = Some("je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY");
        let all = [
            name(b"{}", ["", "", "", ""], None),
            name(b"{ }", ["", "", "", ""], None),
            name(b"{}", ["A", "", "", ""], None),
            name(b"{}", ["A", "", "", ""], key),
            name(b"{}", ["A", "", "", ""], other_key),
            name(b"{}", ["AB", "", "", ""], None),
            name(b"{}", ["A", "B", "", ""], None),
            name(b"{}", ["", "A", "", ""], None),
            name(b"{}", ["", "", "A", ""], None),
            name(b"{}", ["", "", "", "A"], None),
            name(b"{}0:", ["", "", "", ""], None),
        ];
        for (index, one) in all.iter().enumerate() {
            assert!(all[index + 1..].iter().all(|other| other != one), "{one}");
        }
        // HKDF with the secret, and as the salt SHA-256 of `2:{}1:A0:2:/b0:`.
        assert_eq!(
            name(b"{}", ["A", "", "/b", ""], key),
            "vault-aws-login/9154b7a06be1ae4cc0cc11bf9b8492a0a0dd791c83f8ff00188935d95ea60b66/lease"
        );
    }
}
