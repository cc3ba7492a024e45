//! Whatever the inputs are, the signer refuses them or signs, and never panics.

#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use vault_aws_login::{
    Credentials, InputError, LoginOptions, StsEndpoint, StsUrl, UnixSeconds, sign_login,
};

#[derive(Arbitrary, Debug)]
struct Input {
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
    expires_at: Option<u64>,
    region: Option<String>,
    server_id: Option<String>,
    role: Option<String>,
    endpoint: Option<Endpoint>,
    time: u64,
}

#[derive(Arbitrary, Debug)]
enum Endpoint {
    Regional,
    Fips,
    DualStack,
    FipsDualStack,
    Url(String),
}

fuzz_target!(|input: Input| {
    if let Ok(login) = sign(input) {
        assert!(login.starts_with(r#"{"iam_http_request_method":"POST","#));
        assert!(login.ends_with('}') && login.is_ascii());
    }
});

fn sign(input: Input) -> Result<String, InputError> {
    let credentials = Credentials::new(
        input.access_key_id,
        input.secret_access_key,
        input.session_token,
        input.expires_at,
    )?;
    let endpoint = match input.endpoint {
        None => None,
        Some(Endpoint::Regional) => Some(StsEndpoint::Regional),
        Some(Endpoint::Fips) => Some(StsEndpoint::Fips),
        Some(Endpoint::DualStack) => Some(StsEndpoint::DualStack),
        Some(Endpoint::FipsDualStack) => Some(StsEndpoint::FipsDualStack),
        Some(Endpoint::Url(url)) => Some(StsEndpoint::Url(StsUrl::new(&url)?)),
    };
    let options = LoginOptions::new(input.region, input.server_id, input.role, endpoint)?;
    sign_login(&credentials, &options, UnixSeconds::new(input.time)?)
}
