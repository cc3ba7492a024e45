//! Random inputs in which secrets are planted, and the search for them in what comes out.
//!
//! A [`Case`] follows from one number, its seed. It holds secrets that look like real ones, inputs
//! that hold them whole and in other spellings, in every position that an input has, and the calls
//! of the core module that read them: `docs/core-abi.md` says what their requests are. The
//! hosts' own tests translate them (`tests/e2e/planted_secrets.py`).

mod answer;
mod case;
mod dice;
mod login;
mod place;
mod search;
mod secrets;
mod session;
mod settings;
mod spelling;

pub use case::Case;
pub use search::Search;
pub use secrets::{Secret, Secrets};
pub use session::{Response, Session};
