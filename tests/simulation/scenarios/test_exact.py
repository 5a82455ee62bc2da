"""Simulated centres against exact theory, every kind of pool, law and order: see ``cases``."""

import pytest

from tests.simulation.scenarios.agreement import Case
from tests.simulation.scenarios.cases import ONE_POOL, SEVERAL_POOLS
from tests.simulation.scenarios.closed_forms import (
    cobham,
    conserved,
    constant_handling,
    erlang2,
    erlang_b,
    erlang_c,
    exponential,
    growing_with_the_wait,
    with_patience,
)
from tests.simulation.scenarios.theory import chain

SHORT, LONG = 12_000, 300_000
CASES = pytest.mark.parametrize("case", [*ONE_POOL, *SEVERAL_POOLS], ids=lambda case: case.name)


@CASES
def test_it_comes_to_what_theory_says(case: Case) -> None:
    assert not case.misses(SHORT)


@CASES
@pytest.mark.benchmark
def test_it_comes_to_what_theory_says_in_a_long_run(case: Case) -> None:
    assert not case.misses(LONG, seed=2)


# -- the theory itself ----------------------------------------------------------------------------------------------


def test_erlang_s_formulas() -> None:
    # A. K. Erlang's own table (1917): 8 lines offered 4 erlang lose 3.04 %; and published values of Erlang C
    assert round(erlang_b(4, 8), 4) == 0.0304
    assert round(erlang_c(10, 14), 3) == 0.174


def test_the_integrals_agree_with_the_chain_where_both_apply() -> None:
    theory = with_patience(arrivals=210 / 3600, mean_s=180, servers=11, stays=exponential(60))
    steady = chain(per_hour=210, mean_s=180, agents=11, patience_s=60)
    assert theory.p_wait == pytest.approx(steady.p_wait, rel=1e-4)
    assert theory.p_abandon == pytest.approx(steady.p_abandon, rel=1e-4)
    assert theory.mean_wait_s == pytest.approx(steady.mean_wait_s, rel=1e-4)
    # what leaves is what comes: the abandoned and the answered are everybody
    other = with_patience(arrivals=210 / 3600, mean_s=180, servers=11, stays=erlang2(60), within_s=1e6)
    assert other.p_abandon + other.answered_in_time == pytest.approx(1, abs=1e-4)


def test_orders_of_service_keep_the_weighted_wait() -> None:
    names, loads = "ABC", [0.25, 0.3, 0.25]
    first_come = 0.8 * 120 / (1 - 0.8)
    by_name = dict(zip(names, loads, strict=True))
    strict = cobham(loads, servers=1, mean_s=120)
    weighed = growing_with_the_wait(loads, [1, 2, 5], mean_s=120, scv=1)
    for waits in (strict, weighed):
        assert conserved(by_name, dict(zip(names, waits, strict=True))) == pytest.approx(0.8 * first_come)
    assert growing_with_the_wait(loads, [1, 1, 1], mean_s=120, scv=1) == pytest.approx([first_come] * 3)


def test_constant_handling_of_one_agent_is_pollaczek_and_khinchine_s() -> None:
    assert constant_handling(arrivals=0.007, handling_s=100, servers=1) == pytest.approx(
        0.7 * 100 / (2 * 0.3), rel=1e-3
    )
