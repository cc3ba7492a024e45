"""Changes to a signed login: its fields, its roles and its JSON. The signature stays right."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from random import Random
from typing import Any
from urllib.parse import urlencode

from agreement.draft import encoded
from agreement.mounts import EC2_ROLE, INSTANCE_ROLE, MISSING_ROLE, OTHERS_ROLE

Fields = dict[str, Any]
FieldMutation = Callable[[Fields, Random], None]
TextMutation = Callable[[str, Random], str]

METHOD, URL, BODY, HEADERS = (
    "iam_http_request_method",
    "iam_request_url",
    "iam_request_body",
    "iam_request_headers",
)
SIGNED = (METHOD, URL, BODY, HEADERS)

ENCODINGS: dict[str, Callable[[str], Any]] = {
    "empty": lambda text: "",
    "null": lambda text: None,
    "a number": lambda text: 43,
    "a fraction": lambda text: 4.5,
    "true": lambda text: True,
    "false": lambda text: False,
    "a list": lambda text: [text],
    "an empty list": lambda text: [],
    "an object": lambda text: {"value": text},
    "an empty object": lambda text: {},
    "a list of lists": lambda text: [[text]],
    "with a space at its end": lambda text: text + " ",
    "with a space in front": lambda text: " " + text,
    "with a space inside": lambda text: text[:2] + " " + text[2:],
    "with a line break at its end": lambda text: text + "\n",
    "in lines": lambda text: "\r\n".join(text[at : at + 2] for at in range(0, len(text), 2)),
    "with a tab": lambda text: text + "\t",
    "cut off": lambda text: text[:-3],
    "without padding": lambda text: text.rstrip("="),
    "padded once more": lambda text: text + "=",
    "padded by four": lambda text: text + "====",
    "twice": lambda text: text + text,
    "with bytes that are no base64": lambda text: text + "ü!",
    "with a NUL": lambda text: text + "\0",
    "encoded again": encoded,
    "in URL-safe base64": lambda text: base64.urlsafe_b64encode(base64.b64decode(text + "==")).decode()
    if _is_base64(text)
    else text.replace("+", "-"),
    "URL-safe for certain": lambda text: base64.urlsafe_b64encode(b"\xfb\xff" + text.encode()).decode(),
    "decoded": lambda text: base64.b64decode(text).decode("latin-1") if _is_base64(text) else text,
    "in hexadecimal": lambda text: text.encode().hex(),
    "in quotes": lambda text: f'"{text}"',
    "in lower case": str.lower,
    "decoded, with a line break, encoded": lambda text: _reencoded(text, lambda data: data + b"\n"),
    "decoded, with a byte order mark, encoded": lambda text: _reencoded(text, lambda data: b"\xef\xbb\xbf" + data),
    "decoded, with bytes that are no UTF-8, encoded": lambda text: _reencoded(text, lambda data: data + b"\xff\xfe"),
    "of nothing, encoded": lambda text: "====",
}

ROLES: dict[str, Any] = {
    "empty": "",
    "null": None,
    "in upper case": "DEV",
    "unknown": MISSING_ROLE,
    "of others": OTHERS_ROLE,
    "of type ec2": EC2_ROLE,
    "of instances": INSTANCE_ROLE,
    "a number": 7,
    "true": True,
    "false": False,
    "a list": ["dev"],
    "an object": {"name": "dev"},
    "an ARN": "arn:aws:iam::123456789012:role/dev",
    "with a path": "team/dev",
    "with a space at its end": "dev ",
    "with a line break": "dev\n",
    "with a point": "dev.",
    "of points": "..",
    "with an umlaut": "dév",
    "long": "d" * 5000,
}

# What `iam_request_headers` may be, from the headers as pairs.
HEADER_FORMS: dict[str, Callable[[list[tuple[str, str]]], Any]] = {
    "an object of strings": dict,
    "an object of lists": lambda pairs: {name: [value] for name, value in pairs},
    "an object of both": lambda pairs: {name: [value] if at % 2 else value for at, (name, value) in enumerate(pairs)},
    "JSON without base64": lambda pairs: json.dumps(dict(pairs)),
    "JSON of lists without base64": lambda pairs: json.dumps({name: [value] for name, value in pairs}),
    "base64 of strings": lambda pairs: encoded(json.dumps(dict(pairs))),
    "base64 of JSON in lines": lambda pairs: encoded(json.dumps(dict(pairs), indent=2)),
    "base64 of JSON with something behind": lambda pairs: encoded(json.dumps(dict(pairs)) + " and more"),
    "base64 of JSON with spaces around": lambda pairs: encoded(f"\n {json.dumps(dict(pairs))} \n"),
    "base64 of JSON in JSON": lambda pairs: encoded(json.dumps(json.dumps(dict(pairs)))),
    "base64 of a list": lambda pairs: encoded(json.dumps([dict(pairs)])),
    "base64 of lines": lambda pairs: encoded("\n".join(f"{name}: {value}" for name, value in pairs)),
    "base64 of null": lambda pairs: encoded("null"),
    "base64 of an empty object": lambda pairs: encoded("{}"),
    "base64 of a number": lambda pairs: encoded("43"),
    "base64 of a doubled key": lambda pairs: encoded('{"X-Form":"1",' + json.dumps(dict(pairs))[1:-1] + ',"X-Form":"2"}'),
    "base64 of cut-off JSON": lambda pairs: encoded(json.dumps(dict(pairs))[:-9]),
    "a list of pairs": lambda pairs: [f"{name}:{value}" for name, value in pairs],
    "a list of pairs with spaces": lambda pairs: [f"{name}: {value}" for name, value in pairs],
    "a list of pairs without colon": lambda pairs: [name for name, _ in pairs],
    "a list of pairs and one without name": lambda pairs: [*(f"{name}:{value}" for name, value in pairs), ":x"],
    "a list of pairs and a number": lambda pairs: [*(f"{name}:{value}" for name, value in pairs), 4],
    "a list of one object": lambda pairs: [dict(pairs)],
    "a list of objects": lambda pairs: [{name: value} for name, value in pairs],
    "a list of objects and a string": lambda pairs: [dict(pairs), "X-Form:1"],
    "a list of objects and null": lambda pairs: [dict(pairs), None],
    "an empty object": lambda pairs: {},
    "an empty list": lambda pairs: [],
    "null": lambda pairs: None,
    "an object with a number": lambda pairs: dict(pairs) | {"X-Form": 7},
    "an object with a fraction": lambda pairs: dict(pairs) | {"X-Form": [1.5, 1000000]},
    "an object with a large number": lambda pairs: dict(pairs) | {"X-Form": 12345678901234567890},
    "an object with true": lambda pairs: dict(pairs) | {"X-Form": True},
    "an object with null": lambda pairs: dict(pairs) | {"X-Form": None},
    "an object with an object": lambda pairs: dict(pairs) | {"X-Form": {"a": "b"}},
    "an object with a list of lists": lambda pairs: dict(pairs) | {"X-Form": [["a"]]},
    "an object with a list with true": lambda pairs: dict(pairs) | {"X-Form": ["a", True]},
    "an object with a list with null": lambda pairs: dict(pairs) | {"X-Form": ["a", None]},
    "an object with an empty list": lambda pairs: dict(pairs) | {"X-Form": []},
    "an object with no authorization in its list": lambda pairs: dict(pairs) | {"Authorization": []},
    "an object with two spellings": lambda pairs: dict(pairs) | {name.lower(): value for name, value in pairs},
    "an object with two spellings that differ": lambda pairs: dict(pairs) | {"X-Form": "1", "x-form": "2"},
    "an object with the authorization in two": lambda pairs: dict(pairs)
    | {"Authorization": next((value.split(", ", 1) for name, value in pairs if name == "Authorization"), [])},
}  # fmt: skip


def field_mutations() -> dict[str, FieldMutation]:
    """Every change to the fields by its name."""
    found: dict[str, FieldMutation] = {}
    for name in SIGNED:
        found[f"{name} is removed"] = lambda fields, random, name=name: _remove(fields, name)  # type: ignore[misc]
        found[f"{name} in upper case"] = lambda fields, random, name=name: _rename(fields, name, name.upper())  # type: ignore[misc]
        found[f"{name} is misspelt"] = lambda fields, random, name=name: _rename(fields, name, name + "s")  # type: ignore[misc]
        for what, encoding in ENCODINGS.items():
            found[f"{name} {what}"] = _encoding(name, encoding)
        for other in SIGNED:
            if name < other:
                found[f"{name} and {other} are swapped"] = _swapping(name, other)
    for what, role in ROLES.items():
        found[f"role {what}"] = lambda fields, random, role=role: fields.update(role=role)  # type: ignore[misc]
    found["role is left out"] = lambda fields, random: _remove(fields, "role")
    for what, form in HEADER_FORMS.items():
        found[f"headers as {what}"] = _header_form(form)
    more: dict[str, Fields] = {
        "a nonce": {"nonce": "5defbf9e-a8f9-3063-bdfc-54b7a42a1f95"},
        "a nonce that is an object": {"nonce": {}},
        "an identity alone": {"identity": "e30="},
        "a signature alone": {"signature": "e30="},
        "identity and signature": {"identity": "e30=", "signature": "e30="},
        "pkcs7": {"pkcs7": "MIAGCSqGSIb3DQEHAqCAMIACAQE"},
        "pkcs7 that is a list": {"pkcs7": ["MIAGCSqGSIb3DQEHAqCAMIACAQE"]},
        "an unknown key": {"region": "us-east-1"},
        "an unknown key with an object": {"metadata": {"a": [1, 2, {"b": None}]}},
        "many strings": {"list": ["entry"] * 700},
        "more strings than OpenBao takes": {"list": ["entry"] * 2000},
        "a long list": {"list": list(range(5000))},
    }
    for what, fields in more.items():
        found[f"with {what}"] = lambda login, random, fields=fields: login.update(fields)  # type: ignore[misc]
    for name in SIGNED:
        found[f"ec2 in place of {name}"] = _both(
            lambda fields, random, name=name: _remove(fields, name),  # type: ignore[misc]
            lambda fields, random: fields.update(identity="e30=", signature="e30="),
        )
    found["nothing but the role"] = lambda fields, random: [_remove(fields, name) for name in SIGNED] and None
    return found


def text_mutations() -> dict[str, TextMutation]:
    """Every change to the JSON by its name."""
    return {
        "in lines": lambda text, random: json.dumps(json.loads(text), indent="\t"),
        "with Windows line breaks": lambda text, random: json.dumps(json.loads(text), indent=2).replace("\n", "\r\n"),
        "without spaces": lambda text, random: json.dumps(json.loads(text), separators=(",", ":")),
        "in another order": _shuffled,
        "escaped": lambda text, random: "".join(f"\\u{ord(c):04x}" if c.isalpha() else c for c in text),
        "with spaces around": lambda text, random: f" \n\t{text}\r\n ",
        "with a line break behind": lambda text, random: text + "\n",
        "with an object behind": lambda text, random: text + "{}",
        "with words behind": lambda text, random: text + " x",
        "with a bracket behind": lambda text, random: text + "}",
        "with a byte order mark": lambda text, random: "\ufeff" + text,
        "cut off": lambda text, random: text[: random.randrange(1, len(text) - 1)],
        "without its last brace": lambda text, random: text[:-1],
        "with single quotes": lambda text, random: text.replace('"', "'"),
        "with a comma too many": lambda text, random: text[:-1] + ",}",
        "with a comma missing": lambda text, random: text.replace(", ", " ", 1),
        "with keys without quotes": lambda text, random: text.replace('"iam_request_url"', "iam_request_url"),
        "with a comment": lambda text, random: text.replace("{", "{/* login */", 1),
        "with NaN": lambda text, random: text[:-1] + ', "x": NaN}',
        "with a number that begins with 0": lambda text, random: text[:-1] + ', "x": 01}',
        "with a number that has no digits": lambda text, random: text[:-1] + ', "x": -}',
        "with a huge number": lambda text, random: text[:-1] + ', "x": 1e400}',
        "with a line break in a string": lambda text, random: text[:-1] + ', "x": "a\nb"}',
        "with a control character in a string": lambda text, random: text[:-1] + ', "x": "a\x01b"}',
        "with an unknown escape": lambda text, random: text[:-1] + ', "x": "\\x41"}',
        "with half a surrogate": lambda text, random: text[:-1] + ', "x": "\\ud800"}',
        "with a NUL escape": lambda text, random: text[:-1] + ', "x": "\\u0000"}',
        "with a duplicate role": lambda text, random: '{"role": "other", ' + text[1:],
        "with an equal role doubled": lambda text, random: '{"role": "dev", ' + text[1:],
        "with the url doubled": lambda text, random: '{"iam_request_url": "", ' + text[1:],
        "with an unknown key doubled": lambda text, random: '{"x": 1, "x": 2, ' + text[1:],
        "with 100 lists inside each other": lambda text, random: text[:-1] + ', "x": ' + "[" * 100 + "]" * 100 + "}",
        "in a list": lambda text, random: f"[{text}]",
        "in a string": lambda text, random: json.dumps(text),
        "in another object": lambda text, random: f'{{"data": {text}}}',
        "null": lambda text, random: "null",
        "a number": lambda text, random: "43",
        "true": lambda text, random: "true",
        "an empty object": lambda text, random: "{}",
        "an empty list": lambda text, random: "[]",
        "nothing at all": lambda text, random: "",
        "a space": lambda text, random: " ",
        "a form": lambda text, random: urlencode({k: v for k, v in json.loads(text).items() if isinstance(v, str)}),
        "in base64": lambda text, random: encoded(text),
        "YAML": lambda text, random: "\n".join(f"{name}: {value}" for name, value in json.loads(text).items()),
        "XML": lambda text, random: f"<login>{text}</login>",
    }


def _header_form(form: Callable[[list[tuple[str, str]]], Any]) -> FieldMutation:
    def change(fields: Fields, random: Random) -> None:
        headers = json.loads(base64.b64decode(fields[HEADERS]))
        fields[HEADERS] = form([(name, value) for name, values in headers.items() for value in values])

    return change


def _encoding(name: str, encoding: Callable[[str], Any]) -> FieldMutation:
    def change(fields: Fields, random: Random) -> None:
        # A GET has no body.
        fields[name] = encoding(fields.get(name, ""))

    return change


def _swapping(one: str, other: str) -> FieldMutation:
    def change(fields: Fields, random: Random) -> None:
        fields[one], fields[other] = fields.get(other, ""), fields.get(one, "")

    return change


def _both(first: FieldMutation, second: FieldMutation) -> FieldMutation:
    def change(fields: Fields, random: Random) -> None:
        first(fields, random)
        second(fields, random)

    return change


def _remove(fields: Fields, name: str) -> None:
    fields.pop(name, None)


def _rename(fields: Fields, name: str, new: str) -> None:
    fields[new] = fields.pop(name, "")


def _shuffled(text: str, random: Random) -> str:
    entries = list(json.loads(text).items())
    random.shuffle(entries)
    return json.dumps(dict(entries))


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except ValueError:
        return False
    return len(text) > 8


def _reencoded(text: str, change: Callable[[bytes], bytes]) -> str:
    data = base64.b64decode(text) if _is_base64(text) else text.encode()
    return encoded(change(data)) if _is_base64(text) else change(data).decode("utf-8", "replace")
