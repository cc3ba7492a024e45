//! Seals what the VMs of one configuration share, so that no other plugin can read, forge or name it.

use chacha20poly1305::aead::{Aead, Generate, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;
use vault_aws_login_wiping::{Depth, with_clean_stack};
use zeroize::Zeroizing;

/// A new meaning of the records gets a new number, and with it other names and another key.
const NAME: &[u8] = b"vault-aws-login/shared/1/name";
const KEY: &[u8] = b"vault-aws-login/shared/1/key";

/// The bytes of a key, and of the unguessable part of a name.
const LENGTH: usize = 32;

/// The key of one configuration's records.
///
/// XChaCha20-Poly1305, because its nonces of 24 bytes can be drawn at random for as long as a key
/// lives: every VM seals under the same key, so that none of them could count them.
pub(crate) struct Seal(Zeroizing<[u8; LENGTH]>);

impl Seal {
    /// Derives the key, and the part that the records' names begin with, by HKDF-SHA256.
    pub fn derive(secret: &[u8], salt: &[u8]) -> (Self, String) {
        with_clean_stack(Depth::Signing, || {
            let hkdf = Hkdf::<Sha256>::new(Some(salt), secret);
            let name = expand(&hkdf, NAME);
            (Self(expand(&hkdf, KEY)), hex::encode(*name))
        })
    }

    /// Seals a record under its name; `None` if the host gives no randomness.
    pub fn seal(&self, name: &str, record: &[u8]) -> Option<Vec<u8>> {
        with_clean_stack(Depth::Signing, || {
            let nonce = XNonce::try_generate().ok()?;
            let payload = Payload {
                msg: record,
                aad: name.as_bytes(),
            };
            let sealed = self.cipher().encrypt(&nonce, payload).ok()?;
            Some([nonce.as_slice(), &sealed].concat())
        })
    }

    /// Opens a record; `None` if it was not sealed with this key and under this name.
    pub fn open(&self, name: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        with_clean_stack(Depth::Signing, || {
            let (nonce, sealed) = sealed.split_at_checked(size_of::<XNonce>())?;
            let payload = Payload {
                msg: sealed,
                aad: name.as_bytes(),
            };
            let nonce = XNonce::try_from(nonce).ok()?;
            self.cipher()
                .decrypt(&nonce, payload)
                .ok()
                .map(Zeroizing::new)
        })
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(*self.0))
    }
}

fn expand(hkdf: &Hkdf<Sha256>, purpose: &[u8]) -> Zeroizing<[u8; LENGTH]> {
    let mut bytes = Zeroizing::new([0; LENGTH]);
    #[expect(
        clippy::expect_used,
        reason = "HKDF-SHA256 expands to 8160 bytes at most, and these are 32"
    )]
    hkdf.expand(purpose, &mut *bytes)
        .expect("32 bytes are not too many");
    bytes
}

#[cfg(test)]
mod tests {
    use super::Seal;

    fn derived(secret: &[u8], salt: &[u8]) -> (Seal, String) {
        Seal::derive(secret, salt)
    }

    #[test]
    fn record_opens_with_the_same_secret_salt_and_name_and_with_no_other() {
        let (seal, name) = derived(b"secret", b"salt");
        let sealed = seal.seal("lease", b"record").unwrap();
        assert_eq!(**seal.open("lease", &sealed).unwrap(), *b"record");
        assert!(seal.open("leader", &sealed).is_none());
        for (secret, salt) in [("Secret", "salt"), ("secret", "Salt"), ("", "salt")] {
            let (other, other_name) = derived(secret.as_bytes(), salt.as_bytes());
            assert!(other.open("lease", &sealed).is_none(), "{secret} {salt}");
            assert_ne!(other_name, name);
        }
        let (again, same_name) = derived(b"secret", b"salt");
        assert_eq!(same_name, name);
        assert!(again.open("lease", &sealed).is_some());
    }

    #[test]
    fn changed_or_shortened_record_does_not_open() {
        let (seal, _) = derived(b"secret", b"salt");
        let sealed = seal.seal("lease", b"record").unwrap();
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert!(seal.open("lease", &changed).is_none(), "{index}");
            assert!(seal.open("lease", &sealed[..index]).is_none(), "{index}");
        }
    }

    #[test]
    fn nonce_is_another_one_each_time() {
        let (seal, _) = derived(b"secret", b"salt");
        let mut nonces: Vec<_> = (0..1000)
            .map(|_| seal.seal("lease", b"record").unwrap()[..24].to_vec())
            .collect();
        nonces.sort();
        nonces.dedup();
        assert_eq!(nonces.len(), 1000);
    }

    #[test]
    fn name_is_hkdfs() {
        // By Python's `cryptography`: HKDF(SHA256(), 32, b"salt", b"vault-aws-login/shared/1/name").
        let expected = "61a8a551d71019c41196c154acbd60e7335005d238e71ea1e3035f7970261c9d";
        assert_eq!(derived(b"secret", b"salt").1, expected);
    }
}
