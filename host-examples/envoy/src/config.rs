//! The filter's configuration: JSON in Envoy's `configuration`.

use serde::Deserialize;
use thiserror::Error;
use vault_aws_login::session::{ConfigError, CredentialSource, SessionConfig, SessionSettings};
use vault_aws_login::{LoginOptions, SignError, StsEndpoint, StsUrl};

/// The filter's configuration. An unknown key is refused: it may be a misspelt one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilterConfig {
    /// The name of the Envoy cluster that leads to Vault.
    pub vault_cluster: String,
    /// The `Host` of requests to Vault; the cluster's name if left out.
    pub vault_authority: Option<String>,
    /// The path of Vault's AWS auth method.
    #[serde(default = "default_mount")]
    pub mount: String,
    /// The Vault role.
    pub role: Option<String>,
    /// Vault's namespace.
    pub namespace: Option<String>,
    /// The server's `iam_server_id_header_value`.
    pub server_id: Option<String>,
    /// The region of the STS endpoint that Vault calls.
    pub region: Option<String>,
    /// The STS endpoint that Vault calls: a URL.
    pub sts_endpoint: Option<String>,
    /// The names of the clusters whose requests get the token.
    pub upstream_clusters: Vec<String>,
}

/// Why a configuration was refused. Holds no secret: there is none in a configuration.
#[derive(Debug, Error)]
pub enum FilterConfigError {
    /// Not JSON, an unknown or a missing key, or a value of another type.
    #[error("invalid configuration: {0}")]
    Json(#[from] serde_json::Error),
    /// A name is empty, or the list of them.
    #[error("invalid configuration: expected a value for {0}, found none")]
    Empty(&'static str),
    /// The signer refuses an option.
    #[error("invalid configuration: {0}")]
    Login(#[from] SignError),
    /// The session refuses a setting.
    #[error("invalid configuration: {0}")]
    Session(#[from] ConfigError),
}

impl FilterConfig {
    /// Reads the configuration that Envoy hands over.
    ///
    /// # Errors
    /// [`FilterConfigError::Json`], [`FilterConfigError::Empty`].
    pub fn read(json: &[u8]) -> Result<Self, FilterConfigError> {
        let config: Self = serde_json::from_slice(json)?;
        if config.vault_cluster.is_empty() {
            return Err(FilterConfigError::Empty("vault_cluster"));
        }
        if config.upstream_clusters.is_empty() {
            return Err(FilterConfigError::Empty("upstream_clusters"));
        }
        Ok(config)
    }

    /// Returns the `Host` of requests to Vault.
    pub fn authority(&self) -> &str {
        self.vault_authority
            .as_deref()
            .unwrap_or(&self.vault_cluster)
    }

    /// Makes the session's configuration.
    ///
    /// # Errors
    /// [`FilterConfigError::Login`], [`FilterConfigError::Session`].
    pub fn session(&self) -> Result<SessionConfig, FilterConfigError> {
        let endpoint = match &self.sts_endpoint {
            Some(url) => Some(StsEndpoint::Url(StsUrl::new(url)?)),
            None => None,
        };
        let login = LoginOptions::new(
            self.region.clone(),
            self.server_id.clone(),
            self.role.clone(),
            endpoint,
        )?;
        let settings = SessionSettings {
            namespace: self.namespace.clone(),
            ..SessionSettings::default()
        };
        let source = CredentialSource::Pushed;
        Ok(SessionConfig::new(
            self.mount.clone(),
            login,
            source,
            settings,
        )?)
    }
}

fn default_mount() -> String {
    "aws".into()
}

#[cfg(test)]
mod tests {
    use super::FilterConfig;

    fn refusal(json: &str) -> String {
        let config = FilterConfig::read(json.as_bytes());
        match config.and_then(|config| config.session()) {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn smallest_configuration_has_vaults_defaults() {
        let config = FilterConfig::read(br#"{"vault_cluster":"vault","upstream_clusters":["a"]}"#);
        let config = config.unwrap();
        assert_eq!(
            (config.mount.as_str(), config.authority()),
            ("aws", "vault")
        );
        assert!(config.session().is_ok());
    }

    #[test]
    fn bad_configurations_are_refused_with_what_is_wrong() {
        let table = [
            (
                "",
                "invalid configuration: EOF while parsing a value at line 1 column 0",
            ),
            (
                "{}",
                "invalid configuration: missing field `vault_cluster` at line 1 column 2",
            ),
            (
                r#"{"vault_cluster":"","upstream_clusters":["a"]}"#,
                "invalid configuration: expected a value for vault_cluster, found none",
            ),
            (
                r#"{"vault_cluster":"v","upstream_clusters":[]}"#,
                "invalid configuration: expected a value for upstream_clusters, found none",
            ),
            (
                r#"{"vault_cluster":"v","upstream_clusters":["a"],"role":"a b"}"#,
                "invalid configuration: invalid role: expected printable ASCII without blanks, found `a b`",
            ),
            (
                r#"{"vault_cluster":"v","upstream_clusters":["a"],"sts_endpoint":"sts"}"#,
                "invalid configuration: invalid STS endpoint: expected a URL such as https://sts.eu-west-1.amazonaws.com, found `sts`",
            ),
        ];
        for (json, message) in table {
            assert_eq!(refusal(json), message, "{json}");
        }
        let misspelt = r#"{"vault_cluster":"v","upstream_clusters":["a"],"rôle":"dev"}"#;
        assert!(refusal(misspelt).starts_with("invalid configuration: unknown field `rôle`"));
    }
}
