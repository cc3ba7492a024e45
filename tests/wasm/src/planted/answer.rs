//! Answers of Vault, of STS and of the endpoints that hand out credentials.

use serde_json::{Value, json};

use super::dice::Dice;
use super::place::{damage, into_json, into_text, misread, piece};
use super::secrets::Secrets;
use super::session::Response;

/// Texts of Vault, OpenBao and STS, with `{}` where they repeat what they were sent.
const TEXTS: &[&str] = &[
    "{}",
    "error validating X-Vault-AWS-IAM-Server-ID header: expected \"{}\" but got \"{}\"",
    "error validating X-Vault-AWS-IAM-Server-ID header: expected {} but got {}",
    "error validating X-Vault-AWS-IAM-Server-ID header: missing header \"{}\"",
    "IAM Principal \"{}\" does not belong to the role \"{}\"",
    "entry for role {} not found",
    "entry for role \"{}\" not found",
    "invalid request header: {}",
    "invalid request query param: {}",
    "invalid iam_http_request_method; currently only 'POST' is supported, got {}",
    "error parsing iam_request_url: parse \"{}\": invalid URI for request",
    "error parsing arn: \"{}\" contains fewer than 2 slash-separated parts",
    "unrecognized principal type: \"{}\"",
    "Field validation failed: error converting input {} for field \"iam_request_headers\": {}",
    "error making upstream request: received error code 403 from STS: <ErrorResponse \
     xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
     <Code>SignatureDoesNotMatch</Code><Message>Signature expired: {} is now earlier than {} ({} \
     - 15 min.)</Message></Error><RequestId>{}</RequestId></ErrorResponse>",
    "error making upstream request: received error code 403 from STS: \
     <ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>Signature not yet current: \
     {} is still later than {} ({} + 15 min.)</Message></Error></ErrorResponse>",
    "error making upstream request: received error code 403 from STS: \
     <ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>Credential should be scoped \
     to a valid region, not '{}'. </Message></Error></ErrorResponse>",
    "error making upstream request: received error code 403 from STS: \
     <ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>The Canonical String for \
     this request should have been '{}'</Message></Error></ErrorResponse>",
    "error making upstream request: received error code 403 from STS: \
     <ErrorResponse><Error><Code>{}</Code><Message>{}</Message></Error></ErrorResponse>",
    "error making upstream request: error making request: Post \"{}\": dial tcp: lookup {}: no \
     such host",
    "error making upstream request: received error code 400 from STS: InvalidClientTokenId {}",
    "1 error occurred:\n\t* permission denied: {}\n\n",
    "permission denied: {}",
    "namespace not authorized: {}",
    "no handler for route \"auth/{}/login\". route entry not found.",
    "Vault is sealed {}",
    "internal error: {}",
];

/// Returns an answer of Vault's to a login, a renewal or a question about the token.
pub fn vault(dice: &mut Dice, secrets: &Secrets, login: &str, successes: u32) -> Response {
    let mut body = if dice.percent(successes) {
        granted(dice, secrets)
    } else {
        refused(dice, secrets, login)
    };
    let status = match body.get("auth") {
        Some(_) if dice.percent(90) => 200,
        _ => dice.of(&[
            400, 400, 400, 400, 403, 403, 404, 405, 412, 413, 418, 429, 472, 473, 500, 500, 502,
            503, 200, 204, 307,
        ]),
    };
    if dice.percent(20) {
        let piece = piece(dice, secrets);
        into_json(dice, &mut body, &piece);
    }
    let text = match body {
        Value::String(text) => text,
        body => body.to_string(),
    };
    finish(dice, secrets, status, text)
}

fn granted(dice: &mut Dice, secrets: &Secrets) -> Value {
    let text = |dice: &mut Dice, usual: &str| {
        if dice.percent(60) {
            usual.to_owned()
        } else {
            piece(dice, secrets)
        }
    };
    let mut answer = json!({
        "request_id": text(dice, "3b0d6a3e-8a3c-4a25-8d4c-6a1f6f6f6f6f"),
        "lease_id": "",
        "renewable": false,
        "lease_duration": 0,
        "data": null,
        "wrap_info": null,
        "warnings": null,
        "auth": {
            "client_token": secrets.vault_token,
            "accessor": text(dice, "0e9e354a-520f-df04-6867-ee81cae3d42d"),
            "policies": ["default", text(dice, "dev")],
            "metadata": {
                "account_id": "123456789012",
                "client_arn": text(dice, "arn:aws:iam::123456789012:role/dev"),
            },
            "lease_duration": dice.of(&[2_u32, 60, 3600, 2_764_800]),
            "renewable": dice.percent(60),
            "num_uses": 0,
            "mfa_requirement": null,
        },
    });
    match dice.range(0, 9) {
        0 => answer["warnings"] = json!([piece(dice, secrets), piece(dice, secrets)]),
        1 => answer["auth"]["mfa_requirement"] = json!({"mfa_request_id": piece(dice, secrets)}),
        2 => {
            answer["wrap_info"] =
                json!({"token": secrets.vault_token, "accessor": piece(dice, secrets)})
        }
        3 => answer["auth"]["num_uses"] = piece(dice, secrets).into(),
        4 => answer["auth"]["client_token"] = piece(dice, secrets).into(),
        5 => answer["auth"]["lease_duration"] = piece(dice, secrets).into(),
        _ => {}
    }
    answer
}

fn refused(dice: &mut Dice, secrets: &Secrets, login: &str) -> Value {
    let mut text = dice.of(TEXTS).to_owned();
    while let Some(at) = text.find("{}") {
        let filled = match dice.range(0, 9) {
            0 => "vault.example.com".to_owned(),
            1 => "20150830T125100Z".to_owned(),
            2 => "us-east-1".to_owned(),
            // A server may echo the whole login.
            3 => login.to_owned(),
            _ => piece(dice, secrets),
        };
        text.replace_range(at..at + 2, &filled);
    }
    if dice.percent(10) {
        damage(dice, &mut text);
    }
    match dice.range(0, 19) {
        0..12 => json!({ "errors": [text] }),
        12 => json!({ "errors": [text, piece(dice, secrets)] }),
        13 => json!({ "errors": text }),
        14 => json!({ "errors": [{ "message": text }], "warnings": [piece(dice, secrets)] }),
        15 => json!({ "error": text, "error_description": piece(dice, secrets) }),
        16 => json!({ piece(dice, secrets): text }),
        17 => format!(
            "<html><head><title>{}</title></head><body>{text}</body></html>",
            piece(dice, secrets)
        )
        .into(),
        18 => login.into(),
        _ => text.into(),
    }
}

/// Returns an answer of an endpoint that hands out credentials as JSON.
pub fn document(dice: &mut Dice, secrets: &Secrets, successes: u32) -> Response {
    let mut document = json!({
        "Code": "Success",
        "Type": "AWS-HMAC",
        "AccessKeyId": Secrets::access_key_id(dice),
        "SecretAccessKey": secrets.secret_access_key,
        "Token": secrets.session_token,
        "Expiration": "2030-01-31T12:00:00Z",
        "LastUpdated": "2015-08-30T12:00:00Z",
    });
    if dice.percent(successes) {
        return Response::new(200, vec![], document.to_string());
    }
    match dice.range(0, 9) {
        0 => document["Code"] = piece(dice, secrets).into(),
        1 => document["Expiration"] = piece(dice, secrets).into(),
        2 => {
            let swapped = document["AccessKeyId"].take();
            document["AccessKeyId"] = document["SecretAccessKey"].take();
            document["SecretAccessKey"] = swapped;
        }
        3 => document = json!({ "Credentials": document }),
        4 => document = json!({ "code": piece(dice, secrets), "message": piece(dice, secrets) }),
        _ => {}
    }
    for _ in 0..dice.range(1, 3) {
        let piece = piece(dice, secrets);
        into_json(dice, &mut document, &piece);
    }
    let text = match dice.range(0, 14) {
        0 => format!(
            "[default]\naws_secret_access_key = {}\naws_session_token = {}\n",
            secrets.secret_access_key, secrets.session_token
        ),
        1 => piece(dice, secrets),
        _ => document.to_string(),
    };
    let status = dice.of(&[200, 200, 200, 200, 200, 400, 401, 403, 404, 429, 500]);
    finish(dice, secrets, status, text)
}

/// Returns an answer of the instance metadata: a token, a role's name or credentials.
pub fn metadata(dice: &mut Dice, secrets: &Secrets, path: &str, successes: u32) -> Response {
    let is_document = !path.ends_with("/token") && !path.ends_with('/');
    if is_document {
        return document(dice, secrets, successes);
    }
    if dice.percent(90) {
        let usual = if path.ends_with('/') {
            "dev"
        } else {
            "AQAEAMetadataToken=="
        };
        return Response::new(200, vec![], usual.into());
    }
    let mut text = "dev\n".to_owned();
    let piece = piece(dice, secrets);
    into_text(dice, &mut text, &piece);
    let status = dice.of(&[200, 200, 401, 403, 404, 500]);
    finish(dice, secrets, status, text)
}

/// Returns an answer of STS to `AssumeRoleWithWebIdentity` or `AssumeRole`.
pub fn sts(dice: &mut Dice, secrets: &Secrets, successes: u32) -> Response {
    let succeeds = dice.percent(successes);
    let mut text = if succeeds || dice.percent(50) {
        format!(
            "<AssumeRoleWithWebIdentityResponse \
             xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
             <AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>{}</AccessKeyId>\
             <SecretAccessKey>{}</SecretAccessKey><SessionToken>{}</SessionToken>\
             <Expiration>2030-01-31T12:00:00Z</Expiration></Credentials>\
             </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>",
            Secrets::access_key_id(dice),
            secrets.secret_access_key,
            secrets.session_token,
        )
    } else if dice.percent(50) {
        format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: \
             arn:aws:iam::123456789012:user/{} is not authorized to perform: sts:AssumeRole on \
             resource: arn:aws:iam::210987654321:role/{}</Message></Error></ErrorResponse>",
            piece(dice, secrets),
            piece(dice, secrets),
        )
    } else {
        format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{}</Code><Message>{}</Message>\
             </Error><RequestId>{}</RequestId></ErrorResponse>",
            piece(dice, secrets),
            piece(dice, secrets),
            piece(dice, secrets),
        )
    };
    if succeeds {
        return Response::new(200, vec![], text);
    }
    if dice.percent(50) {
        let piece = piece(dice, secrets);
        into_text(dice, &mut text, &piece);
    }
    let status = dice.of(&[200, 200, 400, 400, 403, 500]);
    finish(dice, secrets, status, text)
}

/// Adds headers, and damages the body now and then.
fn finish(dice: &mut Dice, secrets: &Secrets, status: u16, mut body: String) -> Response {
    if dice.percent(5) {
        damage(dice, &mut body);
    }
    if dice.percent(3) {
        body = misread(dice, &body);
    }
    let mut headers = Vec::new();
    for name in [
        "Date",
        "Retry-After",
        "Content-Type",
        "Location",
        "X-Vault-Token",
        "Warning",
    ] {
        if dice.percent(15) {
            headers.push((name.to_owned(), piece(dice, secrets)));
        }
    }
    if dice.percent(10) {
        headers.push((piece(dice, secrets), piece(dice, secrets)));
    }
    Response::new(status, headers, body)
}
