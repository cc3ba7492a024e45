//! The error texts of Vault, OpenBao and STS, and the rules behind them (contract 2.1 to 2.13).
//!
//! A text is known by a piece of it, since servers wrap it in texts of their own. Of several that
//! fit, the first one counts.

use super::rule::Refuser::{self, Sts, Vault};
use super::rules::LoginRule::{self, *};

/// A piece of a text, the rule, and who refuses.
pub(super) type Text = (&'static str, LoginRule, Refuser);

/// Texts of the server's core and of the plugin before it asks STS.
pub(super) const BEFORE_STS: &[Text] = &[
    // 2.1
    ("request body too large", LoginTooLarge, Vault),
    ("duplicate key", JsonDuplicateKey, Vault),
    ("after top-level value", JsonTrailingBytes, Vault),
    ("exceeds allowed", JsonOverLimits, Vault),
    ("due to high complexity", JsonOverLimits, Vault),
    ("malformed JSON", JsonMalformed, Vault),
    ("error parsing JSON", JsonMalformed, Vault),
    ("failed to parse JSON input", JsonMalformed, Vault),
    ("failed to decode JSON input", JsonMalformed, Vault),
    ("error parsing form data", LoginIsForm, Vault),
    ("no handler for route", MountUnknown, Vault),
    ("route entry not found", MountUnknown, Vault),
    ("unsupported path", MountUnknown, Vault),
    ("unsupported operation", MountUnknown, Vault),
    // The path is one that wants a token, so it is no login.
    ("missing client token", MountUnknown, Vault),
    ("quota exceeded", RateLimited, Vault),
    ("Vault is sealed", VaultSealed, Vault),
    ("is not initialized", VaultNotInitialized, Vault),
    ("not yet caught up", NodeBehind, Vault),
    ("required index state not present", NodeBehind, Vault),
    // 2.3
    (
        "supplied auth values for both ec2 and iam",
        LoginFlowsMixed,
        Vault,
    ),
    (
        "didn't supply required authentication values",
        LoginFieldsMissing,
        Vault,
    ),
    (
        "supplied some of the auth values",
        LoginFieldsMissing,
        Vault,
    ),
    ("missing iam_http_request_method", MethodMissing, Vault),
    ("invalid iam_http_request_method", MethodUnsupported, Vault),
    ("missing iam_request_url", UrlMissing, Vault),
    (
        "failed to base64 decode iam_request_url",
        UrlNotBase64,
        Vault,
    ),
    ("error parsing iam_request_url", UrlUnparsable, Vault),
    ("no action found in request", QueryActionMissing, Vault),
    ("found multiple actions", QueryActionRepeated, Vault),
    ("unexpected action parameter", QueryActionUnexpected, Vault),
    ("missing iam_request_body", BodyMissing, Vault),
    (
        "failed to base64 decode iam_request_body",
        BodyNotBase64,
        Vault,
    ),
    (
        "invalid semicolon separator in query",
        BodyUnparsable,
        Vault,
    ),
    ("invalid URL escape", BodyUnparsable, Vault),
    ("iam request body is invalid", BodyUnexpected, Vault),
    ("missing iam_request_headers", HeadersMissing, Vault),
    // 2.4 and 2.5
    ("error getting configuration", ServerConfigUnreadable, Vault),
    ("header: missing header", ServerIdMissing, Vault),
    ("header: expected ", ServerIdDiffers, Vault),
    (
        "header: missing Authorization header",
        AuthorizationMissing,
        Vault,
    ),
    ("vault header wasn't signed", ServerIdNotSigned, Vault),
    (
        "found multiple SignedHeaders components",
        ServerIdNotSigned,
        Vault,
    ),
    ("invalid request header: ", HeaderNotAllowed, Vault),
    (
        "invalid request query param: ",
        QueryParameterNotAllowed,
        Vault,
    ),
    // Bare, so that it comes after the two above; 2.3, row 15.
    ("invalid request", PostWithQuery, Vault),
    (
        "region missing from Authorization header",
        RegionMissing,
        Vault,
    ),
    (
        "unable to get regional STS endpoint",
        RegionUnknownToServer,
        Vault,
    ),
];

/// Texts of the framework's validation, behind the name of the field (2.2).
pub(super) const FIELD_VALIDATION: &[Text] = &[
    ("being decoded is nil", HeadersBlank, Vault),
    ("unrecognized type for", HeaderValueTypeWrong, Vault),
    (
        "received non-string value for header key",
        HeaderValueTypeWrong,
        Vault,
    ),
    ("invalid key pair", HeaderPairMalformed, Vault),
    (
        "not provided an expected format",
        HeaderPairMalformed,
        Vault,
    ),
    ("expected type 'string'", FieldTypeWrong, Vault),
    ("\"iam_request_headers\"", HeadersNotJson, Vault),
    ("", FieldTypeWrong, Vault),
];

/// Texts of the request to STS, behind `error making upstream request` (2.6, 2.7).
pub(super) const UPSTREAM: &[Text] = &[
    ("invalid header field", HeaderIllegal, Vault),
    ("error making request", StsUnreachable, Sts),
    (
        "body of GetCallerIdentity is invalid",
        StsAnswerNotXml,
        Vault,
    ),
    ("error parsing STS response", StsAnswerUnparsable, Vault),
];

/// Texts and codes of STS, behind `received error code` (2.12).
pub(super) const STS: &[Text] = &[
    ("Signature expired", SignatureExpired, Sts),
    ("RequestExpired", SignatureExpired, Sts),
    ("Signature not yet current", SignatureNotYetCurrent, Sts),
    ("scoped to a valid region", ScopeRegionDiffers, Sts),
    ("scoped to correct service", ScopeServiceDiffers, Sts),
    (
        "scoped with a valid terminator",
        ScopeTerminatorDiffers,
        Sts,
    ),
    ("Date in Credential scope", ScopeDateDiffers, Sts),
    (
        "'Host' or ':authority' must be a 'SignedHeader'",
        HostNotSigned,
        Sts,
    ),
    ("'Host' must be a 'SignedHeader'", HostNotSigned, Sts),
    ("must be a 'SignedHeader'", AmzHeaderNotSigned, Sts),
    ("SignatureDoesNotMatch", SignatureDiffers, Sts),
    (
        "does not match the signature you provided",
        SignatureDiffers,
        Sts,
    ),
    ("Date must be in ISO-8601", DateMalformed, Sts),
    (
        "existence of either a 'X-Amz-Date' or a 'Date' header",
        DateMissing,
        Sts,
    ),
    ("IncompleteSignature", SignatureIncomplete, Sts),
    ("MissingAuthenticationToken", AuthorizationMissing, Sts),
    ("InvalidClientTokenId", AccessKeyUnknown, Sts),
    ("ExpiredToken", SessionExpired, Sts),
    ("RegionDisabled", StsRegionDisabled, Sts),
    ("MissingAction", StsActionInvalid, Sts),
    ("InvalidAction", StsActionInvalid, Sts),
    ("AccessDenied", StsAccessDenied, Sts),
    ("Throttling", StsThrottled, Sts),
    ("Rate exceeded", StsThrottled, Sts),
    ("TooManyRequests", StsThrottled, Sts),
    ("", StsRefused, Sts),
];

/// Texts of the plugin after STS has answered (2.8 to 2.11).
pub(super) const AFTER_STS: &[Text] = &[
    (
        "\"root\" contains fewer than 2 slash-separated parts",
        CallerIsRoot,
        Vault,
    ),
    (
        "unrecognized principal type: \"federated-user\"",
        CallerIsFederated,
        Vault,
    ),
    ("error parsing arn", ArnMalformed, Vault),
    ("auth method iam not allowed for role", RoleWantsEc2, Vault),
    ("error validating instance", InstanceNotBound, Vault),
    ("as a valid EC2 instance", InstanceUnverified, Vault),
    (
        "in the instance description is nil",
        InstanceAttributeMissing,
        Vault,
    ),
    ("could not be fetched", InstanceAttributeMissing, Vault),
    ("does not belong to the role", PrincipalNotBound, Vault),
    (
        "got empty string back when looking up full ARN",
        PrincipalLookupEmpty,
        Vault,
    ),
    (
        "error looking up full ARN of entity",
        PrincipalLookupFailed,
        Vault,
    ),
    (
        "unable to fetch client for account",
        PrincipalLookupFailed,
        Vault,
    ),
    (
        "no STS configuration found for account",
        PrincipalLookupFailed,
        Vault,
    ),
    ("entry for role ", RoleUnknown, Vault),
    ("relative paths not supported", RoleNameImpossible, Vault),
    ("permission denied", PermissionDenied, Vault),
];

/// What a status says where no text does.
pub(super) const STATUSES: &[(u16, LoginRule)] = &[
    (403, PermissionDenied),
    (404, MountUnknown),
    (405, MountUnknown),
    (412, NodeBehind),
    (413, LoginTooLarge),
    (429, RateLimited),
    (472, DisasterRecoverySecondary),
    (473, PerformanceStandby),
    (500, VaultFailed),
    (501, VaultNotInitialized),
    (503, VaultSealed),
];

/// The first text of a table that is in an answer.
pub(super) fn find(texts: &[Text], answer: &str) -> Option<(LoginRule, Refuser)> {
    let found = texts.iter().find(|(piece, _, _)| answer.contains(piece));
    found.map(|(_, rule, refuser)| (*rule, *refuser))
}
