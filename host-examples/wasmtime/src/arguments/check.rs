//! The options of `check`.

use clap::Args;
use vault_aws_login::echo_value;
use vault_aws_login::inspector::{
    CalledEndpoint, Flavour, InferredEntity, MountConfig, RoleBindings, RoleProfile,
    ServerIdRequirement, ServerProfile, Software, UniqueIds, is_version,
};

use super::ComponentArguments;
use super::time::TimeArguments;
use super::usage::Rejected;
use crate::failure::Failure;

/// Say whether a server will accept a login.
///
/// The login, anybody's, is read from standard input. The options say what is known of the server. What depends on the rest is told as such. Whether the
/// signature itself is right is not checked: that takes the secret access key. Status 1 means that the
/// server refuses the login.
#[derive(Args)]
#[command(after_help = "\
Example:
  vault-aws-login sign --role dev | vault-aws-login check --server-id vault.example.com")]
pub struct CheckArguments {
    /// What iam_server_id_header_value holds.
    #[arg(
        long,
        value_name = "VALUE",
        env = "VAULT_IAM_SERVER_ID",
        alias = "header-value"
    )]
    server_id: Option<String>,
    /// iam_server_id_header_value is not set.
    #[arg(long)]
    no_server_id: bool,
    /// The URL in sts_endpoint, or the word global.
    // The variable of `sign` and `login` takes the word regional, which no server has.
    #[arg(long, value_name = "URL", env = "VAULT_AWS_LOGIN_SERVER_STS_ENDPOINT")]
    sts_endpoint: Option<String>,
    /// The server has use_sts_region_from_client=true.
    #[arg(long)]
    server_uses_client_region: bool,
    /// One of allowed_sts_header_values; may be repeated.
    #[arg(long, value_name = "NAME")]
    allowed_header: Option<Vec<String>>,
    /// allowed_sts_header_values is not set.
    #[arg(long)]
    no_allowed_headers: bool,
    /// config/client was never written.
    #[arg(long)]
    no_config: bool,
    /// The server is HashiCorp Vault of this version.
    #[arg(long, value_name = "VERSION", value_parser = version("vault-version"))]
    vault_version: Option<String>,
    /// The server is OpenBao.
    #[arg(long)]
    openbao: bool,
    /// The server is OpenBao of this version.
    #[arg(long, value_name = "VERSION", value_parser = version("openbao-version"))]
    openbao_version: Option<String>,
    /// Of HashiCorp's AWS auth method, where it is not the server's own.
    #[arg(long, value_name = "VERSION", value_parser = version("plugin-version"))]
    plugin_version: Option<String>,
    /// Whose credentials signed.
    #[arg(long)]
    arn: Option<String>,
    /// bound_iam_principal_arn of the role; may be repeated.
    #[arg(long, value_name = "ARN")]
    bound_arn: Vec<String>,
    /// The role has resolve_aws_unique_ids=false.
    #[arg(long)]
    no_unique_ids: bool,
    #[command(flatten)]
    pub time: TimeArguments,
    #[command(flatten)]
    pub component: ComponentArguments,
}

impl CheckArguments {
    /// What is known of the server.
    pub fn profile(&mut self) -> Result<ServerProfile, Failure> {
        let software = |flavour| move |version| Software { flavour, version };
        let profile = ServerProfile {
            server_id: either(
                self.server_id.take().map(ServerIdRequirement::Required),
                self.no_server_id
                    .then_some(ServerIdRequirement::NotRequired),
                "--server-id or --no-server-id",
            )?,
            sts_endpoint: either(
                self.sts_endpoint
                    .take()
                    .map(|endpoint| match endpoint.as_str() {
                        "global" => CalledEndpoint::Global,
                        _ => CalledEndpoint::Url(endpoint),
                    }),
                self.server_uses_client_region
                    .then_some(CalledEndpoint::ClientRegion),
                "--sts-endpoint or --server-uses-client-region",
            )?,
            allowed_headers: either(
                self.allowed_header.take(),
                self.no_allowed_headers.then(Vec::new),
                "--allowed-header or --no-allowed-headers",
            )?,
            mount_config: self.no_config.then_some(MountConfig::NeverWritten),
            core: either(
                self.vault_version
                    .take()
                    .map(Some)
                    .map(software(Flavour::Vault)),
                (self.openbao || self.openbao_version.is_some())
                    .then(|| self.openbao_version.take())
                    .map(software(Flavour::OpenBao)),
                "--vault-version or --openbao and --openbao-version",
            )?,
            auth_plugin: self
                .plugin_version
                .take()
                .map(Some)
                .map(software(Flavour::Vault)),
            caller_arn: self.arn.take(),
            role: (self.no_unique_ids || !self.bound_arn.is_empty()).then(|| {
                RoleProfile::Iam(RoleBindings {
                    principal_arns: std::mem::take(&mut self.bound_arn),
                    unique_ids: match self.no_unique_ids {
                        true => UniqueIds::NotResolved,
                        false => UniqueIds::Resolved,
                    },
                    inferred_entity: InferredEntity::Nothing,
                })
            }),
        };
        not_both(
            self.no_config,
            profile.is_configured(),
            "--no-config or what config/client holds",
        )?;
        Ok(profile)
    }
}

/// Takes what is given, which may be one of two.
fn either<T>(one: Option<T>, other: Option<T>, names: &str) -> Result<Option<T>, Failure> {
    not_both(one.is_some(), other.is_some(), names)?;
    Ok(one.or(other))
}

/// Refuses what excludes each other.
fn not_both(one: bool, other: bool, names: &str) -> Result<(), Failure> {
    match one && other {
        true => Err(Failure::usage(format!(
            "expected either {names}, found both"
        ))),
        false => Ok(()),
    }
}

/// Reads the version that an option names.
fn version(option: &'static str) -> impl Fn(&str) -> Result<String, Rejected> + Clone {
    move |version| match is_version(version) {
        true => Ok(version.into()),
        false => Err(Rejected::new(format!(
            "expected a version such as 1.20.3 as --{option}, found `{}`",
            echo_value(version)
        ))),
    }
}
