//! AWS credentials, or the way to them, from the VM's environment.

use std::collections::BTreeMap;

use serde::Deserialize;
use thiserror::Error;
use vault_aws_login::session::{ContainerAuthorization, ContainerEndpoint, CredentialSource};
use vault_aws_login::{Credentials, InputError};
use zeroize::Zeroizing;

use crate::shared_secret::PLUGIN;

const ACCESS_KEY_ID: &str = "AWS_ACCESS_KEY_ID";
const SECRET_ACCESS_KEY: &str = "AWS_SECRET_ACCESS_KEY";
const SESSION_TOKEN: &str = "AWS_SESSION_TOKEN";
const RELATIVE_URI: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL_URI: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const AUTHORIZATION_TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
const AUTHORIZATION_TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
const WEB_IDENTITY_TOKEN_FILE: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";

const NAMES: [&str; 9] = [
    ACCESS_KEY_ID,
    SECRET_ACCESS_KEY,
    SESSION_TOKEN,
    RELATIVE_URI,
    FULL_URI,
    AUTHORIZATION_TOKEN,
    AUTHORIZATION_TOKEN_FILE,
    WEB_IDENTITY_TOKEN_FILE,
    PLUGIN,
];

/// Where the AWS credentials come from.
#[derive(Debug, Deserialize)]
#[serde(tag = "from", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum CredentialsFrom {
    /// The VM's `environment_variables`.
    Environment {},
    /// The container endpoint of ECS, or one beside the proxy, behind a cluster.
    ContainerEndpoint {
        cluster: String,
        /// `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `…_FULL_URI` if left out.
        uri: Option<String>,
    },
    /// EC2's instance metadata behind a cluster.
    InstanceMetadata { cluster: String },
}

impl Default for CredentialsFrom {
    fn default() -> Self {
        Self::Environment {}
    }
}

impl CredentialsFrom {
    /// Returns the cluster that leads to the credentials.
    pub fn cluster(&self) -> Option<&str> {
        match self {
            Self::Environment {} => None,
            Self::ContainerEndpoint { cluster, .. } | Self::InstanceMetadata { cluster } => {
                Some(cluster)
            }
        }
    }
}

/// Why there are no credentials, and what to do. Never holds a secret.
#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum CredentialsError {
    /// Neither variable is there: name them under `host_env_keys`, or choose another source.
    #[error(
        "missing credentials: expected {ACCESS_KEY_ID} and {SECRET_ACCESS_KEY} in \
         vm_config.environment_variables, found no {0}"
    )]
    Missing(&'static str),
    /// A file, which no filter can read.
    #[error(
        "unreadable credentials: expected a source without files, found {0}: a filter cannot read \
         files, so let a credential endpoint beside the proxy read it, and name that endpoint's \
         cluster as credentials.from container-endpoint"
    )]
    File(&'static str),
    /// No path of the endpoint: give `credentials.uri`.
    #[error(
        "missing credential endpoint: expected credentials.uri, or {RELATIVE_URI} or {FULL_URI} in \
         vm_config.environment_variables, found none"
    )]
    NoEndpoint,
    /// The endpoint's URI is refused.
    #[error("invalid credential endpoint: {0}")]
    Endpoint(InputError),
    /// The credentials are refused.
    #[error(transparent)]
    Credentials(InputError),
}

/// Those variables of the VM's environment that say something about credentials, or whose they are.
pub(crate) struct Environment(BTreeMap<&'static str, Zeroizing<String>>);

impl Environment {
    /// Reads the variables that Envoy's `environment_variables` gives the VM.
    pub fn of_vm() -> Self {
        Self::from(|name| std::env::var(name).ok())
    }

    #[cfg(test)]
    pub fn from_pairs(pairs: &[(&str, &str)]) -> Self {
        Self::from(|wanted| {
            let mut found = pairs.iter().filter(|(name, _)| *name == wanted);
            found.next().map(|(_, value)| (*value).to_owned())
        })
    }

    fn from(read: impl Fn(&str) -> Option<String>) -> Self {
        let present = |name| Some((name, Zeroizing::new(read(name)?)));
        let variables = NAMES.into_iter().filter_map(present);
        // An empty variable counts as absent, as in AWS's SDKs.
        Self(variables.filter(|(_, value)| !value.is_empty()).collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.as_str())
    }

    /// Tells identities apart without the secret key: a difference here may be another identity.
    pub fn identity<'a>(&'a self, from: &'a CredentialsFrom) -> [&'a str; 4] {
        [
            self.get(ACCESS_KEY_ID).unwrap_or_default(),
            self.get(SESSION_TOKEN).unwrap_or_default(),
            self.endpoint(from).unwrap_or_default(),
            self.authorization_token().unwrap_or_default(),
        ]
    }

    /// Returns the URI of the container endpoint; the configuration's comes first.
    fn endpoint<'a>(&'a self, from: &'a CredentialsFrom) -> Option<&'a str> {
        let CredentialsFrom::ContainerEndpoint { uri, .. } = from else {
            return None;
        };
        let uri = uri.as_deref().or_else(|| self.get(RELATIVE_URI));
        uri.or_else(|| self.get(FULL_URI))
    }

    /// Returns the name of the plugin that the environment is for.
    pub fn plugin(&self) -> Option<&str> {
        self.get(PLUGIN)
    }

    /// Returns the secret access key, if the credentials come from the environment.
    pub fn secret_access_key(&self, from: &CredentialsFrom) -> Option<&str> {
        match from {
            CredentialsFrom::Environment {} => self.get(SECRET_ACCESS_KEY),
            _ => None,
        }
    }

    /// Returns the token that the container endpoint wants.
    pub fn authorization_token(&self) -> Option<&str> {
        self.get(AUTHORIZATION_TOKEN)
    }

    /// Makes credentials of the variables.
    pub fn credentials(&self) -> Result<Credentials, CredentialsError> {
        let keys = (self.get(ACCESS_KEY_ID), self.get(SECRET_ACCESS_KEY));
        let (Some(access_key_id), Some(secret_access_key)) = keys else {
            if self.get(WEB_IDENTITY_TOKEN_FILE).is_some() {
                return Err(CredentialsError::File(WEB_IDENTITY_TOKEN_FILE));
            }
            let missing = if keys.0.is_none() {
                ACCESS_KEY_ID
            } else {
                SECRET_ACCESS_KEY
            };
            return Err(CredentialsError::Missing(missing));
        };
        Credentials::new(
            access_key_id.to_owned(),
            secret_access_key.to_owned(),
            self.get(SESSION_TOKEN).map(str::to_owned),
            None,
        )
        .map_err(CredentialsError::Credentials)
    }
}

/// Checks that the credentials can be had, and says how the session gets them.
pub(crate) fn source(
    from: &CredentialsFrom,
    environment: &Environment,
) -> Result<CredentialSource, CredentialsError> {
    match from {
        CredentialsFrom::Environment {} => {
            environment.credentials()?;
            Ok(CredentialSource::Pushed)
        }
        CredentialsFrom::ContainerEndpoint { .. } => {
            let endpoint = environment.endpoint(from);
            let uri = endpoint.ok_or(CredentialsError::NoEndpoint)?;
            let authorization = if environment.authorization_token().is_some() {
                ContainerAuthorization::Token
            } else if environment.get(AUTHORIZATION_TOKEN_FILE).is_some() {
                return Err(CredentialsError::File(AUTHORIZATION_TOKEN_FILE));
            } else {
                ContainerAuthorization::None
            };
            let endpoint =
                ContainerEndpoint::new(uri, authorization).map_err(CredentialsError::Endpoint)?;
            Ok(CredentialSource::ContainerEndpoint(endpoint))
        }
        CredentialsFrom::InstanceMetadata { .. } => Ok(CredentialSource::InstanceMetadata),
    }
}

#[cfg(test)]
mod tests {
    use vault_aws_login::session::{ContainerAuthorization, CredentialSource};

    use super::{CredentialsError, CredentialsFrom, Environment, source};

    const ENVIRONMENT: CredentialsFrom = CredentialsFrom::Environment {};

    fn endpoint(uri: Option<&str>) -> CredentialsFrom {
        CredentialsFrom::ContainerEndpoint {
            cluster: "ecs".into(),
            uri: uri.map(str::to_owned),
        }
    }

    fn refusal(from: &CredentialsFrom, pairs: &[(&str, &str)]) -> String {
        match source(from, &Environment::from_pairs(pairs)) {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn keys_of_the_environment_are_taken_with_and_without_session_token() {
        let id = ("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE");
        let secret = (
            "AWS_SECRET_ACCESS_KEY",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        );
        let pairs = [id, secret, ("AWS_SESSION_TOKEN", "AQoEXAMPLE")];
        assert_eq!(refusal(&ENVIRONMENT, &pairs), "");
        let long_term = [("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), secret];
        assert_eq!(refusal(&ENVIRONMENT, &long_term), "");
        // What the core refuses is refused at load.
        assert!(refusal(&ENVIRONMENT, &[id, secret]).contains("session token"));
    }

    #[test]
    fn missing_variables_are_named() {
        let none = Environment::from_pairs(&[("AWS_ACCESS_KEY_ID", "")]);
        assert_eq!(
            none.credentials().err().unwrap(),
            CredentialsError::Missing("AWS_ACCESS_KEY_ID")
        );
        assert_eq!(
            refusal(
                &ENVIRONMENT,
                &[("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")]
            ),
            "missing credentials: expected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in \
             vm_config.environment_variables, found no AWS_SECRET_ACCESS_KEY"
        );
    }

    #[test]
    fn files_are_refused_with_the_way_round_them() {
        let file = ("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/secrets/token");
        let way = ": a filter cannot read files, so let a credential endpoint beside the proxy \
                   read it, and name that endpoint's cluster as credentials.from container-endpoint";
        assert_eq!(
            refusal(&ENVIRONMENT, &[file]),
            format!(
                "unreadable credentials: expected a source without files, \
                 found AWS_WEB_IDENTITY_TOKEN_FILE{way}"
            )
        );
        let file = ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/var/run/token");
        assert_eq!(
            refusal(&endpoint(Some("/x")), &[file]),
            format!(
                "unreadable credentials: expected a source without files, \
                 found AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE{way}"
            )
        );
    }

    #[test]
    fn endpoint_comes_from_the_configuration_or_the_environment() {
        let relative = ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/1");
        let full = (
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "http://127.0.0.1:1/v2/1",
        );
        assert_eq!(refusal(&endpoint(Some("/v2/1")), &[]), "");
        assert_eq!(refusal(&endpoint(None), &[relative]), "");
        assert_eq!(refusal(&endpoint(None), &[full]), "");
        let elsewhere = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.com/");
        let message = refusal(&endpoint(None), &[elsewhere]);
        assert!(
            message.starts_with("invalid credential endpoint: "),
            "{message}"
        );
    }

    #[test]
    fn identity_is_the_keys_id_its_session_and_the_endpoint_that_is_asked() {
        let environment = Environment::from_pairs(&[
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_SESSION_TOKEN", "session"),
            ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/role-a"),
            ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "authorization"),
        ]);
        for (from, uri) in [
            (ENVIRONMENT, ""),
            (endpoint(None), "/role-a"),
            (endpoint(Some("/role-b")), "/role-b"),
        ] {
            assert_eq!(
                environment.identity(&from),
                ["AKIAIOSFODNN7EXAMPLE", "session", uri, "authorization"]
            );
        }
    }

    #[test]
    fn authorization_token_of_the_environment_is_sent() {
        let token = ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "secret");
        let environment = Environment::from_pairs(&[token]);
        let made = source(&endpoint(Some("/x")), &environment).unwrap();
        let CredentialSource::ContainerEndpoint(made) = made else {
            panic!("another source");
        };
        assert!(format!("{made:?}").contains(&format!("{:?}", ContainerAuthorization::Token)));
        assert_eq!(environment.authorization_token(), Some("secret"));
    }
}
