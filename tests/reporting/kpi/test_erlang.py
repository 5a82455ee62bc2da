"""Erlang A against published values."""

from math import exp

import pytest

from reporting.kpi.erlang import Pool, required_agents, serve


def close(found: float, published: float, digits: int = 4) -> bool:
    return abs(found - published) <= 0.5 / 10.0**digits + 1e-12


@pytest.mark.parametrize(
    ("theta", "p_answered_at_once", "p_abandon", "queue"),
    [(1.0, 0.408, 0.0499, 5.09), (0.25, 0.226, 0.0364, 14.84)],
)
def test_whitts_pools_of_a_hundred(theta: float, p_answered_at_once: float, p_abandon: float, queue: float) -> None:
    """W. Whitt, "Engineering solution of a basic call-center model", 2005: rate 102, mu 1, 100 agents."""
    pool = Pool(rate=102.0, aht_s=1.0, agents=100, patience_s=1 / theta)
    service = serve(pool, 0.1)
    assert close(1 - service.p_wait, p_answered_at_once, 3)
    assert close(service.p_abandon, p_abandon)
    assert abs(service.mean_wait_s * 102.0 - queue) < 0.01


def test_without_patience_it_is_erlang_c() -> None:
    """100 calls in half an hour of three minutes each, 14 agents: the usual first example of Erlang C."""
    service = serve(Pool(rate=100 / 1800, aht_s=180, agents=14), 20)
    assert close(service.p_wait, 0.174, 3)
    assert close(service.answered_within, 0.888, 3)
    assert close(service.occupancy, 0.714, 3)


def test_boundless_patience_comes_near_erlang_c() -> None:
    waiting, patient = Pool(rate=0.05, aht_s=180, agents=12), Pool(rate=0.05, aht_s=180, agents=12, patience_s=1e7)
    assert abs(serve(waiting, 20).answered_within - serve(patient, 20).answered_within) < 1e-3


def test_more_agents_serve_better_and_parts_lie_between() -> None:
    levels = [serve(Pool(rate=0.06, aht_s=180, agents=n / 4, patience_s=300), 20).answered_within for n in range(80)]
    assert levels == sorted(levels)
    assert levels[0] == 0.0


def test_the_requirement_is_the_fewest_that_suffice() -> None:
    for patience in (None, 60.0, 600.0):
        pool = Pool(rate=0.06, aht_s=180, agents=0, patience_s=patience)
        needed = required_agents(pool, lambda one: serve(one, 20).answered_within, 0.8)
        enough = Pool(rate=0.06, aht_s=180, agents=needed, patience_s=patience)
        fewer = Pool(rate=0.06, aht_s=180, agents=needed - 1, patience_s=patience)
        assert serve(enough, 20).answered_within >= 0.8 > serve(fewer, 20).answered_within


@pytest.mark.parametrize("pool", [Pool(rate=0, aht_s=10, agents=3), Pool(rate=0, aht_s=0, agents=0, patience_s=5)])
def test_nobody_calls(pool: Pool) -> None:
    service = serve(pool, 20)
    assert (service.answered_within, service.abandoned_within) == (1.0, 0.0)


def test_a_large_pool_stays_exact() -> None:
    service = serve(Pool(rate=1000 / 200, aht_s=200, agents=1000, patience_s=100), 20)
    assert 0.8 < service.answered_within <= 1
    assert abs(service.occupancy * 1000 - 1000 * (1 - service.p_abandon)) < 1e-6


def by_the_density_of_the_wait(pool: Pool, threshold_s: float) -> tuple[float, float]:
    """Answered and abandoned within the threshold, by summing over the offered wait v of those who wait, whose density
    is proportional to exp(rate / theta * (1 - exp(-theta v)) - n mu v) (Zeltyn and Mandelbaum, 2005).
    """
    assert pool.patience_s is not None
    theta, served, step = 1 / pool.patience_s, pool.agents / pool.aht_s, 0.01
    waits = [step * (place + 0.5) for place in range(100_000)]
    weights = [exp(pool.rate / theta * (1 - exp(-theta * wait)) - served * wait) for wait in waits]
    total, p_wait = sum(weights), serve(pool, threshold_s).p_wait
    answered = sum(
        weight * exp(-theta * wait) for wait, weight in zip(waits, weights, strict=True) if wait <= threshold_s
    )
    abandoned = sum(
        weight * (1 - exp(-theta * min(wait, threshold_s))) for wait, weight in zip(waits, weights, strict=True)
    )
    return 1 - p_wait + p_wait * answered / total, p_wait * abandoned / total


@pytest.mark.parametrize("threshold_s", [0.0, 5.0, 20.0, 60.0])
def test_what_is_answered_and_abandoned_in_time(threshold_s: float) -> None:
    pool = Pool(rate=210 / 3600, aht_s=180, agents=9, patience_s=300)
    service = serve(pool, threshold_s)
    answered, abandoned = by_the_density_of_the_wait(pool, threshold_s)
    assert service.answered_within == pytest.approx(answered, abs=1e-4)
    assert service.abandoned_within == pytest.approx(abandoned, abs=1e-4)


def test_in_the_end_all_who_abandon_have() -> None:
    for pool in (Pool(rate=0.06, aht_s=180, agents=9, patience_s=30), Pool(rate=1, aht_s=9, agents=0, patience_s=3)):
        service = serve(pool, 1e6)
        assert service.abandoned_within == pytest.approx(service.p_abandon, abs=1e-9)
        assert service.answered_within == pytest.approx(1 - service.p_abandon, abs=1e-9)
