//! The command `login`, and what `exec` shares with it.

use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

use crate::arguments::aws::AwsArguments;
use crate::arguments::connection::ConnectionArguments;
use crate::arguments::{Format, LoginArguments, RoleArguments, Target};
use crate::clock::unix_milliseconds;
use crate::component::{Finding, Instance, LoginComponent, NOTHING_KNOWN, Severity, VaultAnswer};
use crate::diagnosis::ServerWords;
use crate::failure::{Failure, Kind};
use crate::sink::{Mode, Sink};
use crate::streams::print;
use crate::token::{self, Granted};
use crate::vault::{Unreached, Vault};
use crate::{aws, dry_run, environment, inputs, role, rules};

pub fn perform(arguments: LoginArguments, json: bool) -> Result<ExitCode, Failure> {
    let LoginArguments {
        format,
        field,
        store,
        dry_run,
        wrap_ttl,
        target,
        connection,
        aws,
        assume_role,
    } = arguments;
    if store && wrap_ttl.is_some() {
        return Err(Failure::usage(
            "expected --store or --wrap-ttl (VAULT_WRAP_TTL), found both: a wrapping token is no token to keep",
        ));
    }
    if dry_run && store {
        return Err(Failure::usage(
            "expected --dry-run or --store, found both: a dry run gets no token",
        ));
    }
    if let Some(field) = field {
        field.expect_in_answer(wrap_ttl.is_some())?;
    }
    // Before the login, so that no token is lost for want of a place.
    let file = match store {
        true => Some(token_file()?),
        false => None,
    };

    let way = Way {
        target: &target,
        connection: &connection,
        aws: &aws,
        wrap_ttl: wrap_ttl.as_deref(),
    };
    let prepared = Prepared::new(&way, assume_role)?;
    if dry_run {
        return dry_run::show(prepared, json);
    }
    let granted = prepared.post()?;
    if let Some(file) = &file {
        file.write(&granted.token)?;
        if environment::vault_variable("TOKEN").is_some() {
            eprintln!("VAULT_TOKEN is set, and vault and bao prefer it to ~/.vault-token");
        }
    }
    let format = format.or_else(|| json.then_some(Format::Json));
    let text = match (field, format) {
        (Some(field), format) => granted.field(field, format == Some(Format::Json))?,
        (None, Some(Format::Json)) => token::printable(&granted.body),
        (None, Some(Format::Env)) => {
            environment::for_shell(&environment::with_token(&granted.token, &connection))
        }
        // It is kept where others do not read it; a screen or a job's log is another place.
        (None, None) if file.is_some() => return Ok(ExitCode::SUCCESS),
        (None, Some(Format::Token) | None) => granted.token,
    };
    Ok(print(&format!("{text}\n")))
}

/// The file in which `vault login` and `bao login` keep the token.
fn token_file() -> Result<Sink, Failure> {
    match environment::variable("HOME") {
        Some(home) => Ok(Sink::new(
            Path::new(&home).join(".vault-token"),
            Mode::OWNER,
        )?),
        None => Err(Failure::here(
            "expected HOME with the folder for .vault-token, found none",
        )),
    }
}

/// What leads to a token.
pub struct Way<'a> {
    pub target: &'a Target,
    pub connection: &'a ConnectionArguments,
    pub aws: &'a AwsArguments,
    pub wrap_ttl: Option<&'a str>,
}

/// A signed login that has not been sent.
pub struct Prepared {
    pub vault: Vault,
    /// Below `/v1/`.
    pub path: String,
    pub login: String,
    /// The time for which it is signed.
    pub unix_seconds: u64,
    pub instance: Instance,
}

impl Prepared {
    pub fn new(way: &Way, assume_role: RoleArguments) -> Result<Self, Failure> {
        let assume_role = assume_role.role()?;
        let vault = Vault::new(way.connection, way.wrap_ttl)?;
        let path = format!("auth/{}/login", way.target.mount);
        vault.url_of(&path)?;
        let component = LoginComponent::load(way.target.component.component.as_deref())?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let profile = way.aws.profile.as_deref();
        let credentials = inputs::credentials(&runtime.block_on(aws::credentials(profile))?);

        let mut instance = component.instantiate()?;
        let (login, now) = match assume_role {
            None => {
                let now = unix_seconds()?;
                let options = inputs::options(&way.target.signing)?;
                (instance.sign_login(&credentials, &options, now)?, now)
            }
            Some(given) => {
                let setting = role::setting(given, runtime.block_on(aws::region(profile)));
                let config = inputs::session(way.target, way.connection, Some(setting), None)?;
                let signed = role::sign_login(component.instantiate()?, &config, &credentials)?;
                let now = unix_seconds()?.saturating_add_signed(signed.offset_seconds);
                (signed.login, now)
            }
        };
        Ok(Self {
            vault,
            path,
            login,
            unix_seconds: now,
            instance,
        })
    }

    /// Sends the login, unless it is certain to be refused. The server decides the rest.
    pub fn post(mut self) -> Result<Granted, Failure> {
        let findings = self
            .instance
            .check_login(&self.login, &NOTHING_KNOWN, self.unix_seconds)?;
        let certain = |finding: &&Finding| finding.severity == Severity::Refused;
        if let Some(finding) = findings.iter().find(certain) {
            return Err(Failure::here(&finding.message)
                .with_rule(rules::login(finding.rule).name())
                .with_fix(&finding.fix));
        }
        let answer = match self.vault.post(&self.path, &self.login) {
            Ok(answer) => answer,
            Err(error) => {
                if !error.is::<Unreached>() {
                    // An answer that is none, such as a redirect without end.
                    return Err(Failure::new(Kind::Unreached, format!("{error:#}")));
                }
                let none = VaultAnswer {
                    status: None,
                    body: String::new(),
                    date: None,
                };
                let refusal = self.explain(&none)?;
                return Err(Failure::new(Kind::Unreached, format!("{error:#}")).explained(&refusal));
            }
        };
        let token = token::read(answer.status.unwrap_or_default(), &answer.body);
        // Also for an answer with a token, because it says what may be shown of the warnings.
        let refusal = self.explain(&answer)?;
        let token = match token {
            Ok(token) => token,
            Err(error) => {
                let message = format!("{error}{}", ServerWords(&refusal));
                return Err(Failure::new(Kind::Refused, message).explained(&refusal));
            }
        };
        if let Some(warnings) = &refusal.quoted {
            eprintln!("Vault warns: {warnings}");
        }
        Ok(Granted {
            token,
            body: answer.body,
        })
    }

    fn explain(&mut self, answer: &VaultAnswer) -> Result<crate::component::LoginRefusal, Failure> {
        let now = unix_seconds()?;
        Ok(self
            .instance
            .explain_refusal(answer, Some(&self.login), now)?)
    }
}

fn unix_seconds() -> anyhow::Result<u64> {
    Ok(unix_milliseconds(SystemTime::now())? / 1000)
}
