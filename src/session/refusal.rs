//! Why there is no token: `refusal` of `wit/lifecycle.wit`.

use core::fmt;

use serde::Serialize;
use zeroize::Zeroizing;

use super::exchange::{Destination, TransportFailure};
use super::instant::Instant;
use crate::inspector::{self, Healing};
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Names why there is no token, or no new one. The list is complete.
    pub enum RefusalRule: Consequence {
        /// Vault wants a second factor.
        MfaRequired = "mfa-required" {
            healing: Healing::ByHand,
            found: "a demand for a second factor",
        },
        /// Vault wrapped the token.
        ResponseWrapped = "response-wrapped" {
            healing: Healing::ByHand,
            found: "a wrapped token",
        },
        /// The token may only be used a few times.
        UseLimited = "use-limited" {
            healing: Healing::ByHand,
            found: "a token with a limited number of uses (token_num_uses)",
        },
        /// The answer has no token or no lease in it.
        NotAToken = "not-a-token" {
            healing: Healing::ByHand,
            found: "an answer without a token and its lease",
        },
        /// The answer is longer than the session reads.
        AnswerTooLarge = "answer-too-large" {
            healing: Healing::ByHand,
            found: "an answer that is too long",
        },
        /// Vault denies the request without a reason.
        PermissionDenied = "permission-denied" {
            healing: Healing::ByHand,
            found: "permission denied",
        },
        /// Vault or STS refused the login.
        LoginRefused = "login-refused" {
            healing: Healing::ByHand,
            found: "a refusal",
        },
        /// AWS's clock and the host's differ by more than may be corrected.
        ClockSkewed = "clock-skewed" {
            healing: Healing::ByHand,
            found: "a clock that differs by more than may be corrected",
        },
        /// The host's wall clock is past the year 9999.
        TimeOutOfRange = "time-out-of-range" {
            healing: Healing::ByHand,
            found: "a wall clock past the year 9999",
        },
        /// There is nothing at Vault's path.
        MountUnknown = "mount-unknown" {
            healing: Healing::ByHand,
            found: "nothing at that mount and namespace",
        },
        /// A status that Vault does not use, or an answer that is not Vault's.
        UnexpectedStatus = "unexpected-status" {
            healing: Healing::ByHand,
            found: "a status that it does not use",
        },
        /// Vault refused to renew the token.
        RenewalRefused = "renewal-refused" {
            healing: Healing::ByItself,
            found: "a refusal to renew the token",
        },
        /// Vault refused to say whether it knows the token.
        TokenCheckForbidden = "token-check-forbidden" {
            healing: Healing::ByHand,
            found: "a refusal to look it up, for which a token needs read on auth/token/lookup-self",
        },
        /// Vault cannot answer now.
        VaultUnavailable = "vault-unavailable" {
            healing: Healing::ByItself,
            found: "a server that cannot answer now",
        },
        /// Vault or STS wants fewer requests.
        RateLimited = "rate-limited" {
            healing: Healing::ByItself,
            found: "too many requests",
        },
        /// The server cannot be reached.
        Unreachable = "unreachable" {
            healing: Healing::ByItself,
            found: "no connection",
        },
        /// The server did not answer in time.
        TimedOut = "timed-out" {
            healing: Healing::ByItself,
            found: "no answer in time",
        },
        /// The connection ended before the answer did.
        Interrupted = "interrupted" {
            healing: Healing::ByItself,
            found: "a connection that ended too early",
        },
        /// The server's certificate is not trusted.
        Untrusted = "untrusted" {
            healing: Healing::ByHand,
            found: "a certificate that is not trusted",
        },
        /// The credential source refused to give credentials.
        CredentialsRefused = "credentials-refused" {
            healing: Healing::ByHand,
            found: "a refusal to give credentials",
        },
        /// The credential source's answer holds no credentials that can be read.
        CredentialsMalformed = "credentials-malformed" {
            healing: Healing::ByHand,
            found: "an answer that holds no credentials",
        },
        /// The credentials that came have expired already.
        CredentialsExpired = "credentials-expired" {
            healing: Healing::ByItself,
            found: "credentials that have expired",
        },
        /// The credential source cannot answer now.
        CredentialsUnavailable = "credentials-unavailable" {
            healing: Healing::ByItself,
            found: "a server that cannot answer now",
        },
        /// STS refused to let the source's credentials assume the role.
        AssumeRoleRefused = "assume-role-refused" {
            healing: Healing::ByHand,
            found: "a refusal to let the source's credentials assume the role",
        },
        /// The instance has no role.
        InstanceRoleMissing = "instance-role-missing" {
            healing: Healing::ByHand,
            found: "no role on this instance",
        },
        /// What answers for the instance metadata gives no token of IMDSv2.
        InstanceMetadataV1 = "instance-metadata-v1" {
            healing: Healing::ByHand,
            found: "no token of IMDSv2: what answers there speaks IMDSv1 alone, as older releases of \
                kube2iam and kiam do, or is switched off",
        },
    }
}

/// What follows from a rule.
pub(crate) struct Consequence {
    healing: Healing,
    /// What was found, or what it means, for "expected one, found …".
    found: &'static str,
}

impl RefusalRule {
    /// Returns what has to happen before the next try can succeed.
    pub const fn healing(self) -> Healing {
        self.row().healing
    }
}

impl From<TransportFailure> for RefusalRule {
    fn from(failure: TransportFailure) -> Self {
        match failure {
            TransportFailure::Unreachable => Self::Unreachable,
            TransportFailure::TimedOut => Self::TimedOut,
            TransportFailure::Interrupted => Self::Interrupted,
            TransportFailure::Untrusted => Self::Untrusted,
            TransportFailure::AnswerTooLarge => Self::AnswerTooLarge,
        }
    }
}

/// A try that failed. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Refusal {
    /// Why.
    pub rule: RefusalRule,
    /// What has to happen.
    pub healing: Healing,
    /// The server that refused or failed; `None` for what the host pushed, or its clock.
    pub destination: Option<Destination>,
    /// The status of its answer, if there was one.
    pub status: Option<u16>,
    /// What is wrong, in one sentence: the diagnosis' where there is one.
    pub message: String,
    /// What the inspector says of a login or an `AssumeRole` that was refused: the server's words,
    /// the causes, the fixes. `None` for anything else, and for a token that cannot be used.
    pub diagnosis: Option<inspector::Refusal>,
    /// When the next try is allowed.
    pub retry_at: Instant,
}

/// What reading an answer found wrong, before anybody decides when to try again.
pub(super) struct Fault {
    pub rule: RefusalRule,
    /// The server's own words, in full and as they came: they may hold any secret.
    pub text: Option<Zeroizing<String>>,
    /// Of a login or of `AssumeRole`.
    pub diagnosis: Option<Box<inspector::Refusal>>,
}

impl Fault {
    pub(super) const fn new(rule: RefusalRule) -> Self {
        Self {
            rule,
            text: None,
            diagnosis: None,
        }
    }

    pub(super) fn with_text(rule: RefusalRule, text: &str) -> Self {
        Self {
            rule,
            text: Some(Zeroizing::new(text.to_owned())),
            diagnosis: None,
        }
    }

    /// Makes the fault of what the inspector has explained.
    pub(super) fn diagnosed(rule: RefusalRule, diagnosis: inspector::Refusal) -> Self {
        Self {
            rule,
            text: None,
            // A token that cannot be used was not refused.
            diagnosis: diagnosis.refused_by.is_some().then(|| Box::new(diagnosis)),
        }
    }
}

/// The sentence of a refusal.
pub(super) struct Sentence<'a> {
    /// What was asked for, such as `a login`.
    pub wanted: &'static str,
    pub destination: Option<Destination>,
    pub status: Option<u16>,
    pub rule: RefusalRule,
    /// The server's own words, safe to print.
    pub quoted: Option<&'a str>,
}

impl fmt::Display for Sentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let server = self.destination.map_or("the host", Destination::title);
        let wanted = self.wanted;
        let expected = match wanted {
            "credentials" | "credentials of the role" => "them",
            _ => "one",
        };
        write!(
            f,
            "no {wanted} from {server}: expected {expected}, found {}",
            self.rule.row().found
        )?;
        if let Some(status) = self.status {
            write!(f, " (status {status})")?;
        }
        if self.rule == RefusalRule::InstanceMetadataV1 {
            f.write_str(
                "; let it pass on PUT /latest/api/token without X-Forwarded-For, or take the \
                 credentials from a web identity (IRSA) or EKS Pod Identity",
            )?;
        }
        match self.quoted {
            Some(text) => write!(f, ": {text}"),
            None => Ok(()),
        }
    }
}
