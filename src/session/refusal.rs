//! Why there is no token: `refusal` of `wit/lifecycle.wit`.

use core::fmt;

use zeroize::Zeroizing;

use super::exchange::{Destination, TransportFailure};
use super::instant::Instant;
use crate::inspector::{self, Healing};

/// Names why there is no token, or no new one. The list is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefusalRule {
    /// Vault wants a second factor.
    MfaRequired,
    /// Vault wrapped the token.
    ResponseWrapped,
    /// The token may only be used a few times.
    UseLimited,
    /// The answer has no token or no lease in it.
    NotAToken,
    /// The answer is longer than the session reads.
    AnswerTooLarge,
    /// Vault denies the request without a reason.
    PermissionDenied,
    /// Vault or STS refused the login.
    LoginRefused,
    /// AWS's clock and the host's differ by more than may be corrected.
    ClockSkewed,
    /// The host's wall clock is past the year 9999.
    TimeOutOfRange,
    /// There is nothing at Vault's path.
    MountUnknown,
    /// A status that Vault does not use, or an answer that is not Vault's.
    UnexpectedStatus,
    /// Vault refused to renew the token.
    RenewalRefused,
    /// Vault refused to say whether it knows the token.
    TokenCheckForbidden,
    /// Vault cannot answer now.
    VaultUnavailable,
    /// Vault or STS wants fewer requests.
    RateLimited,
    /// The server cannot be reached.
    Unreachable,
    /// The server did not answer in time.
    TimedOut,
    /// The connection ended before the answer did.
    Interrupted,
    /// The server's certificate is not trusted.
    Untrusted,
    /// The credential source refused to give credentials.
    CredentialsRefused,
    /// The credential source's answer is no credentials.
    CredentialsMalformed,
    /// The credentials that came have ended already.
    CredentialsExpired,
    /// The credential source cannot answer now.
    CredentialsUnavailable,
    /// The instance has no role.
    InstanceRoleMissing,
    /// What answers for the instance metadata gives no token of IMDSv2.
    InstanceMetadataV1,
}

impl RefusalRule {
    /// Every rule.
    pub const ALL: [Self; 25] = [
        Self::MfaRequired,
        Self::ResponseWrapped,
        Self::UseLimited,
        Self::NotAToken,
        Self::AnswerTooLarge,
        Self::PermissionDenied,
        Self::LoginRefused,
        Self::ClockSkewed,
        Self::TimeOutOfRange,
        Self::MountUnknown,
        Self::UnexpectedStatus,
        Self::RenewalRefused,
        Self::TokenCheckForbidden,
        Self::VaultUnavailable,
        Self::RateLimited,
        Self::Unreachable,
        Self::TimedOut,
        Self::Interrupted,
        Self::Untrusted,
        Self::CredentialsRefused,
        Self::CredentialsMalformed,
        Self::CredentialsExpired,
        Self::CredentialsUnavailable,
        Self::InstanceRoleMissing,
        Self::InstanceMetadataV1,
    ];

    /// Returns the name of the rule in `wit/lifecycle.wit`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MfaRequired => "mfa-required",
            Self::ResponseWrapped => "response-wrapped",
            Self::UseLimited => "use-limited",
            Self::NotAToken => "not-a-token",
            Self::AnswerTooLarge => "answer-too-large",
            Self::PermissionDenied => "permission-denied",
            Self::LoginRefused => "login-refused",
            Self::ClockSkewed => "clock-skewed",
            Self::TimeOutOfRange => "time-out-of-range",
            Self::MountUnknown => "mount-unknown",
            Self::UnexpectedStatus => "unexpected-status",
            Self::RenewalRefused => "renewal-refused",
            Self::TokenCheckForbidden => "token-check-forbidden",
            Self::VaultUnavailable => "vault-unavailable",
            Self::RateLimited => "rate-limited",
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed-out",
            Self::Interrupted => "interrupted",
            Self::Untrusted => "untrusted",
            Self::CredentialsRefused => "credentials-refused",
            Self::CredentialsMalformed => "credentials-malformed",
            Self::CredentialsExpired => "credentials-expired",
            Self::CredentialsUnavailable => "credentials-unavailable",
            Self::InstanceRoleMissing => "instance-role-missing",
            Self::InstanceMetadataV1 => "instance-metadata-v1",
        }
    }

    /// Returns what has to happen before the next try can succeed.
    pub const fn healing(self) -> Healing {
        match self {
            Self::RenewalRefused
            | Self::VaultUnavailable
            | Self::RateLimited
            | Self::Unreachable
            | Self::TimedOut
            | Self::Interrupted
            | Self::CredentialsExpired
            | Self::CredentialsUnavailable => Healing::ByItself,
            Self::MfaRequired
            | Self::ResponseWrapped
            | Self::UseLimited
            | Self::NotAToken
            | Self::AnswerTooLarge
            | Self::PermissionDenied
            | Self::LoginRefused
            | Self::ClockSkewed
            | Self::TimeOutOfRange
            | Self::MountUnknown
            | Self::UnexpectedStatus
            | Self::TokenCheckForbidden
            | Self::Untrusted
            | Self::CredentialsRefused
            | Self::CredentialsMalformed
            | Self::InstanceRoleMissing
            | Self::InstanceMetadataV1 => Healing::ByHand,
        }
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// What the inspector says of a login that was refused: the server's words, the causes, the
    /// fixes. `None` for anything else, and for a token that is of no use.
    pub diagnosis: Option<inspector::Refusal>,
    /// When the next try is allowed.
    pub retry_at: Instant,
}

/// What reading an answer found wrong, before anybody decides when to try again.
pub(super) struct Fault {
    pub rule: RefusalRule,
    /// The server's own words, in full and as they came: they may hold any secret.
    pub text: Option<Zeroizing<String>>,
    /// Of a login alone.
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

    /// Makes the fault of a login that the inspector has explained.
    pub(super) fn diagnosed(rule: RefusalRule, diagnosis: inspector::Refusal) -> Self {
        Self {
            rule,
            text: None,
            // A token that is of no use was not refused.
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

impl Sentence<'_> {
    /// Says what was found, or what it means, for those answers whose text does not.
    const fn found(&self) -> &'static str {
        match self.rule {
            RefusalRule::MfaRequired => "a demand for a second factor",
            RefusalRule::ResponseWrapped => "a wrapped token",
            RefusalRule::UseLimited => "a token with a limited number of uses (token_num_uses)",
            RefusalRule::NotAToken => "an answer without a token and its lease",
            RefusalRule::AnswerTooLarge => "an answer that is too long",
            RefusalRule::PermissionDenied => "permission denied",
            RefusalRule::LoginRefused => "a refusal",
            RefusalRule::ClockSkewed => "a clock that differs by more than may be corrected",
            RefusalRule::TimeOutOfRange => "a wall clock past the year 9999",
            RefusalRule::MountUnknown => "nothing at that mount and namespace",
            RefusalRule::UnexpectedStatus => "a status that it does not use",
            RefusalRule::RenewalRefused => "a refusal to renew the token",
            RefusalRule::TokenCheckForbidden => {
                "a refusal to look it up, for which a token needs read on auth/token/lookup-self"
            }
            RefusalRule::VaultUnavailable => "a server that cannot answer now",
            RefusalRule::RateLimited => "too many requests",
            RefusalRule::Unreachable => "no connection",
            RefusalRule::TimedOut => "no answer in time",
            RefusalRule::Interrupted => "a connection that ended too early",
            RefusalRule::Untrusted => "a certificate that is not trusted",
            RefusalRule::CredentialsRefused => "a refusal to give credentials",
            RefusalRule::CredentialsMalformed => "an answer that is no credentials",
            RefusalRule::CredentialsExpired => "credentials that have ended",
            RefusalRule::CredentialsUnavailable => "a server that cannot answer now",
            RefusalRule::InstanceRoleMissing => "no role on this instance",
            RefusalRule::InstanceMetadataV1 => {
                "no token of IMDSv2: what answers there speaks IMDSv1 alone, as older releases of \
                 kube2iam and kiam do, or is switched off"
            }
        }
    }
}

impl fmt::Display for Sentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let server = self.destination.map_or("the host", Destination::name);
        let wanted = self.wanted;
        let expected = match wanted {
            "credentials" => "them",
            _ => "one",
        };
        write!(
            f,
            "no {wanted} from {server}: expected {expected}, found {}",
            self.found()
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
