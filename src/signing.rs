//! Signs requests to STS, `GetCallerIdentity` and `AssumeRole`, in the steps of AWS's documentation:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>
//!
//! The cryptography is that of AWS's own crate. The inspector explains a login with the functions
//! of the two steps before it.

mod canonical_request;
mod string_to_sign;

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};

pub(crate) use self::canonical_request::{CanonicalRequest, signed_names, trimmed};
pub(crate) use self::string_to_sign::{ALGORITHM, hex_sha256, string_to_sign};
use crate::credentials::Credentials;
use crate::date::write_amz_date;
use crate::sts::StsTarget;
use crate::unix_seconds::UnixSeconds;

/// The body that AWS's SDKs send for `GetCallerIdentity`.
pub(crate) const BODY: &str = "Action=GetCallerIdentity&Version=2011-06-15";

/// The SHA-256 of [`BODY`], so that each login hashes one thing less.
const BODY_SHA256: &str = "ab821ae955788b0e33ebd34c208442ccfc2d406e2edc5e7a39bd6458fbb4f843";

/// The type that Go's SDK sends, charset included.
pub(crate) const CONTENT_TYPE: &str = "application/x-www-form-urlencoded; charset=utf-8";

const SERVICE: &str = "sts";

/// What signing adds to the request.
pub(crate) struct Signed {
    /// The value of `Authorization`.
    pub(crate) authorization: String,
    /// The value of `X-Amz-Date`.
    pub(crate) timestamp: String,
}

/// Signs `GetCallerIdentity`, with the server ID among its headers where there is one.
pub(crate) fn sign_identity(
    credentials: &Credentials,
    target: &StsTarget,
    server_id: Option<&str>,
    time: UnixSeconds,
) -> Signed {
    sign_request(credentials, target, server_id, BODY_SHA256, time)
}

/// Signs a form that is posted to STS.
pub(crate) fn sign_form(
    credentials: &Credentials,
    target: &StsTarget,
    body: &str,
    time: UnixSeconds,
) -> Signed {
    sign_request(
        credentials,
        target,
        None,
        &hex_sha256(body.as_bytes()),
        time,
    )
}

fn sign_request(
    credentials: &Credentials,
    target: &StsTarget,
    server_id: Option<&str>,
    body_sha256: &str,
    time: UnixSeconds,
) -> Signed {
    let timestamp = write_amz_date(time);
    let server_id = server_id.map(trimmed);
    // In the order of their names.
    let mut headers = vec![
        ("content-type", CONTENT_TYPE),
        ("host", &target.host),
        ("x-amz-date", &timestamp),
    ];
    headers.extend(
        credentials
            .session_token()
            .map(|token| ("x-amz-security-token", token)),
    );
    headers.extend(
        server_id
            .as_deref()
            .map(|id| ("x-vault-aws-iam-server-id", id)),
    );
    let signed_names = signed_names(&headers);
    let request = CanonicalRequest {
        method: "POST",
        path: "/",
        query: "",
        headers: &headers,
        signed_names: &signed_names,
        body_sha256,
    };

    let region = target.region.as_str();
    let (date, _) = timestamp.split_once('T').unwrap_or_default();
    let scope = [date, region, SERVICE, "aws4_request"].join("/");
    let string_to_sign = string_to_sign(&timestamp, &scope, &request.write());

    let secret = credentials.secret_access_key();
    let key = generate_signing_key(secret, time.as_system_time(), region, SERVICE);
    let signature = calculate_signature(key, string_to_sign.as_bytes());
    Signed {
        authorization: [
            ALGORITHM,
            " Credential=",
            credentials.access_key_id(),
            "/",
            &scope,
            ", SignedHeaders=",
            &signed_names,
            ", Signature=",
            &signature,
        ]
        .concat(),
        timestamp,
    }
}
