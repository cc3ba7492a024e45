//! Which host and scope a login is signed for, in all partitions: `docs/login-contract.md#s5`.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests may fail, as tests do"
)]

use vault_aws_login::{InputRule, PARTITIONS, Region, StsEndpoint, StsTarget, StsUrl};

/// Resolves and checks `(region, endpoint) → (host, scope)`, reporting the caller's line.
#[track_caller]
fn check(region: &str, endpoint: Option<StsEndpoint>, host: &str, scope: &str) {
    let region = (!region.is_empty()).then(|| Region::new(region.into()).unwrap());
    let target = StsTarget::resolve(region.as_ref(), endpoint.as_ref());
    assert_eq!(
        (target.host.as_str(), target.region.as_str()),
        (host, scope)
    );
    assert_eq!(target.url, format!("https://{host}/"));
}

/// Rows of a region, what its FIPS hosts begin with, the suffix of its hosts, and that of its
/// dual-stack hosts.
macro_rules! partitions {
    ($($region:literal $fips:literal $suffix:literal $dual_stack:literal;)*) => {
        $(
            let standard = format!("sts.{}.{}", $region, $suffix);
            let fips = format!("{}.{}.{}", $fips, $region, $suffix);
            let dual_stack = format!("sts.{}.{}", $region, $dual_stack);
            let both = format!("sts-fips.{}.{}", $region, $dual_stack);
            check($region, None, &standard, $region);
            check($region, Some(StsEndpoint::Regional), &standard, $region);
            check($region, Some(StsEndpoint::Fips), &fips, $region);
            check($region, Some(StsEndpoint::DualStack), &dual_stack, $region);
            check($region, Some(StsEndpoint::FipsDualStack), &both, $region);
        )*
    };
}

fn url(url: &str) -> Option<StsEndpoint> {
    Some(StsEndpoint::Url(StsUrl::new(url).unwrap()))
}

#[test]
fn host_is_global_only_where_a_default_server_calls_it() {
    check("", None, "sts.amazonaws.com", "us-east-1");
    check("us-east-1", None, "sts.amazonaws.com", "us-east-1");
    check("aws-global", None, "sts.amazonaws.com", "us-east-1");
    check(
        "eu-west-1",
        None,
        "sts.eu-west-1.amazonaws.com",
        "eu-west-1",
    );
    let regional = || Some(StsEndpoint::Regional);
    check("", regional(), "sts.us-east-1.amazonaws.com", "us-east-1");
    check(
        "us-east-1",
        regional(),
        "sts.us-east-1.amazonaws.com",
        "us-east-1",
    );
}

#[test]
fn host_has_the_suffix_of_its_partition() {
    // docs/login-contract.md#s5-2
    partitions! {
        "eu-west-1" "sts-fips" "amazonaws.com" "api.aws";
        "mx-central-1" "sts-fips" "amazonaws.com" "api.aws";
        "cn-north-1" "sts-fips" "amazonaws.com.cn" "api.amazonwebservices.com.cn";
        // GovCloud's regional hosts are its FIPS hosts.
        "us-gov-west-1" "sts" "amazonaws.com" "api.aws";
        "us-iso-east-1" "sts-fips" "c2s.ic.gov" "api.aws.ic.gov";
        "us-isob-east-1" "sts-fips" "sc2s.sgov.gov" "api.aws.scloud";
        "eu-isoe-west-1" "sts-fips" "cloud.adc-e.uk" "api.cloud-aws.adc-e.uk";
        "us-isof-south-1" "sts-fips" "csp.hci.ic.gov" "api.aws.hci.ic.gov";
        "eusc-de-east-1" "sts-fips" "amazonaws.eu" "api.amazonwebservices.eu";
    }
}

#[test]
fn unknown_region_follows_its_pattern_else_partition_aws() {
    let table = [
        ("cn-south-9", "aws-cn"),
        ("us-gov-central-3", "aws-us-gov"),
        ("us-iso-north-7", "aws-iso"),
        ("us-isob-north-7", "aws-iso-b"),
        ("eu-isoe-north-7", "aws-iso-e"),
        ("us-isof-north-7", "aws-iso-f"),
        ("eusc-de-west-2", "aws-eusc"),
        ("mars-north-9", "aws"),
        // Pseudo-regions.
        ("aws-global", "aws"),
        ("aws-cn-global", "aws-cn"),
        ("aws-us-gov-global", "aws-us-gov"),
        ("aws-iso-global", "aws-iso"),
        ("aws-iso-b-global", "aws-iso-b"),
        ("aws-iso-e-global", "aws-iso-e"),
        ("aws-iso-f-global", "aws-iso-f"),
        ("aws-eusc-global", "aws-eusc"),
        // Near misses of the patterns.
        ("aws-cn-globe", "aws"),
        ("cn-global", "aws"),
        ("cn", "aws"),
        ("cn-north", "aws"),
        ("us-gov-west-a", "aws"),
        ("us-iso-1", "aws"),
        ("eusc-fr-west-1", "aws"),
    ];
    for (name, partition) in table {
        assert_eq!(
            Region::new(name.into()).unwrap().partition().name,
            partition,
            "{name}"
        );
    }
    check(
        "mars-north-9",
        None,
        "sts.mars-north-9.amazonaws.com",
        "mars-north-9",
    );
}

#[test]
fn global_pseudo_regions_follow_their_partition() {
    let regional = Some(StsEndpoint::Regional);
    check("aws-global", regional, "sts.amazonaws.com", "us-east-1");
    let region = "aws-cn-global";
    check(region, None, "sts.aws-cn-global.amazonaws.com.cn", region);
    let region = "aws-us-gov-global";
    let fips = Some(StsEndpoint::Fips);
    check(region, fips, "sts.aws-us-gov-global.amazonaws.com", region);
}

#[test]
fn every_partition_is_found_by_its_pseudo_region() {
    for partition in &PARTITIONS {
        let region = Region::new(format!("{}-global", partition.name)).unwrap();
        assert_eq!(region.partition(), partition);
    }
}

#[test]
fn pseudo_regions_mean_the_fips_host_of_their_region() {
    for name in ["us-east-2-fips", "fips-us-east-2"] {
        check(name, None, "sts-fips.us-east-2.amazonaws.com", "us-east-2");
        let regional = Some(StsEndpoint::Regional);
        check(
            name,
            regional,
            "sts-fips.us-east-2.amazonaws.com",
            "us-east-2",
        );
        let dual_stack = Some(StsEndpoint::DualStack);
        check(name, dual_stack, "sts-fips.us-east-2.api.aws", "us-east-2");
    }
    let host = "sts-fips.us-east-1.amazonaws.com";
    check("us-east-1-fips", None, host, "us-east-1");
    let host = "sts.us-gov-west-1.amazonaws.com";
    check("us-gov-west-1-fips", None, host, "us-gov-west-1");
    // Nothing is left of these when the marker goes, so they are names like any other.
    check("fips-", None, "sts.fips-.amazonaws.com", "fips-");
    check("-fips", None, "sts.-fips.amazonaws.com", "-fips");
}

#[test]
fn url_of_the_user_is_signed_unchanged() {
    check(
        "eu-west-1",
        url("https://sts.internal.example"),
        "sts.internal.example",
        "eu-west-1",
    );
    check(
        "",
        url("https://sts.internal.example/"),
        "sts.internal.example",
        "us-east-1",
    );
    check(
        "",
        url("HTTPS://STS.Internal.Example:8443"),
        "sts.internal.example:8443",
        "us-east-1",
    );
    check(
        "",
        url("https://sts.internal.example:443/"),
        "sts.internal.example",
        "us-east-1",
    );
    check(
        "",
        url("https://sts.internal.example:80/"),
        "sts.internal.example:80",
        "us-east-1",
    );
    check("", url("https://[::1]:8443/"), "[::1]:8443", "us-east-1");
    // The region that the caller names wins over the one in the host: a proxy may have any name.
    check(
        "eu-west-1",
        url("https://sts.us-west-2.amazonaws.com"),
        "sts.us-west-2.amazonaws.com",
        "eu-west-1",
    );
}

#[test]
fn plain_http_url_keeps_its_scheme_and_drops_port_80() {
    let endpoint = StsEndpoint::Url(StsUrl::new("http://127.0.0.1:80").unwrap());
    assert_eq!(
        StsTarget::resolve(None, Some(&endpoint)).url,
        "http://127.0.0.1/"
    );
    let endpoint = StsEndpoint::Url(StsUrl::new("http://127.0.0.1:443").unwrap());
    assert_eq!(
        StsTarget::resolve(None, Some(&endpoint)).url,
        "http://127.0.0.1:443/"
    );
}

#[test]
fn url_of_an_aws_host_names_the_region_where_the_caller_does_not() {
    let table = [
        ("https://sts.amazonaws.com", "us-east-1"),
        ("https://sts.eu-west-1.amazonaws.com", "eu-west-1"),
        ("https://sts-fips.us-west-2.amazonaws.com", "us-west-2"),
        ("https://sts.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("https://sts.eu-west-1.amazonaws.com:8443", "eu-west-1"),
        ("https://sts.eu-west-1.api.aws", "eu-west-1"),
        (
            "https://vpce-0123-abcd.sts.eu-west-1.vpce.amazonaws.com",
            "eu-west-1",
        ),
        // Not AWS's: the suffix is of another partition, or none.
        ("https://sts.cn-north-1.amazonaws.com", "us-east-1"),
        ("https://sts.eu-west-1.example.com", "us-east-1"),
        ("https://sqs.eu-west-1.amazonaws.com", "us-east-1"),
    ];
    for (given, region) in table {
        let target = StsTarget::resolve(None, url(given).as_ref());
        assert_eq!(target.region.as_str(), region, "{given}");
    }
}

#[track_caller]
fn check_url(url: &str, rule: &str, message: &str) {
    let error = StsUrl::new(url).unwrap_err();
    assert_eq!((error.rule.name(), error.message.as_str()), (rule, message));
    assert_eq!(error.field.name(), "sts-endpoint");
}

/// Rows of a URL that is refused, the rule, and the sentence.
macro_rules! urls {
    ($($url:literal => $rule:literal $message:literal;)*) => {
        $(check_url($url, $rule, $message);)*
    };
}

#[test]
fn url_that_is_malformed_or_not_bare_is_refused() {
    urls! {
        "" => "empty-value" "empty STS endpoint: expected a value or none";
        " https://sts.amazonaws.com" => "surrounding-whitespace"
            "invalid STS endpoint: expected no whitespace at either end, \
                found a space at the start";
        "https://sts.amazonaws.com\n" => "surrounding-whitespace"
            "invalid STS endpoint: expected no whitespace at either end, \
                found a line break at the end";
        "https://sts.amazon aws.com" => "illegal-character"
            "invalid STS endpoint: expected printable ASCII without spaces, found a space at \
                position 19";
        "https://sts.amazonaws.com/path" => "sts-url-not-bare"
            "invalid STS endpoint: expected scheme and host only, found a path";
        "https://sts.amazonaws.com//" => "sts-url-not-bare"
            "invalid STS endpoint: expected scheme and host only, found a path";
        "https://sts.amazonaws.com?a=b" => "sts-url-not-bare"
            "invalid STS endpoint: expected scheme and host only, found a query";
        "https://sts.amazonaws.com/?" => "sts-url-not-bare"
            "invalid STS endpoint: expected scheme and host only, found a query";
        "https://sts.amazonaws.com/#x" => "sts-url-not-bare"
            "invalid STS endpoint: expected scheme and host only, found a fragment";
        "https://me:secret@sts.amazonaws.com" => "sts-url-not-bare"
            "invalid STS endpoint: expected scheme and host only, found user information";
    }
    for url in [
        "sts.amazonaws.com",
        "ftp://sts.amazonaws.com",
        "https://",
        "https:///",
        "https://a..b",
        "https://a%41b",
        "https://host:",
        "https://host:0",
        "https://host:65536",
        "https://[::1",
    ] {
        let message = format!(
            "invalid STS endpoint: expected a URL such as https://sts.eu-west-1.amazonaws.com, \
             found `{url}`"
        );
        check_url(url, "sts-url-malformed", &message);
    }
    let long = format!("https://{}", ["a23456789"; 26].join("."));
    let error = StsUrl::new(&long).unwrap_err();
    assert_eq!(error.rule, InputRule::TooLong);
    let message = "invalid STS endpoint: expected at most 253 characters, found 259";
    assert_eq!(error.to_string(), message);
}
