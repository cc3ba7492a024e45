//! Which STS host a login is signed for, and in which region.
//!
//! Hosts and scopes: `sts` in AWS's `endpoints.json`, and what Vault calls by default.

use crate::region::Region;
use crate::sts_url::StsUrl;

/// The STS host to sign for; `sts-endpoint` of `wit/login.wit`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StsEndpoint {
    /// `sts.<region>.<suffix>`.
    Regional,
    /// `sts-fips.<region>.<suffix>`; the regional host in GovCloud.
    Fips,
    /// `sts.<region>.<dual-stack suffix>`.
    DualStack,
    /// `sts-fips.<region>.<dual-stack suffix>`.
    FipsDualStack,
    /// Another host, such as a private endpoint.
    Url(StsUrl),
}

/// What is signed for: the URL, its host and the region of the credential scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StsTarget {
    /// The URL, such as `https://sts.amazonaws.com/`: no query, no default port.
    pub url: String,
    /// The `Host` header.
    pub host: String,
    /// The region of the credential scope.
    pub region: Region,
}

impl StsTarget {
    /// Resolves region and endpoint, both optional, as `login-options` documents them.
    pub fn resolve(region: Option<&Region>, endpoint: Option<&StsEndpoint>) -> Self {
        let named = NamedRegion::read(region);
        match (endpoint, named) {
            (Some(StsEndpoint::Url(url)), named) => {
                let region = match named {
                    NamedRegion::Absent => region_of_host(url.host()),
                    other => Some(other.into_region()),
                };
                Self {
                    url: format!("{}://{}/", url.scheme(), url.host()),
                    host: url.host().into(),
                    region: region.unwrap_or_else(Region::us_east_1),
                }
            }
            (None, NamedRegion::Absent)
            | (None | Some(StsEndpoint::Regional), NamedRegion::Global) => Self::global(),
            // By default a server calls the global host, which is us-east-1's.
            (None, NamedRegion::Plain(region)) if region.as_str() == "us-east-1" => Self::global(),
            (None | Some(StsEndpoint::Regional), NamedRegion::Fips(region)) => {
                Self::of(region, Fips::Yes, Stack::Single)
            }
            (Some(StsEndpoint::DualStack), NamedRegion::Fips(region)) => {
                Self::of(region, Fips::Yes, Stack::Dual)
            }
            (None | Some(StsEndpoint::Regional), named) => {
                Self::of(named.into_region(), Fips::No, Stack::Single)
            }
            (Some(StsEndpoint::Fips), named) => {
                Self::of(named.into_region(), Fips::Yes, Stack::Single)
            }
            (Some(StsEndpoint::DualStack), named) => {
                Self::of(named.into_region(), Fips::No, Stack::Dual)
            }
            (Some(StsEndpoint::FipsDualStack), named) => {
                Self::of(named.into_region(), Fips::Yes, Stack::Dual)
            }
        }
    }

    /// Only partition `aws` has a global host.
    fn global() -> Self {
        Self::https("sts.amazonaws.com".into(), Region::us_east_1())
    }

    fn of(region: Region, fips: Fips, stack: Stack) -> Self {
        let partition = region.partition();
        let (service, suffix) = match (fips, stack) {
            (Fips::No, Stack::Single) => ("sts", partition.dns_suffix),
            (Fips::Yes, Stack::Single) => (partition.fips_label, partition.dns_suffix),
            (Fips::No, Stack::Dual) => ("sts", partition.dual_stack_dns_suffix),
            (Fips::Yes, Stack::Dual) => ("sts-fips", partition.dual_stack_dns_suffix),
        };
        Self::https(format!("{service}.{}.{suffix}", region.as_str()), region)
    }

    fn https(host: String, region: Region) -> Self {
        Self {
            url: ["https://", &host, "/"].concat(),
            host,
            region,
        }
    }
}

#[derive(Clone, Copy)]
enum Fips {
    Yes,
    No,
}

#[derive(Clone, Copy)]
enum Stack {
    Single,
    Dual,
}

/// A region input with the SDKs' pseudo-regions taken apart.
enum NamedRegion {
    Absent,
    /// `aws-global`.
    Global,
    /// `<region>-fips` or `fips-<region>`.
    Fips(Region),
    Plain(Region),
}

impl NamedRegion {
    fn read(region: Option<&Region>) -> Self {
        let Some(region) = region else {
            return Self::Absent;
        };
        let name = region.as_str();
        if name == "aws-global" {
            return Self::Global;
        }
        name.strip_suffix("-fips")
            .or_else(|| name.strip_prefix("fips-"))
            .and_then(|name| Region::new(name.into()).ok())
            .map_or_else(|| Self::Plain(region.clone()), Self::Fips)
    }

    fn into_region(self) -> Region {
        match self {
            Self::Absent | Self::Global => Region::us_east_1(),
            Self::Fips(region) | Self::Plain(region) => region,
        }
    }
}

/// Reads the region out of an AWS host name: `sts.<region>.<suffix>`, `sts-fips.…`, or an
/// interface VPC endpoint, `vpce-….sts.<region>.vpce.<suffix>`; a port does not matter.
pub(crate) fn region_of_host(host: &str) -> Option<Region> {
    let name = host.split(':').next()?;
    let (service, rest) = name.split_once('.')?;
    if service.starts_with("vpce-") {
        return region_of_host(rest);
    }
    if !matches!(service, "sts" | "sts-fips") {
        return None;
    }
    let (region, suffix) = rest.split_once('.')?;
    let region = Region::new(region.into()).ok()?;
    let suffix = suffix.strip_prefix("vpce.").unwrap_or(suffix);
    let partition = region.partition();
    let known = [partition.dns_suffix, partition.dual_stack_dns_suffix];
    known.contains(&suffix).then_some(region)
}
