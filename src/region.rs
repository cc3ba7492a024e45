//! AWS regions and the partitions they belong to.

use crate::input_error::{InputError, InputField, InputRule};
use crate::text::{self, Shown};

/// The longest DNS label: the region is one in every STS host name.
const LONGEST_LABEL: usize = 63;

/// The name of an AWS region, such as `eu-west-1`. Known or not: only its shape is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region(String);

impl Region {
    /// Checks and takes a region.
    ///
    /// # Errors
    /// [`InputRule::EmptyValue`], [`InputRule::SurroundingWhitespace`],
    /// [`InputRule::IllegalCharacter`], [`InputRule::TooLong`] past 63 characters.
    pub fn new(name: String) -> Result<Self, InputError> {
        text::check(InputField::Region, &name, Shown::Value)?;
        if name.len() > LONGEST_LABEL {
            return Err(InputError::invalid(
                InputRule::TooLong,
                InputField::Region,
                format_args!("at most {LONGEST_LABEL} characters"),
                format_args!("{}", name.len()),
            ));
        }
        Ok(Self(name))
    }

    /// Returns `us-east-1`, the region of the global STS host.
    pub(crate) fn us_east_1() -> Self {
        Self("us-east-1".into())
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the partition by the name's pattern; `aws` where none fits, as AWS's SDKs do.
    pub fn partition(&self) -> &'static Partition {
        PARTITIONS
            .iter()
            .find(|partition| partition.has(&self.0))
            .unwrap_or(&AWS)
    }
}

/// A group of AWS regions that share their DNS suffixes.
#[derive(Debug, PartialEq, Eq)]
pub struct Partition {
    /// The name, with which ARNs begin: `arn:aws-cn:`.
    pub name: &'static str,
    /// What the names of its regions begin with, before a word and a number.
    region_prefix: &'static str,
    /// The first label of FIPS hosts on the standard suffix.
    pub(crate) fips_label: &'static str,
    /// The suffix of the standard and the FIPS hosts.
    pub dns_suffix: &'static str,
    /// The suffix of the dual-stack hosts.
    pub dual_stack_dns_suffix: &'static str,
}

/// The commercial regions. Their names have many prefixes, so a region that fits no other partition is here.
const AWS: Partition = Partition {
    name: "aws",
    region_prefix: "",
    fips_label: "sts-fips",
    dns_suffix: "amazonaws.com",
    dual_stack_dns_suffix: "api.aws",
};

/// Every partition, as in AWS's `partitions.json`. No prefix is a prefix of another, so their order
/// does not matter.
#[rustfmt::skip]
pub const PARTITIONS: [Partition; 8] = [
    AWS,
    Partition { name: "aws-cn", region_prefix: "cn-", fips_label: "sts-fips",
        dns_suffix: "amazonaws.com.cn", dual_stack_dns_suffix: "api.amazonwebservices.com.cn" },
    // GovCloud's regional hosts are its FIPS hosts, but its dual-stack hosts are not.
    Partition { name: "aws-us-gov", region_prefix: "us-gov-", fips_label: "sts",
        dns_suffix: "amazonaws.com", dual_stack_dns_suffix: "api.aws" },
    Partition { name: "aws-iso", region_prefix: "us-iso-", fips_label: "sts-fips",
        dns_suffix: "c2s.ic.gov", dual_stack_dns_suffix: "api.aws.ic.gov" },
    Partition { name: "aws-iso-b", region_prefix: "us-isob-", fips_label: "sts-fips",
        dns_suffix: "sc2s.sgov.gov", dual_stack_dns_suffix: "api.aws.scloud" },
    Partition { name: "aws-iso-e", region_prefix: "eu-isoe-", fips_label: "sts-fips",
        dns_suffix: "cloud.adc-e.uk", dual_stack_dns_suffix: "api.cloud-aws.adc-e.uk" },
    Partition { name: "aws-iso-f", region_prefix: "us-isof-", fips_label: "sts-fips",
        dns_suffix: "csp.hci.ic.gov", dual_stack_dns_suffix: "api.aws.hci.ic.gov" },
    Partition { name: "aws-eusc", region_prefix: "eusc-de-", fips_label: "sts-fips",
        dns_suffix: "amazonaws.eu", dual_stack_dns_suffix: "api.amazonwebservices.eu" },
];

impl Partition {
    /// Says whether a region is one of the partition's: by its pattern, or as the pseudo-region
    /// `<partition>-global`.
    fn has(&self, region: &str) -> bool {
        let pseudo = region.strip_suffix("-global");
        pseudo == Some(self.name)
            || (!self.region_prefix.is_empty() && is_numbered(region, self.region_prefix))
    }
}

/// Says whether a name is `<prefix><word>-<number>`.
fn is_numbered(name: &str, prefix: &str) -> bool {
    name.strip_prefix(prefix)
        .and_then(|rest| rest.split_once('-'))
        .is_some_and(|(word, number)| {
            !word.is_empty() && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
        })
}
