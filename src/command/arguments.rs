//! Reads the command line.

use lexopt::{Arg, Parser, ValueExt};

use super::failure::Failure;
use crate::inspector::{
    CalledEndpoint, Flavour, InferredEntity, MountConfig, RoleBindings, RoleProfile,
    ServerIdRequirement, ServerProfile, Software, UniqueIds,
};
use crate::text::OneLine;

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
                OneLine(&word.to_string_lossy())
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
                // Not echoed: somebody may have put the credentials themselves here.
                if parser.value()? != "-" {
                    return Err(Failure::Usage(
                        "expected --credentials - (standard input), found something else; \
                         this command opens no files"
                            .into(),
                    ));
                }
                sign.credentials = CredentialSource::StandardInput;
            }
            Arg::Long("help") | Arg::Short('h') => return Ok(Invocation::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    if sign.sts_endpoint.is_some() && (sign.fips || sign.dual_stack) {
        return Err(Failure::Usage(
            "expected either --sts-endpoint or --fips and --dual-stack, found both".into(),
        ));
    }
    Ok(Invocation::Sign(sign))
}

fn read_check(mut parser: Parser) -> Result<Invocation, Failure> {
    let mut check = CheckArguments::default();
    let mut bindings: Option<RoleBindings> = None;
    while let Some(argument) = parser.next()? {
        let profile = &mut check.profile;
        match argument {
            Arg::Long("server-id" | "header-value") => {
                let value = parser.value()?.string()?;
                profile.server_id = Some(ServerIdRequirement::Required(value));
            }
            Arg::Long("no-server-id") => {
                profile.server_id = Some(ServerIdRequirement::NotRequired);
            }
            Arg::Long("sts-endpoint") => {
                let value = parser.value()?.string()?;
                profile.sts_endpoint = Some(match value.as_str() {
                    "global" => CalledEndpoint::Global,
                    _ => CalledEndpoint::Url(value),
                });
            }
            Arg::Long("server-uses-client-region") => {
                profile.sts_endpoint = Some(CalledEndpoint::ClientRegion);
            }
            Arg::Long("allowed-header") => {
                let name = parser.value()?.string()?;
                profile.allowed_headers.get_or_insert_default().push(name);
            }
            Arg::Long("no-allowed-headers") => profile.allowed_headers = Some(Vec::new()),
            Arg::Long("no-config") => profile.mount_config = Some(MountConfig::NeverWritten),
            Arg::Long("vault-version") => {
                let version = parser.value()?.string()?;
                set_core(&mut profile.core, Flavour::Vault, Some(version))?;
            }
            Arg::Long("openbao") => {
                set_core(&mut profile.core, Flavour::OpenBao, None)?;
            }
            Arg::Long("openbao-version") => {
                let version = parser.value()?.string()?;
                set_core(&mut profile.core, Flavour::OpenBao, Some(version))?;
            }
            Arg::Long("plugin-version") => {
                profile.auth_plugin = Some(Software {
                    flavour: Flavour::Vault,
                    version: Some(parser.value()?.string()?),
                });
            }
            Arg::Long("arn") => profile.caller_arn = Some(parser.value()?.string()?),
            Arg::Long("bound-arn") => {
                let arn = parser.value()?.string()?;
                bindings
                    .get_or_insert_with(no_bindings)
                    .principal_arns
                    .push(arn);
            }
            Arg::Long("no-unique-ids") => {
                bindings.get_or_insert_with(no_bindings).unique_ids = UniqueIds::NotResolved;
            }
            Arg::Long("time") => once(&mut check.time, "time", &mut parser)?,
            Arg::Long("json") => check.format = Format::Json,
            Arg::Long("help") | Arg::Short('h') => return Ok(Invocation::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    check.profile.role = bindings.map(RoleProfile::Iam);
    Ok(Invocation::Check(check))
}

/// Notes what the server is, which has to be one thing.
fn set_core(
    core: &mut Option<Software>,
    flavour: Flavour,
    version: Option<String>,
) -> Result<(), Failure> {
    let core = core.get_or_insert(Software {
        flavour,
        version: None,
    });
    if core.flavour != flavour {
        return Err(Failure::Usage(
            "expected either --vault-version or --openbao and --openbao-version, found both".into(),
        ));
    }
    core.version = version.or_else(|| core.version.take());
    Ok(())
}

fn no_bindings() -> RoleBindings {
    RoleBindings {
        principal_arns: Vec::new(),
        unique_ids: UniqueIds::Resolved,
        inferred_entity: InferredEntity::Nothing,
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
