"""Logins whose signature is wrong on purpose, which only the owner of the secret can know."""

from __future__ import annotations

from random import Random

from agreement.draft import Draft, Packed

BREAKAGES = (
    "a digit of the signature differs",
    "the secret is another one",
    "the secret has a line break at its end",
    "another host was signed",
    "another length was signed",
    "the body was changed",
    "the content type was changed",
    "the date was changed",
    "a signed header was changed",
    "the path was changed",
    "the access key ID is unknown",
    "the session token is that of another session",
)


def broken(draft: Draft, what: str, random: Random) -> Packed:
    """Signs the draft and breaks that."""
    draft.original_authorization = None
    match what:
        case "the secret is another one":
            draft.secret_access_key = "".join(random.sample(draft.secret_access_key, len(draft.secret_access_key)))
        case "the secret has a line break at its end":
            draft.secret_access_key += "\n"
        case "another host was signed":
            draft.host = random.choice(("sts.amazonaws.com:443", "sts.us-west-1.amazonaws.com", "STS.AMAZONAWS.COM", ""))
        case "another length was signed":
            draft.set("Content-Length", str(random.choice((0, 42, 44, 4300))))
            draft.signed_names = sorted({*draft.signs(), "content-length"})
        case "a signed header was changed":
            draft.set("X-Custom", "before")
        case "the access key ID is unknown":
            draft.access_key_id = "AKIA" + "".join(random.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=16))
            draft.drop("X-Amz-Security-Token")
        case "the session token is that of another session" if draft.identity.session_token is None:
            # Without a session, swap the key instead.
            draft.secret_access_key = draft.secret_access_key.swapcase()
        case "the session token is that of another session":
            draft.set("X-Amz-Security-Token", "FwoGZXIvYXdzEXAMPLE" + str(random.random()))
    packed = draft.packed()
    match what:
        case "a digit of the signature differs":
            name, authorization = packed.headers[0]
            last = authorization[-1]
            other = random.choice([digit for digit in "0123456789abcdef" if digit != last])
            packed.headers[0] = (name, authorization[:-1] + other)
        case "the body was changed":
            packed.body = "Version=2011-06-15&Action=GetCallerIdentity"
        case "the content type was changed":
            _change(packed, "Content-Type", f"application/x-www-form-urlencoded; charset={random.random()}")
        case "the date was changed":
            second = draft.timestamp[-2]
            other = random.choice([digit for digit in "0123456789" if digit != second])
            _change(packed, "X-Amz-Date", f"{draft.timestamp[:-2]}{other}Z")
        case "a signed header was changed":
            _change(packed, "X-Custom", f"after {random.random()}")
        case "the path was changed":
            packed.url += random.choice(("sts", "%2F", ";", "a/b"))
    return packed


def _change(packed: Packed, name: str, value: str) -> None:
    packed.headers = [(key, value if key.lower() == name.lower() else old) for key, old in packed.headers]
