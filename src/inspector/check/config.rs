//! What the mount's configuration decides: server ID, allowed headers, region
//! (`docs/login-contract.md#s2-5`).

use super::{CalledRegion, Login, Method};
use crate::inspector::finding::{Findings, quoted};
use crate::inspector::go_header::canonical;
use crate::inspector::headers::Headers;
use crate::inspector::profile::{
    CalledEndpoint, Flavour, Gate, ServerIdRequirement, ServerProfile, Software,
};
use crate::inspector::redact;
use crate::inspector::rule::Severity;
use crate::inspector::rules::LoginRule;
use crate::sts::region_of_host;
use crate::sts_url::StsUrl;

/// Headers that are allowed without configuration; two more depend on the version.
const ALLOWED: [&str; 6] = [
    "X-Amz-Algorithm",
    "X-Amz-Content-Sha256",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
];

/// The regions that Vault's bundled table knows up to 1.21, pseudo-regions included
/// (`docs/login-contract.md#s5-3`).
const KNOWN_REGIONS: &str = "af-south-1 ap-east-1 ap-northeast-1 ap-northeast-2 ap-northeast-3 \
    ap-south-1 ap-south-2 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ca-central-1 \
    ca-west-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 \
    eu-west-3 il-central-1 me-central-1 me-south-1 sa-east-1 us-east-1 us-east-2 us-west-1 \
    us-west-2 aws-global us-east-1-fips us-east-2-fips us-west-1-fips us-west-2-fips cn-north-1 \
    cn-northwest-1 us-gov-east-1 us-gov-west-1 us-gov-east-1-fips us-gov-west-1-fips us-iso-east-1 \
    us-iso-west-1 us-isob-east-1";

/// The header with the server ID, as Vault's documentation writes it.
const SERVER_ID: &str = "X-Vault-AWS-IAM-Server-ID";

/// What others call it: Consul, aws-iam-authenticator, options of Vault and its clients, and texts
/// about them.
const OTHER_SERVER_IDS: [&str; 7] = [
    "X-Consul-IAM-ServerID",
    "x-k8s-aws-id",
    "iam_server_id_header_value",
    "header_value",
    "X-Vault-IAM-Server-ID",
    "X-Vault-Server-ID",
    "X-Vault-Server",
];

/// The most findings about headers.
const MOST_FINDINGS: usize = 16;

/// The most names of the query that are looked at.
const MOST_NAMES: usize = 16;

/// Checks what the configuration decides; returns the region of the endpoint that will be called.
pub(super) fn check_configuration(
    login: &Login,
    headers: &Headers,
    profile: &ServerProfile,
    findings: &mut Findings,
) -> Option<CalledRegion> {
    if profile.gate() != Gate::Skipped {
        check_server_id(login, headers, profile, findings);
        check_headers(headers, profile, findings);
        if login.method == Method::Get {
            check_query(login, profile, findings);
        }
    }
    check_panic(profile, findings);
    match profile.called_endpoint()? {
        CalledEndpoint::Global => Some(CalledRegion("us-east-1".into())),
        CalledEndpoint::Region(region) => Some(CalledRegion(region.clone())),
        CalledEndpoint::Url(url) => region_of_url(url),
        CalledEndpoint::ClientRegion => check_client_region(headers, profile, findings),
    }
}

/// Some versions read a configuration that was never written: `docs/login-contract.md#row-17c`.
fn check_panic(profile: &ServerProfile, findings: &mut Findings) {
    let unknown = match (profile.gate(), profile.panics_without_config()) {
        (Gate::Skipped, Some(true)) => "",
        (Gate::Skipped, None) => "whether this version does is not known",
        (Gate::Unknown, Some(true)) => "whether that was written is not known",
        // Few servers do.
        (Gate::Made, _) | (_, Some(false)) | (Gate::Unknown, None) => return,
    };
    let severity = match unknown {
        "" => Severity::Refused,
        _ => Severity::Depends,
    };
    findings.add(LoginRule::PluginPanics, severity, unknown, None);
}

/// Checks the server ID: `docs/login-contract.md#row-18` to `docs/login-contract.md#row-22`.
fn check_server_id(
    login: &Login,
    headers: &Headers,
    profile: &ServerProfile,
    findings: &mut Findings,
) {
    let sent = headers
        .get("X-Vault-Aws-Iam-Server-Id")
        .map(|header| header.joined());
    let sent = sent.filter(|value| !value.is_empty());
    let misnamed = misnamed_server_id(headers);
    let severity = match &profile.server_id {
        Some(ServerIdRequirement::NotRequired) => return,
        Some(ServerIdRequirement::Required(wanted)) if wanted.is_empty() => return,
        Some(ServerIdRequirement::Required(wanted)) => {
            let expected = quoted(wanted);
            match &sent {
                None => match &misnamed {
                    Some(names) => findings.add(
                        LoginRule::ServerIdMissing,
                        Severity::Refused,
                        names,
                        Some(&format!("{expected} under the name {SERVER_ID}")),
                    ),
                    None => findings.add(
                        LoginRule::ServerIdMissing,
                        Severity::Refused,
                        format_args!("expected {expected}"),
                        Some(&expected),
                    ),
                },
                Some(value) if value != wanted => findings.add(
                    LoginRule::ServerIdDiffers,
                    Severity::Refused,
                    format_args!(
                        "expected {expected}, found {}",
                        redact::text(value).quoted()
                    ),
                    Some(&expected),
                ),
                Some(_) => {}
            }
            Severity::Refused
        }
        None => {
            match &sent {
                None => {
                    let names = misnamed.map_or_else(String::new, |names| names + "; ");
                    findings.add(
                        LoginRule::ServerIdMissing,
                        Severity::Depends,
                        format_args!("{names}whether the server wants one is not known"),
                        None,
                    );
                }
                Some(value) => findings.add(
                    LoginRule::ServerIdDiffers,
                    Severity::Depends,
                    format_args!(
                        "found {}, and which one the server wants is not known",
                        redact::text(value).quoted()
                    ),
                    None,
                ),
            }
            Severity::Depends
        }
    };
    if sent.is_none() {
        return;
    }
    let signed = match (login.method, headers.get("Authorization")) {
        (Method::Get, _) => login
            .query
            .first("X-Amz-SignedHeaders")
            .unwrap_or_default()
            .to_owned(),
        (Method::Post, Some(authorization)) => signed_headers(&authorization.joined()).into(),
        (Method::Post, None) => {
            findings.add(
                LoginRule::AuthorizationMissing,
                Severity::Refused,
                headers.misspelt("Authorization").unwrap_or_default(),
                None,
            );
            return;
        }
    };
    if !signed
        .split(';')
        .any(|name| name == "x-vault-aws-iam-server-id")
    {
        findings.add(
            LoginRule::ServerIdNotSigned,
            severity,
            "expected `x-vault-aws-iam-server-id` in SignedHeaders, as it is and up \
             to a ',', found none",
            None,
        );
    }
}

/// Matches `.*SignedHeaders=([^,]+)` as Go does: the last one of the first line that has any. What
/// follows may go on in the next line.
fn signed_headers(authorization: &str) -> &str {
    const KEY: &str = "SignedHeaders=";
    let mut start = 0;
    for line in authorization.split_inclusive('\n') {
        let ends = line
            .rmatch_indices(KEY)
            .map(|(at, _)| start + at + KEY.len());
        let mut rests = ends.filter_map(|end| authorization.get(end..));
        if let Some(rest) = rests.find(|rest| !rest.is_empty() && !rest.starts_with(',')) {
            return rest.split(',').next().unwrap_or_default();
        }
        start += line.len();
    }
    ""
}

/// Finds the server ID under a misspelt name, or one that another client or an option gives it.
pub(in crate::inspector) fn misnamed_server_id(headers: &Headers) -> Option<String> {
    let misspelt = headers.misspelt(SERVER_ID);
    if misspelt.is_some() {
        return misspelt;
    }
    let sent = |name: &&&str| {
        let mut headers = headers.0.iter();
        headers.any(|header| header.name.eq_ignore_ascii_case(name))
    };
    let found = OTHER_SERVER_IDS.iter().find(sent)?;
    Some(format!("expected {SERVER_ID}, found `{found}`"))
}

/// Checks the names of headers: `docs/login-contract.md#row-23`.
fn check_headers(headers: &Headers, profile: &ServerProfile, findings: &mut Findings) {
    let allowed = Allowed::of(profile);
    for header in headers
        .0
        .iter()
        .filter(|header| header.name.starts_with("X-Amz-"))
    {
        if findings.count(LoginRule::HeaderNotAllowed) == MOST_FINDINGS {
            break;
        }
        let by_default = allows(&header.name, profile.plugin());
        let rule = LoginRule::HeaderNotAllowed;
        allowed.report_not_allowed(&header.name, by_default, rule, findings);
    }
}

/// Checks the names of the query, which are compared as written:
/// `docs/login-contract.md#row-24`.
fn check_query(login: &Login, profile: &ServerProfile, findings: &mut Findings) {
    let allowed = Allowed::of(profile);
    let mut seen: Vec<&str> = Vec::new();
    for (name, _) in &login.query.pairs {
        if canonical(name).starts_with("X-Amz-")
            && !seen.contains(&name.as_str())
            && seen.len() < MOST_NAMES
        {
            seen.push(name);
            let by_default = match name.as_str() {
                "X-Amz-SignedHeaders" => Some(true),
                "X-Amz-Signedheaders" => Some(false),
                other => allows(other, profile.plugin()),
            };
            let rule = LoginRule::QueryParameterNotAllowed;
            allowed.report_not_allowed(name, by_default, rule, findings);
        }
    }
}

/// Returns whether a header is on the default list; `None` if an unknown version decides.
fn allows(name: &str, plugin: Option<&Software>) -> Option<bool> {
    match name {
        "X-Amz-User-Agent" => plugin?.is_vault_since([1, 15, 0]),
        // The canonical spelling of it, which older ones compare with another.
        "X-Amz-Signedheaders" => plugin?.is_vault_since([1, 15, 0]),
        "X-Amz-Content-Sha256" => Some(plugin.is_none_or(|plugin| {
            plugin.flavour == Flavour::OpenBao || plugin.is_vault_since([1, 5, 4]) != Some(false)
        })),
        other => Some(ALLOWED.contains(&other)),
    }
}

/// What the server allows beyond its default list.
struct Allowed {
    /// Canonical and sorted; `None` if the list is not known.
    names: Option<Vec<String>>,
    is_checked: bool,
}

impl Allowed {
    fn of(profile: &ServerProfile) -> Self {
        let names = profile.allowed_headers.as_ref().map(|names| {
            let mut names: Vec<String> = names.iter().map(|name| canonical(name)).collect();
            names.sort_unstable();
            names
        });
        Self {
            names,
            is_checked: profile.gate() == Gate::Made,
        }
    }

    /// Reports a name that is not allowed.
    fn report_not_allowed(
        &self,
        name: &str,
        by_default: Option<bool>,
        rule: LoginRule,
        findings: &mut Findings,
    ) {
        let is_extra = |names: &Vec<String>| {
            let found = names.binary_search_by(|allowed| allowed.as_str().cmp(name));
            found.is_ok()
        };
        let severity = match (by_default, self.names.as_ref().map(is_extra)) {
            (Some(true), _) | (_, Some(true)) => return,
            (Some(false), Some(false)) if self.is_checked => Severity::Refused,
            _ => Severity::Depends,
        };
        let found = redact::name(name).quoted();
        let detail = match severity {
            Severity::Refused => format!("expected one that is allowed, found {found}"),
            _ => format!("found {found}, and whether the server allows it is not known"),
        };
        findings.add(rule, severity, detail, Some(&found));
    }
}

/// Reads the region as the server does: `docs/login-contract.md#row-26` and
/// `docs/login-contract.md#row-27`.
fn check_client_region(
    headers: &Headers,
    profile: &ServerProfile,
    findings: &mut Findings,
) -> Option<CalledRegion> {
    let authorization = headers.first("Authorization").unwrap_or_default();
    let credential = authorization
        .split(' ')
        .find(|field| field.starts_with("Credential="));
    let region = credential.and_then(|credential| credential.split('/').nth(2));
    let Some(region) = region else {
        findings.refuse(
            LoginRule::RegionMissing,
            "expected a field that begins with Credential= after a space, found none",
        );
        return None;
    };
    // aws-sdk-go 1.49.22 brought it: docs/login-contract.md#s5-3
    let is_too_new = region == "ca-west-1"
        && profile
            .plugin()
            .is_some_and(|plugin| plugin.is_older_vault([1, 15, 5]));
    if !is_too_new && KNOWN_REGIONS.split(' ').any(|known| known == region) {
        let real = match region {
            "aws-global" => "us-east-1",
            _ => region.strip_suffix("-fips").unwrap_or(region),
        };
        return Some(CalledRegion(real.into()));
    }
    let newest_read = profile
        .plugin()
        .is_some_and(|plugin| plugin.is_older_vault([1, 22, 0]));
    // With more slashes than a scope has, this may be part of a secret.
    let is_scope = credential.is_some_and(|credential| {
        let scope = credential
            .trim_start_matches("Credential=")
            .trim_end_matches(',');
        redact::is_scope(scope)
    });
    let found = match is_scope {
        true => redact::region(region).quoted(),
        false => "something else".into(),
    };
    let (severity, detail) = match newest_read {
        true => (
            Severity::Refused,
            format!("expected a region of its table, found {found}"),
        ),
        false => (
            Severity::Depends,
            format!("found {found}, and which regions the server knows is not known"),
        ),
    };
    findings.add(LoginRule::RegionUnknownToServer, severity, detail, None);
    Some(CalledRegion(region.into()))
}

/// Returns the region of an `sts_endpoint`, if its host tells.
fn region_of_url(url: &str) -> Option<CalledRegion> {
    let url = StsUrl::new(url).ok()?;
    let host = url.host().split(':').next().unwrap_or_default();
    if host == "sts.amazonaws.com" {
        return Some(CalledRegion("us-east-1".into()));
    }
    region_of_host(host).map(|region| CalledRegion(region.as_str().into()))
}
