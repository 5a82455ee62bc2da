"""Erlang A (M/M/n+M): how a pool of agents serves impatient customers who come at random.

Arrivals are Poisson, handling times and patience exponential, service in the order of arrival. Without patience
(None: nobody hangs up) it is Erlang C, which has an answer only while there are more agents than work.

For a customer who finds all n agents busy and k others waiting, the offered wait V is a sum of exponential stages
with rates n*mu + j*theta, j = 0..k; with c = n*mu/theta, exp(-theta*V) is Beta(c, k + 1) distributed, so that

    P(answered within t | k) = c / (c + k + 1) * P(Beta(c + 1, k + 1) >= exp(-theta*t)).

The sum over k uses I_x(a, b + 1) = I_x(a, b) + x^a (1-x)^b / (b B(a, b)), all terms of one sign.
Source: C. Palm 1957; O. Garnett, A. Mandelbaum, M. Reiman, "Designing a call center with impatient customers", 2002.
"""

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
    """How a pool serves: of all offered, the shares that wait, abandon, and are answered within the threshold."""

    p_wait: float
    p_abandon: float
    answered_within: float
    mean_wait_s: float
    occupancy: float


def serve(pool: Pool, threshold_s: float) -> Service:
    """How a pool serves in the long run; between whole numbers of agents, what lies between theirs."""
    whole = int(pool.agents)
    part = pool.agents - whole
    if not part:
        return _serve(pool, whole, threshold_s)
    low, high = _serve(pool, whole, threshold_s), _serve(pool, whole + 1, threshold_s)
    mixed = {name: (1 - part) * getattr(low, name) + part * getattr(high, name) for name in Service.__struct_fields__}
    return Service(**mixed)


def required_agents(pool: Pool, threshold_s: float, goal: float) -> int:
    """The fewest agents with whom a share ``goal`` of all offered is answered within the threshold."""
    low, high = 0, max(1, int(pool.rate * pool.aht_s))
    while high < MOST_AGENTS and _serve(pool, high, threshold_s).answered_within < goal:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        if _serve(pool, middle, threshold_s).answered_within < goal:
            low = middle
        else:
            high = middle
    return high


def _serve(pool: Pool, agents: int, threshold_s: float) -> Service:
    load = pool.rate * pool.aht_s
    if load <= 0:
        return Service(p_wait=0.0, p_abandon=0.0, answered_within=1.0, mean_wait_s=0.0, occupancy=0.0)
    if agents <= 0 or (pool.patience_s is None and agents <= load):
        gone = 1.0 if pool.patience_s is not None else 0.0
        return Service(
            p_wait=1.0, p_abandon=gone, answered_within=0.0, mean_wait_s=pool.patience_s or inf, occupancy=1.0
        )
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
    answered = _answered_within(waiting, agents * mu / theta, exp(-theta * threshold_s))
    return Service(
        p_wait=p_wait,
        p_abandon=p_abandon,
        answered_within=(1 - p_wait) + answered,
        mean_wait_s=length / rate,
        occupancy=rate * (1 - p_abandon) / (agents * mu),
    )


def _answered_within(waiting: list[float], c: float, x: float) -> float:
    """The share of all that wait and are answered in time; ``x`` is exp(-theta * threshold)."""
    if x >= 1:
        return 0.0
    a, log_x, log_rest = c + 1, log(x), log(1 - x)
    below = exp(a * log_x)  # I_x(a, 1)
    answered = 0.0
    for k, chance in enumerate(waiting):
        answered += chance * c / (c + k + 1) * (1 - below)
        b = k + 1
        log_term = a * log_x + b * log_rest + lgamma(a + b) - lgamma(a) - lgamma(b) - log(b)
        below = min(1.0, below + exp(log_term))
    return answered
