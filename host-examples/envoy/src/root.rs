//! The plugin of one VM: reads the configuration, and claims the session when nobody holds it.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::rc::Rc;
use std::time::Duration;

use proxy_wasm::hostcalls::{get_buffer, get_property, set_tick_period};
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{BufferType, ContextType};
use thiserror::Error;
use vault_aws_login::session::SessionConfig;
use vault_aws_login_wiping::{Depth, with_clean_stack};

use crate::clock::{monotonic_milliseconds, now};
use crate::config::{FilterConfig, FilterConfigError};
use crate::credentials::Environment;
use crate::filter::Filter;
use crate::holder::{Claim, Holder};
use crate::keeper::{Keeper, Outcome};
use crate::log;
use crate::metrics::Metrics;
use crate::presence::{self, Changed};
use crate::shared_data::SharedData;
use crate::worker::Worker;

/// How often each VM looks at what is shared.
const TICK: Duration = Duration::from_millis(100);

/// The most bytes of configuration that are read.
const LONGEST_CONFIGURATION: usize = 1024 * 1024;

pub(crate) struct Root {
    id: u32,
    plugin: Option<Plugin>,
}

struct Plugin {
    worker: Rc<Worker>,
    session_config: SessionConfig,
    environment: Environment,
    /// Names this VM in the record of the holder.
    vm: u64,
    /// Whether the record of the VMs that run the configuration names this one.
    is_present: bool,
    keeper: Option<Keeper>,
    /// The cluster that was looked for in vain, if one is missing.
    missing: Option<String>,
}

#[derive(Debug, Error)]
enum LoadError {
    #[error(transparent)]
    Config(#[from] FilterConfigError),
    #[error(
        "unsafe vm_id: expected a vm_config.vm_id of this filter's own, found an empty one, with \
         which every other plugin that has none could read the token"
    )]
    EmptyVmId,
}

impl Root {
    pub fn new(id: u32) -> Self {
        Self { id, plugin: None }
    }
}

impl Context for Root {
    fn on_http_call_response(&mut self, call: u32, _: usize, body_size: usize, _: usize) {
        with_clean_stack(Depth::Json, || {
            if let Some(plugin) = &mut self.plugin {
                plugin.take_answer(call, body_size);
                plugin.worker.serve_waiting(self.id);
            }
        });
    }

    fn on_done(&mut self) -> bool {
        if let Some(plugin) = &mut self.plugin {
            plugin.leave();
        }
        true
    }
}

impl RootContext for Root {
    fn on_configure(&mut self, _: usize) -> bool {
        match with_clean_stack(Depth::Json, Plugin::load) {
            Ok(plugin) => {
                self.plugin = Some(plugin);
                // A root context cannot send before its first tick.
                set_tick_period(TICK).is_ok()
            }
            Err(error) => {
                log::error(&error.to_string());
                false
            }
        }
    }

    fn on_tick(&mut self) {
        with_clean_stack(Depth::Json, || {
            if let Some(plugin) = &mut self.plugin {
                plugin.enter();
                plugin.worker.refresh();
                plugin.hold();
                plugin.worker.serve_waiting(self.id);
            }
        });
    }

    fn create_http_context(&self, context: u32) -> Option<Box<dyn HttpContext>> {
        let worker = self.plugin.as_ref().map(|plugin| Rc::clone(&plugin.worker));
        Some(Box::new(Filter::new(context, worker)))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

impl Plugin {
    fn load() -> Result<Self, LoadError> {
        let json = get_buffer(BufferType::PluginConfiguration, 0, LONGEST_CONFIGURATION);
        let json = json.ok().flatten().unwrap_or_default();
        let config = FilterConfig::read(&json)?;
        let environment = Environment::of_vm();
        let session_config = config.session(&environment)?;
        if property("plugin_vm_id").is_empty() {
            return Err(LoadError::EmptyVmId);
        }
        let shared_data = SharedData::new(&json, environment.identity(&config.credentials));
        for record in [&shared_data.holder, &shared_data.present] {
            if record.read().1.is_none() {
                // The first VM does so before there are others, so that each change has a version.
                record.write(&[], None);
            }
        }
        let name = property("plugin_name");
        let metrics = Metrics::define(&String::from_utf8_lossy(&name));
        Ok(Self {
            worker: Rc::new(Worker::new(config, shared_data, metrics)),
            session_config,
            environment,
            vm: random(),
            is_present: false,
            keeper: None,
            missing: None,
        })
    }

    /// Keeps or takes the session, and does what it asks for.
    fn hold(&mut self) {
        if !self.claim() {
            self.keeper = None;
            return;
        }
        let worker = &self.worker;
        let keeper = self
            .keeper
            .get_or_insert_with(|| Keeper::begin(&self.session_config, random(), worker));
        let outcome = keeper.act(worker, &self.environment, &mut self.missing);
        if outcome == Outcome::Superseded {
            self.keeper = None;
        }
        let seconds = worker.published().seconds_left(now());
        worker.metrics.lease_seconds_left(seconds);
    }

    /// Says whether this VM holds the session, after trying to.
    fn claim(&self) -> bool {
        let record = &self.worker.shared_data.holder;
        let (bytes, version) = record.read();
        match Holder::claim(Holder::read(&bytes), self.vm, monotonic_milliseconds()) {
            Claim::Held => true,
            Claim::Write(holder) => version.is_some() && record.write(&holder.write(), version),
            Claim::Others => false,
        }
    }

    fn take_answer(&mut self, call: u32, body_size: usize) {
        if let Some(keeper) = &mut self.keeper {
            keeper.take_answer(call, body_size);
            self.hold();
        }
    }

    /// Names this VM among those that run the configuration. Not at load, which a VM that Envoy
    /// starts for the check of a configuration alone does too.
    fn enter(&mut self) {
        if !self.is_present {
            let record = &self.worker.shared_data.present;
            self.is_present = presence::enter(record, self.vm) == Changed::Yes;
        }
    }

    /// Lets another VM hold the session at once, or leaves nothing behind if there is none.
    fn leave(&mut self) {
        self.keeper = None;
        // First, so that the last VM to go finds no other one's claim.
        self.hand_over();
        let shared_data = &self.worker.shared_data;
        let was_last = self.is_present && presence::leave(&shared_data.present, self.vm);
        // While this VM is the holder, none that has come meanwhile adopts the lease.
        if was_last && self.claim() {
            shared_data.lease.write(&[], None);
            shared_data.refused.write(&[], None);
            self.hand_over();
        }
    }

    /// Takes this VM out of the record of the holder, if it is the one.
    fn hand_over(&self) {
        let record = &self.worker.shared_data.holder;
        let (bytes, version) = record.read();
        if Holder::read(&bytes).is_some_and(|holder| holder.vm == self.vm) {
            record.write(&[], version);
        }
    }
}

/// Reads a property of the plugin.
fn property(name: &str) -> Vec<u8> {
    get_property(vec![name]).ok().flatten().unwrap_or_default()
}

/// Draws a number that differs from VM to VM: the standard library takes its seed from the host.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
