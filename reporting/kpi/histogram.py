"""Mergeable histograms of durations, so that percentiles and thresholds need no list of all calls.

Buckets are closed on the right: a duration that equals an edge lies in the bucket that ends there. So a service level
at a threshold that is an edge is exact, boundary included. Widths: 0.1 s up to a minute, 1 s up to an hour, a minute
beyond; bucket 0 holds "not at all" (zero and less). A percentile is read off the upper edges, so it is too high by
less than the width of its bucket, and exact where all durations lie on edges (whole seconds up to an hour).
"""

from typing import Any, TypeAlias

from facts.time import HOUR, MILLISECOND, MINUTE, SECOND, Duration

Histogram: TypeAlias = dict[int, int]
"""Bucket number to count; buckets without durations are absent."""

_FINE = 100 * MILLISECOND
_FINE_BUCKETS = MINUTE // _FINE
_MIDDLE_BUCKETS = (HOUR - MINUTE) // SECOND

ERROR_TEXT = "too high by less than 0.1 s up to a minute, 1 s up to an hour, 60 s beyond"


def bucket_of(duration: Duration) -> int:
    """The number of the bucket in which a duration lies."""
    if duration <= 0:
        return 0
    if duration <= MINUTE:
        return -(-duration // _FINE)
    if duration <= HOUR:
        return _FINE_BUCKETS - (MINUTE - duration) // SECOND
    return _FINE_BUCKETS + _MIDDLE_BUCKETS - (HOUR - duration) // MINUTE


def upper_edge(bucket: int) -> Duration:
    """The longest duration that the bucket holds."""
    if bucket <= _FINE_BUCKETS:
        return bucket * _FINE
    if bucket <= _FINE_BUCKETS + _MIDDLE_BUCKETS:
        return MINUTE + (bucket - _FINE_BUCKETS) * SECOND
    return HOUR + (bucket - _FINE_BUCKETS - _MIDDLE_BUCKETS) * MINUTE


def is_edge(duration: Duration) -> bool:
    """Whether counts up to this duration are exact."""
    return duration >= 0 and upper_edge(bucket_of(duration)) == duration


def add(histogram: Histogram, duration: Duration, count: int = 1) -> None:
    """Count a duration, or with a negative ``count`` take it out again."""
    bucket = bucket_of(duration)
    there = histogram.get(bucket, 0) + count
    if there:
        histogram[bucket] = there
    else:
        del histogram[bucket]


def merge(into: Histogram, other: Histogram) -> None:
    """Add the counts of ``other``."""
    if not into:
        into.update(other)
        return
    for bucket, count in other.items():
        there = into.get(bucket, 0) + count
        if there:
            into[bucket] = there
        else:
            del into[bucket]


def count_within(histogram: Histogram, threshold: Duration) -> int:
    """How many durations are at most ``threshold``, which is to be an edge.

    Of a column of histograms (`reporting.kpi.columns.Histograms`): how many of each.
    """
    column: Any = histogram
    if type(column) is not dict:
        within_each: int = column.within(threshold)
        return within_each
    last = bucket_of(threshold)
    within = 0
    for bucket, count in histogram.items():
        if bucket <= last:
            within += count
    return within


def percentile(histogram: Histogram, share: float) -> float | None:
    """The duration (microseconds) below which ``share`` (0 to 1) of all lie, interpolated between neighbours.

    The rank is ``share * (n - 1)``, as spreadsheets and numpy have it. None where nothing was counted.
    """
    return Ranked(histogram).percentile(share)


class Ranked:
    """A histogram put in order once, for several percentiles."""

    def __init__(self, histogram: Histogram) -> None:
        self.total = sum(histogram.values())
        self._ordered = sorted(histogram.items())

    def percentile(self, share: float) -> float | None:
        """As `percentile`."""
        if not self.total:
            return None
        rank = share * (self.total - 1)
        below, part = int(rank), rank - int(rank)
        seen, low = 0, None
        for bucket, count in self._ordered:
            seen += count
            if low is not None:
                return low + part * (upper_edge(bucket) - low)
            if below < seen:
                low = upper_edge(bucket)
                if not part or below + 1 < seen:
                    break
        return None if low is None else float(low)
