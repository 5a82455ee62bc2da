"""Erlang A (M/M/n+M): how a pool of agents serves impatient customers who come at random.

Arrivals are Poisson, handling times and patience exponential, service in the order of arrival. Without patience
(None: nobody hangs up) it is Erlang C, which has an answer only while there are more agents than work.

For a customer who finds all n agents busy and k others waiting, the offered wait V is a sum of exponential stages
with rates n*mu + j*theta, j = 0..k; with c = n*mu/theta, exp(-theta*V) is Beta(c, k + 1) distributed, so that

    P(answered within t | k) = c / (c + k + 1) * P(Beta(c + 1, k + 1) >= exp(-theta*t)),
    P(still waiting at t | k) = exp(-theta*t) * P(Beta(c, k + 1) < exp(-theta*t)).

The sums over k use I_x(a, b + 1) = I_x(a, b) + x^a (1-x)^b / (b B(a, b)), all terms of one sign.
Source: C. Palm 1957; O. Garnett, A. Mandelbaum, M. Reiman, "Designing a call center with impatient customers", 2002.
"""

from collections.abc import Callable, Iterator
from math import exp, inf, lgamma, log

import msgspec

_NEGLIGIBLE = 1e-13
_MOST_STATES = 200_000
MOST_AGENTS = 10_000


class Pool(msgspec.Struct, frozen=True, kw_only=True):
    """A pool: contacts per second, mean handling time and mean patience in seconds, agents (parts of one count)."""

    rate: float
    aht_s: float
    agents: float
    patience_s: float | None = None


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """How a pool serves: of all offered, the shares that wait, abandon, and do or are answered within the threshold."""

    p_wait: float
    p_abandon: float
    answered_within: float
    abandoned_within: float
    mean_wait_s: float
    occupancy: float


def _overwhelmed(*, mean_wait_s: float, p_abandon: float = 0.0, abandoned_within: float = 0.0) -> Service:
    """A pool that answers nobody in time."""
    return Service(
        p_wait=1.0,
        p_abandon=p_abandon,
        answered_within=0.0,
        abandoned_within=abandoned_within,
        mean_wait_s=mean_wait_s,
        occupancy=1.0,
    )


_NOBODY = Service(p_wait=0.0, p_abandon=0.0, answered_within=1.0, abandoned_within=0.0, mean_wait_s=0.0, occupancy=0.0)
"""Where nobody calls."""


def serve(pool: Pool, threshold_s: float) -> Service:
    """How a pool serves in the long run; between whole numbers of agents, what lies between theirs."""
    whole = int(pool.agents)
    part = pool.agents - whole
    if not part:
        return _serve(pool, whole, threshold_s)
    low, high = _serve(pool, whole, threshold_s), _serve(pool, whole + 1, threshold_s)
    mixed = {name: (1 - part) * getattr(low, name) + part * getattr(high, name) for name in Service.__struct_fields__}
    return Service(**mixed)


def required_agents(pool: Pool, level: Callable[[Pool], float], goal: float) -> int:
    """The fewest agents with whom a pool reaches the ``goal``; ``level`` tells the service level of a pool."""

    def is_short(agents: int) -> bool:
        return level(msgspec.structs.replace(pool, agents=agents)) < goal

    low, high = 0, max(1, int(pool.rate * pool.aht_s))
    while high < MOST_AGENTS and is_short(high):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        if is_short(middle):
            low = middle
        else:
            high = middle
    return high


def _serve(pool: Pool, agents: int, threshold_s: float) -> Service:
    load = pool.rate * pool.aht_s
    if load <= 0:
        return _NOBODY
    if pool.patience_s is None and agents <= load:
        return _overwhelmed(mean_wait_s=inf)
    if agents <= 0 and pool.patience_s is not None:
        gone = 1 - exp(-threshold_s / pool.patience_s)
        return _overwhelmed(mean_wait_s=pool.patience_s, p_abandon=1.0, abandoned_within=gone)
    if pool.patience_s is None:
        return _erlang_c(pool, agents, threshold_s)
    return _erlang_a(pool.rate, 1 / pool.aht_s, 1 / pool.patience_s, agents, threshold_s)


def _erlang_b(load: float, agents: int) -> float:
    """The share of time in which all agents of a pool without a queue are busy."""
    blocked = 1.0
    for busy in range(1, agents + 1):
        blocked = load * blocked / (busy + load * blocked)
    return blocked


def _erlang_c(pool: Pool, agents: int, threshold_s: float) -> Service:
    load = pool.rate * pool.aht_s
    blocked = _erlang_b(load, agents)
    p_wait = blocked / (1 - load / agents * (1 - blocked))
    drain = (agents - load) / pool.aht_s
    return Service(
        p_wait=p_wait,
        p_abandon=0.0,
        answered_within=1 - p_wait * exp(-drain * threshold_s),
        abandoned_within=0.0,
        mean_wait_s=p_wait / drain,
        occupancy=load / agents,
    )


def _erlang_a(rate: float, mu: float, theta: float, agents: int, threshold_s: float) -> Service:
    blocked = _erlang_b(rate / mu, agents)
    # chances of k waiting, in units of the chance that all are busy and nobody waits
    weights = [1.0]
    while weights[-1] > _NEGLIGIBLE * sum(weights[-3:]) or len(weights) < 2:
        weights.append(weights[-1] * rate / (agents * mu + len(weights) * theta))
        if len(weights) > _MOST_STATES or weights[-1] < 1e-300:
            break
    total = sum(weights) + (1 - blocked) / blocked
    waiting = [weight / total for weight in weights]
    p_wait = sum(waiting)
    length = sum(k * chance for k, chance in enumerate(waiting))
    p_abandon = theta * length / rate
    c, x = agents * mu / theta, exp(-theta * threshold_s)
    answered = _answered_within(waiting, c, x)
    return Service(
        p_wait=p_wait,
        p_abandon=p_abandon,
        answered_within=(1 - p_wait) + answered,
        abandoned_within=max(0.0, p_wait - answered - _still_waiting(waiting, c, x)),
        mean_wait_s=length / rate,
        occupancy=rate * (1 - p_abandon) / (agents * mu),
    )


def _answered_within(waiting: list[float], c: float, x: float) -> float:
    """The share of all that wait and are answered in time; ``x`` is exp(-theta * threshold)."""
    chances = zip(waiting, _betas(c + 1, x), strict=False)
    return sum(chance * c / (c + k + 1) * (1 - below) for k, (chance, below) in enumerate(chances))


def _still_waiting(waiting: list[float], c: float, x: float) -> float:
    """The share of all that still wait at the threshold."""
    return x * sum(chance * below for chance, below in zip(waiting, _betas(c, x), strict=False))


def _betas(a: float, x: float) -> Iterator[float]:
    """I_x(a, 1), I_x(a, 2) and so on."""
    below = x**a
    b = 0
    while True:
        yield below
        b += 1
        if 0 < x < 1:
            log_term = a * log(x) + b * log(1 - x) + lgamma(a + b) - lgamma(a) - lgamma(b) - log(b)
            below = min(1.0, below + exp(log_term))
