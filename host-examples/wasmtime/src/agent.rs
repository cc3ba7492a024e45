//! The command `agent`: does what the session asks for until a signal ends it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::{Context, Result};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;

use crate::arguments::AgentArguments;
use crate::clock::{Clock, unix_milliseconds};
use crate::component::LoginComponent;
use crate::failure::Failure;
use crate::health::{self, HealthFile};
use crate::log::{Event, Log, LogFormat};
use crate::notify::Notifier;
use crate::role::Sts;
use crate::session::{
    self, Action, Destination, Healing, HttpResponse, Lease, Session, TransportFailure,
};
use crate::sink::Sinks;
use crate::vault::Vault;
use crate::{aws, inputs, role};

pub fn perform(arguments: AgentArguments, json: bool) -> Result<(), Failure> {
    if arguments.once && arguments.health_file.is_some() {
        return Err(Failure::usage(
            "expected --once or --health-file, found both: an agent that ended looks after no token",
        ));
    }
    if arguments.probe {
        return probe(arguments.health_file);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let result = runtime.block_on(run(arguments, json));
    // Not waiting for a request in flight.
    runtime.shutdown_background();
    result
}

fn probe(health_file: Option<PathBuf>) -> Result<(), Failure> {
    let Some(file) = health_file else {
        return Err(Failure::usage(
            "expected --health-file of the agent beside --probe, found none",
        ));
    };
    match health::is_good(&file, unix_milliseconds(SystemTime::now())? / 1000) {
        true => Ok(()),
        false => Err(Failure::here("the agent has no good token")),
    }
}

/// What the session waits for.
enum Came {
    Answer(u64, Result<HttpResponse, TransportFailure>),
    Credentials(Result<aws_credential_types::Credentials>),
}

async fn run(arguments: AgentArguments, json: bool) -> Result<(), Failure> {
    let AgentArguments {
        sink,
        mode,
        once,
        health_file,
        probe: _,
        log_format,
        clock_correction_limit,
        target,
        connection,
        aws,
        assume_role,
    } = arguments;
    let log_format = if json { LogFormat::Json } else { log_format };
    let assume_role = assume_role.role()?;
    let keeper = Keeper {
        sinks: Sinks::new(sink, mode)?,
        health: health_file.map(HealthFile::new).transpose()?,
        notifier: Notifier::from_environment(),
        log: Log::new(log_format),
    };
    let vault = Arc::new(Vault::new(&connection, None)?);
    let component = LoginComponent::load(target.component.component.as_deref())?;
    let assume_role = match assume_role {
        None => None,
        Some(given) => {
            let region = aws::region(aws.profile.as_deref()).await;
            Some(role::setting(given, region))
        }
    };
    let config = inputs::session(&target, &connection, assume_role, clock_correction_limit)?;
    let sts = Arc::new(Sts::new()?);
    let mut session = Session::create(component.instantiate()?, &config, getrandom::u64()?)?;

    let clock = Clock::start();
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut events = JoinSet::new();
    let mut generation = 0;
    loop {
        match session.next_action(clock.now()?)? {
            Action::Send(request) => {
                let (vault, sts) = (Arc::clone(&vault), Arc::clone(&sts));
                events.spawn_blocking(move || {
                    let answer = match request.destination {
                        Destination::Sts => sts.send(&request),
                        _ => vault.send(&request),
                    };
                    Came::Answer(request.id, answer)
                });
            }
            Action::NeedCredentials => {
                let profile = aws.profile.clone();
                events.spawn(async move {
                    Came::Credentials(aws::credentials(profile.as_deref()).await)
                });
            }
            Action::NeedAuthorizationToken => {
                return Err(Failure::here(
                    "the session asked for an authorization token, which pushed credentials do not need",
                ));
            }
            Action::WaitUntil(then) => tokio::select! {
                () = tokio::time::sleep(clock.until(then)) => {}
                Some(came) = events.join_next() => {
                    let came = came.context("a task of the agent ended early")?;
                    keeper.take(&mut session, clock.now()?, came)?;
                }
                _ = interrupt.recv() => break,
                _ = terminate.recv() => break,
            },
            Action::TokenReady(lease) => {
                keeper.keep(&lease, lease.generation == generation)?;
                generation = lease.generation;
                if once {
                    break;
                }
            }
            Action::TokenEnded(ended) => keeper.end(ended, ended == generation)?,
            Action::ClockCorrected(correction) => {
                let event = Event::ClockCorrected {
                    offset_seconds: correction.offset_seconds,
                };
                keeper
                    .log
                    .say(&event, &format!("clock: {}", correction.message));
            }
            Action::Refused(refusal) => {
                if once && refusal.healing == Healing::ByHand {
                    return Err(session::failure(&refusal));
                }
                keeper.log.refusal(&refusal);
                keeper
                    .notifier
                    .status(&format!("refused: {}", refusal.message));
            }
        }
    }
    keeper.notifier.stopping();
    Ok(())
}

/// Where the token is kept, and who is told.
struct Keeper {
    sinks: Sinks,
    health: Option<HealthFile>,
    notifier: Notifier,
    log: Log,
}

impl Keeper {
    fn keep(&self, lease: &Lease, is_renewal: bool) -> Result<()> {
        self.sinks.write(&lease.token)?;
        if let Some(file) = &self.health {
            file.write(lease.ends_at.unix_milliseconds / 1000)?;
        }
        let (token, seconds) = (lease.generation, seconds(lease));
        let is_good = format!("token {token} is good for {seconds} s");
        // What is ready already is not changed by being ready again.
        self.notifier.ready(&is_good);
        match is_renewal {
            true => {
                let event = Event::Renewed { token, seconds };
                self.log.say(&event, &format!("renewed: {is_good}"));
            }
            false => {
                let event = Event::LoggedIn { token, seconds };
                self.log.say(&event, &format!("logged in: {is_good}"));
            }
        }
        Ok(())
    }

    /// A token has ended; if it is the last one, its readers have none.
    fn end(&self, token: u64, is_last: bool) -> Result<()> {
        let text = format!("token {token} has ended");
        self.log.say(&Event::TokenEnded { token }, &text);
        if is_last {
            if let Some(file) = &self.health {
                file.remove()?;
            }
            self.sinks.remove()?;
            self.notifier.status(&text);
        }
        Ok(())
    }

    /// Hands what came to the session.
    fn take(&self, session: &mut Session, now: session::Instant, came: Came) -> Result<()> {
        match came {
            Came::Answer(request, answer) => session.on_answer(request, now, answer)?,
            Came::Credentials(Ok(found)) => {
                let credentials = inputs::credentials(&found);
                if let Some(message) = session.push_credentials(&credentials, now)? {
                    self.refuse(&message);
                }
            }
            // The session asks again after a minute.
            Came::Credentials(Err(error)) => self.refuse(&format!("{error:#}")),
        }
        Ok(())
    }

    fn refuse(&self, message: &str) {
        self.log.refused_here(message);
        self.notifier.status(&format!("refused: {message}"));
    }
}

fn seconds(lease: &Lease) -> u64 {
    let left = lease
        .ends_at
        .monotonic_milliseconds
        .saturating_sub(lease.starts_at.monotonic_milliseconds);
    left / 1000
}
