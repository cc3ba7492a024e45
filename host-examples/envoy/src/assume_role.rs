//! The role that the filter assumes with its AWS credentials: `assume_role` of the configuration.

use core::fmt;

use serde::Deserialize;
use vault_aws_login::session::AssumeRole;
use vault_aws_login::{InputError, Region, StsEndpoint, StsTarget, StsUrl};

/// `assume_role`. `Debug` does not show the external ID.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AssumeRoleConfig {
    /// The ARN of the role.
    role_arn: String,
    /// The name of the cluster that leads to STS.
    pub cluster: String,
    /// The name of the session.
    role_session_name: Option<String>,
    /// What the role's trust policy demands as `sts:ExternalId`.
    external_id: Option<String>,
    /// How long the role's credentials last.
    duration_seconds: Option<u32>,
    /// The region of the STS endpoint behind the cluster.
    region: Option<String>,
    /// The STS endpoint behind the cluster, in the words of the configuration's `sts_endpoint`.
    sts_endpoint: Option<String>,
}

impl AssumeRoleConfig {
    /// Makes the session's setting of it.
    pub fn checked(&self) -> Result<AssumeRole, InputError> {
        let region = self.region.clone().map(Region::new).transpose()?;
        let endpoint = sts_endpoint(self.sts_endpoint.as_deref())?;
        AssumeRole::new(
            self.role_arn.clone(),
            self.role_session_name.clone(),
            self.external_id.clone(),
            self.duration_seconds,
            StsTarget::resolve(region.as_ref(), endpoint.as_ref()),
        )
    }
}

impl fmt::Debug for AssumeRoleConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssumeRoleConfig")
            .field("role_arn", &self.role_arn)
            .field("cluster", &self.cluster)
            .finish_non_exhaustive()
    }
}

/// Reads `regional`, `fips`, `dual-stack`, `fips-dual-stack` or a URL.
pub(crate) fn sts_endpoint(word: Option<&str>) -> Result<Option<StsEndpoint>, InputError> {
    Ok(Some(match word {
        None => return Ok(None),
        Some("regional") => StsEndpoint::Regional,
        Some("fips") => StsEndpoint::Fips,
        Some("dual-stack") => StsEndpoint::DualStack,
        Some("fips-dual-stack") => StsEndpoint::FipsDualStack,
        Some(url) => StsEndpoint::Url(StsUrl::new(url)?),
    }))
}
