//! Counters and gauges in Envoy's stats, below `wasmcustom.vault_aws_login.<plugin's name>`.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use proxy_wasm::hostcalls::{define_metric, increment_metric, record_metric};
use proxy_wasm::types::MetricType;

/// What this VM counts. Envoy adds the VMs up: equal names are one metric.
pub(crate) struct Metrics {
    prefix: String,
    logins: Option<u32>,
    renewals: Option<u32>,
    forbidden_paths: Option<u32>,
    unserved_requests: Option<u32>,
    waiting_requests: Option<u32>,
    lease_seconds_left: Option<u32>,
    missing_cluster: Option<u32>,
    refusals: RefCell<BTreeMap<&'static str, u32>>,
    /// How many waiting requests this VM last reported.
    waiting: Cell<usize>,
    /// The seconds of the lease that this VM last reported.
    seconds: Cell<Option<u64>>,
}

impl Metrics {
    pub fn define(plugin_name: &str) -> Self {
        let prefix = prefix(plugin_name);
        let define = |kind, name| define_metric(kind, &format!("{prefix}.{name}")).ok();
        Self {
            logins: define(MetricType::Counter, "logins"),
            renewals: define(MetricType::Counter, "renewals"),
            forbidden_paths: define(MetricType::Counter, "forbidden_paths"),
            unserved_requests: define(MetricType::Counter, "unserved_requests"),
            waiting_requests: define(MetricType::Gauge, "waiting_requests"),
            lease_seconds_left: define(MetricType::Gauge, "lease_seconds_left"),
            missing_cluster: define(MetricType::Gauge, "missing_cluster"),
            refusals: RefCell::default(),
            waiting: Cell::default(),
            seconds: Cell::default(),
            prefix,
        }
    }

    pub fn login(&self) {
        increment(self.logins, 1);
    }

    pub fn renewal(&self) {
        increment(self.renewals, 1);
    }

    /// Counts a request to a path that could return or end the token.
    pub fn forbidden_path(&self) {
        increment(self.forbidden_paths, 1);
    }

    /// Counts a request that got no token.
    pub fn unserved_request(&self) {
        increment(self.unserved_requests, 1);
    }

    pub fn refusal(&self, rule: &'static str) {
        let Ok(mut refusals) = self.refusals.try_borrow_mut() else {
            return;
        };
        let defined = refusals.get(rule).copied().or_else(|| {
            let name = format!("{}.refusals.{rule}", self.prefix);
            let defined = define_metric(MetricType::Counter, &name).ok()?;
            refusals.insert(rule, defined);
            Some(defined)
        });
        increment(defined, 1);
    }

    pub fn waiting_requests(&self, now: usize) {
        let before = self.waiting.replace(now);
        if now != before {
            let change = i64::try_from(now).unwrap_or(0) - i64::try_from(before).unwrap_or(0);
            increment(self.waiting_requests, change);
        }
    }

    pub fn lease_seconds_left(&self, now: u64) {
        if self.seconds.replace(Some(now)) != Some(now) {
            record(self.lease_seconds_left, now);
        }
    }

    pub fn missing_cluster(&self, is_missing: bool) {
        record(self.missing_cluster, is_missing.into());
    }
}

/// Dots would look like further levels.
fn prefix(plugin_name: &str) -> String {
    let name = match plugin_name {
        "" => "default",
        name => name,
    };
    format!("vault_aws_login.{}", name.replace('.', "_"))
}

fn increment(metric: Option<u32>, by: i64) {
    if let Some(metric) = metric {
        let _ = increment_metric(metric, by);
    }
}

fn record(metric: Option<u32>, value: u64) {
    if let Some(metric) = metric {
        let _ = record_metric(metric, value);
    }
}

#[cfg(test)]
mod tests {
    use super::prefix;

    #[test]
    fn names_have_one_level_for_the_plugin() {
        assert_eq!(prefix("vault"), "vault_aws_login.vault");
        assert_eq!(
            prefix("istio-system.vault"),
            "vault_aws_login.istio-system_vault"
        );
        assert_eq!(prefix(""), "vault_aws_login.default");
    }
}
