//! What a session is for, checked once.

use core::fmt;
use core::ops::RangeInclusive;

use http::Uri;
use http::uri::Scheme;
use zeroize::Zeroizing;

use crate::input_error::{InputError, InputField, InputRule, quoted};
use crate::inspector::AskedRole;
use crate::options::LoginOptions;
use crate::region::Region;
use crate::sts::{StsEndpoint, StsTarget};
use crate::text::{self, Shown};
use crate::vocabulary::vocabulary;

/// What a session is for; `session-config` of `wit/lifecycle.wit`.
#[derive(Clone, Debug)]
pub struct SessionConfig {
    pub(super) mount: String,
    pub(super) login: LoginOptions,
    pub(super) source: CredentialSource,
    pub(super) assume_role: Option<AssumeRole>,
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
    /// The role that is assumed with the source's credentials.
    pub assume_role: Option<AssumeRole>,
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
    /// For the mount [`InputRule::EmptyValue`], [`InputRule::IllegalCharacter`],
    /// [`InputRule::MountMalformed`]; for the namespace the first two of them; for the numbers
    /// [`InputRule::OutOfRange`].
    pub fn new(
        mount: String,
        login: LoginOptions,
        source: CredentialSource,
        settings: SessionSettings,
    ) -> Result<Self, InputError> {
        check_mount(&mount)?;
        if let Some(namespace) = &settings.namespace {
            text::check(InputField::Namespace, namespace, Shown::Nothing)?;
        }
        let number = |field, value: Option<u32>, default, least, most| match value {
            None => Ok(default),
            Some(value) if (least..=most).contains(&value) => Ok(value),
            Some(found) => Err(InputError::invalid(
                InputRule::OutOfRange,
                field,
                format_args!("{least} to {most}"),
                format_args!("{found}"),
            )),
        };
        Ok(Self {
            request_timeout: number(
                InputField::RequestTimeoutMilliseconds,
                settings.request_timeout_milliseconds,
                10_000,
                100,
                600_000,
            )?,
            back_off_cap: number(
                InputField::BackOffCapMilliseconds,
                settings.back_off_cap_milliseconds,
                60_000,
                1_000,
                3_600_000,
            )?
            .into(),
            start_spread: number(
                InputField::StartSpreadMilliseconds,
                settings.start_spread_milliseconds,
                0,
                0,
                3_600_000,
            )?
            .into(),
            clock_correction_limit: number(
                InputField::ClockCorrectionLimitSeconds,
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
            assume_role: settings.assume_role,
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

vocabulary! {
    /// Whether a container endpoint wants an authorization token.
    pub enum ContainerAuthorization {
        /// None is sent.
        None = "none",
        /// One is asked of the host before each fetch.
        Token = "token",
    }
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
    /// [`InputRule::EmptyValue`], [`InputRule::IllegalCharacter`],
    /// [`InputRule::ContainerUriMalformed`], [`InputRule::ContainerUriNotLocal`].
    pub fn new(uri: &str, authorization: ContainerAuthorization) -> Result<Self, InputError> {
        let field = InputField::ContainerUri;
        text::check(field, uri, Shown::Nothing)?;
        let malformed = |found| {
            Err(InputError::invalid(
                InputRule::ContainerUriMalformed,
                field,
                format_args!("a path or a URL such as http://169.254.170.23/v1/credentials"),
                found,
            ))
        };
        if uri.contains('@') {
            return malformed(format_args!("user information"));
        }
        let Ok(parsed) = uri.parse::<Uri>() else {
            return malformed(format_args!("{}", quoted(uri)));
        };
        let path_and_query = match parsed.path_and_query() {
            Some(path) if path.as_str().starts_with('/') => path.as_str().to_owned(),
            _ => return malformed(format_args!("{}", quoted(uri))),
        };
        let origin = match (parsed.scheme(), parsed.authority()) {
            (None, None) => "http://169.254.170.2".to_owned(),
            (Some(scheme), Some(authority)) if *scheme == Scheme::HTTPS => {
                format!("https://{authority}")
            }
            (Some(scheme), Some(authority)) if *scheme == Scheme::HTTP => {
                if !is_local(authority.host()) {
                    return Err(InputError::invalid(
                        InputRule::ContainerUriNotLocal,
                        field,
                        format_args!("https, or a loopback or link-local host"),
                        format_args!("http and the host {}", quoted(authority.host())),
                    ));
                }
                format!("http://{authority}")
            }
            _ => return malformed(format_args!("{}", quoted(uri))),
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
    /// [`InputRule::EmptyValue`], [`InputRule::IllegalCharacter`],
    /// [`InputRule::RoleArnMalformed`], [`InputRule::OutOfRange`], [`InputRule::StsUrlNotLocal`].
    pub fn new(
        role_arn: String,
        role_session_name: String,
        region: Option<&Region>,
        sts_endpoint: Option<&StsEndpoint>,
    ) -> Result<Self, InputError> {
        check_role_arn(&role_arn)?;
        check_name(
            InputField::RoleSessionName,
            &role_session_name,
            SESSION_NAME_LENGTH,
        )?;
        Ok(Self {
            origin: origin(&StsTarget::resolve(region, sts_endpoint))?,
            role_arn,
            role_session_name,
        })
    }
}

/// How long the name of a role's session may be, in characters.
const SESSION_NAME_LENGTH: RangeInclusive<usize> = 2..=64;

/// How long an external ID may be, in characters.
const EXTERNAL_ID_LENGTH: RangeInclusive<usize> = 2..=1224;

/// How long the credentials of a role may last, in seconds.
const DURATION: RangeInclusive<u32> = 900..=43_200;

/// The name of a role's session where the host gives none.
const SESSION_NAME: &str = "vault-aws-login";

/// `AssumeRole`. `Debug` does not show the external ID.
#[derive(Clone)]
pub struct AssumeRole {
    pub(super) target: StsTarget,
    pub(super) origin: String,
    pub(super) role_arn: String,
    pub(super) role_session_name: String,
    pub(super) external_id: Option<Zeroizing<String>>,
    pub(super) duration_seconds: Option<u32>,
}

impl AssumeRole {
    /// Checks and takes a role to assume; the target is the STS that the host calls. Absent parts
    /// mean what `assume-role` of `wit/lifecycle.wit` says.
    ///
    /// # Errors
    /// [`InputRule::EmptyValue`], [`InputRule::SurroundingWhitespace`],
    /// [`InputRule::IllegalCharacter`], [`InputRule::RoleArnMalformed`], [`InputRule::OutOfRange`],
    /// [`InputRule::StsUrlNotLocal`]. None shows the external ID.
    pub fn new(
        role_arn: String,
        role_session_name: Option<String>,
        external_id: Option<String>,
        duration_seconds: Option<u32>,
        target: StsTarget,
    ) -> Result<Self, InputError> {
        let external_id = external_id.map(Zeroizing::new);
        check_role_arn(&role_arn)?;
        let role_session_name = role_session_name.unwrap_or_else(|| SESSION_NAME.into());
        check_name(
            InputField::RoleSessionName,
            &role_session_name,
            SESSION_NAME_LENGTH,
        )?;
        if let Some(id) = &external_id {
            check_name(InputField::ExternalId, id, EXTERNAL_ID_LENGTH)?;
        }
        if let Some(found) = duration_seconds
            && !DURATION.contains(&found)
        {
            return Err(InputError::invalid(
                InputRule::OutOfRange,
                InputField::DurationSeconds,
                format_args!("{} to {}", DURATION.start(), DURATION.end()),
                format_args!("{found}"),
            ));
        }
        Ok(Self {
            origin: origin(&target)?,
            target,
            role_arn,
            role_session_name,
            external_id,
            duration_seconds,
        })
    }
}

impl AssumeRole {
    /// Returns what is asked for, as the inspector is told.
    pub(super) fn asked(&self) -> AskedRole<'_> {
        AskedRole {
            arn: &self.role_arn,
            with_external_id: self.external_id.is_some(),
        }
    }
}

impl fmt::Debug for AssumeRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssumeRole")
            .field("origin", &self.origin)
            .field("role_arn", &self.role_arn)
            .field("role_session_name", &self.role_session_name)
            .field("duration_seconds", &self.duration_seconds)
            .finish_non_exhaustive()
    }
}

fn check_role_arn(role_arn: &str) -> Result<(), InputError> {
    text::check(InputField::RoleArn, role_arn, Shown::Nothing)?;
    let mut parts = role_arn.splitn(6, ':');
    let is_role = parts.next() == Some("arn")
        && parts.nth(1) == Some("iam")
        && parts.nth(2).is_some_and(|part| part.starts_with("role/"));
    if is_role {
        return Ok(());
    }
    Err(InputError::invalid(
        InputRule::RoleArnMalformed,
        InputField::RoleArn,
        format_args!("an ARN such as arn:aws:iam::123456789012:role/dev"),
        format_args!("{}", quoted(role_arn)),
    ))
}

/// Checks a name, which is not shown.
fn check_name(
    field: InputField,
    name: &str,
    lengths: RangeInclusive<usize>,
) -> Result<(), InputError> {
    text::check(field, name, Shown::Nothing)?;
    if lengths.contains(&name.len()) {
        return Ok(());
    }
    Err(InputError::invalid(
        InputRule::OutOfRange,
        field,
        format_args!("{} to {} characters", lengths.start(), lengths.end()),
        format_args!("{}", name.len()),
    ))
}

/// Returns scheme, host and port of the STS that the host calls, which secrets travel to and from.
fn origin(target: &StsTarget) -> Result<String, InputError> {
    let origin = target.url.trim_end_matches('/').to_owned();
    if origin.starts_with("http:") && !is_loopback(host_without_port(&target.host)) {
        return Err(InputError::invalid(
            InputRule::StsUrlNotLocal,
            InputField::StsEndpoint,
            format_args!("https, or a loopback host"),
            format_args!("http and the host {}", quoted(&target.host)),
        ));
    }
    Ok(origin)
}

fn check_mount(mount: &str) -> Result<(), InputError> {
    text::check(InputField::Mount, mount, Shown::Nothing)?;
    if mount.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err(InputError::invalid(
            InputRule::MountMalformed,
            InputField::Mount,
            format_args!("a path such as aws or team/aws"),
            format_args!("{}", quoted(mount)),
        ));
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
