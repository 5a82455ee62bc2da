"""Scenario files: what they may say, and every mistake at once with its line and key."""

from pathlib import Path

import pytest

from facts.ids import SkillName
from facts.requirements import NOTHING_REQUIRED, AllOf, AtLeast
from facts.time import SECOND
from simulation.distributions.durations import Constant, Erlang2, Exponential, Lognormal
from simulation.scenarios.errors import ScenarioError, UnreadableScenario
from simulation.scenarios.run import policy_of
from simulation.scenarios.scenario import RoutingRules
from simulation.scenarios.scenario_file import load_scenario, parse_scenario

WHOLE = """
seed: 9
calls: 500000
warm_up_calls: 20000
service_level_s: 15
policy: {agent: longest_idle, contact: first_come}
max_in_system: 40
call_types:
  - {name: A, per_hour: 80, requires: {A: 2, en: 1}, priority: 3,
     patience: {distribution: lognormal, mean_s: 300, scv: 1.5}}
  - {name: B, per_hour: 120.5, requires: "B>=3", patience: {distribution: none}}
  - {name: C, per_hour: 1}
pools:
  - {name: P1, agents: 14, skills: {A: 3, en: 1}, wrap_up_s: 12.5,
     handling: {A: {distribution: exponential, mean_s: 180}, C: {distribution: constant, mean_s: 60}}}
  - {name: P2, agents: 2, skills: {B: 10}, handling: {distribution: erlang2, mean_s: 90}}
"""


def problems(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(text, "s.yaml")
    return [str(problem) for problem in caught.value.problems]


def test_everything_that_can_be_said() -> None:
    scenario = parse_scenario(WHOLE)
    assert (scenario.seed, scenario.calls, scenario.warm_up_calls, scenario.max_in_system) == (9, 500_000, 20_000, 40)
    assert scenario.policy == RoutingRules()
    first, second, third = scenario.call_types
    assert first.requires == AllOf((AtLeast(SkillName("A"), 2), AtLeast(SkillName("en"), 1)))
    assert (first.priority, first.patience) == (3, Lognormal(mean_s=300, scv=1.5))
    assert (second.requires, second.patience) == (AtLeast(SkillName("B"), 3), None)
    assert (third.requires, third.priority, third.patience) == (NOTHING_REQUIRED, 0, None)
    p1, p2 = scenario.pools
    assert (p1.agents, p1.skills, p1.wrap_up_s) == (14, {"A": 3, "en": 1}, 12.5)
    assert p1.handling == {"A": Exponential(mean_s=180), "C": Constant(mean_s=60)}
    assert p2.handling["B"] == Erlang2(mean_s=90)


ORDERS = """
calls: 1000
policy: {agent: weighted_random, contact: target_ratio}
call_types:
  - name: A
    per_hour: 80
    requires: {A: 5}
    band: 2
    ageing_per_minute: 1.5
    weight: 2
    target_s: 30
    starvation_cap_s: 600
    relaxation:
      - {after_s: 30, lower: {A: 2}}
      - {after_s: 60, drop: [A], open: [helpers]}
pools:
  - {name: P1, agents: 2, skills: {A: 5}, weight: 3, handling: {distribution: exponential, mean_s: 180}}
  - {name: P2, agents: 1, skills: {A: 2}, reserve: [helpers], handling: {distribution: exponential, mean_s: 180}}
"""


def test_whatever_the_distributor_decides_by_can_be_said() -> None:
    policy = policy_of(parse_scenario(ORDERS))
    assert (policy.contact_order, policy.seed) == ("target_ratio", 1)
    [queue] = policy.queues
    assert (queue.agent_order, queue.band, queue.ageing_per_minute, queue.weight) == ("weighted_random", 2, 1.5, 2.0)
    assert (queue.target_us, queue.starvation_cap_us) == (30 * SECOND, 600 * SECOND)
    assert queue.weights == {"P1-0": 3, "P1-1": 3, "P2-0": 1}
    first, second = queue.relaxation
    assert (first.after_us, first.lower, first.drop, first.open) == (30 * SECOND, {"A": 2}, (), ())
    assert (second.after_us, second.lower, second.drop, second.open) == (60 * SECOND, {}, ("A",), ("helpers",))
    assert [(agent.agent_id, agent.team, agent.reserve) for agent in policy.agents] == [
        ("P1-0", "P1", ()),
        ("P1-1", "P1", ()),
        ("P2-0", "P2", ("helpers",)),
    ]


def test_ordered_takes_pools_in_the_order_of_the_file() -> None:
    [queue] = policy_of(parse_scenario(ORDERS.replace("weighted_random", "ordered"))).queues
    assert (queue.agents, queue.weights) == (("P1-0", "P1-1", "P2-0"), {})


def test_a_reserve_group_that_nobody_is_in() -> None:
    found = problems(ORDERS.replace("open: [helpers]", "open: [nobody]"))
    assert found == ["s.yaml:15:34: call_types[0].relaxation[1].open: no pool is in the reserve group nobody"]


RELAXED = """
calls: 1000
call_types:
  - {name: A, per_hour: 10, requires: {A: 5}, relaxation: [{after_s: 30, lower: {A: 3}}]}
  - {name: B, per_hour: 10}
pools:
  - {name: P, agents: 2, skills: {A: 4}, handling: {B: {distribution: constant, mean_s: 60}}}
"""


def test_a_pool_that_may_take_calls_only_later_needs_their_handling_as_well() -> None:
    message = "s.yaml:7:42: pools[0].handling: says nothing of A, which this pool may take"
    assert problems(RELAXED) == [message]
    requires = "no pool has the skills that these calls require, even after the last relaxation step"
    text = RELAXED.replace("lower: {A: 3}", "lower: {A: 5}")
    assert problems(text) == [f"s.yaml:4:29: call_types[0].requires: {requires}"]


def test_steps_go_forward_in_time() -> None:
    text = RELAXED.replace("{A: 3}}]", "{A: 3}}, {after_s: 30, drop: [A]}]")
    assert "s.yaml:4:91: call_types[0].relaxation[1].after_s: is not later than the step before it" in problems(text)


def test_calls_for_which_nobody_leaves_the_reserve() -> None:
    text = RELAXED.replace("skills:", "reserve: [R], skills:")
    reserve = "only pools in reserve groups have the skills that these calls require, and no relaxation step opens them"
    assert problems(text) == [
        f"s.yaml:{line}: call_types[{at}].requires: {reserve}" for line, at in (("4:29", 0), ("5:5", 1))
    ]


def test_exceptions_are_of_call_types_that_are_there_and_in_one_list() -> None:
    lists = "without_queues: [A, X], extra_queues: [Y, A]"
    either = "a pool is either put into it or taken out"
    assert problems(RELAXED.replace("skills: {A: 4}", f"skills: {{A: 4}}, {lists}")) == [
        "s.yaml:7:62: pools[0].without_queues[1]: there is no call type X",
        "s.yaml:7:81: pools[0].extra_queues[0]: there is no call type Y",
        f"s.yaml:7:84: pools[0].extra_queues[1]: A is among without_queues too: {either}",
    ]


def test_calls_that_all_who_could_take_them_are_taken_out_of() -> None:
    lists = "without_queues: [A], extra_queues: [B], reserve: [R]"
    taken_out = "all pools that have the skills that these calls require are taken out of them by without_queues"
    found = problems(RELAXED.replace("skills: {A: 4}", f"skills: {{A: 4}}, {lists}"))
    assert found == [f"s.yaml:4:29: call_types[0].requires: {taken_out}"]


def test_who_is_put_in_needs_no_skills_but_says_how_long_the_calls_take() -> None:
    text = RELAXED.replace("skills: {A: 4}", "skills: {}, extra_queues: [A]")
    assert problems(text) == ["s.yaml:7:57: pools[0].handling: says nothing of A, which this pool may take"]
    text = text.replace("handling: {", "handling: {A: {distribution: constant, mean_s: 30}, ")
    agent = policy_of(parse_scenario(text)).agents[0]
    assert (agent.without_queues, agent.extra_queues) == ((), ("A",))


def test_so_many_hours_that_the_run_would_never_end() -> None:
    text = RELAXED.replace("calls: 1000", "hours: 1.0e+30")
    assert problems(text)[0] == "s.yaml:2:1: hours: would be 2e+31 calls: 1e+09 or fewer can be simulated"


def test_what_need_not_be_said() -> None:
    scenario = parse_scenario(
        "calls: 1000\ncall_types: [{name: A, per_hour: 10}]\n"
        "pools: [{name: P, agents: 1, skills: {}, handling: {distribution: exponential, mean_s: 10}}]"
    )
    assert (scenario.seed, scenario.service_level_s, scenario.max_in_system) == (1, 20.0, None)
    assert scenario.warm_up_calls == 50


def test_hours_instead_of_calls() -> None:
    scenario = parse_scenario(WHOLE.replace("calls: 500000", "hours: 1000").replace("warm_up_calls: 20000", ""))
    assert scenario.calls == 201_500


def test_a_list_of_skills_is_level_one_of_each() -> None:
    scenario = parse_scenario(WHOLE.replace("skills: {B: 10}", "skills: [B, C]").replace('"B>=3"', "{B: 1}"))
    assert scenario.pools[1].skills == {"B": 1, "C": 1}


def test_every_mistake_is_told_at_once_with_line_and_key() -> None:
    found = problems(
        """
calls: 0
warm_up: 5
service_level_s: soon
policy: {agent: longest_idel, contact: first_come}
max_in_system: 1.5
call_types:
  - {name: A, per_hour: -3, requires: {A: 11}, patience: {distribution: exponental, mean_s: 300}}
  - {name: A, per_hour: 10, requires: "B >=", patience: {distribution: lognormal, mean_s: 300}}
pools:
  - {agents: 0, skills: {A: 1}, handling: {distribution: none, mean_s: 5}}
  - {name: P, agents: 2, skills: [1], wrap_up_s: -1, handling: {distribution: exponential, mean_s: .inf, scv: 1}}
"""
    )
    assert found == sorted(found, key=lambda text: [int(part) for part in text.split(":")[1:3]])
    expected = [
        "s.yaml:2:1: calls: has to be 1 or more",
        "s.yaml:3:1: warm_up: is not known; did you mean warm_up_calls?",
        "s.yaml:4:1: service_level_s: has to be a number",
        "s.yaml:5:10: policy.agent: has to be one of longest_idle",
        "s.yaml:6:1: max_in_system: has to be a whole number",
        "s.yaml:8:15: call_types[0].per_hour: has to be above 0",
        "s.yaml:8:40: call_types[0].requires.A: a level is a whole number of 1 to 10",
        "s.yaml:8:59: call_types[0].patience.distribution: has to be one of exponential",
        "s.yaml:9:6: call_types[1].name: the name A is given twice",
        "s.yaml:9:29: call_types[1].requires: ",
        "s.yaml:9:47: call_types[1].patience.scv: is missing",
        "s.yaml:11:5: pools[0].name: is missing",
        "s.yaml:11:6: pools[0].agents: has to be 1 or more",
        "s.yaml:11:44: pools[0].handling.distribution: has to be one of",
        "s.yaml:12:26: pools[1].skills: has to be a mapping of skills to levels",
        "s.yaml:12:39: pools[1].wrap_up_s: has to be 0 or more",
        "s.yaml:12:92: pools[1].handling.mean_s: has to be a number",
        "s.yaml:12:106: pools[1].handling.scv: is not known",
    ]
    assert len(found) == len(expected)
    for start in expected:
        assert any(text.startswith(start) for text in found), (start, found)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("calls: 500000", "calls: 500000\nhours: 3"), "hours: give calls or hours, not both"),
        (("calls: 500000", ""), "calls: is missing"),
        (("warm_up_calls: 20000", "warm_up_calls: 500000"), "warm_up_calls: leaves nothing to count"),
        (('"B>=3"', "{Z: 1}"), "call_types[1].requires: no pool has the skills"),
        (("C: {distribution: constant, mean_s: 60}", ""), "pools[0].handling: says nothing of C, which this pool"),
        (("seed: 9", "seed: x"), "seed: has to be a whole number"),
        (("max_in_system: 40", "max_in_system: 0"), "max_in_system: has to be 1 or more"),
        (("pools:\n", "pools: 3\nx:\n"), "pools: has to be a list"),
        (("agents: 14", "agents: true"), "pools[0].agents: has to be a whole number"),
        (("{distribution: erlang2, mean_s: 90}", "90"), "pools[1].handling: has to be a mapping"),
    ],
)
def test_single_mistakes(change: tuple[str, str], message: str) -> None:
    text = WHOLE.replace(*change)
    assert text != WHOLE
    assert any(message in problem for problem in problems(text)), problems(text)


@pytest.mark.parametrize("text", ["", "[]", "a: [", "42", "call_types: {}", "\x00", "pools: [null]", "calls: 1e999"])
def test_nonsense_is_told_and_never_crashes(text: str) -> None:
    assert problems(text)


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(UnreadableScenario, match="cannot be read"):
        load_scenario(tmp_path / "none.yaml")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnreadableScenario, match="not UTF-8"):
        load_scenario(tmp_path / "binary.yaml")
