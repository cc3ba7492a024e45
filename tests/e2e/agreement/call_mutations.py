"""Changes to the call to STS. Whoever makes them signs afterwards, so that the signature itself is right."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from agreement.draft import AUTHORIZATION, Draft
from agreement.mounts import EXTRA_HEADERS, SERVER_ID
from bed.botocore_login import SERVER_ID_HEADER

CallMutation = Callable[[Draft, Random], None]

BODIES = {
    "without version": "Action=GetCallerIdentity",
    "with another version": "Action=GetCallerIdentity&Version=2012-01-01",
    "with an empty version": "Action=GetCallerIdentity&Version=",
    "with two versions": "Action=GetCallerIdentity&Version=2011-06-15&Version=2011-06-15",
    "without action": "Version=2011-06-15",
    "with an empty action": "Action=&Version=2011-06-15",
    "with another action": "Action=GetSessionToken&Version=2011-06-15",
    "with two actions": "Action=GetCallerIdentity&Action=GetCallerIdentity&Version=2011-06-15",
    "with another key": "Action=GetCallerIdentity&Version=2011-06-15&DurationSeconds=900",
    "in lower case": "action=GetCallerIdentity&version=2011-06-15",
    "with a line break": "Action=GetCallerIdentity&Version=2011-06-15\n",
    "with a line break after the action": "Version=2011-06-15&Action=GetCallerIdentity\n",
    "with a semicolon": "Action=GetCallerIdentity;Version=2011-06-15",
    "with a bad escape": "Action=GetCallerIdentity&Version=%zz",
    "as JSON": '{"Action":"GetCallerIdentity","Version":"2011-06-15"}',
    "of nothing but a blank": " ",
    "the other way round": "Version=2011-06-15&Action=GetCallerIdentity",
    "with an escape": "Action=GetCaller%49dentity&Version=2011%2D06-15",
    "with an empty pair": "Action=GetCallerIdentity&&Version=2011-06-15&",
    "with a plus sign": "Action=GetCallerIdentity&Version=2011-06-15+",
}
URLS = {
    "regional": "https://sts.eu-west-1.amazonaws.com/",
    "of China": "https://sts.cn-north-1.amazonaws.com.cn/",
    "of a VPC endpoint": "https://vpce-0a1b2c3d.sts.us-east-1.vpce.amazonaws.com/",
    "of nobody": "https://example.com/",
    "without a path": "https://sts.amazonaws.com",
    "with a path": "https://sts.amazonaws.com/sts",
    "with two slashes": "https://sts.amazonaws.com//",
    "with a bare question mark": "https://sts.amazonaws.com/?",
    "with a query": "https://sts.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15",
    "with a fragment": "https://sts.amazonaws.com/#fragment",
    "with user information": "https://user:word@sts.amazonaws.com/",
    "with the default port": "https://sts.amazonaws.com:443/",
    "with another port": "https://sts.amazonaws.com:8443/",
    "with an empty port": "https://sts.amazonaws.com:/",
    "with a port that is no number": "https://sts.amazonaws.com:https/",
    "in upper case": "https://STS.amazonaws.com/",
    "with plain HTTP": "http://sts.amazonaws.com/",
    "with another scheme": "ftp://sts.amazonaws.com/",
    "with an upper-case scheme": "HTTPS://sts.amazonaws.com/",
    "without a scheme": "sts.amazonaws.com/",
    "without a scheme but with a port": "sts.amazonaws.com:443/",
    "of an address and a port alone": "192.0.2.1:443/",
    "with a line break": "https://sts.amazonaws.com/\n",
    "with a line break inside": "https://sts.amazonaws\n.com/",
    "with a blank": "https://sts.amazonaws.com /",
    "with a blank in front": " https://sts.amazonaws.com/",
    "with a bad escape": "https://sts.amazonaws.com/%zz",
    "with an escape in the host": "https://sts%2Eamazonaws.com/",
    "of IPv6": "https://[2001:db8::1]/",
    "of IPv6 without its bracket": "https://[2001:db8::1/",
    "beginning with a colon": "://sts.amazonaws.com/",
    "with a tab": "https://sts.amazonaws.com/\t",
}
HEADERS: dict[str, tuple[str, ...]] = {
    "User-Agent": ("aws-sdk-go/1.55.5", ""),
    "Accept": ("*/*", "application/json", "text/xml", "application/json, text/plain", " application/json"),
    "Accept-Encoding": ("identity", "gzip", "gzip, deflate"),
    "X-Forwarded-For": ("192.0.2.1",),
    "X-Custom": ("two  blanks", " blanks around ", "tab\tinside", "", "ünïcode"),
    "Amz-Sdk-Request": ("attempt=1; max=3",),
    "Amz-Sdk-Invocation-Id": ("a3cc9f2e-1c5a-4d7b-9d59-0b1a6c5f0f6e",),
    "X-Amz-Content-Sha256": ("ab821ae955788b0e33ebd34c208442ccfc2d406e2edc5e7a39bd6458fbb4f843",),
    "X-Amz-User-Agent": ("aws-sdk-js/3.0",),
    "X-Amz-Algorithm": ("AWS4-HMAC-SHA256",),
    "X-Amz-Credential": ("AKIAIOSFODNN7EXAMPLE",),
    "X-Amz-Signature": ("00",),
    "X-Amz-SignedHeaders": ("host",),
    "X-Amz-Expires": ("900",),
    "X-Amz-Target": ("AWSSecurityTokenServiceV20110615.GetCallerIdentity",),
    "X-Amz-Trace-Context": ("root",),
    "X-Amz-Mallory-Header": ("1",),
    "X-Amz-Invocation-Type": ("x",),
    "X-Amzn-Trace-Id": ("Root=1-2",),
    "X-Amzn-Requestid": ("1",),
    "Content-Length": ("43", "44", "0"),
    "Content-Type": (
        "application/x-www-form-urlencoded",
        "APPLICATION/X-WWW-FORM-URLENCODED; charset=UTF-8",
        "application/json",
        "text/plain",
        "",
    ),
    "Date": ("Mon, 23 Nov 2026 00:00:00 GMT",),
    "Cookie": ("a=b",),
    "Connection": ("keep-alive", "close"),
    "Te": ("trailers",),
    "Transfer-Encoding": ("chunked", "identity"),
    "Trailer": ("X-Custom",),
    "Cache-Control": ("no-cache",),
    "X-Line-Break": ("first\nsecond", "at the end\n", "carriage\rreturn"),
    "X-Nul": ("a\0b",),
    "X-Delete": ("a\x7fb",),
    "X Blank": ("1",),
    "X-Ünïcode": ("1",),
    "X:Colon": ("1",),
    "(parentheses)": ("1",),
    "": ("no name",),
}
SERVER_IDS = {
    "another": "vault.example.org",
    "in upper case": SERVER_ID.upper(),
    "with a blank at its end": f"{SERVER_ID} ",
    "with a blank in front": f" {SERVER_ID}",
    "empty": "",
    "twice": f"{SERVER_ID},{SERVER_ID}",
    "with a line break": f"{SERVER_ID}\n",
    "right": SERVER_ID,
}
REGIONS = (
    "us-east-1", "us-east-2", "us-west-2", "eu-west-1", "eu-central-2", "ap-northeast-1", "ca-west-1", "me-central-1",
    "aws-global", "us-east-1-fips", "us-gov-west-1", "cn-north-1", "us-iso-east-1", "us-isob-east-1",
    "ap-southeast-5", "mx-central-1", "eusc-de-east-1", "us-isob-west-1", "us-east-99", "US-EAST-1", "global", "auto",
    "", "us east 1", "eu-west-1a",
)  # fmt: skip
TIMES = {
    "13 minutes ago": {"minutes": -13},
    "6 minutes ago": {"minutes": -6},
    "17 minutes ago": {"minutes": -17},
    "an hour ago": {"hours": -1},
    "yesterday": {"days": -1},
    "years ago": {"days": -4000},
    "in 2 minutes": {"minutes": 2},
    "in 13 minutes": {"minutes": 13},
    "in 17 minutes": {"minutes": 17},
    "in an hour": {"hours": 1},
    "tomorrow": {"days": 1},
    "in years": {"days": 4000},
}
DATES = (
    "2026-11-23T00:00:00Z", "Mon, 23 Nov 2026 00:00:00 GMT", "20261123T000000", "20261123", "20261323T000000Z",
    "20261123T250000Z", "20261123t000000z", "1795392000", "", " ", "20261123T000000+0000", "20261131T000000Z",
    "20260229T000000Z",
)  # fmt: skip
AUTHORIZATIONS = {
    "with commas alone": AUTHORIZATION.replace(", ", ","),
    "with two blanks after the commas": AUTHORIZATION.replace(", ", ",  "),
    "with blanks before the commas": AUTHORIZATION.replace(", ", " , "),
    "with tabs after the commas": AUTHORIZATION.replace(", ", ",\t"),
    "with blanks in place of commas": AUTHORIZATION.replace(", ", " "),
    "with two blanks after the algorithm": AUTHORIZATION.replace(" Cred", "  Cred"),
    "with a tab after the algorithm": AUTHORIZATION.replace(" Cred", "\tCred"),
    "with a blank in front": " " + AUTHORIZATION,
    "with a blank at its end": AUTHORIZATION + " ",
    "with a comma at its end": AUTHORIZATION + ",",
    "with a line break at its end": AUTHORIZATION + "\n",
    "with a line break inside": AUTHORIZATION.replace(", Signature", ",\nSignature"),
    "in another order": "{algorithm} Signature={signature}, SignedHeaders={signed_headers}, Credential={credential}",
    "with another part": AUTHORIZATION + ", Extra=1",
    "with a part twice": AUTHORIZATION + ", Credential={credential}",
    "without the credential": "{algorithm} SignedHeaders={signed_headers}, Signature={signature}",
    "without the signed headers": "{algorithm} Credential={credential}, Signature={signature}",
    "without the signature": "{algorithm} Credential={credential}, SignedHeaders={signed_headers}",
    "with an empty credential": "{algorithm} Credential=, SignedHeaders={signed_headers}, Signature={signature}",
    "with no signed headers": "{algorithm} Credential={credential}, SignedHeaders=, Signature={signature}",
    "with an empty signature": "{algorithm} Credential={credential}, SignedHeaders={signed_headers}, Signature=",
    "without the algorithm": "Credential={credential}, SignedHeaders={signed_headers}, Signature={signature}",
    "with a credential of four parts": AUTHORIZATION.replace("{credential}", "AKIAIOSFODNN7EXAMPLE/20261123/us-east-1/sts"),
    "with a credential of seven parts": AUTHORIZATION.replace("{credential}", "one/two/{credential}"),
    "with names in lower case": AUTHORIZATION.replace("Credential", "credential").replace("Signature=", "signature="),
    "with a short signature": AUTHORIZATION.replace("{signature}", "{signature:.32}"),
    "with a long signature": AUTHORIZATION.replace("{signature}", "{signature}00"),
    "with quotes": AUTHORIZATION.replace("{signature}", '"{signature}"'),
    "with a word": "{algorithm} token",
    "of basic authentication": "Basic dXNlcjp3b3Jk",
    "empty": "",
}  # fmt: skip
ALGORITHMS = ("AWS4-HMAC-SHA512", "AWS4-ECDSA-P256-SHA256", "aws4-hmac-sha256", "AWS3", "Bearer")
METHODS = ("post", "Post", "PUT", "HEAD", "get", "POST ", "POST\n", "OPTIONS", "pOST", "DELETE")


def call_mutations() -> dict[str, CallMutation]:
    """Every change by its name."""
    found: dict[str, CallMutation] = {"nothing but the signature is new": lambda draft, random: None}
    for what, body in BODIES.items():
        found[f"body {what}"] = _setting("body", body)
    for what, url in URLS.items():
        found[f"url {what}"] = _setting("url", url)
        if what in ("with the default port", "in upper case", "with user information"):
            found[f"url {what}, signed for another host"] = _both(
                _setting("url", url), _setting("host", "sts.amazonaws.com")
            )
    for name, values in HEADERS.items():
        for value in values:
            found[f"header {name}: {value!r}, as clients sign it"] = _with_header(name, value)
            if name.isascii() and name.replace("-", "").isalnum():
                found[f"header {name}: {value!r}, signed"] = _both(_with_header(name, value), _signing(name))
                found[f"header {name}: {value!r}, not signed"] = _both(_with_header(name, value), _not_signing(name))
    for name in (*EXTRA_HEADERS, "X-Amz-Other"):
        found[f"header {name.lower()} in lower case"] = _with_header(name.lower(), "1")
    found["header Host of the url"] = _with_header("Host", "sts.amazonaws.com")
    found["header Host of another, signed"] = _both(
        _with_header("Host", "sts.eu-west-1.amazonaws.com"), _setting("host", "sts.eu-west-1.amazonaws.com")
    )
    found["header Host of another, not signed"] = _with_header("Host", "sts.eu-west-1.amazonaws.com")
    found["headers in lower case"] = _recased(str.lower)
    found["headers in upper case"] = _recased(str.upper)
    found["headers in mixed case"] = _recased(str.swapcase)
    found["headers in another order"] = lambda draft, random: random.shuffle(draft.headers)
    for what, value in SERVER_IDS.items():
        found[f"server ID {what}"] = _with_header(SERVER_ID_HEADER, value)
    found["server ID twice, equal"] = _doubled(SERVER_ID_HEADER, SERVER_ID)
    found["server ID twice, different"] = _doubled(SERVER_ID_HEADER, "vault.example.org")
    found["server ID is not signed"] = _both(_with_header(SERVER_ID_HEADER, SERVER_ID), _not_signing(SERVER_ID_HEADER))
    found["date twice"] = _doubled("X-Amz-Date", None)
    found["content type twice"] = _doubled("Content-Type", None)
    found["custom header twice"] = _both(_with_header("X-Custom", "1"), _doubled("X-Custom", "2"))
    for name in ("X-Amz-Date", "Content-Type", SERVER_ID_HEADER):
        found[f"header {name} is dropped"] = lambda draft, random, name=name: draft.drop(name)  # type: ignore[misc]
        found[f"header {name} is dropped and signed"] = _both(
            lambda draft, random: _sign_all(draft),
            lambda draft, random, name=name: draft.drop(name),  # type: ignore[misc]
        )
    for region in REGIONS:
        found[f"scope of region {region!r}"] = _setting("region", region)
    for service in ("iam", "", "STS", "execute-api"):
        found[f"scope of service {service!r}"] = _setting("service", service)
    for terminator in ("aws4", "", "AWS4_REQUEST", "aws5_request"):
        found[f"scope that ends in {terminator!r}"] = _setting("terminator", terminator)
    for day in ("20200101", "", "2026-11-23", "20261123T"):
        found[f"scope of the day {day!r}"] = _setting("scope_date", day)
    for what, offset in TIMES.items():
        found[f"signed {what}"] = lambda draft, random, offset=offset: draft.move(**offset)  # type: ignore[misc]
    for written in DATES:
        found[f"date {written!r}"] = _with_header("X-Amz-Date", written)
    for name in ("host", "x-amz-date", "content-type", SERVER_ID_HEADER.lower()):
        found[f"{name} is not signed"] = _not_signing(name)
    for name in ("x-custom", "user-agent", "content-length", "accept-encoding", "transfer-encoding", "te", "date"):
        found[f"{name} is signed and not sent"] = _signing(name)
    found["signed headers are not sorted"] = lambda draft, random: _names(draft, sorted(draft.signs(), reverse=True))
    found["signed headers are in upper case"] = lambda draft, random: _names(draft, [n.upper() for n in draft.signs()])
    found["a signed header is there twice"] = lambda draft, random: _names(draft, [*draft.signs(), draft.signs()[-1]])
    found["an empty name is signed"] = lambda draft, random: _names(draft, ["", *draft.signs()])
    for what, template in AUTHORIZATIONS.items():
        found[f"authorization {what}"] = _setting("authorization", template)
    found["authorization is left out"] = _setting("authorization", None)
    for algorithm in ALGORITHMS:
        found[f"algorithm {algorithm}"] = _setting("algorithm", algorithm)
    for method in METHODS:
        found[f"method {method!r}"] = _setting("method", method)
    found["method GET"] = _setting("method", "GET")
    found["method GET with the action in the url"] = _get("https://sts.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15")
    for what, query in {
        "without action": "Version=2011-06-15",
        "with two actions": "Action=GetCallerIdentity&Action=GetCallerIdentity&Version=2011-06-15",
        "with another action": "Action=GetSessionToken&Version=2011-06-15",
        "with the action in lower case": "action=GetCallerIdentity&Version=2011-06-15",
        "without version": "Action=GetCallerIdentity",
        "with a semicolon": "Action=GetCallerIdentity;x&Version=2011-06-15",
        "with another key": "Action=GetCallerIdentity&Version=2011-06-15&Other=1",
        "with an X-Amz- key": "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Other=1",
        "with an X-Amz- key in lower case": "Action=GetCallerIdentity&Version=2011-06-15&x-amz-date=1",
        "with an extra X-Amz- key": f"Action=GetCallerIdentity&Version=2011-06-15&{EXTRA_HEADERS[0]}=1",
    }.items():
        found[f"method GET {what}"] = _get(f"https://sts.amazonaws.com/?{query}")
    found["method GET with a body"] = _both(
        _get("https://sts.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"), _setting("body", "a=b")
    )
    found["method GET with an empty body"] = _both(
        _get("https://sts.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"), _setting("body", "")
    )
    for what, parameters in {
        "": {},
        "with its expiry": {"X-Amz-Expires": "60"},
        "with a user agent": {"X-Amz-User-Agent": "aws-sdk"},
        "with another parameter": {"X-Amz-Other": "1"},
        "with an extra parameter": {EXTRA_HEADERS[1]: "1"},
        "for another version": {"Version": "2010-05-08"},
        "for another algorithm": {"X-Amz-Algorithm": "AWS4-HMAC-SHA512"},
        "for another time": {"X-Amz-Date": "20200101T000000Z"},
        "with an ill-formed time": {"X-Amz-Date": "now"},
    }.items():
        found[f"presigned url {what}".rstrip()] = _presigned(parameters)
    found["presigned url sent as POST"] = _both(_presigned({}), _setting("method", "POST"))
    found["session token is dropped"] = lambda draft, random: draft.drop("X-Amz-Security-Token")
    found["session token is empty"] = _with_header("X-Amz-Security-Token", "")
    found["session token is sent with any key"] = lambda draft, random: draft.set(
        "X-Amz-Security-Token", draft.identity.session_token or "FwoGZXIvYXdzEXAMPLE"
    )
    found["access key ID with a slash"] = _setting("access_key_id", "wJalrXUtnFEMI/K7MDENG")
    found["access key ID with a plus sign"] = _setting("access_key_id", "wJalrXUtnFEMI+K7MDENG")
    return {name: _signed_again(mutation) for name, mutation in found.items()}


def _signed_again(mutation: CallMutation) -> CallMutation:
    def change(draft: Draft, random: Random) -> None:
        draft.original_authorization = None
        mutation(draft, random)

    return change


def _both(first: CallMutation, second: CallMutation) -> CallMutation:
    def change(draft: Draft, random: Random) -> None:
        first(draft, random)
        second(draft, random)

    return change


def _setting(attribute: str, value: str | None) -> CallMutation:
    return lambda draft, random: setattr(draft, attribute, value)


def _with_header(name: str, value: str) -> CallMutation:
    return lambda draft, random: draft.set(name, value)


def _doubled(name: str, value: str | None) -> CallMutation:
    """Sends a header again, with another value if there is one."""

    def change(draft: Draft, random: Random) -> None:
        again = draft.header(name) if value is None else value
        draft.headers.append((name, again or ""))

    return change


def _sign_all(draft: Draft) -> None:
    draft.signed_names = draft.signs()


def _signing(name: str) -> CallMutation:
    return lambda draft, random: _names(draft, sorted({*draft.signs(), name.lower()}))


def _not_signing(name: str) -> CallMutation:
    return lambda draft, random: _names(draft, [signed for signed in draft.signs() if signed != name.lower()])


def _names(draft: Draft, names: list[str]) -> None:
    draft.signed_names = names


def _recased(recase: Callable[[str], str]) -> CallMutation:
    def change(draft: Draft, random: Random) -> None:
        draft.headers = [(recase(name), value) for name, value in draft.headers]

    return change


def _get(url: str) -> CallMutation:
    def change(draft: Draft, random: Random) -> None:
        draft.method, draft.url, draft.body = "GET", url, None
        draft.drop("Content-Type")

    return change


def _presigned(parameters: dict[str, str]) -> CallMutation:
    def change(draft: Draft, random: Random) -> None:
        draft.method, draft.body, draft.presigned = "GET", None, parameters

    return change
