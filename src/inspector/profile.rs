//! What a caller knows about the server. Unknown facts give `Depends`, never a guess.

use serde::Deserialize;

use crate::sts_url::StsUrl;
use crate::vocabulary::vocabulary;

/// The server, as far as it is known: `server-profile` of `wit/inspector.wit`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ServerProfile {
    /// Whether the server wants a server ID.
    pub server_id: Option<ServerIdRequirement>,
    /// Which STS endpoint the server calls.
    pub sts_endpoint: Option<CalledEndpoint>,
    /// `allowed_sts_header_values` of the server, beyond its default list.
    pub allowed_headers: Option<Vec<String>>,
    /// Whether `config/client` of the mount was ever written.
    pub mount_config: Option<MountConfig>,
    /// The server's core, which reads the JSON.
    pub core: Option<Software>,
    /// The AWS auth method; the one that comes with the core if not given.
    pub auth_plugin: Option<Software>,
    /// The ARN that `GetCallerIdentity` answers for the credentials that signed.
    pub caller_arn: Option<String>,
    /// The role that the login asks for.
    pub role: Option<RoleProfile>,
}

/// What the server's `iam_server_id_header_value` holds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServerIdRequirement {
    /// Nothing: the server compares nothing.
    NotRequired,
    /// This value.
    Required(String),
}

/// Which STS endpoint the server calls.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CalledEndpoint {
    /// `https://sts.amazonaws.com`, the default.
    Global,
    /// The `sts_endpoint` of the server's configuration.
    Url(String),
    /// An endpoint of this region, under whatever name.
    Region(String),
    /// That of the region in the login: `use_sts_region_from_client`.
    ClientRegion,
}

vocabulary! {
    /// Whether `config/client` of the mount was ever written.
    pub enum MountConfig {
        /// Never: no server ID, no list of headers, the global endpoint.
        NeverWritten = "never-written",
        /// At least once, with whatever values.
        Written = "written",
    }
}

/// A server program or an auth method and its version.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Software {
    /// Whose program it is.
    pub flavour: Flavour,
    /// Such as `1.18.5`, `v1.20.3` or `1.19.9+ent`; unknown if absent or of another shape.
    pub version: Option<String>,
}

vocabulary! {
    /// Whose program it is.
    pub enum Flavour {
        /// HashiCorp Vault.
        Vault = "vault",
        /// OpenBao.
        OpenBao = "openbao",
    }
}

/// What is known of the role that the login asks for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoleProfile {
    /// The mount has no such role.
    Missing,
    /// The role is of type `ec2`.
    Ec2,
    /// The role is of type `iam`.
    Iam(RoleBindings),
}

/// The bindings of an `iam` role.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RoleBindings {
    /// `bound_iam_principal_arn`.
    pub principal_arns: Vec<String>,
    /// `resolve_aws_unique_ids`.
    pub unique_ids: UniqueIds,
    /// `inferred_entity_type`.
    pub inferred_entity: InferredEntity,
}

vocabulary! {
    /// Whether the role compares unique IDs or ARNs.
    pub enum UniqueIds {
        /// `resolve_aws_unique_ids=true`, the default.
        Resolved = "resolved",
        /// `resolve_aws_unique_ids=false`.
        NotResolved = "not-resolved",
    }
}

vocabulary! {
    /// What the role infers from the caller.
    pub enum InferredEntity {
        /// Nothing.
        Nothing = "nothing",
        /// `ec2_instance`: the session name has to be an instance ID.
        Ec2Instance = "ec2-instance",
    }
}

/// Whether the checks that need the mount's configuration are made (`docs/login-contract.md#s2-4`).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Gate {
    Skipped,
    Made,
    Unknown,
}

impl ServerProfile {
    /// Returns whether something is known that only a written `config/client` holds.
    pub fn is_configured(&self) -> bool {
        matches!(self.server_id, Some(ServerIdRequirement::Required(_)))
            || matches!(
                self.sts_endpoint,
                Some(CalledEndpoint::Url(_) | CalledEndpoint::ClientRegion)
            )
            || self
                .allowed_headers
                .as_ref()
                .is_some_and(|names| !names.is_empty())
    }

    /// Returns whether the server checks IDs, headers and regions.
    pub(super) fn gate(&self) -> Gate {
        match self.mount_config {
            Some(MountConfig::NeverWritten) => Gate::Skipped,
            Some(MountConfig::Written) => Gate::Made,
            None if self.is_configured() => Gate::Made,
            None => Gate::Unknown,
        }
    }

    /// Returns the endpoint that the server calls.
    pub(super) fn called_endpoint(&self) -> Option<&CalledEndpoint> {
        match self.gate() {
            Gate::Skipped => Some(&CalledEndpoint::Global),
            _ => self.sts_endpoint.as_ref(),
        }
    }

    /// Returns whether the AWS auth method panics without a configuration; `None` if not known.
    pub(super) fn panics_without_config(&self) -> Option<bool> {
        let plugin = self.plugin()?;
        let version = plugin.version.as_deref();
        match plugin.flavour {
            Flavour::Vault => {
                Some(plugin.is_vault_since([1, 15, 0])? && !plugin.is_vault_since([1, 15, 1])?)
            }
            // The core's version says nothing of a plugin that comes by itself.
            Flavour::OpenBao if self.auth_plugin.is_none() || version.is_none() => Some(true),
            Flavour::OpenBao => match version.and_then(numbers)? {
                [0, 0, ..=1] => Some(true),
                _ => None,
            },
        }
    }

    /// Returns whether the server may call a host, given in lower case without a default port.
    pub(super) fn calls_host(&self, host: &str) -> bool {
        match self.called_endpoint() {
            Some(CalledEndpoint::Url(url)) => {
                StsUrl::new(url).is_ok_and(|url| url.host().eq_ignore_ascii_case(host))
            }
            // Under whatever name.
            Some(CalledEndpoint::Region(_)) => true,
            _ => false,
        }
    }

    /// Returns the AWS auth method: a core comes with its own.
    pub(super) fn plugin(&self) -> Option<&Software> {
        self.auth_plugin.as_ref().or(self.core.as_ref())
    }
}

impl Software {
    /// Returns whether this is Vault of at least a version; `None` if that is not known.
    pub(super) fn is_vault_since(&self, since: [u16; 3]) -> Option<bool> {
        match self.flavour {
            Flavour::OpenBao => Some(false),
            Flavour::Vault => numbers(self.version.as_deref()?).map(|numbers| numbers >= since),
        }
    }

    /// Returns whether this is known to be Vault before a version.
    pub(super) fn is_older_vault(&self, than: [u16; 3]) -> bool {
        self.flavour == Flavour::Vault && self.is_vault_since(than) == Some(false)
    }
}

/// Returns whether a text is a version, such as `1.18.5`, `v1.20.3` or `1.19.9+ent`.
pub fn is_version(text: &str) -> bool {
    numbers(text).is_some()
}

fn numbers(version: &str) -> Option<[u16; 3]> {
    let version = version.strip_prefix('v').unwrap_or(version);
    let end = version.find(['+', '-']).unwrap_or(version.len());
    let mut numbers = [0; 3];
    let mut parts = version.get(..end)?.split('.');
    for number in &mut numbers {
        match parts.next() {
            Some(part) => *number = part.parse().ok()?,
            None => break,
        }
    }
    parts.next().is_none().then_some(numbers)
}
