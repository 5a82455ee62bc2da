"""Runs: reproducible, balanced, told about on the way."""

import msgspec
import pytest

from simulation.scenarios.run import simulate
from simulation.scenarios.scenario import Scenario
from simulation.scenarios.scenario_file import parse_scenario

SCENARIO = """
seed: 3
calls: 5000
warm_up_calls: 500
call_types:
  - {name: A, per_hour: 80, requires: {A: 1}, patience: {distribution: exponential, mean_s: 200}}
  - {name: B, per_hour: 120, requires: {B: 1}}
pools:
  - {name: P1, agents: 6, skills: {A: 1}, handling: {distribution: exponential, mean_s: 180}}
  - {name: P2, agents: 8, skills: {A: 1, B: 1}, handling: {distribution: exponential, mean_s: 180}}
"""


def scenario(**changes: object) -> Scenario:
    return msgspec.structs.replace(parse_scenario(SCENARIO), **changes)


def _figures(one: Scenario) -> object:
    return msgspec.structs.replace(simulate(one), calls_per_cpu_second=0)


def test_equal_seeds_give_equal_runs_and_others_do_not() -> None:
    assert _figures(scenario()) == _figures(scenario())
    assert _figures(scenario()) != _figures(scenario(seed=4))


def test_every_counted_call_is_blocked_answered_or_abandoned() -> None:
    result = simulate(scenario(max_in_system=18))
    for figures in result.call_types.values():
        assert figures.offered == figures.blocked + figures.abandoned + figures.answered
        assert figures.blocked > 0
    assert sum(figures.offered for figures in result.call_types.values()) == 4500


def test_progress_is_told_and_ends_at_the_number_of_calls() -> None:
    told: list[int] = []
    simulate(scenario(calls=9000), told.append)
    assert told[-1] == 9000
    assert told == sorted(told)
    assert len(told) > 2


def test_an_overloaded_queue_without_patience_still_ends() -> None:
    overloaded = parse_scenario(
        SCENARIO.replace("per_hour: 120", "per_hour: 900").replace("calls: 5000", "calls: 1500")
    )
    result = simulate(overloaded)
    assert result.pools["P2"].utilisation.value == pytest.approx(1, abs=0.01)
    assert result.call_types["B"].offered == result.call_types["B"].answered


def test_a_low_priority_that_starves_still_ends() -> None:
    text = SCENARIO.replace("requires: {B: 1}", "requires: {A: 1}, priority: 5").replace(
        "per_hour: 120", "per_hour: 600"
    )
    result = simulate(
        parse_scenario(text.replace("calls: 5000", "calls: 1500").replace("mean_s: 200", "mean_s: 90000"))
    )
    starved = result.call_types["A"]
    assert starved.offered == starved.answered + starved.abandoned


def test_higher_priority_waits_less() -> None:
    text = SCENARIO.replace("requires: {A: 1}", "requires: {B: 1}, priority: 1").replace("per_hour: 80", "per_hour: 40")
    result = simulate(parse_scenario(text))
    first, second = (result.call_types[name].mean_wait_all_s.value for name in "AB")
    assert first is not None
    assert second is not None
    assert first < second / 2
