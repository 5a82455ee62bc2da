"""Estimates with their uncertainty, by the method of batch means.

A run is cut into batches of equally many arrivals. Every figure is a ratio of two sums (waits over callers, say); its
value is the ratio over the whole run, its standard error comes from how the batches scatter around it. Batches that
follow each other are still a little alike at high load, so their first covariance, where positive, is added.
Source: A. M. Law, Simulation Modeling and Analysis, 5th ed., sections 9.5.3 (batch means) and 4.4 (ratio of means).
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import msgspec

BATCHES = 20
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
    used = [(above, below) for above, below in zip(numerators, denominators, strict=True) if below]
    if len(used) < 2:
        return Estimate(value, None)
    residuals = [above - value * below for above, below in used]
    return Estimate(value, _T_975[len(used) - 1] * math.sqrt(_variance_of_sum(residuals)) / total)


def _variance_of_sum(residuals: Sequence[float]) -> float:
    """The variance of the sum of residuals whose sum is about 0, neighbours allowed to be alike."""
    count = len(residuals)
    own = math.fsum(residual**2 for residual in residuals) / (count - 1)
    alike = math.fsum(a * b for a, b in pairwise(residuals)) / (count - 1)
    return count * own + 2 * (count - 1) * max(0.0, alike)
