//! Reads the command line.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use lexopt::{Arg, Parser, ValueExt};

use crate::component::StsEndpoint;
use crate::echo::{usage, value};
use crate::environment::duration;

pub enum Invocation {
    Help,
    Version,
    Login(LoginArguments),
    Agent(AgentArguments),
}

/// The options of `login`.
pub struct LoginArguments {
    pub format: Format,
    pub assume_role: Option<RoleArguments>,
    pub target: Target,
}

/// The options of `agent`.
pub struct AgentArguments {
    pub sink: PathBuf,
    /// In seconds; its bounds and its default are the session's.
    pub clock_correction_limit: Option<u32>,
    pub assume_role: Option<RoleArguments>,
    pub target: Target,
}

/// The IAM role to assume; bounds and defaults are the session's.
pub struct RoleArguments {
    pub arn: String,
    pub session_name: Option<String>,
    pub external_id: Option<String>,
    pub duration_seconds: Option<u32>,
}

/// Which login to make, with which component.
pub struct Target {
    pub component: PathBuf,
    pub mount: String,
    pub role: Option<String>,
    pub server_id: Option<String>,
    pub region: Option<String>,
    pub sts_endpoint: Option<StsEndpoint>,
}

#[derive(Clone, Copy)]
pub enum Format {
    Token,
    Json,
}

/// Reads the arguments, the program's name first.
pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Invocation> {
    let mut parser = Parser::from_iter(arguments);
    match parser.next().map_err(usage)? {
        Some(Arg::Value(word)) if word == "login" => read_options(parser, Command::Login),
        Some(Arg::Value(word)) if word == "agent" => read_options(parser, Command::Agent),
        Some(Arg::Value(word)) => {
            bail!("expected the command login or agent, found {}", value(word))
        }
        Some(Arg::Long("help") | Arg::Short('h')) => Ok(Invocation::Help),
        Some(Arg::Long("version") | Arg::Short('V')) => Ok(Invocation::Version),
        Some(other) => Err(usage(other.unexpected())),
        None => bail!("expected a command, found none"),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Command {
    Login,
    Agent,
}

/// The options as given, before defaults and conflicts are looked at.
#[derive(Default)]
struct Given {
    component: Option<String>,
    mount: Option<String>,
    role: Option<String>,
    server_id: Option<String>,
    region: Option<String>,
    sts_endpoint: Option<String>,
    format: Option<String>,
    sink: Option<String>,
    clock_correction_limit: Option<String>,
    assume_role: Option<String>,
    assume_role_session_name: Option<String>,
    external_id: Option<String>,
    assume_role_duration: Option<String>,
    fips: bool,
    dual_stack: bool,
}

fn read_options(mut parser: Parser, command: Command) -> Result<Invocation> {
    let mut given = Given::default();
    while let Some(argument) = parser.next().map_err(usage)? {
        let (slot, name) = match argument {
            Arg::Long("component") => (&mut given.component, "component"),
            Arg::Long("mount") => (&mut given.mount, "mount"),
            Arg::Long("role") => (&mut given.role, "role"),
            Arg::Long("server-id" | "header-value") => (&mut given.server_id, "server-id"),
            Arg::Long("region") => (&mut given.region, "region"),
            Arg::Long("sts-endpoint") => (&mut given.sts_endpoint, "sts-endpoint"),
            Arg::Long("format") if command == Command::Login => (&mut given.format, "format"),
            Arg::Long("sink") if command == Command::Agent => (&mut given.sink, "sink"),
            Arg::Long("clock-correction-limit") if command == Command::Agent => {
                (&mut given.clock_correction_limit, "clock-correction-limit")
            }
            Arg::Long("assume-role") => (&mut given.assume_role, "assume-role"),
            Arg::Long("assume-role-session-name") => (
                &mut given.assume_role_session_name,
                "assume-role-session-name",
            ),
            Arg::Long("external-id") => (&mut given.external_id, "external-id"),
            Arg::Long("assume-role-duration") => {
                (&mut given.assume_role_duration, "assume-role-duration")
            }
            Arg::Long("fips") => {
                given.fips = true;
                continue;
            }
            Arg::Long("dual-stack") => {
                given.dual_stack = true;
                continue;
            }
            Arg::Long("help") | Arg::Short('h') => return Ok(Invocation::Help),
            other => return Err(usage(other.unexpected())),
        };
        if slot
            .replace(parser.value().and_then(ValueExt::string).map_err(usage)?)
            .is_some()
        {
            bail!("expected --{name} once, found it again");
        }
    }
    Ok(match command {
        Command::Login => Invocation::Login(LoginArguments {
            format: match given.format.as_deref() {
                None | Some("token") => Format::Token,
                Some("json") => Format::Json,
                Some(other) => bail!("expected --format token or json, found {}", value(other)),
            },
            assume_role: given.assume_role()?,
            target: given.target()?,
        }),
        Command::Agent => Invocation::Agent(AgentArguments {
            sink: match given.sink.take() {
                Some(path) if !path.is_empty() => path.into(),
                _ => bail!("expected --sink with the file that the token goes to, found none"),
            },
            clock_correction_limit: given.clock_correction_limit()?,
            assume_role: given.assume_role()?,
            target: given.target()?,
        }),
    })
}

impl Given {
    fn clock_correction_limit(&self) -> Result<Option<u32>> {
        let Some(text) = &self.clock_correction_limit else {
            return Ok(None);
        };
        match text.parse() {
            Ok(seconds) => Ok(Some(seconds)),
            Err(_) => bail!(
                "expected --clock-correction-limit with a number of seconds, found {}",
                value(text)
            ),
        }
    }

    fn assume_role(&mut self) -> Result<Option<RoleArguments>> {
        let parts = [
            ("assume-role-session-name", &self.assume_role_session_name),
            ("external-id", &self.external_id),
            ("assume-role-duration", &self.assume_role_duration),
        ];
        let part = parts.iter().find(|(_, value)| value.is_some());
        let Some(arn) = self.assume_role.take() else {
            return match part {
                None => Ok(None),
                Some((name, _)) => bail!(
                    "expected --assume-role with the ARN of an IAM role beside --{name}, found none"
                ),
            };
        };
        let duration_seconds = match &self.assume_role_duration {
            None => None,
            Some(text) => {
                let given = duration(text).context("invalid --assume-role-duration")?;
                // One that is too long is the session's to refuse.
                Some(u32::try_from(given.as_secs()).unwrap_or(u32::MAX))
            }
        };
        Ok(Some(RoleArguments {
            arn,
            session_name: self.assume_role_session_name.take(),
            external_id: self.external_id.take(),
            duration_seconds,
        }))
    }

    fn target(self) -> Result<Target> {
        let sts_endpoint = match (self.sts_endpoint, self.fips, self.dual_stack) {
            (None, false, false) => None,
            (None, true, false) => Some(StsEndpoint::Fips),
            (None, false, true) => Some(StsEndpoint::DualStack),
            (None, true, true) => Some(StsEndpoint::FipsDualStack),
            (Some(word), false, false) if word == "regional" => Some(StsEndpoint::Regional),
            (Some(url), false, false) => Some(StsEndpoint::Url(url)),
            (Some(_), ..) => {
                bail!("expected either --sts-endpoint or --fips and --dual-stack, found both")
            }
        };
        let mount = self.mount.unwrap_or_else(|| "aws".into());
        let mount = mount.trim_matches('/');
        if mount.is_empty() {
            bail!("expected --mount with a path such as aws, found an empty one");
        }
        Ok(Target {
            component: self
                .component
                .map_or_else(|| "dist/vault-aws-login.wasm".into(), PathBuf::from),
            mount: mount.into(),
            role: self.role,
            server_id: self.server_id,
            region: self.region,
            sts_endpoint,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(arguments: &[&str]) -> Result<LoginArguments> {
        let all = ["vault-aws-login", "login"].iter().chain(arguments);
        match read(all.map(OsString::from))? {
            Invocation::Login(login) => Ok(login),
            _ => bail!("not a login"),
        }
    }

    #[test]
    fn header_value_is_another_name_of_server_id() {
        for name in ["--server-id", "--header-value"] {
            let login = login(&[name, "vault.example.com"]).unwrap();
            assert_eq!(login.target.server_id.as_deref(), Some("vault.example.com"));
        }
    }

    #[test]
    fn slashes_around_a_mount_are_dropped() {
        assert_eq!(
            login(&["--mount", "/team/aws/"]).unwrap().target.mount,
            "team/aws"
        );
        assert_eq!(login(&[]).unwrap().target.mount, "aws");
    }

    #[test]
    #[rustfmt::skip]
    fn agent_wants_a_sink_and_login_takes_none() {
        let read = |words: &[&str]| read(["x"].iter().chain(words).map(OsString::from)).err().map(|error| error.to_string());
        assert_eq!(read(&["agent", "--sink", "token"]), None);
        assert_eq!(read(&["agent"]).as_deref(), Some("expected --sink with the file that the token goes to, found none"));
        assert_eq!(read(&["agent", "--sink", "token", "--format", "json"]).as_deref(), Some("invalid option `--format`"));
        assert_eq!(read(&["login", "--sink", "token"]).as_deref(), Some("invalid option `--sink`"));
    }

    #[test]
    #[rustfmt::skip]
    fn clock_correction_limit_is_the_agents() {
        let read = |words: &[&str]| read(["x"].iter().chain(words).map(OsString::from));
        let limit = |value: &[&str]| match read(&[&["agent", "--sink", "token"], value].concat()) {
            Ok(Invocation::Agent(agent)) => Ok(agent.clock_correction_limit),
            other => Err(other.err().map(|error| error.to_string())),
        };
        assert_eq!(limit(&[]), Ok(None));
        assert_eq!(limit(&["--clock-correction-limit", "0"]), Ok(Some(0)));
        assert_eq!(limit(&["--clock-correction-limit", "1h"]), Err(Some("expected --clock-correction-limit with a number of seconds, found `1h`".into())));
        assert_eq!(read(&["login", "--clock-correction-limit", "0"]).err().unwrap().to_string(), "invalid option `--clock-correction-limit`");
    }

    #[test]
    #[rustfmt::skip]
    fn role_to_assume_has_a_session_name_an_external_id_and_a_duration() {
        let role = |arguments: &[&str]| login(arguments).map(|login| login.assume_role);
        assert!(role(&[]).unwrap().is_none());
        let arn = ["--assume-role", "arn:aws:iam::123456789012:role/dev"];
        let given = role(&[&arn[..], &["--assume-role-session-name", "ci", "--external-id", "x1", "--assume-role-duration", "15m"]].concat());
        let given = given.unwrap().unwrap();
        assert_eq!((given.arn.as_str(), given.session_name.as_deref()), (arn[1], Some("ci")));
        assert_eq!((given.external_id.as_deref(), given.duration_seconds), (Some("x1"), Some(900)));
        let refused = |arguments: &[&str]| format!("{:#}", login(arguments).err().unwrap());
        assert_eq!(refused(&["--external-id", "x1"]), "expected --assume-role with the ARN of an IAM role beside --external-id, found none");
        assert_eq!(refused(&[&arn[..], &["--assume-role-duration", "1d"]].concat()), "invalid --assume-role-duration: expected a duration in ms, s, m or h, found `1d`");
    }

    #[test]
    #[rustfmt::skip]
    fn wrong_usage_is_refused_in_one_sentence() {
        let refused = |arguments: &[&str]| format!("{:#}", login(arguments).err().unwrap());
        assert_eq!(refused(&["--mount", "/"]), "expected --mount with a path such as aws, found an empty one");
        assert_eq!(refused(&["--format", "yaml"]), "expected --format token or json, found `yaml`");
        assert_eq!(refused(&["--role", "a", "--role", "b"]), "expected --role once, found it again");
        assert_eq!(refused(&["--fips", "--sts-endpoint", "https://sts.example.com"]), "expected either --sts-endpoint or --fips and --dual-stack, found both");
        assert_eq!(refused(&["--roll", "a"]), "invalid option `--roll`");
        assert_eq!(refused(&["extra"]), "unexpected argument `extra`");
    }
}
