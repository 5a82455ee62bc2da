"""Queueing theory, by a birth and death chain: what simulations of one pool must come to.

States are the callers in the system. Callers arrive at rate ``arrivals``, ``agents`` serve at rate ``service`` each,
those who wait give up at rate ``giving_up`` each, and beyond ``most`` in the system they are blocked. Published values
with which it agrees are in ``test_theory``.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Steady:
    """Long-run figures. Waits in seconds, per call that was not blocked."""

    p_wait: float
    p_block: float
    p_abandon: float
    mean_wait_s: float
    utilisation: float


def chain(
    *, per_hour: float, mean_s: float, agents: int, patience_s: float | None = None, most: int | None = None
) -> Steady:
    """The steady state of M/M/n, M/M/n+M and M/M/n/K."""
    arrivals, service = per_hour / 3600, 1 / mean_s
    giving_up = 0.0 if patience_s is None else 1 / patience_s
    last = most if most is not None else agents + 20_000
    weights = [1.0]
    for state in range(1, last + 1):
        leaving = min(state, agents) * service + max(0, state - agents) * giving_up
        weights.append(weights[-1] * arrivals / leaving)
        if most is None and weights[-1] < 1e-18 * max(weights[0], weights[agents] if state >= agents else 1.0):
            break
    total = math.fsum(weights)
    shares = [weight / total for weight in weights]
    blocked = shares[-1] if most is not None else 0.0
    waiting = math.fsum((state - agents) * share for state, share in enumerate(shares) if state > agents)
    full = math.fsum(share for state, share in enumerate(shares) if state >= agents)
    admitted = arrivals * (1 - blocked)
    busy = math.fsum(min(state, agents) * share for state, share in enumerate(shares))
    return Steady(
        p_wait=(full - blocked) / (1 - blocked),
        p_block=blocked,
        p_abandon=giving_up * waiting / arrivals,
        mean_wait_s=waiting / admitted,
        utilisation=busy / agents,
    )


def erlang_c_service_level(*, per_hour: float, mean_s: float, agents: int, within_s: float) -> float:
    """The share of callers who are answered within the time, when nobody gives up."""
    load = per_hour / 3600 * mean_s
    p_wait = chain(per_hour=per_hour, mean_s=mean_s, agents=agents).p_wait
    return 1 - p_wait * math.exp(-(agents - load) * within_s / mean_s)
