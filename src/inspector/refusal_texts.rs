//! The error texts of Vault, OpenBao and STS, and the rules behind them
//! (`docs/login-contract.md#s2`).
//!
//! A text is known by a piece of it, since servers wrap it in texts of their own. Of several that
//! fit, the first one counts.

use super::rules::LoginRule::{self, *};

/// Pieces of texts, each with its rule.
pub(super) type Texts = &'static [(&'static str, LoginRule)];

/// Returns the rule of the first text that is in an answer.
pub(super) fn find(texts: Texts, answer: &str) -> Option<LoginRule> {
    let mut texts = texts.iter();
    let (_, rule) = texts.find(|(piece, _)| answer.contains(piece))?;
    Some(*rule)
}

/// Texts of STS about `AssumeRole` (`docs/login-contract.md#s2-15`).
pub(super) const ASSUME_ROLE: Texts = &[
    ASSUME_ROLE_DENIED,
    ASSUME_ROLE_BY_ROOT,
    ASSUME_ROLE_TOO_LONG,
    ASSUME_ROLE_CHAINED_TOO_LONG,
];

const ASSUME_ROLE_DENIED: (&str, LoginRule) = (
    "is not authorized to perform: sts:AssumeRole on resource",
    AssumeRoleDenied,
);
const ASSUME_ROLE_BY_ROOT: (&str, LoginRule) = (
    "Roles may not be assumed by root accounts",
    AssumeRoleByRoot,
);
const ASSUME_ROLE_TOO_LONG: (&str, LoginRule) = (
    "exceeds the MaxSessionDuration set for this role",
    AssumeRoleTooLong,
);
const ASSUME_ROLE_CHAINED_TOO_LONG: (&str, LoginRule) = (
    "session limit for roles assumed by role chaining",
    AssumeRoleChainedTooLong,
);

/// Texts of the host's HTTP client where no answer came (`docs/login-contract.md#s2-13`).
pub(super) const TRANSPORT: Texts = &[
    ("HTTP response to HTTPS client", TlsNotSpoken),
    ("WRONG_VERSION_NUMBER", TlsNotSpoken),
    ("wrong version number", TlsNotSpoken),
    ("x509: ", VaultCertificateUntrusted),
    ("SSL certificate problem", VaultCertificateUntrusted),
    ("CERTIFICATE_VERIFY_FAILED", VaultCertificateUntrusted),
    ("certificate verify failed", VaultCertificateUntrusted),
    ("self signed certificate", VaultCertificateUntrusted),
    ("self-signed certificate", VaultCertificateUntrusted),
    (
        "unable to verify the first certificate",
        VaultCertificateUntrusted,
    ),
    ("PKIX path building failed", VaultCertificateUntrusted),
    ("invalid peer certificate", VaultCertificateUntrusted),
    ("INTERNAL_ERROR; received from peer", ConnectionBrokenOff),
    (": unexpected EOF", ConnectionBrokenOff),
    (": EOF", ConnectionBrokenOff),
    ("http: server closed", ConnectionBrokenOff),
    ("curl: (52)", ConnectionBrokenOff),
    ("socket hang up", ConnectionBrokenOff),
    ("RemoteDisconnected(", ConnectionBrokenOff),
    // No connection was made.
    ("dial tcp", VaultUnreachable),
    ("ConnectTimeout", VaultUnreachable),
    ("context deadline exceeded", VaultTimedOut),
    ("Client.Timeout exceeded", VaultTimedOut),
    ("i/o timeout", VaultTimedOut),
    ("curl: (28)", VaultTimedOut),
    ("Read timed out", VaultTimedOut),
];

/// Texts of Vault's listener, or of one in front of it, which are not JSON
/// (`docs/login-contract.md#row-1`, `docs/login-contract.md#row-38l`).
pub(super) const BARE: Texts = &[
    // docs/login-contract.md#s2-15
    ASSUME_ROLE_DENIED,
    ASSUME_ROLE_BY_ROOT,
    ASSUME_ROLE_TOO_LONG,
    ASSUME_ROLE_CHAINED_TOO_LONG,
    ("request body too large", LoginTooLarge),
    ("HTTP request to an HTTPS server", TlsExpected),
    ("HTTP request was sent to HTTPS port", TlsExpected),
];

/// Texts of the server's core and of the plugin before it asks STS.
pub(super) const BEFORE_STS: Texts = &[
    // docs/login-contract.md#s2-1, and what comes before it: #s2-14
    ("request body too large", LoginTooLarge),
    ("duplicate key", JsonDuplicateKey),
    ("after top-level value", JsonTrailingBytes),
    ("exceeds allowed", JsonOverLimits),
    ("due to high complexity", JsonOverLimits),
    ("malformed JSON", JsonMalformed),
    ("error parsing JSON", JsonMalformed),
    ("failed to parse JSON input", JsonMalformed),
    ("failed to decode JSON input", JsonMalformed),
    ("error parsing form data", LoginIsForm),
    ("backend is nil", PluginNotRunning),
    ("no handler for route", MountUnknown),
    ("route entry not found", MountUnknown),
    ("unsupported path", MountUnknown),
    ("unsupported operation", HttpMethodUnsupported),
    // The path asks for a token, so it is not that of a login.
    ("missing client token", MountUnknown),
    ("lease count quota exceeded", LeaseQuotaExceeded),
    ("quota exceeded", RateLimited),
    ("Vault is sealed", VaultSealed),
    ("is not initialized", VaultNotInitialized),
    ("active cluster node not found", NoActiveNode),
    ("overloaded, try again later", VaultOverloaded),
    ("not yet caught up", NodeBehind),
    ("required index state not present", NodeBehind),
    // docs/login-contract.md#s2-3
    ("supplied auth values for both ec2 and iam", LoginFlowsMixed),
    (
        "didn't supply required authentication values",
        LoginFieldsMissing,
    ),
    ("supplied some of the auth values", LoginFieldsMissing),
    ("missing iam_http_request_method", MethodMissing),
    ("invalid iam_http_request_method", MethodUnsupported),
    ("missing iam_request_url", UrlMissing),
    ("failed to base64 decode iam_request_url", UrlNotBase64),
    ("error parsing iam_request_url", UrlUnparsable),
    ("no action found in request", QueryActionMissing),
    ("found multiple actions", QueryActionRepeated),
    ("unexpected action parameter", QueryActionUnexpected),
    ("missing iam_request_body", BodyMissing),
    ("failed to base64 decode iam_request_body", BodyNotBase64),
    ("invalid semicolon separator in query", BodyUnparsable),
    ("invalid URL escape", BodyUnparsable),
    ("iam request body is invalid", BodyUnexpected),
    ("missing iam_request_headers", HeadersMissing),
    // docs/login-contract.md#s2-4 and docs/login-contract.md#s2-5
    ("error getting configuration", ServerConfigUnreadable),
    ("header: missing header", ServerIdMissing),
    ("header: expected ", ServerIdDiffers),
    ("header: missing Authorization header", AuthorizationMissing),
    ("vault header wasn't signed", ServerIdNotSigned),
    ("found multiple SignedHeaders components", ServerIdNotSigned),
    ("invalid request header: ", HeaderNotAllowed),
    ("invalid request query param: ", QueryParameterNotAllowed),
    // Bare, so that it comes after the two above: docs/login-contract.md#row-15a.
    ("invalid request", PostWithQuery),
    ("region missing from Authorization header", RegionMissing),
    ("unable to get regional STS endpoint", RegionUnknownToServer),
];

/// Texts of the framework's validation, behind the name of the field
/// (`docs/login-contract.md#s2-2`).
pub(super) const FIELD_VALIDATION: Texts = &[
    ("being decoded is nil", HeadersBlank),
    ("unrecognized type for", HeaderValueTypeWrong),
    (
        "received non-string value for header key",
        HeaderValueTypeWrong,
    ),
    ("invalid key pair", HeaderPairMalformed),
    ("not provided an expected format", HeaderPairMalformed),
    ("expected type 'string'", FieldTypeWrong),
    ("\"iam_request_headers\"", HeadersNotJson),
    ("", FieldTypeWrong),
];

/// Texts of the request to STS, behind `error making upstream request`
/// (`docs/login-contract.md#s2-7`).
pub(super) const UPSTREAM: Texts = &[
    ("invalid header field", HeaderIllegal),
    ("unsupported protocol scheme", StsEndpointMalformed),
    ("x509: ", StsCertificateUntrusted),
    ("no such host", StsHostUnknown),
    ("error making request", StsUnreachable),
    ("body of GetCallerIdentity is invalid", StsAnswerNotXml),
    ("error parsing STS response", StsAnswerUnparsable),
];

/// Texts and codes of STS, behind `received error code` (`docs/login-contract.md#s2-12`).
pub(super) const STS: Texts = &[
    ("Signature expired", SignatureExpired),
    ("RequestExpired", SignatureExpired),
    ("Signature not yet current", SignatureNotYetCurrent),
    ("scoped to a valid region", ScopeRegionDiffers),
    ("scoped to correct service", ScopeServiceDiffers),
    ("scoped with a valid terminator", ScopeTerminatorDiffers),
    ("Date in Credential scope", ScopeDateDiffers),
    (
        "'Host' or ':authority' must be a 'SignedHeader'",
        HostNotSigned,
    ),
    ("'Host' must be a 'SignedHeader'", HostNotSigned),
    ("must be a 'SignedHeader'", AmzHeaderNotSigned),
    ("SignatureDoesNotMatch", SignatureDiffers),
    (
        "does not match the signature you provided",
        SignatureDiffers,
    ),
    ("Date must be in ISO-8601", DateMalformed),
    (
        "existence of either a 'X-Amz-Date' or a 'Date' header",
        DateMissing,
    ),
    ("IncompleteSignature", SignatureIncomplete),
    ("MissingAuthenticationToken", AuthorizationMissing),
    ("InvalidClientTokenId", AccessKeyUnknown),
    ("ExpiredToken", SessionExpired),
    ("RegionDisabled", StsRegionDisabled),
    ("MissingAction", StsActionInvalid),
    ("InvalidAction", StsActionInvalid),
    ("AccessDenied", StsAccessDenied),
    ("Throttling", StsThrottled),
    ("Rate exceeded", StsThrottled),
    ("TooManyRequests", StsThrottled),
    ("", StsRefused),
];

/// Texts of the plugin after STS has answered
/// (`docs/login-contract.md#s2-8` to `docs/login-contract.md#s2-11`).
pub(super) const AFTER_STS: Texts = &[
    (
        "\"root\" contains fewer than 2 slash-separated parts",
        CallerIsRoot,
    ),
    (
        "unrecognized principal type: \"federated-user\"",
        CallerIsFederated,
    ),
    ("error parsing arn", ArnMalformed),
    ("auth method iam not allowed for role", RoleWantsEc2),
    ("error validating instance", InstanceNotBound),
    ("InvalidInstanceID.NotFound", InstanceNotFound),
    ("no reservations found in instance", InstanceNotFound),
    ("no instance details found in", InstanceNotFound),
    ("instance is not in 'running' state", InstanceNotRunning),
    ("as a valid EC2 instance", InstanceUnverified),
    (
        "in the instance description is nil",
        InstanceAttributeMissing,
    ),
    ("could not be fetched", InstanceAttributeMissing),
    ("does not belong to the role", PrincipalNotBound),
    (
        "got empty string back when looking up full ARN",
        PrincipalLookupEmpty,
    ),
    ("error looking up full ARN of entity", PrincipalLookupFailed),
    ("to internal ID", PrincipalLookupFailed),
    ("entry for role ", RoleUnknown),
    ("relative paths not supported", RoleNameImpossible),
    ("permission denied", PermissionDenied),
];

/// Texts around the failure of a call of Vault's own to IAM or EC2.
pub(super) const OWN_CALLS: [&str; 6] = [
    "error looking up full ARN of entity",
    "unable to fetch client for account",
    "no STS configuration found for account",
    "as a valid EC2 instance",
    "could not be fetched",
    // Of the writing of a role: docs/login-contract.md#row-37e
    "to internal ID",
];

/// Texts and codes of AWS inside those (`docs/login-contract.md#row-37`).
pub(super) const OWN_CALL_FAULTS: Texts = &[
    ("InvalidClientTokenId", VaultKeysRefused),
    ("SignatureDoesNotMatch", VaultKeysRefused),
    ("AuthFailure", VaultKeysRefused),
    ("ExpiredToken", VaultKeysRefused),
    ("NoCredentialProviders", VaultKeysMissing),
    ("NoSuchEntity", PrincipalLookupEmpty),
    ("Throttling", VaultCallsThrottled),
    ("RequestLimitExceeded", VaultCallsThrottled),
    ("Rate exceeded", VaultCallsThrottled),
    ("unable to fetch client for account", AccountNotConfigured),
    (
        "no STS configuration found for account",
        AccountNotConfigured,
    ),
];

/// What a status says where no text does.
pub(super) const STATUSES: &[(u16, LoginRule)] = &[
    (403, PermissionDenied),
    (404, MountUnknown),
    (405, HttpMethodUnsupported),
    (412, NodeBehind),
    (413, LoginTooLarge),
    (429, RateLimited),
    (472, DisasterRecoverySecondary),
    (473, PerformanceStandby),
    (500, VaultFailed),
    (501, VaultNotInitialized),
    (503, VaultSealed),
];
