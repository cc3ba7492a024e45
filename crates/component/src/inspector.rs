//! Interface `inspector`.

use super::Component;
use super::bindings::exports::vault_aws::login::inspector as wit;
use vault_aws_login::inspector::{
    Answer, CalledEndpoint, CredentialScope, ExplainError, Explanation, Finding, Flavour,
    InferredEntity, LoginRule, MountConfig, Refusal, Refuser, RoleBindings, RoleProfile,
    ServerIdRequirement, ServerProfile, Severity, ShownHeader, Software, UniqueIds, check_login,
    clock_offset, explain_login, explain_pasted, explain_refusal,
};
use vault_aws_login_wiping::{Depth, with_clean_stack};

impl wit::Guest for Component {
    fn check_login(
        login_json: String,
        server_profile: wit::ServerProfile,
        unix_seconds: u64,
    ) -> Vec<wit::Finding> {
        with_clean_stack(Depth::Json, || {
            let findings = check_login(&login_json, &server_profile.into(), unix_seconds);
            findings.into_iter().map(Into::into).collect()
        })
    }

    fn explain_login(login_json: String) -> Result<wit::Explanation, wit::ExplainError> {
        with_clean_stack(Depth::Json, || Ok(explain_login(&login_json)?.into()))
    }

    fn explain_refusal(
        answer: wit::Answer,
        login_json: Option<String>,
        unix_seconds: u64,
    ) -> wit::Refusal {
        with_clean_stack(Depth::Json, || {
            explain_refusal(&answer.into(), login_json.as_deref(), unix_seconds).into()
        })
    }

    fn explain_pasted(
        text: String,
        status: Option<u16>,
        login_json: Option<String>,
        unix_seconds: u64,
    ) -> wit::Refusal {
        with_clean_stack(Depth::Json, || {
            explain_pasted(&text, status, login_json.as_deref(), unix_seconds).into()
        })
    }

    fn clock_offset(answer: wit::Answer, unix_seconds: u64) -> Option<i64> {
        with_clean_stack(Depth::Signing, || {
            clock_offset(&answer.into(), unix_seconds)
        })
    }
}

impl From<wit::ServerProfile> for ServerProfile {
    fn from(profile: wit::ServerProfile) -> Self {
        Self {
            server_id: profile.server_id.map(|requirement| match requirement {
                wit::ServerIdRequirement::NotRequired => ServerIdRequirement::NotRequired,
                wit::ServerIdRequirement::Required(value) => ServerIdRequirement::Required(value),
            }),
            sts_endpoint: profile.sts_endpoint.map(|endpoint| match endpoint {
                wit::CalledEndpoint::Global => CalledEndpoint::Global,
                wit::CalledEndpoint::Url(url) => CalledEndpoint::Url(url),
                wit::CalledEndpoint::Region(region) => CalledEndpoint::Region(region),
                wit::CalledEndpoint::ClientRegion => CalledEndpoint::ClientRegion,
            }),
            allowed_headers: profile.allowed_headers,
            mount_config: profile.mount_config.map(|config| match config {
                wit::MountConfig::NeverWritten => MountConfig::NeverWritten,
                wit::MountConfig::Written => MountConfig::Written,
            }),
            core: profile.core.map(Into::into),
            auth_plugin: profile.auth_plugin.map(Into::into),
            caller_arn: profile.caller_arn,
            role: profile.role.map(|role| match role {
                wit::RoleProfile::Missing => RoleProfile::Missing,
                wit::RoleProfile::Ec2 => RoleProfile::Ec2,
                wit::RoleProfile::Iam(bindings) => RoleProfile::Iam(bindings.into()),
            }),
        }
    }
}

impl From<wit::Software> for Software {
    fn from(software: wit::Software) -> Self {
        Self {
            flavour: match software.flavour {
                wit::Flavour::Vault => Flavour::Vault,
                wit::Flavour::Openbao => Flavour::OpenBao,
            },
            version: software.version,
        }
    }
}

impl From<wit::RoleBindings> for RoleBindings {
    fn from(bindings: wit::RoleBindings) -> Self {
        Self {
            principal_arns: bindings.principal_arns,
            unique_ids: match bindings.unique_ids {
                wit::UniqueIds::Resolved => UniqueIds::Resolved,
                wit::UniqueIds::NotResolved => UniqueIds::NotResolved,
            },
            inferred_entity: match bindings.inferred_entity {
                wit::InferredEntity::Nothing => InferredEntity::Nothing,
                wit::InferredEntity::Ec2Instance => InferredEntity::Ec2Instance,
            },
        }
    }
}

impl From<wit::Answer> for Answer {
    fn from(answer: wit::Answer) -> Self {
        Self {
            status: answer.status,
            body: answer.body,
            date: answer.date,
        }
    }
}

impl From<Finding> for wit::Finding {
    fn from(finding: Finding) -> Self {
        Self {
            rule: finding.rule.into(),
            severity: match finding.severity {
                Severity::Refused => wit::Severity::Refused,
                Severity::Depends => wit::Severity::Depends,
                Severity::Advice => wit::Severity::Advice,
            },
            message: finding.message,
            fix: finding.fix,
        }
    }
}

impl From<Explanation> for wit::Explanation {
    fn from(explanation: Explanation) -> Self {
        Self {
            method: explanation.method,
            url: explanation.url,
            host: explanation.host,
            body: explanation.body,
            headers: explanation.headers.into_iter().map(Into::into).collect(),
            role: explanation.role,
            access_key_id: explanation.access_key_id,
            scope: explanation.scope.map(Into::into),
            signed_headers: explanation.signed_headers,
            signed_at_unix_seconds: explanation.signed_at,
            accepted_until_unix_seconds: explanation.accepted_until,
            canonical_request: explanation.canonical_request,
            string_to_sign: explanation.string_to_sign,
        }
    }
}

impl From<ShownHeader> for wit::ShownHeader {
    fn from(header: ShownHeader) -> Self {
        Self {
            name: header.name,
            value: header.value,
        }
    }
}

impl From<CredentialScope> for wit::CredentialScope {
    fn from(scope: CredentialScope) -> Self {
        Self {
            date: scope.date,
            region: scope.region,
            service: scope.service,
        }
    }
}

impl From<ExplainError> for wit::ExplainError {
    fn from(error: ExplainError) -> Self {
        Self {
            rule: error.rule.into(),
            message: error.message,
        }
    }
}

impl From<Refusal> for wit::Refusal {
    fn from(refusal: Refusal) -> Self {
        Self {
            refused_by: refusal.refused_by.map(|refuser| match refuser {
                Refuser::Host => wit::Refuser::Host,
                Refuser::Intermediary => wit::Refuser::Intermediary,
                Refuser::Vault => wit::Refuser::Vault,
                Refuser::Sts => wit::Refuser::Sts,
            }),
            rule: refusal.rule.map(Into::into),
            message: refusal.message,
            quoted: refusal.quoted,
            causes: refusal.causes.into_iter().map(Into::into).collect(),
            client_fix: refusal.client_fix,
            server_fix: refusal.server_fix,
            expected_server_id: refusal.expected_server_id,
            aws_clock_unix_seconds: refusal.aws_clock,
            skew_seconds: refusal.skew_seconds,
            wanted_region: refusal.wanted_region,
        }
    }
}

impl From<LoginRule> for wit::LoginRule {
    fn from(rule: LoginRule) -> Self {
        match rule {
            LoginRule::VaultUnreachable => Self::VaultUnreachable,
            LoginRule::ConnectionBrokenOff => Self::ConnectionBrokenOff,
            LoginRule::VaultTimedOut => Self::VaultTimedOut,
            LoginRule::VaultCertificateUntrusted => Self::VaultCertificateUntrusted,
            LoginRule::AnswerNotVaults => Self::AnswerNotVaults,
            LoginRule::AnswerEmpty => Self::AnswerEmpty,
            LoginRule::TlsExpected => Self::TlsExpected,
            LoginRule::TlsNotSpoken => Self::TlsNotSpoken,
            LoginRule::AnswerRedirected => Self::AnswerRedirected,
            LoginRule::VaultSealed => Self::VaultSealed,
            LoginRule::VaultNotInitialized => Self::VaultNotInitialized,
            LoginRule::NoActiveNode => Self::NoActiveNode,
            LoginRule::NodeBehind => Self::NodeBehind,
            LoginRule::VaultOverloaded => Self::VaultOverloaded,
            LoginRule::RateLimited => Self::RateLimited,
            LoginRule::LeaseQuotaExceeded => Self::LeaseQuotaExceeded,
            LoginRule::DisasterRecoverySecondary => Self::DisasterRecoverySecondary,
            LoginRule::PerformanceStandby => Self::PerformanceStandby,
            LoginRule::MountUnknown => Self::MountUnknown,
            LoginRule::PluginNotRunning => Self::PluginNotRunning,
            LoginRule::HttpMethodUnsupported => Self::HttpMethodUnsupported,
            LoginRule::PermissionDenied => Self::PermissionDenied,
            LoginRule::LoginTooLarge => Self::LoginTooLarge,
            LoginRule::JsonOverLimits => Self::JsonOverLimits,
            LoginRule::JsonDuplicateKey => Self::JsonDuplicateKey,
            LoginRule::JsonTrailingBytes => Self::JsonTrailingBytes,
            LoginRule::JsonMalformed => Self::JsonMalformed,
            LoginRule::LoginIsForm => Self::LoginIsForm,
            LoginRule::VaultFailed => Self::VaultFailed,
            LoginRule::FieldTypeWrong => Self::FieldTypeWrong,
            LoginRule::HeadersNotJson => Self::HeadersNotJson,
            LoginRule::HeadersBlank => Self::HeadersBlank,
            LoginRule::HeaderValueTypeWrong => Self::HeaderValueTypeWrong,
            LoginRule::HeaderPairMalformed => Self::HeaderPairMalformed,
            LoginRule::KeyUnknown => Self::KeyUnknown,
            LoginRule::LoginFieldsMissing => Self::LoginFieldsMissing,
            LoginRule::LoginFlowsMixed => Self::LoginFlowsMixed,
            LoginRule::LoginIsEc2 => Self::LoginIsEc2,
            LoginRule::MethodMissing => Self::MethodMissing,
            LoginRule::MethodUnsupported => Self::MethodUnsupported,
            LoginRule::MethodGet => Self::MethodGet,
            LoginRule::UrlMissing => Self::UrlMissing,
            LoginRule::UrlNotBase64 => Self::UrlNotBase64,
            LoginRule::UrlUnparsable => Self::UrlUnparsable,
            LoginRule::StsUrlMalformed => Self::StsUrlMalformed,
            LoginRule::StsUrlNotBare => Self::StsUrlNotBare,
            LoginRule::PostWithQuery => Self::PostWithQuery,
            LoginRule::QueryActionMissing => Self::QueryActionMissing,
            LoginRule::QueryActionRepeated => Self::QueryActionRepeated,
            LoginRule::QueryActionUnexpected => Self::QueryActionUnexpected,
            LoginRule::BodyMissing => Self::BodyMissing,
            LoginRule::BodyNotBase64 => Self::BodyNotBase64,
            LoginRule::BodyUnparsable => Self::BodyUnparsable,
            LoginRule::BodyUnexpected => Self::BodyUnexpected,
            LoginRule::HeadersMissing => Self::HeadersMissing,
            LoginRule::ServerConfigUnreadable => Self::ServerConfigUnreadable,
            LoginRule::ServerIdMissing => Self::ServerIdMissing,
            LoginRule::ServerIdDiffers => Self::ServerIdDiffers,
            LoginRule::AuthorizationMissing => Self::AuthorizationMissing,
            LoginRule::ServerIdNotSigned => Self::ServerIdNotSigned,
            LoginRule::HeaderNotAllowed => Self::HeaderNotAllowed,
            LoginRule::QueryParameterNotAllowed => Self::QueryParameterNotAllowed,
            LoginRule::RegionMissing => Self::RegionMissing,
            LoginRule::RegionUnknownToServer => Self::RegionUnknownToServer,
            LoginRule::HeaderIllegal => Self::HeaderIllegal,
            LoginRule::HeaderRepeated => Self::HeaderRepeated,
            LoginRule::HeaderHopByHop => Self::HeaderHopByHop,
            LoginRule::HostDiffers => Self::HostDiffers,
            LoginRule::HostNotPlain => Self::HostNotPlain,
            LoginRule::ContentLengthDiffers => Self::ContentLengthDiffers,
            LoginRule::AcceptJson => Self::AcceptJson,
            LoginRule::AcceptEncoding => Self::AcceptEncoding,
            LoginRule::ContentTypeNotForm => Self::ContentTypeNotForm,
            LoginRule::GetWithBody => Self::GetWithBody,
            LoginRule::StsUnreachable => Self::StsUnreachable,
            LoginRule::StsAnswerNotXml => Self::StsAnswerNotXml,
            LoginRule::StsAnswerUnparsable => Self::StsAnswerUnparsable,
            LoginRule::SignatureIncomplete => Self::SignatureIncomplete,
            LoginRule::SignatureTwice => Self::SignatureTwice,
            LoginRule::SecretAsAccessKeyId => Self::SecretAsAccessKeyId,
            LoginRule::DateMissing => Self::DateMissing,
            LoginRule::DateMalformed => Self::DateMalformed,
            LoginRule::SignatureMalformed => Self::SignatureMalformed,
            LoginRule::HostNotSigned => Self::HostNotSigned,
            LoginRule::SignedHeaderMissing => Self::SignedHeaderMissing,
            LoginRule::SignedHeadersUnsorted => Self::SignedHeadersUnsorted,
            LoginRule::AmzHeaderNotSigned => Self::AmzHeaderNotSigned,
            LoginRule::ScopeRegionDiffers => Self::ScopeRegionDiffers,
            LoginRule::ScopeServiceDiffers => Self::ScopeServiceDiffers,
            LoginRule::ScopeTerminatorDiffers => Self::ScopeTerminatorDiffers,
            LoginRule::ScopeDateDiffers => Self::ScopeDateDiffers,
            LoginRule::SignatureExpired => Self::SignatureExpired,
            LoginRule::SignatureNotYetCurrent => Self::SignatureNotYetCurrent,
            LoginRule::SignatureDiffers => Self::SignatureDiffers,
            LoginRule::SessionTokenMissing => Self::SessionTokenMissing,
            LoginRule::SessionTokenUnexpected => Self::SessionTokenUnexpected,
            LoginRule::AccessKeyUnknown => Self::AccessKeyUnknown,
            LoginRule::SessionExpired => Self::SessionExpired,
            LoginRule::StsRegionDisabled => Self::StsRegionDisabled,
            LoginRule::StsActionInvalid => Self::StsActionInvalid,
            LoginRule::StsAccessDenied => Self::StsAccessDenied,
            LoginRule::StsThrottled => Self::StsThrottled,
            LoginRule::StsRefused => Self::StsRefused,
            LoginRule::ArnMalformed => Self::ArnMalformed,
            LoginRule::CallerIsRoot => Self::CallerIsRoot,
            LoginRule::CallerIsFederated => Self::CallerIsFederated,
            LoginRule::RoleUnknown => Self::RoleUnknown,
            LoginRule::RoleIsArn => Self::RoleIsArn,
            LoginRule::RoleNameImpossible => Self::RoleNameImpossible,
            LoginRule::RoleWantsEc2 => Self::RoleWantsEc2,
            LoginRule::PrincipalNotBound => Self::PrincipalNotBound,
            LoginRule::NodeRoleNotBound => Self::NodeRoleNotBound,
            LoginRule::BindingNeverMatches => Self::BindingNeverMatches,
            LoginRule::PrincipalLookupFailed => Self::PrincipalLookupFailed,
            LoginRule::VaultKeysRefused => Self::VaultKeysRefused,
            LoginRule::VaultKeysMissing => Self::VaultKeysMissing,
            LoginRule::AccountNotConfigured => Self::AccountNotConfigured,
            LoginRule::VaultCallsThrottled => Self::VaultCallsThrottled,
            LoginRule::PrincipalLookupEmpty => Self::PrincipalLookupEmpty,
            LoginRule::SessionNotInstance => Self::SessionNotInstance,
            LoginRule::InstanceUnverified => Self::InstanceUnverified,
            LoginRule::InstanceNotFound => Self::InstanceNotFound,
            LoginRule::InstanceNotRunning => Self::InstanceNotRunning,
            LoginRule::InstanceNotBound => Self::InstanceNotBound,
            LoginRule::InstanceAttributeMissing => Self::InstanceAttributeMissing,
            LoginRule::MfaRequired => Self::MfaRequired,
            LoginRule::ResponseWrapped => Self::ResponseWrapped,
        }
    }
}
