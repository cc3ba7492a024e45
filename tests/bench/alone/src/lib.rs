//! What a login cannot do without, and nothing else.
//!
//! Natively these are functions; in a `.wasm` they are exports that take and give numbers, so that
//! no argument has to cross the boundary.

use core::hint::black_box;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;

const BODY_SHA256: &str = "ab821ae955788b0e33ebd34c208442ccfc2d406e2edc5e7a39bd6458fbb4f843";

/// Signs the request of the benchmark's login with the whole of AWS's signer, of which the core
/// uses the cryptography.
///
/// Returns the sum of the bytes of the headers to add, so that all of them have to be made.
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub extern "C" fn sign_alone(unix_seconds: u64) -> u32 {
    let identity = Credentials::new(
        black_box("AKIAIOSFODNN7EXAMPLE"),
        black_box("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        None,
        None,
        "bench",
    )
    .into();
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::Headers;
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings.excluded_headers = None;
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(black_box("us-east-1"))
        .name("sts")
        .time(SystemTime::UNIX_EPOCH + Duration::from_secs(unix_seconds))
        .settings(settings)
        .build()
        .expect("every parameter is given")
        .into();
    let headers = [
        (
            "content-type",
            "application/x-www-form-urlencoded; charset=utf-8",
        ),
        ("x-vault-aws-iam-server-id", black_box("vault.example.com")),
    ];
    let request = SignableRequest::new(
        "POST",
        black_box("https://sts.amazonaws.com/"),
        headers.into_iter(),
        SignableBody::Precomputed(BODY_SHA256.into()),
    )
    .expect("the request is well-formed");
    let (signed, _) = sign(request, &params)
        .expect("the request can be signed")
        .into_parts();
    signed
        .headers()
        .flat_map(|(_, value)| value.bytes())
        .map(u32::from)
        .sum()
}

/// Compresses so many blocks of 64 bytes, each into the state that the one before it left.
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
pub extern "C" fn compress_blocks(blocks: u32) -> u32 {
    let mut state = [0; 8];
    let block = black_box([0x5a; 64]);
    for _ in 0..blocks {
        sha2::block_api::compress256(&mut state, &[block]);
    }
    state[0]
}
