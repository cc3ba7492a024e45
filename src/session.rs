//! The life of a Vault token as a state machine: `lifecycle` of `wit/lifecycle.wit`.
//!
//! The host asks [`Session::next_action`] what to do, does it, and brings back what came of it.
//! Nothing here does I/O, reads a clock or draws a random number that the seed did not give.
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
//! # Ok::<(), vault_aws_login::session::ConfigError>(())
//! ```

mod action;
mod back_off;
mod clock;
mod config;
mod config_error;
mod disowned;
mod exchange;
mod instant;
mod lease;
mod machine;
mod refusal;
mod source;
mod supply;
mod vault;

pub use self::action::{Action, ClockCorrection};
pub use self::config::{
    ContainerAuthorization, ContainerEndpoint, CredentialSource, SessionConfig, SessionSettings,
    WebIdentity,
};
pub use self::config_error::{ConfigError, ConfigField, ConfigRule};
pub use self::exchange::{Destination, Header, Method, Request, Response, TransportFailure};
pub use self::instant::Instant;
pub use self::lease::Lease;
pub use self::machine::Session;
pub use self::refusal::{Refusal, RefusalRule};
pub use crate::inspector::Healing;
