//! Signs HashiCorp Vault and OpenBao logins with AWS credentials, without doing any I/O.
//!
//! This is the core behind `wit/login.wit`: credentials, options and a time go in, the JSON body
//! for `POST /v1/auth/<mount>/login` comes out. Time, credentials and every other input are
//! arguments: nothing here reads a clock, an environment variable, a file or a socket.
//!
//! ```
//! use vault_aws_login::{Credentials, LoginOptions, UnixSeconds, sign_login};
//!
//! // AWS's published example key.
//! let credentials = Credentials::new(
//!     "AKIAIOSFODNN7EXAMPLE".into(),
//!     "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
//!     None,
//!     None,
//! )?;
//! let options = LoginOptions::new(None, Some("vault.example.com".into()), None, None)?;
//! let login = sign_login(&credentials, &options, UnixSeconds::new(1_440_938_160)?)?;
//! assert!(login.starts_with(r#"{"iam_http_request_method":"POST","iam_request_url":"#));
//! # Ok::<(), vault_aws_login::InputError>(())
//! ```

#![forbid(unsafe_code)]

mod alphabet;
mod credential_document;
mod credentials;
mod date;
mod echo;
mod input_error;
pub mod inspector;
mod json;
mod login;
mod options;
mod region;
pub mod session;
mod signing;
mod sorted;
mod sts;
mod sts_url;
mod text;
pub mod unchecked;
mod unix_seconds;
mod vocabulary;

pub use crate::credential_document::{CredentialDocumentError, read_credential_document};
pub use crate::credentials::Credentials;
pub use crate::date::read_timestamp;
pub use crate::echo::{message as echo_message, value as echo_value};
pub use crate::input_error::{InputError, InputField, InputRule};
pub use crate::login::sign_login;
pub use crate::options::{LoginOptions, Role, ServerId};
pub use crate::region::{PARTITIONS, Partition, Region};
pub use crate::sts::{StsEndpoint, StsTarget};
pub use crate::sts_url::StsUrl;
pub use crate::unix_seconds::UnixSeconds;

/// The examples of the crate's README, which `cargo test` compiles.
#[cfg(doctest)]
#[doc = include_str!("../docs/crate.md")]
struct Readme;
