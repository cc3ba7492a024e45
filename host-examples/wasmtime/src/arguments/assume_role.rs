//! The options of the IAM role that is assumed before a login.

use anyhow::Context;
use clap::Args;

use crate::duration;
use crate::failure::Failure;

#[derive(Args)]
pub struct RoleArguments {
    /// IAM role, also of another account, that is assumed with the AWS credentials; logins are then
    /// signed with its credentials.
    #[arg(long, value_name = "ARN", env = "VAULT_ASSUMED_ROLE_ARN")]
    pub assume_role: Option<String>,
    /// Default vault-aws-login.
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    pub assume_role_session_name: Option<String>,
    /// What the role's trust policy demands as sts:ExternalId.
    #[arg(long, value_name = "ID", hide_short_help = true)]
    pub external_id: Option<String>,
    /// How long the role's credentials last, such as 15m or 1h: 15m to 12h; AWS takes 1h if it is
    /// left out.
    #[arg(long, value_name = "DURATION", hide_short_help = true)]
    pub assume_role_duration: Option<String>,
}

/// The IAM role to assume; bounds and defaults are the session's.
pub struct RoleToAssume {
    pub arn: String,
    pub session_name: Option<String>,
    pub external_id: Option<String>,
    pub duration_seconds: Option<u32>,
}

impl RoleArguments {
    pub fn role(self) -> Result<Option<RoleToAssume>, Failure> {
        let parts = [
            ("assume-role-session-name", &self.assume_role_session_name),
            ("external-id", &self.external_id),
            ("assume-role-duration", &self.assume_role_duration),
        ];
        let part = parts.iter().find(|(_, value)| value.is_some());
        let Some(arn) = self.assume_role else {
            return match part {
                None => Ok(None),
                Some((name, _)) => Err(Failure::usage(format!(
                    "expected --assume-role with the ARN of an IAM role beside --{name}, found none"
                ))),
            };
        };
        let duration_seconds = match &self.assume_role_duration {
            None => None,
            Some(text) => {
                let given = duration::read(text).context("invalid --assume-role-duration");
                let given = given.map_err(|error| Failure::usage(format!("{error:#}")))?;
                // One that is too long is the session's to refuse.
                Some(u32::try_from(given.as_secs()).unwrap_or(u32::MAX))
            }
        };
        Ok(Some(RoleToAssume {
            arn,
            session_name: self.assume_role_session_name,
            external_id: self.external_id,
            duration_seconds,
        }))
    }
}
