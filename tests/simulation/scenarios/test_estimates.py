"""Half widths by batch means: the textbook's number, the textbook's coverage, and honesty about nothing."""

import math
import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]  # scipy ships no types

from simulation.scenarios.estimates import BATCHES, Estimate, ratio


def test_independent_batches_give_students_interval() -> None:
    values = [math.sin(index) + (-1) ** index for index in range(BATCHES)]
    estimate = ratio(values, [1.0] * BATCHES)
    plain = stats.t.ppf(0.975, BATCHES - 1) * statistics.stdev(values) / math.sqrt(BATCHES)
    assert estimate.value == pytest.approx(statistics.fmean(values))
    assert estimate.half_width_95 == pytest.approx(plain, rel=1e-3)


def _covered(likeness: float, seed: int) -> bool:
    """Whether the interval holds the truth 0, when batches are each a bit like the one before."""
    lots, last, batches = random.Random(seed), 0.0, []
    for _ in range(BATCHES):
        last = likeness * last + lots.gauss(0, 1)
        batches.append(last)
    estimate = ratio(batches, [1.0] * BATCHES)
    assert estimate.value is not None
    assert estimate.half_width_95 is not None
    return abs(estimate.value) <= estimate.half_width_95


@pytest.mark.parametrize(("likeness", "least"), [(0.0, 0.94), (0.4, 0.90)])
def test_the_interval_holds_the_truth_as_often_as_it_says(likeness: float, least: float) -> None:
    assert sum(_covered(likeness, seed) for seed in range(600)) / 600 >= least


def test_nothing_to_divide_by_is_no_estimate() -> None:
    assert ratio([0.0] * BATCHES, [0.0] * BATCHES) == Estimate(None, None)
    assert ratio([2.0, *[0.0] * (BATCHES - 1)], [4.0, *[0.0] * (BATCHES - 1)]) == Estimate(0.5, None)


@given(st.lists(st.integers(0, 50), min_size=BATCHES, max_size=BATCHES), st.floats(0, 1))
def test_a_ratio_that_never_varies_has_no_width(counts: list[int], share: float) -> None:
    estimate = ratio([share * count for count in counts], counts)
    if sum(count > 0 for count in counts) > 1:
        assert estimate.value == pytest.approx(share)
        assert estimate.half_width_95 == pytest.approx(0, abs=1e-9)
