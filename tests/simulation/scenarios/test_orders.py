"""What each order of agents and of contacts does to a centre, where it can be told beforehand.

Exact cases of ``longest_idle``, ``ordered``, ``most_skilled``, ``least_skilled``, ``weighted_random``, ``round_robin``,
``ring_several``, ``priority``, ``queue_weight`` and ``target_ratio`` are in ``cases``.
"""

import msgspec
import pytest

from simulation.scenarios.run import Result
from simulation.scenarios.tally import PoolFigures
from tests.simulation.scenarios.agreement import Case, agrees
from tests.simulation.scenarios.closed_forms import cobham, conserved, erlang_c

CALLS = 12_000

# -- which agent ----------------------------------------------------------------------------------------------------

QUICK_AND_SLOW = """
policy: {agent: AGENT}
call_types: [{name: A, per_hour: 120, requires: {A: 1}}]
pools:
  - {name: quick, agents: 4, skills: {A: 1}, handling: {distribution: exponential, mean_s: 60}}
  - {name: slow, agents: 4, skills: {A: 1}, handling: {distribution: exponential, mean_s: 180}}
"""


def _quick_and_slow(order: str) -> Result:
    return Case(order, QUICK_AND_SLOW.replace("AGENT", order), {}).run(CALLS)


def _busy(pool: PoolFigures) -> float:
    assert pool.utilisation.value is not None
    return pool.utilisation.value


def test_longest_idle_gives_alike_agents_alike_shares() -> None:
    text = QUICK_AND_SLOW.replace("AGENT", "longest_idle").replace("agents: 4", "agents: 2", 1).replace("180", "60")
    case = Case("alike", text, {"quick.share.A": 2 / 6, "slow.share.A": 4 / 6})
    assert not case.misses(CALLS)


def test_least_occupied_makes_all_equally_busy() -> None:
    pools = _quick_and_slow("least_occupied").pools
    assert _busy(pools["quick"]) == pytest.approx(_busy(pools["slow"]), rel=0.01)
    other = _quick_and_slow("longest_idle").pools
    assert _busy(other["slow"]) > 1.4 * _busy(other["quick"])


def test_fewest_contacts_gives_all_the_same_number() -> None:
    share = _quick_and_slow("fewest_contacts").pools["quick"].share_of_type_answered["A"].value
    assert share == pytest.approx(0.5, abs=0.002)
    busier = _quick_and_slow("least_occupied").pools["quick"].share_of_type_answered["A"].value
    assert busier == pytest.approx(0.75, abs=0.01)  # a third of the time each, so three times the calls


def test_several_phones_that_ring_are_answered_by_the_longest_idle() -> None:
    def figures(order: str) -> object:
        return msgspec.structs.replace(_quick_and_slow(order), calls_per_cpu_second=0)

    assert figures("ring_several") == figures("longest_idle")


def test_a_weighted_draw_follows_its_weights_where_everybody_is_free() -> None:
    text = QUICK_AND_SLOW.replace("AGENT", "weighted_random").replace("per_hour: 120", "per_hour: 0.5")
    text = text.replace("{name: slow,", "{name: slow, weight: 3,")
    assert not Case("draw", text, {"quick.share.A": 1 / 4, "slow.share.A": 3 / 4}).misses(CALLS)


# -- which contact --------------------------------------------------------------------------------------------------

LOADS = {"A": 0.5, "B": 0.3}
FIRST_COME = erlang_c(0.8, 1) * 120 / (1 - 0.8)
STRICT = dict(zip("AB", cobham([0.5, 0.3], servers=1, mean_s=120), strict=True))


def _two_classes(order: str, of_a: str = "", of_b: str = "") -> Case:
    """One agent, 80 % busy; half of the work is A's, three tenths are B's."""
    types = f"[{{name: A, per_hour: 15{of_a}}}, {{name: B, per_hour: 9{of_b}}}]"
    return Case(
        order,
        f"policy: {{contact: {order}}}\ncall_types: {types}\n"
        "pools: [{name: P, agents: 1, skills: {}, handling: {distribution: exponential, mean_s: 120}}]\n",
        {},
    )


def _waits(case: Case, calls: int = 20_000) -> dict[str, float]:
    result = case.run(calls)
    found = {name: figures.mean_wait_all_s for name, figures in result.call_types.items()}
    return {name: estimate.value for name, estimate in found.items() if estimate.value is not None}


def _must_be(case: Case, waits: dict[str, float]) -> None:
    expected = {f"{name}.mean_wait_all_s": wait for name, wait in waits.items()}
    assert not Case(case.name, case.text, expected).misses(20_000)


@pytest.mark.parametrize("order", ["first_come", "greatest_need"])
def test_without_priorities_all_wait_alike_over_all_queues(order: str) -> None:
    _must_be(_two_classes(order), {"A": FIRST_COME, "B": FIRST_COME})


def test_greatest_need_is_priority_then_age_over_all_queues() -> None:
    _must_be(_two_classes("greatest_need", ", priority: 1"), STRICT)


def test_ageing_of_nothing_is_strict_priority_and_of_much_is_first_come() -> None:
    never = ", priority: 3, ageing_per_minute: 0"
    _must_be(_two_classes("ageing", never), STRICT)
    always = ", ageing_per_minute: 1000"
    _must_be(_two_classes("ageing", f", priority: 3{always}", always), {"A": FIRST_COME, "B": FIRST_COME})


def test_ageing_in_between_moves_the_waits_and_keeps_their_sum() -> None:
    rate = ", ageing_per_minute: 1"
    soft = _waits(_two_classes("ageing", f", priority: 3{rate}", rate))
    hard = _waits(_two_classes("ageing", f", priority: 8{rate}", rate))
    assert hard["A"] < soft["A"] < soft["B"] < hard["B"]
    # in the long run B's head start is made up for: three points are three minutes
    assert soft["B"] - soft["A"] < 180
    assert conserved(LOADS, soft) == pytest.approx(conserved(LOADS, hard), rel=0.1)


def test_ageing_never_crosses_a_band() -> None:
    aged = ", ageing_per_minute: 1000"
    _must_be(_two_classes("ageing", ", band: 1", aged), STRICT)


def test_target_ratio_makes_waits_stand_as_their_targets_do_where_it_is_busy() -> None:
    case = _two_classes("target_ratio", ", target_s: 30", ", target_s: 90")
    busy = Case(
        case.name, case.text.replace("per_hour: 15", "per_hour: 17.7").replace("per_hour: 9", "per_hour: 11.4"), {}
    )
    waits = _waits(busy)
    assert 2.4 < waits["B"] / waits["A"] < 3.0


def test_the_cap_takes_from_those_before_and_gives_to_those_behind() -> None:
    strict = _waits(_two_classes("first_come", ", priority: 1"))
    capped = _waits(_two_classes("first_come", ", priority: 1", ", starvation_cap_s: 600"))
    assert strict["A"] < capped["A"]
    assert capped["B"] < strict["B"]
    assert conserved(LOADS, capped) == pytest.approx(conserved(LOADS, strict), rel=0.1)
    at_once = _two_classes("first_come", ", priority: 1, starvation_cap_s: 0.000001", ", starvation_cap_s: 0.000001")
    _must_be(at_once, {"A": FIRST_COME, "B": FIRST_COME})


def test_relaxation_lets_the_second_pool_help_after_so_long_and_no_sooner() -> None:
    text = """
service_level_s: 30
call_types: [{name: A, per_hour: 30, requires: {A: 5}, relaxation: [{after_s: AFTER, lower: {A: 1}}]}]
pools:
  - {name: first, agents: 1, skills: {A: 5}, handling: {distribution: exponential, mean_s: 240}}
  - {name: second, agents: 20, skills: {A: 1}, handling: {distribution: exponential, mean_s: 240}}
"""
    result = Case("relaxation", text.replace("AFTER", "30"), {}).run(CALLS)
    figures = result.call_types["A"]
    assert figures.sl_of_answered.value == 1  # whoever is not served by then goes to the second pool
    assert agrees(figures.p_wait, _busy(result.pools["first"]))
    # the first pool is an M/M/1 whose callers leave when they have waited 30 s: see M/M/n+D
    later = Case("relaxation", text.replace("AFTER", "90"), {}).run(CALLS).pools["second"]
    sooner = result.pools["second"].share_of_type_answered["A"].value or 0
    assert (later.share_of_type_answered["A"].value or 0) < sooner
