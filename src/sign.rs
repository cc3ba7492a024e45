//! Signs the STS request with AWS's own signer.

use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningInstructions,
    SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;

use crate::credentials::Credentials;
use crate::sts::StsTarget;
use crate::unix_seconds::UnixSeconds;

/// The body that AWS's SDKs send for `GetCallerIdentity`.
pub(crate) const BODY: &str = "Action=GetCallerIdentity&Version=2011-06-15";

/// The lower-case hexadecimal SHA-256 of [`BODY`], so that each login hashes one thing less.
const BODY_SHA256: &str = "ab821ae955788b0e33ebd34c208442ccfc2d406e2edc5e7a39bd6458fbb4f843";

/// Returns the headers to add: `x-amz-date`, `authorization` and perhaps `x-amz-security-token`.
///
/// `headers` are signed too, beside `host`.
pub(crate) fn sign_request(
    credentials: &Credentials,
    target: &StsTarget,
    headers: &[(&str, &str)],
    time: UnixSeconds,
) -> SigningInstructions {
    // AWS's settings are `non_exhaustive`, so they start from the default.
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::Headers;
    // No path to encode or normalise and no header to leave out: the path is always `/`.
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings.excluded_headers = None;

    let identity = credentials.identity();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(target.region.as_str())
        .name("sts")
        .time(time.as_system_time())
        .settings(settings)
        .build()
        .map(Into::into);
    let request = SignableRequest::new(
        "POST",
        target.url.as_str(),
        headers.iter().copied(),
        SignableBody::Precomputed(BODY_SHA256.into()),
    );

    #[expect(
        clippy::expect_used,
        reason = "every input was checked to be a host, a header value or a year before 10000"
    )]
    let signed = params
        .ok()
        .zip(request.ok())
        .and_then(|(params, request)| sign(request, &params).ok())
        .expect("checked inputs can be signed");
    signed.into_parts().0
}
