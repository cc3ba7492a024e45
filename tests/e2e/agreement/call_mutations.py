"""Changes to the call to STS before it is signed, so that the signature is right."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from agreement.call_values import (
    ACTION,
    ALGORITHMS,
    AUTHORIZATIONS,
    BODIES,
    DATES,
    HEADERS,
    METHODS,
    REGIONS,
    SERVER_IDS,
    TIMES,
    URLS,
)
from agreement.draft import Draft
from agreement.mounts import EXTRA_HEADERS, SERVER_ID
from bed.botocore_login import SERVER_ID_HEADER

CallMutation = Callable[[Draft, Random], None]


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
    found["method GET with the action in the url"] = _get(f"https://sts.amazonaws.com/?{ACTION}")
    for what, query in {
        "without action": "Version=2011-06-15",
        "with two actions": "Action=GetCallerIdentity&Action=GetCallerIdentity&Version=2011-06-15",
        "with another action": "Action=GetSessionToken&Version=2011-06-15",
        "with the action in lower case": "action=GetCallerIdentity&Version=2011-06-15",
        "without version": "Action=GetCallerIdentity",
        "with a semicolon": "Action=GetCallerIdentity;x&Version=2011-06-15",
        "with another key": f"{ACTION}&Other=1",
        "with an X-Amz- key": f"{ACTION}&X-Amz-Other=1",
        "with an X-Amz- key in lower case": f"{ACTION}&x-amz-date=1",
        "with an extra X-Amz- key": f"{ACTION}&{EXTRA_HEADERS[0]}=1",
    }.items():
        found[f"method GET {what}"] = _get(f"https://sts.amazonaws.com/?{query}")
    for what, body in {"a body": "a=b", "an empty body": ""}.items():
        found[f"method GET with {what}"] = _both(_get(f"https://sts.amazonaws.com/?{ACTION}"), _setting("body", body))
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
