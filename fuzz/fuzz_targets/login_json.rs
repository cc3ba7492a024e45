//! Whatever a login is, the inspector answers, with nothing in it that could be used.

#![no_main]

use arbitrary::Arbitrary;
use base64::prelude::{BASE64_STANDARD, Engine};
use libfuzzer_sys::fuzz_target;
use vault_aws_login::inspector::{
    CalledEndpoint, Flavour, InferredEntity, MountConfig, RoleBindings, RoleProfile,
    ServerIdRequirement, ServerProfile, Software, UniqueIds, check_login, explain_login, report,
};

/// Sent as the session token of each login that is put together; in no output.
const SESSION_TOKEN: &str = "IQoJb3JpZ2luX2VjEXAMPLETOKEN";

/// A finding quotes pieces of a login, each cut short.
const MOST_BYTES_OF_A_FINDING: usize = 8 * 1024;

#[derive(Arbitrary, Debug)]
struct Input {
    login: Login,
    server_id: Option<String>,
    sts_endpoint: Option<Endpoint>,
    allowed_headers: Option<Vec<String>>,
    mount_was_written: Option<bool>,
    core: Option<(bool, Option<String>)>,
    auth_plugin: Option<(bool, Option<String>)>,
    caller_arn: Option<String>,
    role: Option<Role>,
    unix_seconds: u64,
}

#[derive(Arbitrary, Debug)]
enum Login {
    /// As it comes.
    Text(String),
    /// The right keys around anything, so that the checks behind the JSON's are reached.
    Fields {
        method: String,
        url: String,
        body: Vec<u8>,
        headers: String,
    },
    /// A request that could be one of a client's.
    Request {
        url: String,
        authorization: String,
        headers: Vec<(String, String)>,
    },
}

#[derive(Arbitrary, Debug)]
enum Endpoint {
    Global,
    Url(String),
    Region(String),
    ClientRegion,
}

#[derive(Arbitrary, Debug)]
enum Role {
    Missing,
    Ec2,
    Iam(Vec<String>, bool, bool),
}

fuzz_target!(|input: Input| {
    let login = input.login.write();
    let profile = input.profile();
    let findings = check_login(&login, &profile, input.unix_seconds);
    for finding in &findings {
        assert!(finding.message.len() + finding.fix.len() <= MOST_BYTES_OF_A_FINDING);
        assert!(!finding.message.contains(SESSION_TOKEN));
    }
    if let Ok(explanation) = explain_login(&login) {
        let text = report::explanation_text(&explanation);
        assert!(!text.contains(SESSION_TOKEN));
    }
});

impl Login {
    fn write(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Fields {
                method,
                url,
                body,
                headers,
            } => fields(method, url, body, headers),
            Self::Request {
                url,
                authorization,
                headers,
            } => {
                let mut all = serde_json::Map::new();
                all.insert("Authorization".into(), serde_json::json!([authorization]));
                all.insert(
                    "X-Amz-Security-Token".into(),
                    serde_json::json!([SESSION_TOKEN]),
                );
                for (name, value) in headers {
                    all.entry(name).or_insert(serde_json::json!([value]));
                }
                let headers = serde_json::Value::Object(all).to_string();
                let body = b"Action=GetCallerIdentity&Version=2011-06-15";
                fields("POST", url, body, &headers)
            }
        }
    }
}

fn fields(method: &str, url: &str, body: &[u8], headers: &str) -> String {
    serde_json::json!({
        "iam_http_request_method": method,
        "iam_request_url": BASE64_STANDARD.encode(url),
        "iam_request_body": BASE64_STANDARD.encode(body),
        "iam_request_headers": BASE64_STANDARD.encode(headers),
    })
    .to_string()
}

impl Input {
    fn profile(&self) -> ServerProfile {
        ServerProfile {
            server_id: self.server_id.as_ref().map(|id| match id.is_empty() {
                true => ServerIdRequirement::NotRequired,
                false => ServerIdRequirement::Required(id.clone()),
            }),
            sts_endpoint: self.sts_endpoint.as_ref().map(|endpoint| match endpoint {
                Endpoint::Global => CalledEndpoint::Global,
                Endpoint::Url(url) => CalledEndpoint::Url(url.clone()),
                Endpoint::Region(region) => CalledEndpoint::Region(region.clone()),
                Endpoint::ClientRegion => CalledEndpoint::ClientRegion,
            }),
            allowed_headers: self.allowed_headers.clone(),
            mount_config: self.mount_was_written.map(|written| match written {
                true => MountConfig::Written,
                false => MountConfig::NeverWritten,
            }),
            core: self.core.clone().map(software),
            auth_plugin: self.auth_plugin.clone().map(software),
            caller_arn: self.caller_arn.clone(),
            role: self.role.as_ref().map(|role| match role {
                Role::Missing => RoleProfile::Missing,
                Role::Ec2 => RoleProfile::Ec2,
                Role::Iam(principal_arns, resolved, ec2) => RoleProfile::Iam(RoleBindings {
                    principal_arns: principal_arns.clone(),
                    unique_ids: match resolved {
                        true => UniqueIds::Resolved,
                        false => UniqueIds::NotResolved,
                    },
                    inferred_entity: match ec2 {
                        true => InferredEntity::Ec2Instance,
                        false => InferredEntity::Nothing,
                    },
                }),
            }),
        }
    }
}

fn software((openbao, version): (bool, Option<String>)) -> Software {
    let flavour = if openbao {
        Flavour::OpenBao
    } else {
        Flavour::Vault
    };
    Software { flavour, version }
}
