//! What the caller knows of the server.

use serde::Deserialize;

use vault_aws_login::inspector::{
    CalledEndpoint, Flavour, InferredEntity, MountConfig, RoleBindings, RoleProfile,
    ServerIdRequirement, ServerProfile, Software, UniqueIds,
};

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct ServerProfileJson {
    server_id: Option<ServerIdRequirementJson>,
    sts_endpoint: Option<CalledEndpointJson>,
    allowed_headers: Option<Vec<String>>,
    mount_config: Option<MountConfigJson>,
    core: Option<SoftwareJson>,
    auth_plugin: Option<SoftwareJson>,
    caller_arn: Option<String>,
    role: Option<RoleProfileJson>,
}

impl From<ServerProfileJson> for ServerProfile {
    fn from(json: ServerProfileJson) -> Self {
        Self {
            server_id: json.server_id.map(|requirement| match requirement {
                ServerIdRequirementJson::NotRequired => ServerIdRequirement::NotRequired,
                ServerIdRequirementJson::Required(value) => ServerIdRequirement::Required(value),
            }),
            sts_endpoint: json.sts_endpoint.map(|endpoint| match endpoint {
                CalledEndpointJson::Global => CalledEndpoint::Global,
                CalledEndpointJson::Url(url) => CalledEndpoint::Url(url),
                CalledEndpointJson::Region(region) => CalledEndpoint::Region(region),
                CalledEndpointJson::ClientRegion => CalledEndpoint::ClientRegion,
            }),
            allowed_headers: json.allowed_headers,
            mount_config: json.mount_config.map(|config| match config {
                MountConfigJson::NeverWritten => MountConfig::NeverWritten,
                MountConfigJson::Written => MountConfig::Written,
            }),
            core: json.core.map(Into::into),
            auth_plugin: json.auth_plugin.map(Into::into),
            caller_arn: json.caller_arn,
            role: json.role.map(|role| match role {
                RoleProfileJson::Missing => RoleProfile::Missing,
                RoleProfileJson::Ec2 => RoleProfile::Ec2,
                RoleProfileJson::Iam(bindings) => RoleProfile::Iam(bindings.into()),
            }),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ServerIdRequirementJson {
    NotRequired,
    Required(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum CalledEndpointJson {
    Global,
    Url(String),
    Region(String),
    ClientRegion,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum MountConfigJson {
    NeverWritten,
    Written,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct SoftwareJson {
    flavour: FlavourJson,
    version: Option<String>,
}

impl From<SoftwareJson> for Software {
    fn from(json: SoftwareJson) -> Self {
        Self {
            flavour: match json.flavour {
                FlavourJson::Vault => Flavour::Vault,
                FlavourJson::Openbao => Flavour::OpenBao,
            },
            version: json.version,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum FlavourJson {
    Vault,
    Openbao,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RoleProfileJson {
    Missing,
    Ec2,
    Iam(RoleBindingsJson),
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RoleBindingsJson {
    principal_arns: Vec<String>,
    unique_ids: UniqueIdsJson,
    inferred_entity: InferredEntityJson,
}

impl From<RoleBindingsJson> for RoleBindings {
    fn from(json: RoleBindingsJson) -> Self {
        Self {
            principal_arns: json.principal_arns,
            unique_ids: match json.unique_ids {
                UniqueIdsJson::Resolved => UniqueIds::Resolved,
                UniqueIdsJson::NotResolved => UniqueIds::NotResolved,
            },
            inferred_entity: match json.inferred_entity {
                InferredEntityJson::Nothing => InferredEntity::Nothing,
                InferredEntityJson::Ec2Instance => InferredEntity::Ec2Instance,
            },
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum UniqueIdsJson {
    Resolved,
    NotResolved,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum InferredEntityJson {
    Nothing,
    Ec2Instance,
}
