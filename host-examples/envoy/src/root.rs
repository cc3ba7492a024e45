//! Drives the session from Envoy's ticks and answers.

use std::cell::RefCell;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::rc::Rc;
use std::time::Duration;

use proxy_wasm::hostcalls::{get_buffer, log, set_tick_period};
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{BufferType, ContextType, LogLevel};
use vault_aws_login::Credentials;
use vault_aws_login::session::{Action, Lease, Request, Session, TransportFailure};

use crate::clock::now;
use crate::config::{FilterConfig, FilterConfigError};
use crate::request::Filter;
use crate::vault;

/// How often the session is asked what to do; the first time, at the first tick.
const TICK: Duration = Duration::from_millis(100);

/// Shared by the root and its requests, which one thread serves.
pub(crate) struct Shared {
    pub(crate) config: FilterConfig,
    pub(crate) lease: RefCell<Option<Lease>>,
}

#[derive(Default)]
pub(crate) struct Root {
    running: Option<Running>,
}

struct Running {
    shared: Rc<Shared>,
    session: Session,
    /// The request that is under way, with Envoy's number of it.
    under_way: Option<(u32, Request)>,
}

impl Context for Root {
    fn on_http_call_response(&mut self, call: u32, _: usize, body_size: usize, _: usize) {
        if let Some(running) = &mut self.running {
            running.take_answer(call, body_size);
            running.act();
        }
    }
}

impl RootContext for Root {
    fn on_configure(&mut self, _: usize) -> bool {
        match configure() {
            Ok(running) => {
                self.running = Some(running);
                // A root context cannot send before its first tick.
                set_tick_period(TICK).is_ok()
            }
            Err(error) => {
                say(LogLevel::Error, &error.to_string());
                false
            }
        }
    }

    fn on_tick(&mut self) {
        if let Some(running) = &mut self.running {
            running.act();
        }
    }

    fn create_http_context(&self, _: u32) -> Option<Box<dyn HttpContext>> {
        let running = self.running.as_ref()?;
        Some(Box::new(Filter::new(Rc::clone(&running.shared))))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

fn configure() -> Result<Running, FilterConfigError> {
    let json = get_buffer(BufferType::PluginConfiguration, 0, usize::MAX);
    let config = FilterConfig::read(&json.ok().flatten().unwrap_or_default())?;
    let session = Session::new(config.session()?, jitter_seed());
    Ok(Running {
        shared: Rc::new(Shared {
            config,
            lease: RefCell::new(None),
        }),
        session,
        under_way: None,
    })
}

/// Returns what differs from proxy to proxy: the standard library's seed comes from the host.
fn jitter_seed() -> u64 {
    RandomState::new().build_hasher().finish()
}

impl Running {
    /// Does what the session says until it says to wait.
    fn act(&mut self) {
        loop {
            match self.session.next_action(now()) {
                Action::Send(request) => self.send(request),
                Action::WaitUntil(_) => return,
                Action::NeedCredentials => match environment() {
                    Ok(credentials) => self.session.push_credentials(credentials, now()),
                    Err(message) => say(LogLevel::Error, &message),
                },
                // Only sources that this filter does not offer ask for one.
                Action::NeedAuthorizationToken => {}
                Action::TokenReady(lease) => {
                    say(
                        LogLevel::Info,
                        &format!("token {} is ready", lease.generation),
                    );
                    self.shared.lease.replace(Some(lease));
                }
                Action::TokenEnded(generation) => {
                    say(LogLevel::Warn, &format!("token {generation} has ended"));
                    self.shared.lease.replace(None);
                }
                Action::ClockCorrected(correction) => say(LogLevel::Warn, &correction.message),
                Action::Refused(refusal) => say(
                    LogLevel::Warn,
                    &format!("{}: {}", refusal.rule.name(), refusal.message),
                ),
            }
        }
    }

    fn send(&mut self, request: Request) {
        match vault::send(&self.shared.config, &request) {
            Ok(call) => self.under_way = Some((call, request)),
            Err(_) => {
                say(
                    LogLevel::Error,
                    &format!(
                        "cannot send to Vault: expected a cluster named `{}`, found none that takes requests",
                        self.shared.config.vault_cluster
                    ),
                );
                let failure = TransportFailure::Unreachable;
                self.session.on_failure(request.id, now(), failure);
            }
        }
    }

    fn take_answer(&mut self, call: u32, body_size: usize) {
        // Only the answer to the last request counts; the session gives up on the others.
        let Some((_, request)) = self.under_way.take_if(|(number, _)| *number == call) else {
            return;
        };
        match vault::answer(body_size, request.answer_limit_bytes) {
            Ok(response) => self.session.on_response(request.id, now(), response),
            Err(failure) => self.session.on_failure(request.id, now(), failure),
        }
    }
}

/// Reads credentials from the VM's environment, as Envoy's `environment_variables` gives it.
fn environment() -> Result<Credentials, String> {
    let read = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let (Some(access_key_id), Some(secret_access_key)) =
        (read("AWS_ACCESS_KEY_ID"), read("AWS_SECRET_ACCESS_KEY"))
    else {
        return Err(
            "missing credentials: expected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in \
             vm_config.environment_variables, found neither"
                .into(),
        );
    };
    let session_token = read("AWS_SESSION_TOKEN");
    Credentials::new(access_key_id, secret_access_key, session_token, None)
        .map_err(|error| error.to_string())
}

/// Writes to Envoy's log, which names the plugin. If even that fails, there is nobody left to tell.
fn say(level: LogLevel, message: &str) {
    let _ = log(level, message);
}
