"""Erlang A against published values."""

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
        needed = required_agents(pool, 20, 0.8)
        enough = Pool(rate=0.06, aht_s=180, agents=needed, patience_s=patience)
        fewer = Pool(rate=0.06, aht_s=180, agents=needed - 1, patience_s=patience)
        assert serve(enough, 20).answered_within >= 0.8 > serve(fewer, 20).answered_within


@pytest.mark.parametrize("pool", [Pool(rate=0, aht_s=10, agents=3), Pool(rate=0, aht_s=0, agents=0, patience_s=5)])
def test_nobody_calls(pool: Pool) -> None:
    assert serve(pool, 20).answered_within == 1.0


def test_a_large_pool_stays_exact() -> None:
    service = serve(Pool(rate=1000 / 200, aht_s=200, agents=1000, patience_s=100), 20)
    assert 0.8 < service.answered_within <= 1
    assert abs(service.occupancy * 1000 - 1000 * (1 - service.p_abandon)) < 1e-6
