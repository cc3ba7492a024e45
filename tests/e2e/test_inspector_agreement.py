"""The inspector's verdict on thousands of logins, held against the real server's."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from threading import Lock

import pytest
import requests

from agreement.cases import BROKEN, Case, cases
from agreement.clients import Client, botocore, build_go_client, go_client, python_client
from agreement.mounts import MOUNTS, ROLE, Mount
from agreement.outcome import Outcome
from agreement.rows import ROWS, table
from bed import Identity, TestBed
from command import ROOT
from vault_aws_iam_login import Module

THREADS = 4


@dataclass(frozen=True)
class Callers:
    """Who logs in, and the principals that the roles of every mount are bound to."""

    user: Identity
    session: Identity
    principals: tuple[str, ...]


@pytest.fixture(scope="module")
def module() -> Module:
    """The module that is shipped."""
    return Module((ROOT / "dist" / "vault-aws-login.core.wasm").read_bytes())


@pytest.fixture(scope="module")
def callers(bed: TestBed) -> Callers:
    user = bed.aws.user("agreement-user")
    role = bed.aws.role("agreement-role")
    for mount in MOUNTS:
        mount.set_up(bed, user.arn, role.arn)
    return Callers(user, bed.aws.session(role), (user.arn, role.arn))


@pytest.fixture(scope="module")
def outcomes(bed: TestBed, module: Module, callers: Callers) -> list[Outcome]:
    """What the inspector predicts of each login, and what the server says."""
    made = cases(module, [callers.user, callers.session])
    turn = Lock()

    def meet_all() -> Iterator[Outcome]:
        with requests.Session() as connection:
            while True:
                # A login is made when it is its turn, so that its time of signing is near.
                with turn:
                    case = next(made, None)
                if case is None:
                    return
                profile = case.mount.profile(case.identity, case.role(), callers.principals)
                findings = module.check_login(case.text, profile, time=int(time.time()))
                status, error = post(connection, bed, case)
                yield Outcome(case, findings, status, error)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(chain.from_iterable(pool.map(lambda number: list(meet_all()), range(THREADS))))


def post(connection: requests.Session, bed: TestBed, case: Case) -> tuple[int, str]:
    url = f"{bed.vault.address}/v1/auth/{case.mount.path}/login"
    answer = connection.post(url, data=case.text.encode(), timeout=60)
    return answer.status_code, "\n".join(answer.json().get("errors", []))


def test_every_firm_prediction_is_the_servers_verdict(
    outcomes: list[Outcome], capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        print("\n" + table(outcomes))
    assert [outcome for outcome in outcomes if outcome.disagreement] == []
    firm = [outcome for outcome in outcomes if outcome.is_firm]
    assert (len(outcomes) >= 2000, len(firm) >= 1500) == (True, True), (len(outcomes), len(firm))


def test_every_signature_that_was_broken_is_refused(outcomes: list[Outcome]) -> None:
    verdicts = [outcome.verdict for outcome in outcomes if outcome.case.broken]
    assert verdicts == ["refused"] * BROKEN


def test_every_row_of_the_contract_was_met_or_says_why_not(outcomes: list[Outcome]) -> None:
    met = {outcome.row for outcome in outcomes}
    assert [row for row in ROWS if (row in met) == bool(row.not_run)] == []


@pytest.fixture(scope="module")
def go_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_go_client(tmp_path_factory.mktemp("go-login"))


@pytest.mark.parametrize("mount", MOUNTS, ids=lambda mount: mount.path)
@pytest.mark.parametrize("client", ["botocore", "hvac", "go"])
def test_login_of_another_client_is_checked_without_a_false_alarm(
    bed: TestBed, module: Module, callers: Callers, go_program: Path, mount: Mount, client: str
) -> None:
    sign: Client = {"botocore": botocore, "hvac": python_client, "go": go_client(go_program)}[client]
    for identity in (callers.user, callers.session):
        login = sign(bed, mount, identity)
        profile = mount.profile(identity, ROLE, callers.principals)
        assert module.check_login(login, profile) == []
        assert bed.login(login, mount=mount.path).status == 200
