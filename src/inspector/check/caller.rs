//! The caller, the role and its bindings (`docs/login-contract.md#s2-8` to
//! `docs/login-contract.md#s2-11`).

use super::CalledRegion;
use crate::inspector::arn::{ArnFault, Caller, is_instance_id};
use crate::inspector::finding::{Findings, quoted};
use crate::inspector::profile::{
    InferredEntity, RoleBindings, RoleProfile, ServerProfile, UniqueIds,
};
use crate::inspector::redact;
use crate::inspector::rule::Severity;
use crate::inspector::rules::LoginRule;
use crate::region::Region;

/// The most findings about bindings.
const MOST_FINDINGS: usize = 16;

pub(super) fn check_caller(role: Option<&str>, profile: &ServerProfile, findings: &mut Findings) {
    let caller = profile.caller_arn.as_deref().map(Caller::parse);
    if let Some(Err(fault)) = caller {
        let rule = match fault {
            ArnFault::Malformed => LoginRule::ArnMalformed,
            ArnFault::Root => LoginRule::CallerIsRoot,
            ArnFault::Federated => LoginRule::CallerIsFederated,
        };
        let arn = profile.caller_arn.as_deref().unwrap_or_default();
        findings.refuse(rule, format_args!("found {}", quoted(arn)));
    }
    if let Some(role) = role.filter(|role| !role.is_empty()) {
        check_role_name(role, findings);
    }
    match &profile.role {
        None => {}
        Some(RoleProfile::Missing) => findings.refuse(LoginRule::RoleUnknown, ""),
        Some(RoleProfile::Ec2) => findings.refuse(LoginRule::RoleWantsEc2, ""),
        Some(RoleProfile::Iam(bindings)) => {
            report_dead_bindings(bindings, findings);
            match caller {
                Some(Ok(caller)) => check_bindings(&caller, bindings, findings),
                _ if bindings.principal_arns.is_empty() => {}
                _ => findings.add(
                    LoginRule::PrincipalNotBound,
                    Severity::Depends,
                    "the caller's ARN is not known",
                    None,
                ),
            }
        }
    }
}

/// No partition knows the keys of another one.
pub(super) fn check_partition(
    called_region: Option<&CalledRegion>,
    profile: &ServerProfile,
    findings: &mut Findings,
) {
    let region = called_region.and_then(|region| Region::new(region.0.clone()).ok());
    let caller = profile.caller_arn.as_deref().map(Caller::parse);
    if let (Some(region), Some(Ok(caller))) = (region, caller)
        && region.partition().name != caller.partition
    {
        findings.refuse(
            LoginRule::AccessKeyUnknown,
            format_args!(
                "expected a key of the partition {}, found one of {}",
                region.partition().name,
                quoted(caller.partition)
            ),
        );
    }
}

/// Vault's `GenericNameRegex`: `\w(([\w-.]+)?\w)?`.
fn check_role_name(role: &str, findings: &mut Findings) {
    if role.starts_with("arn:") {
        findings.refuse(
            LoginRule::RoleIsArn,
            format_args!("found {}", redact::role(role).quoted()),
        );
        return;
    }
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let inside = |c: char| is_word(c) || c == '-' || c == '.';
    if !(role.starts_with(is_word) && role.ends_with(is_word) && role.chars().all(inside)) {
        findings.refuse(
            LoginRule::RoleNameImpossible,
            format_args!(
                "expected letters, digits, '_', and '-' or '.' inside, found {}",
                redact::role(role).quoted()
            ),
        );
    }
}

fn check_bindings(caller: &Caller<'_>, bindings: &RoleBindings, findings: &mut Findings) {
    if bindings.inferred_entity == InferredEntity::Ec2Instance
        && !caller.session.is_some_and(is_instance_id)
    {
        let found = caller.session.map_or("none".into(), quoted);
        findings.refuse(
            LoginRule::SessionNotInstance,
            format_args!("expected a session such as i-0123456789abcdef0, found {found}"),
        );
    }
    let canonical = caller.canonical();
    let equal = |entry: &String| match bindings.unique_ids {
        UniqueIds::NotResolved => *entry == canonical,
        // The entry was resolved to an ID when the role was written, whatever its path.
        UniqueIds::Resolved => Caller::parse(entry)
            .is_ok_and(|bound| bound.session.is_none() && bound.canonical() == canonical),
    };
    // What IAM answers has the path between this and the name, and never a session.
    let start = canonical.split_inclusive('/').next().unwrap_or_default();
    let wildcard = |entry: &String| {
        let fixed = entry.split('*').next().unwrap_or_default();
        entry.len() > 1
            && entry.ends_with('*')
            && (fixed.starts_with(start) || start.starts_with(fixed))
    };
    if bindings.principal_arns.is_empty() || bindings.principal_arns.iter().any(equal) {
        return;
    }
    let found = quoted(&canonical);
    let rule = match caller.session.is_some_and(is_instance_id) {
        true => LoginRule::NodeRoleNotBound,
        false => LoginRule::PrincipalNotBound,
    };
    if bindings.principal_arns.iter().any(wildcard) {
        findings.add(
            rule,
            Severity::Depends,
            format_args!(
                "found {found}, and what a binding with `*` matches is decided by the \
                 path that IAM knows"
            ),
            Some(&found),
        );
    } else {
        findings.add(
            rule,
            Severity::Refused,
            format_args!("expected one that is bound, found {found}"),
            Some(&found),
        );
    }
}

fn report_dead_bindings(bindings: &RoleBindings, findings: &mut Findings) {
    for entry in bindings.principal_arns.iter().take(MOST_FINDINGS) {
        let has_path = entry
            .split_once('/')
            .is_some_and(|(_, name)| name.contains('/'));
        let path_counts = bindings.unique_ids == UniqueIds::NotResolved && !entry.ends_with('*');
        if entry == "*" || entry.contains(":assumed-role/") || has_path && path_counts {
            findings.add(
                LoginRule::BindingNeverMatches,
                Severity::Advice,
                format_args!("found {}", quoted(entry)),
                None,
            );
        }
    }
}
