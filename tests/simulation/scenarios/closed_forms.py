"""Formulas of queueing theory, each written from its source: what simulated centres must come to.

Arrivals are per second, times in seconds, loads in erlang. Sources: L. Kleinrock, Queueing Systems (1975, 1976):
Erlang's formulas, Pollaczek and Khinchine's, Cobham's for priorities, and delay-dependent priorities (vol. 2, 3.7).
S. Zeltyn, A. Mandelbaum, Call centers with impatient customers (2005), section 2: M/M/n+G. G. J. Franx, A simple
solution for the M/D/c waiting time distribution (2001): its chain from one handling time to the next.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import integrate, stats  # type: ignore[import-untyped]  # SciPy brings no types

Floats: TypeAlias = NDArray[np.float64]
Stays: TypeAlias = Callable[[Floats], Floats]
"""The share of callers whose patience is longer than each time."""


def erlang_b(load: float, servers: int) -> float:
    """The share of callers who find all servers busy where nobody can wait, whatever the law of handling."""
    blocked = 1.0
    for server in range(1, servers + 1):
        blocked = load * blocked / (server + load * blocked)
    return blocked


def erlang_c(load: float, servers: int) -> float:
    """The share of callers who have to wait, where all do."""
    blocked = erlang_b(load, servers)
    return servers * blocked / (servers - load * (1 - blocked))


# -- impatience of any law ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Impatient:
    """M/M/n+G, per offered call."""

    p_wait: float
    p_abandon: float
    mean_wait_s: float
    answered_in_time: float


def with_patience(*, arrivals: float, mean_s: float, servers: int, stays: Stays, within_s: float = 20.0) -> Impatient:
    """The integrals of the offered wait's density."""
    grid = np.linspace(0.0, 40 * mean_s, 400_001)
    still = stays(grid)
    so_far = integrate.cumulative_trapezoid(still, grid, initial=0.0)
    density = np.exp(arrivals * so_far - servers * grid / mean_s)
    load = arrivals * mean_s
    nobody_waits = sum(load**j / math.factorial(j) for j in range(servers))
    nobody_waits /= load ** (servers - 1) / math.factorial(servers - 1)
    waits = float(np.trapezoid(density, grid))
    whole = nobody_waits + arrivals * waits
    soon = grid <= within_s
    return Impatient(
        p_wait=arrivals * waits / whole,
        p_abandon=(1 + (arrivals - servers / mean_s) * waits) / whole,
        mean_wait_s=arrivals * float(np.trapezoid(so_far * density, grid)) / whole,
        answered_in_time=(nobody_waits + arrivals * float(np.trapezoid((still * density)[soon], grid[soon]))) / whole,
    )


def exponential(mean_s: float) -> Stays:
    return lambda t: np.exp(-t / mean_s)


def erlang2(mean_s: float) -> Stays:
    return lambda t: np.exp(-2 * t / mean_s) * (1 + 2 * t / mean_s)


def lognormal(mean_s: float, scv: float) -> Stays:
    sigma = math.sqrt(math.log1p(scv))
    law = stats.lognorm(sigma, scale=mean_s * math.exp(-(sigma**2) / 2))
    return lambda t: np.asarray(law.sf(t))


def constant(mean_s: float) -> Stays:
    return lambda t: np.where(t < mean_s, 1.0, 0.0)


# -- handling of any law --------------------------------------------------------------------------------------------


def pollaczek_khinchine(*, arrivals: float, mean_s: float, scv: float) -> float:
    """The mean wait with one server; ``scv``: squared coefficient of variation of the handling time."""
    load = arrivals * mean_s
    return load * mean_s * (1 + scv) / (2 * (1 - load))


def constant_handling(*, arrivals: float, handling_s: float, servers: int) -> float:
    """The mean wait in M/D/c: in the system one handling time later are those who waited, and the new ones."""
    most = 30 * servers
    new = stats.poisson.pmf(np.arange(most + 1), arrivals * handling_s)
    step = np.zeros((most + 1, most + 1))
    for before in range(most + 1):
        left = max(0, before - servers)
        step[before, left:] = new[: most + 1 - left]
        step[before, most] += 1 - step[before].sum()
    equations = np.vstack([step.T - np.eye(most + 1), np.ones(most + 1)])
    shares = np.linalg.lstsq(equations, np.append(np.zeros(most + 1), 1.0), rcond=None)[0]
    return float(np.maximum(np.arange(most + 1) - servers, 0) @ shares) / arrivals


# -- priorities -----------------------------------------------------------------------------------------------------


def cobham(loads: Sequence[float], *, servers: int, mean_s: float) -> list[float]:
    """Mean waits of classes of equal handling, the first served first, nobody interrupted."""
    until_one_is_free = erlang_c(sum(loads), servers) * mean_s / servers
    waits, before = [], 0.0
    for load in loads:
        upto = before + load / servers
        waits.append(until_one_is_free / ((1 - before) * (1 - upto)))
        before = upto
    return waits


def growing_with_the_wait(
    loads: Sequence[float], weights: Sequence[float], *, mean_s: float, scv: float
) -> list[float]:
    """Mean waits with one server that takes who has the largest weight times wait; ``weights`` ascending."""
    load = sum(loads)
    residual = load * mean_s * (1 + scv) / 2
    waits: list[float] = []
    for own, weight in enumerate(weights):
        slower = sum(loads[i] * waits[i] * (1 - weights[i] / weight) for i in range(own))
        faster = sum(loads[i] * (1 - weight / weights[i]) for i in range(own + 1, len(loads)))
        waits.append((residual / (1 - load) - slower) / (1 - faster))
    return waits


def conserved(loads: Mapping[str, float], waits: Mapping[str, float]) -> float:
    """What no order of service changes, as long as nobody idles beside work: waits weighted by load."""
    return sum(loads[name] * waits[name] for name in loads)
