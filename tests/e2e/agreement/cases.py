"""Makes the logins: valid ones, changed from a fixed seed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from vault_aws_iam_login import Credentials, Module

from agreement.breakages import BREAKAGES, broken
from agreement.call_mutations import call_mutations
from agreement.draft import Draft
from agreement.login_mutations import field_mutations, text_mutations
from agreement.mounts import MOUNTS, ROLE, Mount
from bed import Identity, Signer

SEED = 20300331
BROKEN = 300
PAIRS = 600


@dataclass(frozen=True)
class Case:
    """A login that is sent."""

    mount: Mount
    identity: Identity
    name: str
    text: str
    broken: bool = False

    def role(self) -> str:
        """The role that the server looks for: the one of the login, or else the name of the caller."""
        try:
            login = json.loads(self.text)
            role = login.get("role") if isinstance(login, dict) else None
        except ValueError:
            role = None
        if isinstance(role, bool):
            return str(int(role))
        return str(role) if role not in (None, "") else caller_name(self.identity)


def caller_name(identity: Identity) -> str:
    """The name of the IAM user or role, never that of the session."""
    kind, name, *_ = identity.arn.rpartition(":")[2].split("/")
    return name


def cases(module: Module, identities: list[Identity]) -> Iterator[Case]:
    """Every change on every mount, each to a login of some client and caller; then pairs of changes and breakages."""
    random = Random(SEED)
    calls, fields, texts = call_mutations(), field_mutations(), text_mutations()

    def base(mount: Mount) -> Draft:
        identity = random.choice(identities)
        make = random.choice((botocores, ours))
        return Draft.of(json.loads(make(module, mount, identity)), identity, mount.region)

    for mount in MOUNTS:
        for identity in identities:
            for client in (botocores, ours):
                name = f"{client.__name__} own login"
                yield Case(mount, identity, name, client(module, mount, identity))
        for name, change_call in calls.items():
            draft = base(mount)
            change_call(draft, random)
            yield Case(mount, draft.identity, name, json.dumps(draft.packed().fields()))
        for name, change_fields in fields.items():
            draft = base(mount)
            login = draft.packed().fields()
            change_fields(login, random)
            yield Case(mount, draft.identity, name, json.dumps(login))
        for name, change_text in texts.items():
            draft = base(mount)
            yield Case(mount, draft.identity, name, change_text(json.dumps(draft.packed().fields()), random))
    # Two at once show that the first refusal is the server's.
    for _ in range(PAIRS):
        mount = random.choice(MOUNTS)
        draft = base(mount)
        # Some forms of the headers hold one value for each name, and a change of the URL may undo that of the host.
        once = [name for name in calls if "twice" not in name and "another host" not in name]
        first, second = random.choice(once), random.choice([*once, *fields])
        calls[first](draft, random)
        if second in calls:
            calls[second](draft, random)
        login = draft.packed().fields()
        if second in fields:
            fields[second](login, random)
        yield Case(mount, draft.identity, f"{first} + {second}", json.dumps(login))
    for number in range(BROKEN):
        mount = random.choice(MOUNTS)
        draft = base(mount)
        what = BREAKAGES[number % len(BREAKAGES)]
        yield Case(mount, draft.identity, what, json.dumps(broken(draft, what, random).fields()), broken=True)


def botocores(module: Module, mount: Mount, identity: Identity) -> str:
    """A login signed by AWS's own library."""
    signer = Signer(region=mount.region, server_id=mount.server_id or None)
    return json.dumps(signer.sign(identity).login(ROLE))


def ours(module: Module, mount: Mount, identity: Identity) -> str:
    """A login signed by the module under test."""
    credentials = Credentials(identity.access_key_id, identity.secret_access_key, identity.session_token)
    return module.sign_login(credentials, role=ROLE, server_id=mount.server_id or None, region=mount.region)
