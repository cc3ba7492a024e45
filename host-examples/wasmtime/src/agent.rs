//! The command `agent`: does what the session asks for until a signal ends it.

use std::sync::Arc;

use anyhow::{Context, Result};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;

use crate::arguments::AgentArguments;
use crate::clock::Clock;
use crate::component::LoginComponent;
use crate::diagnosis::Advice;
use crate::failure::Failure;
use crate::role::Sts;
use crate::session::{
    Action, Destination, Healing, HttpResponse, Lease, Session, SessionRefusal, TransportFailure,
};
use crate::sink::Sink;
use crate::vault::Vault;
use crate::{aws, inputs, role, rules, session};

pub fn perform(arguments: AgentArguments) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let result = runtime.block_on(run(arguments));
    // Not waiting for a request in flight.
    runtime.shutdown_background();
    result
}

/// What the session waits for.
enum Event {
    Answer(u64, Result<HttpResponse, TransportFailure>),
    Credentials(Result<aws_credential_types::Credentials>),
}

async fn run(arguments: AgentArguments) -> Result<(), Failure> {
    let AgentArguments {
        sink,
        clock_correction_limit,
        assume_role,
        target,
        connection: _,
    } = arguments;
    let assume_role = assume_role.role()?;
    let sink = Sink::new(sink)?;
    let vault = Arc::new(Vault::from_environment()?);
    let component = LoginComponent::load(target.component.component.as_deref())?;
    let assume_role = match assume_role {
        None => None,
        Some(given) => Some(role::setting(given, aws::region().await)),
    };
    let config = inputs::session(&target, assume_role, clock_correction_limit)?;
    let sts = Arc::new(Sts::new());
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
                    Event::Answer(request.id, answer)
                });
            }
            Action::NeedCredentials => {
                events.spawn(async { Event::Credentials(aws::credentials().await) });
            }
            Action::NeedAuthorizationToken => {
                return Err(Failure::here(
                    "the session asked for an authorization token, which pushed credentials do not need",
                ));
            }
            Action::WaitUntil(then) => tokio::select! {
                () = tokio::time::sleep(clock.until(then)) => {}
                Some(event) = events.join_next() => {
                    let event = event.context("a task of the agent ended early")?;
                    on_event(&mut session, clock.now()?, event)?;
                }
                _ = interrupt.recv() => return Ok(()),
                _ = terminate.recv() => return Ok(()),
            },
            Action::TokenReady(lease) => {
                sink.write(&lease.token)?;
                let what = if lease.generation == generation {
                    "renewed"
                } else {
                    "logged in"
                };
                generation = lease.generation;
                eprintln!(
                    "{what}: token {generation} is good for {} s",
                    seconds(&lease)
                );
            }
            Action::TokenEnded(ended) => {
                eprintln!("token {ended} has ended");
                if ended == generation {
                    sink.remove()?;
                }
            }
            Action::ClockCorrected(correction) => eprintln!("clock: {}", correction.message),
            Action::Refused(refusal) => report(&refusal),
        }
    }
}

fn on_event(session: &mut Session, now: session::Instant, event: Event) -> Result<()> {
    match event {
        Event::Answer(request, answer) => session.on_answer(request, now, answer)?,
        Event::Credentials(Ok(found)) => {
            let credentials = inputs::credentials(&found);
            if let Some(message) = session.push_credentials(&credentials, now)? {
                eprintln!("refused: {message}");
            }
        }
        // The session asks again after a minute.
        Event::Credentials(Err(error)) => eprintln!("refused: {error:#}"),
    }
    Ok(())
}

fn seconds(lease: &Lease) -> u64 {
    let left = lease
        .ends_at
        .monotonic_milliseconds
        .saturating_sub(lease.starts_at.monotonic_milliseconds);
    left / 1000
}

fn report(refusal: &SessionRefusal) {
    let outlook = match refusal.healing {
        Healing::ByItself => "trying again",
        Healing::ByHand => "something has to be changed; trying again once a minute",
    };
    let rule = rules::session(refusal.rule).name();
    let mut text = format!("refused: {} ({rule}: {outlook})", refusal.message);
    if let Some(diagnosis) = &refusal.diagnosis {
        if let Some(words) = &diagnosis.quoted {
            text += &format!("\n  the server said: {words}");
        }
        text += &Advice(diagnosis).to_string();
    }
    // In one write, so that no other line comes in between.
    eprintln!("{text}");
}
