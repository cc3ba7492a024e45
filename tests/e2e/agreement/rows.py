"""The rows of the contract: the server's text for each, and the inspector's rules for it.

A row with a `not_run` reason was read in the server's source; no login in this test bed meets it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agreement.mounts import Mount

if TYPE_CHECKING:
    from agreement.outcome import Outcome


@dataclass(frozen=True)
class Row:
    """One row, by its anchor in `docs/login-contract.md`.

    `text` is a pattern for the server's answer, `rules` are the inspector's rules for it.
    """

    anchor: str
    what: str
    text: str = ""
    rules: tuple[str, ...] = ()
    open_rules: tuple[str, ...] = ()
    """Rules that say only that the server may refuse so."""
    not_run: str = ""

    @property
    def is_of_sts(self) -> bool:
        """Whether STS answers so: section 2.12."""
        return self.anchor == "s2-12" or re.fullmatch(r"row-30[a-z]", self.anchor) is not None

    def fits(self, error: str) -> bool:
        return bool(self.text) and re.search(self.text, error, re.DOTALL) is not None


MISMATCH = "does not match the signature you provided"
OPEN_MISMATCHES = (
    "content-length-differs",
    "header-hop-by-hop",
    "header-illegal",
    "header-repeated",
    "host-differs",
    "host-not-plain",
    "host-not-sts",
    "signed-headers-unsorted",
    "sts-url-malformed",
    "sts-url-not-bare",
)
OPENBAO = "the core here is OpenBao, which does not look at the JSON beforehand"
UNDECIDABLE = "nothing in a login or a profile tells"
EMULATOR = "only an emulator answers so; the STS here answers as AWS does"

# The first row whose text fits counts.
ROWS = (
    Row("row-1", "body over max_request_size",
        not_run="the inspector stops at 64 KiB, the server at 32 MiB"),
    Row("row-2", "a key is there twice", not_run=OPENBAO),
    Row("row-2", "bytes after the JSON", not_run=OPENBAO),
    Row("row-2", "JSON over Vault's limits", not_run=OPENBAO),
    Row("s3-2", "JSON over OpenBao's limits", r"due to high complexity", ("json-over-limits",)),
    Row("row-3", "malformed JSON", r"error parsing JSON|failed to (parse|decode) JSON",
        ("json-malformed", "json-trailing-bytes")),
    Row("row-4", "a form",
        not_run="the Content-Type of the request to Vault decides, and is not in the login"),
    Row("row-5", "wrong mount or namespace", not_run="the path is not in the login"),
    Row("s1-3", "a login of type ec2", r"^instance identity verification", ("login-is-ec2",)),
    Row("row-6", "a string field holds something else", r"expected type 'string'",
        ("field-type-wrong",)),
    Row("row-8", "headers are an empty string", r"'data' being decoded is nil", ("headers-blank",)),
    Row("row-9", "a header's value is of another type",
        r"unrecognized type for|received non-string value for header",
        ("header-value-type-wrong",)),
    Row("row-10", "a header is not a pair", r"invalid key pair|not provided an expected format",
        ("header-pair-malformed",)),
    Row("row-7", "headers are not JSON", r"error converting input .*iam_request_headers",
        ("headers-not-json",)),
    Row("row-11", "a field is missing", r"^didn't supply required authentication values",
        ("login-fields-missing",)),
    Row("row-11", "fields of both types", r"^supplied auth values for both",
        ("login-flows-mixed",)),
    Row("row-12", "method empty", r"^missing iam_http_request_method", ("method-missing",)),
    Row("row-13", "method not supported", r"^invalid iam_http_request_method",
        ("method-unsupported",)),
    Row("row-14a", "url empty", r"^missing iam_request_url", ("url-missing",)),
    Row("row-14b", "url not base64", r"^failed to base64 decode iam_request_url",
        ("url-not-base64",)),
    Row("row-14c", "url not parsed", r"^error parsing iam_request_url", ("url-unparsable",)),
    Row("row-15a", "POST with a query", r"^invalid request$", ("post-with-query",)),
    Row("row-15b", "GET without action", r"^no action found in request", ("query-action-missing",)),
    Row("row-15c", "GET with two actions", r"^found multiple actions", ("query-action-repeated",)),
    Row("row-15d", "GET with another action", r"^unexpected action parameter",
        ("query-action-unexpected",)),
    Row("row-16a", "body empty", r"^missing iam_request_body", ("body-missing",)),
    Row("row-16b", "body not base64", r"^failed to base64 decode iam_request_body",
        ("body-not-base64",)),
    Row("row-16c", "body not a form", r"^invalid semicolon separator|^invalid URL escape",
        ("body-unparsable",)),
    Row("row-16d", "body with another call", r"^iam request body is invalid", ("body-unexpected",)),
    Row("row-17", "no headers", r"^missing iam_request_headers", ("headers-missing",)),
    Row("s2-4", "configuration cannot be read", not_run="takes storage that fails"),
    Row("row-17c", "panic without a configuration",
        not_run="Vault 1.15.0 and OpenBao's plugin panic, and neither is here"),
    Row("row-18", "server ID missing", r"header: missing header", ("server-id-missing",)),
    Row("row-19", "server ID differs", r"header: expected .* but got", ("server-id-differs",)),
    Row("row-20", "no Authorization for the server ID", r"header: missing Authorization header",
        ("authorization-missing",)),
    Row("row-21", "server ID not signed", r"header: vault header wasn't signed",
        ("server-id-not-signed",)),
    Row("row-23", "header not allowed", r"^invalid request header: ", ("header-not-allowed",)),
    Row("row-24", "query parameter not allowed", r"^invalid request query param: ",
        ("query-parameter-not-allowed",)),
    Row("row-26", "region missing", r"^region missing from Authorization header",
        ("region-missing",)),
    Row("row-27", "region unknown to the server", r"^unable to get regional STS endpoint",
        ("region-unknown-to-server",)),
    Row("s2-6", "header illegal", r"invalid header field", ("header-illegal",)),
    Row("row-28", "STS not reached", r"error making request: .* giving up", ("sts-unreachable",),
        not_run=UNDECIDABLE),
    Row("row-28a", "sts_endpoint without a scheme, or with a wrong certificate or name",
        not_run=UNDECIDABLE),
    Row("row-29", "answer not XML", r"body of GetCallerIdentity is invalid", ("accept-json",)),
    Row("row-31", "answer unparsable", not_run=EMULATOR),
    Row("row-32", "no result in the answer", not_run=EMULATOR),
    Row("s2-8", "ARN of another kind", not_run=EMULATOR),
    Row("s2-8", "root and federated users", not_run="the callers here are a user and a role"),
    Row("row-33", "role unknown", r"^entry for role .* not found|^relative paths not supported",
        ("role-unknown", "role-is-arn", "role-name-impossible")),
    Row("row-34", "address outside token_bound_cidrs", not_run=UNDECIDABLE),
    Row("row-35", "role of type ec2", r"^auth method iam not allowed for role",
        ("role-wants-ec2",)),
    Row("row-36", "principal not bound", r"does not belong to the role", ("principal-not-bound",)),
    Row("row-36a", "the role of a node not bound", not_run="no caller here is an instance"),
    Row("row-37", "lookup in IAM failed", not_run=UNDECIDABLE),
    Row("row-37a", "AWS refuses Vault's own keys, or Vault has none", not_run=UNDECIDABLE),
    Row("s2-11", "session not named after an instance",
        r"^failed to verify .* as a valid EC2 instance", ("session-not-instance",)),
    Row("s2-11", "instance not verified or not bound", not_run=UNDECIDABLE),
    Row("row-30a", "scoped to another region", r"scoped to a valid region",
        ("scope-region-differs",)),
    Row("row-30f", "scoped to another service", r"scoped to correct service",
        ("scope-service-differs",)),
    Row("row-30f", "scope ends in something else", r"scoped with a valid terminator",
        ("scope-terminator-differs",)),
    Row("row-30e", "scope of another day", r"Date in Credential scope", ("scope-date-differs",)),
    Row("row-30b", "signature expired", r"Signature expired", ("signature-expired",)),
    Row("row-30c", "signature not yet current", r"Signature not yet current",
        ("signature-not-yet-current",)),
    Row("row-30q", "host not signed", r"'Host' must be a 'SignedHeader'", ("host-not-signed",)),
    Row("row-30r", "X-Amz- header not signed", r"must be a 'SignedHeader'",
        ("amz-header-not-signed",)),
    Row("row-30d", "signature differs", MISMATCH,
        ("signed-header-missing", "signature-malformed"), OPEN_MISMATCHES),
    Row("row-30j", "no signature", r"MissingAuthenticationToken", ("authorization-missing",)),
    Row("row-30o", "date missing or malformed",
        r"<Message>(Date must be in ISO-8601|Authorization header requires existence"
        r"|AWS query-string parameters must include 'X-Amz-Date')",
        ("date-missing", "date-malformed")),
    Row("row-30k", "signature incomplete", r"IncompleteSignature",
        ("signature-incomplete", "secret-as-access-key-id")),
    Row("row-30g", "key or session token unknown", r"InvalidClientTokenId",
        ("session-token-missing", "session-token-unexpected", "access-key-unknown",
         "secret-as-access-key-id")),
    Row("row-30l", "no action, or another version", r"MissingAction|InvalidAction",
        ("sts-action-invalid",)),
    Row("s2-12", "session expired, region disabled, throttling", not_run=UNDECIDABLE),
    Row("s2-14", "an answer before the plugin or in its place",
        not_run="the address, the path or the server's state decides, not the login"),
    Row("s2-15", "AssumeRole before the login",
        not_run="no login is sent; tests/e2e/test_assume_role.py has STS refuse so"),
)  # fmt: skip


# Outcomes that are not rows of a refusal.
ACCEPTED = Row("s2", "accepted")
UNCONFIGURED = Row("s2-4", "accepted by a mount that was never configured")
ELSEWHERE = Row("row-25", "accepted at the endpoint of another region")
BROKEN = Row("row-30d", "signature broken on purpose", MISMATCH + "|InvalidClientTokenId")


def refused_row(error: str) -> Row | None:
    """The row that a refusal belongs to."""
    return next((row for row in ROWS if row.fits(error)), None)


def accepted_row(mount: Mount) -> Row:
    """Which part of the contract let a login pass."""
    if not mount.configured:
        return UNCONFIGURED
    return ACCEPTED if mount.region == "us-east-1" else ELSEWHERE


def table(outcomes: Sequence[Outcome]) -> str:
    """Every row: how often the server answered so, was predicted to, and how often both agreed."""
    lines = [f"{'row':<11}{'what':<46}{'seen':>6}{'firm':>6}{'agreed':>8}"]
    met: dict[Row | None, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        met[outcome.row].append(outcome)
    for row in (*ROWS, UNCONFIGURED, ELSEWHERE, ACCEPTED, BROKEN):
        start = f"{row.anchor:<11}{row.what:<46}"
        if row.not_run:
            lines.append(f"{start} read, not run: {row.not_run}")
            continue
        firm = [outcome for outcome in met[row] if outcome.is_firm]
        agreed = [outcome for outcome in firm if not outcome.disagreement]
        lines.append(f"{start}{len(met[row]):>6}{len(firm):>6}{len(agreed):>8}")
    firm = [outcome for outcome in outcomes if outcome.is_firm]
    agreed = [outcome for outcome in firm if not outcome.disagreement]
    lines.append(f"{'':<11}{'all':<46}{len(outcomes):>6}{len(firm):>6}{len(agreed):>8}")
    return "\n".join(lines)
