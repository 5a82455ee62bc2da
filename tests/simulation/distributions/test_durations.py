"""Drawn durations have the mean, the spread and the shape that their law states."""

import math
import random
import statistics
from collections.abc import Callable
from itertools import accumulate, repeat, takewhile

import pytest
from scipy import stats  # type: ignore[import-untyped]  # scipy ships no types

from facts.time import SECOND
from simulation.distributions.arrivals import poisson_gaps
from simulation.distributions.durations import Constant, Erlang2, Exponential, Law, Lognormal, mean_s, sampler, scv

DRAWS = 20_000


def _draw(law: Law, count: int = DRAWS, seed: int = 11) -> list[float]:
    draw = sampler(law, random.Random(seed).random)
    return [draw() / SECOND for _ in range(count)]


@pytest.mark.parametrize(
    ("law", "cdf"),
    [
        (Exponential(mean_s=300), stats.expon(scale=300).cdf),
        (Erlang2(mean_s=200), stats.gamma(2, scale=100).cdf),
        (Lognormal(mean_s=240, scv=1.5), stats.lognorm(math.sqrt(math.log(2.5)), scale=240 / math.sqrt(2.5)).cdf),
        (Lognormal(mean_s=10, scv=0.2), stats.lognorm(math.sqrt(math.log(1.2)), scale=10 / math.sqrt(1.2)).cdf),
    ],
)
def test_the_shape_is_the_laws(law: Law, cdf: Callable[[float], float]) -> None:
    assert stats.kstest(_draw(law), cdf).pvalue > 0.001


@pytest.mark.parametrize(
    "law", [Exponential(mean_s=300), Erlang2(mean_s=200), Lognormal(mean_s=240, scv=1.5), Constant(mean_s=30)]
)
def test_mean_and_variation_are_as_stated(law: Law) -> None:
    drawn = _draw(law)
    standard_error = mean_s(law) * math.sqrt(scv(law) / DRAWS)
    assert abs(statistics.fmean(drawn) - mean_s(law)) <= 4 * standard_error
    assert statistics.pvariance(drawn) / statistics.fmean(drawn) ** 2 == pytest.approx(scv(law), rel=0.15, abs=1e-12)


@pytest.mark.parametrize("law", [Exponential(mean_s=1), Erlang2(mean_s=1), Lognormal(mean_s=1, scv=3)])
@pytest.mark.parametrize("edge", [0.0, 1.0 - 2**-53])
def test_the_ends_of_the_uniform_range_give_finite_durations(law: Law, edge: float) -> None:
    drawn = sampler(law, lambda: edge)()
    assert 0 <= drawn < 10**12


def test_equal_sources_draw_equally() -> None:
    law = Lognormal(mean_s=100, scv=1)
    assert _draw(law, 50, seed=3) == _draw(law, 50, seed=3)
    assert _draw(law, 50, seed=3) != _draw(law, 50, seed=4)


def test_poisson_arrivals_come_at_the_stated_rate() -> None:
    gap = poisson_gaps(120, random.Random(5).random)
    arrivals = accumulate(draw() for draw in repeat(gap))
    count = sum(1 for _ in takewhile(lambda at: at < 400 * 3600 * SECOND, arrivals))
    assert abs(count - 48_000) <= 4 * math.sqrt(48_000)


def test_a_stream_without_arrivals_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 0 arrivals"):
        poisson_gaps(0, random.Random(1).random)
