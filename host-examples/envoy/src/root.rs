//! The plugin of one VM: reads the configuration, and runs the session while its VM leads.

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
use crate::leader::{Election, Leader};
use crate::log;
use crate::metrics::Metrics;
use crate::presence::{self, Changed};
use crate::session_driver::{Leadership, SessionDriver};
use crate::shared_data::SharedData;
use crate::shared_secret::{SharedSecret, SharedSecretError, check_vm, own_name};
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
    /// Names this VM among those of the configuration.
    vm: u64,
    /// Whether the list of the VMs that run the configuration names this one.
    is_present: bool,
    driver: Option<SessionDriver>,
    /// The cluster that was looked for in vain, if one is missing.
    missing: Option<String>,
}

#[derive(Debug, Error)]
enum LoadError {
    #[error(transparent)]
    Config(#[from] FilterConfigError),
    #[error(transparent)]
    Shared(#[from] SharedSecretError),
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
                plugin.on_answer(call, body_size);
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
                plugin.worker.begin_tick();
                plugin.worker.refresh();
                plugin.drive_session();
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
        let secret = SharedSecret::find(
            config.shared_secret_variable.as_deref(),
            environment.secret_access_key(&config.credentials),
        )?;
        let name = property("plugin_name");
        let name = String::from_utf8_lossy(&name);
        check_vm(
            &property("plugin_vm_id"),
            &name,
            secret.as_ref(),
            &environment,
        )?;
        let identity = environment.identity(&config.credentials);
        let shared_data = SharedData::new(&json, identity, secret.as_ref());
        for value in [&shared_data.leader, &shared_data.present] {
            if value.read().1.is_none() {
                // Written once by the first VM, so that each later change has a version.
                value.write(&[], None);
            }
        }
        let metrics = Metrics::define(own_name(&name));
        Ok(Self {
            worker: Rc::new(Worker::new(config, shared_data, metrics)),
            session_config,
            environment,
            vm: random(),
            is_present: false,
            driver: None,
            missing: None,
        })
    }

    /// Drives the session if this VM leads.
    fn drive_session(&mut self) {
        if !self.try_to_lead() {
            self.driver = None;
            return;
        }
        let worker = &self.worker;
        let driver = self
            .driver
            .get_or_insert_with(|| SessionDriver::start(&self.session_config, random(), worker));
        let leadership = driver.drive(worker, &self.environment, &mut self.missing);
        if leadership == Leadership::Lost {
            self.driver = None;
        }
        let seconds = worker.published().seconds_left(now());
        worker.metrics.lease_seconds_left(seconds);
    }

    /// Becomes or stays the leader unless another VM is; true if this VM leads.
    fn try_to_lead(&self) -> bool {
        let shared = &self.worker.shared_data.leader;
        let (bytes, version) = shared.read();
        match Leader::elect(Leader::read(&bytes), self.vm, monotonic_milliseconds()) {
            Election::Leads => true,
            Election::Write(leader) => version.is_some() && shared.write(&leader.write(), version),
            Election::Follows => false,
        }
    }

    fn on_answer(&mut self, call: u32, body_size: usize) {
        if let Some(driver) = &mut self.driver {
            driver.on_answer(call, body_size);
            self.drive_session();
        }
    }

    /// Lists this VM among those that run the configuration. Not at load, because Envoy also loads
    /// a configuration in a VM that only checks it.
    fn enter(&mut self) {
        if !self.is_present {
            let list = &self.worker.shared_data.present;
            self.is_present = presence::enter(list, self.vm) == Changed::Yes;
        }
    }

    /// Lets another VM lead at once; the last VM empties what they shared.
    fn leave(&mut self) {
        self.driver = None;
        // First, so that the last VM to leave finds no other leader.
        self.resign();
        let shared_data = &self.worker.shared_data;
        let was_last = self.is_present && presence::leave(&shared_data.present, self.vm);
        // While this VM leads, a VM that has started meanwhile does not adopt the lease.
        if was_last && self.try_to_lead() {
            shared_data.lease.write(&[], None);
            shared_data.refused.write(&[], None);
            self.resign();
        }
    }

    /// Ends the leadership of this VM, if it leads.
    fn resign(&self) {
        let shared = &self.worker.shared_data.leader;
        let (bytes, version) = shared.read();
        if Leader::read(&bytes).is_some_and(|leader| leader.vm == self.vm) {
            shared.write(&[], version);
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
