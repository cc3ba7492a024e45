//! Random logins are signed as AWS's own `http_request::sign` signs the same request.
//!
//! Each run draws other inputs; `SEED=N cargo test --test signer_oracle` repeats a run.

#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests may read the environment and fail, as tests do"
)]

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, UNIX_EPOCH};

use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fastrand::Rng;
use serde_json::Value;
use vault_aws_login::{
    Credentials, LoginOptions, Region, StsEndpoint, StsTarget, StsUrl, UnixSeconds, sign_login,
};

const COUNT: usize = 10_000;
const BODY: &str = "Action=GetCallerIdentity&Version=2011-06-15";
const CONTENT_TYPE: &str = "application/x-www-form-urlencoded; charset=utf-8";
/// The last second of the year 9999.
const LAST: u64 = 253_402_300_799;

#[derive(Debug)]
struct Input {
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
    region: Option<String>,
    server_id: Option<String>,
    sts_endpoint: Option<StsEndpoint>,
    unix_seconds: u64,
}

#[test]
fn random_logins_are_signed_as_aws_signs_a_request() {
    let seed = std::env::var("SEED").map_or_else(
        |_| RandomState::new().hash_one(()),
        |seed| seed.parse().unwrap(),
    );
    println!("seed {seed}");
    let mut random = Rng::with_seed(seed);
    for number in 0..COUNT {
        let input = Input::draw(&mut random);
        let (authorization, date) = input.signed();
        let (wanted, wanted_date) = input.signed_by_aws();
        assert_eq!(
            date, wanted_date,
            "input {number} of seed {seed}: {input:?}"
        );
        assert_eq!(
            authorization, wanted,
            "input {number} of seed {seed}: {input:?}"
        );
    }
}

impl Input {
    fn draw(random: &mut Rng) -> Self {
        let temporary = random.bool();
        Self {
            access_key_id: format!(
                "{}IA{}",
                if temporary { "AS" } else { "AK" },
                text(random, 1..30, |c| c.is_ascii_uppercase()
                    || c.is_ascii_digit())
            ),
            secret_access_key: text(random, 1..80, |c| c.is_ascii_graphic()),
            session_token: (temporary || random.u8(..8) == 0)
                .then(|| text(random, 1..2000, |c| c.is_ascii_graphic())),
            region: random.bool().then(|| region(random)),
            server_id: random.bool().then(|| server_id(random)),
            sts_endpoint: endpoint(random),
            unix_seconds: random.u64(..=LAST),
        }
    }

    /// Returns `Authorization` and `X-Amz-Date` of the login.
    fn signed(&self) -> (String, String) {
        let credentials = Credentials::new(
            self.access_key_id.clone(),
            self.secret_access_key.clone(),
            self.session_token.clone(),
            None,
        );
        let options = LoginOptions::new(
            self.region.clone(),
            self.server_id.clone(),
            None,
            self.sts_endpoint.clone(),
        );
        let time = UnixSeconds::new(self.unix_seconds).unwrap();
        let login = sign_login(&credentials.unwrap(), &options.unwrap(), time).unwrap();
        let login: Value = serde_json::from_str(&login).unwrap();
        let headers = STANDARD.decode(login["iam_request_headers"].as_str().unwrap());
        let headers: Value = serde_json::from_slice(&headers.unwrap()).unwrap();
        let value = |name: &str| headers[name][0].as_str().unwrap().to_owned();
        (value("Authorization"), value("X-Amz-Date"))
    }

    /// Signs the same request with AWS's signer.
    fn signed_by_aws(&self) -> (String, String) {
        let region = self
            .region
            .clone()
            .map(|region| Region::new(region).unwrap());
        let target = StsTarget::resolve(region.as_ref(), self.sts_endpoint.as_ref());
        let identity: Identity = aws_credential_types::Credentials::new(
            self.access_key_id.as_str(),
            self.secret_access_key.as_str(),
            self.session_token.clone(),
            None,
            "test",
        )
        .into();
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.excluded_headers = None;
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(target.region.as_str())
            .name("sts")
            .time(UNIX_EPOCH + Duration::from_secs(self.unix_seconds))
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let server_id = self.server_id.as_deref();
        let headers = [("content-type", CONTENT_TYPE)]
            .into_iter()
            .chain(server_id.map(|id| ("x-vault-aws-iam-server-id", id)));
        let body = SignableBody::Bytes(BODY.as_bytes());
        let request = SignableRequest::new("POST", target.url.as_str(), headers, body).unwrap();
        let (signed, _) = sign(request, &parameters).unwrap().into_parts();
        let value = |wanted: &str| {
            let mut headers = signed.headers();
            headers.find(|(name, _)| *name == wanted).unwrap().1.into()
        };
        (value("authorization"), value("x-amz-date"))
    }
}

fn text(random: &mut Rng, length: std::ops::Range<usize>, alphabet: fn(char) -> bool) -> String {
    let length = random.usize(length);
    let characters = std::iter::repeat_with(|| random.char('!'..='~'));
    characters.filter(|c| alphabet(*c)).take(length).collect()
}

fn region(random: &mut Rng) -> String {
    let known = [
        "us-east-1",
        "eu-west-1",
        "cn-north-1",
        "us-gov-west-1",
        "us-east-2-fips",
    ];
    match random.bool() {
        true => known[random.usize(..known.len())].into(),
        false => text(random, 1..30, |c| {
            c.is_ascii_lowercase() || c.is_ascii_digit()
        }),
    }
}

/// Words with one space or more between them: AWS signs one, and the header keeps them all.
fn server_id(random: &mut Rng) -> String {
    let words = std::iter::repeat_with(|| {
        let spaces = " ".repeat(random.usize(1..4));
        text(random, 1..12, |c| c.is_ascii_graphic()) + &spaces
    });
    let words: String = words.take(3).collect();
    words.trim().to_owned()
}

fn endpoint(random: &mut Rng) -> Option<StsEndpoint> {
    Some(match random.u8(..6) {
        0 => StsEndpoint::Regional,
        1 => StsEndpoint::Fips,
        2 => StsEndpoint::DualStack,
        3 => StsEndpoint::FipsDualStack,
        4 => {
            let host = text(random, 1..20, |c| c.is_ascii_lowercase());
            let port = random.u16(1..);
            StsEndpoint::Url(StsUrl::new(&format!("http://{host}.example:{port}")).unwrap())
        }
        _ => return None,
    })
}
