//! What a session is for, checked once.

use http::Uri;
use http::uri::Scheme;

use super::config_error::{ConfigError, ConfigField};
use crate::error::Found;
use crate::options::LoginOptions;
use crate::region::Region;
use crate::sts::{StsEndpoint, StsTarget};
use crate::text::is_visible;

/// What a session is for; `session-config` of `wit/lifecycle.wit`.
#[derive(Clone, Debug)]
pub struct SessionConfig {
    pub(super) mount: String,
    pub(super) login: LoginOptions,
    pub(super) source: CredentialSource,
    pub(super) namespace: Option<String>,
    pub(super) request_timeout: u32,
    pub(super) back_off_cap: u64,
    pub(super) start_spread: u64,
    pub(super) clock_correction_limit: u64,
}

/// The settings that most sessions leave as they are; `None` means what `session-config` says.
#[derive(Clone, Debug, Default)]
pub struct SessionSettings {
    /// Vault's namespace.
    pub namespace: Option<String>,
    /// How long a request may take: 100 to 600000, 10000 by default.
    pub request_timeout_milliseconds: Option<u32>,
    /// The longest wait between two tries: 1000 to 3600000, 60000 by default.
    pub back_off_cap_milliseconds: Option<u32>,
    /// Spreads the logins of a fleet: up to 3600000, 0 by default.
    pub start_spread_milliseconds: Option<u32>,
    /// How far signing may depart from the wall clock: up to 3600, 0 for never; by default 3600 with
    /// a server ID and 1200 without.
    pub clock_correction_limit_seconds: Option<u32>,
}

/// How far signing may depart from the wall clock, in seconds, where nothing else is said. A login
/// with a server ID is good at no other Vault, so that one which lies about the time gains nothing.
const CORRECTION_WITH_SERVER_ID: u32 = 3_600;
/// AWS itself allows a clock 900 seconds.
const CORRECTION_WITHOUT: u32 = 1_200;

impl SessionConfig {
    /// Checks and takes a configuration.
    ///
    /// # Errors
    /// For the mount [`ConfigError::EmptyValue`], [`ConfigError::IllegalCharacter`],
    /// [`ConfigError::MountMalformed`]; for the namespace the first two of them; for the numbers
    /// [`ConfigError::OutOfRange`].
    pub fn new(
        mount: String,
        login: LoginOptions,
        source: CredentialSource,
        settings: SessionSettings,
    ) -> Result<Self, ConfigError> {
        check_mount(&mount)?;
        if let Some(namespace) = &settings.namespace {
            check_text(
                ConfigField::Namespace,
                namespace,
                "printable ASCII without blanks",
                is_visible,
            )?;
        }
        let number = |field, value: Option<u32>, default, least, most| match value {
            None => Ok(default),
            Some(value) if (least..=most).contains(&value) => Ok(value),
            Some(found) => Err(ConfigError::OutOfRange {
                field,
                least,
                most,
                found,
            }),
        };
        Ok(Self {
            request_timeout: number(
                ConfigField::RequestTimeoutMilliseconds,
                settings.request_timeout_milliseconds,
                10_000,
                100,
                600_000,
            )?,
            back_off_cap: number(
                ConfigField::BackOffCapMilliseconds,
                settings.back_off_cap_milliseconds,
                60_000,
                1_000,
                3_600_000,
            )?
            .into(),
            start_spread: number(
                ConfigField::StartSpreadMilliseconds,
                settings.start_spread_milliseconds,
                0,
                0,
                3_600_000,
            )?
            .into(),
            clock_correction_limit: number(
                ConfigField::ClockCorrectionLimitSeconds,
                settings.clock_correction_limit_seconds,
                if login.server_id.is_some() {
                    CORRECTION_WITH_SERVER_ID
                } else {
                    CORRECTION_WITHOUT
                },
                0,
                3_600,
            )?
            .into(),
            namespace: settings.namespace,
            mount,
            login,
            source,
        })
    }
}

/// Where the AWS credentials come from; `credential-source` of `wit/lifecycle.wit`.
#[derive(Clone, Debug)]
pub enum CredentialSource {
    /// The host pushes them.
    Pushed,
    /// They are fetched from a container endpoint.
    ContainerEndpoint(ContainerEndpoint),
    /// They are fetched from EC2's instance metadata, version 2.
    InstanceMetadata,
    /// They are exchanged for a web-identity token at STS.
    WebIdentity(WebIdentity),
}

/// Whether a container endpoint wants an authorization token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContainerAuthorization {
    /// None is sent.
    None,
    /// One is asked of the host before each fetch.
    Token,
}

/// The container endpoint of ECS, EKS Pod Identity or a credential helper beside the process.
#[derive(Clone, Debug)]
pub struct ContainerEndpoint {
    pub(super) origin: String,
    pub(super) path_and_query: String,
    pub(super) authorization: ContainerAuthorization,
}

impl ContainerEndpoint {
    /// Checks and takes `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `…_FULL_URI`.
    ///
    /// # Errors
    /// [`ConfigError::EmptyValue`], [`ConfigError::IllegalCharacter`],
    /// [`ConfigError::ContainerUriMalformed`], [`ConfigError::ContainerUriNotLocal`].
    pub fn new(uri: &str, authorization: ContainerAuthorization) -> Result<Self, ConfigError> {
        let field = ConfigField::ContainerUri;
        check_text(field, uri, "printable ASCII without blanks", is_visible)?;
        let malformed = |found| Err(ConfigError::ContainerUriMalformed { found });
        if uri.contains('@') {
            return malformed(Found::Kind("user information"));
        }
        let Ok(parsed) = uri.parse::<Uri>() else {
            return malformed(Found::value(uri));
        };
        let path_and_query = match parsed.path_and_query() {
            Some(path) if path.as_str().starts_with('/') => path.as_str().to_owned(),
            _ => return malformed(Found::value(uri)),
        };
        let origin = match (parsed.scheme(), parsed.authority()) {
            (None, None) => "http://169.254.170.2".to_owned(),
            (Some(scheme), Some(authority)) if *scheme == Scheme::HTTPS => {
                format!("https://{authority}")
            }
            (Some(scheme), Some(authority)) if *scheme == Scheme::HTTP => {
                if !is_local(authority.host()) {
                    let found = Found::value(authority.host());
                    return Err(ConfigError::ContainerUriNotLocal { found });
                }
                format!("http://{authority}")
            }
            _ => return malformed(Found::value(uri)),
        };
        Ok(Self {
            origin,
            path_and_query,
            authorization,
        })
    }
}

/// `AssumeRoleWithWebIdentity`.
#[derive(Clone, Debug)]
pub struct WebIdentity {
    pub(super) origin: String,
    pub(super) role_arn: String,
    pub(super) role_session_name: String,
}

impl WebIdentity {
    /// Checks and takes an exchange. Region and endpoint are those of the STS that the host calls.
    ///
    /// # Errors
    /// [`ConfigError::EmptyValue`], [`ConfigError::IllegalCharacter`],
    /// [`ConfigError::RoleArnMalformed`], [`ConfigError::Length`], [`ConfigError::StsUrlNotLocal`].
    pub fn new(
        role_arn: String,
        role_session_name: String,
        region: Option<&Region>,
        sts_endpoint: Option<&StsEndpoint>,
    ) -> Result<Self, ConfigError> {
        check_text(
            ConfigField::RoleArn,
            &role_arn,
            "printable ASCII without blanks",
            is_visible,
        )?;
        let mut parts = role_arn.splitn(6, ':');
        let is_role = parts.next() == Some("arn")
            && parts.nth(1) == Some("iam")
            && parts.nth(2).is_some_and(|part| part.starts_with("role/"));
        if !is_role {
            let found = Found::value(&role_arn);
            return Err(ConfigError::RoleArnMalformed { found });
        }
        // https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
        check_text(
            ConfigField::RoleSessionName,
            &role_session_name,
            "letters, digits and '_+=,.@-'",
            |c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c),
        )?;
        let length = role_session_name.len();
        if !(2..=64).contains(&length) {
            return Err(ConfigError::Length {
                field: ConfigField::RoleSessionName,
                least: 2,
                most: 64,
                length,
            });
        }
        let target = StsTarget::resolve(region, sts_endpoint);
        let origin = target.url.trim_end_matches('/').to_owned();
        if origin.starts_with("http:") && !is_loopback(host_without_port(&target.host)) {
            let found = Found::value(&target.host);
            return Err(ConfigError::StsUrlNotLocal { found });
        }
        Ok(Self {
            origin,
            role_arn,
            role_session_name,
        })
    }
}

/// Checks that a text is not empty and has only characters of an alphabet.
pub(super) fn check_text(
    field: ConfigField,
    value: &str,
    alphabet: &'static str,
    is_legal: fn(char) -> bool,
) -> Result<(), ConfigError> {
    if value.is_empty() {
        return Err(ConfigError::EmptyValue { field });
    }
    match value.chars().position(|c| !is_legal(c)) {
        None => Ok(()),
        Some(index) => Err(ConfigError::IllegalCharacter {
            field,
            alphabet,
            position: index + 1,
        }),
    }
}

fn check_mount(mount: &str) -> Result<(), ConfigError> {
    // What a path carries without an encoding; Vault mounts have no others in practice.
    check_text(
        ConfigField::Mount,
        mount,
        "letters, digits and '-_.~/'",
        |c| c.is_ascii_alphanumeric() || "-_.~/".contains(c),
    )?;
    if mount.split('/').any(|part| matches!(part, "" | "." | "..")) {
        let found = Found::value(mount);
        return Err(ConfigError::MountMalformed { found });
    }
    Ok(())
}

/// Says whether AWS's SDKs send credentials to this host without TLS: loopback, ECS, EKS.
fn is_local(host: &str) -> bool {
    is_loopback(host) || ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"].contains(&host)
}

fn is_loopback(host: &str) -> bool {
    let is_address = host.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    (host.starts_with("127.") && is_address)
        || host == "[::1]"
        || host.eq_ignore_ascii_case("localhost")
}

fn host_without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}
