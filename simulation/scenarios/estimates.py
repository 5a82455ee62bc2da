"""Estimates with their uncertainty, by the method of batch means.

A run is cut into batches of equally many arrivals. Every figure is a ratio of two sums (waits over callers, say); its
value is the ratio over the whole run, its standard error comes from how the batches scatter around it. At high load
neighbouring batches are still a little alike, and then short batches promise too much: so the first covariance, where
positive, is added, the same is done with batches of twice and four times the length, and the widest interval is told.
Source: A. M. Law, Simulation Modeling and Analysis, 5th ed., sections 9.5.3 (batch means) and 4.4 (ratio of means).
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import msgspec

BATCHES = 20
_MERGED = (1, 2, 4)
_T_975 = {
    1: 12.706,
    2: 4.303,
    3: 3.182,
    4: 2.776,
    5: 2.571,
    6: 2.447,
    7: 2.365,
    8: 2.306,
    9: 2.262,
    10: 2.228,
    11: 2.201,
    12: 2.179,
    13: 2.160,
    14: 2.145,
    15: 2.131,
    16: 2.120,
    17: 2.110,
    18: 2.101,
    19: 2.093,
}
"""Student's t, 97.5 percent, by degrees of freedom."""


class Estimate(msgspec.Struct, frozen=True):
    """A value and half the width of its 95 percent confidence interval; None where there is nothing to divide by."""

    value: float | None
    half_width_95: float | None


def ratio(numerators: Sequence[float], denominators: Sequence[float]) -> Estimate:
    """The ratio of two sums that are given batch by batch."""
    total = math.fsum(denominators)
    if not total:
        return Estimate(None, None)
    value = math.fsum(numerators) / total
    widths = [width for merged in _MERGED if (width := _half_width(numerators, denominators, merged)) is not None]
    return Estimate(value, max(widths, default=None))


def _half_width(numerators: Sequence[float], denominators: Sequence[float], merged: int) -> float | None:
    """Half the interval's width, by batches of which so many at a time are taken together."""
    above, below = _sums(numerators, merged), _sums(denominators, merged)
    total = math.fsum(below)
    value = math.fsum(above) / total
    residuals = [a - value * b for a, b in zip(above, below, strict=True) if b]
    if len(residuals) < 2:
        return None
    variance = _variance_of_sum(residuals, alike=merged == 1)
    return _T_975[len(residuals) - 1] * math.sqrt(variance) / total


def _sums(values: Sequence[float], merged: int) -> list[float]:
    return [math.fsum(values[first : first + merged]) for first in range(0, len(values), merged)]


def _variance_of_sum(residuals: Sequence[float], *, alike: bool) -> float:
    """The variance of the sum of residuals whose sum is about 0; ``alike``: neighbours may depend on each other."""
    count = len(residuals)
    own = math.fsum(residual**2 for residual in residuals) / (count - 1)
    shared = math.fsum(a * b for a, b in pairwise(residuals)) / (count - 1) if alike else 0.0
    return count * own + 2 * (count - 1) * max(0.0, shared)
