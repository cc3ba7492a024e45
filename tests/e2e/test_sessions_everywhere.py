"""Every host's session shows the same sequence of events: the scenarios of `scenarios/sessions.toml`.

All hosts run a scenario side by side on one test bed, each with its own mount, role, STS and metadata endpoint. First the
scenarios that stop a server for all, one after the other; then the others, some at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bed import TestBed
from envoy_process import Envoy
from session_hosts import PROGRAMS, Agent, EnvoyHosts
from session_scenarios import SCENARIOS_FILE, Scenario, Story, load, stories

SCENARIOS = load()
HOSTS = ["agent", "envoy", *PROGRAMS]
SIDE_BY_SIDE = 4


@pytest.fixture(scope="module")
def told(
    bed: TestBed, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Story]]:
    """Runs the scenarios of the tests that were selected."""
    wanted: dict[str, list[str]] = {}
    for item in request.session.items:
        if item.module is request.module and (chosen := getattr(item, "callspec", None)):
            wanted.setdefault(chosen.params["scenario"], []).append(chosen.params["host"])
    for name in {host for hosts in wanted.values() for host in hosts} & set(PROGRAMS):
        PROGRAMS[name].prepare()
    prepared = dict(stories(bed, tmp_path_factory.mktemp("sessions"), SCENARIOS, wanted))
    filters = EnvoyHosts(Envoy(tmp_path_factory.mktemp("envoy")))
    for story in prepared.values():
        if "envoy" in story.runs:
            filters.prepare(story.runs["envoy"].setting)
    hosts = {"agent": Agent, "envoy": filters} | PROGRAMS
    with filters.envoy as envoy:
        for name, story in prepared.items():
            if SCENARIOS[name].together:
                story.run(bed, hosts)
        others = [story for name, story in prepared.items() if not SCENARIOS[name].together]
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            list(pool.map(lambda story: story.run(bed, hosts), others))
        assert not envoy.crashes()
        yield prepared


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_session_shows_the_events_of_the_scenario(told: dict[str, Story], scenario: str, host: str) -> None:
    story = told[scenario]
    run = story.runs[host]
    if host in story.failures:
        raise AssertionError(f"{story.failures[host]}\nthe host printed:\n{run.output}")
    assert run.events == run.scenario.events(run.details), run.output
    assert run.requests == list(run.scenario.requests), run.output


def test_scenarios_differ_for_a_host_only_with_a_reason() -> None:
    for scenario in SCENARIOS.values():
        for host, change in scenario.differs.items():
            assert host in HOSTS and change["why"] and set(change) <= {"why", "steps", "requests"}, SCENARIOS_FILE


def test_every_step_of_a_scenario_is_one_that_the_protocol_has() -> None:
    words = ("login ", "renewal ", "token-ended ", "clock-corrected ", "refused")
    for scenario in SCENARIOS.values():
        assert isinstance(scenario, Scenario) and scenario.about.endswith(".")
        assert "> start" in scenario.steps
        assert all(step.startswith(("> ", *words)) for step in scenario.steps), scenario.name
