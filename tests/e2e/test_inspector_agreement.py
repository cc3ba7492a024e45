"""The inspector's verdict on thousands of logins, held against the real server's."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import local

import pytest
import requests

from agreement.cases import Case, cases
from agreement.mounts import MOUNTS
from agreement.outcome import Outcome
from agreement.table import table
from bed import TestBed
from command import COMPONENT, ROOT
from vault_aws_login import Component

THREADS = 4


@pytest.fixture(scope="module")
def component() -> Component:
    """The component that is shipped."""
    return Component((ROOT / COMPONENT).read_bytes())


@pytest.fixture(scope="module")
def outcomes(bed: TestBed, component: Component) -> list[Outcome]:
    """What the inspector predicts of each login, and what the server says."""
    user = bed.aws.user("agreement-user")
    role = bed.aws.role("agreement-role")
    session = bed.aws.session(role)
    for mount in MOUNTS:
        mount.set_up(bed, user.arn, role.arn)
    connections = local()

    def meet(case: Case) -> Outcome:
        if not hasattr(connections, "session"):
            connections.session = requests.Session()
        now = int(time.time())
        profile = case.mount.profile(case.identity, case.role(), (user.arn, role.arn))
        findings = component.check_login(case.text, profile, time=now)
        answer = connections.session.post(
            f"{bed.vault.address}/v1/auth/{case.mount.path}/login", data=case.text.encode("utf-8", "surrogatepass"), timeout=60
        )
        answered = answer.json() if answer.content else {}
        return Outcome(case, findings, answer.status_code, "\n".join(answered.get("errors", [])))

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(meet, cases(component, [user, session])))


def test_every_firm_prediction_is_the_servers_verdict(outcomes: list[Outcome]) -> None:
    print("\n" + table(outcomes))
    assert [outcome for outcome in outcomes if outcome.disagreement()] == []
    firm = [outcome for outcome in outcomes if outcome.is_firm]
    assert (len(outcomes) >= 2000, len(firm) >= 1500) == (True, True), (len(outcomes), len(firm))
