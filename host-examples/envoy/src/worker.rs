//! What the root of one VM and its requests share: the token at hand, and who waits for one.

use std::cell::{Cell, Ref, RefCell};

use proxy_wasm::hostcalls::{
    resume_http_request, send_http_response, set_effective_context, set_map_value,
};
use proxy_wasm::types::MapType;
use vault_aws_login::session::{Instant, Lease};

use crate::clock::{monotonic_milliseconds, now};
use crate::config::FilterConfig;
use crate::lease_json;
use crate::metrics::Metrics;
use crate::shared_data::{SharedData, Version};
use crate::waiting_requests::WaitingRequests;

pub(crate) const TOKEN_HEADER: &str = "x-vault-token";
pub(crate) const NAMESPACE_HEADER: &str = "x-vault-namespace";

/// How long before the end of its lease a token stops being used, in milliseconds: it has to arrive
/// live.
const MARGIN: u64 = 250;

/// The least time between two reports to the leader that an upstream refused the token, in
/// milliseconds.
const LEAST_BETWEEN_REPORTS: u64 = 1_000;

/// How many responses in each tick have their status looked at: all of a worker with less than 320
/// requests in a second.
const MOST_LOOKED_AT: u32 = 32;

/// What a client that cannot be served is told.
const RETRY_AFTER_SECONDS: &str = "5";

pub(crate) struct Worker {
    pub config: FilterConfig,
    pub shared_data: SharedData,
    pub metrics: Metrics,
    pub waiting: RefCell<WaitingRequests>,
    published: RefCell<Published>,
    reported_at: Cell<Option<u64>>,
    /// How many responses have been looked at since the last tick.
    looked_at: Cell<u32>,
}

/// The lease as this VM last read it.
#[derive(Default)]
pub(crate) struct Published {
    pub lease: Option<Lease>,
    pub version: Option<Version>,
}

impl Worker {
    pub fn new(config: FilterConfig, shared_data: SharedData, metrics: Metrics) -> Self {
        Self {
            waiting: RefCell::new(WaitingRequests::new(config.max_waiting_requests)),
            config,
            shared_data,
            metrics,
            published: RefCell::default(),
            reported_at: Cell::default(),
            looked_at: Cell::default(),
        }
    }

    pub fn published(&self) -> Ref<'_, Published> {
        self.published.borrow()
    }

    /// Reads the lease again if it was written since the last reading.
    pub fn refresh(&self) {
        let (bytes, version) = self.shared_data.lease.read();
        let mut published = self.published.borrow_mut();
        if version != published.version || version.is_none() {
            published.lease = lease_json::read(&bytes);
            published.version = version;
        }
    }

    /// Publishes a lease, or that there is none; false if another VM wrote since the last reading.
    pub fn publish(&self, lease: Option<&Lease>) -> bool {
        let bytes = lease.map(lease_json::write).unwrap_or_default();
        let version = self.published.borrow().version;
        let written = self.shared_data.lease.write(&bytes, version);
        self.refresh();
        written
    }

    /// Sets the headers of the current request; false if there is no live token.
    pub fn set_headers(&self) -> bool {
        let now = now();
        if !self.published.borrow().is_usable(now) {
            self.refresh();
        }
        let published = self.published.borrow();
        let Some(lease) = published
            .lease
            .as_ref()
            .filter(|_| published.is_usable(now))
        else {
            return false;
        };
        let set = |name, value| set_map_value(MapType::HttpRequestHeaders, name, Some(value));
        let namespace = self.config.namespace.as_deref();
        set(TOKEN_HEADER, lease.token.as_str()).is_ok()
            && namespace.is_none_or(|namespace| set(NAMESPACE_HEADER, namespace).is_ok())
    }

    /// Makes the current request wait for a token; false if too many wait already.
    pub fn wait(&self, context: u32) -> bool {
        let until = monotonic_milliseconds().saturating_add(self.config.max_wait_milliseconds);
        let mut waiting = self.waiting.borrow_mut();
        let admitted = waiting.admit(context, until);
        self.metrics.waiting_requests(waiting.len());
        admitted
    }

    /// Forgets a request that is over.
    pub fn forget(&self, context: u32) {
        if let Ok(mut waiting) = self.waiting.try_borrow_mut() {
            waiting.forget(context);
            self.metrics.waiting_requests(waiting.len());
        }
    }

    /// Lets the waiting requests go on if there is a token, and ends those that waited too long.
    /// Afterwards, host calls are for `root` again.
    pub fn serve_waiting(&self, root: u32) {
        let now = now();
        let is_usable = self.published.borrow().is_usable(now);
        let mut waiting = self.waiting.borrow_mut();
        if waiting.len() == 0 {
            return;
        }
        let over = if is_usable {
            waiting.release()
        } else {
            waiting.give_up(now.monotonic_milliseconds)
        };
        self.metrics.waiting_requests(waiting.len());
        drop(waiting);
        for context in over {
            if set_effective_context(context).is_err() {
                continue;
            }
            if is_usable && self.set_headers() {
                let _ = resume_http_request();
            } else {
                self.refuse();
            }
        }
        let _ = set_effective_context(root);
    }

    /// Answers the current request with 503.
    pub fn refuse(&self) {
        self.metrics.unserved_request();
        let headers = vec![("retry-after", RETRY_AFTER_SECONDS)];
        let body = b"vault-aws-login: no Vault token\n";
        let _ = send_http_response(503, headers, Some(body));
    }

    /// Whether to look at the status of the current response. A dead token is refused again and
    /// again, so a busy worker looks at some of its responses only: reading the status takes a
    /// quarter of the time of all the filter's calls.
    pub fn wants_status(&self) -> bool {
        let looked_at = self.looked_at.get();
        self.looked_at.set(looked_at.saturating_add(1));
        looked_at < MOST_LOOKED_AT
    }

    /// Begins another tick.
    pub fn begin_tick(&self) {
        self.looked_at.set(0);
    }

    /// Reports to the leader that an upstream refused the token.
    pub fn report_refused(&self) {
        let now = monotonic_milliseconds();
        let last = self.reported_at.get();
        if last.is_some_and(|last| now < last.saturating_add(LEAST_BETWEEN_REPORTS)) {
            return;
        }
        self.reported_at.set(Some(now));
        if let Some(version) = self.published.borrow().version {
            let refused = &self.shared_data.refused;
            refused.write(&version.to_le_bytes(), None);
        }
    }

    /// Whether a worker has reported since the last call that an upstream refused the current token.
    pub fn was_refused(&self) -> bool {
        let refused = &self.shared_data.refused;
        let (bytes, _) = refused.read();
        if bytes.is_empty() {
            return false;
        }
        refused.write(&[], None);
        let version = self.published.borrow().version;
        version.is_some_and(|version| **bytes == version.to_le_bytes())
    }
}

impl Published {
    /// Whether the token is live, and still will be when it arrives.
    pub fn is_usable(&self, now: Instant) -> bool {
        let then = Instant {
            monotonic_milliseconds: now.monotonic_milliseconds.saturating_add(MARGIN),
            unix_milliseconds: now.unix_milliseconds.saturating_add(MARGIN),
        };
        self.lease.as_ref().is_some_and(|lease| lease.is_live(then))
    }

    /// Returns the seconds that are left, by the clock that has fewer.
    pub fn seconds_left(&self, now: Instant) -> u64 {
        let Some(lease) = &self.lease else {
            return 0;
        };
        let end = lease.ends_at;
        let monotonic = end
            .monotonic_milliseconds
            .saturating_sub(now.monotonic_milliseconds);
        let unix = end.unix_milliseconds.saturating_sub(now.unix_milliseconds);
        monotonic.min(unix) / 1000
    }
}
