//! A fleet of sessions against a model of Vault, in virtual time.
//!
//! It prints logins per second at Vault, the time until the last proxy has a token and the tokens
//! used past their lease, and holds them to their bounds: with N proxies that spread their starts
//! over W seconds, at most 2 N / W logins in any second. `make fleet N=…` shows them
//! for another N, which the variable `FLEET_SIZE` sets.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

mod simulation;
mod vault;

use simulation::{Outcome, Scenario, run};
use vault::Weather;

/// W, in seconds.
const SPREAD: u64 = 60;
/// The cap of the back-off, in seconds.
const CAP: u64 = 60;
/// Requests take up to 50 ms, and a renewal's wait a second.
const SLACK: u64 = 2;

#[expect(
    clippy::disallowed_methods,
    reason = "the size of the simulation is the user's"
)]
fn size() -> usize {
    std::env::var("FLEET_SIZE").map_or(1_000, |size| size.parse().expect("FLEET_SIZE is a number"))
}

/// Runs a scenario, prints it, and holds it to the bounds that every scenario has.
#[expect(
    clippy::disallowed_macros,
    reason = "the figures are what it is run for"
)]
fn observe(name: &str, scenario: Scenario) -> Outcome {
    let outcome = run(size(), scenario);
    println!("{name}: N = {}, W = {SPREAD} s: {outcome}", size());
    let bound = 2 * size() as u64 / SPREAD;
    assert!(
        outcome.peak <= bound,
        "{name}: {} logins in a second, bound {bound}",
        outcome.peak
    );
    assert_eq!(outcome.used_past_lease, 0, "{name}");
    outcome
}

#[test]
fn simultaneous_restart_is_spread() {
    let scenario = Scenario {
        seconds: 300,
        ..Scenario::default()
    };
    let outcome = observe("restart of all at once", scenario);
    assert_eq!(outcome.without_token, 0);
    assert!(outcome.last_served <= SPREAD + CAP + SLACK, "{outcome}");
}

#[test]
fn restart_while_vault_is_down_is_spread() {
    for down_until in [10, 60, 300] {
        let outcome = observe(
            &format!("restart, Vault down for {down_until} s"),
            Scenario {
                weather: Weather::Down {
                    from: 0,
                    until: down_until,
                },
                seconds: down_until + 200,
                ..Scenario::default()
            },
        );
        assert_eq!(outcome.without_token, 0);
        assert!(
            outcome.last_served <= down_until.max(SPREAD) + SPREAD + CAP + SLACK,
            "{outcome}"
        );
    }
}

#[test]
fn outage_of_five_minutes_is_recovered_from_without_a_stampede() {
    // Leases of five minutes: every token ends in the outage.
    let (from, until) = (600, 900);
    let outcome = observe(
        "Vault down for 5 min",
        Scenario {
            weather: Weather::Down { from, until },
            seconds: 1_200,
            ..Scenario::default()
        },
    );
    assert_eq!(outcome.without_token, 0);
    assert!(
        outcome.last_served > until,
        "the outage was not felt: {outcome}"
    );
    assert!(
        outcome.last_served <= until + SPREAD + CAP + SLACK,
        "{outcome}"
    );
}

#[test]
fn refused_proxies_try_at_most_once_a_minute() {
    let outcome = observe(
        "Vault refusing",
        Scenario {
            weather: Weather::Refusing,
            ..Scenario::default()
        },
    );
    assert_eq!(outcome.without_token, size());
    assert!(outcome.least_between_logins >= 60, "{outcome}");
}

#[test]
fn skewed_clocks_are_corrected() {
    let outcome = observe(
        "clocks skewed by up to 50 min",
        Scenario {
            most_skew_seconds: 50 * 60,
            ..Scenario::default()
        },
    );
    assert_eq!(outcome.without_token, 0);
    // Two tries: the second one follows after at most 5/4 W.
    assert!(
        outcome.last_served <= SPREAD + SPREAD * 5 / 4 + SLACK,
        "{outcome}"
    );
}

#[test]
fn throttled_sts_is_not_overrun() {
    let capacity = size() as u64 / 100;
    let outcome = observe(
        "STS throttled to N / 100 per second",
        Scenario {
            weather: Weather::Throttled {
                per_second: capacity,
            },
            ..Scenario::default()
        },
    );
    assert_eq!(outcome.without_token, 0);
    assert!(
        outcome.last_served >= 100,
        "the throttling was not felt: {outcome}"
    );
}
