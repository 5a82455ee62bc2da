"""Through the distributor and by scanning lists, the same draws come to the same counts: not nearly, exactly."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facts.time import SECOND
from simulation.scenarios.run import simulate
from simulation.scenarios.scenario import Scenario
from simulation.scenarios.scenario_file import parse_scenario
from tests.simulation.scenarios.obvious import Obvious

N_DESIGN = """
seed: 6
calls: 3000
call_types:
  - {name: A, per_hour: 90, requires: {A: 1}, patience: {distribution: lognormal, mean_s: 200, scv: 1.5}}
  - {name: B, per_hour: 108, requires: {B: 2}}
pools:
  - {name: P1, agents: 6, skills: {A: 1}, handling: {distribution: exponential, mean_s: 180}}
  - {name: P2, agents: 6, skills: {A: 1, B: 3}, wrap_up_s: 12, handling:
      {A: {distribution: erlang2, mean_s: 150}, B: {distribution: lognormal, mean_s: 170, scv: 0.8}}}
"""
M_DESIGN = """
seed: 7
calls: 3000
max_in_system: 17
call_types:
  - {name: A, per_hour: 100, requires: {A: 1}, priority: 2, patience: {distribution: erlang2, mean_s: 120}}
  - {name: B, per_hour: 130, requires: "B >= 1 | C >= 4", patience: {distribution: exponential, mean_s: 400}}
pools:
  - {name: P1, agents: 4, skills: [A], handling: {distribution: exponential, mean_s: 200}}
  - {name: P2, agents: 4, skills: {C: 5}, wrap_up_s: 20, handling: {distribution: exponential, mean_s: 180}}
  - {name: P3, agents: 4, skills: {A: 1, B: 1}, handling: {distribution: exponential, mean_s: 200}}
"""
EXCEPTIONS = """
seed: 8
calls: 3000
call_types:
  - {name: A, per_hour: 70, requires: {A: 1}, patience: {distribution: exponential, mean_s: 300}}
  - {name: B, per_hour: 60, requires: {B: 2}, patience: {distribution: exponential, mean_s: 300}}
pools:
  - {name: both, agents: 4, skills: {A: 1, B: 3}, handling: {distribution: exponential, mean_s: 180}}
  - {name: out, agents: 2, skills: {A: 1, B: 3}, without_queues: [A],
     handling: {B: {distribution: exponential, mean_s: 180}}}
  - {name: put_in, agents: 2, skills: {}, reserve: [back], extra_queues: [B],
     handling: {B: {distribution: exponential, mean_s: 180}}}
"""


def assert_same(scenario: Scenario) -> None:
    result, counts = simulate(scenario), Obvious(scenario).play()
    for name, figures in result.call_types.items():
        assert figures.offered == counts.offered[name]
        assert figures.blocked == counts.blocked[name]
        assert figures.abandoned == counts.abandoned[name]
        assert figures.answered == counts.answered[name]
        admitted = figures.offered - figures.blocked
        if admitted:
            assert figures.mean_wait_all_s.value == pytest.approx(counts.waited_us[name] / SECOND / admitted)
        for pool, own in result.pools.items():
            share = own.share_of_type_answered[name].value
            if share is not None:
                assert share == pytest.approx(counts.by_pool[pool, name] / figures.answered)


@pytest.mark.parametrize("text", [N_DESIGN, M_DESIGN, EXCEPTIONS], ids=["N", "M", "exceptions"])
def test_whole_scenarios(text: str) -> None:
    assert_same(parse_scenario(text))


def test_who_is_taken_out_gets_none_of_the_calls_and_who_is_put_in_some() -> None:
    result = simulate(parse_scenario(EXCEPTIONS))
    shares = {name: pool.share_of_type_answered for name, pool in result.pools.items()}
    assert (shares["out"]["A"].value, shares["put_in"]["A"].value, shares["both"]["A"].value) == (0, 0, 1)
    assert all((shares[name]["B"].value or 0) > 0.2 for name in ("out", "put_in"))


LAWS = st.one_of(
    st.builds(lambda m: {"distribution": "exponential", "mean_s": m}, st.integers(20, 300)),
    st.builds(lambda m: {"distribution": "erlang2", "mean_s": m}, st.integers(20, 300)),
    st.builds(
        lambda m, v: {"distribution": "lognormal", "mean_s": m, "scv": v}, st.integers(20, 300), st.floats(0.1, 3)
    ),
)
SKILLS = st.dictionaries(st.sampled_from("ABC"), st.integers(1, 3), max_size=3)
KEYS = ("without_queues", "extra_queues")


def exceptions(kinds: list[str]) -> st.SearchStrategy[dict[str, list[str]]]:
    """Each type in neither list or in one."""
    where = st.fixed_dictionaries({kind: st.sampled_from([None, None, *KEYS]) for kind in kinds})
    return where.map(lambda of: {key: [kind for kind in kinds if of[kind] == key] for key in KEYS})


@st.composite
def scenarios(draw: Any) -> str:
    kinds = [
        {
            "name": f"T{index}",
            "per_hour": draw(st.integers(20, 200)),
            "requires": draw(SKILLS),
            "priority": draw(st.integers(0, 2)),
            "patience": draw(LAWS),
        }
        for index in range(draw(st.integers(1, 3)))
    ]
    pools = [
        {
            "name": f"P{index}",
            "agents": draw(st.integers(1, 5)),
            "skills": draw(SKILLS),
            "wrap_up_s": draw(st.sampled_from([0, 0, 15])),
            "handling": draw(LAWS),
            "reserve": draw(st.sampled_from([[], [], ["back"]])),
            **draw(exceptions([kind["name"] for kind in kinds])),
        }
        for index in range(draw(st.integers(0, 2)))
    ]
    pools.append({"name": "all", "agents": 2, "skills": {"A": 3, "B": 3, "C": 3}, "handling": draw(LAWS)})
    limit = draw(st.one_of(st.none(), st.integers(1, 15)))
    whole = {
        "seed": draw(st.integers(0, 99)),
        "calls": 150,
        "call_types": kinds,
        "pools": pools,
        "max_in_system": limit,
    }
    return json.dumps(whole)


@settings(max_examples=40)
@given(scenarios())
def test_any_scenario(text: str) -> None:
    assert_same(parse_scenario(text))
