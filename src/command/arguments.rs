//! Reads the command line.

use lexopt::{Arg, Parser, ValueExt};

use super::failure::Failure;

pub(super) enum Invocation {
    Help,
    Version,
    Sign(SignArguments),
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
        Some(Arg::Value(word)) if word == "sign" => read_sign(parser),
        Some(Arg::Value(word)) => Err(Failure::Usage(format!(
            "expected the command sign, found `{}`",
            word.to_string_lossy().escape_debug()
        ))),
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
