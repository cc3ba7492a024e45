//! What follows from an answer, or from none.

use zeroize::Zeroizing;

use super::{Sent, Session, Task};
use crate::credentials::Credentials;
use crate::echo::{self, Secrets};
use crate::inspector::{self, Healing, explain_assume_role, explain_refusal_to};
use crate::session::action::ClockCorrection;
use crate::session::back_off::{self, BY_HAND, Failure};
use crate::session::clock::Correction;
use crate::session::config::AssumeRole;
use crate::session::disowned::LEAST_BETWEEN_CHECKS;
use crate::session::exchange::{ANSWER_LIMIT_BYTES, Destination, Response};
use crate::session::held_credentials::Taken;
use crate::session::instant::Instant;
use crate::session::lease::Lease;
use crate::session::refusal::{Fault, Refusal, RefusalRule, Sentence};
use crate::session::source::Step;
use crate::session::sts;
use crate::session::vault::{self, Grant, LookupVerdict};

/// The least time between two logins that succeed, in milliseconds.
const LEAST_BETWEEN_LOGINS: u64 = 1_000;

/// The longest lease that is believed, in seconds: 100 years.
const LONGEST_LEASE: u64 = 100 * 366 * 24 * 3600;

impl Session {
    pub(super) fn read_answer(&mut self, sent: &Sent, now: Instant, response: &Response) {
        let fault = if response.body.len() > ANSWER_LIMIT_BYTES as usize {
            Err(Fault::new(RefusalRule::AnswerTooLarge))
        } else {
            match sent.task {
                Task::Login => vault::read_login(response, || self.explain(sent, now, response))
                    .and_then(|grant| self.begin(sent, now, grant)),
                Task::Renewal => vault::read_renewal(response).map(|grant| {
                    self.extend(sent, now, &grant);
                }),
                Task::TokenCheck => self.on_lookup(sent, now, response),
                Task::AssumeRole => self.read_role(sent, now, response),
                Task::Source => match self.credentials.read(&self.config.source, response) {
                    Ok(Step::Further) => Ok(()),
                    Ok(Step::Done(credentials)) => {
                        let status = Some(response.status);
                        self.take_credentials(credentials, now, Some(sent.destination), status);
                        Ok(())
                    }
                    Err(fault) => Err(fault),
                },
            }
        };
        if let Err(fault) = fault {
            self.fail(sent, now, fault, Some(response));
        }
    }

    pub(super) fn take_credentials(
        &mut self,
        credentials: Credentials,
        now: Instant,
        destination: Option<Destination>,
        status: Option<u16>,
    ) {
        let (seconds, monotonic) = (self.signing_seconds(now), now.monotonic_milliseconds);
        let taken = self
            .credentials
            .take(credentials, seconds, monotonic, &mut self.random);
        if self.config.assume_role.is_none()
            && let Some(sent) = &mut self.sent
        {
            sent.signed_at = None;
        }
        match taken {
            Ok(Taken::Same) => {}
            Ok(Taken::Others) => self.assumed.mark_suspect(),
            Err(fault) => {
                let failure = self.failure(&fault, None, now);
                self.credentials.fail(monotonic, failure, &mut self.random);
                let not_before = self.credentials.held.pace.not_before();
                let failed = Failed {
                    task: Task::Source,
                    destination,
                    status,
                    rule: fault.rule,
                    quoted: None,
                    diagnosis: None,
                    by_hand: failure.by_hand,
                    not_before,
                };
                self.announce(failed, now);
            }
        }
    }

    /// Reads the answer to `AssumeRole`.
    fn read_role(&mut self, sent: &Sent, now: Instant, response: &Response) -> Result<(), Fault> {
        let fault = match sts::read(response) {
            Ok(credentials) => {
                let (seconds, monotonic) = (self.signing_seconds(now), now.monotonic_milliseconds);
                self.assumed
                    .take(credentials, seconds, monotonic, &mut self.random)?;
                self.role_time_refusals = 0;
                return Ok(());
            }
            Err(fault) => fault,
        };
        let mut secrets = self.secrets(sent);
        let seconds = now.unix_milliseconds / 1000;
        let role = self.config.assume_role.as_ref();
        let asked = role.map(AssumeRole::asked);
        let explained = asked.and_then(|asked| {
            explain_assume_role(&mut secrets, &response.to_answer(), asked, seconds)
        });
        Err(match explained {
            Some((rule, diagnosis)) => Fault::diagnosed(sts::refused_role(rule), diagnosis),
            None if fault.rule == RefusalRule::CredentialsRefused => Fault {
                rule: RefusalRule::AssumeRoleRefused,
                ..fault
            },
            None => fault,
        })
    }

    /// Counts a login or an `AssumeRole` that cannot be signed at this time.
    pub(super) fn fail_to_sign(&mut self, task: Task, now: Instant) {
        let fault = Fault::new(RefusalRule::TimeOutOfRange);
        let mut failure = self.failure(&fault, None, now);
        failure.spread = self.config.start_spread;
        let pace = match task {
            Task::AssumeRole => &mut self.assumed.pace,
            _ => &mut self.login_pace,
        };
        pace.fail(now.monotonic_milliseconds, failure, &mut self.random);
        let not_before = pace.not_before();
        let failed = Failed {
            task,
            destination: None,
            status: None,
            rule: fault.rule,
            quoted: None,
            diagnosis: None,
            by_hand: failure.by_hand,
            not_before,
        };
        self.announce(failed, now);
    }

    /// Counts a failure, and says what it was and when the next try is allowed.
    pub(super) fn fail(
        &mut self,
        sent: &Sent,
        now: Instant,
        fault: Fault,
        response: Option<&Response>,
    ) {
        let monotonic = now.monotonic_milliseconds;
        let spread = self.config.start_spread;
        let mut failure = self.failure(&fault, response, now);
        let quoted = self.quote(&fault, sent);
        let not_before = match sent.task {
            Task::Login => {
                failure.spread = spread;
                if fault.rule == RefusalRule::ClockSkewed
                    && let Some(response) = response
                {
                    failure.by_hand = !self.correct_clock(sent, response);
                } else if fault.rule == RefusalRule::LoginRefused {
                    match self.config.assume_role {
                        None => self.credentials.held.mark_suspect(),
                        Some(_) => self.assumed.mark_suspect(),
                    }
                }
                self.login_pace.fail(monotonic, failure, &mut self.random);
                self.login_pace.not_before()
            }
            Task::Renewal => self.fail_renewal(fault.rule, failure, monotonic),
            Task::TokenCheck => {
                self.check_pace.fail(monotonic, failure, &mut self.random);
                self.check_pace
                    .hold_until(monotonic.saturating_add(LEAST_BETWEEN_CHECKS));
                self.check_pace.not_before()
            }
            Task::Source => {
                if sent.destination == Destination::Sts {
                    failure.spread = spread;
                }
                self.credentials.fail(monotonic, failure, &mut self.random);
                self.credentials.held.pace.not_before()
            }
            Task::AssumeRole => {
                failure.spread = spread;
                if fault.rule == RefusalRule::ClockSkewed
                    && let Some(response) = response
                {
                    failure.by_hand = !self.correct_clock(sent, response);
                } else if fault.rule == RefusalRule::AssumeRoleRefused {
                    self.credentials.held.mark_suspect();
                }
                self.assumed.fail(monotonic, failure, &mut self.random);
                self.assumed.pace.not_before()
            }
        };
        let failed = Failed {
            task: sent.task,
            destination: Some(sent.destination),
            status: response.map(|response| response.status),
            rule: fault.rule,
            quoted,
            diagnosis: fault.diagnosis.map(|diagnosis| *diagnosis),
            by_hand: failure.by_hand,
            not_before,
        };
        self.announce(failed, now);
    }

    /// Asks the inspector why a login was refused. Of the server's words nothing is quoted where
    /// the login is not known any more, since they may echo it.
    fn explain(&self, sent: &Sent, now: Instant, response: &Response) -> inspector::Refusal {
        let login = sent.signed_at.and_then(|seconds| self.sign(seconds));
        let login = login.map(Zeroizing::new);
        let answer = response.to_answer();
        let mut secrets = self.secrets(sent);
        let mut refusal = explain_refusal_to(
            login.is_some().then_some(&mut secrets),
            &answer,
            login.as_ref().map(|login| login.as_str()),
            now.unix_milliseconds / 1000,
        );
        // A log has room for Vault's words, not for the page of a proxy.
        if vault::error_text(response).is_empty() {
            refusal.quoted = None;
        }
        refusal
    }

    /// Makes the server's words safe to print.
    fn quote(&self, fault: &Fault, sent: &Sent) -> Option<String> {
        echo::quote(fault.text.as_ref()?, &Secrets::new(self.secrets(sent)))
    }

    /// Forgets a lease that is over, or a token that Vault does not know.
    pub(super) fn forget(&mut self, lease: &Lease) {
        self.pending.ready = false;
        self.pending.ended = Some(lease.generation);
        self.check_wanted = false;
    }

    pub(super) fn announce_clock(&mut self, offset_seconds: i64) {
        let message = if offset_seconds == 0 {
            "the host's clock agrees with AWS's: logins are signed for its time".to_owned()
        } else {
            format!(
                "the host's clock differs from AWS's: logins are signed for its time {offset_seconds:+} seconds"
            )
        };
        self.pending.clock = Some(ClockCorrection {
            offset_seconds,
            message,
        });
    }

    /// Begins the life of a new token.
    fn begin(&mut self, sent: &Sent, now: Instant, grant: Grant) -> Result<(), Fault> {
        let seconds = grant.lease_seconds.min(LONGEST_LEASE);
        let lease = Lease {
            token: grant.token,
            accessor: grant.accessor,
            generation: self.generation + 1,
            renewable: grant.renewable,
            increment_seconds: seconds,
            starts_at: sent.at,
            ends_at: sent.at.plus(seconds * 1000),
        };
        self.generation = lease.generation;
        self.logged_in_at = sent.at.monotonic_milliseconds;
        if !lease.is_live(now) {
            // The answer took longer than the lease lasts.
            return Err(Fault::new(RefusalRule::TimedOut));
        }
        self.lease = Some(lease);
        self.time_refusals = 0;
        self.check_wanted = false;
        self.login_pace
            .succeed(now.monotonic_milliseconds, LEAST_BETWEEN_LOGINS);
        self.renewal_pace.succeed(now.monotonic_milliseconds, 0);
        self.pending.ready = true;
        self.pending.refusal = None;
        Ok(())
    }

    /// Extends the lease. Granted less than asked for, the token is near its `max_ttl`.
    fn extend(&mut self, sent: &Sent, now: Instant, grant: &Grant) {
        let Some(lease) = &mut self.lease else {
            return;
        };
        let seconds = grant.lease_seconds.min(LONGEST_LEASE);
        lease.renewable = grant.renewable && seconds >= lease.increment_seconds;
        lease.starts_at = sent.at;
        lease.ends_at = sent.at.plus(seconds * 1000);
        self.renewal_pace.succeed(now.monotonic_milliseconds, 0);
        self.pending.ready = true;
    }

    fn on_lookup(&mut self, sent: &Sent, now: Instant, response: &Response) -> Result<(), Fault> {
        match vault::read_check(response) {
            LookupVerdict::Known => {
                self.check_wanted = false;
                self.check_forbidden = false;
                self.check_pace
                    .succeed(now.monotonic_milliseconds, LEAST_BETWEEN_CHECKS);
                Ok(())
            }
            LookupVerdict::Unknown(fault) => {
                self.disown(sent, now, &fault, response.status);
                Ok(())
            }
            LookupVerdict::Unanswered(fault) => Err(fault),
        }
    }

    /// Drops a token that Vault says is dead, and decides how soon it believes that of the next.
    fn disown(&mut self, sent: &Sent, now: Instant, fault: &Fault, status: u16) {
        let Some(lease) = self.lease.take() else {
            return;
        };
        let monotonic = now.monotonic_milliseconds;
        let age = monotonic.saturating_sub(self.logged_in_at);
        let wait = self.disowned.count(age, lease.length());
        self.check_pace.succeed(monotonic, wait);
        self.forget(&lease);
        if wait > LEAST_BETWEEN_CHECKS {
            let failed = Failed {
                task: sent.task,
                destination: Some(sent.destination),
                status: Some(status),
                rule: fault.rule,
                quoted: self.quote(fault, sent),
                diagnosis: None,
                by_hand: true,
                not_before: self.check_pace.not_before(),
            };
            self.announce(failed, now);
        }
    }

    /// Decides between another renewal and a login, and returns when that is allowed.
    fn fail_renewal(&mut self, rule: RefusalRule, failure: Failure, monotonic: u64) -> u64 {
        let transient = rule.healing() == Healing::ByItself && rule != RefusalRule::RenewalRefused;
        if transient {
            self.renewal_pace.fail(monotonic, failure, &mut self.random);
        }
        let next = self.renewal_pace.not_before();
        if let Some(lease) = &mut self.lease {
            // A short lease leaves no room for a second renewal: one in each third of it.
            if !transient || lease.length() / 3 <= BY_HAND {
                lease.renewable = false;
                self.login_pace.hold_until(next);
            }
        }
        next.max(monotonic)
    }

    /// Corrects the time of signing after a refusal that names it, and says whether it did.
    fn correct_clock(&mut self, sent: &Sent, response: &Response) -> bool {
        let (in_a_row, correction) = match sent.task {
            Task::AssumeRole => (
                &mut self.role_time_refusals,
                Correction::of_role(response, sent.at),
            ),
            _ => (
                &mut self.time_refusals,
                Correction::of_login(response, sent.at),
            ),
        };
        *in_a_row = in_a_row.saturating_add(1);
        let is_first = *in_a_row == 1;
        let limit = self.config.clock_correction_limit;
        let Some(correction) = correction else {
            return false;
        };
        let before = self.correction.map_or(0, |held| held.offset_seconds);
        if correction.offset_seconds.unsigned_abs() > limit {
            return false;
        }
        self.correction = (!correction.is_negligible()).then_some(correction);
        let after = self.correction.map_or(0, |held| held.offset_seconds);
        if after != before {
            self.announce_clock(after);
        }
        // A second refusal in a row says that correcting does not help.
        after != before && is_first
    }

    /// What follows from a failure, without the spreading of a fleet.
    fn failure(&self, fault: &Fault, response: Option<&Response>, now: Instant) -> Failure {
        let retry_after = response
            .and_then(|response| response.header("retry-after"))
            .and_then(|value| back_off::retry_after(value, now));
        Failure {
            by_hand: fault.rule.healing() == Healing::ByHand,
            retry_after,
            cap: self.config.back_off_cap,
            spread: 0,
        }
    }

    fn announce(&mut self, failed: Failed, now: Instant) {
        if failed.rule == RefusalRule::TokenCheckForbidden {
            // It is as true of each question, and any client can cause one.
            self.check_wanted = false;
            if core::mem::replace(&mut self.check_forbidden, true) {
                return;
            }
        }
        let wanted = match failed.task {
            Task::Login => "token",
            Task::Renewal => "renewal",
            Task::TokenCheck => "word about the token",
            Task::Source => "credentials",
            Task::AssumeRole => "credentials of the role",
        };
        let sentence = Sentence {
            wanted,
            destination: failed.destination,
            status: failed.status,
            rule: failed.rule,
            quoted: failed.quoted.as_deref(),
        };
        let wait = failed.not_before.saturating_sub(now.monotonic_milliseconds);
        self.pending.refusal = Some(Refusal {
            rule: failed.rule,
            healing: if failed.by_hand {
                Healing::ByHand
            } else {
                Healing::ByItself
            },
            destination: failed.destination,
            status: failed.status,
            message: match &failed.diagnosis {
                Some(diagnosis) => diagnosis.message.clone(),
                None => sentence.to_string(),
            },
            diagnosis: failed.diagnosis,
            retry_at: now.plus(wait),
        });
    }
}

/// What the host is told about a failure.
struct Failed {
    task: Task,
    destination: Option<Destination>,
    status: Option<u16>,
    rule: RefusalRule,
    /// The server's words, safe to print.
    quoted: Option<String>,
    diagnosis: Option<inspector::Refusal>,
    by_hand: bool,
    /// When the next try is allowed, on the monotonic clock.
    not_before: u64,
}
