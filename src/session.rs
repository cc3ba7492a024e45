//! The life of a Vault token as a state machine: `lifecycle` of `wit/lifecycle.wit`.
//!
//! The host asks [`Session::next_action`] what to do, does it, and brings back what came of it.
//! Nothing here does I/O, reads a clock or draws a random number that the seed did not give.
//!
//! # The loop
//!
//! After each other call, and when a wait is over, the host calls `next_action` until it says to
//! wait. One request at most is in flight. `next_action` looks at these in order:
//!
//! 1. what is over: the lease, the clock correction, a request past its deadline;
//! 2. what the host has not been told: `TokenEnded`, `TokenReady`, `ClockCorrected`, `Refused`;
//! 3. the request in flight, whose answer is waited for;
//! 4. the work that is due (`machine/work.rs`): a renewal or a login, a token check, credentials.
//!
//! # States
//!
//! What follows from an answer is in `machine/outcome.rs`. `docs/architecture.md` has this table,
//! too.
//!
//! | State | Event | What follows |
//! |---|---|---|
//! | no token | credentials at hand, the login's pace allows | a login is sent |
//! | no token | no credentials | they are fetched, or asked of the host |
//! | no token | a role is configured, the source's are at hand | `AssumeRole`; then the login |
//! | login in flight | 2xx with a token | `TokenReady`; the lease counts from the *request* |
//! | login in flight | refused for the time | the clock is corrected once, a login is sent |
//! | login in flight | refused | `Refused` with the diagnosis; credentials are suspect |
//! | token | two thirds of the lease are over, renewable | a renewal is sent |
//! | token | two thirds are over, not renewable | a login is sent; the old token stays |
//! | renewal in flight | granted | `TokenReady` with the same generation |
//! | renewal in flight | granted less than asked for | as above; a login replaces the token |
//! | renewal in flight | refused | `Refused`; a login replaces the token |
//! | token | [`Session::token_refused`] | a token check, at most once in ten seconds |
//! | check in flight | the token is dead | `TokenEnded`, and a login |
//! | check in flight | forbidden by a policy | `Refused` once; the token stays |
//! | token | either clock reaches the end of the lease | `TokenEnded`, and a login |
//!
//! # Paces
//!
//! Each [`RequestPurpose`] has its own pace (`back_off.rs`), which says when the next such
//! request is allowed: the login's, the renewal's, the check's, and that of the credentials in
//! `credential_cache.rs`. A failure lets one pace back off, and no other.
//!
//! # Example
//!
//! ```
//! use vault_aws_login::LoginOptions;
//! use vault_aws_login::session::{Action, CredentialSource, Destination, Instant, Session};
//! use vault_aws_login::session::{SessionConfig, SessionSettings};
//!
//! let config = SessionConfig::new(
//!     "aws".into(),
//!     LoginOptions::default(),
//!     CredentialSource::InstanceMetadata,
//!     SessionSettings::default(),
//! )?;
//! let mut session = Session::new(config, 7);
//! let now = Instant { monotonic_milliseconds: 0, unix_milliseconds: 1_440_938_160_000 };
//! let Action::Send(request) = session.next_action(now) else { unreachable!() };
//! assert_eq!(request.destination, Destination::InstanceMetadata);
//! # Ok::<(), vault_aws_login::InputError>(())
//! ```

mod action;
mod assumed_role;
mod back_off;
mod clock;
mod config;
mod credential_answer;
mod credential_cache;
mod disowned;
mod exchange;
mod held_credentials;
mod instant;
mod lease;
mod machine;
mod refusal;
mod source;
mod sts;
mod vault;

pub use self::action::{Action, ClockCorrection};
pub use self::config::{
    AssumeRole, ContainerAuthorization, ContainerEndpoint, CredentialSource, SessionConfig,
    SessionSettings, WebIdentity,
};
pub use self::exchange::{
    Destination, Header, HttpMethod, Request, RequestPurpose, Response, TransportFailure,
};
pub use self::instant::Instant;
pub use self::lease::Lease;
pub use self::machine::Session;
pub use self::refusal::{Refusal, RefusalRule};
pub use crate::inspector::Healing;
