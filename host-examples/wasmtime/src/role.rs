//! The IAM role that is assumed with what AWS's chain finds.

use std::thread;

use anyhow::Context;
use http::Uri;
use ureq::Agent;

use crate::arguments::assume_role::RoleToAssume;
use crate::clock::Clock;
use crate::component::{Credentials, Instance, StsEndpoint};
use crate::environment::variable;
use crate::exchange::{client, exchange};
use crate::failure::Failure;
use crate::session::{
    self, Action, AssumeRole, Healing, HttpResponse, Session, SessionConfig, SessionRefusalRule,
    SessionRequest, TransportFailure,
};
use crate::tls::TlsSettings;

/// Translates the command line. `region` is that of AWS's chain.
pub fn setting(arguments: RoleToAssume, region: String) -> AssumeRole {
    AssumeRole {
        role_arn: arguments.arn,
        role_session_name: arguments.session_name,
        external_id: arguments.external_id,
        duration_seconds: arguments.duration_seconds,
        region: Some(region),
        // AWS's tools move their STS with this variable.
        sts_endpoint: variable("AWS_ENDPOINT_URL_STS").map(StsEndpoint::Url),
    }
}

/// The STS that this program calls.
pub struct Sts {
    agent: Agent,
}

impl Sts {
    pub fn new() -> Result<Self, Failure> {
        Ok(Self {
            agent: client(&TlsSettings::default(), None, None)?,
        })
    }

    /// Sends a request of a session.
    pub fn send(&self, request: &SessionRequest) -> Result<HttpResponse, TransportFailure> {
        let origin = request.origin.as_deref().unwrap_or_default();
        let url: Result<Uri, _> = format!("{origin}{}", request.path_and_query).parse();
        let url = url.map_err(|_| TransportFailure::Unreachable)?;
        exchange(&self.agent, url, request, &[])
    }
}

/// A login that is signed with the role's credentials.
pub struct Signed {
    pub login: String,
    /// How far it is signed for another time than this machine's, in seconds.
    pub offset_seconds: i64,
}

/// Assumes the role and signs one login: a session up to the request that it would send to Vault.
pub fn sign_login(
    instance: Instance,
    config: &SessionConfig,
    credentials: &Credentials,
) -> Result<Signed, Failure> {
    let mut session = Session::create(instance, config, getrandom::u64()?)?;
    let sts = Sts::new()?;
    let clock = Clock::start();
    let mut offset_seconds = 0;
    loop {
        match session.next_action(clock.now()?)? {
            Action::Send(request) if request.origin.is_none() => {
                let login = String::from_utf8(request.body).context("the login is not UTF-8")?;
                return Ok(Signed {
                    login,
                    offset_seconds,
                });
            }
            Action::Send(request) => {
                let answer = sts.send(&request);
                session.on_answer(request.id, clock.now()?, answer)?;
            }
            Action::NeedCredentials => {
                if let Some(message) = session.push_credentials(credentials, clock.now()?)? {
                    return Err(Failure::here(message));
                }
            }
            Action::WaitUntil(then) => thread::sleep(clock.until(then)),
            Action::ClockCorrected(correction) => {
                offset_seconds = correction.offset_seconds;
                eprintln!("clock: {}", correction.message);
            }
            // Of all that heals by itself, this alone is worth a second try here.
            Action::Refused(refusal)
                if refusal.rule == SessionRefusalRule::ClockSkewed
                    && refusal.healing == Healing::ByItself => {}
            Action::Refused(refusal) => return Err(session::failure(&refusal)),
            Action::NeedAuthorizationToken | Action::TokenReady(_) | Action::TokenEnded(_) => {
                return Err(Failure::here(
                    "the session asked for something else than STS and a login",
                ));
            }
        }
    }
}
