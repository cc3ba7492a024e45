//! Runs a fleet: a queue of moments, one session for each proxy.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;

use vault_aws_login::session::{
    Action, CredentialSource, Instant, Response, Session, SessionConfig, SessionSettings,
    TransportFailure,
};
use vault_aws_login::{Credentials, LoginOptions};

use crate::vault::{EPOCH, Vault, Weather};
use crate::{CAP, SPREAD};

pub struct Scenario {
    pub weather: Weather,
    /// The wall clocks are wrong by up to so many seconds, either way.
    pub most_skew_seconds: i64,
    /// How long it runs.
    pub seconds: u64,
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            weather: Weather::Fair,
            most_skew_seconds: 0,
            seconds: 600,
        }
    }
}

pub struct Outcome {
    /// The most logins that arrived at Vault within any second.
    pub peak: u64,
    /// Logins per second between the first and the last one.
    pub mean: f64,
    /// When the last proxy that got a new token got it, in seconds.
    pub last_served: u64,
    pub without_token: usize,
    pub used_past_lease: usize,
    /// The least time between two logins of one proxy, in seconds.
    pub least_between_logins: u64,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "logins per second at Vault: peak {}, mean {:.0}; last proxy served after {} s, {} \
             without a token; tokens used past their lease: {}",
            self.peak, self.mean, self.last_served, self.without_token, self.used_past_lease
        )
    }
}

struct Proxy {
    session: Session,
    /// Where its monotonic clock started, in milliseconds.
    monotonic_start: u64,
    skew_seconds: i64,
    generation: u64,
    arriving: Option<(u64, Result<Response, TransportFailure>)>,
}

impl Proxy {
    fn new(index: usize, scenario: &Scenario) -> Self {
        let settings = SessionSettings {
            start_spread_milliseconds: Some((SPREAD * 1_000) as u32),
            back_off_cap_milliseconds: Some((CAP * 1_000) as u32),
            ..SessionSettings::default()
        };
        let source = CredentialSource::Pushed;
        // Without a server ID clocks are not corrected as far.
        let login = LoginOptions::new(None, Some("vault.example.com".into()), None, None);
        let config = SessionConfig::new("aws".into(), login.unwrap(), source, settings);
        // Spread evenly between the bounds, in no order.
        let share = (index as i64 * 7_919) % 10_007;
        Self {
            session: Session::new(config.unwrap(), index as u64),
            monotonic_start: index as u64 * 13,
            skew_seconds: (share * 2 - 10_007) * scenario.most_skew_seconds / 10_007,
            generation: 0,
            arriving: None,
        }
    }

    fn clocks(&self, now: u64) -> Instant {
        let unix = EPOCH * 1_000 + now;
        Instant {
            monotonic_milliseconds: self.monotonic_start + now,
            unix_milliseconds: unix.saturating_add_signed(self.skew_seconds * 1_000),
        }
    }
}

pub fn run(size: usize, scenario: Scenario) -> Outcome {
    let mut vault = Vault::new(scenario.weather, scenario.most_skew_seconds > 0);
    let mut proxies: Vec<Proxy> = (0..size)
        .map(|index| Proxy::new(index, &scenario))
        .collect();
    let mut queue: BinaryHeap<Reverse<(u64, usize)>> =
        (0..size).map(|index| Reverse((0, index))).collect();
    let (mut last_served, mut used_past_lease) = (0, 0);

    while let Some(Reverse((now, index))) = queue.pop() {
        if now > scenario.seconds * 1_000 {
            break;
        }
        let proxy = &mut proxies[index];
        let clocks = proxy.clocks(now);
        if let Some((id, answer)) = proxy.arriving.take() {
            match answer {
                Ok(response) => proxy.session.on_response(id, clocks, response),
                Err(failure) => proxy.session.on_failure(id, clocks, failure),
            }
        }
        loop {
            match proxy.session.next_action(clocks) {
                Action::WaitUntil(until) => {
                    let wait = until.monotonic_milliseconds - clocks.monotonic_milliseconds;
                    queue.push(Reverse((now + wait, index)));
                    break;
                }
                Action::Send(request) => {
                    // There and back: 5 to 25 ms each, by the number of the proxy.
                    let way = 5 + index as u64 % 21;
                    let answer = vault.answer(index, &request, now + way);
                    proxy.arriving = Some((request.id, answer));
                    queue.push(Reverse((now + 2 * way, index)));
                    break;
                }
                Action::NeedCredentials => {
                    let key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into();
                    let credentials =
                        Credentials::new("AKIAIOSFODNN7EXAMPLE".into(), key, None, None);
                    proxy.session.push_credentials(credentials.unwrap(), clocks);
                }
                Action::TokenReady(lease) => {
                    // Whoever uses the token until the last moment of its lease: is it live then?
                    let end = lease.ends_at.monotonic_milliseconds - proxy.monotonic_start;
                    used_past_lease += usize::from(end > vault.end_of(&lease.token));
                    if lease.generation > proxy.generation {
                        proxy.generation = lease.generation;
                        last_served = last_served.max(now);
                    }
                }
                Action::TokenEnded(_) | Action::ClockCorrected(_) | Action::Refused(_) => {}
                Action::NeedAuthorizationToken => unreachable!("credentials are pushed"),
            }
        }
    }
    let end = scenario.seconds * 1_000;
    let is_live = |proxy: &&Proxy| proxy.session.live_lease(proxy.clocks(end)).is_some();
    let with_token = proxies.iter().filter(is_live).count();
    vault.logins.sort_unstable();
    Outcome {
        peak: peak(&vault.logins),
        mean: mean(&vault.logins),
        last_served: last_served.div_ceil(1_000),
        without_token: size - with_token,
        used_past_lease,
        least_between_logins: least_between(&vault.logins, size),
    }
}

/// The most logins within any second, wherever it begins.
fn peak(logins: &[(u64, usize)]) -> u64 {
    let mut first = 0;
    let mut peak = 0;
    for (last, (at, _)) in logins.iter().enumerate() {
        while logins[first].0 + 1_000 <= *at {
            first += 1;
        }
        peak = peak.max(last - first + 1);
    }
    peak as u64
}

fn mean(logins: &[(u64, usize)]) -> f64 {
    match (logins.first(), logins.last()) {
        (Some((first, _)), Some((last, _))) if last > first => {
            logins.len() as f64 * 1_000.0 / (last - first) as f64
        }
        _ => 0.0,
    }
}

fn least_between(logins: &[(u64, usize)], size: usize) -> u64 {
    let mut before: Vec<Option<u64>> = vec![None; size];
    let mut least = u64::MAX;
    for (at, index) in logins {
        if let Some(before) = before[*index].replace(*at) {
            least = least.min(at - before);
        }
    }
    least / 1_000
}
