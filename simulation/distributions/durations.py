"""Durations drawn by law: how long a caller waits before giving up, how long a talk takes.

A law is frozen data; :func:`sampler` turns it and a source of uniform numbers into a function that draws whole
microseconds. Chance itself stays outside: the caller hands in the source, so equal sources give equal draws.
"""

import math
from collections.abc import Callable
from typing import TypeAlias, assert_never

import msgspec

from facts.time import SECOND, Duration

Uniform: TypeAlias = Callable[[], float]
"""A source of numbers evenly spread over [0, 1), independent of each other."""

Sampler: TypeAlias = Callable[[], Duration]
"""Draws one duration in microseconds, never negative."""


class Exponential(msgspec.Struct, frozen=True, kw_only=True, tag_field="distribution", tag="exponential"):
    """Without memory: squared coefficient of variation 1."""

    mean_s: float


class Erlang2(msgspec.Struct, frozen=True, kw_only=True, tag_field="distribution", tag="erlang2"):
    """The sum of two equal exponential phases: squared coefficient of variation one half."""

    mean_s: float


class Lognormal(msgspec.Struct, frozen=True, kw_only=True, tag_field="distribution", tag="lognormal"):
    """The shape that handling times of real centres have; ``scv`` is variance over squared mean."""

    mean_s: float
    scv: float


class Constant(msgspec.Struct, frozen=True, kw_only=True, tag_field="distribution", tag="constant"):
    """Always the same."""

    mean_s: float


Law: TypeAlias = Exponential | Erlang2 | Lognormal | Constant
"""How a duration is spread. The absence of a law (``None``) stands for "never", as in patience without end."""


def mean_s(law: Law) -> float:
    """The expected duration in seconds."""
    return law.mean_s


def scv(law: Law) -> float:
    """Squared coefficient of variation: variance over squared mean."""
    match law:
        case Exponential():
            return 1.0
        case Erlang2():
            return 0.5
        case Lognormal():
            return law.scv
        case Constant():
            return 0.0
        case _:
            assert_never(law)


def sampler(law: Law, uniform: Uniform) -> Sampler:
    """A function that draws durations of this law from this source."""
    match law:
        case Exponential():
            return _exponential(law.mean_s * SECOND, uniform)
        case Erlang2():
            return _erlang2(law.mean_s * SECOND, uniform)
        case Lognormal():
            return _lognormal(law.mean_s * SECOND, law.scv, uniform)
        case Constant():
            return _constant(round(law.mean_s * SECOND))
        case _:
            assert_never(law)


def _exponential(mean: float, uniform: Uniform) -> Sampler:
    log = math.log
    return lambda: int(-mean * log(1.0 - uniform()))  # 1 - u is never 0


def _erlang2(mean: float, uniform: Uniform) -> Sampler:
    log, phase = math.log, mean / 2
    return lambda: int(-phase * log((1.0 - uniform()) * (1.0 - uniform())))


def _lognormal(mean: float, squared_cv: float, uniform: Uniform) -> Sampler:
    """``exp(mu + sigma Z)`` with the asked mean and variance; Z by Box and Muller from two uniform numbers."""
    variance = math.log1p(squared_cv)
    mu, sigma = math.log(mean) - variance / 2, math.sqrt(variance)
    turn = 2 * math.pi
    exp, log, sqrt, cos = math.exp, math.log, math.sqrt, math.cos
    return lambda: int(exp(mu + sigma * sqrt(-2.0 * log(1.0 - uniform())) * cos(turn * uniform())))


def _constant(value: Duration) -> Sampler:
    return lambda: value
