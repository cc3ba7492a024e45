//! AWS regions and the partitions they belong to.

use crate::error::{InputField, SignError};
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
    /// [`SignError::EmptyValue`], [`SignError::SurroundingBlank`],
    /// [`SignError::IllegalCharacter`], [`SignError::TooLong`] past 63 characters.
    pub fn new(name: String) -> Result<Self, SignError> {
        text::check(InputField::Region, &name, Shown::Value, |c| {
            c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
        })?;
        if name.len() > LONGEST_LABEL {
            return Err(SignError::TooLong {
                field: InputField::Region,
                limit: LONGEST_LABEL,
                length: name.len(),
            });
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

    /// Returns the partition by the pattern of the name; `aws` where none fits, as AWS's SDKs do.
    pub fn partition(&self) -> Partition {
        PATTERNS
            .iter()
            .find(|(prefix, _)| is_numbered(&self.0, prefix))
            .map_or(Partition::Aws, |(_, partition)| *partition)
    }
}

/// A group of AWS regions with its own DNS suffixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Partition {
    /// `aws`, the commercial regions.
    Aws,
    /// `aws-cn`, China.
    AwsCn,
    /// `aws-us-gov`, GovCloud.
    AwsUsGov,
    /// `aws-iso`.
    AwsIso,
    /// `aws-iso-b`.
    AwsIsoB,
    /// `aws-iso-e`.
    AwsIsoE,
    /// `aws-iso-f`.
    AwsIsoF,
    /// `aws-eusc`, the European Sovereign Cloud.
    AwsEusc,
}

impl Partition {
    /// Returns the name that ARNs begin with, as in `arn:aws-cn:`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::AwsCn => "aws-cn",
            Self::AwsUsGov => "aws-us-gov",
            Self::AwsIso => "aws-iso",
            Self::AwsIsoB => "aws-iso-b",
            Self::AwsIsoE => "aws-iso-e",
            Self::AwsIsoF => "aws-iso-f",
            Self::AwsEusc => "aws-eusc",
        }
    }

    /// Every partition.
    pub const ALL: [Self; 8] = [
        Self::Aws,
        Self::AwsCn,
        Self::AwsUsGov,
        Self::AwsIso,
        Self::AwsIsoB,
        Self::AwsIsoE,
        Self::AwsIsoF,
        Self::AwsEusc,
    ];

    /// Returns the suffix of the standard and the FIPS hosts.
    pub const fn dns_suffix(self) -> &'static str {
        match self {
            Self::Aws | Self::AwsUsGov => "amazonaws.com",
            Self::AwsCn => "amazonaws.com.cn",
            Self::AwsIso => "c2s.ic.gov",
            Self::AwsIsoB => "sc2s.sgov.gov",
            Self::AwsIsoE => "cloud.adc-e.uk",
            Self::AwsIsoF => "csp.hci.ic.gov",
            Self::AwsEusc => "amazonaws.eu",
        }
    }

    /// Returns the suffix of the dual-stack hosts.
    pub const fn dual_stack_dns_suffix(self) -> &'static str {
        match self {
            Self::Aws | Self::AwsUsGov => "api.aws",
            Self::AwsCn => "api.amazonwebservices.com.cn",
            Self::AwsIso => "api.aws.ic.gov",
            Self::AwsIsoB => "api.aws.scloud",
            Self::AwsIsoE => "api.cloud-aws.adc-e.uk",
            Self::AwsIsoF => "api.aws.hci.ic.gov",
            Self::AwsEusc => "api.amazonwebservices.eu",
        }
    }
}

/// The patterns of the partitions other than `aws`, as in AWS's `partitions.json`: the prefix, a
/// word and a number. None of the prefixes begins another one with its `-`.
const PATTERNS: [(&str, Partition); 7] = [
    ("cn-", Partition::AwsCn),
    ("us-gov-", Partition::AwsUsGov),
    ("us-iso-", Partition::AwsIso),
    ("us-isob-", Partition::AwsIsoB),
    ("eu-isoe-", Partition::AwsIsoE),
    ("us-isof-", Partition::AwsIsoF),
    ("eusc-de-", Partition::AwsEusc),
];

/// Says whether a name is `<prefix><word>-<number>`.
fn is_numbered(name: &str, prefix: &str) -> bool {
    name.strip_prefix(prefix)
        .and_then(|rest| rest.split_once('-'))
        .is_some_and(|(word, number)| {
            !word.is_empty() && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
        })
}
