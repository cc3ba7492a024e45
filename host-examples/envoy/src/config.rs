//! The filter's configuration: JSON in Envoy's `configuration`.

use serde::Deserialize;
use thiserror::Error;
use vault_aws_login::session::{CredentialSource, SessionConfig, SessionSettings};
use vault_aws_login::{InputError, LoginOptions, echo_message};

use crate::assume_role::{AssumeRoleConfig, sts_endpoint};
use crate::credentials::{CredentialsError, CredentialsFrom, Environment, source};
use crate::guarded_path::{PathVerdict, judge};
use crate::path_prefix::PathPrefix;

/// The filter's configuration. An unknown key is refused: it may be a misspelt one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FilterConfig {
    /// The name of the Envoy cluster that leads to Vault.
    pub vault_cluster: String,
    /// The `Host` of requests to Vault; the cluster's name if left out.
    vault_authority: Option<String>,
    /// The path of Vault's AWS auth method.
    #[serde(default = "default_mount")]
    mount: String,
    /// The Vault role.
    role: Option<String>,
    /// Vault's namespace.
    pub namespace: Option<String>,
    /// The server's `iam_server_id_header_value`.
    server_id: Option<String>,
    /// The region of the STS endpoint that Vault calls.
    region: Option<String>,
    /// The STS endpoint that Vault calls: `regional`, `fips`, `dual-stack`, `fips-dual-stack` or a URL.
    sts_endpoint: Option<String>,
    /// The names of the clusters whose requests get the token.
    pub upstream_clusters: Vec<String>,
    /// Where the AWS credentials come from.
    #[serde(default)]
    pub credentials: CredentialsFrom,
    /// The role that is assumed with them.
    pub assume_role: Option<AssumeRoleConfig>,
    /// The variable of the VM's environment whose value seals what the VMs share; the secret access
    /// key, if that is in the environment, does if left out.
    pub shared_secret_variable: Option<String>,
    /// Whether requests may reach the paths that return, end or share the token.
    #[serde(default)]
    pub allow_token_paths: bool,
    /// The only paths that get the token; all that are not guarded if left out.
    pub allowed_path_prefixes: Option<Vec<PathPrefix>>,
    /// How many requests wait for the first token, on each worker.
    #[serde(default = "default_most_waiting")]
    pub max_waiting_requests: usize,
    /// How long a request waits for the first token.
    #[serde(default = "default_wait")]
    pub max_wait_milliseconds: u64,
    request_timeout_milliseconds: Option<u32>,
    back_off_cap_milliseconds: Option<u32>,
    start_spread_milliseconds: Option<u32>,
    clock_correction_limit_seconds: Option<u32>,
}

/// Why a configuration was refused. Holds no secret, not even one that stands in the wrong place.
#[derive(Debug, Error)]
pub(crate) enum FilterConfigError {
    /// Not JSON, an unknown or a missing key, or a value of another type.
    #[error("invalid configuration: {}", echo_message(&.0.to_string()))]
    Json(#[from] serde_json::Error),
    /// A name is empty, or the list of them.
    #[error("invalid configuration: expected a value for {0}, found none")]
    Empty(&'static str),
    /// Every request under it would be refused: leave it out, or open the guarded paths.
    #[error(
        "invalid configuration: invalid allowed_path_prefixes: expected allow_token_paths to be \
         true, or paths that are not guarded, found `{0}`"
    )]
    GuardedPrefix(String),
    /// The signer or the session refuses an option.
    #[error("invalid configuration: {0}")]
    Input(#[from] InputError),
    /// The credentials cannot be had.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
}

impl FilterConfig {
    /// Reads the configuration that Envoy hands over.
    pub fn read(json: &[u8]) -> Result<Self, FilterConfigError> {
        let config: Self = serde_json::from_slice(json)?;
        let credentials_cluster = config.credentials.cluster();
        let prefixes = config.allowed_path_prefixes.as_deref();
        for (is_empty, key) in [
            (config.vault_cluster.is_empty(), "vault_cluster"),
            (config.upstream_clusters.is_empty(), "upstream_clusters"),
            (
                config.upstream_clusters.iter().any(String::is_empty),
                "each of upstream_clusters",
            ),
            (credentials_cluster == Some(""), "credentials.cluster"),
            (config.sts_cluster() == Some(""), "assume_role.cluster"),
            (config.vault_authority() == "", "vault_authority"),
            (
                prefixes.is_some_and(<[_]>::is_empty),
                "allowed_path_prefixes",
            ),
        ] {
            if is_empty {
                return Err(FilterConfigError::Empty(key));
            }
        }
        let mut prefixes = prefixes.unwrap_or_default().iter().map(PathPrefix::as_str);
        let guarded =
            prefixes.find(|prefix| judge(prefix.as_bytes(), b"") != PathVerdict::Ordinary);
        match guarded {
            Some(prefix) if !config.allow_token_paths => {
                Err(FilterConfigError::GuardedPrefix(prefix.to_owned()))
            }
            _ => Ok(config),
        }
    }

    /// Returns the cluster that leads to STS.
    pub fn sts_cluster(&self) -> Option<&str> {
        self.assume_role.as_ref().map(|role| role.cluster.as_str())
    }

    /// Returns the `Host` of requests to Vault.
    pub fn vault_authority(&self) -> &str {
        let authority = self.vault_authority.as_deref();
        authority.unwrap_or(&self.vault_cluster)
    }

    /// Makes the session's configuration; the environment may say where the credentials are.
    pub fn session(&self, environment: &Environment) -> Result<SessionConfig, FilterConfigError> {
        let login = LoginOptions::new(
            self.region.clone(),
            self.server_id.clone(),
            self.role.clone(),
            sts_endpoint(self.sts_endpoint.as_deref())?,
        )?;
        let source: CredentialSource = source(&self.credentials, environment)?;
        let assume_role = self.assume_role.as_ref().map(AssumeRoleConfig::checked);
        let settings = SessionSettings {
            namespace: self.namespace.clone(),
            assume_role: assume_role.transpose()?,
            request_timeout_milliseconds: self.request_timeout_milliseconds,
            back_off_cap_milliseconds: self.back_off_cap_milliseconds,
            start_spread_milliseconds: self.start_spread_milliseconds,
            clock_correction_limit_seconds: self.clock_correction_limit_seconds,
        };
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

const fn default_most_waiting() -> usize {
    256
}

const fn default_wait() -> u64 {
    5_000
}

#[cfg(test)]
mod tests {
    use super::FilterConfig;
    use crate::credentials::{CredentialsFrom, Environment};

    /// AWS's published example key.
    fn environment() -> Environment {
        Environment::from_pairs(&[
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            (
                "AWS_SECRET_ACCESS_KEY",
                "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            ),
        ])
    }

    fn refusal(json: &str) -> String {
        let config = FilterConfig::read(json.as_bytes());
        match config.and_then(|config| config.session(&environment())) {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn smallest_configuration_has_vaults_defaults() {
        let config = FilterConfig::read(br#"{"vault_cluster":"vault","upstream_clusters":["a"]}"#);
        let config = config.unwrap();
        assert_eq!(config.mount, "aws");
        assert_eq!(config.vault_authority(), "vault");
        assert!(matches!(
            config.credentials,
            CredentialsFrom::Environment {}
        ));
        assert!(!config.allow_token_paths);
        assert!(config.session(&environment()).is_ok());
    }

    #[test]
    fn every_key_is_taken() {
        let json = r#"{
            "vault_cluster": "vault", "vault_authority": "vault.example.com", "mount": "team/aws",
            "role": "dev", "namespace": "team", "server_id": "vault.example.com",
            "region": "eu-west-1", "sts_endpoint": "fips-dual-stack", "upstream_clusters": ["a", "b"],
            "credentials": {"from": "container-endpoint", "cluster": "ecs", "uri": "/v2/credentials/1"},
            "shared_secret_variable": "SHARED_SECRET",
            "assume_role": {
                "role_arn": "arn:aws:iam::123456789012:role/dev", "cluster": "sts",
                "role_session_name": "edge-1", "external_id": "partner:7f3c",
                "duration_seconds": 900, "region": "eu-west-1", "sts_endpoint": "regional"
            },
            "allow_token_paths": true, "max_waiting_requests": 1, "max_wait_milliseconds": 1,
            "request_timeout_milliseconds": 100, "back_off_cap_milliseconds": 1000,
            "start_spread_milliseconds": 0, "clock_correction_limit_seconds": 900,
            "allowed_path_prefixes": ["/v1/secret/", "/v1/cubbyhole/"]
        }"#;
        assert_eq!(refusal(json), "");
    }

    #[test]
    fn bad_configurations_are_refused_with_what_is_wrong() {
        let with =
            |rest: &str| format!(r#"{{"vault_cluster":"v","upstream_clusters":["a"],{rest}}}"#);
        let table = [
            (
                String::new(),
                "invalid configuration: EOF while parsing a value at line 1 column 0",
            ),
            (
                "{}".into(),
                "invalid configuration: missing field `vault_cluster` at line 1 column 2",
            ),
            (
                r#"{"vault_cluster":"","upstream_clusters":["a"]}"#.into(),
                "invalid configuration: expected a value for vault_cluster, found none",
            ),
            (
                r#"{"vault_cluster":"v","upstream_clusters":[]}"#.into(),
                "invalid configuration: expected a value for upstream_clusters, found none",
            ),
            (
                r#"{"vault_cluster":"v","upstream_clusters":["a",""]}"#.into(),
                "invalid configuration: expected a value for each of upstream_clusters, found none",
            ),
            (
                with(r#""vault_authority":"""#),
                "invalid configuration: expected a value for vault_authority, found none",
            ),
            (
                with(r#""credentials":{"from":"instance-metadata","cluster":""}"#),
                "invalid configuration: expected a value for credentials.cluster, found none",
            ),
            (
                with(r#""assume_role":{"role_arn":"arn:aws:iam::1:role/dev","cluster":""}"#),
                "invalid configuration: expected a value for assume_role.cluster, found none",
            ),
            (
                with(
                    r#""assume_role":{"role_arn":"arn:aws:iam::1:role/dev","cluster":"sts","external_id":"not shown"}"#,
                ),
                "invalid configuration: invalid external ID: expected letters, digits and '_+=,.@:/-', found a space at position 4",
            ),
            (
                with(r#""assume_role":{"role_arn":"dev","cluster":"sts"}"#),
                "invalid configuration: invalid role ARN: expected an ARN such as arn:aws:iam::123456789012:role/dev, found `dev`",
            ),
            (
                with(r#""allowed_path_prefixes":[]"#),
                "invalid configuration: expected a value for allowed_path_prefixes, found none",
            ),
            (
                with(r#""allowed_path_prefixes":["/v1/secret/","/v1/a/cubbyhole/"]"#),
                "invalid configuration: invalid allowed_path_prefixes: expected allow_token_paths to be true, or paths that are not guarded, found `/v1/a/cubbyhole`",
            ),
            (
                with(r#""clock_correction_limit_seconds":3601"#),
                "invalid configuration: invalid clock correction limit in seconds: expected 0 to 3600, found 3601",
            ),
            (
                with(r#""role":"a b""#),
                "invalid configuration: invalid role: expected printable ASCII without spaces, found `a b`",
            ),
            (
                with(r#""sts_endpoint":"sts""#),
                "invalid configuration: invalid STS endpoint: expected a URL such as https://sts.eu-west-1.amazonaws.com, found `sts`",
            ),
            (
                with(r#""credentials":{"from":"container-endpoint","cluster":"ecs"}"#),
                "missing credential endpoint: expected credentials.uri, or AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or AWS_CONTAINER_CREDENTIALS_FULL_URI in vm_config.environment_variables, found none",
            ),
        ];
        for (json, message) in table {
            assert_eq!(refusal(&json), message, "{json}");
        }
    }

    #[test]
    fn unknown_keys_and_unclear_prefixes_are_refused_by_name() {
        let table = [
            (r#""rôle":"dev""#, "unknown field `rôle`"),
            // A secret in the wrong place.
            (
                r#""wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY":"dev""#,
                "unknown field `…`",
            ),
            (
                r#""credentials":{"from":"environment","cluster":"x"}"#,
                "unknown field `cluster`",
            ),
            (r#""credentials":{"from":"file"}"#, "unknown variant `file`"),
            (
                r#""allowed_path_prefixes":["/v1/a/../b"]"#,
                "invalid allowed_path_prefixes: expected paths that begin with /v1/, ",
            ),
        ];
        for (rest, text) in table {
            let json = format!(r#"{{"vault_cluster":"v","upstream_clusters":["a"],{rest}}}"#);
            let message = refusal(&json);
            assert!(
                message.starts_with(&format!("invalid configuration: {text}")),
                "{message}"
            );
        }
    }
}
