"""Histograms: exact counts at edges, percentiles within the stated error."""

import statistics
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from facts.time import HOUR, MINUTE, SECOND
from reporting.kpi import histogram
from reporting.kpi.histogram import Histogram, bucket_of, is_edge, percentile, upper_edge

durations = st.one_of(
    st.integers(0, 2 * MINUTE), st.integers(0, 2 * HOUR), st.integers(0, 40).map(lambda s: s * SECOND)
)


def of(values: list[int]) -> Histogram:
    made: Histogram = {}
    for value in values:
        histogram.add(made, value)
    return made


@given(durations)
def test_a_duration_lies_at_or_below_its_buckets_edge_and_above_the_one_before(duration: int) -> None:
    bucket = bucket_of(duration)
    assert duration <= upper_edge(bucket)
    assert bucket == 0 or duration > upper_edge(bucket - 1)


@given(st.lists(durations), st.integers(0, 3600))
def test_counts_within_whole_seconds_are_exact(values: list[int], seconds: int) -> None:
    threshold = seconds * SECOND
    assert is_edge(threshold)
    assert histogram.count_within(of(values), threshold) == sum(value <= threshold for value in values)


@given(st.lists(durations, min_size=1), st.sampled_from([0.5, 0.9, 0.95]))
def test_percentiles_are_too_high_by_less_than_a_bucket(values: list[int], share: float) -> None:
    ordered = sorted(values)
    rank = share * (len(values) - 1)
    low, high = ordered[int(rank)], ordered[ceil(rank)]
    exact = low + (rank - int(rank)) * (high - low)
    found = percentile(of(values), share)
    assert found is not None
    assert -1 <= found - exact <= max(upper_edge(bucket_of(value)) - value for value in (low, high)) + 1


@given(st.lists(st.integers(0, 3600).map(lambda s: s * SECOND), min_size=2))
def test_the_median_of_whole_seconds_is_exact(values: list[int]) -> None:
    assert percentile(of(values), 0.5) == statistics.median(values)


@given(st.lists(durations), st.lists(durations))
def test_merging_is_counting_together(some: list[int], more: list[int]) -> None:
    merged = of(some)
    histogram.merge(merged, of(more))
    assert merged == of(some + more)


@given(st.lists(durations, min_size=1))
def test_what_is_taken_out_again_leaves_nothing(values: list[int]) -> None:
    made = of(values)
    for value in values:
        histogram.add(made, value, -1)
    assert made == {}


def test_no_durations_have_no_percentile() -> None:
    assert percentile({}, 0.5) is None
