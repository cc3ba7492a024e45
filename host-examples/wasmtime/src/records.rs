//! The component's records as those of the core, whose reports show them, and the other way.

use vault_aws_login::inspector as core;

use crate::component::inspector as generated;
use crate::rules;

impl From<generated::Finding> for core::Finding {
    fn from(finding: generated::Finding) -> Self {
        Self {
            rule: rules::login(finding.rule),
            severity: core::Severity::_lift(finding.severity as u8),
            message: finding.message,
            fix: finding.fix,
        }
    }
}

impl From<generated::Explanation> for core::Explanation {
    fn from(explanation: generated::Explanation) -> Self {
        let headers = explanation.headers.into_iter();
        Self {
            method: explanation.method,
            url: explanation.url,
            host: explanation.host,
            body: explanation.body,
            headers: headers
                .map(|header| core::ShownHeader {
                    name: header.name,
                    value: header.value,
                })
                .collect(),
            role: explanation.role,
            access_key_id: explanation.access_key_id,
            scope: explanation.scope.map(|scope| core::CredentialScope {
                date: scope.date,
                region: scope.region,
                service: scope.service,
            }),
            signed_headers: explanation.signed_headers,
            signed_at_unix_seconds: explanation.signed_at_unix_seconds,
            accepted_until_unix_seconds: explanation.accepted_until_unix_seconds,
            canonical_request: explanation.canonical_request,
            string_to_sign: explanation.string_to_sign,
        }
    }
}

impl From<generated::Refusal> for core::Refusal {
    fn from(refusal: generated::Refusal) -> Self {
        Self {
            refused_by: refusal
                .refused_by
                .map(|refuser| core::Refuser::_lift(refuser as u8)),
            rule: refusal.rule.map(rules::login),
            message: refusal.message,
            quoted: refusal.quoted,
            causes: refusal.causes,
            client_fix: refusal.client_fix,
            server_fix: refusal.server_fix,
            expected_server_id: refusal.expected_server_id,
            aws_clock_unix_seconds: refusal.aws_clock_unix_seconds,
            skew_seconds: refusal.skew_seconds,
            wanted_region: refusal.wanted_region,
        }
    }
}

impl From<core::ServerProfile> for generated::ServerProfile {
    fn from(profile: core::ServerProfile) -> Self {
        Self {
            server_id: profile.server_id.map(|server_id| match server_id {
                core::ServerIdRequirement::NotRequired => {
                    generated::ServerIdRequirement::NotRequired
                }
                core::ServerIdRequirement::Required(value) => {
                    generated::ServerIdRequirement::Required(value)
                }
            }),
            sts_endpoint: profile.sts_endpoint.map(|endpoint| match endpoint {
                core::CalledEndpoint::Global => generated::CalledEndpoint::Global,
                core::CalledEndpoint::Url(url) => generated::CalledEndpoint::Url(url),
                core::CalledEndpoint::Region(region) => generated::CalledEndpoint::Region(region),
                core::CalledEndpoint::ClientRegion => generated::CalledEndpoint::ClientRegion,
            }),
            allowed_headers: profile.allowed_headers,
            mount_config: profile.mount_config.map(|config| match config {
                core::MountConfig::NeverWritten => generated::MountConfig::NeverWritten,
                core::MountConfig::Written => generated::MountConfig::Written,
            }),
            core: profile.core.map(software),
            auth_plugin: profile.auth_plugin.map(software),
            caller_arn: profile.caller_arn,
            role: profile.role.map(|role| match role {
                core::RoleProfile::Missing => generated::RoleProfile::Missing,
                core::RoleProfile::Ec2 => generated::RoleProfile::Ec2,
                core::RoleProfile::Iam(bindings) => {
                    generated::RoleProfile::Iam(generated::RoleBindings {
                        principal_arns: bindings.principal_arns,
                        unique_ids: match bindings.unique_ids {
                            core::UniqueIds::Resolved => generated::UniqueIds::Resolved,
                            core::UniqueIds::NotResolved => generated::UniqueIds::NotResolved,
                        },
                        inferred_entity: match bindings.inferred_entity {
                            core::InferredEntity::Nothing => generated::InferredEntity::Nothing,
                            core::InferredEntity::Ec2Instance => {
                                generated::InferredEntity::Ec2Instance
                            }
                        },
                    })
                }
            }),
        }
    }
}

fn software(software: core::Software) -> generated::Software {
    generated::Software {
        flavour: match software.flavour {
            core::Flavour::Vault => generated::Flavour::Vault,
            core::Flavour::OpenBao => generated::Flavour::Openbao,
        },
        version: software.version,
    }
}
