//! Reads the command line.

use lexopt::{Arg, Parser, ValueExt};

use super::failure::Failure;
use super::help::Topic;
use vault_aws_login::echo_value;
use vault_aws_login::inspector::{
    CalledEndpoint, Flavour, InferredEntity, MountConfig, RoleBindings, RoleProfile,
    ServerIdRequirement, ServerProfile, Software, UniqueIds, is_version,
};

pub(super) enum Invocation {
    Help,
    Version,
    Sign(SignArguments),
    Check(CheckArguments),
    Explain(Format),
    Diagnose(DiagnoseArguments),
}

/// Whom the output is for.
#[derive(Clone, Copy, Default)]
pub(super) enum Format {
    #[default]
    Text,
    Json,
}

/// The options of `check`.
#[derive(Default)]
pub(super) struct CheckArguments {
    pub(super) profile: ServerProfile,
    pub(super) time: Option<String>,
    pub(super) format: Format,
}

/// The options of `diagnose`.
#[derive(Default)]
pub(super) struct DiagnoseArguments {
    pub(super) status: Option<String>,
    pub(super) date: Option<String>,
    /// The login that was sent.
    pub(super) login: Option<String>,
    pub(super) time: Option<String>,
    pub(super) format: Format,
}

/// The options of `sign`, as given.
#[derive(Default)]
pub(super) struct SignArguments {
    pub(super) region: Option<String>,
    pub(super) server_id: Option<String>,
    pub(super) role: Option<String>,
    pub(super) sts_endpoint: Option<String>,
    pub(super) fips: bool,
    pub(super) dual_stack: bool,
    pub(super) time: Option<String>,
    pub(super) credentials: CredentialSource,
}

#[derive(Default)]
pub(super) enum CredentialSource {
    #[default]
    Environment,
    StandardInput,
}

/// The command whose help is meant, if there is one.
pub(super) fn topic(arguments: &[String]) -> Topic {
    match arguments.get(1).map(String::as_str) {
        Some("sign") => Topic::Sign,
        Some("check") => Topic::Check,
        Some("explain") => Topic::Explain,
        Some("diagnose") => Topic::Diagnose,
        _ => Topic::All,
    }
}

/// Whom errors are for, also those of a wrong command line.
pub(super) fn format(arguments: &[String]) -> Format {
    let mut options = arguments.iter().take_while(|word| *word != "--");
    match options.any(|word| word == "--json") {
        true => Format::Json,
        false => Format::Text,
    }
}

/// Reads the arguments, the program's name first.
pub(super) fn read(arguments: Vec<String>) -> Result<Invocation, Failure> {
    let mut parser = Parser::from_iter(arguments);
    match parser.next()? {
        Some(Arg::Value(word)) => match word.to_str() {
            Some("sign") => read_sign(parser),
            Some("check") => read_check(parser),
            Some("explain") => read_explain(parser),
            Some("diagnose") => read_diagnose(parser),
            _ => Err(Failure::Usage(format!(
                "expected sign, check, explain or diagnose, found `{}`",
                echo_value(&word.to_string_lossy())
            ))),
        },
        Some(Arg::Long("help") | Arg::Short('h')) => Ok(Invocation::Help),
        Some(Arg::Long("version") | Arg::Short('V')) => Ok(Invocation::Version),
        Some(other) => Err(other.unexpected().into()),
        None => Err(Failure::Usage("expected a command, found none".into())),
    }
}

fn read_sign(mut parser: Parser) -> Result<Invocation, Failure> {
    let mut sign = SignArguments::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("region") => once(&mut sign.region, "region", &mut parser)?,
            Arg::Long("server-id" | "header-value") => {
                once(&mut sign.server_id, "server-id", &mut parser)?;
            }
            Arg::Long("role") => once(&mut sign.role, "role", &mut parser)?,
            Arg::Long("sts-endpoint") => {
                once(&mut sign.sts_endpoint, "sts-endpoint", &mut parser)?;
            }
            Arg::Long("fips") => sign.fips = true,
            Arg::Long("dual-stack") => sign.dual_stack = true,
            Arg::Long("time") => once(&mut sign.time, "time", &mut parser)?,
            Arg::Long("credentials") => {
                // Not echoed: the credentials themselves may stand here by mistake.
                if parser.value()? != "-" {
                    return Err(Failure::Usage(
                        "expected --credentials - (standard input), found something else; \
                         this command opens no files"
                            .into(),
                    ));
                }
                sign.credentials = CredentialSource::StandardInput;
            }
            // A login is JSON anyway: `format` reads it, for errors.
            Arg::Long("json") => {}
            Arg::Long("help") | Arg::Short('h') => return Ok(Invocation::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    not_both(
        sign.sts_endpoint.is_some(),
        sign.fips || sign.dual_stack,
        "--sts-endpoint or --fips and --dual-stack",
    )?;
    Ok(Invocation::Sign(sign))
}

fn read_check(mut parser: Parser) -> Result<Invocation, Failure> {
    let mut check = CheckArguments::default();
    let mut server = ServerArguments::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("server-id" | "header-value") => {
                once(&mut server.server_id, "server-id", &mut parser)?;
            }
            Arg::Long("no-server-id") => server.no_server_id = true,
            Arg::Long("sts-endpoint") => {
                once(&mut server.sts_endpoint, "sts-endpoint", &mut parser)?;
            }
            Arg::Long("server-uses-client-region") => server.uses_client_region = true,
            Arg::Long("allowed-header") => {
                let name = parser.value()?.string()?;
                server.allowed_headers.get_or_insert_default().push(name);
            }
            Arg::Long("no-allowed-headers") => server.no_allowed_headers = true,
            Arg::Long("no-config") => server.no_config = true,
            Arg::Long("vault-version") => {
                version(&mut server.vault_version, "vault-version", &mut parser)?;
            }
            Arg::Long("openbao") => server.openbao = true,
            Arg::Long("openbao-version") => {
                version(&mut server.openbao_version, "openbao-version", &mut parser)?;
            }
            Arg::Long("plugin-version") => {
                version(&mut server.plugin_version, "plugin-version", &mut parser)?;
            }
            Arg::Long("arn") => once(&mut server.arn, "arn", &mut parser)?,
            Arg::Long("bound-arn") => server.bound_arns.push(parser.value()?.string()?),
            Arg::Long("no-unique-ids") => server.no_unique_ids = true,
            Arg::Long("time") => once(&mut check.time, "time", &mut parser)?,
            Arg::Long("json") => check.format = Format::Json,
            Arg::Long("help") | Arg::Short('h') => return Ok(Invocation::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    check.profile = server.profile()?;
    Ok(Invocation::Check(check))
}

/// What the options of `check` say about the server, as given.
#[derive(Default)]
struct ServerArguments {
    server_id: Option<String>,
    no_server_id: bool,
    sts_endpoint: Option<String>,
    uses_client_region: bool,
    allowed_headers: Option<Vec<String>>,
    no_allowed_headers: bool,
    no_config: bool,
    vault_version: Option<String>,
    openbao: bool,
    openbao_version: Option<String>,
    plugin_version: Option<String>,
    arn: Option<String>,
    bound_arns: Vec<String>,
    no_unique_ids: bool,
}

impl ServerArguments {
    fn profile(self) -> Result<ServerProfile, Failure> {
        let software = |flavour| move |version| Software { flavour, version };
        let profile = ServerProfile {
            server_id: either(
                self.server_id.map(ServerIdRequirement::Required),
                self.no_server_id
                    .then_some(ServerIdRequirement::NotRequired),
                "--server-id or --no-server-id",
            )?,
            sts_endpoint: either(
                self.sts_endpoint.map(|endpoint| match endpoint.as_str() {
                    "global" => CalledEndpoint::Global,
                    _ => CalledEndpoint::Url(endpoint),
                }),
                self.uses_client_region
                    .then_some(CalledEndpoint::ClientRegion),
                "--sts-endpoint or --server-uses-client-region",
            )?,
            allowed_headers: either(
                self.allowed_headers,
                self.no_allowed_headers.then(Vec::new),
                "--allowed-header or --no-allowed-headers",
            )?,
            mount_config: self.no_config.then_some(MountConfig::NeverWritten),
            core: either(
                self.vault_version.map(Some).map(software(Flavour::Vault)),
                (self.openbao || self.openbao_version.is_some())
                    .then_some(self.openbao_version)
                    .map(software(Flavour::OpenBao)),
                "--vault-version or --openbao and --openbao-version",
            )?,
            auth_plugin: self.plugin_version.map(Some).map(software(Flavour::Vault)),
            caller_arn: self.arn,
            role: (self.no_unique_ids || !self.bound_arns.is_empty()).then_some(RoleProfile::Iam(
                RoleBindings {
                    principal_arns: self.bound_arns,
                    unique_ids: match self.no_unique_ids {
                        true => UniqueIds::NotResolved,
                        false => UniqueIds::Resolved,
                    },
                    inferred_entity: InferredEntity::Nothing,
                },
            )),
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
        true => Err(Failure::Usage(format!(
            "expected either {names}, found both"
        ))),
        false => Ok(()),
    }
}

fn read_explain(mut parser: Parser) -> Result<Invocation, Failure> {
    let mut format = Format::Text;
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("json") => format = Format::Json,
            Arg::Long("help") | Arg::Short('h') => return Ok(Invocation::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Invocation::Explain(format))
}

fn read_diagnose(mut parser: Parser) -> Result<Invocation, Failure> {
    let mut diagnose = DiagnoseArguments::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("status") => once(&mut diagnose.status, "status", &mut parser)?,
            Arg::Long("date") => once(&mut diagnose.date, "date", &mut parser)?,
            Arg::Long("login") => once(&mut diagnose.login, "login", &mut parser)?,
            Arg::Long("time") => once(&mut diagnose.time, "time", &mut parser)?,
            Arg::Long("json") => diagnose.format = Format::Json,
            Arg::Long("help") | Arg::Short('h') => return Ok(Invocation::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Invocation::Diagnose(diagnose))
}

/// Takes the value of an option that may be given once.
fn once(slot: &mut Option<String>, name: &str, parser: &mut Parser) -> Result<(), Failure> {
    let value = parser.value()?.string()?;
    if slot.replace(value).is_some() {
        return Err(Failure::Usage(format!(
            "expected --{name} once, found it again"
        )));
    }
    Ok(())
}

/// Takes the value of an option that is a version and may be given once.
fn version(slot: &mut Option<String>, name: &str, parser: &mut Parser) -> Result<(), Failure> {
    once(slot, name, parser)?;
    match slot {
        Some(version) if !is_version(version) => Err(Failure::Usage(format!(
            "expected a version such as 1.20.3 as --{name}, found `{}`",
            echo_value(version)
        ))),
        _ => Ok(()),
    }
}
