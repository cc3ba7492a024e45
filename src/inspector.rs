//! Says what will become of a login before it is sent, and why it was refused afterwards.
//!
//! Everything here is decided from the login, from what the caller knows of the server and from a
//! time, by the rules of Vault's and AWS's own code; nothing is sent anywhere. One thing is out of
//! reach: whether the signature is right, since that takes the secret access key.

mod answer;
mod arn;
mod authorization;
mod canonical;
mod check;
mod clock;
mod explain;
mod finding;
mod go_base64;
mod go_header;
mod go_url;
mod headers;
mod known_secrets;
mod login_fields;
mod pasted;
mod profile;
mod redact;
mod refusal;
mod refusal_texts;
pub mod report;
mod rule;
mod rules;
mod verdict;

pub use self::answer::Answer;
pub(crate) use self::answer::error_texts;
pub use self::check::check_login;
pub(crate) use self::clock::assume_role_clock_offset;
pub use self::clock::clock_offset;
pub use self::explain::{CredentialScope, ExplainError, Explanation, ShownHeader, explain_login};
pub use self::finding::{Finding, Prediction};
pub use self::pasted::explain_pasted;
pub use self::profile::{
    CalledEndpoint, Flavour, InferredEntity, MountConfig, RoleBindings, RoleProfile,
    ServerIdRequirement, ServerProfile, Software, UniqueIds, is_version,
};
pub(crate) use self::refusal::{AskedRole, explain_assume_role, explain_refusal_to};
pub use self::refusal::{Refusal, explain_refusal};
pub use self::rule::{Healing, Refuser, RuleText, Severity};
pub use self::rules::LoginRule;
