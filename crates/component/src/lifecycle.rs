//! Interface `lifecycle`.

use core::cell::RefCell;

use zeroize::Zeroizing;

use super::Component;
use super::bindings::exports::vault_aws::login::lifecycle as wit;
use vault_aws_login::session::{
    Action, ConfigError, ConfigField, ConfigRule, ContainerAuthorization, ContainerEndpoint,
    CredentialSource, Destination, Header, Healing, Instant, Lease, Method, Refusal, RefusalRule,
    Request, RequestPurpose, Response, Session, SessionConfig, SessionSettings, TransportFailure,
    WebIdentity,
};
use vault_aws_login::{Credentials, LoginOptions, Region, StsEndpoint};
use vault_aws_login_wiping::{Depth, with_clean_stack};

impl wit::Guest for Component {
    type Session = RefCell<Session>;
}

impl wit::GuestSession for RefCell<Session> {
    fn create(
        config: wit::SessionConfig,
        jitter_seed: u64,
    ) -> Result<wit::Session, wit::ConfigError> {
        with_clean_stack(Depth::Signing, || {
            let session = Session::new(config.try_into()?, jitter_seed);
            Ok(wit::Session::new(Self::new(session)))
        })
    }

    fn next_action(&self, now: wit::Instant) -> wit::Action {
        with_clean_stack(Depth::Signing, || {
            self.borrow_mut().next_action(now.into()).into()
        })
    }

    fn on_response(&self, request_id: u64, now: wit::Instant, response: wit::HttpResponse) {
        with_clean_stack(Depth::Json, || {
            self.borrow_mut()
                .on_response(request_id, now.into(), response.into());
        });
    }

    fn on_failure(&self, request_id: u64, now: wit::Instant, failure: wit::TransportFailure) {
        with_clean_stack(Depth::Signing, || {
            self.borrow_mut()
                .on_failure(request_id, now.into(), failure.into());
        });
    }

    fn push_credentials(
        &self,
        credentials: wit::Credentials,
        now: wit::Instant,
    ) -> Result<(), wit::SignError> {
        with_clean_stack(Depth::Signing, || {
            let credentials = Credentials::try_from(credentials)?;
            self.borrow_mut().push_credentials(credentials, now.into());
            Ok(())
        })
    }

    fn push_authorization_token(&self, token: String) -> Result<(), wit::ConfigError> {
        with_clean_stack(Depth::Signing, || {
            Ok(self.borrow_mut().push_authorization_token(token)?)
        })
    }

    fn adopt(&self, lease: wit::Lease, now: wit::Instant) {
        with_clean_stack(Depth::Signing, || {
            self.borrow_mut().adopt(lease.into(), now.into());
        });
    }

    fn token_refused(&self, now: wit::Instant) {
        with_clean_stack(Depth::Signing, || {
            self.borrow_mut().token_refused(now.into());
        });
    }

    fn live_lease(&self, now: wit::Instant) -> Option<wit::Lease> {
        with_clean_stack(Depth::Signing, || {
            let session = self.borrow();
            session.live_lease(now.into()).cloned().map(Into::into)
        })
    }
}

impl TryFrom<wit::SessionConfig> for SessionConfig {
    type Error = ConfigError;

    fn try_from(config: wit::SessionConfig) -> Result<Self, ConfigError> {
        let login = LoginOptions::try_from(config.login)?;
        let source = CredentialSource::try_from(config.credential_source)?;
        let settings = SessionSettings {
            namespace: config.namespace,
            request_timeout_milliseconds: config.request_timeout_milliseconds,
            back_off_cap_milliseconds: config.back_off_cap_milliseconds,
            start_spread_milliseconds: config.start_spread_milliseconds,
            clock_correction_limit_seconds: config.clock_correction_limit_seconds,
        };
        Self::new(config.mount, login, source, settings)
    }
}

impl TryFrom<wit::CredentialSource> for CredentialSource {
    type Error = ConfigError;

    fn try_from(source: wit::CredentialSource) -> Result<Self, ConfigError> {
        Ok(match source {
            wit::CredentialSource::Pushed => Self::Pushed,
            wit::CredentialSource::ContainerEndpoint(endpoint) => {
                let authorization = match endpoint.authorization {
                    wit::ContainerAuthorization::None => ContainerAuthorization::None,
                    wit::ContainerAuthorization::Token => ContainerAuthorization::Token,
                };
                Self::ContainerEndpoint(ContainerEndpoint::new(&endpoint.uri, authorization)?)
            }
            wit::CredentialSource::InstanceMetadata => Self::InstanceMetadata,
            wit::CredentialSource::WebIdentity(identity) => {
                let region = identity.region.map(Region::new).transpose()?;
                let endpoint = identity
                    .sts_endpoint
                    .map(StsEndpoint::try_from)
                    .transpose()?;
                Self::WebIdentity(WebIdentity::new(
                    identity.role_arn,
                    identity.role_session_name,
                    region.as_ref(),
                    endpoint.as_ref(),
                )?)
            }
        })
    }
}

impl From<wit::Instant> for Instant {
    fn from(instant: wit::Instant) -> Self {
        Self {
            monotonic_milliseconds: instant.monotonic_milliseconds,
            unix_milliseconds: instant.unix_milliseconds,
        }
    }
}

impl From<wit::HttpResponse> for Response {
    fn from(response: wit::HttpResponse) -> Self {
        let header = |header: wit::Header| Header {
            name: header.name,
            value: Zeroizing::new(header.value),
        };
        Self {
            status: response.status,
            headers: response.headers.into_iter().map(header).collect(),
            body: response.body,
        }
    }
}

impl From<wit::TransportFailure> for TransportFailure {
    fn from(failure: wit::TransportFailure) -> Self {
        match failure {
            wit::TransportFailure::Unreachable => Self::Unreachable,
            wit::TransportFailure::TimedOut => Self::TimedOut,
            wit::TransportFailure::Interrupted => Self::Interrupted,
            wit::TransportFailure::Untrusted => Self::Untrusted,
            wit::TransportFailure::AnswerTooLarge => Self::AnswerTooLarge,
        }
    }
}

impl From<wit::Lease> for Lease {
    fn from(lease: wit::Lease) -> Self {
        Self {
            token: Zeroizing::new(lease.token),
            accessor: lease.accessor,
            generation: lease.generation,
            renewable: lease.renewable,
            increment_seconds: lease.increment_seconds,
            starts_at: lease.starts_at.into(),
            ends_at: lease.ends_at.into(),
        }
    }
}

impl From<Instant> for wit::Instant {
    fn from(instant: Instant) -> Self {
        Self {
            monotonic_milliseconds: instant.monotonic_milliseconds,
            unix_milliseconds: instant.unix_milliseconds,
        }
    }
}

impl From<Lease> for wit::Lease {
    fn from(mut lease: Lease) -> Self {
        Self {
            token: core::mem::take(&mut *lease.token),
            accessor: lease.accessor,
            generation: lease.generation,
            renewable: lease.renewable,
            increment_seconds: lease.increment_seconds,
            starts_at: lease.starts_at.into(),
            ends_at: lease.ends_at.into(),
        }
    }
}

impl From<Action> for wit::Action {
    fn from(action: Action) -> Self {
        match action {
            Action::Send(request) => Self::Send(request.into()),
            Action::WaitUntil(instant) => Self::WaitUntil(instant.into()),
            Action::NeedCredentials => Self::NeedCredentials,
            Action::NeedAuthorizationToken => Self::NeedAuthorizationToken,
            Action::TokenReady(lease) => Self::TokenReady(lease.into()),
            Action::TokenEnded(generation) => Self::TokenEnded(generation),
            Action::ClockCorrected(correction) => Self::ClockCorrected(wit::ClockCorrection {
                offset_seconds: correction.offset_seconds,
                message: correction.message,
            }),
            Action::Refused(refusal) => Self::Refused(refusal.into()),
        }
    }
}

impl From<Request> for wit::Request {
    fn from(mut request: Request) -> Self {
        let header = |mut header: Header| wit::Header {
            name: header.name,
            value: core::mem::take(&mut *header.value),
        };
        Self {
            id: request.id,
            purpose: match request.purpose {
                RequestPurpose::Login => wit::RequestPurpose::Login,
                RequestPurpose::Renewal => wit::RequestPurpose::Renewal,
                RequestPurpose::TokenCheck => wit::RequestPurpose::TokenCheck,
                RequestPurpose::Credentials => wit::RequestPurpose::Credentials,
            },
            destination: request.destination.into(),
            origin: request.origin,
            method: match request.method {
                Method::Get => wit::HttpMethod::Get,
                Method::Post => wit::HttpMethod::Post,
                Method::Put => wit::HttpMethod::Put,
            },
            path_and_query: request.path_and_query,
            headers: request.headers.into_iter().map(header).collect(),
            body: core::mem::take(&mut *request.body),
            timeout_milliseconds: request.timeout_milliseconds,
            answer_limit_bytes: request.answer_limit_bytes,
        }
    }
}

impl From<Destination> for wit::Destination {
    fn from(destination: Destination) -> Self {
        match destination {
            Destination::Vault => Self::Vault,
            Destination::ContainerEndpoint => Self::ContainerEndpoint,
            Destination::InstanceMetadata => Self::InstanceMetadata,
            Destination::Sts => Self::Sts,
        }
    }
}

impl From<Refusal> for wit::Refusal {
    fn from(refusal: Refusal) -> Self {
        Self {
            rule: refusal.rule.into(),
            healing: match refusal.healing {
                Healing::ByItself => wit::Healing::ByItself,
                Healing::ByHand => wit::Healing::ByHand,
            },
            destination: refusal.destination.map(Into::into),
            status: refusal.status,
            message: refusal.message,
            diagnosis: refusal.diagnosis,
            retry_at: refusal.retry_at.into(),
        }
    }
}

impl From<RefusalRule> for wit::RefusalRule {
    fn from(rule: RefusalRule) -> Self {
        match rule {
            RefusalRule::MfaRequired => Self::MfaRequired,
            RefusalRule::ResponseWrapped => Self::ResponseWrapped,
            RefusalRule::UseLimited => Self::UseLimited,
            RefusalRule::NotAToken => Self::NotAToken,
            RefusalRule::AnswerTooLarge => Self::AnswerTooLarge,
            RefusalRule::PermissionDenied => Self::PermissionDenied,
            RefusalRule::LoginRefused => Self::LoginRefused,
            RefusalRule::ClockSkewed => Self::ClockSkewed,
            RefusalRule::TimeOutOfRange => Self::TimeOutOfRange,
            RefusalRule::MountUnknown => Self::MountUnknown,
            RefusalRule::UnexpectedStatus => Self::UnexpectedStatus,
            RefusalRule::RenewalRefused => Self::RenewalRefused,
            RefusalRule::TokenCheckForbidden => Self::TokenCheckForbidden,
            RefusalRule::VaultUnavailable => Self::VaultUnavailable,
            RefusalRule::RateLimited => Self::RateLimited,
            RefusalRule::Unreachable => Self::Unreachable,
            RefusalRule::TimedOut => Self::TimedOut,
            RefusalRule::Interrupted => Self::Interrupted,
            RefusalRule::Untrusted => Self::Untrusted,
            RefusalRule::CredentialsRefused => Self::CredentialsRefused,
            RefusalRule::CredentialsMalformed => Self::CredentialsMalformed,
            RefusalRule::CredentialsExpired => Self::CredentialsExpired,
            RefusalRule::CredentialsUnavailable => Self::CredentialsUnavailable,
            RefusalRule::InstanceRoleMissing => Self::InstanceRoleMissing,
            RefusalRule::InstanceMetadataV1 => Self::InstanceMetadataV1,
        }
    }
}

impl From<ConfigError> for wit::ConfigError {
    fn from(error: ConfigError) -> Self {
        Self {
            rule: error.rule().into(),
            field: error.field().into(),
            message: error.to_string(),
        }
    }
}

impl From<ConfigRule> for wit::ConfigRule {
    fn from(rule: ConfigRule) -> Self {
        match rule {
            ConfigRule::EmptyValue => Self::EmptyValue,
            ConfigRule::SurroundingBlank => Self::SurroundingBlank,
            ConfigRule::IllegalCharacter => Self::IllegalCharacter,
            ConfigRule::TooLong => Self::TooLong,
            ConfigRule::RoleIsArn => Self::RoleIsArn,
            ConfigRule::StsUrlMalformed => Self::StsUrlMalformed,
            ConfigRule::StsUrlNotBare => Self::StsUrlNotBare,
            ConfigRule::StsUrlNotLocal => Self::StsUrlNotLocal,
            ConfigRule::ContainerUriMalformed => Self::ContainerUriMalformed,
            ConfigRule::ContainerUriNotLocal => Self::ContainerUriNotLocal,
            ConfigRule::RoleArnMalformed => Self::RoleArnMalformed,
            ConfigRule::MountMalformed => Self::MountMalformed,
            ConfigRule::OutOfRange => Self::OutOfRange,
        }
    }
}

impl From<ConfigField> for wit::ConfigField {
    fn from(field: ConfigField) -> Self {
        match field {
            ConfigField::Mount => Self::Mount,
            ConfigField::Namespace => Self::Namespace,
            ConfigField::Region => Self::Region,
            ConfigField::ServerId => Self::ServerId,
            ConfigField::Role => Self::Role,
            ConfigField::StsEndpoint => Self::StsEndpoint,
            ConfigField::ContainerUri => Self::ContainerUri,
            ConfigField::AuthorizationToken => Self::AuthorizationToken,
            ConfigField::RoleArn => Self::RoleArn,
            ConfigField::RoleSessionName => Self::RoleSessionName,
            ConfigField::RequestTimeoutMilliseconds => Self::RequestTimeoutMilliseconds,
            ConfigField::BackOffCapMilliseconds => Self::BackOffCapMilliseconds,
            ConfigField::StartSpreadMilliseconds => Self::StartSpreadMilliseconds,
            ConfigField::ClockCorrectionLimitSeconds => Self::ClockCorrectionLimitSeconds,
        }
    }
}
