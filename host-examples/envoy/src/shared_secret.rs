//! The secret that seals what the VMs share, and what has to be there if the `vm_id` is empty.
//!
//! Every plugin with an empty `vm_id` shares one store, and Istio's `WasmPlugin` sets none. The
//! secret then gives the records names that no other plugin can guess.

use thiserror::Error;
use zeroize::Zeroizing;

use crate::credentials::Environment;

/// Names the plugin that the environment is for.
pub(crate) const PLUGIN: &str = "VAULT_AWS_LOGIN_PLUGIN";

/// What Istio appends to the name of a WasmPlugin when it makes a TrafficExtension of it
/// (pilot/pkg/config/kube/extensions/translate.go). Kubernetes allows no `~` in a name.
const TRANSLATED: &str = "~istio-translated-wasmplugin";

/// The length of AWS's secret access keys. A shorter one is not AWS's, and may be guessable.
const AWS_KEY_CHARACTERS: usize = 40;

/// 32 bytes in hex, and in base64 without padding.
const HEX_CHARACTERS: usize = 64;
const BASE64_CHARACTERS: usize = 43;

/// Random bytes have more different characters: 64 random hex digits have 15 or 16.
const DIFFERENT_CHARACTERS: usize = 8;

/// The secret that the VMs of one configuration have in common.
pub(crate) struct SharedSecret(Zeroizing<String>);

/// Why a secret is not one, or a plugin may not run here. Never holds a value.
#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum SharedSecretError {
    /// Set the variable that the configuration names.
    #[error(
        "missing shared secret: expected the variable that shared_secret_variable names in \
         vm_config.environment_variables, found none"
    )]
    Missing,
    /// Make a random one.
    #[error(
        "weak shared secret: expected 32 random bytes or more in hex or base64, as \
         `openssl rand -hex 32` prints them, in the variable that shared_secret_variable names"
    )]
    Weak,
    /// Set a `vm_id`, or give a secret.
    #[error(
        "unsafe vm_id: found an empty one, with which every plugin that has none could read the \
         token: set vm_config.vm_id, or put 32 random bytes in hex into a variable, and name it as \
         shared_secret_variable"
    )]
    EmptyVmId,
    /// Set a `vm_id`, or name the plugin.
    #[error(
        "unsafe vm_id: found an empty one, with which another plugin could run with this one's \
         environment: set vm_config.vm_id, or set {PLUGIN} in vm_config.environment_variables to \
         this plugin's name, `{0}`"
    )]
    UnnamedPlugin(String),
    /// The environment is another plugin's: Envoys of before May 2026 leave the environment out when
    /// they decide which plugins share a VM (https://github.com/envoyproxy/envoy/issues/40881).
    #[error(
        "wrong environment: expected {PLUGIN} to be this plugin's name, `{0}`, found another: set \
         it to this name, or set vm_config.vm_id"
    )]
    OtherPlugin(String),
}

impl SharedSecret {
    /// Takes the named variable's value, or else the secret access key of the environment.
    pub fn find(
        variable: Option<&str>,
        secret_access_key: Option<&str>,
    ) -> Result<Option<Self>, SharedSecretError> {
        let Some(variable) = variable else {
            let key = secret_access_key.filter(|key| key.len() >= AWS_KEY_CHARACTERS);
            return Ok(key.map(|key| Self(Zeroizing::new(key.to_owned()))));
        };
        let value = std::env::var(variable).map(Zeroizing::new);
        let value = value.map_err(|_| SharedSecretError::Missing)?;
        if is_random(&value) {
            Ok(Some(Self(value)))
        } else {
            Err(SharedSecretError::Weak)
        }
    }

    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Returns a plugin's name as its author wrote it.
pub(crate) fn own_name(plugin: &str) -> &str {
    plugin.strip_suffix(TRANSLATED).unwrap_or(plugin)
}

/// Refuses what an empty `vm_id` would make unsafe, and another plugin's environment.
pub(crate) fn check_vm(
    vm_id: &[u8],
    plugin: &str,
    secret: Option<&SharedSecret>,
    environment: &Environment,
) -> Result<(), SharedSecretError> {
    if vm_id.is_empty() && secret.is_none() {
        return Err(SharedSecretError::EmptyVmId);
    }
    let plugin = own_name(plugin);
    let own = || plugin.escape_debug().to_string();
    match environment.plugin() {
        Some(named) if named == plugin => Ok(()),
        Some(_) => Err(SharedSecretError::OtherPlugin(own())),
        None if vm_id.is_empty() => Err(SharedSecretError::UnnamedPlugin(own())),
        None => Ok(()),
    }
}

/// Whether a text may be 32 random bytes or more in hex or base64.
fn is_random(text: &str) -> bool {
    let text = text.trim_end_matches('=').as_bytes();
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    let least = match text.iter().all(u8::is_ascii_hexdigit) {
        true => HEX_CHARACTERS,
        false => BASE64_CHARACTERS,
    };
    let mut different = text.to_vec();
    different.sort_unstable();
    different.dedup();
    text.len() >= least && text.iter().all(is_base64) && different.len() >= DIFFERENT_CHARACTERS
}

#[cfg(test)]
mod tests {
    use super::{SharedSecret, SharedSecretError, check_vm, is_random, own_name};
    use crate::credentials::Environment;

    /// AWS's published example key.
    const KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    const HEX: &str = "3b1fd0a7c5e94826b7a0f3d2916c8e540bd7e1f6a29c4835d0e7b1a6f3c28459";

    fn key(text: &str) -> Option<SharedSecret> {
        SharedSecret::find(None, Some(text)).unwrap()
    }

    fn checked(vm_id: &str, named: &str, secret: Option<SharedSecret>) -> String {
        let environment = Environment::from_pairs(&[("VAULT_AWS_LOGIN_PLUGIN", named)]);
        let checked = check_vm(vm_id.as_bytes(), "ns.own", secret.as_ref(), &environment);
        checked.map_or_else(|error| error.to_string(), |()| String::new())
    }

    #[test]
    fn secret_access_key_of_aws_length_is_the_secret_and_a_shorter_one_is_not() {
        assert!(key(KEY).is_some_and(|secret| secret.as_bytes() == KEY.as_bytes()));
        assert!(key("short").is_none());
        assert!(SharedSecret::find(None, None).unwrap().is_none());
    }

    #[test]
    fn named_variable_has_to_be_there() {
        let found = SharedSecret::find(Some("VAULT_AWS_LOGIN_NO_SUCH_VARIABLE"), Some(KEY));
        assert_eq!(found.err(), Some(SharedSecretError::Missing));
    }

    #[test]
    fn thirty_two_random_bytes_in_hex_or_base64_are_a_secret_and_less_is_not() {
        for text in [
            HEX,
            "Ox/Qp8XpSCa3oPPSkWyOVAvX4faimEg10OexpvPChFk=",
            "Ox_Qp8XpSCa3oPPSkWyOVAvX4faimEg10OexpvPChFk",
        ] {
            assert!(is_random(text), "{text}");
        }
        for text in [
            "",
            "correct horse battery staple correct horse battery staple",
            &HEX[..63],
            &"0".repeat(64),
            &"change".repeat(20),
            "Ox/Qp8XpSCa3oPPSkWyOVAvX4faimEg10OexpvPCh=",
        ] {
            assert!(!is_random(text), "{text}");
        }
    }

    #[test]
    fn empty_vm_id_needs_a_secret_and_the_plugins_own_name() {
        assert_eq!(checked("", "ns.own", key(KEY)), "");
        assert_eq!(
            checked("", "ns.own", None),
            "unsafe vm_id: found an empty one, with which every plugin that has none could read \
             the token: set vm_config.vm_id, or put 32 random bytes in hex into a variable, and \
             name it as shared_secret_variable"
        );
        assert_eq!(
            checked("", "", key(KEY)),
            "unsafe vm_id: found an empty one, with which another plugin could run with this \
             one's environment: set vm_config.vm_id, or set VAULT_AWS_LOGIN_PLUGIN in \
             vm_config.environment_variables to this plugin's name, `ns.own`"
        );
        let other = "wrong environment: expected VAULT_AWS_LOGIN_PLUGIN to be this plugin's name, \
                     `ns.own`, found another: set it to this name, or set vm_config.vm_id";
        assert_eq!(checked("", "ns.first", key(KEY)), other);
        assert_eq!(checked("own", "ns.first", None), other);
        assert_eq!(checked("own", "ns.own", None), "");
        assert_eq!(checked("own", "", None), "");
        // As Istio passes a WasmPlugin on.
        assert_eq!(own_name("ns.own~istio-translated-wasmplugin"), "ns.own");
    }
}
