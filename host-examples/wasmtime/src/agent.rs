//! The command `agent`: does what the session asks for, until a signal comes.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;

use crate::arguments::AgentArguments;
use crate::clock::Clock;
use crate::component::{self, LoginComponent};
use crate::diagnosis::Diagnosis;
use crate::session::{
    Action, CredentialSource, Header, Healing, HttpResponse, Lease, Refusal, Request, Session,
    SessionConfig, TransportFailure,
};
use crate::sink::Sink;
use crate::vault::Vault;
use crate::{aws, environment, inputs, session};

pub fn perform(arguments: AgentArguments) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let result = runtime.block_on(run(arguments));
    // A request that is under way is not waited for.
    runtime.shutdown_background();
    result
}

/// What the session waits for.
enum Event {
    Answer(Request, Result<HttpResponse, TransportFailure>),
    Credentials(Result<aws_credential_types::Credentials>),
}

async fn run(arguments: AgentArguments) -> Result<()> {
    let AgentArguments {
        sink,
        clock_correction_limit,
        target,
    } = arguments;
    let sink = Sink::new(sink)?;
    let vault = Arc::new(Vault::from_environment()?);
    let component = LoginComponent::load(&target.component)?;
    let config = SessionConfig {
        mount: target.mount.clone(),
        namespace: environment::vault_variable("NAMESPACE"),
        login: inputs::options(target),
        // AWS's own chain knows every source, so the session is handed what that finds.
        credential_source: CredentialSource::Pushed,
        request_timeout_milliseconds: None,
        back_off_cap_milliseconds: None,
        start_spread_milliseconds: None,
        clock_correction_limit_seconds: clock_correction_limit,
    };
    let mut session = Session::create(component.instantiate()?, &config, getrandom::u64()?)?;

    let clock = Clock::start();
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut events = JoinSet::new();
    let mut generation = 0;
    // What the inspector makes of the last refused login, until the session reports it.
    let mut explained = None;
    loop {
        match session.next_action(clock.now()?)? {
            Action::Send(request) => {
                let vault = Arc::clone(&vault);
                events.spawn_blocking(move || {
                    let answer = vault.answer(&request);
                    Event::Answer(request, answer)
                });
            }
            Action::NeedCredentials => {
                events.spawn(async { Event::Credentials(aws::credentials().await) });
            }
            Action::NeedAuthorizationToken => {
                bail!("expected no question for a token of a source that is not used, found one")
            }
            Action::WaitUntil(then) => tokio::select! {
                () = tokio::time::sleep(clock.until(then)) => {}
                Some(event) = events.join_next() => {
                    let event = event.context("a task of the agent ended early")?;
                    let now = clock.now()?;
                    if let Event::Answer(request, Ok(response)) = &event {
                        explained = explain(&component, request, response, now.unix_milliseconds)?;
                    }
                    take(&mut session, now, event)?;
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
            Action::Refused(refusal) => report(&refusal, explained.take()),
        }
    }
}

/// Asks the inspector, in an instance of its own, about the answer to a login.
fn explain(
    component: &LoginComponent,
    request: &Request,
    response: &HttpResponse,
    unix_milliseconds: u64,
) -> Result<Option<component::Refusal>> {
    if response.status == 200 || !request.path_and_query.ends_with("/login") {
        return Ok(None);
    }
    let login = str::from_utf8(&request.body)?;
    let date = |header: &&Header| header.name.eq_ignore_ascii_case("date");
    let answer = component::Answer {
        status: Some(response.status),
        body: String::from_utf8_lossy(&response.body).into_owned(),
        date: response
            .headers
            .iter()
            .find(date)
            .map(|header| header.value.clone()),
    };
    let mut instance = component.instantiate()?;
    let refusal = instance.explain_refusal(&answer, login, unix_milliseconds / 1000)?;
    Ok(refusal.rule.is_some().then_some(refusal))
}

fn take(session: &mut Session, now: session::Instant, event: Event) -> Result<()> {
    match event {
        Event::Answer(request, answer) => session.on_answer(request.id, now, answer)?,
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

fn report(refusal: &Refusal, explained: Option<component::Refusal>) {
    let outlook = match refusal.healing {
        Healing::ByItself => "trying again",
        Healing::ByHand => "somebody has to change something; trying again once a minute",
    };
    let diagnosis = explained.as_ref().map(Diagnosis);
    let diagnosis = diagnosis.map_or_else(String::new, |diagnosis| diagnosis.to_string());
    eprintln!("refused: {} ({outlook}){diagnosis}", refusal.message);
}
